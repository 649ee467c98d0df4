using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Inference;

/// <summary>The random part of a model: one grouping factor, or two of which one lies within the other.</summary>
/// <param name="Inner">The factor with more groups.</param>
/// <param name="Outer">The factor in whose groups they lie; null for one factor.</param>
internal sealed record RandomPart(RandomFactor Inner, RandomFactor? Outer)
{
    private const string Accepted = "This version fits one grouping factor, or two of which one is nested in the other.";

    /// <summary>The factors, as lme4 orders them: the one with more groups first.</summary>
    public ImmutableArray<RandomFactor> Factors => Outer is null ? [Inner] : [Inner, Outer];

    /// <summary>The one column of a random intercept, or of a term that is constant within groups; null for all other models.</summary>
    public double[]? Multipliers => Outer is null ? Inner.Multipliers() : null;

    /// <summary>Reads the random part of a formula.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="FormulaException">The factors cross each other, have the same groups, or are more than two.</exception>
    /// <exception cref="ModelException">The data have too few groups, or too few rows for them.</exception>
    public static RandomPart? Of(Formula formula, DataTable data, Func<string, ImmutableArray<string>?> levels, ColumnValues values)
    {
        ImmutableArray<RandomFactor> factors = RandomFactor.Of(formula, data);
        if (factors.IsEmpty)
        {
            return null;
        }

        if (factors.Length > 2)
        {
            throw Refused(factors[2], $"A third grouping factor, {factors[2].Name} beside {factors[0].Name} and {factors[1].Name}, was found");
        }

        RandomPart part = factors.Length == 1 ? new(factors[0], null)
            : factors[0].Count >= factors[1].Count ? new(factors[0], factors[1])
            : new(factors[1], factors[0]);
        part.CheckNesting(factors[^1]);
        foreach (RandomFactor factor in factors)
        {
            factor.Read(levels, values);
            CheckGroups(factor, data.Rows);
        }

        return part;
    }

    private void CheckNesting(RandomFactor last)
    {
        if (Outer is null)
        {
            return;
        }

        if (Inner.SplitBy(Outer) is { } split)
        {
            throw Refused(
                last,
                $"Crossed grouping factors, {Outer.Name} and {Inner.Name} ({Inner.Name} {split.Group} is found in {Outer.Name} {split.First} and {split.Second}), were found",
                $" If groups that share a name are different groups, write {Outer.Name}:{Inner.Name} for the smaller ones.");
        }

        if (Inner.Count == Outer.Count)
        {
            throw Refused(last, $"Two grouping factors with the same groups, {Outer.Name} and {Inner.Name}, were found");
        }
    }

    private static void CheckGroups(RandomFactor factor, int rows)
    {
        if (factor.Count < 2)
        {
            throw new ModelException($"{factor.Name} has 1 level; a random intercept needs at least 2.");
        }

        for (int t = 0; t < factor.Terms.Length; t++)
        {
            int columns = factor.Columns[t].Length;
            if (factor.Count * columns >= rows)
            {
                string effects = columns == 1
                    ? "a random intercept needs more rows than levels."
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"the {columns} effects of the random term {factor.Terms[t].Label} need more rows than {factor.Count * columns}.");
                throw new ModelException(string.Create(
                    CultureInfo.InvariantCulture, $"{factor.Name} has {factor.Count} levels in {rows} complete row{(rows == 1 ? "" : "s")}; {effects}"));
            }
        }
    }

    private static FormulaException Refused(RandomFactor factor, string found, string more = "") =>
        new(factor.Terms[0].FormulaText, factor.Terms[0].Position, found, Accepted + more);
}
