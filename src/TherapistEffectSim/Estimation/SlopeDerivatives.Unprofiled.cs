namespace TherapistEffectSim.Estimation;

/// <content>Elements of Λ that are not estimated, and what degrees of freedom are made of.</content>
internal sealed partial class SlopeDerivatives<T>
{
    /// <summary>tr ZᵀH⁻¹Z of both effects.</summary>
    public (T First, T Second) Traces => (_sums.Trace11, _sums.Trace22);

    /// <summary>Hands over the products and the Hessian that is not profiled over σ, after <see cref="Take"/> with products.</summary>
    /// <param name="l1">λ₁.</param>
    /// <param name="l2">λ₂.</param>
    /// <param name="l3">λ₃.</param>
    /// <param name="ratio">N*/R = 1/σ².</param>
    /// <param name="information">Where they go.</param>
    public void Unprofiled(T l1, T l2, T l3, T ratio, ObservedInformation<T> information)
    {
        // The profile over σ takes off what is divided by N*.
        Finish(l1, l2, l3, ratio, T.Create(double.PositiveInfinity));
        Span<T> hessian = information.Hessian.Span;
        (hessian[0], hessian[1], hessian[2]) = (_hessian.A11, _hessian.A12, _hessian.A22);
        (hessian[3], hessian[4], hessian[5]) = (_hessian.A13, _hessian.A23, _hessian.A33);
        Span<T> squares = information.Squares.Span;
        (squares[0], squares[1], squares[2]) = (_sums.Squares11, _sums.Squares12 + _sums.Squares12, _sums.Squares22);
        for (int pair = 0; pair < Packed.Length(_p); pair++)
        {
            for (int k = 0; k < Elements; k++)
            {
                information.Products.Span[(k * information.Stride) + pair] = _products.Span[(pair * Elements) + k];
            }
        }
    }

    // Pinned elements: slope 0, and no part in the others' steps.
    private void Pin()
    {
        T one = T.Create(1);
        _gradient = new(
            T.And(Mask(0), _gradient.First), T.And(Mask(1), _gradient.Second), T.And(Mask(2), _gradient.Third));
        Matrix3 h = _hessian;
        _hessian = new(
            T.Select(Mask(0), h.A11, one),
            T.And(T.And(Mask(0), Mask(1)), h.A12),
            T.And(T.And(Mask(0), Mask(2)), h.A13),
            T.Select(Mask(1), h.A22, one),
            T.And(T.And(Mask(1), Mask(2)), h.A23),
            T.Select(Mask(2), h.A33, one));
    }

    private T Mask(int element) => T.FromBits(_free[element] ? ulong.MaxValue : 0);
}
