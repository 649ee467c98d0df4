using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Tests.Oracle;

namespace TherapistEffectSim.Tests.Inference;

public sealed class VarianceShareTests
{
    private const double Confidence = 0.95;

    // Dyestuff (Davies & Goldsmith 1972), a balanced one-way layout of 6 × 5: F = 4.59827.
    private static readonly double[] s_dyestuff =
    [
        1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560,
        1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445,
    ];

    [Fact]
    public void Exact_OnEqualNumbers_IsSearlesInterval()
    {
        VarianceShareModel model = Dyestuff();

        ConfidenceInterval interval = VarianceShare.Exact(model, Confidence)!.Value;

        // ((F/F_u − 1)/n, (F/F_l − 1)/n) for θ, with the mean squares 11271.5 and 2451.25.
        double f = 11271.5 / 2451.25;
        Assert.Equal(Share(((f / MathNet.Numerics.Distributions.FisherSnedecor.InvCDF(5, 24, 0.975)) - 1) / 5), interval.Low, 9);
        Assert.Equal(Share(((f / MathNet.Numerics.Distributions.FisherSnedecor.InvCDF(5, 24, 0.025)) - 1) / 5), interval.High, 9);
        Assert.Equal((5, 24), (model.BetweenDegreesOfFreedom, model.WithinDegreesOfFreedom));
        Assert.Equal(2451.25, model.WithinSumOfSquares / 24, 9);
    }

    [Fact]
    public void RestrictedEstimate_OnDyestuff_IsThePublishedOne() =>
        Assert.Equal(1764.05 / (1764.05 + 2451.25), VarianceShare.RestrictedEstimate(Dyestuff()), 7);

    // REML estimates: lme4 1.1-31. Profiles: roots (R's uniroot) of lme4's profiled REML criterion as a function of τ/σ. Exact intervals: in R, from the
    // eigenvalues of Z'MZ. Model y ~ abar + awithin + (1 | therapist).
    [Theory]
    [InlineData("ri_unbalanced", 0.2236468476, 0.1150569288, 0.3983537389, 0.09102212913, 0.35937751276)]
    [InlineData("ri_near_boundary", 0.01974242093, 0, 0.12741891731, 0, 0.1303765519)]
    [InlineData("ri_boundary", 0, 0, 0.08396254416, 0, 0.08098357507)]
    public void Intervals_OfTherapists_AreThoseOfLme4AndOfEigenvalues(
        string name, double estimate, double profileLow, double profileHigh, double exactLow, double exactHigh)
    {
        VarianceShareModel model = Oracle(name);

        double found = VarianceShare.RestrictedEstimate(model);
        ConfidenceInterval profile = VarianceShare.Profile(model, found, Confidence);
        ConfidenceInterval exact = VarianceShare.Exact(model, Confidence)!.Value;

        Assert.Equal(estimate, found, 6);
        Assert.Equal(profileLow, profile.Low, 7);
        Assert.Equal(profileHigh, profile.High, 7);
        Assert.Equal(exactLow, exact.Low, 8);
        Assert.Equal(exactHigh, exact.High, 8);
    }

    // 81 assessments of 30 patients of 6 therapists, 9 of the second and third missing; reference as above, of
    // score ~ factor(occasion) + factor(therapist) + (1 | patient).
    [Fact]
    public void Intervals_OfPatientsWithinTherapists_AreThoseOfTherapistsAsFixedEffects()
    {
        List<(int Therapist, int Patient, int Occasion, double Score)> rows = Assessments();

        VarianceShareModel model = VarianceShareModel.Of(
            [Dummy(rows, 2), Dummy(rows, 3)],
            [.. rows.Select(r => r.Score)],
            [.. rows.Select(r => r.Patient)],
            [.. rows.Select(r => r.Therapist)]);

        VarianceShare share = VarianceShare.Of(model, Confidence);
        ConfidenceInterval profile = VarianceShare.Profile(model, share.Estimate, Confidence);
        Assert.Equal((81, 24, 49), (rows.Count, model.BetweenDegreesOfFreedom, model.WithinDegreesOfFreedom));
        Assert.Equal(0.7025521910, share.Estimate, 6);
        Assert.Equal(0.5069845245, share.Interval.Low, 8);
        Assert.Equal(0.8418979378, share.Interval.High, 8);
        Assert.Equal(0.5089272868, profile.Low, 7);
        Assert.Equal(0.8401368687, profile.High, 7);
    }

