using TherapistEffectSim.Estimation;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>What the fits of a scenario found in the replicates of one leaf. One array per quantity, one element per replicate; masks have a bit per replicate.</summary>
internal sealed class LeafValues
{
    /// <summary>Replicates of a leaf.</summary>
    public const int Capacity = OrderedTree<EstimateSums>.ReplicatesPerLeaf;

    /// <summary>Whether a mask has the bit of a replicate.</summary>
    public static bool Has(ulong mask, int replicate) => (mask >> replicate & 1) != 0;

    public LeafValues(ScenarioPlan plan)
    {
        Fits =
        [
            .. plan.Fits.Select(fit => new FitValues(fit.Coefficients.Count, 0)),
            .. plan.TableFits.Select(fit => new FitValues(fit.Coefficients.Count, plan.Effects(fit.Method).Length)),
        ];
        Curves = [.. plan.Curves.Select(_ => new CurveRange())];
        Corrections = [.. plan.Corrections.Select(_ => new CorrectionValues())];
        CurveTests = [.. plan.CurveTests.Select(_ => new CurveTestValues())];
        JointWalds = [.. plan.JointWalds.Select(_ => new JointWaldValues())];
        BootstrapPValues = [.. plan.Bootstraps.Select(_ => new double[Capacity])];
        Correlations = plan.Correlations is null ? [] : [.. Enum.GetValues<CorrelationLevel>().Select(_ => new CorrelationValues())];
    }

    /// <summary>Analysed patients.</summary>
    public double[] Patients { get; } = new double[Capacity];

    /// <summary>Therapists with at least one analysed patient.</summary>
    public double[] Therapists { get; } = new double[Capacity];

    /// <summary>[fit] In the order of the plan, those of tables after the others.</summary>
    public FitValues[] Fits { get; }

    /// <summary>[curve] In the order of the plan.</summary>
    public CurveRange[] Curves { get; }

    /// <summary>[correction] In the order of the plan.</summary>
    public CorrectionValues[] Corrections { get; }

    /// <summary>[curve test] In the order of the plan.</summary>
    public CurveTestValues[] CurveTests { get; }

    /// <summary>[coefficients tested together] In the order of the plan.</summary>
    public JointWaldValues[] JointWalds { get; }

    /// <summary>[bootstrap][replicate] In the order of the plan.</summary>
    public double[][] BootstrapPValues { get; }

    /// <summary>[level] Empty if the plan has no correlations.</summary>
    public CorrelationValues[] Correlations { get; }
}

/// <summary>What one fit found.</summary>
internal sealed class FitValues(int coefficients, int effects)
{
    /// <summary>θ = τ²/σ²; of several random effects, 0 where the fit is on the bound and 1 where it is not.</summary>
    public double[] Theta { get; } = new double[LeafValues.Capacity];

    /// <summary>σ².</summary>
    public double[] Variance { get; } = new double[LeafValues.Capacity];

    /// <summary>Deviance or REML criterion.</summary>
    public double[] Criterion { get; } = new double[LeafValues.Capacity];

    /// <summary>The same without the random intercept.</summary>
    public double[] CriterionAtZero { get; } = new double[LeafValues.Capacity];

    /// <summary>Whether degrees of freedom are left: a bit per replicate, the first the lowest.</summary>
    public ulong Estimable { get; set; }

    /// <summary>Whether the minimum was found: a bit per replicate.</summary>
    public ulong Converged { get; set; }

    /// <summary>Exact p-value of the restricted likelihood ratio, if the plan reads it.</summary>
    public double[] ExactPValue { get; } = new double[LeafValues.Capacity];

    /// <summary>F ratio of the therapist columns after the fixed effects.</summary>
    public double[] FRatio { get; } = new double[LeafValues.Capacity];

    /// <summary>Its numerator degrees of freedom.</summary>
    public double[] BetweenDf { get; } = new double[LeafValues.Capacity];

