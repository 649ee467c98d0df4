using System.Diagnostics;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What a run would do, without doing it.</summary>
internal static class DryRun
{
    private const int ReplicatesTimed = 512;
    private const int CellsTimed = 5;

    /// <summary>Writes the scenarios, the models and an estimate of the time.</summary>
    public static void Write(Study study, string path, int threads, Streams streams)
    {
        streams.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{study.Name}: {Wording.LongCount(study.Cells.Count, "scenario")}, {Wording.Replicates(study)} each, seed {study.Seed}"));
        streams.Output.WriteLine($"Results would go to {path}.");
        bool withoutPatients = StudySampling.IsWithoutPatients(study);
        streams.Output.WriteLine(withoutPatients
            ? "Drawn: statistics of therapists, from their exact distribution."
            : "Drawn: patients, one by one.");
        CellResult? result = null;
        double seconds = 0;
        int[] timed = [.. Enumerable.Range(0, CellsTimed).Select(i => (int)((long)i * (study.Cells.Count - 1) / (CellsTimed - 1))).Distinct()];
        Sampling sampling = withoutPatients ? Sampling.Automatic : Sampling.Patients;
        foreach (int index in timed)
        {
            Study one = study with { Cells = [study.Cells[index]], Sampling = sampling, Replicates = ReplicatesTimed, Precision = null };
            RunOptions options = new() { Threads = 1, OnCell = cell => result = cell };
            StudyRunner.Run(one, options, streams.Interruption); // the first run compiles
            Stopwatch clock = Stopwatch.StartNew();
            StudyRunner.Run(one, options, streams.Interruption);
            seconds += clock.Elapsed.TotalSeconds / ReplicatesTimed / timed.Length;
        }

        foreach ((string method, string formula) in result!.Formulas)
        {
            streams.Output.WriteLine($"  {method}: {formula}");
        }

        double total = seconds * study.Replicates * study.Cells.Count;
        TimeSpan duration = TimeSpan.FromSeconds(Math.Min(total / threads, 1e8));
        streams.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(study.Precision is null ? Approximately(duration) : "At most " + Approximately(duration).ToLowerInvariant())} on {Wording.LongCount(threads, "thread")}, judged from {ReplicatesTimed} replicates of {Wording.LongCount(timed.Length, "scenario")}."));
    }

    private static string Approximately(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "Less than a second",
        { TotalSeconds: < 90 } => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalSeconds:F0} seconds"),
        { TotalMinutes: < 90 } => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalMinutes:F0} minutes"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalHours:F0} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalDays:F0} days"),
    };
}
