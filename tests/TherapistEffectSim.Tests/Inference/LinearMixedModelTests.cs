using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

public sealed class LinearMixedModelTests
{
    private const int Rows = 60;

    [Fact]
    public void Fit_OfABalancedOneWayLayout_GivesTheVariancesOfTheAnalysisOfVariance()
    {
        // Balanced REML: σ² = MSW and τ² = (MSB − MSW)/n, if positive. SE of the mean √(MSB/N), df J − 1.
        const int groups = 6;
        const int perGroup = Rows / groups;
        double[] y = Outcome();
        double[] means = [.. Enumerable.Range(0, groups).Select(g => y.Where((_, i) => i % groups == g).Mean())];
        double within = Enumerable.Range(0, Rows).Sum(i => Math.Pow(y[i] - means[i % groups], 2)) / (Rows - groups);
        double between = perGroup * means.Variance();

        LinearMixedModelFit fit = Fit("y ~ 1 + (1 | g)");

        FixedEffect mean = Assert.Single(fit.FixedEffects);
        Assert.Equal(within, fit.ResidualSd * fit.ResidualSd, 10);
        Assert.Equal((between - within) / perGroup, Assert.Single(fit.RandomEffects).Variance, 10);
        Assert.Equal(y.Mean(), mean.Estimate, 12);
        Assert.Equal(Math.Sqrt(between / Rows), mean.StandardError, 10);
        Assert.Equal(groups - 1, mean.DegreesOfFreedom!.Value, 6);
        Assert.Equal(new GroupCount("g", groups), Assert.Single(fit.Groups));
    }

    [Theory]
    [InlineData(Criterion.Reml)]
    [InlineData(Criterion.Ml)]
    public void Fit_WithoutRandomTerm_IsLeastSquares(Criterion criterion)
    {
        LinearMixedModelFit fit = Fit("y ~ x + I(x^2) + arm", criterion);

        double[] x = X();
        Matrix<double> design = Matrix<double>.Build.DenseOfColumnArrays(
            [.. x.Select(_ => 1.0)], x, [.. x.Select(v => v * v)], [.. Arm().Select(arm => arm is "usual" ? 1.0 : 0.0)]);
        Vector<double> y = Vector<double>.Build.DenseOfArray(Outcome());
        Vector<double> beta = design.QR().Solve(y);
        double residual = (y - (design * beta)).L2Norm();
        double sigma = residual / Math.Sqrt(criterion == Criterion.Reml ? Rows - 4 : Rows);
        Matrix<double> inverse = (design.Transpose() * design).Inverse();
        Assert.Equal(["(Intercept)", "x", "I(x^2)", "armusual"], fit.FixedEffects.Select(effect => effect.Term));
        Assert.Equal(sigma, fit.ResidualSd, 10);
        for (int k = 0; k < 4; k++)
        {
            Assert.Equal(beta[k], fit.FixedEffects[k].Estimate, 9);
            Assert.Equal(sigma * Math.Sqrt(inverse[k, k]), fit.FixedEffects[k].StandardError, 9);
            Assert.Equal(Rows - 4, fit.FixedEffects[k].DegreesOfFreedom);
        }

        Assert.Empty(fit.RandomEffects);
        Assert.False(fit.IsSingular);
    }

    [Fact]
    public void Fit_WithGroupsNamedByNumbersOrByText_IsTheSame()
    {
        LinearMixedModelFit numbers = Fit("y ~ x + (1 | g)");
        LinearMixedModelFit text = Fit("y ~ x + (1 | label)");

        Assert.Equal<FixedEffect>(numbers.FixedEffects, text.FixedEffects);
        Assert.Equal(numbers.CriterionValue, text.CriterionValue);
    }

    [Fact]
    public void Fit_WithTwoGroupingColumns_TakesTheirCombinations()
    {
        LinearMixedModelFit fit = Fit("y ~ x + (1 | g:arm)");

        int combinations = Enumerable.Range(0, Rows).Select(i => (Group(i), Arm()[i])).Distinct().Count();
        Assert.Equal(new GroupCount("g:arm", combinations), Assert.Single(fit.Groups));
    }

    [Fact]
    public void Fit_WithATermThatIsOneInAllRows_IsTheRandomIntercept()
    {
        LinearMixedModelFit intercept = Fit("y ~ x + (1 | g)");
        LinearMixedModelFit scalar = Fit("y ~ x + (0 + one | g)");

        Assert.Equal<FixedEffect>(intercept.FixedEffects, scalar.FixedEffects);
        Assert.Equal(intercept.RandomEffects[0] with { Term = "one" }, scalar.RandomEffects[0]);
    }

