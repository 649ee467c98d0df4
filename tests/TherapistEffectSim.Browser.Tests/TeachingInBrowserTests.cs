using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Teaching;
using TherapistEffectSim.Teaching.Live;

namespace TherapistEffectSim.Browser.Tests;

[Collection(Chromium.Name)]
public sealed class TeachingInBrowserTests(Chromium chromium) : IAsyncLifetime
{
    private static readonly Task s_warmUp = Task.Run(() => Engine.WarmUpAsync(CancellationToken.None));

    private readonly WebApplication _server = TeachingServer.Create(port: 0);

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        await s_warmUp;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [BrowserFact]
    public async Task Page_ShowsAFlatLineThroughAnInvertedU()
    {
        foreach ((ColorScheme colours, int width) in ((ColorScheme, int)[])[(ColorScheme.Light, 1280), (ColorScheme.Dark, 1280), (ColorScheme.Light, 800), (ColorScheme.Dark, 600)])
        {
            await using WatchedPage page = await OpenAsync("", colours, width);
            await DoneAsync(page.Page);

            Assert.Equal(14, await ShareAsync(page.Page, "linear"), 2.0);
            Assert.Equal(91, await ShareAsync(page.Page, "curve"), 2.0);
            await Assertions.Expect(page.Page.Locator("[data-test=linear] .tag")).ToHaveTextAsync("false alarm");
            double over = await ShareAsync(page.Page, "linear") - 5;
            await Assertions.Expect(page.Page.Locator("[data-test=linear] .says")).ToContainTextAsync($"the other {over.ToString("F1", CultureInfo.InvariantCulture)} points are false alarms too");
            await Assertions.Expect(page.Page.Locator("#plot circle.therapist")).ToHaveCountAsync(60 + 1); // and that of the key
            await Accessibility.AssertAsync(page.Page);
            Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{width} pixels");
            await page.KeepPictureAsync($"teach-{colours}-{width}");
            page.AssertNothingWentWrong();
        }
    }

