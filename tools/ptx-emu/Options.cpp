//===- Options.cpp - ptx-emu's command line -------------------------------===//

#include "Options.h"

#include <charconv>
#include <functional>
#include <set>

using namespace pit;
using namespace pit::tool;

std::string_view tool::helpText() {
  return R"(ptx-emu: runs a PTX kernel on the CPU and says whether it is right

usage: ptx-emu FILE.ptx [--entry=NAME] [--grid=X[,Y[,Z]]] --block=X[,Y[,Z]]
               [--arg=ARGUMENT]... [options]
       ptx-emu FILE.ptx --list

  --list              print the kernels and their parameters
  --mnemonics         print the instructions that are known
  --entry=NAME        the kernel; needed if the file holds several
  --grid=X[,Y[,Z]]    blocks (default 1)
  --block=X[,Y[,Z]]   threads of a block (default: the kernel's .reqntid)
  --shared=BYTES      dynamic shared memory (default 0)
  --arch=sm_NN        the chip, instead of the PTX's .target

arguments, one --arg for each parameter, in order
  in:FILE.npy         a buffer with the array's content
  inout:FILE.npy      the same; the file is overwritten if all went well
  out:FILE.npy:SHAPE:TYPE
                      an uninitialised buffer, written if all went well;
                      for example out:c.npy:64x32:f4 (types: b1 i1 u1 i2 u2 i4
                      u4 i8 u8 f2 f4 f8 V1 V2 V4 V8 V16)
  zeros:BYTES         a buffer of zeros
  null                a null pointer
  i8: u8: i16: u16: i32: u32: i64: u64:   an integer, as in i32:-1
  f16: bf16: f32: f64:                    a number, as in f32:1.5
  b8: b16: b32: b64:                      raw bits, as in b32:0x3f800000
  hex:DIGITS          the bytes of a parameter passed by value
  bytes:FILE          the same, from a file
  A buffer may be passed from its Nth byte on: in+N:FILE.npy

checks
  --checks=LIST       all, standard (default), none, or some of bounds, align,
                      uninit, race, inflight, divergence, global-race
  --max-reports=N     stop after N reports (default 20)
  --max-instructions=N  stop after N warp instructions (default 2^32)

execution
  --seed=N            0: warps take turns (default); else a random order
  --seeds=N           run with N seeds, from --seed on; files get the results of
                      the first, a difference to it is noted
  --landing=latest|earliest  when the bytes of asynchronous copies arrive
  --mma=exact|fp32    rounding of the tensor cores (exact is the chip's)
  --threads=N         host threads (default 1; 0: one for each core)
  --coresident        all blocks take turns, so that they may wait for others

output
  --stats=json|table  what the kernel executed and moved
  --stats-out=FILE    writes it there instead of to standard output
  --repeat=N          run N times and print the time of the fastest launch

What the kernel prints goes to standard output. The exit code is 0 if the kernel
ran to its end and no check found anything; otherwise it is 1 and no file has
changed.
)";
}

std::optional<uint64_t> tool::parseNumber(std::string_view text, uint64_t min,
                                          uint64_t max) {
  uint64_t value = 0;
  auto [end, status] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() ||
      value < min || value > max)
    return std::nullopt;
  return value;
}

