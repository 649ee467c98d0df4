using MathNet.Numerics.LinearAlgebra;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>A random-intercept model with the covariance matrix V = I + θ z zᵀ of all N observations written out: slow, and nothing to get wrong.</summary>
internal sealed class DenseModel
{
    private readonly Matrix<double> _x;
    private readonly Vector<double> _y;
    private readonly Matrix<double> _random; // z_g z_gᵀ within groups, 0 between
    private readonly bool _reml;

    /// <param name="columns">Linearly independent columns of length N.</param>
    /// <param name="outcome">Length N.</param>
    /// <param name="group">Group of each row.</param>
    /// <param name="randomColumn">Column of the random term for each group.</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public DenseModel(IReadOnlyList<double[]> columns, double[] outcome, int[] group, double[] randomColumn, bool reml)
    {
        _x = Matrix<double>.Build.DenseOfColumns(columns);
        _y = Vector<double>.Build.Dense(outcome);
        _random = Matrix<double>.Build.Dense(group.Length, group.Length, (i, j) => group[i] == group[j] ? Math.Pow(randomColumn[group[i]], 2) : 0);
        _reml = reml;
    }

    private double Divisor => _reml ? _x.RowCount - _x.ColumnCount : _x.RowCount;

    /// <summary>Deviance or REML criterion, profiled over β and σ.</summary>
    public double Profiled(double theta)
    {
        (double determinants, double residual, _, _) = At(theta);
        return (Divisor * (1 + Math.Log(2 * Math.PI * residual / Divisor))) + determinants;
    }

    /// <summary>σ² at θ.</summary>
    public double Variance(double theta) => At(theta).Residual / Divisor;

    /// <summary>β at θ.</summary>
    public Vector<double> Coefficients(double theta) => At(theta).Beta;

    /// <summary>Covariance matrix of β.</summary>
    public Matrix<double> Covariance(double theta, double variance) => variance * At(theta).Inverse;

    /// <summary>θ at the lowest point, by a grid and the golden section.</summary>
    public double Minimise()
    {
        double[] grid = [0, .. Enumerable.Range(0, 60).Select(i => Math.Pow(10, -5 + (0.15 * i)))];
        int best = Enumerable.Range(0, grid.Length).MinBy(i => Profiled(grid[i]));
        double low = grid[Math.Max(0, best - 1)];
        double high = grid[Math.Min(grid.Length - 1, best + 1)];
        double golden = (Math.Sqrt(5) - 1) / 2;
        double fromHigh = Profiled(high - (golden * (high - low)));
        double fromLow = Profiled(low + (golden * (high - low)));
        while (high - low > 1e-6 * (high + 1e-3))
        {
            if (fromHigh < fromLow)
            {
                high = low + (golden * (high - low));
                fromLow = fromHigh;
                fromHigh = Profiled(high - (golden * (high - low)));
            }
            else
            {
                low = high - (golden * (high - low));
                fromHigh = fromLow;
                fromLow = Profiled(low + (golden * (high - low)));
            }
        }

        double middle = (low + high) / 2;
        return Profiled(0) <= Profiled(middle) ? 0 : middle;
    }

    /// <summary>Degrees of freedom of one coefficient as lmerTest takes them: numerical derivatives in (√θ, σ) of the criterion that is profiled over β only.</summary>
    public double Satterthwaite(int coefficient, double theta, double variance)
    {
        double[] at = [Math.Sqrt(theta), Math.Sqrt(variance)];
        double[] step = [4e-3 * Math.Max(1, at[0]), 4e-3 * at[1]];
        double Criterion(double s, double sigma)
        {
            (double determinants, double residual, _, _) = At(s * s);
            return (Divisor * Math.Log(2 * Math.PI * sigma * sigma)) + (residual / (sigma * sigma)) + determinants;
        }

        double Variance(double s, double sigma) => Covariance(s * s, sigma * sigma)[coefficient, coefficient];
        Matrix<double> hessian = Matrix<double>.Build.Dense(2, 2, (i, j) => Second(Criterion, at, step, i, j));
        Vector<double> gradient = Vector<double>.Build.Dense(2, i => First(Variance, at, step, i));
        double spread = gradient * (2 * hessian.Inverse()) * gradient;
        return 2 * Math.Pow(Variance(at[0], at[1]), 2) / spread;
    }

    // Central differences of order four: weights at ±1 and ±2 steps.
    private static double First(Func<double, double, double> f, double[] at, double[] step, int i)
    {
        double At(double k) => i == 0 ? f(at[0] + (k * step[0]), at[1]) : f(at[0], at[1] + (k * step[1]));
        return ((8 * (At(1) - At(-1))) - (At(2) - At(-2))) / (12 * step[i]);
    }

    private static double Second(Func<double, double, double> f, double[] at, double[] step, int i, int j)
    {
        if (i != j)
        {
            return First((s, sigma) => First(f, [s, sigma], step, j), at, step, i);
        }

        double At(double k) => i == 0 ? f(at[0] + (k * step[0]), at[1]) : f(at[0], at[1] + (k * step[1]));
        return ((16 * (At(1) + At(-1))) - At(2) - At(-2) - (30 * At(0))) / (12 * step[i] * step[i]);
    }

    private (double Determinants, double Residual, Vector<double> Beta, Matrix<double> Inverse) At(double theta)
    {
        Matrix<double> v = Matrix<double>.Build.DenseIdentity(_x.RowCount) + (theta * _random);
        var factor = v.Cholesky();
        Matrix<double> whitened = factor.Solve(_x);
        Matrix<double> information = _x.TransposeThisAndMultiply(whitened);
        Matrix<double> inverse = information.Inverse();
        Vector<double> beta = inverse * whitened.TransposeThisAndMultiply(_y);
        Vector<double> residual = _y - (_x * beta);
        double determinants = factor.DeterminantLn + (_reml ? Math.Log(information.Determinant()) : 0);
        return (determinants, residual * factor.Solve(residual), beta, inverse);
    }
}
