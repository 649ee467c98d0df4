using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>Decides how the data of a study are drawn: one way for all its scenarios, so that contrasts between them share their numbers.</summary>
public static class StudySampling
{
    /// <summary>Whether therapists' means and sums within therapists are drawn from their exact distribution, without patients.</summary>
    /// <exception cref="StudyException">A method or test cannot be carried out.</exception>
    public static bool IsWithoutPatients(Study study) => Inspect(study) != Drawing.Patients;

    /// <summary>Plans the scenarios that differ in what methods can see, and compares the sizes of all with the models.</summary>
    /// <returns>The least that is exact for all scenarios.</returns>
    internal static Drawing Inspect(Study study)
    {
        Dictionary<string, ScenarioPlan> plans = [];
        Drawing drawing = study.Sampling == Sampling.Automatic ? Drawing.CombinedMeans : Drawing.Patients;
        foreach (Cell cell in study.Cells)
        {
            string seen = Seen(cell.Scenario);
            if (!plans.TryGetValue(seen, out ScenarioPlan? plan))
            {
                plans.Add(seen, plan = ScenarioPlanner.Plan(study, cell));
                TableEngine.Check(plan);
                drawing = plan.TableFits.IsEmpty ? More(drawing, StatisticsSampling.LeastFor(plan.Columns)) : Drawing.Patients;
            }

            TrialSize.Check(cell, plan.Methods);
            drawing = plan.TableFits.IsEmpty ? More(drawing, StatisticsSampling.LeastFor(cell.Scenario)) : Drawing.Patients;
        }

        return drawing;
    }

    private static Drawing More(Drawing left, Drawing right) => left < right ? left : right;

    // Names that formulas can use, and what a method may be refused for.
    private static string Seen(Scenario scenario) => string.Join(
        '\n',
        [
            .. scenario.Trial.Arms,
            $"{scenario.Trial.Sites}",
            scenario.Outcome is GrowthOutcome growth ? $"{GrowthComponents.Of(growth).Patients} {GrowthComponents.Of(growth).Therapists}" : "",
            .. scenario.Traits.Keys,
            $"{scenario.Allocation.GetType().Name} {scenario.Alliance.Rater} {scenario.Alliance.Instrument is null} {scenario.Alliance.Severity != 0} {scenario.Trial.Nesting} {scenario.Trial.WithoutTherapists.IsEmpty}",
        ]);
}
