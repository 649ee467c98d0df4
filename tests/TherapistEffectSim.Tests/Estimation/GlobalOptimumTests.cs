using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;
using Xunit.Abstractions;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>With few therapists or unequal caseloads the criterion can have several minima: the fit must be at the lowest.</summary>
public sealed class GlobalOptimumTests(ITestOutputHelper output)
{
    private const int GridPoints = 120;

    // From 1 patient to this many, evenly on the logarithmic scale.
    private static readonly int[] s_largestCaseloads = [200, 8, 30, 2000, UnequalTrials.Pairs];

    public static TheoryData<bool, int[]> Fits() => new()
    {
        { true, [0, 3] },
        { true, [0, 1, 3] },
        { true, [0, 2, 3] },
        { false, [0, 3] },
        { false, [0, 1, 3] },
        { false, [0, 2, 3] },
    };

    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_OfFewTherapists_IsNotBeatenByAGrid(bool reml, int[] columns)
    {
        const int dataSets = 3000;
        Random random = new(20260114);
        int several = 0;
        List<string> beaten = [];
        for (int batch = 0; batch < dataSets / Lane8.Width; batch++)
        {
            int therapists = random.Next(3, 14);
            TherapistStatistics<Lane8> data = UnequalTrials.Draw<Lane8>(random, therapists, s_largestCaseloads[batch % s_largestCaseloads.Length], heavyTailed: batch % 2 == 1);
            LinearModel model = new([.. columns], HasRandomIntercept: true, reml);
            RandomInterceptFit<Lane8> fitter = new(model, therapists, data.HasBetween, data.HasWithin);
            LinearModelFit<Lane8> fit = fitter.Fit(data);

            ProfiledCriterion<Lane8> criterion = new(therapists, columns, data.HasBetween, data.HasWithin);
            criterion.Load(data);
            Lane8 divisor = reml ? data.Observations - criterion.Rank : data.Observations;
            Lane8 Value(Lane8 theta)
            {
                criterion.Evaluate(theta);
                Lane8 value = (divisor * Elementary.Log(criterion.ResidualSumOfSquares)) + criterion.LogDeterminant(theta);
                return reml ? value + criterion.LogDeterminantOfFixedEffects() : value;
            }

            Lane8 found = Value(fit.Theta);
            Lane8[] grid = [.. Thetas(data).Select(Value)];
            for (int lane = 0; lane < Lane8.Width; lane++)
            {
                Assert.NotEqual(0UL, BitConverter.DoubleToUInt64Bits(fit.Converged[lane]));
                double lowest = grid.Min(value => value[lane]);
                several += Minima(grid, lane) > 1 ? 1 : 0;
                bool estimable = BitConverter.DoubleToUInt64Bits(fit.Estimable[lane]) != 0;
                if (estimable && lowest < found[lane] - 1e-7)
                {
                    beaten.Add($"batch {batch} lane {lane}: θ = {fit.Theta[lane]:G6}, beaten by {found[lane] - lowest:G3}");
                }
            }
        }

        output.WriteLine($"{several} of {dataSets} data sets have several minima");
        Assert.True(several > 0);
        Assert.Empty(beaten);
    }

    private static IEnumerable<Lane8> Thetas(TherapistStatistics<Lane8> data)
    {
        Lane8 perTherapist = data.Observations / data.AnalysedTherapists;
        yield return Lane8.Create(0);
        for (int i = 1; i < GridPoints; i++)
        {
            yield return Lane8.Create(Math.Pow(10, -4 + (10.0 * i / GridPoints))) / perTherapist;
        }
    }

    private static int Minima(Lane8[] grid, int lane)
    {
        int minima = grid[0][lane] < grid[1][lane] ? 1 : 0;
        for (int i = 1; i < grid.Length - 1; i++)
        {
            minima += grid[i][lane] < grid[i - 1][lane] && grid[i][lane] <= grid[i + 1][lane] ? 1 : 0;
        }

        return minima;
    }
}
