namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Collects the mistakes of one file, one for each place and path.</summary>
internal sealed class ProblemList(string file)
{
    private const int Longest = 100;

    private readonly List<StudyFileProblem> _problems = [];
    private readonly HashSet<(Position, string)> _seen = [];
    private int _more;

    public string File { get; } = file;

    public bool IsEmpty => _problems.Count == 0;

    /// <summary>Whether further mistakes are only counted.</summary>
    public bool IsFull => _problems.Count >= Longest;

    /// <summary>Changes with every mistake added.</summary>
    public int Count => _problems.Count + _more;

    public void Add(Position position, string path, string message)
    {
        if (!_seen.Add((position, path)))
        {
            return;
        }

        if (IsFull)
        {
            _more++;
        }
        else
        {
            _problems.Add(new(File, position.Line, position.Column, path, message));
        }
    }

    /// <summary>Adds the mistakes of another list about the same file.</summary>
    /// <param name="other">The other list.</param>
    /// <param name="suffix">Ends each message, before its full stop.</param>
    public void AddAll(ProblemList other, string suffix)
    {
        foreach (StudyFileProblem problem in other._problems)
        {
            Add(new(problem.Line, problem.Column), problem.Path, problem.Message.TrimEnd('.') + suffix + ".");
        }
    }

    public void ThrowIfAny()
    {
        if (!IsEmpty)
        {
            throw new StudyFileException([.. _problems.OrderBy(p => p.Line).ThenBy(p => p.Column)], _more);
        }
    }
}
