using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Planning;

/// <summary>What a planned trial must reach: exactly one of power, interval width, coverage and Monte Carlo standard error.</summary>
public sealed record PlanTarget
{
    /// <summary>Least share of the trials in which all of <see cref="Tests"/> reject.</summary>
    [Description("Least share of the trials in which the test rejects; of several tests, in which all of them do.")]
    [Interval(0, 1, LowOpen = true, HighOpen = true)]
    public double? Power { get; init => field = Require.Declared<PlanTarget>(value); }

    /// <summary>Largest mean width of the confidence interval of the one test, in units of its coefficient.</summary>
    [Description("Largest mean width of the confidence interval at level 1 - alpha, in units of the coefficient.")]
    [Interval(0, LowOpen = true)]
    public double? IntervalWidth { get; init => field = Require.Declared<PlanTarget>(value); }

    /// <summary>Least share of the confidence intervals of the one test that hold the true value.</summary>
    [Description("Least share of the confidence intervals that hold the true value.")]
    [Interval(0, 1, LowOpen = true, HighOpen = true)]
    public double? Coverage { get; init => field = Require.Declared<PlanTarget>(value); }

    /// <summary>Largest Monte Carlo standard error of the rate at which all of <see cref="Tests"/> reject: asks for replicates, not for a trial.</summary>
    [Description("Largest Monte Carlo standard error of the rejection rate, of several tests of the rate at which all reject: asks how many replicates tes run needs, and varies nothing.")]
    [Interval(1e-5, 0.1)]
    public double? Mcse { get; init => field = Require.Declared<PlanTarget>(value); }

    /// <summary>The tests meant, which methods of the study make; may be empty if these make a single one.</summary>
    [Description("The tests that are meant, which methods of the study make. Of several all must reject in the same trial. May be left out where the methods make a single test.")]
    public ImmutableArray<TargetTest> Tests { get; init; } = [];

    /// <summary>The value of the one that is given.</summary>
    internal double Value => Power ?? IntervalWidth ?? Coverage ?? Mcse ?? throw new InvalidOperationException("A target without a value.");

    /// <summary>Name of the measure in result files.</summary>
    internal string Measure => this switch
    {
        { Power: not null } => "power",
        { IntervalWidth: not null } => "interval_width",
        { Coverage: not null } => "coverage",
        _ => "mcse",
    };
}

/// <summary>A test that a method of the study makes.</summary>
public sealed record TargetTest
{
    /// <summary>Name of the method.</summary>
    [Description("Name of the method.")]
    public required string Method { get; init; }

    /// <summary>The coefficient tested; exactly one of this and <see cref="Variance"/>.</summary>
    [Description("The coefficient tested. Give this or variance.")]
    public string? Term { get; init; }

    /// <summary>The grouping factor whose variance is tested.</summary>
    [Description("The grouping factor whose variance is tested. Give this or term.")]
    public string? Variance { get; init; }

    /// <summary>The test, one of those that the method makes.</summary>
    [Description("The test, one of those that the method makes.")]
    public required TestKind By { get; init; }
}
