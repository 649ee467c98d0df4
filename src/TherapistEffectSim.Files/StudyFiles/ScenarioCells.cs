using System.Collections;
using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>The cells of a study, each bound when it is asked for: a large grid is never in memory.</summary>
/// <param name="file">For messages.</param>
/// <param name="scenario">The scenario as written.</param>
/// <param name="grid">What varies in it.</param>
internal sealed class ScenarioCells(string file, MapNode scenario, Grid grid) : IReadOnlyList<Cell>
{
    /// <summary>Most cells that are bound when a file is read; of a larger grid as many, evenly spaced.</summary>
    public const int LargestCheck = 100_000;

    private const int LargestCheckedSize = 100_000_000; // Values over all cells: seconds, with caseloads of a thousand therapists.

    public int Count => grid.Count;

    /// <exception cref="StudyFileException">The cell has mistakes, in a grid too large to be checked whole.</exception>
    public Cell this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            ProblemList problems = new(file);
            Cell? cell = Bind(index, problems);
            problems.ThrowIfAny();
            return cell!;
        }
    }

    /// <summary>The scenario with the values of the first cell, but without its variant.</summary>
    /// <exception cref="StudyFileException">It has mistakes.</exception>
    public Scenario Base
    {
        get
        {
            ProblemList problems = new(file);
            Scenario? world = BindBase(problems);
            problems.ThrowIfAny();
            return world!;
        }
    }

    /// <summary>The scenario with the values of the first cell, but without its variant, and others at some paths.</summary>
    /// <exception cref="StudyFileException">It has mistakes.</exception>
    public Scenario With(IReadOnlyList<Entry> changes)
    {
        ProblemList problems = new(file);
        Scenario? world = With(changes, problems);
        problems.ThrowIfAny();
        return world!;
    }

    /// <summary>Adds the mistakes of the scenario with other values at some paths.</summary>
    public void Check(IReadOnlyList<Entry> changes, ProblemList problems)
    {
        ProblemList ofWorld = new(file);
        With(changes, ofWorld);
        problems.AddAll(ofWorld, $" ({string.Join(", ", changes.Select(c => $"{ScenarioPaths.FactorName(c.Key)} = {(c.Value is ScalarNode scalar ? scalar.Text : c.Value.Found)}"))})");
    }

    public IEnumerator<Cell> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds the mistakes of the cells, each place and path once.</summary>
    public void Check(ProblemList problems)
    {
        int size = scenario.Size + grid.Axes.Sum(axis => axis.Values.Max(v => v.Size));
        int checkedCells = Math.Min(Count, Math.Min(LargestCheck, Math.Max(1, LargestCheckedSize / size)));
        if (grid.Variants is not null)
        {
            ProblemList ofBase = new(file);
            BindBase(ofBase);
            problems.AddAll(ofBase, $" ({Axis.Variant} = {Axis.Base})");
        }

        for (int k = 0; k < checkedCells; k++)
        {
            int index = (int)((long)k * Count / checkedCells);
            ProblemList ofCell = new(file);
            Bind(index, ofCell);
            problems.AddAll(ofCell, Suffix(index));
        }
    }

    private string Suffix(int index)
    {
        ImmutableArray<FactorValue> factors = FactorsOf(index);
        return factors.IsEmpty ? "" : $" (cell {index + 1}: {string.Join(", ", factors.Select(f => $"{f.Name} = {f.Value}"))})";
    }

    private ImmutableArray<FactorValue> FactorsOf(int index) =>
        [.. grid.ValuesOf(index).Where(v => v.Axis.Varies).Select(v => new FactorValue(v.Axis.FactorName, v.Value.Text))];

    private Cell? Bind(int index, ProblemList problems) =>
        BindWorld(grid.ValuesOf(index).SelectMany(v => v.Value.Changes), problems) is Scenario bound ? new(index + 1, FactorsOf(index), bound) : null;

    private Scenario? BindBase(ProblemList problems) => With([], problems);

    private Scenario? With(IReadOnlyList<Entry> changes, ProblemList problems) =>
        BindWorld([.. grid.ValuesOf(0).Where(v => !v.Axis.IsVariants).SelectMany(v => v.Value.Changes), .. changes], problems);

    private Scenario? BindWorld(IEnumerable<Entry> changes, ProblemList problems)
    {
        MapNode document = scenario;
        foreach (Entry change in changes)
        {
            document = Substitute(document, ScenarioPaths.Root, change.Key.Split('.').AsSpan(1), change.Value, problems);
        }

        if (new Binder(problems).Bind(typeof(Scenario), document, ScenarioPaths.Root) is not Scenario bound)
        {
            return null;
        }

        foreach (Problem problem in bound.Problems())
        {
            problems.Add(document.Locate(problem.Path.Split('.')), Binder.Below(ScenarioPaths.Root, problem.Path), problem.Message);
        }

        return bound;
    }

    private static MapNode Substitute(MapNode map, string path, ReadOnlySpan<string> keys, Node value, ProblemList problems)
    {
        if (keys.Length == 1)
        {
            return map.With(keys[0], value);
        }

        string below = Binder.Below(path, keys[0]);
        switch (map[keys[0]])
        {
            case null:
                return map.With(keys[0], Substitute(new([], value.Position), below, keys[1..], value, problems));
            case MapNode next:
                return map.With(keys[0], Substitute(next, below, keys[1..], value, problems));
            case ScalarNode scalar when LongFormOf(scalar, below) is MapNode next:
                return map.With(keys[0], Substitute(next, below, keys[1..], value, problems));
            case Node other:
                problems.Add(
                    value.Position, Binder.Below(below, keys[1]), $"cannot vary, because {below} is {other.Found} in the scenario, not a map.");
                return map;
        }
    }

    private static MapNode? LongFormOf(ScalarNode scalar, string path) =>
        ScenarioPaths.Find(path) is KeySpec key ? ShortForm.For(key.Type)?.LongFormOf(scalar) : null;
}
