namespace TherapistEffectSim.Estimation;

/// <summary>ZᵀH⁻¹Z and ZᵀH⁻¹[X̃ r] of one outer group and its inner groups, where the criterion stands.</summary>
internal sealed class NestedGroup
{
    private readonly int _inner;
    private readonly int _outer;
    private readonly int _m;
    private readonly double[][] _own;           // [unit] P_u = Z_uᵀH_inner⁻¹Z_u
    private readonly double[] _reductions;      // [unit] B_uKB_uᵀ
    private readonly double[] _outerOwn;        // Z_outerᵀH⁻¹Z_outer
    private readonly double[] _outerPrecision;  // K = (Ψ⁻¹ + P)⁻¹ of the outer group, P = Z_outerᵀH_inner⁻¹Z_outer
    private readonly double[] _outerReduction;  // N = I − KP = (I + ΨP)⁻¹

    private NestedGroup(NestedCriterion criterion, int group)
    {
        NestedStatistics data = criterion.Data;
        FirstUnit = data.FirstUnit[group];
        Units = data.FirstUnit[group + 1] - FirstUnit;
        (_inner, _outer, _m) = (data.InnerColumns, data.OuterColumns, data.Fixed);
        _own = new double[Units][];
        _reductions = new double[Units * _inner * _inner];
        Cross = new double[Units][];
        InnerProducts = new double[Units][];
        InnerApplied = new double[Units][];
        _outerOwn = new double[_outer * _outer];
        _outerPrecision = new double[_outer * _outer];
        _outerReduction = new double[_outer * _outer];
        OuterProducts = new double[_outer * _m];
        OuterApplied = new double[_outer * _m];
        TakeOuter(criterion, group);
        for (int u = 0; u < Units; u++)
        {
            TakeInner(criterion, u);
            for (int a = 0; a < _inner; a++)
            {
                for (int b = 0; b < _inner; b++)
                {
                    _reductions[(((u * _inner) + a) * _inner) + b] = Reduction(u, a, b);
                }
            }
        }
    }

    /// <summary>The first inner group.</summary>
    public int FirstUnit { get; }

    /// <summary>Number of inner groups.</summary>
    public int Units { get; }

    /// <summary>[unit] B_u = Z_uᵀH_inner⁻¹Z_outer.</summary>
    public double[][] Cross { get; }

    /// <summary>[unit] C_u = Z_uᵀH⁻¹[X̃ r].</summary>
    public double[][] InnerProducts { get; }

    /// <summary>C of the outer group.</summary>
    public double[] OuterProducts { get; }

    /// <summary>[unit] (A E C)_u for the element last applied.</summary>
    public double[][] InnerApplied { get; }

    /// <summary>The same of the outer group.</summary>
    public double[] OuterApplied { get; }

    /// <summary>K: relative conditional covariance of the outer group's random effects, given the fixed effects.</summary>
    public ReadOnlySpan<double> OuterConditional => _outerPrecision;

    /// <summary>Reads a group.</summary>
    public static NestedGroup Of(NestedCriterion criterion, int group) => new(criterion, group);

    /// <summary>tr(A E).</summary>
    public double Trace(CovarianceElement element)
    {
        (int a, int b) = (element.Row, element.Column);
        double sum = 0;
        if (element.Level == 1)
        {
            sum = _outerOwn[(a * _outer) + b];
        }
        else
        {
            for (int u = 0; u < Units; u++)
            {
                sum += _own[u][(a * _inner) + b] - _reductions[(((u * _inner) + a) * _inner) + b];
            }
        }

        return a == b ? sum : 2 * sum;
    }

    /// <summary>tr(A E_k A E_l).</summary>
    /// <param name="k">The first element; its level is not below that of <paramref name="l"/>.</param>
    /// <param name="l">The second.</param>
    /// <param name="sumK">S_k = Σ B_uᵀE_kB_u, if k is of the inner level.</param>
    /// <param name="sumL">The same of l.</param>
    public double Trace(CovarianceElement k, CovarianceElement l, double[]? sumK, double[]? sumL)
    {
        if (l.Level == 1)
        {
            return TraceOfPair(_outerOwn, _outerOwn, k, l, _outer);
        }

        if (k.Level == 1)
        {
            // tr(NᵀS_lN E_k)
            double[] half = new double[_outer * _outer];
            double[] form = new double[_outer * _outer];
            SmallMatrix.Multiply(sumL, _outerReduction, half, _outer, _outer, _outer);
            SmallMatrix.TransposeMultiply(_outerReduction, half, form, _outer, _outer, _outer);
            double element = form[(k.Row * _outer) + k.Column];
            return k.Row == k.Column ? element : 2 * element;
        }

        double sum = 0;
        for (int u = 0; u < Units; u++)
        {
            sum += TraceOfPair(_own[u], _own[u], k, l, _inner);
            if (_outer > 0)
            {
                ReadOnlySpan<double> reduction = _reductions.AsSpan(u * _inner * _inner, _inner * _inner);
                sum -= TraceOfPair(_own[u], reduction, k, l, _inner) + TraceOfPair(reduction, _own[u], k, l, _inner);
            }
        }

        if (_outer > 0)
        {
            double[] first = new double[_outer * _outer];
            double[] second = new double[_outer * _outer];
            SmallMatrix.Multiply(_outerPrecision, sumK, first, _outer, _outer, _outer);
            SmallMatrix.Multiply(_outerPrecision, sumL, second, _outer, _outer, _outer);
            for (int a = 0; a < _outer; a++)
            {
                for (int b = 0; b < _outer; b++)
                {
                    sum += first[(a * _outer) + b] * second[(b * _outer) + a];
                }
            }
        }

        return sum;
    }

