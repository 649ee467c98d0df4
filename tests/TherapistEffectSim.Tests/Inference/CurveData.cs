using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Inference;

/// <summary>Therapist means around a curve, and regressions on them with all matrices written out: slow, and nothing to get wrong.</summary>
internal sealed class CurveData
{
    public const double Theta = 0.3;

    /// <param name="therapists">J; of every seventh all patients were lost.</param>
    /// <param name="curve">Expected outcome at x.</param>
    /// <param name="noise">SD of the outcome around it.</param>
    /// <param name="seed">Of the random numbers.</param>
    public CurveData(int therapists, Func<double, double> curve, double noise, int seed)
    {
        Random random = new(seed);
        Patients = [.. Enumerable.Range(0, therapists).Select(j => j % 7 == 6 ? 0.0 : random.Next(1, 12))];
        X = [.. Patients.Select(_ => Normal.Sample(random, 1, 2))];
        Arm = [.. Patients.Select((_, j) => (double)(j % 2))];
        Outcome = [.. X.Select((x, j) => curve(x) + (0.4 * Arm[j]) + Normal.Sample(random, 0, noise))];
    }

    public double[] Patients { get; }

    public double[] X { get; }

    public double[] Arm { get; }

    public double[] Outcome { get; }

    /// <summary>Therapists with patients.</summary>
    public int[] Present => [.. Enumerable.Range(0, X.Length).Where(j => Patients[j] > 0)];

    public Vector<double> PresentX => Vector<double>.Build.Dense([.. Present.Select(j => X[j])]);

    /// <summary>What the tests read, with intercept and arm as other columns.</summary>
    public TherapistCurve Curve(double sign = 1)
    {
        TherapistStatistics<Lane1> statistics = new(X.Length, [true, true, true, true], [false, false, false, true]);
        double[][] columns = [[.. X.Select(_ => 1.0)], Arm, X, Outcome];
        for (int j = 0; j < X.Length; j++)
        {
            statistics.Analysed.Span[j] = Lane1.Create(Patients[j]);
            for (int c = 0; c < columns.Length; c++)
            {
                statistics.MeansOf(c)[j] = Lane1.Create(Patients[j] > 0 ? columns[c][j] : 0);
            }
        }

        TherapistCurve curve = new(X.Length, 2);
        curve.Load(statistics, 0, Theta, [2, 0, 1, 3], sign);
        return curve;
    }

    /// <summary>Weighted least squares of the outcome on intercept, arm and more columns.</summary>
    public DenseRegression Regression(params double[][] more)
    {
        int[] present = Present;
        double[][] columns = [[.. present.Select(_ => 1.0)], [.. present.Select(j => Arm[j])], .. more];
        return new(columns, [.. present.Select(j => Outcome[j])], [.. present.Select(j => Patients[j] / (1 + (Patients[j] * Theta)))]);
    }
}

/// <summary>Weighted least squares with HC3, written out.</summary>
internal sealed class DenseRegression
{
    public DenseRegression(double[][] columns, double[] outcome, double[] weights)
    {
        Matrix<double> x = Matrix<double>.Build.DenseOfColumns(columns);
        Matrix<double> w = Matrix<double>.Build.DenseOfDiagonalArray(weights);
        Bread = (x.Transpose() * w * x).Inverse();
        Beta = Bread * (x.Transpose() * w * Vector<double>.Build.Dense(outcome));
        Vector<double> residuals = Vector<double>.Build.Dense(outcome) - (x * Beta);
        Matrix<double> hat = x * Bread * x.Transpose() * w;
        Matrix<double> meat = Matrix<double>.Build.DenseOfDiagonalArray([.. residuals.Select((e, j) => Math.Pow(weights[j] * e / (1 - hat[j, j]), 2))]);
        Robust = Bread * x.Transpose() * meat * x * Bread;
        Df = outcome.Length - columns.Length;
        Variance = residuals.Select((e, j) => weights[j] * e * e).Sum() / Df;
        Weights = weights;
        X = x;
    }

    public Matrix<double> X { get; }

    public double[] Weights { get; }

    public Matrix<double> Bread { get; }

    public Vector<double> Beta { get; }

    public Matrix<double> Robust { get; }

    public double Df { get; }

    public double Variance { get; }

    /// <summary>cᵀβ over its HC3 standard error.</summary>
    public double Ratio(params double[] contrast)
    {
        Vector<double> c = Vector<double>.Build.Dense(contrast);
        return c * Beta / Math.Sqrt(c * Robust * c);
    }
}
