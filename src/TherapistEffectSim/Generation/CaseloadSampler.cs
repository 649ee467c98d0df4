using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Caseloads of the real therapists of one replicate per lane, in descending order within each arm and site.</summary>
/// <remarks>Therapists are exchangeable within arm and site, so that the order changes no distribution; it keeps the lanes in step.</remarks>
internal abstract class CaseloadSampler
{
    /// <summary>Whether all therapists have the same caseload in every replicate.</summary>
    public abstract bool IsEqual { get; }

    /// <summary>Whether a therapist has the same caseload in every replicate.</summary>
    public virtual bool IsGiven => false;

    /// <summary>Fills the caseload of each real therapist.</summary>
    /// <param name="caseload">One per real therapist; whole numbers of at least 1.</param>
    /// <param name="random">Positioned at the replicates of the lanes.</param>
    public abstract void Fill<T>(Span<T> caseload, RandomNumberStream<T> random)
        where T : unmanaged, ILane<T>;

    /// <summary>The sampler of a trial without problems.</summary>
    public static CaseloadSampler Of(Trial trial, TherapistLayout layout) => trial.Caseload switch
    {
        FixedCaseload caseload => new GivenCaseloads(layout, [.. Enumerable.Repeat(caseload.Patients, layout.RealTherapists)]),
        ListedCaseload caseload => new GivenCaseloads(layout, [.. caseload.Patients]),
        DrawnCaseload { Cv: 0 } caseload => new GivenCaseloads(layout, [.. Enumerable.Repeat((int)caseload.Mean, layout.RealTherapists)]),
        DrawnCaseload caseload => new NegativeBinomialCaseloads(layout, caseload.Mean, caseload.Cv),
        SharedCaseload { Cv: 0 } caseload => new GivenCaseloads(layout, SharedCaseloads.Equal(caseload.Total, layout.RealTherapists)),
        SharedCaseload caseload when layout.RealTherapists == 1 => new GivenCaseloads(layout, [caseload.Total]),
        SharedCaseload caseload => new SharedCaseloads(layout, caseload),
        _ => throw new ArgumentException($"Unknown caseload {trial.Caseload.GetType().Name}.", nameof(trial)),
    };

    /// <summary>Sorts one lane of the caseloads in descending order within each arm and site.</summary>
    protected static void SortWithinCells(TherapistLayout layout, Span<int> caseload, Span<int> scratch)
    {
        foreach (System.Collections.Immutable.ImmutableArray<int> cell in layout.Cells)
        {
            for (int i = 0; i < cell.Length; i++)
            {
                scratch[i] = -caseload[cell[i]];
            }

            scratch[..cell.Length].Sort();
            for (int i = 0; i < cell.Length; i++)
            {
                caseload[cell[i]] = -scratch[i];
            }
        }
    }
}

/// <summary>The same caseloads in every replicate.</summary>
internal sealed class GivenCaseloads : CaseloadSampler
{
    private readonly int[] _caseload;

    public GivenCaseloads(TherapistLayout layout, int[] caseload)
    {
        _caseload = caseload;
        SortWithinCells(layout, _caseload, new int[caseload.Length]);
        IsEqual = Array.TrueForAll(caseload, n => n == caseload[0]);
    }

    public override bool IsEqual { get; }

    public override bool IsGiven => true;

    public override void Fill<T>(Span<T> caseload, RandomNumberStream<T> random)
    {
        for (int j = 0; j < caseload.Length; j++)
        {
            caseload[j] = T.Create(_caseload[j]);
        }
    }
}
