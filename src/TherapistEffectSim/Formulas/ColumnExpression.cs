namespace TherapistEffectSim.Formulas;

/// <summary>The value of a design column in one row, as arithmetic on the columns of the data.</summary>
internal abstract record ColumnExpression
{
    private ColumnExpression()
    {
    }

    /// <summary>The data columns that are read, each once, in the order in which they are first read.</summary>
    public IEnumerable<string> Variables => Leaves().Distinct(StringComparer.Ordinal);

    /// <summary>The product, without factors of 1.</summary>
    public static ColumnExpression Multiply(ColumnExpression left, ColumnExpression right) => (left, right) switch
    {
        (Constant { Value: 1 }, _) => right,
        (_, Constant { Value: 1 }) => left,
        _ => new Product(left, right),
    };

    private IEnumerable<string> Leaves() => this switch
    {
        Variable v => [v.Name],
        Indicator i => [i.Column],
        Sum(ColumnExpression left, ColumnExpression right) => left.Leaves().Concat(right.Leaves()),
        Difference(ColumnExpression left, ColumnExpression right) => left.Leaves().Concat(right.Leaves()),
        Product(ColumnExpression left, ColumnExpression right) => left.Leaves().Concat(right.Leaves()),
        Quotient(ColumnExpression left, ColumnExpression right) => left.Leaves().Concat(right.Leaves()),
        Power p => p.Base.Leaves(),
        Negation n => n.Operand.Leaves(),
        _ => [],
    };

    /// <summary>The same number in every row.</summary>
    public sealed record Constant(double Value) : ColumnExpression;

    /// <summary>A numeric column.</summary>
    public sealed record Variable(string Name) : ColumnExpression;

    /// <summary>1 in the rows where the text column equals the level, else 0.</summary>
    public sealed record Indicator(string Column, string Level) : ColumnExpression;

    /// <summary>Left + right.</summary>
    public sealed record Sum(ColumnExpression Left, ColumnExpression Right) : ColumnExpression;

    /// <summary>Left − right.</summary>
    public sealed record Difference(ColumnExpression Left, ColumnExpression Right) : ColumnExpression;

    /// <summary>Left · right.</summary>
    public sealed record Product(ColumnExpression Left, ColumnExpression Right) : ColumnExpression;

    /// <summary>Left / right.</summary>
    public sealed record Quotient(ColumnExpression Left, ColumnExpression Right) : ColumnExpression;

    /// <summary>Base raised to a number.</summary>
    public sealed record Power(ColumnExpression Base, double Exponent) : ColumnExpression;

    /// <summary>The operand with its sign changed.</summary>
    public sealed record Negation(ColumnExpression Operand) : ColumnExpression;
}
