//===- EmulatorBackend.h - the emulator as a backend ------------*- C++ -*-===//

#ifndef PIT_RUNTIME_EMULATORBACKEND_H
#define PIT_RUNTIME_EMULATORBACKEND_H

#include "pit/Emulator/Device.h"
#include "pit/Runtime/Backend.h"

#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace pit::runtime {

/// What the emulated device is, and how its launches run.
struct EmulatorOptions {
  /// The chip, "sm_80" to "sm_120", with or without a suffix. A module for a
  /// chip of a higher number, or one with another suffixed target, is an error.
  std::string arch = "sm_80";
  /// 0: as many as the largest product of the chip has. Fewer make a persistent
  /// grid smaller.
  unsigned multiprocessors = 0;
  /// Checks, landing mode, mma mode, seed, host threads, transactions.
  emu::LaunchOptions launch;
  /// Gets what kernels print; without it, it goes to standard output.
  std::function<void(std::string_view)> output;
};

/// What the launches of one kernel counted, summed.
struct KernelStats {
  std::string file;   ///< of the module
  std::string kernel; ///< name of the entry
  uint64_t launches = 0;
  emu::Stats stats; ///< sums over all launches, also line by line
};

/// Adds the counters of one more launch of the same kernel to `total`.
void accumulate(emu::Stats &total, const emu::Stats &more);

/// Runs PTX on the host. Streams and events order nothing: a launch has run
/// when the call returns. Fresh memory is uninitialised, so that the checks see
/// a kernel that reads what nobody wrote. A launch in which the checks found
/// something fails with an error that holds every report.
class EmulatorBackend final : public Backend {
public:
  /// The error: an unknown arch.
  static Expected<std::unique_ptr<EmulatorBackend>>
  create(EmulatorOptions options = {});
  ~EmulatorBackend() override;

  /// How later launches run; may be changed between them.
  emu::LaunchOptions &launchOptions() { return options.launch; }
  /// The emulated device: its memory can be marked as initialised, for one.
  emu::Device &device() { return emulated; }
  /// Counters per kernel, in the order of the first launches.
  const std::vector<KernelStats> &stats() const { return kernelStats; }
  void clearStats() { kernelStats.clear(); }
  /// What the checks found in the last launch; empty where all was well.
  const std::vector<emu::Report> &lastReports() const { return reports; }

  const DeviceProperties &properties() const override { return props; }
  Expected<DeviceAddress> allocate(uint64_t bytes,
                                   std::string_view name = "") override;
  Error free(DeviceAddress address) override;
  bool isDeviceMemory(DeviceAddress address) const override;
  Error copyToDevice(DeviceAddress target, const void *source, uint64_t bytes,
                     Stream stream = {}) override;
  Error copyToHost(void *target, DeviceAddress source, uint64_t bytes,
                   Stream stream = {}) override;
  Error copyOnDevice(DeviceAddress target, DeviceAddress source, uint64_t bytes,
                     Stream stream = {}) override;
  Error fill8(DeviceAddress target, uint8_t value, uint64_t bytes,
              Stream stream = {}) override;
  Error fill16(DeviceAddress target, uint16_t value, uint64_t count,
               Stream stream = {}) override;
  Error fill32(DeviceAddress target, uint32_t value, uint64_t count,
               Stream stream = {}) override;
  Expected<std::shared_ptr<Module>> load(std::string ptxText,
                                         std::string fileName) override;
  /// From threads, shared memory and `.maxnreg` alone: how many registers a
  /// kernel takes is known only after ptxas.
  Expected<unsigned>
  blocksPerMultiprocessor(const Kernel &kernel, unsigned blockThreads,
                          uint64_t dynamicSharedBytes) override;
  Error launch(const Kernel &kernel, const LaunchGeometry &geometry,
               std::span<const KernelArgument> arguments,
               Stream stream = {}) override;
  Expected<Stream> createStream() override;
  Error destroyStream(Stream stream) override;
  Error synchronize(Stream stream = {}) override;
  Error waitEvent(Stream stream, Event event) override;
  Expected<Event> createEvent() override;
  Error destroyEvent(Event event) override;
  Error recordEvent(Event event, Stream stream = {}) override;
  Error synchronizeEvent(Event event) override;
  Expected<double> elapsedMilliseconds(Event begin, Event end) override;

private:
  EmulatorBackend(EmulatorOptions options, const emu::Chip &chip);
  Error checkStream(Stream stream) const;
  Error checkEvent(Event event) const;
  KernelStats &statsOf(const std::string &file, std::string_view kernel);

  EmulatorOptions options;
  emu::Chip chip;
  DeviceProperties props;
  emu::Device emulated;
  std::map<DeviceAddress, uint64_t> allocations; ///< first byte -> bytes
  std::vector<KernelStats> kernelStats;
  std::vector<emu::Report> reports;
  uint64_t nextHandle = 1;
  std::unordered_set<uint64_t> streams;
  /// Event -> seconds on a steady clock, negative before it is recorded.
  std::unordered_map<uint64_t, double> events;
};

} // namespace pit::runtime

#endif // PIT_RUNTIME_EMULATORBACKEND_H
