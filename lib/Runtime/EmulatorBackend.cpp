//===- EmulatorBackend.cpp - the emulator as a backend --------------------===//

#include "pit/Runtime/EmulatorBackend.h"

#include "pit/Support/Text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

using namespace pit;
using namespace pit::runtime;

namespace {

/// What a multiprocessor holds at a time.
struct Residency {
  unsigned smVersion;
  unsigned threads;
  unsigned blocks;
  uint64_t sharedBytes;
  uint64_t reservedSharedBytes; ///< per block, the system's
};

constexpr uint64_t kKiB = 1024;
/// 32-bit registers of a multiprocessor; the same on every chip so far.
constexpr uint64_t kRegisters = 65536;

// CUDA C++ programming guide, "Technical Specifications per Compute
// Capability": threads, blocks and shared memory of a multiprocessor. From 8.0
// on the system takes 1 KiB of shared memory for every block (Ampere tuning
// guide, section "Unified Shared Memory/L1/Texture Cache").
constexpr Residency kResidency[] = {
    {70, 2048, 32, 96 * kKiB, 0},      {72, 2048, 32, 96 * kKiB, 0},
    {75, 1024, 16, 64 * kKiB, 0},      {80, 2048, 32, 164 * kKiB, kKiB},
    {86, 1536, 16, 100 * kKiB, kKiB},  {87, 1536, 16, 164 * kKiB, kKiB},
    {89, 1536, 24, 100 * kKiB, kKiB},  {90, 2048, 32, 228 * kKiB, kKiB},
    {100, 2048, 32, 228 * kKiB, kKiB}, {120, 1536, 24, 100 * kKiB, kKiB},
};

/// A kernel, with its parameters in the runtime's terms.
class EmulatorKernel final : public Kernel {
public:
  EmulatorKernel(const emu::Kernel &kernel, const std::string &file,
                 const EmulatorBackend *owner)
      : kernel(kernel), file(file), owner(owner) {
    for (const emu::KernelParam &param : kernel.params())
      params.push_back({param.name, param.bytes, param.align});
  }
  std::string_view name() const override { return kernel.name(); }
  std::span<const KernelParameter> parameters() const override {
    return params;
  }

  const emu::Kernel kernel;
  const std::string file;
  const EmulatorBackend *const owner;

private:
  std::vector<KernelParameter> params;
};

/// A module; its kernels are made when it is loaded.
class EmulatorModule final : public Module {
public:
  EmulatorModule(std::shared_ptr<emu::Module> theModule,
                 const EmulatorBackend *owner)
      : module(std::move(theModule)) {
    for (std::string_view name : module->kernelNames())
      if (Expected<emu::Kernel> kernel = module->kernel(name))
        kernels.push_back(std::make_unique<EmulatorKernel>(
            *kernel, module->ptx().fileName, owner));
  }

  Expected<const Kernel *> kernel(std::string_view name) override {
    for (const auto &kernel : kernels)
      if (kernel->name() == name)
        return static_cast<const Kernel *>(kernel.get());
    return module->kernel(name).error();
  }

private:
  std::shared_ptr<emu::Module> module;
  std::vector<std::unique_ptr<EmulatorKernel>> kernels;
};

double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// Whether a device of `chip` runs PTX for `target`: forward compatible without
/// a suffix, the very chip with an 'a', the same major version with an 'f' (PTX
/// ISA, directive .target).
bool runs(const emu::Chip &chip, std::string_view target) {
  unsigned version = 0;
  if (!target.starts_with("sm_"))
    return false;
  const char *end = target.data() + target.size();
  const auto [at, error] = std::from_chars(target.data() + 3, end, version);
  if (error != std::errc())
    return false;
  if (at == end)
    return version <= chip.smVersion;
  if (*at == 'a')
    return version == chip.smVersion;
  return version <= chip.smVersion && version / 10 == chip.smVersion / 10;
}

Expected<const EmulatorKernel *> own(const Kernel &kernel,
                                     const EmulatorBackend *owner) {
  const auto *own = dynamic_cast<const EmulatorKernel *>(&kernel);
  if (!own || own->owner != owner)
    return Error{"kernel '" + std::string(kernel.name()) +
                 "' belongs to another backend"};
  return own;
}

/// One error of all that the checks found, first a line of its own.
Error errorOf(std::string_view kernel, const emu::LaunchResult &result) {
  const size_t count = result.reports.size();
  std::string message =
      "kernel '" + std::string(kernel) + "': the emulator's checks found " +
      std::to_string(count) + (count == 1 ? " problem" : " problems");
  if (result.suppressed)
    message += " (and " + std::to_string(result.suppressed) +
               " more at the same instructions)";
  for (const emu::Report &report : result.reports)
    message += "\n" + report.str();
  return {std::move(message)};
}

} // namespace

