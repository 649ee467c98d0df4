using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>A store in memory, to which it is always time to write.</summary>
internal sealed class MemoryStore(IEnumerable<(PartLabel Label, byte[] Content)> before) : IPartStore
{
    private readonly (PartLabel Label, byte[] Content)[] _before = [.. before];
    private readonly Lock _gate = new();

    public MemoryStore()
        : this([])
    {
    }

    /// <summary>What was written.</summary>
    public List<(PartLabel Label, byte[] Content)> Written { get; } = [];

    public IEnumerable<int> Scenarios => _before.Select(p => p.Label.Scenario).Distinct();

    public bool IsTimeToWrite() => true;

    public IReadOnlyList<StoredPart> Find(int scenario) =>
        [.. _before.Index().Where(p => p.Item.Label.Scenario == scenario).Select(p => new StoredPart(p.Item.Label, 0, p.Index))];

    public byte[] Read(StoredPart part) => _before[part.Position].Content;

    public void Write(PartLabel label, ReadOnlyMemory<byte> content)
    {
        lock (_gate)
        {
            Written.Add((label, content.ToArray()));
        }
    }

    public void Flush()
    {
    }
}
