using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>The columns of one therapist's patients, gathered so that sums run over memory in order; 0 where a patient is not analysed.</summary>
/// <remarks>Allocates only where a therapist has more patients than all before.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class PatientBlock<T>
    where T : unmanaged, ILane<T>
{
    private readonly IPatientNumbers<T> _trials;
    private readonly int[] _numbers;
    private readonly bool _readSlopes;
    private LaneBuffer<T> _values = new(0); // [column × capacity + patient], that of ones the last
    private int _capacity;
    private int _count;

    /// <param name="trials">Replicates.</param>
    /// <param name="numbers">[column] Number of the patients that it is.</param>
    /// <param name="readSlopes">Whether patients take part who were measured twice at least.</param>
    public PatientBlock(IPatientNumbers<T> trials, ReadOnlySpan<int> numbers, bool readSlopes)
    {
        _trials = trials;
        _numbers = numbers.ToArray();
        _readSlopes = readSlopes;
    }

    /// <summary>[patient] A column.</summary>
    public Span<T> Column(int column) => _values.Span.Slice(column * _capacity, _count);

    /// <summary>[patient] 1 for those who are analysed.</summary>
    public ReadOnlySpan<T> Ones => Column(_numbers.Length);

    /// <summary>Takes the patients of a therapist.</summary>
    /// <returns>How many are analysed.</returns>
    public T Take(int therapist)
    {
        int first = _trials.First[therapist];
        _count = _trials.Count[therapist];
        if (_count > _capacity)
        {
            _capacity = _count;
            _values = new((_numbers.Length + 1) * _capacity);
        }

        T one = T.Create(1);
        T half = T.Create(0.5);
        T n = T.Create(0);
        Span<T> ones = Column(_numbers.Length);
        for (int i = 0; i < ones.Length; i++)
        {
            ones[i] = T.And(_trials.Included(first + i, _readSlopes), one);
            n += ones[i];
        }

        for (int c = 0; c < _numbers.Length; c++)
        {
            ReadOnlySpan<T> number = _trials.Number(_numbers[c]).Slice(first, _count);
            Span<T> column = Column(c);
            for (int i = 0; i < column.Length; i++)
            {
                column[i] = T.And(T.LessThan(half, ones[i]), number[i]);
            }
        }

        return n;
    }

    /// <summary>Takes the mean off a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="n">Patients who are analysed.</param>
    /// <returns>The mean; 0 where nobody is.</returns>
    public T Centre(int column, T n)
    {
        Span<T> values = Column(column);
        ReadOnlySpan<T> ones = Ones;
        T sum = T.Create(0);
        foreach (ref readonly T value in values)
        {
            sum += value;
        }

        T mean = sum / T.Max(n, T.Create(1));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] -= mean * ones[i];
        }

        return mean;
    }

    /// <summary>Takes a multiple of another column off a column.</summary>
    public void Subtract(int column, T multiple, int other)
    {
        Span<T> values = Column(column);
        ReadOnlySpan<T> others = Column(other);
        for (int i = 0; i < values.Length && i < others.Length; i++)
        {
            values[i] -= multiple * others[i];
        }
    }

    /// <summary>Sum of the products of two columns.</summary>
    public T Product(int column, int other)
    {
        ReadOnlySpan<T> left = Column(column);
        ReadOnlySpan<T> right = Column(other);
        T even = T.Create(0);
        T odd = even;
        int i = 0;
        for (; i + 1 < left.Length && i + 1 < right.Length; i += 2)
        {
            even = T.Fma(left[i], right[i], even);
            odd = T.Fma(left[i + 1], right[i + 1], odd);
        }

        return i < left.Length ? T.Fma(left[i], right[i], even) + odd : even + odd;
    }
}
