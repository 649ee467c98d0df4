using System.Runtime.CompilerServices;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Counts, means and pooled cross-products of the patient sources over the analysed patients, one replicate per lane.</summary>
/// <remarks>Sums are of deviations from the values expected given the therapist, so that no digits cancel.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed partial class PatientMoments<T>
    where T : unmanaged, ILane<T>
{
    private readonly World _world;
    private readonly AnalysisColumns _columns;
    private readonly TrialBatch<T> _batch;
    private readonly bool _hasMasks;
    private readonly bool _keepsPatients;
    private readonly bool _allianceMeansAreMeans; // of all patients, none of whom is kept: the alliance's means serve as the observed ones
    private readonly int _sources;
    private readonly int _therapists;
    private readonly LaneBuffer<T> _analysed;       // [therapist]
    private readonly LaneBuffer<T> _means;          // [source × J + therapist]
    private readonly LaneBuffer<T> _cross;          // packed over sources, pooled within therapists
    private readonly LaneBuffer<T> _sums;           // [source] of the therapist at hand
    private readonly LaneBuffer<T> _products;       // packed over sources, of the therapist at hand
    private readonly LaneBuffer<T> _values;         // [source] of the patient at hand
    private readonly LaneBuffer<T> _allianceMeans;  // [therapist] over analysed patients
    private readonly LaneBuffer<T> _measuredMeans;  // [therapist] over measured patients
    private readonly LaneBuffer<T> _measured;       // [therapist]
    private readonly LaneBuffer<T> _inputs;
    private readonly LaneBuffer<T> _stack = new(ColumnProgram.StackDepth);
    private readonly bool _isAllianceAndOutcome;
    private readonly int _alliance;
    private readonly int _outcome;

    /// <param name="world">The world.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="batch">Holds therapists and patients.</param>
    /// <param name="hasMasks">Whether some patients may not be analysed.</param>
    /// <param name="keepsPatients">Whether patients are in the batch; if not, their sums or statistics come by <see cref="AddSums"/> or <see cref="SampledMeans"/>.</param>
    public PatientMoments(World world, AnalysisColumns columns, TrialBatch<T> batch, bool hasMasks, bool keepsPatients)
    {
        _world = world;
        _columns = columns;
        _batch = batch;
        _hasMasks = hasMasks;
        _sources = columns.Sources.Count;
        _therapists = world.Layout.Therapists;
        _analysed = new(_therapists);
        _means = new(_sources * _therapists);
        _cross = new(Packed.Length(_sources));
        _sums = new(_sources);
        _products = new(Packed.Length(_sources));
        _values = new(_sources);
        _allianceMeans = new(_therapists);
        _measuredMeans = new(_therapists);
        _measured = new(_therapists);
        _alliance = IndexOf(PatientSource.Alliance);
        _outcome = IndexOf(PatientSource.Outcome);
        _inputs = new(GeneratedColumns.InputsIn(world.Scenario));
        _isAllianceAndOutcome = _sources == 2 && _alliance >= 0 && _outcome >= 0;
        _keepsPatients = keepsPatients;
        _allianceMeansAreMeans = !keepsPatients && _alliance >= 0;
    }

    /// <summary>[therapist] Analysed patients.</summary>
    public ReadOnlySpan<T> Analysed => _analysed.Span;

    /// <summary>[therapist] Mean alliance over the analysed patients.</summary>
    public ReadOnlySpan<T> AnalysedAllianceMeans => _allianceMeansAreMeans ? Means(_alliance) : _allianceMeans.Span;

    /// <summary>[therapist] Mean alliance over all whose alliance was measured.</summary>
    public ReadOnlySpan<T> MeasuredMeans => _keepsPatients || (_hasMasks && _columns.MeasuredMeans) ? _measuredMeans.Span : AnalysedAllianceMeans;

    /// <summary>[therapist] Patients whose alliance was measured; like <see cref="MeasuredMeans"/>, after <see cref="SumAlliance"/>.</summary>
    public ReadOnlySpan<T> Measured => _measured.Span;

    /// <summary>[therapist] Mean of a source over the analysed patients.</summary>
    public ReadOnlySpan<T> Means(int source) => _means.Span.Slice(source * _therapists, _therapists);

    /// <summary>Pooled cross-product within therapists.</summary>
    public T CrossProduct(int source, int other) => _cross.Span[Packed.Index(Math.Max(source, other), Math.Min(source, other))];

    /// <summary>Starts new replicates.</summary>
    public void Clear() => _cross.Span.Fill(T.Create(0));

    /// <summary>Counts the analysed patients of a therapist.</summary>
    public void CountPatients(int therapist)
    {
        if (!_hasMasks)
        {
            _analysed.Span[therapist] = _batch.Caseload.Span[therapist];
            return;
        }

        T one = T.Create(1);
        T count = T.Create(0);
        foreach (T mask in Patients(_batch.Analysed, therapist))
        {
            count += T.And(mask, one);
        }

        _analysed.Span[therapist] = count;
    }

    /// <summary>Mean alliance of a therapist, over analysed and over measured patients.</summary>
    public void SumAlliance(int therapist)
    {
        ReadOnlySpan<T> alliance = Patients(_batch.Alliance, therapist);
        T expected = _batch.ObservedBase.Span[therapist];
        T one = T.Create(1);
        T sum = T.Create(0);
        if (!_hasMasks)
        {
            foreach (T value in alliance)
            {
                sum += value;
            }

            T mean = expected + (sum / T.Max(_analysed.Span[therapist], one));
            _allianceMeans.Span[therapist] = mean;
            _measuredMeans.Span[therapist] = mean;
            _measured.Span[therapist] = _analysed.Span[therapist];
            return;
        }

        ReadOnlySpan<T> analysed = Patients(_batch.Analysed, therapist);
        ReadOnlySpan<T> measured = Patients(_batch.Measured, therapist);
        T measuredSum = sum;
        T measuredCount = sum;
        for (int i = 0; i < alliance.Length; i++)
        {
            sum += T.And(analysed[i], alliance[i]);
            measuredSum += T.And(measured[i], alliance[i]);
            measuredCount += T.And(measured[i], one);
        }

        _allianceMeans.Span[therapist] = expected + (sum / T.Max(_analysed.Span[therapist], one));
        _measuredMeans.Span[therapist] = expected + (measuredSum / T.Max(measuredCount, one));
        _measured.Span[therapist] = measuredCount;
    }

    /// <summary>Whether alliance and outcome are all that is summed.</summary>
    public static bool IsAllianceAndOutcome(AnalysisColumns columns) =>
        columns.Sources.Count == 2 && columns.Sources.All(s => s.Kind is PatientSource.Alliance or PatientSource.Outcome);

    /// <summary>Counts the analysed patients of a therapist, and sums them; what <see cref="AddSums"/> takes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void SumAnalysed(int therapist, out AllianceOutcomeSums<T> sums)
    {
        ReadOnlySpan<T> x = Patients(_batch.Alliance, therapist);
        ReadOnlySpan<T> y = Patients(_batch.Outcome, therapist);
        ReadOnlySpan<T> analysed = Patients(_batch.Analysed, therapist);
        T one = T.Create(1);
        T count = T.Create(0);
        T sumX = count;
        T sumY = count;
        T xx = count;
        T xy = count;
        T yy = count;
        for (int i = 0; i < x.Length && i < y.Length && i < analysed.Length; i++)
        {
            T a = T.And(analysed[i], x[i]);
            T o = T.And(analysed[i], y[i]);
            count += T.And(analysed[i], one);
            sumX += a;
            sumY += o;
            xx = T.Fma(a, a, xx);
            xy = T.Fma(a, o, xy);
            yy = T.Fma(o, o, yy);
        }

        _analysed.Span[therapist] = count;
        sums.Alliance = sumX;
        sums.Outcome = sumY;
        sums.AllianceSquare = xx;
        sums.Product = xy;
        sums.OutcomeSquare = yy;
    }

    /// <summary>Adds the sums of the analysed patients of therapists, who must have been counted.</summary>
    /// <param name="first">The first therapist.</param>
    /// <param name="sums">[therapist − first]</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void AddSums(int first, ReadOnlySpan<AllianceOutcomeSums<T>> sums)
    {
        ReadOnlySpan<T> n = _analysed.Span.Slice(first, sums.Length);
        ReadOnlySpan<T> observedBase = _batch.ObservedBase.Span.Slice(first, sums.Length);
        ReadOnlySpan<T> outcomeBase = _batch.OutcomeBase.Span.Slice(first, sums.Length);
        Span<T> alliances = _means.Span.Slice((_alliance * _therapists) + first, sums.Length);
        Span<T> outcomes = _means.Span.Slice((_outcome * _therapists) + first, sums.Length);
        Span<T> cross = _cross.Span[..3];
        T allianceCross = cross[Packed.Index(_alliance, _alliance)];
        T product = cross[1];
        T outcomeCross = cross[Packed.Index(_outcome, _outcome)];
        bool outcomeLast = _alliance == 0;
        for (int t = 0; t < sums.Length; t++)
        {
            ref readonly AllianceOutcomeSums<T> sum = ref sums[t];
            T inverse = T.Create(1) / T.Max(n[t], T.Create(1));
            T x = sum.Alliance * inverse;
            T y = sum.Outcome * inverse;
            allianceCross += sum.AllianceSquare - (x * sum.Alliance);
            product += sum.Product - (outcomeLast ? y * sum.Alliance : x * sum.Outcome);
            outcomeCross += sum.OutcomeSquare - (y * sum.Outcome);
            alliances[t] = observedBase[t] + x;
            outcomes[t] = outcomeBase[t] + y;
        }

        cross[Packed.Index(_alliance, _alliance)] = allianceCross;
        cross[1] = product;
        cross[Packed.Index(_outcome, _outcome)] = outcomeCross;
    }

    /// <summary>[therapist] Means of a source, to be filled; of the alliance also where no column reads it within therapists.</summary>
    public Span<T> SampledMeans(PatientSource source) =>
        (source == PatientSource.Alliance ? _alliance : source == PatientSource.Outcome ? _outcome : IndexOf(source)) is >= 0 and int s ? _means.Span.Slice(s * _therapists, _therapists) : _allianceMeans.Span;

    /// <summary>Takes caseloads for analysed patients.</summary>
    public void TakeCaseloads()
    {
        _batch.Caseload.Span.CopyTo(_analysed.Span);
        _batch.Caseload.Span.CopyTo(_measured.Span);
    }

    /// <summary>Place of a pooled cross-product; −1 where no column reads one of the two.</summary>
    public int PlaceOf(PatientSource source, PatientSource other)
    {
        int s = IndexOf(source);
        int o = IndexOf(other);
        return s >= 0 && o >= 0 ? Packed.Index(Math.Max(s, o), Math.Min(s, o)) : -1;
    }

    /// <summary>Takes a pooled cross-product within therapists.</summary>
    public void TakeCrossProduct(int place, T value) => _cross.Span[place] = value;

    /// <summary>Adds the patients of a therapist to the sums.</summary>
    /// <param name="therapist">Its patients must be in the batch.</param>
    /// <param name="observedMeans">[therapist] alliance_between; empty if no program needs it.</param>
    public void Add(int therapist, ReadOnlySpan<T> observedMeans)
    {
        Span<T> sums = _sums.Span;
        sums.Fill(T.Create(0));
        _products.Span.Fill(T.Create(0));
        T observed = observedMeans.IsEmpty ? T.Create(0) : observedMeans[therapist];
        if (_isAllianceAndOutcome && !_hasMasks)
        {
            AllianceAndOutcome(therapist);
        }
        else
        {
            AllSources(therapist, observed);
        }

        Pool(therapist, observed);
        if (_columns.NeedsObservedMeans && observedMeans.IsEmpty)
        {
            if (_columns.MeasuredMeans || _alliance < 0)
            {
                SumAlliance(therapist);
            }
            else
            {
                _allianceMeans.Span[therapist] = _means.Span[(_alliance * _therapists) + therapist];
            }
        }
    }

    private int IndexOf(PatientSource kind)
    {
        for (int s = 0; s < _sources; s++)
        {
            if (_columns.Sources[s].Kind == kind)
            {
                return s;
            }
        }

        return -1;
    }

    private Span<T> Patients(LaneBuffer<T> buffer, int therapist) =>
        buffer.Span.Slice(_batch.FirstPatient[therapist], _batch.Patients[therapist]);

    private void AllianceAndOutcome(int therapist)
    {
        ReadOnlySpan<T> x = Patients(_batch.Alliance, therapist);
        ReadOnlySpan<T> y = Patients(_batch.Outcome, therapist);
        T sumX = T.Create(0);
        T sumY = sumX;
        T xx = sumX;
        T xy = sumX;
        T yy = sumX;
        for (int i = 0; i < x.Length && i < y.Length; i++)
        {
            sumX += x[i];
            sumY += y[i];
            xx = T.Fma(x[i], x[i], xx);
            xy = T.Fma(x[i], y[i], xy);
            yy = T.Fma(y[i], y[i], yy);
        }

        StoreSums(sumX, sumY, xx, xy, yy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreSums(T sumX, T sumY, T xx, T xy, T yy)
    {
        _sums.Span[_alliance] = sumX;
        _sums.Span[_outcome] = sumY;
        _products.Span[Packed.Index(_alliance, _alliance)] = xx;
        _products.Span[Packed.Index(1, 0)] = xy;
        _products.Span[Packed.Index(_outcome, _outcome)] = yy;
    }

    private void AllSources(int therapist, T observed)
    {
        Span<T> values = _values.Span;
        Span<T> sums = _sums.Span;
        Span<T> products = _products.Span;
        int patients = _batch.Patients[therapist];
        for (int i = 0; i < patients; i++)
        {
            SourceDeviations(therapist, i, observed, values);
            if (_hasMasks)
            {
                T analysed = _batch.Analysed.Span[_batch.FirstPatient[therapist] + i];
                for (int s = 0; s < values.Length; s++)
                {
                    values[s] = T.And(analysed, values[s]);
                }
            }

            int k = 0;
            for (int s = 0; s < values.Length; s++)
            {
                T value = values[s];
                sums[s] += value;
                for (int other = 0; other <= s; other++)
                {
                    products[k] = T.Fma(value, values[other], products[k]);
                    k++;
                }
            }
        }
    }

    private void Pool(int therapist, T observed)
    {
        Span<T> sums = _sums.Span;
        ReadOnlySpan<T> products = _products.Span;
        Span<T> cross = _cross.Span;
        T inverse = T.Create(1) / T.Max(_analysed.Span[therapist], T.Create(1));
        int k = 0;
        for (int s = 0; s < sums.Length; s++)
        {
            T mean = sums[s] * inverse;
            for (int other = 0; other <= s; other++)
            {
                cross[k] += products[k] - (mean * sums[other]);
                k++;
            }

            T expected = _columns.Sources[s].Kind switch
            {
                PatientSource.Alliance => _batch.ObservedBase.Span[therapist],
                PatientSource.Outcome => _batch.OutcomeBase.Span[therapist],
                PatientSource.Program => ProgramBase(_columns.Sources[s].Program!, therapist, observed),
                _ => T.Create(0),
            };
            _means.Span[(s * _therapists) + therapist] = expected + mean;
        }
    }
}
