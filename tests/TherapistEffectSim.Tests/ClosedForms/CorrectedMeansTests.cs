using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;
using Xunit.Abstractions;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>Slope and curve between therapists, corrected for the unreliability of the observed means: Lüdtke et al. (2008), the other way round.</summary>
public sealed class CorrectedMeansTests(ITestOutputHelper output)
{
    private const string Slope = "alliance_between";
    private const string Curve = "I(alliance_between^2)";
    private const double AllianceIcc = 0.10;
    private const double TherapistVariance = 0.03;
    private const double ResidualVariance = 0.95;
    private const double SlopeInSds = 0.2;
    private const double Curvature = 0.15;

    // At J = 60 and n = 8 the MCSE of the slope's relative bias is about .003, of the curve's .007: attenuation by λ = .47 would leave −.53 and −.78.
    [Fact]
    public void TherapistMeans_OfACurveWithKnownReliability_AreUnbiased()
    {
        CellResult cell = Run(20_000, [OnMeans("known", $"{Slope} + {Curve}", ReliabilitySource.Known)], World(60, within: 0));

        MonteCarlo.AssertMean(SlopeInSds / Math.Sqrt(AllianceIcc), cell.Measure("known", Slope, "", "bias"));
        MonteCarlo.AssertMean(-Curvature / AllianceIcc, cell.Measure("known", Curve, "", "bias"));
    }

    // The slope within therapists, R_w β_w for alliances with error, reaches the means with the share 1 − λ; left in, it would add .5 to a slope of .63.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.6, 2)]
    public void MixedModel_OfACurveBesideASlopeWithinTherapists_IsUnbiased(double reliability, int assessments)
    {
        Scenario world = World(60, within: 0.3);
        world = world with { Alliance = world.Alliance with { Reliability = reliability, Assessments = assessments } };

        CellResult cell = Run(5000, [new() { Preset = MethodPreset.Quadratic, Reliability = ReliabilitySource.Known }], world);

        MonteCarlo.AssertMean(SlopeInSds / Math.Sqrt(AllianceIcc), cell.Measure("quadratic", Slope, "", "bias"));
        MonteCarlo.AssertMean(-Curvature / AllianceIcc, cell.Measure("quadratic", Curve, "", "bias"));
    }

    // Given the observed means the model of a straight line is exact, and estimate and error are divided by the same λ.
    [Fact]
    public void TherapistMeans_OfAStraightLineWithKnownReliability_CoverTheSlopeExactly()
    {
        Scenario world = World(30, within: 0) with
        {
            Outcome = new EndpointOutcome { Between = new LinearShape { Slope = SlopeInSds }, ResidualSd = Math.Sqrt(ResidualVariance) },
        };

        CellResult cell = Run(20_000, [OnMeans("known", Slope, ReliabilitySource.Known)], world);

        MonteCarlo.AssertMean(SlopeInSds / Math.Sqrt(AllianceIcc), cell.Measure("known", Slope, "", "bias"));
        MonteCarlo.AssertRate(0.95, cell.Measure("known", Slope, "t-satterthwaite", "coverage"));
    }

    // λ = .471, SD of its estimate .104: 1/λ̂² has no mean, so that the median is looked at. MCSE of the median of the curve about 2 %.
    [Fact]
    public void TherapistMeans_OfACurveWithEstimatedReliability_HaveTheRightMedian()
    {
        const int replicates = 10_000;
        List<double> raw = [];
        List<double> corrected = [];
        Method[] methods = [OnMeans("raw", $"{Slope} + {Curve}", null), OnMeans("estimated", $"{Slope} + {Curve}", ReliabilitySource.Estimated)];

        CellResult cell = Run(replicates, methods, World(60, within: 0), row =>
        {
            if (row.Term == Slope)
            {
                (row.Method == "raw" ? raw : corrected).Add(row.Estimate);
            }
        });

        double[] reliabilities = [.. raw.Zip(corrected, (b, beta) => b / beta)]; // NaN where λ̂ is not above 0
        double[] estimated = [.. reliabilities.Where(r => !double.IsNaN(r))];
        double mean = estimated.Average();
        double sd = Math.Sqrt(estimated.Sum(r => (r - mean) * (r - mean)) / (estimated.Length - 1));
        double small = reliabilities.Count(r => !(r >= 0.2)) / (double)replicates;
        output.WriteLine($"λ̂: mean {mean:F3}, SD {sd:F3}, below .2 in {100 * small:F2} % of the trials, not above 0 in {replicates - estimated.Length} of {replicates}");
        foreach (string term in (string[])[Slope, Curve])
        {
            SummaryRow coverage = cell.Measure("estimated", term, "t-satterthwaite", "coverage");
            output.WriteLine($"{term}: coverage {coverage.Value:F3}, relative bias {cell.Measure("estimated", term, "", "relative_bias").Value:F3}, median error {cell.Measure("estimated", term, "", "median_bias").Value:F3}, truth {coverage.TrueValue:F3}");
            SummaryRow median = cell.Measure("estimated", term, "", "median_bias");
            Assert.InRange(median.Value!.Value / median.TrueValue!.Value, -0.1, 0.1);
        }

        Assert.Equal(0.471, mean, 0.02);
        Assert.Equal(0.104, sd, 0.01);
        Assert.Equal(replicates - estimated.Length, cell.Measure("estimated", Curve, "", "median_bias").Failures);
    }

