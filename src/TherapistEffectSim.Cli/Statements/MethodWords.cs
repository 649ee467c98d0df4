using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>The analyses, in sentences.</summary>
internal static class MethodWords
{
    public static IEnumerable<StatementBlock> Of(StatementSource source)
    {
        yield return new Sentences(
            $"Every simulated trial was analysed in each of the following ways, at a level of {Say.Percent(source.Study.Alpha)}. Formulas are in the notation of lme4: `(1 | therapist)` is a random intercept of therapists, "
            + "`alliance_between` the mean alliance of a therapist's patients, centred over therapists, and `alliance_within` a patient's difference from it.");
        ImmutableArray<KeyValuePair<string, string>> formulas = source.Formulas;
        yield return new ItemList([.. formulas.Select((f, m) => $"{f.Key}: {Model(f.Value, source.Study.Methods[m])}. Tests: {Tests(source, f.Key)}.")]);
        yield return new Sentences(
            "A fit with a therapist variance of 0 is a valid fit. No data set was drawn again; a test that could not be made counts as not significant.");
    }

    private static string Model(string formula, Method method)
    {
        if (method.Preset == MethodPreset.Correlations)
        {
            return formula;
        }

        string fitted = !formula.Contains('|', StringComparison.Ordinal) ? "ordinary least squares"
            : method.Estimate == Criterion.Ml ? "maximum likelihood"
            : "restricted maximum likelihood (REML)";
        string rows = method.Rows == AnalysisRows.TherapistMeans || method.Preset is MethodPreset.TherapistMeans or MethodPreset.SlopeMeans ? " of therapist means" : "";
        string corrected = method.Reliability switch
        {
            ReliabilitySource.Known => ", with slope and curve between therapists corrected for the known reliability of the therapist means",
            ReliabilitySource.Estimated => ", with slope and curve between therapists corrected for the estimated reliability of the therapist means",
            _ => "",
        };
        return $"`{formula}`, by {fitted}{rows}{corrected}";
    }

    private static string Tests(StatementSource source, string method)
    {
        string[] tests =
        [
            .. source.Rates
                .Where(r => r.Method == method)
                .Select(r => (r.Term, r.Test))
                .Distinct()
                .GroupBy(r => r.Test)
                .Select(g => $"{Say.Test(g.Key)}{Side(source, method, g.Key)} for {Say.And([.. g.Select(t => Say.Term(t.Term))])}"),
        ];
        return tests.Length == 0 ? "none could be made" : string.Join("; ", tests);
    }

    private static string Side(StatementSource source, string method, string test)
    {
        Method? own = source.Study.Methods.Zip(source.Formulas).FirstOrDefault(m => m.Second.Key == method).First;
        TestRequest? request = own?.Tests.FirstOrDefault(t =>
            System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(t.By.ToString()) == test && (t.Alternative != Alternative.TwoSided || t.Shape is not null));
        return request switch
        {
            { Shape: CurveShape.U } => " (of a U)",
            { Shape: CurveShape.InvertedU } => " (of an inverted U)",
            { Alternative: Alternative.Less } => " (one-sided, below 0)",
            { Alternative: Alternative.Greater } => " (one-sided, above 0)",
            _ => "",
        };
    }
}
