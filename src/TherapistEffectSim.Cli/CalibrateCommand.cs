using System.CommandLine;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What is estimated from which columns, and where the study goes.</summary>
/// <param name="Data">A CSV file, or - for standard input.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Confidence">Of the intervals.</param>
/// <param name="Safeguard">What to take unfavourable ends for; <see langword="null"/> for estimates.</param>
/// <param name="Name">Name of the study; <see langword="null"/> for that of the file.</param>
/// <param name="Out">The file to write; <see langword="null"/> for standard output.</param>
/// <param name="Force">Whether a file that exists is replaced.</param>
internal sealed record CalibrateRequest(
    string Data, PilotColumns Columns, double Confidence, PlanningQuestion? Safeguard, string? Name, string? Out, bool Force);

/// <summary><c>tes calibrate</c>: a study file made of pilot data.</summary>
internal static class CalibrateCommand
{
    private const double UsualConfidence = 0.95;
    private const int LongestName = 100;

    public static Command Create(Streams streams)
    {
        Argument<string> data = new("DATA.csv")
        {
            Description = "One row per randomised patient, with a header; NA or an empty cell is a missing value. - reads standard input.",
        };
        Option<string?> therapist = Column("--therapist", "Column of the therapists [default: therapist]");
        Option<string?> outcome = Column("--outcome", "Column of the outcome [default: outcome]");
        Option<string[]> alliance = new("--alliance")
        {
            Description = "Column of the alliance; once for each assessment of a patient [default: alliance, if there]",
            HelpName = "COLUMN",
        };
        Option<string?> severity = Column("--severity", "Column of severity before treatment, high = worse [default: severity, if there]");
        Option<string?> arm = Column("--arm", "Column of the arms [default: arm, if there]");
        Option<string?> reference = new("--reference") { Description = "The arm to compare with [default: the first by name]", HelpName = "ARM" };
        Option<string?> site = Column("--site", "Column of the sites [default: site, if there]");
        Option<bool> lower = new("--lower-is-better") { Description = "Low outcomes are good ones: they are turned round" };
        Option<double> confidence = Numbers.Option(
            "--confidence", "Confidence of the intervals", "LEVEL", UsualConfidence, value => value is > 0 and < 1, "a number > 0 and < 1");
        Choice<PlanningQuestion?> safeguard = new(
            "--safeguard",
            "Write the unfavourable end of each interval, for a trial that is to show that therapists differ, an effect of the alliance, or one of the arm",
            ("none", null),
            ("therapists", PlanningQuestion.TherapistVariance),
            ("alliance", PlanningQuestion.Alliance),
            ("arm", PlanningQuestion.ArmEffect));
        Option<string?> name = new("--name") { Description = "Name of the study [default: that of the file]", HelpName = "NAME" };
        Option<string?> file = new("--out", "-o") { Description = "The study file to write [default: standard output]", HelpName = "FILE" };
        Option<bool> force = new("--force") { Description = "Replace a file that exists" };
        ExplainedCommand command = new("calibrate", "Makes a study file of pilot data: ICCs, reliability, variances, loss and caseloads, with intervals.")
        {
            Notes =
            [
                "Above each number the file says what it is: estimate, interval, method, and from how many.",
                "ICCs: REML, exact F intervals. Reliability: from several assessments of each patient.",
                "Loss: an alliance that is missing, then an outcome that is missing where the alliance is there.",
                "Effects of arm and alliance stay 0: write in the smallest that would matter to you.",
                "Safeguard: Perugini, Gallucci & Costantini (2014) take the ends of 60 % intervals.",
            ],
            Examples =
            [
                "tes calibrate pilot.csv > trial.yaml",
                "tes calibrate pilot.csv --outcome phq9 --lower-is-better --alliance wai3 --alliance wai6",
                "tes calibrate pilot.csv --safeguard alliance --confidence 0.6 -o cautious.yaml",
            ],
        };
        command.Arguments.Add(data);
        foreach (Option option in new Option[]
            { therapist, outcome, alliance, severity, arm, reference, site, lower, confidence, safeguard.Option, name, file, force })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => streams.UntilInterrupted(() => Run(
            new(
                parsed.GetRequiredValue(data),
                new PilotColumns(parsed.GetValue(therapist), parsed.GetValue(outcome), parsed.GetValue(alliance) ?? [])
                {
                    Severity = parsed.GetValue(severity),
                    Arm = parsed.GetValue(arm),
                    Reference = parsed.GetValue(reference),
                    Site = parsed.GetValue(site),
                    LowerIsBetter = parsed.GetValue(lower),
                },
                parsed.GetRequiredValue(confidence),
                safeguard.In(parsed),
                parsed.GetValue(name),
                parsed.GetValue(file),
                parsed.GetValue(force)),
            streams)));
        return command;
    }

    /// <summary>Estimates and writes.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(CalibrateRequest request, Streams streams)
    {
        string source = request.Data is Streams.StandardName ? "standard input" : request.Data;
        if (request.Out is not null && OutputFile.Refusal(request.Out, request.Force) is string refusal)
        {
            streams.Say(refusal);
            return ExitCode.InvalidInput;
        }

        PilotData data = request.Columns.Read(request.Data, source, streams);
        Calibration calibration = Estimate(data, request.Confidence, source);
        CalibratedStudy study = new()
        {
            Calibration = calibration,
            Name = request.Name ?? NameOf(request.Data),
            Source = source,
            Program = $"tes {ProductVersion.Number}",
            OutcomeColumn = data.Outcome.Name,
            OutcomeIsReversed = request.Columns.LowerIsBetter,
            Safeguard = request.Safeguard,
        };
        string yaml = YamlOf(study, source);
        Check(yaml, request.Name);
        foreach (string note in study.Notes())
        {
            streams.Say($"{source}: {note}");
        }

        if (request.Out is null)
        {
            streams.Output.Write(yaml);
            return ExitCode.Done;
        }

        WholeFile.Write(request.Out, yaml);
        streams.Say($"Wrote {request.Out}. Write in the effects that would matter, then: tes run {request.Out}");
        return ExitCode.Done;
    }

    private static Option<string?> Column(string name, string description)
    {
        Option<string?> option = new(name) { Description = description, HelpName = "COLUMN" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && string.IsNullOrWhiteSpace(given))
            {
                result.AddError($"{name} must name a column, but is empty.");
            }
        });
        return option;
    }

    private static Calibration Estimate(PilotData data, double confidence, string source)
    {
        try
        {
            return PilotCalibration.Of(data, confidence);
        }
        catch (ModelException e)
        {
            throw new DataException(source, e);
        }
    }

    // A number that no study may hold comes of a value that is mistyped, or of an enormous or a tiny unit.
    private static string YamlOf(CalibratedStudy study, string source)
    {
        try
        {
            return study.ToYaml();
        }
        catch (ArgumentOutOfRangeException e)
        {
            string said = e.Message.Split(" (Parameter", 2)[0];
            string what = e.ParamName is nameof(ResidualSd.Sd) ? "the SD of the outcome within therapists" + said[nameof(ResidualSd.Sd).Length..] : said;
            throw new DataException(source, new InvalidOperationException($"no study can be made of the estimates: {what.TrimEnd('.')}. Look for a mistyped value, or change the unit.", e));
        }
    }

    // What is written is a study that can be run: read it as tes validate would.
    private static void Check(string yaml, string? ownName)
    {
        using StringReader text = new(yaml);
        try
        {
            StudyRunner.Check(StudyFile.Read(text, "the study made of the data").ToStudy(seed: 1));
        }
        catch (StudyFileException e) when (ownName is not null && e.Problems.All(p => p.Path is "name"))
        {
            throw new DataException("--name", new InvalidOperationException(e.Problems[0].Message, e));
        }
    }

    // A study is named by letters, digits, '-', '_' and '.'.
    private static string NameOf(string path)
    {
        string file = path is Streams.StandardName ? "pilot" : Path.GetFileNameWithoutExtension(path);
        string name = string.Concat(file.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' ? c : '-')).Trim('-', '.');
        return name.Length == 0 ? "pilot" : name[..Math.Min(name.Length, LongestName)].TrimEnd('.', '-');
    }
}
