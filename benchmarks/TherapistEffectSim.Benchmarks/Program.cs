using BenchmarkDotNet.Running;
using TherapistEffectSim.Benchmarks;

return args switch
{
    ["tails", .. string[] rest] => NormalTails.Run(rest),
    ["replicates", .. string[] rest] => ReplicateTime.Run(rest),
    ["parts", .. string[] rest] => PartsTime.Run(rest),
    ["fits", .. string[] rest] => FitTime.Run(rest),
    ["survey", .. string[] rest] => FitSurvey.Run(rest),
    ["growth"] => GrowthTime.Run(),
    ["kernel", .. string[] rest] => KernelTime.Run(rest),
    _ => Benchmarks(args),
};

static int Benchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Workload).Assembly).Run(args, new ShortConfig());
    return 0;
}
