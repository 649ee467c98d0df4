using System.Diagnostics;
using System.Runtime.CompilerServices;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Teaching.World;

namespace TherapistEffectSim.Teaching.Live;

/// <summary>Simulates trials for those who look, a few at a time; whoever goes away leaves no work behind.</summary>
internal sealed class Engine : IDisposable
{
    private const int AtOnce = 2;
    private const int WarmUpTrials = 4096;
    private const int WarmUpRounds = 2;

    // Statistics without patients; a patient's loss by chance and by outcome; sites and arms; loss that is solved over generated patients.
    private static readonly KeyValuePair<string, string[]>[][] s_warmUps =
    [
        [],
        [new("attrition", ["0.3"]), new("loss-by-outcome", ["1"])],
        [new("story", ["met-cau-2009"])],
        [new("story", ["reverse-causation"]), new("attrition", ["0.3"]), new("loss-by-outcome", ["1"])],
        [new("story", ["naturalistic-large"])],
    ];

    // A first number is looked for often, later ones as often as an eye can follow.
    private static readonly TimeSpan s_untilFirst = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_betweenFrames = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_untilCompiled = TimeSpan.FromMilliseconds(300); // the runtime compiles in full when 100 ms were quiet
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    /// <summary>Places of those who look at rates: their work lasts.</summary>
    public Places Streams { get; } = new(AtOnce);

    /// <summary>Places of all other answers, which are short.</summary>
    public Places Answers { get; } = new(AtOnce);

    /// <summary>Runs what visitors will run, so that it is compiled: what the first one sees first, then worlds that take other ways; and all once more, to compile in full.</summary>
    /// <param name="cancellation">Ends it.</param>
    public static async Task WarmUpAsync(CancellationToken cancellation)
    {
        for (int round = 0; round < WarmUpRounds; round++)
        {
            foreach (KeyValuePair<string, string[]>[] parameters in s_warmUps)
            {
                WarmUp(Setting.Parse(parameters).ToStudyFile().ToStudy(seed: 0, WarmUpTrials), cancellation);
            }

            await Task.Delay(s_untilCompiled, cancellation);
        }
    }

    private static void WarmUp(Study study, CancellationToken cancellation)
    {
        CellUnderWay cell = new();
        StudyRunner.Run(study, new() { OnCell = result => PowerFrame.From(result, study, TimeSpan.Zero, isLast: true), UnderWay = cell, Threads = 1 }, cancellation);
        TrialPicture.Of(study, trial: 1);
    }

    /// <summary>Simulates a study of one scenario and says now and then how far it is. Holds no place: take one of <see cref="Streams"/>.</summary>
    /// <param name="study">The study.</param>
    /// <param name="cancellation">Ends the work: within some dozens of trials.</param>
    public static async IAsyncEnumerable<PowerFrame> Run(Study study, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(s_longest);
        CellUnderWay cell = new();
        CellResult? result = null;
        Stopwatch clock = Stopwatch.StartNew();
        Task run = Task.Factory.StartNew(
            () => StudyRunner.Run(study, new() { OnCell = finished => result = finished, UnderWay = cell }, end.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            bool isFirst = true;
            while (await Task.WhenAny(run, Task.Delay(isFirst ? s_untilFirst : s_betweenFrames, cancellation)) != run)
            {
                cancellation.ThrowIfCancellationRequested();
                if (cell.Snapshot() is { } soFar)
                {
                    isFirst = false;
                    yield return PowerFrame.From(soFar, study, clock.Elapsed, isLast: false);
                }
            }

            await run;
            if (result is not null)
            {
                yield return PowerFrame.From(result, study, clock.Elapsed, isLast: true);
            }
        }
        finally
        {
            await end.CancelAsync();
            await run.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default); // its failure has been thrown above
        }
    }

    public void Dispose()
    {
        Streams.Dispose();
        Answers.Dispose();
    }
}
