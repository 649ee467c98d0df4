using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>A likelihood ratio whose null distribution is found by a parametric bootstrap in each replicate.</summary>
/// <param name="Full">Index of the fit of the larger model, by maximum likelihood.</param>
/// <param name="Reduced">Index of the fit without the tested column; −1 where the therapist variance is tested.</param>
internal sealed record PlannedBootstrap(int Full, int Reduced)
{
    /// <summary>Most data sets per replicate: α(1 + draws) is a whole number at the usual levels.</summary>
    public const int Draws = 999;

    /// <summary>How many models are fitted to each data set.</summary>
    public int Models => Reduced < 0 ? 1 : 2;
}

/// <summary>P-values of likelihood ratios by parametric bootstrap, replicate by replicate.</summary>
/// <remarks>
/// Davison &amp; Hinkley (1997), Bootstrap Methods and their Application, section 4.2: data are drawn from the smaller model as fitted, with the columns and caseloads of the replicate, and
/// both models are fitted to them. Ratios do not depend on β and σ, so that only θ is taken from the fit; of the therapist variance the test is exact. p = (1 + reached)/(1 + drawn) of 999 data
/// sets; once as many reach the ratio that it cannot be significant, no more are drawn. A data set that cannot be fitted counts as one that reaches it. Allocates in the constructor only.
/// </remarks>
/// <typeparam name="T">The lane: data sets drawn for one replicate, side by side.</typeparam>
internal sealed class BootstrapTest<T>
    where T : unmanaged, ILane<T>
{
    private const int Draws = PlannedBootstrap.Draws;
    private const int Block = 8; // draws between two looks: a multiple of all lane widths

    private readonly PlannedBootstrap _plan;
    private readonly ulong _key;
    private readonly double _alpha;
    private readonly DrawnResponses<T> _drawn;
    private readonly RandomInterceptFit<T> _full;
    private readonly RandomInterceptFit<T>? _reduced;

    /// <param name="plan">The scenario.</param>
    /// <param name="test">Which test.</param>
    public BootstrapTest(ScenarioPlan plan, PlannedBootstrap test)
    {
        _plan = test;
        _key = plan.Key;
        _alpha = plan.Alpha;
        PlannedFit full = plan.Fits[test.Full];
        int therapists = plan.World.Layout.Therapists;
        bool[] hasBetween = plan.HasBetween(full);
        bool[] hasWithin = plan.HasWithin(full);
        _drawn = new(full.Model, therapists, hasBetween, hasWithin, plan.World.IsBalanced && !full.OnTherapistMeans);
        _full = new(full.Model, therapists, hasBetween, hasWithin) { NeedsCriterionAtZero = test.Reduced < 0 };
        _reduced = test.Reduced < 0 ? null : new(plan.Fits[test.Reduced].Model, therapists, hasBetween, hasWithin) { NeedsCriterionAtZero = false };
    }

    /// <summary>Fills the p-values of a batch.</summary>
    /// <param name="data">What was fitted.</param>
    /// <param name="fits">What was found.</param>
    /// <param name="pValues">[replicate of the leaf]</param>
    /// <param name="first">The first replicate, from 0.</param>
    /// <param name="offset">Its place in the leaf.</param>
    public void Run(TherapistStatistics<T> data, FitValues[] fits, double[] pValues, long first, int offset)
    {
        FitValues full = fits[_plan.Full];
        for (int lane = 0; lane < T.Width; lane++)
        {
            int at = offset + lane;
            double smaller = _reduced is null ? full.CriterionAtZero[at] : fits[_plan.Reduced].Criterion[at];
            double ratio = _reduced is null && full.Theta[at] == 0 ? 0 : smaller - full.Criterion[at];
            pValues[at] = 1;
            if (ratio > 0 && LeafValues.Has(full.Estimable & full.Converged, at))
            {
                double theta = _reduced is null ? 0 : fits[_plan.Reduced].Theta[at];
                _drawn.Load(data, lane, theta, StreamKey.ForReplicate(_key, first + lane));
                pValues[at] = PValue(ratio);
            }
        }
    }

    private double PValue(double ratio)
    {
        int most = (int)Math.Floor((_alpha * (1 + Draws)) + 1e-9) - 1; // that reach the ratio of a significant one
        int made = 0;
        int reached = 0;
        while (made < Draws && reached <= most)
        {
            int next = Math.Min(Draws, made + Block);
            reached += Reached(ratio, made, next);
            made = next;
        }

        return (1.0 + reached) / (1 + made);
    }

    private int Reached(double ratio, int from, int to)
    {
        int reached = 0;
        for (int first = from; first < to; first += T.Width)
        {
            _drawn.Draw(first);
            LinearModelFit<T> full = _full.Fit(_drawn.Statistics);
            T smaller = full.CriterionAtZero;
            T fitted = T.And(full.Estimable, full.Converged);
            if (_reduced is not null)
            {
                LinearModelFit<T> reduced = _reduced.Fit(_drawn.Statistics);
                smaller = reduced.Criterion;
                fitted = T.And(fitted, T.And(reduced.Estimable, reduced.Converged));
            }

            ulong below = T.Bits(T.And(fitted, T.LessThan(smaller - full.Criterion, T.Create(ratio))));
            int count = Math.Min(T.Width, to - first);
            reached += count - System.Numerics.BitOperations.PopCount(below & LeafDecisions.First(count));
        }

        return reached;
    }
}
