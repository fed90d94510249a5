//===- Options.cpp - pit-run's command line -------------------------------===//

#include "Options.h"

#include <charconv>
#include <functional>
#include <optional>
#include <set>

using namespace pit;
using namespace pit::tool;

std::string_view tool::helpText() {
  return R"(pit-run: compiles a function and runs it on real data

usage: pit-run FILE.mlir [--entry=NAME] [--arg=ARGUMENT]... [--out=FILE.npy]...
               [options]

  --entry=NAME        the function; needed if the file holds several
  --arch=sm_NN        the chip to compile for (default sm_80)
  --device=emulator   run the PTX on the CPU, with checks (default)
  --device=cpu        run the host lowering: plain loops, no PTX

arguments, one --arg for each argument of the function, in order
  FILE.npy            an array of the argument's shape and type; bf16 and 8-bit
                      floats are raw items, as ml_dtypes saves them
  zeros               an array of zeros
  random[:KEY=VALUE,...]
                      made up: seed=N (default 0), density=P (share of blocks
                      that are not zero, default 1), block=AxB (their extents,
                      one for each dimension, default 1), values=normal (the
                      default, for floats) or integers (-4 to 4, never 0)

results
  --out=FILE.npy      one for each result, in order; written if all went well
  --check             compare with the dense function in double precision: the
                      error is the largest |result - reference|, divided by the
                      largest |reference|; fails where it exceeds the bound
  --stats[=table|json]  what each launch executed and moved (emulator)
  --stats-out=FILE    writes it there instead of to standard output

emulator
  --checks=LIST       all, standard (default), none, or some of bounds, align,
                      uninit, race, inflight, divergence, global-race
  --max-reports=N     stop after N reports (default 20)
  --max-instructions=N  stop a launch after N warp instructions (default 2^32)
  --seed=N            0: warps take turns (default); else a random order
  --landing=latest|earliest  when the bytes of asynchronous copies arrive
  --mma=exact|fp32    rounding of the tensor cores (exact is the chip's)
  --threads=N         host threads (default 1; 0: one for each core)
  --multiprocessors=N of the emulated device (default: the chip's)

The exit code is 0 if all went well; otherwise it is 1 and no file has changed.
)";
}

namespace {

using Parser = std::function<Error(std::string_view, std::string_view)>;

Error badValue(std::string_view option, std::string_view value,
               std::string_view expected) {
  return Error{std::string(option) + ": malformed value '" +
               std::string(value) + "': expected " + std::string(expected)};
}

/// An option that takes a number.
template <typename T>
Parser number(T &target, uint64_t min = 0, uint64_t max = ~uint64_t(0)) {
  return [&target, min, max](std::string_view option, std::string_view text) {
    uint64_t value = 0;
    auto [end, status] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size() ||
        value < min || value > max)
      return badValue(option, text,
                      "a number from " + std::to_string(min) + " to " +
                          std::to_string(max));
    target = T(value);
    return Error::success();
  };
}

/// An option that takes one of a few words.
template <typename T>
Parser choice(T &target, std::vector<std::pair<std::string_view, T>> words) {
  return [&target, words](std::string_view option, std::string_view value) {
    std::string expected;
    for (auto &[word, meaning] : words) {
      if (word == value) {
        target = meaning;
        return Error::success();
      }
      expected += (expected.empty() ? "" : " or ") + std::string(word);
    }
    return badValue(option, value, expected);
  };
}

Parser text(std::string &target) {
  return [&target](std::string_view option, std::string_view value) {
    target = value;
    return value.empty() ? badValue(option, value, "a name") : Error::success();
  };
}

Parser list(std::vector<std::string> &target) {
  return [&target](std::string_view option, std::string_view value) {
    target.emplace_back(value);
    return value.empty() ? badValue(option, value, "a name") : Error::success();
  };
}

/// Options of the emulator, which mean nothing elsewhere.
constexpr std::string_view kEmulatorOptions[] = {
    "--checks",  "--max-reports", "--max-instructions", "--seed",
    "--landing", "--mma",         "--threads",          "--multiprocessors",
    "--stats",   "--stats-out"};

Error checkCombination(Options &o, const std::set<std::string_view> &seen) {
  if (o.help)
    return Error::success();
  if (o.file.empty())
    return Error{"no MLIR file given: --help says how to use this"};
  if (o.device != DeviceKind::Emulator)
    for (std::string_view name : kEmulatorOptions)
      if (seen.count(name))
        return Error{std::string(name) +
                     ": has a meaning with --device=emulator only"};
  if (!o.statsFile.empty() && o.stats == StatsFormat::None)
    o.stats = StatsFormat::Json;
  o.launch.countTransactions = o.stats != StatsFormat::None;
  return Error::success();
}

} // namespace

