using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Checkpoints;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Tests.Checkpoints;

/// <summary>A disk that is full in the middle of a run; RunResumeTests has a real one, where file systems may be mounted.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Text = """
        name: line
        seed: 1
        replicates: 200
        scenario:
          trial: {therapists: 20, caseload: 10}
          therapists: {outcome-icc: 0.05}
          alliance: {therapist-icc: 0.1}
          outcome:
            between: {shape: linear, slope: 0.2}
        methods: [null-model, linear]
        grid:
          scenario.trial.therapists: {from: 10, to: 25, by: 1}

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tes-full-disk-");

    public void Dispose() => _folder.Delete(recursive: true);

    // Room for less than the head, for the head alone or a scenario, for more scenarios and a torn one. How many records there are depends on time.
    [Theory]
    [InlineData(0.001)]
    [InlineData(0.02)]
    [InlineData(0.45)]
    [InlineData(0.8)]
    [InlineData(0.9)]
    public void Run_OnAFullDisk_KeepsWhatIsDoneAndGoesOnToTheSameResults(double share)
    {
        Study study = Read().ToStudy(seed: 1);
        string whole = ResultsOf(study, RandomAccess.Write);
        string path = Directory.GetFiles(_folder.FullName).Single();
        long size = new FileInfo(path).Length;
        File.Delete(path);
        Disk disk = new((long)(share * size));

        IOException full = Assert.Throws<IOException>(() => ResultsOf(study, disk.Write));

        Assert.Equal("No space left on device", full.Message);
        ImmutableArray<Checkpoint> found = Checkpoint.In(_folder.FullName);
        Assert.True(share < 0.2 || found.Sum(c => c.Replicates) > 0, "Nothing is kept.");
        Assert.All(found, c => Assert.Equal(0, c.Damages));
        Assert.All(found, c => Assert.InRange(c.Replicates, 0, 16 * 200 - 1));
        Assert.Equal(whole, ResultsOf(study, RandomAccess.Write));
    }

    private static StudyFile Read()
    {
        using StringReader text = new(Text);
        return StudyFile.Read(text, "line");
    }

    // Everything that the run hands out, to the last digit.
    private string ResultsOf(Study study, WriteAt write)
    {
        CheckpointRun run = new()
        {
            StudyIdentity = Read().Identity(1),
            Program = "tes 0",
            Shard = Shard.Whole,
            Replicates = study.Replicates,
            ReplicatesWereGiven = false,
            KeepReplicates = false,
            Seed = 1,
            Study = Text,
        };
        List<string> rows = [];
        using CheckpointStore store = CheckpointStore.Open(Checkpoint.In(_folder.FullName), _folder.FullName, run, write);
        RunOptions options = new() { Store = store, Threads = 2, OnCell = cell => rows.AddRange(cell.Summary.Select(row => row.ToString()).Concat(cell.Joint.Select(row => row.ToString()))) };
        Assert.True(StudyRunner.Run(study, options, CancellationToken.None));
        return string.Join('\n', rows);
    }

    // As write(2) does: what there is room for is written, and then it fails.
    private sealed class Disk(long size)
    {
        private long _free = size;

        public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long position)
        {
            int fits = (int)Math.Min(_free, bytes.Length);
            RandomAccess.Write(file, bytes[..fits], position);
            _free -= fits;
            if (fits < bytes.Length)
            {
                throw new IOException("No space left on device");
            }
        }
    }
}
