using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>True values of models of growth worlds: the least-squares projection of the expected outcomes on the model's columns.</summary>
/// <remarks>
/// By quadrature over arms, sites (each with the same share), the trial's therapists, patients and weeks, every week with the same weight, as if nobody were lost; of slopes, the outcome is the least-squares slope of the
/// patient's expected course. <c>alliance_between</c> is read as the true alliance of the therapist, <c>alliance_within</c> as the patient's deviation. Variances of random effects are
/// those of the world where the columns leave nothing out and the model has all random effects of the world; of a random intercept of slopes, what the columns leave
/// between therapists is added.
/// </remarks>
internal sealed class GrowthTrueValues
{
    private const int Points = 12;
    private const double Rounding = 1e-9; // of effects left out, relative to the outcome's own SD

    private readonly GrowthWorld _world;
    private readonly ImmutableArray<FixedColumn> _columns;
    private readonly bool _byWeek;
    private readonly List<GrowthPoint> _points = [];
    private readonly double[] _slopeWeights; // [occasion] of the least-squares slope

    private GrowthTrueValues(GrowthWorld world, ImmutableArray<FixedColumn> columns, bool byWeek)
    {
        _world = world;
        _columns = columns;
        _byWeek = byWeek;
        ImmutableArray<double> weeks = world.Outcome.Weeks;
        double mean = weeks.Average();
        double squares = weeks.Sum(week => (week - mean) * (week - mean));
        _slopeWeights = [.. weeks.Select(week => (week - mean) / squares)];
    }

    /// <summary>Computes the true values.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">Columns of the fixed effects.</param>
    /// <param name="effects">Random effects: grouping factor and column.</param>
    /// <param name="byWeek">Whether the response is the outcome at each week; else the patient's slope.</param>
    /// <param name="ofMeans">Whether rows are means of therapists.</param>
    public static TableTruth Of(
        GrowthWorld world, ImmutableArray<FixedColumn> columns, ImmutableArray<(string Group, string Term)> effects, bool byWeek, bool ofMeans)
    {
        GrowthTrueValues values = new(world, columns, byWeek);
        return values.IsKnown(ofMeans) ? values.Project(effects) : TableTruth.Unknown(columns.Length, effects.Length);
    }

    // Not known: columns that are functions of the data or of scores whose distribution is not followed here, and prognosis that goes with therapists.
    private bool IsKnown(bool ofMeans)
    {
        string[] variables = [.. _columns.SelectMany(column => column.Expression.Variables).Distinct(StringComparer.Ordinal)];
        bool readsPatients = variables.Any(v => v is not GeneratedColumns.Week && GeneratedColumns.LevelOf(_world.Scenario, v) == ColumnLevel.Patient);
        bool usesSeverity = variables.Contains(GeneratedColumns.Severity) || _world.Outcome is not { Severity: 0, SeveritySlope: 0 };
        bool usesTraits = variables.Any(GeneratedColumns.TraitsIn(_world.Scenario).Contains) || _world.ArmEffectTrait >= 0 || _world.Scenario.Traits.Values.Any(t => t.Outcome != 0);
        return variables.All(v => v is not (GeneratedColumns.Adherence or GeneratedColumns.TrueTherapistEffect or GeneratedColumns.TrueTherapistSlope))
            && !(ofMeans && readsPatients)
            && !_world.Base.Layout.IsPartial
            && (_world.Scenario.Allocation is RandomAllocation || !(usesSeverity || usesTraits))
            && _world.Scenario.Trial.Arms.Length <= 2
            && _world.Scenario.Alliance is { Rater: Rater.Patient, Instrument: null };
    }

