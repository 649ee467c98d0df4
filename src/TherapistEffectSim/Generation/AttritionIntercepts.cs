using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Log odds of loss at one stage as a linear function of the patient's values, in their own units.</summary>
/// <param name="Intercept">Log odds where all values are 0.</param>
/// <param name="Outcome">Per outcome unit.</param>
/// <param name="Alliance">Per unit of the alliance as measured.</param>
/// <param name="TrueAlliance">Per unit of the true alliance.</param>
/// <param name="Severity">Per SD of severity.</param>
internal readonly record struct LossLogOdds(double Intercept, double Outcome, double Alliance, double TrueAlliance, double Severity)
{
    /// <summary>Whether all patients have the same odds.</summary>
    public bool IsConstant => Outcome == 0 && Alliance == 0 && TrueAlliance == 0 && Severity == 0;
}

/// <summary>Solves the intercepts of both stages of attrition so that the expected rates hold.</summary>
/// <remarks>
/// The expectation is over 65,536 fixed quasi-random patients of this world before attrition, all arms together, the second stage given that
/// the first kept the patient. The points are a Kronecker sequence with the powers of the generalised golden ratio in nine dimensions, made
/// normal by the transformation that the generator uses, so that no seed enters.
/// </remarks>
internal sealed class AttritionIntercepts
{
    private const int Patients = 65_536;
    private const int Dimensions = 9;
    private const double RateTolerance = 1e-12;

    private readonly double[] _outcome = new double[Patients];
    private readonly double[] _alliance = new double[Patients];
    private readonly double[] _trueAlliance = new double[Patients];
    private readonly double[] _severity = new double[Patients];
    private readonly double[] _share = new double[Patients]; // probability that the trial selects the therapist
    private readonly double[] _kept = new double[Patients]; // probability of not being lost at the stages solved so far

    /// <param name="components">The world's standard deviations and slopes.</param>
    /// <param name="scores">Distribution of the therapists' scores.</param>
    /// <param name="armShares">Share of the randomised patients in each arm.</param>
    public AttritionIntercepts(VarianceComponents components, TherapistScoreModel scores, ReadOnlySpan<double> armShares)
    {
        double[] steps = KroneckerSteps();
        for (int i = 0; i < Patients; i++)
        {
            Normals(i, steps, 0, out double therapistScore, out double therapistEffect);
            Normals(i, steps, 2, out double deviation, out double residual);
            Normals(i, steps, 4, out double error, out _severity[i]);
            Normals(i, steps, 6, out double site, out double membership);
            double share = scores.IsPlain ? 1 : Therapist(scores, membership, ref therapistScore, ref therapistEffect);
            int arm = 0;
            for (double u = Point(i, steps[8]) - armShares[0]; u >= 0 && arm < armShares.Length - 1; u -= armShares[arm])
            {
                arm++;
            }

            _trueAlliance[i] = (components.AllianceBetweenSd * therapistScore) + (components.AllianceWithinSd * deviation);
            _alliance[i] = _trueAlliance[i] + (components.AllianceErrorSd * error);
            _outcome[i] = (arm == 1 ? components.ArmEffect : 0)
                + (components.SiteSd * site)
                + components.Between.At(therapistScore)
                + (components.OutcomeTherapistSd * therapistEffect)
                + components.Within.At(deviation)
                + (components.Severity * _severity[i])
                + (components.ResidualSd * residual);
            _kept[i] = share;
            _share[i] = share;
        }
    }

    /// <summary>Solves the next stage; the first call is the alliance's, the second the outcome's.</summary>
    public LossLogOdds Solve(AttritionStage stage)
    {
        LossLogOdds slopes = Slopes(stage.DependsOn);
        double low = -800;
        double high = 800;
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
        for (int i = 0; i < Patients; i++)
        {
            _kept[i] *= 1 - Logistic(LogOdds(solved, i));
        }

        return solved;
    }

    /// <summary>log(p/(1 − p)).</summary>
    public static double Logit(double p) => Elementary.Log(p) - Elementary.Log(1 - p);

