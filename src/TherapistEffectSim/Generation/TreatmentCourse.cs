using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Draws sessions attended and drop-out, one replicate per lane.</summary>
/// <remarks>A patient stays for E/λ sessions after the first, E standard exponential, λ = exp(α + b_A·a + b_z·z): see <see cref="Retention"/>.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class TreatmentCourse<T>
    where T : unmanaged, ILane<T>
{
    private readonly World _world;
    private readonly Retention _retention;

    public TreatmentCourse(World world) => (_world, _retention) = (world, world.Scenario.Retention);

    /// <summary>Fills sessions and retained, and adds the effect of staying to the outcome.</summary>
    /// <param name="therapist">From 0.</param>
    /// <param name="position">Of the first patient in the batch.</param>
    /// <param name="words">Whose high halves are the uniforms.</param>
    /// <param name="batch">Holds scores, severity and outcomes.</param>
    public void Draw(int therapist, int position, ReadOnlySpan<T> words, TrialBatch<T> batch)
    {
        Span<T> sessions = batch.Sessions.Span.Slice(position, words.Length);
        Span<T> retained = batch.Retained.Span.Slice(position, words.Length);
        T planned = T.Create(_retention.Sessions);
        T one = T.Create(1);
        if (_world.DropOutIntercept is not { } intercept)
        {
            sessions.Fill(planned);
            retained.Fill(one);
            return;
        }

        ReadOnlySpan<T> score = batch.PatientScore.Span.Slice(position, words.Length);
        ReadOnlySpan<T> severity = batch.Severity.Span.Slice(position, words.Length);
        Span<T> outcome = batch.Outcome.Span.Slice(position, words.Length);
        T constant = T.Fma(T.Create(_retention.Alliance), batch.AllianceBase.Span[therapist], T.Create(intercept));
        T perScore = T.Create(_retention.Alliance * _world.Components.AllianceWithinSd);
        T perSeverity = T.Create(_retention.Severity);
        T effect = T.Create(_retention.Outcome);
        T last = T.Create(_retention.Sessions - 1);
        for (int i = 0; i < words.Length; i++)
        {
            T logHazard = T.Fma(perScore, score[i], T.Fma(perSeverity, severity[i], constant));
            T time = (T.Create(0) - Elementary.Log(Uniform.Of(words[i], 32))) * Elementary.Exp(T.Create(0) - logHazard);
            T stays = T.AndNot(one, T.LessThan(time, last));
            T whole = WholeNumber.Nearest(T.Min(time, planned) - T.Create(0.5)); // the largest not above
            sessions[i] = T.Select(T.LessThan(time, last), T.Min(whole + one, last), planned);
            retained[i] = stays;
            outcome[i] = T.Fma(effect, stays, outcome[i]);
        }
    }
}
