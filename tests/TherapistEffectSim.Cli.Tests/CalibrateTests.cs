using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Cli.Tests;

public sealed class CalibrateTests
{
    // Two assessments, a site, arms without balance, low outcomes good, and names of an own.
    private const string Pilot = """
        who,center,group,phq,w1,w2,bdi
        A,x,tau,12,4.1,4.4,20
        A,x,tau,9,4.9,,14
        A,x,tau,,3.2,3.6,25
        B,x,tau,14,3.9,4.2,22
        B,x,tau,7,5.5,5.1,12
        B,x,tau,11,,,19
        C,y,tau,10,4.0,4.9,16
        C,y,tau,6,5.0,5.6,11
        C,y,tau,13,3.1,3.3,24
        D,x,new,5,5.2,5.7,13
        D,x,new,8,4.4,4.6,17
        D,x,new,9,4.7,4.1,15
        E,y,new,12,3.8,3.1,23
        E,y,new,4,5.8,5.9,10
        F,y,new,10,4.3,4.8,18
        F,y,new,7,5.1,4.9,21
        F,y,new,NA,2.9,,26
        F,y,new,11,4.6,4.4,15

        """;

    private static string PilotFile => Path.Join(StudyText.Repository(), "experiments", "pilot.csv");

    [Fact]
    public void PilotFile_OfTheExperiments_IsADataSetOfTheMetTrial()
    {
        CommandRun run = CommandRun.Of("simulate", StudyText.Experiment("met-cau-2009"), "--all-patients", "--replicate", "3");

        string[] expected = [.. run.Output.Split('\n').Select(line => string.Join(',', line.Split(',').Where((_, i) => i is >= 1 and <= 5 or 8)))];
        Assert.Equal(expected, File.ReadAllText(PilotFile).Split('\n'));
    }

    [Fact]
    public void Calibrate_OfThePilotFile_IsTheApprovedStudy()
    {
        CommandRun run = CommandRun.OfInput(File.ReadAllText(PilotFile), "calibrate", "-", "--reference", "usual");

        ApprovedText.AssertEqual("calibrate-pilot", run.Output);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Calibrate_WithOwnColumnsAndSafeguard_IsTheApprovedStudy()
    {
        CommandRun run = CommandRun.OfInput(
            Pilot, "calibrate", "-", "--therapist", "who", "--site", "center", "--arm", "group", "--reference", "tau", "--outcome", "phq", "--lower-is-better",
            "--alliance", "w1", "--alliance", "w2", "--severity", "bdi", "--safeguard", "alliance", "--confidence", "0.6", "--name", "own");

        ApprovedText.AssertEqual("calibrate-own-columns", run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("therapists")]
    [InlineData("alliance")]
    [InlineData("arm")]
    public void Calibrate_WithAnySafeguard_WritesAStudyThatValidatesAndRuns(string safeguard)
    {
        using TemporaryFolder folder = new();
        string study = folder.At("trial.yaml");

        CommandRun calibrate = CommandRun.Of("calibrate", PilotFile, "--safeguard", safeguard, "--out", study);
        CommandRun validate = CommandRun.Of("validate", study);
        CommandRun run = CommandRun.Of("run", study, "--replicates", "64", "--out", folder.At("results"));

        Assert.Equal((0, 0, 0), (calibrate.ExitCode, validate.ExitCode, run.ExitCode));
        Assert.StartsWith($"Wrote {study}.", calibrate.Error.Split('\n')[^2]);
        Assert.Contains("1 scenario, 3 methods", validate.Output);
        Assert.Equal(["results", "trial.yaml"], folder.Content.Where(e => !e.Contains('/')));
    }

    [Theory]
    [InlineData("", "the first line must name the columns, but the file is empty.")]
    [InlineData("therapist,outcome\n", "there must be at least one row below the header, but there is none.")]
    [InlineData("therapist,outcome\nA,1\nA,2\n", "there must be at least two therapists to tell how much they differ, but the column therapist names one only, A.")]
    [InlineData("therapist,outcome\nA,1\nA,x\nB,3\n", "outcome must be a number such as 1.5 or NA, but was \"x\".", 3)]
    [InlineData("therapist,outcome\nA,1\nA,1\nB,1\nB,1\n", "outcome must vary between patients, but is 1 in every row that has a value.")]
    [InlineData("who,outcome\nA,1\n", "there must be a column \"therapist\", or another one named with --therapist, but the columns are \"who\", \"outcome\".")]
    [InlineData("therapist,phq\nA,1\n", "there must be a column \"outcome\", or another one named with --outcome, but the columns are \"therapist\", \"phq\".")]
    [InlineData("therapist,outcome\nA,1\nB,2\nC,3\n", "some therapist must have at least two patients with values of outcome, but each of the 3 therapists has one: therapists and patients cannot be told apart.")]
    [InlineData("therapist,outcome\nA,1\nA,2\nB,NA\nB,\n", "there must be at least two therapists with values of outcome to tell how much they differ, but there is one only, A.")]
    [InlineData(
        "therapist,outcome\nA,1\nA,99999999999999999999\nB,3\nB,4\n",
        "no study can be made of the estimates: the SD of the outcome within therapists must be a number in [0.001, 1000000], but was 5E+19. Look for a mistyped value, or change the unit.")]
    [InlineData("therapist,outcome,severity\nA,1,0\nA,2,0\nB,3,0\nB,4,0\nB,NA,1\n", "severity must vary within arms and sites among the 4 patients of 2 therapists of the model, to tell its slope, but does not.")]
    [InlineData("therapist,outcome,severity\nA,1,0\nA,2,1\nB,3,1e300\nB,4,0\n", "severity must hold numbers of at most 1E+100 in size, but 1E+300 is among them.")]
    [InlineData("therapist,outcome,severity\nA,1,0\nA,2,1e-300\nB,3,0\nB,4,0\n", "severity must vary by at least 1E-100 between patients, but does not.")]
    [InlineData("therapist,outcome\nA,NA\nA,\nB,NA\nB,NA\n", "outcome must have values, but all of its cells are missing.")]
    [InlineData("therapist,outcome,severity\nA,1,1\nA,2,1\nB,3,1\nB,4,1\n", "severity must vary between patients, but is 1 in every row that has a value.")]
    [InlineData("therapist,outcome,alliance\nA,1,5\nA,2,5\nB,3,5\nB,4,5\n", "alliance must vary between patients, but is 5 in every row that has a value.")]
    [InlineData("therapist,outcome,arm\nA,1,x\nA,2,\nB,3,y\nB,4,y\n", "every patient must have an arm, but arm is missing in row 2 below the header.")]
    [InlineData("therapist,outcome,site\nA,1,x\nA,2,y\nB,3,y\nB,5,y\n", "a therapist must have one site, but A is at x and at y. If the names begin anew at each site, make them different, such as A-1 and B-1.")]
    public void Calibrate_OfDataThatDoNotSuffice_SaysWhatIsNeeded(string data, string message, int? line = null)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("pilot.csv", data);

        CommandRun run = CommandRun.Of("calibrate", file, "--out", folder.At("trial.yaml"));

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal($"{file}{(line is null ? "" : $":{line}")}: {message}\n", run.Error);
        Assert.Equal(["pilot.csv"], folder.Content);
    }

    [Fact]
    public void Calibrate_WhereTheFileExists_LeavesItAlone()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("trial.yaml", "mine");

        CommandRun refused = CommandRun.Of("calibrate", PilotFile, "--out", file);
        string kept = File.ReadAllText(file);
        CommandRun forced = CommandRun.Of("calibrate", PilotFile, "--out", file, "--force");

        Assert.Equal((2, $"{file}: exists already; --force replaces it.\n", "mine"), (refused.ExitCode, refused.Error, kept));
        Assert.Equal(0, forced.ExitCode);
        Assert.StartsWith("# What ", File.ReadAllText(file));
        Assert.Equal(["trial.yaml"], folder.Content);
    }

