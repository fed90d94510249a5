//===- PITPlanToLLVM.h - host code of a launch plan -------------*- C++ -*-===//

#ifndef PIT_CONVERSION_PITPLANTOLLVM_PITPLANTOLLVM_H
#define PIT_CONVERSION_PITPLANTOLLVM_PITPLANTOLLVM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::pit {

/// Replaces a function in plan form whose launches are complete by an
/// llvm.func that runs the plan through the mgpu functions, and
/// `<function>_workspace_bytes`, which returns the size of the workspace.
/// Emits an error and fails where a name is taken or a size has no expression.
LogicalResult convertPlanToLLVM(func::FuncOp function);

} // namespace mlir::pit

#endif // PIT_CONVERSION_PITPLANTOLLVM_PITPLANTOLLVM_H
