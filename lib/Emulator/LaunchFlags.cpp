//===- LaunchFlags.cpp - the emulator's options on a command line ---------===//

#include "pit/Emulator/LaunchFlags.h"

using namespace pit;
using namespace pit::emu;

std::vector<CommandLine::Option> emu::launchFlags(LaunchOptions &options,
                                                  StatsRequest &stats) {
  ValueParser checks = [&options](std::string_view option,
                                  std::string_view value) {
    auto parsed = Checks::parse(value);
    if (!parsed)
      return Error{std::string(option) + ": " + parsed.error().message};
    options.checks = *parsed;
    return Error::success();
  };
  return {
      {"--checks", checks},
      {"--max-reports", number(options.maxReports, 1, 1000000)},
      {"--max-instructions", number(options.maxInstructions, 1)},
      {"--seed", number(options.seed)},
      {"--landing", choice(options.landing, {{"latest", Landing::Latest},
                                             {"earliest", Landing::Earliest}})},
      {"--mma", choice(options.mma,
                       {{"exact", MmaMode::Exact}, {"fp32", MmaMode::Fp32}})},
      {"--threads", number(options.threads, 0, 1024)},
      {.name = "--stats",
       .parse = choice(stats.format, {{"json", StatsFormat::Json},
                                      {"table", StatsFormat::Table}}),
       .implied = "table"},
      {"--stats-out", text(stats.file)},
  };
}

void emu::completeLaunchFlags(LaunchOptions &options, StatsRequest &stats) {
  if (!stats.file.empty() && stats.format == StatsFormat::None)
    stats.format = StatsFormat::Json;
  options.countTransactions = stats.format != StatsFormat::None;
}
