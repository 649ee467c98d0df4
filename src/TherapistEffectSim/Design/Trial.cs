using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>Arms, sites, therapists and caseloads of a trial.</summary>
public sealed record Trial
{
    /// <summary>Most patients that a trial may be expected to have: a replicate of more would take seconds and could not be interrupted.</summary>
    public const int MostPatients = 10_000_000;

    private const int MostArms = 100;
    private const int MostTherapists = 1_000_000;

    /// <summary>Names of the randomised conditions; the first is the reference.</summary>
    [Description("Names of the randomised arms. The first is the reference to which the others are compared.")]
    public ImmutableArray<string> Arms { get; init; } = ["treatment"];

    /// <summary>Number of sites; therapists are nested in arm within site.</summary>
    [Description("Number of sites. Therapists are nested in arm within site.")]
    [Interval(1, 10_000)]
    public int Sites { get; init => field = Require.Declared<Trial>(value); } = 1;

    /// <summary>Number of therapists over all arms and sites; dealt round-robin, arms first. <see langword="null"/> if <see cref="PerArm"/> says it.</summary>
    [Description("Therapists in all. They are dealt round-robin over arms within sites, arms first, so that arm sizes differ by at most one.")]
    [Interval(1, MostTherapists)]
    public int? Therapists { get; init => field = Require.Declared<Trial>(value); }

    /// <summary>Number of therapists of each arm, overriding the deal; empty if not given.</summary>
    [Description("Therapists of each arm by name, where the arms differ in number.")]
    [Interval(1, MostTherapists)]
    public ImmutableSortedDictionary<string, int> PerArm { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Patients per therapist, before attrition.</summary>
    [Description("Patients per therapist before attrition: a number; a list with one number a therapist; {mean, cv} drawn anew in every replicate; {total, cv} shares a fixed number of patients.")]
    public required Caseload Caseload { get; init; }

    /// <summary>Number of therapists over all arms and sites.</summary>
    public int TherapistCount => PerArm.IsEmpty ? Therapists ?? 0 : (int)Math.Min(int.MaxValue, PerArm.Values.Sum(n => (long)n));

    internal IEnumerable<Problem> Problems()
    {
        if (Arms.IsDefaultOrEmpty)
        {
            yield return new("arms", "arms must name at least one arm, but the list is empty.");
            yield break;
        }

        if (Arms.Length > MostArms)
        {
            yield return new("arms", $"arms must name at most {MostArms} arms, but names {Arms.Length}.");
            yield break;
        }

        if (Arms.Distinct().Count() != Arms.Length)
        {
            yield return new("arms", $"arms must have different names, but were {string.Join(", ", Arms)}.");
        }

        if (Therapists is null && PerArm.IsEmpty)
        {
            yield return new("therapists", "therapists is missing: give the number of therapists, or per-arm.");
            yield break;
        }

        foreach (Problem problem in PerArmProblems())
        {
            yield return problem;
        }

        if (TherapistCount < Arms.Length)
        {
            yield return new("therapists", $"therapists must be at least the number of arms ({Arms.Length}), but was {TherapistCount}.");
        }

        if (TherapistCount <= MostTherapists && Caseload.ExpectedPatients(TherapistCount) > MostPatients)
        {
            yield return new("caseload", string.Create(CultureInfo.InvariantCulture,
                $"caseload gives the trial {Caseload.ExpectedPatients(TherapistCount):N0} patients, but at most {MostPatients:N0} can be simulated."));
            yield break;
        }

        foreach (Problem problem in Caseload.Problems(TherapistCount))
        {
            yield return problem with { Path = "caseload" };
        }
    }

    private IEnumerable<Problem> PerArmProblems()
    {
        if (PerArm.IsEmpty)
        {
            yield break;
        }

        foreach ((string arm, int count) in PerArm)
        {
            if (!Arms.Contains(arm))
            {
                yield return new("per-arm", $"per-arm names the arm '{arm}', but the arms are {string.Join(", ", Arms)}.");
            }

            if (count < 1)
            {
                yield return new("per-arm", $"per-arm must give every arm at least 1 therapist, but '{arm}' has {count}.");
            }
        }

        foreach (string arm in Arms.Where(arm => !PerArm.ContainsKey(arm)))
        {
            yield return new("per-arm", $"per-arm must name every arm, but '{arm}' is missing.");
        }

        if (TherapistCount > MostTherapists)
        {
            yield return new("per-arm", $"per-arm must add up to at most {MostTherapists} therapists, but adds up to {TherapistCount}.");
        }

        if (Therapists is int total && total != TherapistCount)
        {
            yield return new("per-arm", $"per-arm adds up to {TherapistCount} therapists, but therapists says {total}.");
        }
    }
}
