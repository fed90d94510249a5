//===- FuseEpilogue.h - elementwise consumers of contractions ---*- C++ -*-===//

#ifndef PIT_DIALECT_PIT_TRANSFORMS_FUSEEPILOGUE_H
#define PIT_DIALECT_PIT_TRANSFORMS_FUSEEPILOGUE_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::pit {

/// Makes an init of `op` (on tensors) that is filled with a constant part of
/// the epilogue: it becomes a destination that nothing reads, and what filled
/// it is erased if it has no other use. An addition of zero to the accumulator
/// goes. True if anything changed.
bool foldConstantInit(RewriterBase &rewriter, GenericOp op);

/// Moves the elementwise linalg operation that alone uses the result of `op`
/// (on tensors) into its epilogue, and its other operands to the epilogue's
/// inputs. The new operation stands at the consumer's place; `op` and the
/// consumer are erased. Fails with nothing changed if there is no consumer to
/// move; `obstacle` then says why, or is empty where the result is not used by
/// an elementwise operation at all.
FailureOr<GenericOp> fuseConsumer(RewriterBase &rewriter, GenericOp op,
                                  std::string &obstacle);

/// Does both for every pit.generic in `func`, as often as it can.
void fuseEpilogues(func::FuncOp func);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_TRANSFORMS_FUSEEPILOGUE_H
