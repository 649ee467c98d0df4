using System.Collections.Immutable;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes <c>plan.csv</c>: the answer, its runners-up, the contour, and the answer under other assumptions.</summary>
public static class PlanCsv
{
    /// <summary>Writes.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    /// <param name="problem">The question.</param>
    /// <param name="result">What was found.</param>
    public static void Write(TextWriter writer, PlanProblem problem, PlanResult result)
    {
        CsvRow row = new(writer);
        row.Add(["role", .. Dimensions(problem), "assumption", "assumed", "reached", "patients", "cost", "measure", "value", "mcse", "conf_low", "conf_high",
            "interval_low", "interval_high", "before", "before_value", "before_fails", "replicates"]).End();
        Answer("answer", "", "", result.Status, result.Answer);
        foreach (PlanAnswer answer in result.RunnersUp)
        {
            Answer("runner-up", "", "", PlanStatus.Reached, answer);
        }

        foreach (PlanPoint point in result.Contour)
        {
            Point(point.Along, point.Value, point);
        }

        if (result.WithinBudget is PlanPoint most)
        {
            Point("within-budget", "not-reached", most);
        }

        foreach (PlanAssumption assumption in result.Assumptions)
        {
            Answer("assumption", assumption.Along, assumption.Value, assumption.Status, assumption.Answer);
        }

        void Answer(string role, string assumption, string assumed, PlanStatus status, PlanAnswer answer)
        {
            Values(role, answer.Values).Add(assumption).Add(assumed).Add(status is PlanStatus.OutOfReach ? "not-reached" : "reached").Add(answer.Patients).Add(answer.Cost);
            Measure(answer.Measure)
                .Add(answer.Interval.Low)
                .Add(answer.IsIntervalOpen ? null : answer.Interval.High)
                .Add(answer.Before)
                .Add(answer.Before is null ? null : answer.BeforeMeasure.Value)
                .Add(answer.Before is null ? null : answer.BeforeFails)
                .Add(answer.Replicates)
                .End();
        }

        void Point(string role, string reached, PlanPoint point)
        {
            Values(role, point.Values).Add("").Add("").Add(reached).Add("").Add(point.Cost);
            Measure(point.Measure).Add(["", "", "", "", ""]).Add(point.Replicates).End();
        }

        CsvRow Values(string role, ImmutableArray<double> values)
        {
            row.Add(role);
            foreach (double value in values)
            {
                row.Add(value);
            }

            return row;
        }

        CsvRow Measure(PlanMeasure measure) =>
            row.Add(result.Measure).Add(measure.Value).Add(measure.Mcse).Add(measure.ConfLow).Add(measure.ConfHigh);
    }

    /// <summary>Column names of what varies; <c>replicates_needed</c> where nothing does.</summary>
    internal static IEnumerable<string> Dimensions(PlanProblem problem) =>
        problem.Dimensions.IsEmpty ? ["replicates_needed"] : problem.Dimensions.Select(d => d.Name);
}
