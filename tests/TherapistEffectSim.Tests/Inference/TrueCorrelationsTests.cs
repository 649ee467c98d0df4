using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.Inference;

public sealed class TrueCorrelationsTests
{
    [Fact]
    public void Of_StraightLines_IsTheRatioByHand()
    {
        const double between = 0.3;
        const double within = 0.2;
        World world = TruthWorld.Of(new() { Between = new LinearShape { Slope = between }, Within = new LinearShape { Slope = within } }, allianceIcc: 0.1);
        double therapist = 0.05 / 0.95; // τ_U² at residual variance 1
        double error = 0.9 * 0.25;      // reliability .8 within therapists
        double covariance = (Math.Sqrt(0.1) * between) + (Math.Sqrt(0.9) * within);

        Assert.Equal(between / Math.Sqrt((between * between) + therapist), TrueCorrelations.Of(world, CorrelationLevel.Between)!.Value, 1e-13);
        Assert.Equal(
            Math.Sqrt(0.9) * within / Math.Sqrt((0.9 + error) * ((within * within) + 1)), TrueCorrelations.Of(world, CorrelationLevel.Within)!.Value, 1e-13);
        Assert.Equal(
            covariance / Math.Sqrt((1 + error) * ((between * between) + therapist + (within * within) + 1)),
            TrueCorrelations.Of(world, CorrelationLevel.Total)!.Value,
            1e-13);
    }

    [Fact]
    public void Of_ArmsAndSites_AreVarianceBetweenTherapists()
    {
        EndpointOutcome outcome = new() { Between = new LinearShape { Slope = 0.3 }, ArmEffect = new() { D = 0.4, Standardiser = Standardiser.Residual }, SiteIcc = 0.1 };
        World world = TruthWorld.Of(outcome, TruthWorld.TwoArms with { Sites = 5 });
        double therapist = 0.05 / 0.95;
        double variance = 0.09 + therapist + (0.1 / 0.9 * (therapist + 1)) + (0.16 / 4);

        Assert.Equal(0.3 / Math.Sqrt(variance), TrueCorrelations.Of(world, CorrelationLevel.Between)!.Value, 1e-12);
    }

    [Fact]
    public void Of_WhatDoesNotVary_IsMissing()
    {
        World noSkill = TruthWorld.Of(new() { Within = new LinearShape { Slope = 0.2 } }, allianceIcc: 0);
        World alike = TruthWorld.Of(new(), outcomeIcc: 0);
        World curve = TruthWorld.Of(new() { Between = new QuadraticShape { Curvature = 0.3 } });

        Assert.Null(TrueCorrelations.Of(noSkill, CorrelationLevel.Between));
        Assert.NotNull(TrueCorrelations.Of(noSkill, CorrelationLevel.Total));
        Assert.Null(TrueCorrelations.Of(alike, CorrelationLevel.Between));
        Assert.Equal(0, TrueCorrelations.Of(alike, CorrelationLevel.Within));
        Assert.Equal(0, TrueCorrelations.Of(curve, CorrelationLevel.Between));
        Assert.Equal("false-positive: between-therapist curve", RejectionMeaning.OfCorrelation(curve, 0, CorrelationLevel.Between));
        Assert.Equal("type-I", RejectionMeaning.OfCorrelation(curve, 0, CorrelationLevel.Within));
        Assert.Equal("false-positive: within-therapist slope", RejectionMeaning.OfCorrelation(noSkill, 0, CorrelationLevel.Between));
    }

    /// <summary>
    /// Large trials: 500 therapists of 600 patients, 32 replicates. MCSE of the mean near .008 between and .0003 otherwise; bounds of 4.5 MCSE
    /// and what means over 600 patients fall short of (0.5 % of the correlation between): false-alarm rate 2e-5 for the six figures.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_AnyWorld_IsTheMeanOfLargeTrials(bool narrowed)
    {
        Scenario world = new()
        {
            Trial = new() { Arms = ["usual", "motivational"], Sites = 100, Therapists = 500, Caseload = new FixedCaseload { Patients = 600 } },
            Therapists = narrowed
                ? new()
                {
                    OutcomeIcc = 0.1,
                    Correlations = new() { AllianceOutcome = 0.4 },
                    Selection = new() { By = TherapistTrait.Alliance, Keep = 0.4 },
                    Contamination = new() { Share = 0.1 },
                }
                : new() { OutcomeIcc = 0.1 },
            Alliance = new() { TherapistIcc = 0.25, Reliability = 0.7 },
            Outcome = new EndpointOutcome
            {
                Between = new QuadraticShape { Linear = 0.25, Curvature = 0.15 },
                Within = new QuadraticShape { Linear = -0.3, Curvature = 0.1 },
                ArmEffect = new() { D = 0.5 },
                Severity = -0.3,
                SiteIcc = 0.03,
            },
        };

        CellResult cell = StudyFixture.Run(StudyFixture.Study(32, 41, [new() { Preset = MethodPreset.Correlations }], world))[0];

        foreach (string term in (string[])["cor(total)", "cor(between)", "cor(within)"])
        {
            SummaryRow mean = cell.Measure("correlations", term, "", "estimate_mean");
            double bound = (4.5 * mean.Mcse!.Value) + (term == "cor(between)" ? 0.005 * Math.Abs(mean.TrueValue!.Value) : 0);
            Assert.True(
                Math.Abs(mean.Value!.Value - mean.TrueValue!.Value) <= bound,
                $"{term}: {mean.Value:G6} ± {mean.Mcse:G3}, computed {mean.TrueValue:G6}");
        }
    }
}
