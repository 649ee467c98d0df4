using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>What therapists bring about in the loss of patients: those who leave with all of theirs, and deviations of the log odds of loss. Nothing for patients without one.</summary>
/// <typeparam name="T">The lane: one replicate each.</typeparam>
internal sealed class TherapistLoss<T>
    where T : unmanaged, ILane<T>
{
    private readonly Attrition _attrition;
    private readonly RandomNumberStream<T> _random;
    private readonly LaneBuffer<T> _words = new(2);
    private readonly int _realTherapists;
    private readonly LaneBuffer<T> _stays;    // [therapist] mask
    private readonly LaneBuffer<T> _alliance; // [therapist] log odds, loss before the alliance is measured
    private readonly LaneBuffer<T> _outcome;  // [therapist] log odds, loss before the outcome is measured

    private TherapistLoss(Attrition attrition, TherapistLayout layout, RandomNumberStream<T> random)
    {
        int therapists = layout.Therapists;
        _attrition = attrition;
        _realTherapists = layout.RealTherapists;
        _random = random;
        _stays = new(therapists);
        _alliance = new(therapists);
        _outcome = new(therapists);
        _stays.Span.Fill(T.FromBits(ulong.MaxValue));
    }

    /// <summary>Mask: the therapist stays in the trial.</summary>
    public T Stays(int therapist) => _stays.Span[therapist];

    /// <summary>The therapist's deviation of the log odds of loss before the alliance is measured.</summary>
    public T BeforeAlliance(int therapist) => _alliance.Span[therapist];

    /// <summary>The therapist's deviation of the log odds of loss before the outcome is measured.</summary>
    public T BeforeOutcome(int therapist) => _outcome.Span[therapist];

    /// <summary>The part of therapists in a world's loss; <see langword="null"/> if they have none.</summary>
    /// <param name="world">The world.</param>
    /// <param name="random">The generator's stream.</param>
    public static TherapistLoss<T>? Of(World world, RandomNumberStream<T> random)
    {
        bool isNone = world.Scenario.Attrition.Therapists == 0
            && world.LossBeforeAlliance is null or { TherapistSd: 0 }
            && world.LossBeforeOutcome is null or { TherapistSd: 0 };
        return isNone ? null : new(world.Scenario.Attrition, world.Layout, random);
    }

    /// <summary>Draws all real therapists of the replicates at which the stream stands.</summary>
    public void Draw()
    {
        Span<T> words = _words.Span;
        T all = T.FromBits(ulong.MaxValue);
        for (int j = 0; j < _realTherapists; j++)
        {
            _random.Entity(words, RandomDomain.TherapistContext, j);
            BoxMuller.Transform(words[1], out T first, out T second);
            _alliance.Span[j] = T.Create(_attrition.Alliance.TherapistSd) * first;
            _outcome.Span[j] = T.Create(_attrition.Outcome.TherapistSd) * second;
            _stays.Span[j] = all;
            if (_attrition.Therapists > 0)
            {
                _random.Block(words, RandomDomain.TherapistContext, j, 1);
                _stays.Span[j] = T.AndNot(all, T.LessThan(Uniform.Of(words[0], 0), T.Create(_attrition.Therapists)));
            }
        }
    }
}
