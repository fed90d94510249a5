//===- Chip.h - the GPUs that code is made for ------------------*- C++ -*-===//
//
// Plain data. Sources: CUDA C++ Programming Guide, "Technical Specifications
// per Compute Capability" (shared memory, registers); PTX ISA, "Release Notes"
// (the version that introduced each target).
//
//===----------------------------------------------------------------------===//

#ifndef PIT_ANALYSIS_CHIP_H
#define PIT_ANALYSIS_CHIP_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace mlir::pit {

/// Threads of a warp, on every chip.
inline constexpr int64_t kWarpSize = 32;

/// Bytes of the widest load, store or asynchronous copy of a thread (PTX ISA:
/// vectors of 128 bits; cp.async).
inline constexpr int64_t kMaxAccessBytes = 16;

/// Most 32-bit registers of a thread, on every chip.
inline constexpr int64_t kMaxRegistersPerThread = 255;

/// What the compiler must know of a GPU.
struct Chip {
  llvm::StringLiteral name; ///< target name, as in `.target`
  int minPtxVersion;        ///< least PTX version times 10 that has the target
  int64_t maxSharedBytesPerBlock; ///< shared memory that one block may ask for
  int64_t maxRegistersPerBlock;   ///< 32-bit registers
};

/// All known chips, in ascending order.
llvm::ArrayRef<Chip> getChips();

/// The chip of that name, or null.
const Chip *findChip(llvm::StringRef name);

} // namespace mlir::pit

#endif // PIT_ANALYSIS_CHIP_H
