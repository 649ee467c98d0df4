using System.Globalization;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Benchmarks;

/// <summary>
/// Fits random-intercept models to trials of few therapists with very unequal caseloads, where the criterion can have several minima, and compares each with a grid over θ.
/// </summary>
internal static class CaseloadSurvey
{
    private const int Fewest = 6;
    private const int Most = 10;
    private const int LargestCaseload = 200;
    private const int GridPoints = 120;
    private const double LowerCriterion = 1e-7;

    private static readonly int[][] s_models = [[0, 3], [0, 1, 3], [0, 2, 3]]; // intercept; with a therapist's or a patient's covariate; outcome

    /// <summary>Runs the survey; every second data set has heavy-tailed therapist effects.</summary>
    /// <param name="sets">Data sets; each is fitted by REML or by maximum likelihood with one of three models, in turn.</param>
    /// <returns>Exit code: 1 if a fit is beaten by the grid.</returns>
    public static int Run(int sets)
    {
        int fits = 0;
        int notConverged = 0;
        int several = 0;
        int onBound = 0;
        int beaten = 0;
        for (int batch = 0; fits < sets; batch++)
        {
            Random random = new(batch);
            int therapists = random.Next(Fewest, Most + 1);
            TherapistStatistics<Lane8> data = Draw(random, therapists, heavyTailed: batch % 2 == 1);
            bool reml = batch / 2 % 2 == 0;
            LinearModel model = new([.. s_models[batch / 4 % s_models.Length]], HasRandomIntercept: true, reml);
            LinearModelFit<Lane8> fit = new RandomInterceptFit<Lane8>(model, therapists, data.HasBetween, data.HasWithin).Fit(data);
            ProfiledCriterion<Lane8> criterion = new(therapists, [.. model.Columns], data.HasBetween, data.HasWithin);
            criterion.Load(data);
            Lane8 found = Value(criterion, data, reml, fit.Theta);
            Lane8[] grid = [.. Thetas(data).Select(theta => Value(criterion, data, reml, theta))];
            for (int lane = 0; lane < Lane8.Width; lane++)
            {
                if (BitConverter.DoubleToUInt64Bits(fit.Estimable[lane]) == 0)
                {
                    continue;
                }

                fits++;
                notConverged += BitConverter.DoubleToUInt64Bits(fit.Converged[lane]) == 0 ? 1 : 0;
                onBound += fit.Theta[lane] == 0 ? 1 : 0;
                several += Minima(grid, lane) > 1 ? 1 : 0;
                double difference = found[lane] - grid.Min(value => value[lane]);
                if (difference > LowerCriterion)
                {
                    beaten++;
                    Console.Error.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"# beaten by {difference:E2}: batch {batch} lane {lane}, θ = {fit.Theta[lane]:G6}"));
                }
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{fits} fits, {notConverged} not converged, {onBound} on the bound, {several} with several minima, {beaten} beaten by a grid of {GridPoints} points"));
        return beaten > 0 ? 1 : 0;
    }

    private static Lane8 Value(ProfiledCriterion<Lane8> criterion, TherapistStatistics<Lane8> data, bool reml, Lane8 theta)
    {
        criterion.Evaluate(theta);
        Lane8 divisor = reml ? data.Observations - criterion.Rank : data.Observations;
        Lane8 value = (divisor * Elementary.Log(criterion.ResidualSumOfSquares)) + criterion.LogDeterminant(theta);
        return reml ? value + criterion.LogDeterminantOfFixedEffects() : value;
    }

    private static IEnumerable<Lane8> Thetas(TherapistStatistics<Lane8> data)
    {
        Lane8 perTherapist = data.Observations / data.AnalysedTherapists;
        yield return Lane8.Create(0);
        for (int i = 1; i < GridPoints; i++)
        {
            yield return Lane8.Create(Math.Pow(10, -4 + (10.0 * i / GridPoints))) / perTherapist;
        }
    }

    private static int Minima(Lane8[] grid, int lane)
    {
        int minima = grid[0][lane] < grid[1][lane] ? 1 : 0;
        for (int i = 1; i < grid.Length - 1; i++)
        {
            minima += grid[i][lane] < grid[i - 1][lane] && grid[i][lane] <= grid[i + 1][lane] ? 1 : 0;
        }

        return minima;
    }

    // Columns: intercept, a therapist's covariate, a patient's covariate, outcome. Caseloads are even on the logarithmic scale.
    private static TherapistStatistics<Lane8> Draw(Random random, int therapists, bool heavyTailed)
    {
        TherapistStatistics<Lane8> data = new(therapists, [true, true, true, true], [false, false, true, true]);
        for (int lane = 0; lane < Lane8.Width; lane++)
        {
            double effectSd = random.NextDouble() * random.NextDouble() * 2;
            double[] within = new double[3]; // of covariate, of both, of outcome
            for (int j = 0; j < therapists; j++)
            {
                int n = (int)Math.Exp(random.NextDouble() * Math.Log(LargestCaseload + 1));
                double tail = heavyTailed ? Math.Max(Math.Abs(Normal(random)), 0.03) : 1;
                double effect = effectSd * Normal(random) / tail;
                (double[] x, double[] y) = (new double[n], new double[n]);
                double shared = Math.Sqrt(0.2) * Normal(random);
                for (int i = 0; i < n; i++)
                {
                    x[i] = shared + Normal(random);
                    y[i] = effect + (0.3 * x[i]) + Normal(random);
                }

                Set(data.Analysed.Span, j, lane, n);
                double[] means = [1, Normal(random), x.Average(), y.Average()];
                for (int c = 0; c < means.Length; c++)
                {
                    Set(data.MeansOf(c), j, lane, means[c]);
                }

                for (int i = 0; i < n; i++)
                {
                    within[0] += (x[i] - means[2]) * (x[i] - means[2]);
                    within[1] += (x[i] - means[2]) * (y[i] - means[3]);
                    within[2] += (y[i] - means[3]) * (y[i] - means[3]);
                }
            }

            Set(data.Within.Span, Packed.Index(2, 2), lane, within[0]);
            Set(data.Within.Span, Packed.Index(3, 2), lane, within[1]);
            Set(data.Within.Span, Packed.Index(3, 3), lane, within[2]);
        }

        data.Count();
        data.SumMeanProducts();
        return data;
    }

    private static void Set(Span<Lane8> values, int index, int lane, double value) => values[index] = values[index].With(lane, value);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
