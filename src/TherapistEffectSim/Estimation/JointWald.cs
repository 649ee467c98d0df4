using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Wald's χ² of several coefficients together: bᵀV⁻¹b, with V their covariance matrix from the model. One data set per lane.</summary>
/// <remarks>Owns its scratch memory: one per thread. Allocates in the constructor only.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class JointWald<T>
    where T : unmanaged, ILane<T>
{
    private readonly int[] _positions;
    private readonly int _fixedEffects;
    private readonly LaneBuffer<T> _solutions; // [tested × fixed effect] L⁻¹e
    private readonly LaneBuffer<T> _matrix;    // packed: V/σ², then b and 0
    private readonly LdlFactor<T> _factor;

    /// <param name="positions">Positions of the coefficients among the fixed effects.</param>
    /// <param name="fixedEffects">Fixed effects of the model.</param>
    public JointWald(IEnumerable<int> positions, int fixedEffects)
    {
        _positions = [.. positions];
        _fixedEffects = fixedEffects;
        _solutions = new(_positions.Length * fixedEffects);
        _factor = new(_positions.Length + 1);
        _matrix = new(Packed.Length(_positions.Length + 1));
    }

    /// <summary>The statistic; without meaning where a coefficient is dropped.</summary>
    /// <param name="criterion">Standing at the fitted θ.</param>
    /// <param name="variance">σ².</param>
    public T Of(ProfiledCriterion<T> criterion, T variance)
    {
        LdlFactor<T> ldl = criterion.Factor;
        Span<T> matrix = _matrix.Span;
        int q = _positions.Length;
        for (int k = 0; k < q; k++)
        {
            Span<T> solution = Solution(k);
            solution.Clear();
            solution[_positions[k]] = T.Create(1);
            ldl.SolveLower(solution);
            for (int l = 0; l <= k; l++)
            {
                Span<T> other = Solution(l);
                T sum = T.Create(0);
                for (int i = 0; i < solution.Length; i++)
                {
                    sum = T.Fma(solution[i] * other[i], ldl.InversePivots[i], sum);
                }

                matrix[Packed.Index(k, l)] = sum;
            }

            matrix[Packed.Index(q, k)] = criterion.Beta[_positions[k]];
        }

        matrix[Packed.Index(q, q)] = T.Create(0);
        _factor.Factor(matrix);
        return (T.Create(0) - _factor.Pivots[q]) / variance; // the last pivot is −bᵀ(V/σ²)⁻¹b
    }

    /// <summary>Mask of the data sets in which all the coefficients take part.</summary>
    public T Kept(ProfiledCriterion<T> criterion)
    {
        T kept = T.FromBits(ulong.MaxValue);
        foreach (int position in _positions)
        {
            kept = T.And(kept, criterion.Factor.Kept[position]);
        }

        return kept;
    }

    private Span<T> Solution(int k) => _solutions.Span.Slice(k * _fixedEffects, _fixedEffects);
}
