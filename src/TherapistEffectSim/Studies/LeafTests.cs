using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Turns what the fits found into estimates and decisions, one replicate at a time.</summary>
/// <remarks>One per thread: it remembers critical values.</remarks>
internal sealed class LeafTests
{
    // A fit whose therapist SD is below this share of the residual SD is on the bound (lme4's isSingular).
    private const double SingularSdRatio = 1e-4;

    /// <summary>θ below which a fit is on the bound.</summary>
    public const double SingularTheta = SingularSdRatio * SingularSdRatio;

    private readonly ScenarioPlan _plan;
    private readonly CriticalValues _critical;

    public LeafTests(ScenarioPlan plan)
    {
        _plan = plan;
        _critical = new(plan);
    }

    /// <summary>Estimate and status of a term in one replicate; the decision is empty.</summary>
    public TestOutcome Term(int term, LeafValues values, int replicate)
    {
        PlannedTerm planned = _plan.Terms[term];
        if (planned.Correlation is { } level)
        {
            return values.Correlations[(int)level].Outcome(replicate);
        }

        return planned.JointWald >= 0
            ? Together(planned.Fit, values.JointWalds[planned.JointWald], values, replicate)
            : Estimate(planned.Fit, planned.Coefficient, planned.Correction, planned.Effect, values, replicate);
    }

    /// <summary>Estimated intraclass correlation of a variance term.</summary>
    public static double Icc(FitValues fit, int replicate) => fit.Theta[replicate] / (1 + fit.Theta[replicate]);

    /// <summary>What a test says in one replicate.</summary>
    public TestOutcome Test(int test, LeafValues values, int replicate)
    {
        PlannedTest planned = _plan.Tests[test];
        if (planned.Kind == TestKind.TCorrelation)
        {
            return TestCorrelation(planned, CorrelationOf(planned, values), replicate);
        }

        TestOutcome estimate = planned.JointWald >= 0
            ? Together(planned.Fit, values.JointWalds[planned.JointWald], values, replicate)
            : Estimate(planned.Fit, planned.Coefficient, planned.Correction, planned.Effect, values, replicate);
        double df = DegreesOfFreedom(planned, values, replicate);
        FitValues fit = values.Fits[planned.Fit];
        if (planned.Kind == TestKind.FExact && !LeafValues.Has(fit.FEstimable, replicate))
        {
            return TestOutcome.Failed(TermStatus.NotEstimable);
        }

        if (estimate.Status is not (TermStatus.Ok or TermStatus.Singular))
        {
            return estimate;
        }

        if (OwnError(planned, fit) is { } own)
        {
            if (!(own.StandardError[replicate] > 0 && df > 0))
            {
                return TestOutcome.Failed(TermStatus.NotEstimable);
            }

            estimate = estimate with
            {
                StandardError = planned.Correction >= 0 ? (planned.Kind == TestKind.TCr2 ? values.Corrections[planned.Correction].Cr2 : values.Corrections[planned.Correction].Hc3)[replicate] : own.StandardError[replicate],
            };
        }

        if (planned.CurveTest >= 0 && double.IsNaN(values.CurveTests[planned.CurveTest].Statistic[replicate]))
        {
            return TestOutcome.Failed(TermStatus.NotEstimable);
        }

        if (planned.ReducedFit >= 0 && !LeafValues.Has(values.Fits[planned.ReducedFit].Converged, replicate))
        {
            return TestOutcome.Failed(TermStatus.NotConverged);
        }

        bool rejected = planned.Kind switch
        {
            TestKind.WaldZ => RejectsNormal(Statistic(planned, values, replicate), planned.Alternative),
            TestKind.TSatterthwaite or TestKind.TKenwardRoger or TestKind.THc3 or TestKind.TCr2 => RejectsT(Statistic(planned, values, replicate), df, planned.Alternative),
            TestKind.FExact => _critical.F.Rejects(fit.FRatio[replicate], fit.BetweenDf[replicate], fit.WithinDf[replicate]),
            TestKind.JointWald => Statistic(planned, values, replicate) > _critical.OfChiSquared(planned.JointCoefficients),
            TestKind.Lrt => Statistic(planned, values, replicate) > _critical.LikelihoodRatio,
            TestKind.RlrtExact => fit.ExactPValue[replicate] <= _plan.Alpha,
            TestKind.Bootstrap => values.BootstrapPValues[planned.Bootstrap][replicate] <= _plan.Alpha,
            TestKind.TwoLines or TestKind.LindMehlum => RejectsCurve(planned, values.CurveTests[planned.CurveTest], replicate),
            _ => Statistic(planned, values, replicate) > _critical.MixtureOf(planned.Parameters),
        };
        return estimate with
        {
            StandardError = HasInterval(planned.Kind) ? estimate.StandardError : double.NaN,
            Decision = rejected ? Decision.Rejected : Decision.NotRejected,
            Coverage = Coverage(planned, estimate, df),
        };
    }

