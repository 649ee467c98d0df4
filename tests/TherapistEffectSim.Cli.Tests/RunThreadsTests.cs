using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Cli.Tests;

public sealed class RunThreadsTests
{
    [Fact]
    public void Run_WithAnyNumberOfThreads_GivesTheSameBytes()
    {
        using TemporaryFolder folder = new();
        string[] threads = ["1", "2", "5"];
        foreach (string count in threads)
        {
            CommandRun run = CommandRun.Of(
                "run", StudyText.Experiment("met-cau-2009"), "--replicates", "350", "--keep-replicates", "--threads", count, "--out", folder.At(count));
            Assert.Equal(ExitCode.Done, run.ExitCode);
        }

        foreach (string file in (string[])["summary.csv", "joint.csv", "joint-pairs.csv", "replicates.csv", "study.yaml"])
        {
            byte[] one = File.ReadAllBytes(folder.At($"1/{file}"));
            Assert.All(threads, count => Assert.Equal(one, File.ReadAllBytes(folder.At($"{count}/{file}"))));
        }

        Manifest[] manifests = [.. threads.Select(count => Manifest.Parse(File.ReadAllText(folder.At($"{count}/manifest.json"))))];
        Assert.Equal([1, 2, 5], manifests.Select(m => m.Threads));
        Assert.All(manifests, m => Assert.Equal(Comparable(manifests[0]), Comparable(m)));
    }

    private static string Comparable(Manifest manifest) =>
        (manifest with { Started = default, Ended = default, Threads = 1, ReplicatesPerSecond = 1 }).ToJson();
}
