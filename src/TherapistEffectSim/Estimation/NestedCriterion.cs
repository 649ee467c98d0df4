using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Deviance and REML criterion of a linear mixed model with one grouping factor or two nested ones, profiled over β and σ.</summary>
/// <remarks>
/// Bates, Mächler, Bolker &amp; Walker (2015), J. Stat. Softw. 67(1), section 3.4, profiled deviance and profiled REML criterion, in the form
/// H = I + ZΨZᵀ, Cov(y) = σ²H. Inner groups are whitened by the Cholesky factor L_u of I + R_uΨR_uᵀ; their whitened rows are rows of the outer
/// group, which is factored and whitened in the same way; the whitened rows of all make the triangular factor of [X y]ᵀH⁻¹[X y].
/// </remarks>
internal sealed class NestedCriterion
{
    private readonly TriangularRows _outer;
    private readonly TriangularRows _fixed;
    private readonly double[] _product;
    private readonly double[] _covariance;
    private readonly double[] _row;

    public NestedCriterion(NestedStatistics data, bool reml, double logDeterminantShift)
    {
        Data = data;
        Reml = reml;
        LogDeterminantShift = logDeterminantShift;
        int most = Math.Max(data.InnerColumns, data.OuterColumns);
        _outer = new TriangularRows(data.OuterColumns, data.OuterWidth);
        _fixed = new TriangularRows(data.Fixed, data.Fixed);
        _product = new double[most * most];
        _covariance = new double[most * most];
        _row = new double[data.Width];
        InnerFactor = new double[data.InnerColumns * data.InnerColumns];
        OuterFactor = new double[data.OuterColumns * data.OuterColumns];
        InnerRows = new double[data.InnerGroups * data.InnerColumns * data.Width];
        OuterTriangle = new double[data.OuterGroups * data.OuterColumns * data.OuterColumns];
        OuterRows = new double[data.OuterGroups * data.OuterColumns * data.OuterWidth];
    }

    /// <summary>The data.</summary>
    public NestedStatistics Data { get; }

    /// <summary>REML instead of maximum likelihood.</summary>
    public bool Reml { get; }

    /// <summary>What the REML criterion gains when X is turned back into the columns of the formula.</summary>
    public double LogDeterminantShift { get; }

    /// <summary>Fixed effects.</summary>
    public int FixedEffects => Data.Fixed - 1;

    /// <summary>N, or N − p for REML.</summary>
    public double Divisor => Reml ? Data.Observations - FixedEffects : Data.Observations;

    /// <summary>Λ of the inner factor.</summary>
    public double[] InnerFactor { get; }

    /// <summary>Λ of the outer factor.</summary>
    public double[] OuterFactor { get; }

    /// <summary>[inner group] L_u⁻¹[R_u, Qᵀ(Z_outer X y)].</summary>
    public double[] InnerRows { get; }

    /// <summary>[outer group] R with RᵀR = Z_outerᵀH_inner⁻¹Z_outer, upper triangular.</summary>
    public double[] OuterTriangle { get; }

    /// <summary>[outer group] L⁻¹[R, Qᵀ(X y)].</summary>
    public double[] OuterRows { get; }

    /// <summary>Upper-triangular factor of [X y]ᵀH⁻¹[X y].</summary>
    public TriangularRows FixedFactor => _fixed;

    /// <summary>Residual sum of squares (y − Xβ)ᵀH⁻¹(y − Xβ).</summary>
    public double ResidualSumOfSquares => _fixed[FixedEffects, FixedEffects] * _fixed[FixedEffects, FixedEffects];

    /// <summary>log |H|.</summary>
    public double LogDeterminant { get; private set; }

    /// <summary>σ².</summary>
    public double Variance => ResidualSumOfSquares / Divisor;

