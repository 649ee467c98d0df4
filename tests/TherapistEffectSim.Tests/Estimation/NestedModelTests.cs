using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>The general estimator against matrices written out, on models whose outer columns are not among the inner ones.</summary>
public sealed class NestedModelTests
{
    private const int Rows = 96;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Evaluate_AtAnyTheta_IsTheCriterionOfTheMatricesWrittenOut(bool nested, bool reml)
    {
        NestedModel model = Model(nested, reml);
        DenseMixedModel dense = Dense(nested, reml);
        double[] theta = Theta(model, 0.7);

        double criterion = model.Criterion.Evaluate(theta);

        Assert.Equal(dense.Profiled(Covariances(model)), criterion, 1e-10 * Math.Abs(criterion));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void TakeDerivatives_AtAnyTheta_AreTheDifferencesOfTheCriterion(bool nested, bool reml)
    {
        NestedModel model = Model(nested, reml);
        double[] theta = Theta(model, 0.7);
        int n = theta.Length;
        const double step = 1e-3; // fourth-order differences: error about step⁴ and 1e-16 · criterion/step²
        double At(params (int Index, double Steps)[] moves)
        {
            double[] moved = [.. theta];
            foreach ((int index, double steps) in moves)
            {
                moved[index] += steps * step;
            }

            return model.Criterion.Evaluate(moved);
        }

        double[] gradient = [.. Enumerable.Range(0, n).Select(i => ((8 * (At((i, 1)) - At((i, -1)))) - At((i, 2)) + At((i, -2))) / (12 * step))];
        double[] curvature = [.. Enumerable.Range(0, n).Select(i =>
            ((16 * (At((i, 1)) + At((i, -1)))) - At((i, 2)) - At((i, -2)) - (30 * At())) / (12 * step * step))];
        double[,] mixed = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double Square(int k) => (At((i, k), (j, k)) - At((i, k), (j, -k)) - At((i, -k), (j, k)) + At((i, -k), (j, -k))) / (4 * k * k * step * step);
                mixed[i, j] = ((4 * Square(1)) - Square(2)) / 3;
            }
        }

        model.Search.MoveTo(theta);

