using TherapistEffectSim.Formulas;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Tests.Formulas;

/// <summary>Expected term labels are those of R's <c>attr(terms(formula), "term.labels")</c>, written by hand from its rules.</summary>
public sealed class FormulaTests
{
    [Theory]
    [InlineData("y ~ 1", "")]
    [InlineData("y ~ a + b", "a, b")]
    [InlineData("y ~ b + a + b", "b, a")]
    [InlineData("y ~ a * b", "a, b, a:b")]
    [InlineData("y ~ a:b + a", "a, a:b")]
    [InlineData("y ~ a + b + b:a", "a, b, a:b")]
    [InlineData("y ~ b:a + a", "a, b:a")]
    [InlineData("y ~ a * b - a", "b, a:b")]
    [InlineData("y ~ a * b * c", "a, b, c, a:b, a:c, b:c, a:b:c")]
    [InlineData("y ~ a * b * c - a:b:c", "a, b, c, a:b, a:c, b:c")]
    [InlineData("y ~ a * b * c - c:b:a", "a, b, c, a:b, a:c, b:c")]
    [InlineData("y ~ (a + b)^2", "a, b, a:b")]
    [InlineData("y ~ (a + b + c)^2", "a, b, c, a:b, a:c, b:c")]
    [InlineData("y ~ (a + b + c)^3", "a, b, c, a:b, a:c, b:c, a:b:c")]
    [InlineData("y ~ (a + b)^1000000000", "a, b, a:b")]
    [InlineData("y ~ a^2", "a")]
    [InlineData("y ~ (a + b):c", "a:c, b:c")]
    [InlineData("y ~ (a + b):(c + d)", "a:c, a:d, b:c, b:d")]
    [InlineData("y ~ a:b * c", "c, a:b, a:b:c")]
    [InlineData("y ~ a:a + b", "a, b")]
    [InlineData("y ~ a - a + b + b:a", "b, a:b")]
    [InlineData("y ~ a + b - (a + c)", "b")]
    [InlineData("y ~ a + b - a + a", "b, a")]
    [InlineData("y ~ c + a:b + I(a^2) + a", "c, I(a^2), a, a:b")]
    [InlineData("y ~ time * arm + (1 + time | therapist)", "time, arm, time:arm")]
    [InlineData("y ~ x:I(x^2) + `my column`", "`my column`, x:I(x^2)")]
    [InlineData("y ~ (1 | g)", "")]
    public void FixedTerms_OfAnExpandedFormula_AreThoseOfR(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", Formula.Parse(text).FixedTerms.Select(t => t.Label)));

    [Theory]
    [InlineData("y ~ x", true)]
    [InlineData("y ~ 1 + x", true)]
    [InlineData("y ~ 0 + x", false)]
    [InlineData("y ~ x + 0", false)]
    [InlineData("y ~ x - 1", false)]
    [InlineData("y ~ -1 + x", false)]
    [InlineData("y ~ x - 0", true)]
    [InlineData("y ~ 0 + x + 1", true)]
    [InlineData("y ~ x - (1)", false)]
    [InlineData("y ~ (x - 1)", false)]
    [InlineData("y ~ x - (a - 1)", true)]
    public void HasIntercept_IsDecidedByTheLastOneOrZero(string text, bool expected) =>
        Assert.Equal(expected, Formula.Parse(text).HasIntercept);

    [Theory]
    [InlineData("y ~ (1 | g)", "(1 | g)")]
    [InlineData("y ~ (x | g)", "(1 + x | g)")]
    [InlineData("y ~ (1 + x | g)", "(1 + x | g)")]
    [InlineData("y ~ (0 + x | g)", "(0 + x | g)")]
    [InlineData("y ~ (x - 1 | g)", "(0 + x | g)")]
    [InlineData("y ~ (-1 + x | g)", "(0 + x | g)")]
    [InlineData("y ~ (x || g)", "(1 | g), (0 + x | g)")]
    [InlineData("y ~ (0 + x + z || g)", "(0 + x | g), (0 + z | g)")]
    [InlineData("y ~ (x * z || g)", "(1 | g), (0 + x | g), (0 + z | g), (0 + x:z | g)")]
    [InlineData("y ~ (1 | g1/g2)", "(1 | g1), (1 | g1:g2)")]
    [InlineData("y ~ (x || g1 / g2)", "(1 | g1), (1 | g1:g2), (0 + x | g1), (0 + x | g1:g2)")]
    [InlineData("y ~ (1 | g1:g2)", "(1 | g1:g2)")]
    [InlineData("y ~ (x + I(x^2) | `my group`)", "(1 + x + I(x^2) | `my group`)")]
    [InlineData("y ~ a + ((1 | g)) + (b + (0 + a | h))", "(1 | g), (0 + a | h)")]
    [InlineData("y ~ (1 | g) + (0 + x | g)", "(1 | g), (0 + x | g)")]
    public void RandomTerms_AreSplitIntoOneTermPerCovarianceMatrix(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", Formula.Parse(text).RandomTerms.Select(t => t.Label)));

    [Fact]
    public void RandomTerms_KnowTheirPartsAndPlace()
    {
        RandomTerm term = Formula.Parse("y ~ x + (x | site:therapist)").RandomTerms.Single();

        Assert.True(term.HasIntercept);
        Assert.Equal(["x"], term.Slopes.Select(s => s.Label));
        Assert.Equal(["site", "therapist"], term.Grouping.AsEnumerable());
        Assert.Equal("site:therapist", term.GroupName);
        Assert.Equal(8, term.Position);
    }

    [Fact]
    public void RandomTerms_OrderTheirVariablesByThemselves()
    {
        // lme4 builds the columns of a random term from a formula of its own.
        Formula formula = Formula.Parse("y ~ a + b + (b:a | g)");

        Assert.Equal("(1 + b:a | g)", formula.RandomTerms.Single().Label);
    }

    [Theory]
    [InlineData("outcome~arm+alliance+(1|therapist)", "outcome ~ arm + alliance + (1 | therapist)")]
    [InlineData(" y\n~\ta *b- a : b + ( x||g ) ", "y ~ a * b - a:b + (x || g)")]
    [InlineData("y ~ ( a+b ) ^ 2 + (1|g1/g2) + (1|g3 : g2)", "y ~ (a + b)^2 + (1 | g1/g2) + (1 | g3:g2)")]
    [InlineData("y ~ -1+I( -x ^ 2*3/ z-1 )", "y ~ -1 + I(-x^2 * 3/z - 1)")]
    [InlineData("y ~ I (x) + I((x+1)^-2)", "y ~ I(x) + I((x + 1)^-2)")]
    [InlineData("y ~ +x", "y ~ x")]
    [InlineData("`y` ~ `a b` + `1x` + `if` + I + .x + x_1", "y ~ `a b` + `1x` + `if` + I + .x + x_1")]
    [InlineData("y ~ I(x*100000 + 0.0001*x + 1000*x + 1.50*x)", "y ~ I(x * 1e+05 + 1e-04 * x + 1000 * x + 1.5 * x)")]
    public void ToString_IsAsRWritesIt(string text, string expected) => Assert.Equal(expected, Formula.Parse(text).ToString());

    [Fact]
    public void ColumnNames_AreAllColumnsOnceWithTheResponseFirst()
    {
        Formula formula = Formula.Parse("y ~ b:a + I(c * b) - d + (1 + e | g1/g2) + (1 | `my group`)");

        Assert.Equal(["y", "b", "a", "c", "d", "e", "g1", "g2", "my group"], formula.ColumnNames);
        Assert.Equal("y", formula.Response);
    }

    [Fact]
    public void Expression_OfArithmetic_FollowsThePrecedenceOfR()
    {
        ColumnExpression expression = Formula.Parse("y ~ I(-x^2 * 3 - z / (x + 1))").FixedTerms.Single().Factors.Single().Expression;

        ColumnExpression x = new ColumnExpression.Variable("x");
        ColumnExpression expected = new ColumnExpression.Difference(
            new ColumnExpression.Product(new ColumnExpression.Negation(new ColumnExpression.Power(x, 2)), new ColumnExpression.Constant(3)),
            new ColumnExpression.Quotient(
                new ColumnExpression.Variable("z"), new ColumnExpression.Sum(x, new ColumnExpression.Constant(1))));
        Assert.Equal(expected, expression);
        Assert.Equal(["x", "z"], expression.Variables);
    }

    [Theory]
    [InlineData("y ~ alliance_betwen + (1 | therapist)", 4, "The data have no column 'alliance_betwen', which was found at column 5. Did you mean 'alliance_between'?")]
    [InlineData("Outcome ~ 1", 0, "The data have no column 'Outcome', which was found at column 1. Did you mean 'outcome'?")]
    [InlineData("y ~ 1 + (1 | hospital)", 13, "The data have no column 'hospital', which was found at column 14. The data have: y, outcome, alliance_between, therapist.")]
    [InlineData("y ~ 1 - theripist", 8, "The data have no column 'theripist', which was found at column 9. Did you mean 'therapist'?")]
    public void CheckColumns_OfAnUnknownColumn_SuggestsTheNearest(string text, int position, string message)
    {
        Formula formula = Formula.Parse(text);

        FormulaException error = Assert.Throws<FormulaException>(
            () => formula.CheckColumns(["y", "outcome", "alliance_between", "therapist"]));

        Assert.Equal(message, error.Message);
        Assert.Equal(position, error.Position);
    }

    [Fact]
    public void CheckColumns_WhenAllAreKnown_Passes() =>
        Formula.Parse("y ~ x + (1 | therapist)").CheckColumns(["therapist", "x", "y", "z"]);

    [Theory]
    [InlineData("therapist", "therapist", 0)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "", 3)]
    public void Distance_CountsTheEdits(string from, string to, int expected) => Assert.Equal(expected, NearestName.Distance(from, to));
}
