using System.Collections.Immutable;

namespace TherapistEffectSim.Formulas;

/// <summary>A random term with one covariance matrix. Two are equal if their labels are.</summary>
/// <param name="HasIntercept">Whether the level differs between groups.</param>
/// <param name="Slopes">The terms whose effects differ between groups.</param>
/// <param name="Grouping">One column, or two whose combinations are the groups.</param>
/// <param name="Position">Index of the opening parenthesis in the formula.</param>
internal sealed record RandomTerm(bool HasIntercept, ImmutableArray<FixedTerm> Slopes, ImmutableArray<string> Grouping, int Position)
{
    /// <summary>The formula that the term belongs to, for messages.</summary>
    public required string FormulaText { get; init; }

    /// <summary>Name of the groups: <c>therapist</c>, <c>site:therapist</c>.</summary>
    public string GroupName { get; } = string.Join(':', Grouping);

    /// <summary>As lme4 writes it, with the intercept or its absence spelled out: <c>(1 + x | g)</c>, <c>(0 + x | g)</c>.</summary>
    public string Label { get; } = $"({EffectsLabel(HasIntercept, Slopes)} | {string.Join(':', Grouping.Select(DeparsedText.Name))})";

    public bool Equals(RandomTerm? other) => other is not null && string.Equals(Label, other.Label, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Label);

    private static string EffectsLabel(bool hasIntercept, ImmutableArray<FixedTerm> slopes) =>
        string.Join(" + ", slopes.Select(s => s.Label).Prepend(hasIntercept ? "1" : "0"));
}
