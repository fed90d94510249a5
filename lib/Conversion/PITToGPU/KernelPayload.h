//===- KernelPayload.h - what a kernel takes over from its plan -*- C++ -*-===//
//
// Regions of an operation may use values of the function around them. A kernel
// is isolated: it gets buffers as arguments and repeats pure computations.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_KERNELPAYLOAD_H
#define PIT_LIB_CONVERSION_PITTOGPU_KERNELPAYLOAD_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pit {

/// Fails, with an error there, at an operation of the region of `op` that has
/// no lowering inside of a kernel.
LogicalResult checkPayload(Operation *op, Region &region);

/// Collects the memrefs that `value`'s computation reads into `buffers`. Fails,
/// with an error at `user`, where a kernel cannot repeat that computation.
LogicalResult collectSources(Operation *user, Value value,
                             llvm::SetVector<Value> &buffers);

/// Repeats the computation of `value` at the builder's place, from what `map`
/// has, and records it there. For values that collectSources has passed.
Value rematerialize(OpBuilder &builder, Value value, IRMapping &map);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_KERNELPAYLOAD_H
