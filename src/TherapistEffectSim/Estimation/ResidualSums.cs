using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Sums over therapists of which the derivatives of the penalised residual sum of squares are made, with r_j = ȳ_j − x̄_jᵀβ.</summary>
/// <remarks>Up to three columns with therapist means are summed in one pass; the bits are those of one sum after the other.</remarks>
/// <param name="therapists">Therapists of the data.</param>
/// <typeparam name="T">The lane: one data set each.</typeparam>
internal sealed class ResidualSums<T>(int therapists)
    where T : unmanaged, ILane<T>
{
    private const int OnePass = 3;

    private readonly LaneBuffer<T> _residuals = new(therapists); // r_j
    private readonly LaneBuffer<T> _powers = new(therapists);    // z_j w_j² r_j
    private readonly LaneBuffer<T> _gradient = new(OnePass);

    /// <summary>Σ z w.</summary>
    public T Weights { get; private set; }

    /// <summary>Σ z² w².</summary>
    public T SquaredWeights { get; private set; }

    /// <summary>Σ z w² r².</summary>
    public T Squares { get; private set; }

    /// <summary>Σ z² w³ r².</summary>
    public T Cubes { get; private set; }

    /// <summary>Makes the sums, and Σ z w² r x̄.</summary>
    /// <param name="means">The columns.</param>
    /// <param name="data">The data.</param>
    /// <param name="weights">[therapist] w_j.</param>
    /// <param name="beta">[fixed effect] β.</param>
    /// <param name="gradient">[fixed effect] Σ z w² r x̄ of the columns with therapist means; the others are left as they are.</param>
    public void Of(MeanProducts<T> means, TherapistStatistics<T> data, ReadOnlySpan<T> weights, ReadOnlySpan<T> beta, Span<T> gradient)
    {
        ReadOnlySpan<int> between = means.Positions;
        int columns = between.Length - 1; // the outcome is the last
        if (columns is 0 or > OnePass)
        {
            OneAfterTheOther(means, data, weights, beta, gradient);
            return;
        }

        // The last column stands in for those that are missing, with a coefficient of 0; its sums are dropped.
        T zero = T.Create(0);
        T beta0 = zero - beta[between[0]];
        T beta1 = columns > 1 ? zero - beta[between[1]] : zero;
        T beta2 = columns > 2 ? zero - beta[between[2]] : zero;
        Span<T> sums = _gradient.Span;
        InOnePass(
            weights, data.RandomFactor.Span, means.Column(columns), means.Column(0), means.Column(Math.Min(1, columns - 1)), means.Column(Math.Min(2, columns - 1)), beta0, beta1, beta2, sums);
        for (int b = 0; b < columns; b++)
        {
            gradient[between[b]] = sums[b];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void InOnePass(
        ReadOnlySpan<T> w, ReadOnlySpan<T> z, ReadOnlySpan<T> y, ReadOnlySpan<T> x0, ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, in T beta0, in T beta1, in T beta2, Span<T> gradient)
    {
        z = z[..w.Length];
        y = y[..w.Length];
        x0 = x0[..w.Length];
        x1 = x1[..w.Length];
        x2 = x2[..w.Length];
        T b0 = beta0;
        T b1 = beta1;
        T b2 = beta2;
        T sumW = T.Create(0);
        T sumWw = sumW;
        T square = sumW;
        T cube = sumW;
        T g0 = sumW;
        T g1 = sumW;
        T g2 = sumW;
        for (int j = 0; j < w.Length; j++)
        {
            T weight = w[j];
            T m0 = x0[j];
            T m1 = x1[j];
            T m2 = x2[j];
            T r = T.Fma(b2, m2, T.Fma(b1, m1, T.Fma(b0, m0, y[j])));
            T zw = z[j] * weight;
            T zwr = zw * r;
            T zwwr = zwr * weight;
            sumW += zw;
            sumWw = T.Fma(zw, zw, sumWw);
            square = T.Fma(zwwr, r, square);
            cube = T.Fma(zwr, zwwr, cube);
            g0 = T.Fma(zwwr, m0, g0);
            g1 = T.Fma(zwwr, m1, g1);
            g2 = T.Fma(zwwr, m2, g2);
        }

        Weights = sumW;
        SquaredWeights = sumWw;
        Squares = square;
        Cubes = cube;
        gradient[0] = g0;
        gradient[1] = g1;
        gradient[2] = g2;
    }

    private void OneAfterTheOther(MeanProducts<T> means, TherapistStatistics<T> data, ReadOnlySpan<T> w, ReadOnlySpan<T> beta, Span<T> gradient)
    {
        ReadOnlySpan<int> between = means.Positions;
        ReadOnlySpan<T> z = data.RandomFactor.Span;
        Span<T> r = _residuals.Span;
        means.Column(between.Length - 1).CopyTo(r);
        for (int b = 0; b < between.Length - 1; b++)
        {
            T slope = T.Create(0) - beta[between[b]];
            ReadOnlySpan<T> x = means.Column(b);
            for (int j = 0; j < r.Length; j++)
            {
                r[j] = T.Fma(slope, x[j], r[j]);
            }
        }

        Span<T> powers = _powers.Span;
        T sumW = T.Create(0);
        T sumWw = sumW;
        T square = sumW;
        T cube = sumW;
        for (int j = 0; j < w.Length; j++)
        {
            T zw = z[j] * w[j];
            T zwr = zw * r[j];
            T zwwr = zwr * w[j];
            sumW += zw;
            sumWw = T.Fma(zw, zw, sumWw);
            square = T.Fma(zwwr, r[j], square);
            cube = T.Fma(zwr, zwwr, cube);
            powers[j] = zwwr;
        }

        Weights = sumW;
        SquaredWeights = sumWw;
        Squares = square;
        Cubes = cube;
        for (int b = 0; b < between.Length - 1; b++)
        {
            gradient[between[b]] = MeanProducts<T>.Product(powers, means.Column(b));
        }
    }
}
