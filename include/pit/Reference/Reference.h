//===- Reference.h - the double-precision dense reference -------*- C++ -*-===//
//
// What a compiled function is compared with: the same function on tensors,
// dense and in double precision, by upstream's plain path to LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_REFERENCE_REFERENCE_H
#define PIT_REFERENCE_REFERENCE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::pit {

/// Rewrites every function of `module` so that floats of all widths are f64:
/// arguments, results, values, constants and the regions of linalg operations.
/// Conversions between floats vanish, as do encodings, casts to them and
/// `pit.schedule`. Emits an error, before it changes anything, at the first
/// operation for which that has no meaning: bits of a float seen as an integer,
/// memrefs of floats, pit operations, operations of dialects that it does not
/// know, functions without a body.
LogicalResult promoteToF64(ModuleOp module);

/// Puts the loop innermost along which the fewest operands of `op` jump in
/// memory, so that LLVM can vectorize it or at least streams. Reductions keep
/// their order among each other, so that each element's sum is the same to the
/// last bit. Operations without reduction stay as they are. Named operations
/// become linalg.generic. Fails, without changing anything, only where `op` has
/// no such form.
FailureOr<linalg::LinalgOp> orderLoops(RewriterBase &rewriter,
                                       linalg::LinalgOp op);

} // namespace mlir::pit

#endif // PIT_REFERENCE_REFERENCE_H
