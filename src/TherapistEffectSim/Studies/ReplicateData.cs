using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>The data of single replicates, the same bits as a study analyses.</summary>
public static class ReplicateData
{
    /// <summary>One data set of a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="scenario">Number of the scenario, from 1.</param>
    /// <param name="replicate">Number of the replicate, from 1.</param>
    /// <param name="allPatients">All randomised patients, with missing values where something was not measured, instead of those analysed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The study has no such scenario, or the replicate is below 1.</exception>
    public static DataTable Of(Study study, int scenario, long replicate, bool allPatients)
    {
        if (scenario < 1 || scenario > study.Cells.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(scenario), string.Create(CultureInfo.InvariantCulture, $"scenario must be in [1, {study.Cells.Count}], but was {scenario}."));
        }

        if (replicate < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(replicate), string.Create(CultureInfo.InvariantCulture, $"replicate must be at least 1, but was {replicate}."));
        }

        Cell cell = study.Cells[scenario - 1];
        Drawing drawing = StudySampling.Inspect(study);
        if (GeneratedColumns.HasGrowth(cell.Scenario))
        {
            GrowthWorld world = new(cell.Scenario);
            GrowthData data = new(world, ScenarioPlanner.Key(study, cell.Scenario));
            data.Draw(replicate - 1, allPatients);
            return data.ByWeek(GrowthData.Columns(world));
        }

        if (drawing == Drawing.Patients)
        {
            return TrialData.Of(new World(cell.Scenario), ScenarioPlanner.Key(study, cell.Scenario), replicate - 1, allPatients);
        }

        ScenarioPlan plan = ScenarioPlanner.Plan(study, cell);
        SampleCompletion completion = new(plan.World, plan.Columns, drawing, plan.Key);
        return TrialData.Of(
            plan.World, plan.Key, replicate - 1, allPatients, new(drawing, completion.OwnSd, batch => completion.Apply(batch, replicate - 1)));
    }
}
