namespace TherapistEffectSim.Tests.Generation;

/// <summary>Logistic loss by plain quadrature over a standard normal number.</summary>
internal static class LogisticLoss
{
    public static double Probability(double logOdds) => 1 / (1 + Math.Exp(-logOdds));

    /// <summary>α such that the mean of the probability at α + sd·x is the rate.</summary>
    public static double Intercept(double rate, double sd)
    {
        (double low, double high) = (-100.0, 100.0);
        while (high - low > 1e-12)
        {
            double middle = (low + high) / 2;
            (low, high) = NormalMean(x => Probability(middle + (sd * x))) < rate ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Trapezoidal rule: exponentially accurate for a smooth function times the normal density.</summary>
    public static double NormalMean(Func<double, double> f)
    {
        const double step = 0.01;
        double sum = 0;
        for (int k = -1000; k <= 1000; k++)
        {
            double x = k * step;
            sum += f(x) * Math.Exp(-x * x / 2);
        }

        return sum * step / Math.Sqrt(2 * Math.PI);
    }
}
