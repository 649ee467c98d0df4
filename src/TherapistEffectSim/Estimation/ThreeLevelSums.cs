using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Sums over the patients with one pattern.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal struct PatternSums<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>Σ A r vᵀ.</summary>
    public T X11, X12, X21, X22;

    /// <summary>Σ C Ω (Kq)ᵀ over fixed columns.</summary>
    public T Y11, Y12, Y21, Y22;

    /// <summary>Σ n v vᵀ.</summary>
    public Symmetric2<T> Squares;

    /// <summary>Σ n K.</summary>
    public Symmetric2<T> K;

    /// <summary>Σ n Σ v_i v_iᵀ/d_i over fixed columns.</summary>
    public Symmetric2<T> OfColumns;

    /// <summary>Σ C Ω Cᵀ over patients, for REML.</summary>
    public Symmetric2<T> Columns;
}

/// <summary>What a therapist's patients add up to: S_e = Σ n P E_e P and g_e = Σ P E_e c, with what of the therapist goes into them.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal struct TherapistSums<T>
    where T : unmanaged, ILane<T>
{
    public T V1, V2;
    public Symmetric2<T> Square, K, OfColumns;
    public Symmetric2<T> S11, S12, S22;
    public T G11First, G11Second, G12First, G12Second, G22First, G22Second;

    /// <summary>Adds n patients with P and the sum c of their C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddPatients(T n, in Symmetric2<T> p, T c1, T c2)
    {
        T n11 = n * p.A11;
        T n12 = n * p.A12;
        T n22 = n * p.A22;
        T both = n12 + n12;
        S11 = new(T.Fma(n11, p.A11, S11.A11), T.Fma(n11, p.A12, S11.A12), T.Fma(n12, p.A12, S11.A22));
        S12 = new(T.Fma(both, p.A11, S12.A11), T.Fma(n11, p.A22, T.Fma(n12, p.A12, S12.A12)), T.Fma(both, p.A22, S12.A22));
        S22 = new(T.Fma(n12, p.A12, S22.A11), T.Fma(n12, p.A22, S22.A12), T.Fma(n22, p.A22, S22.A22));
        G11First = T.Fma(p.A11, c1, G11First);
        G11Second = T.Fma(p.A12, c1, G11Second);
        G12First = T.Fma(p.A11, c2, T.Fma(p.A12, c1, G12First));
        G12Second = T.Fma(p.A12, c2, T.Fma(p.A22, c1, G12Second));
        G22First = T.Fma(p.A12, c2, G22First);
        G22Second = T.Fma(p.A22, c2, G22Second);
    }
}