    private static double Logistic(double x) => 1 / (1 + Elementary.Exp(-x));

    private LossLogOdds Slopes(AttritionSlopes perSd) => new(
        0,
        perSd.Outcome / Sd(_outcome, _share),
        perSd.Alliance / Sd(_alliance, _share),
        perSd.TrueAlliance / Sd(_trueAlliance, _share),
        perSd.Severity / Sd(_severity, _share));

    private double LogOdds(in LossLogOdds loss, int i) =>
        loss.Intercept
        + (loss.Outcome * _outcome[i])
        + (loss.Alliance * _alliance[i])
        + (loss.TrueAlliance * _trueAlliance[i])
        + (loss.Severity * _severity[i]);

    // Expected share lost among those kept so far, minus the rate, and its derivative in the intercept.
    private (double Excess, double Derivative) ExcessLoss(in LossLogOdds loss, double rate)
    {
        double lost = 0;
        double slope = 0;
        double weights = 0;
        for (int i = 0; i < Patients; i++)
        {
            double p = Logistic(LogOdds(loss, i));
            lost += _kept[i] * p;
            slope += _kept[i] * p * (1 - p);
            weights += _kept[i];
        }

        return ((lost / weights) - rate, slope / weights);
    }

    private static double Sd(double[] values, double[] shares)
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

    /// <summary>Turns two independent normal numbers into the scores of a candidate, trained; returns the probability that the candidate is kept.</summary>
    private static double Therapist(TherapistScoreModel scores, double membership, ref double alliance, ref double outcome)
    {
        ScoreComponent component = scores.Components[0];
        if (scores.Components.Length > 1 && membership > NormalDistribution.UpperQuantile(scores.Components[1].Share))
        {
            component = scores.Components[1];
        }

        double first = alliance;
        double second = outcome;
        outcome = component.Mean[1] + (component.Sd[1] * ((scores.Cholesky[1] * first) + (scores.Cholesky[2] * second)));
        alliance = component.Mean[0] + (component.Sd[0] * first);
        double kept = 1;
        if (!double.IsNegativeInfinity(scores.Threshold))
        {
            double expected = component.Mean[2] + (component.Sd[2] * ((scores.Cholesky[3] * first) + (scores.Cholesky[4] * second)));
            double spread = component.Sd[2] * scores.Cholesky[5];
            kept = scores.Selecting switch
            {
                0 => alliance > scores.Threshold ? 1 : 0,
                1 => outcome > scores.Threshold ? 1 : 0,
                _ when spread > 0 => NormalDistribution.Survival((scores.Threshold - expected) / spread),
                _ => expected > scores.Threshold ? 1 : 0,
            };
        }

        alliance = scores.Train(0, alliance);
        outcome = scores.Train(1, outcome);
        return kept;
    }

    // Powers 1/φ, 1/φ², … of the root of φ^(d+1) = φ + 1, the generalisation of the golden ratio to d dimensions.
    private static double[] KroneckerSteps()
    {
        double root = 1.1;
        for (int i = 0; i < 100; i++)
        {
            double power = 1;
            for (int k = 0; k < Dimensions; k++)
            {
                power *= root;
            }

            root -= ((power * root) - root - 1) / (((Dimensions + 1) * power) - 1);
        }

        double[] steps = new double[Dimensions];
        double step = 1;
        for (int k = 0; k < Dimensions; k++)
        {
            step /= root;
            steps[k] = step;
        }

        return steps;
    }

    private static double Point(int i, double step)
    {
        double x = 0.5 + ((i + 1) * step);
        return x - Math.Floor(x);
    }

    private static void Normals(int i, double[] steps, int dimension, out double first, out double second)
    {
        ulong radius = (uint)(Point(i, steps[dimension]) * 4294967296.0);
        ulong angle = (uint)(Point(i, steps[dimension + 1]) * 4294967296.0);
        BoxMuller.Transform(Lane1.FromBits((radius << 32) | angle), out Lane1 x, out Lane1 y);
        first = x[0];
        second = y[0];
    }
}
