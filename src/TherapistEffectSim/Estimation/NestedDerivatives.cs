namespace TherapistEffectSim.Estimation;

/// <summary>First and second derivatives of the determinants and cross-products of a mixed model in the elements of Ψ.</summary>
/// <remarks>
/// <para>
/// H is linear in ψ: H_k = ∂H/∂ψ_k = ZE_kZᵀ. All derivatives are made of tr(H⁻¹H_k), tr(H⁻¹H_kH⁻¹H_l) and, for U = [X̃ r] with X̃ᵀH⁻¹X̃ = I and r = y − Xβ,
/// UᵀH⁻¹H_kH⁻¹U and UᵀH⁻¹H_kH⁻¹H_lH⁻¹U: Bates &amp; DebRoy (2004), J. Multivariate Anal. 91, for the gradient; Kenward &amp; Roger (1997),
/// Biometrics 53, section 2, for the products, their P and Q.
/// </para>
/// <para>
/// With A = ZᵀH⁻¹Z, two inner groups u, v of an outer group have A_uv = δ_uv P_u − B_u K B_vᵀ, so that sums over pairs of them are sums over each.
/// </para>
/// </remarks>
internal sealed class NestedDerivatives
{
    private readonly NestedCriterion _criterion;
    private readonly NestedStatistics _data;
    private readonly int _count;
    private readonly int _m;
    private readonly double[] _traces;
    private readonly double[] _traceProducts;
    private readonly double[] _products;
    private readonly double[] _diagonals;
    private double[] _tripleProducts = []; // made when they are first needed

    /// <param name="criterion">Standing at some θ; it may move, then <see cref="Take"/> reads it anew.</param>
    public NestedDerivatives(NestedCriterion criterion)
    {
        _criterion = criterion;
        _data = criterion.Data;
        _count = _data.Layout.Count;
        _m = _data.Fixed;
        _traces = new double[_count];
        _traceProducts = new double[_count * _count];
        _products = new double[_count * _m * _m];
        _diagonals = new double[_count * _count * _m];
    }

    /// <summary>tr(H⁻¹H_k).</summary>
    public double Trace(int k) => _traces[k];

    /// <summary>tr(H⁻¹H_kH⁻¹H_l).</summary>
    public double Trace(int k, int l) => _traceProducts[(k * _count) + l];

    /// <summary>UᵀH⁻¹H_kH⁻¹U, row-major, U = [X̃ r].</summary>
    public ReadOnlySpan<double> Product(int k) => _products.AsSpan(k * _m * _m, _m * _m);

    /// <summary>UᵀH⁻¹H_lH⁻¹H_kH⁻¹U, row-major, U = [X̃ r], after <see cref="TakeProducts"/>.</summary>
    public ReadOnlySpan<double> Product(int k, int l) => _tripleProducts.AsSpan(((k * _count) + l) * _m * _m, _m * _m);

    /// <summary>Its diagonal, which is the same with k and l exchanged.</summary>
    public ReadOnlySpan<double> Diagonal(int k, int l) => _diagonals.AsSpan(((Math.Max(k, l) * _count) + Math.Min(k, l)) * _m, _m);

    /// <summary>∂R/∂ψ_k.</summary>
    public double Residual(int k) => -Product(k)[^1];

    /// <summary>∂²R/∂ψ_k∂ψ_l.</summary>
    public double Residual(int k, int l)
    {
        double sum = Diagonal(k, l)[^1];
        ReadOnlySpan<double> first = Product(k)[^_m..];
        ReadOnlySpan<double> second = Product(l)[^_m..];
        for (int i = 0; i < _m - 1; i++)
        {
            sum -= first[i] * second[i];
        }

        return 2 * sum;
    }

    /// <summary>∂/∂ψ_k of log|H|, for REML of log|H| + log|XᵀH⁻¹X|.</summary>
    public double Determinant(int k)
    {
        double sum = Trace(k);
        for (int i = 0; _criterion.Reml && i < _m - 1; i++)
        {
            sum -= Product(k)[(i * _m) + i];
        }

        return sum;
    }

    /// <summary>∂²/∂ψ_k∂ψ_l of the same.</summary>
    public double Determinant(int k, int l)
    {
        double sum = -Trace(k, l);
        if (!_criterion.Reml)
        {
            return sum;
        }

        for (int i = 0; i < _m - 1; i++)
        {
            sum += 2 * Diagonal(k, l)[i];
            for (int j = 0; j < _m - 1; j++)
            {
                sum -= Product(k)[(i * _m) + j] * Product(l)[(j * _m) + i];
            }
        }

        return sum;
    }

    /// <summary>Calculates where the criterion stands all that derivatives need; of the products of three, the diagonals.</summary>
    public void Take()
    {
        Array.Clear(_traces);
        Array.Clear(_traceProducts);
        Array.Clear(_products);
        Array.Clear(_diagonals);
        for (int group = 0; group < _data.OuterGroups; group++)
        {
            NestedGroup parts = NestedGroup.Of(_criterion, group);
            AddTraces(parts);
            AddProducts(parts);
        }

        for (int k = 0; k < _count; k++)
        {
            SmallMatrix.Mirror(_products.AsSpan(k * _m * _m, _m * _m), _m);
        }
    }

