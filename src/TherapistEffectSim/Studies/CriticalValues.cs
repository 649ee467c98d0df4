using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>The critical values of a scenario's tests. Not safe to share between threads: those of F are remembered.</summary>
internal sealed class CriticalValues
{
    private readonly Dictionary<int, double> _mixtures;
    private readonly double[] _chiSquared; // [degrees of freedom]

    public CriticalValues(ScenarioPlan plan)
    {
        double alpha = plan.Alpha;
        NormalTwoSided = NormalDistribution.UpperQuantile(alpha / 2);
        NormalOneSided = NormalDistribution.UpperQuantile(alpha);
        LikelihoodRatio = ChiSquared.UpperQuantile(alpha, 1);
        Mixture = alpha < 0.5 ? ChiSquared.UpperQuantile(2 * alpha, 1) : 0;
        TwoSided = TCriticalValues.Of(alpha, Alternative.TwoSided);
        bool oneSided = plan.Tests.Any(t => t.Kind == TestKind.LindMehlum
            || ((t.Coefficient >= 0 || t.Kind == TestKind.TCorrelation) && t.Alternative != Alternative.TwoSided));
        Greater = oneSided ? TCriticalValues.Of(alpha, Alternative.Greater) : TwoSided;
        Less = oneSided ? TCriticalValues.Of(alpha, Alternative.Less) : TwoSided;
        F = new(alpha);
        _mixtures = plan.Tests.Select(t => t.Parameters).Where(k => k > 1).Distinct().ToDictionary(k => k, k => ChiSquaredMixture.UpperQuantile(alpha, k));
        _chiSquared = [.. Enumerable.Range(0, plan.Tests.Max(t => (int?)t.JointCoefficients) + 1 ?? 1).Select(df => df == 0 ? 0 : ChiSquared.UpperQuantile(alpha, df))];
    }

    /// <summary>Of |z|.</summary>
    public double NormalTwoSided { get; }

    /// <summary>Of z with one alternative.</summary>
    public double NormalOneSided { get; }

    /// <summary>Of a likelihood ratio of one fixed effect: χ²(1).</summary>
    public double LikelihoodRatio { get; }

    /// <summary>Of Wald's χ² of several coefficients.</summary>
    public double OfChiSquared(int degreesOfFreedom) => _chiSquared[degreesOfFreedom];

    /// <summary>Of a likelihood ratio of a variance: χ²(0) and χ²(1), half and half.</summary>
    public double Mixture { get; }

    /// <summary>Of a likelihood ratio of a variance with its covariances, k parameters in all: χ²(k − 1) and χ²(k), half and half.</summary>
    public double MixtureOf(int parameters) => parameters == 1 ? Mixture : _mixtures[parameters];

    /// <summary>Of |t|.</summary>
    public TCriticalValues TwoSided { get; }

    /// <summary>Of t with the alternative "greater"; only where a test is one-sided.</summary>
    public TCriticalValues Greater { get; }

    /// <summary>Of t with the alternative "less"; only where a test is one-sided.</summary>
    public TCriticalValues Less { get; }

    /// <summary>Of F.</summary>
    public FCriticalValues F { get; }

    /// <summary>Of t with an alternative.</summary>
    public TCriticalValues OfT(Alternative alternative) => alternative switch
    {
        Alternative.Greater => Greater,
        Alternative.Less => Less,
        _ => TwoSided,
    };
}
