using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Randomness;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>What sorted patients do to the therapist variance that a study finds, by closed forms.</summary>
/// <remarks>
/// Two arms of 10 therapists with 20 patients, residual SD 1.5, therapists' residual ICC .05, and a binary prognosis of share .5 and
/// effect b. Sorted: therapist variance σ_u² + (b²/4)·J/(J − 1), J the therapists of an arm. At random: residual σ_e² + b²/4.
/// False-alarm rate 1e-6 a check. 1,500 replicates: standard errors .003. Without the factor J/(J − 1) the variance that the prognosis adds
/// would be .019 less, which would be seen 99 times in 100.
/// </remarks>
public sealed class NonRandomAllocationTests
{
    private const int Replicates = 1500;
    private const double Effect = 0.8326;
    private const double TherapistVariance = 0.05 / 0.95 * 2.25;

    private static readonly Scenario s_sorted = new()
    {
        Trial = new() { Arms = ["usual", "other"], Therapists = 20, Caseload = new FixedCaseload { Patients = 20 } },
        Therapists = new() { OutcomeIcc = 0.05 },
        Alliance = new() { TherapistIcc = 0.1 },
        Traits = Worlds.Plain.Traits.Add("prognosis", new() { Outcome = Effect }),
        Allocation = new SortedAllocation { By = AllocationScore.Referral, Of = "prognosis" },
        Outcome = new EndpointOutcome { ResidualSd = 1.5, ArmEffect = new() { D = 0.7986 } },
    };

    [Fact]
    public void Sorted_AddsThePrognosisToTheTherapistVariance()
    {
        const double fromPrognosis = Effect * Effect / 4 * 10 / 9;
        (double[] between, double[] within) = Components(s_sorted, Replicates);

        MonteCarlo.AssertMean(TherapistVariance + fromPrognosis, between);
        MonteCarlo.AssertMean(2.25, within);

        // The same therapists and residuals without the prognosis: their chance cancels.
        (double[] without, _) = Components(Random() with { Traits = Worlds.Plain.Traits }, Replicates);
        double[] added = [.. between.Zip(without, (with, plain) => with - plain)];
        MonteCarlo.AssertMean(fromPrognosis, added);

        // The apparent ICC, a ratio of expectations: .1214 for .05.
        double icc = between.Average() / (between.Average() + within.Average());
        double expected = (TherapistVariance + fromPrognosis) / (TherapistVariance + fromPrognosis + 2.25);
        Assert.Equal(0.1214, expected, 4);
        MonteCarlo.AssertMean(0, [.. between.Zip(within, (b, w) => ((1 - expected) * b) - (expected * w))]);
        Assert.Equal(expected, icc, 0.008);
    }

    [Fact]
    public void Random_AddsThePrognosisToTheResidualVariance()
    {
        (double[] between, double[] within) = Components(Random(), Replicates);

        MonteCarlo.AssertMean(TherapistVariance, between);
        MonteCarlo.AssertMean(2.25 + (Effect * Effect / 4), within);
    }

    // REML of balanced data is the ANOVA unless the estimate is 0: in these worlds the F ratio is 3.8 and 18 df make that rarer than 1e-4.
    [Fact]
    public void ThroughAStudy_TheEstimatedVarianceIsThatOfTheSortedTherapists()
    {
        Method method = StudyFixture.Own("m", "outcome ~ arm + (1 | therapist)", StudyFixture.Variance(TestKind.FExact));
        Study study = StudyFixture.Study(Replicates, 5, [method], s_sorted);
        List<double> estimates = [];
        StudyFixture.Run(study, onReplicate: row =>
        {
            if (row.Term == "var(therapist)")
            {
                estimates.Add(row.Estimate);
            }
        });

        Assert.Equal(Replicates, estimates.Count);
        MonteCarlo.AssertMean(TherapistVariance + (Effect * Effect / 4 * 10 / 9), estimates);
    }

    [Fact]
    public void ADataSet_HasThePrognosisOfTheHalves()
    {
        Study study = StudyFixture.Study(1, 5, [new() { Preset = MethodPreset.NullModel }], s_sorted);
        DataTable table = ReplicateData.Of(study, 1, 1, allPatients: true);

        IEnumerable<IGrouping<double, double>> therapists = Enumerable.Range(0, table.Rows)
            .GroupBy(i => table.Numeric("therapist").Values[i], i => table.Numeric("prognosis").Values[i]);
        Assert.All(therapists, t => Assert.Single(t.Distinct()));
        Assert.Equal(10, therapists.Count(t => t.First() == 1));
    }

    // Case-mix of a normal prognosis with effect β on the outcome: therapist variance τ² + β²ρ², residual σ_e² + β²(1 − ρ²).
    [Fact]
    public void CaseMix_MovesTheShareOfThePrognosisBetweenTherapists()
    {
        Scenario scenario = (Worlds.Plain with { Allocation = new CaseMixAllocation { With = AllocationScore.Referral, Correlation = 0.5 } })
            .WithOutcome(o => o with { Severity = -0.8 });
        WorldSample sample = WorldSample.Of(scenario, Replicates);

        sample.AssertVarianceComponents((0.1 / 0.9) + (0.64 * 0.25), 1 + (0.64 * 0.75), sample.Outcome);

        // With the outcome skill: (τ + |β|ρ)².
        sample = WorldSample.Of(scenario with { Allocation = new CaseMixAllocation { With = AllocationScore.Outcome, Correlation = 0.5 } }, Replicates);
        double tau = Math.Sqrt(0.1 / 0.9);
        sample.AssertVarianceComponents((tau + 0.4) * (tau + 0.4), 1 + (0.64 * 0.75), sample.Outcome);
    }

    private static Scenario Random() => s_sorted with { Allocation = new RandomAllocation() };

    // [replicate] ANOVA estimates within arms; therapists are dealt to the arms in turn.
    private static (double[] Between, double[] Within) Components(Scenario scenario, int replicates)
    {
        WorldSample sample = WorldSample.Of(scenario, replicates);
        double[] between = new double[replicates];
        double[] within = new double[replicates];
        for (int r = 0; r < replicates; r++)
        {
            for (int arm = 0; arm < 2; arm++)
            {
                List<double> outcome = [.. Enumerable.Range(r * 20, 20).Where(j => sample.World.Layout.Arm[j % 20] == arm)
                    .SelectMany(j => sample.Outcome[sample.PatientsOf(j)])];
                OneWayAnova table = OneWayAnova.Of(outcome, 20);
                between[r] += (table.Between - table.Within) / 20 / 2;
                within[r] += table.Within / 2;
            }
        }

        return (between, within);
    }
}
