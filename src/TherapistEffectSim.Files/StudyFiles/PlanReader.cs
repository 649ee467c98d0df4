using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>The part of a plan that has paths of the scenario as keys, checked.</summary>
/// <param name="Paths">What varies, in the order of the file.</param>
/// <param name="Curves">Paths along which a curve is shown.</param>
/// <param name="Assumptions">Paths of other assumptions.</param>
internal sealed record PlanPaths(ImmutableArray<PlanPath> Paths, ImmutableArray<Axis> Curves, ImmutableArray<Axis> Assumptions);

/// <summary>A path that a plan varies.</summary>
/// <param name="Path">The path.</param>
/// <param name="Position">Its place in the file.</param>
/// <param name="Dimension">Its values.</param>
/// <param name="Range">As written.</param>
internal sealed record PlanPath(string Path, Position Position, PlanDimension Dimension, PlanRange Range);

/// <summary>Reads <c>plan.vary</c>, <c>plan.curve</c> and <c>plan.sensitivity</c>.</summary>
internal sealed class PlanReader(ProblemList problems)
{
    private const int MostValues = 1_000_000;
    private const int MostPaths = 4;
    private const int MostPoints = 200;
    private const double ValuesOfARange = 1000; // of real numbers, where the file does not say

    // Sizes of a trial: more of them never makes it worse.
    private static readonly ImmutableHashSet<string> s_sizes =
    [
        "scenario.trial.therapists", "scenario.trial.caseload", "scenario.trial.caseload.mean", "scenario.trial.caseload.total",
        "scenario.alliance.assessments",
    ];

    private readonly Binder _binder = new(problems);

    /// <summary>Reads; what is wrong is among the problems.</summary>
    public PlanPaths Read(PlanContent plan)
    {
        ImmutableArray<PlanPath> paths = [.. Vary(plan.Vary)];
        string[] varied = [.. paths.SelectMany(p => p.Range.Tied.Keys.Prepend(p.Path))];
        return new(paths, Axes(plan.Curve, "plan.curve", varied), Axes(plan.Sensitivity, "plan.sensitivity", varied));
    }

    private IEnumerable<PlanPath> Vary(Node? vary)
    {
        if (vary is not MapNode map)
        {
            if (vary is not (null or RefusedNode))
            {
                _binder.Refuse(vary, "plan.vary", "a map from paths such as scenario.trial.therapists to ranges {from, to}");
            }

            yield break;
        }

        if (map.Entries.Length > MostPaths)
        {
            problems.Add(map.Position, "plan.vary", $"must name at most {MostPaths} paths, but names {map.Entries.Length}.");
            yield break;
        }

        List<string> taken = [];
        foreach (Entry entry in map.Entries)
        {
            if (ReadPath(entry, Binder.Below("plan.vary", entry.Key), taken) is PlanPath path)
            {
                yield return path;
            }
        }
    }

