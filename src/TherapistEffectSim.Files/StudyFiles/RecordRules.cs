using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Rules over several keys of one map of a study file, and over texts that become names of files or columns.</summary>
internal static partial class RecordRules
{
    private const string NameRule =
        "made of letters, digits, '-', '_' and '.', begin with a letter, digit or '_', not end in '.', and have at most 100 characters";

    private static readonly ImmutableArray<TestKind> s_varianceTests = [TestKind.LrtMixture, TestKind.RlrtMixture, TestKind.RlrtExact, TestKind.FExact];
    private static readonly ImmutableArray<TestKind> s_testsOfBoth = [TestKind.Bootstrap];
    private static readonly ImmutableArray<TestKind> s_curveTests = [TestKind.TwoLines, TestKind.LindMehlum];

    public static void Check(object record, MapNode map, string path, Binder binder)
    {
        switch (record)
        {
            case StudyContent study:
                CheckName(study.Name, map, path, binder);
                CheckMethods(study, map, binder);
                break;
            case PlanTarget target:
                CheckPlanTarget(target, map, path, binder);
                break;
            case TargetTest test:
                CheckTarget(test.Term, test.Variance, test.By, map, path, binder);
                break;
            case PrecisionReplicates { Min: var min, Max: var max } when min > max:
                Add(binder, map, path, "max", $"must be at least min, {min}, but was {max}.");
                break;
            case Method method:
                CheckMethod(method, map, path, binder);
                break;
            case TestRequest test:
                CheckTarget(test.Term, test.Variance, test.By, map, path, binder);
                if (test.Variance is not null && test.Alternative != Alternative.TwoSided)
                {
                    Add(binder, map, path, "alternative", "must be left out for a variance, which is always tested upwards.");
                }

                CheckShape(test, map, path, binder);

                break;
            case JointTest joint:
                CheckName(joint.Name, map, path, binder);
                CheckTarget(joint.Term, joint.Variance, joint.By, map, path, binder);
                break;
            default:
                break;
        }
    }

    private static void CheckPlanTarget(PlanTarget target, MapNode map, string path, Binder binder)
    {
        string[] keys = ["power", "interval-width", "coverage", "mcse"];
        int given = keys.Count(key => map[key] is not null);
        if (given != 1)
        {
            binder.Problems.Add(map.Position, path, $"takes exactly one of {string.Join(", ", keys)}, but has {(given == 0 ? "none" : given.ToString(System.Globalization.CultureInfo.InvariantCulture))}.");
        }
        else if (target.Tests.Length > 1 && (target.IntervalWidth is not null || target.Coverage is not null))
        {
            Add(binder, map, path, "tests", $"must list one test, because an interval is that of one test, but lists {target.Tests.Length}.");
        }
    }

    private static void CheckShape(TestRequest test, MapNode map, string path, Binder binder)
    {
        bool ofCurve = s_curveTests.Contains(test.By);
        if (ofCurve && test.Alternative != Alternative.TwoSided)
        {
            Add(binder, map, path, "alternative", $"must be left out for {Vocabulary.WordOf(test.By)}, which takes shape: inverted-u or u.");
        }
        else if (!ofCurve && test.Shape is not null)
        {
            Add(binder, map, path, "shape", $"belongs to {string.Join(" and ", s_curveTests.Select(t => Vocabulary.WordOf(t)))}; leave it out for {Vocabulary.WordOf(test.By)}.");
        }
    }

    private static void CheckName(string name, MapNode map, string path, Binder binder)
    {
        if (!NamePattern().IsMatch(name))
        {
            Add(binder, map, path, "name", $"must be {NameRule}, but was {map["name"]!.Found}.");
        }
    }

    private static void CheckTarget(string? term, string? variance, TestKind by, MapNode map, string path, Binder binder)
    {
        bool ofVariance = s_varianceTests.Contains(by);
        if ((term is null) == (variance is null))
        {
            binder.Problems.Add(map.Position, path, $"takes exactly one of term and variance, but has {(term is null ? "neither" : "both")}.");
        }
        else if (ofVariance != variance is not null && !s_testsOfBoth.Contains(by))
        {
            IEnumerable<TestKind> fitting = Enum.GetValues<TestKind>().Where(t => s_varianceTests.Contains(t) != ofVariance || s_testsOfBoth.Contains(t));
            Add(binder, map, path, "by",
                $"{Vocabulary.WordOf(by)} tests {(ofVariance ? "a variance, not a term" : "a term, not a variance")}; "
                + $"here it must be {Vocabulary.OneOf(fitting.Select(t => Vocabulary.WordOf(t)))}.");
        }
    }

