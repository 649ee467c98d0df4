using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>The line of a patient's measurements on a number of the week, and what is left of them; one replicate per lane.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class VisitLine<T>
    where T : unmanaged, ILane<T>
{
    private readonly VisitPatterns _patterns;
    private readonly double[] _inverseSquares;   // [pattern] 0 where there is no slope
    private readonly LaneBuffer<T> _masks;    // [pattern] that the patient has
    private readonly LaneBuffer<T> _residuals;

    /// <param name="patterns">The visits that patients can have.</param>
    public VisitLine(VisitPatterns patterns)
    {
        _patterns = patterns;
        _inverseSquares = [.. patterns.Squares.Select(s => s > 0 ? 1 / s : 0)];
        _masks = new(patterns.Count);
        _residuals = new(patterns.Weeks.Length);
    }

    /// <summary>Mean of the measurements.</summary>
    public T Mean { get; private set; }

    /// <summary>Least-squares slope; 0 where one visit, or a number that does not vary, leaves none.</summary>
    public T Slope { get; private set; }

    /// <summary>On the first row of Q: √k times the mean.</summary>
    public T First { get; private set; }

    /// <summary>On the second row of Q.</summary>
    public T Second { get; private set; }

    /// <summary>[pattern] Mask: the patient has it.</summary>
    public ReadOnlySpan<T> Masks => _masks.Span;

    /// <summary>[occasion] Measurements minus their line; 0 after the visits.</summary>
    public ReadOnlySpan<T> Residuals => _residuals.Span;

    /// <summary>Takes the measurements of a patient.</summary>
    /// <param name="outcome">[occasion] Measured or not.</param>
    /// <param name="visits">Measurements that were made.</param>
    /// <param name="included">Mask: the patient is analysed. All is 0 elsewhere.</param>
    public void Take(ReadOnlySpan<T> outcome, T visits, T included)
    {
        T one = T.Create(1);
        T zero = T.Create(0);
        T centre = zero;
        T inverse = zero;
        T squares = zero;
        T half = T.Create(0.5);
        Span<T> masks = _masks.Span;
        for (int q = 0; q < masks.Length; q++)
        {
            masks[q] = masks.Length == 1 ? included : T.And(included, T.LessThan(T.Abs(visits - T.Create(_patterns.Visits[q])), half));
            centre = T.Select(masks[q], T.Create(_patterns.Mean[q]), centre);
            inverse = T.Select(masks[q], T.Create(_inverseSquares[q]), inverse);
            squares = T.Select(masks[q], T.Create(_patterns.Squares[q]), squares);
        }

        Span<T> residuals = _residuals.Span;
        T sum = zero;
        for (int t = 0; t < residuals.Length; t++)
        {
            T measured = masks.Length == 1 ? included : T.And(included, T.LessThan(T.Create(t + 0.5), visits));
            residuals[t] = T.And(measured, outcome[t]);
            sum += residuals[t];
        }

        Mean = sum / T.Max(visits, one);
        T products = zero;
        for (int t = 0; t < residuals.Length; t++)
        {
            products = T.Fma(T.Create(_patterns.Weeks[t]) - centre, Deviation(residuals, t, visits), products);
        }

        Slope = products * inverse;
        First = sum / T.Sqrt(T.Max(visits, one));
        Second = Slope * T.Sqrt(squares);
        for (int t = 0; t < residuals.Length; t++)
        {
            T deviation = Deviation(residuals, t, visits) - (Slope * (T.Create(_patterns.Weeks[t]) - centre));
            residuals[t] = T.And(T.LessThan(T.Create(t + 0.5), visits), deviation);
        }
    }

    // From the mean, 0 after the visits; where the patient is not analysed, mean and measurement are 0.
    private T Deviation(ReadOnlySpan<T> values, int t, T visits) => T.And(T.LessThan(T.Create(t + 0.5), visits), values[t] - Mean);
}
