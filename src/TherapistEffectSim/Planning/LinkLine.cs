using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Planning;

/// <summary>A straight line η = a + b·(g − ḡ) through what neighbouring designs gave, on the scale of <see cref="TargetScale"/>.</summary>
/// <remarks>
/// <para>
/// Fitted by iteratively reweighted least squares (McCullagh &amp; Nelder 1989, Generalized Linear Models, section 2.5): for shares the probit regression
/// of binomial counts. g is a monotone function of the size of the trial. ḡ is the weighted mean, so that a and b are uncorrelated.
/// </para>
/// <para>The interval of the root is that of Fieller (1954, J. R. Stat. Soc. B 16): all g at which the line does not differ from the target at the 5 % level.</para>
/// </remarks>
internal sealed class LinkLine
{
    private const int Iterations = 8;
    private const double MostDistance = 6; // from the target, in η: beyond it a share of 0 or 1 says nothing about the slope

    private readonly double _centre;
    private readonly double _intercept;
    private readonly double _slope;
    private readonly double _interceptVariance;
    private readonly double _slopeVariance;

    private LinkLine(double centre, double intercept, double slope, double interceptVariance, double slopeVariance) =>
        (_centre, _intercept, _slope, _interceptVariance, _slopeVariance) = (centre, intercept, slope, interceptVariance, slopeVariance);

    /// <summary>b, with respect to g.</summary>
    public double Slope => _slope;

    /// <summary>Fits.</summary>
    /// <param name="points">g and what was found there; at least two different g.</param>
    /// <param name="scale">The scale.</param>
    public static LinkLine Fit(IReadOnlyList<(double G, Tally Tally)> points, TargetScale scale)
    {
        int n = points.Count;
        double[] eta = [.. points.Select(p => Math.Clamp(scale.Link(scale.MeanOf(p.Tally)), scale.Target - MostDistance, scale.Target + MostDistance))];
        LinkLine line = new(0, 0, 0, 0, 0);
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            double sumW = 0;
            double sumG = 0;
            double sumY = 0;
            Span<double> weight = new double[n];
            Span<double> response = new double[n];
            for (int i = 0; i < n; i++)
            {
                double mean = scale.Mean(eta[i]);
                double slope = scale.Slope(mean);
                weight[i] = 1 / Math.Max(scale.VarianceOf(points[i].Tally, mean) * slope * slope, 1e-12);
                response[i] = eta[i] + ((scale.MeanOf(points[i].Tally) - mean) * slope);
                sumW += weight[i];
                sumG += weight[i] * points[i].G;
                sumY += weight[i] * response[i];
            }

            double centre = sumG / sumW;
            double sumGg = 0;
            double sumGy = 0;
            for (int i = 0; i < n; i++)
            {
                double d = points[i].G - centre;
                sumGg += weight[i] * d * d;
                sumGy += weight[i] * d * response[i];
            }

            line = new(centre, sumY / sumW, sumGy / sumGg, 1 / sumW, 1 / sumGg);
            for (int i = 0; i < n; i++)
            {
                eta[i] = Math.Clamp(line.At(points[i].G), scale.Target - MostDistance, scale.Target + MostDistance);
            }
        }

        return line;
    }

    /// <summary>The same with another slope, as uncertain as its own.</summary>
    public LinkLine WithSlope(double slope) => new(_centre, _intercept, slope, _interceptVariance, _slopeVariance);

    /// <summary>η at g.</summary>
    public double At(double g) => _intercept + (_slope * (g - _centre));

    /// <summary>Standard error of η at g.</summary>
    public double ErrorAt(double g)
    {
        double d = g - _centre;
        return Math.Sqrt(_interceptVariance + (d * d * _slopeVariance));
    }

    /// <summary>The g at which the line has the target.</summary>
    public double Root(double target) => _centre + ((target - _intercept) / _slope);

    /// <summary>The ends of the 95 % interval of the root; infinite where the slope is too uncertain for an end.</summary>
    public (double Low, double High) RootInterval(double target)
    {
        const double z = MonteCarloEstimate.Z;
        double distance = _intercept - target;
        double a = (_slope * _slope) - (z * z * _slopeVariance);
        double b = _slope * distance;
        double c = (distance * distance) - (z * z * _interceptVariance);
        if (!(a > 0) || _slope <= 0)
        {
            return (double.NegativeInfinity, double.PositiveInfinity);
        }

        double root = Math.Sqrt(Math.Max(0, (b * b) - (a * c)));
        return (_centre + ((-b - root) / a), _centre + ((-b + root) / a));
    }
}
