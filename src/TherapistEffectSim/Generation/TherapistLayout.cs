using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Generation;

/// <summary>Arm and site of every therapist of a trial.</summary>
/// <remarks>Therapists are dealt round-robin over arms within sites, arms first; the first J therapists of a larger trial are those of a smaller one.</remarks>
internal sealed class TherapistLayout
{
    private TherapistLayout(ImmutableArray<int> arm, ImmutableArray<int> site, int arms, int sites)
    {
        Arm = arm;
        Site = site;
        Arms = arms;
        Sites = sites;
        Cells =
        [
            .. Enumerable.Range(0, arm.Length)
                .GroupBy(j => (site[j] * arms) + arm[j])
                .OrderBy(cell => cell.Key)
                .Select(cell => cell.ToImmutableArray()),
        ];
    }

    /// <summary>Index of the arm of each therapist.</summary>
    public ImmutableArray<int> Arm { get; }

    /// <summary>Index of the site of each therapist.</summary>
    public ImmutableArray<int> Site { get; }

    /// <summary>Number of arms.</summary>
    public int Arms { get; }

    /// <summary>Number of sites.</summary>
    public int Sites { get; }

    /// <summary>The therapists of each arm within site, cells without therapists left out.</summary>
    public ImmutableArray<ImmutableArray<int>> Cells { get; }

    /// <summary>Number of therapists.</summary>
    public int Therapists => Arm.Length;

    /// <summary>The layout of a trial without problems.</summary>
    public static TherapistLayout Of(Trial trial)
    {
        int arms = trial.Arms.Length;
        int[] left = [.. trial.Arms.Select(name => trial.PerArm.TryGetValue(name, out int count) ? count : int.MaxValue)];
        int[] dealt = new int[arms];
        ImmutableArray<int>.Builder arm = ImmutableArray.CreateBuilder<int>(trial.TherapistCount);
        ImmutableArray<int>.Builder site = ImmutableArray.CreateBuilder<int>(trial.TherapistCount);
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

        return new(arm.ToImmutable(), site.ToImmutable(), arms, trial.Sites);
    }
}
