using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>
/// y = stratum + Xβ + Zb + e with one random factor whose levels lie within strata of fixed effects, as a function of the share
/// ρ = τ²/(τ² + σ²) of the factor in the variance.
/// </summary>
/// <remarks>
/// <para>
/// With θ = ρ/(1 − ρ) and weights w = n/(1 + θn) of the levels, the strata and the levels are taken out in closed form, so that a
/// matrix of the order of X remains. R(θ) is the weighted residual sum of squares, the penalised residual sum of squares r²(θ) of Bates, Mächler,
/// Bolker &amp; Walker (2015), J. Stat. Softw. 67(1), section 3.4; R(∞) is what levels as fixed effects leave.
/// </para>
/// <para>
/// Therapists in one stratum give the ICC of a random-intercept model, patients within strata of therapists the reliability within
/// therapists of one of several assessments.
/// </para>
/// </remarks>
internal sealed class VarianceShareModel
{
    // Share of its length below which a column is rounding once strata, or levels, are taken out.
    private const double RankTolerance = 1e-7;

    private readonly int _order;         // p + 1: columns and, last, the outcome
    private readonly double[] _counts;   // [level] rows
    private readonly double[] _means;    // [level × order + column]
    private readonly int[] _stratum;     // [level]
    private readonly int _strata;
    private readonly double[] _within;   // order × order: products of deviations from the levels' means, pooled
    private readonly double[] _matrix;   // order × order
    private readonly double[] _sums;     // [stratum × (order + 1)]: Σ w m, and Σ w

    private VarianceShareModel(double[][] columns, int[] level, int[] stratumOfLevel, int strata)
    {
        _order = columns.Length;
        _stratum = stratumOfLevel;
        _strata = strata;
        _counts = new double[stratumOfLevel.Length];
        _means = new double[stratumOfLevel.Length * _order];
        _within = new double[_order * _order];
        _matrix = new double[_order * _order];
        _sums = new double[strata * (_order + 1)];
        foreach (int g in level)
        {
            _counts[g]++;
        }

        double[][] deviations = [.. columns.Select(c => (double[])c.Clone())];
        for (int c = 0; c < _order; c++)
        {
            double[] means = TakeOutMeans(deviations[c], level, _counts.Length);
            for (int g = 0; g < means.Length; g++)
            {
                _means[(g * _order) + c] = means[g];
            }
        }

        for (int a = 0; a < _order; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                _within[(a * _order) + b] = Product(deviations[a], deviations[b]);
            }
        }

