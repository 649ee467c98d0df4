using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Studies;

/// <summary>A rejection rate that is known without simulation.</summary>
/// <param name="Value">In [0, 1].</param>
/// <param name="IsExact">Exact for the trial simulated; else an approximation.</param>
internal readonly record struct AnalyticPower(double Value, bool IsExact);

/// <summary>Finds the rejection rates of a scenario's tests that have a closed form.</summary>
/// <remarks>
/// <para>
/// Therapist variance, n patients to each therapist and normal numbers: F has (1 + nθ) times an F distribution (Searle, Casella &amp; McCulloch 1992, Variance components, section 3.5), given the
/// predictors too, and likelihood ratios are functions of F. Unequal caseloads: for F n is replaced by (N − Σn²/N)/(J − 1), an approximation; selected and trained therapists: θ is that of the
/// model's true variances, likewise. None is given where a curve or contamination makes therapists' effects far from normal: it would be off by 10 points and more.
/// </para>
/// <para>
/// Slopes and arms: noncentral t with the therapists' degrees of freedom, averaged over the sum of squares of a drawn predictor (Snijders &amp; Bosker 1993, J. Educ. Stat. 18; Lüdtke et al. 2008,
/// Psychological Methods 13, for observed means). Exact for least squares of therapist means; the mixed model differs where the variance is on its bound.
/// </para>
/// </remarks>
internal sealed class AnalyticPowers
{
    // Coefficient of variation of the caseloads up to which the F test's approximation is within 3 points of simulation; likelihood ratios are further off.
    private const double LargestCv = 0.8;

    private readonly ScenarioPlan _plan;
    private readonly World _world;
    private readonly NormalLevels? _levels;
    private readonly double _therapists;
    private readonly GrowthPowers? _growth;

    public AnalyticPowers(ScenarioPlan plan)
    {
        _plan = plan;
        _world = plan.World;
        _levels = NormalLevels.Of(plan.World);
        _therapists = plan.World.Layout.Therapists;
        _growth = plan.Growth is null ? null : new(plan, plan.Growth);
    }

    /// <summary>The rate of a test; <see langword="null"/> where there is no closed form.</summary>
    public AnalyticPower? Of(PlannedTest test)
    {
        PlannedTerm term = _plan.Terms[test.Term];
        MethodModel method = _plan.Methods[term.Method];
        if (_growth is not null)
        {
            return _growth.Of(test);
        }

        return !method.IsOfOutcome || method.IsOfTable || _world.Layout.IsCrossed || _world.Layout.IsPartial || Columns(method) is not { } columns ? null
            : term.IsVariance ? Variance(test, method, columns)
            : _levels is null || term.Coefficient < 0 || ClosedFormCriticalValues.OfT(test, _plan.Alpha) is not { } critical ? null
            : Coefficient(test, term, method, columns, critical);
    }

    // Intercept, arms and sites; at most one predictor between therapists; alliance_within.
    private ModelColumns? Columns(MethodModel method)
    {
        ArmAndSiteColumns design = new(_world);
        ModelColumns columns = new(design);
        for (int k = 0; k < method.Columns.Length; k++)
        {
            ColumnExpression expression = method.Columns[k].Expression;
            if (design.TryAdd(expression))
            {
                columns.DesignColumns.Add(k);
            }
            else if (expression is ColumnExpression.Variable { Name: GeneratedColumns.AllianceWithin } && !method.OnTherapistMeans)
            {
                columns.HasWithin = true;
            }
            else if (expression is ColumnExpression.Variable variable && columns.Predictor is null && _levels?.Between(variable.Name) is not null)
            {
                columns.Predictor = variable.Name;
            }
            else
            {
                return null;
            }
        }

        return design.TakeUpArmsAndSites() ? columns : null;
    }

