//===- Bufferization.h - from tensors to buffers ----------------*- C++ -*-===//

#ifndef PIT_DIALECT_PIT_TRANSFORMS_BUFFERIZATION_H
#define PIT_DIALECT_PIT_TRANSFORMS_BUFFERIZATION_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

namespace mlir::pit {

/// Registers how the operations of the pit dialect bufferize, as external
/// models of BufferizableOpInterface.
void registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry);

/// Bufferizes the functions of a module with One-Shot Bufferize: memrefs of
/// identity layout at function boundaries, and function arguments that are
/// never written. Emits an error and fails where an operation has no buffer
/// form.
LogicalResult bufferizeFunctions(ModuleOp module);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_TRANSFORMS_BUFFERIZATION_H
