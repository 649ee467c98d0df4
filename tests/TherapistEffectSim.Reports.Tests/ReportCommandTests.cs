using TherapistEffectSim.Reports.Charts;

namespace TherapistEffectSim.Reports.Tests;

public sealed class ReportCommandTests(SampleResults samples) : IClassFixture<SampleResults>
{
    private const string Small = "scenario:\n  trial: {therapists: 10, caseload: 5}\n  therapists: {outcome-icc: 0.05}\n  alliance: {therapist-icc: 0.2}\n";

    [ReportFact]
    public void Report_WritesItsFileIntoTheFolder_AndANewRunTakesItAway()
    {
        string folder = samples.Run("written", Small);
        string report = Path.Join(folder, "report.html");

        (int code, string output, string error) = SampleResults.Tes("report", folder);

        Assert.Equal((0, "", $"Report in {report}: open it in a browser.\n"), (code, output, error));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(report));
        samples.Run("written", Small);
        Assert.False(File.Exists(report));
    }

    [ReportFact]
    public void RunWithReport_WritesWhatReportWrites()
    {
        string folder = samples.Run("both", Small, "--report");
        string report = File.ReadAllText(Path.Join(folder, "report.html"));

        Assert.Equal(report, SampleResults.Tes("report", folder, "--out", "-").Output);
    }

    [Fact]
    public void Specifications_AreWrittenBesideTheFolder()
    {
        string folder = samples.Run("specified", Small);

        (int code, _, string error) = SampleResults.Tes("report", folder + Path.DirectorySeparatorChar, "--specs");

        Assert.Equal((0, $"4 specifications in {folder}-specs: power.vl.json, joint.vl.json, estimates.vl.json, coverage.vl.json.\n"), (code, error));
        Assert.All(Directory.GetFiles(folder + "-specs"), file => Assert.Contains(ChartSpec.Schema, File.ReadAllText(file)));
    }

    [Fact]
    public void ChartLibrary_WithoutOneOfItsScripts_SaysHowToHaveIt()
    {
        Assert.Null(ChartLibrary.MissingFrom(["charts/vega.min.js", "charts/vega-lite.min.js", "charts/vega-embed.min.js"]));
        Assert.Contains("Install Node.js 20 or later with npm, and build again", ChartLibrary.MissingFrom(["charts/vega.min.js", "charts/vega-lite.min.js"]));
    }

    [ReportFact]
    public void Report_OfWhatIsNoResultFolder_IsRefused()
    {
        string folder = Directory.CreateTempSubdirectory("tes-empty-").FullName;
        try
        {
            Assert.Equal(
                (2, $"{folder} must be a folder that tes run has written, but holds no manifest.json.\n"),
                (SampleResults.Tes("report", folder).ExitCode, SampleResults.Tes("report", folder).Error));
            Assert.Equal("nowhere must be a folder that tes run has written, but does not exist.\n", SampleResults.Tes("report", "nowhere").Error);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [ReportFact]
    public void Report_OfAChangedTable_IsRefused()
    {
        string folder = samples.Run("wrong", Small);
        string joint = Path.Join(folder, "joint-pairs.csv");
        File.AppendAllText(joint, "\n");

        (int code, _, string error) = SampleResults.Tes("report", folder);

        Assert.Equal((2, $"{joint} is not the file that the run wrote: its checksum differs from the one in manifest.json. Run the study again.\n"), (code, error));
    }
}
