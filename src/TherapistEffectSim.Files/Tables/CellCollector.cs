using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using TherapistEffectSim.Data;

namespace TherapistEffectSim.Files.Tables;

/// <summary>Gathers the cells of one column, checking each against what the caller asked for.</summary>
internal abstract class CellCollector(CsvColumn column, string file)
{
    private const char UndecodableCharacter = '\uFFFD'; // what bytes that are not UTF-8 are decoded to

    protected CsvColumn Requested => column;

    public static CellCollector For(CsvColumn column, string file) =>
        column.Content == CellContent.Numbers ? new NumberCollector(column, file) : new TextCollector(column, file);

    /// <summary>Adds the cell of the next row.</summary>
    /// <exception cref="CsvTableException">It holds nothing that is accepted.</exception>
    public void Add(string cell, int line)
    {
        ReadOnlySpan<char> trimmed = cell.AsSpan().Trim();
        bool isEmpty = trimmed.IsEmpty;
        if (isEmpty || trimmed.SequenceEqual(NumberCell.NotAvailable))
        {
            bool isAccepted = column.Missing == MissingCells.NotAvailableOrEmpty || (column.Missing == MissingCells.NotAvailable && !isEmpty);
            if (!isAccepted)
            {
                throw Refuse(line, isEmpty ? "the cell is empty" : $"was {NumberCell.NotAvailable}");
            }

            AddMissing();
            return;
        }

        if (trimmed.Contains(UndecodableCharacter))
        {
            throw new CsvTableException(file, line, column.Name, $"{column.Name} must be text in UTF-8, but was \"{cell}\".");
        }

        if (!TryAdd(cell, trimmed))
        {
            throw Refuse(line, $"was \"{cell}\"");
        }
    }

    public abstract DataColumn ToColumn();

    protected abstract void AddMissing();

    protected abstract bool TryAdd(string cell, ReadOnlySpan<char> trimmed);

    private CsvTableException Refuse(int line, string found)
    {
        string orMissing = column.Missing == MissingCells.Refused ? "" : $" or {NumberCell.NotAvailable}";
        return new CsvTableException(file, line, column.Name, $"{column.Name} must be {DescribeValue()}{orMissing}, but {found}.");
    }

    private string DescribeValue()
    {
        bool hasMinimum = double.IsFinite(column.Minimum);
        bool hasMaximum = double.IsFinite(column.Maximum);
        return (column.Content, hasMinimum, hasMaximum) switch
        {
            (CellContent.NumbersOrText, _, _) => "a number, text",
            (CellContent.Text, _, _) => "text",
            (_, true, true) => string.Create(CultureInfo.InvariantCulture, $"a number in [{column.Minimum}, {column.Maximum}]"),
            (_, true, false) => string.Create(CultureInfo.InvariantCulture, $"a number >= {column.Minimum}"),
            (_, false, true) => string.Create(CultureInfo.InvariantCulture, $"a number <= {column.Maximum}"),
            _ => "a number such as 1.5",
        };
    }

    private sealed class NumberCollector(CsvColumn column, string file) : CellCollector(column, file)
    {
        private readonly ImmutableArray<double>.Builder _values = ImmutableArray.CreateBuilder<double>();
        private readonly ImmutableArray<bool>.Builder _missing = ImmutableArray.CreateBuilder<bool>();

        public override NumericColumn ToColumn() => new(Requested.Name, _values.DrainToImmutable(), _missing.DrainToImmutable());

        protected override void AddMissing()
        {
            _values.Add(double.NaN);
            _missing.Add(true);
        }

        protected override bool TryAdd(string cell, ReadOnlySpan<char> trimmed)
        {
            if (!NumberCell.TryParse(trimmed, out double value) || !(value >= Requested.Minimum && value <= Requested.Maximum))
            {
                return false;
            }

            _values.Add(value);
            _missing.Add(false);
            return true;
        }
    }

    // Whether a column holds numbers is known only at its end, and the texts "1" and "1.0" must not become one level before.
    private sealed class TextCollector(CsvColumn column, string file) : CellCollector(column, file)
    {
        private readonly List<char> _characters = []; // of all cells, one after the other
        private readonly List<int> _ends = [];        // one per cell: index after its last character; its complement if the cell is missing

        public override DataColumn ToColumn() =>
            Requested.Content == CellContent.NumbersOrText && TryReadNumbers(out NumericColumn? numbers)
                ? numbers
                : TextColumn.FromCells(Requested.Name, Enumerable.Range(0, _ends.Count).Select(i => IsMissing(i) ? null : Text(i).ToString()));

        protected override void AddMissing() => _ends.Add(~_characters.Count);

        protected override bool TryAdd(string cell, ReadOnlySpan<char> trimmed)
        {
            _characters.AddRange(cell.AsSpan());
            _ends.Add(_characters.Count);
            return true;
        }

        private bool TryReadNumbers([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NumericColumn? numbers)
        {
            double[] values = new double[_ends.Count];
            bool[] missing = new bool[_ends.Count];
            for (int i = 0; i < values.Length; i++)
            {
                missing[i] = IsMissing(i);
                if (missing[i])
                {
                    values[i] = double.NaN;
                }
                else if (!NumberCell.TryParse(Text(i), out values[i]))
                {
                    numbers = null;
                    return false;
                }
            }

            numbers = new NumericColumn(
                Requested.Name, ImmutableCollectionsMarshal.AsImmutableArray(values), ImmutableCollectionsMarshal.AsImmutableArray(missing));
            return true;
        }

        private bool IsMissing(int cell) => _ends[cell] < 0;

        private ReadOnlySpan<char> Text(int cell)
        {
            int start = cell == 0 ? 0 : Math.Max(_ends[cell - 1], ~_ends[cell - 1]);
            return CollectionsMarshal.AsSpan(_characters)[start.._ends[cell]];
        }
    }
}
