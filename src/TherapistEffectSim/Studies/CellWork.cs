using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>The sums of one scenario under way. Leaves may arrive in any order and from any thread.</summary>
internal sealed class CellWork
{
    private readonly Lock _gate = new();
    private AnalyticPower?[]? _analytic; // [test]
    private readonly CellSums _sums;
    private readonly CellSums? _unsaved;     // what has arrived since the last part was stored; nothing is stored without it
    private readonly List<double>[]? _kept;  // [test] estimate and half width of each kept replicate, in order
    private readonly IPartStore? _store;
    private readonly long _replicates;

    /// <param name="plan">What is done with each replicate.</param>
    /// <param name="replicates">Replicates of a scenario that goes on to the end.</param>
    /// <param name="keepReplicates">Whether estimates and intervals of all replicates are kept.</param>
    /// <param name="store">Where finished replicates are stored; <see langword="null"/> if they are not.</param>
    public CellWork(ScenarioPlan plan, long replicates, bool keepReplicates, IPartStore? store)
    {
        Plan = plan;
        _replicates = replicates;
        _store = store;
        _sums = new(plan);
        _unsaved = store is null ? null : new(plan);
        _kept = keepReplicates ? [.. plan.Tests.Select(_ => new List<double>())] : null;
    }

    /// <summary>What is done with each replicate.</summary>
    public ScenarioPlan Plan { get; }

    /// <summary>Takes the sums of consecutive leaves.</summary>
    /// <param name="part">The sums; empty afterwards.</param>
    /// <param name="kept">Tests of its only leaf, where replicates are kept.</param>
    /// <param name="alone">Whether the part is stored by itself: because its tests are stored with it, or because its last leaf is not full, and a longer run cannot use it.</param>
    public void Take(CellPart part, KeptLeaf? kept, bool alone)
    {
        lock (_gate)
        {
            if (_unsaved is null)
            {
                part.Sums.MoveTo(_sums);
                return;
            }

            if (alone)
            {
                Store(null);
            }

            part.Sums.MoveTo(_unsaved);
            if (alone)
            {
                Store(kept);
            }
        }
    }

    /// <summary>Takes the sums of parts that were stored before.</summary>
    /// <exception cref="InvalidDataException">A part is of another plan.</exception>
    public void Restore(StoredLeaves stored)
    {
        foreach (StoredPart part in stored.Parts)
        {
            using BinaryReader reader = ReaderOf(part, out long sums);
            reader.BaseStream.Position = sums;
            CellSums restored = CellSums.Read(reader, Plan, part.Label.Replicates);
            lock (_gate)
            {
                restored.MoveTo(_sums);
            }
        }
    }

    /// <summary>Stores what has arrived since the last time.</summary>
    public void Save()
    {
        lock (_gate)
        {
            Store(null);
        }
    }

    /// <summary>Remembers estimates and intervals of a leaf. Leaves must come in order, from one thread at a time.</summary>
    public void Keep(KeptLeaf leaf)
    {
        for (int i = 0; i < leaf.Rows.Length; i++)
        {
            ref readonly ReplicateRow row = ref leaf.Rows[i];
            List<double> kept = _kept![leaf.TestOf(i)];
            kept.Add(row.Status is TermStatus.Ok or TermStatus.Singular ? row.Estimate : double.NaN);
            kept.Add(leaf.HalfWidths[i]);
        }
    }

    /// <summary>The tests of a stored leaf.</summary>
    /// <exception cref="InvalidDataException">The part is of another plan.</exception>
    public KeptLeaf KeptOf(StoredPart part)
    {
        using BinaryReader reader = ReaderOf(part, out _);
        ReplicateRange range = part.Label.Replicates[0];
        return KeptLeaf.Read(reader, Plan, range.First, (int)range.Count);
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
            return !_sums.IsEmpty || _unsaved is { IsEmpty: false } ? OneLook(CellEnd.Interrupted) : null;
        }
    }

    // Content of a part: length of what is kept, what is kept, sums.
    private void Store(KeptLeaf? kept)
    {
        if (_unsaved is null || _unsaved.IsEmpty)
        {
            return;
        }

        using MemoryStream content = new();
        using BinaryWriter writer = new(content);
        writer.Write(0);
        kept?.Write(writer);
        int length = (int)content.Length - sizeof(int);
        _unsaved.Write(writer);
        writer.Flush();
        content.Position = 0;
        writer.Write(length);
        writer.Flush();
        PartLabel label = new(Plan.Cell.Number, _unsaved.Replicates(_replicates), kept is not null);
        _store!.Write(label, content.GetBuffer().AsMemory(0, (int)content.Length));
        _unsaved.MoveTo(_sums);
    }

    private BinaryReader ReaderOf(StoredPart part, out long sums)
    {
        BinaryReader reader = new(new MemoryStream(_store!.Read(part), writable: false));
        sums = reader.ReadInt32() + sizeof(int);
        return reader;
    }

    private LeafSums Sums()
    {
        lock (_gate)
        {
            Store(null);
            return _sums.Fold() ?? throw new InvalidOperationException("A scenario without replicates has no result.");
        }
    }

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
            SolvedConstants = [.. Plan.SolvedConstants()],
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
        QuantileHistogram errors = _sums.Errors[t] ?? new(HistogramLayout.SignedLogarithmic);
        List<SummaryRow> rows =
        [
            .. Measures.OfTerm(key, sums.Terms[t], errors)
                .Where(r => term.JointWald < 0 || r.Measure is MeasureName.SingularRate or MeasureName.FailureRate), // together they have no estimate
        ];
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
            SummaryRow[] ofTest = Measures.OfTest(test, sums.Tests[k]);
            rows.AddRange(ofTest[..2]);
            if ((_analytic ??= [.. Plan.Tests.Select(new AnalyticPowers(Plan).Of)])[k] is { } power)
            {
                rows.Add(Measures.OfAnalyticPower(test, term.TrueValue, power.Value, power.IsExact));
            }

            rows.AddRange(ofTest[2..]);
            if (_kept is not null && LeafTests.HasInterval(Plan.Tests[k].Kind))
            {
                rows.Add(BiasEliminatedCoverage(test, term.TrueValue, _kept[k], sums.Tests[k].FailedTests));
            }
        }

        if (term.IsVariance)
        {
            rows.AddRange(Measures.OfIcc(key with { Term = ScenarioPlanner.TherapistIcc }, sums.Iccs[t], _sums.Iccs[t]!));
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
