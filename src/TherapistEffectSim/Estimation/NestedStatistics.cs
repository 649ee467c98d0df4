using System.Collections.Immutable;

namespace TherapistEffectSim.Estimation;

/// <summary>What a data set with one grouping factor, or two nested ones, says about a mixed model: triangular factors per group.</summary>
/// <remarks>
/// <para>
/// Z_u, the random columns of an inner group u, is factored as Q R_u; of everything to its right, the outer random columns and
/// [X y], the rows Qᵀ[…] stay with the group, and what is orthogonal to Z_u never depends on a variance. So V = I + Z_uΨZ_uᵀ acts on
/// R_u alone, as I + R_uΨR_uᵀ, whose eigenvalues are at least 1: no digits are lost however large or small the variances are.
/// </para>
/// <para>With one factor its groups are the inner ones, in one outer group without columns.</para>
/// </remarks>
internal sealed class NestedStatistics
{
    private const double RoundingShare = 1e-24; // square, of a column of order 1, below which what is left of it beside the random columns is rounding

    private readonly double[] _inner; // [unit] InnerColumns × Width: R_u, then Qᵀ[Z_outer X y]
    private readonly double[] _outer; // [outer group] OuterColumns × (OuterColumns + Fixed): rows orthogonal to all Z_u of the group
    private readonly double[] _rest;  // Fixed × Fixed: rows of [X y] orthogonal to all random columns

    private NestedStatistics(CovarianceLayout layout, int fixedColumns, int observations, int[] firstUnit, int[] unit)
    {
        Layout = layout;
        InnerColumns = layout.Columns[0];
        OuterColumns = layout.Columns[1];
        Fixed = fixedColumns;
        Observations = observations;
        FirstUnit = [.. firstUnit];
        InnerGroup = [.. unit];
        _inner = new double[InnerGroups * InnerColumns * Width];
        _outer = new double[OuterGroups * OuterColumns * OuterWidth];
        _rest = new double[Fixed * Fixed];
    }

    /// <summary>The free elements of the covariance matrices.</summary>
    public CovarianceLayout Layout { get; }

    /// <summary>Random columns of the inner factor.</summary>
    public int InnerColumns { get; }

    /// <summary>Random columns of the outer factor; 0 if there is none.</summary>
    public int OuterColumns { get; }

    /// <summary>Columns of [X y].</summary>
    public int Fixed { get; }

    /// <summary>N.</summary>
    public int Observations { get; }

    /// <summary>Groups of the inner factor.</summary>
    public int InnerGroups => InnerGroup.Length;

    /// <summary>Groups of the outer factor; 1 if there is none.</summary>
    public int OuterGroups => FirstUnit.Length - 1;

    /// <summary>First inner group of each outer group, in the order of <see cref="InnerGroup"/>; one more at the end.</summary>
    public ImmutableArray<int> FirstUnit { get; }

    /// <summary>The inner groups as the data number them, outer group by outer group.</summary>
    public ImmutableArray<int> InnerGroup { get; }

    /// <summary>Columns of a row of an inner group.</summary>
    public int Width => InnerColumns + OuterWidth;

    /// <summary>Columns of a row of an outer group.</summary>
    public int OuterWidth => OuterColumns + Fixed;

    /// <summary>Rank of the inner random columns, over all groups.</summary>
    public int RandomRank { get; private set; }

    /// <summary>R_u and what stands to its right: <see cref="InnerColumns"/> × <see cref="Width"/>.</summary>
    public ReadOnlySpan<double> Inner(int unit) => _inner.AsSpan(unit * InnerColumns * Width, InnerColumns * Width);

    /// <summary>Rows orthogonal to the inner columns: <see cref="OuterColumns"/> × <see cref="OuterWidth"/>, upper triangular.</summary>
    public ReadOnlySpan<double> Outer(int group) => _outer.AsSpan(group * OuterColumns * OuterWidth, OuterColumns * OuterWidth);

