using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>A fixed number of patients shared among therapists: one each, the rest by gamma weights, rounded by largest remainders.</summary>
/// <remarks>
/// Weights over their sum are Dirichlet with shape a each; the share of one therapist has squared coefficient of variation
/// (J − 1)/(J·a + 1), from which a is solved. Gamma numbers: Marsaglia &amp; Tsang (2000), ACM Trans. Math. Softw. 26(3).
/// </remarks>
internal sealed class SharedCaseloads : CaseloadSampler
{
    private const int MostAttempts = 128;
    private const double Uniform53 = 1.0 / (1UL << 53);

    private readonly TherapistLayout _layout;
    private readonly int _total;
    private readonly double _shape;

    public SharedCaseloads(TherapistLayout layout, SharedCaseload caseload)
    {
        _layout = layout;
        _total = caseload.Total;
        int therapists = layout.RealTherapists;
        _shape = (((therapists - 1) / caseload.WeightCvSquared(therapists)) - 1) / therapists;
    }

    public override bool IsEqual => false;

    /// <summary>As equal as whole numbers allow, larger caseloads first.</summary>
    public static int[] Equal(int total, int therapists) =>
        [.. Enumerable.Range(0, therapists).Select(j => (total / therapists) + (j < total % therapists ? 1 : 0))];

    public override void Fill<T>(Span<T> caseload, RandomNumberStream<T> random)
    {
        int therapists = caseload.Length;
        double[] weights = System.Buffers.ArrayPool<double>.Shared.Rent(therapists);
        int[] shares = System.Buffers.ArrayPool<int>.Shared.Rent(2 * therapists);
        for (int j = 0; j < therapists; j++)
        {
            caseload[j] = GammaLogWeights(random, j);
        }

        for (int l = 0; l < T.Width; l++)
        {
            for (int j = 0; j < therapists; j++)
            {
                weights[j] = caseload[j][l];
            }

            Share(weights.AsSpan(0, therapists), shares.AsSpan(0, therapists), shares.AsSpan(therapists, therapists));
            SortWithinCells(_layout, shares.AsSpan(0, therapists), shares.AsSpan(therapists, therapists));
            for (int j = 0; j < therapists; j++)
            {
                caseload[j] = caseload[j].With(l, shares[j]);
            }
        }

        System.Buffers.ArrayPool<double>.Shared.Return(weights);
        System.Buffers.ArrayPool<int>.Shared.Return(shares);
    }

    /// <summary>Log of a gamma number with the sampler's shape, one per lane. A lane that has accepted is left alone.</summary>
    private T GammaLogWeights<T>(RandomNumberStream<T> random, int therapist)
        where T : unmanaged, ILane<T>
    {
        Span<T> words = stackalloc T[2];
        double boosted = _shape < 1 ? _shape + 1 : _shape;
        double d = boosted - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        T result = T.Create(0);
        T open = T.FromBits(ulong.MaxValue);
        for (int attempt = 1; attempt < MostAttempts && T.Any(open); attempt++)
        {
            random.Attempt(words, RandomDomain.CaseloadWeight, therapist, attempt);
            BoxMuller.Transform(words[0], out T normal, out _);
            T root = T.Fma(T.Create(c), normal, T.Create(1));
            T cube = root * root * root;
            T logCube = Elementary.Log(T.Max(cube, T.Create(double.Epsilon)));
            T bound = T.Fma(T.Create(0.5) * normal, normal, T.Create(d) * ((T.Create(1) - cube) + logCube));
            T accepted = T.And(T.LessThan(T.Create(0), root), T.LessThan(LogUniform(words[1]), bound));
            accepted = T.And(accepted, open);
            result = T.Select(accepted, Elementary.Log(T.Create(d)) + logCube, result);
            open = T.AndNot(open, accepted);
        }

        if (_shape >= 1)
        {
            return result;
        }

        // Gamma(a) = Gamma(a + 1)·U^(1/a); attempt 0 holds the uniform.
        random.Attempt(words, RandomDomain.CaseloadWeight, therapist, 0);
        return result + (LogUniform(words[0]) * T.Create(1 / _shape));
    }

    // Log of (top 53 bits + ½)/2⁵³.
    private static T LogUniform<T>(T word)
        where T : unmanaged, ILane<T> =>
        Elementary.Log(T.Fma(T.ConvertUnsigned(T.ShiftRight(word, 11)), T.Create(Uniform53), T.Create(0.5 * Uniform53)));

    /// <summary>One patient each and the rest in proportion to the weights, rounded down, the largest remainders rounded up.</summary>
    private void Share(Span<double> logWeights, Span<int> shares, Span<int> order)
    {
        double largest = double.NegativeInfinity;
        foreach (double weight in logWeights)
        {
            largest = Math.Max(largest, weight);
        }

        double sum = 0;
        for (int j = 0; j < logWeights.Length; j++)
        {
            logWeights[j] = Elementary.Exp(logWeights[j] - largest);
            sum += logWeights[j];
        }

        int left = _total - logWeights.Length;
        double perWeight = left / sum;
        for (int j = 0; j < logWeights.Length; j++)
        {
            double exact = logWeights[j] * perWeight;
            int floor = (int)exact;
            shares[j] = 1 + floor;
            left -= floor;
            logWeights[j] = exact - floor;
        }

        // Rounding may have given one patient too many when a share is a whole number.
        for (int j = 0; left < 0; j = (j + 1) % shares.Length)
        {
            if (shares[j] > 1)
            {
                shares[j]--;
                left++;
            }
        }

        // Fewer than one each is left: those with the largest remainders get one more.
        for (int j = 0; j < logWeights.Length; j++)
        {
            order[j] = j;
            logWeights[j] = -logWeights[j];
        }

        logWeights.Sort(order);
        for (int i = 0; i < left; i++)
        {
            shares[order[i]]++;
        }
    }
}
