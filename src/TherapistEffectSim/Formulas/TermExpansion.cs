using System.Collections.Immutable;
using System.Numerics;

namespace TherapistEffectSim.Formulas;

/// <summary>Expands a sum of terms as R's <c>terms.formula</c> does.</summary>
/// <remarks>
/// A term is a set of factors (Wilkinson and Rogers 1973, Applied Statistics 22, 392–399), held as bits: bit k is the k-th factor that
/// the sum names, whether or not its terms stay. Operators work on ordered lists of distinct sets.
/// </remarks>
internal sealed class TermExpansion
{
    private const int MostTerms = 1000;
    private const int MostFactors = 20;
    private const long MostCombinations = 2_000_000; // pairs of terms joined by all operators together, half a second

    private readonly string _text;
    private readonly bool _isRandomEffects;
    private readonly List<TermFactor> _factors = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<FormulaSyntax.Random> _randomTerms = [];
    private long _combinations;

    private TermExpansion(string text, bool isRandomEffects) => (_text, _isRandomEffects) = (text, isRandomEffects);

    private enum Place
    {
        Added,
        Removed,
        Operand,
    }

    public bool HasIntercept { get; private set; } = true;

    /// <summary>By number of factors, then in order of appearance.</summary>
    public ImmutableArray<FixedTerm> Terms { get; private set; } = [];

    /// <summary>In order of appearance.</summary>
    public IReadOnlyList<FormulaSyntax.Random> RandomTerms => _randomTerms;

    /// <summary>Expands the right side of a formula.</summary>
    public static TermExpansion OfRightSide(string text, FormulaSyntax syntax) => Of(text, syntax, isRandomEffects: false);

    /// <summary>Expands what stands before the bar of a random term.</summary>
    public static TermExpansion OfRandomEffects(string text, FormulaSyntax syntax) => Of(text, syntax, isRandomEffects: true);

    private static TermExpansion Of(string text, FormulaSyntax syntax, bool isRandomEffects)
    {
        TermExpansion expansion = new(text, isRandomEffects);
        List<BigInteger> terms = expansion.Expand(syntax, Place.Added);
        expansion.Terms = [.. terms.OrderBy(t => (int)BigInteger.PopCount(t)).Select(expansion.ToTerm)];
        return expansion;
    }

    private FixedTerm ToTerm(BigInteger bits) =>
        new([.. Enumerable.Range(0, (int)bits.GetBitLength()).Where(k => !(bits >> k).IsEven).Select(k => _factors[k])]);

    private List<BigInteger> Expand(FormulaSyntax syntax, Place place)
    {
        switch (syntax)
        {
            case FormulaSyntax.Column column:
                return [Bit(new(column.Deparse(), new ColumnExpression.Variable(column.Name), column.Name, column.Position))];
            case FormulaSyntax.Arithmetic arithmetic:
                return [Bit(new(arithmetic.Label, arithmetic.Expression, Column: null, arithmetic.Position))];
            case FormulaSyntax.Group group:
                return Expand(group.Content, place);
            case FormulaSyntax.Number number:
                SetIntercept(number, place);
                return [];
            case FormulaSyntax.Random random:
                AddRandomTerm(random, place);
                return [];
            case FormulaSyntax.Sum sum:
                return ExpandSum(sum, place);
            case FormulaSyntax.Crossing crossing:
                return crossing.Operands.Select(o => Expand(o, Place.Operand))
                    .Aggregate((left, right) => Cross(left, right, crossing.Position));
            case FormulaSyntax.Interaction interaction:
                return interaction.Operands.Select(o => Expand(o, Place.Operand))
                    .Aggregate((left, right) => Distinct(Interact(left, right, interaction.Position), interaction.Position));
            case FormulaSyntax.Power power:
                return Raise(Expand(power.Base, Place.Operand), power);
            default:
                throw new InvalidOperationException($"{syntax.GetType().Name} has no expansion.");
        }
    }

