using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Shapes of gamma numbers, one per lane, and what <see cref="GammaSampler"/> works out of them.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal readonly struct GammaShape<T>
    where T : unmanaged, ILane<T>
{
    /// <param name="shape">Any numbers; where not above 0, the gamma number is 0.</param>
    public GammaShape(T shape)
    {
        T one = T.Create(1);
        Shape = shape;
        Positive = T.LessThan(T.Create(0), shape);
        Small = T.And(Positive, T.LessThan(shape, one));
        D = T.Max(shape + T.And(Small, one), one) - T.Create(1.0 / 3);
        C = one / T.Sqrt(T.Create(9) * D);
        NarrowSqueeze = one / (T.Create(54) * D);
    }

    /// <summary>The shapes.</summary>
    public T Shape { get; }

    /// <summary>Mask: above 0.</summary>
    public T Positive { get; }

    /// <summary>Mask: above 0 and below 1, so that the number is made from one whose shape is larger by 1.</summary>
    public T Small { get; }

    /// <summary>d = shape − 1/3.</summary>
    public T D { get; }

    /// <summary>c = 1/√(9d).</summary>
    public T C { get; }

    /// <summary>1/(54·d): coefficient of x⁴ in the squeeze that holds for |c·x| &lt; ½.</summary>
    public T NarrowSqueeze { get; }
}
