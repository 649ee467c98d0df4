using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Inference;

/// <summary>The exact null distribution of the one variance of a model on given data.</summary>
internal static class ExactNull
{
    /// <summary>From the eigenvalues of ZᵀPZ = ZᵀZ − ZᵀQQᵀZ, Q an orthonormal basis of the fixed effects.</summary>
    /// <param name="data">The model.</param>
    /// <param name="factor">Its one factor, with one column.</param>
    /// <param name="reml">For the restricted likelihood ratio.</param>
    public static LikelihoodRatioNull Of(ModelData data, RandomFactor factor, bool reml)
    {
        OrthogonalColumns basis = OrthogonalColumns.Of(data.Columns);
        int groups = factor.Count;
        int p = basis.Kept.Length;
        double[] z = factor.Columns[0][0];
        double[] squares = new double[groups];
        double[] sums = new double[groups * p];
        for (int row = 0; row < data.Rows; row++)
        {
            int group = factor.Codes[row];
            squares[group] += z[row] * z[row];
            for (int c = 0; c < p; c++)
            {
                sums[(group * p) + c] += z[row] * basis.Columns[c][row];
            }
        }

        double[] matrix = new double[groups * groups];
        for (int g = 0; g < groups; g++)
        {
            for (int h = 0; h < groups; h++)
            {
                double sum = 0;
                for (int c = 0; c < p; c++)
                {
                    sum += sums[(g * p) + c] * sums[(h * p) + c];
                }

                matrix[(g * groups) + h] = (g == h ? squares[g] : 0) - (sum / data.Rows); // columns of the basis have length √N
            }
        }

        double[] eigenvalues = new double[groups];
        SymmetricEigenvalues.Of(matrix, eigenvalues, new double[2 * groups]);
        LikelihoodRatioNull distribution = new(groups);
        distribution.Load(eigenvalues, reml ? eigenvalues : squares, data.Rows - p, reml ? data.Rows - p : data.Rows);
        return distribution;
    }
}
