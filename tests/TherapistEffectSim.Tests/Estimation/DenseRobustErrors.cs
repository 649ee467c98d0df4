using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>Ordinary least squares with robust variances, all N × N matrices written out: slow, and nothing to get wrong.</summary>
internal sealed class DenseRobustErrors
{
    // Eigenvalues of I − H_jj below this are 0; those of the data tested are 0 to rounding or far above.
    private const double SmallestEigenvalue = 1e-8;

    private readonly Matrix<double> _x;
    private readonly Matrix<double> _bread; // (XᵀX)⁻¹
    private readonly Matrix<double> _hat;
    private readonly Vector<double> _residuals;
    private readonly int[][] _clusters;     // [cluster] its rows

    /// <param name="columns">Linearly independent columns of length N.</param>
    /// <param name="outcome">Length N.</param>
    /// <param name="cluster">Cluster of each row.</param>
    public DenseRobustErrors(IReadOnlyList<double[]> columns, double[] outcome, IReadOnlyList<double> cluster)
    {
        _x = Matrix<double>.Build.DenseOfColumns(columns);
        _bread = (_x.Transpose() * _x).Inverse();
        _hat = _x * _bread * _x.Transpose();
        Vector<double> y = Vector<double>.Build.Dense(outcome);
        Coefficients = _bread * (_x.Transpose() * y);
        _residuals = y - (_x * Coefficients);
        _clusters = [.. Enumerable.Range(0, outcome.Length).GroupBy(row => cluster[row]).Select(rows => rows.ToArray())];
    }

    /// <summary>β.</summary>
    public Vector<double> Coefficients { get; }

    /// <summary>N − p.</summary>
    public int ResidualDf => _x.RowCount - _x.ColumnCount;

    /// <summary>Standard error with residuals e_i/(1 − h_ii)^power: ½ for HC2, 1 for HC3.</summary>
    public double Hc(int coefficient, double power)
    {
        Vector<double> influence = _x * _bread.Column(coefficient);
        return Math.Sqrt(Enumerable.Range(0, _x.RowCount).Sum(i => Math.Pow(influence[i] * _residuals[i] / Math.Pow(1 - _hat[i, i], power), 2)));
    }

    /// <summary>CR2 standard error, and Satterthwaite degrees of freedom for equal independent errors.</summary>
    public (double StandardError, double DegreesOfFreedom) Cr2(int coefficient)
    {
        Matrix<double> freedom = Matrix<double>.Build.DenseIdentity(_x.RowCount) - _hat;
        Vector<double>[] p = new Vector<double>[_clusters.Length]; // p_jᵀy is what cluster j contributes
        double variance = 0;
        for (int j = 0; j < _clusters.Length; j++)
        {
            int[] rows = _clusters[j];
            Matrix<double> block = Rows(freedom, rows).Transpose();
            block = Rows(block, rows);
            Matrix<double> adjustment = InverseSquareRoot((block + block.Transpose()) / 2);
            Vector<double> influence = adjustment * Rows(_x, rows) * _bread.Column(coefficient);
            variance += Math.Pow(influence * Vector<double>.Build.Dense([.. rows.Select(i => _residuals[i])]), 2);
            p[j] = Rows(freedom, rows).Transpose() * influence;
        }

        Matrix<double> b = Matrix<double>.Build.Dense(p.Length, p.Length, (j, k) => p[j] * p[k]);
        return (Math.Sqrt(variance), Math.Pow(b.Trace(), 2) / (b * b).Trace());
    }

    private static Matrix<double> Rows(Matrix<double> m, int[] rows) => Matrix<double>.Build.DenseOfRowVectors(rows.Select(m.Row));

    private static Matrix<double> InverseSquareRoot(Matrix<double> m)
    {
        Evd<double> eigen = m.Evd(Symmetricity.Symmetric);
        double[] roots = [.. eigen.EigenValues.Select(v => v.Real < SmallestEigenvalue ? 0 : 1 / Math.Sqrt(v.Real))];
        return eigen.EigenVectors * Matrix<double>.Build.DenseOfDiagonalArray(roots) * eigen.EigenVectors.Transpose();
    }
}
