namespace TherapistEffectSim.Estimation;

/// <summary>The criterion with σ held fixed, as a function of θ.</summary>
internal sealed class FixedSigmaObjective : INestedObjective
{
    private readonly NestedCriterion _criterion;
    private readonly NestedDerivatives _products;
    private readonly UnprofiledDerivatives _derivatives;

    public FixedSigmaObjective(NestedCriterion criterion)
    {
        _criterion = criterion;
        _products = new NestedDerivatives(criterion);
        _derivatives = new UnprofiledDerivatives(criterion, _products);
    }

    /// <summary>σ.</summary>
    public double Sigma { get; set; }

    public int Count => _criterion.Data.Layout.Count;

    public double Evaluate(double[] point) => _derivatives.Value(_criterion.Evaluate(point), Sigma * Sigma);

    public void Derivatives(double[] point, double[] gradient, double[] hessian)
    {
        _products.Take();
        _derivatives.Take(point, Sigma * Sigma);
        for (int i = 0; i < Count; i++)
        {
            gradient[i] = _derivatives.Gradient[i];
            _derivatives.Hessian.AsSpan(i * (Count + 1), Count).CopyTo(hessian.AsSpan(i * Count));
        }
    }

    public double Settle(double[] point, double value) => value;
}
