using System.Globalization;
using System.Net.Sockets;
using TherapistEffectSim.Teaching;
using TherapistEffectSim.Teaching.Live;

// Started by tes teach, which says the port and holds the other end of standard input: when tes is gone, however it went, so is this.
int port = args.Length > 0 && int.TryParse(args[0], CultureInfo.InvariantCulture, out int given) ? given : 0;
bool opens = !args.Contains("--no-open");
WebApplication server = TeachingServer.Create(port);
try
{
    await server.StartAsync();
}
catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException || e.GetBaseException() is SocketException)
{
    await Console.Error.WriteLineAsync($"Port {port} of 127.0.0.1 cannot be used: {e.GetBaseException().Message}. Choose another with --port, or leave it out.");
    return 1;
}

string address = TeachingServer.AddressOf(server);
await Console.Error.WriteLineAsync($"The teaching page is at {address} (Ctrl-C ends it).");
using CancellationTokenSource end = new();
Task warmUp = Task.Run(() => Engine.WarmUpAsync(end.Token));
if (opens)
{
    await BrowserWindow.OpenAsync(address);
}

// A read of standard input blocks the thread that asks, whatever it is called.
Task parentIsGone = Task.Run(() => Console.OpenStandardInput().CopyTo(Stream.Null));
await Task.WhenAny(parentIsGone, server.WaitForShutdownAsync(), Failure(warmUp));
await end.CancelAsync();
await server.StopAsync(new CancellationToken(canceled: true));
return 0;

// Ends only if the work fails.
static async Task Failure(Task work)
{
    await work;
    await Task.Delay(Timeout.Infinite);
}
