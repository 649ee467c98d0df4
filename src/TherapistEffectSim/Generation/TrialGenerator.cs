using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Generates the trials of a world, one replicate per lane.</summary>
/// <remarks>Not safe to share between threads: it owns its stream and scratch memory.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class TrialGenerator<T>
    where T : unmanaged, ILane<T>
{
    private const int Chunk = 64; // patients whose words are drawn at a time; even

    private readonly World _world;
    private readonly RandomNumberStream<T> _random;
    private readonly LaneBuffer<T> _words = new(Chunk);
    private readonly LaneBuffer<T> _siteEffects;
    private readonly TherapistScores<T>? _scores; // null: independent standard normal numbers
    private readonly PatientLoss<T> _loss;
    private readonly TherapistLoss<T>? _therapistLoss; // null: loss has nothing to do with therapists
    private readonly TherapistMechanisms<T>? _furtherTherapists; // null: the short path
    private readonly PatientMechanisms<T>? _furtherPatients;
    private readonly LaneBuffer<T>? _meanWords; // [therapist] second words; null: they are not means
    private readonly CombinedTherapists<T>? _combined; // null: effects and mean residuals are two numbers
    private readonly bool _hasSites; // whose effects differ
    private readonly bool _needsMeasurement;
    private readonly bool _needsMasks;
    private readonly bool _caseloadsAreGiven;
    private TrialBatch<T>? _filled; // holds the caseloads

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers, from <see cref="StreamKey"/>.</param>
    /// <param name="severityIsUsed">Whether an analysis or a reader needs the patients' severity.</param>
    /// <param name="furtherIsUsed">Whether adherence, sessions or retention are read, even where nothing depends on them. Needs a batch made for the world.</param>
    /// <param name="drawing">What is drawn. With <see cref="Drawing.Means"/> there are <see cref="MeanWords"/>.</param>
    /// <param name="ownSd">With <see cref="Drawing.CombinedMeans"/>, SD of what belongs to the outcome of a patient alone; outcome units.</param>
    public TrialGenerator(
        World world, ulong key, bool severityIsUsed, bool furtherIsUsed = false, Drawing drawing = Drawing.Patients, double ownSd = 0)
    {
        bool further = world.HasFurtherMechanisms || furtherIsUsed;
        _world = world;
        _random = new(key);
        _siteEffects = new(world.Layout.Sites);
        _therapistLoss = TherapistLoss<T>.Of(world, _random);
        _loss = new(world.Components.AllianceWithinSd, Chunk);
        _scores = world.Scores.IsPlain ? null : new(world.Scores, _random, adherenceIsUsed: further, withoutPatients: drawing == Drawing.Means);
        _meanWords = drawing == Drawing.Means ? new(world.Layout.Therapists) : null;
        _combined = drawing == Drawing.CombinedMeans ? new(world, _random, ownSd) : null;
        if (further)
        {
            _furtherTherapists = new(world, _random);
            _furtherPatients = new(world, _random, _furtherTherapists, Chunk);
        }

        _needsMeasurement = severityIsUsed
            || world.Components.AllianceErrorSd > 0
            || world.Components.Severity != 0
            || world.LossBeforeAlliance is { Severity: not 0 }
            || world.LossBeforeOutcome is { Severity: not 0 };
        _hasSites = world.Components.SiteSd != 0;
        _caseloadsAreGiven = world.Caseloads.IsGiven;
        _needsMasks = !(world.IsComplete && _caseloadsAreGiven);
    }

    /// <summary>Whether <see cref="TrialBatch{T}.Measured"/> and <see cref="TrialBatch{T}.Analysed"/> are filled; if not, all patients are analysed.</summary>
    public bool HasMasks => _needsMasks;

    /// <summary>Its random numbers, standing at the replicates last drawn.</summary>
    public RandomNumberStream<T> Random => _random;

    /// <summary>[therapist] Words for the means of the patients' first two numbers; empty if they are not drawn.</summary>
    public ReadOnlySpan<T> MeanWords => _meanWords is null ? default : _meanWords.Span;

    /// <summary>Draws the therapists of the replicates first, first + 1, … (from 0).</summary>
    public void Therapists(long first, TrialBatch<T> batch)
    {
        _random.MoveTo(first);
        int real = _world.Layout.RealTherapists;
        if (!_caseloadsAreGiven || !ReferenceEquals(batch, _filled))
        {
            _world.Caseloads.Fill(batch.Caseload.Span[..real], _random);
            batch.Caseload.Span[real..].Fill(T.Create(1));
            _filled = batch;
        }

        if (_hasSites)
        {
            SiteEffects(); // else all 0, as at the start
        }

        _therapistLoss?.Draw();
        _furtherTherapists?.Begin();
        if (_combined is not null && _furtherTherapists is null)
        {
            _combined.Draw(_siteEffects.Span, batch);
        }
        else if (_scores is null && _furtherTherapists is null)
        {
            PlainTherapists(real, batch);
        }
        else
        {
            OtherTherapists(real, batch);
            DrawMeanWords(real);
        }

        for (int j = real; j < _world.Layout.Therapists; j++)
        {
            PatientAlone(j, batch);
        }

        _furtherTherapists?.End();
    }

    /// <summary>Draws the patients of one therapist.</summary>
    /// <param name="therapist">From 0.</param>
    /// <param name="start">Position of the therapist's first patient in the patient buffers.</param>
    /// <param name="batch">Its therapists must have been drawn.</param>
    /// <returns>Number of positions used: the largest caseload over the lanes.</returns>
    public int Patients(int therapist, int start, TrialBatch<T> batch)
    {
        T caseload = batch.Caseload.Span[therapist];
        int patients = (int)caseload[0];
        for (int lane = 1; lane < T.Width && !_world.Caseloads.IsGiven; lane++)
        {
            patients = Math.Max(patients, (int)caseload[lane]);
        }

        batch.EnsureCapacity(start + patients + 1);
        batch.FirstPatient[therapist] = start;
        batch.Patients[therapist] = patients;
        for (int i = 0; i < patients; i += Chunk)
        {
            int count = Math.Min(Chunk, patients - i);
            Span<T> words = _words.Span[..((count + 1) & ~1)];
            if (_furtherPatients is not null)
            {
                _furtherPatients.Draw(therapist, i, start + i, count, words, batch);
            }
            else
            {
                Plain(therapist, words, count, i, start + i, batch);
            }

            if (_needsMasks)
            {
                Masks(therapist, words, count, i, start + i, batch);
            }
        }

        return patients;
    }

    /// <summary>Whether <see cref="PatientSummation{T}"/> may take the place of <see cref="Patients"/>: nobody is lost, and alliance and outcome hang on two numbers of a patient.</summary>
    public bool CanSumPatients => !_needsMasks && !_needsMeasurement && _furtherPatients is null && _world.Components.Within is { Square: 0, Segments.IsEmpty: true };

    private void Plain(int therapist, Span<T> words, int count, int firstPatient, int position, TrialBatch<T> batch)
    {
        _random.Patients(words, RandomDomain.Patient, therapist, firstPatient);
        DeviationsAndResiduals(words[..count], position, batch);
        if (_needsMeasurement)
        {
            _random.Patients(words, RandomDomain.Measurement, therapist, firstPatient);
            MeasurementAndSeverity(words[..count], position, batch);
        }
    }

    private void FurtherTherapist(int j, T score, T outcomeScore, T adherence, TrialBatch<T> batch)
    {
        Span<T> words = _words.Span[..2];
        _random.Entity(words, RandomDomain.Therapist, j);
        if (_meanWords is not null)
        {
            _random.Entity(words, RandomDomain.TherapistAdherence, j);
        }

        BoxMuller.Transform(words[_meanWords is null ? 1 : 0], out T plainAdherence, out T slope);
        if (_scores is null)
        {
            adherence = plainAdherence;
            outcomeScore = _furtherTherapists!.OutcomeSkill(j, outcomeScore);
        }

        Therapist(j, in score, in outcomeScore, batch);
        _furtherTherapists!.Add(j, outcomeScore, adherence, slope, batch);
    }

    /// <summary>A patient without a therapist: arm and site, and nothing of a therapist.</summary>
    private void PatientAlone(int j, TrialBatch<T> batch)
    {
        batch.TherapistScore.Span[j] = T.Create(0);
        batch.TherapistEffect.Span[j] = T.Create(0);
        batch.AllianceBase.Span[j] = T.Create(0);
        batch.OutcomeBase.Span[j] = T.Create(_world.Layout.Arm[j] == 1 ? _world.Components.ArmEffect : 0) + _siteEffects.Span[_world.Layout.Site[j]];
        _furtherTherapists!.AddPatientAlone(j, batch);
    }

    // Independent standard normal scores, and nothing further that hangs on them.
    private void PlainTherapists(int therapists, TrialBatch<T> batch)
    {
        for (int first = 0; first < therapists; first += Chunk)
        {
            Span<T> words = _words.Span[..Math.Min(Chunk, therapists - first)];
            if (_meanWords is null)
            {
                _random.FirstWords(words, RandomDomain.Therapist, first);
            }
            else
            {
                _random.BothWords(words, _meanWords.Span.Slice(first, words.Length), RandomDomain.Therapist, first);
            }

            Therapists(words, first, batch);
        }
    }

    private void DrawMeanWords(int therapists)
    {
        for (int first = 0; _meanWords is not null && first < therapists; first += Chunk)
        {
            Span<T> words = _words.Span[..Math.Min(Chunk, therapists - first)];
            _random.BothWords(words, _meanWords.Span.Slice(first, words.Length), RandomDomain.Therapist, first);
        }
    }

    private void OtherTherapists(int therapists, TrialBatch<T> batch)
    {
        Span<T> words = _words.Span[..2];
        for (int j = 0; j < therapists; j++)
        {
            T score;
            T effect;
            T adherence = default;
            if (_combined is not null)
            {
                _combined.Separate(j, batch.Caseload.Span[j], out score, out effect, out _);
            }
            else if (_scores is null)
            {
                _random.Entity(words, RandomDomain.Therapist, j);
                BoxMuller.Transform(words[0], out score, out effect);
            }
            else
            {
                _scores.Draw(j, out score, out effect, out adherence);
            }

            if (_furtherTherapists is null)
            {
                Therapist(j, in score, in effect, batch);
            }
            else
            {
                FurtherTherapist(j, score, effect, adherence, batch);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Therapists(ReadOnlySpan<T> words, int first, TrialBatch<T> batch)
    {
        Design.VarianceComponents world = _world.Components;
        Design.ResponseCurve between = world.Between;
        T effectSd = T.Create(world.OutcomeTherapistSd);
        T allianceSd = T.Create(world.AllianceBetweenSd);
        Span<T> scores = batch.TherapistScore.Span.Slice(first, words.Length);
        Span<T> effects = batch.TherapistEffect.Span.Slice(first, words.Length);
        Span<T> alliance = batch.AllianceBase.Span.Slice(first, words.Length);
        Span<T> outcome = batch.OutcomeBase.Span.Slice(first, words.Length);
        ReadOnlySpan<T> sites = _siteEffects.Span;
        ReadOnlySpan<int> arm = _world.Layout.Arm.AsSpan(first, words.Length);
        ReadOnlySpan<int> site = _world.Layout.Site.AsSpan(first, words.Length);
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out T score, out T outcomeScore);
            T effect = effectSd * outcomeScore;
            scores[i] = score;
            effects[i] = effect;
            alliance[i] = allianceSd * score;
            outcome[i] = LaneCurve.At(between, score, effect + (T.Create(arm[i] == 1 ? world.ArmEffect : 0) + sites[site[i]]));
        }
    }

    private void SiteEffects()
    {
        Span<T> words = _words.Span[..2];
        T sd = T.Create(_world.Components.SiteSd);
        for (int site = 0; site < _siteEffects.Length; site++)
        {
            _random.Entity(words, RandomDomain.Site, site);
            BoxMuller.Transform(words[0], out T effect, out _);
            _siteEffects.Span[site] = sd * effect;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Therapist(int j, in T score, in T outcomeScore, TrialBatch<T> batch)
    {
        Design.VarianceComponents world = _world.Components;
        T effect = T.Create(world.OutcomeTherapistSd) * outcomeScore;
        T arm = T.Create(_world.Layout.Arm[j] == 1 ? world.ArmEffect : 0);
        batch.TherapistScore.Span[j] = score;
        batch.TherapistEffect.Span[j] = effect;
        batch.AllianceBase.Span[j] = T.Create(world.AllianceBetweenSd) * score;
        batch.OutcomeBase.Span[j] = LaneCurve.At(world.Between, score, effect + (arm + _siteEffects.Span[_world.Layout.Site[j]]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DeviationsAndResiduals(ReadOnlySpan<T> words, int position, TrialBatch<T> batch)
    {
        Design.VarianceComponents world = _world.Components;
        T withinSd = T.Create(world.AllianceWithinSd);
        T residualSd = T.Create(world.ResidualSd);
        Span<T> score = batch.PatientScore.Span.Slice(position, words.Length);
        Span<T> alliance = batch.Alliance.Span.Slice(position, words.Length);
        Span<T> outcome = batch.Outcome.Span.Slice(position, words.Length);
        if (world.Within.Square == 0 && world.Within.Segments.IsEmpty)
        {
            T slope = T.Create(world.Within.Linear);
            for (int i = 0; i < words.Length; i++)
            {
                BoxMuller.Transform(words[i], out T deviation, out T residual);
                score[i] = deviation;
                alliance[i] = withinSd * deviation;
                outcome[i] = T.Fma(slope, deviation, residualSd * residual);
            }
        }
        else
        {
            for (int i = 0; i < words.Length; i++)
            {
                BoxMuller.Transform(words[i], out T deviation, out T residual);
                score[i] = deviation;
                alliance[i] = withinSd * deviation;
                outcome[i] = LaneCurve.At(world.Within, deviation, residualSd * residual);
            }
        }
    }

    private void MeasurementAndSeverity(ReadOnlySpan<T> words, int position, TrialBatch<T> batch)
    {
        T errorSd = T.Create(_world.Components.AllianceErrorSd);
        T severitySlope = T.Create(_world.Components.Severity);
        Span<T> severity = batch.Severity.Span.Slice(position, words.Length);
        Span<T> alliance = batch.Alliance.Span.Slice(position, words.Length);
        Span<T> outcome = batch.Outcome.Span.Slice(position, words.Length);
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out T error, out T z);
            severity[i] = z;
            alliance[i] = T.Fma(errorSd, error, alliance[i]);
            outcome[i] = T.Fma(severitySlope, z, outcome[i]);
        }
    }

    private void Masks(int therapist, Span<T> words, int count, int firstPatient, int position, TrialBatch<T> batch)
    {
        T caseload = batch.Caseload.Span[therapist];
        T deviationBeforeAlliance = T.Create(0);
        T deviationBeforeOutcome = T.Create(0);
        if (_therapistLoss is not null)
        {
            caseload = T.And(caseload, _therapistLoss.Stays(therapist));
            deviationBeforeAlliance = _therapistLoss.BeforeAlliance(therapist);
            deviationBeforeOutcome = _therapistLoss.BeforeOutcome(therapist);
        }

        Span<T> measured = batch.Measured.Span.Slice(position, count);
        Span<T> analysed = batch.Analysed.Span.Slice(position, count);
        for (int i = 0; i < count; i++)
        {
            measured[i] = T.LessThan(T.Create(firstPatient + i), caseload);
        }

        if (_world.LossBeforeAlliance is not null || _world.LossBeforeOutcome is not null)
        {
            _random.Patients(words, RandomDomain.Attrition, therapist, firstPatient);
        }

        if (_world.LossBeforeAlliance is { } first)
        {
            _loss.Lose(first, _world.Scenario.Attrition.Alliance.Rate, deviationBeforeAlliance, words[..count], 0, therapist, position, batch, measured, measured);
        }

        if (_world.LossBeforeOutcome is { } second)
        {
            _loss.Lose(second, _world.Scenario.Attrition.Outcome.Rate, deviationBeforeOutcome, words[..count], 32, therapist, position, batch, measured, analysed);
        }
        else
        {
            measured.CopyTo(analysed);
        }
    }
}
