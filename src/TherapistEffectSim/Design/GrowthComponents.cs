using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>SDs and correlation of the random intercepts and slopes at one level, solved; 0 where a component is absent.</summary>
/// <param name="InterceptSd">Outcome units.</param>
/// <param name="SlopeSd">Outcome units per week.</param>
/// <param name="Correlation">Of both.</param>
/// <param name="HasIntercept">Whether intercepts are in the world, if only with an SD of 0.</param>
/// <param name="HasSlope">Whether slopes are.</param>
internal readonly record struct SolvedEffects(double InterceptSd, double SlopeSd, double Correlation, bool HasIntercept, bool HasSlope)
{
    /// <summary>Variance at a week.</summary>
    public double VarianceAt(double week) =>
        (InterceptSd * InterceptSd) + (2 * week * Correlation * InterceptSd * SlopeSd) + (week * week * SlopeSd * SlopeSd);
}

/// <summary>A growth scenario's standard deviations and its arm effect, solved from shares and standardised effects.</summary>
/// <remarks>
/// With ρ_u and ρ_v the shares at week 0, σ_u0² = ρ_u·σ²/(1 − ρ_u − ρ_v) and σ_v0² alike; with r the variance ratio and ρ_1 the slope ICC, σ_v1² = ρ_1·r·σ² and
/// σ_u1² = (1 − ρ_1)·r·σ² (Magnusson 2018, powerlmm, three-level vignette).
/// </remarks>
internal sealed record GrowthComponents
{
    /// <summary>Between the patients of a therapist.</summary>
    public required SolvedEffects Patients { get; init; }

    /// <summary>Between therapists.</summary>
    public required SolvedEffects Therapists { get; init; }

    /// <summary>Slope of the second arm against the first, from the onset on; outcome units per week.</summary>
    public required double ArmSlope { get; init; }

    /// <summary>Solves the components of a scenario without problems.</summary>
    public static GrowthComponents Of(GrowthOutcome outcome)
    {
        SolvedEffects patients = outcome.Shares is { } shares
            ? Shared(outcome, shares.PatientIcc, 1 - (shares.SlopeIcc ?? 0), shares.VarianceRatio, shares.PatientCorrelation)
            : Given(outcome.Patients);
        SolvedEffects therapists = outcome.Shares is { } of
            ? Shared(outcome, of.TherapistIcc, of.SlopeIcc, of.VarianceRatio, of.TherapistCorrelation)
            : Given(outcome.Therapists);
        double last = outcome.Weeks[^1];
        double duration = last - outcome.OnsetWeek;
        double residual = outcome.ResidualSd * outcome.ResidualSd;
        double slopeVariance = (patients.SlopeSd * patients.SlopeSd) + (therapists.SlopeSd * therapists.SlopeSd);
        double arm = outcome.ArmEffect.D;
        return new()
        {
            Patients = patients,
            Therapists = therapists,
            ArmSlope = outcome.ArmEffect.Standardiser switch
            {
                null => arm,
                GrowthStandardiser.Baseline => arm * Math.Sqrt(patients.VarianceAt(0) + therapists.VarianceAt(0) + residual) / duration,
                GrowthStandardiser.EndPoint => arm * Math.Sqrt(patients.VarianceAt(last) + therapists.VarianceAt(last) + residual) / duration,
                _ => arm * Math.Sqrt(slopeVariance),
            },
        };
    }

    /// <summary>All that keeps a scenario with growth from being run.</summary>
    internal static IEnumerable<Problem> Problems(Scenario scenario)
    {
        GrowthOutcome outcome = (GrowthOutcome)scenario.Outcome;
        return
        [
            .. WeekProblems(outcome).Concat(ComponentProblems(outcome)).Concat(EffectProblems(outcome, scenario)).Select(p => p with { Path = "outcome." + p.Path }),
            .. NotOfGrowth(scenario),
        ];
    }

