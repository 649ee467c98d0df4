using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>Variances of a trial in which therapists' means, and patients' deviations from them, are normal: n patients to each therapist, straight lines, independent scores.</summary>
/// <remarks>
/// With n patients the observed mean of the alliance is τ_A·A* + W̄ + ε̄ and that of the outcome b·A* + τ_U·U* + slope·W̄/σ_W + β_z·z̄ + ē: two normal numbers
/// (Lüdtke et al. 2008, Psychological Methods 13, manifest aggregation). Arms and sites are left out.
/// </remarks>
internal sealed class NormalLevels
{
    private readonly VarianceComponents _components;

    private NormalLevels(World world, double patients)
    {
        _components = world.Components;
        Patients = patients;
        double slope = _components.Within.Slope;
        WithinVariance = (slope * slope) + (_components.Severity * _components.Severity) + (_components.ResidualSd * _components.ResidualSd);
        MeanVariance = (_components.Between.Slope * _components.Between.Slope) + (_components.OutcomeTherapistSd * _components.OutcomeTherapistSd) + (WithinVariance / patients);
    }

    /// <summary>n.</summary>
    public double Patients { get; }

    /// <summary>Variance of a therapist's mean outcome.</summary>
    public double MeanVariance { get; }

    /// <summary>Variance of a patient's outcome within therapists.</summary>
    public double WithinVariance { get; }

    /// <summary>The variances; <see langword="null"/> if the trial is another one.</summary>
    public static NormalLevels? Of(World world)
    {
        Scenario scenario = world.Scenario;
        bool isNormal = world.IsBalanced && scenario.Therapists.IsPlain && StatisticsSampling.LeastFor(scenario) != Drawing.Patients
            && world.Components.Between is { Square: 0, Segments.IsEmpty: true };
        return isNormal ? new(world, scenario.Trial.Caseload.ExpectedPatients(world.Layout.Therapists) / world.Layout.Therapists) : null;
    }

    /// <summary>Variance of a predictor that differs between therapists, and its covariance with their mean outcome; <see langword="null"/> if it is no normal one.</summary>
    public (double Variance, double Covariance)? Between(string predictor)
    {
        double sd = _components.AllianceBetweenSd;
        double slope = _components.Between.Slope;
        return predictor switch
        {
            GeneratedColumns.TherapistScore => (1, slope),
            GeneratedColumns.TrueAllianceBetween when sd > 0 => (sd * sd, sd * slope),
            GeneratedColumns.AllianceBetween => (
                (sd * sd) + (ObservedWithinVariance / Patients),
                (sd * slope) + (_components.Within.Slope * _components.AllianceWithinSd / Patients)),
            _ => null,
        };
    }

    /// <summary>The same of the observed alliance within therapists.</summary>
    public (double Variance, double Covariance) Within() => (ObservedWithinVariance, _components.Within.Slope * _components.AllianceWithinSd);

    private double ObservedWithinVariance =>
        (_components.AllianceWithinSd * _components.AllianceWithinSd) + (_components.AllianceErrorSd * _components.AllianceErrorSd);
}
