using System.Diagnostics;

namespace TherapistEffectSim.Benchmarks;

/// <summary>User CPU time of a piece of work, on a machine that may do other things as well.</summary>
internal static class CpuTimer
{
    private const int WarmUps = 2;
    private const int CallsBetweenLooks = 16;

    /// <summary>Median over batches of nanoseconds per unit.</summary>
    /// <param name="work">Done over and over.</param>
    /// <param name="units">What one call does, such as replicates.</param>
    /// <param name="batches">Batches after the two that compile.</param>
    /// <param name="milliseconds">Wall time of a batch.</param>
    public static double NanosecondsPerUnit(Action work, int units, int batches = 7, int milliseconds = 300)
    {
        using Process process = Process.GetCurrentProcess();
        List<double> times = [];
        for (int batch = -WarmUps; batch < batches; batch++)
        {
            long done = 0;
            process.Refresh();
            TimeSpan before = process.UserProcessorTime;
            for (Stopwatch wall = Stopwatch.StartNew(); wall.ElapsedMilliseconds < milliseconds;)
            {
                for (int i = 0; i < CallsBetweenLooks; i++)
                {
                    work();
                }

                done += (long)CallsBetweenLooks * units;
            }

            process.Refresh();
            if (batch >= 0)
            {
                times.Add((process.UserProcessorTime - before).TotalNanoseconds / done);
            }
        }

        times.Sort();
        return times[batches / 2];
    }
}