    /// <summary>Statistic of a likelihood ratio or F test; of the others the ratio of estimate to standard error, both without correction.</summary>
    public static double Statistic(PlannedTest test, LeafValues values, int replicate)
    {
        FitValues fit = values.Fits[test.Fit];
        return test.Kind switch
        {
            TestKind.FExact => fit.FRatio[replicate],
            TestKind.JointWald => values.JointWalds[test.JointWald].Statistic[replicate],
            TestKind.Lrt or TestKind.Bootstrap when test.ReducedFit >= 0 => Math.Max(0, values.Fits[test.ReducedFit].Criterion[replicate] - fit.Criterion[replicate]),
            TestKind.LrtMixture or TestKind.RlrtMixture when test.ReducedFit >= 0 =>
                Math.Max(0, values.Fits[test.ReducedFit].Criterion[replicate] - fit.Criterion[replicate]),
            TestKind.LrtMixture or TestKind.RlrtMixture or TestKind.RlrtExact or TestKind.Bootstrap =>
                fit.Theta[replicate] > 0 ? Math.Max(0, fit.CriterionAtZero[replicate] - fit.Criterion[replicate]) : 0,
            TestKind.TwoLines or TestKind.LindMehlum => values.CurveTests[test.CurveTest].Statistic[replicate],
            TestKind.TKenwardRoger or TestKind.THc3 or TestKind.TCr2 => fit.Coefficients[test.Coefficient].Estimate[replicate] / OwnError(test, fit)!.StandardError[replicate],
            _ => fit.Coefficients[test.Coefficient].Estimate[replicate] / fit.Coefficients[test.Coefficient].StandardError[replicate],
        };
    }

    /// <summary>The row of the replicates file, with p-value and interval.</summary>
    public ReplicateRow Row(int test, LeafValues values, int replicate, long number)
    {
        PlannedTest planned = _plan.Tests[test];
        PlannedTerm term = _plan.Terms[planned.Term];
        TestOutcome outcome = Test(test, values, replicate);
        if (planned.Kind == TestKind.TCorrelation)
        {
            return CorrelationRow(planned, outcome, CorrelationOf(planned, values), replicate, number);
        }

        bool made = outcome.Decision != Decision.NotMade;
        double df = DegreesOfFreedom(planned, values, replicate);
        double statistic = made ? Statistic(planned, values, replicate) : double.NaN;
        double half = made && HasInterval(planned.Kind) ? CriticalValue(planned.Kind, df) * outcome.StandardError : double.NaN;
        FitValues fit = values.Fits[planned.Fit];
        return new(
            _plan.Cell.Number,
            number,
            _plan.MethodOf(term),
            term.Name,
            Words.Of(planned.Kind),
            made && planned.JointWald < 0 ? outcome.Estimate : double.NaN,
            outcome.StandardError,
            made ? ReportedDf(planned.Kind, df, fit, replicate) : double.NaN,
            statistic,
            !made ? double.NaN
                : planned.Bootstrap >= 0 ? values.BootstrapPValues[planned.Bootstrap][replicate]
                : PValue(planned, statistic, df, fit, replicate),
            outcome.Estimate - half,
            outcome.Estimate + half,
            outcome.Status);
    }

    /// <summary>Half width of the interval of a Wald or t test; NaN where there is none.</summary>
    public double HalfWidth(int test, LeafValues values, int replicate)
    {
        PlannedTest planned = _plan.Tests[test];
        if (!HasInterval(planned.Kind))
        {
            return double.NaN;
        }

        double df = DegreesOfFreedom(planned, values, replicate);
        TestOutcome outcome = Test(test, values, replicate);
        return outcome.Status is TermStatus.Ok or TermStatus.Singular
            ? CriticalValue(planned.Kind, df) * outcome.StandardError
            : double.NaN;
    }

