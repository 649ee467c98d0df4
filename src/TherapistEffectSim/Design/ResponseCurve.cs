using System.Collections.Immutable;

namespace TherapistEffectSim.Design;

/// <summary>A straight piece of a curve: adds slope·(s − from), held at 0 below <see cref="From"/> and at its end value above <see cref="To"/>.</summary>
/// <param name="From">Lower end; SDs.</param>
/// <param name="To">Upper end; SDs, or positive infinity.</param>
/// <param name="Slope">Outcome units per SD.</param>
public readonly record struct CurveSegment(double From, double To, double Slope);

/// <summary>
/// A curve from a standard score s to the outcome: b·s + c·(s² − 1) + Σ slope·(min(max(s, from), to) − from) − offset, with mean zero under N(0, 1).
/// </summary>
/// <remarks>Moments of segments come from quadrature that is split at their ends; relative error near 1e-14.</remarks>
public sealed record ResponseCurve
{
    // Share of the SD, or of the variance, below which a slope or a bend is the rounding error of the quadrature.
    private const double ZeroTolerance = 1e-12;
    private const double SmallestPiece = 1e-12;

    internal ResponseCurve(double linear, double square, params ImmutableArray<CurveSegment> segments)
    {
        Linear = linear;
        Square = square;
        Segments = [.. segments.Where(segment => segment.Slope != 0)];
        Slope = linear;
        Variance = (linear * linear) + (2 * square * square);
        if (Segments.IsEmpty)
        {
            return;
        }

        ImmutableArray<double> ends = NormalQuadrature.Ends(Knots, SmallestPiece);
        (double Score, double Weight)[] points =
            [.. Enumerable.Range(1, ends.Length - 1).SelectMany(k => NormalQuadrature.Piece(ends[k - 1], ends[k]))];
        Offset = points.Sum(p => p.Weight * AlongSegments(p.Score));
        Slope = points.Sum(p => p.Weight * p.Score * At(p.Score));
        Variance = points.Sum(p => p.Weight * At(p.Score) * At(p.Score));
    }

    /// <summary>b; outcome units per SD.</summary>
    public double Linear { get; }

    /// <summary>c; outcome units per squared SD.</summary>
    public double Square { get; }

    /// <summary>Straight pieces, none of slope 0; empty if the curve is a polynomial.</summary>
    public ImmutableArray<CurveSegment> Segments { get; }

    /// <summary>Mean of the segments' sum under N(0, 1); outcome units.</summary>
    public double Offset { get; }

    /// <summary>Slope of the least-squares line under N(0, 1); outcome units per SD.</summary>
    public double Slope { get; }

    /// <summary>Variance under N(0, 1); squared outcome units.</summary>
    public double Variance { get; }

    /// <summary>Scores at which the slope changes, ascending.</summary>
    internal IEnumerable<double> Knots =>
        Segments.SelectMany(segment => new[] { segment.From, segment.To }).Where(double.IsFinite).Distinct().Order();

    /// <summary>Whether the curve is 0 everywhere.</summary>
    internal bool IsZero => Linear == 0 && Square == 0 && Segments.IsEmpty;

    /// <summary>Whether the least-squares line under N(0, 1) rises or falls.</summary>
    internal bool HasSlope => Segments.IsEmpty ? Linear != 0 : Math.Abs(Slope) > ZeroTolerance * Math.Sqrt(Variance);

    /// <summary>Whether the least-squares line under N(0, 1) leaves anything of the curve.</summary>
    internal bool IsCurved => Segments.IsEmpty ? Square != 0 : Variance - (Slope * Slope) > ZeroTolerance * Variance;

    /// <summary>Value at a score; outcome units.</summary>
    public double At(double s)
    {
        double polynomial = (Linear * s) + (Square * ((s * s) - 1));
        return Segments.IsEmpty ? polynomial : polynomial + (AlongSegments(s) - Offset);
    }

    /// <inheritdoc/>
    public bool Equals(ResponseCurve? other) =>
        other is not null && Linear.Equals(other.Linear) && Square.Equals(other.Square) && Segments.SequenceEqual(other.Segments);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Linear, Square, Segments.Length);

    /// <summary>This curve and a straight line.</summary>
    internal ResponseCurve WithSlopeAdded(double slope) => new(Linear + slope, Square, Segments);

    private double AlongSegments(double s)
    {
        double sum = 0;
        foreach (CurveSegment segment in Segments)
        {
            sum += segment.Slope * (Math.Min(Math.Max(s, segment.From), segment.To) - segment.From);
        }

        return sum;
    }
}
