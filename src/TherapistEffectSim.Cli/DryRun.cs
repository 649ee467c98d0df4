using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What a run would do, without doing it.</summary>
internal static class DryRun
{
    private const int CellsTimed = 5;
    private const int FewReplicates = 64;
    private const int Growth = 4;

    // Of processor time: what else the machine does is not counted. Code is fast only when it has run for a while.
    private static readonly TimeSpan s_untilCompiled = TimeSpan.FromSeconds(0.6);
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(1);
    private const double SecondsPerHour = 3600;

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
        TimeSpan spent = TimeSpan.Zero;
        long replicates = 0;
        double seconds = 0;
        int[] timed = [.. Enumerable.Range(0, CellsTimed).Select(i => (int)((long)i * (study.Cells.Count - 1) / (CellsTimed - 1))).Distinct()];
        Study untimed = study with { Sampling = withoutPatients ? Sampling.Automatic : Sampling.Patients, Precision = null };
        RunOptions options = new() { Threads = 1, OnCell = cell => result = cell };
        foreach (int index in timed)
        {
            seconds += SecondsPerScenario(untimed with { Cells = [study.Cells[index]] }, Time) / timed.Length;
        }

        // Runs replicates of the study; says what they took, and whether that is fast code.
        (TimeSpan Time, bool IsCompiled) Time(Study one)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            StudyRunner.Run(one, options, streams.Interruption);
            streams.Interruption.ThrowIfCancellationRequested();
            TimeSpan time = Environment.CpuUsage.TotalTime - before;
            bool isCompiled = spent >= s_untilCompiled;
            spent += time;
            replicates += one.Replicates;
            return (time, isCompiled);
        }

        foreach ((string method, string formula) in result!.Formulas)
        {
            streams.Output.WriteLine($"  {method}: {formula}");
        }

        foreach (string note in TestNotes.OfSmallestTrial(study))
        {
            streams.Say($"Note: {note}");
        }

        ImmutableArray<OutlinedBootstrap> bootstraps = StudyOutline.Of(study, result.Cell).Bootstraps;
        foreach (OutlinedBootstrap bootstrap in bootstraps)
        {
            streams.Output.WriteLine(Refits(bootstrap));
        }

        double total = seconds * study.Cells.Count;
        TimeSpan duration = TimeSpan.FromSeconds(Math.Min(total / threads, 1e8));
        streams.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(study.Precision is null ? Approximately(duration) : "At most " + Approximately(duration).ToLowerInvariant())} on {Wording.LongCount(threads, "thread")}, judged from {replicates:N0} replicates of {Wording.LongCount(timed.Length, "scenario")}{(bootstraps.IsEmpty ? "" : ", bootstrap included")}."));
        streams.Output.WriteLine(Cost(study, total / SecondsPerHour, threads));
    }

    private static string Refits(OutlinedBootstrap bootstrap) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {bootstrap.Method}, {bootstrap.Term}: bootstrap refits {(bootstrap.Models == 1 ? "the model" : "the models with and without it")} up to {bootstrap.MostDataSets:N0} times in each replicate.");

    // What is made once for a scenario is in a short run as in a long one; what a replicate takes is their difference.
    private static double SecondsPerScenario(Study study, Func<Study, (TimeSpan Time, bool IsCompiled)> run)
    {
        TimeSpan shorter = TimeSpan.Zero;
        for (int replicates = FewReplicates; ; replicates *= Growth)
        {
            (TimeSpan time, bool isCompiled) = run(study with { Replicates = replicates });
            if (time >= s_long)
            {
                return time.TotalSeconds / replicates * study.Replicates;
            }

            if (isCompiled && shorter > TimeSpan.Zero && time >= s_enough && time > shorter)
            {
                double each = (time - shorter).TotalSeconds / (replicates - (replicates / Growth));
                double few = Enumerable.Range(0, 3).Min(_ => run(study with { Replicates = FewReplicates }).Time.TotalSeconds);
                return Math.Max(0, few - (FewReplicates * each)) + (each * study.Replicates);
            }

            shorter = isCompiled ? time : TimeSpan.Zero;
        }
    }

    private static string Cost(Study study, double coreHours, int threads)
    {
        string cost = coreHours < 0.01
            ? "Less than 0.01 core hours"
            : string.Create(CultureInfo.InvariantCulture, $"{(coreHours < 10 ? coreHours.ToString("F2", CultureInfo.InvariantCulture) : coreHours.ToString("N0", CultureInfo.InvariantCulture))} core hours");
        double shards = Math.Min(Math.Ceiling(coreHours / threads), Shard.MostOf(study.Replicates));
        return study.Precision is not null ? $"{cost} at most; a study with target-mcse cannot be split into shards."
            : shards < 2 ? $"{cost}; no need for shards."
            : string.Create(CultureInfo.InvariantCulture, $"{cost}: {shards:F0} shards of about {coreHours / threads / shards:F1} hours with {Wording.LongCount(threads, "thread")} each.");
    }

    private static string Approximately(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "Less than a second",
        { TotalSeconds: < 1.5 } => "About a second",
        { TotalSeconds: < 90 } => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalSeconds:F0} seconds"),
        { TotalMinutes: < 90 } => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalMinutes:F0} minutes"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalHours:F0} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"About {time.TotalDays:F0} days"),
    };
}
