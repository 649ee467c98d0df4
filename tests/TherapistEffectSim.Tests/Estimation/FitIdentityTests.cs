using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>What must hold for every fit, whatever the data.</summary>
public sealed class FitIdentityTests
{
    private const int Trials = 60;

    public static TheoryData<bool> Criteria() => [true, false];

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Of_TrialsOnTheBound_IsOrdinaryLeastSquares(bool reml)
    {
        int onBound = 0;
        for (int number = 0; number < Trials; number++)
        {
            RandomTrial trial = new(number);
            DataFit fit = Fit(trial, reml);
            if (fit.Theta > 0)
            {
                continue;
            }

            DataFit leastSquares = DataFit.Of(trial.Columns, trial.Outcome, new int[trial.Outcome.Length], [], reml);

            onBound++;
            Near(leastSquares.Criterion, fit.Criterion, 1e-9, number);
            Near(leastSquares.ResidualVariance, fit.ResidualVariance, 1e-11, number);
            AssertSame(leastSquares, fit, scale: 1, number);
        }

        Assert.True(onBound > 5);
    }

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Of_PermutedRowsAndTherapists_IsTheSame(bool reml)
    {
        for (int number = 0; number < Trials; number++)
        {
            RandomTrial trial = new(number);
            Random random = new(number);
            int[] rows = [.. Enumerable.Range(0, trial.Outcome.Length)];
            int[] groups = [.. Enumerable.Range(0, trial.RandomColumn.Length)];
            random.Shuffle(rows);
            random.Shuffle(groups);
            double[] randomColumn = new double[groups.Length];
            for (int g = 0; g < groups.Length; g++)
            {
                randomColumn[groups[g]] = trial.RandomColumn[g];
            }

            DataFit permuted = DataFit.Of(
                [.. trial.Columns.Select(column => rows.Select(i => column[i]).ToArray())],
                [.. rows.Select(i => trial.Outcome[i])],
                [.. rows.Select(i => groups[trial.Group[i]])],
                randomColumn,
                reml);

            DataFit fit = Fit(trial, reml);
            Near(fit.Criterion, permuted.Criterion, 1e-9, number);
            Near(fit.ResidualVariance, permuted.ResidualVariance, 1e-8 * fit.ResidualVariance, number);
            AssertSame(fit, permuted, scale: 1, number);
        }
    }

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Of_AnOutcomeInAnotherUnit_ScalesEstimatesAndKeepsTheTests(bool reml)
    {
        const double unit = 1000.0 / 7;
        for (int number = 0; number < Trials; number++)
        {
            RandomTrial trial = new(number);

            DataFit scaled = DataFit.Of(trial.Columns, [.. trial.Outcome.Select(y => unit * y)], trial.Group, trial.RandomColumn, reml);

            DataFit fit = Fit(trial, reml);
            Near(unit * unit * fit.ResidualVariance, scaled.ResidualVariance, 1e-8 * scaled.ResidualVariance, number);
            AssertSame(fit, scaled, unit, number);
        }
    }

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Of_AnOutcomePlusAColumn_ShiftsThatCoefficientOnly(bool reml)
    {
        const double shift = -7.25;
        for (int number = 0; number < Trials; number++)
        {
            RandomTrial trial = new(number);
            int column = trial.Columns.Count > 1 ? 1 : 0;

            DataFit shifted = DataFit.Of(
                trial.Columns, [.. trial.Outcome.Select((y, i) => y + (shift * trial.Columns[column][i]))], trial.Group, trial.RandomColumn, reml);

            DataFit fit = Fit(trial, reml);
            Near(fit.Criterion, shifted.Criterion, 1e-8, number);
            for (int k = 0; k < fit.FixedEffects.Length; k++)
            {
                double expected = fit.FixedEffects[k].Estimate + (fit.FixedEffects[k].Column == column ? shift : 0);
                Near(expected, shifted.FixedEffects[k].Estimate, 1e-8 * (1 + Math.Abs(expected)), number);
                Near(fit.FixedEffects[k].StandardError, shifted.FixedEffects[k].StandardError, 1e-8 * fit.FixedEffects[k].StandardError, number);
            }
        }
    }

    [Fact]
    public void Of_NestedModels_NeverFitsWorseWithMore()
    {
        for (int number = 0; number < Trials; number++)
        {
            RandomTrial trial = new(number);
            double larger = double.PositiveInfinity;
            for (int columns = 1; columns <= trial.Columns.Count; columns++)
            {
                DataFit ml = DataFit.Of([.. trial.Columns.Take(columns)], trial.Outcome, trial.Group, trial.RandomColumn, reml: false);
                DataFit reml = DataFit.Of([.. trial.Columns.Take(columns)], trial.Outcome, trial.Group, trial.RandomColumn, reml: true);

                Assert.True(ml.Criterion <= larger + 1e-9, $"trial {number}: column {columns} makes the deviance larger");
                Assert.True(ml.Criterion <= ml.CriterionWithoutRandomTerm + 1e-9, $"trial {number}");
                Assert.True(reml.Criterion <= reml.CriterionWithoutRandomTerm + 1e-9, $"trial {number}");
                larger = ml.Criterion;
            }
        }
    }

    private static DataFit Fit(RandomTrial trial, bool reml) => DataFit.Of(trial.Columns, trial.Outcome, trial.Group, trial.RandomColumn, reml);

    private static void AssertSame(DataFit expected, DataFit actual, double scale, int number)
    {
        Near(expected.Theta, actual.Theta, 1e-7 * (1e-3 + expected.Theta), number);
        Assert.Equal(expected.DroppedColumns.AsEnumerable(), actual.DroppedColumns.AsEnumerable());
        for (int k = 0; k < expected.FixedEffects.Length; k++)
        {
            FixedEffectEstimate effect = expected.FixedEffects[k];
            double se = scale * effect.StandardError;
            Near(scale * effect.Estimate, actual.FixedEffects[k].Estimate, 1e-7 * se, number);
            Near(se, actual.FixedEffects[k].StandardError, 1e-7 * se, number);
            Near(effect.DegreesOfFreedom, actual.FixedEffects[k].DegreesOfFreedom, 1e-6 * effect.DegreesOfFreedom, number);
        }
    }

    private static void Near(double expected, double actual, double tolerance, int number) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"trial {number}: {actual:R}, expected {expected:R}, difference {actual - expected:E2}");
}
