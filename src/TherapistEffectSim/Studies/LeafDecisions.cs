using System.Numerics;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>Turns what the fits of a leaf found into estimates and decisions, for all its replicates at once.</summary>
/// <remarks>
/// Says what <see cref="LeafTests"/> says replicate by replicate, and leaves to it the tests that are rare. Where one critical value holds for the
/// whole leaf, or bounds of it decide, no degrees of freedom are looked up. One per thread: it remembers critical values and owns its scratch memory.
/// </remarks>
internal sealed class LeafDecisions
{
    private readonly ScenarioPlan _plan;
    private readonly LeafTests _tests;
    private readonly CriticalValues _critical;
    private readonly OutcomeMasks[] _termMasks;
    private readonly OutcomeMasks[] _testMasks;
    private readonly double[][] _scratch; // [term] estimates that no fit stores: variances, correlations
    private readonly double[][] _iccs;    // [term] of variances
    private readonly double[][] _variances; // [test] of variances by another fit than that of the term
    private readonly double[] _statistics = new double[LeafValues.Capacity];
    private LeafValues _values = null!;

    /// <param name="plan">What is done with each replicate.</param>
    public LeafDecisions(ScenarioPlan plan)
    {
        _plan = plan;
        _tests = new(plan);
        _critical = new(plan);
        _termMasks = new OutcomeMasks[plan.Terms.Length];
        _testMasks = new OutcomeMasks[plan.Tests.Length];
        _scratch = [.. plan.Terms.Select(t => t.Coefficient < 0 ? new double[LeafValues.Capacity] : [])];
        _iccs = [.. plan.Terms.Select(t => t.IsVariance ? new double[LeafValues.Capacity] : [])];
        _variances = [.. plan.Tests.Select(t => t.Coefficient < 0 && !IsOfTerm(t) ? new double[LeafValues.Capacity] : [])];
    }

    /// <summary>The first replicates of a leaf, a bit each.</summary>
    /// <param name="count">At most 64.</param>
    public static ulong First(int count) => count == LeafValues.Capacity ? ulong.MaxValue : (1UL << count) - 1;

    /// <summary>Decides all tests.</summary>
    /// <param name="values">What the fits found.</param>
    /// <param name="count">Replicates of the leaf.</param>
    public void Decide(LeafValues values, int count)
    {
        _values = values;
        ulong all = First(count);
        for (int t = 0; t < _termMasks.Length; t++)
        {
            _termMasks[t] = Term(t, all);
        }

        for (int t = 0; t < _testMasks.Length; t++)
        {
            _testMasks[t] = Test(t, all);
        }
    }

    /// <summary>What became of a term's estimates.</summary>
    public ref readonly OutcomeMasks MasksOfTerm(int term) => ref _termMasks[term];

    /// <summary>What a test said.</summary>
    public ref readonly OutcomeMasks MasksOfTest(int test) => ref _testMasks[test];

    /// <summary>[replicate] Estimates of a term, read where its mask says so.</summary>
    public ReadOnlySpan<double> EstimatesOf(int term)
    {
        PlannedTerm planned = _plan.Terms[term];
        return planned.Coefficient < 0 ? _scratch[term]
            : planned.Correction >= 0 ? _values.Corrections[planned.Correction].Estimate
            : _values.Fits[planned.Fit].Coefficients[planned.Coefficient].Estimate;
    }

    /// <summary>[replicate] Estimates of the fit from which a test comes, which is not that of the term where a criterion other than the method's is compared.</summary>
    public ReadOnlySpan<double> EstimatesOfTest(int test)
    {
        PlannedTest planned = _plan.Tests[test];
        return IsOfTerm(planned) ? EstimatesOf(planned.Term)
            : planned.Coefficient < 0 ? _variances[test]
            : planned.Correction >= 0 ? _values.Corrections[planned.Correction].Estimate
            : _values.Fits[planned.Fit].Coefficients[planned.Coefficient].Estimate;
    }

