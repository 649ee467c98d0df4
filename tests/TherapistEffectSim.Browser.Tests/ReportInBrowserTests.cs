using Microsoft.Playwright;
using TherapistEffectSim.Cli;

namespace TherapistEffectSim.Browser.Tests;

[Collection(Chromium.Name)]
public sealed class ReportInBrowserTests(Chromium chromium) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tes-browser-");

    public void Dispose() => _folder.Delete(recursive: true);

    [BrowserFact]
    public async Task Report_FromAFileAndOffline_DrawsAllChartsInBothColours()
    {
        foreach (ColorScheme colours in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using WatchedPage page = await OpenAsync(colours);

            await Assertions.Expect(page.Page.Locator("figure.chart svg")).ToHaveCountAsync(5);
            foreach (ILocator chart in await page.Page.Locator("figure.chart").AllAsync())
            {
                Assert.True(await chart.Locator("svg [role='graphics-symbol']").CountAsync() > 0, await chart.GetAttributeAsync("id"));
            }

            await page.Page.Locator("#chart-power summary").ClickAsync();
            await Assertions.Expect(page.Page.Locator("#chart-power tbody tr")).ToHaveCountAsync(3 * 4);
            await Accessibility.AssertAsync(page.Page);
            await page.KeepPictureAsync($"report-{colours}");
            page.AssertNothingWentWrong();
        }
    }

    [BrowserFact]
    public async Task Report_AtNarrowWidth_FitsThePage()
    {
        await using WatchedPage page = await OpenAsync(ColorScheme.Light, width: 800);

        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        Assert.True(await page.Page.EvaluateAsync<bool>("() => [...document.querySelectorAll('.plot')].every(p => p.scrollWidth <= p.clientWidth + 1)"));
        Assert.Empty(await page.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('.plot svg')].flatMap(svg => {
              const frame = svg.getBoundingClientRect();
              const isCut = box => box.right > frame.right + 1 || box.left < frame.left - 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
              return [...svg.querySelectorAll('text')].filter(text => isCut(text.getBoundingClientRect())).map(text => text.textContent);
            })
            """));
        await page.KeepPictureAsync("report-800");
        page.AssertNothingWentWrong();
    }

    [BrowserFact]
    public async Task Chart_SavedAsSvgAndPng_StandsAlone()
    {
        await using WatchedPage page = await OpenAsync(ColorScheme.Dark);
        string svg = Path.Join(_folder.FullName, "power.svg");
        string png = Path.Join(_folder.FullName, "power.png");

        await SaveAsync(page.Page, "SVG", svg);
        await SaveAsync(page.Page, "PNG", png);

        string drawing = await File.ReadAllTextAsync(svg);
        Assert.Contains("role=\"img\"", drawing);
        Assert.Contains("<title>Rejection rates</title><desc>Rejection rates over trial therapists from 15 to 120", drawing);
        Assert.Contains("aria-label=", drawing);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], (await File.ReadAllBytesAsync(png))[..4]);
        page.AssertNothingWentWrong();
    }

    [BrowserFact]
    public async Task Button_ChangesTheColours()
    {
        await using WatchedPage page = await OpenAsync(ColorScheme.Light);
        string Background() => page.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor").GetAwaiter().GetResult();
        string light = Background();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show in dark colours" }).ClickAsync();
        await Drawn(page.Page);

        Assert.NotEqual(light, Background());
        page.AssertNothingWentWrong();
    }

    private static async Task SaveAsync(IPage page, string format, string path)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = $"Save “Rejection rates” as {format}" }).ClickAsync());
        Assert.Equal($"power.{format.ToLowerInvariant()}", download.SuggestedFilename);
        await download.SaveAsAsync(path);
    }

    private static Task Drawn(IPage page) => Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-drawn", "yes");

    private async Task<WatchedPage> OpenAsync(ColorScheme colours, int width = 1280)
    {
        string results = Path.Join(_folder.FullName, "results");
        if (!Directory.Exists(results))
        {
            string study = Path.Join(_folder.FullName, "study.yaml");
            await File.WriteAllTextAsync(study, """
                name: browser
                question: What does a browser show of it?
                seed: 3
                replicates: 200
                scenario:
                  trial: {therapists: 30, caseload: 10}
                  therapists: {outcome-icc: 0.03}
                  alliance: {therapist-icc: 0.2}
                  outcome:
                    between: {shape: quadratic, curvature: 0.2}
                grid:
                  scenario.trial.therapists: [15, 30, 60, 120]
                  scenario.alliance.reliability: [1]
                """);
            Assert.Equal(0, CommandLine.Run(["run", study, "--out", results, "--keep-replicates", "--report"], TextReader.Null, TextWriter.Null, TextWriter.Null));
        }

        WatchedPage page = await chromium.OpenAsync(new Uri(Path.Join(results, "report.html")).AbsoluteUri, colours, width);
        await Drawn(page.Page);
        return page;
    }
}
