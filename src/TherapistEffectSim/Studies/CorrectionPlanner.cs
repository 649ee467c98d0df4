using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Studies;

/// <summary>A coefficient of the alliance between therapists that is corrected for the unreliability of the observed means.</summary>
/// <param name="Source">Where the reliability comes from.</param>
/// <param name="Fit">Index of the fit.</param>
/// <param name="Position">Position of the coefficient among the fixed effects.</param>
/// <param name="Within">Position of alliance_within, whose slope leaks into that of the means; −1 if there is none, and for the square.</param>
/// <param name="IsSquare">Whether it is the curvature.</param>
internal sealed record PlannedCorrection(ReliabilitySource Source, int Fit, int Position, int Within, bool IsSquare);

/// <summary>What the reliability of the observed means is computed from.</summary>
/// <param name="BetweenVariance">τ² of the trial's therapists in the true alliance.</param>
/// <param name="WithinVariance">σ² within therapists of the alliance as measured.</param>
/// <param name="Means">Column of the statistics of the observed means; −1 if no reliability is estimated.</param>
/// <param name="Deviations">Column of the deviations from them; −1 if no reliability is estimated.</param>
internal sealed record ReliabilityData(double BetweenVariance, double WithinVariance, int Means, int Deviations);

/// <summary>Finds the coefficients that methods with a reliability correct.</summary>
internal sealed class CorrectionPlanner
{
    private const string Square = $"I({GeneratedColumns.AllianceBetween}^2)";

    private static readonly ColumnExpression.Variable s_means = new(GeneratedColumns.AllianceBetween);
    private static readonly ColumnExpression.Variable s_deviations = new(GeneratedColumns.AllianceWithin);

    private readonly World _world;
    private int _means = -1;
    private int _deviations = -1;

    public CorrectionPlanner(World world) => _world = world;

    /// <summary>The corrections, each once.</summary>
    public List<PlannedCorrection> Planned { get; } = [];

    /// <summary>What the reliability is computed from.</summary>
    public ReliabilityData Data
    {
        get
        {
            VarianceComponents components = _world.Components;
            double between = components.AllianceBetweenSd * components.AllianceBetweenSd * TherapistScorePoints.AllianceVariance(_world.Scores);
            double within = (components.AllianceWithinSd * components.AllianceWithinSd) + (components.AllianceErrorSd * components.AllianceErrorSd);
            return new(between, within, _means, _deviations);
        }
    }

    private bool IsKnown =>
        !_world.HasOwnObservedBase
        && (_world.Scenario.Allocation is RandomAllocation
            || (_world.Scenario.Alliance.Severity == 0 && _world.Scenario.Traits.Values.All(t => t.Alliance == 0)));

    /// <summary>Refuses a reliability in a method whose model has nothing to correct, or more than can be; adds the columns that an estimate of it needs.</summary>
    /// <exception cref="StudyException">
    /// The model has no term of the observed means, or one that is neither them nor their square, or it explains the observed alliance.
    /// </exception>
    public void Prepare(MethodModel method, AnalysisColumns columns)
    {
        if (method.Method.Reliability is not { } source)
        {
            return;
        }

        if (method.Response is GeneratedColumns.Alliance or GeneratedColumns.AllianceWithin)
        {
            throw new StudyException(
                $"method {method.Name}: reliability: {Words.Of(source)} takes a response that is not itself the alliance as measured, but it is {method.Response}; leave reliability out.");
        }

        if (method.Columns.FirstOrDefault(c => c.Expression.Variables.Contains(s_means.Name) && !IsMeans(c) && !IsSquare(c)) is { } other)
        {
            throw new StudyException(
                $"method {method.Name}: reliability: {Words.Of(source)} takes no other term of {s_means.Name} than itself and {Square}, but the model has {other.Name}.");
        }

        if (!method.Columns.Any(c => IsMeans(c) || IsSquare(c)))
        {
            throw new StudyException(
                $"method {method.Name}: reliability: {Words.Of(source)} corrects {s_means.Name} and {Square}, but the model has neither; leave reliability out.");
        }

        if (_world.Layout.IsPartial)
        {
            throw new StudyException(
                $"method {method.Name}: reliability: {Words.Of(source)} is not offered where an arm has no therapists: the observed mean of a patient on their own is no mean.");
        }

        if (source == ReliabilitySource.Known && !IsKnown)
        {
            throw new StudyException(
                $"method {method.Name}: the reliability is not known where another rater or a questionnaire stands between the alliance and its record, or where patients whose alliance differs come to therapists who differ; use reliability: {Words.Of(ReliabilitySource.Estimated)}.");
        }

        if (source == ReliabilitySource.Estimated)
        {
            _means = columns.Add(s_means);
            _deviations = columns.Add(s_deviations);
        }
    }

    /// <summary>The correction of a coefficient, added if new.</summary>
    /// <param name="method">The model.</param>
    /// <param name="position">Position of the coefficient among the fixed effects.</param>
    /// <param name="fit">Index of the fit, which has all fixed effects of the method.</param>
    /// <returns>Its index; −1 if the coefficient is reported as it is.</returns>
    public int Add(MethodModel method, int position, int fit)
    {
        FixedColumn column = method.Columns[position];
        if (method.Method.Reliability is not { } source || !(IsMeans(column) || IsSquare(column)))
        {
            return -1;
        }

        int within = IsMeans(column) ? method.Columns.ToList().FindIndex(c => c.Expression.Equals(s_deviations)) : -1;
        PlannedCorrection correction = new(source, fit, position, within, IsSquare(column));
        int known = Planned.IndexOf(correction);
        if (known >= 0)
        {
            return known;
        }

        Planned.Add(correction);
        return Planned.Count - 1;
    }

    /// <summary>Refuses a reliability that nothing reads.</summary>
    /// <exception cref="StudyException">None of the method's terms is corrected.</exception>
    public static void CheckUse(MethodModel method, IEnumerable<PlannedTerm> terms)
    {
        if (method.Method.Reliability is { } source && terms.All(t => t.Correction < 0))
        {
            throw new StudyException(
                $"method {method.Name}: reliability: {Words.Of(source)} corrects {s_means.Name} and {Square}, but the method tests neither; leave reliability out, or add a test of one of them.");
        }
    }

    private static bool IsMeans(FixedColumn column) => column.Expression.Equals(s_means);

    private static bool IsSquare(FixedColumn column) =>
        column.Expression is ColumnExpression.Power { Exponent: 2 } power && power.Base.Equals(s_means);
}
