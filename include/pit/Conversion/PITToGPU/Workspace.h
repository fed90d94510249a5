//===- Workspace.h - temporaries of kernels in the plan's workspace -*- C++
//-*-===//

#ifndef PIT_CONVERSION_PITTOGPU_WORKSPACE_H
#define PIT_CONVERSION_PITTOGPU_WORKSPACE_H

#include "pit/Dialect/PIT/IR/PIT.h"

namespace mlir::pit {

/// Gives `op`, an operation of a planned function, a temporary that its kernels
/// share: a view of the function's pit.workspace, which is made larger by it
/// (or made, at the function's start, if there is none). `type` has a static
/// shape and the identity layout. The view starts at a multiple of 256 bytes
/// and its content is undefined. It stands before `op`, and so does nothing but
/// that.
///
/// Emits an error at `op` and fails outside of a function, or if the function
/// has several workspaces.
FailureOr<Value> allocateInWorkspace(OpBuilder &builder, Operation *op,
                                     MemRefType type);

} // namespace mlir::pit

#endif // PIT_CONVERSION_PITTOGPU_WORKSPACE_H
