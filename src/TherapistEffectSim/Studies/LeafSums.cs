using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>Everything that is summed over the replicates of one scenario.</summary>
internal sealed class LeafSums : IJoinable<LeafSums>
{
    private readonly ScenarioPlan _plan;
    private readonly Decision[] _decisions;
    private readonly Decision[] _joint;

    public LeafSums(ScenarioPlan plan)
        : this(
            plan,
            [new EstimateSums(null), new EstimateSums(null)],
            [.. plan.Terms.Select(t => new EstimateSums(t.TrueValue))],
            [.. plan.Terms.Select(t => new EstimateSums(t.TrueIcc))],
            [.. plan.Tests.Select(t => new EstimateSums(plan.Terms[t.Term].TrueValue))],
            [.. plan.Curves.Select(_ => new CurveSums())],
            plan.JointNames.IsEmpty ? null : new JointSums(plan.JointNames))
    {
    }

    private LeafSums(ScenarioPlan plan, EstimateSums[] sizes, EstimateSums[] terms, EstimateSums[] iccs, EstimateSums[] tests, CurveSums[] curves, JointSums? joint)
    {
        _plan = plan;
        Sizes = sizes;
        Terms = terms;
        Iccs = iccs;
        Tests = tests;
        Curves = curves;
        Joint = joint;
        Estimates = new(plan.Terms.Length);
        _decisions = new Decision[plan.Tests.Length];
        _joint = new Decision[plan.JointTests.Length];
    }

    /// <summary>Analysed patients, analysed therapists.</summary>
    public EstimateSums[] Sizes { get; }

    /// <summary>[term] Estimates.</summary>
    public EstimateSums[] Terms { get; }

    /// <summary>[term] Intraclass correlations, of variance terms only.</summary>
    public EstimateSums[] Iccs { get; }

    /// <summary>[test] Decisions.</summary>
    public EstimateSums[] Tests { get; }

    /// <summary>[curve] Vertices.</summary>
    public CurveSums[] Curves { get; }

    /// <summary>Patterns of decisions; <see langword="null"/> if fewer than two tests are joint.</summary>
    public JointSums? Joint { get; }

    /// <summary>Estimates and intraclass correlations of the leaf's replicates, for the histograms.</summary>
    public LeafEstimates Estimates { get; }

    /// <summary>Adds one replicate.</summary>
    public void Add(LeafTests tests, LeafValues values, int replicate)
    {
        Sizes[0].Add(Size(values.Patients[replicate]));
        Sizes[1].Add(Size(values.Therapists[replicate]));
        for (int t = 0; t < Terms.Length; t++)
        {
            TestOutcome outcome = tests.Term(t, values, replicate);
            Terms[t].Add(outcome);
            bool estimated = outcome.Status is TermStatus.Ok or TermStatus.Singular;
            Estimates.Take(t, replicate, estimated ? outcome.Estimate : double.NaN);
            if (_plan.Terms[t].IsVariance)
            {
                Iccs[t].Add(estimated ? outcome with { Estimate = LeafTests.Icc(values.Fits[_plan.Terms[t].Fit], replicate) } : outcome);
            }
        }

        for (int t = 0; t < Tests.Length; t++)
        {
            TestOutcome outcome = tests.Test(t, values, replicate);
            Tests[t].Add(outcome);
            _decisions[t] = outcome.Decision;
        }

        for (int c = 0; c < Curves.Length; c++)
        {
            AddCurve(c, tests, values, replicate);
        }

        if (Joint is not null)
        {
            for (int k = 0; k < _joint.Length; k++)
            {
                _joint[k] = _decisions[_plan.JointTests[k]];
            }

            Joint.Add(_joint);
        }
    }

    public void Append(LeafSums next)
    {
        Append(Sizes, next.Sizes);
        Append(Terms, next.Terms);
        Append(Iccs, next.Iccs);
        Append(Tests, next.Tests);
        Append(Curves, next.Curves);
        Joint?.Append(next.Joint!);
    }

    public LeafSums Copy() => new(
        _plan,
        [.. Sizes.Select(s => s.Copy())],
        [.. Terms.Select(t => t.Copy())],
        [.. Iccs.Select(t => t.Copy())],
        [.. Tests.Select(t => t.Copy())],
        [.. Curves.Select(c => c.Copy())],
        Joint?.Copy());

    /// <summary>Empties all sums, to be used again.</summary>
    public void Clear()
    {
        Array.ForEach(Sizes, s => s.Clear());
        Array.ForEach(Terms, t => t.Clear());
        Array.ForEach(Iccs, t => t.Clear());
        Array.ForEach(Tests, t => t.Clear());
        Array.ForEach(Curves, c => c.Clear());
        Joint?.Clear();
    }

    private static TestOutcome Size(double count) => new(TermStatus.Ok, count, double.NaN, Decision.NotMade, IntervalCoverage.None);

    private static void Append<TSums>(TSums[] left, TSums[] right)
        where TSums : class, IJoinable<TSums>
    {
        for (int i = 0; i < left.Length; i++)
        {
            left[i].Append(right[i]);
        }
    }

    private void AddCurve(int c, LeafTests tests, LeafValues values, int replicate)
    {
        PlannedCurve curve = _plan.Curves[c];
        TestOutcome square = tests.Term(curve.Term, values, replicate);
        FitValues fit = values.Fits[curve.Fit];
        if (square.Status is not (TermStatus.Ok or TermStatus.Singular) || !fit.Coefficients[curve.Linear].Kept[replicate])
        {
            Curves[c].AddFailure();
            return;
        }

        Curves[c].Add(
            curve.LinearCorrection >= 0 ? values.Corrections[curve.LinearCorrection].Estimate[replicate] : fit.Coefficients[curve.Linear].Estimate[replicate],
            square.Estimate,
            values.Curves[c].Lowest[replicate],
            values.Curves[c].Highest[replicate],
            curve.Test >= 0 ? _decisions[curve.Test] : Decision.NotMade);
    }
}
