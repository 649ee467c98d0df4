using System.Collections.Immutable;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Reduces repeated measurements to the statistics of models in which intercept and slope vary between therapists and between their patients.</summary>
/// <remarks>
/// A column is a number of the patient times one of the week. On Q of the patient's visits, and orthogonal to it, the week's part is known before the data; the patient adds
/// products of its numbers and of the two rows of its outcome to the sums of its pattern of visits, and columns are made from the sums. Columns whose number of the week lies in
/// the span of the random effects have exactly nothing orthogonal to them.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class VisitStatistics<T> : ITakesReplicates
    where T : unmanaged, ILane<T>
{
    private readonly GrowthReduction<T> _trials;
    private readonly VisitPatterns _patterns;
    private readonly VisitLine<T> _line;
    private readonly int[] _numbers;      // the patients' numbers that take part; the first is 1
    private readonly int[] _patientOf;    // [column] place among these
    private readonly int[] _occasionOf;   // [column] place among the weeks' numbers
    private readonly double[][] _onFirst;  // [pattern][week's number]
    private readonly double[][] _onSecond;
    private readonly double[][] _orthogonal; // [pattern] packed products of what is orthogonal
    private readonly double[]?[] _free;    // [week's number][occasion] null: in the span of the random effects for every pattern
    private readonly LaneBuffer<T> _patient; // the numbers of a patient, then its two rows
    private readonly LaneBuffer<T> _products; // [pattern] packed, of these
    private readonly LaneBuffer<T> _sums;     // [therapist][pattern] of these
    private readonly LaneBuffer<T> _outcomes; // [number][week's number] products with the outcome, of what is orthogonal
    private T _residual;

    /// <param name="trials">Replicates.</param>
    /// <param name="patterns">Of the week's number that varies.</param>
    /// <param name="columns">Columns of the fixed effects.</param>
    /// <param name="occasions">[number][occasion] Numbers of weeks that the columns refer to.</param>
    public VisitStatistics(GrowthReduction<T> trials, VisitPatterns patterns, ImmutableArray<GrowthColumn> columns, IReadOnlyList<double[]> occasions)
    {
        _trials = trials;
        _patterns = patterns;
        _line = new(patterns);
        _numbers = [.. columns.Select(c => c.Patient).Prepend(0).Distinct()];
        int[] weeks = [.. columns.Select(c => c.Occasion).Distinct()];
        _patientOf = [.. columns.Select(c => Array.IndexOf(_numbers, c.Patient))];
        _occasionOf = [.. columns.Select(c => Array.IndexOf(weeks, c.Occasion))];
        _onFirst = new double[patterns.Count][];
        _onSecond = new double[patterns.Count][];
        _orthogonal = new double[patterns.Count][];
        bool[] isFree = new bool[weeks.Length];
        for (int q = 0; q < patterns.Count; q++)
        {
            Project(q, [.. weeks.Select(w => occasions[w])], isFree);
        }

        _free = [.. weeks.Select((w, b) => isFree[b] ? occasions[w] : null)];
        _patient = new(_numbers.Length + 2);
        _products = new(patterns.Count * Packed.Length(_patient.Length));
        _outcomes = new(_numbers.Length * weeks.Length);
        _sums = new(trials.Therapists * patterns.Count * _patient.Length);
        Statistics = new(trials.Therapists, patterns.Count, columns.Length + 1);
    }

    /// <summary>The statistics of the replicates last taken.</summary>
    public ThreeLevelStatistics<T> Statistics { get; }

    /// <summary>[lane] Σy² over all measurements.</summary>
    public T OutcomeSquares { get; private set; }

    /// <inheritdoc/>
    public void Take()
    {
        T zero = T.Create(0);
        _products.Span.Clear();
        _sums.Span.Clear();
        _outcomes.Span.Clear();
        _residual = zero;
        T observations = zero;
        for (int j = 0; j < Statistics.Therapists; j++)
        {
            for (int p = _trials.First[j]; p < _trials.First[j] + _trials.Count[j]; p++)
            {
                T included = _trials.Included(p, withSlope: false);
                if (T.Any(included))
                {
                    observations += T.And(included, _trials.Visits(p));
                    TakePatient(p, included);
                    AddPatterns(j);
                }
            }
        }

        Statistics.Observations = observations;
        Expand();
    }

    private void Project(int q, double[][] weeks, bool[] isFree)
    {
        double[][] left = [.. weeks.Select(w => new double[w.Length])];
        _onFirst[q] = new double[weeks.Length];
        _onSecond[q] = new double[weeks.Length];
        _orthogonal[q] = new double[Packed.Length(weeks.Length)];
        for (int b = 0; b < weeks.Length; b++)
        {
            (_onFirst[q][b], _onSecond[q][b]) = _patterns.Project(q, weeks[b], left[b]);
            isFree[b] |= left[b].Any(x => x != 0);
            for (int other = 0; other <= b; other++)
            {
                for (int t = 0; t < left[b].Length; t++)
                {
                    _orthogonal[q][Packed.Index(b, other)] += left[b][t] * left[other][t];
                }
            }
        }
    }

    private void TakePatient(int p, T included)
    {
        _line.Take(_trials.Outcome(p), _trials.Visits(p), included);
        Span<T> patient = _patient.Span;
        for (int a = 0; a < _numbers.Length; a++)
        {
            patient[a] = _trials.Number(_numbers[a])[p];
        }

        patient[^2] = _line.First;
        patient[^1] = _line.Second;
        ReadOnlySpan<T> residuals = _line.Residuals;
        for (int t = 0; t < residuals.Length; t++)
        {
            _residual = T.Fma(residuals[t], residuals[t], _residual);
        }

        for (int b = 0; b < _free.Length; b++)
        {
            if (_free[b] is { } week)
            {
                AddOutcome(b, week, residuals);
            }
        }
    }

    // Residuals are orthogonal to the random effects: so is, in effect, the number of the week.
    private void AddOutcome(int b, double[] week, ReadOnlySpan<T> residuals)
    {
        T sum = T.Create(0);
        for (int t = 0; t < week.Length; t++)
        {
            sum = T.Fma(T.Create(week[t]), residuals[t], sum);
        }

        Span<T> outcomes = _outcomes.Span.Slice(b * _numbers.Length, _numbers.Length);
        for (int a = 0; a < outcomes.Length; a++)
        {
            outcomes[a] = T.Fma(_patient.Span[a], sum, outcomes[a]);
        }
    }

    private void AddPatterns(int therapist)
    {
        int length = _patient.Length;
        int packed = Packed.Length(length);
        ReadOnlySpan<T> patient = _patient.Span;
        for (int q = 0; q < _patterns.Count; q++)
        {
            T mask = _line.Masks[q];
            if (!T.Any(mask))
            {
                continue;
            }

            Span<T> products = _products.Span.Slice(q * packed, packed);
            Span<T> sums = _sums.Span.Slice(((therapist * _patterns.Count) + q) * length, length);
            int at = 0;
            for (int a = 0; a < patient.Length; a++)
            {
                T own = T.And(mask, patient[a]);
                sums[a] += own;
                Span<T> row = products.Slice(at, a + 1);
                for (int b = 0; b < row.Length; b++)
                {
                    row[b] = T.Fma(own, patient[b], row[b]);
                }

                at += a + 1;
            }
        }
    }

    private void Expand()
    {
        Statistics.Within.Clear();
        T squares = T.Create(0);
        for (int q = 0; q < _patterns.Count; q++)
        {
            ExpandPattern(q);
            ExpandSums(q);
            ReadOnlySpan<T> products = Products(q);
            squares += products[Packed.Index(_patient.Length - 2, _patient.Length - 2)] + products[^1];
        }

        int m = Statistics.Columns;
        for (int i = 0; i < m - 1; i++)
        {
            if (_free[_occasionOf[i]] is not null)
            {
                Statistics.Within[Packed.Index(m - 1, i)] = _outcomes.Span[(_occasionOf[i] * _numbers.Length) + _patientOf[i]];
            }
        }

        Statistics.Within[^1] = _residual;
        OutcomeSquares = squares + _residual;
    }

    private ReadOnlySpan<T> Products(int pattern) =>
        _products.Span.Slice(pattern * Packed.Length(_patient.Length), Packed.Length(_patient.Length));

    private void ExpandPattern(int q)
    {
        int m = Statistics.Columns;
        int packed = Packed.Length(m);
        ReadOnlySpan<T> own = Products(q);
        Span<T> pattern = Statistics.PatternValues.Slice(q * Statistics.PatternStride, Statistics.PatternStride);
        double visits = Math.Sqrt(_patterns.Visits[q]);
        pattern[0] = T.Create(visits);
        pattern[1] = T.Create(visits * _patterns.Mean[q]);
        pattern[2] = T.Create(Math.Sqrt(_patterns.Squares[q]));
        pattern[3] = own[0];
        Span<T> products = pattern[ThreeLevelStatistics<T>.PatternHead..];
        Span<T> within = Statistics.Within;
        for (int i = 0; i < m - 1; i++)
        {
            double first = _onFirst[q][_occasionOf[i]];
            double second = _onSecond[q][_occasionOf[i]];
            for (int k = 0; k <= i; k++)
            {
                double first2 = _onFirst[q][_occasionOf[k]];
                double second2 = _onSecond[q][_occasionOf[k]];
                T product = own[Index(_patientOf[i], _patientOf[k])];
                int at = Packed.Index(i, k);
                products[at] = T.Create(first * first2) * product;
                products[packed + at] = T.Create((first * second2) + (second * first2)) * product;
                products[(2 * packed) + at] = T.Create(second * second2) * product;
                within[at] = T.Fma(T.Create(_orthogonal[q][Index(_occasionOf[i], _occasionOf[k])]), product, within[at]);
            }

            T y1 = own[Packed.Index(_numbers.Length, _patientOf[i])];
            T y2 = own[Packed.Index(_numbers.Length + 1, _patientOf[i])];
            int last = Packed.Index(m - 1, i);
            products[last] = T.Create(first) * y1;
            products[packed + last] = (T.Create(first) * y2) + (T.Create(second) * y1);
            products[(2 * packed) + last] = T.Create(second) * y2;
        }

        products[packed - 1] = own[Packed.Index(_numbers.Length, _numbers.Length)];
        products[(2 * packed) - 1] = T.Create(2) * own[Packed.Index(_numbers.Length + 1, _numbers.Length)];
        products[(3 * packed) - 1] = own[Packed.Index(_numbers.Length + 1, _numbers.Length + 1)];
    }

    private void ExpandSums(int q)
    {
        int m = Statistics.Columns;
        int stride = Statistics.SumStride;
        for (int j = 0; j < Statistics.Therapists; j++)
        {
            int place = (j * _patterns.Count) + q;
            ReadOnlySpan<T> own = _sums.Span.Slice(place * _patient.Length, _patient.Length);
            Span<T> sums = Statistics.Sums.Slice(place * stride, stride);
            sums[0] = own[0];
            for (int i = 0; i < m - 1; i++)
            {
                T sum = own[_patientOf[i]];
                sums[1 + i] = T.Create(_onFirst[q][_occasionOf[i]]) * sum;
                sums[1 + m + i] = T.Create(_onSecond[q][_occasionOf[i]]) * sum;
            }

            sums[m] = own[^2];
            sums[2 * m] = own[^1];
        }
    }

    private static int Index(int i, int k) => i >= k ? Packed.Index(i, k) : Packed.Index(k, i);
}
