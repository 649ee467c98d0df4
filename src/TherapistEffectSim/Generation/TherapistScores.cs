using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Draws the scores of therapists: candidates until one is kept, then trained. One replicate per lane.</summary>
/// <remarks>
/// Candidate t has block 2t of the therapist's domain for its scores and block 2t + 1 for the population it comes from, so that without
/// selection and contamination the numbers are those of the plain world. A lane that has its therapist is left alone.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class TherapistScores<T>
    where T : unmanaged, ILane<T>
{
    // The most that a share kept of .01 needs with probability 1 − 10⁻¹⁷.
    private const int MostCandidates = 4096;

    private readonly TherapistScoreModel _model;
    private readonly RandomNumberStream<T> _random;
    private readonly LaneBuffer<T> _words = new(2);
    private readonly bool _needsAdherence;
    private readonly bool _withoutPatients;

    /// <param name="model">The scores' distribution.</param>
    /// <param name="random">The numbers.</param>
    /// <param name="adherenceIsUsed">Whether the third score is read, beside selecting by it.</param>
    /// <param name="withoutPatients">Whether the second words of the therapists are means of patients' numbers.</param>
    public TherapistScores(TherapistScoreModel model, RandomNumberStream<T> random, bool adherenceIsUsed, bool withoutPatients)
    {
        _withoutPatients = withoutPatients;
        _model = model;
        _random = random;
        _needsAdherence = adherenceIsUsed || model.NeedsAdherence;
    }

    /// <summary>Draws one therapist per lane.</summary>
    /// <param name="therapist">From 0.</param>
    /// <param name="alliance">A*.</param>
    /// <param name="outcome">U*.</param>
    /// <param name="adherence">C*; 0 if nothing needs it.</param>
    public void Draw(int therapist, out T alliance, out T outcome, out T adherence)
    {
        Candidate(therapist, 0, out alliance, out outcome, out adherence, out T selecting);
        if (!double.IsNegativeInfinity(_model.Threshold))
        {
            T threshold = T.Create(_model.Threshold);
            T kept = T.LessThan(threshold, selecting);
            T all = T.FromBits(ulong.MaxValue);
            for (int candidate = 1; candidate < MostCandidates && T.Any(T.AndNot(all, kept)); candidate++)
            {
                Candidate(therapist, candidate, out T nextAlliance, out T nextOutcome, out T nextAdherence, out T nextSelecting);
                alliance = T.Select(kept, alliance, nextAlliance);
                outcome = T.Select(kept, outcome, nextOutcome);
                adherence = T.Select(kept, adherence, nextAdherence);
                kept = T.Or(kept, T.LessThan(threshold, nextSelecting));
            }
        }

        Train(0, ref alliance);
        Train(1, ref outcome);
        Train(2, ref adherence);
    }

    private void Candidate(int therapist, int candidate, out T alliance, out T outcome, out T adherence, out T selecting)
    {
        Span<T> words = _words.Span;
        _random.Block(words, RandomDomain.Therapist, therapist, 2 * (uint)candidate);
        BoxMuller.Transform(words[0], out T first, out T second);
        alliance = first;
        outcome = T.Fma(T.Create(_model.Cholesky[1]), first, T.Create(_model.Cholesky[2]) * second);
        adherence = T.Create(0);
        if (_needsAdherence)
        {
            if (_withoutPatients)
            {
                _random.Block(words, RandomDomain.TherapistAdherence, therapist, 2 * (uint)candidate);
            }

            BoxMuller.Transform(words[_withoutPatients ? 0 : 1], out T third, out _);
            adherence = T.Fma(
                T.Create(_model.Cholesky[3]), first, T.Fma(T.Create(_model.Cholesky[4]), second, T.Create(_model.Cholesky[5]) * third));
        }

        if (_model.Contamination.Share > 0)
        {
            Contaminate(therapist, candidate, ref alliance, ref outcome, ref adherence);
        }

        selecting = _model.Selecting switch
        {
            0 => alliance,
            1 => outcome,
            _ => adherence,
        };
    }

    private void Contaminate(int therapist, int candidate, ref T alliance, ref T outcome, ref T adherence)
    {
        Design.Contamination contamination = _model.Contamination;
        _random.Block(_words.Span, RandomDomain.Therapist, therapist, (2 * (uint)candidate) + 1);
        T uniform = Uniform.Of(_words.Span[0], 0);
        T foreign = T.LessThan(uniform, T.Create(contamination.Share));
        T mean = T.Create(contamination.Mean);
        T sd = T.Create(contamination.Sd);
        switch (contamination.Of)
        {
            case Design.TherapistTrait.Alliance:
                alliance = T.Select(foreign, T.Fma(sd, alliance, mean), alliance);
                break;
            case Design.TherapistTrait.Outcome:
                outcome = T.Select(foreign, T.Fma(sd, outcome, mean), outcome);
                break;
            default:
                adherence = T.Select(foreign, T.Fma(sd, adherence, mean), adherence);
                break;
        }
    }

    private void Train(int trait, ref T score)
    {
        if (trait == _model.Trained && _model.Training != 1)
        {
            T mean = T.Create(_model.SelectedMeans[trait]);
            score = T.Fma(T.Create(_model.Training), score - mean, mean);
        }
    }
}
