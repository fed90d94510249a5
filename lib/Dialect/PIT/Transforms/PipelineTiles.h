//===- PipelineTiles.h - stages for a loop that reads tiles -----*- C++ -*-===//

#ifndef PIT_LIB_DIALECT_PIT_TRANSFORMS_PIPELINETILES_H
#define PIT_LIB_DIALECT_PIT_TRANSFORMS_PIPELINETILES_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::pit {

/// Checks that `loop`, which reads tiles, can be pipelined. Emits an error at
/// what has no place in it and fails if not.
LogicalResult verifyTileLoop(scf::ForOp loop);

/// Pipelines a loop that passed `verifyTileLoop`, with `stages` slots a tile.
/// Unless it is the `first` user of shared memory in its kernel, its first copy
/// waits for everything that went before. Emits an error and fails if the loop
/// depends on itself in a way that no stages respect.
LogicalResult pipelineTileLoop(scf::ForOp loop, int64_t stages, bool first);

} // namespace mlir::pit

#endif // PIT_LIB_DIALECT_PIT_TRANSFORMS_PIPELINETILES_H
