namespace TherapistEffectSim.Estimation;

/// <summary>Conditional modes of a term's random effects with their conditional covariances, in the columns of the formula.</summary>
/// <remarks>
/// b = ΛΛᵀZᵀH⁻¹(y − Xβ), and Cov(b | y) = σ²Λ(ΛᵀZᵀZΛ + I)⁻¹Λᵀ, which leaves out the uncertainty of the fixed effects, as lme4's condVar does: Bates, Mächler,
/// Bolker &amp; Walker (2015), J. Stat. Softw. 67(1), section 2.2, conditional distribution. With two factors it is the block of the group.
/// </remarks>
internal sealed class NestedConditionalModes
{
    private readonly double[] _modes; // [group × columns]
    private readonly double[] _sds;
    private readonly int _columns;

    private NestedConditionalModes(int groups, int columns)
    {
        _columns = columns;
        _modes = new double[groups * columns];
        _sds = new double[groups * columns];
    }

    /// <summary>Mode of an effect in a group, in units of the outcome per unit of the column.</summary>
    public double Mode(int group, int column) => _modes[(group * _columns) + column];

    /// <summary>Its conditional SD.</summary>
    public double Sd(int group, int column) => _sds[(group * _columns) + column];

    /// <summary>All groups of a term's factor.</summary>
    public static NestedConditionalModes Of(NestedModel model, NestedTerm term)
    {
        NestedStatistics data = model.Criterion.Data;
        NestedConditionalModes modes = new(term.Level == 0 ? data.InnerGroups : data.OuterGroups, term.Columns);
        for (int group = 0; group < data.OuterGroups; group++)
        {
            NestedGroup parts = NestedGroup.Of(model.Criterion, group);
            if (term.Level == 1)
            {
                modes.Take(model, term, group, parts.OuterProducts, [.. parts.OuterConditional], data.OuterColumns);
                continue;
            }

            for (int u = 0; u < parts.Units; u++)
            {
                double[] conditional = InnerConditional(model.Criterion, parts, u);
                modes.Take(model, term, data.InnerGroup[parts.FirstUnit + u], parts.InnerProducts[u], conditional, data.InnerColumns);
            }
        }

        return modes;
    }

    private void Take(NestedModel model, NestedTerm term, int group, double[] products, double[] conditional, int order)
    {
        int m = model.Criterion.Data.Fixed;
        double[] factor = term.Level == 0 ? model.Criterion.InnerFactor : model.Criterion.OuterFactor;
        double[] half = new double[order * m];
        double[] predicted = new double[order * m];
        SmallMatrix.TransposeMultiply(factor, products, half, order, order, m);
        SmallMatrix.Multiply(factor, half, predicted, order, order, m);
        for (int i = 0; i < _columns; i++)
        {
            double[] row = term.Basis.Contrast(i);
            double mode = 0;
            double variance = 0;
            for (int k = 0; k < _columns; k++)
            {
                mode += row[k] * predicted[((term.First + k) * m) + m - 1];
                for (int l = 0; l < _columns; l++)
                {
                    variance += row[k] * row[l] * conditional[((term.First + k) * order) + term.First + l];
                }
            }

            _modes[(group * _columns) + i] = mode;
            _sds[(group * _columns) + i] = Math.Sqrt(model.ResidualVariance * Math.Max(0, variance));
        }
    }

    // Λ(I + ΛᵀZ_uᵀZ_uΛ)⁻¹Λᵀ, and with an outer factor ΨB_u K B_uᵀΨ besides.
    private static double[] InnerConditional(NestedCriterion criterion, NestedGroup parts, int u)
    {
        NestedStatistics data = criterion.Data;
        int q = data.InnerColumns;
        int r = data.OuterColumns;
        double[] triangle = new double[q * q];
        for (int i = 0; i < q; i++)
        {
            data.Inner(parts.FirstUnit + u).Slice(i * data.Width, q).CopyTo(triangle.AsSpan(i * q));
        }

        double[] g = new double[q * q];
        double[] m = new double[q * q];
        double[] half = new double[q * q];
        double[] conditional = new double[q * q];
        SmallMatrix.Multiply(triangle, criterion.InnerFactor, g, q, q, q);
        SmallMatrix.TransposeMultiply(g, g, m, q, q, q);
        for (int i = 0; i < q; i++)
        {
            m[(i * q) + i] += 1;
            for (int j = 0; j < q; j++)
            {
                half[(i * q) + j] = criterion.InnerFactor[(j * q) + i];
            }
        }

        SmallCholesky.TryFactor(m, q);
        SmallMatrix.SolveLower(m, half, q, q);
        SmallMatrix.TransposeMultiply(half, half, conditional, q, q, q);
        if (r == 0)
        {
            return conditional;
        }

        double[] psi = new double[q * q];
        double[] cross = new double[q * r];
        double[] spread = new double[q * r];
        double[] more = new double[q * q];
        SmallMatrix.MultiplyTranspose(criterion.InnerFactor, criterion.InnerFactor, psi, q, q, q);
        SmallMatrix.Multiply(psi, parts.Cross[u], cross, q, q, r);
        SmallMatrix.Multiply(cross, parts.OuterConditional, spread, q, r, r);
        SmallMatrix.MultiplyTranspose(spread, cross, more, q, r, q);
        for (int i = 0; i < more.Length; i++)
        {
            conditional[i] += more[i];
        }

        return conditional;
    }
}
