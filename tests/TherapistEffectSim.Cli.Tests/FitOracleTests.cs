using System.Text.Json;
using MathNet.Numerics.Distributions;
using TherapistEffectSim.Tests.Oracle;

namespace TherapistEffectSim.Cli.Tests;

/// <summary><c>tes fit</c> against lme4 and, where it is there, 60-digit arithmetic, within the tolerance that each case states.</summary>
public sealed class FitOracleTests
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

    public static TheoryData<string> Cases() => [.. OracleCase.Names];

    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_OfAReferenceModel_AgreesWithLme4(string name, string modelId, string method)
    {
        OracleCase oracle = new(name);
        JsonElement model = Model(oracle, modelId);
        JsonElement reference = model.GetProperty("fits").GetProperty(method);

        JsonElement fit = Fit(oracle, model.GetProperty("formula").GetString()!, method);

        Assert.Equal(model.GetProperty("formula").GetString(), fit.GetProperty("formula").GetString());
        Assert.Equal(method, fit.GetProperty("method").GetString());
        Assert.Equal(model.GetProperty("n_obs").GetInt32(), fit.GetProperty("observations").GetInt32());
        foreach (JsonProperty group in fit.GetProperty("groups").EnumerateObject())
        {
            JsonElement known = oracle.Reference.GetProperty("data").GetProperty("groups").EnumerateArray().First(g => g.GetProperty("name").GetString() == group.Name);
            Assert.Equal(known.GetProperty("n_levels").GetInt32(), group.Value.GetInt32());
        }

        Assert.True(fit.GetProperty("converged").GetBoolean());
        Assert.Equal(reference.GetProperty("singular").GetBoolean(), fit.GetProperty("singular").GetBoolean());
        Assert.Equal(0, fit.GetProperty("dropped_terms").GetArrayLength());
        AssertCriteria(oracle, reference, fit);
        AssertVariances(oracle, reference, fit);
        AssertFixedEffects(oracle, reference, fit);
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_WithoutDegreesOfFreedom_GivesTheNormalTest(string name, string modelId, string method)
    {
        OracleCase oracle = new(name);
        JsonElement model = Model(oracle, modelId);
        JsonElement reference = model.GetProperty("fits").GetProperty(method);

        JsonElement fit = Fit(oracle, model.GetProperty("formula").GetString()!, method, "--df", "none");

        double z = Normal.InvCDF(0, 1, 0.975);
        for (int k = 0; k < reference.GetProperty("fixed").GetArrayLength(); k++)
        {
            JsonElement effect = fit.GetProperty("fixed_effects")[k];
            double se = Number(effect, "std_error");
            Assert.Equal(JsonValueKind.Null, effect.GetProperty("df").ValueKind);
            AssertClose("p", 2 * Normal.CDF(0, 1, -Math.Abs(Number(effect, "statistic"))), Number(effect, "p_value"), 1e-14);
            AssertClose("interval", Number(effect, "estimate") - (z * se), Number(effect, "conf_low"), 1e-9 * se);
            if (!Exact(reference, out _))
            {
                AssertClose("wald p", Number(reference.GetProperty("fixed")[k], "wald_p"), Number(effect, "p_value"), oracle.Tolerance("p_abs"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_WithModes_GivesTheConditionalModesOfLme4(string name, string modelId, string method)
    {
        OracleCase oracle = new(name);
        JsonElement model = Model(oracle, modelId);
        JsonElement reference = model.GetProperty("fits").GetProperty(method);

        JsonElement fit = Fit(oracle, model.GetProperty("formula").GetString()!, method, "--modes");

        double sigma = Number(reference, "sigma");
        foreach (JsonElement effect in fit.GetProperty("conditional_modes").EnumerateArray())
        {
            string group = effect.GetProperty("group").GetString()!;
            string term = effect.GetProperty("term").GetString()!;
            JsonElement expected = reference.GetProperty("conditional_modes").EnumerateArray().First(modes => modes.GetProperty("group").GetString() == group);
            int column = expected.GetProperty("columns").EnumerateArray().Select(c => c.GetString()).ToList().IndexOf(term);
            double sd = Number(
                fit.GetProperty("random_effects").EnumerateArray().First(e => e.GetProperty("group").GetString() == group && e.GetProperty("term").GetString() == term), "sd");
            double scale = oracle.Tolerance("conditional_mode_in_sd") * (sd > 0 ? sd : sigma);
            double meanSquare = 0;
            foreach (JsonElement level in effect.GetProperty("levels").EnumerateArray())
            {
                JsonElement lme4 = expected.GetProperty("levels").GetProperty(level.GetProperty("level").GetString()!);
                AssertClose("mode", lme4.GetProperty("mode")[column].GetDouble(), Number(level, "mode"), scale);
                AssertClose("sd of the mode", lme4.GetProperty("sd")[column].GetDouble(), Number(level, "sd"), scale);
                meanSquare += Math.Pow(Number(level, "sd"), 2) / effect.GetProperty("levels").GetArrayLength();
            }

            Assert.Equal(expected.GetProperty("levels").EnumerateObject().Count(), effect.GetProperty("levels").GetArrayLength());
            if (sd > 0)
            {
                AssertClose("reliability", 1 - (meanSquare / (sd * sd)), Number(effect, "reliability"), 1e-9);
            }
        }

        Assert.Equal(fit.GetProperty("random_effects").GetArrayLength(), fit.GetProperty("conditional_modes").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_WithKenwardRoger_GivesTheStandardErrorsAndDegreesOfFreedomOfPbkrtest(string name, string modelId, string method)
    {
        OracleCase oracle = new(name);
        JsonElement model = Model(oracle, modelId);
        JsonElement reference = model.GetProperty("fits").GetProperty(method);
        if (method == "ML" || !reference.GetProperty("fixed")[0].TryGetProperty("kenward_roger", out _))
        {
            return; // pbkrtest has none
        }

        JsonElement fit = Fit(oracle, model.GetProperty("formula").GetString()!, method, "--df", "kenward-roger");

        bool hasExact = reference.GetProperty("cross_check").TryGetProperty("kenward_roger", out JsonElement exact) && exact.ValueKind == JsonValueKind.Object;
        for (int k = 0; k < reference.GetProperty("fixed").GetArrayLength(); k++)
        {
            JsonElement pbkrtest = reference.GetProperty("fixed")[k].GetProperty("kenward_roger");
            JsonElement effect = fit.GetProperty("fixed_effects")[k];
            double se = hasExact ? exact.GetProperty("se")[k].GetDouble() : Number(pbkrtest, "se");
            double df = hasExact ? exact.GetProperty("df")[k].GetDouble() : Number(pbkrtest, "df");
            double t = Number(effect, "estimate") / se;
            AssertClose($"se {k}", se, Number(effect, "std_error"), oracle.Tolerance("kenward_roger_se_rel") * se);
            AssertClose($"df {k}", df, Number(effect, "df"), oracle.Tolerance("kenward_roger_df_rel") * df);
            AssertClose($"p {k}", 2 * StudentT.CDF(0, 1, df, -Math.Abs(t)), Number(effect, "p_value"), oracle.Tolerance("p_abs"));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fit_OfNestedModels_GivesTheLikelihoodRatioTests(string name)
    {
        OracleCase oracle = new(name);
        foreach (JsonElement test in oracle.Reference.GetProperty("comparisons").EnumerateArray())
        {
            if (test.GetProperty("type").GetString() is "lrt_fixed" or "lrt_random_terms")
            {
                string reduced = Model(oracle, test.GetProperty("reduced").GetString()!).GetProperty("formula").GetString()!;
                string full = Model(oracle, test.GetProperty("full").GetString()!).GetProperty("formula").GetString()!;
                string method = test.GetProperty("method").GetString()!;
                JsonElement found = Fit(oracle, full, method, "--compare", reduced).GetProperty("comparison");
                double p = test.TryGetProperty("p_mixture_50_50", out JsonElement mixture) ? mixture.GetDouble() : Number(test, "p");
                AssertClose("statistic", Number(test, "statistic"), Number(found, "statistic"), oracle.Tolerance("lrt_abs"));
                AssertClose("p", p, Number(found, "p_value"), oracle.Tolerance("p_abs"));
                Assert.Equal(
                    (test.GetProperty("df").GetInt32(), method, reduced),
                    (found.GetProperty("df").GetInt32(), found.GetProperty("method").GetString(), found.GetProperty("reduced").GetString()));
            }
            else
            {
                string formula = Model(oracle, test.GetProperty("model").GetString()!).GetProperty("formula").GetString()!;
                string withoutRandomTerm = formula[..formula.LastIndexOf(" + (", StringComparison.Ordinal)];
                JsonElement fit = Fit(oracle, withoutRandomTerm, test.GetProperty("method").GetString()!);
                AssertClose("logLik", Number(test, "logLik_none"), Number(fit, "log_likelihood"), oracle.Tolerance("logLik_abs"));
                AssertClose("sigma", Number(test, "sigma_none"), Number(fit, "residual_sd"), oracle.Tolerance("sigma_rel") * Number(test, "sigma_none"));
                Assert.Equal(0, fit.GetProperty("random_effects").GetArrayLength());
                AssertVarianceTests(oracle, test, formula);
            }
        }
    }

    private static void AssertVarianceTests(OracleCase oracle, JsonElement reference, string formula)
    {
        string kind = reference.GetProperty("method").GetString() == "REML" ? "rlrt" : "lrt";
        JsonElement[] tests = [.. Fit(oracle, formula, reference.GetProperty("method").GetString()!, "--tests").GetProperty("variance_tests").EnumerateArray()];
        JsonElement mixture = tests.Single(test => test.GetProperty("test").GetString() == $"{kind}-mixture");
        JsonElement exact = tests.Single(test => test.GetProperty("test").GetString() == $"{kind}-exact");
        AssertClose("statistic", Number(reference, "statistic"), Number(mixture, "statistic"), oracle.Tolerance("lrt_abs"));
        AssertClose("p", Number(reference, "p_chibar_50_50"), Number(mixture, "p_value"), oracle.Tolerance("p_abs"));
        if (reference.TryGetProperty("exact", out JsonElement simulated) && simulated.TryGetProperty("p", out JsonElement p) && Number(simulated, "statistic") > 1e-9)
        {
            // Both p-values are simulated; 5 standard errors of the difference miss a right program once in a million times, seeds are fixed.
            double own = exact.GetProperty("p_value_mcse").ValueKind == JsonValueKind.Null ? 0 : Number(exact, "p_value_mcse");
            double error = Math.Sqrt(Math.Pow(Number(simulated, "mc_se"), 2) + (own * own));
            AssertClose("exact p", p.GetDouble(), Number(exact, "p_value"), (5 * error) + 2e-5);
        }
    }

    private static void AssertCriteria(OracleCase oracle, JsonElement reference, JsonElement fit)
    {
        double criterion = Exact(reference, out JsonElement exact) ? Number(exact, "criterion") : Number(reference, "criterion");
        double parameters = Number(reference, "n_par");
        double tolerance = oracle.Tolerance("criterion_abs");
        double fromCriterionToBic = Number(reference, "BIC") - Number(reference, "criterion");
        AssertClose("criterion", criterion, Number(fit, "criterion"), tolerance);
        AssertClose("log-likelihood", -0.5 * criterion, Number(fit, "log_likelihood"), oracle.Tolerance("logLik_abs"));
        AssertClose("AIC", criterion + (2 * parameters), Number(fit, "aic"), tolerance);
        AssertClose("BIC", criterion + fromCriterionToBic, Number(fit, "bic"), tolerance);
        AssertClose("AIC of lme4", Number(reference, "criterion") + (2 * parameters), Number(reference, "AIC"), tolerance);
    }

    private static void AssertVariances(OracleCase oracle, JsonElement reference, JsonElement fit)
    {
        bool hasExact = Exact(reference, out JsonElement exact);
        double sigma = hasExact ? Number(exact, "sigma") : Number(reference, "sigma");
        AssertClose("sigma", sigma, Number(fit, "residual_sd"), oracle.Tolerance("sigma_rel") * sigma);
        JsonElement.ArrayEnumerator effects = fit.GetProperty("random_effects").EnumerateArray();
        JsonElement.ArrayEnumerator pairs = fit.GetProperty("correlations").EnumerateArray();
        JsonElement random = reference.GetProperty("random");
        for (int t = 0; t < random.GetArrayLength(); t++)
        {
            JsonElement columns = random[t].GetProperty("columns");
            for (int i = 0; i < columns.GetArrayLength(); i++)
            {
                double sd = hasExact ? exact.GetProperty("sd")[t][i].GetDouble() : random[t].GetProperty("sd")[i].GetDouble();
                Assert.True(effects.MoveNext());
                Assert.Equal(random[t].GetProperty("group").GetString(), effects.Current.GetProperty("group").GetString());
                Assert.Equal(columns[i].GetString(), effects.Current.GetProperty("term").GetString());
                AssertClose("sd", sd, Number(effects.Current, "sd"), sd > 0 ? oracle.Tolerance("sd_rel") * sd : 1e-4 * sigma);
                AssertClose("variance", Math.Pow(Number(effects.Current, "sd"), 2), Number(effects.Current, "variance"), 1e-12 * sd * sd);
                for (int j = i + 1; j < columns.GetArrayLength(); j++)
                {
                    Assert.True(pairs.MoveNext());
                    Assert.Equal(
                        (columns[i].GetString(), columns[j].GetString()),
                        (pairs.Current.GetProperty("term1").GetString(), pairs.Current.GetProperty("term2").GetString()));
                    AssertClose("correlation", random[t].GetProperty("correlation")[i][j].GetDouble(), Number(pairs.Current, "correlation"), 1e-8);
                }
            }
        }

        Assert.False(effects.MoveNext() || pairs.MoveNext());
    }

    private static void AssertFixedEffects(OracleCase oracle, JsonElement reference, JsonElement fit)
    {
        JsonElement expected = reference.GetProperty("fixed");
        JsonElement found = fit.GetProperty("fixed_effects");
        Assert.Equal(
            expected.EnumerateArray().Select(effect => effect.GetProperty("name").GetString()),
            found.EnumerateArray().Select(effect => effect.GetProperty("term").GetString()));
        bool hasExact = Exact(reference, out JsonElement exact);
        for (int k = 0; k < expected.GetArrayLength(); k++)
        {
            JsonElement lme4 = expected[k];
            JsonElement effect = found[k];
            double estimate = hasExact ? exact.GetProperty("fixed")[k].GetDouble() : Number(lme4, "estimate");
            double se = hasExact ? exact.GetProperty("se")[k].GetDouble() : Number(lme4, "se");
            double df = hasExact ? exact.GetProperty("satterthwaite_df")[k].GetDouble() : Number(lme4.GetProperty("satterthwaite"), "df");
            double p = hasExact ? 2 * StudentT.CDF(0, 1, df, -Math.Abs(estimate / se)) : Number(lme4.GetProperty("satterthwaite"), "p");
            double halfWidth = StudentT.InvCDF(0, 1, df, 0.975) * se;
            AssertClose($"estimate {k}", estimate, Number(effect, "estimate"), oracle.Tolerance("fixed_in_se") * se);
            AssertClose($"se {k}", se, Number(effect, "std_error"), oracle.Tolerance("se_rel") * se);
            AssertClose($"statistic {k}", estimate / se, Number(effect, "statistic"), oracle.Tolerance("fixed_in_se") + (oracle.Tolerance("se_rel") * Math.Abs(estimate / se)));
            AssertClose($"df {k}", df, Number(effect, "df"), oracle.Tolerance("satterthwaite_df_rel") * df);
            AssertClose($"p {k}", p, Number(effect, "p_value"), oracle.Tolerance("p_abs"));
            AssertClose($"low {k}", estimate - halfWidth, Number(effect, "conf_low"), 1e-3 * se);
            AssertClose($"high {k}", estimate + halfWidth, Number(effect, "conf_high"), 1e-3 * se);
        }
    }

    private static JsonElement Model(OracleCase oracle, string id) =>
        oracle.Reference.GetProperty("models").EnumerateArray().First(model => model.GetProperty("id").GetString() == id);

    private static JsonElement Fit(OracleCase oracle, string formula, string method, params string[] more)
    {
        CommandRun run = CommandRun.Of(
            ["fit", oracle.DataFile, "--formula", formula, "--method", method.ToLowerInvariant(), "--format", "json", .. more]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }

    private static bool Exact(JsonElement reference, out JsonElement exact)
    {
        exact = reference.GetProperty("cross_check").GetProperty("high_precision");
        return exact.ValueKind == JsonValueKind.Object;
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static void AssertClose(string what, double expected, double actual, double tolerance) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance,
            $"{what}: expected {expected:R}, was {actual:R}, difference {actual - expected:E2}, tolerance {tolerance:E2}");
}