    /// <summary>Calculates the products of three where the criterion stands.</summary>
    public void TakeProducts()
    {
        _tripleProducts = new double[_count * _count * _m * _m];
        for (int group = 0; group < _data.OuterGroups; group++)
        {
            NestedGroup parts = NestedGroup.Of(_criterion, group);
            for (int k = 0; k < _count; k++)
            {
                parts.Apply(_data.Layout.Elements[k]);
                for (int l = 0; l < _count; l++)
                {
                    AddTripleProducts(parts, k, l);
                }
            }
        }
    }

    private void AddTraces(NestedGroup parts)
    {
        int q = _data.OuterColumns;
        double[][] sums = new double[_count][]; // S_k = Σ_u B_uᵀE_kB_u
        for (int k = 0; k < _count; k++)
        {
            CovarianceElement element = _data.Layout.Elements[k];
            _traces[k] += parts.Trace(element);
            if (element.Level == 0)
            {
                sums[k] = new double[q * q];
                for (int u = 0; u < parts.Units; u++)
                {
                    AddForm(sums[k], parts.Cross[u], element, q);
                }
            }
        }

        for (int k = 0; k < _count; k++)
        {
            for (int l = 0; l <= k; l++)
            {
                double trace = parts.Trace(_data.Layout.Elements[k], _data.Layout.Elements[l], sums[k], sums[l]);
                _traceProducts[(k * _count) + l] += trace;
                if (l < k)
                {
                    _traceProducts[(l * _count) + k] += trace;
                }
            }
        }
    }

    private void AddProducts(NestedGroup parts)
    {
        for (int k = 0; k < _count; k++)
        {
            CovarianceElement element = _data.Layout.Elements[k];
            Span<double> product = _products.AsSpan(k * _m * _m, _m * _m);
            if (element.Level == 1)
            {
                AddLowerForm(product, parts.OuterProducts, element);
            }

            for (int u = 0; element.Level == 0 && u < parts.Units; u++)
            {
                AddLowerForm(product, parts.InnerProducts[u], element);
            }

            parts.Apply(element);
            for (int l = 0; l <= k; l++)
            {
                AddDiagonals(parts, k, l);
            }
        }
    }

    private void AddDiagonals(NestedGroup parts, int k, int l)
    {
        CovarianceElement other = _data.Layout.Elements[l];
        Span<double> diagonal = _diagonals.AsSpan(((k * _count) + l) * _m, _m);
        if (other.Level == 1)
        {
            AddDiagonal(diagonal, parts.OuterProducts, parts.OuterApplied, other);
        }

        for (int u = 0; other.Level == 0 && u < parts.Units; u++)
        {
            AddDiagonal(diagonal, parts.InnerProducts[u], parts.InnerApplied[u], other);
        }
    }

    private void AddTripleProducts(NestedGroup parts, int k, int l)
    {
        CovarianceElement other = _data.Layout.Elements[l];
        Span<double> triple = _tripleProducts.AsSpan(((k * _count) + l) * _m * _m, _m * _m);
        if (other.Level == 1)
        {
            AddForm(triple, parts.OuterProducts, parts.OuterApplied, other);
        }

        for (int u = 0; other.Level == 0 && u < parts.Units; u++)
        {
            AddForm(triple, parts.InnerProducts[u], parts.InnerApplied[u], other);
        }
    }

    private void AddDiagonal(Span<double> sum, double[] c, double[] g, CovarianceElement element)
    {
        for (int i = 0; i < _m; i++)
        {
            sum[i] += Form(c, g, element, _m, i, i);
        }
    }

    // += BᵀE B.
    private static void AddForm(double[] sum, double[] b, CovarianceElement element, int columns)
    {
        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                sum[(i * columns) + j] += Form(b, b, element, columns, i, j);
            }
        }
    }

    // += CᵀE C, the lower triangle.
    private void AddLowerForm(Span<double> sum, double[] c, CovarianceElement element)
    {
        for (int i = 0; i < _m; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                sum[(i * _m) + j] += Form(c, c, element, _m, i, j);
            }
        }
    }

    // += CᵀE G.
    private void AddForm(Span<double> sum, double[] c, double[] g, CovarianceElement element)
    {
        for (int i = 0; i < _m; i++)
        {
            for (int j = 0; j < _m; j++)
            {
                sum[(i * _m) + j] += Form(c, g, element, _m, i, j);
            }
        }
    }

    private static double Form(double[] c, double[] g, CovarianceElement element, int columns, int i, int j)
    {
        (int a, int b) = (element.Row * columns, element.Column * columns);
        double form = c[a + i] * g[b + j];
        return a == b ? form : form + (c[b + i] * g[a + j]);
    }
}
