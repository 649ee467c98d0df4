using System.Diagnostics;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>An interruption keeps what is done.</summary>
public sealed class RunInterruptionTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Run_InterruptedAmongManyScenarios_KeepsTheFinishedOnes()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("long.yaml", StudyText.Long);
        using CancellationTokenSource interruption = new();
        Task<(int Code, string Output, string Error)> running = Task.Run(() => Run(["run", study, "--out", folder.At("out")], interruption.Token));

        await UntilWritten(folder.At("out"), ".summary.csv.*.tmp");
        await interruption.CancelAsync();
        (int code, string output, string error) = await running;

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Equal($"Interrupted. What was finished is in {folder.At("out")}; --resume goes on, --force starts again.\n", error);
        Assert.StartsWith("line\n10,000 scenarios, 320 replicates each, alpha 0.05, seed 1\n", output);
        Manifest manifest = Manifest.Parse(File.ReadAllText(folder.At("out/manifest.json")));
        Assert.Equal((RunStatus.Interrupted, 10_000), (manifest.Status, manifest.Scenarios));

        // Scenarios 1 to k, each with all its replicates, but perhaps the last.
        ResultTable summary = new(folder.At("out/summary.csv"));
        Dictionary<string, string>[] sizes = [.. summary.Where(("measure", "patients_analysed"))];
        Assert.InRange(sizes.Length, 1, 9999);
        Assert.Equal(Enumerable.Range(1, sizes.Length).Select(i => $"{i}"), sizes.Select(row => row["scenario"]));
        Assert.All(sizes.SkipLast(1), row => Assert.Equal("320", row["replicates"]));

        Assert.Equal(ExitCode.OtherStudy, CommandRun.Of("run", study, "--out", folder.At("out")).ExitCode);
    }

    [Fact]
    public async Task Run_InterruptedInItsOnlyScenario_KeepsTheReplicatesDone()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);
        using CancellationTokenSource interruption = new();
        Task<(int Code, string Output, string Error)> running = Task.Run(
            () => Run(["run", study, "--out", folder.At("out"), "--replicates", "10000000", "--keep-replicates"], interruption.Token));

        await UntilWritten(folder.At("out"), ".replicates.csv.*.tmp");
        await interruption.CancelAsync();
        (int code, string output, _) = await running;

        Assert.Equal(ExitCode.Interrupted, code);
        string replicates = new ResultTable(folder.At("out/summary.csv")).Where(("measure", "patients_analysed")).Single()["replicates"];
        Assert.InRange(ResultTable.Number(replicates), 64, 9_999_999);
        Assert.Equal(replicates, new ResultTable(folder.At("out/replicates.csv")).Rows[^1]["replicate"]);
        Assert.Contains("\nScenario 1 (only ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InterruptedBeforeAnythingIsDone_LeavesNothing()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);
        using CancellationTokenSource interruption = new();
        interruption.Cancel();

        (int code, string output, string error) = Run(["run", study, "--out", folder.At("out")], interruption.Token);

        Assert.Equal((ExitCode.Interrupted, "", "Interrupted before the first 64 replicates were done: nothing is kept.\n"), (code, output, error));
        Assert.Equal(["line.yaml"], folder.Content);
    }

    [Fact]
    public async Task Run_AsAProcess_KeepsWhatIsDoneAtCtrlC()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // no signals
        }

        using TemporaryFolder folder = new();
        folder.Write("long.yaml", StudyText.Long);
        ProcessStartInfo start = SignalledProcess.Start("run", "long.yaml");
        start.WorkingDirectory = folder.Path;
        using Process tes = Process.Start(start)!;
        try
        {
            await UntilWritten(folder.At("results/line"), ".summary.csv.*.tmp");
            using Process kill = Process.Start("kill", ["-INT", $"{tes.Id}"]);
            Task<string> output = tes.StandardOutput.ReadToEndAsync();
            string error = await tes.StandardError.ReadToEndAsync();
            await tes.WaitForExitAsync();

            Assert.Equal(ExitCode.Interrupted, tes.ExitCode);
            Assert.Equal($"Interrupted. What was finished is in {Path.Join("results", "line")}; --resume goes on, --force starts again.\n", error);
            Assert.StartsWith("line\n10,000 scenarios,", await output);
            Assert.Equal(
                ["checkpoint-1-of-1.bin", "joint-pairs.csv", "joint.csv", "manifest.json", "study.yaml", "summary.csv"],
                Directory.GetFiles(folder.At("results/line")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        }
        finally
        {
            if (!tes.HasExited)
            {
                tes.Kill();
            }
        }
    }

    private static (int Code, string Output, string Error) Run(string[] args, CancellationToken interruption)
    {
        using StringReader input = new("");
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int code = CommandLine.Run(args, new Streams(input, output, error, interruption));
        return (code, output.ToString(), error.ToString());
    }

    // Results reach the file when the writer's memory is full: some scenarios are then done.
    private static async Task UntilWritten(string folder, string pattern)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!(Directory.Exists(folder) && new DirectoryInfo(folder).EnumerateFiles(pattern).Any(f => f.Length > 0)))
        {
            Assert.True(clock.Elapsed < s_patience, $"Nothing was written to {folder}.");
            await Task.Delay(10);
        }
    }
}
