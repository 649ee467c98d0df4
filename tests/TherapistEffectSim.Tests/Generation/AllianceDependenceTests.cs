using TherapistEffectSim.Design;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Severity and traits as parts of the alliance within therapists, whose variance stays 1 − ICC.</summary>
/// <remarks>500 replicates of 200 patients; false-alarm rate 1e-6 a check. A covariance off by .02 or a variance off by .03 would be seen.</remarks>
public sealed class AllianceDependenceTests
{
    private const int Replicates = 500;
    private const double Icc = 0.2;

    private static readonly Scenario s_world = (Worlds.Plain with
    {
        Traits = Worlds.Plain.Traits.Add("prior-treatment", new() { Share = 0.3, Alliance = 0.5 }).Add("young", new() { Share = 0.6, Alliance = -0.4 }),
    }).WithAlliance(a => a with { TherapistIcc = Icc, Severity = -0.35 });

    [Fact]
    public void WithinTherapists_SeverityAndTraitsBringAboutTheirParts()
    {
        WorldSample sample = WorldSample.Of(s_world, Replicates);
        double Within(int i) => sample.TrueAlliance[i] - sample.AllianceBase[sample.TherapistOf(i)];

        sample.AssertVarianceComponents(Icc, 1 - Icc, sample.TrueAlliance);
        sample.AssertPatientMean(1 - Icc, i => Within(i) * Within(i));
        sample.AssertPatientMean(1, i => sample.Score[i] * sample.Score[i]);
        sample.AssertPatientMean(-0.35, i => Within(i) * sample.Severity[i]);
        sample.AssertPatientMean(0.5 * 0.21, i => Within(i) * (sample.Traits[0][i] - 0.3));
        sample.AssertPatientMean(-0.4 * 0.24, i => Within(i) * (sample.Traits[1][i] - 0.6));
        Assert.Equal(
            1 - Icc - (0.35 * 0.35) - (0.25 * 0.21) - (0.16 * 0.24),
            sample.World.Components.AllianceDeviationSd * sample.World.Components.AllianceDeviationSd,
            1e-12);
    }

    // What severity, traits and the deviation D make of the alliance, the same deviations as in the world where they are all of it.
    [Fact]
    public void WithinTherapists_TheDeviationIsThatOfTheWorldWithoutThem()
    {
        WorldSample sample = WorldSample.Of(s_world, 16);
        WorldSample plain = WorldSample.Of(Worlds.Plain.WithAlliance(a => a with { TherapistIcc = Icc }), 16);
        double deviationSd = Math.Sqrt(1 - Icc - (0.35 * 0.35) - (0.25 * 0.21) - (0.16 * 0.24));

        Assert.Equal(plain.Severity, sample.Severity);
        for (int i = 0; i < sample.Patients; i++)
        {
            double expected = sample.AllianceBase[sample.TherapistOf(i)] + (deviationSd * plain.Score[i]) - (0.35 * sample.Severity[i])
                + (0.5 * (sample.Traits[0][i] - 0.3)) - (0.4 * (sample.Traits[1][i] - 0.6));
            Assert.Equal(expected, sample.TrueAlliance[i], 1e-12);
        }
    }

    [Fact]
    public void ObservedIcc_IsThatOfTheRecordedAlliance()
    {
        Scenario scenario = s_world.WithAlliance(a => a with { TherapistIcc = null, ObservedTherapistIcc = 0.12, Reliability = 0.6, Assessments = 4, MissingAssessments = 0.4 });
        WorldSample sample = WorldSample.Of(scenario, Replicates);
        (double between, double within) = (sample.World.Components.AllianceBetweenSd, sample.World.Components.AllianceWithinSd);
        double total = between * between / 0.12;

        Assert.Equal(1, (between * between) + (within * within), 1e-12);
        sample.AssertVarianceComponents(between * between, total - (between * between), sample.Recorded);
    }

    // Sorted patients differ between therapists, and with them the alliance: γ_z²·ICC of severity is added between and taken away within.
    [Fact]
    public void CaseMix_MovesPartOfTheAllianceBetweenTherapists()
    {
        Scenario scenario = s_world with { Allocation = new CaseMixAllocation { With = AllocationScore.Referral, Correlation = 0.6 } };
        WorldSample sample = WorldSample.Of(scenario, Replicates);
        double moved = 0.35 * 0.35 * 0.36;

        sample.AssertVarianceComponents(Icc + moved, 1 - Icc - moved, sample.TrueAlliance);
    }
}
