using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>1 + a negative binomial number, by inversion of a tabulated distribution function.</summary>
internal sealed class NegativeBinomialCaseloads : CaseloadSampler
{
    // Probability beyond the table: below the resolution of the uniforms.
    private const double NegligibleTail = 1e-17;

    private readonly TherapistLayout _layout;
    private readonly double[] _cumulative; // P(caseload ≤ k + 1), k = 0, 1, …

    /// <param name="layout">Arms and sites.</param>
    /// <param name="mean">Expected caseload, above 1.</param>
    /// <param name="cv">SD over mean; (cv·mean)² above mean − 1.</param>
    public NegativeBinomialCaseloads(TherapistLayout layout, double mean, double cv)
    {
        _layout = layout;
        double excess = mean - 1;
        double variance = cv * mean * cv * mean;
        double size = excess * excess / (variance - excess);
        _cumulative = Tabulate(size, excess / (size + excess));
    }

    public override bool IsEqual => false;

    public override void Fill<T>(Span<T> caseload, RandomNumberStream<T> random)
    {
        Span<T> words = stackalloc T[2];
        Span<int> lane = stackalloc int[0];
        int[]? rented = null;
        if (caseload.Length <= 128)
        {
            lane = stackalloc int[256];
        }
        else
        {
            rented = System.Buffers.ArrayPool<int>.Shared.Rent(2 * caseload.Length);
            lane = rented;
        }

        for (int j = 0; j < caseload.Length; j++)
        {
            random.Entity(words, RandomDomain.Caseload, j);
            caseload[j] = words[0];
        }

        for (int l = 0; l < T.Width; l++)
        {
            for (int j = 0; j < caseload.Length; j++)
            {
                lane[j] = 1 + Invert(Uniform(caseload[j][l]));
            }

            SortWithinCells(_layout, lane[..caseload.Length], lane[caseload.Length..]);
            for (int j = 0; j < caseload.Length; j++)
            {
                caseload[j] = caseload[j].With(l, lane[j]);
            }
        }

        if (rented is not null)
        {
            System.Buffers.ArrayPool<int>.Shared.Return(rented);
        }
    }

    // The top 53 bits of a word, in [0, 1).
    private static double Uniform(double word) => (BitConverter.DoubleToUInt64Bits(word) >> 11) * (1.0 / (1UL << 53));

    private int Invert(double uniform)
    {
        int low = 0;
        int high = _cumulative.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (uniform < _cumulative[middle])
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    // P(k + 1)/P(k) = (k + size)/(k + 1)·p, from the mode both ways so that nothing underflows, then normalised.
    private static double[] Tabulate(double size, double p)
    {
        int mode = (int)Math.Max(0, Math.Floor((size - 1) * p / (1 - p)));
        List<double> upward = [1];
        double sum = 1;
        for (int k = mode; k < Design.Caseload.Largest - 1 && (upward[^1] > NegligibleTail * sum * (1 - p) || k <= mode + 1); k++)
        {
            upward.Add(upward[^1] * (k + size) / (k + 1) * p);
            sum += upward[^1];
        }

        double[] mass = new double[mode + upward.Count];
        upward.CopyTo(mass, mode);
        for (int k = mode; k > 0; k--)
        {
            mass[k - 1] = mass[k] * k / ((k - 1 + size) * p);
            sum += mass[k - 1];
        }

        double cumulative = 0;
        for (int k = 0; k < mass.Length; k++)
        {
            cumulative += mass[k];
            mass[k] = cumulative / sum;
        }

        return mass;
    }
}
