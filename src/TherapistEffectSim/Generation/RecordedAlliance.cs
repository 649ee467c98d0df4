using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>What is recorded of the alliance: rater, error of the mean of the assessments, scale of the questionnaire. One replicate per lane.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class RecordedAlliance<T>
    where T : unmanaged, ILane<T>
{
    private const double NearlySure = 1 - (1 / 8589934592.0); // beyond what 32 bits tell apart

    private readonly World _world;
    private readonly Alliance _alliance;
    private readonly double _errorSd;   // of one assessment where some are missing, else of the mean of all
    private readonly double[] _atMost;  // [b] probability of at most b assessments after the first
    private readonly LaneBuffer<T> _share; // [patient of the chunk] 1/√k

    /// <param name="world">The world.</param>
    /// <param name="chunk">Most patients at a time.</param>
    public RecordedAlliance(World world, int chunk)
    {
        _share = new(chunk);
        _world = world;
        _alliance = world.Scenario.Alliance;
        VaryingAssessments = _alliance.MissingAssessments > 0 && _alliance.Assessments > 1;
        double perAssessment = (1 - _alliance.Reliability) / _alliance.Reliability;
        _errorSd = VaryingAssessments ? world.Components.RatedWithinSd * Math.Sqrt(perAssessment) : world.Components.AllianceErrorSd;
        _atMost = VaryingAssessments ? Binomial(_alliance.Assessments - 1, 1 - _alliance.MissingAssessments) : [];
    }

    /// <summary>Whether words of the rater's domain are read.</summary>
    public bool NeedsRaterDraws => _alliance.Rater == Rater.Therapist && _alliance.Validity < 1;

    /// <summary>Whether patients differ in the number of their assessments, so that words of the course are read.</summary>
    public bool VaryingAssessments { get; }

    /// <summary>Takes the number of each patient's assessments from the low halves of the words.</summary>
    public void TakeAssessments(ReadOnlySpan<T> words)
    {
        Span<T> share = _share.Span[..words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            T uniform = Uniform.Of(words[i], 0);
            T inverseRoot = T.Create(1);
            for (int b = 0; b < _atMost.Length; b++)
            {
                inverseRoot = T.Select(T.LessThan(uniform, T.Create(_atMost[b])), inverseRoot, T.Create(1 / Math.Sqrt(b + 2)));
            }

            share[i] = inverseRoot;
        }
    }

    /// <summary>Fills the recorded alliance: deviations from what is expected of the therapist.</summary>
    /// <param name="therapist">From 0.</param>
    /// <param name="position">Of the first patient in the batch.</param>
    /// <param name="words">Of the rater's domain, if they are needed.</param>
    /// <param name="error">Standard normal errors.</param>
    /// <param name="batch">Holds the patients' scores.</param>
    public void Record(int therapist, int position, ReadOnlySpan<T> words, ReadOnlySpan<T> error, TrialBatch<T> batch)
    {
        ReadOnlySpan<T> score = batch.PatientScore.Span.Slice(position, error.Length);
        Span<T> recorded = batch.Alliance.Span.Slice(position, error.Length);
        T sd = T.Create(_world.Components.RatedWithinSd);
        T errorSd = T.Create(_errorSd);
        T validity = T.Create(_alliance.Validity);
        T own = T.Create(Math.Sqrt(1 - (_alliance.Validity * _alliance.Validity)));
        for (int i = 0; i < error.Length; i++)
        {
            T seen = score[i];
            if (NeedsRaterDraws)
            {
                BoxMuller.Transform(words[i], out T view, out _);
                seen = T.Fma(validity, seen, own * view);
            }

            T size = VaryingAssessments ? errorSd * _share.Span[i] : errorSd;
            recorded[i] = T.Fma(size, error[i], sd * seen);
        }

        if (_alliance.Instrument is { } instrument)
        {
            Questionnaire(instrument, batch.ObservedBase.Span[therapist], recorded);
        }
    }

    private void Questionnaire(Instrument instrument, T expected, Span<T> recorded)
    {
        T scale = T.Create(_world.Components.AllianceScale);
        T min = T.Create(instrument.Min);
        T max = T.Create(instrument.Max);
        T items = T.Create(instrument.Items);
        T step = T.Create(1.0 / instrument.Items);
        for (int i = 0; i < recorded.Length; i++)
        {
            T x = T.Min(T.Max(T.Fma(scale, recorded[i], expected), min), max);
            if (instrument.Rounding == Rounding.Items)
            {
                x = T.Min(T.Fma(WholeNumber.Nearest(items * (x - min)), step, min), max);
            }

            recorded[i] = x - expected;
        }
    }

    // Cumulative probabilities of 0, 1, … successes, as far as 32 bits tell them from 1.
    private static double[] Binomial(int trials, double success)
    {
        List<double> cumulative = [];
        double logTerm = trials * (success < 1 ? Elementary.Log(1 - success) : double.NegativeInfinity);
        double sum = 0;
        for (int b = 0; b < trials && sum < NearlySure; b++)
        {
            sum += success < 1 ? Elementary.Exp(logTerm) : 0;
            cumulative.Add(sum);
            logTerm += success > 0 ? Elementary.Log((trials - b) / (b + 1.0) * (success / (1 - success))) : double.NegativeInfinity;
        }

        return [.. cumulative];
    }
}
