using System.Collections.Immutable;
using System.Globalization;

namespace TherapistEffectSim.Formulas;

/// <summary>A column of a design matrix.</summary>
/// <param name="Name">As R and lme4 print it: <c>(Intercept)</c>, <c>I(x^2)</c>, <c>armtreatment:x</c>.</param>
/// <param name="Expression">Its value in a row of the data.</param>
/// <param name="TermLabel">The term that it belongs to: <c>arm:x</c>; <c>(Intercept)</c> for the intercept.</param>
internal sealed record FixedColumn(string Name, ColumnExpression Expression, string TermLabel);

/// <summary>Turns the terms of a formula into columns, text columns by treatment contrasts, as R's <c>model.matrix</c> does.</summary>
/// <remarks>
/// The caller says by a function which columns are text: it returns their levels in order (the first is the reference), and null for a
/// column of numbers.
/// </remarks>
internal static class DesignColumns
{
    /// <summary>Name of the column of ones, as R prints it.</summary>
    public const string Intercept = "(Intercept)";

    private const int MostColumns = 10_000;

    /// <summary>The columns of the fixed effects.</summary>
    /// <exception cref="FormulaException">A text column has one level or stands inside I(), or there are too many columns.</exception>
    public static ImmutableArray<FixedColumn> FixedColumns(Formula formula, Func<string, ImmutableArray<string>?> levels) =>
        Columns(formula.Text, formula.HasIntercept, formula.FixedTerms, levels);

    /// <summary>The columns whose effects vary between the groups of a random term.</summary>
    /// <exception cref="FormulaException">As for the fixed effects.</exception>
    public static ImmutableArray<FixedColumn> RandomColumns(RandomTerm term, Func<string, ImmutableArray<string>?> levels) =>
        Columns(term.FormulaText, term.HasIntercept, term.Slopes, levels);

    private static ImmutableArray<FixedColumn> Columns(
        string formula, bool hasIntercept, ImmutableArray<FixedTerm> terms, Func<string, ImmutableArray<string>?> levels)
    {
        ImmutableArray<FixedColumn>.Builder columns = ImmutableArray.CreateBuilder<FixedColumn>();
        if (hasIntercept)
        {
            columns.Add(new(Intercept, new ColumnExpression.Constant(1), Intercept));
        }

        FactorCoding coding = new(hasIntercept, terms, factor => factor.Column is not null && levels(factor.Column) is not null);
        for (int t = 0; t < terms.Length; t++)
        {
            ImmutableArray<FixedColumn> product = [new("", new ColumnExpression.Constant(1), terms[t].Label)];
            foreach (TermFactor factor in terms[t].Factors)
            {
                ImmutableArray<FixedColumn> own = OwnColumns(formula, factor, levels, coding, t);
                CheckCount(formula, terms[t], columns.Count + ((long)product.Length * own.Length));
                product = Multiply(product, own);
            }

            columns.AddRange(product);
        }

        return columns.ToImmutable();
    }

    private static ImmutableArray<FixedColumn> OwnColumns(
        string formula, TermFactor factor, Func<string, ImmutableArray<string>?> levels, FactorCoding coding, int term)
    {
        if (factor.Column is null)
        {
            RefuseText(formula, factor, levels);
        }

        if (factor.Column is null || levels(factor.Column) is not { } own)
        {
            return [new(factor.Label, factor.Expression, factor.Label)];
        }

        if (own.Length < 2)
        {
            string found = own.Length == 0 ? "without values" : $"with the single value '{own[0]}'";
            throw new FormulaException(
                formula,
                factor.Position,
                $"The text column {factor.Label} {found} was found",
                "A text column needs at least two different values: remove it.");
        }

        return [.. own
            .Skip(coding.IsContrast(term, factor) ? 1 : 0)
            .Select(level => new FixedColumn(factor.Label + level, new ColumnExpression.Indicator(factor.Column, level), factor.Label))];
    }

    // The columns of the first factor vary fastest.
    private static ImmutableArray<FixedColumn> Multiply(ImmutableArray<FixedColumn> left, ImmutableArray<FixedColumn> right) =>
        [.. right.SelectMany(r => left.Select(l => new FixedColumn(
            l.Name.Length == 0 ? r.Name : $"{l.Name}:{r.Name}", ColumnExpression.Multiply(l.Expression, r.Expression), l.TermLabel)))];

    private static void RefuseText(string formula, TermFactor factor, Func<string, ImmutableArray<string>?> levels)
    {
        if (factor.Expression.Variables.FirstOrDefault(name => levels(name) is not null) is string text)
        {
            throw new FormulaException(
                formula,
                factor.Position,
                $"Arithmetic with the text column '{text}' was found",
                "Inside I(...) all columns must hold numbers.");
        }
    }

    private static void CheckCount(string formula, FixedTerm term, long count)
    {
        if (count > MostColumns)
        {
            throw new FormulaException(
                formula,
                term.Factors[0].Position,
                $"The term {term.Label}, which needs too many columns, was found",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A model may have at most {MostColumns:N0} columns, and this would be {count:N0} or more."));
        }
    }
}
