using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Constants solved over generated patients: expectations hold in other replicates of the same world.</summary>
/// <remarks>
/// The 131,072 patients of the set-up have a Monte Carlo error of their own, .0015 where therapists and studies differ little; the
/// replicates of a test have theirs. Fails by chance less than once in 10,000 seeds.
/// </remarks>
public sealed class GeneratedPatientsTests
{
    private const int Replicates = 1000;
    private const double SetUpError = 0.0015;
    private const double StandardErrors = 4;

    private static readonly Attrition s_loss = new()
    {
        Alliance = new() { Rate = 0.2, DependsOn = new() { Severity = 0.7, TrueAlliance = -0.5, Alliance = -0.3 }, TherapistSd = 0.3 },
        Outcome = new() { Rate = 0.35, DependsOn = new() { Outcome = -0.9, Severity = -0.3 } },
    };

    public static TheoryData<string> Names =>
    [
        "case-mix", "sorted", "trait", "alliance severity", "reverse causation", "missing assessments", "rater", "instrument", "t residuals",
        "skewed therapists", "residual sd", "slope sd", "site by arm", "severity moderation", "arm moderation", "adherence", "retention", "literature",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates_OfWorldsWithFurtherMechanisms_AreRealised(string name)
    {
        Scenario scenario = Named(name) with { Attrition = s_loss };
        Assert.Empty(scenario.Problems());
        World world = new(scenario);
        Assert.False(PlainDistributions.HoldForAll(scenario));

        List<double> first = [];
        List<double> second = [];
        foreach (GeneratedTrial trial in GeneratedTrial.Many<Lane8>(world, 0, Replicates, true))
        {
            double measured = trial.Measured.Count(m => m);
            first.Add(((trial.Patients - measured) / trial.Patients) - s_loss.Alliance.Rate);
            second.Add((measured - trial.Analysed.Count(a => a) - (s_loss.Outcome.Rate * measured)) / (trial.Patients * (1 - s_loss.Alliance.Rate)));
        }

        AssertMean(first);
        AssertMean(second);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("case-mix")]
    [InlineData("trait")]
    [InlineData("missing assessments")]
    [InlineData("rater")]
    public void PlainDistributions_HoldWithDialsAtZero(string name)
    {
        Scenario scenario = name switch
        {
            "case-mix" => Worlds.Full with { Allocation = new CaseMixAllocation { Correlation = 0 } },
            "trait" => Worlds.Full with { Traits = Traits(new()), Allocation = new SortedAllocation { Of = "first-time" } },
            "missing assessments" => Worlds.Full with { Alliance = Worlds.Full.Alliance with { Assessments = 1, MissingAssessments = 0.5 } },
            "rater" => Worlds.Full with { Alliance = Worlds.Full.Alliance with { Rater = Rater.Therapist } },
            _ => Worlds.Full,
        };

        Assert.True(PlainDistributions.HoldForAll(scenario));
    }

    [Fact]
    public void Intercepts_OfGeneratedPatients_AreNearThoseOfQuasiRandomOnes()
    {
        World world = new(Worlds.Full);
        AttritionIntercepts generated = new(GeneratedPatients.Of(new World(Worlds.Full with { Attrition = new() })));

        AssertNear(world.LossBeforeAlliance!.Value, generated.Solve(Worlds.Full.Attrition.Alliance));
        AssertNear(world.LossBeforeOutcome!.Value, generated.Solve(Worlds.Full.Attrition.Outcome));

        static void AssertNear(LossLogOdds expected, LossLogOdds found)
        {
            Assert.Equal(expected.Intercept, found.Intercept, 0.02);
            Assert.Equal(expected.Outcome, found.Outcome, 0.01);
            Assert.Equal(expected.Alliance, found.Alliance, 0.01);
            Assert.Equal(expected.TrueAlliance, found.TrueAlliance, 0.01);
            Assert.Equal(expected.Severity, found.Severity, 0.01);
        }
    }

    // Whole replicates of small trials; parts of several replicates of large ones, at most one batch of the smallest part.
    [Theory]
    [InlineData(1, 1, 100_000)]
    [InlineData(20, 10, 2000)]
    [InlineData(300, 10, 2000)]
    [InlineData(2001, 100, 10_000)]
    [InlineData(40_000, 50, 10_000)]
    public void Patients_AreAboutAsManyForTrialsOfAnySize(int therapists, int caseload, int tolerance)
    {
        Scenario scenario = Worlds.Plain with
        {
            Trial = new() { Arms = therapists > 1 ? ["a", "b"] : ["a"], Therapists = therapists, Caseload = new FixedCaseload { Patients = caseload } },
        };

        PatientCovariates patients = GeneratedPatients.Of(new World(scenario));

        Assert.InRange(patients.Count, 131_072 - tolerance, 131_072 + tolerance);
        Assert.Equal(0, Mean(patients.Outcome), 0.02);
        Assert.Equal(0, Mean(patients.TrueAlliance), 0.02);
        Assert.Equal(0, Mean(patients.Severity), 0.02);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static void AssertMean(List<double> excess)
    {
        double mean = excess.Average();
        double mcse = Math.Sqrt(excess.Sum(x => (x - mean) * (x - mean)) / (excess.Count - 1.0) / excess.Count);
        Assert.True(Math.Abs(mean) <= SetUpError + (StandardErrors * mcse), $"excess {mean:G4}, MCSE {mcse:G3}");
    }

    private static ImmutableSortedDictionary<string, PatientTrait> Traits(PatientTrait trait) =>
        ImmutableSortedDictionary<string, PatientTrait>.Empty.Add("first-time", trait);

    private static Scenario Named(string name)
    {
        Scenario world = (Worlds.Full with
        {
            Trial = Worlds.Full.Trial with { Therapists = 24, Caseload = new FixedCaseload { Patients = 10 } },
        }).WithOutcome(o => o with { ArmEffect = new() { D = 0.3 } });
        Alliance alliance = world.Alliance;
        return name switch
        {
            "case-mix" => world with { Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = 0.5 } },
            "sorted" => world with { Allocation = new SortedAllocation { By = AllocationScore.Outcome } },
            "trait" => world with { Traits = Traits(new() { Share = 0.3, Alliance = -0.5, Outcome = -0.4, ByAlliance = 0.3 }) },
            "alliance severity" => world with { Alliance = alliance with { Severity = -0.4 } },
            "reverse causation" => world with { Alliance = alliance with { ReverseCausation = new() { Early = 0.4 } } },
            "missing assessments" => world with { Alliance = alliance with { Assessments = 6, MissingAssessments = 0.6, Reliability = 0.4 } },
            "rater" => world with { Alliance = alliance with { Rater = Rater.Therapist, RaterIcc = 0.4, Validity = 0.5 } },
            "instrument" => world with { Alliance = alliance with { Instrument = new() { Items = 12, Min = 1, Max = 7, Mean = 5.8, Sd = 0.9 } } },
            "t residuals" => world.WithOutcome(o => o with { Distribution = new TForm { Df = 3 } }),
            "skewed therapists" => world with { Therapists = world.Therapists with { Distribution = new SkewedForm { Skewness = -0.9 } } },
            "residual sd" => world.WithOutcome(o => o with { ResidualSd = new() { PerArm = ImmutableSortedDictionary<string, double>.Empty.Add("trained", 2) } }),
            "slope sd" => world.WithOutcome(o => o with { Within = o.Within with { SlopeSd = 0.5, SlopeCorrelation = 0.4 } }),
            "site by arm" => world.WithOutcome(o => o with { SiteByArmSd = 0.3 }),
            "severity moderation" => world.WithOutcome(o => o with { Moderations = new() { Severity = 0.5 } }),
            "arm moderation" => world.WithOutcome(o => o with { Moderations = new() { Arm = 0.6 } }),
            "adherence" => world.WithOutcome(o => o with { Adherence = new() { Linear = 0.2, Curvature = 0.3, CurvatureByAlliance = -0.1, BySeverity = 0.2 } }),
            "literature" => world with { Literature = new() { Alliance = 0.1, Within = 0.1, Between = 0.1, Curvature = 0.05, ArmEffect = 0.1, Severity = 0.1 } },
            _ => world with { Retention = new() { DropOut = 0.3, Alliance = -0.4, Severity = 0.3, Outcome = 0.8 } },
        };
    }
}
