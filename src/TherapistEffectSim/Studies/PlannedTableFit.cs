using System.Collections.Immutable;

namespace TherapistEffectSim.Studies;

/// <summary>A random effect by its grouping factor and its column.</summary>
/// <param name="Group">Such as <c>therapist</c> or <c>therapist:patient</c>.</param>
/// <param name="Term">As lme4 prints it: <c>(Intercept)</c>, <c>week</c>.</param>
internal readonly record struct RandomEffectName(string Group, string Term)
{
    /// <summary>Name of its variance in the result files: <c>var(therapist)</c>, <c>var(week | therapist)</c>.</summary>
    public string Variance => $"var({Asked})";

    /// <summary>As a study asks for its test: <c>therapist</c>, <c>week | therapist</c>.</summary>
    public string Asked => Term == Formulas.DesignColumns.Intercept ? Group : $"{Term} | {Group}";
}

/// <summary>A fit by the general estimator, of a table of the replicate's rows; several tests may share it.</summary>
/// <param name="Method">Index of the method.</param>
/// <param name="Columns">Positions of its fixed effects that take part.</param>
/// <param name="Reml">REML criterion instead of maximum likelihood.</param>
/// <param name="Without">The random effect that is left out with its covariances; <see langword="null"/> for none.</param>
internal sealed record PlannedTableFit(int Method, ImmutableArray<int> Columns, bool Reml, RandomEffectName? Without)
{
    /// <summary>Places among <see cref="Columns"/> of the fixed effects that are read.</summary>
    public List<int> Coefficients { get; } = [];

    /// <summary>Whether degrees of freedom are read.</summary>
    public bool NeedsDegreesOfFreedom { get; set; }

    /// <summary>Whether standard errors and degrees of freedom of Kenward and Roger are read.</summary>
    public bool NeedsKenwardRoger { get; set; }

    /// <summary>Whether coefficients are tested together.</summary>
    public bool NeedsJointWald { get; set; }

    /// <summary>Whether the exact p-value of the restricted likelihood ratio is read.</summary>
    public bool NeedsExactNull { get; set; }

    /// <summary>Place of a fixed effect among those that are read, added if new.</summary>
    public int Read(int position)
    {
        int known = Coefficients.IndexOf(position);
        if (known < 0)
        {
            Coefficients.Add(position);
            known = Coefficients.Count - 1;
        }

        return known;
    }

    /// <inheritdoc/>
    public bool Equals(PlannedTableFit? other) =>
        other is not null && Method == other.Method && Reml == other.Reml && Without == other.Without && Columns.SequenceEqual(other.Columns);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Method, Reml, Without, Columns.Length);
}
