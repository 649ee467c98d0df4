using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes <c>curve.csv</c>: what is measured along the paths through the answer, and if one thing were better (along <c>limit</c>).</summary>
public static class CurveCsv
{
    /// <summary>Writes.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    /// <param name="problem">The question.</param>
    /// <param name="result">What was found.</param>
    public static void Write(TextWriter writer, PlanProblem problem, PlanResult result)
    {
        CsvRow row = new(writer);
        row.Add(["along", "at", .. PlanCsv.Dimensions(problem), "cost", "measure", "value", "mcse", "conf_low", "conf_high", "replicates"]).End();
        foreach (PlanPoint point in result.Curve.Concat(result.Limits))
        {
            row.Add(point.Along).Add(point.Value);
            foreach (double value in point.Values)
            {
                row.Add(value);
            }

            row.Add(point.Cost)
                .Add(result.Measure)
                .Add(point.Measure.Value)
                .Add(point.Measure.Mcse)
                .Add(point.Measure.ConfLow)
                .Add(point.Measure.ConfHigh)
                .Add(point.Replicates)
                .End();
        }
    }
}
