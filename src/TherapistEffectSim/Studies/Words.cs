using System.Reflection;
using System.Text.Json;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Studies;

/// <summary>The words of study files and result files for enumeration values.</summary>
internal static class Words
{
    /// <summary>The value's word: kebab-case, or what its <see cref="KeyAttribute"/> says.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        typeof(TEnum).GetField(value.ToString())?.GetCustomAttribute<KeyAttribute>()?.Word
        ?? JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