    private BigInteger Bit(TermFactor factor)
    {
        if (!_indices.TryGetValue(factor.Label, out int index))
        {
            index = _factors.Count;
            _indices.Add(factor.Label, index);
            _factors.Add(factor);
        }

        return BigInteger.One << index;
    }

    private void SetIntercept(FormulaSyntax.Number number, Place place)
    {
        if (place == Place.Operand)
        {
            throw new FormulaException(
                _text,
                number.Position,
                $"The number {number.Deparse()} was found",
                "Here must stand a column name, I(...) or a sum of them in parentheses.");
        }

        HasIntercept = number.Value switch
        {
            1 => place == Place.Added,
            0 => place == Place.Removed,
            _ => throw new FormulaException(
                _text,
                number.Position,
                $"The number {number.Deparse()} was found",
                "The only numbers among terms are 1 (with intercept) and 0 (without)."),
        };
    }

    private void AddRandomTerm(FormulaSyntax.Random random, Place place)
    {
        string? accepted = _isRandomEffects ? "A random term cannot stand inside a random term."
            : place == Place.Operand ? "A random term cannot be part of an interaction: add it with +."
            : place == Place.Removed ? "A random term cannot be subtracted: leave it out."
            : null;
        if (accepted is not null)
        {
            throw new FormulaException(_text, random.Position, $"The random term ({random.Deparse()}) was found", accepted);
        }

        _randomTerms.Add(random);
    }

    private List<BigInteger> ExpandSum(FormulaSyntax.Sum sum, Place place)
    {
        List<BigInteger> terms = [];
        HashSet<BigInteger> present = [];
        foreach (SumItem item in sum.Items)
        {
            List<BigInteger> changed = Expand(item.Content, PlaceOf(item, place));
            if (item.IsRemoved)
            {
                present.ExceptWith(changed);
                terms.RemoveAll(t => !present.Contains(t));
            }
            else
            {
                terms.AddRange(changed.Where(present.Add));
                CheckCount(terms.Count, item.Content.Position);
            }
        }

        return terms;
    }

    private static Place PlaceOf(SumItem item, Place sum) => (sum, item.IsRemoved) switch
    {
        (Place.Operand, _) => Place.Operand,
        (Place.Added, false) or (Place.Removed, true) => Place.Added,
        _ => Place.Removed,
    };

    private List<BigInteger> Cross(List<BigInteger> left, List<BigInteger> right, int position) =>
        Distinct(left.Concat(right).Concat(Interact(left, right, position)), position);

    private IEnumerable<BigInteger> Interact(List<BigInteger> left, List<BigInteger> right, int position)
    {
        _combinations += (long)left.Count * right.Count;
        return _combinations <= MostCombinations
            ? left.SelectMany(l => right.Select(r => l | r))
            : throw new FormulaException(_text, position, "A very long expansion was found", "Write the terms one by one, joined by +.");
    }

    // The list stops growing at the order of the number of factors, whatever the exponent.
    private List<BigInteger> Raise(List<BigInteger> terms, FormulaSyntax.Power power)
    {
        List<BigInteger> raised = terms;
        for (double order = 1; order < power.Order; order++)
        {
            int before = raised.Count;
            raised = Distinct(Interact(terms, raised, power.Position), power.Position);
            if (raised.Count == before)
            {
                break;
            }
        }

        return raised;
    }

    private List<BigInteger> Distinct(IEnumerable<BigInteger> terms, int position)
    {
        List<BigInteger> distinct = [];
        HashSet<BigInteger> present = [];
        foreach (BigInteger term in terms)
        {
            if (!present.Add(term))
            {
                continue;
            }

            distinct.Add(term);
            CheckCount(distinct.Count, position);
            if ((int)BigInteger.PopCount(term) > MostFactors)
            {
                throw new FormulaException(
                    _text, position, "A very large interaction was found", $"One interaction may join at most {MostFactors} columns.");
            }
        }

        return distinct;
    }

    private void CheckCount(int terms, int position)
    {
        if (terms > MostTerms)
        {
            throw new FormulaException(
                _text, position, "An expansion to too many terms was found", "A formula may have at most 1,000 terms.");
        }
    }
}
