using System.Collections.Immutable;

namespace TherapistEffectSim.Inference;

/// <summary>What the estimates of a model with random effects beyond an intercept, of repeated measurements or of patients' slopes aim at.</summary>
internal sealed record TableTruth
{
    private const string LeftOut = RejectionMeaning.FalsePositive + "effects of therapists or of time that the model leaves out";
    private const string Dropout = RejectionMeaning.FalsePositive + "drop-out that depends on the slope";

    /// <summary>True value of each column's coefficient; <see langword="null"/> where it has none.</summary>
    public required ImmutableArray<double?> Coefficients { get; init; }

    /// <summary>True variance of each random effect; <see langword="null"/> where it has none.</summary>
    public required ImmutableArray<double?> Variances { get; init; }

    /// <summary>True intraclass correlation of a random intercept; <see langword="null"/> if unknown.</summary>
    public double? Icc { get; init; }

    /// <summary>Whether the model's columns leave out an effect of therapists or of weeks.</summary>
    public bool LeavesOut { get; init; }

    /// <summary>Whether loss depends on what is not in the data.</summary>
    public bool HasInformativeLoss { get; init; }

    /// <summary>Meanings of the rejections of coefficients, where they are known otherwise.</summary>
    public ImmutableArray<string> CoefficientMeanings { get; init; } = [];

    /// <summary>Of a model about which the program knows nothing.</summary>
    /// <param name="columns">Number of its fixed effects.</param>
    /// <param name="effects">Number of its random effects.</param>
    public static TableTruth Unknown(int columns, int effects) => new()
    {
        Coefficients = [.. Enumerable.Repeat((double?)null, columns)],
        Variances = [.. Enumerable.Repeat((double?)null, effects)],
    };

    /// <summary>Meaning of the rejection of a coefficient.</summary>
    public string MeaningOfCoefficient(int column) => CoefficientMeanings.IsEmpty ? Meaning(Coefficients[column]) : CoefficientMeanings[column];

    /// <summary>Meaning of the rejection of a variance.</summary>
    public string MeaningOfVariance(int effect) => Meaning(Variances[effect]);

    private string Meaning(double? value) => value switch
    {
        null => RejectionMeaning.None,
        not 0 => RejectionMeaning.Power,
        _ when LeavesOut => LeftOut,
        _ when HasInformativeLoss => Dropout,
        _ => RejectionMeaning.TypeOne,
    };
}
