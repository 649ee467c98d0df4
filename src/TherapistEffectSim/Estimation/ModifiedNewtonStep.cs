using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Newton steps of a few parameters from a Hessian whose pivots are made positive, one problem per lane.</summary>
/// <remarks>Moves along each direction of the factor H = LDLᵀ are limited alone, so that flat directions do not shorten the others.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ModifiedNewtonStep<T>
    where T : unmanaged, ILane<T>
{
    private readonly LaneBuffer<T> _lower;
    private readonly LaneBuffer<T> _scaled;
    private readonly LaneBuffer<T> _moves;
    private readonly bool[] _free; // empty: all

    /// <param name="order">Number of parameters.</param>
    /// <param name="free">Which of them move; empty: all.</param>
    public ModifiedNewtonStep(int order, bool[] free)
    {
        _free = free;
        Order = order;
        Hessian = new(Packed.Length(order));
        Gradient = new(order);
        Floors = new(order);
        Step = new(order);
        _lower = new(Packed.Length(order));
        _scaled = new(order);
        _moves = new(order);
    }

    /// <summary>Number of parameters.</summary>
    public int Order { get; }

    /// <summary>H, packed.</summary>
    public LaneBuffer<T> Hessian { get; }

    /// <summary>g.</summary>
    public LaneBuffer<T> Gradient { get; }

    /// <summary>Least pivots.</summary>
    public LaneBuffer<T> Floors { get; }

    /// <summary>−|H|⁻¹g.</summary>
    public LaneBuffer<T> Step { get; }

    /// <summary>Makes the step.</summary>
    /// <param name="longest">Longest move along a direction of the factor.</param>
    /// <returns>gᵀ|H|⁻¹g with the moves made: twice what the criterion would fall by.</returns>
    public T Take(T longest)
    {
        Span<T> lower = _lower.Span;
        Span<T> scaled = _scaled.Span;
        Span<T> moves = _moves.Span;
        Span<T> step = Step.Span;
        T zero = T.Create(0);
        T fall = zero;
        Pin();
        for (int i = 0; i < Order; i++)
        {
            T pivot = Hessian.Span[Packed.Index(i, i)];
            T slope = Gradient.Span[i];
            for (int k = 0; k < i; k++)
            {
                T sum = Hessian.Span[Packed.Index(i, k)];
                for (int c = 0; c < k; c++)
                {
                    sum -= lower[Packed.Index(i, c)] * lower[Packed.Index(k, c)] * scaled[c];
                }

                T element = sum / scaled[k];
                lower[Packed.Index(i, k)] = element;
                pivot -= element * sum;
                slope -= element * step[k];
            }

            scaled[i] = T.Max(T.Abs(pivot), Floors.Span[i]);
            step[i] = slope;
            T move = slope / scaled[i];
            moves[i] = T.Max(zero - longest, T.Min(longest, move));
            fall = T.Fma(slope, moves[i], fall);
        }

        for (int i = Order - 1; i >= 0; i--)
        {
            T sum = zero - moves[i];
            for (int k = i + 1; k < Order; k++)
            {
                sum -= lower[Packed.Index(k, i)] * step[k];
            }

            step[i] = sum;
        }

        return fall;
    }

    // Pinned parameters: slope 0, and no part in the others' steps.
    private void Pin()
    {
        for (int i = 0; i < _free.Length; i++)
        {
            for (int k = 0; k < i; k++)
            {
                Hessian.Span[Packed.Index(i, k)] = _free[i] && _free[k] ? Hessian.Span[Packed.Index(i, k)] : T.Create(0);
            }

            if (!_free[i])
            {
                Hessian.Span[Packed.Index(i, i)] = T.Create(1);
                Gradient.Span[i] = T.Create(0);
            }
        }
    }
}
