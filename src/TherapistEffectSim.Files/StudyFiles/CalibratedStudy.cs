using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>A study file made of pilot data, with a remark above each number: what it is, estimate, interval, method, and from how many.</summary>
public sealed record CalibratedStudy
{
    private const int LineLength = 118;
    private const string Scenario = "scenario";
    private const double Rounding = 1e-3;
    private const double SafeguardConfidence = 0.6; // Perugini, Gallucci & Costantini (2014), Perspect. Psychol. Sci. 9

    private static readonly string[] s_always =
    [
        "trial.arms", "trial.sites", "trial.therapists", "trial.per-arm", "trial.caseload", "therapists.outcome-icc-total", "outcome.between.shape",
        "outcome.within.shape", "outcome.residual-sd",
    ];

    /// <summary>The estimates.</summary>
    public required Calibration Calibration { get; init; }

    /// <summary>Name of the study.</summary>
    public required string Name { get; init; }

    /// <summary>The file of the data, for the remarks.</summary>
    public required string Source { get; init; }

    /// <summary>Name and version of the program, for the remarks.</summary>
    public required string Program { get; init; }

    /// <summary>Name of the column of the outcome, for the remarks.</summary>
    public required string OutcomeColumn { get; init; }

    /// <summary>Whether the outcome of the data was turned round, so that higher is better.</summary>
    public bool OutcomeIsReversed { get; init; }

    /// <summary>What the trial is planned to show, if unfavourable ends are taken for it.</summary>
    public PlanningQuestion? Safeguard { get; init; }

    /// <summary>What a user should know before running the study, one sentence or two each.</summary>
    public IEnumerable<string> Notes()
    {
        foreach (string note in Calibration.Notes)
        {
            yield return note;
        }

        (PilotQuantity Quantity, string What) = Safeguard == PlanningQuestion.TherapistVariance
            ? (PilotQuantity.OutcomeIcc, "differences between therapists in the outcome")
            : (PilotQuantity.AllianceIcc, "differences between therapists in the alliance");
        if (Safeguard is PlanningQuestion.TherapistVariance or PlanningQuestion.Alliance && Calibration.Find(Quantity) is { Interval.Low: 0 })
        {
            string lower = Calibration.Confidence > SafeguardConfidence ? "take a lower confidence, such as 0.6, or " : "";
            yield return $"The lower end of the {What} is 0, and no trial can show what is not there: {lower}write in the smallest share that would matter.";
        }
    }

    /// <summary>The text of the file; it reads back as a study without mistakes.</summary>
    public string ToYaml()
    {
        Scenario world = CalibratedScenario.Of(Calibration, Safeguard);
        MapNode map = new(
            [
                Text("name", Name),
                Text("question", "What would a trial like the pilot show, and how large must it be?"),
                Plain("seed", "1"),
                Plain("replicates", "1000"),
                new(Scenario, default, Pruned(RecordWriter.WriteRecord(world, default), "", Paths(world))!),
                new("methods", default, new ListNode([.. Methods().Select(m => RecordWriter.Write(m))], default)),
            ],
            default);
        string header = string.Concat(Header().SelectMany(Wrapped).Select(line => $"# {line}\n"));
        return header + YamlText.Of(map, remarks: Remarks(world).ToDictionary(r => r.Key, r => (ImmutableArray<string>)[.. r.Value.SelectMany(Wrapped)]));
    }

    private static Entry Text(string key, string value) => new(key, default, new ScalarNode(value, plain: false, default));

    private static Entry Plain(string key, string value) => new(key, default, new ScalarNode(value, plain: true, default));

    private string[] Methods() => Calibration.Assessments == 0 ? ["null-model"] : ["null-model", "linear", "quadratic"];

    // Keys that the data speak of; all others keep their defaults.
    private HashSet<string> Paths(Scenario world)
    {
        HashSet<string> paths = [.. s_always];
        void Add(bool condition, params string[] more) => paths.UnionWith(condition ? more : []);
        Add(world.Trial.Nesting == Nesting.Crossed, "trial.nesting");
        Add(!world.Trial.WithoutTherapists.IsEmpty, "trial.without-therapists");
        Add(Calibration.Assessments == 0, "alliance.therapist-icc");
        Add(Calibration.Assessments > 0, "alliance.observed-therapist-icc", "alliance.reliability", "attrition.alliance.rate");
        Add(Calibration.Assessments > 1, "alliance.assessments", "alliance.missing-assessments");
        Add(Calibration.Assessments > 0 && Calibration.HasSeverity, "alliance.severity", "attrition.alliance.depends-on.severity");
        Add(Calibration.HasSeverity, "outcome.severity", "attrition.outcome.depends-on.severity");
        Add(Calibration.Assessments > 0, "attrition.outcome.depends-on.alliance");
        Add(world.Trial.Arms.Length == 2, "outcome.arm-effect");
        Add(true, "attrition.outcome.rate");
        return paths;
    }

