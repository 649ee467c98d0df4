using System.Diagnostics;
using System.Globalization;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>Starts the program so that signals reach it, whatever the tests were started from.</summary>
internal static class SignalledProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>How to start <c>tes</c> with these arguments.</summary>
    /// <remarks>A child of nohup, or of a shell's background job, would inherit ignored signals: where env can, it gives them back.</remarks>
    public static ProcessStartInfo Start(params string[] args)
    {
        string[] tes = ["dotnet", Path.Join(AppContext.BaseDirectory, "tes.dll"), .. args];
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=HUP,INT,TERM", .. tes] : tes;
        return new(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Waits until the process handles a signal; where that cannot be seen, for a second.</summary>
    public static async Task UntilItHandles(Process process, int signal)
    {
        string status = $"/proc/{process.Id}/status";
        if (!File.Exists(status))
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            return;
        }

        Stopwatch clock = Stopwatch.StartNew();
        while (!Caught(status, signal))
        {
            Assert.True(clock.Elapsed < s_patience, "The program does not handle the signal.");
            await Task.Delay(20);
        }

        // The registrations of the three signals follow one another.
        await Task.Delay(200);
    }

    private static bool Caught(string status, int signal)
    {
        string mask = File.ReadLines(status).First(line => line.StartsWith("SigCgt:", StringComparison.Ordinal))[7..].Trim();
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) == 1;
    }
}
