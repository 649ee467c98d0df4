using System.Text.Json;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Rejection rates, means and shares of three scenarios that were simulated with lme4 (Oracle/montecarlo.json).</summary>
public sealed class MonteCarloReferenceTests
{
    // 40,000 replicates against the reference's 4,000: the reference's own error, about .008, decides. With |z| ≤ 4 over some 70 figures
    // (about 20 of them independent) the false-alarm rate is near 1e-3; a rate that is off by .045 would be seen 95 times in 100.
    private const int Replicates = 40_000;
    private const double LargestZ = 4;

    private const string Full = "outcome ~ therapist_score + I(therapist_score^2) + patient_score + (1 | therapist)";
    private const string B1 = "therapist_score";
    private const string B2 = "I(therapist_score^2)";
    private const string Bw = "patient_score";

    public static TheoryData<int> Scenarios() => [0, 1, 2];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Run_OfAReferenceScenario_GivesItsRatesWithinFourStandardErrors(int index)
    {
        JsonElement scenario = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Oracle", "montecarlo.json")))
            .RootElement.GetProperty("scenarios")[index];
        double Constant(string name) => scenario.GetProperty(name).GetDouble();
        Scenario world = StudyFixture.ScoresWorld(
            (int)Constant("J"), (int)Constant("n"), Constant("outcome_icc"), Constant("b1"), Constant("b2"), Constant("bw"));
        Method reml = StudyFixture.Own(
            "reml",
            Full,
            StudyFixture.Term(B1, TestKind.TSatterthwaite),
            StudyFixture.Term(B2, TestKind.TSatterthwaite),
            StudyFixture.Term(B2, TestKind.WaldZ),
            StudyFixture.Term(Bw, TestKind.TSatterthwaite),
            StudyFixture.Variance(TestKind.RlrtMixture));
        Method ml = StudyFixture.Own(
            "ml",
            Full,
            StudyFixture.Term(B1, TestKind.WaldZ),
            StudyFixture.Term(B2, TestKind.WaldZ),
            StudyFixture.Term(B2, TestKind.Lrt),
            StudyFixture.Variance(TestKind.LrtMixture)) with
        { Estimate = Criterion.Ml };
        Means df = new();
        Means se = new();
        Means likelihoodRatio = new();
        int naive = 0;
        void Watch(ReplicateRow row)
        {
            if (row is { Method: "reml", Term: B2, Test: "t-satterthwaite" })
            {
                df.Add(row.DegreesOfFreedom);
                se.Add(row.StandardError);
            }
            else if (row is { Method: "ml", Term: B2, Test: "lrt" })
            {
                likelihoodRatio.Add(row.Statistic);
            }
            else if (row is { Method: "ml", Test: "lrt-mixture", Statistic: > 3.841458820694124 })
            {
                naive++;
            }
        }

        CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(Replicates, seed: 20260101, [reml, ml], world), onReplicate: Watch));

        List<string> off = [];
        void Rate(double share, JsonElement reference, string what)
        {
            double p0 = reference.GetProperty("rate").GetDouble();
            double mcse = reference.GetProperty("mc_se").GetDouble();
            Compare(share, p0, Math.Sqrt((p0 * (1 - p0) / Replicates) + (mcse * mcse)), what);
        }

        void Compare(double value, double expected, double error, string what)
        {
            double z = (value - expected) / error;
            if (!(Math.Abs(z) <= LargestZ))
            {
                off.Add($"{what}: {value:G6}, reference {expected:G6}, z = {z:F2}");
            }
        }

        double Rejects(string method, string term, string test) => cell.Measure(method, term, test, "rejection_rate").Value!.Value;
        JsonElement rejection = scenario.GetProperty("rejection");
        Rate(Rejects("ml", B2, "wald-z"), rejection.GetProperty("b2").GetProperty("wald_z_ml"), "b2 wald ml");
        Rate(Rejects("reml", B2, "wald-z"), rejection.GetProperty("b2").GetProperty("wald_z_reml"), "b2 wald reml");
        Rate(Rejects("reml", B2, "t-satterthwaite"), rejection.GetProperty("b2").GetProperty("satterthwaite_reml"), "b2 satterthwaite");
        Rate(Rejects("ml", B2, "lrt"), rejection.GetProperty("b2").GetProperty("lrt_ml"), "b2 lrt");
        Rate(Rejects("ml", B1, "wald-z"), rejection.GetProperty("b1").GetProperty("wald_z_ml"), "b1 wald ml");
        Rate(Rejects("reml", B1, "t-satterthwaite"), rejection.GetProperty("b1").GetProperty("satterthwaite_reml"), "b1 satterthwaite");
        Rate(Rejects("reml", Bw, "t-satterthwaite"), rejection.GetProperty("bw").GetProperty("satterthwaite_reml"), "bw satterthwaite");
        JsonElement variance = rejection.GetProperty("therapist_variance");
        Rate(Rejects("ml", "var(therapist)", "lrt-mixture"), variance.GetProperty("lrt_ml_chibar"), "variance lrt");
        Rate(Rejects("reml", "var(therapist)", "rlrt-mixture"), variance.GetProperty("lrt_reml_chibar"), "variance rlrt");
        Rate(naive / (double)Replicates, variance.GetProperty("lrt_ml_naive_chisq1"), "variance naive");
        JsonElement atZero = scenario.GetProperty("share_at_zero");
        Rate(cell.Measure("ml", "var(therapist)", "", "singular_rate").Value!.Value, atZero.GetProperty("ml"), "singular ml");
        Rate(cell.Measure("reml", "var(therapist)", "", "singular_rate").Value!.Value, atZero.GetProperty("reml"), "singular reml");

        JsonElement estimates = scenario.GetProperty("estimates");
        void Mean(double value, double mcse, string name)
        {
            JsonElement reference = estimates.GetProperty(name);
            double theirs = reference.GetProperty("mc_se").GetDouble();
            Compare(value, reference.GetProperty("mean").GetDouble(), Math.Sqrt((mcse * mcse) + (theirs * theirs)), name);
        }

        foreach ((string term, string name) in new[] { (B1, "b1"), (B2, "b2"), (Bw, "bw") })
        {
            SummaryRow bias = cell.Measure("reml", term, "", "bias");
            Mean(bias.TrueValue!.Value + bias.Value!.Value, bias.Mcse!.Value, name);
        }

        SummaryRow varianceBias = cell.Measure("reml", "var(therapist)", "", "bias");
        Mean(varianceBias.TrueValue!.Value + varianceBias.Value!.Value, varianceBias.Mcse!.Value, "var_u_reml");
        Mean(se.Mean, se.Mcse, "se_b2_reml");
        Mean(df.Mean, df.Mcse, "satterthwaite_df_b2");
        Mean(likelihoodRatio.Mean, likelihoodRatio.Mcse, "lrt_b2");
        Assert.Empty(off);
    }

    private sealed class Means
    {
        private double _sum;
        private double _squares;
        private int _count;

        public double Mean => _sum / _count;

        public double Mcse => Math.Sqrt(((_squares / _count) - (Mean * Mean)) / _count);

        public void Add(double value)
        {
            _sum += value;
            _squares += value * value;
            _count++;
        }
    }
}