    /// <summary>Moves to θ.</summary>
    /// <returns>The criterion; NaN where it has no value.</returns>
    public double Evaluate(ReadOnlySpan<double> theta)
    {
        Data.Layout.Factor(theta, 0, InnerFactor);
        Data.Layout.Factor(theta, 1, OuterFactor);
        LogDeterminant = 0;
        _fixed.CopyFrom(Data.Rest);
        for (int group = 0; group < Data.OuterGroups; group++)
        {
            _outer.CopyFrom(Data.Outer(group));
            for (int unit = Data.FirstUnit[group]; unit < Data.FirstUnit[group + 1]; unit++)
            {
                AddInner(unit);
            }

            AddOuter(group);
        }

        return Value();
    }

    /// <summary>Coefficients of y on X.</summary>
    public double[] Coefficients()
    {
        int p = FixedEffects;
        double[] beta = new double[p];
        for (int i = p - 1; i >= 0; i--)
        {
            double sum = _fixed[i, p];
            for (int k = i + 1; k < p; k++)
            {
                sum -= _fixed[i, k] * beta[k];
            }

            beta[i] = sum / _fixed[i, i];
        }

        return beta;
    }

    /// <summary>log |XᵀH⁻¹X|.</summary>
    public double LogDeterminantOfFixedEffects()
    {
        double sum = 0;
        for (int i = 0; i < FixedEffects; i++)
        {
            sum += 2 * Elementary.Log(Math.Abs(_fixed[i, i]));
        }

        return sum;
    }

    private double Value()
    {
        double value = (Divisor * (1 + Elementary.Log(2 * Math.PI * Variance))) + LogDeterminant;
        return Reml ? value + LogDeterminantOfFixedEffects() + LogDeterminantShift : value;
    }

    private void AddInner(int unit)
    {
        int q = Data.InnerColumns;
        Span<double> rows = InnerRows.AsSpan(unit * q * Data.Width, q * Data.Width);
        Whiten(Data.Inner(unit), InnerFactor, rows, q, Data.Width);
        for (int i = 0; i < q; i++)
        {
            rows.Slice((i * Data.Width) + q, Data.OuterWidth).CopyTo(_row);
            Span<double> row = _row.AsSpan(0, Data.OuterWidth);
            _outer.Add(row);
            _fixed.Add(row[Data.OuterColumns..]);
        }
    }

    private void AddOuter(int group)
    {
        int q = Data.OuterColumns;
        Span<double> triangle = OuterTriangle.AsSpan(group * q * q, q * q);
        for (int i = 0; i < q; i++)
        {
            _outer.Values.Slice(i * Data.OuterWidth, q).CopyTo(triangle[(i * q)..]);
        }

        Span<double> rows = OuterRows.AsSpan(group * q * Data.OuterWidth, q * Data.OuterWidth);
        Whiten(_outer.Values, OuterFactor, rows, q, Data.OuterWidth);
        for (int i = 0; i < q; i++)
        {
            rows.Slice((i * Data.OuterWidth) + q, Data.Fixed).CopyTo(_row);
            _fixed.Add(_row.AsSpan(0, Data.Fixed));
        }
    }

    // L⁻¹ times the rows, LLᵀ = I + (RΛ)(RΛ)ᵀ, R their first q columns.
    private void Whiten(ReadOnlySpan<double> rows, ReadOnlySpan<double> factor, Span<double> whitened, int q, int width)
    {
        Span<double> product = _product.AsSpan(0, q * q);
        Span<double> covariance = _covariance.AsSpan(0, q * q);
        for (int i = 0; i < q; i++)
        {
            for (int j = 0; j < q; j++)
            {
                double sum = 0;
                for (int k = Math.Max(i, j); k < q; k++)
                {
                    sum += rows[(i * width) + k] * factor[(k * q) + j];
                }

                product[(i * q) + j] = sum;
            }
        }

        SmallMatrix.MultiplyTranspose(product, product, covariance, q, q, q);
        for (int i = 0; i < q; i++)
        {
            covariance[(i * q) + i] += 1;
        }

        SmallCholesky.TryFactor(covariance, q);
        for (int i = 0; i < q; i++)
        {
            LogDeterminant += 2 * Elementary.Log(covariance[(i * q) + i]);
        }

        rows[..(q * width)].CopyTo(whitened);
        SmallMatrix.SolveLower(covariance, whitened, q, width);
    }
}
