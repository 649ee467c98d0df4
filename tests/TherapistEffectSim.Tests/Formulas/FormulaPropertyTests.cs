using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Tests.Formulas;

public sealed class FormulaPropertyTests
{
    private static readonly Config s_fixedSeed = Config.QuickThrowOnFailure.WithReplay(20260101, 9);
    private static readonly string[] s_columns = ["a", "b", "c", "d"];

    [Fact]
    public void Parse_OfItsOwnText_GivesTheSameFormula()
    {
        Prop.ForAll(Formulas(), text =>
        {
            Formula first = Formula.Parse(text);
            Formula second = Formula.Parse(first.ToString());

            return string.Equals(second.ToString(), first.ToString(), StringComparison.Ordinal).Label($"{first} became {second}")
                .And((second.HasIntercept == first.HasIntercept).Label("intercept"))
                .And(first.FixedTerms.SequenceEqual(second.FixedTerms).Label("fixed terms"))
                .And(first.RandomTerms.SequenceEqual(second.RandomTerms).Label("random terms"))
                .And(first.ColumnNames.SequenceEqual(second.ColumnNames).Label("columns"))
                .Collect(first.FixedTerms.Length);
        }).Check(s_fixedSeed.WithMaxTest(300));
    }

    [Fact]
    public void Parse_OfTextWithoutBlanks_GivesTheSameFormula()
    {
        Prop.ForAll(Formulas(), text =>
        {
            string dense = text.Replace(" ", "", StringComparison.Ordinal).Replace("theoutcome", "the outcome", StringComparison.Ordinal)
                .Replace("groupn", "group n", StringComparison.Ordinal);
            return string.Equals(Formula.Parse(dense).ToString(), Formula.Parse(text).ToString(), StringComparison.Ordinal);
        }).Check(s_fixedSeed);
    }

    [Fact]
    public void FixedTerms_AreThoseOfSetAlgebra()
    {
        Prop.ForAll(FixedParts(depth: 3).ToArbitrary(), part =>
        {
            string expected = string.Join(", ", part.Terms.OrderBy(t => t, StringComparer.Ordinal));
            Formula formula = Formula.Parse($"y ~ {part.Text}");
            string found = string.Join(
                ", ",
                formula.FixedTerms
                    .Select(t => string.Join(':', t.Factors.Select(f => f.Label).Order(StringComparer.Ordinal)))
                    .OrderBy(t => t, StringComparer.Ordinal));

            return string.Equals(found, expected, StringComparison.Ordinal).Label($"{part.Text}: expected {expected}, found {found}")
                .And(formula.FixedTerms.Select(t => t.Factors.Length).SequenceEqual(formula.FixedTerms.Select(t => t.Factors.Length).Order())
                    .Label("orders increase"))
                .Collect(part.Terms.Count);
        }).Check(s_fixedSeed.WithMaxTest(300));
    }

    [Fact]
    public void Expression_OfRandomArithmetic_HasTheValueOfItsParts()
    {
        Prop.ForAll(Arithmetic(depth: 4).ToArbitrary(), part =>
        {
            Formula formula = Formula.Parse($"y ~ I(a + {part.Within(2)})");
            double value = Evaluate(formula.FixedTerms.Single().Factors.Single().Expression);

            return value.Equals(ValueOf("a") + part.Value).Label($"{part.Text}: {value} instead of {ValueOf("a") + part.Value}");
        }).Check(s_fixedSeed.WithMaxTest(500));
    }

    // Numbers with up to 15 significant digits, over the whole range of exponents.
    [Fact]
    public void Number_WrittenAndRead_IsTheSame()
    {
        Gen<double> numbers =
            from digits in Gen.Choose(1, 999_999_999)
            from exponent in Gen.Choose(-30, 30)
            select double.Parse(string.Create(CultureInfo.InvariantCulture, $"{digits}e{exponent}"), CultureInfo.InvariantCulture);

        Prop.ForAll(numbers.ToArbitrary(), x => double.Parse(DeparsedText.Number(x), CultureInfo.InvariantCulture).Equals(x))
            .Check(s_fixedSeed.WithMaxTest(500));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(0.1, "0.1")]
    [InlineData(1000, "1000")]
    [InlineData(100000, "1e+05")]
    [InlineData(123456, "123456")]
    [InlineData(0.0001, "1e-04")]
    [InlineData(0.00012, "0.00012")]
    [InlineData(0.000012, "1.2e-05")]
    [InlineData(1e300, "1e+300")]
    [InlineData(1.0 / 3, "0.333333333333333")]
    public void Number_IsWrittenAsInR(double value, string expected) => Assert.Equal(expected, DeparsedText.Number(value));

