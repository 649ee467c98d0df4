using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>The closed form of balanced designs is what the iterated fit of the same statistics finds.</summary>
public sealed class BalancedFitsTests
{
    private const int Replicates = 64;

    // The last has a column that depends on those before it, between therapists.
    private static readonly ImmutableArray<Method> s_methods =
    [
        new() { Preset = MethodPreset.NullModel },
        new() { Preset = MethodPreset.NullModel, Name = "null-ml", Estimate = Criterion.Ml },
        new() { Preset = MethodPreset.Linear },
        new() { Preset = MethodPreset.Linear, Name = "linear-ml", Estimate = Criterion.Ml },
        new() { Preset = MethodPreset.Quadratic },
        new() { Preset = MethodPreset.Quadratic, Name = "quadratic-ml", Estimate = Criterion.Ml },
        StudyFixture.Own("ordinary", "outcome ~ alliance_between + alliance_within"),
        StudyFixture.Own("other-order", "outcome ~ alliance_within + I(alliance_between^2) + alliance_between + (1 | therapist)"),
        StudyFixture.Own(
            "dropped", "outcome ~ alliance_between + true_alliance_between + therapist_score + alliance_within + (1 | therapist)"),
        StudyFixture.Own("alliance", "alliance ~ arm + (1 | therapist)"),
    ];

    public static TheoryData<int, int> Trials() => new()
    {
        { 13, 6 },
        { 40, 10 },
        { 6, 2 }, // fewer therapists than columns of some models: nothing is estimable there
    };

    [Theory]
    [MemberData(nameof(Trials))]
    public void Fit_IsTheIteratedFit(int therapists, int patients)
    {
        Scenario world = BitIdentityTests.Complete(new FixedCaseload { Patients = patients });
        world = world with { Trial = world.Trial with { Therapists = therapists } };
        Study study = StudyFixture.Study(1, seed: 11, s_methods, world);
        ScenarioPlan plan = ScenarioPlanner.Plan(study, study.Cells[0], Drawing.CombinedMeans);
        bool[][] between = [.. plan.Fits.Select(plan.HasBetween)];
        bool[][] within = [.. plan.Fits.Select(plan.HasWithin)];
        bool[] all = [.. plan.Fits.Select(_ => true)];
        Assert.All(plan.Fits.Select((f, k) => BalancedFits<Lane4>.CanFit(f.Model, between[k], within[k])), Assert.True);
        BalancedFits<Lane4> balanced = new([.. plan.Fits.Select(f => f.Model)], all, all, between, within);
        RandomInterceptFit<Lane4>[] iterated = [.. plan.Fits.Select((f, k) => new RandomInterceptFit<Lane4>(f.Model, therapists, between[k], within[k]))];
        TrialReduction<Lane4> trials = new(plan.World, plan.Key, plan.Columns, plan.Drawing);

        for (int first = 0; first < Replicates; first += 4)
        {
            trials.Run(first);
            balanced.Factor(trials.Statistics);
            balanced.Fit(trials.Statistics);
            for (int f = 0; f < plan.Fits.Length; f++)
            {
                BalancedFit<Lane4> fit = balanced.Fits[f]!;
                fit.Coefficients();
                for (int lane = 0; lane < 4; lane++)
                {
                    AssertSame(plan.Fits[f].Model, iterated[f], trials.Statistics, fit, lane);
                }
            }
        }
    }

    private static void AssertSame(LinearModel model, RandomInterceptFit<Lane4> iterated, TherapistStatistics<Lane4> data, BalancedFit<Lane4> fit, int lane)
    {
        LinearModelFit<Lane4> expected = iterated.Fit(data);
        ProfiledCriterion<Lane4> criterion = iterated.Criterion;
        Assert.Equal(IsTrue(expected.Estimable[lane]), IsTrue(fit.Estimable[lane]));
        Assert.Equal(IsTrue(expected.Within.Estimable[lane]), IsTrue(fit.Within.Estimable[lane]));
        Near(expected.Within.BetweenDf[lane], fit.Within.BetweenDf[lane]);
        Near(expected.Within.WithinDf[lane], fit.Within.WithinDf[lane]);
        if (!IsTrue(fit.Estimable[lane]))
        {
            return;
        }

        Near(expected.Within.Between[lane], fit.Within.Between[lane]);
        Near(expected.Within.Within[lane], fit.Within.Within[lane]);
        Near(expected.Theta[lane], fit.Theta[lane]);
        Near(expected.Variance[lane], fit.Variance[lane]);
        Near(expected.Criterion[lane], fit.Criterion[lane]);
        Near(expected.CriterionAtZero[lane], fit.CriterionAtZero[lane]);
        Satterthwaite<Lane4> satterthwaite = new(model, criterion, expected);
        for (int k = 0; k < model.FixedEffects; k++)
        {
            double[] contrast = new double[model.FixedEffects];
            contrast[k] = 1;
            satterthwaite.Of(contrast, out Lane4 variance, out Lane4 df);
            bool kept = IsTrue(criterion.Factor.Kept[k][lane]);
            Assert.Equal(kept, IsTrue(fit.Kept(k)[lane]));
            Near(criterion.Beta[k][lane], fit.Beta(k)[lane]);
            if (kept)
            {
                Near(Math.Sqrt(variance[lane]), fit.StandardError(k)[lane]);
                Near(df[lane], fit.DegreesOfFreedom(k)[lane]);
            }
        }
    }

    private static bool IsTrue(double mask) => BitConverter.DoubleToUInt64Bits(mask) != 0;

    // Sums of a few hundred terms and matrices of order 6 with a condition number of about 10³.
    private static void Near(double expected, double actual) =>
        Assert.True(Math.Abs(actual - expected) <= 1e-9 * (Math.Abs(expected) + 1e-2), $"{actual:R} instead of {expected:R}");
}