    private static IEnumerable<Problem> WeekProblems(GrowthOutcome outcome)
    {
        if (outcome.Weeks.IsDefault || outcome.Weeks.Length is < 2 or > GrowthOutcome.MostWeeks)
        {
            yield return new("weeks", $"weeks must list 2 to {GrowthOutcome.MostWeeks} weeks, but lists {(outcome.Weeks.IsDefault ? 0 : outcome.Weeks.Length)}.");
            yield break;
        }

        for (int t = 1; t < outcome.Weeks.Length; t++)
        {
            if (outcome.Weeks[t] <= outcome.Weeks[t - 1])
            {
                yield return new("weeks", string.Create(CultureInfo.InvariantCulture, $"weeks must ascend, but {outcome.Weeks[t]} comes after {outcome.Weeks[t - 1]}."));
                yield break;
            }

            // Least-squares slopes divide by the distance.
            if (outcome.Weeks[t] - outcome.Weeks[t - 1] < GrowthOutcome.ShortestGap)
            {
                yield return new("weeks", string.Create(CultureInfo.InvariantCulture,
                    $"weeks must be at least {GrowthOutcome.ShortestGap} apart, ten minutes, but {outcome.Weeks[t]} comes after {outcome.Weeks[t - 1]}."));
                yield break;
            }
        }

        if (outcome.OnsetWeek > outcome.Weeks[^1] - GrowthOutcome.ShortestGap)
        {
            yield return new("onset-week", string.Create(CultureInfo.InvariantCulture, $"onset-week must be before the last week, {outcome.Weeks[^1]}, but was {outcome.OnsetWeek}."));
        }
    }

    private static IEnumerable<Problem> ComponentProblems(GrowthOutcome outcome)
    {
        if (outcome.Shares is null)
        {
            foreach ((string name, GrowthEffects? effects) in new[] { ("patients", outcome.Patients), ("therapists", outcome.Therapists) })
            {
                if (effects is { Correlation: not 0 } and ({ InterceptSd: null } or { SlopeSd: null }))
                {
                    yield return new(name + ".correlation", "correlation needs both intercept-sd and slope-sd.");
                }
            }

            yield break;
        }

        GrowthShares shares = outcome.Shares;
        if (outcome.Patients is not null || outcome.Therapists is not null)
        {
            yield return new("shares", "shares say what patients and therapists say in SDs: give one or the other.");
        }

        if ((shares.PatientIcc ?? 0) + (shares.TherapistIcc ?? 0) >= 1)
        {
            yield return new("shares.patient-icc", string.Create(CultureInfo.InvariantCulture,
                $"patient-icc and therapist-icc must add up to less than 1, but add up to {(shares.PatientIcc ?? 0) + (shares.TherapistIcc ?? 0)}."));
        }

        if (shares is { SlopeIcc: not null, VarianceRatio: null })
        {
            yield return new("shares.slope-icc", "slope-icc needs variance-ratio, the variance of the slopes of which it is a share.");
        }

        if (shares.PatientCorrelation != 0 && shares is { PatientIcc: null } or { VarianceRatio: null, PatientCorrelation: not 0 })
        {
            yield return new("shares.patient-correlation", "patient-correlation needs patient-icc and variance-ratio.");
        }

        if (shares.TherapistCorrelation != 0 && (shares.TherapistIcc is null || shares.SlopeIcc is null))
        {
            yield return new("shares.therapist-correlation", "therapist-correlation needs therapist-icc and slope-icc.");
        }
    }

    private static IEnumerable<Problem> EffectProblems(GrowthOutcome outcome, Scenario scenario)
    {
        foreach ((string name, ResponseShape shape) in new[] { ("between", outcome.Between), ("within", outcome.Within) })
        {
            foreach (Problem problem in shape.Problems())
            {
                yield return new(name, problem.Message);
            }

            if (shape is { SlopeSd: not 0 } or { SlopeCorrelation: not 0 })
            {
                yield return new(name + ".slope-sd", "slope-sd and slope-correlation are for endpoint outcomes; slopes over weeks differ by therapists.slope-sd and patients.slope-sd.");
            }
        }

        if (outcome.ArmEffect.D != 0 && scenario.Trial.Arms.Length != 2)
        {
            yield return new("arm-effect", $"arm-effect needs exactly two arms, but the trial has {scenario.Trial.Arms.Length}.");
        }

        if (outcome.ArmEffectFor is { } trait && !scenario.Traits.ContainsKey(trait))
        {
            yield return new("arm-effect-for", $"arm-effect-for must be the name of a trait, but was '{trait}'.");
        }

        if (outcome.SiteSd > 0 && scenario.Trial.Sites == 1)
        {
            yield return new("site-sd", "site-sd above 0 needs more than one site, but trial.sites is 1.");
        }

        if (outcome.Dropout.DependsOn.Slope != 0 && Of(outcome) is { Patients.SlopeSd: 0, Therapists.SlopeSd: 0 })
        {
            yield return new("dropout.depends-on.slope", "loss can depend on the slope only where slopes differ.");
        }
    }

