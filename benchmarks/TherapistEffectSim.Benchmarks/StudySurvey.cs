using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Fits the replicates of a study on lanes and again from tables, by the estimator of single data sets, and counts where one criterion is higher.</summary>
internal static class StudySurvey
{
    private const double Higher = 1e-5;

    /// <summary>Runs the survey.</summary>
    /// <param name="file">Study with models that are fitted to tables.</param>
    /// <param name="replicates">Of each scenario.</param>
    /// <returns>Exit code.</returns>
    public static int Run(string file, int replicates)
    {
        Study study = StudyFile.Load(file).ToStudy(seed: 1);
        Drawing drawing = StudySampling.Inspect(study);
        foreach (Cell cell in study.Cells)
        {
            ScenarioPlan plan = ScenarioPlanner.Plan(study, cell, drawing);
            Compare(plan, replicates);
        }

        return 0;
    }

    private static void Compare(ScenarioPlan plan, int replicates)
    {
        IReplicateEngine lanes = StudyRunner.Engine(plan, null);
        TableEngine tables = new(plan);
        LeafValues found = new(plan);
        LeafValues expected = new(plan);
        int[] above = new int[plan.TableFits.Length];
        int[] below = new int[above.Length];
        int[] status = new int[above.Length];
        double[] most = new double[above.Length];
        for (int first = 0; first < replicates; first += LeafValues.Capacity)
        {
            lanes.Run(first, LeafValues.Capacity, found);
            tables.Run(first, LeafValues.Capacity, expected);
            for (int f = 0; f < above.Length; f++)
            {
                FitValues a = found.Fits[plan.Fits.Length + f];
                FitValues e = expected.Fits[plan.Fits.Length + f];
                for (int r = 0; r < LeafValues.Capacity; r++)
                {
                    bool isFitted = LeafValues.Has(a.Estimable & e.Estimable & a.Converged & e.Converged, r);
                    double difference = isFitted ? a.Criterion[r] - e.Criterion[r] : 0;
                    above[f] += difference > Higher ? 1 : 0;
                    below[f] += difference < -Higher ? 1 : 0;
                    most[f] = Math.Max(most[f], Math.Abs(difference));
                    status[f] += LeafValues.Has((a.Estimable ^ e.Estimable) | (a.Converged ^ e.Converged), r) ? 1 : 0;
                }
            }
        }

        long byTables = lanes is IFitsByTables counted ? counted.FitsByTables : 0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"scenario {plan.Cell.Number}: {replicates} replicates, {byTables} fits by tables"));
        for (int f = 0; f < above.Length; f++)
        {
            PlannedTableFit fit = plan.TableFits[f];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {plan.Methods[fit.Method].Text}{(fit.Without is { } effect ? $" without {effect.Variance}" : "")}, {(fit.Reml ? "REML" : "ML")}, {fit.Columns.Length} columns: "
                + $"lanes above {above[f]}, below {below[f]}, by at most {most[f]:G3}; status differs {status[f]}"));
        }
    }
}
