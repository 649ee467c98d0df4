using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

public sealed class JacobiEigenTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(5, 5)]
    [InlineData(5, 2)]
    [InlineData(8, 1)]
    public void Of_AMatrixOfGivenRank_RebuildsItFromOrthonormalVectors(int order, int rank)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Matrix<double> a = Random(order, rank, seed);
            Lane1[] work = Lanes(a);
            Lane1[] vectors = new Lane1[order * order];

            JacobiEigen.Of<Lane1>(work, vectors, order);

            Matrix<double> v = Matrix<double>.Build.Dense(order, order, (i, k) => vectors[(k * order) + i][0]);
            Matrix<double> values = Matrix<double>.Build.Diagonal(order, order, k => work[(k * order) + k][0]);
            Assert.True((v.Transpose() * v - Matrix<double>.Build.DenseIdentity(order)).L2Norm() < 1e-13);
            Assert.True((v * values * v.Transpose() - a).L2Norm() < 1e-13);
        }
    }

    [Fact]
    public void Of_LanesThatConvergeAtDifferentSweeps_GivesEachItsOwnBits()
    {
        const int order = 4;
        Matrix<double>[] all = [.. Enumerable.Range(0, 4).Select(lane => lane == 2 ? Matrix<double>.Build.DenseIdentity(order) : Random(order, lane + 1, lane))];
        Lane4[] work = new Lane4[order * order];
        Lane4[] vectors = new Lane4[order * order];
        for (int i = 0; i < work.Length; i++)
        {
            for (int lane = 0; lane < 4; lane++)
            {
                work[i] = work[i].With(lane, all[lane][i / order, i % order]);
            }
        }

        JacobiEigen.Of<Lane4>(work, vectors, order);

        for (int lane = 0; lane < 4; lane++)
        {
            Lane1[] alone = Lanes(all[lane]);
            Lane1[] aloneVectors = new Lane1[order * order];
            JacobiEigen.Of<Lane1>(alone, aloneVectors, order);
            Assert.Equal(aloneVectors.Select(v => v[0]), vectors.Select(v => v[lane]));
            Assert.Equal(Enumerable.Range(0, order).Select(k => alone[k * (order + 1)][0]), Enumerable.Range(0, order).Select(k => work[k * (order + 1)][lane]));
        }
    }

    private static Matrix<double> Random(int order, int rank, int seed)
    {
        Matrix<double> root = Matrix<double>.Build.Random(order, rank, seed) / order;
        return root * root.Transpose();
    }

    private static Lane1[] Lanes(Matrix<double> a) => [.. a.ToRowMajorArray().Select(Lane1.Create)];
}