    // Two thirds of the 24 patients measured are lost before the outcome: λ is that of the means of 24 (.727), or of about 8 (.47), as the study says.
    [Theory]
    [InlineData(TherapistMean.Measured, ReliabilitySource.Known)]
    [InlineData(TherapistMean.Analysed, ReliabilitySource.Known)]
    [InlineData(TherapistMean.Measured, ReliabilitySource.Estimated)]
    public void MixedModel_AfterLosses_TakesThePatientsOfTheMeans(TherapistMean mean, ReliabilitySource source)
    {
        Scenario world = World(200, within: 0.3) with
        {
            Alliance = new() { TherapistIcc = AllianceIcc, TherapistMean = mean },
            Attrition = new() { Outcome = new() { Rate = 2 / 3.0 } },
        };
        world = world with { Trial = world.Trial with { Caseload = new FixedCaseload { Patients = 24 } } };

        CellResult cell = Run(600, [new() { Preset = MethodPreset.Linear, Reliability = source }], world);

        Assert.InRange(cell.Measure("linear", Slope, "", "relative_bias").Value!.Value, -0.06, 0.06);
    }

    // D: share of the variance that the narrowing leaves, from the truncated normal distribution: .3634 for the upper half.
    [Fact]
    public void Known_OfSelectedTherapists_TakesTheirVariance()
    {
        Scenario world = World(100, within: 0) with
        {
            Therapists = new() { OutcomeIcc = 0.03, Selection = new() { Keep = 0.5 }, Training = 0.9 },
            Alliance = new() { TherapistIcc = 0.3 },
            Outcome = new EndpointOutcome { Between = new LinearShape { Slope = 0.5 } },
        };

        CellResult cell = Run(2000, [OnMeans("known", Slope, ReliabilitySource.Known)], world);

        Assert.Equal(0.81 * 0.3634, TherapistScorePoints.AllianceVariance(new TherapistScoreModel(world.Therapists)), 1e-4);
        Assert.InRange(cell.Measure("known", Slope, "", "relative_bias").Value!.Value, -0.02, 0.02);
    }

    private static CellResult Run(int replicates, Method[] methods, Scenario world, Action<ReplicateRow>? onReplicate = null) =>
        Assert.Single(StudyFixture.Run(StudyFixture.Study(replicates, seed: 20260120, [.. methods], world), onReplicate: onReplicate));

    private static Method OnMeans(string name, string columns, ReliabilitySource? reliability) =>
        StudyFixture.Own(name, $"outcome ~ {columns}") with { Rows = AnalysisRows.TherapistMeans, Reliability = reliability };

    private static Scenario World(int therapists, double within) => new()
    {
        Trial = new() { Therapists = therapists, Caseload = new FixedCaseload { Patients = 8 } },
        Therapists = new() { OutcomeIcc = TherapistVariance / (TherapistVariance + ResidualVariance) },
        Alliance = new() { TherapistIcc = AllianceIcc },
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Linear = SlopeInSds, Curvature = Curvature },
            Within = new LinearShape { Slope = within },
            ResidualSd = Math.Sqrt(ResidualVariance),
        },
    };
}
