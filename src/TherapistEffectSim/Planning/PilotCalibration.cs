using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Planning;

/// <summary>Estimates the world of a trial from the data of a pilot trial.</summary>
/// <remarks>
/// Variances and the slopes on severity come from random-intercept models by REML, intervals of variance shares from <see cref="VarianceShare"/>, loss from logistic
/// regressions. The effects that a trial is planned to show are left alone: those of a pilot trial are too uncertain, and too large where they were the reason to
/// go on (Leon, Davis &amp; Kraemer 2011, J. Psychiatr. Res. 45).
/// </remarks>
public sealed class PilotCalibration
{
    private readonly PilotData _data;
    private readonly double _confidence;
    private readonly NumericColumn? _severity; // in SDs
    private readonly NumericColumn? _alliance; // mean of the assessments, in units of the data
    private readonly ImmutableArray<CalibratedNumber>.Builder _numbers = ImmutableArray.CreateBuilder<CalibratedNumber>();
    private readonly SortedDictionary<PilotQuantity, string> _notEstimated = [];
    private readonly List<string> _notes = [];

    private PilotCalibration(PilotData data, double confidence)
    {
        _data = data;
        _confidence = confidence;
        _severity = data.Severity is null ? null : Standardised(data.Severity);
        _alliance = data.Alliance.IsEmpty ? null : data.MeanAlliance();
    }

