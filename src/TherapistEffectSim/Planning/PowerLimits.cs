using TherapistEffectSim.Design;

namespace TherapistEffectSim.Planning;

/// <summary>What could be better in a world or in a trial: one thing at a time, as far as it can.</summary>
internal static class PowerLimits
{
    private const double MostPatients = 500_000; // of a trial that is looked at for its limits

    /// <summary>The scenario with one thing better, and what that is.</summary>
    public static IEnumerable<(string What, Scenario Better)> Of(Scenario scenario)
    {
        foreach ((string what, Scenario better) in Candidates(scenario))
        {
            if (better != scenario && !better.Problems().Any() && better.Trial.ExpectedPatients <= MostPatients)
            {
                yield return (what, better);
            }
        }
    }

    private static IEnumerable<(string What, Scenario Better)> Candidates(Scenario scenario)
    {
        Trial trial = scenario.Trial;
        if (trial.PerArm.IsEmpty && trial.Therapists is int therapists && trial.Caseload is not (ListedCaseload or SharedCaseload))
        {
            yield return ("twice the therapists", scenario with { Trial = trial with { Therapists = therapists * 2 } });
        }

        foreach ((string what, int times) in ((string, int)[])[("twice", 2), ("ten times", 10)])
        {
            if (Multiplied(trial.Caseload, times) is Caseload caseload)
            {
                yield return ($"{what} the patients of each therapist", scenario with { Trial = trial with { Caseload = caseload } });
            }
        }

        if (!scenario.Attrition.IsNone)
        {
            yield return ("nobody lost", scenario with { Attrition = new() });
        }

        Alliance alliance = scenario.Alliance;
        if (alliance.Reliability < 1)
        {
            yield return ("alliance measured without error", scenario with { Alliance = alliance with { Reliability = 1 } });
        }

        TherapistPopulation population = scenario.Therapists;
        if (population.Selection.Keep < 1 || population.Training < 1)
        {
            yield return ("therapists neither selected nor trained", scenario with { Therapists = population with { Selection = new(), Training = 1 } });
        }
    }

    private static Caseload? Multiplied(Caseload caseload, int times) => caseload switch
    {
        FixedCaseload equal when equal.Patients <= Caseload.Largest / times => equal with { Patients = equal.Patients * times },
        DrawnCaseload drawn when drawn.Mean * times <= 20_000 => drawn with { Mean = drawn.Mean * times },
        SharedCaseload shared when shared.Total <= 100_000_000 / times => shared with { Total = shared.Total * times },
        _ => null,
    };
}
