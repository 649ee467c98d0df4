using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes schema</c>: the JSON Schema of study files.</summary>
internal static class SchemaCommand
{
    // The text goes into a file, never into a web page.
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(Streams streams)
    {
        ExplainedCommand command = new("schema", "Prints the JSON Schema of study files, from which editors complete and check.")
        {
            Notes = ["With \"# yaml-language-server: $schema=study.schema.json\" as first line of a study, editors use it."],
            Examples = ["tes schema > study.schema.json"],
        };
        command.SetAction(_ =>
        {
            streams.Output.Write(StudySchema.Create().ToJsonString(s_readable).ReplaceLineEndings("\n"));
            streams.Output.Write('\n');
            return ExitCode.Done;
        });
        return command;
    }
}
