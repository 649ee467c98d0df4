using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Decides which patients are lost at one stage, one replicate per lane.</summary>
/// <remarks>
/// A patient is lost if u &lt; P(lost) = 1/(1 + exp(−log odds)), that is u·(1 + exp(−log odds)) &lt; 1, with u = (32 bits + ½)/2³².
/// Not safe to share between threads: it owns its scratch memory.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class PatientLoss<T>
    where T : unmanaged, ILane<T>
{
    private readonly double _withinSd;
    private readonly LaneBuffer<T> _logOdds;

    /// <param name="withinSd">SD of the true alliance within therapists.</param>
    /// <param name="capacity">Most patients at a time.</param>
    public PatientLoss(double withinSd, int capacity)
    {
        _withinSd = withinSd;
        _logOdds = new(capacity);
    }

    /// <summary>Leaves out of some patients of a therapist those that are lost.</summary>
    /// <param name="loss">Log odds of loss.</param>
    /// <param name="rate">The rate, where all have the same odds.</param>
    /// <param name="therapistDeviation">Deviation of the therapist's log odds.</param>
    /// <param name="words">One per patient.</param>
    /// <param name="shift">Where in the words the stage has its 32 bits.</param>
    /// <param name="therapist">From 0.</param>
    /// <param name="position">Of the first patient in the batch.</param>
    /// <param name="batch">Holds the patients.</param>
    /// <param name="present">[patient] mask: before the stage.</param>
    /// <param name="kept">[patient] mask: after it; may be the same memory.</param>
    public void Lose(
        in LossLogOdds loss, double rate, in T therapistDeviation, ReadOnlySpan<T> words, int shift, int therapist, int position, TrialBatch<T> batch, ReadOnlySpan<T> present, Span<T> kept)
    {
        if (loss.IsConstant)
        {
            T threshold = T.Create(rate);
            for (int i = 0; i < words.Length; i++)
            {
                T uniform = Uniform.Of(words[i], shift);
                kept[i] = T.AndNot(present[i], T.LessThan(uniform, threshold));
            }

            return;
        }

        Span<T> logOdds = _logOdds.Span[..words.Length];
        LogOdds(loss, therapistDeviation, therapist, position, batch, logOdds);
        LoseByOdds(words, shift, logOdds, present, kept);
    }

    private void LogOdds(in LossLogOdds loss, in T therapistDeviation, int therapist, int position, TrialBatch<T> batch, Span<T> logOdds)
    {
        T constant = T.Fma(T.Create(loss.Outcome), batch.OutcomeBase.Span[therapist], T.Create(loss.Intercept) + therapistDeviation);
        constant = batch.HasOwnObservedBase
            ? T.Fma(T.Create(loss.Alliance), batch.ObservedBase.Span[therapist], T.Fma(T.Create(loss.TrueAlliance), batch.AllianceBase.Span[therapist], constant))
            : T.Fma(T.Create(loss.Alliance + loss.TrueAlliance), batch.AllianceBase.Span[therapist], constant);
        ReadOnlySpan<T> outcome = batch.Outcome.Span.Slice(position, logOdds.Length);
        T slope = T.Create(loss.Outcome);
        for (int i = 0; i < logOdds.Length; i++)
        {
            logOdds[i] = T.Fma(slope, outcome[i], constant);
        }

        Add(loss.Alliance, batch.Alliance, position, logOdds);
        Add(loss.TrueAlliance * _withinSd, batch.PatientScore, position, logOdds);
        Add(loss.Severity, batch.Severity, position, logOdds);
    }

    private static void Add(double slope, LaneBuffer<T> covariate, int position, Span<T> logOdds)
    {
        if (slope == 0)
        {
            return;
        }

        T slopes = T.Create(slope);
        ReadOnlySpan<T> x = covariate.Span.Slice(position, logOdds.Length);
        for (int i = 0; i < logOdds.Length; i++)
        {
            logOdds[i] = T.Fma(slopes, x[i], logOdds[i]);
        }
    }

    // Compiled for itself, so that the exponential is inlined: the steps of several patients overlap.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoseByOdds(ReadOnlySpan<T> words, int shift, ReadOnlySpan<T> logOdds, ReadOnlySpan<T> present, Span<T> kept)
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        for (int i = 0; i < words.Length && i < logOdds.Length && i < present.Length && i < kept.Length; i++)
        {
            T uniform = Uniform.Of(words[i], shift);
            T inverseOdds = Elementary.ExpInline(zero - logOdds[i]);
            kept[i] = T.AndNot(present[i], T.LessThan(T.Fma(uniform, inverseOdds, uniform), one));
        }
    }
}
