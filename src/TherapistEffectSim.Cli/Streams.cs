using System.Text;
using Spectre.Console;

namespace TherapistEffectSim.Cli;

/// <summary>Where a command reads from and writes to: results to the output, everything said to a person to the error stream.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Interruption">Cancelled by Ctrl-C, SIGTERM or SIGHUP.</param>
internal sealed record Streams(TextReader Input, TextWriter Output, TextWriter Error, CancellationToken Interruption)
{
    private const int WidestTable = 1000; // beyond the width of a terminal lines wrap; cells would be cut otherwise
    private const int BufferLength = 1 << 16;

    /// <summary>Name of standard input and output where a file is expected.</summary>
    public const string StandardName = "-";

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

        // Console.Out would send escape sequences to a terminal, and write a file cell by cell.
        return new Streams(
            new StreamReader(Console.OpenStandardInput(), encoding),
            new StreamWriter(Console.OpenStandardOutput(), encoding, BufferLength) { AutoFlush = !Console.IsOutputRedirected, NewLine = "\n" },
            new StreamWriter(Console.OpenStandardError(), encoding) { AutoFlush = true },
            interruption)
        {
            ErrorIsTerminal = !Console.IsErrorRedirected,
        };
    }

    /// <summary>Says something to the user, on a line of its own.</summary>
    public void Say(string message) => Error.WriteLine(message);

    /// <summary>Runs work that keeps nothing when it is interrupted, such as a wait for standard input, and leaves it at an interruption.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public int UntilInterrupted(Func<int> work) =>
        Interruption.CanBeCanceled ? Task.Run(work, Interruption).WaitAsync(Interruption).GetAwaiter().GetResult() : work();

    /// <summary>Writes a table to the output as plain text, without blanks at line ends.</summary>
    /// <param name="table">The table.</param>
    /// <param name="width">Columns of the terminal, for a table that can be broken to fit.</param>
    public void Write(Table table, int width = WidestTable)
    {
        using StringWriter text = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = width;
        console.Write(table);
        string[] lines = [.. text.ToString().Split('\n').Select(line => line.TrimEnd())];
        int first = Array.FindIndex(lines, line => line.Length > 0);
        int last = Array.FindLastIndex(lines, line => line.Length > 0);
        foreach (string line in lines[first..(last + 1)])
        {
            Output.Write(line);
            Output.Write('\n');
        }
    }
}
