using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Tests.Formulas;

public sealed class FormulaErrorTests
{
    private const string Term = "must stand a term: a column name, 1, I(...) or a random term such as (1 | therapist).";
    private const string Outcome = "Left of ~ stands the outcome as it is in the data: the name of one column.";
    private const string Function = "No function but I(...), for arithmetic with + - * / ^, is available: put the transformed values into a column of the data.";
    private const string Sign = "Between two terms must stand a sign, such as +.";
    private const string Order =
        "Outside I(...), ^ gives interactions up to an order, a whole number from 1: (a + b)^2. A square is written I(x^2).";

    private const string Operand = "Here must stand a column name, I(...) or a sum of them in parentheses.";
    private const string Within = "Inside I(...) a column name, a number or a parenthesis must stand here.";
    private const string AfterWithin = "Inside I(...) one of + - * / ^ or ')' must follow here.";
    private const string Exponent = "An exponent is a number: I(x^2), I(x^0.5).";
    private const string AfterGroup = "After the groups must follow ')'. Groups are one column, or two columns as in (1 | g1/g2) or (1 | g1:g2).";

    [Theory]

    // The outcome
    [InlineData("", 0, "The formula is empty: it ends at column 1. A formula reads like outcome ~ arm + alliance + (1 | therapist).")]
    [InlineData("  ", 2, "The formula is empty: it ends at column 3. A formula reads like outcome ~ arm + alliance + (1 | therapist).")]
    [InlineData("~ x", 0, "No outcome was found left of the ~ at column 1. " + Outcome)]
    [InlineData("y", 1, "The formula ends at column 2. The sign ~ must follow the outcome: outcome ~ arm + alliance + (1 | therapist).")]
    [InlineData("y + x", 2, "'+' was found at column 3. The sign ~ must follow the outcome: outcome ~ arm + alliance + (1 | therapist).")]
    [InlineData("y + z ~ x", 2, "'+' was found at column 3. " + Outcome)]
    [InlineData("1 ~ x", 0, "'1' was found at column 1. " + Outcome)]
    [InlineData("(y) ~ x", 0, "'(' was found at column 1. " + Outcome)]
    [InlineData("log(y) ~ x", 0, "The function log() was found at column 1. " + Outcome)]
    [InlineData("I(y) ~ x", 0, "The function I() was found at column 1. " + Outcome)]
    [InlineData("y ~ x + y", 8, "The outcome 'y' was found among the predictors at column 9. The outcome stands only left of ~.")]
    [InlineData("y ~ (1 | y)", 9, "The outcome 'y' was found among the predictors at column 10. The outcome stands only left of ~.")]

    // Missing and superfluous parts
    [InlineData("y ~", 3, "The formula ends at column 4. After '~' " + Term)]
    [InlineData("y ~ x +", 7, "The formula ends at column 8. After '+' " + Term)]
    [InlineData("y ~ x * ", 8, "The formula ends at column 9. After '*' " + Term)]
    [InlineData("y ~ x:", 6, "The formula ends at column 7. After ':' " + Term)]
    [InlineData("y ~ x + * z", 8, "'*' was found at column 9. After '+' " + Term)]
    [InlineData("y ~ x + - z", 8, "'-' was found at column 9. After '+' " + Term)]
    [InlineData("y ~ x:* z", 6, "'*' was found at column 7. After ':' " + Term)]
    [InlineData("y ~ ()", 5, "')' was found at column 6. After '(' " + Term)]
    [InlineData("y ~ x z", 6, "'z' was found at column 7. " + Sign)]
    [InlineData("y ~ 2x", 5, "'x' was found at column 6. " + Sign)]
    [InlineData("y ~ x (1 | g)", 6, "'(' was found at column 7. " + Sign)]
    [InlineData("y ~ x ~ z", 6, "'~' was found at column 7. A formula has one ~, between the outcome and the terms.")]
    [InlineData("y ~ (x ~ z)", 7, "'~' was found at column 8. A formula has one ~, between the outcome and the terms.")]
    [InlineData("y ~ x)", 5, "')' was found at column 6. It closes no parenthesis: remove it, or add the '(' that it belongs to.")]
    [InlineData("y ~ (a + b", 10, "The formula ends at column 11. The parenthesis opened at column 5 must be closed with ')'.")]
    [InlineData("y ~ (1 | g", 10, "The formula ends at column 11. The parenthesis opened at column 5 must be closed with ')'.")]
    [InlineData("y ~ I(x", 7, "The formula ends at column 8. The parenthesis opened at column 6 must be closed with ')'.")]

