using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Steps of Newton's method in one dimension towards a minimum; from the second on with a third derivative, which the last two points tell. One minimum per lane.</summary>
/// <remarks>
/// The third derivative is that of the cubic through both slopes with both curvatures (Hermite interpolation); the step is Chebyshev's, s − t s²/(2h) with s = −g/h
/// (Traub 1964, Iterative Methods for the Solution of Equations, section 5.2). A curvature that is too small is raised, so that every step goes downhill.
/// </remarks>
/// <param name="smallestCurvature">To which smaller curvatures are raised.</param>
/// <param name="longestStep">To which longer steps are cut.</param>
/// <typeparam name="T">The lane.</typeparam>
internal struct NewtonStep<T>(T smallestCurvature, T longestStep)
    where T : unmanaged, ILane<T>
{
    // Steps over which two points are too near for a third derivative.
    private const double ShortestStep = 1e-9;

    // Share of the plain step above which the correction is not trusted.
    private const double LargestCorrection = 0.25;

    private T _slope;
    private T _curvature;
    private T _step = T.Create(0); // to the present point; 0: unknown

    /// <summary>The step from the point with this slope and curvature.</summary>
    /// <param name="slope">g.</param>
    /// <param name="curvature">h.</param>
    /// <param name="isThirdOrder">Mask: the third derivative took part.</param>
    public T Next(T slope, T curvature, out T isThirdOrder)
    {
        T zero = T.Create(0);
        T inverse = T.Create(1) / T.Max(curvature, smallestCurvature);
        T plain = zero - (slope * inverse);
        isThirdOrder = T.And(T.LessThan(T.Create(ShortestStep), T.Abs(_step)), T.LessThan(smallestCurvature, curvature));
        T perStep = T.Create(1) / T.Select(isThirdOrder, _step, T.Create(1));
        T secant = (slope - _slope) * perStep;
        T third = T.Fma(T.Create(4), curvature, T.Fma(T.Create(2), _curvature, T.Create(-6) * secant)) * perStep;
        T correction = T.Create(-0.5) * third * plain * inverse;
        isThirdOrder = T.And(isThirdOrder, T.LessThan(T.Abs(correction), T.Create(LargestCorrection)));
        T step = T.Fma(plain, T.Select(isThirdOrder, correction, zero), plain);
        step = T.Max(T.Min(step, longestStep), zero - longestStep);
        _slope = slope;
        _curvature = curvature;
        _step = step;
        return step;
    }

    /// <summary>Forgets the last point in lanes whose step was not made as it was.</summary>
    /// <param name="made">Mask.</param>
    public void KeepWhere(T made) => _step = T.And(_step, made);
}
