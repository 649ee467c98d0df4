using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Gamma numbers with scale 1, one per lane, whose shapes may differ between the lanes: Marsaglia &amp; Tsang (2000), ACM Trans. Math. Softw. 26(3).</summary>
/// <remarks>
/// <para>A lane that has accepted is left alone, so that a number does not depend on the neighbours.</para>
/// <para>
/// A candidate d·(1 + y)³ with y = c·x is accepted where log u &lt; g = x²/2 + d·(1 − (1 + y)³ + 3 log(1 + y)). With d·y² = x²/9 the series of the logarithm leaves
/// g = −3d·(y⁴/4 − y⁵/5 + y⁶/6 − …), at least −(3/4)·d·y⁴/(1 − |y|), so that u &lt; 1 − x⁴/(54d) accepts without a logarithm where |y| &lt; ½, beside the squeeze of
/// the paper, which holds everywhere. Neither changes what is accepted.
/// </para>
/// </remarks>
internal static class GammaSampler
{
    private const int MostAttempts = 128;
    private const double Uniform53 = 1.0 / (1UL << 53);
    private const double WideSqueeze = 0.0331; // u < 1 − 0.0331·x⁴

    /// <summary>Draws one number per lane.</summary>
    /// <param name="random">The numbers; attempts 0 to 127 of the entity are its own.</param>
    /// <param name="domain">What it is for.</param>
    /// <param name="entity">Which one.</param>
    /// <param name="shape">Shapes; 0 where not above 0.</param>
    /// <param name="words">Room for two.</param>
    public static T Draw<T>(RandomNumberStream<T> random, RandomDomain domain, int entity, T shape, Span<T> words)
        where T : unmanaged, ILane<T>
    {
        random.Attempt(words, domain, entity, 1);
        GammaShape<T> prepared = new(shape);
        return Draw(random, domain, entity, in prepared, words, out _);
    }

    /// <summary>Draws one number per lane, and a standard normal one that is independent of it.</summary>
    /// <param name="random">The numbers; attempts 0 to 127 of the entity are its own.</param>
    /// <param name="domain">What it is for.</param>
    /// <param name="entity">Which one.</param>
    /// <param name="shape">Shapes; 0 where not above 0.</param>
    /// <param name="words">Two words: those of attempt 1; overwritten.</param>
    /// <param name="normal">The second normal number of attempt 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Draw<T>(RandomNumberStream<T> random, RandomDomain domain, int entity, in GammaShape<T> shape, Span<T> words, out T normal)
        where T : unmanaged, ILane<T>
    {
        T result = T.Create(0);
        T open = shape.Positive;
        Attempt(words, in shape, ref result, ref open, out normal);
        for (int attempt = 2; attempt < MostAttempts && T.Any(open); attempt++)
        {
            random.Attempt(words, domain, entity, attempt);
            Attempt(words, in shape, ref result, ref open, out _);
        }

        return T.Any(shape.Small) ? OfSmallShapes(random, domain, entity, in shape, in result, words) : result;
    }

    // Gamma(a) = Gamma(a + 1)·U^(1/a); attempt 0 holds the uniform.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T OfSmallShapes<T>(RandomNumberStream<T> random, RandomDomain domain, int entity, in GammaShape<T> shape, in T larger, Span<T> words)
        where T : unmanaged, ILane<T>
    {
        random.Attempt(words, domain, entity, 0);
        T below = T.Fma(T.ConvertUnsigned(T.ShiftRight(words[0], 11)), T.Create(Uniform53), T.Create(0.5 * Uniform53));
        T factor = Elementary.Exp(Elementary.Log(below) / T.Select(shape.Small, shape.Shape, T.Create(1)));
        return T.Select(shape.Small, larger * factor, larger);
    }

    // Accepts by a squeeze, and where a lane needs it by the logarithms: what a lane decides does not depend on the others.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Attempt<T>(ReadOnlySpan<T> words, in GammaShape<T> shape, ref T result, ref T open, out T other)
        where T : unmanaged, ILane<T>
    {
        T one = T.Create(1);
        BoxMuller.Transform(words[0], out T normal, out other);
        T uniform = T.Fma(T.ConvertUnsigned(T.ShiftRight(words[1], 11)), T.Create(Uniform53), T.Create(0.5 * Uniform53));
        T root = T.Fma(shape.C, normal, one);
        T cube = root * root * root;
        T square = normal * normal;
        T squeeze = T.Select(T.LessThan(T.Abs(shape.C * normal), T.Create(0.5)), shape.NarrowSqueeze, T.Create(WideSqueeze));
        T above = T.LessThan(T.Create(0), root);
        T accepted = T.And(above, T.LessThan(T.Fma(squeeze * square, square, uniform), one));
        if (T.Any(T.AndNot(open, accepted)))
        {
            accepted = T.Or(accepted, T.And(above, ByLogarithms(in square, in cube, shape.D, in uniform)));
        }

        accepted = T.And(accepted, open);
        result = T.Select(accepted, shape.D * cube, result);
        open = T.AndNot(open, accepted);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T ByLogarithms<T>(in T square, in T cube, in T d, in T uniform)
        where T : unmanaged, ILane<T>
    {
        T bound = T.Fma(T.Create(0.5), square, d * ((T.Create(1) - cube) + Elementary.Log(T.Max(cube, T.Create(double.Epsilon)))));
        return T.LessThan(Elementary.Log(uniform), bound);
    }
}