    [Fact]
    public void Of_LevelsThatAreTooAlike_TakesTheProfileLikelihood()
    {
        // Every level has the values −1, 0, 1: the means do not differ at all.
        int[] level = [.. Enumerable.Range(0, 30).Select(i => i / 3)];
        double[] outcome = [.. Enumerable.Range(0, 30).Select(i => (i % 3) - 1 + (i == 0 ? 1e-6 : 0))];

        VarianceShare share = VarianceShare.Of(VarianceShareModel.Of([], outcome, level, new int[30]), Confidence);

        Assert.Equal(ShareIntervalMethod.ProfileLikelihood, share.Method);
        Assert.Equal(0, share.Estimate);
        Assert.Equal(0, share.Interval.Low);
        Assert.InRange(share.Interval.High, 0.001, 0.2);
    }

    [Fact]
    public void Of_AnotherUnitAndOrigin_IsTheSame()
    {
        OracleCase data = new("ri_unbalanced");
        double[] y = data.Numbers("y");
        VarianceShare share = VarianceShare.Of(Oracle("ri_unbalanced"), Confidence);
        VarianceShare moved = VarianceShare.Of(Model(data, [.. y.Select(v => 1e4 + (37 * v))]), Confidence);

        Assert.Equal(share.Estimate, moved.Estimate, 6);
        Assert.Equal(share.Interval.Low, moved.Interval.Low, 9);
        Assert.Equal(share.Interval.High, moved.Interval.High, 9);
    }

    private static VarianceShareModel Dyestuff() =>
        VarianceShareModel.Of([], s_dyestuff, [.. Enumerable.Range(0, 30).Select(i => i / 5)], new int[30]);

    private static VarianceShareModel Oracle(string name)
    {
        OracleCase data = new(name);
        return Model(data, data.Numbers("y"));
    }

    // A constant and a copy of a column change nothing: they are left out.
    private static VarianceShareModel Model(OracleCase data, double[] y)
    {
        string[] names = data.Text("therapist");
        string[] levels = [.. names.Distinct()];
        double[] constant = [.. Enumerable.Repeat(2009.0, y.Length)];
        return VarianceShareModel.Of(
            [constant, data.Numbers("abar"), data.Numbers("awithin"), data.Numbers("abar")],
            y,
            [.. names.Select(n => Array.IndexOf(levels, n))],
            new int[y.Length]);
    }

    private static double Share(double theta) => theta / (1 + theta);

    private static double[] Dummy(List<(int Therapist, int Patient, int Occasion, double Score)> rows, int occasion) =>
        [.. rows.Select(r => r.Occasion == occasion ? 1.0 : 0)];

    // The generator of Park & Miller (1988), which R calculates exactly too.
    private static List<(int Therapist, int Patient, int Occasion, double Score)> Assessments()
    {
        double state = 12345;
        List<(int, int, int, double)> rows = [];
        int n = 0;
        for (int therapist = 0; therapist < 6; therapist++)
        {
            for (int p = 0; p < 5; p++)
            {
                double patient = Next();
                for (int occasion = 1; occasion <= 3; occasion++)
                {
                    double error = Next();
                    n++;
                    if (!(occasion > 1 && n % 7 == 3))
                    {
                        rows.Add((therapist, (therapist * 5) + p, occasion, ((therapist + 1) * 0.3) + patient + (0.8 * error) + (0.1 * occasion)));
                    }
                }
            }
        }

        return rows;

        double Next()
        {
            state = 16807 * state % 2147483647;
            return state / 2147483647;
        }
    }
}