    /// <summary>Rows of [X y] orthogonal to all random columns, upper triangular.</summary>
    public ReadOnlySpan<double> Rest => _rest;

    /// <summary>Sum of squares that is left of y beside all random columns and the fixed ones that vary there; a column that does so by rounding takes nothing.</summary>
    public double RestSquares
    {
        get
        {
            double sum = 0;
            for (int row = 0; row < Fixed; row++)
            {
                double pivot = _rest[(row * Fixed) + row];
                double own = _rest[(row * Fixed) + Fixed - 1];
                sum += row == Fixed - 1 || pivot * pivot <= RoundingShare ? own * own : 0;
            }

            return sum;
        }
    }

    /// <summary>Builds the factors.</summary>
    /// <param name="inner">The factor with the smaller groups, its columns of order 1.</param>
    /// <param name="outer">The factor in whose groups they lie; null for one factor.</param>
    /// <param name="columns">X and y, each of length N, of order 1.</param>
    public static NestedStatistics Of(GroupingLevel inner, GroupingLevel? outer, IReadOnlyList<double[]> columns)
    {
        double[][] innerColumns = [.. inner.Terms.SelectMany(t => t)];
        double[][] outerColumns = outer is null ? [] : [.. outer.Terms.SelectMany(t => t)];
        double[][] all = [.. innerColumns, .. outerColumns, .. columns];
        int[] outerOf = new int[inner.Count];
        for (int i = 0; outer is not null && i < inner.Groups.Length; i++)
        {
            outerOf[inner.Groups[i]] = outer.Groups[i];
        }

        int outerGroups = outer?.Count ?? 1;
        int[] units = [.. Enumerable.Range(0, inner.Count).OrderBy(u => outerOf[u]).ThenBy(u => u)];
        int[] firstUnit = new int[outerGroups + 1];
        foreach (int group in outerOf)
        {
            firstUnit[group + 1]++;
        }

        for (int g = 0; g < outerGroups; g++)
        {
            firstUnit[g + 1] += firstUnit[g];
        }

        CovarianceLayout layout = new(
            [.. inner.Terms.Select(t => t.Length)], outer is null ? [] : [.. outer.Terms.Select(t => t.Length)]);
        NestedStatistics statistics = new(layout, columns.Count, inner.Groups.Length, firstUnit, units);
        statistics.Fill(all, inner, units);
        return statistics;
    }

    private void Fill(double[][] all, GroupingLevel inner, int[] units)
    {
        ILookup<int, int> rows = Enumerable.Range(0, Observations).ToLookup(row => inner.Groups[row]);
        TriangularRows unit = new(InnerColumns, Width);
        TriangularRows outer = new(OuterColumns, OuterWidth);
        TriangularRows rest = new(Fixed, Fixed);
        double[] row = new double[Width];
        for (int g = 0; g < OuterGroups; g++)
        {
            outer.Clear();
            for (int u = FirstUnit[g]; u < FirstUnit[g + 1]; u++)
            {
                unit.Clear();
                foreach (int i in rows[units[u]])
                {
                    for (int c = 0; c < Width; c++)
                    {
                        row[c] = all[c][i];
                    }

                    unit.Add(row);
                    Span<double> right = row.AsSpan(InnerColumns);
                    outer.Add(right);
                    rest.Add(right[OuterColumns..]);
                }

                unit.Values.CopyTo(_inner.AsSpan(u * InnerColumns * Width));
                RandomRank += Rank(unit);
            }

            outer.Values.CopyTo(_outer.AsSpan(g * OuterColumns * OuterWidth));
        }

        rest.Values.CopyTo(_rest);
    }

    private static int Rank(TriangularRows factor)
    {
        const double smallest = 1e-7; // columns have length of order √N
        int rank = 0;
        for (int k = 0; k < factor.Pivots; k++)
        {
            rank += Math.Abs(factor[k, k]) > smallest ? 1 : 0;
        }

        return rank;
    }
}