    private static Node? Pruned(Node node, string path, HashSet<string> paths)
    {
        if (paths.Contains(path) || node is not MapNode map)
        {
            return paths.Contains(path) && node is not MapNode { Entries.IsEmpty: true } ? node : null;
        }

        ImmutableArray<Entry> kept =
        [
            .. map.Entries
                .Select(e => (e.Key, Value: Pruned(e.Value, Binder.Below(path, e.Key), paths)))
                .Where(e => e.Value is not null)
                .Select(e => new Entry(e.Key, default, e.Value!)),
        ];
        return kept.IsEmpty ? null : new MapNode(kept, default);
    }

    private IEnumerable<string> Header()
    {
        PilotLayout layout = Calibration.Layout;
        yield return string.Create(CultureInfo.InvariantCulture,
            $"What {Source} says about a trial: {Calibration.Patients} patients, {layout.Therapists} therapists, {Calibration.Outcomes} patients with an outcome.");
        yield return $"Made by {Program}. Above each number: what it is; then estimate [{Confidence} interval], method; from how many.";
        if (Safeguard is { } question)
        {
            yield return $"Safeguard: written is the end of each interval that makes it harder to show {InWords(question)}, and the remark says why."
                + " All of them together are more pessimistic than any one.";
        }

        yield return "Effects of arm and alliance are not taken from the data: those of a pilot trial are uncertain, and too large where they were the reason to go on"
            + " (Leon, Davis & Kraemer 2011, J. Psychiatr. Res. 45). Write in the smallest that would matter to you.";
        yield return $"Outcomes are in units of {OutcomeColumn}{(OutcomeIsReversed ? ", times -1, so that higher is better" : "; higher is better")}.";
        foreach (string note in Notes())
        {
            yield return note;
        }
    }

    private Dictionary<string, List<string>> Remarks(Scenario world)
    {
        Dictionary<string, List<string>> remarks = new()
        {
            ["seed"] = ["Any whole number: the same one gives the same results."],
            [At("trial.arms")] = ["As in the data; the first is the reference."],
            [At("trial.sites")] = ["As in the data."],
            [At("trial.nesting")] = ["Therapists of the data treat in every arm."],
            [At("trial.therapists")] = ["Those of the data: write in how many the trial will have."],
            [At("trial.per-arm")] = ["Those of the data: write in how many the trial will have."],
            [At("trial.without-therapists")] = ["Patients of arms that name no therapists in the data: write in how many the trial will have."],
            [At("alliance.therapist-icc")] = ["The data have no alliance, and no analysis of this study uses it."],
            [At("alliance.assessments")] = ["As in the data: their mean is what is analysed."],
            [At("outcome.arm-effect")] = ["None, on purpose: write in the smallest difference of the second arm that would matter; outcome units, or {d, standardiser}."],
            [At("outcome.between")] =
            [
                "None, on purpose: write in the smallest effect of the therapist's alliance that would matter, such as {shape: linear, slope: 0.5}; outcome units per SD of"
                + " the therapists' alliance. outcome-icc-total then keeps the differences between therapists as large as they are.",
            ],
            [At("outcome.within")] = ["Likewise for the patient's alliance compared with that of others of the same therapist."],
        };
        foreach ((PilotQuantity quantity, string path, string what) in Places(world))
        {
            List<string> lines = remarks.TryGetValue(At(path), out List<string>? before) ? before : remarks[At(path)] = [];
            lines.Add(what + ".");
            if (Calibration.Find(quantity) is { } number)
            {
                lines.Add($"{Number(number.Estimate, "G4")} [{Number(number.Interval.Low, "G3")}, {Number(number.Interval.High, "G3")}], {number.Method}; {number.Basis}");
                lines.AddRange(SafeguardRemark(number));
            }
            else
            {
                lines.Add($"Not estimated: {Calibration.NotEstimated.GetValueOrDefault(quantity, "the data do not have it")}. {Without(quantity)}");
            }
        }

        if (world.Trial.Caseload is FixedCaseload)
        {
            remarks[At("trial.caseload")].Add("Caseloads that vary so little are written as equal ones.");
        }
        else if (world.Trial.Caseload is DrawnCaseload drawn && IsRaised(drawn.Cv, PilotQuantity.CaseloadCv))
        {
            remarks[At("trial.caseload.cv")].Add("Drawn caseloads cannot vary less than is written.");
        }

        if (IsRaised(world.Alliance.Reliability, PilotQuantity.Reliability))
        {
            remarks[At("alliance.reliability")].Add("Written is the smallest reliability that makes sense: with 0 nothing would be measured.");
        }

        return remarks;
    }

