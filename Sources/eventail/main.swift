internal import EventailSystem

ProcessUsage.ignoreBrokenPipes()
ProcessUsage.end(Program.run(Array(CommandLine.arguments.dropFirst())))
