//===- MathToLLVM.h - math operations without a library ---------*- C++ -*-===//
//
// Upstream lowers the math dialect for NVIDIA GPUs to calls of libdevice, which
// comes with the CUDA toolkit; where it is missing the PTX refers to functions
// that no one defines. This lowering needs no library.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_CONVERSION_MATHTOLLVM_MATHTOLLVM_H
#define PIT_CONVERSION_MATHTOLLVM_MATHTOLLVM_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Operation.h"

namespace mlir::pit {

/// Replaces every math operation in `root`, and arith.remf, arith.ceildivsi,
/// arith.ceildivui and arith.floordivsi, by arith operations and LLVM
/// intrinsics for which the NVPTX backend has instructions. Emits an error at
/// each operation that has no such lowering, naming it, and fails.
LogicalResult lowerMath(Operation *root);

} // namespace mlir::pit

#endif // PIT_CONVERSION_MATHTOLLVM_MATHTOLLVM_H
