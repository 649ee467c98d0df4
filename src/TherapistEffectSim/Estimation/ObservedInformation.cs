using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Satterthwaite degrees of freedom of coefficients where intercept and slope vary between therapists, or between them and their patients: one data set per lane.</summary>
/// <remarks>
/// As in <see cref="NestedSatterthwaite"/>: df = 2V²/(gᵀAg), A twice the inverse Hessian of the criterion that is not profiled over σ, in the elements of Λ and log σ;
/// Kuznetsova, Brockhoff &amp; Christensen (2017), J. Stat. Softw. 82(13), section 2. The inverse is that of <see cref="ScaledSymmetricInverse"/>, lane by lane: directions without
/// positive curvature contribute 0. Pinned elements take no part.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ObservedInformation<T>
    where T : unmanaged, ILane<T>
{
    private readonly int _elements; // of Λ, three of each level
    private readonly int _order;
    private readonly int _p;
    private readonly LaneBuffer<T> _theta;
    private readonly LaneBuffer<T> _matrix;
    private readonly LaneBuffer<T> _vectors;
    private readonly LaneBuffer<T> _inverse;
    private readonly LaneBuffer<T> _scale;
    private readonly LaneBuffer<T> _slopes;
    private readonly LaneBuffer<T> _gradient;
    private readonly LaneBuffer<T> _contrast;

    /// <param name="elements">Elements of Λ: 3 or 6.</param>
    /// <param name="columns">Columns of [X y].</param>
    public ObservedInformation(int elements, int columns)
    {
        _elements = elements;
        _order = elements + 1;
        _p = columns - 1;
        Stride = Packed.Length(columns);
        _theta = new(elements);
        _matrix = new(_order * _order);
        _vectors = new(_order * _order);
        _inverse = new(_order * _order);
        _scale = new(_order);
        _slopes = new(elements);
        _gradient = new(_order);
        _contrast = new(_p);
        Products = new(elements * Stride);
        Hessian = new(Packed.Length(elements));
        Squares = new(elements);
    }

    /// <summary>Values of an element in <see cref="Products"/>.</summary>
    public int Stride { get; }

    /// <summary>[element of Ψ] packed UᵀH⁻¹H_kH⁻¹U, U the columns of [X y], each without what those before it explain, not scaled.</summary>
    public LaneBuffer<T> Products { get; }

    /// <summary>Packed Hessian in the elements of Λ, not profiled over σ.</summary>
    public LaneBuffer<T> Hessian { get; }

    /// <summary>[element of Ψ] rᵀH⁻¹H_kH⁻¹r.</summary>
    public LaneBuffer<T> Squares { get; }

    /// <summary>Inverts what stands in <see cref="Hessian"/> and <see cref="Squares"/>.</summary>
    /// <param name="theta">Elements of Λ.</param>
    /// <param name="free">Which are estimated; empty: all.</param>
    /// <param name="ratio">1/σ².</param>
    /// <param name="divisor">N*.</param>
    public void Invert(ReadOnlySpan<T> theta, ReadOnlySpan<bool> free, T ratio, T divisor)
    {
        theta.CopyTo(_theta.Span);
        Assemble(free, ratio, divisor);
        Scale();
        JacobiEigen.Of(_matrix.Span, _vectors.Span, _order);
        Span<T> inverse = _inverse.Span;
        inverse.Clear();
        for (int e = 0; e < _order; e++)
        {
            T eigenvalue = _matrix.Span[(e * _order) + e];
            T weight = T.And(T.LessThan(T.Create(ScaledSymmetricInverse.SmallestEigenvalue), eigenvalue), T.Create(1) / eigenvalue);
            ReadOnlySpan<T> vector = _vectors.Span.Slice(e * _order, _order);
            for (int i = 0; i < _order; i++)
            {
                T own = weight * vector[i];
                for (int j = 0; j < _order; j++)
                {
                    inverse[(i * _order) + j] = T.Fma(own, vector[j], inverse[(i * _order) + j]);
                }
            }
        }
    }

    /// <summary>Degrees of freedom of a coefficient; NaN for a column that was dropped.</summary>
    /// <param name="column">Its column.</param>
    /// <param name="factor">Factor of [X y]ᵀH⁻¹[X y].</param>
    public T DegreesOfFreedomOf(int column, LdlFactor<T> factor)
    {
        // c̃ = D⁻¹L⁻¹e, V/σ² = c̃ᵀDc̃ and its slopes c̃ᵀP_kc̃.
        Span<T> contrast = _contrast.Span;
        contrast.Clear();
        contrast[column] = T.Create(1);
        factor.SolveLower(contrast);
        T form = T.Create(0);
        for (int i = 0; i < _p; i++)
        {
            T weighted = contrast[i] * factor.InversePivots[i];
            form = T.Fma(contrast[i], weighted, form);
            contrast[i] = weighted;
        }

        for (int k = 0; k < _elements; k++)
        {
            _slopes.Span[k] = Form(Products.Span.Slice(k * Stride, Stride), contrast) / form;
        }

        Span<T> gradient = _gradient.Span;
        Chain(_theta.Span, _slopes.Span, gradient);
        gradient[_elements] = T.Create(2);
        T spread = T.Create(0);
        for (int i = 0; i < _order; i++)
        {
            gradient[i] *= _scale.Span[i];
        }

        for (int i = 0; i < _order; i++)
        {
            T sum = T.Create(0);
            for (int j = 0; j < _order; j++)
            {
                sum = T.Fma(_inverse.Span[(i * _order) + j], gradient[j], sum);
            }

            spread = T.Fma(gradient[i], sum, spread);
        }

        return T.Create(1) / spread; // A is twice the inverse
    }

    /// <summary>From slopes in Ψ to slopes in Λ: ψ₁₁ = λ₁², ψ₁₂ = λ₁λ₂, ψ₂₂ = λ₂² + λ₃² of each level.</summary>
    /// <param name="theta">Elements of Λ.</param>
    /// <param name="slopes">By those of Ψ.</param>
    /// <param name="gradient">By those of Λ.</param>
    public static void Chain(ReadOnlySpan<T> theta, ReadOnlySpan<T> slopes, Span<T> gradient)
    {
        for (int at = 0; at < theta.Length; at += 3)
        {
            ReadOnlySpan<T> lambda = theta.Slice(at, 3);
            gradient[at] = T.Fma(lambda[0] + lambda[0], slopes[at], lambda[1] * slopes[at + 1]);
            gradient[at + 1] = T.Fma(lambda[0], slopes[at + 1], (lambda[1] + lambda[1]) * slopes[at + 2]);
            gradient[at + 2] = (lambda[2] + lambda[2]) * slopes[at + 2];
        }
    }

    private void Assemble(ReadOnlySpan<bool> free, T ratio, T divisor)
    {
        T zero = T.Create(0);
        Span<T> matrix = _matrix.Span;
        Chain(_theta.Span, Squares.Span, _gradient.Span);
        for (int i = 0; i < _elements; i++)
        {
            bool isFree = free.IsEmpty || free[i];
            for (int j = 0; j <= i; j++)
            {
                bool both = isFree && (free.IsEmpty || free[j]);
                T value = both ? Hessian.Span[Packed.Index(i, j)] : zero;
                matrix[(i * _order) + j] = matrix[(j * _order) + i] = value;
            }

            T mixed = isFree ? (ratio + ratio) * _gradient.Span[i] : zero;
            matrix[(i * _order) + _elements] = matrix[(_elements * _order) + i] = mixed;
        }

        matrix[(_order * _order) - 1] = T.Create(4) * divisor; // 4R/σ²
    }

    private void Scale()
    {
        Span<T> matrix = _matrix.Span;
        Span<T> scale = _scale.Span;
        for (int i = 0; i < _order; i++)
        {
            T diagonal = matrix[(i * _order) + i];
            scale[i] = T.And(T.LessThan(T.Create(0), diagonal), T.Create(1) / T.Sqrt(diagonal));
        }

        for (int i = 0; i < _order; i++)
        {
            for (int j = 0; j < _order; j++)
            {
                matrix[(i * _order) + j] *= scale[i] * scale[j];
            }
        }
    }

    private static T Form(ReadOnlySpan<T> packed, ReadOnlySpan<T> vector)
    {
        T sum = T.Create(0);
        int at = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            T inner = T.Create(0);
            for (int k = 0; k < i; k++)
            {
                inner = T.Fma(packed[at++], vector[k], inner);
            }

            sum = T.Fma(vector[i], T.Fma(packed[at++], vector[i], inner + inner), sum);
        }

        return sum;
    }
}
