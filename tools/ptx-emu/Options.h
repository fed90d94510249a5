//===- Options.h - ptx-emu's command line -----------------------*- C++ -*-===//

#ifndef PIT_TOOLS_PTX_EMU_OPTIONS_H
#define PIT_TOOLS_PTX_EMU_OPTIONS_H

#include "pit/Emulator/Device.h"

#include <optional>

namespace pit::tool {

using emu::Error;
using emu::Expected;

enum class StatsFormat { None, Json, Table };

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
  StatsFormat stats = StatsFormat::None;
  std::string statsFile; ///< empty: standard output
  bool list = false, help = false, mnemonics = false;
};

/// Reads the command line. Every option may be given once, `--arg` any number
/// of times; nothing unknown or malformed is overlooked.
Expected<Options> parseOptions(int argc, const char *const *argv);

/// Text of --help.
std::string_view helpText();

/// Reads all of `text` as a decimal number in [min, max].
std::optional<uint64_t> parseNumber(std::string_view text, uint64_t min = 0,
                                    uint64_t max = ~uint64_t(0));

} // namespace pit::tool

#endif // PIT_TOOLS_PTX_EMU_OPTIONS_H