    [Theory]
    [InlineData("--confidence", "1", "--confidence must be a number > 0 and < 1, but was '1'.")]
    [InlineData("--safeguard", "yes", "--safeguard must be none, therapists, alliance or arm, but was 'yes'.")]
    [InlineData("--therapist", " ", "--therapist must name a column, but is empty.")]
    public void Calibrate_WithAWrongOption_SaysWhatIsAccepted(string option, string value, string message)
    {
        CommandRun run = CommandRun.Of("calibrate", PilotFile, option, value);

        Assert.Equal((2, $"{message}\nHelp: tes calibrate --help\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Calibrate_WithALowOutcomeThatIsGood_TurnsTheSlopesRound()
    {
        string[] usual = Slopes("--name", "pilot");
        string[] reversed = Slopes("--name", "pilot", "--lower-is-better");

        Assert.Equal(Negative(usual[0]), reversed[0]);
        Assert.Equal(usual[1], reversed[1]);

        static string Negative(string line) => line.Contains(": -", StringComparison.Ordinal)
            ? line.Replace(": -", ": ", StringComparison.Ordinal)
            : line.Replace(": ", ": -", StringComparison.Ordinal);

        static string[] Slopes(params string[] options)
        {
            string[] lines = CommandRun.Of(["calibrate", PilotFile, .. options]).Output.Split('\n');
            int outcome = Array.IndexOf(lines, "  outcome:");
            return
            [
                lines.Skip(outcome).First(l => l.StartsWith("    severity: ", StringComparison.Ordinal)),
                lines.First(l => l.StartsWith("    outcome-icc-total: ", StringComparison.Ordinal)),
            ];
        }
    }

    [Fact]
    public void Calibrate_OfADataSet_WritesTheEstimatesOfTheFit()
    {
        CommandRun fit = CommandRun.Of("fit", PilotFile, "--formula", "outcome ~ arm + site + severity + (1 | therapist)", "--format", "json");
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(fit.Output);
        double variance = json.RootElement.GetProperty("random_effects")[0].GetProperty("variance").GetDouble();
        double residual = Math.Pow(json.RootElement.GetProperty("residual_sd").GetDouble(), 2);

        string[] lines = CommandRun.Of("calibrate", PilotFile).Output.Split('\n');

        string written = lines.Single(l => l.StartsWith("    outcome-icc-total: ", StringComparison.Ordinal))["    outcome-icc-total: ".Length..];
        Assert.True(NumberCell.TryParse(written, out double icc));
        Assert.Equal(variance / (variance + residual), icc, 5);
    }
}
