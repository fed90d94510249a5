//===- LinalgKernel.h - body of an elementwise kernel -----------*- C++ -*-===//
//
// A thread computes one element of the outputs, or the elements of one 16-byte
// store, and loops over whatever the operation reduces. Right for any indexing
// maps; fast for what is elementwise.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_LINALGKERNEL_H
#define PIT_LIB_CONVERSION_PITTOGPU_LINALGKERNEL_H

#include "LinalgIteration.h"

#include "mlir/IR/IRMapping.h"

namespace mlir::pit {

/// Threads of a block.
inline constexpr int64_t kLinalgBlockSize = 256;

/// Writes the body of the kernel of `op`, whose blocks have kLinalgBlockSize
/// threads, before the builder's place. `arguments` maps the memrefs that `op`
/// and its body use to the kernel's arguments. What else the body uses from
/// outside is a pure computation, which the kernel repeats.
void writeLinalgKernel(OpBuilder &builder, Location loc, linalg::LinalgOp op,
                       const LinalgIteration &space, IRMapping &arguments);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_LINALGKERNEL_H
