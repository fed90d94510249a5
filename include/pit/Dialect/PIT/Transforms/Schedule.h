//===- Schedule.h - schedules of tile-level kernels -------------*- C++ -*-===//

#ifndef PIT_DIALECT_PIT_TRANSFORMS_SCHEDULE_H
#define PIT_DIALECT_PIT_TRANSFORMS_SCHEDULE_H

#include "pit/Analysis/Chip.h"
#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace mlir::pit {

/// Schedules a tile-level kernel for sm_80 and its successors: cp.async in
/// several stages, ldmatrix and mma.sync. Assigns threads, shared memory and
/// pipeline stages, and says which thread holds which coordinates; it looks at
/// reads, waits and tile operations only, and does not know the operator.
///
/// Emits an error at the kernel, whose location is the operator's, and fails if
/// the dense tile does not fit the chip or the instructions.
LogicalResult scheduleSM80(gpu::GPUFuncOp kernel, const Chip &chip);

/// Thread blocks of a scheduled kernel have this many threads.
int64_t getNumThreads(gpu::GPUFuncOp kernel);

/// Bytes of the shared arena in which `acc` is staged for its epilogue.
int64_t getStagingBytes(AccType acc);

/// Elements between the rows of a staged accumulator: padded so that the 8 rows
/// and 4 column pairs that a warp's fragments hold lie in different banks.
int64_t getStagingStride(AccType acc);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_TRANSFORMS_SCHEDULE_H
