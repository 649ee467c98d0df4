using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Heavy-tailed and skewed distributions of residuals and therapists, against MathNet's t and Azzalini's distribution function.</summary>
/// <remarks>
/// 40,000 patients, 20,000 therapists; false-alarm rate 1e-6 a check, asymptotically: of t only moments whose square has an expectation are
/// tested by their MCSE. A distribution function off by .02 anywhere would be seen.
/// </remarks>
public sealed class DistributionFormTests
{
    private const int Replicates = 200;
    private const double ResidualSd = 1.4;

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(30)]
    public void Residuals_OfT_HaveItsDistributionWithTheStatedSd(double df)
    {
        WorldSample sample = OfResiduals(new TForm { Df = df });

        MonteCarlo.AssertDistribution(T(df), [.. sample.OutcomeDeviation.Select(e => e / ResidualSd)], $"t of {df} df");
        AssertIndependent(sample);
        if (df > 4)
        {
            sample.AssertPatientMean(ResidualSd * ResidualSd, i => sample.OutcomeDeviation[i] * sample.OutcomeDeviation[i]);
        }

        if (df > 8)
        {
            sample.AssertPatientMean(3 + (6 / (df - 4)), i => Math.Pow(sample.OutcomeDeviation[i] / ResidualSd, 4));
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(-0.9)]
    [InlineData(0.99)]
    public void Residuals_Skewed_HaveTheirSkewnessWithTheStatedSd(double skewness)
    {
        WorldSample sample = OfResiduals(new SkewedForm { Skewness = skewness });

        sample.AssertPatientMean(0, i => sample.OutcomeDeviation[i]);
        sample.AssertPatientMean(ResidualSd * ResidualSd, i => sample.OutcomeDeviation[i] * sample.OutcomeDeviation[i]);
        sample.AssertPatientMean(skewness, i => Math.Pow(sample.OutcomeDeviation[i] / ResidualSd, 3));
        MonteCarlo.AssertDistribution(SkewNormal(skewness), [.. sample.OutcomeDeviation.Take(8000).Select(e => e / ResidualSd)], $"skewness {skewness}");
        AssertIndependent(sample);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(0, -0.8)]
    public void Therapists_HaveTheFormAndTheirIcc(double df, double skewness)
    {
        DistributionForm form = df > 0 ? new TForm { Df = df } : new SkewedForm { Skewness = skewness };
        WorldSample sample = WorldSample.Of(
            Worlds.Plain with
            {
                Trial = new() { Therapists = 100, Caseload = new FixedCaseload { Patients = 1 } },
                Therapists = new() { OutcomeIcc = 0.2, Distribution = form },
            },
            Replicates);

        MonteCarlo.AssertDistribution(df > 0 ? T(df) : SkewNormal(skewness), [.. sample.Effect.Take(8000).Select(u => u / 0.5)], "therapists");
        sample.AssertTherapistMean(0.25, j => sample.Effect[j] * sample.Effect[j]);
        sample.AssertTherapistMean(0, j => sample.Effect[j] * sample.AllianceSkill[j]);
        sample.AssertTherapistMean(0, j => sample.Effect[j] * sample.Adherence[j]);
        Assert.Equal(sample.Effect, sample.OutcomeBase);
    }

    [Fact]
    public void ResidualSd_IsThatOfTheArm()
    {
        Scenario scenario = (Worlds.Plain with { Trial = Worlds.Plain.Trial with { Arms = ["a", "b"] } }).WithOutcome(o => o with
        {
            ResidualSd = new() { PerArm = ImmutableSortedDictionary<string, double>.Empty.Add("b", 1.7) },
            Distribution = new SkewedForm { Skewness = 0.5 },
        });
        WorldSample sample = WorldSample.Of(scenario, Replicates);

        sample.AssertPatientMean(0.5, i => sample.ArmOf(i) == 0 ? sample.OutcomeDeviation[i] * sample.OutcomeDeviation[i] : 0);
        sample.AssertPatientMean(0.5 * 1.7 * 1.7, i => sample.ArmOf(i) == 1 ? sample.OutcomeDeviation[i] * sample.OutcomeDeviation[i] : 0);

        // The ICC is of the mean of the variances.
        Assert.Equal(0.1 / 0.9 * (1 + (1.7 * 1.7)) / 2, sample.World.Components.OutcomeTherapistSd * sample.World.Components.OutcomeTherapistSd, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void ResidualSd_OfAnArm_RefusesAllButPositiveNumbers(double sd)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new ResidualSd { PerArm = ImmutableSortedDictionary<string, double>.Empty.Add("a", 1).Add("b", sd) });

        Assert.StartsWith(FormattableString.Invariant($"PerArm must be numbers in [0.001, 1000000], but was {sd}."), error.Message);
    }

    [Fact]
    public void T_OfTheWordsWhoseRadiusIsZero_IsZero() =>
        Assert.Equal(0, new StandardForm<Lane1>(new TForm { Df = 4 }).Of(Lane1.Create(1), Lane1.Create(0), Lane1.Create(0))[0]);

    // Without therapist effects the deviation of the outcome is the residual.
    private static WorldSample OfResiduals(DistributionForm form) =>
        WorldSample.Of(Worlds.Plain.WithOutcome(o => o with { Distribution = form, ResidualSd = ResidualSd }), Replicates);

    private static void AssertIndependent(WorldSample sample)
    {
        sample.AssertPatientMean(0, i => sample.OutcomeDeviation[i] * sample.Score[i]);
        sample.AssertPatientMean(0, i => Math.Abs(sample.OutcomeDeviation[i]) * ((sample.Score[i] * sample.Score[i]) - 1));
        sample.AssertPatientMean(0, i => sample.OutcomeDeviation[i] * sample.Severity[i]);
    }

    private static Func<double, double> T(double df)
    {
        StudentT scaled = new(0, Math.Sqrt((df - 2) / df), df);
        return scaled.CumulativeDistribution;
    }

    // Φ(x) − 2T(x, α) with Owen's T(h, a) = ∫₀ᵃ exp(−h²(1 + x²)/2)/(1 + x²) dx/2π; δ by halving the interval.
    private static Func<double, double> SkewNormal(double skewness)
    {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            double m = middle * Math.Sqrt(2 / Math.PI);
            bool isBelow = (4 - Math.PI) / 2 * Math.Pow(m * m / (1 - (m * m)), 1.5) < Math.Abs(skewness);
            (low, high) = isBelow ? (middle, high) : (low, middle);
        }

        double delta = Math.Sign(skewness) * low;
        double mean = delta * Math.Sqrt(2 / Math.PI);
        double sd = Math.Sqrt(1 - (mean * mean));
        double alpha = delta / Math.Sqrt(1 - (delta * delta));
        return standard =>
        {
            double x = (standard * sd) + mean;
            double owen = GaussLegendreRule.Integrate(t => Math.Exp(-x * x * (1 + (t * t)) / 2) / (1 + (t * t)), 0, alpha, 64) / (2 * Math.PI);
            return Normal.CDF(0, 1, x) - (2 * owen);
        };
    }
}
