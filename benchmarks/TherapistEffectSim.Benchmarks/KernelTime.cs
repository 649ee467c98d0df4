using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>
/// Prints what data and fits of a study file cost, without decisions, sums and files: per scenario nanoseconds of user CPU time of one thread per replicate, and their
/// sum over all replicates in seconds. <c>whole.sh</c> compares the whole command with it.
/// </summary>
internal static class KernelTime
{
    /// <param name="args">Study file, replicates per scenario.</param>
    /// <returns>Exit code.</returns>
    public static int Run(string[] args)
    {
        if (args.Length != 2 || !int.TryParse(args[1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out int replicates))
        {
            Console.Error.WriteLine("usage: kernel STUDY REPLICATES");
            return 2;
        }

        Study study = StudyFile.Load(args[0]).ToStudy(seed: 1);
        Drawing drawing = StudySampling.Inspect(study);
        double total = 0;
        foreach (Cell cell in study.Cells)
        {
            IReplicateEngine engine = StudyRunner.Engine(ScenarioPlanner.Plan(study, cell, drawing), null);
            double nanoseconds = NanosecondsPerReplicate(engine, new(ScenarioPlanner.Plan(study, cell, drawing)), out long run);
            total += nanoseconds * replicates * 1e-9;
            string byTables = engine is IFitsByTables tables ? $"; {tables.FitsByTables} fits of {run} replicates by tables" : "";
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# scenario {cell.Number}: {nanoseconds:F1} ns{byTables}"));
        }

        Console.WriteLine(total.ToString("F3", CultureInfo.InvariantCulture));
        return 0;
    }

    private static double NanosecondsPerReplicate(IReplicateEngine engine, LeafValues values, out long run)
    {
        long first = 0;
        double nanoseconds = CpuTimer.NanosecondsPerUnit(
            () =>
            {
                engine.Run(first, LeafValues.Capacity, values);
                first += LeafValues.Capacity;
            },
            LeafValues.Capacity,
            batches: 5);
        run = first;
        return nanoseconds;
    }
}
