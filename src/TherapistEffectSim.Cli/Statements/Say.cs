using System.Globalization;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>Numbers and names inside sentences.</summary>
internal static class Say
{
    /// <summary>A number as the study has it.</summary>
    public static string Number(double value) =>
        value.ToString(Math.Abs(value) is >= 1e-4 and < 1e9 or 0 ? "0.##########" : "0.######e+0", CultureInfo.InvariantCulture);

    /// <summary>A number that is to be added, with its sign.</summary>
    public static string Signed(double value) => value < 0 ? $"−{Number(-value)}" : $"+{Number(value)}";

    /// <summary>A share in per cent.</summary>
    public static string Percent(double share) => $"{(100 * share).ToString("0.######", CultureInfo.InvariantCulture)} %";

    /// <summary><c>12,000 patients</c>, <c>1 patient</c>.</summary>
    public static string Count(double number, string unit) =>
        $"{number.ToString(number == Math.Floor(number) ? "N0" : "N1", CultureInfo.InvariantCulture)} {unit}{(number == 1 ? "" : "s")}";

    /// <summary><c>a</c>, <c>a and b</c>, <c>a, b and c</c>.</summary>
    public static string And(IReadOnlyList<string> words) => Wording.List(words, "and");

    /// <summary>A rate with its Monte Carlo error: <c>85.9 % (Monte Carlo standard error 0.35 percentage points, 95 % interval 85.2 to 86.6)</c>.</summary>
    public static string Rate(SummaryRow row)
    {
        int decimals = Decimals(row.Mcse);
        string error = row.Mcse is double e ? $"Monte Carlo standard error {Points(e, decimals + 1)} percentage points, " : "";
        return $"{Points(row.Value!.Value, decimals)} % ({error}95 % interval {Points(row.ConfLow ?? double.NaN, decimals)} to {Points(row.ConfHigh ?? double.NaN, decimals)})";
    }

    /// <summary>A rate with its error, short: <c>85.9 % (0.35) [85.2, 86.6]</c>.</summary>
    public static string ShortRate(double value, double? mcse, double? low, double? high)
    {
        int decimals = Decimals(mcse);
        string error = mcse is double e ? $" ({Points(e, decimals + 1)})" : "";
        return $"{Points(value, decimals)} %{error} [{Points(low ?? double.NaN, decimals)}, {Points(high ?? double.NaN, decimals)}]";
    }

    /// <inheritdoc cref="ShortRate(double, double?, double?, double?)"/>
    public static string ShortRate(SummaryRow row) => ShortRate(row.Value!.Value, row.Mcse, row.ConfLow, row.ConfHigh);

    /// <summary>A sentence's beginning.</summary>
    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>What is tested, in words.</summary>
    public static string Term(string term) => term switch
    {
        "var(therapist)" => "differences between therapists",
        "alliance_between" => "the slope of the outcome on the therapist's mean alliance",
        "I(alliance_between^2)" => "the curve of the outcome over the therapist's mean alliance",
        "alliance_within" => "the slope of the outcome on the patient's alliance within therapists",
        "alliance" => "the slope of the outcome on the patient's alliance",
        "cor(total)" => "the correlation of alliance and outcome over patients",
        "cor(between)" => "the correlation of alliance and outcome between therapists",
        "cor(within)" => "the correlation of alliance and outcome within therapists",
        _ when term.StartsWith("var(", StringComparison.Ordinal) => $"the variance of random effects `{term[4..^1]}`",
        _ when term.Contains(" & ", StringComparison.Ordinal) => $"the coefficients of {Wording.List([.. term.Split(" & ").Select(t => $"`{t}`")], "and")}",
        _ => $"the coefficient of `{term}`",
    };

    /// <summary>A test, in words.</summary>
    public static string Test(string test) => test switch
    {
        "wald-z" => "Wald's z test",
        "t-satterthwaite" => "the t test with Satterthwaite's degrees of freedom",
        "t-kenward-roger" => "the t test with the standard errors and degrees of freedom of Kenward and Roger",
        "t-hc3" => "the t test with standard errors robust to unequal variances (HC3)",
        "t-cr2" => "the t test with standard errors robust to therapists as clusters (CR2) and Satterthwaite's degrees of freedom",
        "t-correlation" => "the t test of Pearson's correlation",
        "joint-wald" => "Wald's chi-squared test of all of them together",
        "lrt" => "the likelihood ratio test",
        "lrt-mixture" => "the likelihood ratio test against the 50:50 mixture of chi-squared distributions with 0 and 1 degrees of freedom",
        "rlrt-mixture" => "the restricted likelihood ratio test against the 50:50 mixture of chi-squared distributions with 0 and 1 degrees of freedom",
        "bootstrap" => "the likelihood ratio test by parametric bootstrap",
        "f-exact" => "the exact F test of the therapists after the fixed effects",
        "two-lines" => "the two-lines test",
        "lind-mehlum" => "Lind and Mehlum's test",
        _ => test,
    };

    private static int Decimals(double? mcse) => mcse is > 0 ? Math.Clamp(-(int)Math.Floor(Math.Log10(100 * mcse.Value)), 0, 3) : 1;

    private static string Points(double share, int decimals) => (100 * share).ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
