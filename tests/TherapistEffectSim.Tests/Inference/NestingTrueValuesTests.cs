using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.ClosedForms;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.Inference;

public sealed class NestingTrueValuesTests
{
    private static readonly EndpointOutcome s_outcome = new()
    {
        Between = new QuadraticShape { Linear = 0.2, Curvature = 0.15 },
        Within = new LinearShape { Slope = 0.3 },
        ArmEffect = new() { D = 0.4 },
        Severity = -0.3,
    };

    private static readonly Trial s_crossed = TruthWorld.TwoArms with { Nesting = Nesting.Crossed };

    private static readonly Trial s_partial = TruthWorld.TwoArms with
    {
        WithoutTherapists = ImmutableSortedDictionary<string, int>.Empty.Add("usual", 60),
    };

    [Fact]
    public void Of_CrossedArms_AreThoseOfTherapistsWithinArms()
    {
        const string terms = "arm + alliance_between + I(alliance_between^2) + alliance_within";
        World nested = TruthWorld.Of(s_outcome);
        World crossed = TruthWorld.Of(s_outcome, s_crossed);
        ModelTruth expected = TruthWorld.Truth(nested, terms);
        ModelTruth found = TruthWorld.Truth(crossed, terms);

        AssertNear(expected.Coefficients, found.Coefficients);
        Assert.Equal(expected.TherapistVariance!.Value, found.TherapistVariance!.Value, 1e-12);
        Assert.Equal(expected.ResidualVariance!.Value, found.ResidualVariance!.Value, 1e-12);
        Assert.Equal("power", TruthWorld.Meaning(crossed, terms, "armmotivational"));
    }

    [Fact]
    public void Of_CrossedArmsLeftOut_LeavesTheirVarianceWithinTherapists()
    {
        ModelTruth with = TruthWorld.Truth(TruthWorld.Of(s_outcome, s_crossed), "arm + severity");
        ModelTruth without = TruthWorld.Truth(TruthWorld.Of(s_outcome, s_crossed), "severity");

        Assert.Equal(with.TherapistVariance, without.TherapistVariance);
        Assert.Equal(with.ResidualVariance!.Value + (0.4 * 0.4 / 4), without.ResidualVariance!.Value, 1e-12);
        Assert.Equal(with.Coefficients[0]!.Value + 0.2, without.Coefficients[0]!.Value, 1e-12);
    }

    [Fact]
    public void Of_ProductsOfCrossedArms_AreZeroUnlessTheArmModerates()
    {
        const string terms = "arm * alliance_within";
        Assert.Equal(0, TruthWorld.Coefficient(TruthWorld.Of(s_outcome, s_crossed), terms, "armmotivational:alliance_within"));
        World moderated = TruthWorld.Of(s_outcome with { Moderations = new() { Arm = 0.2 } }, s_crossed);
        Assert.Null(TruthWorld.Coefficient(moderated, terms, "armmotivational:alliance_within"));
        Assert.Equal(0.4, TruthWorld.Coefficient(moderated, terms, "armmotivational"));
        Assert.Null(TruthWorld.Coefficient(TruthWorld.Of(s_outcome, s_crossed), "arm + arm:severity", "armmotivational"));
        Assert.Null(TruthWorld.Coefficient(TruthWorld.Of(s_outcome, s_crossed), "arm + alliance_between", "armmotivational", therapistMeans: true));
        Assert.Equal("type-I", TruthWorld.Meaning(TruthWorld.Of(s_outcome with { Between = new NoShape(), Within = new NoShape() }, s_crossed), "arm * alliance_between", "armmotivational:alliance_between"));
    }

    [Fact]
    public void Of_PartialNesting_KnowsTheArmOnly()
    {
        const string terms = "arm + severity + alliance_between + alliance_within";
        World world = TruthWorld.Of(s_outcome, s_partial);
        ModelTruth truth = TruthWorld.Truth(world, terms);

        Assert.Equal([null, 0.4, null, null, null], truth.Coefficients.ToArray());
        Assert.Null(truth.TherapistVariance);
        Assert.Equal(0.4, TruthWorld.Coefficient(world, "arm", "armmotivational", hasRandomIntercept: false));
        Assert.Null(TruthWorld.Coefficient(world, "arm + I(alliance_between^2)", "armmotivational"));
        Assert.Null(TruthWorld.Coefficient(new(world.Scenario with { Therapists = world.Scenario.Therapists with { Training = 0.5 } }), "arm", "armmotivational"));
        Assert.Null(TrueCorrelations.Of(world, CorrelationLevel.Between));
    }

    [Fact]
    public void Meaning_OfAnArmWithoutTherapists_IsTypeOneOnlyWhereTherapistsAreAlike()
    {
        Assert.Equal("false-positive: arm without therapists", TruthWorld.Meaning(TruthWorld.Of(new(), s_partial), "arm", "armmotivational"));
        Assert.Equal("type-I", TruthWorld.Meaning(TruthWorld.Of(new(), s_partial, outcomeIcc: 0), "arm", "armmotivational"));
        Assert.Equal("type-I", TruthWorld.Meaning(TruthWorld.Of(new(), s_crossed), "arm", "armmotivational"));
    }

    /// <summary>Estimates of large trials with τ_Δ = .6: a mean off by (4 + 2.3) Monte Carlo errors is seen 99 times in 100; 60 patients per therapist instead of infinitely many add less.</summary>
    [Fact]
    public void Of_ArmEffectsThatDiffer_AreWhatEstimatesAimAt()
    {
        Scenario world = TruthWorld.Of(s_outcome, s_crossed with { Therapists = 60, Caseload = new FixedCaseload { Patients = 40 } }).Scenario with
        {
            Therapists = new() { OutcomeIcc = 0.2, ArmEffectSd = 0.6 },
            Alliance = new() { TherapistIcc = 0.1 },
        };
        Method own = StudyFixture.Own("own", "outcome ~ arm + severity + therapist_score + I(therapist_score^2) + patient_score + (1 | therapist)");
        CellResult cell = StudyFixture.Run(StudyFixture.Study(400, 47, [own], world))[0];

        foreach (string term in new[] { "armmotivational", "severity", "therapist_score", "I(therapist_score^2)", "patient_score", "var(therapist)" })
        {
            SummaryRow bias = cell.Summary.Single(r => r.Term == term && r.Measure == "bias");
            MonteCarlo.AssertMean(bias.TrueValue!.Value, bias);
        }

        Assert.Equal(0.25 + 0.09, cell.Summary.Single(r => r.Term == "var(therapist)" && r.Measure == "bias").TrueValue!.Value, 1e-9);
    }

    private static void AssertNear(ImmutableArray<double?> expected, ImmutableArray<double?> found)
    {
        Assert.Equal(expected.Length, found.Length);
        foreach ((double? e, double? f) in expected.Zip(found))
        {
            Assert.Equal(e!.Value, f!.Value, 1e-12);
        }
    }
}
