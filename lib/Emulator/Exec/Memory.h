//===- Memory.h - device memory ---------------------------------*- C++ -*-===//

#ifndef PIT_LIB_EMULATOR_EXEC_MEMORY_H
#define PIT_LIB_EMULATOR_EXEC_MEMORY_H

#include "pit/Emulator/Device.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pit::emu {

/// A buffer in device memory. `host` + (address - base) is where it really is.
struct Allocation {
  DeviceAddress base = 0;
  uint64_t bytes = 0;
  uint8_t *host = nullptr;
  /// One byte per byte, nonzero once written; null when all of it is.
  uint8_t *init = nullptr;
  bool readOnly = false; ///< .const variables
  std::string name;
  uint64_t mapped = 0; ///< bytes mapped at `host` (and at `init`)

  bool contains(DeviceAddress address, uint64_t size) const {
    return address >= base && size <= bytes && address - base <= bytes - size;
  }
  uint8_t *at(DeviceAddress address) const { return host + (address - base); }
};

/// The allocation table. Addresses are given out upwards from a fixed start and
/// never reused, so that a run is repeatable and a freed buffer stays invalid.
class Memory {
public:
  ~Memory();
  Expected<Allocation *> allocate(uint64_t bytes, uint64_t align,
                                  std::string name, bool initialized);
  Error free(DeviceAddress address);
  /// The allocation that holds [address, address + bytes), or null.
  const Allocation *find(DeviceAddress address, uint64_t bytes) const;
  Allocation *find(DeviceAddress address, uint64_t bytes) {
    return const_cast<Allocation *>(std::as_const(*this).find(address, bytes));
  }
  /// The live allocation nearest to `address`, for messages; may be null.
  const Allocation *nearest(DeviceAddress address) const;
  /// As find, but says what is wrong.
  Expected<Allocation *> require(DeviceAddress address, uint64_t bytes,
                                 std::string_view what);
  /// Bytes of `allocation` hold meaningful values from now on.
  void markInitialized(Allocation &allocation, uint64_t offset, uint64_t bytes);
  /// Bytes of `dst` are initialised from now on exactly where those of `src`
  /// are.
  Error copyInitialized(Allocation &dst, uint64_t dstOffset,
                        const Allocation &src, uint64_t srcOffset,
                        uint64_t bytes);
  const std::vector<std::unique_ptr<Allocation>> &all() const { return table; }

private:
  std::vector<std::unique_ptr<Allocation>> table; ///< by base
  DeviceAddress next = kFirstAddress;
  /// Past what x86-64 and AArch64 give to a process that does not ask for more,
  /// so that no address of the device is one of the host.
  static constexpr DeviceAddress kFirstAddress = uint64_t(1) << 48;
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_MEMORY_H
