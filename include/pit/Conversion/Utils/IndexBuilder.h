//===- IndexBuilder.h - index arithmetic at one place -----------*- C++ -*-===//

#ifndef PIT_CONVERSION_UTILS_INDEXBUILDER_H
#define PIT_CONVERSION_UTILS_INDEXBUILDER_H

#include "mlir/IR/Builders.h"

namespace mlir::pit {

/// Emits arithmetic on index values, or on integers of one type, at a builder's
/// insertion point; what is constant folds as it is made. Values are not
/// negative: division, shift and comparison are unsigned. A number stands for a
/// constant of the other operand's type.
struct IndexBuilder {
  OpBuilder &builder;
  Location loc;

  IndexBuilder(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  /// A constant of type index, or of the type of `like`.
  Value constant(int64_t value) const;
  Value constantLike(Value like, int64_t value) const;

  Value add(Value lhs, Value rhs) const;
  Value add(Value lhs, int64_t rhs) const;
  Value mul(Value lhs, Value rhs) const;
  Value mul(Value lhs, int64_t rhs) const;
  Value div(Value lhs, Value rhs) const;
  Value div(Value lhs, int64_t rhs) const;
  Value ceilDiv(Value lhs, int64_t rhs) const;
  Value rem(Value lhs, Value rhs) const;
  Value rem(Value lhs, int64_t rhs) const;
  Value min(Value lhs, Value rhs) const;
  Value bitAnd(Value lhs, Value rhs) const;
  Value bitAnd(Value lhs, int64_t rhs) const;
  Value bitOr(Value lhs, Value rhs) const;
  Value bitXor(Value lhs, Value rhs) const;
  Value shiftRight(Value value, Value amount) const;
  Value shiftRight(Value value, int64_t amount) const;

  /// `lhs < rhs` as i1. An address below zero that was made on purpose counts
  /// as one far above: less(value, size) says whether `value` is in bounds.
  Value less(Value lhs, Value rhs) const;
  Value less(Value lhs, int64_t rhs) const;
  Value equals(Value lhs, Value rhs) const;
  Value equals(Value lhs, int64_t rhs) const;
  Value isNonZero(Value value) const;
  Value select(Value condition, Value yes, Value no) const;
  /// The conjunction of those conditions that are not null; null for none.
  Value all(ArrayRef<Value> conditions) const;

  /// An integer as an index.
  Value toIndex(Value integer) const;

  /// Size of dimension `dim` of a memref, as an index: a constant where the
  /// type or a reinterpretation tells it, else what that was made with, else a
  /// memref.dim.
  Value size(Value memref, int64_t dim) const;

  /// Number of the thread in its block, and of the block in the grid, along x.
  Value threadId() const;
  Value blockId() const;
};

} // namespace mlir::pit

#endif // PIT_CONVERSION_UTILS_INDEXBUILDER_H
