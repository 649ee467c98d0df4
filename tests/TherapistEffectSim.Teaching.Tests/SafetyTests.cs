using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace TherapistEffectSim.Teaching.Tests;

/// <summary>Who is answered, what is refused, and what is left of those who go away.</summary>
[Collection(RunningServer.Name)]
public sealed class SafetyTests(RunningServer server)
{
    // The most work of all: patients one by one, so that no stream ends by itself while the test looks.
    private const string Heavy = "/api/power?attrition=0.4&loss-by-outcome=1&therapists=200&patients=40";

    [Fact]
    public void Server_ListensOnTheLoopbackAddressOnly()
    {
        IPEndPoint[] listening = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(e => e.Port == server.Address.Port)];

        Assert.Equal([IPAddress.Loopback], listening.Select(e => e.Address));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1.evil.example:{port}")]
    [InlineData("localhost:1")]
    [InlineData("0.0.0.0:{port}")]
    public async Task Request_ToAnotherHost_IsRefused(string host)
    {
        foreach (string path in (string[])["/", "/api/setting", "/api/power", "/study.yaml"])
        {
            (HttpStatusCode status, string text) = await server.Get(path, ("Host", host.Replace("{port}", $"{server.Address.Port}", StringComparison.Ordinal)));

            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Equal($"This page is served to 127.0.0.1:{server.Address.Port} and localhost:{server.Address.Port} only.\n", text);
        }
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Request_OfAnotherPage_IsRefused(string header, string value)
    {
        (HttpStatusCode status, string text) = await server.Get("/api/setting", (header, value));

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.StartsWith("This page answers itself only", text);
    }

    [Fact]
    public async Task Request_OfThePageItself_IsAnswered()
    {
        string own = server.Address.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.OK, (await server.Get("/api/setting", ("Origin", own), ("Sec-Fetch-Site", "same-origin"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Get("/", ("Host", $"localhost:{server.Address.Port}"))).Status);
    }

    [Theory]
    [InlineData("therapists=1", "therapists must be a whole number in [6, 200], but was '1'.")]
    [InlineData("therapists=10.5", "therapists must be a whole number in [6, 200], but was '10.5'.")]
    [InlineData("curvature=NaN", "curvature must be a number in [0, 0.5], but was 'NaN'.")]
    [InlineData("reliability=", "reliability must be a number in [0.2, 1], but was ''.")]
    [InlineData("seed=-1", "seed must be a whole number in [0, 18446744073709551615], but was '-1'.")]
    [InlineData("story=nonsense", "story must be one of inverted-u, ")]
    [InlineData("colour=red", "'colour' is no parameter; known are story, seed, curvature, ")]
    [InlineData("therapists=10&therapists=20", "therapists must be given once, but was given 2 times.")]
    public async Task BadParameter_IsAnsweredWith400AndWhatIsAccepted(string query, string message)
    {
        foreach (string path in (string[])["/api/setting", "/api/trial", "/api/power", "/study.yaml"])
        {
            (HttpStatusCode status, string text) = await server.Get($"{path}?{query}");

            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.StartsWith(message, text);
        }
    }

    [Fact]
    public async Task BadTrial_IsAnsweredWith400()
    {
        (HttpStatusCode status, string text) = await server.Get("/api/trial?trial=1001");

        Assert.Equal((HttpStatusCode.BadRequest, "trial must be a whole number in [1, 1000], but was '1001'.\n"), (status, text));
    }

    [Fact]
    public async Task Page_ForbidsEverythingButItsOwnFiles()
    {
        using HttpResponseMessage response = await server.Client.GetAsync(new Uri("/", UriKind.Relative));
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();

        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task TwoHundredConnections_OpenedAndDropped_LeaveNoWork()
    {
        List<TcpClient> clients = [];
        byte[] request = Encoding.ASCII.GetBytes($"GET {Heavy} HTTP/1.1\r\nHost: 127.0.0.1:{server.Address.Port}\r\n\r\n");
        for (int i = 0; i < 200; i++)
        {
            TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            await client.GetStream().WriteAsync(request);
            clients.Add(client);
        }

        await Until(() => server.Engine.Streams is { Taken: > 0, Waiting: > 0 }, "work has begun, and others wait");
        Assert.InRange(server.Engine.Streams.Taken, 1, 2);
        foreach (TcpClient client in clients)
        {
            client.Client.LingerState = new(true, 0); // as a browser that is closed
            client.Dispose();
        }

        // A place is given back when its run has ended.
        await Until(() => server.Engine.Streams is { Taken: 0, Waiting: 0 }, "all work has ended");
        Assert.Equal(HttpStatusCode.OK, (await server.Get("/api/setting")).Status);
    }

    private static async Task Until(Func<bool> isSo, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"Not so after 20 s: {what}.");
            await Task.Delay(10);
        }
    }
}
