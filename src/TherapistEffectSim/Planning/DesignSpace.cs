using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Planning;

/// <summary>A design of a plan.</summary>
/// <param name="Indices">Of the values of the dimensions.</param>
/// <param name="Name">Names it in the records of the plan.</param>
/// <param name="Scenario">The world.</param>
internal sealed record PlanDesign(ImmutableArray<int> Indices, string Name, Scenario Scenario);

/// <summary>The designs of a plan, under its own assumptions or with one of them changed.</summary>
internal sealed class DesignSpace
{
    private readonly PlanProblem _problem;
    private readonly PlanVariation? _change;
    private readonly int _value;

    /// <param name="problem">The question.</param>
    /// <param name="change">What is changed; nothing if not given.</param>
    /// <param name="value">Index of its value.</param>
    public DesignSpace(PlanProblem problem, PlanVariation? change = null, int value = 0) => (_problem, _change, _value) = (problem, change, value);

    /// <summary>A design.</summary>
    public PlanDesign At(ImmutableArray<int> indices)
    {
        ImmutableArray<double> values = Values(indices);
        string name = string.Join(' ', values.Select(NumberText.Shortest));
        return _change is null
            ? new(indices, name, _problem.At(values))
            : new(indices, $"{name} {_change.Name}={_change.Values[_value]}", _change.At(values, _value));
    }

    /// <summary>The values of the dimensions.</summary>
    public ImmutableArray<double> Values(ImmutableArray<int> indices) => [.. indices.Select((index, d) => _problem.Dimensions[d][index])];

    /// <summary>The designs that differ in the first dimension.</summary>
    /// <param name="direction">In which direction of it the target comes nearer.</param>
    /// <param name="others">Indices of the values of the other dimensions.</param>
    public DesignLine Line(PlanDirection direction, ImmutableArray<int> others) =>
        new(_problem.Dimensions[0], direction, index => At([index, .. others]));
}

/// <summary>Designs that differ in one dimension, in the order in which the target comes nearer: position 0 is the farthest.</summary>
internal sealed class DesignLine(PlanDimension dimension, PlanDirection direction, Func<int, PlanDesign> at)
{
    private readonly Dictionary<int, PlanDesign> _designs = [];

    // Tests gain with the square root of the size of a trial; where a value may be negative it is taken as it is.
    private readonly bool _isSquareRoot = dimension.Direction == PlanDirection.Up && dimension.Lowest >= 0;

    public int Count => dimension.Count;

    public PlanDesign this[int position]
    {
        get
        {
            if (!_designs.TryGetValue(position, out PlanDesign? design))
            {
                _designs.Add(position, design = at(IndexOf(position)));
            }

            return design;
        }
    }

    /// <summary>Index of the value at a position.</summary>
    public int IndexOf(int position) => direction == PlanDirection.Up ? position : dimension.Count - 1 - position;

    /// <summary>The value at a position.</summary>
    public double Value(int position) => dimension[IndexOf(position)];

    /// <summary>What η is nearly linear in; rises with the position.</summary>
    public double G(int position)
    {
        double value = Value(position);
        return _isSquareRoot ? Math.Sqrt(value) : direction == PlanDirection.Up ? value : -value;
    }

    /// <summary>The position, not rounded, whose g is this.</summary>
    public double PositionOf(double g)
    {
        double value = _isSquareRoot ? Math.Max(0, g) * Math.Max(0, g) : direction == PlanDirection.Up ? g : -g;
        double index = (value - (double)dimension.Lowest) / (double)dimension.Step;
        return direction == PlanDirection.Up ? index : dimension.Count - 1 - index;
    }

    /// <summary>The first position whose g is not below this: may lie outside the line.</summary>
    public long FirstAt(double g)
    {
        const double rounding = 1e-9;
        return (long)Math.Clamp(Math.Ceiling(PositionOf(g) - rounding), -1e15, 1e15);
    }
}
