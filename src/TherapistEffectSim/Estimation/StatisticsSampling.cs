using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Estimation;

/// <summary>Says where the statistics of a replicate may be drawn from their exact distribution instead of from patients.</summary>
/// <remarks>
/// Exact where all patients are analysed, all that varies within therapists is linear in independent normal numbers, and every column is
/// such a number, or is constant within therapists. Then means and pooled cross-products within therapists are all that an analysis can see.
/// </remarks>
internal static class StatisticsSampling
{
    /// <summary>Whether the world allows it.</summary>
    public static bool IsExactFor(Scenario scenario)
    {
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        ResponseCurve within = outcome.Within.Curve;
        return scenario.Attrition.IsNone && within.Square == 0 && within.Segments.IsEmpty && !FurtherMechanisms.In(scenario);
    }

    /// <summary>Whether the columns allow it.</summary>
    public static bool IsExactFor(AnalysisColumns columns) =>
        !columns.NeedsPatientRows && !columns.NeedsObservedMeansPerPatient && !columns.ReadsFurther
        && columns.Sources.All(s => s.Kind != PatientSource.Program);

    /// <summary>What has to be drawn for the columns.</summary>
    public static PatientSource[] SourcesOf(AnalysisColumns columns)
    {
        List<PatientSource> sources = [.. columns.Sources.Select(s => s.Kind)];
        if (columns.NeedsObservedMeans && !sources.Contains(PatientSource.Alliance))
        {
            sources.Add(PatientSource.Alliance);
        }

        return [.. sources];
    }
}
