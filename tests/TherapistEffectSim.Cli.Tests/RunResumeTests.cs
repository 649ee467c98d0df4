using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>Runs that go on where an earlier one stopped.</summary>
public sealed class RunResumeTests(ITestOutputHelper output)
{
    // Killed at moments between start-up and the end, again and again, until it has come to its end: TES_KILLS more of them in benchmarks/long.sh.
    [Fact]
    public async Task Run_KilledAndResumed_GivesTheSameBytes()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("TES_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : 3;
        using TemporaryFolder folder = new();
        string study = folder.Write("grid.yaml", StudyText.Grid.Replace("replicates: 150", "replicates: 2500", StringComparison.Ordinal));
        string[] Command(string name, bool keep) =>
            ["run", study, "--threads", "2", "--out", folder.At(name), .. keep ? (string[])["--keep-replicates"] : []];
        Dictionary<bool, (SortedDictionary<string, string> Files, TimeSpan Time)> references = [];
        foreach (bool keep in (bool[])[false, true])
        {
            Stopwatch clock = Stopwatch.StartNew();
            Assert.Equal(0, await Run(Command($"whole-{keep}", keep), null));
            references.Add(keep, (ResultFiles.Of(folder.At($"whole-{keep}")), clock.Elapsed));
        }

        int killed = 0;
        int resumed = 0;
        for (int round = 0; killed < kills; round++)
        {
            bool keep = round % 2 == 1;
            string name = $"out-{round}";
            while (true)
            {
                // Golden-ratio steps: as good as random, and spread over the run.
                double share = (0.5 + (0.618034 * (killed + round))) % 1;
                TimeSpan? moment = killed < kills ? (0.15 + (0.8 * share)) * references[keep].Time : null;
                int code = await Run([.. Command(name, keep), "--resume"], moment);
                if (code == 0)
                {
                    break;
                }

                killed++;
                resumed += Directory.Exists(folder.At(name)) && Directory.GetFiles(folder.At(name), "checkpoint-*").Any(f => new FileInfo(f).Length > 10_000) ? 1 : 0;
            }

            Assert.Equal(references[keep].Files, ResultFiles.Of(folder.At(name)));
            Directory.Delete(folder.At(name), recursive: true);
        }

        Assert.True(resumed > 0, "No run was killed after it had kept something.");
    }

