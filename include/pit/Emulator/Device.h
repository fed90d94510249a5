//===- Device.h - the emulated device ---------------------------*- C++ -*-===//
//
// The interface that a runtime sits on: memory, modules, launches. It follows
// the CUDA driver's in shape (device addresses are integers, kernel arguments
// are an array of pointers), except that errors are values and that a launch
// has run when the call returns: streams and events need nothing more.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_EMULATOR_DEVICE_H
#define PIT_EMULATOR_DEVICE_H

#include "pit/Emulator/Expected.h"
#include "pit/Emulator/Ptx.h"
#include "pit/Emulator/Report.h"
#include "pit/Emulator/Stats.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pit::emu {

/// An address in the emulated device's generic address space.
using DeviceAddress = uint64_t;

/// What a chip allows and how its tensor cores round.
struct Chip {
  unsigned smVersion;            ///< 80 for sm_80
  unsigned multiprocessors;      ///< of the chip's largest product
  unsigned maxThreadsPerBlock;   ///< 1024 on every chip so far
  unsigned maxStaticSharedBytes; ///< of one block, declared in the PTX
  unsigned maxSharedBytes;       ///< of one block, static plus dynamic
};

/// The properties of `target` ("sm_80", "sm_90a"). Source: CUDA C++ programming
/// guide, table "Technical Specifications per Compute Capability".
Expected<Chip> chipFor(std::string_view target);

/// The instructions that can be decoded, without modifiers ("ld", "mma"), in
/// alphabetical order.
std::vector<std::string_view> supportedMnemonics();

/// When the bytes of an asynchronous copy appear in shared memory. Both are
/// legal on a GPU; code that is right under both waits where it must.
enum class Landing : uint8_t {
  Latest,  ///< when a wait observes the copy
  Earliest ///< when it is issued
};

/// How tensor cores compute.
enum class MmaMode : uint8_t {
  Exact, ///< the rounding of the target's tensor cores
  Fp32   ///< a chain of f32 fused multiply-adds: for debugging
};

/// How to run a kernel.
struct LaunchOptions {
  Checks checks = Checks::standard();
  Landing landing = Landing::Latest;
  MmaMode mma = MmaMode::Exact;
  /// 0: warps take turns in order. Otherwise the seed of a random schedule.
  uint64_t seed = 0;
  /// Host threads that run blocks; 0 means one per core. With one thread every
  /// result is repeatable, also of floating-point atomics.
  unsigned threads = 1;
  /// All blocks take turns, so that blocks may wait for one another.
  bool coresident = false;
  /// Ends a launch that executes more warp instructions than this.
  uint64_t maxInstructions = uint64_t(1) << 32;
  /// A launch is ended at this many reports.
  unsigned maxReports = 20;
  /// Counts memory transactions too (Stats); instructions are always counted.
  bool countTransactions = false;
};

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t(x) * y * z; }
};

/// Geometry of one launch.
struct LaunchConfig {
  Dim3 grid, block;
  uint32_t sharedBytes = 0; ///< dynamic shared memory
};

/// One parameter of a kernel.
struct KernelParam {
  std::string name;
  ptx::Type type;
  uint64_t bytes; ///< its size in the argument
  uint64_t align;
  bool isPointer; ///< declared `.ptr`
};

class Program;
class Device;

/// A kernel of a loaded module; valid as long as the Module.
class Kernel {
public:
  std::string_view name() const;
  std::span<const KernelParam> params() const;
  /// Bytes of shared memory declared in the PTX, without red zones.
  uint64_t staticSharedBytes() const;
  const ptx::Function &function() const;
  const Program &program() const { return *impl; }

private:
  friend class Module;
  explicit Kernel(const Program *program) : impl(program) {}
  const Program *impl;
};

/// A loaded module: parsed, every instruction decoded, its variables allocated.
class Module {
public:
  ~Module();
  const ptx::Module &ptx() const;
  /// Names of the kernels, in the order of the PTX.
  std::vector<std::string_view> kernelNames() const;
  Expected<Kernel> kernel(std::string_view name) const;
  /// Address and size in bytes of a module-scope .global or .const variable.
  Expected<std::pair<DeviceAddress, uint64_t>>
  variable(std::string_view name) const;

private:
  friend class Device;
  struct Impl;
  explicit Module(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// What a launch found and counted.
struct LaunchResult {
  std::vector<Report> reports; ///< empty: nothing wrong was seen
  /// Reports that repeat an earlier one at the same instruction.
  uint64_t suppressed = 0;
  Stats stats;
  std::string output; ///< what the kernel printed
  bool ok() const { return reports.empty(); }
};

/// A device with its memory. Not thread safe: one caller at a time.
class Device {
public:
  Device();
  ~Device();
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  /// Allocates `bytes` of device memory, aligned to 256 bytes and surrounded by
  /// red zones. `name` appears in reports. The content is uninitialised: until
  /// written, a load from it is reported. Large allocations are sparse: pages
  /// that are never touched take no memory. An allocation of 0 bytes is legal.
  Expected<DeviceAddress> allocate(uint64_t bytes, std::string name = "");
  Error free(DeviceAddress address);
  Error copyToDevice(DeviceAddress dst, const void *src, uint64_t bytes);
  Error copyToHost(void *dst, DeviceAddress src, uint64_t bytes) const;
  Error fill(DeviceAddress dst, uint8_t value, uint64_t bytes);
  /// Copies within the device, also between overlapping ranges. What is
  /// uninitialised at `src` is so at `dst` afterwards.
  Error copyOnDevice(DeviceAddress dst, DeviceAddress src, uint64_t bytes);
  /// Says that memory holds meaningful values although nobody wrote them.
  Error markInitialized(DeviceAddress address, uint64_t bytes);

  /// The first address of a range that nothing has written since it was
  /// allocated; none where all was written. The error: no allocation holds it.
  Expected<std::optional<DeviceAddress>>
  firstUninitialized(DeviceAddress address, uint64_t bytes) const;

  /// Parses and decodes PTX. An unknown mnemonic or modifier, or an external
  /// symbol that nobody defines, is an error here. `chip` overrides the
  /// module's `.target` ("sm_90"); empty takes the module's.
  Expected<std::shared_ptr<Module>> load(std::string ptxText,
                                         std::string fileName = "<ptx>",
                                         std::string_view chip = "");

  /// Runs a kernel. `args` holds a pointer to the value of each parameter, in
  /// order, as cuLaunchKernel's `kernelParams`. The error is for a launch that
  /// cannot start (geometry, arguments, shared memory); what goes wrong while
  /// it runs is in the result's reports.
  Expected<LaunchResult> launch(const Kernel &kernel,
                                const LaunchConfig &config,
                                std::span<const void *const> args,
                                const LaunchOptions &options = {});

  class Memory &memory();

private:
  std::shared_ptr<class Memory> mem; ///< modules free their variables in it
};

} // namespace pit::emu

#endif // PIT_EMULATOR_DEVICE_H
