using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

/// <summary>True values in closed form where therapists' and patients' variables are linked.</summary>
public sealed class MixedTrueValuesTests
{
    private const double Tolerance = 1e-11;
    private const string Linear = "arm + alliance_between + alliance_within";
    private const string Contextual = "arm + alliance + alliance_between";

    private static readonly double s_tau = Math.Sqrt(0.1);   // τ_A
    private static readonly double s_sigma = Math.Sqrt(0.9); // σ_W
    private static readonly double s_effectVariance = 0.05 / 0.95;
    private static readonly double s_halfNormalMean = Math.Sqrt(2 / Math.PI);

    private static readonly EndpointOutcome s_linear = new()
    {
        Between = new LinearShape { Slope = 0.3 },
        Within = new LinearShape { Slope = -0.2 },
        ArmEffect = new ArmEffect { D = 0.5 },
        Severity = -0.4,
    };

    private static readonly EndpointOutcome s_oneSlope = new() { Alliance = new AllianceEffect { Slope = 0.25 }, Severity = -0.4 };

    public static TheoryData<string> SeparableModels() =>
    [
        "arm", Linear, Linear + " + severity", "arm*alliance_between + I(alliance_between^2) + I(alliance_within^2)",
        "therapist_score + patient_score + true_therapist_effect + severity:alliance_within", "0 + I(alliance_within^2) + arm",
    ];

    [Theory]
    [MemberData(nameof(SeparableModels))]
    public void Of_WorldWithoutLinks_AgreesWithTheSeparableRule(string terms)
    {
        EndpointOutcome curved = s_linear with
        {
            Between = new QuadraticShape { Curvature = 0.15, Optimum = 0.7 },
            Within = new QuadraticShape { Linear = 0.2, Curvature = 0.1 },
            SiteIcc = 0.1,
        };
        World plain = Of(curved, TwoArms with { Sites = 3 });
        World narrowed = With(plain, s => s with
        {
            Therapists = s.Therapists with { Correlations = new() { AllianceOutcome = 0.4 }, Selection = new() { Keep = 0.5 }, Training = 0.8 },
        });
        foreach (World world in new[] { plain, narrowed })
        {
            foreach (LevelWeighting weighting in Enum.GetValues<LevelWeighting>())
            {
                ModelTruth expected = Truth(world, terms, weighting == LevelWeighting.EachLevel, weighting == LevelWeighting.TherapistMeans);
                ModelTruth found = MixedTrueValues.Of(world, Columns(world, terms), weighting)!;
                Assert.Equal(expected.Represents, found.Represents);
                Assert.Equal(expected.TherapistVariance!.Value, found.TherapistVariance!.Value, 1e-9);
                Assert.Equal(expected.ResidualVariance!.Value, found.ResidualVariance!.Value, 1e-9);
                foreach ((double? own, double? other) in expected.Coefficients.Zip(found.Coefficients))
                {
                    Assert.Equal(own.HasValue, other.HasValue);
                    Assert.Equal(own ?? 0, other ?? 0, 1e-9);
                }
            }
        }
    }

    [Fact]
    public void Of_DialsAtZero_KeepTheBits()
    {
        World plain = Of(s_linear);
        World dials = With(plain, s => s with
        {
            Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = 0 },
            Traits = Traits(new PatientTrait()),
            Literature = new() { Alliance = 0.2 },
            Retention = new() { DropOut = 0.3, Alliance = -0.5 },
            Alliance = s.Alliance with { ReverseCausation = new() { Early = 0.3 }, Rater = Rater.Therapist, Validity = 0.5 },
        });

