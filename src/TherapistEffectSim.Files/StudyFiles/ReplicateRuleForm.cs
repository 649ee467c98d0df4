using System.Text.Json.Nodes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>A number; {min, max, target-mcse}.</summary>
internal sealed class ReplicateRuleForm : ShortForm
{
    private static readonly IntervalAttribute s_count = IntervalOf(typeof(FixedReplicates), nameof(FixedReplicates.Count))!;

    public override string Accepted => $"{s_count.Describe(integer: true)}, or {{min, max, target-mcse}}";

    public override IReadOnlyList<Type> LongForms => [typeof(PrecisionReplicates)];

    public override object? Bind(Binder binder, Node node, string path) => node switch
    {
        MapNode map => binder.BindRecord(typeof(PrecisionReplicates), map, path),
        ScalarNode { Type: CoreType.Number } => binder.Bind(typeof(int), node, path, s_count) is int count ? new FixedReplicates { Count = count } : null,
        _ => binder.Refuse(node, path, Accepted),
    };

    public override Node Write(object value, Position position) =>
        value is FixedReplicates equal ? RecordWriter.Write(equal.Count, position) : RecordWriter.WriteRecord(value, position);

    public override IEnumerable<JsonObject> Schemas() => [StudySchema.Of(typeof(int), s_count), StudySchema.OfRecord(typeof(PrecisionReplicates))];
}
