using System.Runtime.CompilerServices;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>
/// Means and pooled cross-products of standard normal numbers of patients, drawn from their exact distribution instead of from patients, one
/// replicate per lane: means N(0, 1/n_j), cross-products within therapists Wishart with N − J degrees of freedom, independent.
/// </summary>
/// <remarks>
/// Wishart numbers by Bartlett's decomposition W = B Bᵀ: B lower triangular with √χ²(N − J − i) on the diagonal, i from 0, and standard normal numbers
/// below, the first of each row from the attempt at its gamma number that is made in any case.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class SampledNumbers<T>
    where T : unmanaged, ILane<T>
{
    private const int Chunk = 64; // words drawn at a time; even
    private const int NormalsEntity = 8; // beyond those of the diagonal

    private readonly World _world;
    private readonly RandomNumberStream<T> _random;
    private readonly int _rank;
    private readonly LaneBuffer<T> _words = new(Chunk);
    private readonly LaneBuffer<T> _means;        // [number × J + therapist]
    private readonly LaneBuffer<T> _roots;        // [therapist] 1/√n
    private readonly LaneBuffer<T> _triangle;     // [i × rank + k]
    private readonly GammaShape<T>[] _shapes;     // [i] of the diagonal
    private T _df;
    private bool _hasRoots;
    private bool _hasShapes;

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
        _shapes = new GammaShape<T>[rank];
    }

    /// <summary>B, row by row, with zeros above the diagonal.</summary>
    public ReadOnlySpan<T> Triangle => _triangle.Span;

    /// <summary>[therapist] Means of a number.</summary>
    public Span<T> Means(int number) => _means.Span.Slice(number * _world.Layout.Therapists, _world.Layout.Therapists);

    /// <summary>Draws the means of all numbers for the replicates at which the random numbers stand.</summary>
    /// <param name="caseload">[therapist] at least 1.</param>
    /// <param name="meanWords">[therapist] words of the first two numbers' means.</param>
    public void DrawMeans(ReadOnlySpan<T> caseload, ReadOnlySpan<T> meanWords)
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
    }

    /// <summary>Draws the means of the numbers but the last, which <see cref="CombinedTherapists{T}"/> draws, from a word for two therapists.</summary>
    /// <param name="caseload">[therapist] at least 1.</param>
    public void DrawOtherMeans(ReadOnlySpan<T> caseload)
    {
        ReadOnlySpan<T> roots = InverseRoots(caseload);
        for (int number = 0; number + 1 < _rank; number++)
        {
            Span<T> means = Means(number);
            for (int first = 0; first < caseload.Length; first += 2 * Chunk)
            {
                int count = Math.Min(2 * Chunk, caseload.Length - first);
                Pairs(CombinedWords(number, first, count), roots.Slice(first, count), means.Slice(first, count));
            }
        }
    }

    /// <summary>Words of the means of a number other than the last, one for two therapists each.</summary>
    /// <param name="number">From 0.</param>
    /// <param name="first">The first therapist, even.</param>
    /// <param name="count">Therapists, at most 128.</param>
    public ReadOnlySpan<T> CombinedWords(int number, int first, int count)
    {
        int pairs = (count + 1) / 2;
        Span<T> words = _words.Span[..((pairs + 1) & ~1)];
        _random.Patients(words, RandomDomain.CombinedMean, number, first / 2);
        return words[..pairs];
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

    /// <summary>Draws the triangle.</summary>
    public void DrawTriangle(ReadOnlySpan<T> caseload)
    {
        PrepareShapes(caseload);
        T zero = T.Create(0);
        Span<T> b = _triangle.Span;
        Span<T> attempts = _words.Span[..(2 * _rank)];
        Span<T> words = _words.Span.Slice(2 * _rank, 2);
        _random.FirstAttempts(attempts[.._rank], attempts[_rank..], RandomDomain.Statistics, 0);
        int normals = 0;
        for (int i = 0; i < _rank; i++)
        {
            words[0] = attempts[i];
            words[1] = attempts[_rank + i];
            T gamma = GammaSampler.Draw(_random, RandomDomain.Statistics, i, in _shapes[i], words, out T normal);
            b[(i * _rank) + i] = T.Sqrt(T.Create(2) * gamma);
            for (int k = 0; k < i; k++)
            {
                if (k > 0)
                {
                    _random.Block(words, RandomDomain.Statistics, NormalsEntity, (uint)normals++);
                    BoxMuller.Transform(words[0], out normal, out _);
                }

                b[(i * _rank) + k] = T.And(T.LessThan(zero, _df - T.Create(k)), normal);
            }
        }
    }

    private void PrepareShapes(ReadOnlySpan<T> caseload)
    {
        if (_hasShapes)
        {
            return;
        }

        _df = T.Create(-caseload.Length);
        foreach (T n in caseload)
        {
            _df += n;
        }

        for (int i = 0; i < _rank; i++)
        {
            _shapes[i] = new(T.Create(0.5) * (_df - T.Create(i)));
        }

        _hasShapes = _world.Caseloads.IsGiven;
    }

    private void Transform(int number, int first, ReadOnlySpan<T> words, ReadOnlySpan<T> roots)
    {
        Span<T> even = Means(number).Slice(first, words.Length);
        if (number + 1 == _rank)
        {
            First(words, roots, even);
        }
        else
        {
            Both(words, roots, even, Means(number + 1).Slice(first, words.Length));
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Pairs(ReadOnlySpan<T> words, ReadOnlySpan<T> roots, Span<T> means)
    {
        for (int w = 0; w < words.Length; w++)
        {
            BoxMuller.Transform(words[w], out T x, out T y);
            int j = 2 * w;
            means[j] = roots[j] * x;
            if (j + 1 < means.Length)
            {
                means[j + 1] = roots[j + 1] * y;
            }
        }
    }
}
