using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>A method's model written out for one trial: response, columns, and what a row is.</summary>
internal sealed class MethodModel
{
    private readonly Scenario _scenario;

    private MethodModel(
        string name, Method method, Scenario scenario, string text, string response, ImmutableArray<FixedColumn> columns, bool hasRandomIntercept, bool onTherapistMeans)
    {
        _scenario = scenario;
        Name = name;
        Method = method;
        Text = text;
        Response = response;
        Columns = columns;
        HasRandomIntercept = hasRandomIntercept;
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

    /// <summary>Whether therapists have a random intercept.</summary>
    public bool HasRandomIntercept { get; }

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
        if (method.Preset == MethodPreset.Correlations)
        {
            CorrelationPlanner.CheckKeys(method, name);
            return new(
                name, method, scenario, CorrelationPlanner.Text, GeneratedColumns.Outcome, [], hasRandomIntercept: false, onTherapistMeans: false);
        }

        bool means = (method.Rows ?? (method.Preset == MethodPreset.TherapistMeans ? AnalysisRows.TherapistMeans : AnalysisRows.Patients))
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

            bool random = HasTherapistIntercept(formula, name);
            if (random && means)
            {
                throw new StudyException($"method {name}: therapist means have one row per therapist and take no random term; remove {formula.RandomTerms[0].Label}.");
            }

            return new(name, method, scenario, formula.ToString(), formula.Response, columns, random, means);
        }
        catch (FormulaException e)
        {
            throw new StudyException($"method {name}: {e.Message}\n{e.Illustration}", e);
        }
    }

    private static void Check(Formula formula, string name, Scenario scenario)
    {
        foreach (string column in formula.ColumnNames.Where(GeneratedColumns.NotYetAvailable.Contains))
        {
            throw new StudyException($"method {name}: the column {column} is not available in this version.");
        }

        formula.CheckColumns([.. GeneratedColumns.NamesIn(scenario)]);
        ResponseColumn.Check(formula, name, scenario);
        foreach (FixedTerm term in formula.FixedTerms)
        {
            foreach (string variable in term.Factors.SelectMany(f => f.Expression.Variables))
            {
                if (GeneratedColumns.LevelOf(scenario, variable) == ColumnLevel.Label)
                {
                    throw new StudyException($"method {name}: {variable} is a label and cannot be a fixed effect; it can group a random intercept, as in (1 | therapist).");
                }
            }
        }
    }

    private static bool HasTherapistIntercept(Formula formula, string name)
    {
        if (formula.RandomTerms.IsEmpty)
        {
            return false;
        }

        RandomTerm term = formula.RandomTerms[0];
        bool isTherapistIntercept = formula.RandomTerms.Length == 1
            && term is { HasIntercept: true, Slopes.IsEmpty: true, GroupName: GeneratedColumns.Therapist };
        return isTherapistIntercept
            ? true
            : throw new StudyException(
                $"method {name}: the random part {string.Join(" + ", formula.RandomTerms.Select(t => t.Label))} is not available in studies in this version, which take (1 | therapist).");
    }
}
