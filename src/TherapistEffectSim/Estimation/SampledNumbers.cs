using System.Runtime.CompilerServices;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>
/// Means and pooled cross-products of standard normal numbers of patients, drawn from their exact distribution instead of from patients, one
/// replicate per lane: means N(0, 1/n_j), cross-products within therapists Wishart with N − J degrees of freedom, independent.
/// </summary>
/// <remarks>Wishart numbers by Bartlett's decomposition W = B Bᵀ: B lower triangular with √χ²(N − J − i) on the diagonal, i from 0, and standard normal numbers below.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class SampledNumbers<T>
    where T : unmanaged, ILane<T>
{
    private const int Chunk = 64;
    private const int NormalsEntity = 8; // beyond those of the diagonal

    private readonly World _world;
    private readonly RandomNumberStream<T> _random;
    private readonly int _rank;
    private readonly LaneBuffer<T> _words = new(Chunk);
    private readonly LaneBuffer<T> _means;        // [number × J + therapist]
    private readonly LaneBuffer<T> _roots;        // [therapist] 1/√n
    private readonly LaneBuffer<T> _triangle;     // [i × rank + k]
    private bool _hasRoots;

    /// <param name="world">The world, in which nobody is lost.</param>
    /// <param name="random">Its numbers.</param>
    /// <param name="rank">Numbers of a patient.</param>
    public SampledNumbers(World world, RandomNumberStream<T> random, int rank)
    {
        _world = world;
        _random = random;
        _rank = rank;
        _means = new(rank * world.Layout.Therapists);
        _roots = new(world.Layout.Therapists);
        _triangle = new(rank * rank);
    }

    /// <summary>B, row by row, with zeros above the diagonal.</summary>
    public ReadOnlySpan<T> Triangle => _triangle.Span;

    /// <summary>[therapist] Means of a number.</summary>
    public ReadOnlySpan<T> Means(int number) => _means.Span.Slice(number * _world.Layout.Therapists, _world.Layout.Therapists);

    /// <summary>Draws them for the replicates at which the random numbers stand.</summary>
    /// <param name="caseload">[therapist] at least 1.</param>
    /// <param name="meanWords">[therapist] words of the first two numbers' means.</param>
    public void Draw(ReadOnlySpan<T> caseload, ReadOnlySpan<T> meanWords)
    {
        ReadOnlySpan<T> roots = InverseRoots(caseload);
        Transform(0, 0, meanWords, roots);
        for (int number = 2; number < _rank; number += 2)
        {
            for (int first = 0; first < caseload.Length; first += Chunk)
            {
                int count = Math.Min(Chunk, caseload.Length - first);
                Span<T> words = _words.Span[..((count + 1) & ~1)];
                _random.Patients(words, RandomDomain.TherapistMean, number / 2, first);
                Transform(number, first, words[..count], roots.Slice(first, count));
            }
        }

        Wishart(caseload);
    }

    /// <summary>[therapist] 1/√n.</summary>
    public ReadOnlySpan<T> InverseRoots(ReadOnlySpan<T> caseload)
    {
        if (_hasRoots)
        {
            return _roots.Span;
        }

        Span<T> roots = _roots.Span;
        T one = T.Create(1);
        for (int j = 0; j < roots.Length; j++)
        {
            roots[j] = one / T.Sqrt(caseload[j]);
        }

        _hasRoots = _world.Caseloads.IsGiven;
        return roots;
    }

    private void Transform(int number, int first, ReadOnlySpan<T> words, ReadOnlySpan<T> roots)
    {
        int therapists = _world.Layout.Therapists;
        Span<T> even = _means.Span.Slice((number * therapists) + first, words.Length);
        if (number + 1 == _rank)
        {
            First(words, roots, even);
        }
        else
        {
            Both(words, roots, even, _means.Span.Slice(((number + 1) * therapists) + first, words.Length));
        }
    }

    // Compiled for themselves: two transformations in one method exceed what the compiler inlines.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void First(ReadOnlySpan<T> words, ReadOnlySpan<T> roots, Span<T> only)
    {
        for (int j = 0; j < only.Length && j < words.Length && j < roots.Length; j++)
        {
            BoxMuller.Transform(words[j], out T x, out _);
            only[j] = roots[j] * x;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Both(ReadOnlySpan<T> words, ReadOnlySpan<T> roots, Span<T> even, Span<T> odd)
    {
        for (int j = 0; j < even.Length && j < odd.Length && j < words.Length && j < roots.Length; j++)
        {
            BoxMuller.Transform(words[j], out T x, out T y);
            even[j] = roots[j] * x;
            odd[j] = roots[j] * y;
        }
    }

    /// <summary>Draws the triangle alone.</summary>
    public void Wishart(ReadOnlySpan<T> caseload)
    {
        T zero = T.Create(0);
        T df = T.Create(-caseload.Length);
        foreach (T n in caseload)
        {
            df += n;
        }

        Span<T> b = _triangle.Span;
        Span<T> words = _words.Span[..2];
        int normals = 0;
        for (int i = 0; i < _rank; i++)
        {
            T left = df - T.Create(i);
            b[(i * _rank) + i] = T.Sqrt(T.Create(2) * GammaSampler.Draw(_random, RandomDomain.Statistics, i, T.Create(0.5) * left, words));
            for (int k = 0; k < i; k++)
            {
                _random.Block(words, RandomDomain.Statistics, NormalsEntity, (uint)normals++);
                BoxMuller.Transform(words[0], out T normal, out _);
                b[(i * _rank) + k] = T.And(T.LessThan(zero, df - T.Create(k)), normal);
            }
        }
    }
}
