using System.Collections.Immutable;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>The sources of what a statement speaks of.</summary>
internal static class References
{
    private const string MixedModels =
        "Bates, D., Mächler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models using lme4. Journal of Statistical Software, 67(1).";

    private static readonly string[] s_always =
    [
        "Morris, T. P., White, I. R., & Crowther, M. J. (2019). Using simulation studies to evaluate statistical methods. Statistics in Medicine, 38, 2074–2102.",
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American Statistical Association, 22, 209–212.",
    ];

    private static readonly (string Test, string Reference)[] s_tests =
    [
        ("f-exact", "Searle, S. R. (1971). Linear models. Wiley."),
        ("t-satterthwaite", "Kuznetsova, A., Brockhoff, P. B., & Christensen, R. H. B. (2017). lmerTest package: Tests in linear mixed effects models. Journal of Statistical Software, 82(13)."),
        ("t-kenward-roger", "Kenward, M. G., & Roger, J. H. (1997). Small sample inference for fixed effects from restricted maximum likelihood. Biometrics, 53, 983–997."),
        ("lrt-mixture", "Self, S. G., & Liang, K.-Y. (1987). Asymptotic properties of maximum likelihood estimators and likelihood ratio tests under nonstandard conditions. Journal of the American Statistical Association, 82, 605–610."),
        ("bootstrap", "Davison, A. C., & Hinkley, D. V. (1997). Bootstrap methods and their application. Cambridge University Press."),
        ("t-cr2", "Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed effects models. Journal of Business & Economic Statistics, 36, 672–683."),
        ("t-hc3", "MacKinnon, J. G., & White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators with improved finite sample properties. Journal of Econometrics, 29, 305–325."),
        ("two-lines", "Simonsohn, U. (2018). Two lines: A valid alternative to the invalid testing of U-shaped relationships with quadratic regressions. Advances in Methods and Practices in Psychological Science, 1, 538–555."),
        ("lind-mehlum", "Lind, J. T., & Mehlum, H. (2010). With or without U? The appropriate test for a U-shaped relationship. Oxford Bulletin of Economics and Statistics, 72, 109–118."),
    ];

    /// <summary>In the order of the alphabet.</summary>
    public static ImmutableArray<string> Of(StatementSource source)
    {
        HashSet<string> tests = [.. source.Rates.Select(r => r.Test == "rlrt-mixture" ? "lrt-mixture" : r.Test)];
        bool isMixed = source.Formulas.Any(f => f.Value.Contains('|', StringComparison.Ordinal));
        return
        [
            .. s_always
                .Concat(isMixed ? [MixedModels] : [])
                .Concat(s_tests.Where(t => tests.Contains(t.Test)).Select(t => t.Reference))
                .Order(StringComparer.Ordinal),
        ];
    }
}
