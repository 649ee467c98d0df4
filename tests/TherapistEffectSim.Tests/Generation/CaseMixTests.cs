using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Case-mix allocation: corr(−z, Q) = ρ and Var z = 1, whichever score Q is and whatever has narrowed it.</summary>
/// <remarks>
/// 400 replicates of 20 therapists with 10 patients. False-alarm rate 1e-6 a check; with standard errors near .005 for the correlations and
/// .006 for the variances, a correlation off by .04 or a variance off by .05 would be seen 99 times in 100.
/// </remarks>
public sealed class CaseMixTests
{
    private const int Replicates = 400;
    private const double Rho = 0.4;

    public static TheoryData<string, AllocationScore> Populations
    {
        get
        {
            TheoryData<string, AllocationScore> all = [];
            foreach (string name in new[] { "plain", "selected", "trained", "contaminated", "all at once" })
            {
                all.Add(name, AllocationScore.Alliance);
                all.Add(name, AllocationScore.Outcome);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Populations))]
    public void Severity_GoesWithTheStandardisedScoreOfTheTrialsTherapists(string population, AllocationScore with)
    {
        WorldSample sample = Sample(Population(population), with);
        (double mean, double sd) = sample.World.Scores.Moments((int)with);
        double effectSd = sample.World.Components.OutcomeTherapistSd;
        double Skill(int j) => with == AllocationScore.Alliance ? sample.AllianceSkill[j] : sample.Effect[j] / effectSd;

        sample.AssertTherapistMean(mean, Skill);
        sample.AssertTherapistMean(sd * sd, j => (Skill(j) - mean) * (Skill(j) - mean));
        sample.AssertPatientMean(0, i => sample.Severity[i]);
        sample.AssertPatientMean(1, i => sample.Severity[i] * sample.Severity[i]);
        sample.AssertPatientMean(Rho, i => -sample.Severity[i] * (Skill(sample.TherapistOf(i)) - mean) / sd);
        sample.AssertVarianceComponents(Rho * Rho, 1 - (Rho * Rho), sample.Severity);
    }

    [Fact]
    public void Referral_HasNothingToDoWithSkill()
    {
        WorldSample sample = Sample(new() { OutcomeIcc = 0.1 }, AllocationScore.Referral);

        sample.AssertVarianceComponents(Rho * Rho, 1 - (Rho * Rho), sample.Severity);
        sample.AssertPatientMean(1, i => sample.Severity[i] * sample.Severity[i]);
        sample.AssertPatientMean(0, i => sample.Severity[i] * sample.AllianceSkill[sample.TherapistOf(i)]);
        sample.AssertPatientMean(0, i => sample.Severity[i] * sample.Effect[sample.TherapistOf(i)]);
        sample.AssertPatientMean(0, i => sample.Severity[i] * sample.Adherence[sample.TherapistOf(i)]);
    }

    [Fact]
    public void UnequalCaseloads_ChangeNeitherVarianceNorCorrelation()
    {
        Scenario scenario = Worlds.Plain with
        {
            Trial = Worlds.Plain.Trial with { Therapists = 8, Caseload = new ListedCaseload { Patients = [60, 30, 15, 8, 4, 2, 2, 1] } },
            Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = -0.6 },
        };
        WorldSample sample = WorldSample.Of(scenario, 2000);

        sample.AssertPatientMean(1, i => sample.Severity[i] * sample.Severity[i]);
        sample.AssertPatientMean(0.6, i => sample.Severity[i] * sample.AllianceSkill[sample.TherapistOf(i)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void FullCorrelation_GivesAllPatientsOfATherapistTheSameSeverity(double correlation)
    {
        WorldSample sample = WorldSample.Of(
            Worlds.Plain with { Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = correlation } }, 8);

        Assert.All(Enumerable.Range(0, sample.Patients), i => Assert.Equal(-correlation * sample.AllianceSkill[sample.TherapistOf(i)], sample.Severity[i], 1e-12));
    }

    [Fact]
    public void TherapistsWhoAreAllTheSame_TakePatientsAtRandom()
    {
        Scenario trained = Worlds.Plain with { Therapists = new() { OutcomeIcc = 0.1, Training = 0 } };
        WorldSample random = WorldSample.Of(trained, 8);
        WorldSample mixed = WorldSample.Of(
            trained with { Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = 0.7 } }, 8);

        Assert.Equal(random.Severity, mixed.Severity);
    }

    // Closed forms: variances of truncated normal scores; a mixture's mean and variance.
    [Theory]
    [InlineData(0.90, 0.7121)]
    [InlineData(0.75, 0.5347)]
    [InlineData(0.50, 0.3634)]
    [InlineData(0.25, 0.2416)]
    public void Moments_OfSelectedTherapists_AreThoseOfTheTruncatedDistribution(double keep, double variance)
    {
        TherapistScoreModel model = new(new() { OutcomeIcc = 0.1, Selection = new() { Keep = keep }, Correlations = new() { AllianceOutcome = 0.5 } });
        double threshold = NormalDistribution.UpperQuantile(keep);
        double lambda = Math.Exp(-threshold * threshold / 2) / Math.Sqrt(2 * Math.PI) / keep;

        (double mean, double sd) = model.Moments(0);
        Assert.Equal(lambda, mean, 1e-10);
        Assert.Equal(variance, sd * sd, 1e-4);
        (mean, sd) = model.Moments(1);
        Assert.Equal(0.5 * lambda, mean, 1e-10);
        Assert.Equal(1 - (0.25 * lambda * (lambda - threshold)), sd * sd, 1e-10);
        Assert.Equal((0, 1), model.Moments(2));
    }

    [Fact]
    public void Moments_OfAContaminatedAndTrainedScore_AreThoseOfTheMixture()
    {
        TherapistScoreModel model = new(new() { OutcomeIcc = 0.1, Contamination = new() { Share = 0.1, Mean = -2, Sd = 0.5 }, Training = 0.5 });

        (double mean, double sd) = model.Moments(0);
        Assert.Equal(-0.2, mean, 1e-12);
        Assert.Equal(0.25 * (0.9 + (0.1 * 0.25) + (0.09 * 4)), sd * sd, 1e-12);
        Assert.Equal((0, 1), model.Moments(1));
    }

    private static TherapistPopulation Population(string name) => name switch
    {
        "plain" => new() { OutcomeIcc = 0.1 },
        "selected" => new() { OutcomeIcc = 0.1, Selection = new() { Keep = 0.25, By = TherapistTrait.Outcome }, Correlations = new() { AllianceOutcome = 0.6 } },
        "trained" => new() { OutcomeIcc = 0.1, Training = 0.5, TrainingOf = TherapistTrait.Outcome },
        "contaminated" => new() { OutcomeIcc = 0.1, Contamination = new() { Share = 0.2 }, Correlations = new() { AllianceOutcome = 0.3 } },
        _ => new()
        {
            OutcomeIcc = 0.1,
            Correlations = new() { AllianceOutcome = -0.4, OutcomeAdherence = 0.3 },
            Contamination = new() { Share = 0.3, Of = TherapistTrait.Outcome, Mean = 1.5, Sd = 0.5 },
            Selection = new() { Keep = 0.6, By = TherapistTrait.Outcome },
            Training = 0.6,
        },
    };

    private static WorldSample Sample(TherapistPopulation therapists, AllocationScore with) => WorldSample.Of(
        Worlds.Plain with { Therapists = therapists, Allocation = new CaseMixAllocation { With = with, Correlation = Rho } }, Replicates);
}
