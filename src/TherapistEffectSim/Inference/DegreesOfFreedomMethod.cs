namespace TherapistEffectSim.Inference;

/// <summary>The reference distribution of a fixed effect divided by its standard error.</summary>
public enum DegreesOfFreedomMethod
{
    /// <summary>t with Satterthwaite's degrees of freedom; without random term t with N − p.</summary>
    Satterthwaite,

    /// <summary>t with the standard errors and degrees of freedom of Kenward and Roger, for REML fits; without random term t with N − p.</summary>
    KenwardRoger,

    /// <summary>The standard normal distribution.</summary>
    None,
}
