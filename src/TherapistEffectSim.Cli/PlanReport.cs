using System.Collections.Immutable;
using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Cli;

/// <summary>What a plan says to a person.</summary>
internal sealed class PlanReport(PlanProblem problem, PlanResult result)
{
    private const double Certain = 0.9995;
    private const int DigitsOfWidth = 3;
    private const int MostRows = 10;

    /// <summary>Writes everything.</summary>
    public void Write(Streams streams)
    {
        TextWriter output = streams.Output;
        string question = string.Join(' ', problem.Study.Question.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        output.WriteLine(question.Length > 0 ? Wording.Wrapped($"{problem.Study.Name}: {question}", 0) : problem.Study.Name);
        output.WriteLine(Wording.Wrapped($"Asked for: {Target()}, alpha {Number(problem.Study.Alpha)}, seed {problem.Study.Seed}.", 0));
        output.WriteLine();
        Say(output, Answer());
        foreach (string sentence in Uncertainty())
        {
            Say(output, sentence);
        }

        foreach (string note in Notes())
        {
            output.WriteLine(Wording.Wrapped($"Note: {note}", 6));
        }

        RunnersUp(streams);
        Contour(streams);
        Curves(streams);
        Limits(streams);
        Assumptions(streams);
    }

    private static void Say(TextWriter output, string text) => output.WriteLine(Wording.Wrapped(text, 0));

    private string Target()
    {
        string tests = problem.Target.Tests.IsEmpty ? "the test" : Wording.List([.. problem.Target.Tests.Select(t => $"{t.Term ?? $"var({t.Variance})"} in {t.Method} by {KebabCase(t.By.ToString())}")], "and");
        return result.Measure switch
        {
            "power" when problem.Target.Tests.Length > 1 => $"power of at least {Share(result.Target)} for {tests} together",
            "power" => $"power of at least {Share(result.Target)} for {tests}",
            "coverage" => $"intervals of {tests} that hold the truth in at least {Share(result.Target)}",
            "interval_width" => $"intervals of {tests} that are at most {Number(result.Target)} wide on average",
            _ => $"a Monte Carlo standard error of at most {Number(result.Target)} for the rejection rate of {tests}",
        };
    }

    private string Answer()
    {
        PlanAnswer answer = result.Answer;
        if (result.Measure == "mcse")
        {
            return string.Create(CultureInfo.InvariantCulture, $"You need {answer.Values[0]:N0} replicates (95 % interval {answer.Interval.Low:N0} to {answer.Interval.High:N0}): the test rejects in {Measured(answer.Measure)} of the trials.");
        }

        PlanDimension first = problem.Dimensions[0];
        string size = $"{Patients(answer.Patients)}{(answer.Cost is double cost ? $" and a cost of {Money(cost)}" : "")}";
        return result.Status switch
        {
            PlanStatus.OutOfReach => $"The target cannot be reached within the range: with {Design(answer.Values)}, {size}, {What()} is {Measured(answer.Measure)}.",
            PlanStatus.OverBudget => $"The budget of {Money(problem.Budget!.Value)} is too small: {Design(answer.Values)} would do, with {size}. {Affordable()}",
            PlanStatus.ReachedByFirst => $"Even {Design(answer.Values)} {(result.Direction == PlanDirection.Up ? "reach" : "still reach")} the target, with {size}: {What()} is {Measured(answer.Measure)}.",
            _ when NounOf(first.Name) is not null => $"You need {Named(first.Name, answer.Values[0])}{Interval(answer)}{(answer.Values.Length > 1 ? $" and {Others(answer.Values)}" : "")}, with {size}.",
            _ => $"The {(result.Direction == PlanDirection.Up ? "smallest" : "largest")} {first.Name} that reaches the target is {Number(answer.Values[0])}{Interval(answer)}{(answer.Values.Length > 1 ? $", with {Others(answer.Values)}" : "")}, with {size}.",
        };
    }

    private IEnumerable<string> Uncertainty()
    {
        PlanAnswer answer = result.Answer;
        if (result.Measure == "mcse")
        {
            yield break;
        }

        if (result.Status is PlanStatus.Reached or PlanStatus.OverBudget)
        {
            string before = answer.Before is double value
                ? $"; with {Number(value)} it is {Measured(answer.BeforeMeasure)} and misses the target {Probability(answer.BeforeFails)}"
                : "";
            yield return $"With {Number(answer.Values[0])}, {What()} is {Measured(answer.Measure)}{before}.";
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"In brackets are 95 % intervals for the Monte Carlo error of {answer.Replicates:N0} trials that the search never saw, drawn {(result.WithoutPatients ? "without patients" : "patient by patient")} with seed {result.ConfirmationSeed}.");
    }

    private IEnumerable<string> Notes()
    {
        string[] other = [.. result.RejectionsMean.Where(m => m.Length > 0 && m != "power").Distinct()];
        if (result.Measure == "power" && other.Length > 0)
        {
            yield return $"what is tested is 0 in this world ({Wording.List(other, "and")}): these rejections are no power.";
        }

        if (result.Answer.IsIntervalOpen && result.Status is PlanStatus.Reached or PlanStatus.ReachedByFirst)
        {
            yield return $"the interval of the answer goes on beyond the range, which ends at {Number(problem.Dimensions[0].Highest)}.";
        }
    }

    private string Affordable() => result.WithinBudget is PlanPoint most
        ? $"The best that it buys is {Design(most.Values)}, for {Money(most.Cost!.Value)}: {What()} is {Measured(most.Measure)}."
        : "It buys no design of the range.";

    private void RunnersUp(Streams streams)
    {
        if (result.RunnersUp.IsEmpty)
        {
            return;
        }

        Heading(streams, "Designs that cost little more:");
        Table table = PlainTable.Create();
        table.AddNumbers([.. problem.Dimensions.Select(d => d.Name), "patients", "cost", result.Measure, ""]);
        foreach (PlanAnswer answer in result.RunnersUp.Prepend(result.Answer))
        {
            table.AddTexts([.. answer.Values.Select(Number), Number(Math.Round(answer.Patients)), Money(answer.Cost!.Value), Value(answer.Measure), Brackets(answer.Measure)]);
        }

        streams.Write(table);
    }

    private void Contour(Streams streams)
    {
        if (result.Contour.IsEmpty)
        {
            return;
        }

        PlanPoint[] shown = [.. Shown()];
        Heading(streams, $"Designs that just reach the target, roughly{(shown.Length < result.Contour.Length ? $" ({shown.Length} of {result.Contour.Length}; all are in plan.csv)" : "")}:");
        Table table = PlainTable.Create();
        table.AddNumbers([.. problem.Dimensions.Skip(1).Select(d => d.Name), problem.Dimensions[0].Name, "cost", result.Measure]);
        foreach (PlanPoint point in shown)
        {
            bool isReached = point.Value == "reached";
            table.AddTexts([.. point.Values.Skip(1).Select(Number), isReached ? Number(point.Values[0]) : "–", isReached ? Money(point.Cost!.Value) : "", isReached ? Value(point.Measure) : $"{Value(point.Measure)} at most"]);
        }

        streams.Write(table);
    }

    // Evenly spaced ones, and the cheapest.
    private IEnumerable<PlanPoint> Shown()
    {
        int last = result.Contour.Length - 1;
        int cheapest = Enumerable.Range(0, last + 1).Where(i => result.Contour[i].Value == "reached").DefaultIfEmpty(0).MinBy(i => result.Contour[i].Cost);
        return result.Contour.Where((_, i) => last < MostRows || i == cheapest || i * (MostRows - 1) / last != (i - 1) * (MostRows - 1) / last || i == 0);
    }

    private void Curves(Streams streams)
    {
        foreach (IGrouping<string, PlanPoint> curve in result.Curve.GroupBy(p => p.Along))
        {
            bool isFirst = curve.Key == problem.Dimensions[0].Name;
            Heading(streams, isFirst ? $"{Capital(What())} along {curve.Key}:" : $"{Capital(What())} along {curve.Key}, with {Design(result.Answer.Values)}:");
            Table table = PlainTable.Create();
            table.AddNumbers([curve.Key, .. isFirst && problem.Cost is not null ? ["cost"] : (string[])[], result.Measure, ""]);
            foreach (PlanPoint point in curve)
            {
                table.AddTexts([point.Value, .. isFirst && problem.Cost is not null ? [Money(point.Cost!.Value)] : (string[])[], Value(point.Measure), Brackets(point.Measure)]);
            }

            streams.Write(table);
        }
    }

    private void Limits(Streams streams)
    {
        if (result.Limits.Length < 2)
        {
            return;
        }

        Heading(streams, $"What limits {What()}, with {Design(result.Answer.Values)}:");
        Table table = PlainTable.Create("if");
        table.AddNumbers(result.Measure, "");
        foreach (PlanPoint point in result.Limits)
        {
            table.AddTexts(point.Value, Value(point.Measure), Brackets(point.Measure));
        }

        streams.Write(table);
    }

    private void Assumptions(Streams streams)
    {
        if (result.Assumptions.IsEmpty)
        {
            return;
        }

        string first = problem.Dimensions[0].Name;
        Heading(streams, $"Under other assumptions ({Design(result.Answer.Values)} were planned):");
        Table table = PlainTable.Create("if", "is");
        table.AddNumbers($"{result.Measure} then", $"{first} needed", "");
        foreach (PlanAssumption assumption in result.Assumptions)
        {
            PlanAnswer answer = assumption.Answer;
            bool isReached = assumption.Status != PlanStatus.OutOfReach;
            table.AddTexts(
                assumption.Along,
                assumption.Value,
                Value(assumption.AtAnswer),
                isReached ? Number(answer.Values[0]) : $"more than {Number(problem.Dimensions[0].Highest)}",
                isReached ? $"[{Number(answer.Interval.Low)}, {(answer.IsIntervalOpen ? "…" : Number(answer.Interval.High))}]" : "");
        }

        streams.Write(table);
    }

    private static void Heading(Streams streams, string text)
    {
        streams.Output.WriteLine();
        streams.Output.WriteLine(text);
    }

    private string What() => result.Measure switch
    {
        "power" => "power",
        "coverage" => "coverage",
        _ => "the mean width",
    };

    private static string Interval(PlanAnswer answer) =>
        answer.Interval.Low == answer.Interval.High && !answer.IsIntervalOpen
            ? " (95 % interval: this value alone)"
            : $" (95 % interval {Number(answer.Interval.Low)} to {(answer.IsIntervalOpen ? "beyond the range" : Number(answer.Interval.High))})";

    private string Design(ImmutableArray<double> values) => Wording.List([.. values.Select((value, d) => Named(problem.Dimensions[d].Name, value))], "and");

    private string Others(ImmutableArray<double> values) => Wording.List([.. values.Select((value, d) => Named(problem.Dimensions[d].Name, value)).Skip(1)], "and");

    private static string Named(string name, double value) => NounOf(name) is string noun ? $"{Number(value)} {noun}" : $"{name} = {Number(value)}";

    private static string? NounOf(string name) => name switch
    {
        "trial_therapists" => "therapists",
        "trial_caseload" or "trial_caseload_mean" => "patients each",
        "trial_caseload_total" => "patients in all",
        "trial_sites" => "sites",
        "alliance_assessments" => "assessments each",
        _ => null,
    };

    private static string Patients(double patients) => string.Create(CultureInfo.InvariantCulture, $"{patients:N0} patients in all");

    private static string Money(double cost) => cost.ToString("#,##0.##", CultureInfo.InvariantCulture);

    private static string Number(double value) => Data.NumberText.Shortest(value);

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{(decimal)share * 100:0.##} %");

    private string Measured(PlanMeasure measure) => double.IsNaN(measure.Value) ? "not known (no trial has a value)" : $"{Value(measure)} {Brackets(measure)}".TrimEnd();

    private string Value(PlanMeasure measure) =>
        double.IsNaN(measure.Value) ? "–"
        : result.Measure == "interval_width" ? Wording.Rounded(measure.Value, measure.Value, DigitsOfWidth)
        : ShareText.Percent(measure.Value, measure.Mcse);

    private string Brackets(PlanMeasure measure) =>
        double.IsNaN(measure.Value) ? ""
        : result.Measure == "interval_width" ? $"[{Wording.Rounded(measure.ConfLow, measure.Value, DigitsOfWidth)}, {Wording.Rounded(measure.ConfHigh, measure.Value, DigitsOfWidth)}]"
        : ShareText.Interval(measure.ConfLow, measure.ConfHigh);

    private static string Probability(double probability) => probability > Certain
        ? "almost certainly"
        : string.Create(CultureInfo.InvariantCulture, $"with probability {Math.Max(0.001, probability):0.0##}");

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string KebabCase(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
