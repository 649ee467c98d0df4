using TherapistEffectSim.Estimation;
using TherapistEffectSim.Tests.Oracle;

namespace TherapistEffectSim.Tests.Estimation;

public sealed class LogisticRegressionTests
{
    // R 4.2.2: glm(I(y > 0.4) ~ abar + awithin, family = binomial, epsilon = 1e-14).
    [Fact]
    public void Fit_OfAnOracleCase_AgreesWithGlm()
    {
        OracleCase data = new("ri_unbalanced");

        LogisticRegression fit = LogisticRegression.Fit(
            [data.Numbers("abar"), data.Numbers("awithin")], [.. data.Numbers("y").Select(y => y > 0.4)])!;

        double[] coefficients = [-1.34707869195, 0.69706663455, 0.31533069041];
        double[] errors = [0.14746310249, 0.34852149744, 0.16004311588];
        for (int c = 0; c < 3; c++)
        {
            Assert.Equal(coefficients[c], fit.Coefficients[c], 9);
            Assert.Equal(errors[c], fit.StandardErrors[c], 9);
        }

        Assert.Equal(294.125373586, fit.Deviance, 8);
    }

    [Fact]
    public void Fit_OfABinaryColumn_IsTheLogOddsRatioOfTheTable()
    {
        // 12 of 30 with the column, 7 of 40 without: Woolf's log odds ratio and standard error.
        double[] column = [.. Enumerable.Repeat(1.0, 30), .. Enumerable.Repeat(0.0, 40)];
        bool[] events = [.. Enumerable.Range(0, 30).Select(i => i < 12), .. Enumerable.Range(0, 40).Select(i => i < 7)];

        LogisticRegression fit = LogisticRegression.Fit([column], events)!;

        Assert.Equal(Math.Log(12.0 / 18) - Math.Log(7.0 / 33), fit.Coefficients[1], 9);
        Assert.Equal(Math.Sqrt((1.0 / 12) + (1.0 / 18) + (1.0 / 7) + (1.0 / 33)), fit.StandardErrors[1], 9);
    }

    [Fact]
    public void Fit_OfEventsThatTheColumnTells_FindsNoFiniteMaximum()
    {
        double[] column = [.. Enumerable.Range(0, 40).Select(i => (i - 19.5) / 10)];

        Assert.Null(LogisticRegression.Fit([column], [.. column.Select(x => x > 1)]));
    }

    [Fact]
    public void Fit_WhereAllOfAKindHaveTheEvent_FindsNoFiniteMaximum()
    {
        double[] kind = [.. Enumerable.Range(0, 40).Select(i => i < 6 ? 1.0 : 0)];

        Assert.Null(LogisticRegression.Fit([kind], [.. Enumerable.Range(0, 40).Select(i => i < 6 || i % 3 == 0)]));
    }

    [Fact]
    public void Fit_OfAConstantColumn_FindsNoMaximum() =>
        Assert.Null(LogisticRegression.Fit([[1, 1, 1, 1]], [true, false, true, false]));
}
