using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>A mixed model with H = I + ΣZΨZᵀ of all N observations written out: slow, and nothing to get wrong.</summary>
internal sealed class DenseMixedModel
{
    private readonly Matrix<double> _x;
    private readonly Vector<double> _y;
    private readonly bool _reml;
    private readonly List<(GroupingLevel Level, int Term)> _terms = [];

    public DenseMixedModel(IReadOnlyList<double[]> columns, double[] outcome, GroupingLevel inner, GroupingLevel? outer, bool reml)
    {
        _x = Matrix<double>.Build.DenseOfColumns(columns);
        _y = Vector<double>.Build.Dense(outcome);
        _reml = reml;
        foreach (GroupingLevel level in outer is null ? [inner] : new[] { inner, outer })
        {
            _terms.AddRange(Enumerable.Range(0, level.Terms.Length).Select(t => (level, t)));
        }
    }

    public double Divisor => _reml ? _x.RowCount - _x.ColumnCount : _x.RowCount;

    /// <summary>Z of a term, one column per group and column of the term.</summary>
    public Matrix<double> RandomColumns(int term)
    {
        (GroupingLevel level, int t) = _terms[term];
        int q = level.Terms[t].Length;
        return Matrix<double>.Build.Dense(
            _x.RowCount, level.Count * q, (row, c) => level.Groups[row] == c / q ? level.Terms[t][c % q][row] : 0);
    }

    /// <summary>Deviance or REML criterion, profiled over β and σ, for relative covariance matrices of the terms.</summary>
    public double Profiled(IReadOnlyList<Matrix<double>> covariances)
    {
        Matrix<double> h = Covariance(covariances);
        var factor = h.Cholesky();
        Matrix<double> information = _x.TransposeThisAndMultiply(factor.Solve(_x));
        Vector<double> residual = Residual(h);
        double squares = residual * factor.Solve(residual);
        return (Divisor * (1 + Math.Log(2 * Math.PI * squares / Divisor))) + factor.DeterminantLn
            + (_reml ? information.Cholesky().DeterminantLn : 0);
    }

    /// <summary>H.</summary>
    public Matrix<double> Covariance(IReadOnlyList<Matrix<double>> covariances)
    {
        Matrix<double> h = Matrix<double>.Build.DenseIdentity(_x.RowCount);
        for (int t = 0; t < _terms.Count; t++)
        {
            Matrix<double> z = RandomColumns(t);
            int q = covariances[t].RowCount;
            Matrix<double> all = Matrix<double>.Build.Dense(z.ColumnCount, z.ColumnCount, (i, j) => i / q == j / q ? covariances[t][i % q, j % q] : 0);
            h += z * all * z.Transpose();
        }

        return h;
    }

    /// <summary>y − Xβ with generalised least squares.</summary>
    public Vector<double> Residual(Matrix<double> h)
    {
        Matrix<double> whitened = h.Cholesky().Solve(_x);
        return _y - (_x * (_x.TransposeThisAndMultiply(whitened).Inverse() * whitened.TransposeThisAndMultiply(_y)));
    }
}