    private TableTruth Project(ImmutableArray<(string Group, string Term)> effects)
    {
        AddPoints();
        double[] roots = [.. _points.Select(p => Math.Sqrt(p.Share))];
        double[] response = [.. _points.Select((p, i) => roots[i] * p.Expected)];
        LeastSquaresProjection projection = new([.. _columns.Select(column => _points.Select((p, i) => roots[i] * p.Value(column.Expression)).ToArray())]);
        double?[] coefficients = projection.Coefficients(response, out double[] residual);
        double scale = _world.Outcome.ResidualSd + Math.Sqrt(response.Sum(y => y * y));
        for (int k = 0; k < coefficients.Length; k++)
        {
            coefficients[k] = coefficients[k] is double value && Math.Abs(value) < Rounding * scale ? 0 : coefficients[k];
        }

        // What is left of the mean of a therapist's patients at a week.
        double between = _points
            .Select((p, i) => (p, Left: residual[i] * roots[i]))
            .GroupBy(x => (x.p.Arm, x.p.Site, x.p.TherapistIndex, x.p.Week))
            .Sum(group => group.Sum(x => x.Left) * group.Sum(x => x.Left) / group.Sum(x => x.p.Share));
        double all = residual.Sum(r => r * r);
        double negligible = Rounding * Rounding * scale * scale;
        bool leavesOut = between > negligible;
        return new()
        {
            Coefficients = [.. coefficients],
            Variances = _byWeek ? VariancesByWeek(effects, all <= negligible) : VariancesOfSlopes(effects, leavesOut ? between : 0),
            Icc = _byWeek || effects.Length != 1 || all > negligible + (leavesOut ? between : 0) ? null : IccOfSlopes(leavesOut ? between : 0),
            LeavesOut = leavesOut,
            HasInformativeLoss = _world.DropoutHazard is not null && _world.Outcome.Dropout.DependsOn.Slope != 0,
        };
    }

    private ImmutableArray<double?> VariancesByWeek(ImmutableArray<(string Group, string Term)> effects, bool isComplete)
    {
        (SolvedEffects therapists, SolvedEffects patients) = (_world.Components.Therapists, _world.Components.Patients);
        (string Level, string Term, double Sd)[] own =
        [
            (GeneratedColumns.Therapist, DesignColumns.Intercept, therapists.InterceptSd),
            (GeneratedColumns.Therapist, GeneratedColumns.Week, therapists.SlopeSd),
            (GeneratedColumns.Patient, DesignColumns.Intercept, patients.InterceptSd),
            (GeneratedColumns.Patient, GeneratedColumns.Week, patients.SlopeSd),
        ];
        bool hasAll = isComplete && own.All(o => o.Sd == 0 || effects.Any(e => LevelOf(e.Group) == o.Level && e.Term == o.Term));
        return
        [
            .. effects.Select(e => hasAll && own.FirstOrDefault(o => o.Level == LevelOf(e.Group) && o.Term == e.Term) is { Level: not null } found
                ? found.Sd * found.Sd
                : (double?)null),
        ];
    }

    private static string LevelOf(string group) => group is "therapist:patient" or "patient:therapist" ? GeneratedColumns.Patient : group;

    private ImmutableArray<double?> VariancesOfSlopes(ImmutableArray<(string Group, string Term)> effects, double between)
    {
        double sd = _world.Components.Therapists.SlopeSd;
        return [.. effects.Select(e => e == (GeneratedColumns.Therapist, DesignColumns.Intercept) ? (sd * sd) + between : (double?)null)];
    }

    // Without loss all slopes have the same error variance.
    private double? IccOfSlopes(double between)
    {
        if (_world.DropoutHazard is not null)
        {
            return null;
        }

        double therapists = (_world.Components.Therapists.SlopeSd * _world.Components.Therapists.SlopeSd) + between;
        double patients = _world.Components.Patients.SlopeSd * _world.Components.Patients.SlopeSd;
        double error = _world.Outcome.ResidualSd * _world.Outcome.ResidualSd * _slopeWeights.Sum(w => w * w);
        return therapists / (therapists + patients + error);
    }

