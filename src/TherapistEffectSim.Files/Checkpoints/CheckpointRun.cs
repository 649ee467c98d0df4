using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Checkpoints;

/// <summary>The run that wrote a checkpoint file, as it was asked for.</summary>
public sealed record CheckpointRun
{
    /// <summary>Hash of the canonical study and the version of its results.</summary>
    public required string StudyIdentity { get; init; }

    /// <summary>The program, with the commit that it was built from.</summary>
    public required string Program { get; init; }

    /// <summary>Which replicates.</summary>
    public required Shard Shard { get; init; }

    /// <summary>Replicates per scenario.</summary>
    public required int Replicates { get; init; }

    /// <summary>Whether they were asked for beside the study file.</summary>
    public required bool ReplicatesWereGiven { get; init; }

    /// <summary>Whether the tests of all replicates are kept.</summary>
    public required bool KeepReplicates { get; init; }

    /// <summary>Key of all random numbers.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The study as run, in YAML.</summary>
    public required string Study { get; init; }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Program);
        writer.Write(Shard.Number);
        writer.Write(Shard.Count);
        writer.Write(Replicates);
        writer.Write(ReplicatesWereGiven);
        writer.Write(KeepReplicates);
        writer.Write(Seed);
        writer.Write(Study);
    }

    internal static CheckpointRun Read(BinaryReader reader, string identity) => new()
    {
        StudyIdentity = identity,
        Program = reader.ReadString(),
        Shard = new(reader.ReadInt32(), reader.ReadInt32()),
        Replicates = reader.ReadInt32(),
        ReplicatesWereGiven = reader.ReadBoolean(),
        KeepReplicates = reader.ReadBoolean(),
        Seed = reader.ReadUInt64(),
        Study = reader.ReadString(),
    };
}
