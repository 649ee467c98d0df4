using System.Collections.Immutable;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>A text in sections, before it is written as Markdown or plain text.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Sections">Its sections.</param>
internal sealed record Statement(string Title, ImmutableArray<StatementSection> Sections);

/// <summary>A section.</summary>
/// <param name="Heading">Its heading; empty for what stands below the title.</param>
/// <param name="Blocks">What it holds.</param>
internal sealed record StatementSection(string Heading, ImmutableArray<StatementBlock> Blocks);

/// <summary>A part of a section.</summary>
internal abstract record StatementBlock;

/// <summary>Some sentences.</summary>
/// <param name="Text">In one line.</param>
internal sealed record Sentences(string Text) : StatementBlock;

/// <summary>A list.</summary>
/// <param name="Items">Each in one line.</param>
internal sealed record ItemList(ImmutableArray<string> Items) : StatementBlock;

/// <summary>A table.</summary>
/// <param name="Header">Names of the columns.</param>
/// <param name="Names">How many columns at the left name the row.</param>
/// <param name="Rows">Cells by row.</param>
internal sealed record Grid(ImmutableArray<string> Header, int Names, ImmutableArray<ImmutableArray<string>> Rows) : StatementBlock;
