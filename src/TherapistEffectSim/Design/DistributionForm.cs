using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>Form of a distribution, scaled to mean 0 and the variance that the scenario states.</summary>
[Tagged("kind", typeof(NormalForm), typeof(TForm), typeof(SkewedForm))]
public abstract record DistributionForm;

/// <summary>Normal.</summary>
[Key("normal")]
public sealed record NormalForm : DistributionForm;

/// <summary>Student's t: heavy tails.</summary>
[Key("t")]
public sealed record TForm : DistributionForm
{
    /// <summary>Degrees of freedom, above 2, so that there is a variance.</summary>
    [Description("Degrees of freedom, above 2; the fewer, the heavier the tails.")]
    [Interval(2, 1000, LowOpen = true)]
    public required double Df { get; init => field = Require.Declared<TForm>(value); }
}

/// <summary>Skew-normal (Azzalini 1985).</summary>
[Key("skewed")]
public sealed record SkewedForm : DistributionForm
{
    /// <summary>Third standardised moment.</summary>
    [Description("Skewness, the third standardised moment: below 0 the long tail is to the left. A skew-normal distribution has at most .995.")]
    [Interval(-0.99, 0.99)]
    public required double Skewness { get; init => field = Require.Declared<SkewedForm>(value); }
}
