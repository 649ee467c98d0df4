using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>The sums of a leaf, replicate by replicate from <see cref="LeafTests"/>: the slow form of <see cref="LeafDecisions"/> and <see cref="LeafSums"/>.</summary>
internal sealed class OneByOneSums
{
    private readonly ScenarioPlan _plan;
    private readonly LeafTests _tests;

    public OneByOneSums(ScenarioPlan plan)
    {
        _plan = plan;
        _tests = new(plan);
        Sums = new(plan);
        Errors = [.. plan.Terms.Select(t => t.TrueValue is null ? null : new QuantileHistogram(HistogramLayout.SignedLogarithmic))];
    }

    public LeafSums Sums { get; }

    /// <summary>[term]</summary>
    public QuantileHistogram?[] Errors { get; }

    public void Add(LeafValues values, int count)
    {
        for (int r = 0; r < count; r++)
        {
            Sums.Sizes[0].Add(Size(values.Patients[r]));
            Sums.Sizes[1].Add(Size(values.Therapists[r]));
            for (int t = 0; t < _plan.Terms.Length; t++)
            {
                AddTerm(t, values, r);
            }

            Decision[] decisions = [.. Enumerable.Range(0, _plan.Tests.Length).Select(t => AddTest(t, values, r))];
            for (int c = 0; c < _plan.Curves.Length; c++)
            {
                AddCurve(c, values, r, decisions);
            }

            Sums.Joint?.Add([.. _plan.JointTests.Select(t => decisions[t])]);
        }
    }

    private void AddTerm(int t, LeafValues values, int r)
    {
        TestOutcome outcome = _tests.Term(t, values, r);
        bool estimated = outcome.Status is TermStatus.Ok or TermStatus.Singular;
        Sums.Terms[t].Add(outcome);
        if (estimated)
        {
            Errors[t]?.Add(outcome.Estimate - _plan.Terms[t].TrueValue!.Value);
        }

        if (_plan.Terms[t].IsVariance)
        {
            Sums.Iccs[t].Add(estimated ? outcome with { Estimate = LeafTests.Icc(values.Fits[_plan.Terms[t].Fit], r) } : outcome);
        }
    }

    private Decision AddTest(int t, LeafValues values, int r)
    {
        TestOutcome outcome = _tests.Test(t, values, r);
        Sums.Tests[t].Add(outcome);
        return outcome.Decision;
    }

    private void AddCurve(int c, LeafValues values, int r, Decision[] decisions)
    {
        PlannedCurve curve = _plan.Curves[c];
        TestOutcome square = _tests.Term(curve.Term, values, r);
        CoefficientValues linear = values.Fits[curve.Fit].Coefficients[curve.Linear];
        if (square.Status is not (TermStatus.Ok or TermStatus.Singular) || !LeafValues.Has(linear.Kept, r))
        {
            Sums.Curves[c].AddFailure();
            return;
        }

        Sums.Curves[c].Add(
            curve.LinearCorrection >= 0 ? values.Corrections[curve.LinearCorrection].Estimate[r] : linear.Estimate[r],
            square.Estimate,
            values.Curves[c].Lowest[r],
            values.Curves[c].Highest[r],
            curve.Test >= 0 ? decisions[curve.Test] : Decision.NotMade);
    }

    private static TestOutcome Size(double count) => new(TermStatus.Ok, count, double.NaN, Decision.NotMade, IntervalCoverage.None);
}
