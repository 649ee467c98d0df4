using System.Numerics;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Makes the fits of tables as many replicates side by side as the lane is wide, and from the tables those that lanes cannot make.</summary>
/// <remarks>The hot loop of such a study: allocates in the constructor only, but for replicates and fits that need tables.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class LaneTableEngine<T> : IReplicateEngine, IFitsByTables
    where T : unmanaged, ILane<T>
{
    private readonly TableEngine _byTables;
    private readonly IPatientNumbers<T> _trials;
    private readonly ITakesReplicates[] _statistics;
    private readonly IFitOnLanes<T>?[] _fits; // [fit of tables] null: by tables
    private readonly ulong[] _left;           // [fit of tables] lanes that are left to the tables

    /// <param name="plan">With fits of tables, or of a growth world.</param>
    public LaneTableEngine(ScenarioPlan plan)
    {
        _byTables = new(plan);
        LaneTablePlan<T> onLanes = new(plan);
        _trials = onLanes.Trials;
        _statistics = [.. onLanes.Statistics];
        _fits = onLanes.Fits;
        _left = new ulong[_fits.Length];
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
            foreach (ITakesReplicates statistics in _statistics)
            {
                statistics.Take();
            }

            for (int f = 0; f < _fits.Length; f++)
            {
                _left[f] = T.Bits(_fits[f] is { } fit ? fit.Run(values, offset) : T.FromBits(ulong.MaxValue));
                FitsByTables += BitOperations.PopCount(_left[f]);
            }

            for (int lane = 0; lane < T.Width && offset + lane < count; lane++)
            {
                _byTables.Run(first + offset + lane, offset + lane, values, _left, 1UL << lane);
            }
        }
    }
}
