using System.CommandLine;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>What is fitted, and how the result is written.</summary>
/// <param name="Data">A CSV file, or - for standard input.</param>
/// <param name="Formula">The model.</param>
/// <param name="Method">What is minimised.</param>
/// <param name="DegreesOfFreedom">Reference distribution of the tests.</param>
/// <param name="Format">How the result is written.</param>
internal sealed record FitRequest(string Data, string Formula, Criterion Method, DegreesOfFreedomMethod DegreesOfFreedom, OutputFormat Format)
{
    /// <summary>Whether the random effects of each group are written too.</summary>
    public bool Modes { get; init; }
}

/// <summary><c>tes fit</c>: one model fitted to one file.</summary>
internal static class FitCommand
{
    public static Command Create(Streams streams)
    {
        Argument<string> data = new("DATA.csv") { Description = "The data, a CSV file with a header; - reads standard input. NA is a missing value." };
        Option<string> formula = new("--formula", "-f")
        {
            Description = "The model as lme4 writes it, such as \"outcome ~ arm + alliance + I(alliance^2) + (1 | therapist)\".",
            HelpName = "FORMULA",
            Required = true,
        };
        Choice<Criterion> method = new(
            "--method", "What is maximised: the restricted likelihood or the likelihood.", ("reml", Criterion.Reml), ("ml", Criterion.Ml));
        Choice<DegreesOfFreedomMethod> df = new(
            "--df",
            "Degrees of freedom of the t tests; none for the normal distribution.",
            ("satterthwaite", DegreesOfFreedomMethod.Satterthwaite),
            ("kenward-roger", DegreesOfFreedomMethod.KenwardRoger),
            ("none", DegreesOfFreedomMethod.None));
        Option<bool> modes = new("--modes")
        {
            Description = "Adds the conditional modes (BLUPs) of the random effects of each group, with their ranks and how far these can be trusted.",
        };
        Choice<OutputFormat> format = Choices.Format();
        ExplainedCommand command = new("fit", "Fits a linear mixed model, or without random term ordinary least squares, to a CSV file.")
        {
            Notes =
            [
                "Random terms are (1 | g), (1 + x | g), (x || g) without correlation, (0 + x | g), also several.",
                "Groups may be nested in groups: (1 + week | therapist) + (1 + week | patient), or (1 | g1/g2).",
                "Crossed groups are refused.",
                "kenward-roger adjusts the standard errors too, and is for fits by reml.",
                "Text columns are factors with treatment contrasts; their first level, A before a, is the reference.",
                "Rows with NA in a column of the formula are left out; their number is said on standard error.",
                "csv: one row per parameter, named as R's broom.mixed names them; json: all results, no rounding.",
            ],
            Examples =
            [
                "tes fit trial.csv --formula \"outcome ~ arm + alliance + (1 | therapist)\"",
                "tes fit trial.csv --formula \"outcome ~ arm + alliance + I(alliance^2) + (1 | therapist)\" --method ml",
                "tes fit visits.csv --formula \"outcome ~ week * arm + (1 | therapist) + (1 + week | patient)\" --modes",
                "tes fit trial.csv --formula \"outcome ~ alliance * severity\" --format json > fit.json",
            ],
        };
        command.Arguments.Add(data);
        command.Options.Add(formula);
        command.Options.Add(method.Option);
        command.Options.Add(df.Option);
        command.Options.Add(modes);
        command.Options.Add(format.Option);
        command.SetAction(parsed => streams.UntilInterrupted(() => Run(
            new FitRequest(
                parsed.GetRequiredValue(data),
                parsed.GetRequiredValue(formula),
                method.In(parsed),
                df.In(parsed),
                format.In(parsed))
            {
                Modes = parsed.GetValue(modes),
            },
            streams)));
        return command;
    }

    /// <summary>Fits and writes.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(FitRequest request, Streams streams)
    {
        Formula formula = Formula.Parse(request.Formula);
        string file = request.Data is Streams.StandardName ? "standard input" : request.Data;
        DataTable data = request.Data is Streams.StandardName
            ? CsvTableReader.Read(streams.Input, file, Needed)
            : CsvTableReader.Read(request.Data, Needed);
        SayMixedColumns(data, formula, file, streams);
        LinearMixedModelFit fit = Fit(data, formula, file, request);
        if (fit.IncompleteRows > 0)
        {
            streams.Say($"{file}: {Wording.Count(fit.IncompleteRows, "row")} of {data.Rows} left out, with NA in a column of the formula.");
        }

        switch (request.Format)
        {
            case OutputFormat.Json:
                FitJson.Write(fit, streams.Output);
                break;
            case OutputFormat.Csv:
                FitCsv.Write(fit, streams.Output);
                break;
            default:
                FitTable.Write(fit, streams);
                break;
        }

        return ExitCode.Done;

        CsvColumn[] Needed(IReadOnlyList<string> header)
        {
            formula.CheckColumns(header);
            string[] numeric = [.. formula.NumericColumnNames];
            return [.. formula.ColumnNames.Select(name =>
                new CsvColumn(name, numeric.Contains(name) ? CellContent.Numbers : CellContent.NumbersOrText))];
        }
    }

    private static LinearMixedModelFit Fit(DataTable data, Formula formula, string file, FitRequest request)
    {
        try
        {
            return LinearMixedModel.Fit(data, formula, request.Method, request.DegreesOfFreedom, request.Modes);
        }
        catch (ModelException e)
        {
            throw new DataException(file, e);
        }
    }

    // A single mistyped cell turns a column of numbers into a factor with one level per value.
    private static void SayMixedColumns(DataTable data, Formula formula, string file, Streams streams)
    {
        foreach (TextColumn column in data.Columns.OfType<TextColumn>().Where(column => !formula.GroupingColumnNames.Contains(column.Name)))
        {
            string? text = column.Levels.FirstOrDefault(level => !NumberCell.TryParse(level, out _));
            if (text is not null && column.Levels.Any(level => NumberCell.TryParse(level, out _)))
            {
                streams.Say($"{file}: {column.Name} is taken as a factor with {column.Levels.Length} levels, because it holds \"{text}\" beside numbers.");
            }
        }
    }
}
