using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes teach</c>: the teaching page, served by a program of its own beside this one.</summary>
internal static class TeachCommand
{
    private const string Program = "tes-teach.dll";
    private const int FrameworkMissing = 150; // what the host of .NET programs returns where a framework is not installed

    public static Command Create(Streams streams)
    {
        Option<int> port = WholeNumber.Of<int>("--port", 1, ushort.MaxValue, "Port on 127.0.0.1 [default: a free one]", "N");
        Option<bool> noOpen = new("--no-open") { Description = "Do not open the page in the browser" };
        ExplainedCommand command = new("teach", "Serves a page for teaching: move a slider, and see what trials would find.")
        {
            Notes =
            [
                "The page is for this machine alone. Its rates come from trials that are simulated while you look.",
                "A guided lesson asks six questions. A link, or a study file for tes run, keeps a setting.",
            ],
            Examples = ["tes teach", "tes teach --port 8080 --no-open"],
        };
        command.Options.Add(port);
        command.Options.Add(noOpen);
        command.SetAction(parsed => Run(parsed.GetValue(port), parsed.GetValue(noOpen), streams));
        return command;
    }

    /// <summary>Serves until interrupted.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(int port, bool noOpen, Streams streams)
    {
        string program = Path.Join(AppContext.BaseDirectory, Program);
        if (!File.Exists(program))
        {
            streams.Say($"{program} is missing: it belongs beside this program, and is in the build and the dotnet tool, not in the single file. Build again: dotnet build -c Release");
            return ExitCode.Failed;
        }

        string[] arguments = [program, port.ToString(CultureInfo.InvariantCulture), .. noOpen ? (string[])["--no-open"] : []];
        ProcessStartInfo start = new(DotnetHost(), arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true, // it ends when this pipe does, however this process ends
            RedirectStandardError = true,
        };
        Process server;
        try
        {
            server = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            streams.Say($"tes teach needs the ASP.NET Core runtime, version 10, but {start.FileName} cannot be started: {e.Message}");
            return ExitCode.Failed;
        }

        using (server)
        {
            return Serve(server, streams);
        }
    }

    private static int Serve(Process server, Streams streams)
    {
        server.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                streams.Say(line.Data);
            }
        };
        server.BeginErrorReadLine();
        using (streams.Interruption.Register(server.StandardInput.Close))
        {
            server.WaitForExit();
        }

        if (streams.Interruption.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }

        if (server.ExitCode == FrameworkMissing)
        {
            streams.Say("tes teach needs the ASP.NET Core runtime, version 10; it comes with the .NET SDK.");
        }

        return server.ExitCode == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    // The program that runs .NET programs: two folders above that of the runtime, or wherever this process was started from.
    private static string DotnetHost()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string root = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string host = Path.Join(root, name);
        return File.Exists(host) ? host : name;
    }
}
