using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>Says what was simulated, and what came out, under the headings of ADEMP (Morris, White &amp; Crowther 2019).</summary>
internal static class StatementWriter
{
    private const string Power = "power";
    private const string TypeOne = "type-I";
    private const int MostReported = 6;   // tests of a scenario in the opening; the table has all
    private const int MostScenarios = 12; // in the opening

    /// <summary>The statement of a run.</summary>
    public static Statement Of(StatementSource source) => new(
        "Sample size and simulation",
        [
            new("", Opening(source)),
            new("Aims", [new Sentences(Aims(source))]),
            new("Data-generating mechanisms", [.. Worlds(source)]),
            new("Estimands", [.. EstimandWords.Of(source)]),
            new("Methods", [.. MethodWords.Of(source)]),
            new("Performance measures", [.. ResultWords.Of(source)]),
            new("Software", [new Sentences(Software(source))]),
            new("References", [new ItemList(References.Of(source))]),
        ]);

    /// <summary>Number and values of what varies: <c>scenario 2 (trial therapists 30)</c>; nothing in a study of one scenario.</summary>
    public static string NameOf(Cell cell) =>
        cell.Factors.IsEmpty
            ? $"scenario {cell.Number}"
            : $"scenario {cell.Number} ({string.Join(", ", cell.Factors.Select(f => $"{f.Name.Replace('_', ' ')} {f.Value}"))})";

    private static string NameOf(ImmutableArray<Cell> cells) => cells is [Cell only]
        ? Say.Capital(NameOf(only))
        : $"Scenarios {Say.And([.. cells.Select(c => Say.Number(c.Number))])}";

    /// <summary>Every assumption about a world, one text for each part of it; empty where there is nothing to say.</summary>
    public static IEnumerable<string> WorldOf(Scenario scenario) => Topics().Select(topic => topic(scenario));

    private static ImmutableArray<StatementBlock> Opening(StatementSource source)
    {
        string simulated = Say.Count(source.Manifest.Replicates, "trial");
        string level = $"at a level of {Say.Percent(source.Study.Alpha)}";
        if (source.Cells is not [Cell only])
        {
            string begin = $"The size of the trial was judged by simulation: {simulated} of each of {source.Cells.Length} scenarios were simulated and analysed {level}.";
            return source.Cells.Length > MostScenarios
                ? [new Sentences($"{begin} The table below gives the rate at which each test was significant.")]
                :
                [
                    new Sentences($"{begin} The power was, with the Monte Carlo standard error in percentage points and a 95 % interval:"),
                    new ItemList([.. source.Cells.Select(cell => $"{Say.Capital(NameOf(cell))}: {Powers(source, cell)}")]),
                ];
        }

        SummaryRow[] found = Found(source, only);
        string size = $"The size of the trial was judged by simulation. Planned are {TrialWords.Size(only.Scenario.Trial)}; on average {Say.Count(source.Mean(only.Number, "patients_analysed"), "patient")} of "
            + $"{Say.Count(source.Mean(only.Number, "therapists_analysed"), "therapist")} are analysed. In {simulated}, tested {level},";
        return found.Length == 0
            ? [new Sentences($"{size} no test looked for an effect that is there: the rates below are those of false positives.")]
            : [new Sentences($"{size} the power was:"), new ItemList([.. found.Select(r => $"{Say.Rate(r)} for {Say.Term(r.Term)} ({r.Method}, {Say.Test(r.Test)})")])];
    }

    // The first test of each coefficient and model that looks for something that is there.
    private static SummaryRow[] Found(StatementSource source, Cell cell) =>
    [
        .. source.Rates
            .Where(r => r.Scenario == cell.Number && r.RejectionMeans == Power)
            .GroupBy(r => (r.Method, r.Term))
            .Select(tests => tests.First())
            .Take(MostReported),
    ];

    private static string Powers(StatementSource source, Cell cell)
    {
        string size = $"with {TrialWords.Size(cell.Scenario.Trial)}";
        SummaryRow[] found = Found(source, cell);
        return found.Length == 0
            ? $"{size}, no test looked for an effect that is there"
            : $"{size}, {string.Join("; ", found.Select(r => $"{Say.ShortRate(r)} for {Say.Term(r.Term)} ({r.Method})"))}";
    }

    private static string Aims(StatementSource source)
    {
        string question = source.Study.Question.Length == 0 ? "" : $"{source.Study.Question.TrimEnd()} ";
        string varied = source.Cells.Length == 1 ? "" : $" in {source.Cells.Length} scenarios, which differ in {Say.And([.. source.Cells[0].Factors.Select(f => f.Name.Replace('_', ' '))])}";
        return $"{question}The simulation asks how often the planned analyses are significant{varied}, and how far their estimates are off.";
    }

    // What all scenarios share is said once; what differs, scenario by scenario.
    private static IEnumerable<StatementBlock> Worlds(StatementSource source)
    {
        foreach (Func<Scenario, string> topic in Topics())
        {
            IGrouping<string, Cell>[] texts = [.. source.Cells.GroupBy(c => topic(c.Scenario), StringComparer.Ordinal)];
            if (texts is [{ Key: var common }])
            {
                if (common.Length > 0)
                {
                    yield return new Sentences(common);
                }

                continue;
            }

            yield return new ItemList(
                [.. texts.Select(t => $"{NameOf([.. t])}: {(t.Key.Length == 0 ? "none of what follows." : t.Key)}")]);
        }

        yield return new Sentences(source.Study.RandomNumbers == RandomNumbers.Common && source.Cells.Length > 1
            ? "All scenarios share their random numbers, so that differences between them are more precise than each rate. Therapists, caseloads and patients were drawn anew for every trial."
            : "Therapists, caseloads and patients were drawn anew for every trial.");
    }

    private static IEnumerable<Func<Scenario, string>> Topics() =>
    [
        s => TrialWords.Layout(s.Trial),
        s => TrialWords.Allocation(s.Allocation),
        s => TherapistWords.Of(s.Therapists, s.Outcome is GrowthOutcome),
        s => AllianceWords.Of(s.Alliance),
        s => s.Outcome is GrowthOutcome growth ? GrowthWords.Course(growth) : OutcomeWords.Alliance((EndpointOutcome)s.Outcome),
        s => s.Outcome is GrowthOutcome growth ? GrowthWords.Effects(growth, s.Trial) : OutcomeWords.Other((EndpointOutcome)s.Outcome, s.Trial),
        s => TrialWords.Traits(s.Traits),
        s => LossWords.Retention(s.Retention),
        s => OutcomeWords.Literature(s.Literature),
        s => LossWords.Attrition(s.Attrition, s.Outcome is GrowthOutcome),
    ];

    private static string Software(StatementSource source)
    {
        string commit = source.Manifest.GitCommit.Length == 0 ? "" : $" (commit {source.Manifest.GitCommit[..Math.Min(12, source.Manifest.GitCommit.Length)]})";
        string drawn = source.Manifest.Drawn == Files.Results.DrawnData.Statistics
            ? " Therapists' means and the sums of squares and products within therapists were drawn from their exact distributions, which is all that these analyses see of the patients."
            : "";
        return $"TherapistEffectSim, version {source.Manifest.Version}{commit}, on .NET {source.Manifest.Dotnet}; study {source.Study.Name}, seed {source.Manifest.Seed}. The same study, version and seed give the same numbers on every machine.{drawn}";
    }

    /// <summary>What a rejection is, in a word or two.</summary>
    public static string Meaning(SummaryRow rate) => rate.RejectionMeans switch
    {
        Power => "power",
        TypeOne => "type I error",
        "" => "",
        _ => "false positive",
    };
}
