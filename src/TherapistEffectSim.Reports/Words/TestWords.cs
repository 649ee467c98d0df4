using System.Text.Json;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Words;

/// <summary>What a test of a scenario is called, and what its rejections mean, for a person.</summary>
internal static class TestWords
{
    /// <summary>The side on which a test of a summary row rejects; for a test of a curve that of the square.</summary>
    public static Alternative SideOf(CellResult cell, Study study, SummaryRow row)
    {
        int method = cell.Formulas.Select(f => f.Key).ToList().IndexOf(row.Method);
        return study.Methods[method].Tests.FirstOrDefault(
            t => t.Term == row.Term && JsonNamingPolicy.KebabCaseLower.ConvertName(t.By.ToString()) == row.Test) switch
        {
            { By: TestKind.TwoLines or TestKind.LindMehlum } curve => curve.Shape == CurveShape.U ? Alternative.Greater : Alternative.Less,
            { } test => test.Alternative,
            null => Alternative.TwoSided,
        };
    }

    /// <summary>Whether the test of a summary row could be made in at least one replicate.</summary>
    public static bool WasMade(SummaryRow row) => row.Value is not null && row.Failures < row.Replicates;

    /// <summary>Whether the truth lies on the side that a one-sided test does not look at.</summary>
    public static bool IsOnOtherSide(SummaryRow rate, Alternative side) =>
        (side == Alternative.Less && rate.TrueValue > 0) || (side == Alternative.Greater && rate.TrueValue < 0);

    /// <summary>The test and its side.</summary>
    public static string Name(string test, Alternative side) => (test, side) switch
    {
        (_, Alternative.TwoSided) => test,
        ("two-lines" or "lind-mehlum", _) => $"{test}, {(side == Alternative.Less ? "inverted-u" : "u")}",
        _ => $"{test}, {(side == Alternative.Less ? "less" : "greater")}",
    };

    /// <summary><c>power</c>, <c>type I</c>, <c>false alarm</c>, <c>wrong side</c>; empty where it is not known.</summary>
    public static string Meaning(SummaryRow rate, Alternative side) => rate.RejectionMeans switch
    {
        "" => "",
        "type-I" => "type I",
        "power" => IsOnOtherSide(rate, side) ? "wrong side" : "power",
        _ => "false alarm",
    };

    /// <summary><c>therapist-variance=0;linear=0;curve=1</c> as <c>only curve significant</c>.</summary>
    public static string Pattern(string pattern)
    {
        string[] significant = [.. pattern.Split(';').Where(p => p.EndsWith("=1", StringComparison.Ordinal)).Select(p => p[..^2])];
        return significant.Length switch
        {
            0 => "none significant",
            1 => $"only {significant[0]} significant",
            _ => $"{Wording.List(significant, "and")} significant",
        };
    }
}
