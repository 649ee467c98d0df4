using System.Collections.Immutable;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Formulas;

/// <summary>A model in lme4's notation, such as <c>outcome ~ arm + alliance + (1 | therapist)</c>.</summary>
/// <remarks>
/// Terms are joined by <c>+ - * :</c> and <c>(a + b)^2</c>; <c>1</c> and <c>0</c> are with and without intercept; <c>I(x^2)</c> holds
/// arithmetic. Random terms are <c>(1 | g)</c>, <c>(1 + x | g)</c>, <c>(0 + x | g)</c>, <c>(x || g)</c> without correlations,
/// <c>(1 | g1/g2)</c> for g2 nested in g1, and <c>(1 | g1:g2)</c> for their combinations.
/// </remarks>
public sealed class Formula
{
    private readonly FormulaSyntax _rightSide;
    private readonly ImmutableArray<ColumnMention> _mentions;

    private Formula(string text)
    {
        Text = text;
        FormulaParser parser = new(text);
        (Response, _rightSide) = parser.Parse();
        _mentions = [.. parser.Mentions];
        RefuseResponseAsPredictor();

        TermExpansion expansion = TermExpansion.OfRightSide(text, _rightSide);
        HasIntercept = expansion.HasIntercept;
        FixedTerms = expansion.Terms;
        RandomTerms = RandomTermExpansion.Expand(text, expansion.RandomTerms);
    }

    /// <summary>The text as it was given.</summary>
    public string Text { get; }

    /// <summary>The column of the outcome.</summary>
    public string Response { get; }

    /// <summary>Whether the model has a fixed intercept.</summary>
    public bool HasIntercept { get; }

    /// <summary>
    /// Every column of the data that the text names, once each, response first: a row is complete if none of them is missing.
    /// As in R this includes columns of terms that are subtracted again.
    /// </summary>
    public IEnumerable<string> ColumnNames => _mentions.Select(m => m.Name).Distinct(StringComparer.Ordinal);

    /// <summary>The columns that must hold numbers: the outcome, and those inside <c>I(...)</c>. Others may hold text as well.</summary>
    public IEnumerable<string> NumericColumnNames =>
        FixedTerms.Concat(RandomTerms.SelectMany(term => term.Slopes))
            .SelectMany(term => term.Factors)
            .Where(factor => factor.Column is null)
            .SelectMany(factor => factor.Expression.Variables)
            .Prepend(Response)
            .Distinct(StringComparer.Ordinal);

    /// <summary>The columns by which random terms group rows; they may hold text or numbers.</summary>
    public IEnumerable<string> GroupingColumnNames => RandomTerms.SelectMany(term => term.Grouping).Distinct(StringComparer.Ordinal);

    /// <summary>Expanded, without the intercept: by number of factors, then in order of appearance.</summary>
    internal ImmutableArray<FixedTerm> FixedTerms { get; }

    /// <summary>Each with one covariance matrix, in order of appearance.</summary>
    internal ImmutableArray<RandomTerm> RandomTerms { get; }

    /// <summary>Reads a formula.</summary>
    /// <param name="text">Blanks and line breaks are allowed anywhere between names, numbers and signs.</param>
    /// <exception cref="FormulaException">The text is no formula, or uses something that is not available.</exception>
    public static Formula Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text);
    }

    /// <summary>Checks that the data have all columns that the formula names.</summary>
    /// <param name="known">Names of the columns of the data.</param>
    /// <exception cref="FormulaException">A column is unknown; the message suggests the known name nearest to it.</exception>
    public void CheckColumns(IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        HashSet<string> names = new(known, StringComparer.Ordinal);
        foreach (ColumnMention mention in _mentions.Where(m => !names.Contains(m.Name)))
        {
            string accepted = NearestName.Find(mention.Name, known) is string nearest
                ? $"Did you mean '{nearest}'?"
                : $"The data have: {string.Join(", ", known)}.";
            throw new FormulaException(Text, mention.Position, $"The data have no column '{mention.Name}', which was found", accepted);
        }
    }

    /// <summary>The formula as R writes it, with blanks in their usual places.</summary>
    public override string ToString() => $"{DeparsedText.Name(Response)} ~ {_rightSide.Deparse()}";

    private void RefuseResponseAsPredictor()
    {
        foreach (ColumnMention mention in _mentions.Skip(1).Where(m => string.Equals(m.Name, Response, StringComparison.Ordinal)))
        {
            throw new FormulaException(
                Text, mention.Position, $"The outcome '{Response}' was found among the predictors", "The outcome stands only left of ~.");
        }
    }
}
