using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Planning;

/// <summary>The random-intercept model of one variable of a pilot trial, after arms, sites and, if asked for, severity.</summary>
internal sealed class PilotModel
{
    private const string Response = "response";
    private const string Severity = "severity";
    private const double LargestNumber = 1e100;   // squares of which can be summed
    private const double SmallestNumber = 1e-100; // and do not vanish

    private readonly LinearMixedModelFit _fit;

    private PilotModel(LinearMixedModelFit fit, VarianceShareModel share)
    {
        _fit = fit;
        Share = share;
    }

    /// <summary>The same model as a function of the therapists' share.</summary>
    public VarianceShareModel Share { get; }

    /// <summary>REML estimate of the variance between and within therapists.</summary>
    public double TotalVariance => _fit.RandomEffects[0].Variance + (_fit.ResidualSd * _fit.ResidualSd);

    /// <summary><c>96 patients of 12 therapists</c>.</summary>
    public string Basis => string.Create(CultureInfo.InvariantCulture, $"{_fit.Observations} patients of {_fit.Groups[0].Levels} therapists");

    /// <summary>Fits.</summary>
    /// <param name="data">The pilot trial.</param>
    /// <param name="response">What is explained.</param>
    /// <param name="severity">Severity in SDs; <see langword="null"/> if it does not take part.</param>
    /// <exception cref="ModelException">The values are too few, or do not vary.</exception>
    public static PilotModel Of(PilotData data, NumericColumn response, NumericColumn? severity)
    {
        CheckVaries(response);
        DataColumn[] columns =
        [
            NumericColumn.WithGaps(Response, response.Values),
            Named("therapist", data.Therapist),
            .. data.Arm is null ? [] : new[] { Named("arm", data.Arm) },
            .. data.Site is null ? [] : new[] { Named("site", data.Site) },
            .. severity is null ? [] : new[] { NumericColumn.WithGaps(Severity, severity.Values) },
        ];
        DataTable table = new DataTable([.. columns]).CompleteIn(columns.Select(c => c.Name)).Table;
        CheckTherapists(table, response.Name);
        string[] terms = [.. columns.Skip(2).Select(c => c.Name).Where(name => table.Column(name) is not TextColumn { Levels.Length: 1 })];
        Formula formula = Formula.Parse($"{Response} ~ {string.Concat(terms.Select(term => term + " + "))}(1 | therapist)");
        try
        {
            LinearMixedModelFit fit = LinearMixedModel.Fit(table, formula, Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite);
            ModelData model = ModelData.Of(table, formula);
            return new(fit, VarianceShareModel.Of(model.Columns, model.Outcome, model.Random!.Inner.Codes, new int[model.Rows]));
        }
        catch (ModelException e)
        {
            throw new ModelException($"{response.Name} cannot be split into therapists and patients: {e.Message.Replace(Response, response.Name, StringComparison.Ordinal)}");
        }
    }

    /// <summary>The slope on severity with Student's interval at Satterthwaite's degrees of freedom.</summary>
    /// <param name="quantity">What it is.</param>
    /// <param name="unit">What a slope is divided by.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <exception cref="ModelException">Severity does not vary between the patients of the model.</exception>
    public CalibratedNumber SeveritySlope(PilotQuantity quantity, double unit, double confidence)
    {
        FixedEffect slope = _fit.FixedEffects.FirstOrDefault(effect => effect.Term == Severity)
            ?? throw new ModelException($"severity must vary within arms and sites among the {Basis} of the model, to tell its slope, but does not.");
        double halfWidth = StudentT.UpperQuantile((1 - confidence) / 2, slope.DegreesOfFreedom!.Value) * slope.StandardError;
        return new(
            quantity,
            slope.Estimate / unit,
            new((slope.Estimate - halfWidth) / unit, (slope.Estimate + halfWidth) / unit),
            "REML; t interval with Satterthwaite's degrees of freedom",
            Basis);
    }

    /// <summary>Refuses a column whose values are missing or all the same, or that nothing can be computed of.</summary>
    /// <exception cref="ModelException">They are.</exception>
    public static void CheckVaries(NumericColumn column)
    {
        double[] known = [.. column.Values.Where(v => !double.IsNaN(v))];
        if (known.Length == 0)
        {
            throw new ModelException($"{column.Name} must have values, but all of its cells are missing.");
        }

        if (known.Min() == known.Max())
        {
            throw new ModelException($"{column.Name} must vary between patients, but is {NumberText.Shortest(known[0])} in every row that has a value.");
        }

        double farthest = known.MaxBy(Math.Abs);
        if (Math.Abs(farthest) > LargestNumber || known.Max() - known.Min() < SmallestNumber)
        {
            throw new ModelException(Math.Abs(farthest) > LargestNumber
                ? $"{column.Name} must hold numbers of at most {NumberText.Shortest(LargestNumber)} in size, but {NumberText.Shortest(farthest)} is among them."
                : $"{column.Name} must vary by at least {NumberText.Shortest(SmallestNumber)} between patients, but does not.");
        }
    }

    private static void CheckTherapists(DataTable table, string response)
    {
        if (table.Rows == 0)
        {
            throw new ModelException($"there must be patients with a therapist and a value of {response}, but there is none.");
        }

        TextColumn therapist = PilotLayout.Factor(table.Column("therapist"));
        if (therapist.Levels.Length < 2)
        {
            throw new ModelException(
                $"there must be at least two therapists with values of {response} to tell how much they differ, but there is one only, {therapist.Levels[0]}.");
        }

        if (therapist.Levels.Length == table.Rows)
        {
            throw new ModelException(string.Create(CultureInfo.InvariantCulture,
                $"some therapist must have at least two patients with values of {response}, but each of the {table.Rows} therapists has one: therapists and patients cannot be told apart."));
        }
    }

    private static TextColumn Named(string name, DataColumn column)
    {
        TextColumn factor = PilotLayout.Factor(column);
        return TextColumn.FromCodes(name, factor.Codes, factor.Levels);
    }
}
