//===- Options.h - pit-run's command line -----------------------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_OPTIONS_H
#define PIT_TOOLS_PIT_RUN_OPTIONS_H

#include "pit/Emulator/LaunchFlags.h"

#include <string>
#include <string_view>
#include <vector>

namespace pit::tool {

enum class DeviceKind { Emulator, Cpu };

/// What the user asked for.
struct Options {
  std::string file;
  std::string entry; ///< empty: the only function
  std::string arch = "sm_80";
  DeviceKind device = DeviceKind::Emulator;
  std::vector<std::string> args; ///< one for each argument, as given
  std::vector<std::string> outs; ///< files for the first results
  emu::LaunchOptions launch;     ///< of the emulator
  unsigned multiprocessors = 0;  ///< of the emulator; 0: the chip's
  bool check = false, help = false;
  emu::StatsRequest stats;
};

/// Reads the command line. `--option=value` and `--option value` are the same.
/// `--arg` and `--out` may be given any number of times, everything else once;
/// nothing unknown or malformed is overlooked.
Expected<Options> parseOptions(int argc, const char *const *argv);

/// Text of --help.
std::string_view helpText();

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_OPTIONS_H