void pit::runtime::accumulate(emu::Stats &total, const emu::Stats &more) {
  total.blocks += more.blocks;
  total.warps += more.warps;
  total.total += more.total;
  total.transactions |= more.transactions;
  for (unsigned i = 0; i < emu::kNumInstClasses; ++i)
    total.byClass[i] += more.byClass[i];
  // Both are in the order of the lines.
  size_t at = 0;
  for (const emu::LineStats &line : more.lines) {
    while (at < total.lines.size() && total.lines[at].line < line.line)
      ++at;
    if (at < total.lines.size() && total.lines[at].line == line.line)
      total.lines[at].counters += line.counters;
    else
      total.lines.insert(total.lines.begin() + at, line);
  }
}

// --- the device ---

Expected<std::unique_ptr<EmulatorBackend>>
EmulatorBackend::create(EmulatorOptions options) {
  Expected<emu::Chip> chip = emu::chipFor(options.arch);
  if (!chip)
    return chip.error();
  return std::unique_ptr<EmulatorBackend>(
      new EmulatorBackend(std::move(options), *chip));
}

EmulatorBackend::EmulatorBackend(EmulatorOptions theOptions,
                                 const emu::Chip &chip)
    : options(std::move(theOptions)), chip(chip) {
  props.name = "PTX emulator (" + options.arch + ")";
  props.arch = options.arch;
  props.multiprocessors =
      options.multiprocessors ? options.multiprocessors : chip.multiprocessors;
  props.maxThreadsPerBlock = chip.maxThreadsPerBlock;
  props.maxDynamicSharedBytes = chip.maxSharedBytes;
}

EmulatorBackend::~EmulatorBackend() = default;

// --- memory ---

Expected<DeviceAddress> EmulatorBackend::allocate(uint64_t bytes,
                                                  std::string_view name) {
  Expected<DeviceAddress> address = emulated.allocate(bytes, std::string(name));
  if (address)
    allocations.emplace(*address, bytes);
  return address;
}

Error EmulatorBackend::free(DeviceAddress address) {
  if (!address)
    return Error::success();
  Error error = emulated.free(address);
  if (!error)
    allocations.erase(address);
  return error;
}

bool EmulatorBackend::isDeviceMemory(DeviceAddress address) const {
  auto it = allocations.upper_bound(address);
  if (it == allocations.begin())
    return false;
  --it;
  return address - it->first < std::max<uint64_t>(it->second, 1);
}

Error EmulatorBackend::copyToDevice(DeviceAddress target, const void *source,
                                    uint64_t bytes, Stream stream) {
  if (Error error = checkStream(stream))
    return error;
  return emulated.copyToDevice(target, source, bytes);
}

Error EmulatorBackend::copyToHost(void *target, DeviceAddress source,
                                  uint64_t bytes, Stream stream) {
  if (Error error = checkStream(stream))
    return error;
  return emulated.copyToHost(target, source, bytes);
}

Error EmulatorBackend::copyOnDevice(DeviceAddress target, DeviceAddress source,
                                    uint64_t bytes, Stream stream) {
  if (Error error = checkStream(stream))
    return error;
  const uint64_t distance = target > source ? target - source : source - target;
  if (distance && distance < bytes)
    return {"copy on the device: " + std::to_string(bytes) + " bytes at " +
            hex(source) + " overlap the target at " + hex(target)};
  return emulated.copyOnDevice(target, source, bytes);
}

Error EmulatorBackend::fill8(DeviceAddress target, uint8_t value,
                             uint64_t bytes, Stream stream) {
  if (Error error = checkStream(stream))
    return error;
  return emulated.fill(target, value, bytes);
}

/// Copies a repeated word, piece by piece.
template <typename Word>
static Error fillWords(emu::Device &device, DeviceAddress target, Word value,
                       uint64_t count) {
  if (target % sizeof(Word))
    return {"fill: " + hex(target) + " is no multiple of " +
            std::to_string(sizeof(Word))};
  if (count > UINT64_MAX / sizeof(Word))
    return {"fill: " + std::to_string(count) + " words of " +
            std::to_string(sizeof(Word)) + " bytes exceed the address space"};
  // Says so before the first piece is written.
  if (count)
    if (Error error = device.markInitialized(target, count * sizeof(Word)))
      return error;
  std::array<Word, 4096> piece;
  piece.fill(value);
  while (count) {
    const uint64_t words = std::min<uint64_t>(count, piece.size());
    if (Error error =
            device.copyToDevice(target, piece.data(), words * sizeof(Word)))
      return error;
    target += words * sizeof(Word);
    count -= words;
  }
  return Error::success();
}