    /// <summary>Whether a test has an interval of estimate ± critical value × standard error.</summary>
    public static bool HasInterval(TestKind kind) =>
        kind is TestKind.WaldZ or TestKind.TSatterthwaite or TestKind.TKenwardRoger or TestKind.THc3 or TestKind.TCr2;

    private static OwnErrorValues? OwnError(PlannedTest test, FitValues fit) => test.Kind switch
    {
        TestKind.TKenwardRoger => fit.Coefficients[test.Coefficient].KenwardRoger,
        TestKind.THc3 => fit.Coefficients[test.Coefficient].Hc3,
        TestKind.TCr2 => fit.Coefficients[test.Coefficient].Cr2,
        _ => null,
    };

    /// <summary>Degrees of freedom of a t statistic; NaN for other tests.</summary>
    private static double DegreesOfFreedom(PlannedTest test, LeafValues values, int replicate) => test.Kind switch
    {
        TestKind.TSatterthwaite => values.Fits[test.Fit].Coefficients[test.Coefficient].DegreesOfFreedom[replicate],
        TestKind.TKenwardRoger or TestKind.THc3 or TestKind.TCr2 => OwnError(test, values.Fits[test.Fit])!.DegreesOfFreedom[replicate],
        TestKind.TwoLines or TestKind.LindMehlum => values.CurveTests[test.CurveTest].DegreesOfFreedom[replicate],
        TestKind.JointWald => test.JointCoefficients,
        _ => double.NaN,
    };

    private CorrelationValues CorrelationOf(PlannedTest test, LeafValues values) =>
        values.Correlations[(int)_plan.Terms[test.Term].Correlation!.Value];

    private TestOutcome TestCorrelation(PlannedTest test, CorrelationValues found, int replicate)
    {
        TestOutcome estimate = found.Outcome(replicate);
        if (estimate.Status != TermStatus.Ok)
        {
            return estimate;
        }

        bool rejected = RejectsT(found.Statistic(replicate), found.DegreesOfFreedom[replicate], test.Alternative);
        return estimate with
        {
            Decision = rejected ? Decision.Rejected : Decision.NotRejected,
            Coverage = found.Coverage(replicate, _plan.Terms[test.Term].TrueValue, _critical.NormalTwoSided),
        };
    }

    private ReplicateRow CorrelationRow(PlannedTest test, in TestOutcome outcome, CorrelationValues found, int replicate, long number)
    {
        PlannedTerm term = _plan.Terms[test.Term];
        bool made = outcome.Decision != Decision.NotMade;
        double df = made ? found.DegreesOfFreedom[replicate] : double.NaN;
        double statistic = made ? found.Statistic(replicate) : double.NaN;
        (double low, double high) = made ? found.Interval(replicate, _critical.NormalTwoSided) : (double.NaN, double.NaN);
        return new(
            _plan.Cell.Number,
            number,
            _plan.MethodOf(term),
            term.Name,
            Words.Of(test.Kind),
            outcome.Estimate,
            outcome.StandardError,
            df,
            statistic,
            made ? TPValue(statistic, df, test.Alternative) : double.NaN,
            low,
            high,
            outcome.Status);
    }

    // Several coefficients have no estimate of their own: 0.
    private TestOutcome Together(int fit, JointWaldValues found, LeafValues values, int replicate) => LeafValues.Has(found.Kept, replicate)
        ? Estimate(fit, -1, -1, -1, values, replicate) with { Estimate = 0 }
        : TestOutcome.Failed(TermStatus.Dropped);

    private TestOutcome Estimate(int fit, int coefficient, int correction, int effect, LeafValues values, int replicate)
    {
        FitValues found = values.Fits[fit];
        if (coefficient >= 0 && !LeafValues.Has(found.Coefficients[coefficient].Kept, replicate))
        {
            return TestOutcome.Failed(TermStatus.Dropped);
        }

        if (!LeafValues.Has(found.Estimable, replicate))
        {
            return TestOutcome.Failed(TermStatus.NotEstimable);
        }

        if (!LeafValues.Has(found.Converged, replicate))
        {
            return TestOutcome.Failed(TermStatus.NotConverged);
        }

        double theta = found.Theta[replicate];
        bool onBound = _plan.HasRandomEffects(fit) && theta < SingularTheta;
        TermStatus status = onBound ? TermStatus.Singular : TermStatus.Ok;
        if (coefficient < 0)
        {
            double variance = effect >= 0 ? found.Effects[effect][replicate] : theta * found.Variance[replicate];
            return new(status, variance, double.NaN, Decision.NotMade, IntervalCoverage.None);
        }

        CoefficientValues value = found.Coefficients[coefficient];
        if (correction >= 0)
        {
            CorrectionValues corrected = values.Corrections[correction];
            return double.IsNaN(corrected.Estimate[replicate])
                ? TestOutcome.Failed(TermStatus.NotEstimable)
                : new(status, corrected.Estimate[replicate], corrected.StandardError[replicate], Decision.NotMade, IntervalCoverage.None);
        }

        return new(status, value.Estimate[replicate], value.StandardError[replicate], Decision.NotMade, IntervalCoverage.None);
    }