namespace {

Error badValue(std::string_view option, std::string_view value,
               std::string_view expected) {
  return Error{std::string(option) + ": malformed value '" +
               std::string(value) + "': expected " + std::string(expected)};
}

/// "8", "8,4" or "8,4,2".
Error parseDim(std::string_view option, std::string_view value,
               emu::Dim3 &dim) {
  uint32_t *extents[] = {&dim.x, &dim.y, &dim.z};
  std::string_view rest = value;
  for (uint32_t *extent : extents) {
    size_t comma = rest.find(',');
    auto number = parseNumber(rest.substr(0, comma), 0, ~uint32_t(0));
    if (!number)
      break;
    *extent = uint32_t(*number);
    if (comma == std::string_view::npos)
      return Error::success();
    rest.remove_prefix(comma + 1);
  }
  return badValue(option, value, "one to three numbers such as 8,4,1");
}

/// An option that takes a number.
template <typename T>
std::function<Error(std::string_view, std::string_view)>
number(T &target, uint64_t min = 0, uint64_t max = ~uint64_t(0)) {
  return [&target, min, max](std::string_view option, std::string_view value) {
    auto result = parseNumber(value, min, max);
    if (!result)
      return badValue(option, value,
                      max == ~uint64_t(0) && min == 0
                          ? "a number"
                          : "a number between " + std::to_string(min) +
                                " and " + std::to_string(max));
    target = T(*result);
    return Error::success();
  };
}

/// An option that takes one of a few words.
template <typename T>
std::function<Error(std::string_view, std::string_view)>
choice(T &target, std::vector<std::pair<std::string_view, T>> words) {
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

std::function<Error(std::string_view, std::string_view)>
text(std::string &target) {
  return [&target](std::string_view option, std::string_view value) {
    target = value;
    return value.empty() ? badValue(option, value, "a name") : Error::success();
  };
}

} // namespace

Expected<Options> tool::parseOptions(int argc, const char *const *argv) {
  Options o;
  using Parser = std::function<Error(std::string_view, std::string_view)>;
  auto dim = [](emu::Dim3 &target) -> Parser {
    return [&target](std::string_view option, std::string_view value) {
      return parseDim(option, value, target);
    };
  };
  Parser checks = [&](std::string_view option, std::string_view value) {
    auto parsed = emu::Checks::parse(value);
    if (!parsed)
      return Error{std::string(option) + ": " + parsed.error().message};
    o.launch.checks = *parsed;
    return Error::success();
  };
  const std::pair<std::string_view, Parser> valued[] = {
      {"--entry", text(o.entry)},
      {"--grid", dim(o.config.grid)},
      {"--block", dim(o.config.block)},
      {"--shared", number(o.config.sharedBytes, 0, ~uint32_t(0))},
      {"--arch", text(o.arch)},
      {"--checks", checks},
      {"--max-reports", number(o.launch.maxReports, 1, 1000000)},
      {"--max-instructions", number(o.launch.maxInstructions, 1)},
      {"--seed", number(o.launch.seed)},
      {"--seeds", number(o.seeds, 1, 1000000)},
      {"--landing",
       choice(o.launch.landing, {{"latest", emu::Landing::Latest},
                                 {"earliest", emu::Landing::Earliest}})},
      {"--mma", choice(o.launch.mma, {{"exact", emu::MmaMode::Exact},
                                      {"fp32", emu::MmaMode::Fp32}})},
      {"--threads", number(o.launch.threads, 0, 1024)},
      {"--stats", choice(o.stats, {{"json", StatsFormat::Json},
                                   {"table", StatsFormat::Table}})},
      {"--stats-out", text(o.statsFile)},
      {"--repeat", number(o.repeat, 1, 1000000)},
  };
  const std::pair<std::string_view, bool *> flags[] = {
      {"--list", &o.list},
      {"--mnemonics", &o.mnemonics},
      {"--help", &o.help},
      {"-h", &o.help},
      {"--coresident", &o.launch.coresident},
  };

  std::set<std::string_view> seen;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (!word.starts_with('-')) {
      if (!o.file.empty())
        return Error{"unexpected '" + std::string(word) +
                     "': the PTX file is '" + o.file + "' already"};
      if (word.empty())
        return Error{"the name of the PTX file is empty"};
      o.file = word;
      continue;
    }
    size_t equals = word.find('=');
    std::string_view name = word.substr(0, equals);
    bool hasValue = equals != std::string_view::npos;
    std::string_view value =
        hasValue ? word.substr(equals + 1) : std::string_view();
    if (name == "--arg" && hasValue) {
      o.args.emplace_back(value);
      seen.insert(name);
      continue;
    }
    bool known = name == "--arg", takesValue = known;
    Error error;
    for (auto &[flag, target] : flags) {
      if (flag == name) {
        known = true;
        *target = true;
      }
    }
    for (auto &[option, parse] : valued) {
      if (option == name) {
        known = takesValue = true;
        if (hasValue)
          error = parse(option, value);
      }
    }
    if (!known)
      return Error{"unknown option '" + std::string(name) +
                   "': --help lists them"};
    if (takesValue && !hasValue)
      return Error{std::string(name) + ": expected a value, as in " +
                   std::string(name) + "=..."};
    if (!takesValue && hasValue)
      return Error{std::string(name) + ": expected no value, but got '" +
                   std::string(value) + "'"};
    if (!seen.insert(name).second)
      return Error{std::string(name) + ": given twice"};
    if (error)
      return error;
  }
  if (o.help || o.mnemonics)
    return o;
  if (o.file.empty())
    return Error{"no PTX file given: --help says how to use this"};
  if (o.list)
    for (std::string_view name : seen)
      if (name != "--list" && name != "--arch")
        return Error{std::string(name) + ": has no meaning with --list"};
  if (!o.statsFile.empty() && o.stats == StatsFormat::None)
    o.stats = StatsFormat::Json;
  o.launch.countTransactions = o.stats != StatsFormat::None;
  o.haveBlock = seen.count("--block");
  if (o.launch.seed + (o.seeds - 1) < o.launch.seed)
    return Error{"--seeds: the last seed would be beyond 2^64 - 1"};
  return o;
}