    private void AddPoints()
    {
        string[] variables = [.. _columns.SelectMany(column => column.Expression.Variables).Distinct(StringComparer.Ordinal)];
        bool readsTherapists = !_world.Between.IsZero || variables.Any(v => v is GeneratedColumns.AllianceBetween or GeneratedColumns.TherapistScore or GeneratedColumns.TrueAllianceBetween
            or GeneratedColumns.Alliance or GeneratedColumns.TrueAlliance);
        bool readsWithin = !_world.Within.IsZero || variables.Any(v => v is GeneratedColumns.AllianceWithin or GeneratedColumns.PatientScore or GeneratedColumns.TrueAllianceWithin
            or GeneratedColumns.Alliance or GeneratedColumns.TrueAlliance);
        bool readsSeverity = _world.Outcome is not { Severity: 0, SeveritySlope: 0 } || variables.Contains(GeneratedColumns.Severity);
        ImmutableArray<(double Node, double Weight)> one = [(0, 1)];
        TherapistScorePoint[] therapists = readsTherapists
            ? [.. TherapistScorePoints.Of(_world.Base.Scores, Rule(_world.Between), withOutcome: false)]
            : [new(0, 0, 0, 1)];
        double meanScore = therapists.Sum(t => t.Share * t.Alliance);
        ImmutableArray<(double Node, double Weight)> deviations = readsWithin ? Rule(_world.Within) : one;
        ImmutableArray<(double Node, double Weight)> severities = readsSeverity ? Rule(new(0, 0)) : one;
        string[] traits = [.. _world.Scenario.Traits.Keys.Where((name, t) =>
            variables.Contains(PatientTrait.ColumnOf(name)) || t == _world.ArmEffectTrait || _world.Scenario.Traits[name] is { Outcome: not 0 } || (readsWithin && _world.Scenario.Traits[name].Alliance != 0))];
        int sites = variables.Contains(GeneratedColumns.Site) ? _world.Base.Layout.Sites : 1;
        for (int cell = 0; cell < _world.Scenario.Trial.Arms.Length * sites; cell++)
        {
            (int arm, int site) = (cell / sites, cell % sites);
            for (int j = 0; j < therapists.Length; j++)
            {
                foreach ((double severity, double severityShare) in severities)
                {
                    for (int set = 0; set < 1 << traits.Length; set++)
                    {
                        foreach ((double deviation, double deviationShare) in deviations)
                        {
                            AddPatient(
                                new()
                                {
                                    World = _world,
                                    Arm = arm,
                                    Site = site,
                                    TherapistIndex = j,
                                    Score = therapists[j].Alliance,
                                    MeanScore = meanScore,
                                    Severity = severity,
                                    Deviation = deviation,
                                    Traits = [.. traits.Where((_, t) => (set >> t & 1) != 0)],
                                },
                                _world.Base.ArmShares[arm] / sites * therapists[j].Share * severityShare * deviationShare * TraitShare(traits, set));
                        }
                    }
                }
            }
        }
    }

    private double TraitShare(string[] traits, int set)
    {
        double share = 1;
        for (int t = 0; t < traits.Length; t++)
        {
            double own = _world.Scenario.Traits[traits[t]].Share;
            share *= (set >> t & 1) != 0 ? own : 1 - own;
        }

        return share;
    }

    private void AddPatient(GrowthPoint patient, double share)
    {
        double[] expected = [.. Enumerable.Range(0, _slopeWeights.Length).Select(patient.ExpectedAt)];
        if (!_byWeek)
        {
            _points.Add(patient with { Share = share, Expected = expected.Zip(_slopeWeights, (y, w) => y * w).Sum() });
            return;
        }

        for (int t = 0; t < expected.Length; t++)
        {
            _points.Add(patient with { Week = _world.Outcome.Weeks[t], Share = share / expected.Length, Expected = expected[t] });
        }
    }

    private static ImmutableArray<(double Node, double Weight)> Rule(ResponseCurve curve)
    {
        if (!curve.Segments.IsEmpty && PiecewiseNormalRule.PointsPerPiece(curve, 2, Points) is int points)
        {
            return PiecewiseNormalRule.Of(curve, points);
        }

        GaussHermite rule = GaussHermite.WithPoints(Points);
        return [.. rule.Nodes.Zip(rule.Weights)];
    }
}
