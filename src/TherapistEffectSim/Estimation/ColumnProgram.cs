using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>A column's arithmetic in postfix order, run on lanes.</summary>
internal sealed class ColumnProgram
{
    /// <summary>Most values that a program may hold at a time.</summary>
    public const int StackDepth = 64;

    private readonly ImmutableArray<Instruction> _code;

    private ColumnProgram(ImmutableArray<Instruction> code) => _code = code;

    private enum Operation
    {
        Constant,
        Variable,
        ArmIs,
        SiteIs,
        Add,
        Subtract,
        Multiply,
        Power,
        Negate,
    }

    /// <summary>Compiles an expression on generated variables.</summary>
    /// <exception cref="NotSupportedException">The expression can give values that are not finite, or is nested too deeply; the message says what.</exception>
    public static ColumnProgram Compile(ColumnExpression expression, Scenario scenario)
    {
        ImmutableArray<Instruction>.Builder code = ImmutableArray.CreateBuilder<Instruction>();
        Emit(expression, scenario, code, 1);
        return new(code.ToImmutable());
    }

    /// <summary>Runs the program.</summary>
    /// <param name="inputs">One number per input, see <see cref="GeneratedColumns.InputOf"/>.</param>
    /// <param name="arm">Arm of the patient; of the therapist where all patients are in one.</param>
    /// <param name="site">Site of the therapist.</param>
    /// <param name="stack">At least <see cref="StackDepth"/> lanes.</param>
    public T Run<T>(ReadOnlySpan<T> inputs, int arm, int site, Span<T> stack)
        where T : unmanaged, ILane<T>
    {
        int top = -1;
        foreach (Instruction instruction in _code)
        {
            switch (instruction.Operation)
            {
                case Operation.Constant:
                    stack[++top] = T.Create(instruction.Number);
                    break;
                case Operation.Variable:
                    stack[++top] = inputs[instruction.Index];
                    break;
                case Operation.ArmIs:
                    stack[++top] = T.Create(arm == instruction.Index ? 1 : 0);
                    break;
                case Operation.SiteIs:
                    stack[++top] = T.Create(site == instruction.Index ? 1 : 0);
                    break;
                case Operation.Add:
                    top--;
                    stack[top] += stack[top + 1];
                    break;
                case Operation.Subtract:
                    top--;
                    stack[top] -= stack[top + 1];
                    break;
                case Operation.Multiply:
                    top--;
                    stack[top] *= stack[top + 1];
                    break;
                case Operation.Power:
                    stack[top] = Power(stack[top], instruction.Index);
                    break;
                default:
                    stack[top] = T.Create(0) - stack[top];
                    break;
            }
        }

        return stack[0];
    }

    private static T Power<T>(T x, int exponent)
        where T : unmanaged, ILane<T>
    {
        T power = T.Create(1);
        for (int i = 0; i < exponent; i++)
        {
            power *= x;
        }

        return power;
    }

    private static void Emit(ColumnExpression expression, Scenario scenario, ImmutableArray<Instruction>.Builder code, int depth)
    {
        if (depth >= StackDepth)
        {
            throw new NotSupportedException($"is nested more than {StackDepth} levels deep");
        }

        switch (expression)
        {
            case ColumnExpression.Constant constant:
                code.Add(new(Operation.Constant, 0, constant.Value));
                break;
            case ColumnExpression.Variable variable:
                int input = GeneratedColumns.InputOf(scenario, variable.Name);
                code.Add(input >= 0
                    ? new(Operation.Variable, input, 0)
                    : throw new NotSupportedException($"uses the label {variable.Name} as a number"));
                break;
            case ColumnExpression.Indicator indicator:
                int level = GeneratedColumns.TextLevels(scenario.Trial, indicator.Column)!.Value.IndexOf(indicator.Level);
                code.Add(new(indicator.Column == GeneratedColumns.Arm ? Operation.ArmIs : Operation.SiteIs, level, 0));
                break;
            case ColumnExpression.Negation negation:
                Emit(negation.Operand, scenario, code, depth);
                code.Add(new(Operation.Negate, 0, 0));
                break;
            case ColumnExpression.Power { Exponent: >= 0 and <= 16 } power when power.Exponent == Math.Floor(power.Exponent):
                Emit(power.Base, scenario, code, depth);
                code.Add(new(Operation.Power, (int)power.Exponent, 0));
                break;
            case ColumnExpression.Power power:
                throw new NotSupportedException($"has the exponent {power.Exponent}, but generated columns take whole exponents from 0 to 16");
            case ColumnExpression.Quotient { Right: ColumnExpression.Constant { Value: not 0 } divisor } quotient:
                Emit(quotient.Left, scenario, code, depth);
                code.Add(new(Operation.Constant, 0, 1 / divisor.Value));
                code.Add(new(Operation.Multiply, 0, 0));
                break;
            case ColumnExpression.Quotient:
                throw new NotSupportedException("divides by something other than a number that is not 0");
            case ColumnExpression.Sum sum:
                EmitBoth(sum.Left, sum.Right, Operation.Add, scenario, code, depth);
                break;
            case ColumnExpression.Difference difference:
                EmitBoth(difference.Left, difference.Right, Operation.Subtract, scenario, code, depth);
                break;
            case ColumnExpression.Product product:
                EmitBoth(product.Left, product.Right, Operation.Multiply, scenario, code, depth);
                break;
            default:
                throw new NotSupportedException($"has a part of an unknown kind, {expression.GetType().Name}");
        }
    }

    private static void EmitBoth(
        ColumnExpression left, ColumnExpression right, Operation operation, Scenario scenario, ImmutableArray<Instruction>.Builder code, int depth)
    {
        Emit(left, scenario, code, depth);
        Emit(right, scenario, code, depth + 1);
        code.Add(new(operation, 0, 0));
    }

    private readonly record struct Instruction(Operation Operation, int Index, double Number);
}