    // Numbers and powers
    [InlineData("y ~ 2", 4, "The number 2 was found at column 5. The only numbers among terms are 1 (with intercept) and 0 (without).")]
    [InlineData("y ~ x + 0.5", 8, "The number 0.5 was found at column 9. The only numbers among terms are 1 (with intercept) and 0 (without).")]
    [InlineData("y ~ 1:x", 4, "The number 1 was found at column 5. " + Operand)]
    [InlineData("y ~ x * (1 + z)", 9, "The number 1 was found at column 10. " + Operand)]
    [InlineData("y ~ x + 1e999", 8, "The number 1e999 was found at column 9. A number must be smaller than 1.8e308.")]
    [InlineData("y ~ (a + b)^z", 12, "'z' was found at column 13. " + Order)]
    [InlineData("y ~ (a + b)^0", 12, "'0' was found at column 13. " + Order)]
    [InlineData("y ~ (a + b)^1.5", 12, "'1.5' was found at column 13. " + Order)]
    [InlineData("y ~ (a + b)^", 12, "The formula ends at column 13. " + Order)]
    [InlineData("y ~ a^2^2", 7, "'^' was found at column 8. Only one ^ may follow a term. A power of a power is written I((x^2)^3).")]

    // Random terms
    [InlineData("y ~ x + 1 | g", 10, "'|' was found at column 11. A random term stands in parentheses of its own: (1 | therapist).")]
    [InlineData("y ~ (1 | )", 9, "')' was found at column 10. After '|' must stand the column that names the groups: (1 | therapist).")]
    [InlineData("y ~ (1 || 2)", 10, "'2' was found at column 11. After '||' must stand the column that names the groups: (1 | therapist).")]
    [InlineData("y ~ (1 | g:)", 11, "')' was found at column 12. After ':' must stand the column that names the groups: (1 | therapist).")]
    [InlineData("y ~ (1 | (g))", 9, "'(' was found at column 10. After '|' must stand the column that names the groups: (1 | therapist).")]
    [InlineData("y ~ (1 | factor(g))", 9, "The function factor() was found at column 10. " + Function)]
    [InlineData("y ~ (1 | g + h)", 11, "'+' was found at column 12. " + AfterGroup)]
    [InlineData("y ~ (1 | a/b/c)", 12, "'/' was found at column 13. " + AfterGroup)]
    [InlineData("y ~ (1 | g | h)", 11, "'|' was found at column 12. " + AfterGroup)]
    [InlineData("y ~ (1 | g:g)", 11, "The group 'g' was found a second time at column 12. A combination of groups names two different columns.")]
    [InlineData("y ~ (0 | g)", 4, "The random term (0 | g), in which nothing varies, was found at column 5. Write (1 | g), (1 + x | g) or (0 + x | g).")]
    [InlineData(
        "y ~ (| g)",
        5,
        "'|' was found at column 6. Before it must stand what differs between groups: (1 | therapist) for levels, (1 + x | therapist) for levels and slopes.")]
    [InlineData("y ~ ((1 | g) | h)", 5, "The random term (1 | g) was found at column 6. A random term cannot stand inside a random term.")]
    [InlineData("y ~ x * (1 | g)", 8, "The random term (1 | g) was found at column 9. A random term cannot be part of an interaction: add it with +.")]
    [InlineData("y ~ x - (1 | g)", 8, "The random term (1 | g) was found at column 9. A random term cannot be subtracted: leave it out.")]
    [InlineData(
        "y ~ (1 | g) + (x || g)",
        14,
        "The random term (1 | g) was found a second time at column 15. The same variance cannot be estimated twice: remove one.")]

