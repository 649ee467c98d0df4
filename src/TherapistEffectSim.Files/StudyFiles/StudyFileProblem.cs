using System.Collections.Immutable;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>A mistake in a study file.</summary>
/// <param name="File">Name of the file as it was given.</param>
/// <param name="Line">From 1; 0 if the file as a whole is meant.</param>
/// <param name="Column">From 1; 0 if the file as a whole is meant.</param>
/// <param name="Path">Keys down to the place, such as <c>scenario.trial.caseload</c>; items of lists count from 1. Empty at the top.</param>
/// <param name="Message">What is accepted and what was found.</param>
public sealed record StudyFileProblem(string File, int Line, int Column, string Path, string Message)
{
    /// <summary><c>file:line:column: path: message</c>.</summary>
    public override string ToString() =>
        (Line == 0 ? File : $"{File}:{Line}:{Column}") + ": " + (Path.Length == 0 ? "" : Path + ": ") + Message;
}

/// <summary>A study file that cannot be read as a study; the message has a line for each mistake.</summary>
public sealed class StudyFileException : Exception
{
    /// <summary>An exception of these mistakes.</summary>
    /// <param name="problems">At least one, in the order of the file.</param>
    /// <param name="more">Mistakes beyond those listed.</param>
    public StudyFileException(ImmutableArray<StudyFileProblem> problems, int more = 0)
        : base(string.Join('\n', problems) + (more == 0 ? "" : $"\n(and {more} more)")) => Problems = problems;

    /// <summary>The mistakes, in the order of the file.</summary>
    public ImmutableArray<StudyFileProblem> Problems { get; }
}
