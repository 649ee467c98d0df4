using System.Collections.Immutable;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using static TherapistEffectSim.Inference.LeastSquaresProjection;

namespace TherapistEffectSim.Inference;

/// <summary>How a model weighs what lies between therapists against what lies within them, with infinite caseloads.</summary>
internal enum LevelWeighting
{
    /// <summary>A random intercept: each level by itself.</summary>
    EachLevel,

    /// <summary>Ordinary least squares over patients: both at once.</summary>
    Patients,

    /// <summary>Ordinary least squares over therapist means: between only.</summary>
    TherapistMeans,
}

/// <summary>A response projected on the columns of a model. Vectors hold √weight·value at the points of the population.</summary>
/// <param name="Coefficients">Per column; <see langword="null"/> if it is dropped or conflated.</param>
/// <param name="Between">What is left between therapists.</param>
/// <param name="Within">What is left within therapists.</param>
internal sealed record Projected(double?[] Coefficients, double[] Between, double[] Within);

/// <summary>The columns of a model in the trial's population, split into therapist means and deviations from them.</summary>
/// <remarks>With infinite caseloads the two parts of any two columns are uncorrelated. Vectors hold √weight·value.</remarks>
internal sealed class PopulationModel
{
    // Share of a column's length below which its therapist means count as equal.
    private const double LevelTolerance = 1e-10;

    private readonly LevelWeighting _weighting;
    private readonly TrialPopulation _population;
    private readonly PopulationColumn[] _columns;
    private readonly ImmutableArray<TherapistPoint> _betweenPoints;
    private readonly ImmutableArray<TherapistPoint> _withinPoints; // only what the patients' columns need
    private readonly double[] _meanOfPatientColumn;                // 0 for the other columns
    private readonly LeastSquaresProjection _first;                // both levels, or within therapists
    private readonly LeastSquaresProjection _second;               // between therapists; no columns if both are in the first

    public PopulationModel(World world, TrialPopulation population, ImmutableArray<FixedColumn> columns, LevelWeighting weighting)
    {
        _weighting = weighting;
        _population = population;
        _columns = [.. columns.Select(c => new PopulationColumn(c.Expression, world))];
        Variables = Read(_columns);
        _betweenPoints = population.Therapists(Variables with { Arm = true, Score = true });
        _withinPoints = population.Therapists(Read(_columns.Where(c => !c.IsConstantWithinTherapists)));
        _meanOfPatientColumn = new double[columns.Length];
        Levels = new TermLevel[columns.Length];
        Between = new double[columns.Length][];
        Within = new double[columns.Length][];
        for (int k = 0; k < columns.Length; k++)
        {
            Split(k);
        }

        bool both = weighting == LevelWeighting.Patients;
        _first = new([.. Enumerable.Range(0, columns.Length).Where(InFirst).Select(k => both ? [.. Between[k], .. Within[k]] : Within[k])]);
        _second = new([.. Enumerable.Range(0, columns.Length).Where(InSecond).Select(k => Between[k])]);
    }

    /// <summary>Therapist variables that the columns read.</summary>
    public TherapistVariables Variables { get; }

    /// <summary>[column]</summary>
    public TermLevel[] Levels { get; }

    /// <summary>[column] Therapist means.</summary>
    public double[][] Between { get; }

    /// <summary>[column] Deviations from the therapist means.</summary>
    public double[][] Within { get; }

    /// <summary>A function of the therapist.</summary>
    public double[] OfTherapists(Func<TherapistPoint, double> value) =>
        [.. _betweenPoints.Select(t => Math.Sqrt(t.Weight) * value(t))];

    /// <summary>A function of the patient whose mean is 0.</summary>
    public double[] OfPatients(Func<PatientPoint, double> value) =>
        [.. _withinPoints.SelectMany(t => _population.Patients.Select(p => Math.Sqrt(t.Weight * p.Weight) * value(p)))];

