using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Estimation;

/// <summary>What of a patient's data enters the sums within therapists.</summary>
internal enum PatientSource
{
    /// <summary>Alliance as measured.</summary>
    Alliance,

    /// <summary>Outcome.</summary>
    Outcome,

    /// <summary>Severity.</summary>
    Severity,

    /// <summary>W/σ_W.</summary>
    PatientScore,

    /// <summary>A program run for each patient.</summary>
    Program,
}

/// <summary>A column of the statistics.</summary>
/// <param name="Expression">What the column is.</param>
/// <param name="Program">Its arithmetic: run for each therapist, or for each patient if the source is <see cref="PatientSource.Program"/>.</param>
/// <param name="Source">Index of its patient source; −1 if it is constant within therapists.</param>
/// <param name="Scale">The column varies within therapists as this times its source.</param>
internal sealed record AnalysisColumn(ColumnExpression Expression, ColumnProgram Program, int Source, double Scale)
{
    /// <summary>Whether it is the deviation from the observed therapist mean.</summary>
    public bool IsAllianceWithin => Expression is ColumnExpression.Variable { Name: GeneratedColumns.AllianceWithin };

    /// <summary>Whether its therapist mean is the therapist's true alliance plus the scaled mean of its source.</summary>
    public bool IsTrueAlliance => Expression is ColumnExpression.Variable { Name: GeneratedColumns.TrueAlliance };
}

/// <summary>The columns that the models of a study use, each once, and the patient sources behind them.</summary>
internal sealed class AnalysisColumns
{
    private readonly World _world;
    private readonly List<AnalysisColumn> _columns = [];
    private readonly List<(PatientSource Kind, ColumnProgram? Program)> _sources = [];

    public AnalysisColumns(World world) => _world = world;

    /// <summary>The columns, in the order in which they were added.</summary>
    public IReadOnlyList<AnalysisColumn> Columns => _columns;

    /// <summary>The patient sources.</summary>
    public IReadOnlyList<(PatientSource Kind, ColumnProgram? Program)> Sources => _sources;

    /// <summary>Whether a program needs the therapists' observed means for each patient, so that all patients must be kept until they are known.</summary>
    public bool NeedsObservedMeansPerPatient { get; private set; }

    /// <summary>Whether any column reads what only the generator's longer path draws.</summary>
    public bool ReadsFurther { get; private set; }

    /// <summary>Whether a test needs the columns for each patient, so that all patients must be kept.</summary>
    public bool NeedsPatientRows { get; private set; }

    /// <summary>Whether any column needs the observed mean of the alliance.</summary>
    public bool NeedsObservedMeans { get; private set; }

    /// <summary>Whether the world's observed mean is over all measured patients.</summary>
    public bool MeasuredMeans => _world.Scenario.Alliance.TherapistMean == TherapistMean.Measured;

    /// <summary>Adds a column if it is new.</summary>
    /// <returns>Its index.</returns>
    /// <exception cref="NotSupportedException">See <see cref="ColumnProgram.Compile"/>.</exception>
    public int Add(ColumnExpression expression)
    {
        int known = _columns.FindIndex(c => c.Expression.Equals(expression));
        if (known >= 0)
        {
            return known;
        }

        _columns.Add(Column(expression));
        return _columns.Count - 1;
    }

    /// <summary>Asks for the columns for each patient.</summary>
    public void RequirePatientRows() => NeedsPatientRows = true;

    /// <summary>Adds a generated variable if it is new, as the response of a model.</summary>
    /// <param name="variable">A number that varies within therapists.</param>
    /// <returns>Its index.</returns>
    public int AddVariable(string variable) => Add(new ColumnExpression.Variable(variable));

    /// <summary>[column] Whether its therapist means can differ from 0.</summary>
    public bool[] HasBetween() => [.. _columns.Select(c => !c.IsAllianceWithin || MeasuredMeans)];

    /// <summary>[column] Whether it can vary within therapists.</summary>
    public bool[] HasWithin() => [.. _columns.Select(c => c.Source >= 0)];

    private AnalysisColumn Column(ColumnExpression expression)
    {
        ColumnProgram program = ColumnProgram.Compile(expression, _world.Scenario);
        string[] variables = [.. expression.Variables];
        bool observed = variables.Any(v => v is GeneratedColumns.AllianceBetween or GeneratedColumns.AllianceWithin);
        NeedsObservedMeans |= observed;
        ReadsFurther |= variables.Any(v => GeneratedColumns.IsFurther(_world.Scenario, v));
        if (variables.All(v => GeneratedColumns.LevelOf(_world.Scenario, v) == ColumnLevel.Therapist))
        {
            return new(expression, program, -1, 0);
        }

        double withinSd = _world.Components.AllianceWithinSd;
        string? only = (expression as ColumnExpression.Variable)?.Name;
        (PatientSource Source, double Scale)? linear = only switch
        {
            GeneratedColumns.Outcome => (PatientSource.Outcome, 1),
            GeneratedColumns.Alliance or GeneratedColumns.AllianceWithin => (PatientSource.Alliance, 1),
            GeneratedColumns.Severity => (PatientSource.Severity, 1),
            GeneratedColumns.PatientScore => (PatientSource.PatientScore, 1),
            GeneratedColumns.TrueAllianceWithin or GeneratedColumns.TrueAlliance => (PatientSource.PatientScore, withinSd),
            _ => null, // sessions, retention and traits run through the general path
        };
        if (linear is { } direct)
        {
            return new(expression, program, Source(direct.Source, null), direct.Scale);
        }

        NeedsObservedMeansPerPatient |= observed;
        return new(expression, program, Source(PatientSource.Program, program), 1);
    }

    private int Source(PatientSource kind, ColumnProgram? program)
    {
        int known = _sources.FindIndex(s => s.Kind == kind && s.Kind != PatientSource.Program);
        if (known < 0)
        {
            _sources.Add((kind, program));
            known = _sources.Count - 1;
        }

        return known;
    }
}