        Assert.Equal(Truth(plain, Linear).Coefficients.AsEnumerable(), Truth(dials, Linear).Coefficients);
        Assert.Equal(Truth(plain, Linear).TherapistVariance, Truth(dials, Linear).TherapistVariance);
        Assert.Equal(Truth(plain, Linear).ResidualVariance, Truth(dials, Linear).ResidualVariance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_ContextualModel_HasTheWithinSlopeAndTheContextualEffect(bool hasRandomIntercept)
    {
        World world = Of(s_linear);

        Assert.Equal(-0.2 / s_sigma, Coefficient(world, Contextual, "alliance", hasRandomIntercept)!.Value, Tolerance);
        Assert.Equal((0.3 / s_tau) + (0.2 / s_sigma), Coefficient(world, Contextual, "alliance_between", hasRandomIntercept)!.Value, Tolerance);
        Assert.Equal(0.5, Coefficient(world, Contextual, "armmotivational", hasRandomIntercept)!.Value, Tolerance);
        Assert.Equal(s_effectVariance, Truth(world, Contextual, hasRandomIntercept).TherapistVariance!.Value, Tolerance);
        Assert.Equal((-0.3 / s_tau) - (0.2 / s_sigma), Coefficient(world, "alliance + alliance_within", "alliance_within")!.Value, Tolerance);
        Assert.Equal(0, Coefficient(Of(s_oneSlope), Contextual, "alliance_between"));
    }

    [Fact]
    public void Of_ContextualModelOnTherapistMeans_HasNone() =>
        Assert.Null(Coefficient(Of(s_linear), Contextual, "alliance_between", hasRandomIntercept: false, therapistMeans: true));

    // Cov(z, W)/Var W = γ/σ_W².
    [Fact]
    public void Of_SeverityBehindAllianceAndOutcome_IsConfoundingUnlessAdjusted()
    {
        World world = With(Of(s_linear), s => s with { Alliance = s.Alliance with { Severity = -0.3 } });

        Assert.Equal((-0.2 / s_sigma) + (-0.4 * -0.3 / 0.9), Coefficient(world, Linear, "alliance_within")!.Value, Tolerance);
        Assert.Equal(-0.2 / s_sigma, Coefficient(world, Linear + " + severity", "alliance_within")!.Value, Tolerance);
        Assert.Equal(-0.4, Coefficient(world, Linear + " + severity", "severity")!.Value, Tolerance);
        Assert.Equal(-0.4 + (-0.3 * -0.2 / s_sigma), Coefficient(world, "severity", "severity")!.Value, Tolerance);
        Assert.Equal(1, Truth(world, Linear + " + severity").ResidualVariance!.Value, Tolerance);
    }

    [Fact]
    public void Of_TraitBehindAllianceAndOutcome_IsConfoundingUnlessAdjusted()
    {
        World world = With(Of(s_linear), s => s with { Traits = Traits(new PatientTrait { Share = 0.3, Alliance = 0.5, Outcome = 0.6 }) });

        Assert.Equal((-0.2 / s_sigma) + (0.6 * 0.5 * 0.21 / 0.9), Coefficient(world, Linear, "alliance_within")!.Value, Tolerance);
        Assert.Equal(0.6, Coefficient(world, Linear + " + prior_treatment", "prior_treatment")!.Value, Tolerance);
        Assert.Equal(-0.2 / s_sigma, Coefficient(world, Linear + " + prior_treatment", "alliance_within")!.Value, Tolerance);
    }

    // E(z | A*) = −ρ·A*.
    [Fact]
    public void Of_CaseMixWithTheAlliance_AddsToTheBetweenSlopeUnlessAdjusted()
    {
        World world = With(Of(s_linear), s => s with { Allocation = CaseMix(AllocationScore.Alliance, 0.5) });

        Assert.Equal((0.3 + (0.4 * 0.5)) / s_tau, Coefficient(world, Linear, "alliance_between")!.Value, Tolerance);
        Assert.Equal(0.3 / s_tau, Coefficient(world, Linear + " + severity", "alliance_between")!.Value, Tolerance);
        Assert.Equal(-0.4, Coefficient(world, Linear + " + severity", "severity")!.Value, Tolerance);
        Assert.Equal(-0.4, Coefficient(world, "arm + severity", "severity")!.Value, Tolerance);
        Assert.Equal(s_effectVariance + (0.5 * 0.5), Truth(world, "arm").TherapistVariance!.Value, Tolerance);
        Assert.Equal(s_effectVariance, Truth(world, Linear + " + severity").TherapistVariance!.Value, Tolerance);

        // Both levels at once: E zy = −0.4 − 0.5·0.3.
        Assert.Equal(-0.4 - 0.15, Coefficient(world, "arm + severity", "severity", hasRandomIntercept: false)!.Value, Tolerance);
    }

    [Theory]
    [InlineData(AllocationScore.Referral)]
    [InlineData(AllocationScore.Outcome)]
    public void Of_CaseMix_IsVarianceBetweenTherapists(AllocationScore score)
    {
        World world = With(Of(new EndpointOutcome { Severity = -0.4 }), s => s with { Allocation = CaseMix(score, 0.5) });
        double skill = Math.Sqrt(s_effectVariance);
        double expected = score == AllocationScore.Outcome ? (skill + 0.2) * (skill + 0.2) : s_effectVariance + 0.04;

        Assert.Equal(expected, Truth(world, "arm").TherapistVariance!.Value, Tolerance);
        Assert.Equal(s_effectVariance, Truth(world, "arm + severity").TherapistVariance!.Value, Tolerance);
        Assert.Equal(1 + (0.16 * 0.75), Truth(world, "arm").ResidualVariance!.Value, Tolerance);
    }

    // The naturalistic trial with a binary prognosis: b²/4 goes from within to between therapists.
    [Fact]
    public void Of_SortedTrait_MovesItsVarianceBetweenTherapists()
    {
        World random = With(Of(new EndpointOutcome()), s => s with { Traits = Traits(new PatientTrait { Outcome = 0.8 }) });
        World sorted = With(random, s => s with { Allocation = new SortedAllocation { Of = "prior-treatment" } });

        Assert.Equal(s_effectVariance, Truth(random, "arm").TherapistVariance!.Value, Tolerance);
        Assert.Equal(1.16, Truth(random, "arm").ResidualVariance!.Value, Tolerance);
        Assert.Equal(s_effectVariance + 0.16, Truth(sorted, "arm").TherapistVariance!.Value, Tolerance);
        Assert.Equal(1, Truth(sorted, "arm").ResidualVariance!.Value, Tolerance);
        Assert.Equal(s_effectVariance, Truth(sorted, "arm + prior_treatment").TherapistVariance!.Value, Tolerance);
        Assert.Equal(0.8, Coefficient(sorted, "arm + prior_treatment", "prior_treatment")!.Value, Tolerance);
    }

    [Fact]
    public void Of_SortedTraitOfAFew_GoesToTheUpperHalf()
    {
        World sorted = With(Of(new EndpointOutcome()), s => s with
        {
            Traits = Traits(new PatientTrait { Share = 0.3, Outcome = 0.8 }),
            Allocation = new SortedAllocation { Of = "prior-treatment", By = AllocationScore.Outcome },
        });
        double skill = Math.Sqrt(s_effectVariance);

        // y = U + 0.8·p with P = 0.3 ± 0.3, and E |U*| = √(2/π).
        Assert.Equal(
            s_effectVariance + (0.24 * 0.24) + (2 * skill * 0.24 * s_halfNormalMean), Truth(sorted, "arm").TherapistVariance!.Value, Tolerance);
        Assert.Equal(1 + (0.64 * 0.6 * 0.4 / 2), Truth(sorted, "arm").ResidualVariance!.Value, Tolerance);
    }

    [Fact]
    public void Of_SortedSeverity_HasTheMeansOfHalfNormalDistributions()
    {
        World sorted = With(Of(s_linear), s => s with { Allocation = new SortedAllocation { By = AllocationScore.Alliance } });
        double between = 0.4 * s_halfNormalMean; // in the upper half

        Assert.Equal((0.3 + (between * s_halfNormalMean)) / s_tau, Coefficient(sorted, Linear, "alliance_between")!.Value, Tolerance);
        Assert.Equal(0.3 / s_tau, Coefficient(sorted, Linear + " + severity", "alliance_between")!.Value, Tolerance);
        Assert.Equal(
            s_effectVariance + 0.09 + (between * between) + (2 * 0.3 * between * s_halfNormalMean),
            Truth(sorted, "arm").TherapistVariance!.Value,
            Tolerance);

        World correlated = With(sorted, s => s with
        {
            Therapists = s.Therapists with { Correlations = new() { AllianceOutcome = 0.5 } },
            Allocation = new SortedAllocation { By = AllocationScore.Outcome },
        });
        double slope = 0.3 + (0.5 * Math.Sqrt(s_effectVariance)) + (0.5 * between * s_halfNormalMean);
        Assert.Equal(slope / s_tau, Coefficient(correlated, Linear, "alliance_between")!.Value, Tolerance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_ModeratedSlope_IsTheCoefficientOfTheProduct(bool hasRandomIntercept)
    {
        World world = With(Of(s_oneSlope with { Moderations = new() { Severity = -0.1, Arm = 0.15 } }), s => s with
        {
            Traits = Traits(new PatientTrait { Share = 0.4, Outcome = 0.3, ByAlliance = 0.2 }),
        });
        const string Terms = "severity*alliance + arm*alliance + prior_treatment*alliance";

        Assert.Equal(0.25, Value("alliance"), Tolerance);
        Assert.Equal(-0.1, Value("severity:alliance"), Tolerance);
        Assert.Equal(0.15, Value("alliance:armmotivational"), Tolerance);
        Assert.Equal(0.2, Value("alliance:prior_treatment"), Tolerance);
        Assert.Equal(0.3, Value("prior_treatment"), Tolerance);
        Assert.Equal(-0.4, Value("severity"), Tolerance);
        Assert.Equal(s_effectVariance, Truth(world, Terms, hasRandomIntercept).TherapistVariance!.Value, Tolerance);

        double Value(string name) => Coefficient(world, Terms, name, hasRandomIntercept)!.Value;
    }

    [Fact]
    public void Of_ProductBesideAConflatedSlope_HasATrueValueAndTheSlopeNone()
    {
        World world = With(Of(s_linear), s => s with { Traits = Traits(new PatientTrait { Share = 0.4, ByAlliance = 0.2 }) });

        Assert.Null(Coefficient(world, "alliance*prior_treatment", "alliance"));
        Assert.Equal(0.2, Coefficient(world, "alliance*prior_treatment", "alliance:prior_treatment")!.Value, 1e-8);
        Assert.Null(Truth(world, "alliance*prior_treatment").TherapistVariance);
        Assert.Equal(0, Coefficient(Of(s_linear), "arm + severity*alliance", "severity:alliance"));
        Assert.Null(Coefficient(Of(s_linear), "arm + severity*alliance", "alliance"));
        Assert.Null(Coefficient(world, "alliance", "alliance"));
    }

    // −q·(C² − 1)·a = −q·C²·a + q·a.
    [Fact]
    public void Of_AdherenceCurveThatTheAllianceFlattens_IsTheCoefficientOfTheProduct()
    {
        World world = Of(s_oneSlope with { Adherence = new() { Linear = 0.2, Curvature = 0.3, CurvatureByAlliance = -0.1 } });
        const string Terms = "adherence + I(adherence^2)*alliance";

        Assert.Equal(0.2, Coefficient(world, Terms, "adherence")!.Value, Tolerance);
        Assert.Equal(-0.3, Coefficient(world, Terms, "I(adherence^2)")!.Value, Tolerance);
        Assert.Equal(0.1, Coefficient(world, Terms, "I(adherence^2):alliance")!.Value, Tolerance);
        Assert.Equal(0.25 - 0.1, Coefficient(world, Terms, "alliance")!.Value, Tolerance);
        Assert.Equal(s_effectVariance, Truth(world, Terms).TherapistVariance!.Value, Tolerance);
        Assert.Equal(0, Coefficient(Of(s_oneSlope), "I(adherence^2)*alliance", "I(adherence^2):alliance"));
    }

    [Fact]
    public void Of_AdherenceThatGoesWithTheAlliance_AddsToTheBetweenSlope()
    {
        World world = With(Of(s_linear with { Adherence = new() { Linear = 0.2, Curvature = 0.1 } }), s => s with
        {
            Therapists = s.Therapists with { Correlations = new() { AllianceAdherence = 0.6 } },
        });

        Assert.Equal((0.3 + (0.2 * 0.6)) / s_tau, Coefficient(world, Linear, "alliance_between")!.Value, Tolerance);
        Assert.Equal(0.3 / s_tau, Coefficient(world, Linear + " + adherence", "alliance_between")!.Value, Tolerance);
        Assert.Equal(s_effectVariance + (0.04 * 0.64) + (2 * 0.01), Truth(world, Linear).TherapistVariance!.Value, Tolerance);
    }

    [Fact]
    public void Of_DirectiveTherapistsAndReactantPatients_IsTheCoefficientOfTheProduct()
    {
        World world = Of(new EndpointOutcome { Severity = -0.4, Adherence = new() { BySeverity = -0.3 } });

        Assert.Equal(-0.3, Coefficient(world, "adherence*severity", "adherence:severity")!.Value, Tolerance);
        Assert.Equal(0, Coefficient(world, "adherence*severity", "adherence"));
        Assert.Equal(-0.4, Coefficient(world, "adherence*severity", "severity")!.Value, Tolerance);
        Assert.Equal(1, Truth(world, "adherence*severity").ResidualVariance!.Value, Tolerance);
        Assert.Equal(1.09, Truth(world, "severity").ResidualVariance!.Value, Tolerance);
    }

    [Fact]
    public void Of_SlopesThatDiffer_SpreadTheOutcomeWithinTherapists()
    {
        World world = Of(s_linear with { Within = new LinearShape { Slope = -0.2, SlopeSd = 0.3, SlopeCorrelation = 0.5 } });

        Assert.Equal(-0.2 / s_sigma, Coefficient(world, Linear, "alliance_within")!.Value, Tolerance);
        Assert.Equal(s_effectVariance, Truth(world, Linear).TherapistVariance!.Value, Tolerance);
        Assert.Equal(1 + 0.16 + 0.09, Truth(world, Linear).ResidualVariance!.Value, Tolerance);
        Assert.Equal(
            0.3 * 0.5 / Math.Sqrt(s_effectVariance),
            Coefficient(world, "patient_score:true_therapist_effect", "patient_score:true_therapist_effect")!.Value,
            Tolerance);
    }

    [Fact]
    public void Of_ObservedAllianceOnAQuestionnaire_IsInItsUnits()
    {
        World world = With(Of(s_linear), s => s with { Alliance = s.Alliance with { Instrument = new() { Min = 12, Max = 84, Mean = 60, Sd = 10 } } });
        double scale = world.Components.AllianceScale;

        Assert.True(scale > 5);
        Assert.Equal(0.3 / s_tau / scale, Coefficient(world, Linear, "alliance_between")!.Value, Tolerance);
        Assert.Equal(-0.2 / s_sigma / scale, Coefficient(world, Linear, "alliance_within")!.Value, Tolerance);
        Assert.Equal(-0.2 / s_sigma / scale, Coefficient(world, Contextual, "alliance")!.Value, Tolerance);
        Assert.Equal(0.3 / s_tau, Coefficient(world, "true_alliance_between + alliance_within", "true_alliance_between")!.Value, Tolerance);

        // The line at 60 on the scale is that at a = 0.
        World moderated = With(world, s => s with { Outcome = s_oneSlope with { Moderations = new() { Severity = -0.1 } } });
        Assert.Equal(-0.4 + (0.1 * 60 / scale), Coefficient(moderated, "severity*alliance", "severity")!.Value, Tolerance);
    }

    [Fact]
    public void Of_RetentionThatDependsOnNothing_IsVarianceWithinTherapists()
    {
        World world = With(Of(s_linear), s => s with { Retention = new() { DropOut = 0.3, Outcome = 0.5 } });

        Assert.Equal(1 + 0.16 + (0.25 * 0.21), Truth(world, Linear).ResidualVariance!.Value, Tolerance);
        Assert.Equal(0.5 * 0.7, Coefficient(world, "arm", "(Intercept)")!.Value, Tolerance);
        Assert.Equal(0.5, Coefficient(world, Linear + " + retained", "retained")!.Value, Tolerance);
        Assert.Equal(0.3 / s_tau, Coefficient(world, Linear + " + retained", "alliance_between")!.Value, Tolerance);
        Assert.All(Truth(world, "sessions").Coefficients, b => Assert.Null(b));
    }

    [Fact]
    public void Of_ResidualSdsOfTheArms_AreWeighedByTheirTherapists()
    {
        Trial trial = TwoArms with { Therapists = null, PerArm = TwoArms.PerArm.Add("usual", 10).Add("motivational", 30) };
        World world = Of(s_linear with { ResidualSd = new() { PerArm = ResidualSds(("motivational", 2)) } }, trial);

        Assert.Equal(0.25 + (0.75 * 4), Truth(world, Linear + " + severity").ResidualVariance!.Value, Tolerance);
    }

    [Fact]
    public void Of_SitesInWhichArmsDiffer_HaveRealisedEffectsAndNoTherapistVariance()
    {
        World world = Of(s_linear with { SiteByArmSd = 0.2 }, TwoArms with { Sites = 3 });

        Assert.Equal(0.5, Coefficient(world, Linear, "armmotivational")!.Value, Tolerance);
        Assert.Equal(0.5, Coefficient(world, Linear + " + site", "armmotivational")!.Value, Tolerance);
        Assert.Null(Coefficient(world, Linear + " + site", "sites2"));
        Assert.Null(Coefficient(world, "arm*site", "armmotivational"));
        Assert.Null(Truth(world, Linear).TherapistVariance);
        Assert.Equal(0.3 / s_tau, Coefficient(world, Linear + " + site", "alliance_between")!.Value, Tolerance);
    }

    // E f″ and E f′ by Stein's lemma hold for the patients' score whatever of it severity brings about.
    [Fact]
    public void Of_KinkedWithinCurve_StandsOverTheSumOfSeverityAndTheRest()
    {
        EndpointOutcome kinked = new() { Within = new PlateauShape { Slope = 0.4, Knee = 0 }, Severity = -0.4 };
        World world = With(Of(kinked), s => s with { Alliance = s.Alliance with { Severity = -0.3 } });

        Assert.Equal((0.2 / s_sigma) + (0.12 / 0.9), Coefficient(world, Linear, "alliance_within")!.Value, Tolerance);
        Assert.Equal(-0.4, Coefficient(world, Linear + " + severity", "severity")!.Value, Tolerance);
        Assert.Equal(-0.4 - (0.3 * 0.2 / s_sigma), Coefficient(world, "severity", "severity")!.Value, Tolerance);
        Assert.All(
            Truth(With(world, s => s with { Allocation = CaseMix(AllocationScore.Referral, 0.3) }), Linear).Coefficients, b => Assert.Null(b));
    }

    [Fact]
    public void Of_WorldsWithoutAnExactRule_HasNone()
    {
        World sorted = With(Of(s_linear), s => s with { Allocation = new SortedAllocation { By = AllocationScore.Alliance } });
        World selected = With(sorted, s => s with { Therapists = s.Therapists with { Selection = new() { Keep = 0.5 } } });
        World heavyTails = With(sorted, s => s with
        {
            Therapists = s.Therapists with { Distribution = new TForm { Df = 5 } },
            Allocation = CaseMix(AllocationScore.Outcome, 0.3),
        });

        Assert.NotNull(Coefficient(sorted, Linear, "alliance_between"));
        Assert.All(Truth(selected, Linear).Coefficients, b => Assert.Null(b));
        Assert.All(Truth(heavyTails, Linear).Coefficients, b => Assert.Null(b));
        World skewed = With(Of(s_linear), s => s with { Therapists = s.Therapists with { Distribution = new SkewedForm { Skewness = 0.5 } } });
        Assert.NotNull(Coefficient(skewed, "true_therapist_effect", "true_therapist_effect"));
        Assert.All(Truth(skewed, "I(true_therapist_effect^2)").Coefficients, b => Assert.Null(b));
    }

    private static CaseMixAllocation CaseMix(AllocationScore score, double correlation) => new() { With = score, Correlation = correlation };

    private static ImmutableSortedDictionary<string, PatientTrait> Traits(PatientTrait trait) =>
        ImmutableSortedDictionary<string, PatientTrait>.Empty.Add("prior-treatment", trait);

    private static ImmutableSortedDictionary<string, double> ResidualSds(params (string Arm, double Sd)[] sds) =>
        sds.ToImmutableSortedDictionary(s => s.Arm, s => s.Sd);
}
