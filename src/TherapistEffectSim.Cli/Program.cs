using TherapistEffectSim.Cli;

using Interruption interruption = new();
using Streams streams = Streams.OfProcess(interruption.Token);
return CommandLine.Run(args, streams);
