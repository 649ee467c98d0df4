using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using static TherapistEffectSim.Inference.LeastSquaresProjection;

namespace TherapistEffectSim.Inference;

/// <summary>The columns of a model and the outcome in a <see cref="MixedPopulation"/>, split into therapist means and deviations from them.</summary>
/// <remarks>Vectors hold √weight·value.</remarks>
internal sealed class MixedModel
{
    // Share of a column's length below which a part of it is rounding error.
    private const double PartTolerance = 1e-10;

    private const long MostNumbers = 4_000_000;

    private readonly MixedPopulation _population;
    private readonly ImmutableArray<MixedTherapist> _betweenPoints;
    private readonly ImmutableArray<MixedTherapist> _withinPoints; // only the cells that patients' columns and outcome need

    private MixedModel(MixedPopulation population, MixedColumn[] columns, ImmutableArray<MixedTherapist> between, ImmutableArray<MixedTherapist> within)
    {
        _population = population;
        Columns = columns;
        _betweenPoints = between;
        _withinPoints = within;
        Between = new double[columns.Length][];
        Within = new double[columns.Length][];
        HasWithin = new bool[columns.Length];
        HasBetween = new bool[columns.Length];
        for (int k = 0; k < columns.Length; k++)
        {
            Func<MixedTherapist, MixedPatient, double> value = columns[k].Value;
            Between[k] = Means(value);
            Within[k] = columns[k].IsOfTherapists ? NoPatients() : Deviations(value);
            HasWithin[k] = Length(Within[k]) > PartTolerance * Length(Between[k]);
            double mean = Dot(Between[k], OfTherapists(_ => 1));
            double[] varying = [.. Between[k].Zip(OfTherapists(_ => mean), (x, m) => x - m)];
            HasBetween[k] = Length(varying) > PartTolerance * Size(k);
            if (!HasWithin[k])
            {
                Within[k] = NoPatients();
            }
        }

        OutcomeBetween = Means((t, p) => population.Outcome(t, p));
        OutcomeWithin = Deviations((t, p) => population.Outcome(t, p));
    }

    /// <summary>The columns.</summary>
    public MixedColumn[] Columns { get; }

    /// <summary>[column] Therapist means.</summary>
    public double[][] Between { get; }

    /// <summary>[column] Deviations from the therapist means.</summary>
    public double[][] Within { get; }

    /// <summary>[column] Whether it varies within therapists.</summary>
    public bool[] HasWithin { get; }

    /// <summary>[column] Whether therapists differ in its mean.</summary>
    public bool[] HasBetween { get; }

    /// <summary>Therapist means of the structural outcome.</summary>
    public double[] OutcomeBetween { get; }

    /// <summary>Deviations from them.</summary>
    public double[] OutcomeWithin { get; }

    /// <summary>Variance of the therapists' effects that has no points.</summary>
    public double EffectVarianceLeft => _population.EffectVarianceLeft;

    /// <summary>The model; <see langword="null"/> if there is no exact rule, or it would be too large.</summary>
    /// <param name="world">The world.</param>
    /// <param name="allocation">Its allocation, or another one.</param>
    /// <param name="columns">The columns.</param>
    public static MixedModel? Of(World world, Allocation allocation, ImmutableArray<FixedColumn> columns)
    {
        ImmutableHashSet<string> reads = [.. columns.SelectMany(c => c.Expression.Variables)];
        double degree = columns.Select(c => PopulationColumn.Degree(c.Expression)).DefaultIfEmpty().Max();
        if (MixedGrid.Of(world, allocation, reads, degree) is not { } grid)
        {
            return null;
        }

        MixedPopulation population = new(world, allocation, grid);
        MixedColumn[] mixed = [.. columns.Select(c => new MixedColumn(c.Expression, world, population.MeanScore))];
        MixedColumn[] ofPatients = [.. mixed.Where(c => !c.IsOfTherapists)];
        bool slopesOfArms = ((EndpointOutcome)world.Scenario.Outcome).Moderations.Arm != 0;
        ImmutableArray<MixedTherapist> between = population.Therapists(
            byArm: true, bySite: mixed.Any(c => c.ReadsSite));
        ImmutableArray<MixedTherapist> within = population.Therapists(
            byArm: slopesOfArms || ofPatients.Any(c => c.ReadsArm), bySite: ofPatients.Any(c => c.ReadsSite));
        long patients = population.PatientPoints;
        return (between.Length * patients) > MostNumbers || ((between.Length + (within.Length * patients)) * Math.Max(1, columns.Length)) > MostNumbers
            ? null
            : new(population, mixed, between, within);
    }

    /// <summary>√E x² of a column.</summary>
    public double Size(int column) => Math.Sqrt(Dot(Between[column], Between[column]) + Dot(Within[column], Within[column]));

    /// <summary>√E x² of the part of a column that its coefficient is taken from.</summary>
    public double DeterminingSize(int column) => HasWithin[column] ? Length(Within[column]) : Length(Between[column]);

    /// <summary>A function of the therapist.</summary>
    public double[] OfTherapists(Func<MixedTherapist, double> value) => [.. _betweenPoints.Select(t => Math.Sqrt(t.Weight) * value(t))];

    /// <summary>Nothing within therapists.</summary>
    public double[] NoPatients() => new double[_withinPoints.Length * _population.PatientPoints];

    /// <summary>Therapist means of a function of therapist and patient.</summary>
    public double[] Means(Func<MixedTherapist, MixedPatient, double> value)
    {
        double[] means = new double[_betweenPoints.Length];
        for (int j = 0; j < means.Length; j++)
        {
            means[j] = Math.Sqrt(_betweenPoints[j].Weight) * Mean(value, _betweenPoints[j]);
        }

        return means;
    }

    /// <summary>Deviations of a function of therapist and patient from its therapist means.</summary>
    public double[] Deviations(Func<MixedTherapist, MixedPatient, double> value)
    {
        double[] deviations = NoPatients();
        int next = 0;
        foreach (MixedTherapist therapist in _withinPoints)
        {
            double mean = Mean(value, therapist);
            foreach (MixedPatient patient in _population.PatientsOf(therapist))
            {
                deviations[next++] = Math.Sqrt(therapist.Weight * patient.Weight) * (value(therapist, patient) - mean);
            }
        }

        return deviations;
    }

    /// <summary>Variance within therapists of what has no points, slopes apart.</summary>
    public double WithinVarianceLeft()
    {
        double variance = 0;
        foreach (MixedTherapist therapist in _betweenPoints)
        {
            variance += therapist.Weight * Mean((_, p) => _population.WithinVarianceLeft(p), therapist);
        }

        return variance;
    }

    public static double Length(double[] values) => Math.Sqrt(Dot(values, values));

    private double Mean(Func<MixedTherapist, MixedPatient, double> value, in MixedTherapist therapist)
    {
        double mean = 0;
        foreach (MixedPatient patient in _population.PatientsOf(therapist))
        {
            mean += patient.Weight * value(therapist, patient);
        }

        return mean;
    }
}
