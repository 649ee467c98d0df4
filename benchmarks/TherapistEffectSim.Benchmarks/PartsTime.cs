using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Prints where the time of a replicate goes: nanoseconds of user CPU time of one thread per replicate, each part by itself.</summary>
internal static class PartsTime
{
    public static int Run(string[] args)
    {
        if (args.Length == 1 && File.Exists(args[0]))
        {
            Study study = StudyFile.Load(args[0]).ToStudy(seed: 1);
            Whole(ScenarioPlanner.Plan(study, study.Cells[0], StudySampling.Inspect(study)));
            return 0;
        }

        if (args.Length == 0 || !Enum.TryParse(args[0], out TrialSize size))
        {
            Console.Error.WriteLine("usage: parts W1|W2|W3 [unequal] [lost] [statistics] [defaults], or parts STUDY for its first scenario");
            return 2;
        }

        Scenario world = Workload.World(size, args.Contains("unequal") ? Spread.Unequal : Spread.Equal);
        world = args.Contains("lost") ? Workload.WithLoss(world) : world;
        ScenarioPlan plan = Workload.Plan(world, args.Contains("defaults") ? Workload.DefaultMethods : Workload.PeerMethods, args.Contains("statistics"));
        TrialGenerator<Lane8> generator = new(plan.World, plan.Key, severityIsUsed: false);
        TrialBatch<Lane8> batch = new(plan.World);
        int therapists = plan.World.Layout.Therapists;
        long first = 0;
        Measure("therapists", () => generator.Therapists(first += 8, batch));
        if (!args.Contains("statistics"))
        {
            Measure("therapists and patients", () =>
            {
                generator.Therapists(first += 8, batch);
                for (int j = 0; j < therapists; j++)
                {
                    generator.Patients(j, 0, batch);
                }
            });
        }

        RandomNumberStream<Lane8> random = new(1);
        LaneBuffer<Lane8> words = new(2);
        Measure("gamma", () => words.Span[0] = GammaSampler.Draw(random, RandomDomain.Statistics, 1, Lane8.Create(135), words.Span));
        if (plan.Drawing != Drawing.Patients)
        {
            SourceFactor factor = SourceFactor.Of(plan.World.Components, StatisticsSampling.SourcesOf(plan.Columns));
            TrialGenerator<Lane8> without = new(plan.World, plan.Key, severityIsUsed: false, furtherIsUsed: false, plan.Drawing, factor.OwnSd);
            without.Therapists(0, batch);
            PatientMoments<Lane8> moments = new(plan.World, plan.Columns, batch, hasMasks: false, keepsPatients: false);
            SampledMoments<Lane8> sampled = new(plan.World, factor, plan.Drawing, random, batch, moments);
            Measure("therapists, for means", () => without.Therapists(first += 8, batch));
            Measure("sampled moments", () => sampled.Draw(without.MeanWords));
        }

        TrialReduction<Lane8> reduction = new(plan.World, plan.Key, plan.Columns, plan.Drawing);
        reduction.Run(0);
        foreach (PlannedFit planned in plan.Fits)
        {
            RandomInterceptFit<Lane8> fit = new(planned.Model, therapists, plan.HasBetween(planned), plan.HasWithin(planned));
            Measure($"fit of {planned.Model.FixedEffects} effects", () => fit.Fit(reduction.Statistics));
        }

        Whole(plan);
        return 0;
    }

    /// <summary>What any scenario spends its time on.</summary>
    private static void Whole(ScenarioPlan plan)
    {
        long first = 0;
        TrialReduction<Lane8> reduction = new(plan.World, plan.Key, plan.Columns, plan.Drawing);
        Measure("data and their statistics", () => reduction.Run(first += 8));
        IReplicateEngine engine = StudyRunner.Engine(plan, 8);
        LeafValues values = new(plan);
        Measure("engine: data, fits, their values", () => engine.Run(first += 64, 64, values), 64);
        LeafDecisions decisions = new(plan);
        Measure("decisions", () => decisions.Decide(values, 64), 64);
        CellPart part = new(plan);
        long leaf = 0;
        Measure("sums, histograms and their tree", () => part.Add(leaf++, decisions, values, 64), 64);
    }

    private static void Measure(string name, Action part, int replicates = 8) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32} {CpuTimer.NanosecondsPerUnit(part, replicates),10:F1} ns"));
}
