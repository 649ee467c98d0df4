using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>A therapist at a point of the quadrature.</summary>
/// <param name="Arm">Index of the arm.</param>
/// <param name="Site">Index of the site.</param>
/// <param name="Score">A*.</param>
/// <param name="Effect">U, outcome units.</param>
/// <param name="Weight">Share of the population.</param>
internal readonly record struct TherapistPoint(int Arm, int Site, double Score, double Effect, double Weight);

/// <summary>A patient at a point of the quadrature.</summary>
/// <param name="Score">W/σ_W.</param>
/// <param name="Severity">Severity.</param>
/// <param name="Weight">Share of a therapist's patients.</param>
internal readonly record struct PatientPoint(double Score, double Severity, double Weight);

/// <summary>Therapist variables over which an expectation is taken; the others stay at 0, which is enough where nothing depends on them.</summary>
/// <param name="Arm">Arm.</param>
/// <param name="Site">Site.</param>
/// <param name="Score">A*.</param>
/// <param name="Effect">U.</param>
internal readonly record struct TherapistVariables(bool Arm, bool Site, bool Score, bool Effect);

/// <summary>The trial's population of therapists with infinitely many patients each, nobody lost, and its structural outcome.</summary>
/// <remarks>Arm and site follow the shares of the trial's therapists, not of its patients.</remarks>
internal sealed class TrialPopulation
{
    /// <summary>Points in each dimension unless more are needed: exact for products up to degree 39.</summary>
    public const int UsualPoints = 20;

    private const int HighestDegree = 63;

    private static readonly GaussHermite s_usual = GaussHermite.WithPoints(UsualPoints);

    private readonly World _world;
    private readonly ImmutableArray<(double Node, double Weight)> _normal;
    private readonly ImmutableArray<(double Node, double Weight)> _therapistScores;
    private readonly ImmutableArray<TherapistScorePoint> _narrowed; // empty where the scores are independent standard normal numbers

    private readonly double _meanScore; // alliance_between is centred in the trial

    private TrialPopulation(World world, int points, int? perTherapistPiece, int? perPatientPiece)
    {
        _world = world;
        GaussHermite rule = points == UsualPoints ? s_usual : GaussHermite.WithPoints(points);
        _normal = [.. rule.Nodes.Zip(rule.Weights)];
        _therapistScores = Scores(Components.Between, perTherapistPiece);
        _narrowed = world.Scores.IsPlain ? [] : TherapistScorePoints.Of(world.Scores, _normal, withOutcome: false);
        _meanScore = _narrowed.Sum(p => p.Share * p.Alliance);
        double left = world.Scores.IsPlain ? 1 : _narrowed.Sum(p => p.Share * p.OutcomeVarianceLeft);
        EffectVarianceLeft = Components.OutcomeTherapistSd * Components.OutcomeTherapistSd * left;
        Patients =
        [
            .. from score in Scores(Components.Within, perPatientPiece)
               from severity in _normal
               select new PatientPoint(score.Node, severity.Node, score.Weight * severity.Weight),
        ];
    }

    /// <summary>The population; <see langword="null"/> if columns of the degree would need too many points, or a curve with kinks stands over narrowed therapists.</summary>
    /// <param name="world">The world.</param>
    /// <param name="degree">Highest degree of any column in any variable.</param>
    public static TrialPopulation? Of(World world, double degree)
    {
        VarianceComponents components = world.Components;
        if (!(degree <= HighestDegree) || (!world.Scores.IsPlain && !components.Between.Segments.IsEmpty))
        {
            return null;
        }

        int? between = PiecewiseNormalRule.PointsPerPiece(components.Between, degree, UsualPoints);
        int? within = PiecewiseNormalRule.PointsPerPiece(components.Within, degree, UsualPoints);
        return (between is null && !components.Between.Segments.IsEmpty) || (within is null && !components.Within.Segments.IsEmpty)
            ? null
            : new(world, Math.Max(UsualPoints, (int)degree + 1), between, within);
    }

    /// <summary>The patients of every therapist.</summary>
    public ImmutableArray<PatientPoint> Patients { get; }

    private VarianceComponents Components => _world.Components;

