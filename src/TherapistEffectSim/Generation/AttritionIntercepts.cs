using System.Runtime.CompilerServices;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Log odds of loss at one stage as a linear function of the patient's values, in their own units.</summary>
/// <param name="Intercept">Log odds where all values are 0.</param>
/// <param name="Outcome">Per outcome unit.</param>
/// <param name="Alliance">Per unit of the alliance as measured.</param>
/// <param name="TrueAlliance">Per unit of the true alliance.</param>
/// <param name="Severity">Per SD of severity.</param>
/// <param name="TherapistSd">SD between therapists.</param>
internal readonly record struct LossLogOdds(
    double Intercept, double Outcome, double Alliance, double TrueAlliance, double Severity, double TherapistSd)
{
    /// <summary>Whether all patients have the same odds.</summary>
    public bool IsConstant => Outcome == 0 && Alliance == 0 && TrueAlliance == 0 && Severity == 0 && TherapistSd == 0;
}

/// <summary>Solves the intercepts of both stages of attrition so that the expected rates hold.</summary>
/// <remarks>
/// The expectation is over fixed patients of this world before attrition, all arms together, the second stage given that the first kept
/// the patient. Deviations of therapists, independent at the two stages, are those of a quasi-random sequence, one for each patient.
/// Loops over patients are compiled for themselves and in full at once: they run a few times, and slow code would do most of their work.
/// </remarks>
internal sealed class AttritionIntercepts
{
    private const double RateTolerance = 1e-12;
    private const double Reach = 800; // log odds

    private readonly PatientCovariates _patients;
    private readonly double[] _deviation; // standard normal, of the stage being solved; 0 without differences between therapists
    private readonly double[] _kept;      // probability of not being lost at the stages solved so far
    private int _stagesSolved;

    /// <param name="patients">Patients of the world before attrition.</param>
    public AttritionIntercepts(PatientCovariates patients)
    {
        _patients = patients;
        _deviation = new double[patients.Count];
        _kept = patients.Share.ToArray();
    }

    /// <summary>Solves the next stage; the first call is the alliance's, the second the outcome's.</summary>
    public LossLogOdds Solve(AttritionStage stage)
    {
        DrawDeviations(stage);
        LossLogOdds slopes = Slopes(stage);
        double reach = Math.Max(Reach, 2 * Math.Abs(MeanLogOdds(slopes)));
        double low = -reach;
        double high = reach;
        double intercept = Logit(stage.Rate);
        for (int step = 0; step < 200; step++)
        {
            (double excess, double derivative) = ExcessLoss(slopes with { Intercept = intercept }, stage.Rate);
            if (Math.Abs(excess) <= RateTolerance)
            {
                break;
            }

            (low, high) = excess > 0 ? (low, intercept) : (intercept, high);
            double newton = intercept - (excess / derivative);
            intercept = newton > low && newton < high ? newton : (low + high) / 2;
        }

        LossLogOdds solved = slopes with { Intercept = intercept };
        Lose(solved);
        _stagesSolved++;
        return solved;
    }

    /// <summary>log(p/(1 − p)).</summary>
    public static double Logit(double p) => Elementary.Log(p) - Elementary.Log(1 - p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Logistic(double x) => 1 / (1 + Elementary.ExpInline(Lane1.Create(-x))[0]);

    private LossLogOdds Slopes(AttritionStage stage) => new(
        0,
        stage.DependsOn.Outcome / Sd(_patients.Outcome, _patients.Share),
        stage.DependsOn.Alliance / Sd(_patients.Alliance, _patients.Share),
        stage.DependsOn.TrueAlliance / Sd(_patients.TrueAlliance, _patients.Share),
        stage.DependsOn.Severity / Sd(_patients.Severity, _patients.Share),
        stage.TherapistSd);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DrawDeviations(AttritionStage stage)
    {
        Array.Clear(_deviation);
        if (stage.TherapistSd > 0)
        {
            KroneckerSequence points = new(2);
            for (int i = 0; i < _deviation.Length; i++)
            {
                points.Normals(i, 0, out double first, out double second);
                _deviation[i] = _stagesSolved == 0 ? first : second;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double LogOdds(in LossLogOdds loss, int i) =>
        loss.Intercept
        + (loss.Outcome * _patients.Outcome[i])
        + (loss.Alliance * _patients.Alliance[i])
        + (loss.TrueAlliance * _patients.TrueAlliance[i])
        + (loss.Severity * _patients.Severity[i])
        + (loss.TherapistSd * _deviation[i]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double MeanLogOdds(in LossLogOdds loss)
    {
        double sum = 0;
        for (int i = 0; i < _kept.Length; i++)
        {
            sum += LogOdds(loss, i);
        }

        return sum / _kept.Length;
    }

    // Expected share lost among those kept so far, minus the rate, and its derivative in the intercept.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Excess, double Derivative) ExcessLoss(in LossLogOdds loss, double rate)
    {
        double lost = 0;
        double slope = 0;
        double weights = 0;
        for (int i = 0; i < _kept.Length; i++)
        {
            double p = Logistic(LogOdds(loss, i));
            lost += _kept[i] * p;
            slope += _kept[i] * p * (1 - p);
            weights += _kept[i];
        }

        return ((lost / weights) - rate, slope / weights);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lose(in LossLogOdds loss)
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            _kept[i] *= 1 - Logistic(LogOdds(loss, i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sd(ReadOnlySpan<double> values, ReadOnlySpan<double> shares)
    {
        double total = 0;
        double mean = 0;
        for (int i = 0; i < values.Length; i++)
        {
            total += shares[i] / values.Length;
            mean += shares[i] * values[i] / values.Length;
        }

        mean /= total;
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += shares[i] * (values[i] - mean) * (values[i] - mean);
        }

        return Math.Sqrt(sum / (values.Length * total));
    }
}