    [Fact]
    public void Run_InterruptedAndResumed_GivesTheSameBytes()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("grid.yaml", StudyText.Grid.Replace("replicates: 150", "replicates: 1000", StringComparison.Ordinal));
        CommandRun.Of("run", study, "--out", folder.At("whole"));
        CommandRun.Of("run", study, "--out", folder.At("out"), "--replicates", "300", "--threads", "3");

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"), "--resume", "--replicates", "1000");

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.StartsWith("Goes on after 768 of 3,000 replicates.\n", run.Error);
        Assert.Equal(ResultFiles.Of(folder.At("whole")), ResultFiles.Of(folder.At("out")));
    }

    [Fact]
    public void Run_ResumedWithoutItsOptions_TakesThoseOfTheFirst()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line.Replace("seed: 1\n", "", StringComparison.Ordinal));
        CommandRun.Of("run", study, "--out", folder.At("out"), "--replicates", "200", "--keep-replicates");
        SortedDictionary<string, string> before = ResultFiles.Of(folder.At("out"));
        File.Delete(folder.At("out/manifest.json"));
        File.Delete(folder.At("out/summary.csv"));
        File.Delete(folder.At("out/joint.csv"));
        File.Delete(folder.At("out/joint-pairs.csv"));
        File.Delete(folder.At("out/replicates.csv"));
        File.Delete(folder.At("out/study.yaml"));

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"), "--resume");

        Assert.StartsWith("Goes on after 200 of 200 replicates.\n", run.Error);
        Assert.Equal(before, ResultFiles.Of(folder.At("out")));
    }

    [Fact]
    public void Run_OfADamagedCheckpoint_RunsOnlyWhatIsDamagedAgain()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("grid.yaml", StudyText.Grid);
        CommandRun.Of("run", study, "--out", folder.At("out"));
        SortedDictionary<string, string> whole = ResultFiles.Of(folder.At("out"));
        string checkpoint = folder.At("out/checkpoint-1-of-1.bin");
        byte[] bytes = File.ReadAllBytes(checkpoint);

        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(checkpoint, bytes);
        CommandRun flipped = CommandRun.Of("run", study, "--out", folder.At("out"), "--resume");

        Assert.Matches("^1 place in the checkpoint is damaged; what stood there is run again.\nGoes on after [1-9][0-9]* of 450 replicates.\n", flipped.Error);
        Assert.DoesNotContain("after 450 of", flipped.Error, StringComparison.Ordinal);
        Assert.Equal(whole, ResultFiles.Of(folder.At("out")));

        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(checkpoint, bytes[..^100]);
        CommandRun truncated = CommandRun.Of("run", study, "--out", folder.At("out"), "--resume");

        Assert.Matches("^1 place in the checkpoint is damaged; what stood there is run again.\nGoes on after [1-9][0-9]* of 450 replicates.\n", truncated.Error);
        Assert.Equal(whole, ResultFiles.Of(folder.At("out")));
    }

    [Fact]
    public void Run_WithForce_SaysWhatItDiscards()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);
        CommandRun.Of("run", study, "--out", folder.At("out"), "--replicates", "2000");
        string manifest = File.ReadAllText(folder.At("out/manifest.json"));
        folder.Write("out/manifest.json", manifest.Replace("\"complete\"", "\"interrupted\"", StringComparison.Ordinal));

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"), "--force");

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.StartsWith($"--force discards 2,000 finished replicates in {folder.At("out")}.\n", run.Error);
    }

    [Fact]
    public void Run_ResumedInAFolderOfAnotherStudy_IsRefusedWith3()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);
        CommandRun.Of("run", study, "--out", folder.At("out"), "--shard", "1/1");

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"), "--seed", "2", "--resume");

        Assert.Equal(
            new CommandRun(ExitCode.OtherStudy, "", $"{folder.At("out")} must hold nothing but results of this study, but holds those of another one: choose another folder with --out.\n"),
            run);
    }

    [Fact]
    public void Run_WithResumeAndForce_IsRefused() => Assert.Equal(
        new CommandRun(ExitCode.InvalidInput, "", "--resume keeps what is done and --force discards it: give one of them.\nHelp: tes run --help\n"),
        CommandRun.Of("run", "study.yaml", "--resume", "--force"));

    [Fact]
    public void Run_BesideARunOfTheSameFolder_IsRefusedWith3()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);
        CommandRun.Of("run", study, "--out", folder.At("out"));
        string checkpoint = folder.At("out/checkpoint-1-of-1.bin");
        using FileStream other = new(checkpoint, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"), "--resume");

        Assert.Equal(
            new CommandRun(ExitCode.OtherStudy, "", $"{checkpoint} is being written by a run that is still going on: wait for its end, or end it.\n"), run);
    }

    // A file system of its own of 1 MB. Where this user may not mount one, FullDiskTests alone has a disk that is full, a made one.
    [Fact]
    public void Run_OnAFullDisk_KeepsWhatIsDone()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.At("disk"));
        if (!OperatingSystem.IsLinux() || Shell("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder.At("disk")) != 0)
        {
            output.WriteLine("Skipped: no file system can be mounted here.");
            return;
        }

        try
        {
            string study = folder.Write("line.yaml", StudyText.Line);
            string[] command = ["run", study, "--replicates", "10000", "--keep-replicates", "--threads", "2"];
            string results = folder.At("disk/out");

            CommandRun full = CommandRun.Of([.. command, "--out", results]);

            Assert.Equal(ExitCode.Failed, full.ExitCode);
            Assert.Matches("^tes: No space left on device.*\nWhat was finished is kept in .*; --resume goes on when this is mended.\n$", full.Error);
            Assert.Equal(["checkpoint-1-of-1.bin"], Directory.GetFiles(results).Select(f => Path.GetFileName(f)));
            Assert.Equal(0, Shell("mount", "-o", "remount,size=64m", folder.At("disk")));
            CommandRun resumed = CommandRun.Of([.. command, "--out", results, "--resume"]);
            Assert.Equal(ExitCode.Done, resumed.ExitCode);
            Assert.Matches("^Goes on after [1-9]", resumed.Error);
            CommandRun.Of([.. command, "--out", folder.At("whole")]);
            Assert.Equal(ResultFiles.Of(folder.At("whole")), ResultFiles.Of(results));
        }
        finally
        {
            Shell("umount", folder.At("disk"));
        }
    }

    private static int Shell(string program, params string[] args)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    private static async Task<int> Run(string[] command, TimeSpan? kill)
    {
        using Process tes = Process.Start(SignalledProcess.Start(command))!;
        Task<string> output = tes.StandardOutput.ReadToEndAsync();
        Task<string> error = tes.StandardError.ReadToEndAsync();
        using CancellationTokenSource end = new(kill ?? TimeSpan.FromMinutes(2));
        try
        {
            await tes.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            tes.Kill();
            await tes.WaitForExitAsync();
        }

        await Task.WhenAll(output, error);
        Assert.True(tes.ExitCode is 0 or 137, await error);
        return tes.ExitCode;
    }
}
