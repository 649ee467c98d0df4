using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

public sealed class CaseloadTests
{
    [Theory]
    [InlineData(10, 0.4)]
    [InlineData(10, 0.9)]
    [InlineData(8.57, 0.75)]
    [InlineData(2, 1.5)]
    [InlineData(120, 0.1)]
    [InlineData(50, 2)]
    public void DrawnCaseloads_HaveTheMeanAndTheSdAskedFor(double mean, double cv)
    {
        // 80,000 therapists: a mean off by 0.03 SDs, or a variance off by 4 % (20 % for the heavy tails of cv 2), would be seen.
        int[][] trials = Draw(new DrawnCaseload { Mean = mean, Cv = cv }, therapists: 20, replicates: 4000);

        Assert.All(trials, trial => Assert.InRange(trial.Min(), 1, Caseload.Largest));
        MonteCarlo.AssertMean(mean, [.. trials.Select(trial => trial.Average())]);
        MonteCarlo.AssertMean(cv * mean * cv * mean, [.. trials.Select(trial => trial.Average(n => (n - mean) * (n - mean)))]);
    }

    [Fact]
    public void DrawnCaseloads_HaveTheProbabilitiesOfOnePlusANegativeBinomial()
    {
        // Mean 4, SD 3: 3 + 3²/r = 9 gives r = 1.5, p = r/(r + 3) = 1/3. With 80,000 therapists a probability off by 0.012 would be seen.
        int[] all = [.. Draw(new DrawnCaseload { Mean = 4, Cv = 0.75 }, 20, 4000).SelectMany(trial => trial)];
        for (int n = 1; n <= 12; n++)
        {
            double p = MathNet.Numerics.Distributions.NegativeBinomial.PMF(1.5, 1.0 / 3, n - 1);
            MonteCarlo.AssertZ(all.Count(k => k == n) / (double)all.Length, p, Math.Sqrt(p * (1 - p) / all.Length), $"P({n} patients)");
        }
    }

    [Theory]
    [InlineData(257, 30, 0.75)]
    [InlineData(257, 30, 0.3)]
    [InlineData(2000, 10, 1.5)]
    [InlineData(900, 3, 0.5)]
    public void SharedCaseloads_HaveTheCvAskedFor(int total, int therapists, double cv)
    {
        int[][] trials = Draw(new SharedCaseload { Total = total, Cv = cv }, therapists, replicates: 4000);

        // The mean is fixed, so that the variance is that within trials. Rounding by largest remainders adds less than 1/4 to it.
        double mean = (double)total / therapists;
        double[] variances = [.. trials.Select(trial => trial.Average(n => (n - mean) * (n - mean)))];
        double rounding = variances.Average() - (cv * mean * cv * mean);
        double mcse = Math.Sqrt(variances.Average(v => (v - variances.Average()) * (v - variances.Average())) / variances.Length);
        Assert.InRange(rounding, -4.89 * mcse, 0.25 + (4.89 * mcse));
    }

    [Fact]
    public void SharedCaseloads_AddUpExactlyWithAtLeastOneEach()
    {
        var designs =
            from therapists in Gen.Choose(2, 40)
            from more in Gen.Choose(1, 400)
            from percent in Gen.Choose(1, 95)
            let largestCv = Math.Sqrt(therapists - 1) * more / (therapists + more)
            select (Therapists: therapists, Total: therapists + more, Cv: percent / 100.0 * largestCv);
        Prop.ForAll(designs.ToArbitrary(), design =>
            Draw(new SharedCaseload { Total = design.Total, Cv = design.Cv }, design.Therapists, replicates: 8)
                .All(trial => trial.Sum() == design.Total && trial.Min() >= 1)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void SharedCaseloads_AsEqualAsPossible_DifferByOne()
    {
        int[] trial = Draw(new SharedCaseload { Total = 257, Cv = 0 }, 30, 1)[0];

        Assert.Equal(257, trial.Sum());
        Assert.Equal([9, 8], trial.Distinct());
    }

    [Fact]
    public void Caseloads_AreInDescendingOrderWithinArmAndSite()
    {
        Caseload[] caseloads =
        [
            new DrawnCaseload { Mean = 8, Cv = 0.8 },
            new SharedCaseload { Total = 160, Cv = 0.8 },
            new ListedCaseload { Patients = [.. Enumerable.Range(0, 20).Select(j => 1 + (j * 7 % 20))] },
        ];
        foreach (Caseload caseload in caseloads)
        {
            Trial trial = new() { Arms = ["a", "b"], Sites = 3, Therapists = 20, Caseload = caseload };
            foreach (int[] drawn in Draw(trial, 80))
            {
                foreach (int[] cell in TherapistLayout.Of(trial).Cells.Select(cell => cell.Select(j => drawn[j]).ToArray()))
                {
                    Assert.Equal(cell.OrderDescending(), cell);
                }
            }
        }
    }

    [Fact]
    public void Caseloads_OfMoreThan128Therapists_AreThoseOfTheFirst()
    {
        // One arm of 300 is sorted as a whole, so that the numbers drawn are compared, not their places.
        int[] large = Draw(new DrawnCaseload { Mean = 8, Cv = 0.8 }, 300, 1)[0];
        int[] small = Draw(new DrawnCaseload { Mean = 8, Cv = 0.8 }, 100, 1)[0];

        Assert.Equal(300, large.Length);
        Assert.All(small.GroupBy(n => n), n => Assert.True(large.Count(m => m == n.Key) >= n.Count()));
    }

    private static int[][] Draw(Caseload caseload, int therapists, int replicates) =>
        Draw(new Trial { Therapists = therapists, Caseload = caseload }, replicates);

    private static int[][] Draw(Trial trial, int replicates)
    {
        TherapistLayout layout = TherapistLayout.Of(trial);
        CaseloadSampler sampler = CaseloadSampler.Of(trial, layout);
        RandomNumberStream<Lane8> random = new(Worlds.Key);
        Lane8[] drawn = new Lane8[layout.Therapists];
        List<int[]> trials = [];
        for (int first = 0; first < replicates; first += 8)
        {
            random.MoveTo(first);
            sampler.Fill(drawn, random);
            trials.AddRange(Enumerable.Range(0, Math.Min(8, replicates - first)).Select(lane => drawn.Select(n => (int)n[lane]).ToArray()));
        }

        return [.. trials];
    }
}
