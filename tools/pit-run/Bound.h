//===- Bound.h - how far a result may be from the reference -----*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_BOUND_H
#define PIT_TOOLS_PIT_RUN_BOUND_H

#include "Options.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace pit::tool {

/// The largest bound: past it a result would not be worth its name.
inline constexpr double kLargestBound = 0.1;

/// For each result of the function, what --check allows as |result - reference|
/// divided by the largest |reference|: the sum, over the linalg operations that
/// this result is computed from, of four unit roundoffs of the operation's type
/// and, where it adds up, of one unit roundoff of the type of the sum for each
/// term; at most kLargestBound. An operation with several results counts with
/// the coarsest of their types, one in a function that is called counts for
/// each call. Narrow floats are summed in f32 by contractions, and by all sums
/// of kernels.
std::vector<double> errorBounds(mlir::func::FuncOp function, DeviceKind device);

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_BOUND_H
