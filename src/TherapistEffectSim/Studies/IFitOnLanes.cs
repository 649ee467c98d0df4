using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>A planned fit of a table that is made without the table, for as many replicates as the lane is wide.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal interface IFitOnLanes<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>Share of the outcome's sum of squares below which what is left of it may be rounding.</summary>
    const double RoundingShare = 1e-20;

    private const double RoundingOfProducts = 1e-10; // share of a sum of squares below which differences of products may be

    /// <summary>Fits the replicates that were drawn last and stores what was found.</summary>
    /// <param name="leaf">Where it goes.</param>
    /// <param name="offset">Of the first replicate in the leaf.</param>
    /// <returns>Mask: the replicate is one for <see cref="TableFitter"/>, which decides whether it can be fitted at all; what was stored does not count.</returns>
    T Run(LeafValues leaf, int offset);

    /// <summary>Says of the lanes' replicates that they were fitted, without an F ratio.</summary>
    /// <param name="values">Of the fit.</param>
    /// <param name="offset">Of the first replicate in the leaf.</param>
    static void Mark(FitValues values, int offset)
    {
        T all = T.FromBits(ulong.MaxValue);
        values.Estimable = ReplicateEngine<T>.WithLanes(values.Estimable, all, offset);
        values.Converged = ReplicateEngine<T>.WithLanes(values.Converged, all, offset);
        values.FEstimable = ReplicateEngine<T>.WithLanes(values.FEstimable, T.FromBits(0), offset);
    }

    /// <summary>Mask: the residuals beside all random and fixed effects are not rounding.</summary>
    /// <param name="residual">Their sum of squares.</param>
    /// <param name="within">That of the outcome beside the random effects.</param>
    /// <param name="total">That of the outcome.</param>
    static T IsMoreThanRounding(T residual, T within, T total) =>
        T.And(T.LessThan(T.Create(RoundingOfProducts) * within, residual), T.LessThan(T.Create(RoundingShare) * total, within));

    /// <summary>Stores estimates, standard errors and degrees of freedom of the coefficients that are read.</summary>
    /// <param name="planned">The fit.</param>
    /// <param name="fit">At its minimum.</param>
    /// <param name="isSatterthwaite">Whether the degrees of freedom are Satterthwaite's.</param>
    /// <param name="otherwise">What they are if not; NaN where nothing reads them.</param>
    /// <param name="values">Where they go.</param>
    /// <param name="offset">Of the first replicate in the leaf.</param>
    /// <returns>Mask: Satterthwaite's are all there.</returns>
    static T StoreCoefficients(PlannedTableFit planned, INestedFit<T> fit, bool isSatterthwaite, T otherwise, FitValues values, int offset)
    {
        T all = T.FromBits(ulong.MaxValue);
        T isThere = all;
        if (isSatterthwaite)
        {
            fit.TakeDegreesOfFreedom();
        }

        for (int k = 0; k < values.Coefficients.Length; k++)
        {
            int column = planned.Coefficients[k];
            CoefficientValues coefficient = values.Coefficients[k];
            T df = isSatterthwaite ? fit.DegreesOfFreedomOf(column) : otherwise;
            isThere = isSatterthwaite ? T.And(isThere, T.LessThan(T.Create(0), df)) : isThere;
            ReplicateEngine<T>.Store(fit.Beta[column], coefficient.Estimate, offset);
            ReplicateEngine<T>.Store(T.Sqrt(fit.VarianceOf(column)), coefficient.StandardError, offset);
            ReplicateEngine<T>.Store(df, coefficient.DegreesOfFreedom, offset);
            coefficient.Kept = ReplicateEngine<T>.WithLanes(coefficient.Kept, all, offset);
        }

        return isThere;
    }
}
