using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Estimation;

/// <summary>Says where the statistics of a replicate may be drawn from their exact distribution instead of from patients.</summary>
/// <remarks>
/// Exact where all patients are analysed, all that varies within therapists is linear in independent normal numbers, and every column is
/// such a number, or is constant within therapists. Then means and pooled cross-products within therapists are all that an analysis can see.
/// Where moreover therapists' scores are independent and nothing reads their effect on the outcome, that is seen in the mean outcome only.
/// </remarks>
internal static class StatisticsSampling
{
    /// <summary>What need be drawn of the world: the least that is exact.</summary>
    public static Drawing LeastFor(Scenario scenario)
    {
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        ResponseCurve within = outcome.Within.Curve;
        if (!scenario.Attrition.IsNone || within.Square != 0 || !within.Segments.IsEmpty || FurtherMechanisms.In(scenario))
        {
            return Drawing.Patients;
        }

        return scenario.Therapists.IsPlain ? Drawing.CombinedMeans : Drawing.Means;
    }

    /// <summary>What need be drawn for the columns.</summary>
    public static Drawing LeastFor(AnalysisColumns columns)
    {
        if (columns.NeedsPatientRows || columns.NeedsObservedMeansPerPatient || columns.ReadsFurther
            || columns.Sources.Any(s => s.Kind == PatientSource.Program))
        {
            return Drawing.Patients;
        }

        bool combines = columns.Sources.Any(s => s.Kind == PatientSource.Outcome)
            && columns.Columns.All(c => !c.Expression.Variables.Contains(GeneratedColumns.TrueTherapistEffect));
        return combines ? Drawing.CombinedMeans : Drawing.Means;
    }

    /// <summary>What has to be drawn for the columns, the outcome last.</summary>
    public static PatientSource[] SourcesOf(AnalysisColumns columns)
    {
        List<PatientSource> sources = [.. columns.Sources.Select(s => s.Kind)];
        if (columns.NeedsObservedMeans && !sources.Contains(PatientSource.Alliance))
        {
            sources.Add(PatientSource.Alliance);
        }

        return [.. sources.Where(s => s != PatientSource.Outcome), .. sources.Where(s => s == PatientSource.Outcome)];
    }
}
