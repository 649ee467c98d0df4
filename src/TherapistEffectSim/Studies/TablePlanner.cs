using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Studies;

/// <summary>Works out the fits, terms and tests of methods that are fitted to tables.</summary>
internal sealed class TablePlanner
{
    /// <summary>What is added to the index of a fit of a table until the number of the others is known.</summary>
    public const int Offset = 1 << 24;

    private readonly World _world;
    private readonly Trial _trial;
    private readonly GrowthWorld? _growth;
    private readonly List<PlannedTerm> _terms;
    private readonly List<PlannedTest> _tests;
    private readonly List<PlannedJointWald> _jointWalds;

    /// <param name="world">Therapists and patients.</param>
    /// <param name="growth">The whole world, if it has growth.</param>
    /// <param name="terms">Terms planned so far.</param>
    /// <param name="tests">Tests planned so far.</param>
    /// <param name="jointWalds">Coefficients tested together so far.</param>
    public TablePlanner(World world, GrowthWorld? growth, List<PlannedTerm> terms, List<PlannedTest> tests, List<PlannedJointWald> jointWalds)
    {
        _world = world;
        _trial = world.Scenario.Trial;
        _growth = growth;
        _terms = terms;
        _tests = tests;
        _jointWalds = jointWalds;
    }

    /// <summary>The fits, each once.</summary>
    public List<PlannedTableFit> Fits { get; } = [];

    /// <summary>Adds what a method estimates and tests.</summary>
    /// <param name="m">Index of the method.</param>
    /// <param name="method">The method.</param>
    /// <param name="requests">Its tests.</param>
    /// <exception cref="StudyException">A test cannot be carried out.</exception>
    public void Plan(int m, MethodModel method, ImmutableArray<TestRequest> requests)
    {
        foreach (TestRequest request in requests)
        {
            GrowthRules.CheckTest(method, request);
        }

        int estimate = Fit(m, method, method.Method.Estimate == Criterion.Reml);
        ImmutableArray<RandomEffectName> effects = [.. TableModel.Effects(method.RandomTerms, _trial).SelectMany(e => e)];
        TableTruth truth = Truth(method, effects);
        for (int e = 0; e < effects.Length; e++)
        {
            AddEffect(m, method, effects, e, estimate, truth, [.. requests.Where(r => r.Variance is not null && Asks(r.Variance, effects[e]))]);
        }

        if (requests.FirstOrDefault(r => r.Variance is not null && !effects.Any(e => Asks(r.Variance, e))) is { } unknown)
        {
            string[] known = [.. effects.Select(e => e.Asked)];
            throw new StudyException(known.Length == 0
                ? $"method {method.Name}: the variance of {unknown.Variance} cannot be tested, because the model has no random effect."
                : $"method {method.Name}: variance must be one of {string.Join(", ", known)}, but was {unknown.Variance}.");
        }

        foreach (TestRequest request in requests.Where(r => r.Term is not null))
        {
            if (request.By == TestKind.JointWald)
            {
                AddTogether(m, method, request, estimate, truth);
            }
            else
            {
                AddTest(m, method, request, estimate, truth);
            }
        }
    }

    private static bool Asks(string asked, RandomEffectName effect) =>
        string.Equals(asked.Replace(" ", "", StringComparison.Ordinal), effect.Asked.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);

    private TableTruth Truth(MethodModel method, ImmutableArray<RandomEffectName> effects)
    {
        bool isKnown = _growth is null ? method.IsOfOutcome : method.IsByWeek || method.Response == GeneratedColumns.Slope;
        TableTruth truth = !isKnown ? TableTruth.Unknown(method.Columns.Length, effects.Length)
            : _growth is null ? OfEndpoint(method, effects)
            : GrowthTrueValues.Of(_growth, method.Columns, [.. effects.Select(e => (e.Group, e.Term))], method.IsByWeek, method.OnTherapistMeans);
        foreach ((string term, double value) in method.Method.True)
        {
            int effect = Array.FindIndex([.. effects], e => e.Variance == term);
            truth = effect >= 0 ? truth with { Variances = truth.Variances.SetItem(effect, value) }
                : term == ScenarioPlanner.TherapistIcc && method.HasRandomIntercept ? truth with { Icc = value }
                : truth with { Coefficients = truth.Coefficients.SetItem(ColumnOf(method, term), value) };
        }

        return truth;
    }

    // What a random intercept would aim at; and the slopes within therapists, if the curve within is a line.
    private TableTruth OfEndpoint(MethodModel method, ImmutableArray<RandomEffectName> effects)
    {
        ModelTruth truth = TrueValues.Of(_world, method.Columns, hasRandomIntercept: true, therapistMeans: false);
        ResponseShape within = ((EndpointOutcome)_world.Scenario.Outcome).Within;
        double perAlliance = within.SlopeSd / _world.Components.AllianceWithinSd;
        return new()
        {
            Coefficients = truth.Coefficients,
            CoefficientMeanings = [.. Enumerable.Range(0, method.Columns.Length).Select(k => RejectionMeaning.OfCoefficient(_world, method.Columns, truth, k))],
            Variances =
            [
                .. effects.Select(e => e switch
                {
                    (GeneratedColumns.Therapist, DesignColumns.Intercept) => truth.TherapistVariance,
                    (GeneratedColumns.Therapist, GeneratedColumns.AllianceWithin or GeneratedColumns.TrueAllianceWithin) when !within.Curve.IsCurved => perAlliance * perAlliance,
                    (GeneratedColumns.Therapist, GeneratedColumns.PatientScore) when !within.Curve.IsCurved => within.SlopeSd * within.SlopeSd,
                    _ => (double?)null,
                }),
            ],
        };
    }

