using MathNet.Numerics.Distributions;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Generation;

public sealed class GammaSamplerTests
{
    // Kolmogorov–Smirnov with 20,000 numbers: √n·D above 2.2 has probability 1.3e-4; a shape off by 5 % at 135 moves √n·D by about 30.
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(7.5)]
    [InlineData(135)]
    public void Draw_OfAShape_HasTheGammaDistribution(double shape)
    {
        const int count = 20_000;
        double[] numbers = new double[count];
        RandomNumberStream<Lane8> random = new(Worlds.Key);
        Span<Lane8> words = new Lane8[2];
        for (int first = 0; first < count; first += Lane8.Width)
        {
            random.MoveTo(first);
            Lane8 drawn = GammaSampler.Draw(random, RandomDomain.Statistics, 1, Lane8.Create(shape), words);
            for (int lane = 0; lane < Lane8.Width; lane++)
            {
                numbers[first + lane] = drawn[lane];
            }
        }

        Array.Sort(numbers);
        double distance = numbers.Select((x, i) =>
        {
            double p = Gamma.CDF(shape, 1, x);
            return Math.Max(p - ((double)i / count), ((i + 1.0) / count) - p);
        }).Max();

        Assert.InRange(Math.Sqrt(count) * distance, 0, 2.2);
    }

    [Fact]
    public void Draw_OfShapesThatDiffer_DoesNotDependOnTheNeighbours()
    {
        RandomNumberStream<Lane4> four = new(Worlds.Key);
        RandomNumberStream<Lane1> one = new(Worlds.Key);
        four.MoveTo(40);
        Lane4 shapes = Lane4.Create(3).With(1, 0.5).With(2, 0).With(3, 40);
        Lane4 drawn = GammaSampler.Draw(four, RandomDomain.Statistics, 2, shapes, new Lane4[2]);
        for (int lane = 0; lane < 4; lane++)
        {
            one.MoveTo(40 + lane);
            Assert.Equal(GammaSampler.Draw(one, RandomDomain.Statistics, 2, Lane1.Create(shapes[lane]), new Lane1[2])[0], drawn[lane]);
        }

        Assert.Equal(0, drawn[2]);
    }
}
