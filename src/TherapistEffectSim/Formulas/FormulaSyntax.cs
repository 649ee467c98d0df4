using System.Collections.Immutable;
using System.Text;

namespace TherapistEffectSim.Formulas;

/// <summary>The right side of a formula as it was written, before expansion.</summary>
/// <param name="Position">Index of its first character, or of its sign, in the formula.</param>
internal abstract record FormulaSyntax(int Position)
{
    /// <summary>As R writes it: blanks around + − * and |, none around : ^ and /.</summary>
    public abstract string Deparse();

    /// <summary>A column by name.</summary>
    public sealed record Column(string Name, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse() => DeparsedText.Name(Name);
    }

    /// <summary>Arithmetic inside I(...).</summary>
    public sealed record Arithmetic(ColumnExpression Expression, string Label, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse() => Label;
    }

    /// <summary>A number; only 1 and 0, which add and remove the intercept, have a meaning.</summary>
    public sealed record Number(double Value, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse() => DeparsedText.Number(Value);
    }

    /// <summary>Something in parentheses.</summary>
    public sealed record Group(FormulaSyntax Content, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse() => $"({Content.Deparse()})";
    }

    /// <summary>Items added and removed, in order.</summary>
    public sealed record Sum(ImmutableArray<SumItem> Items, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse()
        {
            StringBuilder text = new();
            foreach (SumItem item in Items)
            {
                string sign = text.Length == 0 ? (item.IsRemoved ? "-" : "") : item.IsRemoved ? " - " : " + ";
                text.Append(sign).Append(item.Content.Deparse());
            }

            return text.ToString();
        }
    }

    /// <summary>Main effects and interaction: <c>a * b</c>.</summary>
    public sealed record Crossing(ImmutableArray<FormulaSyntax> Operands, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse() => string.Join(" * ", Operands.Select(o => o.Deparse()));
    }

    /// <summary>Interaction alone: <c>a:b</c>.</summary>
    public sealed record Interaction(ImmutableArray<FormulaSyntax> Operands, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse() => string.Join(":", Operands.Select(o => o.Deparse()));
    }

    /// <summary>All interactions up to an order: <c>(a + b)^2</c>.</summary>
    public sealed record Power(FormulaSyntax Base, double Order, int Position) : FormulaSyntax(Position)
    {
        public override string Deparse() => $"{Base.Deparse()}^{DeparsedText.Number(Order)}";
    }

    /// <summary>A random term without its parentheses: <c>1 + x | g</c>.</summary>
    /// <param name="Effects">What varies between groups.</param>
    /// <param name="IsIndependent">Whether it was written with two bars.</param>
    /// <param name="Groups">One column, or two.</param>
    /// <param name="IsNested">Whether two groups are written g1/g2, not g1:g2.</param>
    /// <param name="Position">Index of the opening parenthesis.</param>
    public sealed record Random(FormulaSyntax Effects, bool IsIndependent, ImmutableArray<string> Groups, bool IsNested, int Position)
        : FormulaSyntax(Position)
    {
        public override string Deparse() =>
            $"{Effects.Deparse()} {(IsIndependent ? "||" : "|")} {string.Join(IsNested ? "/" : ":", Groups.Select(DeparsedText.Name))}";
    }
}

/// <summary>An item of a sum.</summary>
internal readonly record struct SumItem(bool IsRemoved, FormulaSyntax Content);

/// <summary>A place where a formula names a column.</summary>
internal readonly record struct ColumnMention(string Name, int Position);