    private static void CheckMethod(Method method, MapNode map, string path, Binder binder)
    {
        if ((method.Preset is null) == (method.Formula is null))
        {
            binder.Problems.Add(
                map.Position, path, $"takes exactly one of preset and formula, but has {(method.Preset is null ? "neither" : "both")}.");
            return;
        }

        if (method.Name is not null)
        {
            CheckName(method.Name, map, path, binder);
        }
        else if (method.Formula is not null)
        {
            Add(binder, map, path, "name", "is missing; a method with a formula needs a name for the result files.");
        }

        for (int i = 0; i < method.Tests.Length; i++)
        {
            if (method.Tests.IndexOf(method.Tests[i]) < i)
            {
                string item = $"{Binder.Below(path, "tests")}[{i + 1}]";
                binder.Problems.Add(Item(map, "tests", i).Position, item, "is the same test as one before it.");
                return;
            }
        }

        if (method.Formula is null)
        {
            return;
        }

        if (!method.Adjust.IsEmpty)
        {
            Add(binder, map, path, "adjust", "belongs to presets; write the columns into the formula.");
        }

        if (map["formula"] is ScalarNode formula && binder.CheckFormula?.Invoke(formula.Text) is (int offset, string message))
        {
            Position position = formula.TextStart is Position start ? start with { Column = start.Column + offset } : formula.Position;
            binder.Problems.Add(position, Binder.Below(path, "formula"), message);
        }
    }

    private static void CheckMethods(StudyContent study, MapNode map, Binder binder)
    {
        if (study.Methods.IsEmpty)
        {
            Add(binder, map, "", "methods", "must list at least one method, but is empty.");
        }

        Dictionary<string, Method> methods = [];
        for (int i = 0; i < study.Methods.Length; i++)
        {
            if (!methods.TryAdd(study.Methods[i].Name!, study.Methods[i]))
            {
                binder.Problems.Add(
                    Item(map, "methods", i).Position, $"methods[{i + 1}]", $"the name '{study.Methods[i].Name}' is taken; give another name.");
            }
        }

        if (study.Joint.Length is 1 or > 6)
        {
            Add(binder, map, "", "joint", $"must list 2 to 6 tests, or none for the default three, but has {study.Joint.Length}.");
            return;
        }

        HashSet<string> names = [];
        for (int i = 0; i < study.Joint.Length; i++)
        {
            CheckJoint(study.Joint[i], (MapNode)Item(map, "joint", i), $"joint[{i + 1}]", methods, binder);
            if (!names.Add(study.Joint[i].Name))
            {
                Add(binder, (MapNode)Item(map, "joint", i), $"joint[{i + 1}]", "name", $"'{study.Joint[i].Name}' is taken; give another name.");
            }
        }
    }

    private static void CheckJoint(JointTest joint, MapNode map, string path, Dictionary<string, Method> methods, Binder binder)
    {
        if (!methods.TryGetValue(joint.Method, out Method? method))
        {
            Add(binder, map, path, "method",
                $"must be {Vocabulary.OneOf(methods.Keys)}, but was '{joint.Method}'{NearestWord.Suggestion(joint.Method, methods.Keys)}");
        }
        else if (!method.Tests.IsEmpty
            && !method.Tests.Any(t => t.By == joint.By && (t.Term, t.Variance).Equals((joint.Term, joint.Variance))))
        {
            string made = string.Join(", ", method.Tests.Select(t => $"{t.Term ?? t.Variance} by {Vocabulary.WordOf(t.By)}"));
            binder.Problems.Add(map.Position, path, $"must be a test that the method '{joint.Method}' makes: {made}.");
        }
    }

    private static Node Item(MapNode map, string key, int i) => map[key] is ListNode list ? list.Items[i] : map;

    private static void Add(Binder binder, MapNode map, string path, string key, string message) =>
        binder.Problems.Add(map.Locate([key]), Binder.Below(path, key), message);

    [GeneratedRegex(@"\A[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
