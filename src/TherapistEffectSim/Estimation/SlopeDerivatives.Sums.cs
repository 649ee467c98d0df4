using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Estimation;

/// <content>The sums over therapists, and what each therapist adds to them.</content>
internal sealed partial class SlopeDerivatives<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eliminate(ReadOnlySpan<T> first, ReadOnlySpan<T> second, ReadOnlySpan<T> lower, Span<T> x, Span<T> y)
    {
        x[0] = first[0];
        y[0] = second[0];
        for (int i = 1; i < first.Length; i++)
        {
            ReadOnlySpan<T> row = lower.Slice(Packed.Index(i, 0), i);
            T a = first[i];
            T b = second[i];
            for (int k = 0; k < row.Length; k++)
            {
                a -= row[k] * x[k];
                b -= row[k] * y[k];
            }

            x[i] = a;
            y[i] = b;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddOfTherapist(ref Sums s, T p11, T p12, T p22, T t1, T t2)
    {
        T t11 = t1 * t1;
        T t12 = t1 * t2;
        T t22 = t2 * t2;
        s.Trace11 += p11;
        s.Trace12 += p12;
        s.Trace22 += p22;
        s.Squares11 += t11;
        s.Squares12 += t12;
        s.Squares22 += t22;
        AddPairs(ref s, p11, p12, p22);
        AddForms(ref s.OfResiduals, p11, p12, p22, t11, t12, t22);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPairs(ref Sums s, T p11, T p12, T p22)
    {
        T twice = p12 + p12;
        s.Pair1111 = T.Fma(p11, p11, s.Pair1111);
        s.Pair1112 = T.Fma(p11, twice, s.Pair1112);
        s.Pair1122 = T.Fma(p12, p12, s.Pair1122);
        s.Pair1212 = T.Fma(p11 + p11, p22, T.Fma(twice, p12, s.Pair1212));
        s.Pair1222 = T.Fma(twice, p22, s.Pair1222);
        s.Pair2222 = T.Fma(p22, p22, s.Pair2222);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddOfColumns(Span<T> x, Span<T> y, T k11, T k12, T k21, T k22, T t1, T t2)
    {
        Span<T> mixed = _mixed.Span;
        for (int i = 0; i < x.Length; i++)
        {
            T s1 = T.Fma(k11, x[i], k12 * y[i]);
            T s2 = T.Fma(k21, x[i], k22 * y[i]);
            Span<T> own = mixed.Slice(i * Elements, Elements);
            own[0] = T.Fma(s1, t1, own[0]);
            own[1] = T.Fma(s1, t2, T.Fma(s2, t1, own[1]));
            own[2] = T.Fma(s2, t2, own[2]);
            x[i] = s1;
            y[i] = s2;
        }
    }

    // Rows s₁, s₂ stand in x, y.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddProducts(ReadOnlySpan<T> x, ReadOnlySpan<T> y, T p11, T p12, T p22)
    {
        Span<T> products = _products.Span;
        ReadOnlySpan<T> inverse = _inverse.Span;
        T g11 = T.Create(0);
        T g12 = g11;
        T g22 = g11;
        int at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            T weighted1 = x[i] * inverse[i];
            T weighted2 = y[i] * inverse[i];
            g11 = T.Fma(weighted1, x[i], g11);
            g12 = T.Fma(weighted1, y[i], g12);
            g22 = T.Fma(weighted2, y[i], g22);
            for (int k = 0; k <= i; k++)
            {
                Span<T> own = products.Slice(at, Elements);
                own[0] = T.Fma(x[i], x[k], own[0]);
                own[1] = T.Fma(x[i], y[k], T.Fma(y[i], x[k], own[1]));
                own[2] = T.Fma(y[i], y[k], own[2]);
                at += Elements;
            }
        }

        AddForms(ref _sums.OfColumns, p11, p12, p22, g11, g12, g22);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddForms(ref Forms s, T p11, T p12, T p22, T t11, T t12, T t22)
    {
        s.Form1111 = T.Fma(t11, p11, s.Form1111);
        s.Form1112 = T.Fma(t12, p11, T.Fma(t11, p12, s.Form1112));
        s.Form1122 = T.Fma(t12, p12, s.Form1122);
        s.Form1212 = T.Fma(t22, p11, T.Fma(t12 + t12, p12, T.Fma(t11, p22, s.Form1212)));
        s.Form1222 = T.Fma(t22, p12, T.Fma(t12, p22, s.Form1222));
        s.Form2222 = T.Fma(t22, p22, s.Form2222);
    }

    private struct Forms
    {
        public T Form1111, Form1112, Form1122, Form1212, Form1222, Form2222;
    }

    private struct Sums
    {
        public T Trace11, Trace12, Trace22;
        public T Squares11, Squares12, Squares22;
        public T Pair1111, Pair1112, Pair1122, Pair1212, Pair1222, Pair2222;
        public Forms OfResiduals, OfColumns;
    }
}
