using MathNet.Numerics.Distributions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.Design;

public sealed class ResponseCurveTests
{
    private static readonly (double Score, double Outcome)[] s_asymmetric = [(-1.5, -1), (0, 0.2), (0.25, 0.5), (2, -0.4)];

    // E min(Z, k) = k·(1 − Φ(k)) − φ(k), E min(Z, k)² = Φ(k) − k·φ(k) + k²·(1 − Φ(k)), Cov(Z, min(Z, k)) = Φ(k).
    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(-2, 0.5)]
    [InlineData(1, -1.25)]
    [InlineData(1e6, 3)]
    [InlineData(0.4, 30)]
    [InlineData(0.4, -30)]
    public void Curve_OfAPlateau_HasTheMomentsOfACensoredNormal(double slope, double knee)
    {
        ResponseCurve curve = new PlateauShape { Slope = slope, Knee = knee }.Curve;
        (double below, double density) = (Normal.CDF(0, 1, knee), Normal.PDF(0, 1, knee));
        double above = Normal.CDF(0, 1, -knee);
        double mean = (knee * above) - density;
        double variance = below - (knee * density) + (knee * knee * above) - (mean * mean);

        double tolerance = 1e-12 * Math.Abs(slope);
        Assert.Equal(slope * below, curve.Slope, tolerance);
        Assert.Equal(slope * slope * variance, curve.Variance, tolerance * Math.Abs(slope) * Math.Max(1, knee * knee));
        foreach (double s in new[] { -40, -2, -0.1, 0.49, 0.5, 2.7, 40 })
        {
            Assert.Equal(slope * (Math.Min(s, knee) - mean), curve.At(s), tolerance * Math.Max(1, Math.Abs(knee)));
        }
    }

    [Fact]
    public void Curve_OfPoints_IsThePointsJoinedByLinesCentredToMeanZero()
    {
        ResponseCurve curve = Points(s_asymmetric).Curve;
        double mean = Expectation(Joined);

        Assert.Equal(Expectation(s => s * Joined(s)), curve.Slope, 1e-12);
        Assert.Equal(Expectation(s => Joined(s) * Joined(s)) - (mean * mean), curve.Variance, 1e-12);
        Assert.Equal(0, Expectation(curve.At), 1e-12);
        foreach (double s in new[] { -9, -1.5, -1.4, -0.01, 0, 0.1, 0.25, 1, 2, 2.1, 9 })
        {
            Assert.Equal(Joined(s) - mean, curve.At(s), 1e-12);
        }
    }

    // Slope by Stein's lemma: Σ slope·(Φ(to) − Φ(from)). A step of 1 at a steep place is (nearly) Bernoulli.
    [Fact]
    public void Curve_OfASteepStep_KeepsItsDigits()
    {
        ResponseCurve curve = Points([(0.5, 0), (0.5 + 1e-9, 1)]).Curve;
        double above = Normal.CDF(0, 1, -0.5);

        Assert.Equal(Normal.PDF(0, 1, 0.5), curve.Slope, 1e-9);
        Assert.Equal(above * (1 - above), curve.Variance, 1e-9);
        Assert.Equal(1 - above, curve.At(3), 1e-9);
        Assert.Equal(-above, curve.At(-3), 1e-9);
    }

    public static TheoryData<string> Lines => ["points", "many points", "plateau"];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Curve_OfAStraightLine_IsTheLinearShape(string name)
    {
        ResponseCurve line = new LinearShape { Slope = 0.3 }.Curve;
        ResponseCurve curve = Straight(name).Curve;

        Assert.Equal(line.Slope, curve.Slope, 1e-12);
        Assert.Equal(line.Variance, curve.Variance, 1e-12);
        Assert.True(curve.HasSlope);
        Assert.False(curve.IsCurved);
        Assert.All(Enumerable.Range(-70, 141), k => Assert.Equal(line.At(0.1 * k), curve.At(0.1 * k), 1e-12));
    }

    [Fact]
    public void Curve_OfAFlatShape_IsZero()
    {
        Assert.True(Points([(-1, 0.7), (1, 0.7)]).Curve.IsZero);
        Assert.True(new PlateauShape { Slope = 0, Knee = 1 }.Curve.IsZero);
        Assert.False(Points([(-1, 0.7), (1, 0.8)]).Curve.IsZero);
    }

    [Fact]
    public void HasSlopeAndIsCurved_TellTheParts()
    {
        ResponseCurve tent = Points([(-2, 0), (0, 1), (2, 0)]).Curve;
        ResponseCurve ramp = Points([(-1, -1), (1, 1)]).Curve;

        Assert.Equal((false, true), (tent.HasSlope, tent.IsCurved));
        Assert.Equal((true, true), (ramp.HasSlope, ramp.IsCurved));
        Assert.True(tent.WithSlopeAdded(0.1).HasSlope);
        Assert.Equal(0.1, tent.WithSlopeAdded(0.1).Slope, 1e-14);
        Assert.Equal(tent.Variance + 0.01, tent.WithSlopeAdded(0.1).Variance, 1e-14);
    }

    [Fact]
    public void OutcomeIccTotal_CountsTheVarianceOfCurvesWithKinks()
    {
        const double icc = 0.25;
        PlateauShape plateau = new() { Slope = 0.4, Knee = 0.5 };
        VarianceComponents components = VarianceComponents.Of(Worlds.Plain.WithOutcome(o => o with
        {
            Between = plateau,
            Within = Points(s_asymmetric),
            Alliance = new() { Slope = 0.2 },
        }) with
        { Therapists = new() { OutcomeIccTotal = icc } });
        ResponseCurve between = plateau.Curve.WithSlopeAdded(0.2 * Math.Sqrt(0.2));
        ResponseCurve within = Points(s_asymmetric).Curve.WithSlopeAdded(0.2 * Math.Sqrt(0.8));

        Assert.Equal(between, components.Between);
        Assert.Equal(within, components.Within);
        double therapists = (components.OutcomeTherapistSd * components.OutcomeTherapistSd) + between.Variance;
        Assert.Equal(icc, therapists / (therapists + 1 + within.Variance), 1e-12);
        Assert.Equal(Expectation(s => between.At(s) * between.At(s)), between.Variance, 1e-12);
    }

    public static TheoryData<(double, double)[], string> Wrong => new()
    {
        { [], "points must list 2 to 64 points, but lists 0." },
        { [(0, 1)], "points must list 2 to 64 points, but lists 1." },
        { [.. Enumerable.Range(0, 65).Select(k => ((double)k, 0.0))], "points must list 2 to 64 points, but lists 65." },
        { [(0, 1), (1, 1), (0.5, 2)], "points must ascend in s, but 0.5 follows 1." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Problems_OfWrongPoints_SayWhatIsWrong((double, double)[] points, string expected)
    {
        Scenario scenario = Worlds.Plain.WithOutcome(o => o with { Within = Points(points) });

        Assert.Equal(new("outcome.within", expected), Assert.Single(VarianceComponents.Problems(scenario)));
        Assert.StartsWith("outcome.within: " + expected, Assert.Throws<ArgumentException>(() => VarianceComponents.Of(scenario)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CurvePoint_FarOutside_IsRefused() => Assert.StartsWith(
        "Score must be a number in [-100, 100], but was 101.",
        Assert.Throws<ArgumentOutOfRangeException>(() => new CurvePoint { Score = 101, Outcome = 0 }).Message,
        StringComparison.Ordinal);

    internal static ResponseShape Straight(string name) => name switch
    {
        "points" => Points([(-10, 1), (10, 7)]),
        "many points" => Points([.. Enumerable.Range(-31, 63).Select(k => (0.3 * k, 0.09 * k))]),
        _ => new PlateauShape { Slope = 0.3, Knee = 8 },
    };

    internal static PointsShape Points((double Score, double Outcome)[] points) =>
        new() { Points = [.. points.Select(p => new CurvePoint { Score = p.Score, Outcome = p.Outcome })] };

    private static double Joined(double s)
    {
        (double Score, double Outcome)[] points = s_asymmetric;
        int right = Array.FindIndex(points, p => p.Score >= s);
        if (right <= 0)
        {
            return right == 0 ? points[0].Outcome : points[^1].Outcome;
        }

        (double Score, double Outcome) left = points[right - 1];
        double share = (s - left.Score) / (points[right].Score - left.Score);
        return ((1 - share) * left.Outcome) + (share * points[right].Outcome);
    }

    // Simpson's rule with the step 1/800 on ±12: all kinks of these tests are ends of its panels; error near 1e-14.
    private static double Expectation(Func<double, double> f)
    {
        const int steps = 800;
        double sum = 0;
        for (int k = -12 * steps; k <= 12 * steps; k++)
        {
            double s = (double)k / steps;
            sum += (Math.Abs(k) == 12 * steps ? 1 : k % 2 == 0 ? 2 : 4) * f(s) * Normal.PDF(0, 1, s);
        }

        return sum / (3 * steps);
    }
}
