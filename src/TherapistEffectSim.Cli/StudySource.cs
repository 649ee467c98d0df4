using System.Security.Cryptography;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>A study file that a command was given, with its seed decided.</summary>
/// <param name="Name">For messages.</param>
/// <param name="File">The file.</param>
/// <param name="Seed">Key of all random numbers.</param>
/// <param name="SeedWasDrawn">Whether neither the file nor the command gave a seed.</param>
internal sealed record StudySource(string Name, StudyFile File, ulong Seed, bool SeedWasDrawn)
{
    // JSON readers keep whole numbers up to here exactly.
    private const ulong SeedLimit = 1UL << 53;

    /// <summary>Reads a study file, or standard input for <c>-</c>.</summary>
    /// <param name="path">As the user gave it.</param>
    /// <param name="seed">Overrides that of the file; <see langword="null"/> if not given.</param>
    /// <param name="sampling">Overrides that of the file; <see langword="null"/> if not given.</param>
    /// <param name="streams">Where standard input comes from.</param>
    /// <exception cref="StudyFileException">The file has mistakes.</exception>
    /// <exception cref="DataException">There is no such file, but a built-in story of its name.</exception>
    public static StudySource Load(string path, ulong? seed, Sampling? sampling, Streams streams)
    {
        bool isStandard = path is Streams.StandardName;
        if (!isStandard && !System.IO.File.Exists(path) && BuiltInStory.OfFile(path) is BuiltInStory story)
        {
            throw new DataException(path, new FileNotFoundException(
                $"there is no such file. To have the built-in story {story.Name} as a file: tes scenarios copy {story.Name}"));
        }

        string name = isStandard ? "standard input" : path;
        StudyFile file = isStandard ? StudyFile.Read(streams.Input, name, FormulaMistake) : StudyFile.Load(path, FormulaMistake);
        file = sampling is { } drawn ? file.With(drawn) : file;
        ulong? given = seed ?? file.Seed;
        return new(name, file, given ?? Draw(), given is null);
    }

    /// <summary>The study, checked to be one that can be run.</summary>
    /// <exception cref="DataException">A method or test does not fit the study.</exception>
    public Study Study(int? replicates)
    {
        Study study = File.ToStudy(Seed, replicates);
        try
        {
            StudyRunner.Check(study);
        }
        catch (StudyException e)
        {
            throw new DataException(Name, e);
        }

        return study;
    }

    /// <summary>The plan of the study, checked to be one that can be made.</summary>
    /// <exception cref="DataException">The study has no plan, more than one scenario, or a target that does not fit it.</exception>
    public PlanProblem Plan()
    {
        try
        {
            if (!File.HasPlan)
            {
                throw new StudyException("has no plan: it says what the trial must reach and what may vary, such as plan: {target: {power: 0.8}, vary: {scenario.trial.therapists: {from: 10, to: 200}}}.");
            }

            int cells = File.ToStudy(Seed).Cells.Count;
            if (cells > 1)
            {
                throw new StudyException($"has {cells} scenarios, but a plan is that of one: leave grid, zip and variants out, and ask for other assumptions under plan.sensitivity.");
            }

            PlanProblem problem = File.ToPlan(Seed);
            TrialPlanner.Check(problem);
            return problem;
        }
        catch (StudyException e)
        {
            throw new DataException(Name, e);
        }
    }

    private static (int Position, string Message)? FormulaMistake(string formula)
    {
        try
        {
            Formula.Parse(formula);
            return null;
        }
        catch (FormulaException e)
        {
            return (e.Position, e.Message);
        }
    }

    private static ulong Draw() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) % SeedLimit;
}
