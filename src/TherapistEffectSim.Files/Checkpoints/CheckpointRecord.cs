using System.Collections.Immutable;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Checkpoints;

/// <summary>The bodies of the records of a checkpoint file: kind, study identity, and a run or a part.</summary>
internal static class CheckpointRecord
{
    private const byte RunKind = 1;
    private const byte PartKind = 2;

    /// <summary>The body of the record of a run.</summary>
    public static byte[] Of(CheckpointRun run) => Body(RunKind, run.StudyIdentity, run.Write);

    /// <summary>The body of the record of a part.</summary>
    public static byte[] Of(string identity, PartLabel label, ReadOnlyMemory<byte> content) => Body(PartKind, identity, writer =>
    {
        writer.Write(label.Scenario);
        writer.Write(label.KeepsReplicates);
        writer.Write7BitEncodedInt(label.Replicates.Length);
        foreach (ReplicateRange range in label.Replicates)
        {
            writer.Write(range.First);
            writer.Write(range.End);
        }

        writer.Write(content.Span);
    });

    /// <summary>Reads a body.</summary>
    /// <returns>The identity of the study, and a run, or what a part covers and where its content begins.</returns>
    public static (string Identity, CheckpointRun? Run, PartLabel? Label, int Content) Read(byte[] body)
    {
        using BinaryReader reader = new(new MemoryStream(body, writable: false));
        byte kind = reader.ReadByte();
        string identity = reader.ReadString();
        if (kind == RunKind)
        {
            return (identity, CheckpointRun.Read(reader, identity), null, 0);
        }

        int scenario = reader.ReadInt32();
        bool keeps = reader.ReadBoolean();
        ImmutableArray<ReplicateRange> ranges =
            [.. Enumerable.Range(0, reader.Read7BitEncodedInt()).Select(_ => new ReplicateRange(reader.ReadInt64(), reader.ReadInt64()))];
        return (identity, null, new PartLabel(scenario, ranges, keeps), (int)reader.BaseStream.Position);
    }

    private static byte[] Body(byte kind, string identity, Action<BinaryWriter> write)
    {
        using MemoryStream body = new();
        using BinaryWriter writer = new(body);
        writer.Write(kind);
        writer.Write(identity);
        write(writer);
        writer.Flush();
        return body.ToArray();
    }
}