    [Fact]
    public void Fit_OfRowsWithMissingCells_IsTheFitOfTheOthers()
    {
        DataTable some = Data([.. Enumerable.Range(0, Rows).Select(i => i % 7 == 3)]);
        DataTable rest = some.CompleteIn(["y"]).Table;

        LinearMixedModelFit fit = LinearMixedModel.Fit(some, Formula.Parse("y ~ x + (1 | g)"), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite);
        LinearMixedModelFit expected = LinearMixedModel.Fit(rest, Formula.Parse("y ~ x + (1 | g)"), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite);

        Assert.Equal<FixedEffect>(expected.FixedEffects, fit.FixedEffects);
        Assert.Equal((rest.Rows, Rows - rest.Rows), (fit.Observations, fit.IncompleteRows));
    }

    [Fact]
    public void Fit_OfAValueThatIsNotFinite_NamesTheRowOfTheData()
    {
        DataTable data = Data([.. Enumerable.Range(0, Rows).Select(i => i < 2)]);

        ModelException error = Assert.Throws<ModelException>(
            () => LinearMixedModel.Fit(data, Formula.Parse("y ~ I(1/zero)"), Criterion.Reml, DegreesOfFreedomMethod.None));

        Assert.Equal("I(1/zero) must be finite, but is infinite in row 3 below the header, where zero is 0.", error.Message);
    }

    [Theory]
    [InlineData("I(x^3)", "I(x * x * x)")]
    [InlineData("I(x^-2)", "I(1/(x * x))")]
    [InlineData("I(x^0.5 * x^0.5)", "x")]
    [InlineData("I((x + one)^1.5)", "I((x + one)^3/(x + one)^1.5)")]
    [InlineData("I(-x - one)", "I(-(x + one))")]
    public void Fit_OfEqualExpressions_GivesEqualEstimates(string first, string second)
    {
        FixedEffect a = Fit($"y ~ {first}").FixedEffects[1];
        FixedEffect b = Fit($"y ~ {second}").FixedEffects[1];

        Assert.Equal(a.Estimate, b.Estimate, 1e-11 * a.StandardError);
        Assert.Equal(a.StandardError, b.StandardError, 1e-11 * a.StandardError);
    }

    [Fact]
    public void Fit_WithADependentColumn_DropsAndNamesIt()
    {
        LinearMixedModelFit fit = Fit("y ~ x + I(2 * x) + (1 | g)");

        Assert.Equal<string>(["I(2 * x)"], fit.DroppedTerms);
        Assert.Equal<FixedEffect>(Fit("y ~ x + (1 | g)").FixedEffects, fit.FixedEffects);
    }

    private static LinearMixedModelFit Fit(string formula, Criterion criterion = Criterion.Reml) =>
        LinearMixedModel.Fit(Data(new bool[Rows]), Formula.Parse(formula), criterion, DegreesOfFreedomMethod.Satterthwaite);

    private static DataTable Data(bool[] missing) => new(
    [
        new NumericColumn("y", [.. Outcome().Select((y, i) => missing[i] ? double.NaN : y)], [.. missing]),
        new NumericColumn("x", [.. X()]),
        new NumericColumn("one", [.. Enumerable.Repeat(1.0, Rows)]),
        new NumericColumn("zero", [.. Enumerable.Repeat(0.0, Rows)]),
        new NumericColumn("g", [.. Enumerable.Range(0, Rows).Select(i => (double)Group(i))]),
        TextColumn.FromCells("label", Enumerable.Range(0, Rows).Select(i => $"T{Group(i)}")),
        TextColumn.FromCells("arm", Arm()),
    ]);

    // Deterministic and irregular: six groups of ten, group effects larger than the residuals are.
    private static double[] Outcome() => [.. Enumerable.Range(0, Rows).Select(i => Math.Sin(1.7 * i * i) + (2 * Math.Cos(2.3 * Group(i))))];

    private static double[] X() => [.. Enumerable.Range(0, Rows).Select(i => 1.5 + Math.Sin((3.1 * i) + 0.4))];

    private static string[] Arm() => [.. Enumerable.Range(0, Rows).Select(i => i % 4 < 2 ? "usual" : "new")];

    private static int Group(int row) => row % 6;
}
