using Microsoft.Playwright;

namespace TherapistEffectSim.Browser.Tests;

/// <summary>A browser for all tests, started once.</summary>
[CollectionDefinition(Name)]
public sealed class Chromium : IAsyncLifetime, ICollectionFixture<Chromium>
{
    public const string Name = "browser";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where it is; <see langword="null"/> if there is none.</summary>
    public static string? Path { get; } = new[]
    {
        Environment.GetEnvironmentVariable("TES_CHROMIUM"),
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    }.FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Path is null)
        {
            return; // the tests say so
        }

        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path,
            Headless = true,
            ChromiumSandbox = false,
            Args =
            [
                "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A page in a session of its own that remembers what went wrong in it.</summary>
    internal Task<WatchedPage> OpenAsync(string address, ColorScheme colours = ColorScheme.Light, int width = 1280) =>
        WatchedPage.OpenAsync(_browser!, address, colours, width);
}
