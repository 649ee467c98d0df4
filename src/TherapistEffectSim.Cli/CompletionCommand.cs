using System.CommandLine;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes completion</c>: what makes a shell complete commands, options and their values.</summary>
internal static class CompletionCommand
{
    // The program itself answers what may stand at the cursor; where it has no answer, the shell completes file names.
    private const string Bash = """
        _tes() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("$1" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _tes tes

        """;

    public static Command Create(Streams streams)
    {
        Argument<string> shell = new("SHELL") { Description = "bash" };
        shell.AcceptOnlyFromAmong("bash");
        ExplainedCommand command = new("completion", "Prints a script that makes the shell complete commands and options.")
        {
            Examples = ["source <(tes completion bash)", "tes completion bash >> ~/.bashrc"],
        };
        command.Arguments.Add(shell);
        command.SetAction(_ =>
        {
            streams.Output.Write(Bash);
            return ExitCode.Done;
        });
        return command;
    }
}
