//===- LaunchFlags.h - the emulator's options on a command line -*- C++ -*-===//

#ifndef PIT_EMULATOR_LAUNCHFLAGS_H
#define PIT_EMULATOR_LAUNCHFLAGS_H

#include "pit/Emulator/Device.h"
#include "pit/Support/CommandLine.h"

namespace pit::emu {

/// What to print of a launch's counters, and where.
enum class StatsFormat { None, Json, Table };
struct StatsRequest {
  StatsFormat format = StatsFormat::None;
  std::string file; ///< empty: standard output
};

/// The options by which tools that run kernels set `options`: --checks,
/// --max-reports, --max-instructions, --seed, --landing, --mma, --threads, and
/// --stats and --stats-out, which set `stats`. Both must outlive the parsing.
std::vector<CommandLine::Option> launchFlags(LaunchOptions &options,
                                             StatsRequest &stats);

/// To be called after the parsing: a file without a format gets JSON, and
/// transactions are counted if counters are asked for.
void completeLaunchFlags(LaunchOptions &options, StatsRequest &stats);

} // namespace pit::emu

#endif // PIT_EMULATOR_LAUNCHFLAGS_H
