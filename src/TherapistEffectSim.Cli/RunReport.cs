using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What a run says to a person: a block per scenario while there are few, a line per scenario when there are many.</summary>
internal sealed class RunReport
{
    private const int MostBlocks = 8;
    private const int MostLines = 500;
    private const int MostColumns = 6;
    private const int LegendIndent = 10;
    private const double MonteCarloZ = 1.959963984540054; // 0.975 quantile of the standard normal distribution

    private readonly Study _study;
    private readonly List<CellResult> _cells = [];

    public RunReport(Study study) => _study = study;

    /// <summary>Scenarios reported so far.</summary>
    public int Cells { get; private set; }

    /// <summary>Takes a finished scenario.</summary>
    public void Add(CellResult cell)
    {
        Cells++;
        if (_cells.Count < MostLines)
        {
            _cells.Add(cell);
        }
    }

    /// <summary>Writes everything.</summary>
    public void Write(Streams streams)
    {
        TextWriter output = streams.Output;
        string question = string.Join(' ', _study.Question.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        output.WriteLine(question.Length > 0 ? Wording.Wrapped($"{_study.Name}: {question}", 0) : _study.Name);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Wording.LongCount(_study.Cells.Count, "scenario")}, {Wording.Replicates(_study)} each, alpha {_study.Alpha}, seed {_study.Seed}"));
        if (_study.Cells.Count <= MostBlocks)
        {
            foreach (CellResult cell in _cells)
            {
                ScenarioBlock.Write(cell, _study, streams);
            }
        }
        else
        {
            output.WriteLine();
            streams.Write(Lines());
            if (Cells > _cells.Count)
            {
                output.WriteLine($"(and {Cells - _cells.Count} more: see summary.csv)");
            }
        }

        output.WriteLine();
        bool isTable = _study.Cells.Count > MostBlocks;
        WriteLegend(output, isTable);
        WritePrecision(output);
        WriteCorrections(output);
    }

    private void WriteLegend(TextWriter output, bool isTable)
    {
        if (isTable)
        {
            output.WriteLine("Shares of the trials in which the test rejects at alpha, ± their Monte Carlo standard error; – where it could not be made.");
            output.WriteLine("What a rejection means (power, type I error, false alarm), true values and all measures: see summary.csv.");
            return;
        }

        output.WriteLine("rejects   share of the trials in which the test rejects at alpha; in brackets its 95 % interval for the Monte Carlo error");
        if (_cells.Any(AnalyticText.IsIn))
        {
            output.WriteLine(Wording.Wrapped($"{AnalyticText.Header}   {AnalyticText.Explanation}", LegendIndent));
        }

        output.WriteLine("that is   power: the truth is not 0. type I: it is 0, and nothing else could make the test reject.");
        output.WriteLine("          false alarm: it is 0, but another effect of this world makes the test reject: not a detection");
        output.WriteLine("truth     what the model would find in an endless trial that knows each alliance without error");
        if (_cells[0].Summary.Any(r => r.Measure == "negative_rate"))
        {
            output.WriteLine("          of cor(between) likewise; cor(total) and cor(within) are those of the alliance as it is measured");
        }

        output.WriteLine("estimate  mean over the trials");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"coverage  share of the two-sided {100 * (1 - (decimal)_study.Alpha):G6} % confidence intervals that hold the truth"));
        if (_cells[0].Summary.Any(r => r.Measure == "rejection_rate" && r.TrueValue is null))
        {
            output.WriteLine("A truth that is empty is not known to the program; a study can say it under true-values.");
        }

        if (!_cells[0].JointTests.IsEmpty)
        {
            string tests = string.Join("; ", _cells[0].JointTests.Select(j => $"{j.Name} is {j.Term} in {j.Method} by {j.Test}"));
            output.WriteLine(Wording.Wrapped($"On the same trials: {tests}.", 0));
        }

        if (_cells[0].Summary.All(r => r.Measure != "bias_eliminated_coverage"))
        {
            output.WriteLine("Bias-eliminated coverage is left out: it needs --keep-replicates.");
        }
    }

    private void WritePrecision(TextWriter output)
    {
        if (_study.Precision is not { } precision)
        {
            return;
        }

        int missed = _cells.Count(c => c.End == CellEnd.PrecisionMissed);
        output.WriteLine(Wording.Wrapped(
            string.Create(
                CultureInfo.InvariantCulture,
                $"A scenario ends when no rejection rate has a Monte Carlo standard error above {precision.TargetMcse}, or at {precision.Max:N0} replicates{(missed > 0 ? $", as {missed} of them did" : "")}. ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"Intervals hold under these repeated looks: they reach {_cells[0].CriticalValue:F2} standard errors to each side, not {MonteCarloZ:F2}."),
            0));
    }

    private void WriteCorrections(TextWriter output)
    {
        string[] corrected = [.. MethodsWith(source => source is not null)];
        if (corrected.Length == 0)
        {
            return;
        }

        output.WriteLine(Wording.Wrapped(
            $"Corrected for the unreliability of the observed therapist means in {Wording.List(corrected, "and")}: estimates and intervals of "
            + "alliance_between and I(alliance_between^2). Whether they reject is not: their p-values are those of the uncorrected terms.", 0));
        string[] estimated = [.. MethodsWith(source => source == ReliabilitySource.Estimated)];
        if (estimated.Length > 0)
        {
            output.WriteLine(Wording.Wrapped(
                $"Trials whose estimated reliability is not above 0 count as no rejection in {Wording.List(estimated, "and")}. Of the others some are close to 0 and "
                + "correct by huge factors, which rule the mean: see median_bias.", 0));
        }
    }

    private IEnumerable<string> MethodsWith(Func<ReliabilitySource?, bool> reliability) =>
        _cells[0].Formulas.Select(f => f.Key).Zip(_study.Methods).Where(m => reliability(m.Second.Reliability)).Select(m => m.First);

    // One line per scenario: the factors and the rejection rate of each joint test, or of the first tests.
    private Table Lines()
    {
        Table table = PlainTable.Create([.. _cells[0].Cell.Factors.Select(f => f.Name).Prepend("scenario")]);
        SummaryRow[] first = [.. Headline(_cells[0])];
        table.AddNumbers([.. first.Select(r => $"{r.Method}\n{r.Term}\n{r.Test}")]);
        foreach (CellResult cell in _cells)
        {
            IEnumerable<string> rates = first.Select(h =>
                cell.Summary.First(r => r.Method == h.Method && r.Term == h.Term && r.Test == h.Test && r.Measure == "rejection_rate") is var row
                && TestWords.WasMade(row)
                    ? $"{ShareText.Percent(row)} ±{ShareText.Percent(row.Mcse ?? 0, row.Mcse).TrimEnd(' ', '%')}"
                    : "–");
            table.AddTexts(
            [
                cell.Cell.Number.ToString(CultureInfo.InvariantCulture),
                .. cell.Cell.Factors.Select(f => f.Value),
                .. rates,
            ]);
        }

        return table;
    }

    private static IEnumerable<SummaryRow> Headline(CellResult cell)
    {
        IEnumerable<SummaryRow> rates = cell.Summary.Where(r => r.Measure == "rejection_rate");
        return cell.JointTests.IsEmpty
            ? rates.DistinctBy(r => (r.Method, r.Term)).Take(MostColumns)
            : cell.JointTests.Select(j => rates.First(r => r.Method == j.Method && r.Term == j.Term && r.Test == j.Test));
    }
}
