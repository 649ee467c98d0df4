using System.Collections.Immutable;

namespace TherapistEffectSim.Formulas;

/// <summary>Splits (x || g) into independent terms and (1 | g1/g2) into one term per level of nesting.</summary>
internal static class RandomTermExpansion
{
    /// <summary>The random terms of a formula, in order of appearance.</summary>
    /// <exception cref="FormulaException">A term in which nothing varies, or the same term twice.</exception>
    public static ImmutableArray<RandomTerm> Expand(string text, IReadOnlyList<FormulaSyntax.Random> written)
    {
        List<RandomTerm> terms = [];
        HashSet<RandomTerm> present = [];
        foreach (RandomTerm term in written.SelectMany(syntax => Expand(text, syntax)))
        {
            if (!present.Add(term))
            {
                throw new FormulaException(
                    text,
                    term.Position,
                    $"The random term {term.Label} was found a second time",
                    "The same variance cannot be estimated twice: remove one.");
            }

            terms.Add(term);
        }

        return [.. terms];
    }

    private static IEnumerable<RandomTerm> Expand(string text, FormulaSyntax.Random syntax)
    {
        TermExpansion effects = TermExpansion.OfRandomEffects(text, syntax.Effects);
        if (!effects.HasIntercept && effects.Terms.IsEmpty)
        {
            throw new FormulaException(
                text,
                syntax.Position,
                $"The random term ({syntax.Deparse()}), in which nothing varies, was found",
                "Write (1 | g), (1 + x | g) or (0 + x | g).");
        }

        IEnumerable<(bool HasIntercept, ImmutableArray<FixedTerm> Slopes)> parts = syntax.IsIndependent
            ? Independent(effects)
            : [(effects.HasIntercept, effects.Terms)];
        ImmutableArray<ImmutableArray<string>> groupings = syntax.IsNested ? [[syntax.Groups[0]], syntax.Groups] : [syntax.Groups];
        return parts.SelectMany(part => groupings.Select(
            grouping => new RandomTerm(part.HasIntercept, part.Slopes, grouping, syntax.Position) { FormulaText = text }));
    }

    private static IEnumerable<(bool HasIntercept, ImmutableArray<FixedTerm> Slopes)> Independent(TermExpansion effects)
    {
        if (effects.HasIntercept)
        {
            yield return (true, []);
        }

        foreach (FixedTerm term in effects.Terms)
        {
            yield return (false, [term]);
        }
    }
}
