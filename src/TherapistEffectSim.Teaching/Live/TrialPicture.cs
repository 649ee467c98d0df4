using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Teaching.Live;

/// <summary>One simulated trial to look at: the therapists' means, the truth, and what a line and a parabola make of it.</summary>
internal sealed record TrialPicture
{
    private const int CurvePoints = 61;
    private const int FitPoints = 25;
    private const double Reach = 1.05; // of the axis, in units of the farthest therapist

    /// <summary>Number of the trial among those of the study.</summary>
    public required int Trial { get; init; }

    /// <summary>Patients and therapists analysed.</summary>
    public required int Patients { get; init; }

    /// <summary>The therapists.</summary>
    public required ImmutableArray<TherapistPoint> Therapists { get; init; }

    /// <summary>Expected outcome of a therapist's patients, by their true mean alliance.</summary>
    public required ImmutableArray<PlanePoint> Truth { get; init; }

    /// <summary>The fitted line with its 95 % band.</summary>
    public required ImmutableArray<BandPoint> Line { get; init; }

    /// <summary>The fitted parabola with its 95 % band.</summary>
    public required ImmutableArray<BandPoint> Parabola { get; init; }

    /// <summary>The decisions on this trial, by the names of the tests.</summary>
    public required ImmutableArray<Decision> Decisions { get; init; }

    /// <summary>Makes the picture of a trial: the same data as the study analyses.</summary>
    /// <param name="study">A study of one scenario.</param>
    /// <param name="trial">Number of the trial, from 1.</param>
    public static TrialPicture Of(Study study, int trial)
    {
        Cell cell = study.Cells[0];
        DataTable data = ReplicateData.Of(study, scenario: 1, trial, allPatients: false);
        TherapistRows rows = new(data);
        double farthest = Math.Max(rows.Therapists.Max(t => Math.Abs(t.Alliance)), VarianceComponents.Of(cell.Scenario).AllianceBetweenSd);
        return new()
        {
            Trial = trial,
            Patients = data.Rows,
            Therapists = rows.Therapists,
            Truth = TrueCurve(cell.Scenario, rows.SecondArmShare, Reach * farthest),
            Line = Fit(rows, "outcome ~ {0}x + within + (1 | therapist)", Reach * farthest),
            Parabola = Fit(rows, "outcome ~ {0}x + I(x^2) + within + (1 | therapist)", Reach * farthest),
            Decisions = Decide(study, trial),
        };
    }

    private static ImmutableArray<PlanePoint> TrueCurve(Scenario scenario, double secondArmShare, double reach)
    {
        VarianceComponents parts = VarianceComponents.Of(scenario);
        double level = parts.ArmEffect * secondArmShare;
        return
        [
            .. Enumerable.Range(0, CurvePoints).Select(i => -reach + (2 * reach * i / (CurvePoints - 1)))
                .Select(x => new PlanePoint(x, level + (parts.AllianceBetweenSd > 0 ? parts.Between.At(x / parts.AllianceBetweenSd) : 0))),
        ];
    }

    // With the alliance measured from x0, and all else from its mean, the intercept is the fitted outcome at x0, and its interval the band.
    private static ImmutableArray<BandPoint> Fit(TherapistRows rows, string formula, double reach)
    {
        Formula parsed = Formula.Parse(string.Format(CultureInfo.InvariantCulture, formula, string.Concat(rows.OtherColumns.Select(c => c.Name + " + "))));
        BandPoint?[] points = new BandPoint?[FitPoints];
        Parallel.For(0, FitPoints, i =>
        {
            double at = -reach + (2 * reach * i / (FitPoints - 1));
            try
            {
                FixedEffect intercept = LinearMixedModel.Fit(rows.From(at), parsed, Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite).FixedEffects[0];
                points[i] = intercept is { ConfLow: double low, ConfHigh: double high } ? new(at, intercept.Estimate, low, high) : null;
            }
            catch (ModelException)
            {
                points[i] = null; // too few therapists are left for the model: the picture shows no curve
            }
        });
        return [.. points.OfType<BandPoint>()];
    }

    // The study's own tests of this trial: of the trials up to it, the last.
    private static ImmutableArray<Decision> Decide(Study study, int trial)
    {
        List<ReplicateRow> rows = [];
        StudyOutline outline = StudyOutline.Of(study, study.Cells[0]);
        StudyRunner.Run(
            study with { Replicates = trial },
            new() { OnCell = _ => { }, OnReplicate = row => { if (row.Replicate == trial) { rows.Add(row); } } },
            CancellationToken.None);
        return
        [
            .. from member in outline.JointTests
               let row = rows.First(r => r.Method == member.Method && r.Term == member.Term && r.Test == member.Test)
               select new Decision(member.Name, double.IsNaN(row.PValue) ? null : row.PValue, row.PValue < study.Alpha),
        ];
    }
}

/// <summary>A therapist in a trial.</summary>
/// <param name="Alliance">Mean measured alliance of the patients analysed; alliance SDs.</param>
/// <param name="Outcome">Their mean outcome.</param>
/// <param name="Patients">Their number.</param>
internal sealed record TherapistPoint(double Alliance, double Outcome, int Patients);

/// <summary>A point of a curve.</summary>
internal sealed record PlanePoint(double X, double Y);

/// <summary>A point of a fitted curve with its 95 % interval.</summary>
internal sealed record BandPoint(double X, double Y, double Low, double High);

/// <summary>What a test says of a trial.</summary>
/// <param name="Name">Its name in the patterns.</param>
/// <param name="PValue"><see langword="null"/> if it could not be made.</param>
/// <param name="IsSignificant">Whether it rejects.</param>
internal sealed record Decision(string Name, double? PValue, bool IsSignificant);
