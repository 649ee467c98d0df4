using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>Everything that is summed over the replicates of one scenario.</summary>
internal sealed class LeafSums : IJoinable<LeafSums>
{
    private readonly ScenarioPlan _plan;
    private readonly EstimateMoments[] _moments; // [term] of the leaf at hand
    private readonly ulong[] _rejected;          // [joint test]

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
        _moments = new EstimateMoments[terms.Length];
        _rejected = new ulong[plan.JointTests.Length];
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

    /// <summary>Adds the replicates of a leaf.</summary>
    /// <param name="decisions">What their tests said.</param>
    /// <param name="values">What their fits found.</param>
    /// <param name="count">Replicates.</param>
    public void Add(LeafDecisions decisions, LeafValues values, int count)
    {
        ulong all = LeafDecisions.First(count);
        AddSizes(Sizes[0], values.Patients, all);
        AddSizes(Sizes[1], values.Therapists, all);
        EstimateMoments[] moments = _moments;
        for (int t = 0; t < Terms.Length; t++)
        {
            ref readonly OutcomeMasks masks = ref decisions.MasksOfTerm(t);
            ReadOnlySpan<double> estimates = decisions.EstimatesOf(t);
            moments[t] = EstimateMoments.Of(masks.Estimated, estimates, decisions.StandardErrorsOf(t), Terms[t].Centre);
            Terms[t].Add(masks, moments[t], estimates);
            if (_plan.Terms[t].IsVariance)
            {
                ReadOnlySpan<double> iccs = decisions.IccsOf(t);
                Iccs[t].Add(masks, EstimateMoments.Of(masks.Estimated, iccs, [], Iccs[t].Centre), iccs);
            }
        }

        for (int t = 0; t < Tests.Length; t++)
        {
            AddTest(t, decisions, moments[_plan.Tests[t].Term]);
        }

        for (int c = 0; c < Curves.Length; c++)
        {
            AddCurve(c, decisions, values, all);
        }

        if (Joint is not null)
        {
            AddJoint(decisions, all);
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

    private static void AddSizes(EstimateSums sums, ReadOnlySpan<double> sizes, ulong all) =>
        sums.Add(new OutcomeMasks { Ok = all }, EstimateMoments.Of(all, sizes, [], sums.Centre), sizes);

    // A test of all estimates of its term has their sums.
    private void AddTest(int t, LeafDecisions decisions, in EstimateMoments ofTerm)
    {
        int term = _plan.Tests[t].Term;
        ref readonly OutcomeMasks masks = ref decisions.MasksOfTest(t);
        ReadOnlySpan<double> estimates = decisions.EstimatesOfTest(t);
        double[] errors = decisions.StandardErrorsOfTest(t);
        bool sameEstimates = estimates == decisions.EstimatesOf(term) && masks.Estimated == decisions.MasksOfTerm(term).Estimated;
        EstimateMoments moments =
            sameEstimates && errors.Length == 0 ? ofTerm.WithoutStandardErrors
            : sameEstimates && ReferenceEquals(errors, decisions.StandardErrorsOf(term)) ? ofTerm
            : EstimateMoments.Of(masks.Estimated, estimates, errors, Tests[t].Centre);
        Tests[t].Add(masks, moments, estimates);
    }

    private void AddCurve(int c, LeafDecisions decisions, LeafValues values, ulong all)
    {
        PlannedCurve curve = _plan.Curves[c];
        CoefficientValues linear = values.Fits[curve.Fit].Coefficients[curve.Linear];
        ReadOnlySpan<double> slopes = curve.LinearCorrection >= 0 ? values.Corrections[curve.LinearCorrection].Estimate : linear.Estimate;
        ReadOnlySpan<double> squares = decisions.EstimatesOf(curve.Term);
        OutcomeMasks test = curve.Test >= 0 ? decisions.MasksOfTest(curve.Test) : default;
        Curves[c].Add(
            all,
            decisions.MasksOfTerm(curve.Term).Estimated & linear.Kept,
            LeafComparisons.VertexInside(slopes, squares, values.Curves[c].Lowest, values.Curves[c].Highest),
            LeafComparisons.Below(squares, 0),
            test.Made,
            test.Rejected);
    }

    private void AddJoint(LeafDecisions decisions, ulong all)
    {
        ulong[] rejected = _rejected;
        ulong made = all;
        for (int k = 0; k < rejected.Length; k++)
        {
            ref readonly OutcomeMasks test = ref decisions.MasksOfTest(_plan.JointTests[k]);
            rejected[k] = test.Rejected;
            made &= test.Made;
        }

        Joint!.Add(all, rejected, all & ~made);
    }

    private static void Append<TSums>(TSums[] left, TSums[] right)
        where TSums : class, IJoinable<TSums>
    {
        for (int i = 0; i < left.Length; i++)
        {
            left[i].Append(right[i]);
        }
    }
}