        OrthogonalColumns basis = OrthogonalColumns.Of(Varying(deviations[..^1], columns[..^1]));
        int rows = level.Length;
        WithinDegreesOfFreedom = rows - _counts.Length - basis.Kept.Length;
        BetweenDegreesOfFreedom = rows - strata - (_order - 1) - WithinDegreesOfFreedom;
        double[] outcome = deviations[^1];
        basis.TakeOut(outcome);
        WithinSumOfSquares = Product(outcome, outcome);
        ResidualDegreesOfFreedom = rows - strata - (_order - 1);
    }

    /// <summary>What strata and columns leave between levels: rank [strata X Z] − rank [strata X].</summary>
    public int BetweenDegreesOfFreedom { get; }

    /// <summary>N − rank [X Z].</summary>
    public int WithinDegreesOfFreedom { get; }

    /// <summary>N − rank [strata X].</summary>
    public int ResidualDegreesOfFreedom { get; }

    /// <summary>R(∞): residual sum of squares with the levels as fixed effects.</summary>
    public double WithinSumOfSquares { get; }

    /// <summary>Number of levels.</summary>
    public int Levels => _counts.Length;

    /// <summary>Builds the model.</summary>
    /// <param name="columns">Columns of X without an intercept, each of length N; dependent ones are left out.</param>
    /// <param name="outcome">Length N.</param>
    /// <param name="level">Level of the random factor of each row, from 0; each level occurs.</param>
    /// <param name="stratum">Stratum of each row, from 0, the same in all rows of a level; each stratum occurs.</param>
    public static VarianceShareModel Of(IReadOnlyList<double[]> columns, double[] outcome, int[] level, int[] stratum)
    {
        int strata = stratum.Max() + 1;
        int[] stratumOfLevel = new int[level.Max() + 1];
        for (int i = 0; i < level.Length; i++)
        {
            stratumOfLevel[level[i]] = stratum[i];
        }

        double[][] deviations = [.. columns.Select(c => (double[])c.Clone())];
        foreach (double[] column in deviations)
        {
            TakeOutMeans(column, stratum, strata);
        }

        OrthogonalColumns basis = OrthogonalColumns.Of(Varying(deviations, columns));
        double[] y = (double[])outcome.Clone();
        TakeOutMeans(y, stratum, strata);
        basis.TakeOut(y);
        return new([.. basis.Columns, y], level, stratumOfLevel, strata);
    }

    /// <summary>R(θ), the residual sum of squares weighted by (I + θZZᵀ)⁻¹.</summary>
    /// <param name="share">ρ in [0, 1).</param>
    public double WeightedSumOfSquares(double share)
    {
        Factor(share, out _);
        double pivot = _matrix[^1];
        return pivot * pivot;
    }

    /// <summary>−2 × the restricted log-likelihood, profiled over σ², without a constant.</summary>
    /// <param name="share">ρ in [0, 1).</param>
    public double RestrictedCriterion(double share)
    {
        Factor(share, out double logDeterminant);
        double pivot = _matrix[^1];
        return logDeterminant + (ResidualDegreesOfFreedom * Elementary.Log(pivot * pivot));
    }

    // Leaves the factor of [X y]ᵀ V⁻¹ [X y] with strata taken out; its last pivot is √R.
    private void Factor(double share, out double logDeterminant)
    {
        double theta = share / (1 - share);
        logDeterminant = 0;
        _within.CopyTo(_matrix, 0);
        Array.Clear(_sums);
        for (int g = 0; g < _counts.Length; g++)
        {
            double d = 1 + (theta * _counts[g]);
            double w = _counts[g] / d;
            logDeterminant += Elementary.Log(d);
            ReadOnlySpan<double> mean = _means.AsSpan(g * _order, _order);
            Span<double> sums = _sums.AsSpan(_stratum[g] * (_order + 1), _order + 1);
            sums[_order] += w;
            for (int a = 0; a < _order; a++)
            {
                sums[a] += w * mean[a];
                for (int b = 0; b <= a; b++)
                {
                    _matrix[(a * _order) + b] += w * mean[a] * mean[b];
                }
            }
        }

        for (int s = 0; s < _strata; s++)
        {
            ReadOnlySpan<double> sums = _sums.AsSpan(s * (_order + 1), _order + 1);
            logDeterminant += Elementary.Log(sums[_order]);
            for (int a = 0; a < _order; a++)
            {
                for (int b = 0; b <= a; b++)
                {
                    _matrix[(a * _order) + b] -= sums[a] * sums[b] / sums[_order];
                }
            }
        }

        if (!SmallCholesky.TryFactor(_matrix, _order))
        {
            _matrix[^1] = double.NaN;
        }

        for (int c = 0; c < _order - 1; c++)
        {
            logDeterminant += 2 * Elementary.Log(_matrix[(c * _order) + c]);
        }
    }

    // Columns of which more than rounding is left; the others become exactly 0, which the basis drops.
    private static double[][] Varying(double[][] deviations, IReadOnlyList<double[]> columns)
    {
        double[][] varying = new double[columns.Count][];
        for (int c = 0; c < varying.Length; c++)
        {
            double left = Product(deviations[c], deviations[c]);
            bool varies = left > RankTolerance * RankTolerance * Product(columns[c], columns[c]);
            varying[c] = varies ? deviations[c] : new double[columns[c].Length];
        }

        return varying;
    }

    private static double[] TakeOutMeans(double[] column, int[] level, int levels)
    {
        double[] means = new double[levels];
        double[] counts = new double[levels];
        foreach (int g in level)
        {
            counts[g]++;
        }

        // The second pass takes out the rounding of the first.
        for (int pass = 0; pass < 2; pass++)
        {
            double[] sums = new double[levels];
            for (int i = 0; i < column.Length; i++)
            {
                sums[level[i]] += column[i];
            }

            for (int g = 0; g < levels; g++)
            {
                sums[g] /= counts[g];
                means[g] += sums[g];
            }

            for (int i = 0; i < column.Length; i++)
            {
                column[i] -= sums[level[i]];
            }
        }

        return means;
    }

    private static double Product(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
