using System.Collections.Immutable;
using TherapistEffectSim.Data;

namespace TherapistEffectSim.Planning;

/// <summary>The columns of a pilot trial: one row per randomised patient, missing cells where something was not measured.</summary>
public sealed record PilotData
{
    /// <summary>Who treated the patient; missing for patients of an arm without therapists.</summary>
    public required DataColumn Therapist { get; init; }

    /// <summary>Higher is better.</summary>
    public required NumericColumn Outcome { get; init; }

    /// <summary>The assessments of the alliance, one column each; empty if it was not measured.</summary>
    public ImmutableArray<NumericColumn> Alliance { get; init; } = [];

    /// <summary>The arm; <see langword="null"/> for a trial of one arm.</summary>
    public DataColumn? Arm { get; init; }

    /// <summary>The arm to which the others are compared; the first in the order of their names if not given.</summary>
    public string? ReferenceArm { get; init; }

    /// <summary>The site; <see langword="null"/> for a trial at one site.</summary>
    public DataColumn? Site { get; init; }

    /// <summary>Severity before treatment, high = worse; <see langword="null"/> if it was not measured.</summary>
    public NumericColumn? Severity { get; init; }

    /// <summary>Number of randomised patients.</summary>
    public int Patients => Outcome.Rows;

    /// <summary>Mean of the assessments that a patient has; missing without any.</summary>
    internal NumericColumn MeanAlliance()
    {
        ImmutableArray<double>.Builder means = ImmutableArray.CreateBuilder<double>(Patients);
        for (int row = 0; row < Patients; row++)
        {
            double sum = 0;
            int count = 0;
            foreach (NumericColumn assessment in Alliance.Where(a => !a.IsMissing(row)))
            {
                sum += assessment.Values[row];
                count++;
            }

            means.Add(sum / count);
        }

        return NumericColumn.WithGaps("alliance", means.MoveToImmutable());
    }
}
