using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>
/// Means of a balanced design, and the sums of their products, in one pass over the therapists: where the columns between therapists are 1, the centred observed
/// mean b of the alliance, b² and the outcome. One replicate per lane.
/// </summary>
/// <remarks>The same bits as <see cref="MeanProducts{T}"/> gives for the columns one by one.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class CurveMoments<T>
    where T : unmanaged, ILane<T>
{
    private readonly TherapistStatistics<T> _data;
    private readonly int _observed;
    private readonly int _outcome;
    private readonly int _square; // −1: none of the models is curved
    private readonly LaneBuffer<T> _squares;
    private readonly LaneBuffer<T> _sums = new(Packed.Length(4)); // packed over 1, b, b² and outcome
    private readonly LaneBuffer<T> _range = new(2); // lowest and highest b
    private readonly (int From, int To)[] _elements; // of the packed sums, of those of the statistics

    /// <param name="data">Statistics of a balanced design, to be filled; its column of 1 is filled at once.</param>
    /// <param name="one">Column of 1; −1 if there is none.</param>
    /// <param name="observed">Column of b.</param>
    /// <param name="square">Column of b²; −1 if there is none.</param>
    /// <param name="outcome">Column of the outcome.</param>
    public CurveMoments(TherapistStatistics<T> data, int one, int observed, int square, int outcome)
    {
        _data = data;
        _observed = observed;
        _square = square;
        _outcome = outcome;
        _squares = new(square < 0 ? data.Therapists : 0);
        int[] columns = [one, observed, square, outcome];
        _elements =
        [
            .. from i in Enumerable.Range(0, columns.Length)
               from k in Enumerable.Range(0, i + 1)
               where columns[i] >= 0 && columns[k] >= 0
               select (Packed.Index(i, k), Packed.Index(Math.Max(columns[i], columns[k]), Math.Min(columns[i], columns[k]))),
        ];
        if (one >= 0)
        {
            data.MeansOf(one).Fill(T.Create(1));
        }
    }

    /// <summary>Column of b.</summary>
    public int Observed => _observed;

    /// <summary>Lowest b.</summary>
    public T Lowest => _range.Span[0];

    /// <summary>Highest b.</summary>
    public T Highest => _range.Span[1];

    /// <summary>Fills means and products.</summary>
    /// <param name="alliance">[therapist] observed means.</param>
    /// <param name="grand">Their mean.</param>
    /// <param name="outcome">[therapist] mean outcomes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill(ReadOnlySpan<T> alliance, T grand, ReadOnlySpan<T> outcome)
    {
        Span<T> squares = _square < 0 ? _squares.Span : _data.MeansOf(_square);
        Sums(alliance, in grand, outcome, _data.MeansOf(_observed), squares, _data.MeansOf(_outcome), _sums.Span, _range.Span);
        ReadOnlySpan<T> sums = _sums.Span;
        Span<T> products = _data.MeanProducts.Span;
        foreach ((int from, int to) in _elements)
        {
            products[to] = sums[from];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sums(
        ReadOnlySpan<T> alliance, in T grand, ReadOnlySpan<T> outcome, Span<T> observed, Span<T> squares, Span<T> outcomes, Span<T> sums, Span<T> range)
    {
        alliance = alliance[..outcome.Length];
        observed = observed[..outcome.Length];
        squares = squares[..outcome.Length];
        outcomes = outcomes[..outcome.Length];
        T mean = grand;
        T b1 = T.Create(0);
        T b2 = b1;
        T square1 = b1;
        T b3 = b1;
        T b4 = b1;
        T y1 = b1;
        T yb = b1;
        T yb2 = b1;
        T y2 = b1;
        T lowest = T.Create(double.PositiveInfinity);
        T highest = T.Create(double.NegativeInfinity);
        for (int j = 0; j < outcome.Length; j++)
        {
            T b = alliance[j] - mean;
            T square = b * b;
            T y = outcome[j];
            observed[j] = b;
            squares[j] = square;
            outcomes[j] = y;
            lowest = T.Min(lowest, b);
            highest = T.Max(highest, b);
            b1 += b;
            b2 = T.Fma(b, b, b2);
            square1 += square;
            b3 = T.Fma(square, b, b3);
            b4 = T.Fma(square, square, b4);
            y1 += y;
            yb = T.Fma(y, b, yb);
            yb2 = T.Fma(y, square, yb2);
            y2 = T.Fma(y, y, y2);
        }

        sums[0] = T.Create(outcome.Length);
        sums[1] = b1;
        sums[2] = b2;
        sums[3] = square1;
        sums[4] = b3;
        sums[5] = b4;
        sums[6] = y1;
        sums[7] = yb;
        sums[8] = yb2;
        sums[9] = y2;
        range[0] = lowest;
        range[1] = highest;
    }
}
