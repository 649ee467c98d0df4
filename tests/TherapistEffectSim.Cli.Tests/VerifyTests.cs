using System.Diagnostics;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>Data sets of a run, refitted.</summary>
public sealed class VerifyTests
{
    [Fact]
    public void Verify_OfAllKindsOfMethods_FindsNoDifference()
    {
        using TemporaryFolder folder = new();

        CommandRun run = CommandRun.Of("verify", folder.Write("grid.yaml", StudyText.Grid), "--scenario", "3", "--replicates", "5");

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"\n own +estimate +5 +\d\.\dE-1\d\n", run.Output);
        Assert.Contains("\ntherapist-means: not compared, it is of therapist means.\ncorrelations: not compared, it fits no model.\n", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nLargest difference over 5 data sets: \d\.\dE-\d+\.\n$", run.Output);
        Assert.Equal(["grid.yaml"], folder.Content);
    }

    // Where R with lme4 is, it is asked; a number that is changed behind its back must be seen.
    [Fact]
    public void Verify_ForR_WritesWhatLme4CanRefit()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("grid.yaml", StudyText.Grid);

        CommandRun run = CommandRun.Of("verify", study, "--replicates", "2", "--r", "--out", folder.At("r"));

        Assert.Equal(
            (ExitCode.Done, $"Wrote 2 data sets and verify.R. Next: Rscript {folder.At("r/verify.R")}\n"), (run.ExitCode, run.Error));
        Assert.Equal(["data-1.csv", "data-2.csv", "levels.csv", "methods.csv", "results.csv", "verify.R"], Directory.GetFiles(folder.At("r")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(CommandRun.Of("simulate", study, "--replicate", "2").Output, File.ReadAllText(folder.At("r/data-2.csv")));
        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", $"{folder.At("r")} must be absent or an empty folder: choose another one with --out.\n"),
            CommandRun.Of("verify", study, "--r", "--out", folder.At("r")));
        if (Rscript("-e", "library(lme4)").Code != 0)
        {
            return;
        }

        (int code, string output) = Rscript(folder.At("r/verify.R"));
        Assert.True(code == 0, output);
        Assert.Matches(@"Largest difference to lme4 .* over 2 data sets: \d\.\de-0[4-9]\n$", output);

        string results = File.ReadAllText(folder.At("r/results.csv"));
        string[] cells = results.Split('\n').First(line => line.Contains("f-exact", StringComparison.Ordinal)).Split(',');
        folder.Write("r/results.csv", results.Replace($",{cells[8]},", ",4.4,", StringComparison.Ordinal));
        Assert.Equal(1, Rscript(folder.At("r/verify.R")).Code);
    }

    [Fact]
    public void Completion_InBash_AsksTheProgram()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using TemporaryFolder folder = new();
        string script = $$"""
            tes() { dotnet "{{Path.Join(AppContext.BaseDirectory, "tes.dll")}}" "$@"; }
            {{CommandRun.Of("completion", "bash").Output}}
            COMP_LINE='tes run --re' COMP_POINT=12 COMP_CWORD=2 COMP_WORDS=(tes run --re)
            _tes tes --re run
            echo "${COMPREPLY[*]}"
            """;

        (int code, string output) = Output("bash", folder.Write("completion.sh", script));

        Assert.Equal((0, "--replicates --report --resume\n"), (code, output));
    }

    [Fact]
    public void Completion_ForAnotherShell_SaysWhichThereIs()
    {
        CommandRun run = CommandRun.Of("completion", "tcsh");

        Assert.Equal(ExitCode.InvalidInput, run.ExitCode);
        Assert.Contains("'tcsh'", run.Error, StringComparison.Ordinal);
        Assert.Contains("'bash'", run.Error, StringComparison.Ordinal);
    }

    private static (int Code, string Output) Rscript(params string[] args) => Output("Rscript", args);

    private static (int Code, string Output) Output(string program, params string[] args)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "");
        }
    }
}
