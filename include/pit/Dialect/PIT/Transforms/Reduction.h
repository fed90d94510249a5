//===- Reduction.h - simpler forms of operations, for pit-reduce -*- C++
//-*-===//

#ifndef PIT_DIALECT_PIT_TRANSFORMS_REDUCTION_H
#define PIT_DIALECT_PIT_TRANSFORMS_REDUCTION_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::pit {

/// Registers what the pass `reduction-tree` may try on operations of the pit
/// dialect besides erasing them: an operation in destination style gives way
/// to its destination, a product of tiles to its accumulator.
void registerReductionPatterns(DialectRegistry &registry);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_TRANSFORMS_REDUCTION_H
