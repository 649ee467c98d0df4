using System.Collections.Immutable;
using System.Reflection;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Teaching.World;

/// <summary>A world to begin from: that of the page, or one of a built-in study.</summary>
/// <param name="Name">In links; of a built-in study its name.</param>
/// <param name="Title">For a class.</param>
/// <param name="Question">What the story asks.</param>
/// <param name="World">The world.</param>
internal sealed record Story(string Name, string Title, string Question, Scenario World)
{
    private static readonly Assembly s_assembly = typeof(Story).Assembly;

    /// <summary>All, that of the page first.</summary>
    public static ImmutableArray<Story> All { get; } =
    [
        new(
            "inverted-u",
            "Average relationship builders do best",
            "Patients of average relationship builders do best. What does a straight line see of it?",
            new()
            {
                Trial = new() { Therapists = 60, Caseload = new FixedCaseload { Patients = 12 } },
                Therapists = new() { OutcomeIcc = 0.06 },
                Alliance = new() { TherapistIcc = 0.6 },
                Outcome = new EndpointOutcome { Between = new QuadraticShape { Curvature = 0.15 } },
            }),
        BuiltIn("met-cau-2009", "The published trial of 2009", scenario: 1),
        BuiltIn("met-cau-null", "The same trial, and no effect at all", scenario: 1),
        BuiltIn("met-cau-within-parabola", "A curve between patients, not therapists", scenario: 1),
        BuiltIn("quickstart", "Ten patients each, few known well", scenario: 3),
        BuiltIn("wide-range-unselected", "Good relationship builders do best", scenario: 1),
        BuiltIn("wide-range-unselected", "The same, among selected therapists", scenario: 2) with { Name = "wide-range-selected" },
        BuiltIn("highly-selected-trial", "Therapists differ, before selection", scenario: 1),
        BuiltIn("toxic-tail", "A few therapists do harm", scenario: 2),
        BuiltIn("within-dominant", "The alliance matters within therapists", scenario: 1),
        BuiltIn("many-assessments", "One rating of the alliance per patient", scenario: 1),
        BuiltIn("reverse-causation", "Patients who do well like their therapists", scenario: 1),
        BuiltIn("random-allocation-null", "Nothing is there", scenario: 1),
        BuiltIn("naturalistic-large", "A large register", scenario: 1),
    ];

    /// <summary>The story of a name; <see langword="null"/> if there is none.</summary>
    public static Story? Find(string name) => All.FirstOrDefault(story => story.Name == name);

    private static Story BuiltIn(string name, string title, int scenario)
    {
        using StreamReader text = new(s_assembly.GetManifestResourceStream($"experiments/{name}.yaml")!);
        StudyFile file = StudyFile.Read(text, name);
        return new(name, title, file.Question, file.ToStudy(seed: 0).Cells[scenario - 1].Scenario);
    }
}
