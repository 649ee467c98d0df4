using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>The points at which a <see cref="MixedPopulation"/> is evaluated: a full grid over all on which outcome or columns depend.</summary>
internal sealed class MixedGrid
{
    private const double LeastDegree = 3;  // of the outcome: C²·a
    private const double HighestDegree = 63;
    private const int RetentionPoints = 24;
    private const double SteepestLogHazard = 3; // per SD, that these points resolve
    private const int MostPoints = 2_000_000;

    private readonly World _world;
    private readonly EndpointOutcome _outcome;
    private readonly Allocation _allocation;
    private readonly ImmutableHashSet<string> _reads;
    private readonly double _degree;
    private readonly int _polynomialPoints; // a dimension
    private readonly int _points;           // a dimension on which drop-out depends

    private MixedGrid(World world, Allocation allocation, ImmutableHashSet<string> reads, double degree)
    {
        _world = world;
        _outcome = (EndpointOutcome)world.Scenario.Outcome;
        _allocation = allocation;
        _reads = reads;
        _degree = Math.Max(degree, LeastDegree);
        Retention retention = world.Scenario.Retention;
        NeedsRetention = retention.DropOut > 0 && (retention.Outcome != 0 || ReadsRetained);
        bool smooth = NeedsRetention && (retention.Alliance != 0 || retention.Severity != 0);
        _polynomialPoints = (int)Math.Ceiling(_degree) + 1;
        _points = smooth ? Math.Max(_polynomialPoints, RetentionPoints) : _polynomialPoints;
        UsedTraits = Used();
    }

    /// <summary>Points of the therapists of one cell of arm and site.</summary>
    public ImmutableArray<MixedTherapist> Therapists { get; private set; }

    /// <summary>Points of the patients of every therapist.</summary>
    public ImmutableArray<PatientBase> Patients { get; private set; }

    /// <summary>Mean variance of U* at a point.</summary>
    public double SkillVarianceLeft { get; private set; }

    /// <summary>Bit t: trait t has points.</summary>
    public int UsedTraits { get; }

    /// <summary>Whether drop-out of treatment matters.</summary>
    public bool NeedsRetention { get; }

    private bool ReadsRetained => _reads.Contains(GeneratedColumns.Retained);

    // Whether drop-out depends on no score but A*: all others have polynomials only.
    private bool HasDropOutByAllianceOnly => MatchedBy is null or AllocationScore.Alliance || _allocation is SortedAllocation { By: AllocationScore.Referral };

    private AllocationScore? MatchedBy => MixedMechanisms.Score(_allocation);

    /// <summary>The grid; <see langword="null"/> if there is no exact rule for this world, or it would be too large.</summary>
    /// <param name="world">The world.</param>
    /// <param name="allocation">Its allocation, or another one.</param>
    /// <param name="reads">Variables that the columns read.</param>
    /// <param name="degree">Highest degree of a column.</param>
    public static MixedGrid? Of(World world, Allocation allocation, ImmutableHashSet<string> reads, double degree)
    {
        if (!(degree <= HighestDegree) || reads.Contains(GeneratedColumns.Sessions))
        {
            return null;
        }

        MixedGrid grid = new(world, allocation, reads, degree);
        Retention retention = world.Scenario.Retention;
        bool steep = Math.Max(Math.Abs(retention.Alliance), Math.Abs(retention.Severity)) > SteepestLogHazard;
        return !(grid.NeedsRetention && steep) && grid.TakesTherapists() && grid.TakesPatients() && (long)grid.Therapists.Length * grid.Patients.Length <= MostPoints ? grid : null;
    }

    private static ImmutableArray<(double Node, double Weight)> Normal(int points)
    {
        GaussHermite rule = GaussHermite.WithPoints(points);
        return [.. rule.Nodes.Zip(rule.Weights)];
    }

    // A normal score whose curve, or whose halves, have kinks or steps there; null if columns of the degree would need too many points.
    private ImmutableArray<(double Node, double Weight)>? Rule(IEnumerable<double> knots)
    {
        double[] all = [.. knots];
        return all.Length == 0 ? Normal(_points)
            : PiecewiseNormalRule.PointsPerPiece(all, _degree, _points) is { } points ? PiecewiseNormalRule.Of(all, points)
            : null;
    }

