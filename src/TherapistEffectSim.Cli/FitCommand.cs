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
    /// <summary>What is written beside the estimates.</summary>
    public FitExtras Extras { get; init; } = new();

    /// <summary>A smaller model that the fitted one is compared with.</summary>
    public string? Compare { get; init; }

    /// <summary>Data sets of the parametric bootstrap of the comparison.</summary>
    public int Bootstraps { get; init; }
}

/// <summary><c>tes fit</c>: one model fitted to one file.</summary>
internal static class FitCommand
{
    private const ulong MostBootstraps = 1_000_000;

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
        Option<bool> tests = new("--tests")
        {
            Description = "Adds tests of each variance: likelihood ratio with its mixture, exact ones where they exist, and Wald's z.",
        };
        Option<bool> profile = new("--profile")
        {
            Description = "Adds profile-likelihood intervals of the SDs and, for a random intercept, of the intraclass correlation.",
        };
        Option<string?> compare = new("--compare")
        {
            Description = "A smaller model: adds the likelihood-ratio test of the fitted model against it.",
            HelpName = "FORMULA",
        };
        Option<int?> bootstrap = WholeNumber.Of<int?>(
            "--bootstrap", 1, MostBootstraps, "Data sets drawn from the smaller model of --compare, for a p-value by parametric bootstrap", "N");
        bootstrap.Validators.Add(result =>
        {
            if (result.GetResult(compare) is null)
            {
                result.AddError("--bootstrap needs --compare FORMULA, the smaller model from which data are drawn.");
            }
        });
        Option<ulong?> seed = WholeNumber.Of<ulong?>("--seed", 0, ulong.MaxValue, "Key of the random numbers of --tests and --bootstrap [default: 1]", "N");
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
                "--compare fits both models by ml, unless they have the same fixed effects.",
                "csv: one row per parameter, named as R's broom.mixed names them; json: all results, no rounding.",
            ],
            Examples =
            [
                "tes fit trial.csv --formula \"outcome ~ arm + alliance + (1 | therapist)\"",
                "tes fit trial.csv --formula \"outcome ~ arm + alliance + I(alliance^2) + (1 | therapist)\" --method ml",
                "tes fit visits.csv --formula \"outcome ~ week * arm + (1 | therapist) + (1 + week | patient)\" --modes",
                "tes fit trial.csv --formula \"outcome ~ arm + (1 | therapist)\" --tests --profile",
                "tes fit trial.csv --formula \"outcome ~ alliance * severity\" --format json > fit.json",
            ],
        };
        command.Arguments.Add(data);
        command.Options.Add(formula);
        command.Options.Add(method.Option);
        command.Options.Add(df.Option);
        command.Options.Add(modes);
        command.Options.Add(tests);
        command.Options.Add(profile);
        command.Options.Add(compare);
        command.Options.Add(bootstrap);
        command.Options.Add(seed);
        command.Options.Add(format.Option);
        command.SetAction(parsed => streams.UntilInterrupted(() => Run(
            new FitRequest(
                parsed.GetRequiredValue(data),
                parsed.GetRequiredValue(formula),
                method.In(parsed),
                df.In(parsed),
                format.In(parsed))
            {
                Extras = new FitExtras
                {
                    ConditionalModes = parsed.GetValue(modes),
                    VarianceTests = parsed.GetValue(tests),
                    ProfileIntervals = parsed.GetValue(profile),
                    Seed = parsed.GetValue(seed) ?? 1,
                },
                Compare = parsed.GetValue(compare),
                Bootstraps = parsed.GetValue(bootstrap) ?? 0,
            },
            streams)));
        return command;
    }

    /// <summary>Fits and writes.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(FitRequest request, Streams streams)
    {
        Formula formula = Formula.Parse(request.Formula);
        Formula? smaller = request.Compare is null ? null : Formula.Parse(request.Compare);
        string file = request.Data is Streams.StandardName ? "standard input" : request.Data;
        DataTable data = request.Data is Streams.StandardName
            ? CsvTableReader.Read(streams.Input, file, Needed)
            : CsvTableReader.Read(request.Data, Needed);
        SayMixedColumns(data, formula, file, streams);
        (LinearMixedModelFit fit, ModelComparison? comparison) = Fit(data, formula, smaller, file, request);
        if (fit.IncompleteRows > 0)
        {
            streams.Say($"{file}: {Wording.Count(fit.IncompleteRows, "row")} of {data.Rows} left out, with NA in a column of the formula.");
        }

        switch (request.Format)
        {
            case OutputFormat.Json:
                FitJson.Write(fit, comparison, streams.Output);
                break;
            case OutputFormat.Csv:
                FitCsv.Write(fit, comparison, streams.Output);
                break;
            default:
                FitTable.Write(fit, comparison, streams);
                break;
        }

        return ExitCode.Done;

        CsvColumn[] Needed(IReadOnlyList<string> header)
        {
            formula.CheckColumns(header);
            smaller?.CheckColumns(header);
            Formula[] formulas = smaller is null ? [formula] : [formula, smaller];
            string[] numeric = [.. formulas.SelectMany(f => f.NumericColumnNames)];
            return [.. formulas.SelectMany(f => f.ColumnNames).Distinct(StringComparer.Ordinal).Select(name =>
                new CsvColumn(name, numeric.Contains(name) ? CellContent.Numbers : CellContent.NumbersOrText))];
        }
    }

    private static (LinearMixedModelFit Fit, ModelComparison? Comparison) Fit(
        DataTable data, Formula formula, Formula? smaller, string file, FitRequest request)
    {
        try
        {
            return (
                LinearMixedModel.Fit(data, formula, request.Method, request.DegreesOfFreedom, request.Extras),
                smaller is null ? null : LinearMixedModel.Compare(data, formula, smaller, request.Method, request.Bootstraps, request.Extras.Seed));
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
