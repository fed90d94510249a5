//===- Options.h - ptx-emu's command line -----------------------*- C++ -*-===//

#ifndef PIT_TOOLS_PTX_EMU_OPTIONS_H
#define PIT_TOOLS_PTX_EMU_OPTIONS_H

#include "pit/Emulator/LaunchFlags.h"

namespace pit::tool {

using emu::Error;
using emu::Expected;

/// What the user asked for.
struct Options {
  std::string file;
  std::string entry;             ///< empty: the only kernel
  std::string arch;              ///< empty: the PTX's own target
  std::vector<std::string> args; ///< as given
  emu::LaunchConfig config;
  bool haveBlock = false;
  emu::LaunchOptions launch;
  uint64_t seeds = 1;
  uint64_t repeat = 0; ///< 0: no timing
  emu::StatsRequest stats;
  bool list = false, help = false, mnemonics = false;
};

/// Reads the command line. Every option may be given once, `--arg` any number
/// of times; nothing unknown or malformed is overlooked.
Expected<Options> parseOptions(int argc, const char *const *argv);

/// Text of --help.
std::string_view helpText();

} // namespace pit::tool

#endif // PIT_TOOLS_PTX_EMU_OPTIONS_H
