using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>The share who attend all sessions is E exp(−(planned − 1)·exp(α + b·x)).</summary>
public sealed class RetentionHazardTests
{
    [Fact]
    public void Intercept_OfAConstantHazard_IsInClosedForm()
    {
        World world = new(Worlds.Plain with { Retention = new() { Sessions = 16, DropOut = 0.25 } });

        Assert.Equal(Math.Log(-Math.Log(0.75) / 15), world.DropOutIntercept!.Value, 1e-12);
        Assert.Equal([new("retention.intercept", world.DropOutIntercept.Value)], world.SolvedConstants());
        Assert.Null(new World(Worlds.Plain with { Retention = new() { Alliance = 0.5 } }).DropOutIntercept);
    }

    // True alliance and severity are independent standard normal numbers.
    [Theory]
    [InlineData(2, 0.3, -0.5, 0)]
    [InlineData(10, 0.2, -0.4, 0.3)]
    [InlineData(40, 0.9, 0, 1.5)]
    [InlineData(10, 0.01, 2, 2)]
    [InlineData(10, 0.5, 10, -10)]
    public void DropOut_WithPlainAllianceAndSeverity_IsThatOfQuadrature(int sessions, double dropOut, double alliance, double severity)
    {
        Retention retention = new() { Sessions = sessions, DropOut = dropOut, Alliance = alliance, Severity = severity };
        double sd = Math.Sqrt((alliance * alliance) + (severity * severity));

        double intercept = new World(Worlds.Plain with { Retention = retention }).DropOutIntercept!.Value;

        Assert.Equal(1 - dropOut, LogisticLoss.NormalMean(x => Math.Exp(-(sessions - 1) * Math.Exp(intercept + (sd * x)))), 3e-4);
    }

    [Fact]
    public void Intercept_DoesNotDependOnAttritionOrOutcome()
    {
        Scenario scenario = Worlds.Full with { Retention = new() { DropOut = 0.3, Alliance = -0.5, Severity = 0.2 } };
        double expected = new World(scenario with { Attrition = new() }).DropOutIntercept!.Value;

        Assert.Equal(expected, new World(scenario).DropOutIntercept);
        Assert.Equal(expected, new World(scenario with { Retention = scenario.Retention with { Outcome = 0.5 } }).DropOutIntercept);
    }

    [Fact]
    public void DropOut_OfGeneratedPatients_IsExactOverThem()
    {
        Scenario scenario = Worlds.Plain with
        {
            Alliance = Worlds.Plain.Alliance with { Severity = -0.5 },
            Retention = new() { Sessions = 12, DropOut = 0.35, Alliance = -0.6, Severity = 0.4 },
        };
        PatientCovariates patients = GeneratedPatients.Of(new World(scenario with { Retention = new() }));

        double intercept = new World(scenario).DropOutIntercept!.Value;

        Assert.Equal(0.65, Enumerable.Range(0, patients.Count).Average(
            i => Math.Exp(-11 * Math.Exp(intercept + (-0.6 * patients.TrueAlliance[i]) + (0.4 * patients.Severity[i])))), 1e-9);
    }

    // 200 trials of 200 patients: a share off by .017 would be seen; the patients of the set-up are off by .0015 at most.
    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    public void DropOut_IsRealised(double allianceBySeverity)
    {
        Scenario scenario = Worlds.Plain with
        {
            Alliance = Worlds.Plain.Alliance with { Severity = allianceBySeverity },
            Retention = new() { Sessions = 12, DropOut = 0.35, Alliance = -0.6, Severity = 0.4 },
        };
        World world = new(scenario);
        double[] dropOut =
        [
            .. Enumerable.Range(0, 200).Select(
                replicate => 1 - TrialData.Of(world, Worlds.Key, replicate, allPatients: true).Numeric(GeneratedColumns.Retained).Values.Average()),
        ];
        double mean = dropOut.Average();
        double mcse = Math.Sqrt(dropOut.Sum(x => (x - mean) * (x - mean)) / (dropOut.Length - 1.0) / dropOut.Length);

        Assert.InRange(mean, 0.35 - 0.0015 - (4 * mcse), 0.35 + 0.0015 + (4 * mcse));
    }
}
