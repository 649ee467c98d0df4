using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Generates and fits replicates, as many side by side as the lane is wide.</summary>
/// <remarks>The hot loop of a study: allocates in the constructor only.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ReplicateEngine<T> : IReplicateEngine
    where T : unmanaged, ILane<T>
{
    private readonly ScenarioPlan _plan;
    private readonly TrialReduction<T> _trials;
    private readonly TherapistStatistics<T>? _therapistMeans;
    private readonly RandomInterceptFit<T>?[] _fits; // null: in closed form
    private readonly int[] _startedBy; // [fit] an earlier one that corrects its start; -1: none
    private readonly BalancedFits<T>? _balanced;
    private readonly WeightedLeastSquares<T>?[] _meansErrors;   // [fit] of therapist means whose robust errors are read
    private readonly PatientRobustErrors<T>?[] _patientErrors; // [fit] of patients whose robust errors are read
    private readonly RandomInterceptKenwardRoger<T>?[] _kenwardRoger; // [fit] iterated with a random intercept
    private readonly JointWald<T>?[] _jointWalds; // null: of tables
    private readonly ExactVarianceTest<T>?[] _exactTests; // [fit]
    private readonly BootstrapTest<T>[] _bootstraps;
    private readonly CurveTestEngine[] _curveTests;
    private readonly CorrectionEngine<T>? _corrections;
    private readonly double[][] _contrasts; // [position] unit vectors, shared by all fits
    private readonly LaneBuffer<T> _contrast;

    public ReplicateEngine(ScenarioPlan plan)
    {
        _plan = plan;
        _trials = new(plan.World, plan.Key, plan.Columns, plan.Drawing);
        int therapists = plan.World.Layout.Therapists;
        if (plan.Fits.Any(f => f.OnTherapistMeans))
        {
            PlannedFit means = plan.Fits.First(f => f.OnTherapistMeans);
            _therapistMeans = new(therapists, plan.HasBetween(means), plan.HasWithin(means));
        }

        bool[] closed = [.. plan.Fits.Select((f, k) => HasClosedForm(plan, f, k))];
        if (closed.Contains(true))
        {
            _balanced = new(
                [.. plan.Fits.Select((f, k) => closed[k] ? f.Model : null)],
                [.. plan.Fits.Select(f => f.NeedsCriterion)],
                [.. plan.Fits.Select(f => f.NeedsCriterionAtZero)],
                [.. plan.Fits.Select(plan.HasBetween)],
                [.. plan.Fits.Select(plan.HasWithin)]);
        }

        _fits = [.. plan.Fits.Select((f, k) => closed[k] ? null : new RandomInterceptFit<T>(f.Model, therapists, plan.HasBetween(f), plan.HasWithin(f))
        {
            NeedsCriterion = f.NeedsCriterion,
            NeedsCriterionAtZero = f.NeedsCriterionAtZero,
        })];
        _startedBy = [.. plan.Fits.Select((f, k) => Enumerable.Range(0, k).LastOrDefault(e => _fits[e] is not null && IsAlike(plan.Fits[e], f), -1))];
        _meansErrors = [.. plan.Fits.Select(f => f.OnTherapistMeans && f.NeedsHc3 ? new WeightedLeastSquares<T>(therapists, f.Model.FixedEffects) : null)];
        _patientErrors =
        [
            .. plan.Fits.Select(f => !f.OnTherapistMeans && (f.NeedsHc3 || f.NeedsCr2)
                ? new PatientRobustErrors<T>(therapists, f.Model.Columns, f.NeedsCr2)
                : null),
        ];
        _kenwardRoger =
        [
            .. plan.Fits.Select((f, k) => f.NeedsKenwardRoger && f.Model.HasRandomIntercept && !closed[k]
                ? new RandomInterceptKenwardRoger<T>(f.Model.FixedEffects)
                : null),
        ];
        _jointWalds = [.. plan.JointWalds.Select(j => j.Fit < plan.Fits.Length ? new JointWald<T>(j.Positions, plan.Fits[j.Fit].Model.FixedEffects) : null)];
        _exactTests = [.. plan.Fits.Select(f => f.NeedsExactNull ? new ExactVarianceTest<T>(f.Model, therapists, plan.Key, plan.Alpha) : null)];
        _bootstraps = [.. plan.Bootstraps.Select(b => new BootstrapTest<T>(plan, b))];
        _curveTests = [.. plan.CurveTests.Select(t => new CurveTestEngine(t, therapists))];
        _corrections = plan.Corrections.IsEmpty ? null : new(plan);
        int most = plan.Fits.Select(f => f.Model.FixedEffects).DefaultIfEmpty().Max();
        _contrast = new(most);
        _contrasts = new double[most][];
        for (int p = 0; p < most; p++)
        {
            _contrasts[p] = new double[most];
            _contrasts[p][p] = 1;
        }
    }

    public void Run(long first, int count, LeafValues values)
    {
        for (int offset = 0; offset < count; offset += T.Width)
        {
            _trials.Run(first + offset);
            Store(_trials.Statistics.Observations, values.Patients, offset);
            Store(_trials.Statistics.AnalysedTherapists, values.Therapists, offset);
            if (_therapistMeans is not null)
            {
                TakeTherapistMeans();
            }

            _corrections?.Load(_trials.Statistics, _trials.PatientsOfMeans);
            _balanced?.Factor(_trials.Statistics);
            for (int c = 0; c < _plan.Curves.Length; c++)
            {
                Range(_plan.Curves[c].Column, values.Curves[c], offset);
            }

            _balanced?.Fit(_trials.Statistics);
            for (int f = 0; f < _fits.Length; f++)
            {
                Fit(f, values, offset);
                _exactTests[f]?.Run(_trials.Statistics, values.Fits[f], first + offset, offset);
            }

            for (int b = 0; b < _bootstraps.Length; b++)
            {
                bool onMeans = _plan.Fits[_plan.Bootstraps[b].Full].OnTherapistMeans;
                _bootstraps[b].Run(onMeans ? _therapistMeans! : _trials.Statistics, values.Fits, values.BootstrapPValues[b], first + offset, offset);
            }

            for (int t = 0; t < _curveTests.Length; t++)
            {
                int f = _plan.CurveTests[t].Fit;
                TherapistStatistics<T> data = _plan.Fits[f].OnTherapistMeans ? _therapistMeans! : _trials.Statistics;
                _curveTests[t].Run(data, values.Fits[f].Theta, values.CurveTests[t], offset);
            }

            if (_plan.Correlations is { } correlated)
            {
                Correlations(correlated, values.Correlations, offset);
            }
        }
    }

    /// <summary>Writes the lanes to an array.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T value, double[] target, int offset) =>
        MemoryMarshal.Write(MemoryMarshal.AsBytes(target.AsSpan(offset, T.Width)), in value);

    /// <summary>Replaces the bits of the lanes' replicates.</summary>
    public static ulong WithLanes(ulong bits, T mask, int offset) =>
        (bits & ~(LeafDecisions.First(T.Width) << offset)) | (T.Bits(mask) << offset);

    /// <summary>Stores the F ratio of the therapist columns.</summary>
    public static void StoreFRatio(in WithinTherapists<T> within, FitValues values, int offset)
    {
        Store(within.Between * within.WithinDf / (within.Within * within.BetweenDf), values.FRatio, offset);
        Store(within.BetweenDf, values.BetweenDf, offset);
        Store(within.WithinDf, values.WithinDf, offset);
        values.FEstimable = WithLanes(values.FEstimable, within.Estimable, offset);
    }

    // Robust errors, corrections and coefficients tested together read the criterion of the iterated fit.
    private static bool HasClosedForm(ScenarioPlan plan, PlannedFit fit, int index) =>
        plan.World.IsBalanced && !fit.OnTherapistMeans && !fit.NeedsHc3 && !fit.NeedsCr2 && plan.Corrections.All(c => c.Fit != index)
        && plan.JointWalds.All(j => j.Fit != index)
        && BalancedFits<T>.CanFit(fit.Model, plan.HasBetween(fit), plan.HasWithin(fit));

    // Fits of which the search for θ starts off in much the same way.
    private static bool IsAlike(PlannedFit a, PlannedFit b) =>
        a.OnTherapistMeans == b.OnTherapistMeans && a.Model.Reml == b.Model.Reml && a.Model.HasRandomIntercept && b.Model.HasRandomIntercept && a.Model.Columns[^1] == b.Model.Columns[^1];

    private static void ClosedForm(PlannedFit planned, BalancedFit<T> fit, FitValues values, int offset)
    {
        Store(fit.Theta, values.Theta, offset);
        Store(fit.Variance, values.Variance, offset);
        values.Estimable = WithLanes(values.Estimable, fit.Estimable, offset);
        values.Converged = ulong.MaxValue;
        if (planned.NeedsCriterion)
        {
            Store(fit.Criterion, values.Criterion, offset);
            Store(fit.CriterionAtZero, values.CriterionAtZero, offset);
        }

        if (planned.NeedsFRatio)
        {
            StoreFRatio(fit.Within, values, offset);
        }

        if (planned.Coefficients.Count == 0)
        {
            return;
        }

        fit.Coefficients();
        ReadOnlySpan<int> read = CollectionsMarshal.AsSpan(planned.Coefficients);
        for (int k = 0; k < read.Length; k++)
        {
            int position = read[k];
            CoefficientValues coefficient = values.Coefficients[k];
            Store(fit.Beta(position), coefficient.Estimate, offset);
            Store(fit.StandardError(position), coefficient.StandardError, offset);
            if (planned.NeedsDegreesOfFreedom)
            {
                Store(fit.DegreesOfFreedom(position), coefficient.DegreesOfFreedom, offset);
            }

            if (planned.NeedsKenwardRoger)
            {
                Store(fit.StandardError(position), coefficient.KenwardRoger.StandardError, offset);
                Store(fit.IsBetween(position) ? fit.Within.BetweenDf : fit.Within.WithinDf, coefficient.KenwardRoger.DegreesOfFreedom, offset);
            }

            coefficient.Kept = WithLanes(coefficient.Kept, fit.Kept(position), offset);
        }
    }

    private void Fit(int f, LeafValues leaf, int offset)
    {
        FitValues values = leaf.Fits[f];
        PlannedFit planned = _plan.Fits[f];
        if (_fits[f] is { } fitter)
        {
            Iterated(f, planned, fitter, leaf, offset);
        }
        else
        {
            ClosedForm(planned, _balanced!.Fits[f]!, values, offset);
        }
    }

    private void Iterated(int f, PlannedFit planned, RandomInterceptFit<T> fitter, LeafValues leaf, int offset)
    {
        FitValues values = leaf.Fits[f];
        TherapistStatistics<T> data = planned.OnTherapistMeans ? _therapistMeans! : _trials.Statistics;
        LinearModelFit<T> fit = _startedBy[f] < 0 ? fitter.Fit(data) : fitter.Fit(data, _fits[_startedBy[f]]!.Correction);
        Store(fit.Theta, values.Theta, offset);
        Store(fit.Variance, values.Variance, offset);
        if (planned.NeedsCriterion)
        {
            Store(fit.Criterion, values.Criterion, offset);
            Store(fit.CriterionAtZero, values.CriterionAtZero, offset);
        }

        values.Estimable = WithLanes(values.Estimable, fit.Estimable, offset);
        values.Converged = WithLanes(values.Converged, fit.Converged, offset);
        if (planned.NeedsFRatio)
        {
            StoreFRatio(fit.Within, values, offset);
        }

        if (planned.Coefficients.Count == 0)
        {
            return;
        }

        Coefficients(planned, fitter, fit, values, offset);
        if (planned.NeedsKenwardRoger)
        {
            KenwardRoger(planned, _kenwardRoger[f], fitter.Criterion, fit, values, offset);
        }

        for (int w = 0; w < _jointWalds.Length; w++)
        {
            if (_plan.JointWalds[w].Fit == f && _jointWalds[w] is { } together)
            {
                Store(together.Of(fitter.Criterion, fit.Variance), leaf.JointWalds[w].Statistic, offset);
                leaf.JointWalds[w].Kept = WithLanes(leaf.JointWalds[w].Kept, together.Kept(fitter.Criterion), offset);
            }
        }

        if (_meansErrors[f] is { } ofMeans)
        {
            TherapistMeansErrors(planned, ofMeans, values, offset);
        }

        if (_patientErrors[f] is { } ofPatients)
        {
            PatientErrors(planned, ofPatients, fitter.Criterion, fit.Observations - fit.Rank, values, offset);
        }

        _corrections?.Run(f, fitter.Criterion, fit.Variance, _meansErrors[f], _patientErrors[f], leaf.Corrections, offset);
    }

    private void Coefficients(PlannedFit planned, RandomInterceptFit<T> fitter, in LinearModelFit<T> fit, FitValues values, int offset)
    {
        ProfiledCriterion<T> criterion = fitter.Criterion;
        Satterthwaite<T> satterthwaite = planned.NeedsDegreesOfFreedom ? new(planned.Model, criterion, fit) : default;
        for (int k = 0; k < planned.Coefficients.Count; k++)
        {
            int position = planned.Coefficients[k];
            CoefficientValues coefficient = values.Coefficients[k];
            T variance;
            if (planned.NeedsDegreesOfFreedom)
            {
                satterthwaite.Of(_contrasts[position], out variance, out T df);
                Store(df, coefficient.DegreesOfFreedom, offset);
            }
            else
            {
                variance = fit.Variance * criterion.InverseDiagonal(_contrasts[position]);
            }

            Store(criterion.Beta[position], coefficient.Estimate, offset);
            Store(T.Sqrt(variance), coefficient.StandardError, offset);
            coefficient.Kept = WithLanes(coefficient.Kept, criterion.Factor.Kept[position], offset);
        }
    }

    private void KenwardRoger(
        PlannedFit planned, RandomInterceptKenwardRoger<T>? adjusted, ProfiledCriterion<T> criterion, in LinearModelFit<T> fit, FitValues values, int offset)
    {
        adjusted?.Load(criterion, fit);
        for (int k = 0; k < planned.Coefficients.Count; k++)
        {
            double[] contrast = _contrasts[planned.Coefficients[k]];
            T df = fit.Observations - fit.Rank;
            T variance = adjusted is null ? fit.Variance * criterion.InverseDiagonal(contrast) : adjusted.Of(contrast, out df);
            Store(T.Sqrt(variance), values.Coefficients[k].KenwardRoger.StandardError, offset);
            Store(df, values.Coefficients[k].KenwardRoger.DegreesOfFreedom, offset);
        }
    }

    /// <summary>HC3 errors of a fit to therapist means.</summary>
    private void TherapistMeansErrors(PlannedFit planned, WeightedLeastSquares<T> robust, FitValues values, int offset)
    {
        _therapistMeans!.Analysed.Span.CopyTo(robust.Weights);
        for (int k = 0; k < planned.Model.Columns.Length; k++)
        {
            _therapistMeans.MeansOf(planned.Model.Columns[k]).CopyTo(robust.Column(k));
        }

        robust.Fit(_therapistMeans.Therapists);
        for (int k = 0; k < planned.Coefficients.Count; k++)
        {
            Span<T> contrast = _contrast.Span;
            contrast.Clear();
            contrast[planned.Coefficients[k]] = T.Create(1);
            T error = T.Sqrt(robust.RobustVariance(contrast));
            OwnErrorValues hc3 = values.Coefficients[k].Hc3;
            Store(T.Select(robust.HasRobustVariance, error, T.Create(double.NaN)), hc3.StandardError, offset);
            Store(robust.ResidualDf, hc3.DegreesOfFreedom, offset);
        }
    }

    /// <summary>HC3 and CR2 errors of a fit to patients.</summary>
    private void PatientErrors(
        PlannedFit planned, PatientRobustErrors<T> errors, ProfiledCriterion<T> criterion, T residualDf, FitValues values, int offset)
    {
        errors.Load(_trials.Rows!, criterion, residualDf);
        for (int k = 0; k < planned.Coefficients.Count; k++)
        {
            Span<T> contrast = _contrast.Span;
            contrast.Clear();
            contrast[planned.Coefficients[k]] = T.Create(1);
            CoefficientValues coefficient = values.Coefficients[k];
            if (planned.NeedsHc3)
            {
                Store(T.Sqrt(errors.Hc3(contrast)), coefficient.Hc3.StandardError, offset);
                Store(residualDf, coefficient.Hc3.DegreesOfFreedom, offset);
            }

            if (planned.NeedsCr2)
            {
                T variance = errors.Cr2(contrast, out T df);
                Store(T.Sqrt(variance), coefficient.Cr2.StandardError, offset);
                Store(df, coefficient.Cr2.DegreesOfFreedom, offset);
            }
        }
    }

    /// <summary>One row per analysed therapist: the means with weight 1.</summary>
    private void TakeTherapistMeans()
    {
        TherapistStatistics<T> patients = _trials.Statistics;
        patients.Means.Span.CopyTo(_therapistMeans!.Means.Span);
        ReadOnlySpan<T> n = patients.Analysed.Span;
        Span<T> rows = _therapistMeans.Analysed.Span;
        for (int j = 0; j < n.Length; j++)
        {
            rows[j] = T.Min(n[j], T.Create(1));
        }

        _therapistMeans.Count();
        _therapistMeans.SumMeanProducts();
    }

    private void Range(int column, CurveRange range, int offset)
    {
        if (_trials.TryRange(column, out T least, out T most))
        {
            Store(least, range.Lowest, offset);
            Store(most, range.Highest, offset);
            return;
        }

        ReadOnlySpan<T> values = _trials.Statistics.MeansOf(column);
        ReadOnlySpan<T> n = _trials.Statistics.Analysed.Span;
        T lowest = T.Create(double.PositiveInfinity);
        T highest = T.Create(double.NegativeInfinity);
        if (_plan.World.IsComplete)
        {
            RangeOfAll(values, ref lowest, ref highest);
            Store(lowest, range.Lowest, offset);
            Store(highest, range.Highest, offset);
            return;
        }

        for (int j = 0; j < values.Length; j++)
        {
            T present = T.LessThan(T.Create(0), n[j]);
            lowest = T.Min(lowest, T.Select(present, values[j], lowest));
            highest = T.Max(highest, T.Select(present, values[j], highest));
        }

        Store(lowest, range.Lowest, offset);
        Store(highest, range.Highest, offset);
    }

    // Four at a time: one comparison need not wait for the last.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RangeOfAll(ReadOnlySpan<T> values, ref T lowest, ref T highest)
    {
        T low0 = lowest;
        T low1 = lowest;
        T low2 = lowest;
        T low3 = lowest;
        T high0 = highest;
        T high1 = highest;
        T high2 = highest;
        T high3 = highest;
        int j = 0;
        for (; j + 3 < values.Length; j += 4)
        {
            low0 = T.Min(low0, values[j]);
            high0 = T.Max(high0, values[j]);
            low1 = T.Min(low1, values[j + 1]);
            high1 = T.Max(high1, values[j + 1]);
            low2 = T.Min(low2, values[j + 2]);
            high2 = T.Max(high2, values[j + 2]);
            low3 = T.Min(low3, values[j + 3]);
            high3 = T.Max(high3, values[j + 3]);
        }

        for (; j < values.Length; j++)
        {
            low0 = T.Min(low0, values[j]);
            high0 = T.Max(high0, values[j]);
        }

        lowest = T.Min(T.Min(low0, low1), T.Min(low2, low3));
        highest = T.Max(T.Max(high0, high1), T.Max(high2, high3));
    }

    private void Correlations(PlannedCorrelations planned, CorrelationValues[] values, int offset)
    {
        for (int level = 0; level < values.Length; level++)
        {
            LevelCorrelation<T> found = LevelCorrelations.Of(_trials.Statistics, planned.Alliance, planned.Outcome, (CorrelationLevel)level);
            Store(found.Estimate, values[level].Estimate, offset);
            Store(found.DegreesOfFreedom, values[level].DegreesOfFreedom, offset);
            values[level].Estimable = WithLanes(values[level].Estimable, found.Estimable, offset);
        }
    }
}
