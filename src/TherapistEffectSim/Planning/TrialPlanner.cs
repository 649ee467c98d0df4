using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Planning;

/// <summary>Finds the smallest, or the cheapest, trial that reaches a target, with its uncertainty and what surrounds it.</summary>
/// <remarks>
/// One dimension: <see cref="RootSearch"/>. Several: <see cref="CostSearch"/>. Every design is evaluated by the engine of <see cref="StudyRunner"/>.
/// The same problem gives the same result for any number of threads.
/// </remarks>
public sealed class TrialPlanner
{
    private const double ConfirmationShare = 0.8; // of the replicates, where one dimension is free
    private const double AssumptionShare = 0.25;
    private const int OutlookLeaves = 64; // 4,096 replicates per point of a curve
    private const int LimitLeaves = 128;
    private const int CostConfirmations = 5; // times the leaves of one dimension: designs of nearly the same cost are told apart

    // Shares of the answer at which the curve is shown.
    private static readonly double[] s_curve = [0.4, 0.55, 0.7, 0.85, 1, 1.15, 1.3, 1.6, 2];

    private readonly PlanProblem _problem;
    private readonly TargetScale _scale;
    private readonly DesignEvaluator _evaluator;
    private readonly DesignLedger _ledger;
    private readonly RootSearch _roots;
    private readonly Drawing _drawing;

    private TrialPlanner(PlanProblem problem, PlanOptions options, CancellationToken cancellation)
    {
        _problem = problem;
        _scale = new(problem.Target);
        Study study = TargetStudy.Of(problem.Study, problem.Target);
        _drawing = StudySampling.Inspect(study with { Cells = [.. AllWorlds().Select((scenario, i) => new Cell(i + 1, [], scenario))] });
        _evaluator = new(study, problem.Target, _drawing, options, cancellation);
        _ledger = new(_evaluator, problem.Study.Seed, options);
        _roots = new(_ledger, _scale, problem.Target.Power is null ? null : _scale.OfNothing(problem.Study.Alpha));
    }

    private long Leaves => Math.Max(1, _problem.Replicates / LeafValues.Capacity);

    /// <summary>Finds out whether the problem can be solved at all.</summary>
    /// <exception cref="StudyException">The target and the study do not fit each other.</exception>
    public static void Check(PlanProblem problem) => _ = Create(problem, new(), CancellationToken.None);

    /// <summary>Whether statistics are drawn from their exact distribution, without patients.</summary>
    /// <exception cref="StudyException">The target and the study do not fit each other.</exception>
    public static bool IsWithoutPatients(PlanProblem problem) => Create(problem, new(), CancellationToken.None)._drawing != Drawing.Patients;

    /// <summary>Solves the problem.</summary>
    /// <exception cref="StudyException">The target and the study do not fit each other.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what was found went to <see cref="PlanOptions.OnRecord"/>.</exception>
    public static PlanResult Plan(PlanProblem problem, PlanOptions options, CancellationToken cancellation) => Create(problem, options, cancellation).Plan();

    private static TrialPlanner Create(PlanProblem problem, PlanOptions options, CancellationToken cancellation)
    {
        if (new[] { problem.Target.Power, problem.Target.IntervalWidth, problem.Target.Coverage, problem.Target.Mcse }.Count(v => v is not null) != 1)
        {
            throw new StudyException("plan.target takes exactly one of power, interval-width, coverage and mcse.");
        }

        if (problem.Target.Mcse is null == problem.Dimensions.IsEmpty)
        {
            throw new StudyException(problem.Dimensions.IsEmpty
                ? "plan.vary is missing: it says what may be chosen, such as scenario.trial.therapists: {from: 10, to: 200}."
                : "plan.target.mcse asks how many replicates are needed and varies nothing; leave plan.vary out.");
        }

        if (problem.Dimensions.Length > 1 && problem.Cost is null)
        {
            throw new StudyException("plan.vary names several paths, so that many designs reach the target; say under plan.cost which is best, such as cost: {therapist: 500, patient: 80}.");
        }

        if (problem.Budget is not null && problem.Cost is null)
        {
            throw new StudyException("plan.budget needs plan.cost.");
        }

        return new(problem, options, cancellation);
    }

