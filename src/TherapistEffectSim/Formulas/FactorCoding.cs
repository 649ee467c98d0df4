using System.Collections.Immutable;

namespace TherapistEffectSim.Formulas;

/// <summary>Decides whether a text column within a term is coded by contrasts with its first level or by one indicator per level.</summary>
/// <remarks>
/// Chambers and Hastie (1992), Statistical Models in S, p. 38, as R does it: contrasts if what is left of the term without the column is
/// empty or contained in an earlier term; else all indicators. Without an intercept the first text column of the first term that has one
/// gets all indicators.
/// </remarks>
internal sealed class FactorCoding
{
    private readonly ImmutableArray<FixedTerm> _terms;
    private readonly HashSet<TermFactor>[] _factors; // per term
    private readonly (int Term, TermFactor Column)? _replacesIntercept;

    public FactorCoding(bool hasIntercept, ImmutableArray<FixedTerm> terms, Func<TermFactor, bool> isText)
    {
        _terms = terms;
        _factors = [.. terms.Select(t => t.Factors.ToHashSet())];
        int first = hasIntercept ? -1 : terms.ToList().FindIndex(t => t.Factors.Any(isText));
        _replacesIntercept = first < 0 ? null : (first, terms[first].Factors.First(isText));
    }

    /// <summary>Whether the text column gets contrasts in the term.</summary>
    public bool IsContrast(int term, TermFactor column)
    {
        if (_replacesIntercept == (term, column))
        {
            return false;
        }

        TermFactor[] margin = [.. _terms[term].Factors.Where(f => f != column)];
        return margin.Length == 0 || _factors.Take(term).Any(earlier => earlier.IsSupersetOf(margin));
    }
}
