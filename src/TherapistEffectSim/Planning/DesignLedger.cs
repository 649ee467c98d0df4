using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Planning;

/// <summary>All replicates that a plan has run, by design. What an interrupted plan knew is taken from its records instead of being run.</summary>
/// <remarks>
/// Searches use the seed of the study, and replicates from the first on, so that designs share their random numbers. Confirmations use
/// <see cref="ConfirmationSeed"/>, and each of them replicates that no other has had: their errors are independent.
/// </remarks>
internal sealed class DesignLedger
{
    private const int Leaf = LeafValues.Capacity;
    private const int LeavesPerPiece = 64;  // of a record
    private const int LeavesPerBatch = 256; // that an interruption loses at most
    private const ulong Confirmation = 0x636F6E6669726D; // "confirm" in ASCII

    private readonly DesignEvaluator _evaluator;
    private readonly Action<DesignRecord>? _onRecord;
    private readonly ulong _seed;
    private readonly Dictionary<(string Design, ulong Seed, long First, long Replicates), DesignRecord> _known;
    private readonly Dictionary<string, (long Leaves, Tally Tally)> _searched = new(StringComparer.Ordinal);
    private long _nextFresh;

    public DesignLedger(DesignEvaluator evaluator, ulong seed, PlanOptions options)
    {
        _evaluator = evaluator;
        _seed = seed;
        _onRecord = options.OnRecord;
        _known = options.Known.DistinctBy(KeyOf).ToDictionary(KeyOf);
    }

    /// <summary>Replicates so far.</summary>
    public long Replicates { get; private set; }

    /// <summary>The seed of the confirmations: the upper 53 bits of mix64(mix64(seed) XOR "confirm"), which <c>tes run --seed</c> takes.</summary>
    public static ulong ConfirmationSeed(ulong seed) => StreamKey.ForScenario(seed, Confirmation) >> 11;

    /// <summary>The first replicates of a design on the seed of the study, at least so many leaves.</summary>
    public Tally Search(PlanDesign design, long leaves, PlanStage stage = PlanStage.Search) => Search([design], leaves, stage)[0];

    /// <summary>The first replicates of several designs, likewise.</summary>
    public Tally[] Search(IReadOnlyList<PlanDesign> designs, long leaves, PlanStage stage = PlanStage.Search)
    {
        List<(PlanDesign Design, long First, long Leaves)> missing = [];
        foreach (PlanDesign design in designs.DistinctBy(d => d.Name))
        {
            long done = _searched.TryGetValue(design.Name, out (long Leaves, Tally Tally) known) ? known.Leaves : 0;
            if (done < leaves)
            {
                missing.Add((design, done, leaves - done));
            }
        }

        Tally[] tallies = Run(stage, _seed, missing);
        for (int i = 0; i < tallies.Length; i++)
        {
            string name = missing[i].Design.Name;
            Tally before = _searched.TryGetValue(name, out (long Leaves, Tally Tally) known) ? known.Tally : default;
            _searched[name] = (leaves, before + tallies[i]);
        }

        return [.. designs.Select(d => _searched[d.Name].Tally)];
    }

    /// <summary>Fresh replicates of several designs, so many leaves of each.</summary>
    public Tally[] Confirm(IReadOnlyList<PlanDesign> designs, long leaves)
    {
        List<(PlanDesign Design, long First, long Leaves)> runs = [];
        foreach (PlanDesign design in designs)
        {
            runs.Add((design, _nextFresh, leaves));
            _nextFresh += leaves;
        }

        return Run(PlanStage.Confirmation, ConfirmationSeed(_seed), runs);
    }

    private Tally[] Run(PlanStage stage, ulong seed, List<(PlanDesign Design, long First, long Leaves)> runs)
    {
        Tally[] sums = new Tally[runs.Count];
        List<(int Run, long First, long Leaves)> batch = [];
        long leaves = 0;
        foreach ((int Run, long First, long Leaves) piece in runs.SelectMany(Pieces))
        {
            batch.Add(piece);
            leaves += piece.Leaves;
            if (leaves >= LeavesPerBatch)
            {
                RunBatch();
            }
        }

        RunBatch();
        return sums;

        void RunBatch()
        {
            DesignRecord[] records = Records(stage, seed, [.. batch.Select(p => (runs[p.Run].Design, p.First, p.Leaves))]);
            for (int i = 0; i < records.Length; i++)
            {
                Replicates += records[i].Replicates;
                sums[batch[i].Run] += new Tally(records[i].Replicates, records[i].Values, records[i].Sum, records[i].SumOfSquares);
                _onRecord?.Invoke(records[i]);
            }

            batch.Clear();
            leaves = 0;
        }
    }

    private DesignRecord[] Records(PlanStage stage, ulong seed, (PlanDesign Design, long First, long Leaves)[] pieces)
    {
        DesignRecord?[] records = [.. pieces.Select(p => _known.GetValueOrDefault((p.Design.Name, seed, p.First * Leaf, p.Leaves * Leaf)))];
        int[] missing = [.. Enumerable.Range(0, pieces.Length).Where(i => records[i] is null)];
        Tally[] made = missing.Length == 0 ? [] : _evaluator.Run([.. missing.Select(i => new DesignRun(pieces[i].Design.Scenario, seed, pieces[i].First, pieces[i].Leaves))]);
        for (int m = 0; m < missing.Length; m++)
        {
            (PlanDesign design, long first, _) = pieces[missing[m]];
            records[missing[m]] = new(stage, design.Name, seed, first * Leaf, made[m].Replicates, made[m].Values, made[m].Sum, made[m].SumOfSquares);
        }

        return records!;
    }

    private static IEnumerable<(int Run, long First, long Leaves)> Pieces((PlanDesign Design, long First, long Leaves) run, int index)
    {
        for (long done = 0; done < run.Leaves; done += LeavesPerPiece)
        {
            yield return (index, run.First + done, Math.Min(LeavesPerPiece, run.Leaves - done));
        }
    }

    private static (string Design, ulong Seed, long First, long Replicates) KeyOf(DesignRecord record) =>
        (record.Design, record.Seed, record.FirstReplicate, record.Replicates);
}
