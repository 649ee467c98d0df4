using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Gives normal numbers another form of distribution, mean 0 and variance 1 kept.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal readonly struct StandardForm<T>
    where T : unmanaged, ILane<T>
{
    private const double RootTwoOverPi = 0.79788456080286535588;

    private const double Smallest = 1e-300; // of a squared radius: a radius of 0, from the largest words, gives 0 and not NaN

    private readonly double _df;       // of t; 0: not t
    private readonly double _delta;    // of the skew-normal distribution
    private readonly double _scale;
    private readonly bool _isNormal;

    public StandardForm(DistributionForm form)
    {
        _isNormal = form is NormalForm;
        _df = (form as TForm)?.Df ?? 0;
        _scale = _df > 0 ? Math.Sqrt((_df - 2) / _df) : 1;
        if (form is SkewedForm { Skewness: not 0 } skewed)
        {
            // |γ|^(2/3) = ((4 − π)/2)^(2/3)·m²/(1 − m²) for m = δ·√(2/π): Azzalini (1985), solved for δ.
            double root = Root(Math.Abs(skewed.Skewness));
            double ratio = root * root / (Root((4 - Math.PI) / 2) * Root((4 - Math.PI) / 2));
            double mean = Math.Sqrt(ratio / (1 + ratio));
            _delta = Math.CopySign(mean / RootTwoOverPi, skewed.Skewness);
            _scale = 1 / Math.Sqrt(1 - (mean * mean));
        }
    }

    /// <summary>Whether numbers stay as they are.</summary>
    public bool IsNormal => _isNormal;

    /// <summary>A number of this form.</summary>
    /// <param name="normal">The normal number; for t not used.</param>
    /// <param name="first">Another one, independent.</param>
    /// <param name="second">A third one, from the same word as the second: for t.</param>
    /// <remarks>t: cos θ·√(ν·(exp(r²/ν) − 1)) with r² = first² + second² and cos θ = first/r (Bailey 1994). Skewed: δ·|first| + √(1 − δ²)·normal, centred.</remarks>
    public T Of(T normal, T first, T second)
    {
        if (_df > 0)
        {
            T radius = T.Fma(first, first, second * second);
            T tail = T.Create(_df) * (Elementary.Exp(T.Create(1 / _df) * radius) - T.Create(1)) / T.Max(radius, T.Create(Smallest));
            return T.Create(_scale) * (first * T.Sqrt(tail));
        }

        T skewed = T.Fma(T.Create(_delta), T.Abs(first) - T.Create(RootTwoOverPi), T.Create(Math.Sqrt(1 - (_delta * _delta))) * normal);
        return T.Create(_scale) * skewed;
    }

    // Cube root: Math.Cbrt is not the same on all machines.
    private static double Root(double x) => Elementary.Exp(Elementary.Log(x) / 3);
}
