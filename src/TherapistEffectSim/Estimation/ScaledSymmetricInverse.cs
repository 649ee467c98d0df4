using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Inverses of symmetric information matrices whose parameters have different scales.</summary>
internal static class ScaledSymmetricInverse
{
    /// <summary>Of the matrix scaled to a unit diagonal; below it a curvature is rounding: sums over the data keep ten digits or more.</summary>
    public const double SmallestEigenvalue = 1e-9;

    /// <summary>The inverse on the directions of positive curvature, as lmerTest takes it: others, and parameters without curvature, contribute 0.</summary>
    /// <param name="matrix">Order × order, symmetric.</param>
    /// <param name="order">Rows and columns.</param>
    public static double[] Of(ReadOnlySpan<double> matrix, int order)
    {
        double[] scale = new double[order];
        for (int i = 0; i < order; i++)
        {
            double diagonal = matrix[(i * order) + i];
            scale[i] = diagonal > 0 ? 1 / Math.Sqrt(diagonal) : 0;
        }

        Lane1[] a = new Lane1[order * order];
        Lane1[] vectors = new Lane1[order * order];
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < order; j++)
            {
                a[(i * order) + j] = Lane1.Create(scale[i] * scale[j] * (matrix[(i * order) + j] + matrix[(j * order) + i]) / 2);
            }
        }

        JacobiEigen.Of<Lane1>(a, vectors, order);
        double[] inverse = new double[order * order];
        for (int e = 0; e < order; e++)
        {
            double eigenvalue = a[(e * order) + e][0];
            for (int i = 0; eigenvalue > SmallestEigenvalue && i < order; i++)
            {
                for (int j = 0; j < order; j++)
                {
                    inverse[(i * order) + j] += scale[i] * scale[j] * vectors[(e * order) + i][0] * vectors[(e * order) + j][0] / eigenvalue;
                }
            }
        }

        return inverse;
    }
}
