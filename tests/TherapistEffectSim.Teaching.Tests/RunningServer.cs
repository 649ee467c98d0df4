using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TherapistEffectSim.Teaching.Live;

namespace TherapistEffectSim.Teaching.Tests;

/// <summary>A server on a free port of 127.0.0.1, for tests that run one after the other: some measure times.</summary>
[CollectionDefinition(Name)]
public sealed class RunningServer : IAsyncLifetime, ICollectionFixture<RunningServer>
{
    public const string Name = "server";

    private readonly WebApplication _server = TeachingServer.Create(port: 0);

    internal Uri Address => new(TeachingServer.AddressOf(_server));

    internal Engine Engine => _server.Services.GetRequiredService<Engine>();

    // As in a browser, a stream that is closed is not read to its end first.
    internal HttpClient Client { get; } = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        Client.BaseAddress = Address;
        await Live.Engine.WarmUpAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }

    internal async Task<JsonObject> JsonOf(string path) => JsonNode.Parse(await Client.GetStringAsync(new Uri(path, UriKind.Relative)))!.AsObject();

    internal async Task<(HttpStatusCode Status, string Text)> Get(string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>All frames of a stream of rates.</summary>
    internal async Task<PowerFrame[]> Frames(string query)
    {
        string text = await Client.GetStringAsync(new Uri("/api/power" + query, UriKind.Relative));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<PowerFrame>(line, JsonSerializerOptions.Web)!)];
    }
}
