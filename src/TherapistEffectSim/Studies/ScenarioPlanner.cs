using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Studies;

/// <summary>Works out, for one scenario of a study, which fits and tests its methods ask for.</summary>
internal sealed class ScenarioPlanner
{
    /// <summary>Name of the therapist variance in the result files.</summary>
    public const string TherapistVariance = "var(therapist)";

    /// <summary>Name of the intraclass correlation in the result files.</summary>
    public const string TherapistIcc = "icc(therapist)";

    private readonly Study _study;
    private readonly World _world;
    private readonly AnalysisColumns _columns;
    private readonly List<PlannedFit> _fits = [];
    private readonly List<PlannedTerm> _terms = [];
    private readonly List<PlannedTest> _tests = [];
    private readonly List<PlannedCurve> _curves = [];
    private readonly List<PlannedCurveTest> _curveTests = [];
    private readonly List<PlannedJointWald> _jointWalds = [];
    private readonly List<PlannedBootstrap> _bootstraps = [];
    private readonly CorrectionPlanner _corrections;
    private readonly ImmutableArray<MethodModel> _methods;
    private readonly List<ImmutableArray<int>> _columnIndices = []; // [method][fixed effect]
    private readonly List<int> _responses = [];                     // [method] column of the statistics; −1 where they are not those of the world
    private readonly GrowthWorld? _growth;
    private readonly TablePlanner _tables;
    private PlannedCorrelations? _correlations;

    private ScenarioPlanner(Study study, Cell cell)
    {
        _study = study;
        _methods = [.. study.Methods.Select(m => MethodModel.Of(m, cell.Scenario))];
        _growth = GeneratedColumns.HasGrowth(cell.Scenario) ? new(cell.Scenario) : null;
        _world = _growth?.Base ?? new(cell.Scenario);
        _tables = new(_world, _growth, _terms, _tests, _jointWalds);
        _columns = new(_world);
        _corrections = new(_world);
    }

    /// <summary>Plans one scenario.</summary>
    /// <param name="study">The study.</param>
    /// <param name="cell">The scenario.</param>
    /// <param name="drawing">What is drawn, see <see cref="StudySampling"/>.</param>
    /// <exception cref="StudyException">A method or test cannot be carried out; says which and why.</exception>
    public static ScenarioPlan Plan(Study study, Cell cell, Drawing drawing = Drawing.Patients) => new ScenarioPlanner(study, cell).Plan(cell, drawing);

    /// <summary>Key of the random numbers of a scenario.</summary>
    public static ulong Key(Study study, Scenario scenario) => study.RandomNumbers switch
    {
        RandomNumbers.Common => StreamKey.ForStudy(study.Seed),
        _ => StreamKey.ForScenario(
            study.Seed,
            (study.ContentHash ?? throw new StudyException("random-numbers: independent needs the content hash of the scenarios."))(scenario)),
    };