    /// <summary>Makes A E C for one element.</summary>
    public void Apply(CovarianceElement element)
    {
        if (element.Level == 1)
        {
            double[] outer = Picked(OuterProducts, element, _outer);
            double[] reduced = new double[_outer * _m];
            SmallMatrix.Multiply(_outerReduction, outer, reduced, _outer, _outer, _m);
            SmallMatrix.Multiply(_outerOwn, outer, OuterApplied, _outer, _outer, _m);
            for (int u = 0; u < Units; u++)
            {
                SmallMatrix.Multiply(Cross[u], reduced, InnerApplied[u], _inner, _outer, _m);
            }

            return;
        }

        double[] sum = new double[_outer * _m];
        double[] part = new double[_outer * _m];
        for (int u = 0; u < Units; u++)
        {
            double[] inner = Picked(InnerProducts[u], element, _inner);
            SmallMatrix.Multiply(_own[u], inner, InnerApplied[u], _inner, _inner, _m);
            SmallMatrix.TransposeMultiply(Cross[u], inner, part, _outer, _inner, _m);
            for (int i = 0; i < part.Length; i++)
            {
                sum[i] += part[i];
            }
        }

        if (_outer == 0)
        {
            return;
        }

        SmallMatrix.TransposeMultiply(_outerReduction, sum, OuterApplied, _outer, _outer, _m);
        SmallMatrix.Multiply(_outerPrecision, sum, part, _outer, _outer, _m);
        double[] correction = new double[_inner * _m];
        for (int u = 0; u < Units; u++)
        {
            SmallMatrix.Multiply(Cross[u], part, correction, _inner, _outer, _m);
            for (int i = 0; i < correction.Length; i++)
            {
                InnerApplied[u][i] -= correction[i];
            }
        }
    }

    // (B_u K B_uᵀ)_ab
    private double Reduction(int unit, int a, int b)
    {
        double sum = 0;
        for (int i = 0; i < _outer; i++)
        {
            for (int j = 0; j < _outer; j++)
            {
                sum += Cross[unit][(a * _outer) + i] * _outerPrecision[(i * _outer) + j] * Cross[unit][(b * _outer) + j];
            }
        }

        return sum;
    }

    // tr(P E_k X E_l) of symmetric P and X.
    private static double TraceOfPair(ReadOnlySpan<double> p, ReadOnlySpan<double> x, CovarianceElement k, CovarianceElement l, int order)
    {
        double sum = Term(p, x, k.Row, k.Column, l.Row, l.Column);
        sum += l.Row == l.Column ? 0 : Term(p, x, k.Row, k.Column, l.Column, l.Row);
        sum += k.Row == k.Column ? 0 : Term(p, x, k.Column, k.Row, l.Row, l.Column);
        return sum + (k.Row == k.Column || l.Row == l.Column ? 0 : Term(p, x, k.Column, k.Row, l.Column, l.Row));

        double Term(ReadOnlySpan<double> p, ReadOnlySpan<double> x, int a, int b, int c, int d) => p[(d * order) + a] * x[(b * order) + c];
    }

    private double[] Picked(double[] products, CovarianceElement element, int rows)
    {
        double[] picked = new double[rows * _m];
        products.AsSpan(element.Column * _m, _m).CopyTo(picked.AsSpan(element.Row * _m));
        products.AsSpan(element.Row * _m, _m).CopyTo(picked.AsSpan(element.Column * _m));
        return picked;
    }

