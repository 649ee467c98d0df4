using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Inference;

public sealed class LikelihoodRatioNullTests
{
    [Theory]
    [InlineData(10, 5)]
    [InlineData(30, 10)]
    public void Reached_OfABalancedDesign_IsTheFTest(int groups, int perGroup)
    {
        // RLRT = (v₁+v₂) log((v₁F+v₂)/(v₁+v₂)) − v₁ log F for F > 1, with v₁ = J − 1 and v₂ = J(n − 1).
        const int draws = 400_000;
        double[] eigenvalues = [.. Enumerable.Repeat((double)perGroup, groups - 1), 0];
        double v1 = groups - 1;
        double v2 = groups * (perGroup - 1);
        LikelihoodRatioNull distribution = new(groups);
        distribution.Load(eigenvalues, eigenvalues, v1 + v2, v1 + v2);
        Assert.True(distribution.IsOfF);
        Assert.Equal(groups - 1, distribution.Rank);
        foreach (double f in new[] { 1.2, 1.5, 1.9 })
        {
            double ratio = ((v1 + v2) * Math.Log(((v1 * f) + v2) / (v1 + v2))) - (v1 * Math.Log(f));
            double p = FDistribution.Survival(f, v1, v2);

            double found = distribution.Reached(ratio, draws, StreamKey.ForStudy(2004)) / (double)draws;

            // 5 standard errors, a false alarm in a million; the grid of λ may miss a share of 0.005 of p.
            Assert.InRange(found - p, -(5 * Math.Sqrt(p * (1 - p) / draws)) - (0.005 * p), 5 * Math.Sqrt(p * (1 - p) / draws));
        }
    }

    [Fact]
    public void Reached_WithOneLaneAndWithEight_IsTheSame()
    {
        double[] eigenvalues = [12.5, 7, 3.25, 9, 1, 15, 0];
        LikelihoodRatioNull distribution = new(eigenvalues.Length);
        distribution.Load(eigenvalues, eigenvalues, 60, 60);
        ulong key = StreamKey.ForStudy(7);

        int scalar = new NullDraws<Lane1>(distribution.MostEigenvalues).Reached(distribution, 0.8, 4000, key);

        Assert.Equal(scalar, new NullDraws<Lane2>(distribution.MostEigenvalues).Reached(distribution, 0.8, 4000, key));
        Assert.Equal(scalar, new NullDraws<Lane4>(distribution.MostEigenvalues).Reached(distribution, 0.8, 4000, key));
        Assert.Equal(scalar, new NullDraws<Lane8>(distribution.MostEigenvalues).Reached(distribution, 0.8, 4000, key));
        Assert.InRange(scalar, 100, 1500);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public void SymmetricEigenvalues_OfAnyOrder_AreThoseOfAnotherProgram(int order)
    {
        Matrix<double> matrix = Matrix<double>.Build.Dense(order, order, (i, j) => Math.Sin((1.3 * i * j) + (i + j)) + (i == j ? i : 0));
        double[] values = new double[order];

        SymmetricEigenvalues.Of((matrix + matrix.Transpose()).ToRowMajorArray(), values, new double[2 * order]);

        double[] expected = [.. (matrix + matrix.Transpose()).Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order()];
        Array.Sort(values);
        for (int i = 0; i < order; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-12 * order * Math.Abs(expected[^1]));
        }
    }
}
