using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>A growth scenario made ready for generation. Immutable, shared by all threads.</summary>
internal sealed class GrowthWorld
{
    private const int QuasiRandomPoints = 65_536;
    private const double RateTolerance = 1e-12;
    private const int MostSteps = 200;

    public GrowthWorld(Scenario scenario)
    {
        Scenario = scenario;
        Outcome = (GrowthOutcome)scenario.Outcome;
        Base = new(scenario.WithoutGrowth);
        Components = GrowthComponents.Of(Outcome);
        AfterOnset = [.. Outcome.Weeks.Select(week => Math.Max(0, week - Outcome.OnsetWeek))];
        Course = [.. Outcome.Weeks.Select(CourseAt)];
        Between = Outcome.Between.Curve;
        Within = Outcome.Within.Curve;
        TraitOutcomes = [.. scenario.Traits.Values.Select(trait => trait.Outcome)];
        ArmEffectTrait = Outcome.ArmEffectFor is { } trait ? scenario.Traits.Keys.ToImmutableArray().IndexOf(trait) : -1;
        DropoutHazard = Outcome.Dropout.Rate > 0 ? SolveDropout(Outcome.Dropout) : null;
    }

    /// <summary>The scenario.</summary>
    public Scenario Scenario { get; }

    /// <summary>Its outcome.</summary>
    public GrowthOutcome Outcome { get; }

    /// <summary>Therapists, patients, alliances and sites.</summary>
    public World Base { get; }

    /// <summary>Standard deviations and the arm effect.</summary>
    public GrowthComponents Components { get; }

    /// <summary>[occasion] Weeks since the onset of effects on the slope; 0 before it.</summary>
    public double[] AfterOnset { get; }

    /// <summary>[occasion] Mean course, intercept included.</summary>
    public double[] Course { get; }

    /// <summary>Slope as a function of the therapist's score.</summary>
    public ResponseCurve Between { get; }

    /// <summary>Slope as a function of the patient's score.</summary>
    public ResponseCurve Within { get; }

    /// <summary>[trait] What it does to the outcome, at all weeks; outcome units.</summary>
    public double[] TraitOutcomes { get; }

    /// <summary>Index of the trait without which there is no arm effect; −1 if there is none.</summary>
    public int ArmEffectTrait { get; }

    /// <summary>λ; <see langword="null"/> if nobody is lost.</summary>
    public double? DropoutHazard { get; }

    /// <summary>SD of the deviation of a patient's slope, the therapist's part included; outcome units per week.</summary>
    public double SlopeSd =>
        Math.Sqrt((Components.Patients.SlopeSd * Components.Patients.SlopeSd) + (Components.Therapists.SlopeSd * Components.Therapists.SlopeSd));

    /// <summary>Constants that were solved at set-up, by name.</summary>
    public IEnumerable<KeyValuePair<string, double>> SolvedConstants()
    {
        foreach (KeyValuePair<string, double> constant in Base.SolvedConstants())
        {
            yield return constant;
        }

        if (DropoutHazard is { } hazard)
        {
            yield return new("outcome.dropout.hazard", hazard);
        }
    }

    private double CourseAt(double week) => Outcome.Turn is { } turn && week > turn.Week
        ? Outcome.Intercept + (Outcome.Slope * turn.Week) + (turn.Slope * (week - turn.Week))
        : Outcome.Intercept + (Outcome.Slope * week);

    // E exp(−λ·e^η) = 1 − rate, decreasing and convex in λ: Newton's steps from 0 stay below the root.
    private double SolveDropout(GrowthDropout dropout)
    {
        if (dropout.DependsOn == new GrowthDropoutSlopes())
        {
            return -Elementary.Log(1 - dropout.Rate);
        }

        double[] ratios = Ratios(dropout.DependsOn, out double[] shares);
        double hazard = 0;
        for (int step = 0; step < MostSteps; step++)
        {
            double kept = 0;
            double slope = 0;
            for (int i = 0; i < ratios.Length; i++)
            {
                double survival = shares[i] * Elementary.Exp(-hazard * ratios[i]);
                kept += survival;
                slope += survival * ratios[i];
            }

            double excess = kept - (1 - dropout.Rate);
            if (excess <= RateTolerance)
            {
                break;
            }

            hazard += excess / slope;
        }

        return hazard;
    }

    // e^η of fixed patients, no seed entering, and their weights, which add up to 1.
    private double[] Ratios(GrowthDropoutSlopes slopes, out double[] shares)
    {
        bool ofPatients = slopes.Severity != 0 || slopes.TrueAlliance != 0;
        PatientCovariates? patients = ofPatients ? GeneratedPatients.Of(new(Base.Scenario with { Attrition = new() })) : null;
        int count = patients?.Count ?? QuasiRandomPoints;
        double[] ratios = new double[count];
        double[] weights = new double[count];
        double allianceSd = patients is null ? 1 : Sd(patients.TrueAlliance, patients.Share);
        KroneckerSequence points = new(2);
        double total = 0;
        for (int i = 0; i < count; i++)
        {
            points.Normals(i, 0, out double slope, out _);
            double eta = slopes.Slope * slope;
            if (patients is not null)
            {
                eta += (slopes.Severity * patients.Severity[i]) + (slopes.TrueAlliance * patients.TrueAlliance[i] / allianceSd);
            }

            ratios[i] = Elementary.Exp(eta);
            weights[i] = patients is null ? 1 : patients.Share[i];
            total += weights[i];
        }

        AllianceSd = allianceSd;
        for (int i = 0; i < count; i++)
        {
            weights[i] /= total;
        }

        shares = weights;
        return ratios;
    }

    /// <summary>SD of the true alliance, by which the hazard of loss is standardised.</summary>
    public double AllianceSd { get; private set; } = 1;

    private static double Sd(ReadOnlySpan<double> values, ReadOnlySpan<double> shares)
    {
        double total = 0;
        double mean = 0;
        double square = 0;
        for (int i = 0; i < values.Length; i++)
        {
            total += shares[i];
            mean += shares[i] * values[i];
            square += shares[i] * values[i] * values[i];
        }

        mean /= total;
        return Math.Sqrt((square / total) - (mean * mean));
    }
}
