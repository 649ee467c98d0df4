using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Gamma numbers with scale 1, one per lane, whose shapes may differ between the lanes: Marsaglia &amp; Tsang (2000), ACM Trans. Math. Softw. 26(3).</summary>
/// <remarks>A lane that has accepted is left alone, so that a number does not depend on the neighbours.</remarks>
internal static class GammaSampler
{
    private const int MostAttempts = 128;
    private const double Uniform53 = 1.0 / (1UL << 53);
    private const double Squeeze = 0.0331; // u < 1 − 0.0331·x⁴ accepts without a logarithm

    /// <summary>Draws one number per lane.</summary>
    /// <param name="random">The numbers; attempts 0 to 127 of the entity are its own.</param>
    /// <param name="domain">What it is for.</param>
    /// <param name="entity">Which one.</param>
    /// <param name="shape">Shapes; 0 where not above 0.</param>
    /// <param name="words">Room for two.</param>
    public static T Draw<T>(RandomNumberStream<T> random, RandomDomain domain, int entity, T shape, Span<T> words)
        where T : unmanaged, ILane<T>
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T positive = T.LessThan(zero, shape);
        T small = T.And(positive, T.LessThan(shape, one));
        T d = T.Max(shape + T.And(small, one), one) - T.Create(1.0 / 3);
        T c = one / T.Sqrt(T.Create(9) * d);
        T result = zero;
        T open = positive;
        for (int attempt = 1; attempt < MostAttempts && T.Any(open); attempt++)
        {
            random.Attempt(words, domain, entity, attempt);
            Attempt(words, in d, in c, ref result, ref open);
        }

        if (!T.Any(small))
        {
            return result;
        }

        // Gamma(a) = Gamma(a + 1)·U^(1/a); attempt 0 holds the uniform.
        random.Attempt(words, domain, entity, 0);
        T below = T.Fma(T.ConvertUnsigned(T.ShiftRight(words[0], 11)), T.Create(Uniform53), T.Create(0.5 * Uniform53));
        T factor = Elementary.Exp(Elementary.Log(below) / T.Select(small, shape, one));
        return T.Select(small, result * factor, result);
    }

    // Accepts by the squeeze, and where a lane needs it by the logarithms: what a lane decides does not depend on the others.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Attempt<T>(ReadOnlySpan<T> words, in T d, in T c, ref T result, ref T open)
        where T : unmanaged, ILane<T>
    {
        T one = T.Create(1);
        BoxMuller.Transform(words[0], out T normal, out _);
        T uniform = T.Fma(T.ConvertUnsigned(T.ShiftRight(words[1], 11)), T.Create(Uniform53), T.Create(0.5 * Uniform53));
        T root = T.Fma(c, normal, one);
        T cube = root * root * root;
        T square = normal * normal;
        T above = T.LessThan(T.Create(0), root);
        T accepted = T.And(above, T.LessThan(T.Fma(T.Create(Squeeze) * square, square, uniform), one));
        if (T.Any(T.AndNot(open, accepted)))
        {
            accepted = T.Or(accepted, T.And(above, ByLogarithms(in square, in cube, in d, in uniform)));
        }

        accepted = T.And(accepted, open);
        result = T.Select(accepted, d * cube, result);
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
