using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Runs random designs, most of them extreme, and lists what no study may ever show.</summary>
/// <remarks>
/// Designs: 2 to 500 therapists, 1 to 60 patients each, intraclass correlations from 0 to .95, up to 90 % lost, 1 to 3 arms, 1 to 5
/// sites (cells may be empty). Every replicate is analysed by all presets, own formulas and all tests, with eight lanes and with one.
/// </remarks>
internal static class RobustnessSweep
{
    /// <summary>Replicates of a design: one full leaf would be 64.</summary>
    public const int ReplicatesPerDesign = 40;

    // Satterthwaite's df of a nearly saturated fit can be so small that the critical value of t is beyond the largest double: at level .05
    // and df d it is near 20^(1/d). The interval is then the whole line.
    private const double SmallestFiniteDf = 0.01;

    private static readonly Method[] s_methods =
    [
        new() { Preset = MethodPreset.NullModel },
        new() { Preset = MethodPreset.Linear, Tests = Tests("alliance_between", TestKind.TSatterthwaite, TestKind.WaldZ, TestKind.Lrt) },
        new()
        {
            Preset = MethodPreset.Quadratic,
            Tests = [.. Tests("I(alliance_between^2)", TestKind.TSatterthwaite, TestKind.Lrt, TestKind.TwoLines, TestKind.LindMehlum), StudyFixture.Variance(TestKind.RlrtMixture)],
        },
        new() { Name = "ml", Preset = MethodPreset.Linear, Estimate = Criterion.Ml, Tests = Tests("alliance_within", TestKind.TSatterthwaite, TestKind.WaldZ) },
        new() { Preset = MethodPreset.RawAlliance, Adjust = ["severity"] },
        new() { Preset = MethodPreset.OlsIgnoringTherapist },
        new() { Name = "robust", Preset = MethodPreset.OlsIgnoringTherapist, Tests = Tests("alliance_between", TestKind.THc3, TestKind.TCr2) },
        new() { Preset = MethodPreset.TherapistMeans, Tests = Tests("alliance_between", TestKind.TSatterthwaite, TestKind.THc3) },
        StudyFixture.Own("products", "outcome ~ severity:alliance_within + I(alliance_within^2) + alliance_between * patient_score + (1 | therapist)"),
        StudyFixture.Own("truths", "outcome ~ arm * site + true_alliance + I(therapist_score^2) + (1 | therapist)",
            [.. Tests("true_alliance", TestKind.TSatterthwaite, TestKind.Lrt), StudyFixture.Variance(TestKind.FExact)]),
    ];

    /// <summary>Runs designs until there are this many replicates.</summary>
    /// <param name="replicates">Replicates over all designs.</param>
    /// <param name="firstDesign">Number of the first design; the same number gives the same design.</param>
    /// <returns>What was found, one line each; empty if all is well.</returns>
    public static List<string> Run(long replicates, int firstDesign = 0)
    {
        List<string> defects = [];
        for (int design = firstDesign; (long)(design - firstDesign) * ReplicatesPerDesign < replicates; design++)
        {
            Scenario scenario = Design(design);
            Method[] methods = [.. s_methods.Where(m => m.Name != "truths" || (scenario.Trial.Arms.Length > 1 && scenario.Trial.Sites > 1))];
            Study study = Possible(StudyFixture.Study(ReplicatesPerDesign, (ulong)design, [.. methods], scenario));
            if (study.Methods.IsEmpty)
            {
                continue;
            }

            string what = $"design {design} ({Text(scenario)})";
#pragma warning disable CA1031 // whatever a design throws is a finding
            try
            {
                Check(study, what, defects);
            }
            catch (Exception e)
#pragma warning restore CA1031
            {
                defects.Add($"{what}: {e.GetType().Name}: {e.Message}");
            }
        }

        return defects;
    }

    /// <summary>The study without the methods that are refused in words, because the trial is too small for them in every replicate.</summary>
    private static Study Possible(Study study) => study with { Methods = [.. study.Methods.Where(m => IsPossible(study with { Methods = [m] }))] };

    private static bool IsPossible(Study study)
    {
        try
        {
            StudyRunner.Check(study);
            return true;
        }
        catch (StudyException)
        {
            return false;
        }
    }

    private static void Check(Study study, string what, List<string> defects)
    {
        List<ReplicateRow> rows = [];
        List<ReplicateRow> alone = [];
        CellResult cell = StudyFixture.Run(study, threads: 1, lanes: 8, rows.Add).Single();
        StudyFixture.Run(study, threads: 1, lanes: 1, alone.Add);
        if (!rows.SequenceEqual(alone))
        {
            (ReplicateRow wide, ReplicateRow single) = rows.Zip(alone).First(pair => !pair.First.Equals(pair.Second));
            defects.Add($"{what}: lanes differ: {wide} and {single}");
        }

        defects.AddRange(rows.Where(row => !IsSound(row)).Select(row => $"{what}: {row}"));
        foreach (SummaryRow row in cell.Summary)
        {
            double?[] values = [row.TrueValue, row.Value, row.Mcse, row.ConfLow, row.ConfHigh];
            if (values.Any(value => value is { } number && !double.IsFinite(number)))
            {
                defects.Add($"{what}: {row}");
            }
        }
    }