    private bool TakesTherapists()
    {
        TherapistPopulation population = _world.Scenario.Therapists;
        AllocationScore? by = MatchedBy;
        bool bySkill = by is AllocationScore.Alliance or AllocationScore.Outcome;
        bool halves = bySkill && _allocation is SortedAllocation;
        ResponseCurve between = _world.Components.Between;
        if ((!population.IsPlain && !between.Segments.IsEmpty)
            || (population.Distribution is not NormalForm && by == AllocationScore.Outcome)
            || (halves && population is not { Contamination.Share: 0, Selection.Keep: 1 })
            || (halves && population.Training == 0 && (int)population.TrainingOf == (int)by!.Value))
        {
            return false;
        }

        ImmutableArray<(double, double)> normal = Normal(population.IsPlain && HasDropOutByAllianceOnly ? _polynomialPoints : _points);
        double[] middle = halves ? [0] : [];
        if (Rule(between.Knots.Concat(by == AllocationScore.Alliance ? middle : [])) is not { } allianceRule
            || (by == AllocationScore.Outcome ? Rule(middle) : normal) is not { } outcomeRule)
        {
            return false;
        }

        ImmutableArray<TherapistScorePoint> scores = TherapistScorePoints.Of(
            _world.Scores,
            trait => trait switch { 0 => allianceRule, 1 => outcomeRule, _ => normal },
            first: halves && by == AllocationScore.Outcome ? 1 : 0,
            withOutcome: _reads.Contains(GeneratedColumns.TrueTherapistEffect) || by == AllocationScore.Outcome
                || (_outcome.Within.SlopeSd != 0 && _outcome.Within.SlopeCorrelation != 0),
            withAdherence: _reads.Contains(GeneratedColumns.Adherence) || !_outcome.Adherence.IsNone);
        SkillVarianceLeft = scores.Sum(p => p.Share * p.OutcomeVarianceLeft);
        Func<TherapistScorePoint, double> score = by == AllocationScore.Outcome ? p => p.Outcome : p => p.Alliance;
        double mean = scores.Sum(p => p.Share * score(p));
        double sd = Math.Sqrt(scores.Sum(p => p.Share * (score(p) - mean) * (score(p) - mean)));
        ImmutableArray<(double Node, double Weight)> referral = (by, _allocation) switch
        {
            (AllocationScore.Referral, SortedAllocation) => [(-1, 0.5), (1, 0.5)],
            (AllocationScore.Referral, _) => Normal(_points),
            _ => [(0, 1)],
        };
        Therapists =
        [
            .. from p in scores
               from own in referral
               select new MixedTherapist(
                   0, 0, 0, p.Alliance, p.Outcome, p.Adherence, !bySkill ? own.Node : Match(score(p) - mean), p.Share * own.Weight),
        ];
        Therapists = [.. Therapists.Select((therapist, point) => therapist with { Point = point })];
        return true;

        double Match(double deviation) => halves ? Math.Sign(deviation) : sd > 0 ? deviation / sd : 0;
    }

    private bool TakesPatients()
    {
        VarianceComponents components = _world.Components;
        double gamma = _world.Scenario.Alliance.Severity;
        bool kinked = !components.Within.Segments.IsEmpty;
        PatientTrait[] traits = [.. _world.Scenario.Traits.Values];
        bool traitsMove = Enumerable.Range(0, traits.Length).Any(t => (UsedTraits >> t & 1) != 0 && traits[t].Alliance != 0);
        if (kinked && (traitsMove || (gamma != 0 && !MixedMechanisms.IsRandom(_allocation))))
        {
            return false;
        }

        // The patient's score comes first where its curve has kinks: ε = corr(z, s)·s + √(1 − corr²)·t.
        double sd = components.AllianceDeviationSd;
        double correlation = kinked ? gamma / components.AllianceWithinSd : 0;
        if (Rule(components.Within.Knots) is not { } deviations || Prognoses() is not { } prognoses)
        {
            return false;
        }

        int[] sets = [.. Enumerable.Range(0, 1 << traits.Length).Where(set => (set & ~UsedTraits) == 0)];
        if ((long)deviations.Length * prognoses.Length * sets.Length > MostPoints)
        {
            return false;
        }

        double[] retained = ReadsRetained ? [0, 1] : [0.5];
        Patients =
        [
            .. from deviation in sd == 0 && !kinked ? [(0, 1)] : deviations
               from prognosis in prognoses
               let epsilon = (correlation * deviation.Node) + (Math.Sqrt(Math.Max(0, 1 - (correlation * correlation))) * prognosis.Node)
               let d = !kinked ? deviation.Node : sd == 0 ? 0 : ((components.AllianceWithinSd * deviation.Node) - (gamma * epsilon)) / sd
               from set in sets
               from stays in retained
               select new PatientBase(epsilon, d, set, stays, deviation.Weight * prognosis.Weight),
        ];
        return true;
    }

    private ImmutableArray<(double Node, double Weight)>? Prognoses()
    {
        bool needed = _reads.Contains(GeneratedColumns.Severity) || _world.Scenario.Alliance.Severity != 0 || _world.Components.Severity != 0
            || _outcome.Moderations.Severity != 0 || _outcome.Adherence.BySeverity != 0
            || (NeedsRetention && _world.Scenario.Retention.Severity != 0);
        return !needed ? [(0, 1)]
            : _allocation is not SortedAllocation { Of: SortedAllocation.Severity } ? Normal(_points)
            : Rule([0]) is { } both ? [.. both.Where(p => p.Node > 0).Select(p => (p.Node, 2 * p.Weight))]
            : null;
    }

    private int Used()
    {
        int used = 0;
        int t = 0;
        foreach ((string name, PatientTrait trait) in _world.Scenario.Traits)
        {
            bool isSorted = _allocation is SortedAllocation sorted && sorted.Of == name;
            if (_reads.Contains(PatientTrait.ColumnOf(name)) || trait.Alliance != 0 || trait.ByAlliance != 0 || (isSorted && trait.Outcome != 0))
            {
                used |= 1 << t;
            }

            t++;
        }

        return used;
    }
}
