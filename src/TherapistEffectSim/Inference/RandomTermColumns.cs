using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Inference;

/// <summary>The one random term of a model: the group of each row, and what multiplies the group's random effect.</summary>
/// <param name="Group">Name of the grouping factor.</param>
/// <param name="Term">What varies between groups, as lme4 prints it.</param>
/// <param name="Codes">Group of each row, from 0.</param>
/// <param name="Multipliers">One per group: 1 for a random intercept.</param>
internal sealed record RandomTermColumns(string Group, string Term, int[] Codes, double[] Multipliers)
{
    private const string Accepted =
        "This version fits one random intercept, (1 | g), or one term (0 + x | g) with x a number that is the same in all rows of a level of g.";

    /// <summary>The term that the formula asks for; null if it has none.</summary>
    /// <exception cref="FormulaException">The formula has a random part that this version does not fit.</exception>
    public static RandomTerm? SingleTerm(Formula formula)
    {
        ImmutableArray<RandomTerm> terms = formula.RandomTerms;
        return terms.Length switch
        {
            0 => null,
            1 when terms[0].HasIntercept && !terms[0].Slopes.IsEmpty => throw Refused(terms[0], $"The random slope {terms[0].Label} was found"),
            1 => terms[0],
            _ => throw RefusedSeveral(terms),
        };
    }

    /// <summary>The columns of the term.</summary>
    /// <exception cref="FormulaException">What varies is not one column that is the same in all rows of a group.</exception>
    public static RandomTermColumns Of(RandomTerm term, DataTable data, Func<string, ImmutableArray<string>?> levels, ColumnValues values)
    {
        ImmutableArray<FixedColumn> columns = DesignColumns.RandomColumns(term, levels);
        if (columns.Length != 1)
        {
            throw Refused(term, $"The random term {term.Label}, in which {columns.Length} effects vary, was found");
        }

        TextColumn[] factors = [.. term.Grouping.Select(data.AsFactor)];
        Dictionary<(int, int), int> groups = [];
        int[] codes = new int[data.Rows];
        double[] effect = values.Of(columns[0]);
        List<(double Value, int Row)> first = [];
        for (int row = 0; row < codes.Length; row++)
        {
            (int, int) key = (factors[0].Codes[row], factors.Length > 1 ? factors[1].Codes[row] : 0);
            if (!groups.TryGetValue(key, out int group))
            {
                group = groups.Count;
                groups.Add(key, group);
                first.Add((effect[row], row));
            }

            codes[row] = group;
            if (effect[row] != first[group].Value)
            {
                string level = string.Join(':', factors.Select(factor => factor.Levels[factor.Codes[row]]));
                string change = $"from {NumberText.Shortest(first[group].Value)} to {NumberText.Shortest(effect[row])}";
                throw Refused(term, $"A random slope on {columns[0].Name}, which varies within {term.GroupName} {level} ({change}), was found");
            }
        }

        return new RandomTermColumns(term.GroupName, columns[0].Name, codes, [.. first.Select(g => g.Value)]);
    }

    private static FormulaException RefusedSeveral(ImmutableArray<RandomTerm> terms)
    {
        (RandomTerm a, RandomTerm b) = (terms[0], terms[1]);
        if (a.GroupName == b.GroupName)
        {
            return Refused(b.Position == a.Position ? a : b, $"A random slope beside a random intercept, {a.Label} and {b.Label}, were found");
        }

        bool areNested = a.Grouping.All(b.Grouping.Contains) || b.Grouping.All(a.Grouping.Contains);
        string kind = areNested ? "Nested grouping factors" : "Several grouping factors, crossed or nested";
        return Refused(b.Position == a.Position ? a : b, $"{kind}, {a.Label} and {b.Label}, were found");
    }

    private static FormulaException Refused(RandomTerm term, string found) =>
        new(term.FormulaText, term.Position, found, Accepted);
}