    // Valid formulas: fixed terms over a–d, sometimes without intercept, and up to three different random terms.
    private static Arbitrary<string> Formulas() =>
        (from part in FixedParts(depth: 3)
         from intercept in Gen.Elements("", " - 1", " + 0", " + 1")
         from random in Gen.SubListOf(
             "(1 | g)", "(0 + a | g)", "(b | h)", "(b || k/l)", "(1 | g:h)", "(0 + I(a^2) + a:b | m)", "((a + b)^2 | `group n`)")
         from arithmetic in Arithmetic(depth: 2)
         select $"`the outcome` ~ {part.Text}{intercept} + I(a * ({arithmetic.Text})){string.Concat(random.Select(r => $" + {r}"))}")
        .ToArbitrary();

    // Fixed terms as text, with the set of terms that they mean: factors sorted and joined by a colon.
    private static Gen<FixedPart> FixedParts(int depth)
    {
        Gen<FixedPart> column = Gen.Elements(s_columns).Select(c => new FixedPart(c, [c], Binding: 4));
        if (depth == 0)
        {
            return column;
        }

        Gen<FixedPart> smaller = FixedParts(depth - 1);
        return Gen.OneOf(
            column,
            from l in smaller from r in smaller select new FixedPart($"{l.Text} + {r.Within(2)}", [.. l.Terms.Union(r.Terms)], 1),
            from l in smaller from r in smaller select new FixedPart($"{l.Text} - {r.Within(2)}", [.. l.Terms.Except(r.Terms)], 1),
            from l in smaller
            from r in smaller
            select new FixedPart($"{l.Within(2)} * {r.Within(3)}", [.. l.Terms.Union(r.Terms).Union(Interactions(l.Terms, r.Terms))], 2),
            from l in smaller from r in smaller select new FixedPart($"{l.Within(3)}:{r.Within(4)}", Interactions(l.Terms, r.Terms), 3),
            from l in smaller select new FixedPart($"({l.Text})^2", Interactions(l.Terms, l.Terms), 4));
    }

    private static HashSet<string> Interactions(HashSet<string> left, HashSet<string> right) =>
        [.. from l in left
            from r in right
            select string.Join(':', l.Split(':').Union(r.Split(':')).Order(StringComparer.Ordinal))];

    // Arithmetic as text with no more parentheses than R's precedence needs, with its value at the values of ValueOf.
    private static Gen<ArithmeticPart> Arithmetic(int depth)
    {
        Gen<ArithmeticPart> leaf = Gen.OneOf(
            Gen.Elements(s_columns).Select(c => new ArithmeticPart(c, ValueOf(c), Binding: 5)),
            Gen.Elements("2", "0.5", "3").Select(n => new ArithmeticPart(n, double.Parse(n, CultureInfo.InvariantCulture), Binding: 5)));
        if (depth == 0)
        {
            return leaf;
        }

        Gen<ArithmeticPart> smaller = Arithmetic(depth - 1);
        return Gen.OneOf(
            leaf,
            from l in smaller from r in smaller select new ArithmeticPart($"{l.Text} + {r.Within(2)}", l.Value + r.Value, 1),
            from l in smaller from r in smaller select new ArithmeticPart($"{l.Text} - {r.Within(2)}", l.Value - r.Value, 1),
            from l in smaller from r in smaller select new ArithmeticPart($"{l.Within(2)} * {r.Within(3)}", l.Value * r.Value, 2),
            from l in smaller from r in smaller select new ArithmeticPart($"{l.Within(2)} / {r.Within(3)}", l.Value / r.Value, 2),
            from l in smaller select new ArithmeticPart($"-{l.Within(3)}", -l.Value, 3),
            from l in smaller select new ArithmeticPart($"{l.Within(5)}^2", Math.Pow(l.Value, 2), 4),
            from l in smaller select new ArithmeticPart($"{l.Within(5)}^(-1)", Math.Pow(l.Value, -1), 4));
    }

    private static double ValueOf(string column) => 1.25 + Array.IndexOf(s_columns, column);

    private static double Evaluate(ColumnExpression expression) => expression switch
    {
        ColumnExpression.Constant c => c.Value,
        ColumnExpression.Variable v => ValueOf(v.Name),
        ColumnExpression.Sum s => Evaluate(s.Left) + Evaluate(s.Right),
        ColumnExpression.Difference d => Evaluate(d.Left) - Evaluate(d.Right),
        ColumnExpression.Product p => Evaluate(p.Left) * Evaluate(p.Right),
        ColumnExpression.Quotient q => Evaluate(q.Left) / Evaluate(q.Right),
        ColumnExpression.Power p => Math.Pow(Evaluate(p.Base), p.Exponent),
        ColumnExpression.Negation n => -Evaluate(n.Operand),
        _ => throw new InvalidOperationException($"{expression} stands in no arithmetic."),
    };

    // Binding: 1 sum, 2 crossing, 3 interaction, 4 column or parenthesis.
    private sealed record FixedPart(string Text, HashSet<string> Terms, int Binding)
    {
        public string Within(int binding) => Binding < binding ? $"({Text})" : Text;
    }

    // Binding: 1 sum, 2 product, 3 sign, 4 power, 5 column, number or parenthesis.
    private sealed record ArithmeticPart(string Text, double Value, int Binding)
    {
        public string Within(int binding) => Binding < binding ? $"({Text})" : Text;
    }
}