    /// <summary>[replicate] Standard errors of a term; empty where there are none.</summary>
    public double[] StandardErrorsOf(int term)
    {
        PlannedTerm planned = _plan.Terms[term];
        return planned.Correlation is { } level ? _values.Correlations[(int)level].StandardError
            : planned.Coefficient < 0 ? []
            : planned.Correction >= 0 ? _values.Corrections[planned.Correction].StandardError
            : _values.Fits[planned.Fit].Coefficients[planned.Coefficient].StandardError;
    }

    /// <summary>[replicate] Standard errors that a test reports; empty where there are none.</summary>
    public double[] StandardErrorsOfTest(int test)
    {
        PlannedTest planned = _plan.Tests[test];
        if (planned.Kind == TestKind.TCorrelation)
        {
            return StandardErrorsOf(planned.Term);
        }

        if (!LeafTests.HasInterval(planned.Kind))
        {
            return [];
        }

        CoefficientValues coefficient = _values.Fits[planned.Fit].Coefficients[planned.Coefficient];
        CorrectionValues? correction = planned.Correction >= 0 ? _values.Corrections[planned.Correction] : null;
        return planned.Kind switch
        {
            TestKind.TKenwardRoger => coefficient.KenwardRoger.StandardError,
            TestKind.THc3 => correction?.Hc3 ?? coefficient.Hc3.StandardError,
            TestKind.TCr2 => correction?.Cr2 ?? coefficient.Cr2.StandardError,
            _ => correction?.StandardError ?? coefficient.StandardError,
        };
    }

    /// <summary>[replicate] Intraclass correlations of a variance term, read where its mask says so.</summary>
    public ReadOnlySpan<double> IccsOf(int term) => _iccs[term];

    private bool IsOfTerm(PlannedTest test)
    {
        PlannedTerm term = _plan.Terms[test.Term];
        return test.Fit == term.Fit && test.Coefficient == term.Coefficient && test.Correction == term.Correction;
    }

    private OutcomeMasks Term(int t, ulong all)
    {
        PlannedTerm term = _plan.Terms[t];
        if (term.Correlation is { } level)
        {
            CorrelationValues found = _values.Correlations[(int)level];
            found.Estimate.CopyTo(_scratch[t], 0);
            found.FillStandardErrors();
            return new() { Ok = all & found.Estimable, NotEstimable = all & ~found.Estimable };
        }

        if (term.JointWald >= 0)
        {
            ulong together = all & _values.JointWalds[term.JointWald].Kept;
            OutcomeMasks masks = Estimated(term.Fit, -1, -1, together);
            masks.Dropped = all & ~together;
            return masks;
        }

        if (term.IsVariance)
        {
            FitValues fit = _values.Fits[term.Fit];
            LeafComparisons.Products(fit.Theta, fit.Variance, _scratch[t]);
            LeafComparisons.Shares(fit.Theta, _iccs[t]);
        }
        else if (term.Effect >= 0)
        {
            _values.Fits[term.Fit].Effects[term.Effect].CopyTo(_scratch[t], 0);
        }

        return Estimated(term.Fit, term.Coefficient, term.Correction, all);
    }

    private OutcomeMasks Estimated(int fit, int coefficient, int correction, ulong all)
    {
        FitValues found = _values.Fits[fit];
        ulong kept = coefficient >= 0 ? all & found.Coefficients[coefficient].Kept : all;
        ulong estimable = kept & found.Estimable;
        ulong converged = estimable & found.Converged;
        ulong onBound = _plan.HasRandomEffects(fit)
            ? LeafComparisons.Below(found.Theta, LeafTests.SingularTheta)
            : 0;
        OutcomeMasks masks = new()
        {
            Ok = converged & ~onBound,
            Singular = converged & onBound,
            Dropped = all & ~kept,
            NotEstimable = kept & ~estimable,
            NotConverged = estimable & ~converged,
        };
        if (correction >= 0)
        {
            masks.MoveToNotEstimable(LeafComparisons.Missing(_values.Corrections[correction].Estimate));
        }

        return masks;
    }

