using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Studies;

/// <summary>Decides how the data of a study are drawn: one way for all its scenarios, so that contrasts between them share their numbers.</summary>
public static class StudySampling
{
    /// <summary>Whether therapists' means and sums within therapists are drawn from their exact distribution, without patients.</summary>
    /// <exception cref="StudyException">A method or test cannot be carried out.</exception>
    public static bool IsWithoutPatients(Study study) => Inspect(study);

    /// <summary>Plans the scenarios that differ in what methods can see, and compares the sizes of all with the models.</summary>
    /// <returns>Whether no scenario needs patients.</returns>
    internal static bool Inspect(Study study)
    {
        Dictionary<string, ScenarioPlan> plans = [];
        bool exact = study.Sampling == Sampling.Automatic;
        foreach (Cell cell in study.Cells)
        {
            string seen = Seen(cell.Scenario);
            if (!plans.TryGetValue(seen, out ScenarioPlan? plan))
            {
                plans.Add(seen, plan = ScenarioPlanner.Plan(study, cell));
                exact &= StatisticsSampling.IsExactFor(plan.Columns);
            }

            TrialSize.Check(cell, plan.Methods);
            exact &= StatisticsSampling.IsExactFor(cell.Scenario);
        }

        return exact;
    }

    // Names that formulas can use, and what a method may be refused for.
    private static string Seen(Scenario scenario) => string.Join(
        '\n',
        [
            .. scenario.Trial.Arms,
            $"{scenario.Trial.Sites}",
            .. scenario.Traits.Keys,
            $"{scenario.Allocation.GetType().Name} {scenario.Alliance.Rater} {scenario.Alliance.Instrument is null} {scenario.Alliance.Severity != 0} {scenario.Trial.Nesting} {scenario.Trial.WithoutTherapists.IsEmpty}",
        ]);
}
