using System.Diagnostics;
using System.Text;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

public sealed class HostileInputTests
{
    [Fact]
    public void Read_OfMutatedFiles_EndsInAStudyOrInAStudyFileException()
    {
        Random random = new(20091);
        byte[] valid = Encoding.UTF8.GetBytes(Example.Text);
        int read = 0;
        for (int i = 0; i < 1000; i++)
        {
            string text = Encoding.UTF8.GetString(Mutate(valid, random));
            try
            {
                Example.Read(text);
                read++;
            }
            catch (StudyFileException e)
            {
                Assert.NotEmpty(e.Problems);
                Assert.All(e.Problems, p => Assert.DoesNotContain("TherapistEffectSim", p.Message, StringComparison.Ordinal));
            }
        }

        // The mutations neither all miss nor all destroy.
        Assert.InRange(read, 20, 900);
    }

    [Theory]
    [InlineData("[", 500_000)]
    [InlineData("{", 500_000)]
    [InlineData("{a: ", 200_000)]
    [InlineData("- ", 300_000)]
    [InlineData("? ", 300_000)]
    [InlineData("a: ", 200_000)]
    [InlineData("\"", 300_001)]
    [InlineData("a", 1_000_000)]
    [InlineData("&a ", 200_000)]
    [InlineData("!!a ", 200_000)]
    [InlineData("a:\n", 200_000)]
    [InlineData("- a\n", 200_000)]
    [InlineData("\t", 500_000)]
    [InlineData("%A\n", 200_000)]
    [InlineData("---\n", 200_000)]
    [InlineData("#\n", 300_000)]
    [InlineData("a", 11_000_000)]
    [InlineData("a\n", 300_000)]
    [InlineData("'\n", 300_001)]
    [InlineData("\"a\n\n", 200_000)]
    [InlineData("- - ", 200_000)]
    [InlineData(": ", 300_000)]
    [InlineData("?\n", 300_000)]
    [InlineData(",", 300_000)]
    [InlineData("[] ", 200_000)]
    [InlineData("a: |\n b\n", 60_000)]
    [InlineData("a: >\n\n\n", 60_000)]
    [InlineData("- {a: [b, c]}\n", 40_000)]
    [InlineData("\\", 300_000)]
    [InlineData("\u0085", 300_000)]
    [InlineData("*a\n", 200_000)]
    public void Read_OfHugeRepetitions_RefusesThemSoon(string unit, int times)
    {
        string text = string.Concat(Enumerable.Repeat(unit, times));
        Stopwatch watch = Stopwatch.StartNew();

        Assert.Throws<StudyFileException>(() => Example.Read(text));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Read_OfLongKeysAboveLongLists_RefusesThem()
    {
        string text = "? " + new string('k', 1_000_000) + "\n: [" + string.Concat(Enumerable.Repeat("1,", 1_000_000)) + "]";

        Assert.Equal("study.yaml:1:3: is not readable as YAML: a key has more than 1000 characters.", Assert.Single(Example.ErrorsOf(text)));
    }

    [Fact]
    public void Read_OfTooManyArms_RefusesThem()
    {
        string arms = string.Join(", ", Enumerable.Range(0, 100_000).Select(i => $"a{i}"));
        string perArm = string.Join(", ", Enumerable.Range(0, 100_000).Select(i => $"b{i}: 1000000"));

        Assert.Equal(
            "study.yaml:3:17: scenario.trial.arms: arms must name at most 100 arms, but names 100000.",
            Example.ErrorOfSmall("{therapists", $"{{arms: [{arms}], per-arm: {{{perArm}}}, therapists"));
    }

    [Fact]
    public void Read_OfTooDeepNesting_SaysSo()
    {
        string text = Example.Small + "methods: " + new string('[', 120) + new string(']', 120);

        Assert.Equal("study.yaml:6:109: is not readable as YAML: nested more than 100 levels deep.", Assert.Single(Example.ErrorsOf(text)));
    }

    [Fact]
    public void Read_OfManyMistakes_ListsAHundredAndCountsTheRest()
    {
        string text = Example.Small + string.Concat(Enumerable.Range(0, 5000).Select(i => $"k{i}: 1\n"));

        string[] lines = Example.ErrorsOf(text);

        Assert.Equal(101, lines.Length);
        Assert.Equal("(and 4900 more)", lines[^1]);
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        List<byte> bytes = [.. valid];
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
            }
        }

        return [.. bytes];
    }
}
