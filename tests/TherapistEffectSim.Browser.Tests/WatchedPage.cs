using Microsoft.Playwright;

namespace TherapistEffectSim.Browser.Tests;

/// <summary>A page that remembers messages of error, and requests to elsewhere.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Lock _gate = new();
    private readonly List<string> _wrong = [];

    private WatchedPage(IBrowserContext context, IPage page, string origin)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => Add($"error: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Add($"{message.Type}: {message.Text}");
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(origin, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                Add($"request: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    public static async Task<WatchedPage> OpenAsync(IBrowser browser, string address, ColorScheme colours, int width)
    {
        bool isFile = address.StartsWith("file:", StringComparison.Ordinal);
        IBrowserContext context = await browser.NewContextAsync(new()
        {
            ColorScheme = colours,
            ViewportSize = new() { Width = width, Height = 900 },
            AcceptDownloads = true,
            Offline = isFile,
        });
        context.SetDefaultTimeout(30_000);
        IPage page = await context.NewPageAsync();
        WatchedPage watched = new(context, page, isFile ? address : new Uri(address).GetLeftPart(UriPartial.Authority));
        await page.GotoAsync(address);
        return watched;
    }

    /// <summary>Nothing went wrong since the page was opened.</summary>
    public void AssertNothingWentWrong()
    {
        lock (_gate)
        {
            Assert.Empty(_wrong);
        }
    }

    /// <summary>Keeps a picture of the whole page where <c>TES_SCREENSHOTS</c> names a folder.</summary>
    public async Task KeepPictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("TES_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new() { Path = Path.Join(folder, name + ".png"), FullPage = true });
        }
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Add(string what)
    {
        lock (_gate)
        {
            _wrong.Add(what);
        }
    }
}
