//===- ptx-emu.cpp - runs a PTX kernel on the CPU -------------------------===//

#include "Arguments.h"
#include "pit/Support/Text.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <new>

using namespace pit;
using namespace pit::tool;

namespace {

int fail(const Error &error) {
  std::fprintf(stderr, "ptx-emu: error: %s\n",
               printable(error.message, LineEnds::Replace).c_str());
  return 1;
}

std::string dims(const std::array<uint32_t, 3> &d) {
  return std::to_string(d[0]) + "," + std::to_string(d[1]) + "," +
         std::to_string(d[2]);
}

Error list(const emu::Module &module) {
  for (std::string_view name : module.kernelNames()) {
    auto kernel = module.kernel(name);
    if (!kernel)
      return kernel.error();
    const ptx::Function &function = kernel->function();
    std::string line = "kernel '" + std::string(name) + "'";
    if (function.maxntid[0])
      line += ", .maxntid " + dims(function.maxntid);
    if (function.reqntid[0])
      line += ", .reqntid " + dims(function.reqntid);
    line += ", " + std::to_string(kernel->staticSharedBytes()) +
            " bytes of static shared memory\n";
    unsigned index = 0;
    for (const emu::KernelParam &param : kernel->params())
      line += "  " + std::to_string(index++) + ": " + describe(param) +
              ", align " + std::to_string(param.align) + "\n";
    std::fputs(line.c_str(), stdout);
  }
  return Error::success();
}

/// The kernel asked for, or the only one.
Expected<emu::Kernel> selectKernel(const emu::Module &module,
                                   const Options &options) {
  auto names = module.kernelNames();
  std::string known;
  for (std::string_view name : names)
    known += (known.empty() ? "'" : ", '") + std::string(name) + "'";
  if (names.empty())
    return Error{options.file + ": holds no kernel (.entry)"};
  if (options.entry.empty()) {
    if (names.size() > 1)
      return Error{options.file + ": holds " + std::to_string(names.size()) +
                   " kernels: expected --entry= with one of " + known};
    return module.kernel(names[0]);
  }
  if (std::find(names.begin(), names.end(), options.entry) == names.end())
    return Error{"--entry: unknown kernel '" + options.entry +
                 "': " + options.file + " holds " + known};
  return module.kernel(options.entry);
}

/// One launch on a fresh device, and what it left in the output buffers.
struct Run {
  emu::LaunchResult result;
  std::vector<std::string> outputs; ///< by argument; empty for inputs
  double seconds = 0;
};

Expected<Run> runOnce(const std::string &ptx, const Options &options,
                      const std::vector<Argument> &arguments, uint64_t seed) {
  emu::Device device;
  auto module = device.load(ptx, options.file, options.arch);
  if (!module)
    return module.error();
  auto kernel = selectKernel(**module, options);
  if (!kernel)
    return kernel.error();

  std::vector<emu::DeviceAddress> bases(arguments.size()),
      pointers(arguments.size());
  std::vector<const void *> values(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Argument &argument = arguments[i];
    values[i] = argument.value.data();
    if (!argument.isBuffer())
      continue;
    auto base = device.allocate(argument.bytes, argument.name);
    if (!base)
      return base.error();
    if (argument.role != Argument::Role::Out)
      if (Error e = device.copyToDevice(*base, argument.array.data.data(),
                                        argument.bytes))
        return e;
    bases[i] = *base;
    pointers[i] = *base + argument.offset;
    values[i] = &pointers[i];
  }

  emu::LaunchOptions launch = options.launch;
  launch.seed = seed;
  auto start = std::chrono::steady_clock::now();
  auto result = device.launch(*kernel, options.config, values, launch);
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - start;
  if (!result)
    return result.error();

  Run run;
  run.result = std::move(*result);
  run.seconds = elapsed.count();
  run.outputs.resize(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].isOutput())
      continue;
    run.outputs[i].resize(arguments[i].bytes);
    if (Error e = device.copyToHost(run.outputs[i].data(), bases[i],
                                    arguments[i].bytes))
      return e;
  }
  return run;
}

void printReports(const Options &options, const emu::LaunchResult &result,
                  uint64_t seed) {
  for (const emu::Report &report : result.reports)
    std::fprintf(stderr, "%s\n",
                 printable(report.str(), LineEnds::Keep).c_str());
  std::string summary = "ptx-emu: " + std::to_string(result.reports.size()) +
                        (result.reports.size() == 1 ? " report" : " reports");
  if (result.suppressed)
    summary += ", " + std::to_string(result.suppressed) + " repeats left out";
  if (result.reports.size() >= options.launch.maxReports)
    summary += ", stopped at the limit of reports";
  if (options.seeds > 1)
    summary += ", with seed " + std::to_string(seed);
  std::fprintf(stderr, "%s\n", summary.c_str());
}

