using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>A tail probability as a function of x &gt; 0.</summary>
internal interface ITail
{
    /// <summary>Whether the probability grows with x.</summary>
    bool Grows { get; }

    /// <summary>The probability at x.</summary>
    /// <param name="x">Positive.</param>
    /// <param name="slope">|d probability / d log x|.</param>
    double Probability(double x, out double slope);
}

/// <summary>Inverts a tail by Newton's method for log probability in log x.</summary>
/// <remarks>
/// For the tails used here that curve is concave, so that after one step the iterates approach the root from one side. A bracket,
/// halved in log x when a step would leave it, guards poor starts and tails that underflow.
/// </remarks>
internal static class QuantileSearch
{
    private const double SmallestNormal = 2.2250738585072014e-308;
    private const double LastStep = 1e-10; // the error left after a step is about its square
    private const int LargestNumberOfSteps = 300;

    /// <summary>The x where the tail has probability p; 0 or +∞ when it lies outside the normal doubles.</summary>
    /// <typeparam name="TTail">The tail, a struct so that nothing is allocated.</typeparam>
    /// <param name="tail">The tail.</param>
    /// <param name="p">In (0, 1).</param>
    /// <param name="start">First guess.</param>
    public static double Solve<TTail>(TTail tail, double p, double start)
        where TTail : struct, ITail
    {
        double low = SmallestNormal;
        double high = double.MaxValue;
        double x = start > low && start < high ? start : 1;
        for (int count = 0; count < LargestNumberOfSteps; count++)
        {
            double probability = tail.Probability(x, out double slope);
            double step = Elementary.Log(probability / p) * (probability / slope) * (tail.Grows ? -1 : 1);
            double next = x * Elementary.Exp(step);
            if (Math.Abs(step) <= LastStep)
            {
                return next;
            }

            if (probability < p == tail.Grows)
            {
                low = x;
            }
            else
            {
                high = x;
            }

            if (!(next > low && next < high))
            {
                next = Math.Sqrt(low) * Math.Sqrt(high);
                if (next <= low || next >= high)
                {
                    break;
                }
            }

            x = next;
        }

        return low == SmallestNormal ? 0 : high == double.MaxValue ? double.PositiveInfinity : x;
    }
}
