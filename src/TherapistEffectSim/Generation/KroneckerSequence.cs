using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Quasi-random points that fill the unit cube evenly: x_i = ½ + (i + 1)·(φ⁻¹, φ⁻², …) modulo 1, i = 0, 1, …</summary>
/// <remarks>φ is the root of φ^(d + 1) = φ + 1, the generalisation of the golden ratio to d dimensions. No seed enters.</remarks>
internal sealed class KroneckerSequence
{
    private readonly double[] _steps; // [dimension]

    public KroneckerSequence(int dimensions)
    {
        double root = 1.1;
        for (int i = 0; i < 100; i++)
        {
            double power = 1;
            for (int k = 0; k < dimensions; k++)
            {
                power *= root;
            }

            root -= ((power * root) - root - 1) / (((dimensions + 1) * power) - 1);
        }

        _steps = new double[dimensions];
        double step = 1;
        for (int k = 0; k < dimensions; k++)
        {
            step /= root;
            _steps[k] = step;
        }
    }

    /// <summary>One coordinate of point i, in [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double At(int i, int dimension)
    {
        double x = 0.5 + ((i + 1) * _steps[dimension]);
        return x - Math.Floor(x);
    }

    /// <summary>Two normal numbers from two coordinates of point i, by the transformation that the generator uses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Normals(int i, int dimension, out double first, out double second)
    {
        ulong radius = (uint)(At(i, dimension) * 4294967296.0);
        ulong angle = (uint)(At(i, dimension + 1) * 4294967296.0);
        BoxMuller.Transform(Lane1.FromBits((radius << 32) | angle), out Lane1 x, out Lane1 y);
        first = x[0];
        second = y[0];
    }
}