    [BrowserFact]
    public async Task Slider_Moved_ChangesTheStreamedPower()
    {
        await using WatchedPage page = await OpenAsync("");
        await DoneAsync(page.Page);
        double before = await ShareAsync(page.Page, "curve");
        ILocator slider = page.Page.GetByRole(AriaRole.Slider, new() { Name = "Patients each" });

        await slider.FillAsync("3");
        await DoneAsync(page.Page);

        double after = await ShareAsync(page.Page, "curve");
        Assert.True(after < before - 20, $"{before} % with 12 patients, {after} % with 3");
        await Assertions.Expect(page.Page).ToHaveURLAsync(Pattern(@"\?patients=3$"));
        await slider.FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.Page).ToHaveURLAsync(Pattern(@"\?patients=4$"));
        await Assertions.Expect(slider).ToHaveAttributeAsync("aria-valuetext", "4 per therapist");
        page.AssertNothingWentWrong();
    }

    [BrowserFact]
    public async Task Link_ReproducesTheSetting()
    {
        await using WatchedPage first = await OpenAsync("?therapists=30&curvature=0.3&trial=5");
        await DoneAsync(first.Page);
        await first.Page.GetByRole(AriaRole.Slider, new() { Name = "Best alliance" }).FillAsync("0.5");
        await first.Page.GetByRole(AriaRole.Button, new() { Name = "New trial" }).ClickAsync();
        await DoneAsync(first.Page);
        await Assertions.Expect(first.Page.Locator("html")).ToHaveAttributeAsync("data-trial", "6");

        await using WatchedPage second = await chromium.OpenAsync(first.Page.Url);
        await DoneAsync(second.Page);
        await Assertions.Expect(second.Page.Locator("html")).ToHaveAttributeAsync("data-trial", "6");

        Assert.Equal(await first.Page.Locator("#cards").InnerTextAsync(), await second.Page.Locator("#cards").InnerTextAsync());
        Assert.Equal(await first.Page.Locator("#plot path.truth").GetAttributeAsync("d"), await second.Page.Locator("#plot path.truth").GetAttributeAsync("d"));
        Assert.Equal(await first.Page.Locator("#dials").InnerTextAsync(), await second.Page.Locator("#dials").InnerTextAsync());
        second.AssertNothingWentWrong();
    }

    [BrowserFact]
    public async Task Link_ThatCannotBe_SaysWhyAndShowsThePage()
    {
        await using WatchedPage page = await OpenAsync("?therapists=100000");

        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("therapists must be a whole number in [6, 200], but was '100000'.");
        await DoneAsync(page.Page);
    }

    [BrowserFact]
    public async Task StudyFile_Saved_GivesTheNumbersOfThePage()
    {
        await using WatchedPage page = await OpenAsync("?therapists=20&patients=4");
        await DoneAsync(page.Page);

        IDownload download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { Name = "Save as study file" }).ClickAsync());
        using StreamReader text = new(await download.PathAsync());
        StudyFile file = StudyFile.Read(text, download.SuggestedFilename);
        List<CellResult> cells = [];
        StudyRunner.Run(file.ToStudy(file.Seed!.Value), new() { OnCell = cells.Add }, CancellationToken.None);

        Assert.Equal("inverted-u-changed.yaml", download.SuggestedFilename);
        double curve = 100 * cells[0].Summary.First(r => r.Measure == "rejection_rate" && r.Term == "I(alliance_between^2)").Value!.Value;
        Assert.Equal(curve.ToString("F1", CultureInfo.InvariantCulture), (await ShareAsync(page.Page, "curve")).ToString("F1", CultureInfo.InvariantCulture));
    }

    [BrowserFact]
    public async Task Lesson_RunsByKeyboardAlone()
    {
        await using WatchedPage page = await OpenAsync("");
        await DoneAsync(page.Page);
        await TabToAsync(page.Page, "start-lesson");
        await page.Page.Keyboard.PressAsync("Enter");
        for (int step = 1; step <= 6; step++)
        {
            await Assertions.Expect(page.Page.Locator("#lesson-step")).ToHaveTextAsync($"Step {step} of 6");
            await Assertions.Expect(page.Page.Locator("#lesson-title")).ToBeFocusedAsync();
            await Assertions.Expect(page.Page.Locator("[data-test=curve] .big")).ToHaveTextAsync("?"); // hidden until answered
            if (step is 2 or 6)
            {
                await Accessibility.AssertAsync(page.Page);
            }

            await page.Page.Keyboard.PressAsync("Tab"); // the first answer
            await page.Page.Keyboard.PressAsync("Space");
            await page.Page.Keyboard.PressAsync("ArrowDown");
            await page.Page.Keyboard.PressAsync("Tab");
            await Assertions.Expect(page.Page.Locator("#lesson-check")).ToBeFocusedAsync();
            await page.Page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Page.Locator("#lesson-answer")).ToContainTextAsync(Pattern(@"^(Yes\.|No: ).* \d+(\.\d)?\s%"));
            await Assertions.Expect(page.Page.Locator("[data-test=curve] .big")).ToContainTextAsync("%");
            await page.KeepPictureAsync($"lesson-{step}");
            await Assertions.Expect(page.Page.Locator(step < 6 ? "#lesson-next" : "#lesson-leave")).ToBeFocusedAsync();
            await page.Page.Keyboard.PressAsync("Enter");
        }

        await Assertions.Expect(page.Page.Locator("#lesson")).ToBeHiddenAsync();
        await Assertions.Expect(page.Page.Locator("#start-lesson")).ToBeFocusedAsync();
        page.AssertNothingWentWrong();
    }

    private static Task DoneAsync(IPage page) => Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-state", "done");

    private static Regex Pattern(string text) => new(text, RegexOptions.None, TimeSpan.FromSeconds(1));

    // 14.1 % ± 0.2
    private static async Task<double> ShareAsync(IPage page, string test) =>
        double.Parse((await page.Locator($"[data-test={test}] .big").InnerTextAsync()).Split('%')[0].Trim('\u00a0', ' '), CultureInfo.InvariantCulture);

    private static async Task TabToAsync(IPage page, string id)
    {
        for (int i = 0; i < 10 && !await page.EvaluateAsync<bool>($"() => document.activeElement?.id === '{id}'"); i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await Assertions.Expect(page.Locator($"#{id}")).ToBeFocusedAsync();
    }

    private Task<WatchedPage> OpenAsync(string query, ColorScheme colours = ColorScheme.Light, int width = 1280) =>
        chromium.OpenAsync(TeachingServer.AddressOf(_server) + query, colours, width);
}
