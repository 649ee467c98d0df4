using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>The curve from the alliance to the outcome at one level, a function of a standard score s, centred to mean zero under N(0, 1).</summary>
[Tagged("shape", typeof(NoShape), typeof(LinearShape), typeof(QuadraticShape), typeof(InvertedUShape))]
public abstract record ResponseShape
{
    /// <summary>Coefficients of the uncentred curve a + b·s + c·s² as (b, c), outcome units per SD and per SD².</summary>
    internal abstract (double Linear, double Square) Polynomial { get; }

    internal virtual IEnumerable<Problem> Problems() => [];
}

/// <summary>No effect at this level.</summary>
[Key("none")]
public sealed record NoShape : ResponseShape
{
    internal override (double Linear, double Square) Polynomial => (0, 0);
}

/// <summary>slope·s.</summary>
[Key("linear")]
public sealed record LinearShape : ResponseShape
{
    /// <summary>Outcome units per SD of the score.</summary>
    [Description("Outcome units per SD of the score.")]
    [Interval(-1e6, 1e6)]
    public required double Slope { get; init => field = Require.Declared<LinearShape>(value); }

    internal override (double Linear, double Square) Polynomial => (Slope, 0);
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

    internal override (double Linear, double Square) Polynomial => (Linear + (2 * Curvature * Optimum), -Curvature);

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

    internal override (double Linear, double Square) Polynomial => (2 * LossAt2Sd / 4 * Optimum, -LossAt2Sd / 4);
}
