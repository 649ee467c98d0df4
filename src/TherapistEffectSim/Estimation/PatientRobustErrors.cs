using System.Collections.Immutable;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Robust variances of the coefficients of ordinary least squares on patients: HC3, and CR2 with therapists as clusters.</summary>
/// <remarks>
/// <para>
/// With XᵀX = LDLᵀ the rows q_i = D^(−½)L⁻¹x_i are orthonormal in sum, Σ q_i q_iᵀ = I, the hat matrix is QQᵀ, and cᵀβ has the influences
/// aᵀq_i, a = D^(−½)L⁻¹c. Columns that the fit dropped have q = 0.
/// </para>
/// <para>
/// HC3, MacKinnon &amp; White (1985), J. Econometrics 29(3): Σ_i (aᵀq_i)² e_i²/(1 − h_i)², h_i = q_iᵀq_i. It does not exist where a patient is
/// fitted whatever the outcome (h_i = 1).
/// </para>
/// <para>
/// CR2, Pustejovsky &amp; Tipton (2018), J. Bus. Econ. Stat. 36(4), sections 2 and 3, working covariance identity: Σ_j (aᵀQ_jᵀA_j e_j)² with
/// A_j = (I − Q_jQ_jᵀ)^(−½). As Q_jQ_jᵀ and G_j = Q_jᵀQ_j = Σ_k g_k v_k v_kᵀ share their eigenvalues,
/// A_jQ_j a = Q_j b_j with b_j = Σ_k (1 − g_k)^(−½) v_k v_kᵀa; eigenvalues g_k = 1 are left out, which makes A_j a generalised inverse.
/// Under equal independent errors the variance is a sum of χ²(1) weighted by the eigenvalues of B, B_jj = Σ_{g_k &lt; 1} g_k (v_kᵀa)²,
/// B_jk = −w_jᵀw_k, w_j = G_j b_j, so that df = (tr B)²/tr(B²).
/// </para>
/// <para>Owns its scratch memory: one per thread. Allocates in the constructor only.</para>
/// </remarks>
/// <typeparam name="T">The lane: one data set each.</typeparam>
internal sealed class PatientRobustErrors<T>
    where T : unmanaged, ILane<T>
{
    // Smallest 1 − h_i, 1 − g_k, and share of the variance that is left, at which residuals say something.
    private const double SmallestFreedom = 1e-10;

    private readonly ImmutableArray<int> _columns;
    private readonly int _p;
    private readonly int _therapists;
    private readonly bool _byTherapist;
    private readonly LaneBuffer<T> _scale;     // [column] D^(−½), 0 for dropped columns
    private readonly LaneBuffer<T> _q;         // [column] q_i of the patient at hand
    private readonly LaneBuffer<T> _a;         // [column] a of the contrast at hand
    private readonly LaneBuffer<T> _w;         // [column] w_j of the therapist at hand
    private readonly LaneBuffer<T> _score;     // [column] Q_jᵀe_j of the therapist at hand
    private readonly LaneBuffer<T> _gram;      // [column × p + column] G_j of the therapist at hand
    private readonly LaneBuffer<T> _meat;      // [column × p + column], lower triangle: Σ_i q_i q_iᵀ e_i²/(1 − h_i)²
    private readonly LaneBuffer<T> _earlier;   // [column × p + column], lower triangle: Σ w_k w_kᵀ of the therapists before
    private readonly LaneBuffer<T> _vectors;   // [(therapist × p + eigenvalue) × p + column] v_k
    private readonly LaneBuffer<T> _values;    // [therapist × p + eigenvalue] g_k
    private readonly LaneBuffer<T> _residuals; // [therapist × p + eigenvalue] v_kᵀQ_jᵀe_j
    private LdlFactor<T> _factor = null!;
    private T _hasHc3;

    /// <param name="therapists">Therapists of the trial.</param>
    /// <param name="columns">Columns of the statistics: fixed effects in order, then the outcome.</param>
    /// <param name="byTherapist">Whether CR2 is asked for.</param>
    public PatientRobustErrors(int therapists, ImmutableArray<int> columns, bool byTherapist)
    {
        _columns = columns;
        _p = columns.Length - 1;
        _therapists = therapists;
        _byTherapist = byTherapist;
        _scale = new(_p);
        _q = new(_p);
        _a = new(_p);
        _w = new(_p);
        _score = new(_p);
        _gram = new(_p * _p);
        _meat = new(_p * _p);
        _earlier = new(_p * _p);
        int clusters = byTherapist ? therapists : 0;
        _vectors = new(clusters * _p * _p);
        _values = new(clusters * _p);
        _residuals = new(clusters * _p);
    }

    /// <summary>Takes the rows and the fit to them.</summary>
    /// <param name="rows">The patients.</param>
    /// <param name="criterion">At θ = 0.</param>
    /// <param name="residualDf">N − p.</param>
    public void Load(PatientRows<T> rows, ProfiledCriterion<T> criterion, T residualDf)
    {
        _factor = criterion.Factor;
        for (int k = 0; k < _p; k++)
        {
            _scale.Span[k] = T.Sqrt(_factor.InversePivots[k]);
        }

        T one = T.Create(1);
        T zero = T.Create(0);
        _hasHc3 = T.LessThan(T.Create(0.5), residualDf);
        _meat.Span.Fill(zero);
        Span<T> q = _q.Span;
        Span<T> score = _score.Span;
        for (int j = 0; j < _therapists; j++)
        {
            _gram.Span.Fill(zero);
            score.Fill(zero);
            for (int row = rows.First[j]; row < rows.First[j] + rows.Count[j]; row++)
            {
                T residual = Take(rows, row, criterion.Beta);
                T leverage = zero;
                for (int k = 0; k < q.Length; k++)
                {
                    leverage = T.Fma(q[k], q[k], leverage);
                    score[k] = T.Fma(q[k], residual, score[k]);
                }

                T freedom = one - leverage;
                _hasHc3 = T.And(_hasHc3, T.LessThan(T.Create(SmallestFreedom), freedom));
                T scaled = residual / freedom;
                AddSquare(_meat.Span, q, scaled * scaled);
                if (_byTherapist)
                {
                    AddSquare(_gram.Span, q, one);
                }
            }

            if (_byTherapist)
            {
                Diagonalise(j);
            }
        }
    }

    /// <summary>HC3 variance of cᵀβ; NaN where it does not exist.</summary>
    public T Hc3(ReadOnlySpan<T> contrast)
    {
        Direction(contrast);
        return T.Select(_hasHc3, QuadraticForm(_meat.Span, _a.Span), T.Create(double.NaN));
    }

    /// <summary>CR2 variance of cᵀβ; NaN where nothing is left to estimate it from.</summary>
    /// <param name="contrast">c: one number per fixed effect.</param>
    /// <param name="degreesOfFreedom">Its Satterthwaite degrees of freedom.</param>
    public T Cr2(ReadOnlySpan<T> contrast, out T degreesOfFreedom)
    {
        Direction(contrast);
        T zero = T.Create(0);
        Span<T> w = _w.Span;
        Span<T> earlier = _earlier.Span;
        earlier.Fill(zero);
        T variance = zero;
        T trace = zero;  // tr B
        T squares = zero; // tr B²
        for (int j = 0; j < _therapists; j++)
        {
            w.Fill(zero);
            T influence = zero;
            T own = zero;
            for (int k = j * _p; k < (j + 1) * _p; k++)
            {
                ReadOnlySpan<T> vector = _vectors.Span.Slice(k * _p, _p);
                T value = _values.Span[k];
                T along = MeanProducts<T>.Product(vector, _a.Span);
                T freedom = T.Create(1) - value;
                T regular = T.LessThan(T.Create(SmallestFreedom), freedom);
                T weighted = T.And(regular, along / T.Sqrt(T.Max(freedom, T.Create(SmallestFreedom))));
                influence = T.Fma(weighted, _residuals.Span[k], influence);
                own = T.Fma(T.And(regular, value * along), along, own);
                T length = value * weighted;
                for (int i = 0; i < w.Length; i++)
                {
                    w[i] = T.Fma(length, vector[i], w[i]);
                }
            }

            variance = T.Fma(influence, influence, variance);
            trace += own;
            squares = T.Fma(own, own, T.Fma(T.Create(2), QuadraticForm(earlier, w), squares));
            AddSquare(earlier, w, T.Create(1));
        }

        T whole = MeanProducts<T>.Product(_a.Span, _a.Span);
        degreesOfFreedom = trace * trace / squares;
        return T.Select(T.LessThan(T.Create(SmallestFreedom) * whole, trace), variance, T.Create(double.NaN));
    }

    /// <summary>q of one patient.</summary>
    /// <returns>The residual.</returns>
    private T Take(PatientRows<T> rows, int row, ReadOnlySpan<T> beta)
    {
        Span<T> q = _q.Span;
        T residual = rows.Column(_columns[^1])[row];
        for (int k = 0; k < q.Length; k++)
        {
            q[k] = rows.Column(_columns[k])[row];
            residual = T.Fma(T.Create(0) - beta[k], q[k], residual);
        }

        _factor.SolveLower(q);
        for (int k = 0; k < q.Length; k++)
        {
            q[k] *= _scale.Span[k];
        }

        return residual;
    }

    private void Direction(ReadOnlySpan<T> contrast)
    {
        Span<T> a = _a.Span;
        contrast[..a.Length].CopyTo(a);
        _factor.SolveLower(a);
        for (int k = 0; k < a.Length; k++)
        {
            a[k] *= _scale.Span[k];
        }
    }

    private void Diagonalise(int therapist)
    {
        Span<T> gram = _gram.Span;
        for (int i = 1; i < _p; i++)
        {
            for (int k = 0; k < i; k++)
            {
                gram[(k * _p) + i] = gram[(i * _p) + k];
            }
        }

        Span<T> vectors = _vectors.Span.Slice(therapist * _p * _p, _p * _p);
        JacobiEigen.Of(gram, vectors, _p);
        for (int k = 0; k < _p; k++)
        {
            _values.Span[(therapist * _p) + k] = gram[(k * _p) + k];
            _residuals.Span[(therapist * _p) + k] = MeanProducts<T>.Product(vectors.Slice(k * _p, _p), _score.Span);
        }
    }

    // The lower triangle of m + weight·x xᵀ.
    private static void AddSquare(Span<T> m, ReadOnlySpan<T> x, T weight)
    {
        for (int i = 0; i < x.Length; i++)
        {
            T scaled = weight * x[i];
            Span<T> row = m.Slice(i * x.Length, i + 1);
            for (int k = 0; k < row.Length; k++)
            {
                row[k] = T.Fma(scaled, x[k], row[k]);
            }
        }
    }

    // xᵀMx of a symmetric matrix of which the lower triangle is read.
    private static T QuadraticForm(ReadOnlySpan<T> m, ReadOnlySpan<T> x)
    {
        T form = T.Create(0);
        for (int i = 0; i < x.Length; i++)
        {
            T row = T.Create(0.5) * m[(i * x.Length) + i] * x[i];
            for (int k = 0; k < i; k++)
            {
                row = T.Fma(m[(i * x.Length) + k], x[k], row);
            }

            form = T.Fma(row + row, x[i], form);
        }

        return form;
    }
}
