using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>A study as read from a YAML or JSON file: free of mistakes, its cells made on demand.</summary>
/// <remarks>Immutable and safe to share between threads.</remarks>
public sealed class StudyFile
{
    /// <summary>Raised when a version of the program changes the numbers of a study at a fixed seed.</summary>
    public const int ResultsVersion = 1;

    private readonly StudyContent _content;
    private readonly Grid _grid;
    private readonly ScenarioCells _cells;
    private readonly PlanPaths? _plan;

    private StudyFile(StudyContent content, Grid grid, ScenarioCells cells, PlanPaths? plan)
    {
        _content = content;
        _grid = grid;
        _cells = cells;
        _plan = plan;
    }

    /// <summary>The name of the study.</summary>
    public string Name => _content.Name;

    /// <summary>What the study asks; empty if not said.</summary>
    public string Question => _content.Question;

    /// <summary>The seed of the file; <see langword="null"/> if it has none and one is to be drawn.</summary>
    public ulong? Seed => _content.Seed;

    /// <summary>Replicates per scenario by the file.</summary>
    public ReplicateRule Replicates => _content.Replicates;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its name, which also stands in messages.</param>
    /// <param name="checkFormula">Offset and reason of the first mistake in a formula, or <see langword="null"/> if it has none.</param>
    /// <exception cref="StudyFileException">The file cannot be read, or has mistakes: all of them are listed.</exception>
    public static StudyFile Load(string path, Func<string, (int Position, string Message)?>? checkFormula = null)
    {
        string? text;
        try
        {
            using StreamReader reader = new(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            text = DocumentReader.ReadAll(reader);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreadable(path, "does not exist.");
        }
        catch (DecoderFallbackException)
        {
            throw Unreadable(path, "is not text in UTF-8.");
        }
        catch (UnauthorizedAccessException)
        {
            throw Unreadable(path, Directory.Exists(path) ? "is a folder, not a file." : "may not be read by this user.");
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            throw Unreadable(path, $"cannot be read: {e.Message}");
        }

        return Read(text, path, checkFormula);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">YAML 1.2, or JSON.</param>
    /// <param name="fileName">For messages.</param>
    /// <param name="checkFormula">Offset and reason of the first mistake in a formula, or <see langword="null"/> if it has none.</param>
    /// <exception cref="StudyFileException">The text has mistakes: all of them are listed.</exception>
    public static StudyFile Read(TextReader text, string fileName, Func<string, (int Position, string Message)?>? checkFormula = null) =>
        Read(DocumentReader.ReadAll(text), fileName, checkFormula);

    /// <summary>A study of one world, with the usual three methods.</summary>
    /// <param name="name">Name of the study.</param>
    /// <param name="question">What it asks.</param>
    /// <param name="seed">Key of all random numbers.</param>
    /// <param name="replicates">Replicates.</param>
    /// <param name="scenario">The world.</param>
    /// <exception cref="StudyFileException">There can be no such study: all reasons are listed.</exception>
    public static StudyFile Of(string name, string question, ulong seed, int replicates, Scenario scenario)
    {
        StudyContent content = new() { Name = name, Question = question, Seed = seed, Replicates = new FixedReplicates { Count = replicates }, Scenario = RecordWriter.WriteRecord(scenario, default) };
        return Read(YamlText.Of(RecordWriter.WriteRecord(content, default)), name, checkFormula: null);
    }

    private static StudyFile Read(string? text, string fileName, Func<string, (int Position, string Message)?>? checkFormula)
    {
        ProblemList problems = new(fileName);
        if (DocumentReader.Read(text, problems) is not MapNode root)
        {
            problems.ThrowIfAny();
            throw new InvalidOperationException("A text without a map has a mistake.");
        }

        Binder binder = new(problems, checkFormula);
        StudyContent? content = (StudyContent?)binder.Bind(typeof(StudyContent), root, "");
        int others = problems.Count;
        if (root[ScenarioPaths.Root] is Node written)
        {
            HashSet<string> varied = GridReader.PathsIn(root);
            new Binder(problems, mayMiss: path => varied.Any(v => ScenarioPaths.Overlap(v, path)))
                .Bind(typeof(Scenario), written, ScenarioPaths.Root);
        }

        Grid grid = new GridReader(problems).Read(root);
        ScenarioCells? cells = root[ScenarioPaths.Root] is MapNode scenario ? new(fileName, scenario, grid) : null;
        if (problems.Count == others)
        {
            cells?.Check(problems);
        }

        PlanPaths? plan = content?.Plan is PlanContent planned ? new PlanReader(problems).Read(planned) : null;
        if (plan is not null && problems.IsEmpty)
        {
            PlanScenarios scenarios = new(cells!, plan);
            scenarios.Check(problems);
        }

        problems.ThrowIfAny();
        return new(content!, grid, cells!, plan);
    }

    /// <summary>The study with its data drawn in another way.</summary>
    public StudyFile With(Sampling sampling) => new(_content with { Sampling = sampling }, _grid, _cells, _plan);

    /// <summary>The study to run.</summary>
    /// <param name="seed">Key of all random numbers.</param>
    /// <param name="replicates">Replicates per scenario; those of the file if not given.</param>
    public Study ToStudy(ulong seed, int? replicates = null) => new()
    {
        Name = _content.Name,
        Question = _content.Question,
        Seed = seed,
        Replicates = replicates ?? _content.Replicates.Most,
        Precision = replicates is null ? _content.Replicates as PrecisionReplicates : null,
        Alpha = _content.Alpha,
        RandomNumbers = _content.RandomNumbers,
        Sampling = _content.Sampling,
        ContentHash = ScenarioHash,
        Methods = _content.Methods,
        Joint = _content.Joint,
        Cells = _cells,
    };

    /// <summary>Whether the file has a plan.</summary>
    public bool HasPlan => _plan is not null;

    /// <summary>The question of the file's plan, which it must have.</summary>
    /// <param name="seed">Key of all random numbers.</param>
    public PlanProblem ToPlan(ulong seed)
    {
        PlanContent plan = _content.Plan ?? throw new InvalidOperationException("The study has no plan.");
        PlanScenarios scenarios = new(_cells, _plan!);
        return new()
        {
            Study = ToStudy(seed) with { Cells = [new(1, [], _cells.Base)], Precision = null },
            Target = plan.Target,
            Dimensions = [.. _plan!.Paths.Select(p => p.Dimension)],
            At = scenarios.At,
            Cost = plan.Cost,
            Budget = plan.Budget,
            Replicates = plan.Replicates,
            Curves = [.. _plan.Curves.Select(scenarios.Variation)],
            Assumptions = [.. _plan.Assumptions.Select(scenarios.Variation)],
        };
    }

    /// <summary>The study as run, all defaults written out and all numbers in shortest form; reads back to an equal study.</summary>
    /// <param name="seed">Key of all random numbers.</param>
    /// <param name="replicates">Replicates per scenario; those of the file if not given.</param>
    /// <param name="comments">Comments at the ends of lines by path, such as <c>methods[1].preset</c>; items of lists count from 1.</param>
    public string ToYaml(ulong seed, int? replicates = null, IReadOnlyDictionary<string, string>? comments = null)
    {
        Dictionary<string, string> all = _grid.Axes.SelectMany(a => a.Values).SelectMany(v => v.Changes)
            .Select(c => c.Key).Distinct(StringComparer.Ordinal).ToDictionary(path => path, _ => "varies");
        foreach ((string path, string comment) in comments ?? ImmutableDictionary<string, string>.Empty)
        {
            all[path] = comment;
        }

        return YamlText.Of(Canonical(seed, replicates), all);
    }

    /// <summary>Hexadecimal SHA-256 of what the results depend on: all but name, question and replicates, and <see cref="ResultsVersion"/>.</summary>
    /// <param name="seed">Key of all random numbers.</param>
    public string Identity(ulong seed) => Hash(Canonical(seed, null).Without("name", "question", "replicates", "plan"));

    /// <summary>The same of what a plan depends on: replicates of the plan included.</summary>
    /// <param name="seed">Key of all random numbers.</param>
    public string PlanIdentity(ulong seed) => Hash(Canonical(seed, null).Without("name", "question", "replicates"));

    /// <summary>The study with another number of replicates for the search of its plan, and its confirmation.</summary>
    public StudyFile WithPlanReplicates(int planReplicates) => new(_content with { Plan = _content.Plan! with { Replicates = planReplicates } }, _grid, _cells, _plan);

    private static string Hash(MapNode canonical)
    {
        string content = YamlText.Of(canonical);
        string version = string.Create(CultureInfo.InvariantCulture, $"results-version: {ResultsVersion}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version + content)));
    }

    /// <summary>64 bits of a hash of a scenario's content: the same wherever the scenario stands in whatever grid.</summary>
    public static ulong ScenarioHash(Scenario scenario)
    {
        string content = YamlText.Of(RecordWriter.WriteRecord(scenario, default));
        return BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
    }

    // What grid and zip vary has the values of the first cell in the scenario: there they are complete, and the grid replaces them anyway.
    private MapNode Canonical(ulong seed, int? replicates) => RecordWriter.WriteRecord(
        _content with
        {
            Seed = seed,
            Replicates = replicates is int count ? new FixedReplicates { Count = count } : _content.Replicates,
            Scenario = RecordWriter.WriteRecord(_cells.Base, default),
            Grid = ValuesByPath(_grid.Dimensions.Where(d => !d.Zipped).SelectMany(d => d.Axes).Where(a => !a.IsVariants)),
            Zip = new ListNode([.. _grid.Dimensions.Where(d => d.Zipped).Select(d => ValuesByPath(d.Axes))], default),
            Variants = _grid.Variants is Axis variants ? new ListNode([.. variants.Values.Skip(1).Select(v => v.Canonical)], default) : null,
            Exclude = new ListNode([.. _grid.Exclusions.Select(Conditions)], default),
            Plan = _content.Plan is null ? null : _content.Plan with
            {
                Vary = new MapNode([.. _plan!.Paths.Select(p => new Entry(p.Path, default, RecordWriter.Write(p.Range)))], default),
                Curve = ValuesByPath(_plan.Curves),
                Sensitivity = ValuesByPath(_plan.Assumptions),
            },
        },
        default);

    private static MapNode ValuesByPath(IEnumerable<Axis> axes) =>
        new([.. axes.Select(a => new Entry(a.Path, default, new ListNode([.. a.Values.Select(v => v.Canonical)], default)))], default);

    private static MapNode Conditions(Exclusion exclusion) =>
        new([.. exclusion.Conditions.Select(c => new Entry(c.Axis.Path, default, Scalar(c)))], default);

    private static ScalarNode Scalar(ExclusionCondition condition) =>
        condition.Axis.Values.First(v => string.Equals(v.Text, condition.Text, StringComparison.Ordinal)).Canonical is ScalarNode scalar
            ? scalar
            : new ScalarNode(condition.Text, plain: false, default);

    private static StudyFileException Unreadable(string path, string message) => new([new(path, 0, 0, "", message)]);
}
