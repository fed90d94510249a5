//===- PITToLoops.h - the index semantics as plain loops --------*- C++ -*-===//
//
// The reference: what pit.detect, pit.compact and pit.generic mean, written as
// scf loops over memrefs. It visits the listed micro-tiles and no others, so it
// shows what a kernel may read, and it has no schedule.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_CONVERSION_PITTOLOOPS_PITTOLOOPS_H
#define PIT_CONVERSION_PITTOLOOPS_PITTOLOOPS_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::pit {

/// Replaces a pit.detect on memrefs by loops over groups, micro-tiles and the
/// elements of each. Emits an error and fails on tensors.
LogicalResult convertDetectToLoops(RewriterBase &rewriter, DetectOp op);

/// Replaces a pit.compact on memrefs by a loop over each group's bits. The
/// coordinates ascend, with `deterministic` and without. Emits an error and
/// fails on tensors.
LogicalResult convertCompactToLoops(RewriterBase &rewriter, CompactOp op);

/// Replaces a pit.generic on memrefs by loops over its index, or over all
/// points if it has none, into a buffer of accumulators, and a loop that
/// applies the epilogue once to each element of the output. Nobody frees the
/// accumulators: that is for buffer deallocation. The index must be made by a
/// pit.assemble_index in sight. Emits an error and fails on tensors, on an
/// index from elsewhere, on a combiner without identity, and where a loop
/// dimension has no operand that gives its range.
LogicalResult convertGenericToLoops(RewriterBase &rewriter, GenericOp op);

} // namespace mlir::pit

#endif // PIT_CONVERSION_PITTOLOOPS_PITTOLOOPS_H
