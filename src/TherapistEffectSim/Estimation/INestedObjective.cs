namespace TherapistEffectSim.Estimation;

/// <summary>A criterion of a mixed model as a function of some parameters, with exact derivatives.</summary>
internal interface INestedObjective
{
    /// <summary>Number of parameters.</summary>
    int Count { get; }

    /// <summary>Moves to a point.</summary>
    /// <returns>The value; NaN where there is none.</returns>
    double Evaluate(double[] point);

    /// <summary>The derivatives where it stands.</summary>
    /// <param name="point">The point last moved to.</param>
    /// <param name="gradient">First.</param>
    /// <param name="hessian">Second, row-major.</param>
    void Derivatives(double[] point, double[] gradient, double[] hessian);

    /// <summary>Gives a minimum the form in which it is reported.</summary>
    /// <param name="point">The minimum.</param>
    /// <param name="value">The value there.</param>
    /// <returns>The value at the form reported.</returns>
    double Settle(double[] point, double value);
}
