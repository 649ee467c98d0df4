using MathNet.Numerics.Distributions;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>Statistics of trials whose caseloads run from one patient to many, evenly on the logarithmic scale.</summary>
internal static class UnequalTrials
{
    /// <summary>Largest caseload that stands for two patients of every therapist.</summary>
    public const int Pairs = 0;

    /// <summary>Columns: intercept, a therapist's covariate, a patient's covariate that varies at both levels, outcome.</summary>
    public static TherapistStatistics<T> Draw<T>(Random random, int therapists, int largestCaseload, bool heavyTailed)
        where T : unmanaged, ILane<T>
    {
        TherapistStatistics<T> data = new(therapists, [true, true, true, true], [false, false, true, true]);
        for (int lane = 0; lane < T.Width; lane++)
        {
            double patients = 0;
            double effectSd = random.NextDouble() * random.NextDouble() * 2;
            for (int j = 0; j < therapists; j++)
            {
                double n = largestCaseload == Pairs ? 2 : Math.Floor(Math.Exp(random.NextDouble() * Math.Log(largestCaseload + 1)));
                patients += n;
                double effect = effectSd * Normal.Sample(random, 0, 1);
                effect /= heavyTailed ? Math.Sqrt(Math.Max(ChiSquared.Sample(random, 1), 1e-3)) : 1;
                double covariate = Normal.Sample(random, 0, 1);
                double mixed = Normal.Sample(random, 0, Math.Sqrt(0.2 + (1 / n)));
                double outcome = effect + (0.3 * mixed) + Normal.Sample(random, 0, Math.Sqrt(1 / n));
                data.Analysed.Span[j] = data.Analysed.Span[j].With(lane, n);
                Set(data, 0, j, lane, 1);
                Set(data, 1, j, lane, covariate);
                Set(data, 2, j, lane, mixed);
                Set(data, 3, j, lane, outcome);
            }

            double df = patients - therapists;
            double x = df > 0 ? ChiSquared.Sample(random, df) : 0;
            double residual = df > 1 ? ChiSquared.Sample(random, df - 1) : 0;
            double xy = (0.3 * x) + (Math.Sqrt(x) * Normal.Sample(random, 0, 1));
            SetWithin(data, 2, 2, lane, x);
            SetWithin(data, 3, 2, lane, xy);
            SetWithin(data, 3, 3, lane, x > 0 ? (xy * xy / x) + residual : 0);
        }

        data.Count();
        data.SumMeanProducts();
        return data;
    }

    private static void Set<T>(TherapistStatistics<T> data, int column, int therapist, int lane, double value)
        where T : unmanaged, ILane<T>
    {
        Span<T> means = data.MeansOf(column);
        means[therapist] = means[therapist].With(lane, value);
    }

    private static void SetWithin<T>(TherapistStatistics<T> data, int row, int column, int lane, double value)
        where T : unmanaged, ILane<T>
    {
        Span<T> within = data.Within.Span;
        within[Packed.Index(row, column)] = within[Packed.Index(row, column)].With(lane, value);
    }
}