    /// <summary>The therapists.</summary>
    public ImmutableArray<TherapistPoint> Therapists(TherapistVariables over)
    {
        TherapistLayout layout = _world.Layout;
        if (!_world.Scores.IsPlain)
        {
            return Narrowed(over);
        }

        ImmutableArray<(double Node, double Weight)> zero = [(0, 1)];
        return
        [
            .. from cell in Enumerable.Range(0, layout.Therapists)
                   .GroupBy(j => (Arm: over.Arm ? layout.Arm[j] : 0, Site: over.Site ? layout.Site[j] : 0))
                   .OrderBy(cell => cell.Key)
               from score in over.Score ? _therapistScores : zero
               from effect in over.Effect ? _normal : zero
               select new TherapistPoint(
                   cell.Key.Arm,
                   cell.Key.Site,
                   score.Node,
                   Components.OutcomeTherapistSd * effect.Node,
                   cell.Count() / (double)layout.Therapists * score.Weight * effect.Weight),
        ];
    }

    /// <summary>Variance of the therapists' effects around what the points hold when their variables do not ask for the effects.</summary>
    public double EffectVarianceLeft { get; }

    /// <summary>Mean structural outcome of a therapist's patients, the site's effect left out.</summary>
    public double Outcome(TherapistPoint therapist) =>
        Components.Between.At(therapist.Score) + (therapist.Arm == 1 ? Components.ArmEffect : 0) + therapist.Effect;

    /// <summary>Deviation of a patient's structural outcome from the therapist's mean, the residual left out.</summary>
    public double Deviation(PatientPoint patient) =>
        Components.Within.At(patient.Score) + (Components.Severity * patient.Severity);

    /// <summary>Value of a generated variable, the observed alliances read as the true ones, on the instrument's scale; alliance_between from the mean of the trial's therapists, as it is observed.</summary>
    public double Value(string variable, TherapistPoint therapist, PatientPoint patient) => variable switch
    {
        GeneratedColumns.AllianceBetween => Components.AllianceScale * (Components.AllianceBetweenSd * (therapist.Score - _meanScore)),
        GeneratedColumns.TrueAllianceBetween => Components.AllianceBetweenSd * therapist.Score,
        GeneratedColumns.AllianceWithin => Components.AllianceScale * (Components.AllianceWithinSd * patient.Score),
        GeneratedColumns.TrueAllianceWithin => Components.AllianceWithinSd * patient.Score,
        GeneratedColumns.Alliance => (_world.Scenario.Alliance.Instrument?.Mean ?? 0) + (Components.AllianceScale
            * ((Components.AllianceBetweenSd * therapist.Score) + (Components.AllianceWithinSd * patient.Score))),
        GeneratedColumns.TrueAlliance =>
            (Components.AllianceBetweenSd * therapist.Score) + (Components.AllianceWithinSd * patient.Score),
        GeneratedColumns.Severity => patient.Severity,
        GeneratedColumns.TherapistScore => therapist.Score,
        GeneratedColumns.PatientScore => patient.Score,
        GeneratedColumns.TrueTherapistEffect => therapist.Effect,
        _ => throw new ArgumentException($"The variable {variable} has no value in the population.", nameof(variable)),
    };

    // Therapists whose scores are contaminated, selected, trained or correlated: alliance and outcome skill together.
    private ImmutableArray<TherapistPoint> Narrowed(TherapistVariables over)
    {
        TherapistLayout layout = _world.Layout;
        ImmutableArray<TherapistScorePoint> scores = over.Effect ? TherapistScorePoints.Of(_world.Scores, _normal, withOutcome: true)
            : over.Score ? _narrowed
            : [new(0, 0, 0, 1)];
        return
        [
            .. from cell in Enumerable.Range(0, layout.Therapists)
                   .GroupBy(j => (Arm: over.Arm ? layout.Arm[j] : 0, Site: over.Site ? layout.Site[j] : 0))
                   .OrderBy(cell => cell.Key)
               from score in scores
               select new TherapistPoint(
                   cell.Key.Arm,
                   cell.Key.Site,
                   score.Alliance,
                   Components.OutcomeTherapistSd * score.Outcome,
                   cell.Count() / (double)layout.Therapists * score.Share),
        ];
    }

    private ImmutableArray<(double Node, double Weight)> Scores(ResponseCurve curve, int? pointsPerPiece) =>
        curve.Segments.IsEmpty ? _normal : PiecewiseNormalRule.Of(curve, pointsPerPiece!.Value);
}
