using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>
/// The trial's population where therapists and patients are linked: all points of the therapists with all points of their patients, and the
/// structural outcome there.
/// </summary>
/// <remarks>
/// Only variables on which something depends have points. Arm and site follow the shares of the trial's therapists. Drop-out of
/// treatment is no polynomial: with it the quadrature is accurate to about 1e-8 for log hazards up to 1 per SD, to 1e-5 at 2.
/// </remarks>
internal sealed class MixedPopulation
{
    private readonly World _world;
    private readonly EndpointOutcome _outcome;
    private readonly Allocation _allocation;
    private readonly PatientTrait[] _traits;
    private readonly int _usedTraits; // bit t: trait t has points
    private readonly int _sortedTrait;
    private readonly double _tau;
    private readonly double _sigma;
    private readonly ImmutableArray<MixedTherapist> _scores; // of one cell
    private readonly ImmutableArray<PatientBase> _patients;
    private readonly double _logHazard;         // α; −∞ if nobody drops out, or nothing depends on it
    private readonly MixedPatient[][] _ofPoint; // [point of a therapist][patient]

    public MixedPopulation(World world, Allocation allocation, MixedGrid grid)
    {
        _world = world;
        _outcome = (EndpointOutcome)world.Scenario.Outcome;
        _allocation = allocation;
        _traits = [.. world.Scenario.Traits.Values];
        _usedTraits = grid.UsedTraits;
        _sortedTrait = allocation is SortedAllocation ? world.SortedTrait : -1;
        _tau = Components.AllianceBetweenSd;
        _sigma = Components.AllianceWithinSd;
        _scores = grid.Therapists;
        _patients = grid.Patients;
        EffectVarianceLeft = Components.OutcomeTherapistSd * Components.OutcomeTherapistSd * grid.SkillVarianceLeft;
        MeanScore = _scores.Sum(t => t.Weight * t.Score);
        _logHazard = grid.NeedsRetention ? world.DropOutIntercept!.Value : double.NegativeInfinity;
        _ofPoint = [.. _scores.Select(t => _patients.Select(p => Patient(t, p)).ToArray())];
    }

    /// <summary>Points of the patients of a therapist.</summary>
    public int PatientPoints => _patients.Length;

    /// <summary>Mean A* in the trial.</summary>
    public double MeanScore { get; }

    /// <summary>Variance of the therapists' effects around what the points hold.</summary>
    public double EffectVarianceLeft { get; }

    private VarianceComponents Components => _world.Components;

    /// <summary>The therapists.</summary>
    /// <param name="byArm">Whether arms are told apart.</param>
    /// <param name="bySite">Whether sites are told apart.</param>
    public ImmutableArray<MixedTherapist> Therapists(bool byArm, bool bySite)
    {
        TherapistLayout layout = _world.Layout;
        return
        [
            .. from cell in Enumerable.Range(0, layout.Therapists)
                   .GroupBy(j => (Arm: byArm ? layout.Arm[j] : 0, Site: bySite ? layout.Site[j] : 0))
                   .OrderBy(cell => cell.Key)
               from therapist in _scores
               select therapist with
               {
                   Arm = cell.Key.Arm,
                   Site = cell.Key.Site,
                   Weight = cell.Count() / (double)layout.Therapists * therapist.Weight,
               },
        ];
    }

