using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Tests.Formulas;

public sealed class FormulaLimitTests
{
    [Theory]
    [InlineData("(", 104)]
    [InlineData("I((", 105)]
    [InlineData("I(x^(", 107)]
    public void Parse_OfTenThousandParentheses_IsNestedTooDeeply(string start, int position)
    {
        string text = "y ~ " + start + new string('(', 10_000 - start.Length) + "x" + new string(')', 10_000);

        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));

        Assert.Equal(position, error.Position);
        Assert.StartsWith("The formula is nested too deeply at column", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(". At most 100 parentheses may be open at once.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfManySigns_IsNestedTooDeeply()
    {
        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse($"y ~ I({new string('-', 100_000)}x)"));

        Assert.StartsWith("The formula is nested too deeply", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfAHundredParentheses_IsAccepted() =>
        Assert.Single(Formula.Parse("y ~ " + new string('(', 100) + "x" + new string(')', 100)).FixedTerms);

    [Fact]
    public void Parse_OfAnExplodingPower_HasTooManyTerms()
    {
        string text = $"y ~ ({string.Join(" + ", Enumerable.Range(0, 30).Select(i => $"x{i}"))})^30";

        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));

        Assert.Equal("An expansion to too many terms was found at column 5. A formula may have at most 1,000 terms.", error.Message);
    }

    [Fact]
    public void Parse_OfAnExplodingProduct_HasTooManyTerms()
    {
        string text = $"y ~ {string.Join(" * ", Enumerable.Range(0, 10_000).Select(i => $"x{i}"))}";

        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));

        Assert.StartsWith("An expansion to too many terms was found at column 5.", error.Message, StringComparison.Ordinal);
    }

    // The full factorial of nine columns has 511 terms, whatever its power: every power costs half a million combinations.
    [Fact]
    public void Parse_OfPowersOfPowers_IsAVeryLongExpansion()
    {
        string text = $"y ~ {new string('(', 50)}a + b + c + d + e + f + g + h + i{string.Concat(Enumerable.Repeat(")^9", 50))}";

        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));

        Assert.StartsWith("A very long expansion was found at column", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfALongInteraction_NamesTheLimit()
    {
        string text = $"y ~ {string.Join(':', Enumerable.Range(0, 21).Select(i => $"x{i}"))}";

        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));

        Assert.Equal("A very large interaction was found at column 5. One interaction may join at most 20 columns.", error.Message);
    }

    [Fact]
    public void Parse_OfALongCalculation_NamesTheLimit()
    {
        string text = $"y ~ I({string.Join('+', Enumerable.Repeat("x", 100_000))})";

        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));

        Assert.Equal("A very long calculation was found at column 208. One I(...) may hold at most 100 operations.", error.Message);
    }

    [Fact]
    public void Parse_OfAThousandTerms_IsAccepted() =>
        Assert.Equal(1000, Formula.Parse($"y ~ {string.Join('+', Enumerable.Range(0, 1000).Select(i => $"x{i}"))}").FixedTerms.Length);

    // Half of the strings are pieces of formulas in random order, so that they get past the first character.
    [Fact]
    public void Parse_OfGarbage_ThrowsNothingButFormulaException()
    {
        string[] pieces =
        [
            "y ~ ", "x", "a", "b", "g", "therapist", "1", "0", "2", ".5", "1e3", "+", "-", "*", ":", "/", "^", "(", ")", "|", "||", "~", "I(",
            "`", "`a b`", ".", "_", "%in%", " ", "\n", "log(", "TRUE", "\ud83d", "é", "(1 | g)", "(x || g)", "^2", "#", "\"", "\0",
        ];
        Random random = new(20260101);
        int accepted = 0;
        for (int i = 0; i < 2000; i++)
        {
            string text = i % 2 == 0
                ? "y ~ x" + string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]))
                : string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(0x10000)));
            try
            {
                string canonical = Formula.Parse(text).ToString();
                Assert.Equal(canonical, Formula.Parse(canonical).ToString());
                accepted++;
            }
            catch (FormulaException error)
            {
                Assert.InRange(error.Position, 0, text.Length);
                Assert.Equal(error.Position + 1, error.Illustration.Length - text.Length - 1);
            }
        }

        Assert.InRange(accepted, 20, 1000);
    }
}
