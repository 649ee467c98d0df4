using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.Design;

/// <summary>Shares, ratios and standardised effects of growth scenarios.</summary>
public sealed class GrowthComponentsTests
{
    /// <summary>The numbers that powerlmm's own tests give for these shares ("study setup lvl 3 minimal raw").</summary>
    [Fact]
    public void Of_SharesOfPowerlmm_GivesItsSds()
    {
        GrowthComponents components = GrowthComponents.Of(new()
        {
            Weeks = [0, 1],
            ResidualSd = 0.5477226,
            Shares = new() { PatientIcc = 0.5, TherapistIcc = 0.2, SlopeIcc = 0.05, VarianceRatio = 0.03 },
        });

        Assert.Equal(0.7071068, components.Patients.InterceptSd, 1e-7);
        Assert.Equal(0.09246621, components.Patients.SlopeSd, 1e-7);
        Assert.Equal(0.4472136, components.Therapists.InterceptSd, 1e-7);
        Assert.Equal(0.0212132, components.Therapists.SlopeSd, 1e-7);
    }

    // Patients: intercept SD 3, slope SD 1, correlation 0.5; residual SD 4; weeks to 6, so that the SD at week 6 is √(9 + 18 + 36 + 16).
    [Theory]
    [InlineData(null, 0, 1.2)]
    [InlineData(GrowthStandardiser.Baseline, 0, 1.2 * 5 / 6)]
    [InlineData(GrowthStandardiser.Baseline, 2, 1.2 * 5 / 4)]
    [InlineData(GrowthStandardiser.EndPoint, 0, 1.2 * 8.888194417315589 / 6)]
    [InlineData(GrowthStandardiser.Slope, 2, 1.2)]
    public void ArmSlope_OfAStandardisedEffect_IsTheDifferencePerWeekSinceTheOnset(GrowthStandardiser? standardiser, double onset, double slope) =>
        Assert.Equal(
            slope,
            GrowthComponents.Of(new()
            {
                Weeks = [0, 3, 6],
                OnsetWeek = onset,
                ResidualSd = 4,
                Patients = new() { InterceptSd = 3, SlopeSd = 1, Correlation = 0.5 },
                ArmEffect = new() { D = 1.2, Standardiser = standardiser },
            }).ArmSlope,
            1e-12);

    [Fact]
    public void Of_AComponentThatIsAbsent_IsNotOneThatIs0()
    {
        GrowthComponents absent = GrowthComponents.Of(new() { Weeks = [0, 1], Shares = new() { PatientIcc = 0.4, VarianceRatio = 0.02 } });
        GrowthComponents zero = GrowthComponents.Of(new() { Weeks = [0, 1], Shares = new() { PatientIcc = 0.4, VarianceRatio = 0.02, TherapistIcc = 0, SlopeIcc = 0 } });

        Assert.Equal((false, false), (absent.Therapists.HasIntercept, absent.Therapists.HasSlope));
        Assert.Equal((true, true), (zero.Therapists.HasIntercept, zero.Therapists.HasSlope));
        Assert.Equal((0, 0), (zero.Therapists.InterceptSd, zero.Therapists.SlopeSd));
        Assert.Equal(absent.Patients, zero.Patients);
    }

    [Fact]
    public void Problems_OfKeysOfEndpointOutcomes_NameThem()
    {
        Scenario scenario = GrowthWorlds.Published with
        {
            Therapists = new() { OutcomeIcc = 0.1, Selection = new() { By = TherapistTrait.Outcome, Keep = 0.5 } },
            Retention = new() { DropOut = 0.2 },
            Attrition = new() { Outcome = new() { Rate = 0.1 } },
        };

        Assert.Equal(
            ["therapists.outcome-icc", "therapists.selection.by", "retention", "attrition.outcome"],
            scenario.Problems().Select(p => p.Path));
    }
}
