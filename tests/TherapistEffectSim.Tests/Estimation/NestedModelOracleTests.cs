using System.Text.Json;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Tests.Oracle;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>The general estimator on every reference model, also those that <c>tes fit</c> gives to the estimator of one variance.</summary>
public sealed class NestedModelOracleTests
{
    public static TheoryData<string, string, string> Fits()
    {
        TheoryData<string, string, string> fits = [];
        foreach (string name in OracleCase.Names)
        {
            foreach (JsonElement model in new OracleCase(name).Reference.GetProperty("models").EnumerateArray())
            {
                fits.Add(name, model.GetProperty("id").GetString()!, "ML");
                fits.Add(name, model.GetProperty("id").GetString()!, "REML");
            }
        }

        return fits;
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void Minimise_OfAReferenceModel_AgreesWithSixtyDigits(string name, string modelId, string method)
    {
        OracleCase oracle = new(name);
        JsonElement model = oracle.Reference.GetProperty("models").EnumerateArray().First(m => m.GetProperty("id").GetString() == modelId);
        JsonElement exact = model.GetProperty("fits").GetProperty(method).GetProperty("cross_check").GetProperty("high_precision");

        NestedModel fit = Prepared(oracle, model, method == "REML");
        fit.Minimise();

        double sigma = exact.GetProperty("sigma").GetDouble();
        Assert.True(fit.HasConverged);
        Assert.True(fit.Search.Decrement < 1e-9, $"decrement {fit.Search.Decrement:E1}");
        Assert.InRange(fit.CriterionValue - exact.GetProperty("criterion").GetDouble(), -oracle.Tolerance("criterion_abs"), oracle.Tolerance("criterion_abs"));
        Assert.InRange(Math.Sqrt(fit.ResidualVariance) / sigma, 1 - oracle.Tolerance("sigma_rel"), 1 + oracle.Tolerance("sigma_rel"));
        NestedSatterthwaite satterthwaite = new(fit);
        for (int k = 0; k < fit.KeptColumns.Length; k++)
        {
            double se = exact.GetProperty("se")[k].GetDouble();
            double df = exact.GetProperty("satterthwaite_df")[k].GetDouble();
            double estimate = fit.Estimate(k, out double[] contrast);
            Assert.InRange((estimate - exact.GetProperty("fixed")[k].GetDouble()) / se, -oracle.Tolerance("fixed_in_se"), oracle.Tolerance("fixed_in_se"));
            Assert.InRange(Math.Sqrt(fit.ResidualVariance * contrast.Sum(c => c * c)) / se, 1 - oracle.Tolerance("se_rel"), 1 + oracle.Tolerance("se_rel"));
            Assert.InRange(
                satterthwaite.Of(contrast) / df, 1 - oracle.Tolerance("satterthwaite_df_rel"), 1 + oracle.Tolerance("satterthwaite_df_rel"));
        }
    }

    private static NestedModel Prepared(OracleCase oracle, JsonElement model, bool reml)
    {
        List<double[]> columns = [.. model.GetProperty("fixed_columns").EnumerateArray().Select(c => oracle.Product(c.GetProperty("expression").GetString()!))];
        GroupingLevel[] levels = [.. model.GetProperty("fits").GetProperty("ML").GetProperty("random").EnumerateArray()
            .GroupBy(term => term.GetProperty("group").GetString()!)
            .Select(terms => Level(oracle, terms.Key, [.. terms]))
            .OrderByDescending(level => level.Count)];
        return NestedModel.Of(
            columns, oracle.Numbers(model.GetProperty("response").GetString()!), levels[0], levels.Length > 1 ? levels[1] : null, reml);
    }

    private static GroupingLevel Level(OracleCase oracle, string group, JsonElement[] terms)
    {
        string[] labels = oracle.Text(group);
        List<string> levels = [.. labels.Distinct()];
        return new GroupingLevel(
            [.. labels.Select(label => levels.IndexOf(label))],
            levels.Count,
            [.. terms.Select(term => term.GetProperty("columns").EnumerateArray().Select(c => Column(oracle, c.GetString()!)).ToArray())]);
    }

    private static double[] Column(OracleCase oracle, string name) => oracle.Product(name == "(Intercept)" ? "1" : name);
}