    /// <summary>Its denominator degrees of freedom.</summary>
    public double[] WithinDf { get; } = new double[LeafValues.Capacity];

    /// <summary>Whether the F test can be made: a bit per replicate.</summary>
    public ulong FEstimable { get; set; }

    /// <summary>[coefficient] The fixed effects that the plan reads.</summary>
    public CoefficientValues[] Coefficients { get; } = [.. Enumerable.Range(0, coefficients).Select(_ => new CoefficientValues())];

    /// <summary>[effect][replicate] Variances of the random effects of a fit of a table, in the order of the plan.</summary>
    public double[][] Effects { get; } = [.. Enumerable.Range(0, effects).Select(_ => new double[LeafValues.Capacity])];
}

/// <summary>What one fit found of one fixed effect.</summary>
internal sealed class CoefficientValues
{
    /// <summary>Estimate.</summary>
    public double[] Estimate { get; } = new double[LeafValues.Capacity];

    /// <summary>Standard error.</summary>
    public double[] StandardError { get; } = new double[LeafValues.Capacity];

    /// <summary>Kenward and Roger's, if the plan reads it.</summary>
    public OwnErrorValues KenwardRoger { get; } = new();

    /// <summary>HC3, if the plan reads it.</summary>
    public OwnErrorValues Hc3 { get; } = new();

    /// <summary>CR2, if the plan reads it.</summary>
    public OwnErrorValues Cr2 { get; } = new();

    /// <summary>Satterthwaite degrees of freedom, if the plan reads them.</summary>
    public double[] DegreesOfFreedom { get; } = new double[LeafValues.Capacity];

    /// <summary>Whether the column took part: a bit per replicate, the first the lowest.</summary>
    public ulong Kept { get; set; }
}

/// <summary>A coefficient corrected for the unreliability of the observed therapist means; NaN where their reliability is not above 0.</summary>
internal sealed class CorrectionValues
{
    /// <summary>Estimate.</summary>
    public double[] Estimate { get; } = new double[LeafValues.Capacity];

    /// <summary>Standard error.</summary>
    public double[] StandardError { get; } = new double[LeafValues.Capacity];

    /// <summary>The same from the HC3 variance, if the plan reads it; NaN where there is none.</summary>
    public double[] Hc3 { get; } = new double[LeafValues.Capacity];

    /// <summary>The same from the CR2 variance, if the plan reads it; NaN where there is none.</summary>
    public double[] Cr2 { get; } = new double[LeafValues.Capacity];
}

/// <summary>A standard error of one fixed effect that a test has of its own, other than that of the model.</summary>
internal sealed class OwnErrorValues
{
    /// <summary>The standard error; NaN where there is none.</summary>
    public double[] StandardError { get; } = new double[LeafValues.Capacity];

    /// <summary>Its degrees of freedom.</summary>
    public double[] DegreesOfFreedom { get; } = new double[LeafValues.Capacity];
}

/// <summary>What was found of coefficients tested together.</summary>
internal sealed class JointWaldValues
{
    /// <summary>χ².</summary>
    public double[] Statistic { get; } = new double[LeafValues.Capacity];

    /// <summary>Whether all columns took part: a bit per replicate.</summary>
    public ulong Kept { get; set; }
}

/// <summary>Range of a therapist-level variable over the analysed therapists.</summary>
internal sealed class CurveRange
{
    /// <summary>Smallest value.</summary>
    public double[] Lowest { get; } = new double[LeafValues.Capacity];

    /// <summary>Largest value.</summary>
    public double[] Highest { get; } = new double[LeafValues.Capacity];
}

/// <summary>What one test of a curve found.</summary>
internal sealed class CurveTestValues
{
    /// <summary>t of the weaker slope, above 0 if both have the sign required; NaN if the test cannot be made.</summary>
    public double[] Statistic { get; } = new double[LeafValues.Capacity];

    /// <summary>Its degrees of freedom.</summary>
    public double[] DegreesOfFreedom { get; } = new double[LeafValues.Capacity];
}