Error EmulatorBackend::fill16(DeviceAddress target, uint16_t value,
                              uint64_t count, Stream stream) {
  if (Error error = checkStream(stream))
    return error;
  return fillWords(emulated, target, value, count);
}

Error EmulatorBackend::fill32(DeviceAddress target, uint32_t value,
                              uint64_t count, Stream stream) {
  if (Error error = checkStream(stream))
    return error;
  return fillWords(emulated, target, value, count);
}

// --- modules and launches ---

Expected<std::shared_ptr<Module>> EmulatorBackend::load(std::string ptxText,
                                                        std::string fileName) {
  auto module = emulated.load(std::move(ptxText), fileName, options.arch);
  if (!module)
    return module.error();
  const std::string_view target = (*module)->ptx().target;
  if (!runs(chip, target))
    return Error{fileName + ": the module is for '" + std::string(target) +
                 "', which the device, '" + options.arch + "', cannot run"};
  return std::shared_ptr<Module>(
      std::make_shared<EmulatorModule>(std::move(*module), this));
}

Expected<unsigned> EmulatorBackend::blocksPerMultiprocessor(
    const Kernel &kernel, unsigned blockThreads, uint64_t dynamicSharedBytes) {
  Expected<const EmulatorKernel *> own = ::own(kernel, this);
  if (!own)
    return own.error();
  const auto residency = std::find_if(
      std::begin(kResidency), std::end(kResidency),
      [&](const Residency &r) { return r.smVersion == chip.smVersion; });
  if (residency == std::end(kResidency))
    return Error{"nothing is known of the multiprocessors of '" + options.arch +
                 "'"};
  const std::string name = "kernel '" + std::string(kernel.name()) + "': ";
  if (!blockThreads || blockThreads > chip.maxThreadsPerBlock)
    return Error{name + "a block of " + std::to_string(blockThreads) +
                 " threads; expected 1 to " +
                 std::to_string(chip.maxThreadsPerBlock)};
  // The product of what is given; 0 where nothing is.
  const auto threadsOf = [](const std::array<uint32_t, 3> &ntid) {
    return uint64_t(ntid[0]) * std::max(ntid[1], 1u) * std::max(ntid[2], 1u);
  };
  const uint64_t required = threadsOf((*own)->kernel.function().reqntid),
                 most = threadsOf((*own)->kernel.function().maxntid);
  if (required && blockThreads != required)
    return Error{name + "a block of " + std::to_string(blockThreads) +
                 " threads; expected " + std::to_string(required) +
                 ", as its '.reqntid' says"};
  if (most && blockThreads > most)
    return Error{name + "a block of " + std::to_string(blockThreads) +
                 " threads; expected at most " + std::to_string(most) +
                 ", as its '.maxntid' says"};
  const uint64_t staticBytes = (*own)->kernel.staticSharedBytes();
  if (dynamicSharedBytes > chip.maxSharedBytes ||
      staticBytes > chip.maxSharedBytes - dynamicSharedBytes)
    return Error{name + std::to_string(staticBytes) + " static and " +
                 std::to_string(dynamicSharedBytes) +
                 " dynamic bytes of shared memory; '" + options.arch +
                 "' has " + std::to_string(chip.maxSharedBytes) +
                 " for a block"};
  // Whole warps are resident.
  const uint64_t threads = (uint64_t(blockThreads) + 31) / 32 * 32;
  uint64_t blocks =
      std::min<uint64_t>(residency->blocks, residency->threads / threads);
  const uint64_t shared =
      staticBytes + dynamicSharedBytes + residency->reservedSharedBytes;
  if (shared)
    blocks = std::min(blocks, residency->sharedBytes / shared);
  if (const uint64_t registers = (*own)->kernel.function().maxnreg)
    blocks = std::min(blocks, kRegisters / (registers * threads));
  if (!blocks)
    return Error{name + "no multiprocessor of '" + options.arch +
                 "' holds a block of " + std::to_string(blockThreads) +
                 " threads with " +
                 std::to_string((*own)->kernel.function().maxnreg) +
                 " registers each and " + std::to_string(shared) +
                 " bytes of shared memory"};
  return unsigned(blocks);
}

