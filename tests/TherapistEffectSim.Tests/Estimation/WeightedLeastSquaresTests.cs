using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

public sealed class WeightedLeastSquaresTests
{
    private static readonly double[] s_contrast = [0.3, -1, 2];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RobustVariance_OfWeightedRows_IsThatOfMatricesWrittenOut(int seed)
    {
        (double[][] columns, double[] outcome, double[] weights) = Data(seed, rows: 17);

        WeightedLeastSquares<Lane1> fit = Fitted<Lane1>(columns, outcome, weights);

        Matrix<double> x = Matrix<double>.Build.DenseOfColumns(columns);
        Vector<double> y = Vector<double>.Build.Dense(outcome);
        Matrix<double> w = Matrix<double>.Build.DenseOfDiagonalArray(weights);
        Matrix<double> bread = (x.Transpose() * w * x).Inverse();
        Vector<double> beta = bread * (x.Transpose() * w * y);
        Vector<double> residuals = y - (x * beta);
        Matrix<double> hat = x * bread * x.Transpose() * w;
        Matrix<double> meat = Matrix<double>.Build.DenseOfDiagonalArray(
            [.. residuals.Select((e, j) => Math.Pow(weights[j] * e / (1 - hat[j, j]), 2))]);
        Vector<double> c = Vector<double>.Build.Dense(s_contrast);
        double expected = c * (bread * x.Transpose() * meat * x * bread) * c;
        Assert.Equal(expected, fit.RobustVariance(Lanes<Lane1>(s_contrast))[0], 1e-10 * expected);
        Assert.Equal(c * bread * c, fit.InverseForm(Lanes<Lane1>(s_contrast))[0], 1e-10);
        Assert.Equal((residuals.PointwiseMultiply(residuals) * Vector<double>.Build.Dense(weights)), fit.ResidualSumOfSquares[0], 1e-10);
        Assert.Equal(14 - weights.Count(v => v == 0), fit.ResidualDf[0]);
        Assert.NotEqual(0, BitConverter.DoubleToInt64Bits(fit.HasRobustVariance[0]));
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(beta[k], fit.Beta[k][0], 1e-10);
        }
    }

    [Fact]
    public void RobustVariance_WithADependentColumn_IsThatWithoutIt()
    {
        (double[][] columns, double[] outcome, double[] weights) = Data(4, rows: 17);
        double[][] twice = [columns[0], columns[1], [.. columns[1].Select(v => 3 - (2 * v))], columns[2]];

        WeightedLeastSquares<Lane1> with = Fitted<Lane1>(twice, outcome, weights);
        WeightedLeastSquares<Lane1> without = Fitted<Lane1>(columns, outcome, weights);

        Assert.Equal(without.ResidualDf[0], with.ResidualDf[0]);
        double expected = without.RobustVariance(Lanes<Lane1>([0, 0, 1]))[0];
        Assert.Equal(expected, with.RobustVariance(Lanes<Lane1>([0, 0, 0, 1]))[0], 1e-10 * expected);
    }

    [Fact]
    public void HasRobustVariance_WithARowOfItsOwnColumn_IsFalse()
    {
        (double[][] columns, double[] outcome, double[] weights) = Data(5, rows: 17);
        weights[3] = 1;
        columns[2] = [.. Enumerable.Range(0, 17).Select(j => j == 3 ? 1.0 : 0)];

        Assert.Equal(0, BitConverter.DoubleToInt64Bits(Fitted<Lane1>(columns, outcome, weights).HasRobustVariance[0]));
    }

    [Fact]
    public void Fit_OfEightLanes_GivesTheBitsOfOne()
    {
        WeightedLeastSquares<Lane8> eight = new(17, 3);
        List<double> expected = [];
        for (int lane = 0; lane < 8; lane++)
        {
            (double[][] columns, double[] outcome, double[] weights) = Data(10 + lane, rows: 17);
            expected.Add(Fitted<Lane1>(columns, outcome, weights).RobustVariance(Lanes<Lane1>(s_contrast))[0]);
            for (int j = 0; j < 17; j++)
            {
                eight.Weights[j] = eight.Weights[j].With(lane, weights[j]);
                eight.Outcome[j] = eight.Outcome[j].With(lane, outcome[j]);
                for (int k = 0; k < 3; k++)
                {
                    eight.Column(k)[j] = eight.Column(k)[j].With(lane, columns[k][j]);
                }
            }
        }

        eight.Fit(17);

        Lane8 found = eight.RobustVariance(Lanes<Lane8>(s_contrast));
        Assert.Equal(expected, Enumerable.Range(0, 8).Select(lane => found[lane]));
    }

    private static (double[][] Columns, double[] Outcome, double[] Weights) Data(int seed, int rows)
    {
        Random random = new(seed);
        double[] Draw() => [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
        double[] weights = Draw();
        weights[seed % rows] = 0;
        return ([[.. Enumerable.Repeat(1.0, rows)], Draw(), Draw()], Draw(), weights);
    }

    private static WeightedLeastSquares<T> Fitted<T>(double[][] columns, double[] outcome, double[] weights)
        where T : unmanaged, ILane<T>
    {
        WeightedLeastSquares<T> fit = new(outcome.Length + 2, columns.Length);
        Lanes<T>(weights).CopyTo(fit.Weights);
        Lanes<T>(outcome).CopyTo(fit.Outcome);
        for (int k = 0; k < columns.Length; k++)
        {
            Lanes<T>(columns[k]).CopyTo(fit.Column(k));
        }

        fit.Fit(outcome.Length);
        return fit;
    }

    private static T[] Lanes<T>(double[] values)
        where T : unmanaged, ILane<T> => [.. values.Select(T.Create)];
}