    private OutcomeMasks Test(int t, ulong all)
    {
        PlannedTest test = _plan.Tests[t];
        if (_variances[t].Length > 0 && test.Effect >= 0)
        {
            _values.Fits[test.Fit].Effects[test.Effect].CopyTo(_variances[t], 0);
        }
        else if (_variances[t].Length > 0)
        {
            LeafComparisons.Products(_values.Fits[test.Fit].Theta, _values.Fits[test.Fit].Variance, _variances[t]);
        }

        if (test.Kind is not (TestKind.WaldZ or TestKind.TSatterthwaite or TestKind.FExact or TestKind.Lrt or TestKind.LrtMixture or TestKind.RlrtMixture))
        {
            return OneByOne(t, all);
        }

        FitValues fit = _values.Fits[test.Fit];
        OutcomeMasks masks = IsOfTerm(test) ? _termMasks[test.Term] : Estimated(test.Fit, test.Coefficient, test.Correction, all);
        if (test.Kind == TestKind.FExact)
        {
            // Whether the F test can be made comes before whether the model converged.
            ulong failed = all & ~fit.FEstimable;
            masks.MoveToNotEstimable(failed);
            masks.NotConverged &= ~failed;
            masks.Dropped &= ~failed;
            masks.NotEstimable |= failed;
        }

        if (test.ReducedFit >= 0)
        {
            masks.MoveToNotConverged(~_values.Fits[test.ReducedFit].Converged);
        }

        masks.Made = masks.Estimated;
        masks.Rejected = masks.Made & Rejected(test, masks.Made);
        if (LeafTests.HasInterval(test.Kind) && _plan.Terms[test.Term].TrueValue is { } truth)
        {
            masks.WithInterval = masks.Made;
            masks.Covered = masks.Made & ~Outside(t, test, truth, masks.Made);
        }

        return masks;
    }

    private ulong Rejected(PlannedTest test, ulong made)
    {
        FitValues fit = _values.Fits[test.Fit];
        Span<double> statistics = _statistics;
        switch (test.Kind)
        {
            case TestKind.FExact:
                return RejectedByF(fit, made);
            case TestKind.Lrt:
                LeafComparisons.PositiveDifferences(_values.Fits[test.ReducedFit].Criterion, fit.Criterion, statistics);
                return LeafComparisons.Above(statistics, _critical.LikelihoodRatio);
            case TestKind.LrtMixture or TestKind.RlrtMixture when test.ReducedFit >= 0:
                LeafComparisons.PositiveDifferences(_values.Fits[test.ReducedFit].Criterion, fit.Criterion, statistics);
                return LeafComparisons.Above(statistics, _critical.MixtureOf(test.Parameters));
            case TestKind.LrtMixture or TestKind.RlrtMixture:
                LeafComparisons.PositiveDifferences(fit.CriterionAtZero, fit.Criterion, statistics);
                return LeafComparisons.Above(statistics, _critical.Mixture) & LeafComparisons.Above(fit.Theta, 0);
        }

        CoefficientValues coefficient = fit.Coefficients[test.Coefficient];
        LeafComparisons.Ratios(coefficient.Estimate, 0, coefficient.StandardError, statistics);
        if (test.Kind == TestKind.TSatterthwaite)
        {
            return RejectedByT(_critical.OfT(test.Alternative), test.Alternative, coefficient.DegreesOfFreedom, made);
        }

        return test.Alternative switch
        {
            Alternative.Greater => LeafComparisons.Above(statistics, _critical.NormalOneSided),
            Alternative.Less => LeafComparisons.Below(statistics, -_critical.NormalOneSided),
            _ => LeafComparisons.Above(statistics, _critical.NormalTwoSided) | LeafComparisons.Below(statistics, -_critical.NormalTwoSided),
        };
    }