    /// <summary>√E x² of a column's part that its coefficient is taken from.</summary>
    public double Size(int column) => Levels[column] switch
    {
        TermLevel.Therapist => Length(Between[column]),
        TermLevel.Patient => Length(Within[column]),
        _ => Math.Sqrt(Dot(Between[column], Between[column]) + Dot(Within[column], Within[column])),
    };

    /// <summary>Projects a response on the columns that are not conflated.</summary>
    /// <param name="between">Its therapist means.</param>
    /// <param name="within">Its deviations from them.</param>
    public Projected Project(double[] between, double[] within)
    {
        double?[] coefficients = new double?[_columns.Length];
        bool both = _weighting == LevelWeighting.Patients;
        double?[] first = _first.Coefficients(both ? [.. between, .. within] : within, out double[] left);
        Fill(coefficients, InFirst, first);
        if (both)
        {
            return new(coefficients, left[..between.Length], left[between.Length..]);
        }

        double shift = 0;
        for (int k = 0; k < coefficients.Length; k++)
        {
            shift += (coefficients[k] ?? 0) * _meanOfPatientColumn[k];
        }

        double[] shifted = [.. between.Zip(_betweenPoints, (y, t) => y - (Math.Sqrt(t.Weight) * shift))];
        Fill(coefficients, InSecond, _second.Coefficients(shifted, out double[] leftBetween));
        return new(coefficients, leftBetween, left);
    }

    public static double Length(double[] values) => Math.Sqrt(Dot(values, values));

    private static TherapistVariables Read(IEnumerable<PopulationColumn> columns) => columns.Aggregate(
        default(TherapistVariables),
        (all, c) => new(all.Arm || c.Reads.Arm, all.Site || c.Reads.Site, all.Score || c.Reads.Score, all.Effect || c.Reads.Effect));

    private static void Fill(double?[] coefficients, Func<int, bool> isIn, double?[] values)
    {
        int next = 0;
        for (int k = 0; k < coefficients.Length; k++)
        {
            if (isIn(k))
            {
                coefficients[k] = values[next++];
            }
        }
    }

    private bool InFirst(int k) => _weighting switch
    {
        LevelWeighting.EachLevel => Levels[k] == TermLevel.Patient,
        LevelWeighting.Patients => Levels[k] != TermLevel.Conflated,
        _ => false,
    };

    private bool InSecond(int k) => _weighting != LevelWeighting.Patients && Levels[k] == TermLevel.Therapist;

    private void Split(int k)
    {
        PopulationColumn column = _columns[k];
        if (column.IsConstantWithinTherapists)
        {
            Levels[k] = TermLevel.Therapist;
            Between[k] = OfTherapists(t => column.Value(_population, t, default));
            Within[k] = new double[_withinPoints.Length * _population.Patients.Length];
            return;
        }

        double[] means = [.. _withinPoints.Select(t => Mean(column, t))];
        Within[k] = [.. _withinPoints.SelectMany((t, j) => _population.Patients.Select(
            p => Math.Sqrt(t.Weight * p.Weight) * (column.Value(_population, t, p) - means[j])))];
        double size = Math.Sqrt(Dot(Within[k], Within[k]) + means.Zip(_withinPoints, (m, t) => t.Weight * m * m).Sum());
        bool conflated = column.ReadsBothLevels || means.Max() - means.Min() > LevelTolerance * size;
        Levels[k] = conflated ? TermLevel.Conflated : TermLevel.Patient;
        _meanOfPatientColumn[k] = conflated ? 0 : means.Zip(_withinPoints, (m, t) => t.Weight * m).Sum();
        Between[k] = OfTherapists(t => conflated ? Mean(column, t) : _meanOfPatientColumn[k]);
    }

    private double Mean(PopulationColumn column, TherapistPoint therapist) =>
        _population.Patients.Sum(p => p.Weight * column.Value(_population, therapist, p));
}