    private PlanPath? ReadPath(Entry entry, string path, List<string> taken)
    {
        int before = problems.Count;
        bool? isWhole = IsWhole(entry.Key, entry.KeyPosition, path, taken);
        if (_binder.Bind(typeof(PlanRange), entry.Value, path) is not PlanRange range || isWhole is null)
        {
            return null;
        }

        foreach (string tied in range.Tied.Keys)
        {
            IsWhole(tied, ((MapNode)entry.Value).Locate(["tied", tied]), Binder.Below(Binder.Below(path, "tied"), tied), taken);
        }

        MapNode map = (MapNode)entry.Value;
        if (!(range.From < range.To))
        {
            Add("to", $"must be above from, {Text(range.From)}, but was {Text(range.To)}.");
        }
        else if (isWhole.Value)
        {
            foreach ((string key, double? value) in (ReadOnlySpan<(string, double?)>)[("from", range.From), ("to", range.To), ("by", range.By)])
            {
                if (value is double number && number != Math.Floor(number))
                {
                    Add(key, $"must be a whole number, because the values of {entry.Key} are, but was {Text(number)}.");
                }
            }
        }
        else if (range.MultipleOf is not null)
        {
            Add("multiple-of", $"is for whole numbers; give by for {entry.Key}.");
        }

        if (range is { MultipleOf: not null, By: not null })
        {
            Add("multiple-of", "must be left out where by is given.");
        }

        if (problems.Count != before)
        {
            return null;
        }

        decimal step = (decimal)(range.By ?? range.MultipleOf ?? (isWhole.Value ? 1 : Math.Max(PlanRange.SmallestStep, Nice((range.To - range.From) / ValuesOfARange))));
        decimal lowest = range.MultipleOf is int multiple ? Math.Ceiling((decimal)range.From / multiple) * multiple : (decimal)range.From;
        decimal count = Math.Floor(((decimal)range.To - lowest) / step) + 1;
        if (count is < 2 or > MostValues)
        {
            problems.Add(map.Position, path, string.Create(
                CultureInfo.InvariantCulture, $"must hold 2 to {MostValues:N0} values, but {(count < 1 ? "none" : count.ToString("N0", CultureInfo.InvariantCulture))} of [{Text(range.From)}, {Text(range.To)}] {(count < 2 ? "is one that is accepted" : "are")}."));
            return null;
        }

        foreach ((string tied, double factor) in range.Tied)
        {
            bool wholeToo = ScenarioPaths.Find(tied)!.Type is Type type && (type == typeof(int) || type == typeof(Caseload));
            if (wholeToo && ((decimal)factor * lowest % 1 != 0 || (decimal)factor * step % 1 != 0))
            {
                problems.Add(map.Locate(["tied", tied]), Binder.Below(Binder.Below(path, "tied"), tied), $"must make whole numbers of all values, but {Text(factor)} times {Text((double)lowest)}, {Text((double)(lowest + step))}, … does not; take multiple-of.");
            }
        }

        PlanDirection? direction = s_sizes.Contains(entry.Key) && range.Tied.IsEmpty ? PlanDirection.Up : null;
        return problems.Count == before ? new(entry.Key, entry.KeyPosition, new(ScenarioPaths.FactorName(entry.Key), lowest, step, (int)count, direction), range) : null;

        void Add(string key, string message) => problems.Add(map.Locate([key]), Binder.Below(path, key), message);
    }

    // Whether the values at a path are whole numbers; null with the reason among the problems if it holds no number.
    private bool? IsWhole(string key, Position position, string path, List<string> taken)
    {
        if (ScenarioPaths.Find(key) is not KeySpec spec)
        {
            GridReader.RefusePath(new(key, position, new RefusedNode(position)), path, problems);
            return null;
        }

        bool isWhole = spec.Type == typeof(int) || spec.Type == typeof(Caseload);
        if (!isWhole && spec.Type != typeof(double) && spec.Type != typeof(ArmEffect) && spec.Type != typeof(ReverseCausation) && spec.Type != typeof(ResidualSd))
        {
            problems.Add(position, path, $"must be the path of a number, but {key} takes {Vocabulary.Accepted(spec.Type, spec.Interval)}.");
            return null;
        }

        if (taken.Find(other => ScenarioPaths.Overlap(other, key)) is string twice)
        {
            problems.Add(position, path, $"varies what {twice} varies already.");
            return null;
        }

        taken.Add(key);
        return isWhole;
    }

    private ImmutableArray<Axis> Axes(Node? node, string path, string[] varied)
    {
        ImmutableArray<Axis> axes = new GridReader(problems).ReadAxes(node, path, MostPoints);
        foreach (Axis axis in axes)
        {
            if (varied.FirstOrDefault(v => ScenarioPaths.Overlap(v, axis.Path)) is string taken)
            {
                problems.Add(axis.Position, Binder.Below(path, axis.Path), $"must not vary what plan.vary does, {taken}.");
            }
        }

        return axes;
    }

    // 1, 2 or 5 times a power of ten, not above.
    private static double Nice(double step)
    {
        double power = 1;
        for (; power > step; power /= 10)
        {
        }

        for (; power * 10 <= step; power *= 10)
        {
        }

        return power * (step >= 5 * power ? 5 : step >= 2 * power ? 2 : 1);
    }

    private static string Text(double number) => CoreScalar.ToText(number);
}
