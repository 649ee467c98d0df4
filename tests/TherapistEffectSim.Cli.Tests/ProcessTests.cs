using System.Diagnostics;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>What only a process of its own can show.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("INT", 2)]
    [InlineData("TERM", 15)]
    [InlineData("HUP", 1)]
    public async Task Fit_WaitingForStandardInput_EndsAtASignalWith130(string signal, int number)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // no signals
        }

        using Process tes = Start("fit", "-", "--formula", "y ~ x");
        try
        {
            // The rest of the text never comes; the process is up once it has taken what is there.
            await tes.StandardInput.WriteAsync("y,x\n1,2\n");
            await tes.StandardInput.FlushAsync();
            await SignalledProcess.UntilItHandles(tes, number);
            using Process kill = Process.Start("kill", [$"-{signal}", $"{tes.Id}"]);
            await kill.WaitForExitAsync();
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));

            await tes.WaitForExitAsync(patience.Token);

            Assert.Equal(ExitCode.Interrupted, tes.ExitCode);
            Assert.Equal(("", "Interrupted.\n"), (await tes.StandardOutput.ReadToEndAsync(), await tes.StandardError.ReadToEndAsync()));
        }
        finally
        {
            if (!tes.HasExited)
            {
                tes.Kill();
            }
        }
    }

    [Fact]
    public async Task Fit_FromAPipe_ReadsUtf8AndWritesItWithoutByteOrderMark()
    {
        using Process tes = Start("fit", "-", "--formula", "é ~ 1", "--format", "json");
        await tes.StandardInput.WriteAsync("é\n1\n2\n4\n");
        tes.StandardInput.Close();

        string output = await tes.StandardOutput.ReadToEndAsync();
        await tes.WaitForExitAsync();

        Assert.StartsWith("{\n  \"formula\": \"é ~ 1\",\n", output);
        Assert.Equal(ExitCode.Done, tes.ExitCode);
    }

    [Fact]
    public async Task Teach_ServesItsPageUntilASignal_AndLeavesNoServer()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // no signals
        }

        using Process tes = Process.Start(SignalledProcess.Start("teach", "--no-open"))!;
        try
        {
            string told = (await tes.StandardError.ReadLineAsync())!;
            Assert.Matches(@"^The teaching page is at http://127\.0\.0\.1:\d+/ \(Ctrl-C ends it\)\.$", told);
            Uri address = new(told.Split(' ')[5]);
            using HttpClient client = new();
            Assert.Contains("<title>Would a trial see it?</title>", await client.GetStringAsync(address));
            using Process kill = Process.Start("kill", ["-TERM", $"{tes.Id}"]);
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));

            await tes.WaitForExitAsync(patience.Token);

            Assert.Equal((ExitCode.Interrupted, ""), (tes.ExitCode, await tes.StandardOutput.ReadToEndAsync()));
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(address));
        }
        finally
        {
            if (!tes.HasExited)
            {
                tes.Kill();
            }
        }
    }

    private static Process Start(params string[] args)
    {
        ProcessStartInfo start = SignalledProcess.Start(args);
        start.RedirectStandardInput = true;
        start.StandardInputEncoding = new System.Text.UTF8Encoding(false);
        start.StandardOutputEncoding = System.Text.Encoding.UTF8;
        return Process.Start(start)!;
    }
}
