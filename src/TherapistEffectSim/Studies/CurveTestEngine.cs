using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Makes one test of a curve in replicate after replicate. Owns its scratch memory: one per thread. Allocates in the constructor only.</summary>
internal sealed class CurveTestEngine
{
    private readonly PlannedCurveTest _planned;
    private readonly TherapistCurve _curve;
    private readonly ICurveTest _test;

    /// <param name="planned">The test.</param>
    /// <param name="therapists">Therapists of the trial.</param>
    public CurveTestEngine(PlannedCurveTest planned, int therapists)
    {
        _planned = planned;
        int controls = planned.Columns.Length - 2;
        _curve = new(therapists, controls);
        _test = planned.Kind == TestKind.TwoLines ? new TwoLinesTest(therapists, controls) : new LindMehlumTest(therapists, controls);
    }

    /// <summary>Makes the test in all lanes.</summary>
    /// <param name="data">Therapist means.</param>
    /// <param name="theta">[replicate] θ of the method's fit.</param>
    /// <param name="values">Where the results go.</param>
    /// <param name="offset">Replicate of the first lane.</param>
    /// <typeparam name="T">The lane.</typeparam>
    public void Run<T>(TherapistStatistics<T> data, ReadOnlySpan<double> theta, CurveTestValues values, int offset)
        where T : unmanaged, ILane<T>
    {
        double sign = _planned.Shape == CurveShape.InvertedU ? 1 : -1;
        for (int lane = 0; lane < T.Width; lane++)
        {
            _curve.Load(data, lane, theta[offset + lane], _planned.Columns.AsSpan(), sign);
            CurveTestResult result = _test.Of(_curve);
            values.Statistic[offset + lane] = result.Statistic;
            values.DegreesOfFreedom[offset + lane] = result.DegreesOfFreedom;
        }
    }
}
