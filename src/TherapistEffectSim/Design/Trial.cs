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

    /// <summary>Number of sites; therapists are nested in arm within site, or in site where they treat in every arm.</summary>
    [Description("Number of sites. Therapists are nested in arm within site, or in site where nesting is crossed.")]
    [Interval(1, 10_000)]
    public int Sites { get; init => field = Require.Declared<Trial>(value); } = 1;

    /// <summary>Whether a therapist's patients are in one arm or in all.</summary>
    [Description("within-arm: each therapist treats in one arm. crossed: each treats in every arm; patient i of therapist j (from 0) is in arm (i + j) mod the number of arms.")]
    public Nesting Nesting { get; init; } = Nesting.WithinArm;

    /// <summary>Number of therapists over all arms and sites; dealt round-robin, arms first. <see langword="null"/> if <see cref="PerArm"/> says it.</summary>
    [Description("Therapists in all. They are dealt round-robin over arms within sites, arms first, so that arm sizes differ by at most one; over sites only where nesting is crossed.")]
    [Interval(1, MostTherapists)]
    public int? Therapists { get; init => field = Require.Declared<Trial>(value); }

    /// <summary>Number of therapists of each arm, overriding the deal; empty if not given.</summary>
    [Description("Therapists of each arm by name, where the arms differ in number.")]
    [Interval(1, MostTherapists)]
    public ImmutableSortedDictionary<string, int> PerArm { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Number of patients of each arm that has no therapists; empty if all arms have them.</summary>
    /// <remarks>Each of these patients is a group of its own, with nothing that patients of a therapist share: partial nesting.</remarks>
    [Description("Patients of each arm that has no therapists, by name, before attrition: partial nesting. Each is on their own: a therapist of one patient in the data, with nothing shared. caseload is that of the therapists of the other arms.")]
    [Interval(1, MostTherapists)]
    public ImmutableSortedDictionary<string, int> WithoutTherapists { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Patients per therapist, before attrition.</summary>
    [Description("Patients per therapist before attrition: a number; a list with one number a therapist; {mean, cv} drawn anew in every replicate; {total, cv} shares a fixed number of patients.")]
    public required Caseload Caseload { get; init; }

    /// <summary>Number of therapists over all arms and sites.</summary>
    public int TherapistCount => PerArm.IsEmpty ? Therapists ?? 0 : (int)Math.Min(int.MaxValue, PerArm.Values.Sum(n => (long)n));

    /// <summary>Number of patients in arms without therapists.</summary>
    public int PatientsWithoutTherapist => (int)Math.Min(int.MaxValue, WithoutTherapists.Values.Sum(n => (long)n));

    /// <summary>Levels of the column therapist: the therapists, and each patient without one.</summary>
    public int GroupCount => (int)Math.Min(int.MaxValue, (long)TherapistCount + PatientsWithoutTherapist);

    /// <summary>Expected patients of the trial.</summary>
    internal double ExpectedPatients => Caseload.ExpectedPatients(TherapistCount) + PatientsWithoutTherapist;

    /// <summary>The arms that share the therapists.</summary>
    private string[] ArmsWithTherapists => [.. Arms.Where(arm => !WithoutTherapists.ContainsKey(arm))];

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

        if (NestingProblem() is { } nesting)
        {
            yield return nesting;
            yield break;
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

        int arms = ArmsWithTherapists.Length;
        if (Nesting == Nesting.WithinArm && TherapistCount < arms)
        {
            string which = WithoutTherapists.IsEmpty ? "arms" : "arms that have therapists";
            yield return new("therapists", $"therapists must be at least the number of {which} ({arms}), but was {TherapistCount}.");
        }

        if (TherapistCount <= MostTherapists && GroupCount > MostTherapists)
        {
            yield return new("without-therapists", $"without-therapists and therapists must add up to at most {MostTherapists}, but add up to {GroupCount}.");
            yield break;
        }

        if (TherapistCount <= MostTherapists && ExpectedPatients > MostPatients)
        {
            yield return new("caseload", string.Create(CultureInfo.InvariantCulture,
                $"caseload gives the trial {ExpectedPatients:N0} patients, but at most {MostPatients:N0} can be simulated."));
            yield break;
        }

        foreach (Problem problem in Caseload.Problems(TherapistCount))
        {
            yield return problem with { Path = "caseload" };
        }
    }

    private Problem? NestingProblem()
    {
        if (Nesting == Nesting.Crossed)
        {
            return Arms.Length == 1 ? new("nesting", "nesting: crossed needs more than one arm, but the trial has 1.")
                : !PerArm.IsEmpty ? new("per-arm", "per-arm is for therapists within arms: with nesting: crossed each therapist treats in every arm; give therapists.")
                : !WithoutTherapists.IsEmpty ? new("without-therapists", "without-therapists is for therapists within arms: with nesting: crossed each therapist treats in every arm.")
                : null;
        }

        foreach ((string arm, int patients) in WithoutTherapists)
        {
            if (!Arms.Contains(arm))
            {
                return new("without-therapists", $"without-therapists names the arm '{arm}', but the arms are {string.Join(", ", Arms)}.");
            }

            if (patients < 1)
            {
                return new("without-therapists", $"without-therapists must give an arm at least 1 patient, but '{arm}' has {patients}.");
            }
        }

        return ArmsWithTherapists.Length == 0
            ? new("without-therapists", "without-therapists must leave at least one arm with therapists, but names all arms.")
            : null;
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

            if (WithoutTherapists.ContainsKey(arm))
            {
                yield return new("per-arm", $"per-arm must not name an arm of without-therapists, but names '{arm}'.");
            }

            if (count < 1)
            {
                yield return new("per-arm", $"per-arm must give every arm at least 1 therapist, but '{arm}' has {count}.");
            }
        }

        foreach (string arm in ArmsWithTherapists.Where(arm => !PerArm.ContainsKey(arm)))
        {
            yield return new("per-arm", $"per-arm must name every arm{(WithoutTherapists.IsEmpty ? "" : " that has therapists")}, but '{arm}' is missing.");
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

/// <summary>How therapists and arms are combined.</summary>
public enum Nesting
{
    /// <summary>Each therapist treats in one arm.</summary>
    WithinArm,

    /// <summary>Each therapist treats in every arm.</summary>
    Crossed,
}
