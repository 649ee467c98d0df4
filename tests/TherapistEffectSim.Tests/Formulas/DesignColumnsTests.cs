using System.Collections.Immutable;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Tests.Formulas;

/// <summary>Expected names are the column names of R's <c>model.matrix</c>, written by hand from its rules.</summary>
public sealed class DesignColumnsTests
{
    // a: a1 a2, b: b1 b2 b3, arm: control treatment; everything else holds numbers.
    [Theory]
    [InlineData("y ~ 1", "(Intercept)")]
    [InlineData("y ~ 0 + x", "x")]
    [InlineData("y ~ time * week", "(Intercept) time week time:week")]
    [InlineData("y ~ meanses + I(meanses^2) + cses", "(Intercept) meanses I(meanses^2) cses")]
    [InlineData("y ~ arm", "(Intercept) armtreatment")]
    [InlineData("y ~ arm * x", "(Intercept) armtreatment x armtreatment:x")]
    [InlineData("y ~ x * arm", "(Intercept) x armtreatment x:armtreatment")]
    [InlineData("y ~ 0 + arm", "armcontrol armtreatment")]
    [InlineData("y ~ 0 + a + b", "aa1 aa2 bb2 bb3")]
    [InlineData("y ~ 0 + x + a", "x aa1 aa2")]
    [InlineData("y ~ a + b", "(Intercept) aa2 bb2 bb3")]
    [InlineData("y ~ a * b", "(Intercept) aa2 bb2 bb3 aa2:bb2 aa2:bb3")]
    [InlineData("y ~ b * a", "(Intercept) bb2 bb3 aa2 bb2:aa2 bb3:aa2")]
    [InlineData("y ~ 0 + a * b", "aa1 aa2 bb2 bb3 aa2:bb2 aa2:bb3")]
    [InlineData("y ~ a + a:b", "(Intercept) aa2 aa1:bb2 aa2:bb2 aa1:bb3 aa2:bb3")]
    [InlineData("y ~ a:b", "(Intercept) aa1:bb1 aa2:bb1 aa1:bb2 aa2:bb2 aa1:bb3 aa2:bb3")]
    [InlineData("y ~ 0 + a:b", "aa1:bb1 aa2:bb1 aa1:bb2 aa2:bb2 aa1:bb3 aa2:bb3")]
    [InlineData("y ~ a:x", "(Intercept) aa1:x aa2:x")]
    [InlineData("y ~ x + a:x", "(Intercept) x x:aa2")]
    [InlineData("y ~ a + a:x", "(Intercept) aa2 aa1:x aa2:x")]
    [InlineData("y ~ 0 + a:x", "aa1:x aa2:x")]
    [InlineData("y ~ 0 + a + a:x", "aa1 aa2 aa1:x aa2:x")]
    [InlineData("y ~ a * b - b", "(Intercept) aa2 aa1:bb2 aa2:bb2 aa1:bb3 aa2:bb3")]
    [InlineData("y ~ a * arm * x", "(Intercept) aa2 armtreatment x aa2:armtreatment aa2:x armtreatment:x aa2:armtreatment:x")]

    // R's margin may lie inside an earlier term: after a:b, which spans b, the interaction b:arm needs contrasts of arm only.
    [InlineData("y ~ 0 + a:arm + arm:x", "aa1:armcontrol aa2:armcontrol aa1:armtreatment aa2:armtreatment armcontrol:x armtreatment:x")]
    [InlineData(
        "y ~ a:arm + arm:b",
        "(Intercept) aa1:armcontrol aa2:armcontrol aa1:armtreatment aa2:armtreatment"
        + " armcontrol:bb2 armtreatment:bb2 armcontrol:bb3 armtreatment:bb3")]
    public void FixedColumns_AreNamedAndOrderedAsInR(string text, string expected)
    {
        Formula formula = Formula.Parse(text);

        Assert.Equal(expected, string.Join(' ', DesignColumns.FixedColumns(formula, Levels).Select(c => c.Name)));
    }

    [Fact]
    public void FixedColumns_OfAQuotedName_KeepTheBackticks()
    {
        ImmutableArray<FixedColumn> columns = DesignColumns.FixedColumns(Formula.Parse("y ~ `my arm` + `my x`"), Levels);

        Assert.Equal(["(Intercept)", "`my arm`usual", "`my x`"], columns.Select(c => c.Name));
        Assert.Equal(new ColumnExpression.Indicator("my arm", "usual"), columns[1].Expression);
        Assert.Equal(new ColumnExpression.Variable("my x"), columns[2].Expression);
    }

