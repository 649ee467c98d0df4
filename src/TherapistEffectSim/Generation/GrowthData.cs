using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>The data tables of a replicate of a growth world: a row per patient and week, or per patient.</summary>
/// <remarks>
/// <c>alliance_between</c> and <c>alliance_within</c> are as in the tables of endpoint worlds, with each patient counted once. <c>after_onset</c> is week − onset week, 0 before it. <c>slope</c> is the least-squares slope of the patient's
/// measurements on week, of two at least; in the table by weeks it stands in the patient's first row alone, so that an analysis of slopes takes each patient once.
/// </remarks>
internal sealed class GrowthData
{
    private readonly GrowthWorld _world;
    private readonly GrowthTrial<Lane1> _trial;
    private readonly List<(int Therapist, int Position)> _patients = [];
    private readonly List<(int Patient, int Occasion)> _rows = []; // index into the patients
    private readonly double[] _observedMean;
    private double _grandMean;

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers.</param>
    public GrowthData(GrowthWorld world, ulong key)
    {
        _world = world;
        _trial = new(world, key);
        _observedMean = new double[world.Base.Layout.Therapists];
    }

    /// <summary>Analysed patients of the replicate.</summary>
    public int Patients { get; private set; }

    /// <summary>Therapists with an analysed patient.</summary>
    public int Therapists { get; private set; }

    /// <summary>Draws a replicate.</summary>
    /// <param name="replicate">From 0.</param>
    /// <param name="allPatients">Whether the tables hold all randomised patients and all weeks, with missing cells; else what is analysed.</param>
    public void Draw(long replicate, bool allPatients)
    {
        _trial.Draw(replicate);
        _patients.Clear();
        _rows.Clear();
        Patients = 0;
        Therapists = 0;
        double sum = 0;
        for (int j = 0; j < _observedMean.Length; j++)
        {
            int analysed = 0;
            double alliance = 0;
            int first = _trial.Batch.FirstPatient[j];
            for (int p = first; p < first + _trial.Batch.Patients[j]; p++)
            {
                bool isAnalysed = IsAnalysed(p);
                if (isAnalysed)
                {
                    analysed++;
                    alliance += _trial.Batch.Alliance.Span[p][0];
                }

                if (isAnalysed || allPatients)
                {
                    AddRows(p, isAnalysed, allPatients);
                    _patients.Add((j, p));
                }
            }

            _observedMean[j] = analysed > 0 ? _trial.Batch.ObservedBase.Span[j][0] + (alliance / analysed) : double.NaN;
            sum += analysed > 0 ? _observedMean[j] : 0;
            Therapists += analysed > 0 ? 1 : 0;
            Patients += analysed;
        }

        _grandMean = sum / Math.Max(Therapists, 1);
    }

    /// <summary>A row per patient and week.</summary>
    /// <param name="columns">Names of the columns, in order; none of them is to be had in a growth world only if it is a column of endpoint worlds.</param>
    public DataTable ByWeek(IEnumerable<string> columns) => new([.. columns.Select(name => Column(name, _rows.Count, row => _rows[row]))]);

    /// <summary>A row per patient; without week, and the outcome is that of the first week.</summary>
    /// <param name="columns">Names of the columns, in order.</param>
    public DataTable ByPatient(IEnumerable<string> columns) => new([.. columns.Select(name => Column(name, _patients.Count, row => (row, 0)))]);

    /// <summary>All columns, in the order of the file.</summary>
    public static ImmutableArray<string> Columns(GrowthWorld world) =>
    [
        GeneratedColumns.Patient, GeneratedColumns.Therapist, GeneratedColumns.Site, GeneratedColumns.Arm, GeneratedColumns.Week, GeneratedColumns.AfterOnset, GeneratedColumns.Outcome, GeneratedColumns.Slope,
        GeneratedColumns.Alliance, GeneratedColumns.AllianceBetween, GeneratedColumns.AllianceWithin, GeneratedColumns.Severity, GeneratedColumns.Adherence,
        .. GeneratedColumns.TraitsIn(world.Scenario),
        GeneratedColumns.TherapistScore, GeneratedColumns.PatientScore, GeneratedColumns.TrueAllianceBetween, GeneratedColumns.TrueAllianceWithin, GeneratedColumns.TrueAlliance,
        GeneratedColumns.TrueTherapistEffect, GeneratedColumns.TrueTherapistSlope,
    ];

