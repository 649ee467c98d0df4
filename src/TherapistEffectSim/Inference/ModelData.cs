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

    /// <summary>The random term; null for ordinary least squares.</summary>
    public required RandomTermColumns? Random { get; init; }

    /// <summary>Rows left out.</summary>
    public required int IncompleteRows { get; init; }

    /// <summary>N.</summary>
    public int Rows => Outcome.Length;

    /// <summary>Reads the columns of a model from the rows that are complete in them.</summary>
    /// <exception cref="FormulaException">A text column stands where numbers are needed, or has one value.</exception>
    /// <exception cref="ModelException">There are too few rows or levels, or a value is not finite.</exception>
    public static ModelData Of(DataTable data, Formula formula, RandomTerm? term)
    {
        string[] needed = [.. formula.ColumnNames];
        CompleteRows complete = data.CompleteIn(needed);
        DataTable table = complete.Table;
        if (table.Rows == 0)
        {
            throw new ModelException(
                $"there must be rows that are complete in {string.Join(", ", needed)}, but there is none among {Count(data.Rows, "row")}.");
        }

        if (table.Column(formula.Response) is TextColumn text)
        {
            throw new ModelException($"the outcome {formula.Response} must be numbers, but holds text such as \"{text.Levels[0]}\".");
        }

        ImmutableArray<FixedColumn> columns = DesignColumns.FixedColumns(formula, Levels);
        if (columns.Length >= table.Rows)
        {
            throw new ModelException(
                $"the model needs more rows than columns, but has {Count(columns.Length, "column")} for {Count(table.Rows, "complete row")}"
                + $"{LargestFactor(formula, table)}.");
        }

        ColumnValues values = new(table, row => RowOfData(data, needed, row));
        RandomTermColumns? random = term is null ? null : RandomTermColumns.Of(term, table, Levels, values);
        if (random is not null)
        {
            CheckLevels(random, table.Rows);
        }

        return new ModelData
        {
            Names = [.. columns.Select(column => column.Name)],
            Columns = [.. columns.Select(values.Of)],
            Outcome = [.. table.Numeric(formula.Response).Values],
            OutcomeName = formula.Response,
            Random = random,
            IncompleteRows = complete.Dropped,
        };

        ImmutableArray<string>? Levels(string column) => (table.Column(column) as TextColumn)?.Levels;
    }

    /// <summary>Refuses a fit in which a variance cannot be told.</summary>
    /// <exception cref="ModelException">No degree of freedom or no variation is left for a variance.</exception>
    public void CheckFit(DataFit fit)
    {
        int rank = fit.FixedEffects.Length;
        double total = Outcome.Sum(y => y * y);
        if (!double.IsFinite(total) || !double.IsFinite(fit.ResidualVariance) || !double.IsFinite(fit.Criterion))
        {
            throw new ModelException($"the numbers are too large or too small for sums of their squares; measure {OutcomeName} in another unit.");
        }

        double unexplained = fit.ResidualVariance * (Rows - rank);
        if (!(unexplained > RoundingShare * total))
        {
            throw new ModelException(
                $"the residuals must vary, but the fixed effects{(Random is null ? "" : " and the random term")} reproduce {OutcomeName} in every row.");
        }

        if (Random is not null && fit.BetweenDegreesOfFreedom < 1)
        {
            throw new ModelException(
                $"{Random.Group} has {Count(Random.Multipliers.Length, "level")}, "
                + "and the fixed effects leave no degree of freedom between them for the variance of the random term.");
        }

        if (Random is not null && fit.WithinDegreesOfFreedom < 1)
        {
            throw new ModelException(
                $"{Random.Group} has {Count(Random.Multipliers.Length, "level")} in {Count(Rows, "row")}, "
                + "and the fixed effects leave no degree of freedom within them for the residual variance.");
        }

        if (!fit.IsEstimable)
        {
            throw new ModelException($"{OutcomeName} must vary within the levels of {Random?.Group ?? "the data"} by more than rounding, but does not.");
        }
    }

    private static void CheckLevels(RandomTermColumns random, int rows)
    {
        int levels = random.Multipliers.Length;
        if (levels < 2)
        {
            throw new ModelException($"{random.Group} has 1 level; a random intercept needs at least 2.");
        }

        if (levels >= rows)
        {
            throw new ModelException(
                $"{random.Group} has {Count(levels, "level")} in {Count(rows, "complete row")}; a random intercept needs more rows than levels.");
        }
    }

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
