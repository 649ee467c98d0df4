using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>What further mechanisms bring to therapists: one replicate per lane.</summary>
/// <remarks>A mechanism of size 0 adds exact zeros, so that the others' numbers stay what they are without it.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class TherapistMechanisms<T>
    where T : unmanaged, ILane<T>
{
    private readonly World _world;
    private readonly EndpointOutcome _outcome;
    private readonly RandomNumberStream<T> _random;
    private readonly StandardForm<T> _skillForm;
    private readonly LaneBuffer<T> _words = new(2);
    private readonly LaneBuffer<T> _study = new(6);
    private readonly LaneBuffer<T> _siteByArm;   // [site × arms + arm]
    private readonly LaneBuffer<T> _armEffect;   // [therapist] deviation of the second arm's effect; outcome units
    private readonly LaneBuffer<T> _score;       // [therapist] by which patients are allocated, in SDs of the trial's population
    private readonly TherapistHalves<T>? _halves;
    private readonly double _scoreMean;
    private readonly double _scoreSd = 1;

    public TherapistMechanisms(World world, RandomNumberStream<T> random)
    {
        _world = world;
        _outcome = (EndpointOutcome)world.Scenario.Outcome;
        _random = random;
        _skillForm = new(world.Scenario.Therapists.Distribution);
        _siteByArm = new(world.Layout.Sites * world.Layout.Arms);
        int therapists = world.Layout.Therapists;
        _score = new(therapists);
        _armEffect = new(therapists);
        PerAlliance = new(therapists);
        PerSeverity = new(therapists);
        PerScore = new(therapists);
        if (world.Scenario.Allocation is SortedAllocation)
        {
            _halves = new(world.Layout);
        }

        if (AllocatedBy is { } score and not AllocationScore.Referral)
        {
            (_scoreMean, _scoreSd) = world.Scores.Moments((int)score);
        }
    }

    /// <summary>[therapist] Outcome units per alliance SD that a therapist's patients share.</summary>
    public LaneBuffer<T> PerAlliance { get; }

    /// <summary>[therapist] Outcome units per SD of severity.</summary>
    public LaneBuffer<T> PerSeverity { get; }

    /// <summary>[therapist] Outcome units per SD within therapists, beyond the curve.</summary>
    public LaneBuffer<T> PerScore { get; }

    /// <summary>[therapist] Allocation: SDs of the trial's population.</summary>
    public ReadOnlySpan<T> Score => _score.Span;

    /// <summary>Case-mix: correlation of the prognosis with the score; 0 if the therapists have all the same.</summary>
    public double CaseMixCorrelation => _world.Scenario.Allocation is CaseMixAllocation mixed && _scoreSd > 0 ? mixed.Correlation : 0;

    /// <summary>[therapist] Sorted allocation: 1 in the upper half of the arm, −1 in the lower, 0 in the middle and for patients without a therapist.</summary>
    public ReadOnlySpan<T> Half => _halves!.Half;

    private AllocationScore? AllocatedBy => _world.Scenario.Allocation switch
    {
        CaseMixAllocation mixed => mixed.With,
        SortedAllocation sorted => sorted.By,
        _ => null,
    };

    /// <summary>Draws what a replicate's therapists have in common.</summary>
    public void Begin()
    {
        Literature literature = _world.Scenario.Literature;
        Span<T> study = _study.Span;
        _random.Block(_words.Span, RandomDomain.Study, 0, 0);
        BoxMuller.Transform(_words.Span[0], out study[0], out study[1]);
        BoxMuller.Transform(_words.Span[1], out study[2], out study[3]);
        _random.Block(_words.Span, RandomDomain.Study, 0, 1);
        BoxMuller.Transform(_words.Span[0], out study[4], out study[5]);
        ReadOnlySpan<double> sds = [literature.Alliance, literature.Between, literature.Within, literature.Curvature, literature.ArmEffect, literature.Severity];
        for (int k = 0; k < sds.Length; k++)
        {
            study[k] = T.Create(sds[k]) * study[k];
        }

        T sd = T.Create(_outcome.SiteByArmSd);
        for (int site = 0; site < _world.Layout.Sites && _outcome.SiteByArmSd > 0; site++)
        {
            for (int arm = 1; arm < _world.Layout.Arms; arm++)
            {
                _random.Block(_words.Span, RandomDomain.Site, site, 1 + (uint)arm);
                BoxMuller.Transform(_words.Span[0], out T deviation, out _);
                _siteByArm.Span[(site * _world.Layout.Arms) + arm] = sd * deviation;
            }
        }
    }

    /// <summary>Outcome skill in the form that the world gives it.</summary>
    public T OutcomeSkill(int therapist, T normal)
    {
        if (_skillForm.IsNormal)
        {
            return normal;
        }

        _random.Block(_words.Span, RandomDomain.TherapistContext, therapist, 1);
        BoxMuller.Transform(_words.Span[1], out T first, out T second);
        return _skillForm.Of(normal, first, second);
    }

    /// <summary>Adds to a therapist who is in the batch.</summary>
    /// <param name="j">The therapist, from 0.</param>
    /// <param name="outcomeScore">U*.</param>
    /// <param name="adherence">C*.</param>
    /// <param name="slope">The part of B* that is the therapist's own.</param>
    /// <param name="batch">Holds score, effect and bases of the therapist.</param>
    public void Add(int j, T outcomeScore, T adherence, T slope, TrialBatch<T> batch)
    {
        _random.Block(_words.Span, RandomDomain.TherapistContext, j, 0);
        BoxMuller.Transform(_words.Span[0], out T referral, out T view);
        T alliance = batch.TherapistScore.Span[j];
        batch.Adherence.Span[j] = adherence;
        ObservedBase(j, alliance, view, batch);
        Outcome(j, alliance, adherence, batch);
        double r = _outcome.Within.SlopeCorrelation;
        T own = T.Fma(T.Create(r), outcomeScore, T.Create(Math.Sqrt(1 - (r * r))) * slope);
        PerScore.Span[j] = T.Fma(T.Create(_outcome.Within.SlopeSd), own, _study.Span[2]);
        T score = AllocatedBy switch
        {
            AllocationScore.Alliance => alliance,
            AllocationScore.Outcome => outcomeScore,
            _ => referral,
        };
        _score.Span[j] = (score - T.Create(_scoreMean)) * T.Create(_scoreSd > 0 ? 1 / _scoreSd : 0);
        if (_world.Scenario.Therapists.ArmEffectSd > 0)
        {
            _random.Block(_words.Span, RandomDomain.TherapistContext, j, 2);
            BoxMuller.Transform(_words.Span[0], out T deviation, out _);
            _armEffect.Span[j] = T.Create(_world.Scenario.Therapists.ArmEffectSd) * deviation;
        }
    }

    /// <summary>Adds to a patient without a therapist: what studies, arms and sites bring, but nothing of a therapist.</summary>
    /// <param name="j">Place among the therapists, from 0.</param>
    /// <param name="batch">Holds score, effect and bases.</param>
    public void AddPatientAlone(int j, TrialBatch<T> batch)
    {
        int arm = _world.Layout.Arm[j];
        T zero = T.Create(0);
        T more = _siteByArm.Span[(_world.Layout.Site[j] * _world.Layout.Arms) + arm];
        batch.Adherence.Span[j] = zero;
        ObservedBase(j, zero, zero, batch);
        batch.OutcomeBase.Span[j] += arm == 1 ? more + _study.Span[4] : more;
        PerAlliance.Span[j] = _study.Span[0] + T.Create(arm == 1 ? _outcome.Moderations.Arm : 0);
        PerSeverity.Span[j] = T.Create(_outcome.Severity) + _study.Span[5];
        PerScore.Span[j] = _study.Span[2];
        _score.Span[j] = zero;
    }

    /// <summary>Difference of an arm from the first among a therapist's patients, where the therapist treats in all; outcome units.</summary>
    public T ArmEffect(int therapist, int arm)
    {
        T difference = _siteByArm.Span[(_world.Layout.Site[therapist] * _world.Layout.Arms) + arm];
        return arm == 1 ? difference + (T.Create(_world.Components.ArmEffect) + (_study.Span[4] + _armEffect.Span[therapist])) : difference;
    }

    /// <summary>Ranks the therapists, once all are there.</summary>
    public void End() => _halves?.Rank(_score.Span);

    private void Outcome(int j, T alliance, T adherence, TrialBatch<T> batch)
    {
        int arm = _world.Layout.Arm[j];
        AdherenceEffect effect = _outcome.Adherence;
        Span<T> study = _study.Span;
        T one = T.Create(1);
        T square = T.Fma(adherence, adherence, T.Create(-1));
        T more = _siteByArm.Span[(_world.Layout.Site[j] * _world.Layout.Arms) + arm];
        more = arm == 1 ? more + study[4] : more;
        more = T.Fma(study[1], alliance, more);
        more = T.Fma(study[3], one - (alliance * alliance), more);
        more = T.Fma(T.Create(effect.Linear), adherence, more);
        more = T.Fma(T.Create(-effect.Curvature), square, more);
        batch.OutcomeBase.Span[j] += more;
        PerAlliance.Span[j] = T.Fma(
            T.Create(-effect.CurvatureByAlliance), square, study[0] + T.Create(arm == 1 ? _outcome.Moderations.Arm : 0));
        PerSeverity.Span[j] = T.Fma(T.Create(effect.BySeverity), adherence, T.Create(_outcome.Severity) + study[5]);
    }

    // What the rater sees of the therapist, on the scale of the questionnaire.
    private void ObservedBase(int j, T alliance, T view, TrialBatch<T> batch)
    {
        if (!_world.HasOwnObservedBase)
        {
            return;
        }

        Alliance measured = _world.Scenario.Alliance;
        T rated = measured.Rater == Rater.Patient
            ? batch.AllianceBase.Span[j]
            : T.Create(_world.Components.RatedBetweenSd)
                * T.Fma(T.Create(measured.Validity), alliance, T.Create(Math.Sqrt(1 - (measured.Validity * measured.Validity))) * view);
        batch.ObservedBase.Span[j] = measured.Instrument is { } instrument
            ? T.Fma(T.Create(_world.Components.AllianceScale), rated, T.Create(instrument.Mean))
            : rated;
    }
}
