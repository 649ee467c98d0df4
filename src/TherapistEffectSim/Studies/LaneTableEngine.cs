using System.Numerics;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Fits growth worlds as many replicates side by side as the lane is wide, and by tables what lanes cannot fit.</summary>
/// <remarks>The hot loop of such a study: allocates in the constructor only, but for replicates and fits that need tables.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class LaneTableEngine<T> : IReplicateEngine, IFitsByTables
    where T : unmanaged, ILane<T>
{
    private readonly GrowthReduction<T> _trials;
    private readonly TableEngine _byTables;
    private readonly VisitStatistics<T>[] _visits;
    private readonly IFitOnLanes<T>?[] _fits; // [fit of tables] null: by tables
    private readonly ulong[] _byTable;     // [fit of tables] lanes that are left to the tables

    /// <param name="plan">Of a growth world.</param>
    public LaneTableEngine(ScenarioPlan plan)
    {
        _byTables = new(plan);
        GrowthColumns columns = new(plan.Growth!);
        bool[] isOnLanes = [.. plan.TableFits.Select(f => f is { NeedsKenwardRoger: false, NeedsJointWald: false, NeedsExactNull: false })];
        VisitModel?[] models = [.. plan.Methods.Select((method, m) => IsAnyOnLanes(plan, isOnLanes, m) ? VisitModel.Of(method, plan.Growth!, columns) : null)];
        _trials = new(plan.Growth!, plan.Key, columns);
        IReadOnlyList<double[]> occasions = [.. columns.OfOccasions.Select(o => o.Values)];
        VisitStatistics<T>?[] visits =
            [.. models.Select(m => m is null ? null : new VisitStatistics<T>(_trials.Therapists, new(m.Weeks, _trials.SomeAreLost), m.Columns, occasions))];
        _visits = [.. visits.OfType<VisitStatistics<T>>()];
        _fits = [.. plan.TableFits.Select((fit, f) => isOnLanes[f] && models[fit.Method] is { } model ? new VisitFit<T>(plan, f, model, _trials, visits[fit.Method]!) : null)];
        _byTable = new ulong[_fits.Length];
    }

    /// <inheritdoc/>
    public long FitsByTables { get; private set; }

    /// <inheritdoc/>
    public void Run(long first, int count, LeafValues values)
    {
        for (int offset = 0; offset < count; offset += T.Width)
        {
            _trials.Draw(first + offset);
            ReplicateEngine<T>.Store(_trials.AnalysedPatients, values.Patients, offset);
            ReplicateEngine<T>.Store(_trials.AnalysedTherapists, values.Therapists, offset);
            foreach (VisitStatistics<T> visits in _visits)
            {
                visits.Take(_trials);
            }

            for (int f = 0; f < _fits.Length; f++)
            {
                _byTable[f] = T.Bits(_fits[f] is { } fit ? fit.Run(values, offset) : T.FromBits(ulong.MaxValue));
                FitsByTables += BitOperations.PopCount(_byTable[f]);
            }

            for (int lane = 0; lane < T.Width && offset + lane < count; lane++)
            {
                _byTables.Run(first + offset + lane, offset + lane, values, _byTable, 1UL << lane);
            }
        }
    }

    private static bool IsAnyOnLanes(ScenarioPlan plan, bool[] isOnLanes, int method) =>
        Enumerable.Range(0, isOnLanes.Length).Any(f => isOnLanes[f] && plan.TableFits[f].Method == method);
}
