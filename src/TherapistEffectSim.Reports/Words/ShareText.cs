using System.Globalization;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Reports.Words;

/// <summary>Shares as a person reads them: per cent, down to the digit that their Monte Carlo error leaves.</summary>
internal static class ShareText
{
    private const int MostDecimals = 2;
    private const double Z = 1.959963984540054; // 0.975 quantile of the standard normal distribution

    /// <summary><c>56.3 %</c></summary>
    /// <param name="share">In [0, 1].</param>
    /// <param name="mcse">Its Monte Carlo standard error; <see langword="null"/> if it is not known.</param>
    public static string Percent(double share, double? mcse) => $"{Points(share, Decimals(mcse))} %";

    /// <inheritdoc cref="Percent(double, double?)"/>
    public static string Percent(SummaryRow row) => Percent(row.Value!.Value, MonteCarloError(row.ConfLow, row.ConfHigh));

    /// <summary>A share of counted replicates.</summary>
    public static string Percent(long count, long replicates)
    {
        double share = count / (double)replicates;
        double atLeastOne = Math.Max(share * (1 - share), 1.0 / replicates);
        return Percent(share, Math.Sqrt(atLeastOne / replicates));
    }

    /// <summary><c>57–99.9 %</c>, for a headline: whole per cents, with a decimal only where the share is near 0 or 1.</summary>
    public static string Range(double low, double high)
    {
        string from = Brief(low);
        string to = Brief(high);
        return from == to ? $"{to} %" : $"{from}–{to} %";
    }

    private static string Brief(double share) => Points(share, Math.Min(share, 1 - share) is < 0.095 and > 0 ? 1 : 0);

    /// <summary><c>[55.7, 57.0]</c></summary>
    public static string Interval(double? low, double? high)
    {
        int decimals = Decimals(MonteCarloError(low, high));
        return low is double from && high is double to ? $"[{Points(from, decimals)}, {Points(to, decimals)}]" : "";
    }

    /// <summary>Standard error behind an interval.</summary>
    public static double? MonteCarloError(double? low, double? high) => (high - low) / (2 * Z);

    private static int Decimals(double? mcse) =>
        mcse is > 0 ? Math.Clamp(-(int)Math.Floor(Math.Log10(100 * mcse.Value)), 0, MostDecimals) : 1;

    private static string Points(double share, int decimals) => (100 * share).ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
