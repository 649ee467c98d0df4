using System.Collections.Immutable;

namespace TherapistEffectSim.Formulas;

/// <summary>A column, or an I() expression, as part of a term. Two are equal if their labels are.</summary>
/// <param name="Label">As R prints it: <c>alliance</c>, <c>I(alliance^2)</c>.</param>
/// <param name="Expression">Its value where its columns are numbers.</param>
/// <param name="Column">The column; null for an I() expression.</param>
/// <param name="Position">Where it first stands in the formula.</param>
internal sealed record TermFactor(string Label, ColumnExpression Expression, string? Column, int Position)
{
    public bool Equals(TermFactor? other) => other is not null && string.Equals(Label, other.Label, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Label);
}

/// <summary>A term of the expanded formula: a main effect or an interaction. Two are equal if their labels are.</summary>
/// <param name="Factors">At least one, in the order in which the formula first names them.</param>
internal sealed record FixedTerm(ImmutableArray<TermFactor> Factors)
{
    /// <summary>As R prints it: <c>arm</c>, <c>arm:alliance</c>.</summary>
    public string Label { get; } = string.Join(':', Factors.Select(f => f.Label));

    public bool Equals(FixedTerm? other) => other is not null && string.Equals(Label, other.Label, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Label);
}