    private PlanResult Plan()
    {
        if (_problem.Target.Mcse is not null)
        {
            return new ReplicatesPlan(_problem, _ledger, _evaluator, _drawing != Drawing.Patients).Plan();
        }

        DesignSpace space = new(_problem);
        PlanDirection direction = Direction(space);
        CostSearch? search = _problem.Dimensions.Length > 1 ? new(_problem, _roots, space, direction) : null;
        RootOfSetting[] found = search is null ? [OneDimension(space.Line(direction, []))] : search.Search(CostConfirmations * Leaves);
        RootOfSetting? best = found.Length > 0 ? found[0] : null;
        if (best is null)
        {
            // Nowhere: the best that the range holds.
            ImmutableArray<int> others = [.. _problem.Dimensions.Skip(1).Select(d => d.Count - 1)];
            best = new(others, _roots.Confirm(space.Line(direction, others), _problem.Dimensions[0].Count - 1, Leaves).Estimate());
        }

        PlanAnswer answer = Answer(space, best);
        PlanStatus status = Status(best.Root, answer);
        PlanPoint[] contour = [.. Contour(space, search)];
        return new()
        {
            Status = status,
            Measure = _problem.Target.Measure,
            Target = _problem.Target.Value,
            Direction = direction,
            Answer = answer,
            WithinBudget = status == PlanStatus.OverBudget ? WithinBudget(space, direction, best, search) : null,
            RunnersUp = [.. found.Skip(1).Where(r => r.Root.IsReached).Select(r => Answer(space, r))],
            Contour = [.. contour],
            Curve = [.. Curve(space, best, status), .. Along(_problem.Curves, answer)],
            Limits = [.. Limits(answer)],
            Assumptions = [.. Assumptions(direction, best)],
            RejectionsMean = _evaluator.RejectionsMean(answer.Scenario),
            Replicates = _ledger.Replicates,
            Seed = _problem.Study.Seed,
            ConfirmationSeed = DesignLedger.ConfirmationSeed(_problem.Study.Seed),
            WithoutPatients = _drawing != Drawing.Patients,
        };
    }

    private RootOfSetting OneDimension(DesignLine line)
    {
        double position = _roots.Locate(line, null);
        return new([], _roots.Confirm(line, position, (long)(ConfirmationShare * Leaves)).Estimate());
    }

    private PlanStatus Status(RootEstimate root, PlanAnswer answer) =>
        !root.IsReached ? PlanStatus.OutOfReach
        : _problem.Budget is double budget && answer.Cost > budget ? PlanStatus.OverBudget
        : root.Position == 0 ? PlanStatus.ReachedByFirst
        : PlanStatus.Reached;

    // Sizes of trials bring power; of other numbers the two ends of the range tell.
    private PlanDirection Direction(DesignSpace space)
    {
        if (_problem.Dimensions[0].Direction is PlanDirection known)
        {
            return known;
        }

        ImmutableArray<int> others = [.. _problem.Dimensions.Skip(1).Select(d => d.Count / 2)];
        Tally[] ends = _ledger.Search([space.At([0, .. others]), space.At([_problem.Dimensions[0].Count - 1, .. others])], OutlookLeaves);
        return _scale.Link(_scale.MeanOf(ends[1])) >= _scale.Link(_scale.MeanOf(ends[0])) ? PlanDirection.Up : PlanDirection.Down;
    }

    private PlanAnswer Answer(DesignSpace space, RootOfSetting found)
    {
        RootEstimate root = found.Root;
        DesignLine line = root.Line;
        ImmutableArray<int> indices = [line.IndexOf(root.Position), .. found.Others];
        Scenario scenario = space.At(indices).Scenario;
        double[] ends = [line.Value(root.Low), line.Value(root.High)];
        return new()
        {
            Values = space.Values(indices),
            Scenario = scenario,
            Patients = scenario.Trial.ExpectedPatients,
            Cost = _problem.Cost?.Of(scenario),
            Measure = Measure(root.At(root.Position, _scale)),
            Interval = (ends.Min(), ends.Max()),
            IsIntervalOpen = root.IsHighOpen,
            Before = root.Position > 0 ? line.Value(root.Position - 1) : null,
            BeforeMeasure = root.Position > 0 ? Measure(root.At(root.Position - 1, _scale)) : default,
            BeforeFails = root.Position > 0 ? root.ProbabilityBelow(root.Position - 1, _scale) : 0,
            Replicates = root.Replicates,
        };
    }

    private IEnumerable<PlanPoint> Contour(DesignSpace space, CostSearch? search)
    {
        foreach (Setting setting in search?.Contour ?? [])
        {
            int position = (int)Math.Clamp(Math.Ceiling(setting.Position), 0, setting.Line.Count - 1);
            ImmutableArray<int> indices = [setting.Line.IndexOf(position), .. setting.Others];
            PlanDesign design = space.At(indices);
            Tally tally = _ledger.Search(design, OutlookLeaves, PlanStage.Outlook);
            yield return Point("contour", setting.IsReached ? "reached" : "not-reached", space.Values(indices), design.Scenario, tally);
        }
    }

    private IEnumerable<PlanPoint> Curve(DesignSpace space, RootOfSetting best, PlanStatus status)
    {
        PlanDimension first = _problem.Dimensions[0];
        DesignLine line = best.Root.Line;
        double answer = line.Value(best.Root.Position);
        double[] values = status is PlanStatus.OutOfReach || !(answer > 0)
            ? [.. Enumerable.Range(0, s_curve.Length).Select(i => first[(int)((long)i * (first.Count - 1) / (s_curve.Length - 1))])]
            : [.. s_curve.Select(share => share * answer)];
        int[] indices = [.. values.Select(first.Nearest).Append(first.Nearest(answer)).Distinct().Order()];
        PlanDesign[] designs = [.. indices.Select(i => space.At([i, .. best.Others]))];
        Tally[] tallies = _ledger.Search(designs, OutlookLeaves, PlanStage.Outlook);
        return designs.Select((design, i) => Point(first.Name, NumberText.Shortest(first[indices[i]]), space.Values(design.Indices), design.Scenario, tallies[i]));
    }

