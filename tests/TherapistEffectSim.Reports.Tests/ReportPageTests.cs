using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Reports.Page;

namespace TherapistEffectSim.Reports.Tests;

public sealed partial class ReportPageTests(SampleResults samples) : IClassFixture<SampleResults>
{
    [ReportFact]
    public void Page_OfEqualResults_HasEqualBytes() => Assert.Equal(ReportPage.Of(samples.Single), ReportPage.Of(samples.Single));

    [ReportFact]
    public void Page_RunsOnlyTheScriptsWhoseHashesItsPolicyNames()
    {
        string page = ReportPage.Of(samples.Curve);
        string policy = Policy().Match(page).Groups["policy"].Value;
        string[] scripts = [.. Script().Matches(page).Select(m => m.Groups["text"].Value)];

        Assert.Equal(4, scripts.Length);
        Assert.All(scripts, script => Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script))), policy));
        Assert.StartsWith("default-src 'none';", policy);
        Assert.DoesNotContain("unsafe-eval", policy);
        Assert.DoesNotContain("http", policy);
    }

    [ReportFact]
    public void Page_WritesTheTextsOfAStudyAsText()
    {
        string page = ReportPage.Of(samples.Curve);

        Assert.Contains("What of &lt;/script&gt;&lt;b&gt;curve&lt;/b&gt;?", page);
        Assert.DoesNotContain("</script><b>", page);
        Assert.Equal(page.Split("<script").Length, page.Split("</script>").Length);
    }

    [ReportFact]
    public void Page_RefersToNothingOutside()
    {
        string page = Script().Replace(ReportPage.Of(samples.Curve), "");

        Assert.DoesNotMatch("(?i)<(link|img|iframe|object|embed|base)\\b", page);
        Assert.DoesNotMatch("(?i)\\b(src|href)=\"(?!#)", page);
        Assert.DoesNotMatch("(?i)url\\(", page);
    }

    [ReportFact]
    public void Page_HasTheRatesOfTheResultFiles()
    {
        StoredResults results = samples.Single;
        string page = ReportPage.Of(results);

        foreach (Performance.SummaryRow rate in results.Cells[0].Summary.Where(r => r.Measure == "rejection_rate"))
        {
            string share = Words.ShareText.Percent(rate);
            Assert.Equal(100 * rate.Value!.Value, double.Parse(share.TrimEnd('%', ' '), CultureInfo.InvariantCulture), 0.5);
            Assert.Matches($"<td>{Regex.Escape(rate.Method)}</td><td>{Regex.Escape(rate.Term)}</td><td>{rate.Test}</td><td class=\"n\">{Regex.Escape(share).Replace("\\ ", "&#160;", StringComparison.Ordinal)}</td>", page);
        }
    }

    [ReportFact]
    public void Page_SaysWhatIsAFalseAlarm()
    {
        string page = ReportPage.Of(samples.Curve);

        Assert.Contains("<span class=\"tag false-alarm\">false alarm</span>", page);
        Assert.Contains("It is not a detection", page);
        Assert.Contains("the rejections come from the between-therapist curve", page.Replace("\n", " ", StringComparison.Ordinal));
    }

    [GeneratedRegex("Content-Security-Policy\" content=\"(?<policy>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Policy();

    [GeneratedRegex("<script>(?<text>.*?)</script>", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Script();
}
