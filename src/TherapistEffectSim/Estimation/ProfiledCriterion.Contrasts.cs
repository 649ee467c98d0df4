namespace TherapistEffectSim.Estimation;

/// <content>Quadratic forms of contrasts, of which standard errors and degrees of freedom are made.</content>
internal sealed partial class ProfiledCriterion<T>
{
    /// <summary>Solves A_xx u = c; returns cᵀA_xx⁻¹c and uᵀT₂u. <see cref="Parts"/> must have been called for REML, or <see cref="WeightedCrossProducts"/>.</summary>
    public void Quadratic(ReadOnlySpan<double> contrast, out T inverseForm, out T t2Form)
    {
        Span<T> u = _vector.Span[..(_order - 1)];
        for (int k = 0; k < u.Length; k++)
        {
            u[k] = T.Create(contrast[k]);
        }

        _ldl.SolveLower(u);
        inverseForm = T.Create(0);
        for (int k = 0; k < u.Length; k++)
        {
            T scaled = u[k] * _ldl.InversePivots[k];
            inverseForm = T.Fma(u[k], scaled, inverseForm);
            u[k] = scaled;
        }

        _ldl.SolveUpper(u);
        t2Form = T.Create(0);
        ReadOnlySpan<T> t2 = _t2.Span;
        for (int i = 0; i < u.Length; i++)
        {
            T row = T.Create(0.5) * t2[Packed.Index(i, i)] * u[i];
            for (int j = 0; j < i; j++)
            {
                row = T.Fma(t2[Packed.Index(i, j)], u[j], row);
            }

            t2Form = T.Fma(row + row, u[i], t2Form);
        }
    }

    /// <summary>cᵀA_xx⁻¹c.</summary>
    public T InverseDiagonal(ReadOnlySpan<double> contrast)
    {
        Span<T> u = _vector.Span[..(_order - 1)];
        for (int k = 0; k < u.Length; k++)
        {
            u[k] = T.Create(contrast[k]);
        }

        return InverseFormInPlace(u);
    }

    /// <summary>cᵀA_xx⁻¹c of a contrast that differs between the lanes.</summary>
    public T InverseForm(ReadOnlySpan<T> contrast)
    {
        Span<T> u = _vector.Span[..(_order - 1)];
        contrast.CopyTo(u);
        return InverseFormInPlace(u);
    }

    private T InverseFormInPlace(Span<T> u)
    {
        _ldl.SolveLower(u);
        T form = T.Create(0);
        for (int k = 0; k < u.Length; k++)
        {
            form = T.Fma(u[k] * u[k], _ldl.InversePivots[k], form);
        }

        return form;
    }
}
