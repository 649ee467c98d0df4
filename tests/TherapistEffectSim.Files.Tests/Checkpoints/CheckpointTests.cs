using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Files.Checkpoints;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Tests.Checkpoints;

/// <summary>A damaged checkpoint file costs the records that are damaged.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int Parts = 12;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tes-checkpoint-");

    private string FilePath => Path.Join(_folder.FullName, "checkpoint-1-of-1.bin");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_OfAStoreThatWasWritten_FindsAllParts()
    {
        Write();

        Checkpoint checkpoint = Assert.Single(Checkpoint.In(_folder.FullName));

        Assert.Equal(("abc", 0, Parts * 64), (checkpoint.StudyIdentity, checkpoint.Damages, checkpoint.Replicates));
        Assert.Equal(Run, checkpoint.Run);
        using CheckpointStore store = CheckpointStore.Of([checkpoint]);
        for (int i = 0; i < Parts; i++)
        {
            StoredPart part = store.Find(i % 3 + 1)[i / 3];
            Assert.Equal(new ReplicateRange(64 * i, 64 * (i + 1)), part.Label.Replicates.Single());
            Assert.Equal(ContentOf(i), store.Read(part));
        }
    }

    // A flipped bit, bytes cut off the end, bytes overwritten, bytes inserted or lost in the middle: 600 places.
    [Fact]
    public void Read_OfADamagedFile_FindsTheUndamagedParts()
    {
        Write();
        byte[] whole = File.ReadAllBytes(FilePath);
        long[] starts = [.. Checkpoint.Read(FilePath).Parts.Select(p => p.Position), whole.Length];

        Prop.ForAll(Gen.Choose(0, 4).Zip(Gen.Choose(0, whole.Length - 1)).Zip(Gen.Choose(1, 300)).ToArbitrary(), drawn =>
        {
            ((int kind, int place), int size) = drawn;
            (byte[] damaged, int from, int to) = Damaged(whole, kind, place, size);
            File.WriteAllBytes(FilePath, damaged);

            Checkpoint found = Checkpoint.Read(FilePath);

            // Parts of which no byte was touched must be there, the others must not.
            long[] expected = [.. Enumerable.Range(0, Parts).Where(i => starts[i + 1] <= from || starts[i] >= to).Select(i => 64L * i)];
            return found.Parts.Select(p => p.Label.Replicates[0].First).SequenceEqual(expected).Label($"kind {kind} at {place}: found {found.Parts.Length}, expected {expected.Length}")
                .And((found.Damages >= 1 || kind == 1 || kind == 4).Label("damage is noticed"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(600).WithReplay(7, 5));
    }

    [Fact]
    public void Write_AfterATornRecord_IsFound()
    {
        Write();
        using (FileStream file = new(FilePath, FileMode.Open))
        {
            file.SetLength(file.Length - 17);
        }

        using (CheckpointStore store = CheckpointStore.Open(Checkpoint.In(_folder.FullName), _folder.FullName, Run))
        {
            store.Write(new(9, [new(0, 64)], false), new byte[100]);
        }

        Checkpoint found = Checkpoint.Read(FilePath);
        Assert.Equal((Parts, 1), (found.Parts.Length, found.Damages));
        Assert.Equal(9, found.Parts[^1].Label.Scenario);
    }

    [Theory]
    [InlineData("checkpoint-1-of-1.bin", true)]
    [InlineData("checkpoint-12-of-100000.bin", true)]
    [InlineData("checkpoint-2-of-1.bin", false)]
    [InlineData("checkpoint-0-of-1.bin", false)]
    [InlineData("checkpoint-1-of-1.bin.old", false)]
    public void ShardOf_AName_IsThatOfItsShard(string name, bool isCheckpoint) =>
        Assert.Equal(isCheckpoint, Checkpoint.ShardOf(name) is { } shard && Checkpoint.NameOf(shard) == name);

    [Fact]
    public void Dispose_OfANewStoreWithoutParts_TakesTheFileAway()
    {
        CheckpointStore.Open([], _folder.FullName, Run).Dispose();

        Assert.False(File.Exists(FilePath));
    }

    private static CheckpointRun Run => new()
    {
        StudyIdentity = "abc",
        Program = "tes 0",
        Shard = Shard.Whole,
        Replicates = 64,
        ReplicatesWereGiven = true,
        KeepReplicates = false,
        Seed = 7,
        Study = "name: x\n",
    };

    private static (byte[] Bytes, int From, int To) Damaged(byte[] whole, int kind, int place, int size)
    {
        byte[] copy = [.. whole];
        int end = Math.Min(place + size, whole.Length);
        switch (kind)
        {
            case 0:
                copy[place] ^= (byte)(1 << (size % 8));
                return (copy, place, place + 1);
            case 1:
                return (whole[..place], place, whole.Length);
            case 2:
                for (int i = place; i < end; i++)
                {
                    copy[i] ^= 0xFF;
                }

                return (copy, place, end);
            case 3:
                // Inserted bytes touch the record in whose middle they stand; between two records none.
                return ([.. whole[..place], .. Enumerable.Repeat((byte)0xEE, size), .. whole[place..]], place, place);
            default:
                return ([.. whole[..place], .. whole[end..]], place, end);
        }
    }

    private static byte[] ContentOf(int part) => [.. Enumerable.Range(0, 50 + (70 * part)).Select(i => (byte)(i * part))];

    private void Write()
    {
        using CheckpointStore store = CheckpointStore.Open([], _folder.FullName, Run);
        for (int i = 0; i < Parts; i++)
        {
            store.Write(new(i % 3 + 1, [new(64 * i, 64 * (i + 1))], false), ContentOf(i));
        }

        store.Flush();
    }
}