    private ulong Outside(int t, PlannedTest test, double truth, ulong made)
    {
        LeafComparisons.Ratios(EstimatesOfTest(t), truth, StandardErrorsOfTest(t), _statistics);
        return test.Kind == TestKind.TSatterthwaite
            ? RejectedByT(_critical.TwoSided, Alternative.TwoSided, _values.Fits[test.Fit].Coefficients[test.Coefficient].DegreesOfFreedom, made)
            : LeafComparisons.Above(_statistics, _critical.NormalTwoSided) | LeafComparisons.Below(_statistics, -_critical.NormalTwoSided);
    }

    private ulong RejectedByF(FitValues fit, ulong made)
    {
        if (made == 0)
        {
            return 0;
        }

        int first = BitOperations.TrailingZeroCount(made);
        ulong same = LeafComparisons.Equal(fit.BetweenDf, fit.BetweenDf[first]) & LeafComparisons.Equal(fit.WithinDf, fit.WithinDf[first]);
        ulong rejected = same & LeafComparisons.Above(fit.FRatio, _critical.F.Value(fit.BetweenDf[first], fit.WithinDf[first]));
        for (ulong left = made & ~same; left != 0; left &= left - 1)
        {
            int replicate = BitOperations.TrailingZeroCount(left);
            bool rejects = _critical.F.Rejects(fit.FRatio[replicate], fit.BetweenDf[replicate], fit.WithinDf[replicate]);
            rejected |= rejects ? 1UL << replicate : 0;
        }

        return rejected;
    }

    // Of the statistics at hand. Most are beyond the critical value of the smallest degrees of freedom, or within that of the largest.
    private ulong RejectedByT(TCriticalValues critical, Alternative alternative, double[] degreesOfFreedom, ulong made)
    {
        if (made == 0)
        {
            return 0;
        }

        (double smallest, double largest) = LeafComparisons.Range(made, degreesOfFreedom);
        (double certain, double impossible) = critical.BoundsOver(smallest, largest);
        ReadOnlySpan<double> t = _statistics;
        ulong rejected = Beyond(t, certain);
        ulong open = made & ~rejected & ~Within(t, impossible);
        for (; open != 0; open &= open - 1)
        {
            int replicate = BitOperations.TrailingZeroCount(open);
            rejected |= critical.Rejects(t[replicate], degreesOfFreedom[replicate]) ? 1UL << replicate : 0;
        }

        return rejected;

        ulong Beyond(ReadOnlySpan<double> t, double bound) => alternative switch
        {
            Alternative.Greater => LeafComparisons.Above(t, bound),
            Alternative.Less => LeafComparisons.Below(t, -bound),
            _ => LeafComparisons.Above(t, bound) | LeafComparisons.Below(t, -bound),
        };

        ulong Within(ReadOnlySpan<double> t, double bound) => alternative switch
        {
            Alternative.Greater => LeafComparisons.Below(t, bound),
            Alternative.Less => LeafComparisons.Above(t, -bound),
            _ => LeafComparisons.Below(t, bound) & LeafComparisons.Above(t, -bound),
        };
    }

    private OutcomeMasks OneByOne(int t, ulong all)
    {
        OutcomeMasks masks = default;
        for (ulong left = all; left != 0; left &= left - 1)
        {
            int replicate = BitOperations.TrailingZeroCount(left);
            ulong bit = 1UL << replicate;
            TestOutcome outcome = _tests.Test(t, _values, replicate);
            masks.Ok |= outcome.Status == TermStatus.Ok ? bit : 0;
            masks.Singular |= outcome.Status == TermStatus.Singular ? bit : 0;
            masks.Dropped |= outcome.Status == TermStatus.Dropped ? bit : 0;
            masks.NotEstimable |= outcome.Status == TermStatus.NotEstimable ? bit : 0;
            masks.NotConverged |= outcome.Status == TermStatus.NotConverged ? bit : 0;
            masks.Made |= outcome.Decision != Decision.NotMade ? bit : 0;
            masks.Rejected |= outcome.Decision == Decision.Rejected ? bit : 0;
            masks.WithInterval |= outcome.Coverage != IntervalCoverage.None ? bit : 0;
            masks.Covered |= outcome.Coverage == IntervalCoverage.Covered ? bit : 0;
        }

        return masks;
    }
}