Expected<Options> tool::parseOptions(int argc, const char *const *argv) {
  Options o;
  Parser checks = [&](std::string_view option, std::string_view value) {
    auto parsed = emu::Checks::parse(value);
    if (!parsed)
      return Error{std::string(option) + ": " + parsed.error().message};
    o.launch.checks = *parsed;
    return Error::success();
  };
  const std::pair<std::string_view, Parser> valued[] = {
      {"--entry", text(o.entry)},
      {"--arch", text(o.arch)},
      {"--device", choice(o.device, {{"emulator", DeviceKind::Emulator},
                                     {"cpu", DeviceKind::Cpu}})},
      {"--arg", list(o.args)},
      {"--out", list(o.outs)},
      {"--checks", checks},
      {"--max-reports", number(o.launch.maxReports, 1, 1000000)},
      {"--max-instructions", number(o.launch.maxInstructions, 1)},
      {"--seed", number(o.launch.seed)},
      {"--landing",
       choice(o.launch.landing, {{"latest", emu::Landing::Latest},
                                 {"earliest", emu::Landing::Earliest}})},
      {"--mma", choice(o.launch.mma, {{"exact", emu::MmaMode::Exact},
                                      {"fp32", emu::MmaMode::Fp32}})},
      {"--threads", number(o.launch.threads, 0, 1024)},
      {"--multiprocessors", number(o.multiprocessors, 1, 4096)},
      {"--stats-out", text(o.statsFile)},
  };
  // The value may be left out, and is never the next word.
  const Parser stats = choice(
      o.stats, {{"table", StatsFormat::Table}, {"json", StatsFormat::Json}});
  const std::pair<std::string_view, bool *> flags[] = {
      {"--check", &o.check}, {"--help", &o.help}, {"-h", &o.help}};

  std::set<std::string_view> seen;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (!word.starts_with('-') || word == "-") {
      if (!o.file.empty())
        return Error{"unexpected '" + std::string(word) +
                     "': the MLIR file is '" + o.file + "' already"};
      if (word.empty() || word == "-")
        return Error{"expected the name of an MLIR file, but got '" +
                     std::string(word) + "'"};
      o.file = word;
      continue;
    }
    size_t equals = word.find('=');
    std::string_view name = word.substr(0, equals);
    std::optional<std::string_view> value;
    if (equals != std::string_view::npos)
      value = word.substr(equals + 1);

    const Parser *parse = nullptr;
    bool *flag = nullptr;
    for (auto &[option, parser] : valued)
      if (option == name)
        parse = &parser;
    for (auto &[option, target] : flags)
      if (option == name)
        flag = target;
    if (name == "--stats") {
      parse = &stats;
      if (!value)
        value = "table";
    }
    if (!parse && !flag)
      return Error{"unknown option '" + std::string(name) +
                   "': --help lists them"};
    if (flag && value)
      return Error{std::string(name) + ": expected no value, but got '" +
                   std::string(*value) + "'"};
    if (parse && !value) {
      if (i + 1 >= argc)
        return Error{std::string(name) + ": expected a value, as in " +
                     std::string(name) + "=..."};
      value = argv[++i];
    }
    bool repeatable = name == "--arg" || name == "--out";
    if (!seen.insert(name).second && !repeatable)
      return Error{std::string(name) + ": given twice"};
    if (flag)
      *flag = true;
    else if (Error error = (*parse)(name, *value))
      return error;
  }
  if (Error error = checkCombination(o, seen))
    return error;
  return o;
}
