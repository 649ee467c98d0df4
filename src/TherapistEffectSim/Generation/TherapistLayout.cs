using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Generation;

/// <summary>Arm and site of every therapist of a trial, and of every patient.</summary>
/// <remarks>
/// Therapists are dealt round-robin over arms within sites, arms first; the first J therapists of a larger trial are those of a smaller one.
/// Where they treat in every arm they are dealt over sites, and the arm belongs to the patient. Each patient of an arm without therapists
/// counts as a therapist of one patient; these come after the real ones, arm by arm, dealt over sites.
/// </remarks>
internal sealed class TherapistLayout
{
    private TherapistLayout(ImmutableArray<int> arm, ImmutableArray<int> site, int arms, int sites, int realTherapists, bool isCrossed)
    {
        RealTherapists = realTherapists;
        IsCrossed = isCrossed;
        Arm = arm;
        Site = site;
        Arms = arms;
        Sites = sites;
        Cells =
        [
            .. Enumerable.Range(0, realTherapists)
                .GroupBy(j => (site[j] * arms) + arm[j])
                .OrderBy(cell => cell.Key)
                .Select(cell => cell.ToImmutableArray()),
        ];
    }

    /// <summary>Index of the arm of each therapist; 0 where they treat in every arm.</summary>
    public ImmutableArray<int> Arm { get; }

    /// <summary>Index of the site of each therapist.</summary>
    public ImmutableArray<int> Site { get; }

    /// <summary>Number of arms.</summary>
    public int Arms { get; }

    /// <summary>Number of sites.</summary>
    public int Sites { get; }

    /// <summary>The real therapists of each arm within site, cells without therapists left out.</summary>
    public ImmutableArray<ImmutableArray<int>> Cells { get; }

    /// <summary>Number of therapists, patients without one included.</summary>
    public int Therapists => Arm.Length;

    /// <summary>Number of real therapists, who come before the patients without one.</summary>
    public int RealTherapists { get; }

    /// <summary>Whether there are patients without a therapist.</summary>
    public bool IsPartial => RealTherapists < Therapists;

    /// <summary>Whether each therapist treats in every arm.</summary>
    public bool IsCrossed { get; }

    /// <summary>Whether a therapist is one, or a patient without one.</summary>
    public bool HasTherapist(int therapist) => therapist < RealTherapists;

    /// <summary>Index of the arm of a patient.</summary>
    /// <param name="therapist">From 0.</param>
    /// <param name="patient">Number among the therapist's patients, from 0.</param>
    public int ArmOf(int therapist, int patient) => IsCrossed ? (therapist + patient) % Arms : Arm[therapist];

    /// <summary>The layout of a trial without problems.</summary>
    public static TherapistLayout Of(Trial trial)
    {
        int arms = trial.Arms.Length;
        ImmutableArray<int>.Builder arm = ImmutableArray.CreateBuilder<int>(trial.GroupCount);
        ImmutableArray<int>.Builder site = ImmutableArray.CreateBuilder<int>(trial.GroupCount);
        bool isCrossed = trial.Nesting == Nesting.Crossed;
        if (isCrossed)
        {
            arm.AddRange(Enumerable.Repeat(0, trial.TherapistCount));
            site.AddRange(Enumerable.Range(0, trial.TherapistCount).Select(j => j % trial.Sites));
        }
        else
        {
            DealOverArms(trial, arm, site);
        }

        foreach (string name in trial.Arms)
        {
            int alone = trial.WithoutTherapists.GetValueOrDefault(name);
            arm.AddRange(Enumerable.Repeat(trial.Arms.IndexOf(name), alone));
            site.AddRange(Enumerable.Range(0, alone).Select(i => i % trial.Sites));
        }

        return new(arm.ToImmutable(), site.ToImmutable(), arms, trial.Sites, trial.TherapistCount, isCrossed);
    }

    private static void DealOverArms(Trial trial, ImmutableArray<int>.Builder arm, ImmutableArray<int>.Builder site)
    {
        int arms = trial.Arms.Length;
        int[] left = [.. trial.Arms.Select(name => trial.WithoutTherapists.ContainsKey(name) ? 0 : trial.PerArm.TryGetValue(name, out int count) ? count : int.MaxValue)];
        int[] dealt = new int[arms];
        for (int next = 0; arm.Count < trial.TherapistCount; next = (next + 1) % arms)
        {
            if (left[next] > 0)
            {
                arm.Add(next);
                site.Add(dealt[next] % trial.Sites);
                dealt[next]++;
                left[next]--;
            }
        }
    }
}
