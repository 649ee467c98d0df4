using System.ComponentModel;
using System.Diagnostics;

namespace TherapistEffectSim.Teaching;

/// <summary>Opens a page in the user's browser.</summary>
internal static class BrowserWindow
{
    /// <summary>Opens it, or says how to where there is no browser to be found.</summary>
    public static async Task OpenAsync(string address)
    {
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new(address) { UseShellExecute = true }
            : new(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process? browser = Process.Start(start);
        }
        catch (Win32Exception)
        {
            await Console.Error.WriteLineAsync("No browser could be opened: open the address yourself.");
        }
    }
}
