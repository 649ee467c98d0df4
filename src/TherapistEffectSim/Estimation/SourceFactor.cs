using TherapistEffectSim.Design;

namespace TherapistEffectSim.Estimation;

/// <summary>
/// The patient sources of a world as linear functions of independent standard normal numbers, g = (D, error of measurement, severity, e):
/// s = M g, and with fewer numbers where fewer do: s = F n, F Fᵀ = M Mᵀ. Where the outcome is the last source, the last number is its own.
/// </summary>
internal sealed class SourceFactor
{
    private const int Numbers = 4;
    private const double Tolerance = 1e-12; // of a squared diagonal element, relative

    private static readonly PatientSource[] s_all = [PatientSource.Alliance, PatientSource.Outcome, PatientSource.Severity, PatientSource.PatientScore];

    private SourceFactor(PatientSource[] sources, double[,] factor, double[,] back, double[,] change)
    {
        Sources = sources;
        Factor = factor;
        Back = back;
        Change = change;
    }

    /// <summary>The sources.</summary>
    public PatientSource[] Sources { get; }

    /// <summary>F: [source, number]</summary>
    public double[,] Factor { get; }

    /// <summary>F⁺: [number, source], so that n = F⁺ s.</summary>
    public double[,] Back { get; }

    /// <summary>[any of alliance, outcome, severity and patient score, number]: what they change by when the numbers do and all that is independent of them stays.</summary>
    public double[,] Change { get; }

    /// <summary>Numbers that are needed.</summary>
    public int Rank => Factor.GetLength(1);

    /// <summary>SD of what belongs to the outcome alone, the last source: its coefficient of the last number, on which no other source depends.</summary>
    public double OwnSd => Factor[Sources.Length - 1, Rank - 1];

    /// <summary>The factor of a world in which all sources are linear.</summary>
    /// <param name="components">The world.</param>
    /// <param name="sources">Each once, the outcome last.</param>
    public static SourceFactor Of(VarianceComponents components, PatientSource[] sources)
    {
        double[,] rows = new double[sources.Length, Numbers];
        for (int s = 0; s < sources.Length; s++)
        {
            double[] row = Row(components, sources[s]);
            for (int k = 0; k < Numbers; k++)
            {
                rows[s, k] = row[k];
            }
        }

        int[] used = [.. Enumerable.Range(0, Numbers).Where(k => Enumerable.Range(0, sources.Length).Any(s => rows[s, k] != 0))];
        double[,]? cholesky = sources.Length < used.Length ? Cholesky(Product(rows, Transposed(rows))) : null;
        double[,] factor = cholesky ?? Columns(rows, used);
        double[,] back = cholesky is not null ? LowerInverse(cholesky) : LeftInverse(factor);
        double[,] orthonormal = Product(back, rows); // F⁺M: rows of an orthonormal basis
        double[,] all = new double[s_all.Length, Numbers];
        for (int s = 0; s < s_all.Length; s++)
        {
            double[] row = Row(components, s_all[s]);
            for (int k = 0; k < Numbers; k++)
            {
                all[s, k] = row[k];
            }
        }

        return new(sources, factor, back, Product(all, Transposed(orthonormal)));
    }

    // Coefficients of D, error, severity and e.
    private static double[] Row(VarianceComponents components, PatientSource source) => source switch
    {
        PatientSource.Alliance => [components.AllianceWithinSd, components.AllianceErrorSd, 0, 0],
        PatientSource.Outcome => [components.Within.Linear, 0, components.Severity, components.ResidualSd],
        PatientSource.Severity => [0, 0, 1, 0],
        PatientSource.PatientScore => [1, 0, 0, 0],
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "A program is no linear source."),
    };

    private static double[,] Columns(double[,] a, int[] columns)
    {
        double[,] some = new double[a.GetLength(0), columns.Length];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int k = 0; k < columns.Length; k++)
            {
                some[i, k] = a[i, columns[k]];
            }
        }

        return some;
    }

    private static double[,] Transposed(double[,] a)
    {
        double[,] t = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                t[j, i] = a[i, j];
            }
        }

        return t;
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        double[,] c = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < b.GetLength(1); j++)
            {
                for (int k = 0; k < a.GetLength(1); k++)
                {
                    c[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return c;
    }

    // Lower triangle; null where the matrix is not of full rank.
    private static double[,]? Cholesky(double[,] a)
    {
        int n = a.GetLength(0);
        double[,] l = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= l[i, k] * l[j, k];
                }

                if (i == j && !(sum > Tolerance * a[i, i]))
                {
                    return null;
                }

                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        }

        return l;
    }

    private static double[,] LowerInverse(double[,] l)
    {
        int n = l.GetLength(0);
        double[,] inverse = new double[n, n];
        for (int column = 0; column < n; column++)
        {
            for (int i = column; i < n; i++)
            {
                double sum = i == column ? 1 : 0;
                for (int k = column; k < i; k++)
                {
                    sum -= l[i, k] * inverse[k, column];
                }

                inverse[i, column] = sum / l[i, i];
            }
        }

        return inverse;
    }

    // (FᵀF)⁻¹Fᵀ
    private static double[,] LeftInverse(double[,] f)
    {
        double[,] transposed = Transposed(f);
        double[,] lower = Cholesky(Product(transposed, f))
            ?? throw new InvalidOperationException("The patients' sources hang on numbers that they do not tell apart.");
        double[,] inverse = LowerInverse(lower);
        return Product(Product(Transposed(inverse), inverse), transposed);
    }
}
