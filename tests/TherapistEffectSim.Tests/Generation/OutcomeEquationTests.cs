using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>The outcome as a function of the generated truths: least squares by MathNet finds every coefficient of the equation.</summary>
/// <remarks>
/// Residual SD .001 and no therapist effect, so that coefficients have standard errors near 1e-5 and anything left out of the equation, or
/// in it by mistake, shows. False-alarm rate 1e-6 a coefficient; a coefficient off by 1e-4 would be seen.
/// </remarks>
public sealed class OutcomeEquationTests
{
    private const double ResidualSd = 0.001;

    private static readonly Scenario s_all = new()
    {
        Trial = new() { Arms = ["usual", "other"], Therapists = 40, Caseload = new FixedCaseload { Patients = 15 } },
        Therapists = new() { OutcomeIcc = 0, Correlations = new() { AllianceAdherence = 0.4 } },
        Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = 0.3 },
        Traits = Worlds.Plain.Traits
            .Add("prior-treatment", new() { Share = 0.4, Alliance = 0.3, Outcome = -0.21, ByAlliance = 0.22 })
            .Add("young", new() { Share = 0.7, Outcome = 0.23, ByAlliance = -0.24 }),
        Alliance = new() { TherapistIcc = 0.25, Severity = -0.3, Reliability = 0.5 },
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Linear = 0.11, Curvature = 0.12 },
            Within = new QuadraticShape { Linear = 0.13, Curvature = -0.14 },
            Alliance = new() { Slope = 0.15 },
            ArmEffect = new() { D = 0.16 },
            Severity = -0.17,
            ResidualSd = ResidualSd,
            Moderations = new() { Severity = 0.18, Arm = -0.19 },
            Adherence = new() { Linear = 0.25, Curvature = 0.26, CurvatureByAlliance = -0.27, BySeverity = 0.28 },
        },
    };

    // Terms of the equation, and some that are not in it.
    private static readonly (string Name, Func<WorldSample, int, double> Value, double Coefficient)[] s_terms =
    [
        ("intercept", (_, _) => 1, 0),
        ("therapist score", (w, i) => Skill(w, i), 0.11 + (0.15 * Math.Sqrt(0.25))),
        ("its square", (w, i) => (Skill(w, i) * Skill(w, i)) - 1, -0.12),
        ("patient score", (w, i) => w.Score[i], 0.13 + (0.15 * Math.Sqrt(0.75))),
        ("its square", (w, i) => (w.Score[i] * w.Score[i]) - 1, 0.14),
        ("arm", (w, i) => w.ArmOf(i), 0.16),
        ("severity", (w, i) => w.Severity[i], -0.17),
        ("alliance × severity", (w, i) => w.TrueAlliance[i] * w.Severity[i], 0.18),
        ("alliance × arm", (w, i) => w.TrueAlliance[i] * w.ArmOf(i), -0.19),
        ("prior treatment", (w, i) => w.Traits[0][i], -0.21),
        ("alliance × prior treatment", (w, i) => w.TrueAlliance[i] * w.Traits[0][i], 0.22),
        ("young", (w, i) => w.Traits[1][i], 0.23),
        ("alliance × young", (w, i) => w.TrueAlliance[i] * w.Traits[1][i], -0.24),
        ("adherence", (w, i) => Adherence(w, i), 0.25),
        ("its square", (w, i) => (Adherence(w, i) * Adherence(w, i)) - 1, -0.26),
        ("alliance × its square", (w, i) => w.TrueAlliance[i] * ((Adherence(w, i) * Adherence(w, i)) - 1), 0.27),
        ("adherence × severity", (w, i) => Adherence(w, i) * w.Severity[i], 0.28),
        ("recorded alliance", (w, i) => w.Recorded[i], 0),
        ("adherence × alliance", (w, i) => Adherence(w, i) * w.TrueAlliance[i], 0),
        ("severity × arm", (w, i) => w.Severity[i] * w.ArmOf(i), 0),
    ];

    [Fact]
    public void Outcome_HasAllTermsOfItsEquationAndNoOthers()
    {
        WorldSample sample = WorldSample.Of(s_all, 24);
        (Vector<double> found, double[] errors, double sd) = LeastSquares(sample, 0, sample.Patients, [.. s_terms.Select(t => t.Value)]);

        for (int k = 0; k < s_terms.Length; k++)
        {
            MonteCarlo.AssertZ(found[k], s_terms[k].Coefficient, errors[k], s_terms[k].Name);
            Assert.InRange(errors[k], 0, 1e-4);
        }

        MonteCarlo.AssertZ(sd, ResidualSd, ResidualSd / Math.Sqrt(2.0 * sample.Patients), "residual SD");
    }

    // y = −.2(C² − 1) + .2(C² − 1)·a + .1a: flat in adherence at a = 1, curvature −.4 at a = −1.
    [Fact]
    public void AdherenceCurve_IsFlatWhereTheAllianceIsGood()
    {
        Scenario scenario = (Worlds.Plain with { Therapists = new() { OutcomeIcc = 0 } }).WithOutcome(o => o with
        {
            Alliance = new() { Slope = 0.1 },
            Adherence = new() { Curvature = 0.2, CurvatureByAlliance = -0.2 },
            ResidualSd = ResidualSd,
        });
        WorldSample sample = WorldSample.Of(scenario, 8);
        for (int i = 0; i < sample.Patients; i++)
        {
            double square = (Adherence(sample, i) * Adherence(sample, i)) - 1;
            double expected = (0.1 * sample.TrueAlliance[i]) - (0.2 * (1 - sample.TrueAlliance[i]) * square);
            Assert.Equal(expected, sample.Outcome[i], 6 * ResidualSd);
        }
    }

    [Fact]
    public void SiteByArm_ShiftsTheArmsAfterTheFirstInEachSite()
    {
        const double sd = 0.3;
        Scenario scenario = (Worlds.Plain with
        {
            Trial = new() { Arms = ["a", "b", "c"], Sites = 4, Therapists = 24, Caseload = new FixedCaseload { Patients = 1 } },
            Therapists = new() { OutcomeIcc = 0 },
        }).WithOutcome(o => o with { SiteByArmSd = sd });
        WorldSample sample = WorldSample.Of(scenario, 1000);
        int Arm(int j) => sample.World.Layout.Arm[j % 24];
        int Cell(int j) => (j / 24 * 12) + (sample.World.Layout.Site[j % 24] * 3) + Arm(j);

        IGrouping<int, double>[] cells = [.. Enumerable.Range(0, sample.OutcomeBase.Count).GroupBy(Cell, j => sample.OutcomeBase[j])];
        Assert.Equal(12_000, cells.Length);
        Assert.All(cells, cell => Assert.Single(cell.Distinct()));
        Assert.All(cells.Where(c => c.Key % 3 == 0), cell => Assert.Equal(0, cell.First()));
        Dictionary<int, double> deviations = cells.ToDictionary(c => c.Key, c => c.First());
        double[] first = [.. cells.Where(c => c.Key % 3 == 1).Select(c => c.First())];
        MonteCarlo.AssertMean(0, first);
        MonteCarlo.AssertMean(sd * sd, [.. first.Select(v => v * v)]);
        MonteCarlo.AssertMean(sd * sd, [.. cells.Where(c => c.Key % 3 == 2).Select(c => c.First() * c.First())]);
        MonteCarlo.AssertMean(0, [.. cells.Where(c => c.Key % 3 == 1).Select(c => c.First() * deviations[c.Key + 1])]);
        MonteCarlo.AssertMean(0, [.. cells.Where(c => c.Key % 12 == 1).Select(c => c.First() * deviations[c.Key + 3])]);
    }

    // One replicate is one study: all its therapists and patients have the same deviations, which least squares in the replicate finds.
    [Fact]
    public void Literature_GivesEachReplicateItsOwnEffects()
    {
        const int replicates = 600;
        Literature sds = new() { Alliance = 0.11, Between = 0.12, Within = 0.13, Curvature = 0.14, ArmEffect = 0.15, Severity = 0.16 };
        WorldSample sample = WorldSample.Of(
            s_all with { Trial = s_all.Trial with { Therapists = 12, Caseload = new FixedCaseload { Patients = 8 } }, Literature = sds }, replicates);
        double[][] deviations = [.. Enumerable.Range(0, replicates).Select(r => Deviations(sample, r))];
        double betweenSd = Math.Sqrt(0.25);
        double withinSd = Math.Sqrt(0.75);

        // Of the two scores' slopes, h_A has part in both: h_B + τ·h_A and h_W + σ_W·h_A.
        double[,] expected = new double[5, 5];
        expected[0, 0] = (sds.Between * sds.Between) + (0.25 * sds.Alliance * sds.Alliance);
        expected[1, 1] = (sds.Within * sds.Within) + (0.75 * sds.Alliance * sds.Alliance);
        expected[0, 1] = betweenSd * withinSd * sds.Alliance * sds.Alliance;
        expected[2, 2] = sds.Curvature * sds.Curvature;
        expected[3, 3] = sds.ArmEffect * sds.ArmEffect;
        expected[4, 4] = sds.Severity * sds.Severity;
        for (int a = 0; a < 5; a++)
        {
            MonteCarlo.AssertMean(0, [.. deviations.Select(d => d[a])]);
            for (int b = a; b < 5; b++)
            {
                MonteCarlo.AssertMean(expected[a, b], [.. deviations.Select(d => d[a] * d[b])]);
            }
        }
    }

    private static double Skill(WorldSample sample, int patient) => sample.AllianceSkill[sample.TherapistOf(patient)];

    private static double Adherence(WorldSample sample, int patient) => sample.Adherence[sample.TherapistOf(patient)];

    // Of the slopes on both scores, the square of the therapists', arm and severity from what the equation says of all studies.
    private static double[] Deviations(WorldSample sample, int replicate)
    {
        int patients = sample.Patients / sample.Replicates;
        (Vector<double> found, _, double sd) = LeastSquares(
            sample, replicate * patients, (replicate + 1) * patients, [.. s_terms.Where(t => t.Coefficient != 0).Select(t => t.Value)]);
        Assert.InRange(sd, 0, 2 * ResidualSd);
        double[] coefficients = [.. s_terms.Where(t => t.Coefficient != 0).Select(t => t.Coefficient)];
        double Off(int k) => found[k] - coefficients[k];
        return [Off(0), Off(2), Off(1), Off(4), Off(5)];
    }

    private static (Vector<double> Coefficients, double[] StandardErrors, double ResidualSd) LeastSquares(
        WorldSample sample, int from, int to, Func<WorldSample, int, double>[] terms)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(to - from, terms.Length, (i, k) => terms[k](sample, from + i));
        Vector<double> y = Vector<double>.Build.Dense(to - from, i => sample.Outcome[from + i]);
        Matrix<double> inverse = x.TransposeThisAndMultiply(x).Cholesky().Solve(Matrix<double>.Build.DenseIdentity(terms.Length));
        Vector<double> coefficients = inverse * x.TransposeThisAndMultiply(y);
        double variance = (y - (x * coefficients)).DotProduct(y - (x * coefficients)) / (to - from - terms.Length);
        return (coefficients, [.. Enumerable.Range(0, terms.Length).Select(k => Math.Sqrt(variance * inverse[k, k]))], Math.Sqrt(variance));
    }
}
