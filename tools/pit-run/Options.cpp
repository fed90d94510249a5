//===- Options.cpp - pit-run's command line -------------------------------===//

#include "Options.h"

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
  zeros[:shape=AxB]   an array of zeros
  random[:KEY=VALUE,...]
                      made up: seed=N (default 0), density=P (share of blocks
                      that are not zero, default 1), block=AxB (their extents,
                      one for each dimension, default 1), values=normal (the
                      default, for floats) or integers (-4 to 4, never 0),
                      shape=AxB (needed where the type has dynamic sizes)

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

Error checkCombination(Options &o, const std::set<std::string_view> &seen,
                       const std::vector<CommandLine::Option> &emulator) {
  if (o.help)
    return Error::success();
  if (o.file.empty())
    return Error{"no MLIR file given: --help says how to use this"};
  if (o.device != DeviceKind::Emulator)
    for (const CommandLine::Option &option : emulator)
      if (seen.count(option.name))
        return Error{std::string(option.name) +
                     ": has a meaning with --device=emulator only"};
  emu::completeLaunchFlags(o.launch, o.stats);
  return Error::success();
}

} // namespace

Expected<Options> tool::parseOptions(int argc, const char *const *argv) {
  Options o;
  // Options of the emulator, which mean nothing elsewhere.
  std::vector<CommandLine::Option> emulator =
      emu::launchFlags(o.launch, o.stats);
  emulator.push_back({"--multiprocessors", number(o.multiprocessors, 1, 4096)});

  CommandLine line;
  line.fileKind = "MLIR";
  line.valueMayFollow = true;
  line.options = {
      {"--entry", text(o.entry)},
      {"--arch", text(o.arch)},
      {"--device", choice(o.device, {{"emulator", DeviceKind::Emulator},
                                     {"cpu", DeviceKind::Cpu}})},
      {.name = "--arg", .parse = list(o.args), .repeatable = true},
      {.name = "--out", .parse = list(o.outs), .repeatable = true},
  };
  line.options.insert(line.options.end(), emulator.begin(), emulator.end());
  line.flags = {{"--check", &o.check}, {"--help", &o.help}, {"-h", &o.help}};
  auto seen = line.parse(argc, argv, o.file);
  if (!seen)
    return seen.error();
  if (Error error = checkCombination(o, *seen, emulator))
    return error;
  return o;
}