    private static bool IsSound(in ReplicateRow row)
    {
        if (row.Status is not (TermStatus.Ok or TermStatus.Singular))
        {
            return double.IsNaN(row.Estimate) && double.IsNaN(row.StandardError) && double.IsNaN(row.DegreesOfFreedom)
                && double.IsNaN(row.Statistic) && double.IsNaN(row.PValue) && double.IsNaN(row.ConfLow) && double.IsNaN(row.ConfHigh);
        }

        bool hasInterval = row.Test is "t-satterthwaite" or "wald-z" or "t-hc3" or "t-cr2";
        bool hasDf = row.Test is "t-satterthwaite" or "t-hc3" or "t-cr2" or "f-exact" or "lrt" or "two-lines" or "lind-mehlum";
        return double.IsFinite(row.Estimate)
            && double.IsFinite(row.Statistic)
            && row.PValue is >= 0 and <= 1
            && (!hasDf || (row.DegreesOfFreedom > 0 && double.IsFinite(row.DegreesOfFreedom)))
            && (!hasInterval || (row.StandardError > 0 && double.IsFinite(row.StandardError)))
            && (!hasInterval || (row.ConfLow <= row.Estimate && row.Estimate <= row.ConfHigh))
            && (!hasInterval || row.DegreesOfFreedom < SmallestFiniteDf || (double.IsFinite(row.ConfLow) && double.IsFinite(row.ConfHigh)));
    }

    private static Scenario Design(int number)
    {
        Random random = new(20260115 + number);
        double Uniform(double low, double high) => low + ((high - low) * random.NextDouble());
        double Logarithmic(double low, double high) => Math.Exp(Uniform(Math.Log(low), Math.Log(high)));
        double OftenZero(double high) => random.Next(3) == 0 ? 0 : Uniform(0, high);
        string[] arms = [.. new[] { "usual", "motivational", "cognitive" }.Take(random.Next(1, 4))];
        int sites = random.Next(2) == 0 ? 1 : random.Next(2, 6);
        int therapists = Math.Max(arms.Length, (int)Logarithmic(2, 501));
        double mean = Logarithmic(1, 61);
        Caseload caseload = random.Next(4) switch
        {
            0 => new FixedCaseload { Patients = (int)mean },
            1 => new DrawnCaseload { Mean = Math.Max(1.5, mean), Cv = Math.Sqrt(Math.Max(1.5, mean) - 1) / Math.Max(1.5, mean) * Uniform(1.01, 2) },
            2 => new SharedCaseload { Total = (int)(therapists * Math.Ceiling(mean)), Cv = OftenZero(0.3) },
            _ => new ListedCaseload { Patients = [.. Enumerable.Range(0, therapists).Select(_ => (int)Logarithmic(1, 61))] },
        };
        Scenario scenario = new()
        {
            Trial = new() { Arms = [.. arms], Sites = sites, Therapists = therapists, Caseload = caseload },
            Therapists = new() { OutcomeIcc = OftenZero(0.95) },
            Alliance = new()
            {
                TherapistIcc = OftenZero(0.95),
                Reliability = Uniform(0.2, 1),
                Assessments = random.Next(1, 5),
                TherapistMean = random.Next(2) == 0 ? TherapistMean.Analysed : TherapistMean.Measured,
            },
            Outcome = new EndpointOutcome
            {
                Between = new QuadraticShape { Curvature = Uniform(-0.3, 0.3), Linear = Uniform(-0.5, 0.5) },
                Within = new QuadraticShape { Curvature = OftenZero(0.3), Linear = Uniform(-0.5, 0.5) },
                ArmEffect = new() { D = arms.Length == 2 ? Uniform(-0.5, 0.5) : 0 },
                Severity = OftenZero(0.5),
                ResidualSd = Logarithmic(1e-3, 1e3),
                SiteIcc = sites > 1 ? OftenZero(0.3) : 0,
            },
            Attrition = new()
            {
                Alliance = new() { Rate = OftenZero(0.7) },
                Outcome = new() { Rate = OftenZero(0.7), DependsOn = new() { Severity = OftenZero(1), Outcome = OftenZero(1), TrueAlliance = OftenZero(1) } },
            },
        };
        return scenario.Problems().Any() ? scenario with { Trial = scenario.Trial with { Caseload = new FixedCaseload { Patients = (int)mean } } } : scenario;
    }

    private static string Text(Scenario scenario) => string.Create(
        CultureInfo.InvariantCulture,
        $"J {scenario.Trial.TherapistCount}, {scenario.Trial.Caseload}, {scenario.Trial.Arms.Length} arms, {scenario.Trial.Sites} sites, lost {scenario.Attrition.Alliance.Rate:F2} and {scenario.Attrition.Outcome.Rate:F2}");

    private static System.Collections.Immutable.ImmutableArray<TestRequest> Tests(string term, params TestKind[] kinds) =>
        [.. kinds.Select(kind => StudyFixture.Term(term, kind))];
}
