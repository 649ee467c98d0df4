using System.Text.Json;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Tests.Oracle;

namespace TherapistEffectSim.Tests.Estimation;

public sealed class DataFitOracleTests
{
    public static TheoryData<string, string, string> Fits()
    {
        TheoryData<string, string, string> fits = [];
        foreach (string name in OracleCase.Names)
        {
            foreach (JsonElement model in new OracleCase(name).Reference.GetProperty("models").EnumerateArray().Where(OracleCase.HasOneVariance))
            {
                foreach (JsonProperty fit in model.GetProperty("fits").EnumerateObject())
                {
                    fits.Add(name, model.GetProperty("id").GetString()!, fit.Name);
                }
            }
        }

        return fits;
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void Of_OracleData_AgreesWithLme4WithinTheStatedTolerance(string name, string modelId, string method)
    {
        OracleCase oracle = new(name);
        JsonElement model = oracle.Reference.GetProperty("models").EnumerateArray().First(m => m.GetProperty("id").GetString() == modelId);
        JsonElement reference = model.GetProperty("fits").GetProperty(method);

        DataFit fit = Fit(oracle, model, method == "REML");

        JsonElement exact = reference.GetProperty("cross_check").GetProperty("high_precision");
        bool hasExact = exact.ValueKind == JsonValueKind.Object;
        double criterion = (hasExact ? exact : reference).GetProperty("criterion").GetDouble();
        double sigma = (hasExact ? exact : reference).GetProperty("sigma").GetDouble();
        AssertClose("criterion", criterion, fit.Criterion, oracle.Tolerance("criterion_abs"));
        AssertClose("sigma", sigma, Math.Sqrt(fit.ResidualVariance), oracle.Tolerance("sigma_rel") * sigma);
        double sd = reference.GetProperty("random")[0].GetProperty("sd")[0].GetDouble();
        AssertClose("sd", sd, Math.Sqrt(fit.Theta * fit.ResidualVariance), sd > 0 ? oracle.Tolerance("sd_rel") * sd : 1e-4 * sigma);
        Assert.True(fit.HasConverged && fit.IsEstimable);
        Assert.Empty(fit.DroppedColumns);
        for (int k = 0; k < fit.FixedEffects.Length; k++)
        {
            JsonElement fixedEffect = reference.GetProperty("fixed")[k];
            double estimate = hasExact ? exact.GetProperty("fixed")[k].GetDouble() : fixedEffect.GetProperty("estimate").GetDouble();
            double se = hasExact ? exact.GetProperty("se")[k].GetDouble() : fixedEffect.GetProperty("se").GetDouble();
            double df = hasExact ? exact.GetProperty("satterthwaite_df")[k].GetDouble() : fixedEffect.GetProperty("satterthwaite").GetProperty("df").GetDouble();
            AssertClose($"estimate {k}", estimate, fit.FixedEffects[k].Estimate, oracle.Tolerance("fixed_in_se") * se);
            AssertClose($"se {k}", se, fit.FixedEffects[k].StandardError, oracle.Tolerance("se_rel") * se);
            AssertClose($"df {k}", df, fit.FixedEffects[k].DegreesOfFreedom, oracle.Tolerance("satterthwaite_df_rel") * df);
        }
    }

    private static DataFit Fit(OracleCase oracle, JsonElement model, bool reml)
    {
        List<double[]> columns = [.. model.GetProperty("fixed_columns").EnumerateArray().Select(c => oracle.Product(c.GetProperty("expression").GetString()!))];
        string[] labels = oracle.Text("therapist");
        string[] levels = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        int[] group = [.. labels.Select(label => Array.IndexOf(levels, label))];
        double[] random = [.. levels.Select(_ => 1.0)];
        if (model.GetProperty("formula").GetString()!.Contains("(0 + arm", StringComparison.Ordinal))
        {
            double[] arm = oracle.Numbers("arm");
            random = [.. levels.Select((_, g) => arm[Array.IndexOf(group, g)])];
        }

        return DataFit.Of(columns, oracle.Numbers(model.GetProperty("response").GetString()!), group, random, reml);
    }

    private static void AssertClose(string what, double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what}: expected {expected:R}, was {actual:R}, difference {actual - expected:E2}, tolerance {tolerance:E2}");
}
