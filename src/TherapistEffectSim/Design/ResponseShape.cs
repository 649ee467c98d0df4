using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>The curve from the alliance to the outcome at one level, a function of a standard score s, centred to mean zero under N(0, 1).</summary>
[Tagged("shape", typeof(NoShape), typeof(LinearShape), typeof(QuadraticShape), typeof(InvertedUShape), typeof(PlateauShape), typeof(PointsShape))]
public abstract record ResponseShape
{
    /// <summary>SD between therapists of the slope within therapists; outcome units per SD within therapists. Not for the curve between.</summary>
    [Description("SD between therapists of the slope within therapists, outcome units per SD within therapists; for within only.")]
    [Interval(0, 1e6)]
    public double SlopeSd { get; init => field = Require.Declared<ResponseShape>(value); }

    /// <summary>Correlation of the therapists' slopes with their outcome skill U*.</summary>
    [Description("Correlation of the therapists' slopes with their outcome skill; for within only.")]
    [Interval(-1, 1)]
    public double SlopeCorrelation { get; init => field = Require.Declared<ResponseShape>(value); }

    /// <summary>The curve, centred; of a shape without problems.</summary>
    internal abstract ResponseCurve Curve { get; }

    internal virtual IEnumerable<Problem> Problems() => [];
}

/// <summary>No effect at this level.</summary>
[Key("none")]
public sealed record NoShape : ResponseShape
{
    internal override ResponseCurve Curve => new(0, 0);
}

/// <summary>slope·s.</summary>
[Key("linear")]
public sealed record LinearShape : ResponseShape
{
    /// <summary>Outcome units per SD of the score.</summary>
    [Description("Outcome units per SD of the score.")]
    [Interval(-1e6, 1e6)]
    public required double Slope { get; init => field = Require.Declared<LinearShape>(value); }

    internal override ResponseCurve Curve => new(Slope, 0);
}

/// <summary>linear·s − curvature·(s − optimum)².</summary>
[Key("quadratic")]
public sealed record QuadraticShape : ResponseShape
{
    /// <summary>Outcome units per SD at the mean; not together with an optimum.</summary>
    [Description("Outcome units per SD at s = 0. Not together with a non-zero optimum.")]
    [Interval(-1e6, 1e6)]
    public double Linear { get; init => field = Require.Declared<QuadraticShape>(value); }

    /// <summary>Outcome units lost per squared SD of distance; above 0 an inverted U.</summary>
    [Description("Outcome units lost per squared SD of distance from the optimum; above 0 an inverted U.")]
    [Interval(-1e6, 1e6)]
    public required double Curvature { get; init => field = Require.Declared<QuadraticShape>(value); }

    /// <summary>Score at which the outcome is best (curvature above 0) when <see cref="Linear"/> is 0.</summary>
    [Description("Score, in SDs, at which the outcome is best. Not together with a non-zero linear.")]
    [Interval(-1e6, 1e6)]
    public double Optimum { get; init => field = Require.Declared<QuadraticShape>(value); }

    internal override ResponseCurve Curve => new(Linear + (2 * Curvature * Optimum), -Curvature);

    internal override IEnumerable<Problem> Problems()
    {
        if (Linear != 0 && Optimum != 0)
        {
            yield return new("", "quadratic takes linear or a non-zero optimum, not both: each of them moves the peak.");
        }
    }
}

/// <summary>A parabola said by its optimum and by what is lost two SDs away from it.</summary>
[Key("inverted-u")]
public sealed record InvertedUShape : ResponseShape
{
    /// <summary>Score at which the outcome is best.</summary>
    [Description("Score, in SDs, at which the outcome is best.")]
    [Interval(-1e6, 1e6)]
    public double Optimum { get; init => field = Require.Declared<InvertedUShape>(value); }

    /// <summary>Outcome units lost two SDs away from the optimum; at least 0.</summary>
    [Key("loss-at-2sd")]
    [Description("Outcome units lost two SDs away from the optimum: four times the curvature.")]
    [Interval(0, 1e6)]
    public required double LossAt2Sd { get; init => field = Require.Declared<InvertedUShape>(value); }

    internal override ResponseCurve Curve => new(2 * LossAt2Sd / 4 * Optimum, -LossAt2Sd / 4);
}

/// <summary>slope·min(s, knee).</summary>
[Key("plateau")]
public sealed record PlateauShape : ResponseShape
{
    /// <summary>Outcome units per SD of the score, below the knee.</summary>
    [Description("Outcome units per SD of the score, below the knee.")]
    [Interval(-1e6, 1e6)]
    public required double Slope { get; init => field = Require.Declared<PlateauShape>(value); }

    /// <summary>Score from which on nothing changes.</summary>
    [Description("Score, in SDs, from which on the outcome does not change.")]
    [Interval(-100, 100)]
    public required double Knee { get; init => field = Require.Declared<PlateauShape>(value); }

    internal override ResponseCurve Curve => new(Slope, 0, new CurveSegment(Knee, double.PositiveInfinity, -Slope));
}

/// <summary>Straight lines from point to point, constant below the first point and above the last.</summary>
[Key("points")]
public sealed record PointsShape : ResponseShape
{
    private const int FewestPoints = 2;
    private const int MostPoints = 64;

    /// <summary>The points, in ascending order of the score.</summary>
    [Description("Points [s, f] in ascending order of the score s, 2 to 64 of them, joined by straight lines; the outcome is constant beyond the first and the last. Only differences of f matter: the curve is centred to mean zero.")]
    public required ImmutableArray<CurvePoint> Points { get; init; }

    internal override ResponseCurve Curve => new(0, 0, [.. Points.Zip(Points.Skip(1), (left, right) =>
        new CurveSegment(left.Score, right.Score, (right.Outcome - left.Outcome) / (right.Score - left.Score)))]);

    /// <inheritdoc/>
    public bool Equals(PointsShape? other) => other is not null && Points.SequenceEqual(other.Points);

    /// <inheritdoc/>
    public override int GetHashCode() => Points.Length == 0 ? 0 : HashCode.Combine(Points.Length, Points[0], Points[^1]);

    internal override IEnumerable<Problem> Problems()
    {
        int count = Points.IsDefault ? 0 : Points.Length;
        if (count is < FewestPoints or > MostPoints)
        {
            yield return new("", $"points must list {FewestPoints} to {MostPoints} points, but lists {count}.");
            yield break;
        }

        for (int k = 1; k < count; k++)
        {
            if (Points[k].Score <= Points[k - 1].Score)
            {
                yield return new("", string.Create(CultureInfo.InvariantCulture,
                    $"points must ascend in s, but {Points[k].Score} follows {Points[k - 1].Score}."));
                yield break;
            }
        }
    }
}

/// <summary>A point that a piecewise linear curve goes through.</summary>
public readonly record struct CurvePoint
{
    /// <summary>s; SDs.</summary>
    [Interval(-100, 100)]
    public required double Score { get; init => field = Require.Declared<CurvePoint>(value); }

    /// <summary>f; outcome units, before the curve is centred.</summary>
    [Interval(-1e6, 1e6)]
    public required double Outcome { get; init => field = Require.Declared<CurvePoint>(value); }
}
