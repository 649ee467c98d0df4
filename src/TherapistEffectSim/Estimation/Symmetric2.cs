using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>A symmetric 2 × 2 matrix per lane, and the forms of two of them that derivatives by the elements 11, 12, 22 of a covariance matrix are made of.</summary>
/// <param name="A11">Element 11.</param>
/// <param name="A12">Element 12.</param>
/// <param name="A22">Element 22.</param>
/// <typeparam name="T">The lane.</typeparam>
internal readonly record struct Symmetric2<T>(T A11, T A12, T A22)
    where T : unmanaged, ILane<T>
{
    /// <summary>The outer product of a vector with itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Symmetric2<T> Square(T first, T second) => new(first * first, first * second, second * second);

    /// <summary>this + factor · other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Symmetric2<T> Plus(T factor, in Symmetric2<T> other) =>
        new(T.Fma(factor, other.A11, A11), T.Fma(factor, other.A12, A12), T.Fma(factor, other.A22, A22));

    /// <summary>this + other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Symmetric2<T> Plus(in Symmetric2<T> other) => new(A11 + other.A11, A12 + other.A12, A22 + other.A22);

    /// <summary>this − other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Symmetric2<T> Minus(in Symmetric2<T> other) => new(A11 - other.A11, A12 - other.A12, A22 - other.A22);

    /// <summary>B · this · Bᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Symmetric2<T> Between(T b11, T b12, T b21, T b22)
    {
        T c11 = T.Fma(b11, A11, b12 * A12);
        T c12 = T.Fma(b11, A12, b12 * A22);
        T c21 = T.Fma(b21, A11, b22 * A12);
        T c22 = T.Fma(b21, A12, b22 * A22);
        return new(T.Fma(c11, b11, c12 * b12), T.Fma(c11, b21, c12 * b22), T.Fma(c21, b21, c22 * b22));
    }

    /// <summary>P · this · P.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Symmetric2<T> Between(in Symmetric2<T> p) => Between(p.A11, p.A12, p.A12, p.A22);

    /// <summary>First element of this · (first, second).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T First(T first, T second) => T.Fma(A11, first, A12 * second);

    /// <summary>Second element of this · (first, second).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Second(T first, T second) => T.Fma(A12, first, A22 * second);
}

/// <summary>The six elements k ≥ l of a symmetric 3 × 3 matrix over the elements 11, 12, 22.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal struct ElementPairs<T>
    where T : unmanaged, ILane<T>
{
    public T A1111, A1112, A1122, A1212, A1222, A2222;

    /// <summary>Adds factor · tr P E_k X E_l, X = Σ c cᵀ: with P = X the traces, else the quadratic forms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddForms(in Symmetric2<T> p, in Symmetric2<T> x)
    {
        A1111 = T.Fma(x.A11, p.A11, A1111);
        A1112 = T.Fma(x.A12, p.A11, T.Fma(x.A11, p.A12, A1112));
        A1122 = T.Fma(x.A12, p.A12, A1122);
        A1212 = T.Fma(x.A22, p.A11, T.Fma(x.A12 + x.A12, p.A12, T.Fma(x.A11, p.A22, A1212)));
        A1222 = T.Fma(x.A22, p.A12, T.Fma(x.A12, p.A22, A1222));
        A2222 = T.Fma(x.A22, p.A22, A2222);
    }

    /// <summary>Adds factor · (tr P E_k X E_l + tr X E_k P E_l)/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTraces(T factor, in Symmetric2<T> p, in Symmetric2<T> x)
    {
        T x11 = factor * x.A11;
        T x12 = factor * x.A12;
        T x22 = factor * x.A22;
        A1111 = T.Fma(p.A11, x11, A1111);
        A1112 = T.Fma(p.A11, x12, T.Fma(p.A12, x11, A1112));
        A1122 = T.Fma(p.A12, x12, A1122);
        T twice = x12 + x12;
        A1212 = T.Fma(p.A11, x22, T.Fma(p.A22, x11, T.Fma(p.A12, twice, A1212)));
        A1222 = T.Fma(p.A12, x22, T.Fma(p.A22, x12, A1222));
        A2222 = T.Fma(p.A22, x22, A2222);
    }
}
