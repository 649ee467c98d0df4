using System.Text.Json.Nodes;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

public sealed class StudySchemaTests
{
    private static readonly JsonObject s_schema = (JsonObject)StudySchema.Create();

    [Fact]
    public void Create_AcceptsTheExample() => Assert.Empty(SchemaCheck.Problems(s_schema, ToJson(Example.Text)));

    [Fact]
    public void Create_AcceptsTheShippedExperimentsAndTheStudiesThatARunStores()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "TherapistEffectSim.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        string[] experiments = Directory.GetFiles(Path.Join(folder, "experiments"), "*.yaml");
        Assert.NotEmpty(experiments);
        foreach (string path in experiments)
        {
            Assert.Empty(SchemaCheck.Problems(s_schema, ToJson(File.ReadAllText(path))));
            Assert.Empty(SchemaCheck.Problems(s_schema, ToJson(StudyFile.Load(path).ToYaml(1))));
        }
    }

    [Theory]
    [InlineData("caseload: 10", "caseload: 0", "/scenario/trial/caseload")]
    [InlineData("caseload: 10", "caseload: {mean: 3}", "/scenario/trial/caseload")]
    [InlineData("caseload: 10", "caseload: 10, nesting: nested", "/scenario/trial/nesting")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: 1", "/scenario/therapists/outcome-icc")]
    [InlineData("name: small", "nam: small", "/nam")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {between: {slope: 1}}", "/scenario/outcome/between")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {between: {shape: points, points: [[0, 1], [1, 2, 3]]}}", "/scenario/outcome/between")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {between: {shape: points, points: [[0, 1], [200, 2]]}}", "/scenario/outcome/between")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {between: {shape: points, points: [[0, 1], [2]]}}", "/scenario/outcome/between")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {arm-effect: {d: 1}}", "/scenario/outcome/arm-effect")]
    [InlineData("0.1}\n", "0.1}\n  allocation: {kind: mixed}", "/scenario/allocation")]
    [InlineData("0.1}\n", "0.1}\nmethods: [lineer]", "/methods/0")]
    [InlineData("0.1}\n", "0.1}\ngrid: {scenario.trial.site: [1]}", "/grid/scenario.trial.site")]
    [InlineData("0.1}\n", "0.1}\ngrid: {scenario.trial.sites: []}", "/grid/scenario.trial.sites")]
    [InlineData("0.1}\n", "0.1}\ngrid: {scenario.trial.sites: {from: 1}}", "/grid/scenario.trial.sites")]
    [InlineData("0.1}\n", "0.1}\nvariants: [{label: a}]", "/variants/0")]
    [InlineData("0.1}\n", "0.1}\nvariants: [{scenario.trial.sites: 2}]", "/variants/0")]
    [InlineData("0.1}\n", "0.1}\nvariants: [{label: a, scenario.trial.site: 1}]", "/variants/0/scenario.trial.site")]
    public void Create_RefusesWhatTheReaderRefuses(string from, string to, string place)
    {
        string text = Example.Small.Replace(from, to, StringComparison.Ordinal);

        Assert.Throws<StudyFileException>(() => Example.Read(text));
        Assert.Contains(SchemaCheck.Problems(s_schema, ToJson(text)), p => p.StartsWith(place + ":", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{shape: plateau, slope: 0.3, knee: 0.5}")]
    [InlineData("{shape: points, points: [[-2, -1], [0, 0.2], [2, -0.4]]}")]
    public void Create_AcceptsCurvesWithKinksAsTheReaderDoesAndAsItWritesThem(string shape)
    {
        string text = Example.Small.Replace("0.1}\n", $"0.1}}\n  outcome: {{between: {shape}}}\n", StringComparison.Ordinal);

        Assert.Empty(SchemaCheck.Problems(s_schema, ToJson(text)));
        Assert.Empty(SchemaCheck.Problems(s_schema, ToJson(Example.Read(text).ToYaml(1))));
    }

    [Fact]
    public void Create_HasAtEveryPlaceTheKeysThatTheReaderKnows()
    {
        List<string> places = [];
        Compare(s_schema, "", text => text, places);

        // Top, scenario, its six parts with their parts and variants, methods, tests, joint, range.
        Assert.True(places.Count >= 20, string.Join('\n', places));
    }

    [Fact]
    public void Create_DescribesEveryKey()
    {
        foreach (JsonObject map in Maps(s_schema["properties"]!["scenario"]!))
        {
            foreach ((string key, JsonNode? property) in (JsonObject)map["properties"]!)
            {
                Assert.True(property!["description"] is not null || property["const"] is not null, key);
            }
        }
    }

    [Fact]
    public void Create_ListsThePathsOfTheGrid()
    {
        string[] paths = [.. ((JsonArray)s_schema["properties"]!["grid"]!["propertyNames"]!["oneOf"]![0]!["enum"]!).Select(p => (string)p!)];

        Assert.Contains("scenario.trial.therapists", paths);
        Assert.Contains("scenario.trial.caseload.cv", paths);
        Assert.Contains("scenario.outcome.between.curvature", paths);
        Assert.Contains("scenario.attrition.outcome.depends-on.severity", paths);
        Assert.Equal(paths.Length, paths.Select(ScenarioPaths.FactorName).Distinct().Count());
        Assert.All(ScenarioPaths.All, path => Assert.False(LaterVersions.HasKey(path), path));
    }

    // A factor named like one of these would make a second column of the name.
    [Theory]
    [InlineData("scenario method term test true_value rejection_means measure value mcse conf_low conf_high replicates failures")]
    [InlineData("scenario pattern count share mcse conf_low conf_high replicates failures")]
    [InlineData("scenario a b both only_a only_b neither difference difference_mcse conf_low conf_high")]
    public void FactorName_OfAnyPath_IsNoOtherColumnOfAResultFile(string columns) =>
        Assert.Empty(ScenarioPaths.All.Select(ScenarioPaths.FactorName).Intersect(columns.Split(' ')));

    // For each map of the schema, a file with an unknown key there: the message lists what the reader knows.
    private static void Compare(JsonNode schema, string path, Func<string, string> wrap, List<string> places)
    {
        if (schema["oneOf"] is JsonArray alternatives)
        {
            foreach (JsonNode? alternative in alternatives)
            {
                Compare(alternative!, path, wrap, places);
            }
        }
        else if (schema["items"] is JsonNode items)
        {
            Compare(items, path + "[1]", text => wrap($"[{text}]"), places);
        }
        else if (schema["properties"] is JsonObject properties)
        {
            places.Add(path);
            string tags = string.Concat(properties.Where(p => p.Value!["const"] is not null).Select(p => $"{p.Key}: {p.Value!["const"]}, "));
            string marker = properties.ContainsKey("total") ? "total: 1, " : "";
            string[] known = KnownKeys(wrap($"{{{tags}{marker}zzzzzz: 1}}"), path);
            Assert.Equal(properties.Select(p => p.Key), known);
            foreach ((string key, JsonNode? property) in properties)
            {
                Compare(property!, path.Length == 0 ? key : $"{path}.{key}", text => wrap($"{{{tags}{key}: {text}}}"), places);
            }
        }
    }

    private static string[] KnownKeys(string text, string path)
    {
        string start = (path.Length == 0 ? "" : path + ".") + "zzzzzz";
        string message = Assert.Throws<StudyFileException>(() => Example.Read(text)).Problems.Single(p => p.Path.Equals(start, StringComparison.Ordinal)).Message;
        return message[(message.IndexOf("Known keys: ", StringComparison.Ordinal) + 12)..].TrimEnd('.').Split(", ");
    }

    private static IEnumerable<JsonObject> Maps(JsonNode schema) => schema switch
    {
        JsonObject map => (map["properties"] is JsonObject ? [map] : Enumerable.Empty<JsonObject>())
            .Concat(map.Where(p => p.Value is not null).SelectMany(p => Maps(p.Value!))),
        JsonArray list => list.SelectMany(item => Maps(item!)),
        _ => [],
    };

    private static JsonNode ToJson(string text)
    {
        ProblemList problems = new("study.yaml");
        return ToJson(DocumentReader.Read(text, problems)!);
    }

    private static JsonNode ToJson(Node node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)ToJson(e.Value)))),
        ListNode list => new JsonArray([.. list.Items.Select(ToJson)]),
        ScalarNode scalar when CoreScalar.TryNumber(scalar, out double number) => number,
        ScalarNode scalar => scalar.Text,
        _ => throw new ArgumentException(node.Found, nameof(node)),
    };
}
