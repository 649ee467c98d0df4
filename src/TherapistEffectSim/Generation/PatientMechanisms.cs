using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Generates the patients of worlds with further mechanisms, one replicate per lane: the generator's longer path.</summary>
/// <remarks>
/// Severity and traits come first, since alliance and outcome depend on them; then the alliance, the outcome, what is recorded of the
/// alliance, and the course of treatment. With all further mechanisms at 0 the numbers are those of the short path, to the bit.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class PatientMechanisms<T>
    where T : unmanaged, ILane<T>
{
    private readonly World _world;
    private readonly Scenario _scenario;
    private readonly EndpointOutcome _outcome;
    private readonly RandomNumberStream<T> _random;
    private readonly TherapistMechanisms<T> _therapists;
    private readonly ImmutableArray<PatientTrait> _traits;
    private readonly StandardForm<T> _residualForm;
    private readonly RecordedAlliance<T> _recorded;
    private readonly TreatmentCourse<T> _course;
    private readonly LaneBuffer<T> _deviation; // [patient of the chunk] D
    private readonly LaneBuffer<T> _residual;  // e*, then the residual in outcome units
    private readonly LaneBuffer<T> _error;     // error of measurement, standard normal

    public PatientMechanisms(World world, RandomNumberStream<T> random, TherapistMechanisms<T> therapists, int chunk)
    {
        _world = world;
        _scenario = world.Scenario;
        _outcome = (EndpointOutcome)world.Scenario.Outcome;
        _random = random;
        _therapists = therapists;
        _traits = [.. world.Scenario.Traits.Values];
        _residualForm = new(_outcome.Distribution);
        _recorded = new(world, chunk);
        _course = new(world);
        _deviation = new(chunk);
        _residual = new(chunk);
        _error = new(chunk);
    }

    /// <summary>Draws a chunk of one therapist's patients.</summary>
    /// <param name="therapist">From 0.</param>
    /// <param name="firstPatient">Number of the first within the therapist, even.</param>
    /// <param name="position">Of the first in the patient buffers.</param>
    /// <param name="count">Patients.</param>
    /// <param name="words">Room for as many words, rounded up to an even number.</param>
    /// <param name="batch">Its therapists must have been drawn.</param>
    public void Draw(int therapist, int firstPatient, int position, int count, Span<T> words, TrialBatch<T> batch)
    {
        DeviationsAndResiduals(therapist, firstPatient, count, words);
        Severity(therapist, firstPatient, position, count, words, batch);
        for (int t = 0; t < _traits.Length; t++)
        {
            Trait(t, therapist, firstPatient, position, count, words, batch);
        }

        PatientScore(position, count, batch);
        Outcome(therapist, position, count, batch);
        if (_world.Layout.IsCrossed)
        {
            Arms(therapist, firstPatient, position, count, batch);
        }

        if (_world.DropOutIntercept is not null || _recorded.VaryingAssessments)
        {
            _random.Patients(words, RandomDomain.Course, therapist, firstPatient);
        }

        _course.Draw(therapist, position, words[..count], batch);
        if (_recorded.VaryingAssessments)
        {
            _recorded.TakeAssessments(words[..count]);
        }

        if (_recorded.NeedsRaterDraws)
        {
            _random.Patients(words, RandomDomain.Rater, therapist, firstPatient);
        }

        _recorded.Record(therapist, position, words[..count], _error.Span[..count], batch);
    }

    private void DeviationsAndResiduals(int therapist, int firstPatient, int count, Span<T> words)
    {
        Span<T> deviation = _deviation.Span[..count];
        Span<T> residual = _residual.Span[..count];
        _random.Patients(words, RandomDomain.Patient, therapist, firstPatient);
        for (int i = 0; i < count; i++)
        {
            BoxMuller.Transform(words[i], out deviation[i], out residual[i]);
        }

        if (!_residualForm.IsNormal)
        {
            _random.Patients(words, RandomDomain.ResidualForm, therapist, firstPatient);
            for (int i = 0; i < count; i++)
            {
                BoxMuller.Transform(words[i], out T first, out T second);
                residual[i] = _residualForm.Of(residual[i], first, second);
            }
        }

        double r = _scenario.Alliance.ReverseCorrelation;
        T shared = T.Create(r);
        T own = T.Create(Math.Sqrt(1 - (r * r)));
        if (_world.Layout.IsCrossed)
        {
            for (int i = 0; i < count; i++)
            {
                double ofArm = _world.Components.ArmResidualSd[_world.Layout.ArmOf(therapist, firstPatient + i)];
                residual[i] = T.Create(ofArm) * T.Fma(shared, deviation[i], own * residual[i]);
            }

            return;
        }

        T sd = T.Create(_world.Components.ArmResidualSd[_world.Layout.Arm[therapist]]);
        for (int i = 0; i < count; i++)
        {
            residual[i] = sd * T.Fma(shared, deviation[i], own * residual[i]);
        }
    }

    private void Severity(int therapist, int firstPatient, int position, int count, Span<T> words, TrialBatch<T> batch)
    {
        Span<T> severity = batch.Severity.Span.Slice(position, count);
        Span<T> error = _error.Span[..count];
        _random.Patients(words, RandomDomain.Measurement, therapist, firstPatient);
        for (int i = 0; i < count; i++)
        {
            BoxMuller.Transform(words[i], out error[i], out severity[i]);
        }

        if (!_world.Layout.HasTherapist(therapist))
        {
            return;
        }

        if (_scenario.Allocation is CaseMixAllocation)
        {
            double correlation = _therapists.CaseMixCorrelation;
            T fromScore = T.Create(-correlation) * _therapists.Score[therapist];
            T own = T.Create(Math.Sqrt(1 - (correlation * correlation)));
            for (int i = 0; i < count; i++)
            {
                severity[i] = T.Fma(own, severity[i], fromScore);
            }
        }
        else if (_scenario.Allocation is SortedAllocation { Of: SortedAllocation.Severity })
        {
            T half = _therapists.Half[therapist];
            T isMiddle = T.LessThan(T.Abs(half), T.Create(0.5));
            for (int i = 0; i < count; i++)
            {
                severity[i] = T.Select(isMiddle, severity[i], T.Create(0) - (half * T.Abs(severity[i])));
            }
        }
    }

    private void Trait(int t, int therapist, int firstPatient, int position, int count, Span<T> words, TrialBatch<T> batch)
    {
        double share = _traits[t].Share;
        T probability = T.Create(share);
        if (_world.SortedTrait == t)
        {
            T half = _therapists.Half[therapist];
            T upper = T.Create(Math.Min(1, 2 * share));
            T lower = T.Create(Math.Max(0, (2 * share) - 1));
            probability = T.Select(T.LessThan(T.Create(0.5), half), upper, T.Select(T.LessThan(half, T.Create(-0.5)), lower, probability));
        }

        if (t % 2 == 0)
        {
            _random.Patients(words, RandomDomain.Trait, therapist, firstPatient, occasion: t / 2);
        }

        Span<T> trait = batch.Traits[t].Span.Slice(position, count);
        T one = T.Create(1);
        for (int i = 0; i < count; i++)
        {
            trait[i] = T.And(T.LessThan(Uniform.Of(words[i], 32 * (t % 2)), probability), one);
        }
    }

    private void PatientScore(int position, int count, TrialBatch<T> batch)
    {
        double sd = _world.Components.AllianceWithinSd;
        T perDeviation = T.Create(sd > 0 ? _world.Components.AllianceDeviationSd / sd : 0);
        T perSeverity = T.Create(sd > 0 ? _scenario.Alliance.Severity / sd : 0);
        ReadOnlySpan<T> deviation = _deviation.Span[..count];
        ReadOnlySpan<T> severity = batch.Severity.Span.Slice(position, count);
        Span<T> score = batch.PatientScore.Span.Slice(position, count);
        for (int i = 0; i < count; i++)
        {
            score[i] = T.Fma(perSeverity, severity[i], perDeviation * deviation[i]);
        }

        for (int t = 0; t < _traits.Length; t++)
        {
            ReadOnlySpan<T> trait = batch.Traits[t].Span.Slice(position, count);
            T perTrait = T.Create(sd > 0 ? _traits[t].Alliance / sd : 0);
            T share = T.Create(_traits[t].Share);
            for (int i = 0; i < count; i++)
            {
                score[i] = T.Fma(perTrait, trait[i] - share, score[i]);
            }
        }
    }

    private void Outcome(int therapist, int position, int count, TrialBatch<T> batch)
    {
        ResponseCurve within = _world.Components.Within;
        ReadOnlySpan<T> residual = _residual.Span[..count];
        ReadOnlySpan<T> severity = batch.Severity.Span.Slice(position, count);
        ReadOnlySpan<T> score = batch.PatientScore.Span.Slice(position, count);
        Span<T> outcome = batch.Outcome.Span.Slice(position, count);
        T perScore = _therapists.PerScore.Span[therapist];
        T perSeverity = _therapists.PerSeverity.Span[therapist];
        T perAlliance = _therapists.PerAlliance.Span[therapist];
        T moderation = T.Create(_outcome.Moderations.Severity);
        T trueBase = batch.AllianceBase.Span[therapist];
        T withinSd = T.Create(_world.Components.AllianceWithinSd);
        for (int i = 0; i < count; i++)
        {
            T y = T.Fma(perScore, score[i], LaneCurve.At(within, score[i], residual[i]));
            y = T.Fma(perSeverity, severity[i], y);
            T slope = T.Fma(moderation, severity[i], perAlliance);
            outcome[i] = T.Fma(slope, T.Fma(withinSd, score[i], trueBase), y);
        }

        for (int t = 0; t < _traits.Length; t++)
        {
            ReadOnlySpan<T> trait = batch.Traits[t].Span.Slice(position, count);
            T effect = T.Create(_traits[t].Outcome);
            T slope = T.Create(_traits[t].ByAlliance);
            for (int i = 0; i < count; i++)
            {
                outcome[i] = T.Fma(T.Fma(slope, T.Fma(withinSd, score[i], trueBase), effect), trait[i], outcome[i]);
            }
        }
    }

    /// <summary>Adds the arms' effects where a therapist's patients are in all arms.</summary>
    private void Arms(int therapist, int firstPatient, int position, int count, TrialBatch<T> batch)
    {
        ReadOnlySpan<T> score = batch.PatientScore.Span.Slice(position, count);
        Span<T> outcome = batch.Outcome.Span.Slice(position, count);
        T trueBase = batch.AllianceBase.Span[therapist];
        T withinSd = T.Create(_world.Components.AllianceWithinSd);
        T moderation = T.Create(_outcome.Moderations.Arm);
        for (int i = 0; i < count; i++)
        {
            int arm = _world.Layout.ArmOf(therapist, firstPatient + i);
            T y = outcome[i] + _therapists.ArmEffect(therapist, arm);
            outcome[i] = arm == 1 ? T.Fma(moderation, T.Fma(withinSd, score[i], trueBase), y) : y;
        }
    }
}