    /// <summary>The patients of a therapist.</summary>
    public ReadOnlySpan<MixedPatient> PatientsOf(in MixedTherapist therapist) => _ofPoint[therapist.Point];
    /// <summary>Structural outcome, the site's effect, the residual and what has no points left out.</summary>
    public double Outcome(in MixedTherapist therapist, in MixedPatient patient)
    {
        AdherenceEffect adherence = _outcome.Adherence;
        bool second = therapist.Arm == 1;
        double bend = (therapist.Adherence * therapist.Adherence) - 1;
        double slope = (_outcome.Moderations.Severity * patient.Severity)
            + (second ? _outcome.Moderations.Arm : 0)
            - (adherence.CurvatureByAlliance * bend);
        double byTraits = 0;
        for (int t = 0; t < _traits.Length; t++)
        {
            if ((_usedTraits >> t & 1) == 0)
            {
                byTraits += _traits[t].Outcome * _traits[t].Share;
            }
            else if ((patient.Traits >> t & 1) != 0)
            {
                byTraits += _traits[t].Outcome;
                slope += _traits[t].ByAlliance;
            }
        }

        return (second ? Components.ArmEffect : 0)
            + Components.Between.At(therapist.Score)
            + (Components.OutcomeTherapistSd * therapist.Skill)
            + (adherence.Linear * therapist.Adherence)
            - (adherence.Curvature * bend)
            + Components.Within.At(patient.Score)
            + (_outcome.Within.SlopeSd * _outcome.Within.SlopeCorrelation * therapist.Skill * patient.Score)
            + (Components.Severity * patient.Severity)
            + byTraits
            + (slope * ((_tau * therapist.Score) + (_sigma * patient.Score)))
            + (adherence.BySeverity * therapist.Adherence * patient.Severity)
            + (_world.Scenario.Retention.Outcome * patient.Retained);
    }

    /// <summary>Variance within therapists, at a point, of what has no points: slopes independent of skill apart, traits and retention.</summary>
    public double WithinVarianceLeft(in MixedPatient patient)
    {
        double effect = _world.Scenario.Retention.Outcome;
        double variance = effect * effect * patient.Retained * (1 - patient.Retained);
        for (int t = 0; t < _traits.Length; t++)
        {
            if ((_usedTraits >> t & 1) == 0)
            {
                variance += _traits[t].Outcome * _traits[t].Outcome * _traits[t].Share * (1 - _traits[t].Share);
            }
        }

        return variance;
    }

    private MixedPatient Patient(in MixedTherapist therapist, in PatientBase patient)
    {
        double severity = Severity(therapist, patient.Prognosis);
        double w = (_world.Scenario.Alliance.Severity * severity) + (Components.AllianceDeviationSd * patient.Deviation);
        double weight = patient.Weight;
        for (int t = 0; t < _traits.Length; t++)
        {
            if ((_usedTraits >> t & 1) != 0)
            {
                bool has = (patient.Traits >> t & 1) != 0;
                double share = Share(therapist, t);
                weight *= has ? share : 1 - share;
                w += _traits[t].Alliance * ((has ? 1 : 0) - _traits[t].Share);
            }
        }

        double probability = Retained((_tau * therapist.Score) + w, severity);
        double retained = patient.Retained switch
        {
            0 or 1 => patient.Retained,
            _ => probability,
        };
        weight *= patient.Retained switch
        {
            0 => 1 - probability,
            1 => probability,
            _ => 1,
        };
        return new(severity, w / _sigma, patient.Traits, retained, weight);
    }

    // z = −ρ·Q + √(1 − ρ²)·ε; sorted: the upper half of the therapists has the lower half of the severity.
    private double Severity(in MixedTherapist therapist, double prognosis) => _allocation switch
    {
        CaseMixAllocation { Correlation: double rho } => (-rho * therapist.Match) + (Math.Sqrt(1 - (rho * rho)) * prognosis),
        SortedAllocation { Of: SortedAllocation.Severity } => -therapist.Match * prognosis,
        _ => prognosis,
    };

    private double Share(in MixedTherapist therapist, int trait)
    {
        double share = _traits[trait].Share;
        return trait != _sortedTrait ? share
            : therapist.Match > 0 ? Math.Min(1, 2 * share)
            : Math.Max(0, (2 * share) - 1);
    }

    // P(sessions = planned) = exp(−(planned − 1)·λ).
    private double Retained(double alliance, double severity) => double.IsNegativeInfinity(_logHazard)
        ? 1
        : Elementary.Exp(-(_world.Scenario.Retention.Sessions - 1) * Elementary.Exp(_logHazard + LogHazardRatio(alliance, severity)));

    private double LogHazardRatio(double alliance, double severity) =>
        (_world.Scenario.Retention.Alliance * alliance) + (_world.Scenario.Retention.Severity * severity);
}
