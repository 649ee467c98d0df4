using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The therapists of one data set in the order of a variable: what a test of a curve reads.</summary>
/// <remarks>Owns its memory: one per thread. Allocates in the constructor only.</remarks>
internal sealed class TherapistCurve
{
    private readonly int[] _order;
    private readonly double[][] _controls;

    /// <param name="therapists">Most therapists.</param>
    /// <param name="controls">Other columns of the regression, the intercept among them.</param>
    public TherapistCurve(int therapists, int controls)
    {
        _order = new int[therapists];
        X = new double[therapists];
        Outcome = new double[therapists];
        Weights = new double[therapists];
        _controls = [.. Enumerable.Range(0, controls).Select(_ => new double[therapists])];
    }

    /// <summary>Therapists with analysed patients.</summary>
    public int Count { get; private set; }

    /// <summary>[row] The variable, ascending, in SDs from its mean.</summary>
    public double[] X { get; }

    /// <summary>[row] Mean outcome; with the sign changed where a U is asked for, so that every curve is an inverted U.</summary>
    public double[] Outcome { get; }

    /// <summary>[row] n_j/(1 + n_j θ).</summary>
    public double[] Weights { get; }

    /// <summary>[control][row] The other columns.</summary>
    public IReadOnlyList<double[]> Controls => _controls;

    /// <summary>Takes over one data set.</summary>
    /// <param name="data">Therapist means.</param>
    /// <param name="lane">Which of the data sets.</param>
    /// <param name="theta">τ²/σ².</param>
    /// <param name="columns">Columns of the statistics: the variable, the other columns, the outcome.</param>
    /// <param name="sign">1 for an inverted U, −1 for a U.</param>
    /// <typeparam name="T">The lane.</typeparam>
    public void Load<T>(TherapistStatistics<T> data, int lane, double theta, ReadOnlySpan<int> columns, double sign)
        where T : unmanaged, ILane<T>
    {
        ReadOnlySpan<T> n = data.Analysed.Span;
        ReadOnlySpan<T> variable = data.MeansOf(columns[0]);
        Count = 0;
        for (int j = 0; j < n.Length; j++)
        {
            if (n[j][lane] > 0)
            {
                X[Count] = variable[j][lane];
                _order[Count] = j;
                Count++;
            }
        }

        Array.Sort(X, _order, 0, Count);
        ReadOnlySpan<T> outcome = data.MeansOf(columns[^1]);
        for (int row = 0; row < Count; row++)
        {
            int j = _order[row];
            double patients = n[j][lane];
            Weights[row] = patients / (1 + (patients * theta));
            Outcome[row] = sign * outcome[j][lane];
        }

        for (int c = 0; c < _controls.Length; c++)
        {
            ReadOnlySpan<T> means = data.MeansOf(columns[c + 1]);
            for (int row = 0; row < Count; row++)
            {
                _controls[c][row] = means[_order[row]][lane];
            }
        }

        Standardise();
    }

    /// <summary>The quantile of ascending values that is R's default, of type 7.</summary>
    public static double Quantile(ReadOnlySpan<double> ascending, double probability)
    {
        double position = (ascending.Length - 1) * probability;
        int below = Math.Min((int)position, ascending.Length - 1);
        int above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((position - below) * (ascending[above] - ascending[below]));
    }

    /// <summary>Copies weights, outcome and other columns into a regression, whose first columns they are.</summary>
    public void CopyTo(WeightedLeastSquares<Lane1> regression)
    {
        Copy(Weights, regression.Weights);
        Copy(Outcome, regression.Outcome);
        for (int c = 0; c < _controls.Length; c++)
        {
            Copy(_controls[c], regression.Column(c));
        }
    }

    private void Copy(double[] from, Span<Lane1> to)
    {
        for (int row = 0; row < Count; row++)
        {
            to[row] = Lane1.Create(from[row]);
        }
    }

    private void Standardise()
    {
        double mean = 0;
        foreach (double x in X.AsSpan(0, Count))
        {
            mean += x / Count;
        }

        double square = 0;
        foreach (double x in X.AsSpan(0, Count))
        {
            square += (x - mean) * (x - mean) / Count;
        }

        double scale = square > 0 ? 1 / Math.Sqrt(square) : 1;
        foreach (ref double x in X.AsSpan(0, Count))
        {
            x = (x - mean) * scale;
        }
    }
}
