using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Studies;

/// <summary>A fit that some test or estimate of a scenario needs; several may share it.</summary>
/// <param name="Model">What is fitted.</param>
/// <param name="OnTherapistMeans">Whether the rows are unweighted therapist means.</param>
internal sealed record PlannedFit(LinearModel Model, bool OnTherapistMeans)
{
    /// <summary>Positions of the fixed effects that are read.</summary>
    public List<int> Coefficients { get; } = [];

    /// <summary>Whether degrees of freedom are read.</summary>
    public bool NeedsDegreesOfFreedom { get; set; }

    /// <summary>Whether standard errors and degrees of freedom of Kenward and Roger are read.</summary>
    public bool NeedsKenwardRoger { get; set; }

    /// <summary>Whether HC3 standard errors are read.</summary>
    public bool NeedsHc3 { get; set; }

    /// <summary>Whether CR2 standard errors and their degrees of freedom are read.</summary>
    public bool NeedsCr2 { get; set; }

    /// <summary>Whether the deviance, or REML criterion, is read.</summary>
    public bool NeedsCriterion { get; set; }

    /// <summary>Whether that of the model without the random term is read.</summary>
    public bool NeedsCriterionAtZero { get; set; }

    /// <summary>Whether the exact p-value of the restricted likelihood ratio is read.</summary>
    public bool NeedsExactNull { get; set; }

    /// <summary>Whether the F ratio of the therapists is read.</summary>
    public bool NeedsFRatio { get; set; }

    /// <summary>Notes what a test reads beside estimates.</summary>
    /// <param name="test">The test.</param>
    /// <param name="isOfVariance">Whether it is one of the therapist variance.</param>
    public void MakeReadyFor(TestKind test, bool isOfVariance)
    {
        bool ofVariance = (test == TestKind.Bootstrap && isOfVariance) || test is TestKind.LrtMixture or TestKind.RlrtMixture or TestKind.RlrtExact;
        NeedsCriterion |= ofVariance || test is TestKind.Lrt or TestKind.Bootstrap;
        NeedsCriterionAtZero |= ofVariance;
        NeedsExactNull |= test == TestKind.RlrtExact;
        NeedsFRatio |= test is TestKind.FExact or TestKind.RlrtExact;
    }

    /// <summary>Place of a fixed effect among those that are read, added if new.</summary>
    public int Read(int position)
    {
        int known = Coefficients.IndexOf(position);
        if (known < 0)
        {
            Coefficients.Add(position);
            known = Coefficients.Count - 1;
        }

        return known;
    }
}