/// Says where the results of another seed differ.
void compareRuns(const std::vector<Argument> &arguments, const Run &first,
                 uint64_t firstSeed, const Run &other, uint64_t seed) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string &a = first.outputs[i], &b = other.outputs[i];
    size_t where =
        size_t(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
    if (where == a.size())
      continue;
    std::fprintf(stderr,
                 "ptx-emu: note: '%s' depends on the schedule: seeds %llu and "
                 "%llu differ "
                 "from element %llu on\n",
                 arguments[i].file.c_str(), (unsigned long long)firstSeed,
                 (unsigned long long)seed,
                 (unsigned long long)(where / arguments[i].array.type.bytes));
  }
}

/// Writes everything or nothing.
Error writeResults(const Options &options, std::vector<Argument> &arguments,
                   Run &run) {
  std::vector<StagedFile> files;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].isOutput())
      continue;
    arguments[i].array.data = std::move(run.outputs[i]);
    auto file = stageNpy(arguments[i].file, arguments[i].array);
    if (!file)
      return file.error();
    files.push_back(std::move(*file));
  }
  std::string stats;
  if (options.stats.format != emu::StatsFormat::None)
    stats = options.stats.format == emu::StatsFormat::Json
                ? run.result.stats.json()
                : run.result.stats.table();
  if (!options.stats.file.empty()) {
    auto file = StagedFile::stage(options.stats.file, {stats});
    if (!file)
      return file.error();
    files.push_back(std::move(*file));
  } else {
    std::fputs(stats.c_str(), stdout);
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    return Error{"cannot write to standard output"};
  for (StagedFile &file : files)
    if (Error e = file.commit())
      return e;
  return Error::success();
}

/// What the parser takes.
constexpr uint64_t kMaxPtxBytes = uint64_t(1) << 30;

int run(Options &options) {
  auto ptx = readFile(options.file, kMaxPtxBytes);
  if (!ptx)
    return fail(ptx.error());

  // Loaded once for what the command line is checked against.
  std::vector<Argument> arguments;
  {
    emu::Device device;
    auto module = device.load(*ptx, options.file, options.arch);
    if (!module)
      return fail(module.error());
    if (options.list) {
      if (Error e = list(**module))
        return fail(e);
      return 0;
    }
    auto kernel = selectKernel(**module, options);
    if (!kernel)
      return fail(kernel.error());
    auto reqntid = kernel->function().reqntid;
    if (!options.haveBlock) {
      if (!reqntid[0])
        return fail(Error{"--block is missing: kernel '" +
                          std::string(kernel->name()) +
                          "' does not fix the size of its blocks"});
      options.config.block = {reqntid[0], reqntid[1], reqntid[2]};
    }
    auto read = readArguments(*kernel, options.args);
    if (!read)
      return fail(read.error());
    arguments = std::move(*read);
    if (Error e = checkOutputs(options, arguments))
      return fail(e);
  }

  std::optional<Run> first;
  double best = 0;
  for (uint64_t i = 0; i < options.seeds; ++i) {
    uint64_t seed = options.launch.seed + i;
    for (uint64_t repeat = 0; repeat < std::max<uint64_t>(options.repeat, 1);
         ++repeat) {
      auto one = runOnce(*ptx, options, arguments, seed);
      if (!one)
        return fail(one.error());
      if (!first || !one->result.ok())
        std::fputs(one->result.output.c_str(), stdout);
      if (!one->result.ok()) {
        std::fflush(stdout);
        printReports(options, one->result, seed);
        return 1;
      }
      best = first ? std::min(best, one->seconds) : one->seconds;
      if (first && repeat == 0)
        compareRuns(arguments, *first, options.launch.seed, *one, seed);
      if (!first)
        first = std::move(*one);
    }
  }
  if (Error e = writeResults(options, arguments, *first))
    return fail(e);
  if (options.repeat)
    std::fprintf(
        stderr,
        "ptx-emu: %.3f ms for %llu warp instructions (fastest of %llu)\n",
        best * 1e3, (unsigned long long)first->result.stats.total.executed,
        (unsigned long long)(options.seeds * options.repeat));
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  auto options = parseOptions(argc, argv);
  if (!options)
    return fail(options.error());
  if (options->help) {
    std::fputs(std::string(helpText()).c_str(), stdout);
    return 0;
  }
  if (options->mnemonics) {
    for (std::string_view name : emu::supportedMnemonics())
      std::printf("%.*s\n", int(name.size()), name.data());
    return 0;
  }
  // Buffers of the command line may be larger than the machine.
  try {
    return run(*options);
  } catch (const std::bad_alloc &) {
    return fail(Error{"this machine gives no more memory"});
  }
}
