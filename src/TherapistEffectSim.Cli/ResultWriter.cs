using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>When and how fast a study was run.</summary>
/// <param name="Started">Start.</param>
/// <param name="Ended">End.</param>
/// <param name="Threads">Threads.</param>
/// <param name="ReplicatesPerSecond">Rate over all scenarios.</param>
internal sealed record RunTimes(DateTimeOffset Started, DateTimeOffset Ended, int Threads, double ReplicatesPerSecond);

/// <summary>Writes the files of a result folder while a study runs, scenario by scenario.</summary>
internal sealed class ResultWriter
{
    private readonly ResultFolder _folder;
    private readonly Study _study;
    private readonly SummaryCsv _summary;
    private readonly JointCsv _joint;
    private readonly JointPairsCsv _pairs;
    private readonly ReplicatesCsv? _replicates;
    private readonly SortedDictionary<string, ImmutableArray<double?>.Builder> _constants = new(StringComparer.Ordinal);
    private ImmutableArray<KeyValuePair<string, string>> _formulas = [];
    private int _cells;
    private double _criticalValue;

    /// <summary>Begins the files, so that a place that cannot be written to is found before the work is done.</summary>
    public ResultWriter(ResultFolder folder, Study study, bool keepReplicates)
    {
        _folder = folder;
        _study = study;
        string[] factors = [.. study.Cells[0].Factors.Select(f => f.Name)];
        _summary = new(folder.Create("summary.csv"), factors);
        _joint = new(folder.Create("joint.csv"), factors);
        _pairs = new(folder.Create("joint-pairs.csv"), factors);
        _replicates = keepReplicates ? new(folder.Create("replicates.csv")) : null;
    }

    /// <summary>Writes a finished scenario.</summary>
    public void Write(CellResult result)
    {
        foreach (SummaryRow row in result.Summary)
        {
            _summary.Write(result.Cell, row);
        }

        foreach (JointRow row in result.Joint)
        {
            _joint.Write(result.Cell, row);
        }

        foreach (JointPairRow row in result.Pairs)
        {
            _pairs.Write(result.Cell, row);
        }

        foreach ((string name, double value) in result.SolvedConstants)
        {
            if (!_constants.TryGetValue(name, out ImmutableArray<double?>.Builder? values))
            {
                _constants.Add(name, values = ImmutableArray.CreateBuilder<double?>());
            }

            while (values.Count < _cells)
            {
                values.Add(null);
            }

            values.Add(value);
        }

        _formulas = result.Formulas;
        _criticalValue = result.CriticalValue;
        _cells++;
    }

    /// <summary>Writes a row of the replicates file, if replicates are kept.</summary>
    public void Write(ReplicateRow row) => _replicates?.Write(row);

    /// <summary>Writes study and manifest and puts all files in place.</summary>
    public void Finish(StudySource source, bool complete, int? replicates, RunTimes times)
    {
        TextWriter study = _folder.Create("study.yaml");
        study.Write(source.File.ToYaml(source.Seed, replicates, Comments()));
        _folder.Commit(new()
        {
            Version = ProductVersion.Number,
            GitCommit = ProductVersion.Commit,
            Seed = source.Seed,
            Drawn = StudySampling.IsWithoutPatients(_study) ? DrawnData.Statistics : DrawnData.Patients,
            StudyIdentity = source.File.Identity(source.Seed),
            ResultsVersion = StudyFile.ResultsVersion,
            Status = complete ? RunStatus.Complete : RunStatus.Interrupted,
            Scenarios = _study.Cells.Count,
            Replicates = _study.Replicates,
            Precision = _study.Precision is { } precision ? new(precision.Min, precision.TargetMcse, _criticalValue) : null,
            SolvedConstants = _constants.ToImmutableSortedDictionary(c => c.Key, c => Padded(c.Value)),
            Machine = Machine.Current,
            Dotnet = Environment.Version.ToString(),
            Started = times.Started,
            Ended = times.Ended,
            Threads = times.Threads,
            ReplicatesPerSecond = times.ReplicatesPerSecond,
        });
    }

    private ImmutableArray<double?> Padded(ImmutableArray<double?>.Builder values)
    {
        while (values.Count < _cells)
        {
            values.Add(null);
        }

        return values.ToImmutable();
    }

    // What was solved and written out, beside the keys that it comes from.
    private Dictionary<string, string> Comments()
    {
        Dictionary<string, string> comments = [];
        foreach ((string name, ImmutableArray<double?>.Builder values) in _constants)
        {
            string path = "scenario." + name.Replace(".intercept", ".rate", StringComparison.Ordinal);
            string[] different = [.. values.Where(v => v is not null).Select(v => Data.NumberText.Shortest(v!.Value)).Distinct()];
            comments[path] = different.Length == 1 ? $"solved intercept {different[0]}" : "solved intercepts: see manifest.json";
        }

        for (int m = 0; m < _formulas.Length; m++)
        {
            if (_study.Methods[m].Preset is not null)
            {
                comments[$"methods[{m + 1}].preset"] = _formulas[m].Value;
            }
        }

        return comments;
    }
}