    private IEnumerable<PlanPoint> Along(ImmutableArray<PlanVariation> variations, PlanAnswer answer)
    {
        foreach (PlanVariation variation in variations)
        {
            PlanDesign[] designs = [.. variation.Values.Select((text, v) => Changed(answer, $"{variation.Name}={text}", variation.At(answer.Values, v)))];
            Tally[] tallies = _ledger.Search(designs, OutlookLeaves, PlanStage.Outlook);
            for (int v = 0; v < designs.Length; v++)
            {
                yield return Point(variation.Name, variation.Values[v], answer.Values, designs[v].Scenario, tallies[v]);
            }
        }
    }

    private IEnumerable<PlanPoint> Limits(PlanAnswer answer)
    {
        (string What, Scenario Better)[] better = [("as planned", answer.Scenario), .. PowerLimits.Of(answer.Scenario)];
        PlanDesign[] designs = [.. better.Select(b => Changed(answer, b.What, b.Better))];
        Tally[] tallies = _ledger.Search(designs, LimitLeaves, PlanStage.Outlook);
        for (int i = 0; i < designs.Length; i++)
        {
            // What makes no difference in any trial limits nothing.
            if (i == 0 || tallies[i] != tallies[0])
            {
                yield return Point("limit", better[i].What, answer.Values, designs[i].Scenario, tallies[i]);
            }
        }
    }

    private IEnumerable<PlanAssumption> Assumptions(PlanDirection direction, RootOfSetting best)
    {
        foreach (PlanVariation variation in _problem.Assumptions)
        {
            for (int v = 0; v < variation.Values.Length; v++)
            {
                DesignSpace space = new(_problem, variation, v);
                DesignLine line = space.Line(direction, best.Others);
                Tally atAnswer = _ledger.Search(line[best.Root.Position], OutlookLeaves, PlanStage.Outlook);
                double position = _roots.Locate(line, best.Root.Position);
                RootOfSetting root = new(best.Others, _roots.Confirm(line, position, (long)(AssumptionShare * Leaves)).Estimate());
                PlanAnswer there = Answer(space, root);
                yield return new(variation.Name, variation.Values[v], Measure(_scale.Estimate(atAnswer)), Status(root.Root, there), there);
            }
        }
    }

    private PlanPoint? WithinBudget(DesignSpace space, PlanDirection direction, RootOfSetting best, CostSearch? search)
    {
        List<PlanDesign> affordable = [];
        foreach (ImmutableArray<int> others in search?.Contour.Select(s => s.Others) ?? [best.Others])
        {
            DesignLine line = space.Line(direction, others);
            int low = -1;
            int high = line.Count;
            while (high - low > 1)
            {
                int middle = (low + high) / 2;
                (low, high) = _problem.Cost!.Of(line[middle].Scenario) <= _problem.Budget ? (middle, high) : (low, middle);
            }

            if (low >= 0)
            {
                affordable.Add(line[low]);
            }
        }

        if (affordable.Count == 0)
        {
            return null;
        }

        Tally[] tallies = _ledger.Search(affordable, OutlookLeaves, PlanStage.Outlook);
        int most = Enumerable.Range(0, tallies.Length).MaxBy(i => _scale.Link(_scale.MeanOf(tallies[i])));
        return Point("budget", "most", space.Values(affordable[most].Indices), affordable[most].Scenario, tallies[most]);
    }

    private PlanPoint Point(string along, string value, ImmutableArray<double> values, Scenario scenario, Tally tally) =>
        new(along, value, values, _problem.Cost?.Of(scenario), Measure(_scale.Estimate(tally)), tally.Replicates);

    private static PlanDesign Changed(PlanAnswer answer, string change, Scenario scenario) =>
        new([], $"{string.Join(' ', answer.Values.Select(NumberText.Shortest))} {change}", scenario);

    private static PlanMeasure Measure(MonteCarloEstimate estimate) => new(estimate.Value, estimate.Mcse, estimate.ConfLow, estimate.ConfHigh);

    // One of each kind that decides how data are drawn: the corners of the space, and what is changed there.
    private IEnumerable<Scenario> AllWorlds()
    {
        yield return _problem.Study.Cells[0].Scenario;
        int corners = 1 << _problem.Dimensions.Length;
        for (int corner = 0; corner < corners && !_problem.Dimensions.IsEmpty; corner++)
        {
            yield return _problem.At([.. _problem.Dimensions.Select((d, i) => (corner >> i & 1) == 0 ? d[0] : d.Highest)]);
        }

        ImmutableArray<double> largest = [.. _problem.Dimensions.Select(d => d.Highest)];
        foreach (PlanVariation variation in _problem.Curves.Concat(_problem.Assumptions))
        {
            for (int v = 0; v < variation.Values.Length; v++)
            {
                yield return variation.At(largest, v);
            }
        }
    }
}