    private void TakeOuter(NestedCriterion criterion, int group)
    {
        int q = _outer;
        int width = criterion.Data.OuterWidth;
        ReadOnlySpan<double> rows = criterion.OuterRows.AsSpan(group * q * width, q * width);
        double[] left = Columns(rows, width, q, 0, q);
        double[] right = Standardised(criterion, rows, width, q, q);
        SmallMatrix.TransposeMultiply(left, left, _outerOwn, q, q, q);
        SmallMatrix.TransposeMultiply(left, right, OuterProducts, q, q, _m);

        // K = Λ(I + GᵀG)⁻¹Λᵀ, G = RΛ.
        ReadOnlySpan<double> triangle = criterion.OuterTriangle.AsSpan(group * q * q, q * q);
        double[] factor = criterion.OuterFactor;
        double[] g = new double[q * q];
        double[] m = new double[q * q];
        double[] half = new double[q * q];
        SmallMatrix.Multiply(triangle, factor, g, q, q, q);
        SmallMatrix.TransposeMultiply(g, g, m, q, q, q);
        for (int i = 0; i < q; i++)
        {
            m[(i * q) + i] += 1;
            for (int j = 0; j < q; j++)
            {
                half[(i * q) + j] = factor[(j * q) + i];
            }
        }

        SmallCholesky.TryFactor(m, q);
        SmallMatrix.SolveLower(m, half, q, q);
        SmallMatrix.TransposeMultiply(half, half, _outerPrecision, q, q, q);

        // N = (I + ΨP)⁻¹
        double[] p = new double[q * q];
        double[] psi = new double[q * q];
        double[] system = new double[q * q];
        SmallMatrix.TransposeMultiply(triangle, triangle, p, q, q, q);
        SmallMatrix.MultiplyTranspose(factor, factor, psi, q, q, q);
        SmallMatrix.Multiply(psi, p, system, q, q, q);
        for (int i = 0; i < q; i++)
        {
            system[(i * q) + i] += 1;
            _outerReduction[(i * q) + i] = 1;
        }

        SmallMatrix.Solve(system, _outerReduction, q, q);
    }

    private void TakeInner(NestedCriterion criterion, int u)
    {
        NestedStatistics data = criterion.Data;
        int width = data.Width;
        ReadOnlySpan<double> rows = criterion.InnerRows.AsSpan((FirstUnit + u) * _inner * width, _inner * width);
        double[] left = Columns(rows, width, _inner, 0, _inner);
        double[] middle = Columns(rows, width, _inner, _inner, _outer);
        double[] right = Standardised(criterion, rows, width, _inner, _inner + _outer);
        _own[u] = new double[_inner * _inner];
        Cross[u] = new double[_inner * _outer];
        InnerProducts[u] = new double[_inner * _m];
        InnerApplied[u] = new double[_inner * _m];
        SmallMatrix.TransposeMultiply(left, left, _own[u], _inner, _inner, _inner);
        SmallMatrix.TransposeMultiply(left, middle, Cross[u], _inner, _inner, _outer);
        SmallMatrix.TransposeMultiply(left, right, InnerProducts[u], _inner, _inner, _m);
        if (_outer == 0)
        {
            return;
        }

        // C_u = c_u − B_uΨC_outer
        double[] predicted = new double[_outer * _m];
        double[] half = new double[_outer * _m];
        double[] correction = new double[_inner * _m];
        SmallMatrix.TransposeMultiply(criterion.OuterFactor, OuterProducts, half, _outer, _outer, _m);
        SmallMatrix.Multiply(criterion.OuterFactor, half, predicted, _outer, _outer, _m);
        SmallMatrix.Multiply(Cross[u], predicted, correction, _inner, _outer, _m);
        for (int i = 0; i < correction.Length; i++)
        {
            InnerProducts[u][i] -= correction[i];
        }
    }

    private static double[] Columns(ReadOnlySpan<double> rows, int width, int count, int first, int columns)
    {
        double[] part = new double[count * columns];
        for (int i = 0; i < count; i++)
        {
            rows.Slice((i * width) + first, columns).CopyTo(part.AsSpan(i * columns));
        }

        return part;
    }

    // Rows of [X y] as rows of [X̃ r]: X̃ = XS⁻¹ and r = y − X̃ s, S and s of the factor of the cross-products.
    private double[] Standardised(NestedCriterion criterion, ReadOnlySpan<double> rows, int width, int count, int first)
    {
        double[] part = Columns(rows, width, count, first, _m);
        TriangularRows factor = criterion.FixedFactor;
        for (int i = 0; i < count; i++)
        {
            Span<double> row = part.AsSpan(i * _m, _m);
            for (int c = 0; c < _m; c++)
            {
                double sum = row[c];
                for (int k = 0; k < c; k++)
                {
                    sum -= row[k] * factor[k, c];
                }

                row[c] = c < _m - 1 ? sum / factor[c, c] : sum;
            }
        }

        return part;
    }
}