KernelStats &EmulatorBackend::statsOf(const std::string &file,
                                      std::string_view kernel) {
  for (KernelStats &stats : kernelStats)
    if (stats.file == file && stats.kernel == kernel)
      return stats;
  kernelStats.push_back({file, std::string(kernel), 0, {}});
  kernelStats.back().stats.kernel = kernel;
  return kernelStats.back();
}

Error EmulatorBackend::launch(const Kernel &kernel,
                              const LaunchGeometry &geometry,
                              std::span<const KernelArgument> arguments,
                              Stream stream) {
  reports.clear();
  if (Error error = checkStream(stream))
    return error;
  Expected<const EmulatorKernel *> own = ::own(kernel, this);
  if (!own)
    return own.error();
  const auto params = kernel.parameters();
  const std::string name = "kernel '" + std::string(kernel.name()) + "'";
  if (arguments.size() != params.size())
    return {name + " has " + std::to_string(params.size()) +
            " parameters, but got " + std::to_string(arguments.size()) +
            " arguments"};
  std::vector<const void *> values;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].bytes != params[i].bytes)
      return {name + ": parameter " + std::to_string(i) + ", '" +
              params[i].name + "', has " + std::to_string(params[i].bytes) +
              " bytes, but the argument has " +
              std::to_string(arguments[i].bytes)};
    values.push_back(arguments[i].data);
  }
  emu::LaunchConfig config;
  config.grid = {geometry.grid.x, geometry.grid.y, geometry.grid.z};
  config.block = {geometry.block.x, geometry.block.y, geometry.block.z};
  config.sharedBytes = geometry.dynamicSharedBytes;
  Expected<emu::LaunchResult> result =
      emulated.launch((*own)->kernel, config, values, options.launch);
  if (!result)
    return result.error();
  if (!result->output.empty()) {
    if (options.output)
      options.output(result->output);
    else
      std::fwrite(result->output.data(), 1, result->output.size(), stdout);
  }
  KernelStats &sum = statsOf((*own)->file, kernel.name());
  ++sum.launches;
  accumulate(sum.stats, result->stats);
  if (result->ok())
    return Error::success();
  Error error = errorOf(kernel.name(), *result);
  reports = std::move(result->reports);
  return error;
}

// --- streams and events ---

Error EmulatorBackend::checkStream(Stream stream) const {
  if (stream == Stream() || streams.contains(stream.handle))
    return Error::success();
  return {"no stream has the handle " + std::to_string(stream.handle)};
}

Error EmulatorBackend::checkEvent(Event event) const {
  if (events.contains(event.handle))
    return Error::success();
  return {"no event has the handle " + std::to_string(event.handle)};
}

Expected<Stream> EmulatorBackend::createStream() {
  streams.insert(nextHandle);
  return Stream{nextHandle++};
}

Error EmulatorBackend::destroyStream(Stream stream) {
  if (stream == Stream())
    return {"the default stream cannot be destroyed"};
  if (Error error = checkStream(stream))
    return error;
  streams.erase(stream.handle);
  return Error::success();
}

Error EmulatorBackend::synchronize(Stream stream) {
  return checkStream(stream);
}

Error EmulatorBackend::waitEvent(Stream stream, Event event) {
  if (Error error = checkStream(stream))
    return error;
  return checkEvent(event);
}

Expected<Event> EmulatorBackend::createEvent() {
  events.emplace(nextHandle, -1.0);
  return Event{nextHandle++};
}

Error EmulatorBackend::destroyEvent(Event event) {
  if (Error error = checkEvent(event))
    return error;
  events.erase(event.handle);
  return Error::success();
}

Error EmulatorBackend::recordEvent(Event event, Stream stream) {
  if (Error error = checkStream(stream))
    return error;
  if (Error error = checkEvent(event))
    return error;
  events[event.handle] = now();
  return Error::success();
}

Error EmulatorBackend::synchronizeEvent(Event event) {
  return checkEvent(event);
}

Expected<double> EmulatorBackend::elapsedMilliseconds(Event begin, Event end) {
  for (Event event : {begin, end}) {
    if (Error error = checkEvent(event))
      return error;
    if (events[event.handle] < 0)
      return Error{"the event with the handle " + std::to_string(event.handle) +
                   " was never recorded"};
  }
  return (events[end.handle] - events[begin.handle]) * 1000;
}
