//===- Backend.h - what every device backend provides -----------*- C++ -*-===//
//
// The interface between the runtime and a device. It follows the CUDA driver's
// in shape (device addresses are integers, kernel arguments are an array of
// pointers to values, work is ordered by streams), so that a backend over the
// driver is thin; errors are values. Nothing here allocates device memory by
// itself.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_RUNTIME_BACKEND_H
#define PIT_RUNTIME_BACKEND_H

#include "pit/Support/Expected.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pit::runtime {

/// An address in the memory of a device; 0 is null.
using DeviceAddress = uint64_t;

/// A queue of work of one backend. Work on one stream runs in order. The
/// default value is the backend's default stream, which always exists.
struct Stream {
  uint64_t handle = 0;
  bool operator==(const Stream &) const = default;
};

/// A point in a stream of one backend. The default value is no event.
struct Event {
  uint64_t handle = 0;
  bool operator==(const Event &) const = default;
};

/// What a launch plan or a person wants to know of a device.
struct DeviceProperties {
  std::string name;                ///< for people
  std::string arch;                ///< "sm_80"
  unsigned multiprocessors = 0;    ///< of the device
  unsigned maxThreadsPerBlock = 0; ///< of any kernel
  uint64_t maxDynamicSharedBytes =
      0; ///< of a block without static shared memory
};

/// One parameter of a kernel, as its module declares it.
struct KernelParameter {
  std::string name;       ///< in the PTX; may be empty
  uint64_t bytes = 0;     ///< of its value
  uint64_t alignment = 0; ///< of its value, in bytes
};

/// The value of one kernel argument: `bytes` bytes at `data`, on the host.
struct KernelArgument {
  const void *data = nullptr;
  uint64_t bytes = 0;
};

/// A grid or a block.
struct Extent {
  uint32_t x = 1, y = 1, z = 1;
};

/// The geometry of one launch.
struct LaunchGeometry {
  Extent grid, block;
  uint32_t dynamicSharedBytes = 0; ///< of each block
};

/// A kernel of a loaded module; it lives as long as its Module.
class Kernel {
public:
  virtual ~Kernel();
  /// The name of its entry.
  virtual std::string_view name() const = 0;
  /// Its parameters, in order.
  virtual std::span<const KernelParameter> parameters() const = 0;
};

/// A module loaded on a device. It must not outlive its backend.
class Module {
public:
  virtual ~Module();
  /// The kernel whose entry is `name`, owned by the module. The error lists the
  /// kernels that there are.
  virtual Expected<const Kernel *> kernel(std::string_view name) = 0;
};

/// A device. One caller at a time.
class Backend {
public:
  virtual ~Backend();

  /// What the device is; the same in every call.
  virtual const DeviceProperties &properties() const = 0;

  // --- memory ---

  /// Allocates `bytes` bytes, aligned to 256, with undefined content. `name` is
  /// for messages. 0 bytes are legal.
  virtual Expected<DeviceAddress> allocate(uint64_t bytes,
                                           std::string_view name = "") = 0;
  /// Frees what allocate() returned; null is legal. The caller has seen to it
  /// that no work uses it any more.
  virtual Error free(DeviceAddress address) = 0;
  /// Whether `address` lies in memory that allocate() returned. An allocation
  /// of 0 bytes has its own start.
  virtual bool isDeviceMemory(DeviceAddress address) const = 0;
  /// Copies host memory to the device, after the work on `stream`; `source` may
  /// be changed as soon as the call returns.
  virtual Error copyToDevice(DeviceAddress target, const void *source,
                             uint64_t bytes, Stream stream = {}) = 0;
  /// Copies device memory to the host, after the work on `stream`; `target` is
  /// filled when the call returns.
  virtual Error copyToHost(void *target, DeviceAddress source, uint64_t bytes,
                           Stream stream = {}) = 0;
  /// Copies within the device. Overlapping ranges are an error, but for ranges
  /// that are the same.
  virtual Error copyOnDevice(DeviceAddress target, DeviceAddress source,
                             uint64_t bytes, Stream stream = {}) = 0;
  /// Sets `bytes` bytes to `value`.
  virtual Error fill8(DeviceAddress target, uint8_t value, uint64_t bytes,
                      Stream stream = {}) = 0;
  /// Sets `count` 16-bit words to `value`; `target` is a multiple of 2.
  virtual Error fill16(DeviceAddress target, uint16_t value, uint64_t count,
                       Stream stream = {}) = 0;
  /// Sets `count` 32-bit words to `value`; `target` is a multiple of 4.
  virtual Error fill32(DeviceAddress target, uint32_t value, uint64_t count,
                       Stream stream = {}) = 0;

  // --- modules and launches ---

  /// Loads a module of PTX text. `fileName` is for messages.
  virtual Expected<std::shared_ptr<Module>> load(std::string ptxText,
                                                 std::string fileName) = 0;
  /// How many blocks of `kernel` with `blockThreads` threads and
  /// `dynamicSharedBytes` bytes a multiprocessor holds at a time; at least 1.
  /// An error where not even one fits, or where the module says that the kernel
  /// takes no such block.
  virtual Expected<unsigned>
  blocksPerMultiprocessor(const Kernel &kernel, unsigned blockThreads,
                          uint64_t dynamicSharedBytes) = 0;
  /// Launches a kernel of this backend, one argument for each parameter, of the
  /// parameter's size. Each extent is at least 1. An error may belong to
  /// earlier work of the stream.
  virtual Error launch(const Kernel &kernel, const LaunchGeometry &geometry,
                       std::span<const KernelArgument> arguments,
                       Stream stream = {}) = 0;

  // --- streams and events ---

  virtual Expected<Stream> createStream() = 0;
  /// Waits for the stream's work and ends it. Not for the default stream.
  virtual Error destroyStream(Stream stream) = 0;
  /// Waits for all work on `stream` and returns what went wrong in it.
  virtual Error synchronize(Stream stream = {}) = 0;
  /// Later work on `stream` waits for `event`; an event that was never recorded
  /// is no wait.
  virtual Error waitEvent(Stream stream, Event event) = 0;
  virtual Expected<Event> createEvent() = 0;
  virtual Error destroyEvent(Event event) = 0;
  /// Puts `event` after the work that is on `stream` now.
  virtual Error recordEvent(Event event, Stream stream = {}) = 0;
  /// Waits until `event` is reached.
  virtual Error synchronizeEvent(Event event) = 0;
  /// Milliseconds from `begin` to `end`, both recorded and reached. For a
  /// backend that runs no device this is the time that the host took.
  virtual Expected<double> elapsedMilliseconds(Event begin, Event end) = 0;
};

} // namespace pit::runtime

#endif // PIT_RUNTIME_BACKEND_H