    /// <summary>Estimates.</summary>
    /// <param name="data">The pilot trial.</param>
    /// <param name="confidence">Of all intervals, in (0, 1).</param>
    /// <exception cref="ModelException">The data do not suffice. The message says what is needed and what was found.</exception>
    public static Calibration Of(PilotData data, double confidence)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!(confidence > 0 && confidence < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "confidence must be a number > 0 and < 1.");
        }

        data = PilotLayout.WithoutSingletons(data);
        PilotLayout layout = PilotLayout.Of(data);
        PilotCalibration calibration = new(data, confidence);
        calibration.NoteLayout(layout);
        calibration.CalibrateOutcome();
        calibration.CalibrateAlliance();
        calibration._numbers.Add(CaseloadSpread.Mean(layout.Caseloads, confidence));
        calibration._numbers.Add(CaseloadSpread.Cv(layout.Caseloads, confidence));
        calibration.CalibrateLoss();
        calibration.NoteAllocation();
        return new()
        {
            Confidence = confidence,
            Layout = layout,
            Patients = data.Patients,
            Outcomes = data.Outcome.Values.Count(v => !double.IsNaN(v)),
            Assessments = data.Alliance.Length,
            HasSeverity = data.Severity is not null,
            Numbers = calibration._numbers.ToImmutable(),
            NotEstimated = calibration._notEstimated.ToImmutableSortedDictionary(),
            Notes = [.. calibration._notes],
        };
    }

    private void CalibrateOutcome()
    {
        PilotModel model = PilotModel.Of(_data, _data.Outcome, _severity);
        AddShare(PilotQuantity.OutcomeIcc, model.Share, model.Basis);
        AddResidualSd(model);
        if (_severity is not null)
        {
            _numbers.Add(model.SeveritySlope(PilotQuantity.OutcomeSeverity, 1, _confidence));
        }
    }

    private void CalibrateAlliance()
    {
        if (_alliance is null)
        {
            return;
        }

        foreach (NumericColumn assessment in _data.Alliance)
        {
            PilotModel.CheckVaries(assessment);
        }

        PilotModel model = PilotModel.Of(_data, _alliance, severity: null);
        AddShare(PilotQuantity.AllianceIcc, model.Share, model.Basis);
        CalibrateAssessments();
        if (_severity is not null)
        {
            double icc = Estimate(PilotQuantity.AllianceIcc) ?? 0;
            double reliability = Estimate(PilotQuantity.Reliability) ?? 1;
            double assessments = new Alliance
            {
                Assessments = _data.Alliance.Length,
                MissingAssessments = Estimate(PilotQuantity.MissingAssessments) ?? 0,
            }.EffectiveAssessments;
            double errorRatio = reliability > 0 ? (1 - reliability) / (reliability * assessments) : double.PositiveInfinity;
            double trueSd = Math.Sqrt(model.TotalVariance * (icc + ((1 - icc) / (1 + errorRatio))));
            if (trueSd > 0)
            {
                _numbers.Add(PilotModel.Of(_data, _alliance, _severity).SeveritySlope(PilotQuantity.AllianceSeverity, trueSd, _confidence));
            }
        }
    }

    // Patients within therapists and occasions, both as fixed effects, so that what therapists and occasions differ in is not reliability.
    private void CalibrateAssessments()
    {
        int assessments = _data.Alliance.Length;
        if (assessments < 2)
        {
            _notEstimated[PilotQuantity.Reliability] = "it takes several assessments of a patient";
            return;
        }

        TextColumn therapist = PilotLayout.Factor(_data.Therapist);
        List<(int Patient, int Occasion)> cells = [];
        List<int> patients = [];
        int missing = 0;
        for (int row = 0; row < _data.Patients; row++)
        {
            int[] there = [.. Enumerable.Range(0, assessments).Where(k => !_data.Alliance[k].IsMissing(row))];
            missing += there.Length > 0 ? assessments - there.Length : 0;
            if (there.Length > 0 && therapist.Codes[row] >= 0)
            {
                cells.AddRange(there.Select(k => (row, k)));
                patients.Add(row);
            }
        }

        int measured = _alliance!.Values.Count(v => !double.IsNaN(v));
        AddMissingAssessments(missing, measured * (assessments - 1));
        int[] strata = [.. patients.Select(row => therapist.Codes[row]).Distinct()];
        Dictionary<int, int> levelOf = patients.Select((row, level) => (row, level)).ToDictionary(p => p.row, p => p.level);
        VarianceShareModel model = VarianceShareModel.Of(
            [.. Enumerable.Range(1, assessments - 1).Select(k => cells.Select(c => c.Occasion == k ? 1.0 : 0).ToArray())],
            [.. cells.Select(c => _data.Alliance[c.Occasion].Values[c.Patient])],
            [.. cells.Select(c => levelOf[c.Patient])],
            [.. cells.Select(c => Array.IndexOf(strata, therapist.Codes[c.Patient]))]);
        if (model.BetweenDegreesOfFreedom < 1 || model.WithinDegreesOfFreedom < 1 || !(model.WithinSumOfSquares > 0))
        {
            _notEstimated[PilotQuantity.Reliability] = "there are too few patients with several assessments, or their assessments do not differ";
            return;
        }

        AddShare(PilotQuantity.Reliability, model, string.Create(CultureInfo.InvariantCulture,
            $"{cells.Count} assessments of {patients.Count} patients of {strata.Length} therapists"));
    }

    private void CalibrateLoss()
    {
        bool[] measured = [.. Enumerable.Range(0, _data.Patients).Select(row => _alliance is null || !_alliance.IsMissing(row))];
        double[]? severity = _severity is null ? null : [.. _severity.Values];
        if (_alliance is not null)
        {
            Add(
                LossModel.Of(
                    [.. measured.Select(m => !m)],
                    PilotQuantity.AllianceLossRate,
                    severity is null ? [] : [(PilotQuantity.AllianceLossBySeverity, severity)],
                    _confidence),
                severity is null ? [] : [PilotQuantity.AllianceLossBySeverity]);
        }

        int[] stage2 = [.. Enumerable.Range(0, _data.Patients).Where(row => measured[row])];
        double[]? alliance = _alliance is null ? null : [.. Standardised(_alliance).Values];
        List<(PilotQuantity Slope, double[] Values)> covariates = [];
        foreach ((PilotQuantity slope, double[]? values) in
            new[] { (PilotQuantity.OutcomeLossBySeverity, severity), (PilotQuantity.OutcomeLossByAlliance, alliance) })
        {
            if (values is not null)
            {
                covariates.Add((slope, [.. stage2.Select(row => values[row])]));
            }
        }

        Add(
            LossModel.Of([.. stage2.Select(_data.Outcome.IsMissing)], PilotQuantity.OutcomeLossRate, covariates, _confidence),
            [.. covariates.Select(c => c.Slope)]);
    }

    private void Add(LossModel loss, IEnumerable<PilotQuantity> slopes)
    {
        _numbers.Add(loss.Rate);
        _numbers.AddRange(loss.Slopes);
        foreach (PilotQuantity slope in loss.NotEstimated is null ? [] : slopes)
        {
            _notEstimated[slope] = loss.NotEstimated!;
        }
    }

    private void AddShare(PilotQuantity quantity, VarianceShareModel model, string basis)
    {
        VarianceShare share = VarianceShare.Of(model, _confidence);
        string method = share.Method == ShareIntervalMethod.ExactF
            ? "REML; exact F interval"
            : "REML; profile-likelihood interval, as the exact F interval does not hold the estimate";
        _numbers.Add(new(quantity, share.Estimate, share.Interval, method, basis));
    }

    // What therapists leave within them has σ² times a χ² distribution, exactly.
    private void AddResidualSd(PilotModel model)
    {
        double sum = model.Share.WithinSumOfSquares;
        int df = model.Share.WithinDegreesOfFreedom;
        double tail = (1 - _confidence) / 2;
        _numbers.Add(new(
            PilotQuantity.ResidualSd,
            Math.Sqrt(sum / df),
            new(Math.Sqrt(sum / ChiSquared.UpperQuantile(tail, df)), Math.Sqrt(sum / ChiSquared.Quantile(tail, df))),
            "mean square within therapists; exact chi-squared interval",
            model.Basis));
    }

    private void AddMissingAssessments(int missing, int possible) => _numbers.Add(new(
        PilotQuantity.MissingAssessments,
        missing / (double)possible,
        WilsonInterval.Of(missing, possible, Randomness.NormalDistribution.UpperQuantile((1 - _confidence) / 2)),
        "share; Wilson interval, assessments taken as independent",
        string.Create(CultureInfo.InvariantCulture, $"{missing} missing of {possible} assessments after the first")));

    private double? Estimate(PilotQuantity quantity) => _numbers.FirstOrDefault(n => n.Quantity == quantity)?.Estimate;

    private void NoteLayout(PilotLayout layout)
    {
        if (layout.PatientsLeftOut > 0)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"Patients of arms with therapists for whom {_data.Therapist.Name} names none: {layout.PatientsLeftOut}. They count for loss only."));
        }

        if (layout.ExceptionalTherapists > 0)
        {
            string said = layout.Nesting == Nesting.Crossed ? "in one arm only, unlike the others: {0}. Taken as crossed: each treats in every arm." : "in several arms, unlike the others: {0}. Taken as nested within arms.";
            _notes.Add("Therapists who treat " + string.Format(CultureInfo.InvariantCulture, said, layout.ExceptionalTherapists));
        }

        int withoutAlliance = _alliance is null ? 0 : Enumerable.Range(0, _data.Patients).Count(row => _alliance.IsMissing(row) && !_data.Outcome.IsMissing(row));
        if (withoutAlliance > 0)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"Patients with an outcome but no alliance: {withoutAlliance}. The analyses of a study take complete patients only, and count them as lost."));
        }
    }

    // Whether the therapists' patients differ in severity by more than random allocation brings about.
    private void NoteAllocation()
    {
        if (_severity is null)
        {
            return;
        }

        PilotModel model = PilotModel.Of(_data, _severity, severity: null);
        VarianceShare share = VarianceShare.Of(model.Share, _confidence);
        if (share.Interval.Low > 0)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"Patients of different therapists differ in severity (ICC {share.Estimate:F3} [{share.Interval.Low:F3}, {share.Interval.High:F3}]), so that they did not come at random: see allocation: case-mix."));
        }
    }

    private static NumericColumn Standardised(NumericColumn column)
    {
        PilotModel.CheckVaries(column);
        double[] known = [.. column.Values.Where(v => !double.IsNaN(v))];
        double mean = known.Average();
        double sd = Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1));
        return NumericColumn.WithGaps(column.Name, [.. column.Values.Select(v => (v - mean) / sd)]);
    }
}