    private int Fit(int m, MethodModel method, bool reml, int without = -1, RandomEffectName? effect = null)
    {
        PlannedTableFit fit = new(m, [.. Enumerable.Range(0, method.Columns.Length).Where(p => p != without)], reml, effect);
        int known = Fits.IndexOf(fit);
        if (known < 0)
        {
            Fits.Add(fit);
            known = Fits.Count - 1;
        }

        return Offset + known;
    }

    private void AddEffect(
        int m, MethodModel method, ImmutableArray<RandomEffectName> effects, int e, int estimate, TableTruth truth, ImmutableArray<TestRequest> requests)
    {
        int term = _terms.Count;
        bool isIntercept = method.HasRandomIntercept;
        _terms.Add(new()
        {
            Method = m,
            Name = effects[e].Variance,
            Fit = estimate,
            Coefficient = -1,
            Effect = isIntercept ? -1 : e,
            TrueValue = truth.Variances[e],
            TrueIcc = isIntercept ? truth.Icc : null,
            RejectionMeans = truth.MeaningOfVariance(e),
        });
        foreach (TestRequest request in requests)
        {
            bool reml = request.By switch
            {
                TestKind.RlrtMixture or TestKind.RlrtExact => true,
                TestKind.LrtMixture => false,
                _ => method.Method.Estimate == Criterion.Reml,
            };
            int fit = Fit(m, method, reml);
            Fits[fit - Offset].NeedsExactNull |= request.By == TestKind.RlrtExact;
            ImmutableArray<RandomEffectName> own = TableModel.Effects(method.RandomTerms, _trial).First(names => names.Contains(effects[e]));
            _tests.Add(new()
            {
                Term = term,
                Kind = request.By,
                Alternative = Alternative.Greater,
                Fit = fit,
                Coefficient = -1,
                Effect = isIntercept ? -1 : e,
                ReducedFit = isIntercept ? -1 : Fit(m, method, reml, effect: effects[e]),
                Parameters = own.Length,
            });
        }
    }

    private void AddTest(int m, MethodModel method, TestRequest request, int estimate, TableTruth truth)
    {
        int position = ColumnOf(method, request.Term!);
        int term = _terms.FindIndex(t => t.Method == m && t.Name == request.Term);
        if (term < 0)
        {
            term = _terms.Count;
            _terms.Add(new()
            {
                Method = m,
                Name = request.Term!,
                Fit = estimate,
                Coefficient = Fits[estimate - Offset].Read(position),
                TrueValue = truth.Coefficients[position],
                RejectionMeans = truth.MeaningOfCoefficient(position),
            });
        }

        int fit = request.By == TestKind.Lrt ? Fit(m, method, reml: false) : estimate;
        if (request.By == TestKind.Lrt && method.Columns.Length == 1)
        {
            throw new StudyException($"method {method.Name}: {method.Columns[0].Name} is the only fixed effect, so that no model is left without it for a likelihood ratio.");
        }

        if (request.By == TestKind.TKenwardRoger)
        {
            OwnErrorRules.CheckReml(method);
        }

        Fits[fit - Offset].NeedsDegreesOfFreedom |= request.By == TestKind.TSatterthwaite;
        Fits[fit - Offset].NeedsKenwardRoger |= request.By == TestKind.TKenwardRoger;
        _tests.Add(new()
        {
            Term = term,
            Kind = request.By,
            Alternative = request.Alternative,
            Fit = fit,
            Coefficient = Fits[fit - Offset].Read(position),
            ReducedFit = request.By == TestKind.Lrt ? Fit(m, method, reml: false, without: position) : -1,
        });
    }

    private void AddTogether(int m, MethodModel method, TestRequest request, int estimate, TableTruth truth)
    {
        ImmutableArray<int> positions = [.. JointWaldPlanner.Terms(method, request).Select(name => ColumnOf(method, name))];
        foreach (int position in positions)
        {
            Fits[estimate - Offset].Read(position);
        }

        Fits[estimate - Offset].NeedsJointWald = true;
        JointWaldPlanner.Add((_jointWalds, _terms, _tests), m, request.Term!, estimate, positions, [.. positions.Select(truth.MeaningOfCoefficient)]);
    }

    private static int ColumnOf(MethodModel method, string name)
    {
        int position = Array.FindIndex([.. method.Columns], column => column.Name == name);
        if (position >= 0)
        {
            return position;
        }

        string nearest = NearestName.Find(name, method.Columns.Select(c => c.Name)) is { } near ? $"; did you mean {near}?" : ".";
        throw new StudyException(
            $"method {method.Name}: the model has no coefficient {name}. Its coefficients are {string.Join(", ", method.Columns.Select(c => c.Name))}{nearest}");
    }
}
