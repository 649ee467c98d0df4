using TherapistEffectSim.Cli;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Reports.Tests;

/// <summary>Result folders of small studies, run once for all tests.</summary>
public sealed class SampleResults : IDisposable
{
    private const string World = """
        scenario:
          trial: {therapists: 30, caseload: 10}
          therapists: {outcome-icc: 0.05}
          alliance: {therapist-icc: 0.2}
          outcome:
            between: {shape: quadratic, curvature: 0.2}

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tes-report-");
    private readonly Dictionary<string, StoredResults> _results = [];

    /// <summary>One numeric factor, replicates kept.</summary>
    internal StoredResults Curve => Of("curve", World + "grid: {scenario.trial.therapists: [15, 30, 60, 120]}\n", "--keep-replicates");

    /// <summary>Three factors.</summary>
    internal StoredResults Grid => Of("grid", World + "grid: {scenario.trial.therapists: [10, 20, 40], scenario.trial.caseload: [5, 10], scenario.alliance.reliability: [0.5, 1]}\n");

    /// <summary>A factor of words.</summary>
    internal StoredResults Variants => Of("variants", World + "variants: [{label: few, scenario.trial.caseload: 4}, {label: none, scenario.outcome.between: {shape: none} }]\n");

    /// <summary>Nothing varies.</summary>
    internal StoredResults Single => Of("single", World);

    internal IEnumerable<StoredResults> All => [Curve, Grid, Variants, Single];

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Runs a study into a folder of its own.</summary>
    internal string Run(string name, string content, params string[] options)
    {
        string study = Path.Join(_folder.FullName, name + ".yaml");
        string results = Path.Join(_folder.FullName, name);
        File.WriteAllText(study, $"name: {name}\nquestion: \"What of </script><b>{name}</b>?\"\nseed: 7\nreplicates: 256\n{content}");
        Assert.Equal(0, Tes(["run", study, "--out", results, .. options]).ExitCode);
        return results;
    }

    internal static (int ExitCode, string Output, string Error) Tes(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int code = CommandLine.Run(args, TextReader.Null, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private StoredResults Of(string name, string content, params string[] options)
    {
        lock (_results)
        {
            if (!_results.TryGetValue(name, out StoredResults? results))
            {
                _results.Add(name, results = StoredResults.Read(Run(name, content, options)));
            }

            return results;
        }
    }
}
