using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>A correlation, early and late alike; {early, late}.</summary>
internal sealed class ReverseCausationForm : ShortForm
{
    private static readonly IntervalAttribute s_correlation = IntervalOf(typeof(ReverseCausation), nameof(ReverseCausation.Early))!;

    public override string Accepted => $"{s_correlation.Describe(integer: false)}, or {{early, late}}";

    public override IReadOnlyList<Type> LongForms => [typeof(ReverseCausation)];

    public override object? Bind(Binder binder, Node node, string path) => node switch
    {
        MapNode map => binder.BindRecord(typeof(ReverseCausation), map, path),
        ScalarNode { Type: CoreType.Number } => binder.Bind(typeof(double), node, path, s_correlation) is double correlation
            ? new ReverseCausation { Early = correlation, Late = correlation }
            : null,
        _ => binder.Refuse(node, path, Accepted),
    };

    public override Node Write(object value, Position position) =>
        value is ReverseCausation both && both.Early.Equals(both.Late)
            ? RecordWriter.Write(both.Early, position)
            : RecordWriter.WriteRecord(value, position);

    public override MapNode? LongFormOf(ScalarNode value) =>
        new([.. Vocabulary.KeysOf(typeof(ReverseCausation)).Select(k => new Entry(k.Key, value.Position, value))], value.Position);

    public override IEnumerable<JsonObject> Schemas() =>
        [StudySchema.Of(typeof(double), s_correlation), StudySchema.OfRecord(typeof(ReverseCausation))];
}

/// <summary>A number for all arms; a map with a number for each arm that differs from 1.</summary>
internal sealed class ResidualSdForm : ShortForm
{
    private static readonly IntervalAttribute s_sd = IntervalOf(typeof(ResidualSd), nameof(ResidualSd.Sd))!;

    public override string Accepted => $"{s_sd.Describe(integer: false)}, or a map from arms to such numbers";

    public override IReadOnlyList<Type> LongForms => [];

    public override object? Bind(Binder binder, Node node, string path) => node switch
    {
        MapNode map => binder.Bind(typeof(ImmutableSortedDictionary<string, double>), map, path, s_sd) is ImmutableSortedDictionary<string, double> arms
            ? new ResidualSd { PerArm = arms }
            : null,
        ScalarNode { Type: CoreType.Number } => binder.Bind(typeof(double), node, path, s_sd) is double sd ? new ResidualSd { Sd = sd } : null,
        _ => binder.Refuse(node, path, Accepted),
    };

    public override Node Write(object value, Position position)
    {
        ResidualSd sd = (ResidualSd)value;
        return sd.PerArm.IsEmpty ? RecordWriter.Write(sd.Sd, position) : RecordWriter.Write(sd.PerArm, position);
    }

    public override IEnumerable<JsonObject> Schemas() =>
        [StudySchema.Of(typeof(double), s_sd), StudySchema.Of(typeof(ImmutableSortedDictionary<string, double>), s_sd)];
}
