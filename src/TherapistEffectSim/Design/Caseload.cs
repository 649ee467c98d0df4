using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>Patients of one therapist in the trial, before attrition.</summary>
public abstract record Caseload
{
    /// <summary>Most patients that one therapist can have: what the counters of the random numbers can address.</summary>
    public const int Largest = 100_000;

    internal abstract IEnumerable<Problem> Problems(int therapists);

    /// <summary>Expected patients of a trial with this many therapists.</summary>
    internal abstract double ExpectedPatients(int therapists);
}

/// <summary>The same number of patients for every therapist.</summary>
public sealed record FixedCaseload : Caseload
{
    /// <summary>Patients per therapist.</summary>
    [Interval(1, Largest)]
    public required int Patients { get; init => field = Require.Declared<FixedCaseload>(value); }

    internal override double ExpectedPatients(int therapists) => (double)Patients * therapists;

    internal override IEnumerable<Problem> Problems(int therapists) => [];
}

/// <summary>One number of patients for each therapist, in the order in which therapists are dealt to arms and sites.</summary>
public sealed record ListedCaseload : Caseload
{
    /// <summary>Patients of each therapist.</summary>
    [Interval(1, Largest)]
    public required ImmutableArray<int> Patients { get; init; }

    /// <inheritdoc/>
    public bool Equals(ListedCaseload? other) => other is not null && Patients.SequenceEqual(other.Patients);

    /// <inheritdoc/>
    public override int GetHashCode() => Patients.Length == 0 ? 0 : HashCode.Combine(Patients.Length, Patients[0], Patients[^1]);

    internal override double ExpectedPatients(int therapists) => Patients.Sum(n => (double)n);

    internal override IEnumerable<Problem> Problems(int therapists)
    {
        if (Patients.Length != therapists)
        {
            yield return new("", $"caseload lists {Patients.Length} therapists, but the trial has {therapists}.");
        }

        foreach (int n in Patients.Where(n => n is < 1 or > Largest).Take(1))
        {
            yield return new("", $"caseload must list whole numbers in [1, {Largest}], but has {n}.");
        }
    }
}

/// <summary>Caseloads drawn anew in every replicate: 1 + a negative binomial number.</summary>
public sealed record DrawnCaseload : Caseload
{
    // Beyond mean·(1 + 6 cv + 25 cv²) the probability is below 1e-9: the tail falls by e per mean·cv² patients.
    private double Reach => Mean * (1 + (6 * Cv) + (25 * Cv * Cv));

    /// <summary>Expected patients per therapist.</summary>
    [Description("Expected patients per therapist.")]
    [Interval(1, 20_000)]
    public required double Mean { get; init => field = Require.Declared<DrawnCaseload>(value); }

    /// <summary>Coefficient of variation: SD of the caseload over its mean. 0: equal caseloads.</summary>
    [Description("Coefficient of variation of the caseload: its SD over its mean. 0 gives equal caseloads.")]
    [Interval(0, 10)]
    public required double Cv { get; init => field = Require.Declared<DrawnCaseload>(value); }

    internal override double ExpectedPatients(int therapists) => Mean * therapists;

    internal override IEnumerable<Problem> Problems(int therapists)
    {
        double variance = Cv * Mean * Cv * Mean;
        if (Cv > 0 && Mean == 1)
        {
            yield return new("", "caseload with a mean of 1 cannot vary: every therapist has at least one patient.");
            yield break;
        }

        if (Reach > Largest)
        {
            yield return new("", string.Create(CultureInfo.InvariantCulture,
                $"caseload with a mean of {Mean} and a cv of {Cv} would reach beyond {Largest} patients of one therapist."));
        }
        else if (Cv == 0 && Mean != Math.Floor(Mean))
        {
            yield return new("", string.Create(CultureInfo.InvariantCulture, $"caseload with cv 0 needs a whole number as mean, but was {Mean}."));
        }
        else if (Cv > 0 && variance <= Mean - 1)
        {
            double smallest = Math.Ceiling(Math.Sqrt(Mean - 1) / Mean * 1e6) / 1e6;
            yield return new("", string.Create(CultureInfo.InvariantCulture,
                $"caseload cv must be 0, or above {smallest} for a mean of {Mean} (1 + a negative binomial number cannot vary less), but was {Cv}."));
        }
    }
}

/// <summary>A fixed number of patients shared among the therapists by gamma weights, at least one each.</summary>
public sealed record SharedCaseload : Caseload
{
    /// <summary>Patients of all therapists.</summary>
    [Description("Patients of the whole trial; those of arms without therapists are not counted.")]
    [Interval(1, 100_000_000)]
    public required int Total { get; init => field = Require.Declared<SharedCaseload>(value); }

    /// <summary>Coefficient of variation: SD of the caseload over its mean. 0: as equal as whole numbers allow.</summary>
    [Description("Coefficient of variation of the caseload: its SD over its mean. 0 shares as equally as whole numbers allow.")]
    [Interval(0, 10)]
    public required double Cv { get; init => field = Require.Declared<SharedCaseload>(value); }

    internal override double ExpectedPatients(int therapists) => Total;

    internal override IEnumerable<Problem> Problems(int therapists)
    {
        if (Total < therapists)
        {
            yield return new("", $"caseload shares {Total} patients among {therapists} therapists, but each needs at least one.");
        }
        else if (Total / therapists > Largest / 10)
        {
            yield return new("", $"caseload shares {Total} patients among {therapists} therapists, more than {Largest / 10} each.");
        }
        else if (Cv > 0 && Total == therapists)
        {
            yield return new("", $"caseload cv must be 0 where {Total} patients are shared among as many therapists, but was {NumberText(Cv)}.");
        }
        else if (therapists > 1 && WeightCvSquared(therapists) >= therapists - 1)
        {
            yield return new("", string.Create(CultureInfo.InvariantCulture,
                $"caseload cv must be below {LargestCv(therapists):G6} for {Total} patients and {therapists} therapists, but was {Cv}."));
        }
    }

    /// <summary>Squared coefficient of variation of the share of what is left when each therapist has one patient.</summary>
    internal double WeightCvSquared(int therapists)
    {
        double shared = Total - therapists;
        double cv = shared > 0 ? Cv * Total / shared : 0;
        return cv * cv;
    }

    private static string NumberText(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private double LargestCv(int therapists) => Math.Sqrt(therapists - 1) * (Total - therapists) / Total;
}