    private IntervalCoverage Coverage(PlannedTest test, in TestOutcome estimate, double df)
    {
        if (!HasInterval(test.Kind) || _plan.Terms[test.Term].TrueValue is not double truth)
        {
            return IntervalCoverage.None;
        }

        double ratio = (estimate.Estimate - truth) / estimate.StandardError;
        bool outside = test.Kind == TestKind.WaldZ ? Math.Abs(ratio) > _critical.NormalTwoSided : _critical.TwoSided.Rejects(ratio, df);
        return outside ? IntervalCoverage.Missed : IntervalCoverage.Covered;
    }

    private bool RejectsNormal(double z, Alternative alternative) => alternative switch
    {
        Alternative.Greater => z > _critical.NormalOneSided,
        Alternative.Less => z < -_critical.NormalOneSided,
        _ => Math.Abs(z) > _critical.NormalTwoSided,
    };

    private bool RejectsT(double t, double df, Alternative alternative) => _critical.OfT(alternative).Rejects(t, df);

    // Of both slopes the weaker decides. Two lines: both two-sided p-values below α with the signs required; Lind and Mehlum: both one-sided.
    private bool RejectsCurve(PlannedTest test, CurveTestValues found, int replicate)
    {
        double t = found.Statistic[replicate];
        double df = found.DegreesOfFreedom[replicate];
        return t > 0 && (test.Kind == TestKind.LindMehlum ? _critical.Greater.Rejects(t, df) : _critical.TwoSided.Rejects(t, df));
    }

    private double CriticalValue(TestKind kind, double df) => kind == TestKind.WaldZ ? _critical.NormalTwoSided : _critical.TwoSided.Value(df);

    private static double ReportedDf(TestKind kind, double df, FitValues fit, int replicate) => kind switch
    {
        TestKind.TSatterthwaite or TestKind.TKenwardRoger or TestKind.THc3 or TestKind.TCr2 or TestKind.TwoLines or TestKind.LindMehlum
            or TestKind.JointWald => df,
        TestKind.FExact => fit.WithinDf[replicate],
        TestKind.Lrt => 1,
        _ => double.NaN,
    };

    private static double PValue(PlannedTest test, double statistic, double df, FitValues fit, int replicate) => (test.Kind, test.Alternative) switch
    {
        (TestKind.FExact, _) => FDistribution.Survival(statistic, fit.BetweenDf[replicate], fit.WithinDf[replicate]),
        (TestKind.JointWald, _) => ChiSquared.Survival(statistic, df),
        (TestKind.Lrt, _) => ChiSquared.Survival(statistic, 1),
        (TestKind.RlrtExact, _) => fit.ExactPValue[replicate],
        (TestKind.LrtMixture or TestKind.RlrtMixture, _) => ChiSquaredMixture.Survival(statistic, test.Parameters),
        (TestKind.WaldZ, Alternative.Greater) => NormalDistribution.Survival(statistic),
        (TestKind.WaldZ, Alternative.Less) => NormalDistribution.Cdf(statistic),
        (TestKind.WaldZ, _) => 2 * NormalDistribution.Survival(Math.Abs(statistic)),
        (TestKind.TwoLines, _) => statistic > 0 ? StudentT.TwoSided(statistic, df) : 1,
        (TestKind.LindMehlum, _) => StudentT.Survival(statistic, df),
        _ => TPValue(statistic, df, test.Alternative),
    };

    private static double TPValue(double t, double df, Alternative alternative) => alternative switch
    {
        Alternative.Greater => StudentT.Survival(t, df),
        Alternative.Less => StudentT.Cdf(t, df),
        _ => StudentT.TwoSided(t, df),
    };
}
