using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>A method's model written out for one trial: response, columns, and what a row is.</summary>
internal sealed class MethodModel
{
    private readonly Scenario _scenario;

    private MethodModel(string name, Method method, Scenario scenario, Formula? formula, ImmutableArray<FixedColumn> columns, bool onTherapistMeans)
    {
        _scenario = scenario;
        Name = name;
        Method = method;
        Formula = formula;
        Text = formula?.ToString() ?? CorrelationPlanner.Text;
        Response = formula?.Response ?? GeneratedColumns.Outcome;
        Columns = columns;
        RandomTerms = formula?.RandomTerms ?? [];
        HasRandomIntercept = RandomTerms is [{ HasIntercept: true, Slopes.IsEmpty: true, GroupName: GeneratedColumns.Therapist }];
        OnTherapistMeans = onTherapistMeans;
    }

    /// <summary>Name in the result files.</summary>
    public string Name { get; }

    /// <summary>The method as the study has it.</summary>
    public Method Method { get; }

    /// <summary>The model's formula, a preset's written out; what is correlated, for correlations.</summary>
    public string Text { get; }

    /// <summary>The generated variable that is explained.</summary>
    public string Response { get; }

    /// <summary>Fixed-effects columns; none for correlations.</summary>
    public ImmutableArray<FixedColumn> Columns { get; }

    /// <summary>The model; <see langword="null"/> for correlations.</summary>
    public Formula? Formula { get; }

    /// <summary>Its random terms.</summary>
    public ImmutableArray<RandomTerm> RandomTerms { get; }

    /// <summary>Whether the random part is a random intercept of therapists.</summary>
    public bool HasRandomIntercept { get; }

    /// <summary>Whether it is fitted to the rows of a table: repeated measurements, or random effects other than an intercept of therapists.</summary>
    public bool IsOfTable => GeneratedColumns.HasGrowth(_scenario) || (!RandomTerms.IsEmpty && !HasRandomIntercept);

    /// <summary>Whether a row is a measurement of a patient at a week.</summary>
    public bool IsByWeek => LevelOf(Response) == ColumnLevel.Occasion;

    /// <summary>Whether rows are unweighted therapist means.</summary>
    public bool OnTherapistMeans { get; }

    /// <summary>Where a variable of this trial varies.</summary>
    public ColumnLevel LevelOf(string variable) => GeneratedColumns.LevelOf(_scenario, variable);

    /// <summary>Whether it is the outcome that is explained, of which the program knows true values.</summary>
    public bool IsOfOutcome => Response == GeneratedColumns.Outcome;

    /// <summary>Whether correlations of alliance and outcome are estimated instead of a model.</summary>
    public bool IsCorrelations => Method.Preset == MethodPreset.Correlations;

    /// <summary>Whether a column of this preset is one that it tests unless the study says otherwise.</summary>
    public bool IsTestedByPreset(FixedColumn column) => PresetModel.Tests(Method, _scenario, column.TermLabel);

    /// <summary>Name of a method: its own, or its preset's.</summary>
    public static string NameOf(Method method) => method.Name ?? (method.Preset is { } preset ? Words.Of(preset) : method.Formula ?? "");

    /// <summary>Writes a method's model out for a trial.</summary>
    /// <exception cref="StudyException">The model cannot be fitted to what this trial generates; says why.</exception>
    public static MethodModel Of(Method method, Scenario scenario)
    {
        Trial trial = scenario.Trial;
        string name = NameOf(method);
        PresetModel.CheckModerator(method, name, scenario);
        PresetModel.CheckKind(method, name, scenario);
        if (method.Preset == MethodPreset.Correlations)
        {
            CorrelationPlanner.CheckKeys(method, name);
            return new(name, method, scenario, null, [], onTherapistMeans: false);
        }

        bool means = (method.Rows ?? (method.Preset is MethodPreset.TherapistMeans or MethodPreset.SlopeMeans ? AnalysisRows.TherapistMeans : AnalysisRows.Patients))
            == AnalysisRows.TherapistMeans;
        string text = method.Formula ?? PresetModel.Formula(method, scenario);
        try
        {
            Formula formula = Formula.Parse(text);
            Check(formula, name, scenario);
            ImmutableArray<FixedColumn> columns = DesignColumns.FixedColumns(formula, column => GeneratedColumns.TextLevels(trial, column));
            if (columns.IsEmpty)
            {
                throw new StudyException($"method {name}: the formula \"{formula}\" has no fixed effects; a model needs at least an intercept.");
            }

            if (!formula.RandomTerms.IsEmpty && means)
            {
                throw new StudyException($"method {name}: therapist means have one row per therapist and take no random term; remove {formula.RandomTerms[0].Label}.");
            }

            MethodModel model = new(name, method, scenario, formula, columns, means);
            GrowthRules.Check(model, scenario);
            return model;
        }
        catch (FormulaException e)
        {
            throw new StudyException($"method {name}: {e.Message}\n{e.Illustration}", e);
        }
    }

    private static void Check(Formula formula, string name, Scenario scenario)
    {
        if (!GeneratedColumns.HasGrowth(scenario) && formula.ColumnNames.FirstOrDefault(GeneratedColumns.OfGrowth.Contains) is { } week)
        {
            throw new StudyException($"method {name}: the column {week} belongs to repeated measurements (outcome.kind: growth), but the scenario has one outcome per patient.");
        }

        formula.CheckColumns([.. GeneratedColumns.NamesIn(scenario)]);
        ResponseColumn.Check(formula, name, scenario);
        foreach (FixedTerm term in formula.FixedTerms.Concat(formula.RandomTerms.SelectMany(random => random.Slopes)))
        {
            foreach (string variable in term.Factors.SelectMany(f => f.Expression.Variables))
            {
                if (GeneratedColumns.LevelOf(scenario, variable) == ColumnLevel.Label)
                {
                    throw new StudyException($"method {name}: {variable} is a label and cannot be a column; it can group random effects, as in (1 | therapist).");
                }
            }
        }
    }
}
