namespace TherapistEffectSim.Benchmarks;
internal static class NormalTails { public static int Run(string[] a) => a.Length; }
