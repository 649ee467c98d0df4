using TherapistEffectSim.Cli;

using Interruption interruption = new();
return CommandLine.Run(args, Streams.OfProcess(interruption.Token));