    [Fact]
    public void FixedColumns_CarryExpressionsAndTermLabels()
    {
        ImmutableArray<FixedColumn> columns = DesignColumns.FixedColumns(Formula.Parse("y ~ arm * I(x^2)"), Levels);

        ColumnExpression treatment = new ColumnExpression.Indicator("arm", "treatment");
        ColumnExpression square = new ColumnExpression.Power(new ColumnExpression.Variable("x"), 2);
        Assert.Equal(
            [
                new("(Intercept)", new ColumnExpression.Constant(1), "(Intercept)"),
                new("armtreatment", treatment, "arm"),
                new("I(x^2)", square, "I(x^2)"),
                new("armtreatment:I(x^2)", new ColumnExpression.Product(treatment, square), "arm:I(x^2)"),
            ],
            columns.AsEnumerable());
    }

    [Theory]
    [InlineData("y ~ (1 | g)", "(Intercept)")]
    [InlineData("y ~ (x | g)", "(Intercept) x")]
    [InlineData("y ~ (0 + arm | g)", "armcontrol armtreatment")]
    [InlineData("y ~ (1 + arm | g)", "(Intercept) armtreatment")]
    [InlineData("y ~ (0 + time | g)", "time")]
    [InlineData("y ~ (time * arm | g)", "(Intercept) time armtreatment time:armtreatment")]
    public void RandomColumns_AreCodedByThemselves(string text, string expected)
    {
        RandomTerm term = Formula.Parse(text).RandomTerms.Single();

        Assert.Equal(expected, string.Join(' ', DesignColumns.RandomColumns(term, Levels).Select(c => c.Name)));
    }

    // Identity: a full factorial has as many columns as cells, with an intercept and without.
    [Theory]
    [InlineData("y ~ a * b * arm")]
    [InlineData("y ~ 0 + a * b * arm")]
    [InlineData("y ~ (a + b + arm)^3 - 1")]
    [InlineData("y ~ 0 + a:b:arm")]
    public void FixedColumns_OfAFullFactorial_AreAsManyAsCells(string text) =>
        Assert.Equal(2 * 3 * 2, DesignColumns.FixedColumns(Formula.Parse(text), Levels).Length);

    [Theory]
    [InlineData("y ~ x + one", 8, "The text column one with the single value 'only' was found at column 9. A text column needs at least two different values: remove it.")]
    [InlineData("y ~ 0 + none", 8, "The text column none without values was found at column 9. A text column needs at least two different values: remove it.")]
    [InlineData("y ~ I(x * arm)", 4, "Arithmetic with the text column 'arm' was found at column 5. Inside I(...) all columns must hold numbers.")]
    [InlineData(
        "y ~ x + many:more",
        8,
        "The term many:more, which needs too many columns, was found at column 9. A model may have at most 10,000 columns, and this would be 40,002 or more.")]
    public void FixedColumns_OfAnUnusableColumn_AreRefusedWithItsPlace(string text, int position, string message)
    {
        FormulaException error = Assert.Throws<FormulaException>(() => DesignColumns.FixedColumns(Formula.Parse(text), Levels));

        Assert.Equal(message, error.Message);
        Assert.Equal(position, error.Position);
    }

    [Fact]
    public void RandomColumns_OfAnUnusableColumn_AreRefusedWithItsPlace()
    {
        RandomTerm term = Formula.Parse("y ~ x + (0 + one | g)").RandomTerms.Single();

        FormulaException error = Assert.Throws<FormulaException>(() => DesignColumns.RandomColumns(term, Levels));

        Assert.Equal(13, error.Position);
        Assert.Equal("y ~ x + (0 + one | g)", error.Formula);
    }

    [Fact]
    public void Multiply_LeavesOutFactorsOfOne()
    {
        ColumnExpression one = new ColumnExpression.Constant(1);
        ColumnExpression x = new ColumnExpression.Variable("x");

        Assert.Same(x, ColumnExpression.Multiply(one, x));
        Assert.Same(x, ColumnExpression.Multiply(x, one));
        Assert.Equal(new ColumnExpression.Product(x, x), ColumnExpression.Multiply(x, x));
    }

    private static ImmutableArray<string>? Levels(string column) => column switch
    {
        "a" => ["a1", "a2"],
        "b" => ["b1", "b2", "b3"],
        "arm" => ["control", "treatment"],
        "my arm" => ["motivational", "usual"],
        "one" => ["only"],
        "none" => ImmutableArray<string>.Empty,
        "many" or "more" => [.. Enumerable.Range(0, 200).Select(i => $"{i}")],
        _ => null,
    };
}
