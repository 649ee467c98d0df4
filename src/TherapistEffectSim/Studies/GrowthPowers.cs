using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Studies;

/// <summary>Finds the rejection rates of tests of slopes over weeks that have a closed form.</summary>
/// <remarks>
/// <para>
/// n patients to each therapist, nobody lost, straight lines. With S = Σ(t − t̄)² the least-squares slope of a patient has the variance σ_v1² + σ_u1² + σ²/S, of which σ_v1² is the therapist's; the
/// mean of a therapist's n slopes has σ_v1² + (σ_u1² + σ²/S)/n, and the contrast of arms is t with J − 2 degrees of freedom (Magnusson 2018, powerlmm, three-level power). Exact for least squares of
/// therapist means. Mixed models of slopes or of all measurements make the same contrast; they differ where the therapists' variance of slopes is on its bound.
/// </para>
/// <para>Therapists in slopes: F has (1 + nθ) times an F distribution, θ = σ_v1²/(σ_u1² + σ²/S), exactly.</para>
/// </remarks>
internal sealed class GrowthPowers
{
    private readonly ScenarioPlan _plan;
    private readonly GrowthWorld _world;
    private readonly bool _isClosed;
    private readonly bool _hasArms;
    private readonly double _therapists;
    private readonly double _patients; // of a therapist
    private readonly double _slopeVariance; // of a patient's slope within therapists

    public GrowthPowers(ScenarioPlan plan, GrowthWorld world)
    {
        _plan = plan;
        _world = world;
        Trial trial = world.Scenario.Trial;
        _isClosed = world.Base.IsBalanced && !world.Base.Layout.IsCrossed && trial.Sites == 1 && trial.Arms.Length <= 2
            && world.DropoutHazard is null && world.ArmEffectTrait < 0 && world.Outcome.SeveritySlope == 0 && IsNone(world.Between) && IsNone(world.Within);
        _hasArms = trial.Arms.Length == 2;
        _therapists = world.Base.Layout.Therapists;
        _patients = trial.Caseload.ExpectedPatients(world.Base.Layout.Therapists) / _therapists;
        double mean = world.Outcome.Weeks.Average();
        double squares = world.Outcome.Weeks.Sum(week => (week - mean) * (week - mean));
        double residual = world.Outcome.ResidualSd * world.Outcome.ResidualSd / squares;
        _slopeVariance = (world.Components.Patients.SlopeSd * world.Components.Patients.SlopeSd) + residual;
    }

    private double TherapistVariance => _world.Components.Therapists.SlopeSd * _world.Components.Therapists.SlopeSd;

    /// <summary>The rate of a test; <see langword="null"/> where there is no closed form.</summary>
    public AnalyticPower? Of(PlannedTest test)
    {
        PlannedTerm term = _plan.Terms[test.Term];
        MethodModel method = _plan.Methods[term.Method];
        bool ofSlopes = method.Response == GeneratedColumns.Slope;
        if (!_isClosed || !(ofSlopes ? HasColumns(method, _hasArms ? ["", GeneratedColumns.Arm] : [""]) : _hasArms && TherapistVariance > 0 && IsJoint(method)))
        {
            return null;
        }

        return ofSlopes && method.HasRandomIntercept && term.Name == "var(therapist)" ? Variance(test)
            : term.Effect < 0 && term.Name == (ofSlopes ? ArmColumn : $"{GeneratedColumns.Week}:{ArmColumn}") && (method.OnTherapistMeans || !ofSlopes || method.HasRandomIntercept)
                ? Contrast(test, term, method)
            : null;
    }

    private string ArmColumn => GeneratedColumns.Arm + _world.Scenario.Trial.Arms[^1];

    private static bool IsNone(ResponseCurve curve) => curve is { Square: 0, Linear: 0, Segments.IsEmpty: true };

    // Intercept and slope over weeks in each arm; slopes that differ between therapists and between patients.
    private static bool IsJoint(MethodModel method) =>
        method.IsOfOutcome && method.IsByWeek && HasColumns(method, ["", GeneratedColumns.Week, GeneratedColumns.Arm, $"{GeneratedColumns.Week}:{GeneratedColumns.Arm}"])
        && method.RandomTerms.Length == 2 && method.RandomTerms.All(t => t.Slopes is [{ Label: GeneratedColumns.Week }])
        && method.RandomTerms.Any(t => t.GroupName == GeneratedColumns.Therapist);

    // The labels of the terms, that of the intercept empty; an arm's columns only where there are arms.
    private static bool HasColumns(MethodModel method, string[] labels) =>
        method.Columns.Length > 0 && method.Columns.All(c => labels.Contains(c.Name == DesignColumns.Intercept ? "" : c.TermLabel)) && method.Columns.Any(c => c.Name == DesignColumns.Intercept)
        && method.Columns.DistinctBy(c => c.TermLabel).Count() == labels.Length;

    // By maximum likelihood standard errors are too small, by sqrt((J − 2)/J).
    private bool IsReml(PlannedTest test) => _plan.TableFits[test.Fit - _plan.Fits.Length].Reml;

    private AnalyticPower? Contrast(PlannedTest test, PlannedTerm term, MethodModel method)
    {
        double df = _therapists - 2;
        if (ClosedFormCriticalValues.OfT(test, _plan.Alpha) is not { } critical || df < 0.5 || (!method.OnTherapistMeans && (TherapistVariance == 0 || !IsReml(test))) || term.TrueValue is not { } slope)
        {
            return null;
        }

        double second = _world.Base.Layout.Arm.Count(arm => arm == 1);
        double variance = (TherapistVariance + (_slopeVariance / _patients)) * ((1 / second) + (1 / (_therapists - second)));
        return new(RejectionProbability.OfT(critical(df), slope / Math.Sqrt(variance), df, test.Alternative), method.OnTherapistMeans);
    }

    private AnalyticPower? Variance(PlannedTest test)
    {
        double df1 = _therapists - _world.Scenario.Trial.Arms.Length;
        double df2 = _therapists * (_patients - 1);
        return ClosedFormCriticalValues.OfF(test.Kind, _plan.Alpha, df1, df2, _therapists, _therapists * _patients) is { } critical
            ? new(RejectionProbability.OfF(critical, 1 + (_patients * TherapistVariance / _slopeVariance), df1, df2), IsExact: true)
            : null;
    }
}
