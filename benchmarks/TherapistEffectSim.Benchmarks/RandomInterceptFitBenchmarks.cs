using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Fits alone, from statistics in memory: one per model and criterion of a replicate, three to six in a usual study.</summary>
public class RandomInterceptFitBenchmarks
{
    private const int Replicates = 64;

    private Func<double> _threeModels = null!;
    private Func<double> _ml = null!;
    private Func<double> _reml = null!;

    [ParamsAllValues]
    public TrialSize Trial { get; set; }

    [ParamsAllValues]
    public Spread Caseloads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _threeModels = Kernel(Workload.PeerMethods);
        _ml = Kernel(Workload.Quadratic(Criterion.Ml));
        _reml = Kernel(Workload.Quadratic(Criterion.Reml));
    }

    [Benchmark(OperationsPerInvoke = Replicates)]
    public double NullLinearQuadraticByMl() => _threeModels();

    [Benchmark(OperationsPerInvoke = Replicates)]
    public double QuadraticByMlWithSatterthwaite() => _ml();

    [Benchmark(OperationsPerInvoke = Replicates)]
    public double QuadraticByRemlWithSatterthwaite() => _reml();

    private Func<double> Kernel(ImmutableArray<Method> methods)
    {
        ScenarioPlan plan = Workload.Plan(Workload.World(Trial, Caseloads), methods);
        return StudyRunner.BestLanes switch
        {
            8 => Kernel<Lane8>(plan),
            4 => Kernel<Lane4>(plan),
            2 => Kernel<Lane2>(plan),
            _ => Kernel<Lane1>(plan),
        };
    }

    private static Func<double> Kernel<T>(ScenarioPlan plan)
        where T : unmanaged, ILane<T>
    {
        TrialReduction<T>[] trials = [.. Enumerable.Range(0, Replicates / T.Width).Select(_ => new TrialReduction<T>(plan.World, plan.Key, plan.Columns, plan.Drawing))];
        for (int i = 0; i < trials.Length; i++)
        {
            trials[i].Run(i * T.Width);
        }

        int therapists = plan.World.Layout.Therapists;
        RandomInterceptFit<T>[] fits = [.. plan.Fits.Select(f => new RandomInterceptFit<T>(f.Model, therapists, plan.HasBetween(f), plan.HasWithin(f)))];
        PlannedFit[] planned = [.. plan.Fits];
        double[][] contrasts = [.. planned.Select(p => Contrast(p.Model.FixedEffects))];
        return () =>
        {
            T sum = T.Create(0);
            foreach (TrialReduction<T> trial in trials)
            {
                for (int f = 0; f < fits.Length; f++)
                {
                    LinearModelFit<T> fit = fits[f].Fit(trial.Statistics);
                    sum += fit.Theta;
                    if (planned[f].NeedsDegreesOfFreedom)
                    {
                        Satterthwaite<T> satterthwaite = new(planned[f].Model, fits[f].Criterion, fit);
                        satterthwaite.Of(contrasts[f], out _, out T degreesOfFreedom);
                        sum += degreesOfFreedom;
                    }
                }
            }

            return sum[0];
        };
    }

    // The last coefficient.
    private static double[] Contrast(int fixedEffects)
    {
        double[] contrast = new double[fixedEffects];
        contrast[^1] = 1;
        return contrast;
    }
}
