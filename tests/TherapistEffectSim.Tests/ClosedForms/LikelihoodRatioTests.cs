using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>In balanced one-way trials every test of the therapist variance is a function of the F ratio.</summary>
public sealed class LikelihoodRatioTests
{
    private const double Mixture = 2.7055434540954146; // upper .10 quantile of χ²(1)
    private const double Naive = 3.8414588206941254;   // upper .05 quantile of χ²(1)
    private const int Replicates = 40_000;

    /// <summary>J, n, sizes of the mixture rule for RLRT and LRT; NaN where a size is not in the table.</summary>
    public static TheoryData<int, int, double, double> Sizes() => new()
    {
        { 3, 5, 0.03399, 0.01770 },
        { 3, 30, 0.02717, 0.01197 },
        { 10, 5, 0.04147, 0.02838 },
        { 10, 30, 0.03723, 0.02384 },
        { 30, 5, 0.04480, 0.03570 },
        { 30, 10, 0.04325, 0.03381 },
        { 30, 30, 0.04231, 0.03267 },
        { 100, 5, 0.04699, 0.04139 },
        { 100, 30, 0.04563, 0.03958 },
    };

    // 18 rates, MCSE .001 at .04: a size that is off by .006 is seen 99 times in 100. The statistics are exact in every replicate.
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_WithoutTherapistVariance_GivesTheStatisticsAndSizesOfTheFRatio(int therapists, int patients, double rlrt, double lrt)
    {
        Assert.Equal(rlrt, Size(f => Rlrt(f, therapists, patients), Mixture, therapists, patients), 0.5001e-5);
        Assert.Equal(lrt, Size(f => Lrt(f, therapists, patients), Mixture, therapists, patients), 0.5001e-5);
        double f = double.NaN;
        double largest = 0;
        int naive = 0;
        void Watch(ReplicateRow row)
        {
            f = row.Test == "f-exact" ? row.Statistic : f;
            largest = row.Test switch
            {
                "rlrt-mixture" => Math.Max(largest, Math.Abs(row.Statistic - Rlrt(f, therapists, patients))),
                "lrt-mixture" => Math.Max(largest, Math.Abs(row.Statistic - Lrt(f, therapists, patients))),
                _ => largest,
            };
            naive += row is { Test: "rlrt-mixture", Statistic: > Naive } ? 1 : 0;
        }

        CellResult cell = Assert.Single(StudyFixture.Run(
            StudyFixture.Study(Replicates, seed: 20260104, [new() { Preset = MethodPreset.NullModel }], StudyFixture.ScoresWorld(therapists, patients, 0, 0, 0, 0)),
            onReplicate: Watch));

        Assert.InRange(largest, 0, 1e-9);
        MonteCarlo.AssertRate(Size(x => Rlrt(x, therapists, patients), Mixture, therapists, patients), cell.Measure("null-model", "var(therapist)", "rlrt-mixture", "rejection_rate"));
        MonteCarlo.AssertRate(Size(x => Lrt(x, therapists, patients), Mixture, therapists, patients), cell.Measure("null-model", "var(therapist)", "lrt-mixture", "rejection_rate"));
        MonteCarlo.AssertCount(Size(x => Rlrt(x, therapists, patients), Naive, therapists, patients), naive, Replicates, "naive cut");
    }

    [Theory]
    [InlineData(3, 5, 0.0168)]
    [InlineData(10, 10, 0.0189)]
    [InlineData(30, 10, 0.0213)]
    [InlineData(100, 30, 0.0226)]
    public void Size_OfTheNaiveCut_IsFarBelowFivePercent(int therapists, int patients, double size) =>
        Assert.Equal(size, Size(f => Rlrt(f, therapists, patients), Naive, therapists, patients), 0.5001e-4);

    [Theory]
    [InlineData(1.6448536269514722, 0.0108)]
    [InlineData(1.959963984540054, 0.0016)]
    public void Wald_OfTheVariance_HasTheExactSizeOfItsFRatio(double critical, double size)
    {
        const int therapists = 30;
        const int patients = 8;
        double exact = Size(f => Wald(f, therapists, patients), critical, therapists, patients);
        Assert.Equal(size, exact, 0.5001e-4);
        int rejected = 0;

        StudyFixture.Run(
            StudyFixture.Study(Replicates, seed: 20260105, [new() { Preset = MethodPreset.NullModel }], StudyFixture.ScoresWorld(therapists, patients, 0, 0, 0, 0)),
            onReplicate: row => rejected += row.Test == "f-exact" && Wald(row.Statistic, therapists, patients) > critical ? 1 : 0);

        MonteCarlo.AssertCount(exact, rejected, Replicates, "Wald test");
    }

    [Fact]
    public void Wald_OfTheVarianceWithEightTherapists_CanNeverReject()
    {
        double largest = 0;
        StudyFixture.Run(
            StudyFixture.Study(2000, seed: 20260106, [new() { Preset = MethodPreset.NullModel }], StudyFixture.ScoresWorld(8, 30, 0.9, 0, 0, 0)),
            onReplicate: row => largest = row.Test == "f-exact" ? Math.Max(largest, Wald(row.Statistic, 8, 30)) : largest);

        Assert.InRange(largest, 1.86, Math.Sqrt(7 / 2.0)); // √((J − 1)/2) = 1.87 < 1.96
    }

    private static double Rlrt(double f, int therapists, int patients)
    {
        double df1 = therapists - 1;
        double df2 = therapists * (patients - 1);
        return f > 1 ? ((df1 + df2) * Math.Log(((df1 * f) + df2) / (df1 + df2))) - (df1 * Math.Log(f)) : 0;
    }

    private static double Lrt(double f, int therapists, int patients)
    {
        double n = therapists * patients;
        double lambda = (therapists - 1) * f / therapists;
        return lambda > 1 ? (n * Math.Log((((therapists - 1) * f) + n - therapists) / n)) - (therapists * Math.Log(lambda)) : 0;
    }

    /// <summary>(τ̂²)/se with se² = (2/n²)[MSB²/(J − 1) + MSW²/(J(n − 1))].</summary>
    private static double Wald(double f, int therapists, int patients) =>
        (f - 1) / Math.Sqrt(2 * ((f * f / (therapists - 1)) + (1.0 / (therapists * (patients - 1)))));

    /// <summary>P(statistic(F) &gt; cut) for a statistic that grows with F.</summary>
    private static double Size(Func<double, double> statistic, double cut, int therapists, int patients)
    {
        double low = 1;
        double high = 1e6;
        for (int i = 0; i < 200; i++)
        {
            double middle = Math.Sqrt(low * high);
            (low, high) = statistic(middle) > cut ? (low, middle) : (middle, high);
        }

        return FDistribution.Survival(low, therapists - 1, therapists * (patients - 1));
    }
}
