using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Inference;

/// <summary>The numbers that a formula makes of a table, and whether they suffice for its model.</summary>
internal sealed record ModelData
{
    // Share of the outcome's sum of squares below which residuals are rounding.
    private const double RoundingShare = 1e-28;

    private ModelData()
    {
    }

    /// <summary>Names of the design columns, as lme4 prints them.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>Design columns of the fixed effects, each of length <see cref="Rows"/>.</summary>
    public required double[][] Columns { get; init; }

    /// <summary>Length <see cref="Rows"/>.</summary>
    public required double[] Outcome { get; init; }

    /// <summary>Name of the column of the outcome.</summary>
    public required string OutcomeName { get; init; }

    /// <summary>The random part; null for ordinary least squares.</summary>
    public required RandomPart? Random { get; init; }

    /// <summary>Rows left out.</summary>
    public required int IncompleteRows { get; init; }

    /// <summary>N.</summary>
    public int Rows => Outcome.Length;

    /// <summary>Reads the columns of a model from the rows that are complete in them.</summary>
    /// <exception cref="FormulaException">A text column stands where numbers are needed, or has one value; or the random part is not available.</exception>
    /// <exception cref="ModelException">There are too few rows or levels, or a value is not finite.</exception>
    public static ModelData Of(DataTable data, Formula formula)
    {
        DataTable table = Complete(data, formula).Table;
        return Of(data, formula, DesignColumns.FixedColumns(formula, Levels), Levels);

        ImmutableArray<string>? Levels(string column) => (table.Column(column) as TextColumn)?.Levels;
    }

    /// <summary>The same with design columns and levels of text columns that are known before the data.</summary>
    /// <param name="data">The data.</param>
    /// <param name="formula">The model.</param>
    /// <param name="columns">Columns of its fixed effects.</param>
    /// <param name="levels">Levels of a text column, the reference first; <see langword="null"/> for numbers.</param>
    /// <exception cref="FormulaException">The random part is not available.</exception>
    /// <exception cref="ModelException">There are too few rows or levels, or a value is not finite.</exception>
    public static ModelData Of(DataTable data, Formula formula, ImmutableArray<FixedColumn> columns, Func<string, ImmutableArray<string>?> levels)
    {
        string[] needed = [.. formula.ColumnNames];
        CompleteRows complete = Complete(data, formula);
        DataTable table = complete.Table;
        if (columns.Length >= table.Rows)
        {
            throw new ModelException(
                $"the model needs more rows than columns, but has {Count(columns.Length, "column")} for {Count(table.Rows, "complete row")}"
                + $"{LargestFactor(formula, table)}.");
        }

        ColumnValues values = new(table, row => RowOfData(data, needed, row));
        return new ModelData
        {
            Names = [.. columns.Select(column => column.Name)],
            Columns = [.. columns.Select(values.Of)],
            Outcome = [.. table.Numeric(formula.Response).Values],
            OutcomeName = formula.Response,
            Random = RandomPart.Of(formula, table, levels, values),
            IncompleteRows = complete.Dropped,
        };
    }

    private static CompleteRows Complete(DataTable data, Formula formula)
    {
        string[] needed = [.. formula.ColumnNames];
        CompleteRows complete = data.CompleteIn(needed);
        if (complete.Table.Rows == 0)
        {
            throw new ModelException(
                $"there must be rows that are complete in {string.Join(", ", needed)}, but there is none among {Count(data.Rows, "row")}.");
        }

        if (complete.Table.Column(formula.Response) is TextColumn text)
        {
            throw new ModelException($"the outcome {formula.Response} must be numbers, but holds text such as \"{text.Levels[0]}\".");
        }

        return complete;
    }

    /// <summary>Refuses a fit in which a variance cannot be told.</summary>
    /// <exception cref="ModelException">No degree of freedom or no variation is left for a variance.</exception>
    public void CheckFit(DataFit fit)
    {
        CheckVariation(fit.ResidualVariance, fit.Criterion, fit.FixedEffects.Length);
        if (Random is { Inner: { } factor })
        {
            if (fit.BetweenDegreesOfFreedom < 1)
            {
                throw new ModelException(
                    $"{factor.Name} has {Count(factor.Count, "level")}, "
                    + "and the fixed effects leave no degree of freedom between them for the variance of the random term.");
            }

            if (fit.WithinDegreesOfFreedom < 1)
            {
                throw new ModelException(
                    $"{factor.Name} has {Count(factor.Count, "level")} in {Count(Rows, "row")}, "
                    + "and the fixed effects leave no degree of freedom within them for the residual variance.");
            }
        }

        if (!fit.IsEstimable)
        {
            throw NoVariationWithin();
        }
    }

    /// <inheritdoc cref="CheckFit(DataFit)"/>
    public void CheckFit(NestedModel fit)
    {
        CheckVariation(fit.ResidualVariance, fit.CriterionValue, fit.KeptColumns.Length);
        if (!(fit.Criterion.Data.RestSquares > RoundingShare * Outcome.Sum(y => y * y)))
        {
            throw NoVariationWithin();
        }
    }

    private void CheckVariation(double residualVariance, double criterion, int rank)
    {
        double total = Outcome.Sum(y => y * y);
        if (!double.IsFinite(total) || !double.IsFinite(residualVariance) || !double.IsFinite(criterion))
        {
            throw new ModelException($"the numbers are too large or too small for sums of their squares; measure {OutcomeName} in another unit.");
        }

        if (!(residualVariance * (Rows - rank) > RoundingShare * total))
        {
            throw new ModelException(
                $"the residuals must vary, but the fixed effects{(Random is null ? "" : " and the random term")} reproduce {OutcomeName} in every row.");
        }
    }

    private ModelException NoVariationWithin() =>
        new($"{OutcomeName} must vary within the levels of {Random?.Inner.Name ?? "the data"} by more than rounding, but does not.");

    private static string LargestFactor(Formula formula, DataTable table) =>
        formula.FixedTerms
            .SelectMany(term => term.Factors)
            .Where(factor => factor.Column is not null)
            .Select(factor => table.Column(factor.Column!))
            .OfType<TextColumn>()
            .MaxBy(column => column.Levels.Length) is { Levels.Length: > 2 } factor
                ? $"; the text column {factor.Name} alone has {factor.Levels.Length} levels"
                : "";

    private static int RowOfData(DataTable data, string[] needed, int completeRow)
    {
        DataColumn[] columns = [.. needed.Select(data.Column)];
        return Enumerable.Range(0, data.Rows).Where(row => !columns.Any(column => column.IsMissing(row))).ElementAt(completeRow);
    }

    private static string Count(int number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {unit}{(number == 1 ? "" : "s")}");
}