    // Keys that say what an outcome at the end of treatment depends on.
    private static IEnumerable<Problem> NotOfGrowth(Scenario scenario)
    {
        (bool Given, string Key, string Instead)[] keys =
        [
            (scenario.Therapists.OutcomeIcc is not null, "therapists.outcome-icc", "outcome.therapists or outcome.shares"),
            (scenario.Therapists.OutcomeIccTotal is not null, "therapists.outcome-icc-total", "outcome.therapists or outcome.shares"),
            (scenario.Therapists.ArmEffectSd != 0, "therapists.arm-effect-sd", ""),
            (scenario.Therapists.Distribution is not NormalForm, "therapists.distribution", ""),
            (scenario.Therapists.Correlations is not { AllianceOutcome: 0, OutcomeAdherence: 0 }, "therapists.correlations", ""),
            (scenario.Therapists.Contamination is { Share: > 0, Of: TherapistTrait.Outcome }, "therapists.contamination.of", ""),
            (scenario.Therapists.Selection is { Keep: < 1, By: TherapistTrait.Outcome }, "therapists.selection.by", ""),
            (scenario.Therapists is { Training: < 1, TrainingOf: TherapistTrait.Outcome }, "therapists.training-of", ""),
            (scenario.Allocation is CaseMixAllocation { With: AllocationScore.Outcome } or SortedAllocation { By: AllocationScore.Outcome }, "allocation", ""),
            (scenario.Alliance.ReverseCorrelation != 0, "alliance.reverse-causation", ""),
            (scenario.Alliance.TherapistMean != TherapistMean.Analysed, "alliance.therapist-mean", ""),
            (scenario.Retention != new Retention(), "retention", "outcome.dropout"),
            (!scenario.Literature.IsNone, "literature", ""),
            (scenario.Attrition.Outcome != new AttritionStage(), "attrition.outcome", "outcome.dropout"),
            (scenario.Attrition.Alliance.DependsOn.Outcome != 0, "attrition.alliance.depends-on.outcome", ""),
            (scenario.Traits.Values.Any(t => t.ByAlliance != 0), "traits", ""),
        ];
        foreach ((_, string key, string instead) in keys.Where(k => k.Given))
        {
            string name = key[(key.LastIndexOf('.') + 1)..];
            string what = key switch
            {
                "traits" => "by-alliance of a trait",
                "therapists.correlations" => "a correlation with outcome skill",
                "therapists.contamination.of" or "therapists.selection.by" or "therapists.training-of" or "allocation" => $"{name}: outcome",
                _ => name,
            };
            yield return new(key, $"{what} is for endpoint outcomes; leave it out with outcome.kind: growth{(instead.Length > 0 ? $", where {instead} says it" : "")}.");
        }
    }

    private static SolvedEffects Given(GrowthEffects? effects) => effects is null
        ? default
        : new(effects.InterceptSd ?? 0, effects.SlopeSd ?? 0, effects.Correlation, effects.InterceptSd is not null, effects.SlopeSd is not null);

    private static SolvedEffects Shared(GrowthOutcome outcome, double? icc, double? slopeShare, double? ratio, double correlation)
    {
        GrowthShares shares = outcome.Shares!;
        double residual = outcome.ResidualSd * outcome.ResidualSd;
        double left = 1 - (shares.PatientIcc ?? 0) - (shares.TherapistIcc ?? 0);
        bool hasSlope = ratio is not null && slopeShare is not null;
        return new(
            Math.Sqrt((icc ?? 0) * residual / left),
            hasSlope ? Math.Sqrt(slopeShare!.Value * ratio!.Value * residual) : 0,
            correlation,
            icc is not null,
            hasSlope);
    }
}
