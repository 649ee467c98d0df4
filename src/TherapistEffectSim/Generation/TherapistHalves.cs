using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>The upper and the lower half of each arm's therapists by a score, of all where they treat in every arm; one replicate per lane.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class TherapistHalves<T>
    where T : unmanaged, ILane<T>
{
    private readonly int[][] _arms; // [arm] its therapists
    private readonly LaneBuffer<T> _half;
    private readonly double[] _keys;
    private readonly int[] _order;

    public TherapistHalves(TherapistLayout layout)
    {
        _arms = [.. Enumerable.Range(0, layout.Arms).Select(arm => Enumerable.Range(0, layout.RealTherapists).Where(j => layout.Arm[j] == arm).ToArray())];
        _half = new(layout.Therapists);
        _keys = new double[layout.Therapists];
        _order = new int[layout.Therapists];
    }

    /// <summary>[therapist] 1 in the upper half of the arm, −1 in the lower, 0 for the middle one of an odd number and for patients without a therapist.</summary>
    public ReadOnlySpan<T> Half => _half.Span;

    /// <summary>Halves the therapists of each arm.</summary>
    /// <param name="score">[therapist]</param>
    public void Rank(ReadOnlySpan<T> score)
    {
        Span<T> half = _half.Span;
        foreach (int[] arm in _arms)
        {
            Span<double> keys = _keys.AsSpan(0, arm.Length);
            Span<int> order = _order.AsSpan(0, arm.Length);
            for (int lane = 0; lane < T.Width; lane++)
            {
                for (int k = 0; k < arm.Length; k++)
                {
                    keys[k] = score[arm[k]][lane];
                    order[k] = arm[k];
                }

                keys.Sort(order);
                for (int k = 0; k < arm.Length; k++)
                {
                    int fromBelow = (2 * k) + 1 - arm.Length; // of the middle one of an odd number: 0
                    half[order[k]] = half[order[k]].With(lane, Math.Sign(fromBelow));
                }
            }
        }
    }
}