        for (int i = 0; i < n; i++)
        {
            Assert.Equal(gradient[i], model.Search.Gradient[i], 1e-7);
            Assert.Equal(curvature[i], model.Search.Hessian[(i * n) + i], 1e-5);
            for (int j = 0; j < i; j++)
            {
                Assert.Equal(mixed[i, j], model.Search.Hessian[(i * n) + j], 1e-5);
                Assert.Equal(model.Search.Hessian[(j * n) + i], model.Search.Hessian[(i * n) + j], 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ConditionalModes_AtTheMinimum_AreThoseOfTheMatricesWrittenOut(bool nested)
    {
        NestedModel model = Model(nested, reml: true);
        model.Minimise();
        DenseMixedModel dense = Dense(nested, reml: true);
        List<Matrix<double>> covariances = Covariances(model);
        Matrix<double> h = dense.Covariance(covariances);
        var factor = h.Cholesky();
        Vector<double> solved = factor.Solve(dense.Residual(h));

        for (int t = 0; t < model.Terms.Length; t++)
        {
            NestedTerm term = model.Terms[t];
            NestedConditionalModes modes = NestedConditionalModes.Of(model, term);
            Matrix<double> z = dense.RandomColumns(t);
            int q = term.Columns;
            for (int c = 0; c < z.ColumnCount; c++)
            {
                Vector<double> psi = covariances[t].Row(c % q);
                Matrix<double> own = z.SubMatrix(0, Rows, c / q * q, q);
                double mode = psi * own.TransposeThisAndMultiply(solved);
                double variance = psi[c % q] - (psi * own.TransposeThisAndMultiply(factor.Solve(own)) * psi);
                Assert.Equal(mode, modes.Mode(c / q, c % q), 1e-10);
                Assert.Equal(Math.Sqrt(model.ResidualVariance * Math.Max(0, variance)), modes.Sd(c / q, c % q), 1e-8);
            }
        }
    }

    [Theory]
    [InlineData(1, 1e6)]
    [InlineData(1e-5, 1)]
    [InlineData(1e5, 1e-4)]
    public void Minimise_WithOtherUnits_FindsTheSameModel(double columnUnit, double outcomeUnit)
    {
        NestedModel model = Model(nested: true, reml: true);
        NestedModel other = Model(nested: true, reml: true, columnUnit, outcomeUnit);

        model.Minimise();
        other.Minimise();

        // X columns except the first, and slopes, are in the other unit.
        double shift = (2 * (Rows - 3) * Math.Log(outcomeUnit)) + (2 * 2 * Math.Log(columnUnit));
        Assert.True(model.HasConverged && other.HasConverged);
        Assert.Equal(model.CriterionValue + shift, other.CriterionValue, 1e-8);
        Assert.Equal(1, Math.Sqrt(other.ResidualVariance / model.ResidualVariance) / outcomeUnit, 1e-6);
        Assert.Equal(new NestedSatterthwaite(model).Of(Contrast(model, 1)), new NestedSatterthwaite(other).Of(Contrast(other, 1)), 1e-4);
        Assert.Equal(Df(model, 1), Df(other, 1), 1e-4);
    }

    [Fact]
    public void Minimise_OfRawScoresAndTheirSquares_IsTheModelOfCentredOnes()
    {
        double[] score = [.. Enumerable.Range(0, Rows).Select(i => 102 + Math.Round(6 * Math.Sin(2.1 * i * i)))];
        double[] centred = [.. score.Select(s => (s - 102) / 6)];
        NestedModel raw = Quadratic(score);
        NestedModel turned = Quadratic(centred);

        raw.Minimise();
        turned.Minimise();

        Assert.True(raw.HasConverged && turned.HasConverged);
        Assert.Equal(turned.ResidualVariance, raw.ResidualVariance, 1e-8 * turned.ResidualVariance);
        Assert.Equal(turned.CriterionValue, raw.CriterionValue, 1e-7); // ML: X and the random columns span the same space
    }

    private static NestedModel Quadratic(double[] x)
    {
        double[] one = [.. x.Select(_ => 1.0)];
        double[] square = [.. x.Select(v => v * v)];
        GroupingLevel level = new([.. Enumerable.Range(0, Rows).Select(Outer)], 8, [[one, x, square]]);
        return NestedModel.Of([one, x, square], Outcome(), level, null, reml: false);
    }

    private static double[] Contrast(NestedModel model, int kept)
    {
        model.Estimate(kept, out double[] contrast);
        return contrast;
    }

    private static double Df(NestedModel model, int kept)
    {
        new KenwardRoger(model).Of(Contrast(model, kept), out double df);
        return df;
    }

    private static double[] Theta(NestedModel model, double size) =>
        [.. Enumerable.Range(0, model.Theta.Length).Select(i =>
            model.Criterion.Data.Layout.Elements[i] is { } e && e.Row == e.Column ? size * (1 + (0.3 * i)) : 0.4 * size * Math.Sin(i + 1))];

    private static List<Matrix<double>> Covariances(NestedModel model) =>
        [.. model.Terms.Select(term =>
        {
            Matrix<double> a = Matrix<double>.Build.Dense(term.Columns, term.Columns, (i, j) => model.RelativeFactor(term)[(i * term.Columns) + j]);
            return a * a.Transpose();
        })];

    // Inner: (1 + x | patient); outer: (1 + z | therapist) + (0 + w | therapist), z and w varying within patients. One factor: the outer one.
    private static NestedModel Model(bool nested, bool reml, double columnUnit = 1, double outcomeUnit = 1)
    {
        (GroupingLevel inner, GroupingLevel? outer) = Levels(nested, columnUnit);
        return NestedModel.Of(Columns(columnUnit), [.. Outcome().Select(y => y * outcomeUnit)], inner, outer, reml);
    }

    private static DenseMixedModel Dense(bool nested, bool reml)
    {
        (GroupingLevel inner, GroupingLevel? outer) = Levels(nested, 1);
        return new DenseMixedModel(Columns(1), Outcome(), inner, outer, reml);
    }

    private static (GroupingLevel Inner, GroupingLevel? Outer) Levels(bool nested, double unit)
    {
        double[] one = [.. Enumerable.Repeat(1.0, Rows)];
        GroupingLevel outer = new([.. Enumerable.Range(0, Rows).Select(Outer)], 8, [[one, Wave(1.3, unit)], [Wave(0.9, unit)]]);
        GroupingLevel inner = new([.. Enumerable.Range(0, Rows).Select(Inner)], 24, [[one, Wave(3.1, unit)]]);
        return nested ? (inner, outer) : (outer, null);
    }

    private static double[][] Columns(double unit) => [[.. Enumerable.Repeat(1.0, Rows)], Wave(3.1, unit), Wave(1.3, unit)];

    // Deterministic and irregular: groups of unequal size.
    private static int Outer(int row) => Inner(row) % 8;

    private static int Inner(int row) => row < 60 ? row % 24 : (row * row) % 24;

    private static double[] Wave(double speed, double unit) => [.. Enumerable.Range(0, Rows).Select(i => unit * (0.4 + Math.Sin((speed * i) + (0.2 * i * i))))];

    private static double[] Outcome() => [.. Enumerable.Range(0, Rows).Select(i =>
        Math.Sin(1.7 * i * i) + (1.1 * Math.Cos(2.3 * Inner(i))) + ((0.8 + Math.Cos(5.1 * Outer(i))) * Wave(3.1, 1)[i]) + (Math.Sin(4.4 * Outer(i)) * Wave(1.3, 1)[i]))];
}