    private ScenarioPlan Plan(Cell cell, Drawing drawing)
    {
        if (_methods.Select(m => m.Name).GroupBy(name => name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new StudyException($"two methods are called {twice.Key}; give one of them another name.");
        }

        foreach (MethodModel method in _methods)
        {
            _columnIndices.Add(method.IsOfTable ? [] : AddColumns(method));
            _corrections.Prepare(method, _columns);
        }

        _responses.AddRange(_methods.Select(method => _growth is null ? _columns.AddVariable(method.Response) : -1));
        for (int m = 0; m < _methods.Length; m++)
        {
            PlanMethod(m);
        }

        foreach (PlannedTest test in _tests.Where(t => t.Kind != TestKind.TCorrelation && t.Fit < TablePlanner.Offset))
        {
            bool ofVariance = _terms[test.Term].IsVariance;
            _fits[test.Fit].MakeReadyFor(test.Kind, ofVariance);
            if (test.ReducedFit >= 0)
            {
                _fits[test.ReducedFit].MakeReadyFor(test.Kind, ofVariance);
            }
        }

        ImmutableArray<PlannedTerm> terms = [.. _terms.Select(t => t with { Fit = Placed(t.Fit) })];
        ImmutableArray<PlannedTest> placed = [.. _tests.Select(t => t with { Fit = Placed(t.Fit), ReducedFit = Placed(t.ReducedFit) })];
        (ImmutableArray<string> names, ImmutableArray<int> tests) = new JointPlanner(_study, _methods, _terms, _tests).Plan();
        return new()
        {
            Cell = cell,
            World = _world,
            Key = Key(_study, cell.Scenario),
            Drawing = drawing,
            Alpha = _study.Alpha,
            Methods = _methods,
            Columns = _columns,
            Fits = [.. _fits],
            TableFits = [.. _tables.Fits],
            Growth = _growth,
            Terms = terms,
            Tests = placed,
            Curves = [.. _curves],
            CurveTests = [.. _curveTests],
            JointWalds = [.. _jointWalds.Select(j => j with { Fit = Placed(j.Fit) })],
            Bootstraps = [.. _bootstraps],
            Correlations = _correlations,
            Corrections = [.. _corrections.Planned],
            Reliability = _corrections.Planned.Count > 0 ? _corrections.Data : null,
            JointNames = names,
            JointTests = tests,
        };
    }

    // Fits of tables come after the others.
    private int Placed(int fit) => fit >= TablePlanner.Offset ? _fits.Count + fit - TablePlanner.Offset : fit;

    private ImmutableArray<int> AddColumns(MethodModel method)
    {
        if (method.IsCorrelations)
        {
            return [_columns.AddVariable(GeneratedColumns.Alliance)];
        }

        ImmutableArray<int>.Builder indices = ImmutableArray.CreateBuilder<int>();
        foreach (FixedColumn column in method.Columns)
        {
            try
            {
                indices.Add(_columns.Add(column.Expression));
            }
            catch (NotSupportedException e)
            {
                throw new StudyException($"method {method.Name}: the column {column.Name} {e.Message}.", e);
            }
        }

        return indices.ToImmutable();
    }

    private void PlanMethod(int m)
    {
        MethodModel method = _methods[m];
        ImmutableArray<TestRequest> requests = RequestedTests.Of(method, _study.Alpha);
        if (method.IsCorrelations)
        {
            CorrelationPlanner.Plan(m, method, _world, requests, _terms, _tests);
            _correlations = new(_columnIndices[m][0], _responses[m]);
            return;
        }

        if (method.IsOfTable)
        {
            _tables.Plan(m, method, requests);
            return;
        }

        bool reml = method.Method.Estimate == Criterion.Reml;
        int estimate = Fit(m, Positions(method), reml);
        ModelTruth truth = Truth(method);
        if (method.HasRandomIntercept)
        {
            int term = _terms.Count;
            _terms.Add(new()
            {
                Method = m,
                Name = TherapistVariance,
                Fit = estimate,
                Coefficient = -1,
                TrueValue = truth.TherapistVariance,
                TrueIcc = Given(method, TherapistIcc) ?? truth.IntraclassCorrelation,
                RejectionMeans = method.IsOfOutcome
                    ? RejectionMeaning.OfTherapistVariance(_world, method.Columns, truth)
                    : RejectionMeaning.OfOtherResponse(truth.TherapistVariance),
            });
            foreach (TestRequest request in requests.Where(r => r.Variance is not null))
            {
                _tests.Add(VarianceTest(m, term, estimate, request));
            }
        }
        else if (requests.FirstOrDefault(r => r.Variance is not null) is { } variance)
        {
            throw new StudyException($"method {method.Name}: the variance of {variance.Variance} cannot be tested, because the model has no random intercept.");
        }

        foreach (TestRequest request in requests.Where(r => r.By == TestKind.JointWald && r.Term is not null))
        {
            PlanTogether(m, request, estimate, truth);
        }

        foreach (IGrouping<string, TestRequest> term in requests.Where(r => r.Term is not null && r.By != TestKind.JointWald).GroupBy(r => r.Term!))
        {
            PlanTerm(m, term.Key, [.. term], estimate, truth);
        }

        PlanCurves(m, estimate, truth);
        CorrectionPlanner.CheckUse(method, _terms.Where(t => t.Method == m));
    }

    /// <summary>True values as computed, and where the study says otherwise as it says.</summary>
    private ModelTruth Truth(MethodModel method)
    {
        ModelTruth truth = method.IsOfOutcome
            ? TrueValues.Of(_world, method.Columns, method.HasRandomIntercept, method.OnTherapistMeans)
            : ModelTruth.Unknown(method.Columns.Length);
        foreach ((string term, double value) in method.Method.True)
        {
            truth = term switch
            {
                TherapistVariance => truth with { TherapistVariance = value },
                TherapistIcc => truth,
                _ => truth with { Coefficients = truth.Coefficients.SetItem(ColumnOf(method, term), value) },
            };
        }

        return truth;
    }

    private static double? Given(MethodModel method, string term) =>
        method.Method.True.TryGetValue(term, out double value) ? value : null;

    private static ImmutableArray<int> Positions(MethodModel method) => [.. Enumerable.Range(0, method.Columns.Length)];

    /// <summary>The fit of a method with some of its columns.</summary>
    private int Fit(int m, ImmutableArray<int> positions, bool reml)
    {
        MethodModel method = _methods[m];
        LinearModel model = new([.. positions.Select(p => _columnIndices[m][p]), _responses[m]], method.HasRandomIntercept, reml);
        PlannedFit planned = new(model, method.OnTherapistMeans);
        int known = _fits.FindIndex(f => f.Model.Equals(model) && f.OnTherapistMeans == planned.OnTherapistMeans);
        if (known >= 0)
        {
            return known;
        }

        _fits.Add(planned);
        return _fits.Count - 1;
    }

    private PlannedTest VarianceTest(int m, int term, int estimate, TestRequest request)
    {
        MethodModel method = _methods[m];
        if (request.Variance != GeneratedColumns.Therapist)
        {
            throw new StudyException($"method {method.Name}: variance must be {GeneratedColumns.Therapist}, but was {request.Variance}.");
        }

        if (request.Alternative == Alternative.Less)
        {
            throw new StudyException($"method {method.Name}: a variance cannot be tested downwards; leave alternative out.");
        }

        int fit = request.By switch
        {
            TestKind.FExact => estimate,
            TestKind.LrtMixture or TestKind.Bootstrap => Fit(m, Positions(method), reml: false),
            TestKind.RlrtMixture or TestKind.RlrtExact => Fit(m, Positions(method), reml: true),
            _ => throw new StudyException(
                $"method {method.Name}: {Words.Of(request.By)} tests coefficients; a variance is tested by f-exact, rlrt-exact, lrt-mixture, rlrt-mixture or bootstrap."),
        };
        int bootstrap = request.By == TestKind.Bootstrap ? AddBootstrap(fit, -1) : -1;
        return new() { Term = term, Kind = request.By, Alternative = Alternative.Greater, Fit = fit, Coefficient = -1, Bootstrap = bootstrap };
    }

    private void PlanTerm(int m, string name, IReadOnlyList<TestRequest> requests, int estimate, ModelTruth truth)
    {
        MethodModel method = _methods[m];
        int position = ColumnOf(method, name);
        int term = AddTerm(m, position, estimate, truth);
        foreach (TestRequest request in requests)
        {
            PlannedTest test = new()
            {
                Term = term,
                Kind = request.By,
                Alternative = request.Alternative,
                Fit = estimate,
                Coefficient = _terms[term].Coefficient,
                Correction = _terms[term].Correction,
            };
            switch (request.By)
            {
                case TestKind.WaldZ:
                    break;
                case TestKind.TSatterthwaite:
                    _fits[estimate].NeedsDegreesOfFreedom = true;
                    break;
                case TestKind.TKenwardRoger:
                    OwnErrorRules.KenwardRoger(method, test, _fits[estimate]);
                    break;
                case TestKind.THc3 or TestKind.TCr2:
                    OwnErrorRules.Robust(method, request.By, _fits[estimate], _columns);
                    break;
                case TestKind.TwoLines or TestKind.LindMehlum:
                    _curveTests.Add(CurveTestPlanner.Plan(method, _columnIndices[m], _responses[m], position, request, estimate));
                    test = test with { CurveTest = _curveTests.Count - 1 };
                    break;
                case TestKind.Lrt or TestKind.Bootstrap when request.Alternative == Alternative.TwoSided:
                    test = LikelihoodRatio(m, position, test);
                    test = request.By == TestKind.Bootstrap ? test with { Bootstrap = AddBootstrap(test.Fit, test.ReducedFit) } : test;
                    break;
                case TestKind.Lrt or TestKind.Bootstrap:
                    throw new StudyException($"method {method.Name}: a likelihood ratio has no side; leave alternative out, or use t-satterthwaite.");
                case TestKind.TCorrelation:
                    throw new StudyException(
                        $"method {method.Name}: t-correlation tests the terms of the preset correlations; a coefficient is tested by wald-z, t-satterthwaite, t-hc3 or lrt.");
                default:
                    throw new StudyException(
                        $"method {method.Name}: {Words.Of(request.By)} tests a variance; a coefficient is tested by wald-z, t-satterthwaite, t-kenward-roger, t-hc3, t-cr2, lrt or bootstrap, several together by joint-wald, a curve by two-lines or lind-mehlum.");
            }

            _tests.Add(test);
        }
    }

    private void PlanTogether(int m, TestRequest request, int estimate, ModelTruth truth)
    {
        MethodModel method = _methods[m];
        ImmutableArray<int> positions = [.. JointWaldPlanner.Terms(method, request).Select(name => ColumnOf(method, name))];
        foreach (int position in positions)
        {
            _fits[estimate].Read(position);
        }

        JointWaldPlanner.Add((_jointWalds, _terms, _tests), m, request.Term!, estimate, positions, [.. positions.Select(p => Meaning(method, truth, p))]);
    }

    private string Meaning(MethodModel method, ModelTruth truth, int position) => method.IsOfOutcome
        ? RejectionMeaning.OfCoefficient(_world, method.Columns, truth, position)
        : RejectionMeaning.OfOtherResponse(truth.Coefficients[position]);

    private int AddBootstrap(int full, int reduced)
    {
        _bootstraps.Add(new(full, reduced));
        return _bootstraps.Count - 1;
    }

    private PlannedTest LikelihoodRatio(int m, int position, PlannedTest test)
    {
        MethodModel method = _methods[m];
        if (method.Columns.Length == 1)
        {
            throw new StudyException($"method {method.Name}: {method.Columns[0].Name} is the only fixed effect, so that no model is left without it for a likelihood ratio.");
        }

        int full = Fit(m, Positions(method), reml: false);
        return test with
        {
            Fit = full,
            Coefficient = _fits[full].Read(position),
            Correction = _corrections.Add(method, position, full),
            ReducedFit = Fit(m, [.. Positions(method).Where(p => p != position)], reml: false),
        };
    }

    private int AddTerm(int m, int position, int estimate, ModelTruth truth)
    {
        MethodModel method = _methods[m];
        string name = method.Columns[position].Name;
        int known = _terms.FindIndex(t => t.Method == m && t.Name == name);
        if (known >= 0)
        {
            return known;
        }

        _terms.Add(new()
        {
            Method = m,
            Name = name,
            Fit = estimate,
            Coefficient = _fits[estimate].Read(position),
            Correction = _corrections.Add(method, position, estimate),
            TrueValue = truth.Coefficients[position],
            RejectionMeans = Meaning(method, truth, position),
        });
        return _terms.Count - 1;
    }

    private static int ColumnOf(MethodModel method, string name)
    {
        for (int p = 0; p < method.Columns.Length; p++)
        {
            if (method.Columns[p].Name == name)
            {
                return p;
            }
        }

        string nearest = NearestName.Find(name, method.Columns.Select(c => c.Name)) is { } near ? $"; did you mean {near}?" : ".";
        throw new StudyException(
            $"method {method.Name}: the model has no coefficient {name}. Its coefficients are {string.Join(", ", method.Columns.Select(c => c.Name))}{nearest}");
    }

    /// <summary>Each square of a therapist-level variable that stands beside the variable itself.</summary>
    private void PlanCurves(int m, int estimate, ModelTruth truth)
    {
        MethodModel method = _methods[m];
        for (int square = 0; square < method.Columns.Length; square++)
        {
            if (method.Columns[square].Expression is not ColumnExpression.Power { Exponent: 2, Base: ColumnExpression.Variable variable }
                || method.LevelOf(variable.Name) != ColumnLevel.Therapist)
            {
                continue;
            }

            for (int linear = 0; linear < method.Columns.Length; linear++)
            {
                if (method.Columns[linear].Expression.Equals(variable))
                {
                    int term = AddTerm(m, square, estimate, truth);
                    int test = _tests.FindIndex(t => t.Term == term && LeafTests.HasInterval(t.Kind));
                    int correction = _corrections.Add(method, linear, estimate);
                    _curves.Add(new(term, test, estimate, _fits[estimate].Read(linear), correction, _fits[estimate].Read(square), _columnIndices[m][linear]));
                }
            }
        }
    }
}
