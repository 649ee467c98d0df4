using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Corrects coefficients of the observed therapist means for their unreliability, one data set per lane.</summary>
/// <remarks>
/// <para>
/// The slope b of the means estimates λβ_b + (1 − λ)b_w, with b_w the slope of alliance_within in the same model (0 if it has none), the
/// curvature b_q estimates λ²β_q (for normal scores; Lüdtke et al. 2008, Psychological Methods 13(3), manifest aggregation). Corrected:
/// (b − (1 − λ)b_w)/λ and b_q/λ².
/// </para>
/// <para>
/// Standard errors by the delta method: (V_b − 2(1 − λ)C_bw + (1 − λ)²V_w)/λ² + (b_w − b)²/λ⁴ Var λ, and V_q/λ⁴ + 4b_q²/λ⁶ Var λ, where
/// Var λ is 0 if λ is known.
/// </para>
/// <para>Owns its scratch memory: one per thread. Allocates in the constructor only.</para>
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class CorrectionEngine<T>
    where T : unmanaged, ILane<T>
{
    private readonly ScenarioPlan _plan;
    private readonly bool _isKnown;
    private readonly bool _isEstimated;
    private readonly LaneBuffer<T> _contrast;
    private TherapistMeanReliability<T> _known;
    private TherapistMeanReliability<T> _estimated;

    public CorrectionEngine(ScenarioPlan plan)
    {
        _plan = plan;
        _isKnown = plan.Corrections.Any(c => c.Source == ReliabilitySource.Known);
        _isEstimated = plan.Corrections.Any(c => c.Source == ReliabilitySource.Estimated);
        _contrast = new(plan.Fits.Max(f => f.Model.FixedEffects));
    }

    /// <summary>Takes over new replicates.</summary>
    /// <param name="data">Statistics of their patients.</param>
    /// <param name="patients">[therapist] Patients over whom the observed mean is taken.</param>
    public void Load(TherapistStatistics<T> data, ReadOnlySpan<T> patients)
    {
        ReliabilityData reliability = _plan.Reliability!;
        if (_isKnown)
        {
            _known = TherapistMeanReliability<T>.Known(data, patients, reliability.BetweenVariance, reliability.WithinVariance);
        }

        if (_isEstimated)
        {
            _estimated = TherapistMeanReliability<T>.Estimated(data, patients, reliability.Means, reliability.Deviations);
        }
    }

    /// <summary>Corrects the coefficients of one fit.</summary>
    /// <param name="fit">Its index.</param>
    /// <param name="criterion">Standing at the fitted θ.</param>
    /// <param name="variance">σ².</param>
    /// <param name="ofMeans">Robust errors of a fit to therapist means, if they are read.</param>
    /// <param name="ofPatients">Robust errors of a fit to patients, if they are read.</param>
    /// <param name="values">[correction] Where the results go.</param>
    /// <param name="offset">Replicate of the first lane.</param>
    public void Run(
        int fit, ProfiledCriterion<T> criterion, T variance, WeightedLeastSquares<T>? ofMeans, PatientRobustErrors<T>? ofPatients, CorrectionValues[] values, int offset)
    {
        for (int c = 0; c < _plan.Corrections.Length; c++)
        {
            if (_plan.Corrections[c].Fit == fit)
            {
                Correct(_plan.Corrections[c], criterion, variance, ofMeans, ofPatients, values[c], offset);
            }
        }
    }

    private void Correct(
        PlannedCorrection planned, ProfiledCriterion<T> criterion, T variance, WeightedLeastSquares<T>? ofMeans, PatientRobustErrors<T>? ofPatients, CorrectionValues values, int offset)
    {
        TherapistMeanReliability<T> reliability = planned.Source == ReliabilitySource.Known ? _known : _estimated;
        T lambda = reliability.Value;
        T one = T.Create(1);
        Span<T> contrast = _contrast.Span[..criterion.FixedEffects];
        contrast.Clear();
        contrast[planned.Position] = one;
        T slope = criterion.Beta[planned.Position];
        T within = T.Create(0);
        if (planned.Within >= 0)
        {
            within = criterion.Beta[planned.Within];
            contrast[planned.Within] = lambda - one;
            slope = T.Fma(lambda - one, within, slope);
        }

        T shrinkage = planned.IsSquare ? lambda * lambda : lambda;
        T estimate = slope / shrinkage;
        T gradient = (planned.IsSquare ? T.Create(-2) * estimate : within - estimate) / lambda; // in λ
        T ofReliability = gradient * gradient * reliability.Variance;
        T scale = one / (shrinkage * shrinkage);
        T error = T.Sqrt(T.Fma(variance * criterion.InverseForm(contrast), scale, ofReliability));
        ReplicateEngine<T>.Store(estimate, values.Estimate, offset);
        ReplicateEngine<T>.Store(error, values.StandardError, offset);
        if (ofMeans is not null)
        {
            Store(T.Select(ofMeans.HasRobustVariance, ofMeans.RobustVariance(contrast), T.Create(double.NaN)), values.Hc3);
        }

        if (ofPatients is not null && _plan.Fits[planned.Fit].NeedsHc3)
        {
            Store(ofPatients.Hc3(contrast), values.Hc3);
        }

        if (ofPatients is not null && _plan.Fits[planned.Fit].NeedsCr2)
        {
            Store(ofPatients.Cr2(contrast, out _), values.Cr2);
        }

        void Store(T robustVariance, double[] errors) =>
            ReplicateEngine<T>.Store(T.Sqrt(T.Fma(robustVariance, scale, ofReliability)), errors, offset);
    }
}
