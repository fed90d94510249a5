//===- Options.cpp - ptx-emu's command line -------------------------------===//

#include "Options.h"

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
  --stats[=table|json]  what the kernel executed and moved
  --stats-out=FILE    writes it there instead of to standard output
  --repeat=N          run N times and print the time of the fastest launch

What the kernel prints goes to standard output. The exit code is 0 if the kernel
ran to its end and no check found anything; otherwise it is 1 and no file has
changed.
)";
}

namespace {

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

} // namespace

Expected<Options> tool::parseOptions(int argc, const char *const *argv) {
  Options o;
  // What is malformed in an argument is said once its parameter is known.
  ValueParser argument = [&o](std::string_view, std::string_view value) {
    o.args.emplace_back(value);
    return Error::success();
  };
  auto dim = [](emu::Dim3 &target) -> ValueParser {
    return [&target](std::string_view option, std::string_view value) {
      return parseDim(option, value, target);
    };
  };
  CommandLine line;
  line.fileKind = "PTX";
  line.valueMayFollow = true;
  line.options = {
      {"--entry", text(o.entry)},
      {"--grid", dim(o.config.grid)},
      {"--block", dim(o.config.block)},
      {"--shared", number(o.config.sharedBytes, 0, ~uint32_t(0))},
      {"--arch", text(o.arch)},
      {.name = "--arg", .parse = argument, .repeatable = true},
      {"--seeds", number(o.seeds, 1, 1000000)},
      {"--repeat", number(o.repeat, 1, 1000000)},
  };
  auto emulator = emu::launchFlags(o.launch, o.stats);
  line.options.insert(line.options.end(), emulator.begin(), emulator.end());
  line.flags = {
      {"--list", &o.list},
      {"--mnemonics", &o.mnemonics},
      {"--help", &o.help},
      {"-h", &o.help},
      {"--coresident", &o.launch.coresident},
  };
  auto seen = line.parse(argc, argv, o.file);
  if (!seen)
    return seen.error();
  if (o.help || o.mnemonics)
    return o;
  if (o.file.empty())
    return Error{"no PTX file given: --help says how to use this"};
  if (o.list)
    for (std::string_view name : *seen)
      if (name != "--list" && name != "--arch")
        return Error{std::string(name) + ": has no meaning with --list"};
  emu::completeLaunchFlags(o.launch, o.stats);
  o.haveBlock = seen->count("--block");
  if (o.launch.seed + (o.seeds - 1) < o.launch.seed)
    return Error{"--seeds: the last seed would be beyond 2^64 - 1"};
  return o;
}