    private void AddRows(int position, bool isAnalysed, bool allPatients)
    {
        int weeks = allPatients ? _world.Outcome.Weeks.Length : isAnalysed ? Measurements(position) : 0;
        for (int t = 0; t < weeks; t++)
        {
            _rows.Add((_patients.Count, t));
        }
    }

    private DataColumn Column(string name, int rows, Func<int, (int Patient, int Occasion)> at)
    {
        switch (name)
        {
            case GeneratedColumns.Site:
                return TextColumn.FromCells(name, Enumerable.Range(0, rows).Select(row =>
                    GeneratedColumns.SiteName(_world.Base.Layout.Site[_patients[at(row).Patient].Therapist] + 1, _world.Base.Layout.Sites)));
            case GeneratedColumns.Arm:
                return TextColumn.FromCells(name, Enumerable.Range(0, rows).Select(row => ArmOf(_patients[at(row).Patient])));
            default:
                double[] values = new double[rows];
                for (int row = 0; row < rows; row++)
                {
                    (int patient, int occasion) = at(row);
                    values[row] = Number(name, _patients[patient].Therapist, _patients[patient].Position, occasion);
                }

                return NumericColumn.WithGaps(name, [.. values]);
        }
    }

    private string ArmOf((int Therapist, int Position) patient) =>
        _world.Scenario.Trial.Arms[_world.Base.Layout.ArmOf(patient.Therapist, patient.Position - _trial.Batch.FirstPatient[patient.Therapist])];

    private double Number(string name, int j, int p, int occasion)
    {
        TrialBatch<Lane1> batch = _trial.Batch;
        double within = _world.Base.Components.AllianceWithinSd * batch.PatientScore.Span[p][0];
        return name switch
        {
            GeneratedColumns.Patient => p + 1,
            GeneratedColumns.Therapist => j + 1,
            GeneratedColumns.Week => _world.Outcome.Weeks[occasion],
            GeneratedColumns.AfterOnset => _world.AfterOnset[occasion],
            GeneratedColumns.Outcome => IsAnalysed(p) && occasion < Measurements(p) ? _trial.Outcome(p)[occasion][0] : double.NaN,
            GeneratedColumns.Slope => occasion == 0 && IsAnalysed(p) ? SlopeOf(p) : double.NaN,
            GeneratedColumns.Alliance => IsAnalysed(p) ? Alliance(j, p) : double.NaN,
            GeneratedColumns.AllianceBetween => IsAnalysed(p) ? _observedMean[j] - _grandMean : double.NaN,
            GeneratedColumns.AllianceWithin => IsAnalysed(p) ? Alliance(j, p) - _observedMean[j] : double.NaN,
            GeneratedColumns.Severity => batch.Severity.Span[p][0],
            GeneratedColumns.Adherence => batch.Adherence.Span[j][0],
            GeneratedColumns.TherapistScore => batch.TherapistScore.Span[j][0],
            GeneratedColumns.PatientScore => batch.PatientScore.Span[p][0],
            GeneratedColumns.TrueAllianceBetween => batch.AllianceBase.Span[j][0],
            GeneratedColumns.TrueAllianceWithin => within,
            GeneratedColumns.TrueAlliance => batch.AllianceBase.Span[j][0] + within,
            GeneratedColumns.TrueTherapistEffect => _trial.TherapistIntercept[j][0],
            GeneratedColumns.TrueTherapistSlope => _trial.TherapistSlope[j][0],
            _ => batch.Traits[GeneratedColumns.TraitsIn(_world.Scenario).IndexOf(name)].Span[p][0],
        };
    }

    private bool IsAnalysed(int p) => Lane1.Any(_trial.Analysed(p));

    private int Measurements(int p) => (int)_trial.Measurements(p)[0];

    private double Alliance(int j, int p) => _trial.Batch.ObservedBase.Span[j][0] + _trial.Batch.Alliance.Span[p][0];

    private double SlopeOf(int p)
    {
        int n = Measurements(p);
        ReadOnlySpan<double> weeks = _world.Outcome.Weeks.AsSpan()[..n];
        ReadOnlySpan<Lane1> outcome = _trial.Outcome(p)[..n];
        double mean = 0;
        foreach (double week in weeks)
        {
            mean += week / n;
        }

        double products = 0;
        double squares = 0;
        for (int t = 0; t < n; t++)
        {
            products += (weeks[t] - mean) * outcome[t][0];
            squares += (weeks[t] - mean) * (weeks[t] - mean);
        }

        return n > 1 ? products / squares : double.NaN;
    }
}