    private AnalyticPower? Variance(PlannedTest test, MethodModel method, ModelColumns columns)
    {
        double df1 = _therapists - columns.Design.Rank - (columns.Predictor is null ? 0 : 1);
        if (_levels is { } levels)
        {
            double df2 = (_therapists * (levels.Patients - 1)) - (columns.HasWithin ? 1 : 0);
            double between = levels.MeanVariance - (columns.Predictor is { } name ? Explained(levels.Between(name)!.Value) : 0);
            double within = levels.WithinVariance - (columns.HasWithin ? Explained(levels.Within()) : 0);
            return CriticalF(test.Kind, df1, df2) is { } exact
                ? new(RejectionProbability.OfF(exact, levels.Patients * between / within, df1, df2), IsExact: true)
                : null;
        }

        Scenario scenario = _world.Scenario;
        bool isApproximate = columns.Predictor is null && !columns.HasWithin && scenario.Attrition.IsNone && !FurtherMechanisms.In(scenario)
            && scenario.Therapists.Contamination.Share == 0 && _world.Components.Between is { Square: 0, Segments.IsEmpty: true };
        if (!isApproximate || TrueValues.Of(_world, method.Columns, true, false).IntraclassCorrelation is not { } icc)
        {
            return null;
        }

        double patients = scenario.Trial.Caseload.ExpectedPatients(_world.Layout.Therapists);
        double squaredCv = SquaredCv(scenario.Trial.Caseload, patients);
        if (!_world.IsBalanced && (test.Kind != TestKind.FExact || squaredCv > LargestCv * LargestCv))
        {
            return null;
        }

        double effectiveCaseload = (patients / _therapists) * (_therapists - 1 - squaredCv) / (_therapists - 1); // (N − Σn²/N)/(J − 1)
        double denominatorDf = patients - _therapists;
        return CriticalF(test.Kind, df1, denominatorDf) is { } critical
            ? new(RejectionProbability.OfF(critical, 1 + (effectiveCaseload * icc / (1 - icc)), df1, denominatorDf), IsExact: false)
            : null;
    }

    private double SquaredCv(Caseload caseload, double patients) => caseload switch
    {
        ListedCaseload listed => (_therapists * listed.Patients.Sum(n => (double)n * n) / (patients * patients)) - 1,
        DrawnCaseload drawn => drawn.Cv * drawn.Cv,
        SharedCaseload shared => shared.Cv * shared.Cv,
        _ => 0,
    };

    private double? CriticalF(TestKind kind, double df1, double df2) =>
        ClosedFormCriticalValues.OfF(kind, _plan.Alpha, df1, df2, _therapists, _levels is { } levels ? levels.Patients * _therapists : df2 + _therapists);

    private AnalyticPower? Coefficient(PlannedTest test, PlannedTerm term, MethodModel method, ModelColumns columns, Func<double, double> critical)
    {
        NormalLevels levels = _levels!;
        bool isReml = _plan.Fits[test.Fit].Model.Reml; // by maximum likelihood standard errors are too small
        if (!method.OnTherapistMeans && !(method.HasRandomIntercept && isReml))
        {
            return null;
        }

        int position = _plan.Fits[term.Fit].Coefficients[term.Coefficient];
        double df = _therapists - columns.Design.Rank - (columns.Predictor is null ? 0 : 1);
        int ofDesign = columns.DesignColumns.IndexOf(position);
        bool isWithin = ofDesign < 0 && method.Columns[position].Name == GeneratedColumns.AllianceWithin;
        if (isWithin)
        {
            double predictorDf = _therapists * (levels.Patients - 1);
            (double variance, double covariance) = levels.Within();
            return Slope(predictorDf - 1, predictorDf, variance, covariance, levels.WithinVariance);
        }

        if (ofDesign < 0)
        {
            (double variance, double covariance) = levels.Between(columns.Predictor!)!.Value;
            return Slope(df, df + 1, variance, covariance, levels.MeanVariance);
        }

        bool isArm = columns.Predictor is null && method.Columns[position].Expression is ColumnExpression.Indicator { Column: GeneratedColumns.Arm };
        double factor = isArm ? columns.Design.CoefficientVariance(ofDesign) : 0;
        return factor > 0 && df > 0.5 && term.TrueValue is not null
            ? new(
                RejectionProbability.OfT(critical(df), _world.Components.ArmEffect / Math.Sqrt(levels.MeanVariance * factor), df, test.Alternative),
                method.OnTherapistMeans)
            : null;

        AnalyticPower? Slope(double testDf, double predictorDf, double variance, double covariance, double outcomeVariance) => testDf > 0.5
            ? new(
                RejectionProbability.OfSlope(
                    critical(testDf), covariance / Math.Sqrt(variance * (outcomeVariance - (covariance * covariance / variance))), predictorDf, testDf, test.Alternative),
                method.OnTherapistMeans)
            : null;
    }

    private static double Explained((double Variance, double Covariance) predictor) => predictor.Covariance * predictor.Covariance / predictor.Variance;

    private sealed class ModelColumns(ArmAndSiteColumns design)
    {
        public ArmAndSiteColumns Design { get; } = design;

        public List<int> DesignColumns { get; } = [];

        public string? Predictor { get; set; }

        public bool HasWithin { get; set; }
    }
}
