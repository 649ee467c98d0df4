using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Cli;

/// <summary>Which columns of a file hold what; <see langword="null"/> where the user has not said.</summary>
/// <param name="Therapist">The therapists.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Alliance">The assessments of the alliance; empty if not said.</param>
internal sealed record PilotColumns(string? Therapist, string? Outcome, IReadOnlyList<string> Alliance)
{
    public string? Severity { get; init; }

    public string? Arm { get; init; }

    /// <summary>The arm to compare with.</summary>
    public string? Reference { get; init; }

    public string? Site { get; init; }

    /// <summary>Whether low outcomes are good ones.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>Reads the columns of a file.</summary>
    /// <param name="path">The file, or - for standard input.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="streams">Where standard input comes from.</param>
    /// <exception cref="CsvTableException">The file cannot be read, or a column is missing or holds something else.</exception>
    /// <exception cref="DataException">Options contradict each other.</exception>
    public PilotData Read(string path, string name, Streams streams)
    {
        IReadOnlyList<string> header = [];
        DataTable table = path is Streams.StandardName
            ? CsvTableReader.Read(streams.Input, name, Needed)
            : CsvTableReader.Read(path, Needed);
        string? arm = Chosen(Arm, "arm", header);
        if (Reference is not null && arm is null)
        {
            throw new DataException(name, new InvalidOperationException(
                $"--reference names the arm {Reference}, but the data have no column of arms; name it with --arm."));
        }

        NumericColumn outcome = table.Numeric(Outcome ?? "outcome");
        return new()
        {
            Therapist = table.Column(Therapist ?? "therapist"),
            Outcome = LowerIsBetter ? Reversed(outcome) : outcome,
            Alliance = [.. AllianceIn(header).Select(table.Numeric)],
            Arm = arm is null ? null : table.Column(arm),
            ReferenceArm = Reference,
            Site = Chosen(Site, "site", header) is string site ? table.Column(site) : null,
            Severity = Chosen(Severity, "severity", header) is string severity ? table.Numeric(severity) : null,
        };

        CsvColumn[] Needed(IReadOnlyList<string> names)
        {
            header = names;
            CsvColumn[] columns =
            [
                Factor(Therapist ?? "therapist"),
                Number(Outcome ?? "outcome"),
                .. AllianceIn(names).Select(Number),
                .. new[] { Chosen(Arm, "arm", names), Chosen(Site, "site", names) }.OfType<string>().Select(Factor),
                .. new[] { Chosen(Severity, "severity", names) }.OfType<string>().Select(Number),
            ];
            if (columns.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { Key: string twice })
            {
                throw new DataException(name, new InvalidOperationException(
                    $"each column must have one meaning, but \"{twice}\" is asked for twice."));
            }

            if (columns.FirstOrDefault(c => !names.Contains(c.Name)) is { Name: string missing })
            {
                throw new DataException(name, new InvalidOperationException(
                    $"there must be a column \"{missing}\"{OptionFor(missing)}, but the columns are {string.Join(", ", names.Select(n => $"\"{n}\""))}."));
            }

            return columns;
        }
    }

    private static string? Chosen(string? given, string usual, IReadOnlyList<string> header) => given ?? (header.Contains(usual) ? usual : null);

    private static NumericColumn Reversed(NumericColumn outcome)
    {
        ImmutableArray<double> values = [.. outcome.Values.Select(v => -v)];
        return new(outcome.Name, values, [.. values.Select(double.IsNaN)]);
    }

    private static CsvColumn Number(string name) => new(name, CellContent.Numbers) { Missing = MissingCells.NotAvailableOrEmpty };

    private static CsvColumn Factor(string name) => new(name) { Missing = MissingCells.NotAvailableOrEmpty };

    private string OptionFor(string missing) =>
        Therapist is null && missing is "therapist" ? ", or another one named with --therapist"
        : Outcome is null && missing is "outcome" ? ", or another one named with --outcome"
        : "";

    private IReadOnlyList<string> AllianceIn(IReadOnlyList<string> header) =>
        Alliance.Count > 0 ? Alliance : header.Contains("alliance") ? ["alliance"] : [];
}
