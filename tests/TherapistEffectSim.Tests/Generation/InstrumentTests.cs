using MathNet.Numerics.Distributions;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>The scale of a questionnaire: ends and steps.</summary>
/// <remarks>400 replicates of 200 patients; false-alarm rate 1e-6 a check. A share off by .015 or an SD off by 2 % would be seen.</remarks>
public sealed class InstrumentTests
{
    private const int Replicates = 400;

    // X = min(Z, c), Z ~ N(0, 1): E X = cΦ(−c) − φ(c), E X² = Φ(c) − cφ(c) + c²Φ(−c), E ZX = Φ(c).
    [Theory]
    [InlineData(2, 0.023, 0.980, 0.997)]
    [InlineData(1, 0.159, 0.867, 0.971)]
    [InlineData(0.5, 0.309, 0.744, 0.930)]
    [InlineData(0, 0.5, 0.584, 0.856)]
    public void Ceiling_CensorsTheNormalDistribution(double c, double atCeiling, double sd, double correlation)
    {
        double density = Normal.PDF(0, 1, c);
        double below = Normal.CDF(0, 1, c);
        double mean = (c * (1 - below)) - density;
        double square = below - (c * density) + (c * c * (1 - below));
        Assert.Equal(atCeiling, 1 - below, 0.001);
        Assert.Equal(sd, Math.Sqrt(square - (mean * mean)), 0.001);
        Assert.Equal(correlation, below / Math.Sqrt(square - (mean * mean)), 0.001);

        WorldSample free = Sample(new() { Min = 4 - 50, Max = 4 + 50, Mean = 4, Sd = 0.8 });
        WorldSample sample = Sample(new() { Min = 4 - 50, Max = 4 + (0.8 * c), Mean = 4, Sd = 0.8 });
        double Standard(double x) => (x - 4) / 0.8;

        sample.AssertPatientMean(1 - below, i => sample.Recorded[i] > 4 + (0.8 * c) - 1e-9 ? 1 : 0);
        sample.AssertPatientMean(mean, i => Standard(sample.Recorded[i]));
        sample.AssertPatientMean(square, i => Standard(sample.Recorded[i]) * Standard(sample.Recorded[i]));
        sample.AssertPatientMean(below, i => Standard(sample.Recorded[i]) * Standard(free.Recorded[i]));
        free.AssertPatientMean(1, i => Standard(free.Recorded[i]) * Standard(free.Recorded[i]));
        Assert.All(sample.Recorded.Zip(free.Recorded), x => Assert.Equal(Math.Min(x.Second, 4 + (0.8 * c)), x.First, 1e-12));
    }

    [Fact]
    public void WithoutEndsOnItsWay_TheScaleIsThatOfTheAlliance()
    {
        WorldSample sample = Sample(new() { Min = -50, Max = 50, Mean = 4, Sd = 0.8 });
        WorldSample plain = WorldSample.Of(Worlds.Plain.WithAlliance(a => a with { Reliability = 0.7 }), Replicates);
        double scale = 0.8 / Math.Sqrt(1 + (0.8 * 3 / 7));

        Assert.All(sample.Recorded.Zip(plain.Recorded).Take(2000), x => Assert.Equal(4 + (scale * x.Second), x.First, 1e-12));
    }

    [Theory]
    [InlineData(1, 1, 7)]
    [InlineData(12, 1, 6)]
    [InlineData(19, 1, 6)]
    [InlineData(7, -3, 2)]
    public void Steps_AreOneOverTheItems(int items, double min, double max)
    {
        Instrument instrument = new() { Items = items, Min = min, Max = max, Mean = min + (0.7 * (max - min)), Sd = 0.25 * (max - min) };
        WorldSample free = Sample(instrument, 100);
        WorldSample sample = Sample(instrument with { Rounding = Rounding.Items }, 100);
        for (int i = 0; i < sample.Patients; i++)
        {
            double steps = (sample.Recorded[i] - min) * items;
            Assert.Equal(Math.Round(steps), steps, 1e-9);
            Assert.InRange(sample.Recorded[i], min - 1e-12, max + 1e-12);
            Assert.InRange(sample.Recorded[i] - free.Recorded[i], (-0.5 / items) - 1e-9, (0.5 / items) + 1e-9);
        }

        int[] found = [.. sample.Recorded.Select(x => (int)Math.Round((x - min) * items)).Distinct().Order()];
        Assert.Equal(0, found[0]);
        Assert.Equal((int)((max - min) * items), found[^1]);
    }

    [Fact]
    public void ADataSet_HasItsAllianceAndTheTherapistMeansOnTheScale()
    {
        World world = new(Worlds.Everything with { Attrition = new() { Outcome = new() { Rate = 0.3 } }, Retention = new() });
        for (int replicate = 0; replicate < 20; replicate++)
        {
            DataTable table = TrialData.Of(world, Worlds.Key, replicate, allPatients: false);
            double[] alliance = [.. table.Numeric("alliance").Values];
            double[] therapist = [.. table.Numeric("therapist").Values];
            Assert.All(alliance, x => Assert.InRange(x, 1 - 1e-12, 6 + 1e-12));
            Assert.All(alliance, x => Assert.Equal(Math.Round(12 * x), 12 * x, 1e-9));
            double[] means = [.. Enumerable.Range(0, alliance.Length).Select(i => alliance.Where((_, k) => therapist[k] == therapist[i]).Average())];
            double grand = Enumerable.Range(0, alliance.Length).GroupBy(i => therapist[i]).Average(t => means[t.First()]);
            Assert.All(means.Zip(table.Numeric("alliance_between").Values), m => Assert.Equal(m.First - grand, m.Second, 1e-10));
            Assert.All(Enumerable.Range(0, alliance.Length), i => Assert.Equal(alliance[i] - means[i], table.Numeric("alliance_within").Values[i], 1e-10));
        }
    }

    private static WorldSample Sample(Instrument instrument, int replicates = Replicates) =>
        WorldSample.Of(Worlds.Plain.WithAlliance(a => a with { Reliability = 0.7, Instrument = instrument }), replicates);
}
