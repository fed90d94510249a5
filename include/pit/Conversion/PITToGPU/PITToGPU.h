//===- PITToGPU.h - from a launch plan's operations to kernels --*- C++ -*-===//

#ifndef PIT_CONVERSION_PITTOGPU_PITTOGPU_H
#define PIT_CONVERSION_PITTOGPU_PITTOGPU_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::pit {

/// Turns a pit.detect on memrefs into a kernel and its launch, and erases it.
/// Emits an error and fails where the operand has no lowering. Creates
/// operations of the arith, gpu, llvm, memref, nvvm, scf and vector dialects,
/// as does the next.
LogicalResult convertDetectToGPU(OpBuilder &builder, DetectOp op);

/// Turns a pit.compact on memrefs into its kernels and their launches, and
/// erases it. An index with long lists takes a temporary of the function's
/// workspace. The coordinates ascend, asked to or not.
LogicalResult convertCompactToGPU(OpBuilder &builder, CompactOp op);

/// Turns a pit.generic on memrefs into a kernel at the tile level (and, for a
/// permuted parallel dimension, one for the outputs that the index does not
/// reach), and erases it.
LogicalResult convertGenericToGPU(OpBuilder &builder, GenericOp op);

/// Turns a linalg operation of a function in plan form into a kernel and its
/// launch, and erases it: a thread computes an element of the output, or those
/// of a 16-byte store, and loops over its reductions. Sums of f16 and bf16 are
/// accumulated in f32. An operation without iterations launches nothing. Emits
/// an error and fails where an element type or an operation of the body has no
/// lowering; a missed remark says what runs on scalar code.
LogicalResult convertLinalgToGPU(OpBuilder &builder, Operation *op);

/// Turns every step of a function in plan form, in order, into kernels at the
/// tile level or below and their launches; copies stay. Emits an error and
/// fails where a step has no lowering.
LogicalResult convertPlanToGPU(func::FuncOp function);

} // namespace mlir::pit

#endif // PIT_CONVERSION_PITTOGPU_PITTOGPU_H
