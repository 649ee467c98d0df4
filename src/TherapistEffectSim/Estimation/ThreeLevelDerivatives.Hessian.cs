using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Estimation;

/// <content>From the sums to slope, Hessian and least pivots in the elements of Λ.</content>
internal sealed partial class ThreeLevelDerivatives<T>
{
    private static ElementPairs<T> Second(
        in Level level, in ElementPairs<T> ofFixed, in Symmetric2<T> squares, T ratio, T share, T curvature)
    {
        T both = ratio * share;
        ElementPairs<T> h = default;
        h.A1111 = T.Fma(curvature, level.Forms.A1111 - ofFixed.A1111, T.Create(0) - T.Fma(both * squares.A11, squares.A11, level.Pairs.A1111));
        h.A1112 = T.Fma(curvature, level.Forms.A1112 - ofFixed.A1112, T.Create(0) - T.Fma(both * squares.A11, squares.A12, level.Pairs.A1112));
        h.A1122 = T.Fma(curvature, level.Forms.A1122 - ofFixed.A1122, T.Create(0) - T.Fma(both * squares.A11, squares.A22, level.Pairs.A1122));
        h.A1212 = T.Fma(curvature, level.Forms.A1212 - ofFixed.A1212, T.Create(0) - T.Fma(both * squares.A12, squares.A12, level.Pairs.A1212));
        h.A1222 = T.Fma(curvature, level.Forms.A1222 - ofFixed.A1222, T.Create(0) - T.Fma(both * squares.A12, squares.A22, level.Pairs.A1222));
        h.A2222 = T.Fma(curvature, level.Forms.A2222 - ofFixed.A2222, T.Create(0) - T.Fma(both * squares.A22, squares.A22, level.Pairs.A2222));
        return h;
    }

    // ψ₁₁ = λ₁², ψ₁₂ = λ₁λ₂, ψ₂₂ = λ₂² + λ₃² of one level.
    private void Block(Span<T> hessian, int at, ReadOnlySpan<T> lambda, in ElementPairs<T> h, in Symmetric2<T> g, Span<T> slopes)
    {
        T two = T.Create(2);
        T a = two * lambda[0];
        T b = lambda[1];
        T c = lambda[0];
        T d = two * lambda[1];
        T e = two * lambda[2];
        slopes[at] = T.Fma(a, g.A11, b * g.A12);
        slopes[at + 1] = T.Fma(c, g.A12, d * g.A22);
        slopes[at + 2] = e * g.A22;
        T h11 = T.Fma(a, h.A1111, b * h.A1112);
        T h12 = T.Fma(a, h.A1112, b * h.A1212);
        T h13 = T.Fma(a, h.A1122, b * h.A1222);
        T h22 = T.Fma(c, h.A1212, d * h.A1222);
        T h23 = T.Fma(c, h.A1222, d * h.A2222);
        hessian[Packed.Index(at, at)] = T.Fma(h11, a, T.Fma(h12, b, two * g.A11));
        hessian[Packed.Index(at + 1, at)] = T.Fma(h12, c, T.Fma(h13, d, g.A12));
        hessian[Packed.Index(at + 1, at + 1)] = T.Fma(h22, c, T.Fma(h23, d, two * g.A22));
        hessian[Packed.Index(at + 2, at)] = h13 * e;
        hessian[Packed.Index(at + 2, at + 1)] = h23 * e;
        hessian[Packed.Index(at + 2, at + 2)] = T.Fma(e * h.A2222, e, two * g.A22);

        // Least pivots, as those of SlopeDerivatives.
        ref ElementPairs<T> pairs = ref at == 0 ? ref _inner.Pairs : ref _outer.Pairs;
        T share = T.Create(ShareOfInformation);
        T third = T.Create(ShareAtZero) * T.Sqrt(pairs.A2222);
        Span<T> floors = Step.Floors.Span;
        floors[at] = T.Fma(share * a * a, pairs.A1111, T.Create(ShareAtZero) * T.Sqrt(pairs.A1111));
        floors[at + 1] = T.Fma(share, T.Fma(c * c, pairs.A1212, d * d * pairs.A2222), third);
        floors[at + 2] = T.Fma(share * e * e, pairs.A2222, third);
    }

    // Rows of therapists, columns of patients.
    private void MixedBlock(
        Span<T> hessian, ReadOnlySpan<T> theta, in Symmetric2<T> inner, in Symmetric2<T> outer, T ratio, T share, T curvature)
    {
        T o11 = outer.A11;
        T o12 = outer.A12;
        T o22 = outer.A22;
        T two = T.Create(2);
        T both = ratio * share;
        for (int i = 0; i < 3; i++)
        {
            T column0 = T.Create(0);
            T column1 = column0;
            T column2 = column0;
            for (int f = 0; f < 3; f++)
            {
                T chain = Chain(theta[3..], i, f);
                column0 = T.Fma(chain, Element(f, 0, inner.A11), column0);
                column1 = T.Fma(chain, Element(f, 1, inner.A12), column1);
                column2 = T.Fma(chain, Element(f, 2, inner.A22), column2);
            }

            hessian[Packed.Index(3 + i, 0)] = T.Fma(two * theta[0], column0, theta[1] * column1);
            hessian[Packed.Index(3 + i, 1)] = T.Fma(theta[0], column1, two * theta[1] * column2);
            hessian[Packed.Index(3 + i, 2)] = two * theta[2] * column2;
        }

        T Element(int f, int e, T ofInner) =>
            T.Fma(curvature, _cross.Form(f, e), T.Create(0) - T.Fma(both * (f == 0 ? o11 : f == 1 ? o12 : o22), ofInner, _cross.Trace(f, e)));
    }

    // ∂ψ_f/∂λ_i.
    private static T Chain(ReadOnlySpan<T> lambda, int i, int f) => (i, f) switch
    {
        (0, 0) => lambda[0] + lambda[0],
        (0, 1) => lambda[1],
        (1, 1) => lambda[0],
        (1, 2) => lambda[1] + lambda[1],
        (2, 2) => lambda[2] + lambda[2],
        _ => T.Create(0),
    };

    private static void Put(Span<T> hessian, int at, in ElementPairs<T> pairs)
    {
        hessian[Packed.Index(at, at)] = pairs.A1111;
        hessian[Packed.Index(at + 1, at)] = pairs.A1112;
        hessian[Packed.Index(at + 1, at + 1)] = pairs.A1212;
        hessian[Packed.Index(at + 2, at)] = pairs.A1122;
        hessian[Packed.Index(at + 2, at + 1)] = pairs.A1222;
        hessian[Packed.Index(at + 2, at + 2)] = pairs.A2222;
    }

    // The element 12 stands for two of the matrix.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Symmetric2<T> Doubled(in Symmetric2<T> a) => new(a.A11, a.A12 + a.A12, a.A22);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Product(in Symmetric2<T> a, in Symmetric2<T> b) =>
        T.Fma(a.A11, b.A11, T.Fma(a.A12 + a.A12, b.A12, a.A22 * b.A22));
}
