using System.Collections.Immutable;

namespace TherapistEffectSim.Studies;

/// <summary>What a part of a study covers.</summary>
/// <param name="Scenario">Number of the scenario, from 1.</param>
/// <param name="Replicates">The replicates, ascending and disjoint.</param>
/// <param name="KeepsReplicates">Whether their tests are kept, not only their sums.</param>
public sealed record PartLabel(int Scenario, ImmutableArray<ReplicateRange> Replicates, bool KeepsReplicates);

/// <summary>A part that a store holds.</summary>
/// <param name="Label">What it covers.</param>
/// <param name="Volume">Which of the store's files holds it.</param>
/// <param name="Position">Where in that file.</param>
public sealed record StoredPart(PartLabel Label, int Volume, long Position);

/// <summary>Keeps the sums over finished replicates, so that a run can go on from them, and those of several runs be joined.</summary>
/// <remarks>All members may be called from several threads.</remarks>
public interface IPartStore
{
    /// <summary>Numbers of the scenarios of which parts were stored before the run.</summary>
    IEnumerable<int> Scenarios { get; }

    /// <summary>Whether what is done should be written now: true to one caller each time.</summary>
    bool IsTimeToWrite();

    /// <summary>The parts of a scenario that were stored before the run. Where two cover the same replicates, the earlier in this list counts.</summary>
    IReadOnlyList<StoredPart> Find(int scenario);

    /// <summary>What <see cref="Write"/> was given.</summary>
    byte[] Read(StoredPart part);

    /// <summary>Stores a part.</summary>
    void Write(PartLabel label, ReadOnlyMemory<byte> content);

    /// <summary>Brings what was written to the disk.</summary>
    void Flush();
}
