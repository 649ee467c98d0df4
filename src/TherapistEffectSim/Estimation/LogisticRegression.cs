using System.Collections.Immutable;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Logistic regression by maximum likelihood.</summary>
/// <remarks>
/// Newton's method, which for the logit is Fisher scoring (McCullagh &amp; Nelder 1989, Generalized Linear Models, section 4.4), with halved steps where the deviance
/// would rise. Standard errors are model-based, from the information at the estimate, as those of R's glm.
/// </remarks>
internal sealed class LogisticRegression
{
    private const int MostSteps = 50;
    private const int MostHalvings = 30;
    private const double LastStep = 1e-9; // of any coefficient; on the way to infinity the steps stay near 1
    private const double Rounding = 1e-13; // of the deviance

    private LogisticRegression(ImmutableArray<double> coefficients, ImmutableArray<double> standardErrors, double deviance)
    {
        Coefficients = coefficients;
        StandardErrors = standardErrors;
        Deviance = deviance;
    }

    /// <summary>Intercept, then one log odds ratio per column.</summary>
    public ImmutableArray<double> Coefficients { get; }

    /// <summary>Their standard errors.</summary>
    public ImmutableArray<double> StandardErrors { get; }

    /// <summary>−2 × log-likelihood.</summary>
    public double Deviance { get; }

    /// <summary>Fits.</summary>
    /// <param name="columns">Columns without the intercept, each of length N and with an SD near 1.</param>
    /// <param name="events">Length N: whether the event happened.</param>
    /// <returns>
    /// The fit; <see langword="null"/> where there is no finite maximum, because the columns tell some of the events for certain (separation; Albert
    /// &amp; Anderson 1984, Biometrika 71) or depend on each other.
    /// </returns>
    public static LogisticRegression? Fit(IReadOnlyList<double[]> columns, bool[] events)
    {
        int order = columns.Count + 1;
        double[] beta = new double[order];
        double[] gradient = new double[order];
        double[] information = new double[order * order];
        double[] logOdds = new double[events.Length];
        double deviance = DevianceOf(columns, events, beta, logOdds);
        for (int step = 0; step < MostSteps; step++)
        {
            Derivatives(columns, events, logOdds, gradient, information);
            if (!SmallCholesky.TryFactor(information, order))
            {
                return null;
            }

            SmallCholesky.SolveLower(information, order, gradient);
            SmallCholesky.SolveUpper(information, order, gradient);
            deviance = Improve(columns, events, beta, gradient, logOdds, deviance);
            if (gradient.All(change => Math.Abs(change) <= LastStep))
            {
                return AtEstimate(columns, events, beta, logOdds, deviance);
            }
        }

        return null;
    }

    private static LogisticRegression? AtEstimate(
        IReadOnlyList<double[]> columns, bool[] events, double[] beta, double[] logOdds, double deviance)
    {
        int order = beta.Length;
        double[] information = new double[order * order];
        Derivatives(columns, events, logOdds, new double[order], information);
        if (!SmallCholesky.TryFactor(information, order))
        {
            return null;
        }

        ImmutableArray<double>.Builder errors = ImmutableArray.CreateBuilder<double>(order);
        for (int c = 0; c < order; c++)
        {
            double[] unit = new double[order];
            unit[c] = 1;
            SmallCholesky.SolveLower(information, order, unit);
            errors.Add(Math.Sqrt(unit.Sum(u => u * u)));
        }

        return new([.. beta], errors.MoveToImmutable(), deviance);
    }

    // Moves beta by the step, halved until the deviance does not rise.
    private static double Improve(
        IReadOnlyList<double[]> columns, bool[] events, double[] beta, double[] step, double[] logOdds, double deviance)
    {
        double[] start = [.. beta];
        double share = 1;
        for (int halving = 0; halving < MostHalvings; halving++)
        {
            for (int c = 0; c < beta.Length; c++)
            {
                beta[c] = start[c] + (share * step[c]);
            }

            double next = DevianceOf(columns, events, beta, logOdds);
            if (next <= deviance * (1 + Rounding))
            {
                return next;
            }

            share /= 2;
        }

        start.CopyTo(beta, 0);
        return DevianceOf(columns, events, beta, logOdds);
    }

    private static double DevianceOf(IReadOnlyList<double[]> columns, bool[] events, double[] beta, double[] logOdds)
    {
        double sum = 0;
        for (int i = 0; i < events.Length; i++)
        {
            double eta = beta[0];
            for (int c = 0; c < columns.Count; c++)
            {
                eta += beta[c + 1] * columns[c][i];
            }

            // −2 log of the probability of what happened: 2 log(1 + exp(∓η)), without overflow.
            double against = events[i] ? -eta : eta;
            sum += 2 * (Math.Max(against, 0) + Elementary.Log1p(Elementary.Exp(-Math.Abs(against))));
            logOdds[i] = eta;
        }

        return sum;
    }

    private static void Derivatives(
        IReadOnlyList<double[]> columns, bool[] events, double[] logOdds, double[] gradient, double[] information)
    {
        Array.Clear(gradient);
        Array.Clear(information);
        int order = gradient.Length;
        for (int i = 0; i < events.Length; i++)
        {
            double small = Elementary.Exp(-Math.Abs(logOdds[i]));
            double against = events[i] == logOdds[i] >= 0 ? small / (1 + small) : 1 / (1 + small); // probability of what did not happen
            double residual = events[i] ? against : -against;
            double weight = small / ((1 + small) * (1 + small));
            for (int a = 0; a < order; a++)
            {
                double x = a == 0 ? 1 : columns[a - 1][i];
                gradient[a] += residual * x;
                for (int b = 0; b <= a; b++)
                {
                    information[(a * order) + b] += weight * x * (b == 0 ? 1 : columns[b - 1][i]);
                }
            }
        }
    }
}
