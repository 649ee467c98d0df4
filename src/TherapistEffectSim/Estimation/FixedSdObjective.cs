using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>The criterion with the SD of one random effect held fixed, as a function of the other elements of Λ and of log σ.</summary>
/// <remarks>The effect's column is the first of its term, so that its SD is σ times one diagonal element of Λ.</remarks>
internal sealed class FixedSdObjective : INestedObjective
{
    private readonly NestedCriterion _criterion;
    private readonly NestedDerivatives _products;
    private readonly UnprofiledDerivatives _derivatives;
    private readonly int _element;
    private readonly double[] _theta;
    private double _variance;

    /// <param name="criterion">The criterion.</param>
    /// <param name="element">The diagonal element.</param>
    public FixedSdObjective(NestedCriterion criterion, int element)
    {
        _criterion = criterion;
        _element = element;
        _products = new NestedDerivatives(criterion);
        _derivatives = new UnprofiledDerivatives(criterion, _products);
        _theta = new double[criterion.Data.Layout.Count];
    }

    /// <summary>The SD, in units of the orthogonal column.</summary>
    public double Sd { get; set; }

    public int Count => _theta.Length;

    public double Evaluate(double[] point)
    {
        double sigma = Elementary.Exp(point[_element]);
        point.CopyTo(_theta.AsSpan());
        _theta[_element] = Sd / sigma;
        _variance = sigma * sigma;
        return _derivatives.Value(_criterion.Evaluate(_theta), _variance);
    }

    public void Derivatives(double[] point, double[] gradient, double[] hessian)
    {
        // The place of the element holds s = log σ, and the element is c e⁻ˢ.
        _products.Take();
        _derivatives.Take(_theta, _variance);
        int n = Count;
        int order = n + 1;
        double fixedElement = _theta[_element];
        double[] d = _derivatives.Gradient;
        double[] h = _derivatives.Hessian;
        for (int i = 0; i < n; i++)
        {
            gradient[i] = i == _element ? d[n] - (fixedElement * d[i]) : d[i];
            for (int j = 0; j < n; j++)
            {
                hessian[(i * n) + j] = (i == _element, j == _element) switch
                {
                    (false, false) => h[(i * order) + j],
                    (true, false) => Mixed(j),
                    (false, true) => Mixed(i),
                    _ => h[^1] - (2 * fixedElement * h[(i * order) + n]) + (fixedElement * fixedElement * h[(i * order) + i]) + (fixedElement * d[i]),
                };
            }
        }

        double Mixed(int i) => h[(i * order) + n] - (fixedElement * h[(i * order) + _element]);
    }

    public double Settle(double[] point, double value) => value;
}