    // What is not available
    [InlineData("y ~ log(x)", 4, "The function log() was found at column 5. " + Function)]
    [InlineData("y ~ x + poly(x, 2)", 14, "',' was found at column 15. A formula consists of column names, numbers, I(...) and the signs ~ + - * : ^ / | ( ).")]
    [InlineData("y ~ x + offset(z)", 8, "The function offset() was found at column 9. " + Function)]
    [InlineData("y ~ I(log(x))", 6, "The function log() was found at column 7. " + Function)]
    [InlineData("y ~ .", 4, "'.' (all other columns) was found at column 5. It is not available: name each column.")]
    [InlineData("y ~ a %in% b", 6, "'%in%' was found at column 7. It is not available: write nested effects with ':', such as a + a:b.")]
    [InlineData("y ~ a/b", 5, "'/' was found at column 6. It is available for groups, (1 | g1/g2), and inside I(...). Nested effects are written a + a:b.")]
    [InlineData("y ~ x == 1", 6, "'=' was found at column 7. A formula consists of column names, numbers, I(...) and the signs ~ + - * : ^ / | ( ).")]
    [InlineData("y ~ TRUE", 4, "'TRUE' was found at column 5. This word has a meaning of its own; if a column is called so, write `TRUE`.")]
    [InlineData("y ~ _x", 4, "A name that begins with '_' was found at column 5. A name begins with a letter; put other names between backticks: `_x`.")]
    [InlineData("y ~ `x", 4, "A backtick (`) that is never closed was found at column 5. A quoted name ends with a second backtick: `my column`.")]
    [InlineData("y ~ ``", 4, "An empty name was found at column 5. Between two backticks stands the name of a column: `my column`.")]
    [InlineData("y ~ x\u0001", 5, "A control character was found at column 6. A formula consists of column names, numbers, I(...) and the signs ~ + - * : ^ / | ( ).")]

    // Arithmetic
    [InlineData("y ~ I()", 6, "')' was found at column 7. " + Within)]
    [InlineData("y ~ I(x +)", 9, "')' was found at column 10. " + Within)]
    [InlineData("y ~ I(x z)", 8, "'z' was found at column 9. " + AfterWithin)]
    [InlineData("y ~ I(x:z)", 7, "':' was found at column 8. " + AfterWithin)]
    [InlineData("y ~ I((x | z))", 9, "'|' was found at column 10. " + AfterWithin)]
    [InlineData("y ~ I(x^z)", 8, "'z' was found at column 9. " + Exponent)]
    [InlineData("y ~ I(x^(1/2))", 10, "'/' was found at column 11. " + Exponent)]
    [InlineData("y ~ I(2)", 4, "I(2), which names no column, was found at column 5. Arithmetic needs at least one column of the data: I(x^2).")]
    public void Parse_OfAWrongFormula_SaysWhatWhereAndWhatIsAccepted(string text, int position, string message)
    {
        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));

        Assert.Equal(message, error.Message);
        Assert.Equal(position, error.Position);
        Assert.Equal(text, error.Formula);
    }

    [Fact]
    public void Illustration_PutsACaretUnderThePosition()
    {
        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse("outcome ~\tarm +\nlog(x)"));

        Assert.Equal("outcome ~ arm + log(x)\n                ^", error.Illustration);
    }

    [Fact]
    public void Illustration_AtTheEnd_PutsTheCaretAfterTheFormula()
    {
        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse("y ~ a +"));

        Assert.Equal("y ~ a +\n       ^", error.Illustration);
    }
}
