using MathNet.Numerics.Distributions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>What loss that depends on alliance and prognosis does to the slope of the outcome on the alliance.</summary>
/// <remarks>
/// Who stays if S > c, with corr(A, S) = corr(P, S) = ρ, shows Cov(A, P) = −ρ²k and Var A = 1 − ρ²k with k = λ(c)(λ(c) − c), so that a
/// slope that leaves out P is off by γ_P·Cov/Var. Logistic loss with log odds α − b·(A + P) is nearly that with ρ = b/√(2b² + 1.702²), the
/// normal number that comes nearest to a logistic one having the SD 1.702; exactly, by quadrature over u = (A + P)/√2, Cov = (Var u − 1)/2 and Var A = (Var u + 1)/2 among those who stay.
/// </remarks>
public sealed class SelectionByAttritionTests
{
    private const double Lost = 0.44;
    private const double Slope = 0.3;
    private const double Prognosis = 1;
    private const int PatientsOfTherapist = 10;

    // 224,000 patients: a slope off by .02 would be seen.
    [Theory]
    [InlineData(0.5639, -0.0572)]
    [InlineData(1.2036, -0.177)]
    [InlineData(20, -0.428)]
    public void Slope_WithoutPrognosis_IsBiasedAsSelectionOnBothSays(double perSd, double published)
    {
        double correlation = perSd / Math.Sqrt((2 * perSd * perSd) + (1.702 * 1.702));
        double threshold = Normal.InvCDF(0, 1, Lost);
        double hazard = Normal.PDF(0, 1, threshold) / (1 - Lost);
        double reduction = correlation * correlation * hazard * (hazard - threshold);
        Assert.Equal(published, -reduction / (1 - reduction), 0.001);

        Scenario scenario = (Worlds.Plain with
        {
            Therapists = new() { OutcomeIcc = 0 },
            Alliance = new() { TherapistIcc = 0 },
            Attrition = new() { Outcome = new() { Rate = Lost, DependsOn = new() { TrueAlliance = -perSd, Severity = perSd } } },
        }).WithOutcome(o => o with { Alliance = new() { Slope = Slope }, Severity = -Prognosis });
        double intercept = LogisticLoss.Intercept(Lost, Math.Sqrt(2) * perSd);
        double Stays(double u) => 1 - LogisticLoss.Probability(intercept - (perSd * Math.Sqrt(2) * u));
        double mean = LogisticLoss.NormalMean(u => u * Stays(u)) / (1 - Lost);
        double variance = (LogisticLoss.NormalMean(u => u * u * Stays(u)) / (1 - Lost)) - (mean * mean);
        double bias = Prognosis * (variance - 1) / (variance + 1);
        Assert.Equal(published, bias, 0.007);

        (double estimate, double error) = Regression(GeneratedTrial.Many(scenario, 2000));
        MonteCarlo.AssertValue(Slope + bias, estimate, error, $"b = {perSd}");
    }

    /// <summary>Loss by the outcome: those analysed have a better alliance than those measured, whose mean is that of all.</summary>
    /// <remarks>
    /// With log odds α − b·y/SD(y), the mean of the alliance analysed is corr(a, y)·E(y/SD(y) | kept). A patient analysed is one of the n
    /// measured, which takes 1/n from the difference. 500 trials of 20 therapists: a difference off by .017 would be seen.
    /// </remarks>
    [Fact]
    public void ObservedMeans_UnderLossByTheOutcome_DifferByWhatTheAllianceOfThoseLostLacks()
    {
        const double perSd = 1.5;
        Scenario scenario = (Worlds.Plain with
        {
            Therapists = new() { OutcomeIcc = 0 },
            Alliance = new() { TherapistIcc = 0 },
            Attrition = new() { Outcome = new() { Rate = Lost, DependsOn = new() { Outcome = -perSd } } },
        }).WithOutcome(o => o with { Alliance = new() { Slope = 0.8 } });
        double intercept = LogisticLoss.Intercept(Lost, perSd);
        double kept = LogisticLoss.NormalMean(y => y * (1 - LogisticLoss.Probability(intercept - (perSd * y)))) / (1 - Lost);
        double expected = 0.8 / Math.Sqrt(1 + (0.8 * 0.8)) * kept * (1 - (1.0 / PatientsOfTherapist));
        Assert.True(expected > 0.2);

        double[] differences = Differences(scenario.WithMeasuredMeans(), expected);
        double mean = differences.Average();
        double error = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1.0) / differences.Length);
        MonteCarlo.AssertValue(0, mean, error, "analysed minus measured");
        Assert.All(Differences(scenario, 0), difference => Assert.Equal(0, difference, 1e-12));
    }

    // Sum over the patients analysed of the alliance minus the observed mean of the own therapist, minus what is expected; by trial.
    private static double[] Differences(Scenario scenario, double expected)
    {
        World world = new(scenario);
        return
        [
            .. Enumerable.Range(0, 500).Select(replicate => TrialData.Of(world, Worlds.Key, replicate, allPatients: false)
                .Numeric(GeneratedColumns.AllianceWithin).Values.Sum(within => (within - expected) / world.Layout.Therapists)),
        ];
    }

    private static (double Slope, double StandardError) Regression(List<GeneratedTrial> trials)
    {
        List<(double X, double Y)> points =
            [.. trials.SelectMany(t => Enumerable.Range(0, t.Patients).Where(i => t.Analysed[i]).Select(i => (t.Alliance[i], t.Outcome[i])))];
        double x = points.Average(p => p.X);
        double y = points.Average(p => p.Y);
        double squares = points.Sum(p => (p.X - x) * (p.X - x));
        double slope = points.Sum(p => (p.X - x) * (p.Y - y)) / squares;
        double residual = points.Sum(p => Math.Pow(p.Y - y - (slope * (p.X - x)), 2)) / (points.Count - 2);
        return (slope, Math.Sqrt(residual / squares));
    }
}
