using System.Diagnostics;
using System.Globalization;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>Tells how far a study has come: a line redrawn on a terminal, else a plain line every half minute.</summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan s_redraw = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan s_plain = TimeSpan.FromSeconds(30);

    private readonly StudyProgress _progress;
    private readonly long _total;
    private readonly Streams _streams;
    private readonly bool _redraws;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private int _shown;

    public ProgressLine(StudyProgress progress, long total, Streams streams)
    {
        _progress = progress;
        _total = total;
        _streams = streams;
        _redraws = streams.ErrorIsTerminal && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        TimeSpan every = _redraws ? s_redraw : s_plain;
        _timer = new(_ => Show(), null, every, every);
    }

    /// <summary>Stops, and takes the redrawn line away.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            if (_shown > 0)
            {
                _streams.Error.Write($"\r{new string(' ', _shown)}\r");
                _shown = 0;
            }
        }
    }

    private void Show()
    {
        long done = _progress.ReplicatesDone;
        long total = Math.Max(done, _total - _progress.ReplicatesSpared); // of a plan it is known only roughly
        double rate = done / _clock.Elapsed.TotalSeconds;
        string left = done > 0 ? Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 1e8))) + " left" : "starting";
        string line = string.Create(
            CultureInfo.InvariantCulture, $"{done:N0} of {total:N0} replicates ({100.0 * done / total:F0} %), {rate:N0} per second, {left}");
        lock (_gate)
        {
            if (_redraws)
            {
                _streams.Error.Write($"\r{line.PadRight(_shown)}");
                _shown = Math.Max(_shown, line.Length);
            }
            else
            {
                _streams.Say(line);
            }
        }
    }

    /// <summary>0:07, 12:30, 3:05:00.</summary>
    public static string Duration(TimeSpan time) =>
        time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
