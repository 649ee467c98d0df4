using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>The sums of some consecutive leaves of one scenario, made by one thread alone.</summary>
internal sealed class CellPart
{
    private readonly ScenarioPlan _plan;
    private readonly Stack<LeafSums> _pool = new();
    private readonly QuantileHistogram?[] _errors; // [term]
    private readonly QuantileHistogram?[] _iccs;   // [term]
    private OrderedTree<LeafSums> _tree;

    public CellPart(ScenarioPlan plan)
    {
        _plan = plan;
        _tree = new(Release);
        (_errors, _iccs) = Histograms(plan);
    }

    /// <summary>Empty histograms of the errors and of the intraclass correlations, by term; <see langword="null"/> where there are none.</summary>
    public static (QuantileHistogram?[] Errors, QuantileHistogram?[] Iccs) Histograms(ScenarioPlan plan) =>
    (
        [.. plan.Terms.Select(t => t.TrueValue is null ? null : new QuantileHistogram(HistogramLayout.SignedLogarithmic))],
        [.. plan.Terms.Select(t => t.IsVariance ? new QuantileHistogram(HistogramLayout.UnitInterval) : null)]);

    /// <summary>Adds a leaf.</summary>
    /// <param name="leaf">Its index.</param>
    /// <param name="decisions">What its tests said.</param>
    /// <param name="values">What its fits found.</param>
    /// <param name="count">Its replicates.</param>
    public void Add(long leaf, LeafDecisions decisions, LeafValues values, int count)
    {
        LeafSums sums = _pool.Count > 0 ? _pool.Pop() : new(_plan);
        sums.Add(decisions, values, count);
        for (int t = 0; t < _plan.Terms.Length; t++)
        {
            ulong estimated = decisions.MasksOfTerm(t).Estimated;
            _errors[t]?.Add(estimated, decisions.EstimatesOf(t), _plan.Terms[t].TrueValue ?? 0);
            _iccs[t]?.Add(estimated, decisions.IccsOf(t), 0);
        }

        _tree.Add(0, leaf, sums);
    }

    /// <summary>Hands all sums over and is empty again.</summary>
    /// <param name="tree">Takes the nodes.</param>
    /// <param name="errors">Take the histograms of the errors.</param>
    /// <param name="iccs">Take those of the intraclass correlations.</param>
    /// <param name="spare">Sums that may be used again.</param>
    public void MoveTo(OrderedTree<LeafSums> tree, QuantileHistogram?[] errors, QuantileHistogram?[] iccs, Stack<LeafSums> spare)
    {
        foreach (TreeNode<LeafSums> node in _tree.Nodes)
        {
            tree.Add(node.Level, node.Index, node.Sums);
        }

        _tree = new(Release);
        Move(_errors, errors);
        Move(_iccs, iccs);
        while (spare.Count > 0)
        {
            _pool.Push(spare.Pop());
        }
    }

    private static void Move(QuantileHistogram?[] from, QuantileHistogram?[] to)
    {
        for (int t = 0; t < from.Length; t++)
        {
            if (from[t] is { } part)
            {
                to[t]!.Append(part);
                part.Clear();
            }
        }
    }

    private void Release(LeafSums sums)
    {
        sums.Clear();
        _pool.Push(sums);
    }
}
