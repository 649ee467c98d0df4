using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>The sums of one scenario under way. Leaves may arrive in any order and from any thread.</summary>
internal sealed class CellWork
{
    private readonly Lock _gate = new();
    private readonly OrderedTree<LeafSums> _tree;
    private readonly Stack<LeafSums> _pool = new();
    private readonly QuantileHistogram?[] _errors; // [term]
    private readonly QuantileHistogram?[] _iccs;   // [term]
    private readonly List<double>[]? _kept;        // [test] estimate and half width of each kept replicate, in order
    private readonly LeafTests? _keeping;

    /// <param name="plan">What is done with each replicate.</param>
    /// <param name="keepReplicates">Whether estimates and intervals of all replicates are kept.</param>
    public CellWork(ScenarioPlan plan, bool keepReplicates)
    {
        Plan = plan;
        _tree = new(released =>
        {
            released.Clear();
            _pool.Push(released);
        });
        (_errors, _iccs) = CellPart.Histograms(plan);
        if (keepReplicates)
        {
            _kept = [.. plan.Tests.Select(_ => new List<double>())];
            _keeping = new(plan);
        }
    }

    /// <summary>What is done with each replicate.</summary>
    public ScenarioPlan Plan { get; }

    /// <summary>Takes the sums of consecutive leaves.</summary>
    public void Take(CellPart part)
    {
        lock (_gate)
        {
            part.MoveTo(_tree, _errors, _iccs, _pool);
        }
    }

    /// <summary>Remembers estimates and intervals of a leaf and makes its rows of the replicates file. Leaves must come in order, from one thread at a time.</summary>
    public IEnumerable<ReplicateRow> Keep(LeafValues values, long first, int count)
    {
        for (int r = 0; r < count; r++)
        {
            for (int t = 0; t < Plan.Tests.Length; t++)
            {
                TestOutcome outcome = _keeping!.Test(t, values, r);
                bool estimated = outcome.Status is TermStatus.Ok or TermStatus.Singular;
                _kept![t].Add(estimated ? outcome.Estimate : double.NaN);
                _kept[t].Add(_keeping.HalfWidth(t, values, r));
                yield return _keeping.Row(t, values, r, first + r + 1);
            }
        }
    }

    /// <summary>Whether the standard error of every rejection rate is at most a target.</summary>
    public bool IsWithin(double targetMcse)
    {
        LeafSums sums;
        lock (_gate)
        {
            sums = Sums();
        }

        return Array.TrueForAll(sums.Tests, test => SequentialInterval.WilsonError(test.Rejections, test.Replicates) <= targetMcse);
    }

    /// <summary>The measures over all leaves that have arrived.</summary>
    /// <param name="end">How the scenario ended.</param>
    /// <param name="interval">Of a run that looks several times; <see langword="null"/> for the intervals of one look.</param>
    public CellResult Result(CellEnd end, SequentialInterval? interval)
    {
        CellResult result;
        lock (_gate)
        {
            result = OneLook(end);
        }

        return interval is null
            ? result
            : result with
            {
                CriticalValue = interval.CriticalValue,
                Summary = [.. result.Summary.Select(interval.Of)],
                Joint = [.. result.Joint.Select(interval.Of)],
                Pairs = [.. result.Pairs.Select(interval.Of)],
            };
    }

    /// <summary>
    /// The measures over all leaves that have arrived, with the intervals of one look, as if the run were interrupted; <see langword="null"/> if there are none.
    /// Safe to call while others arrive.
    /// </summary>
    public CellResult? ResultSoFar()
    {
        lock (_gate)
        {
            return _tree.Nodes.Count > 0 ? OneLook(CellEnd.Interrupted) : null;
        }
    }

    private LeafSums Sums() => _tree.Fold() ?? throw new InvalidOperationException("A scenario without replicates has no result.");

    private CellResult OneLook(CellEnd end)
    {
        LeafSums sums = Sums();
        List<SummaryRow> rows = [.. Measures.OfSize(new(Plan.Cell.Number, "", "", "", ""), sums.Sizes[0], sums.Sizes[1])];
        for (int m = 0; m < Plan.Methods.Length; m++)
        {
            for (int t = 0; t < Plan.Terms.Length; t++)
            {
                if (Plan.Terms[t].Method == m)
                {
                    rows.AddRange(TermRows(t, sums));
                }
            }
        }

        int scenario = Plan.Cell.Number;
        StudyOutline outline = StudyOutline.Of(Plan);
        return new()
        {
            Cell = Plan.Cell,
            Formulas = outline.Formulas,
            SolvedConstants = [.. Plan.World.SolvedConstants()],
            Replicates = sums.Sizes[0].Replicates,
            End = end,
            Summary = [.. rows],
            JointTests = outline.JointTests,
            Joint = [.. sums.Joint?.PatternRows(scenario) ?? []],
            Pairs = [.. sums.Joint?.PairRows(scenario) ?? []],
        };
    }

    private List<SummaryRow> TermRows(int t, LeafSums sums)
    {
        PlannedTerm term = Plan.Terms[t];
        int scenario = Plan.Cell.Number;
        string method = Plan.MethodOf(term);
        SummaryKey key = new(scenario, method, term.Name, "", "");
        QuantileHistogram errors = _errors[t] ?? new(HistogramLayout.SignedLogarithmic);
        List<SummaryRow> rows = [.. Measures.OfTerm(key, sums.Terms[t], errors)];
        if (term.Correlation is not null)
        {
            rows.InsertRange(rows.FindIndex(r => r.Measure == MeasureName.SingularRate), Measures.OfCorrelation(key, sums.Terms[t]));
        }

        for (int c = 0; c < Plan.Curves.Length; c++)
        {
            if (Plan.Curves[c].Term == t)
            {
                rows.AddRange(Measures.OfCurve(key, term.TrueValue, sums.Curves[c]));
            }
        }

        for (int k = 0; k < Plan.Tests.Length; k++)
        {
            if (Plan.Tests[k].Term != t)
            {
                continue;
            }

            SummaryKey test = key with { Test = Words.Of(Plan.Tests[k].Kind), RejectionMeans = term.RejectionMeans };
            rows.AddRange(Measures.OfTest(test, sums.Tests[k]));
            if (_kept is not null && LeafTests.HasInterval(Plan.Tests[k].Kind))
            {
                rows.Add(BiasEliminatedCoverage(test, term.TrueValue, _kept[k], sums.Tests[k].FailedTests));
            }
        }

        if (term.IsVariance)
        {
            rows.AddRange(Measures.OfIcc(key with { Term = ScenarioPlanner.TherapistIcc }, sums.Iccs[t], _iccs[t]!));
        }

        return rows;
    }

    private static SummaryRow BiasEliminatedCoverage(SummaryKey key, double? trueValue, List<double> kept, long failures)
    {
        List<double> estimates = [];
        List<double> halfWidths = [];
        for (int i = 0; i < kept.Count; i += 2)
        {
            if (!double.IsNaN(kept[i]))
            {
                estimates.Add(kept[i]);
                halfWidths.Add(kept[i + 1]);
            }
        }

        return Measures.BiasEliminatedCoverage(key, trueValue, [.. estimates], [.. halfWidths], failures);
    }
}
