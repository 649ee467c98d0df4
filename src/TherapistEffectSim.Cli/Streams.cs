using System.Text;
using Spectre.Console;

namespace TherapistEffectSim.Cli;

/// <summary>Where a command reads from and writes to: results to the output, everything said to a person to the error stream.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Interruption">Cancelled by Ctrl-C, SIGTERM or SIGHUP.</param>
internal sealed record Streams(TextReader Input, TextWriter Output, TextWriter Error, CancellationToken Interruption) : IDisposable
{
    private const int WidthOfFiles = 160;
    private const int BufferLength = 1 << 16;

    /// <summary>Name of standard input and output where a file is expected.</summary>
    public const string StandardName = "-";

    /// <summary>Whether a person sees the output as it is written.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person sees the error stream as it is written; only there a progress line may be redrawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>The streams of this process, in UTF-8.</summary>
    public static Streams OfProcess(CancellationToken interruption)
    {
        UTF8Encoding encoding = new(encoderShouldEmitUTF8Identifier: false);
        if (OperatingSystem.IsWindows() && !(Console.IsOutputRedirected && Console.IsErrorRedirected))
        {
            Console.OutputEncoding = encoding;
        }

        return new Streams(
            Console.IsInputRedirected ? new StreamReader(Console.OpenStandardInput(), encoding) : Console.In,
            Console.IsOutputRedirected ? new StreamWriter(Console.OpenStandardOutput(), encoding, BufferLength) : Console.Out,
            Console.IsErrorRedirected ? new StreamWriter(Console.OpenStandardError(), encoding) { AutoFlush = true } : Console.Error,
            interruption)
        {
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
        };
    }

    /// <summary>Says something to the user, on a line of its own.</summary>
    public void Say(string message) => Error.WriteLine(message);

    /// <summary>Runs work that keeps nothing when it is interrupted, such as a wait for standard input, and leaves it at an interruption.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public int UntilInterrupted(Func<int> work) =>
        Interruption.CanBeCanceled ? Task.Run(work, Interruption).WaitAsync(Interruption).GetAwaiter().GetResult() : work();

    /// <summary>Writes a table to the output, without blanks at line ends, and with escape sequences on a terminal that wants them only.</summary>
    public void Write(Table table)
    {
        using StringWriter text = new();
        bool hasAnsi = OutputIsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = hasAnsi ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = hasAnsi ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });

        // A file or a pipe has no width of its own, and a table broken at 80 characters cannot be read.
        console.Profile.Width = OutputIsTerminal ? Math.Max(Console.WindowWidth, 1) : WidthOfFiles;
        console.Write(table);
        foreach (string line in text.ToString().Trim('\r', '\n').Split('\n'))
        {
            Output.Write(line.TrimEnd());
            Output.Write('\n');
        }
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        Error.Dispose();
    }
}
