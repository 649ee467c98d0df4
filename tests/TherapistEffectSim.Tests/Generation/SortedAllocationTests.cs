using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Sorted allocation: the better half of the patients to the upper half of each arm's therapists.</summary>
/// <remarks>500 replicates of 200 patients and more; false-alarm rate 1e-6 a check. A share off by .02 or a variance off by .03 would be seen.</remarks>
public sealed class SortedAllocationTests
{
    private const int Replicates = 500;

    [Theory]
    [InlineData(AllocationScore.Alliance)]
    [InlineData(AllocationScore.Outcome)]
    public void Severity_IsBelowItsMeanInTheUpperHalfAndAboveItInTheLower(AllocationScore by)
    {
        WorldSample sample = Sample(by, SortedAllocation.Severity, perArm: 10);

        Assert.All(Enumerable.Range(0, sample.Patients), i => Assert.Equal(-Half(sample, by, sample.TherapistOf(i)), Math.Sign(sample.Severity[i])));
        AssertHasVarianceOne(sample);
        sample.AssertPatientMean(Math.Sqrt(2 / Math.PI), i => Math.Abs(sample.Severity[i]));
    }

    [Fact]
    public void Severity_OfTheMiddleOneOfAnOddNumber_IsNormal()
    {
        WorldSample sample = Sample(AllocationScore.Alliance, SortedAllocation.Severity, perArm: 5);
        int[] middle = [.. Enumerable.Range(0, sample.Patients).Where(i => Half(sample, AllocationScore.Alliance, sample.TherapistOf(i)) == 0)];
        int[] others = [.. Enumerable.Range(0, sample.Patients).Except(middle)];

        Assert.Equal(sample.Patients / 5, middle.Length);
        MonteCarlo.AssertDistribution(x => MathNet.Numerics.Distributions.Normal.CDF(0, 1, x), [.. middle.Select(i => sample.Severity[i])], "middle");
        Assert.All(others, i => Assert.Equal(-Half(sample, AllocationScore.Alliance, sample.TherapistOf(i)), Math.Sign(sample.Severity[i])));
        AssertHasVarianceOne(sample);
    }

    [Fact]
    public void Severity_ByReferral_HasHalvesThatHaveNothingToDoWithSkill()
    {
        WorldSample sample = Sample(AllocationScore.Referral, SortedAllocation.Severity, perArm: 10);

        for (int j = 0; j < sample.Therapists * Replicates; j += sample.Therapists)
        {
            for (int arm = 0; arm < 2; arm++)
            {
                int[] therapists = [.. Enumerable.Range(j, sample.Therapists).Where(k => sample.World.Layout.Arm[k - j] == arm)];
                Assert.Equal(5, therapists.Count(k => sample.Severity[sample.PatientsOf(k).Start.Value] < 0));
            }
        }

        AssertHasVarianceOne(sample);
        sample.AssertPatientMean(0, i => sample.Severity[i] * sample.AllianceSkill[sample.TherapistOf(i)]);
        sample.AssertPatientMean(0, i => sample.Severity[i] * sample.Effect[sample.TherapistOf(i)]);
    }

    [Theory]
    [InlineData(0.5, 1, 0)]
    [InlineData(0.3, 0.6, 0)]
    [InlineData(0.8, 1, 0.6)]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    public void Trait_HasTheShareOfEachHalf(double share, double upper, double lower)
    {
        WorldSample sample = Sample(AllocationScore.Alliance, "prior-treatment", perArm: 5, share);
        Assert.Equal("prior-treatment", sample.World.Scenario.Traits.Keys.ElementAt(1));
        List<double> trait = sample.Traits[1];
        int[] halves = [.. Enumerable.Range(0, sample.Patients).Select(i => Half(sample, AllocationScore.Alliance, sample.TherapistOf(i)))];
        foreach ((int half, double expected) in new[] { (1, upper), (0, share), (-1, lower) })
        {
            // 40 % of the patients, of the middle therapists 20 %.
            double patients = half == 0 ? 0.2 : 0.4;
            int[] of = [.. Enumerable.Range(0, sample.Patients).Where(i => halves[i] == half)];
            if (expected is 0 or 1)
            {
                Assert.All(of, i => Assert.Equal(expected, trait[i]));
            }
            else
            {
                sample.AssertPatientMean(patients * expected, i => halves[i] == half ? trait[i] : 0);
            }
        }

        // Nobody is sorted by the other traits, nor by severity.
        sample.AssertPatientMean(0.3, i => sample.Traits[0][i]);
        sample.AssertPatientMean(0, i => sample.Traits[0][i] * sample.AllianceSkill[sample.TherapistOf(i)]);
        sample.AssertPatientMean(0, i => sample.Severity[i] * sample.AllianceSkill[sample.TherapistOf(i)]);
    }

    [Fact]
    public void Traits_AtRandom_AreIndependentAndHaveTheirShares()
    {
        WorldSample sample = WorldSample.Of(
            Worlds.Plain with
            {
                Traits = Worlds.Plain.Traits.Add("a", new() { Share = 0.2 }).Add("b", new() { Share = 0.5 }).Add("c", new() { Share = 0.9 }).Add("d", new() { Share = 0.5 }),
            },
            Replicates);
        double[] shares = [0.2, 0.5, 0.9, 0.5];
        for (int a = 0; a < 4; a++)
        {
            sample.AssertVarianceComponents(0, shares[a] * (1 - shares[a]), sample.Traits[a]);
            sample.AssertPatientMean(0, i => (sample.Traits[a][i] - shares[a]) * sample.Severity[i]);
            for (int b = 0; b < a; b++)
            {
                sample.AssertPatientMean(shares[a] * shares[b], i => sample.Traits[a][i] * sample.Traits[b][i]);
            }
        }
    }

    private static void AssertHasVarianceOne(WorldSample sample)
    {
        sample.AssertPatientMean(0, i => sample.Severity[i]);
        sample.AssertPatientMean(1, i => sample.Severity[i] * sample.Severity[i]);
    }

    private static WorldSample Sample(AllocationScore by, string of, int perArm, double share = 0.5) => WorldSample.Of(
        Worlds.Plain with
        {
            Trial = new() { Arms = ["a", "b"], Sites = 2, Therapists = 2 * perArm, Caseload = new FixedCaseload { Patients = 10 } },
            Traits = Worlds.Plain.Traits.Add("alone", new() { Share = 0.3 }).Add("prior-treatment", new() { Share = share }),
            Allocation = new SortedAllocation { By = by, Of = of },
        },
        Replicates);

    // 1, 0 or −1 by counting how many of the arm have a higher score.
    private static int Half(WorldSample sample, AllocationScore by, int therapist)
    {
        List<double> score = by == AllocationScore.Alliance ? sample.AllianceSkill : sample.Effect;
        int first = therapist / sample.Therapists * sample.Therapists;
        int arm = sample.World.Layout.Arm[therapist - first];
        int above = 0;
        int below = 0;
        for (int j = first; j < first + sample.Therapists; j++)
        {
            if (sample.World.Layout.Arm[j - first] == arm)
            {
                above += score[j] > score[therapist] ? 1 : 0;
                below += score[j] < score[therapist] ? 1 : 0;
            }
        }

        return Math.Sign(below - above);
    }
}
