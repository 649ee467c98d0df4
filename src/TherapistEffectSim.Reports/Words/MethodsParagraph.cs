using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Words;

/// <summary>What a paper says of the simulation, in the order of ADEMP (Morris, White &amp; Crowther 2019).</summary>
internal static class MethodsParagraph
{
    public static string Of(StoredResults results)
    {
        Study study = results.Study;
        CellResult first = results.Cells[0];
        string[] factors = [.. first.Cell.Factors.Select(f => f.Name.Replace('_', ' '))];
        string scenarios = study.Cells.Count == 1
            ? "one data-generating scenario"
            : $"{study.Cells.Count.ToString("N0", CultureInfo.InvariantCulture)} data-generating scenarios (varied: {Wording.List(factors, "and")})";
        string data = results.Manifest.Drawn == DrawnData.Statistics
            ? "Therapists’ means and sums of squares within therapists, all that the analyses see of the patients, were drawn from their exact distribution."
            : "Patients were drawn one by one.";
        string models = string.Join("; ", first.Formulas.Zip(study.Methods).Select(m => $"{m.First.Key}, {m.First.Value}{Criterion(m.Second)}"));
        string tests = string.Join("; ", first.Summary.Where(r => r.Measure == "rejection_rate").GroupBy(r => r.Test).Select(g => $"{g.Key} of {Wording.List([.. g.Select(r => r.Term).Distinct()], "and")}"));
        string joint = first.JointTests.IsEmpty
            ? ""
            : $" Decisions of {Wording.List([.. first.JointTests.Select(j => $"{j.Name} ({j.Term} in {j.Method} by {j.Test})")], "and")} were counted on the same data sets.";
        string version = results.Manifest.GitCommit.Length > 0 ? $"{results.Manifest.Version}, commit {results.Manifest.GitCommit[..Math.Min(10, results.Manifest.GitCommit.Length)]}" : results.Manifest.Version;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"In each of {scenarios}, {Trials(results)} were simulated. {data} Every data set was analysed by {models}. Tests, at a nominal level of {study.Alpha}: {tests}.{joint} "
            + $"Fits on the boundary of the parameter space count as fits; a test that could not be made counts as no rejection; no data set was redrawn. "
            + $"True values are those of the population projection of the world on each model. Rejection rates and coverage are given with 95 % Wilson intervals, other measures with Monte Carlo standard errors (Morris, White & Crowther 2019). "
            + $"Software: TherapistEffectSim {version}; seed {results.Manifest.Seed}.");
    }

    private static string Trials(StoredResults results) => results.Study.Precision is { } precision
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{precision.Min:N0} to {precision.Max:N0} trials, as many as kept the Monte Carlo standard error of all rejection rates at or below {precision.TargetMcse} (with intervals that hold under repeated looks),")
        : string.Create(CultureInfo.InvariantCulture, $"{results.Cells[0].Replicates:N0} trials");

    private static string Criterion(Method method) => method.Rows == AnalysisRows.TherapistMeans || method.Preset is MethodPreset.TherapistMeans or MethodPreset.SlopeMeans or MethodPreset.OlsIgnoringTherapist or MethodPreset.Correlations
        ? ""
        : $" ({Wording.NameOf(method.Estimate)})";
}