    // Whether more is written than the data ask for, by more than the rounding of what is written.
    private bool IsRaised(double written, PilotQuantity quantity) =>
        Calibration.Find(quantity) is { } number
        && written > (Safeguard is { } question ? Planning.Safeguard.For(quantity, question).ValueOf(number) : number.Estimate) + Rounding;

    private IEnumerable<string> SafeguardRemark(CalibratedNumber number)
    {
        if (Safeguard is { } question)
        {
            Safeguard rule = Planning.Safeguard.For(number.Quantity, question);
            string written = rule.End switch
            {
                UnfavourableEnd.Low => "The lower end",
                UnfavourableEnd.High => "The upper end",
                UnfavourableEnd.FartherFromZero => "The end farther from 0",
                _ => "The estimate",
            };
            yield return $"{written} is written, because {rule.Reason}.";
        }
    }

    private static IEnumerable<(PilotQuantity Quantity, string Path, string What)> Places(Scenario world)
    {
        bool isDrawn = world.Trial.Caseload is DrawnCaseload;
        bool hasAlliance = world.Alliance.ObservedTherapistIcc is not null;
        yield return (PilotQuantity.CaseloadMean, isDrawn ? "trial.caseload.mean" : "trial.caseload", "Patients per therapist, before anybody is lost");
        yield return (PilotQuantity.CaseloadCv, isDrawn ? "trial.caseload.cv" : "trial.caseload", "How unequal caseloads are: their SD over their mean");
        yield return (PilotQuantity.OutcomeIcc, "therapists.outcome-icc-total",
            "Therapist share of the outcome variance within arms, sites and severity, whatever the alliance contributes to it");
        yield return (PilotQuantity.AllianceIcc, "alliance.observed-therapist-icc", "Therapist share of the variance of the alliance as measured, within arms and sites");
        yield return (PilotQuantity.Reliability, "alliance.reliability", "Reliability of one assessment within therapists");
        yield return (PilotQuantity.MissingAssessments, "alliance.missing-assessments", "Share of the assessments after the first that are missing");
        yield return (PilotQuantity.AllianceSeverity, "alliance.severity", "SDs of the true alliance per SD of severity (high = worse)");
        yield return (PilotQuantity.OutcomeSeverity, "outcome.severity", "Outcome units per SD of severity (high = worse)");
        yield return (PilotQuantity.ResidualSd, "outcome.residual-sd", "SD of the outcome within therapists, severity taken out; outcome units");
        yield return (PilotQuantity.AllianceLossRate, "attrition.alliance.rate", "Share of all patients whose alliance is never measured");
        yield return (PilotQuantity.AllianceLossBySeverity, "attrition.alliance.depends-on.severity", "Log odds of that loss per SD of severity");
        yield return (PilotQuantity.OutcomeLossRate, "attrition.outcome.rate", $"Share of {(hasAlliance ? "the patients with an alliance" : "all patients")} whose outcome is not measured");
        yield return (PilotQuantity.OutcomeLossBySeverity, "attrition.outcome.depends-on.severity", "Log odds of that loss per SD of severity");
        yield return (PilotQuantity.OutcomeLossByAlliance, "attrition.outcome.depends-on.alliance",
            "Log odds of that loss per SD of the alliance as measured. Whether it depends on the outcome itself, no data can show");
    }

    private static string Without(PilotQuantity quantity) => quantity switch
    {
        PilotQuantity.Reliability => "1: the alliance of this world is the alliance as measured, its error included.",
        _ => "0: it does not depend on it.",
    };

    private static string InWords(PlanningQuestion question) => question switch
    {
        PlanningQuestion.TherapistVariance => "that therapists differ",
        PlanningQuestion.Alliance => "an effect of the alliance",
        _ => "an effect of the arm",
    };

    private string Confidence => Number(100 * Calibration.Confidence, "G4") + " %";

    private static string At(string path) => $"{Scenario}.{path}";

    private static string Number(double value, string format)
    {
        string text = value.ToString(format, CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) ? value.ToString("0.########", CultureInfo.InvariantCulture) : text;
    }

    private static IEnumerable<string> Wrapped(string text)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > LineLength)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        yield return line;
    }
}
