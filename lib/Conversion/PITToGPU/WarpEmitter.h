//===- WarpEmitter.h - small steps of warp-level kernels --------*- C++ -*-===//
//
// What the kernels that build an index have in common: index arithmetic that
// folds as it is made, votes of a whole warp, and loads of raw bytes.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_WARPEMITTER_H
#define PIT_LIB_CONVERSION_PITTOGPU_WARPEMITTER_H

#include "pit/Analysis/Chip.h"
#include "pit/Conversion/Utils/IndexBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

namespace mlir::pit {

/// A size that is known when code is made, or a value of the run.
struct Extent {
  int64_t known = 0;
  /// Null where the size is known.
  Value value;

  Extent(int64_t known) : known(known) {}
  Extent(Value value) : value(value) {}

  bool isKnown() const { return !value; }
  /// Whether the size is known to be a multiple of `number`.
  bool isMultipleOf(int64_t number) const {
    return number == 1 || (isKnown() && known % number == 0);
  }
};

/// Emits operations at a builder's insertion point.
class WarpEmitter : public IndexBuilder {
public:
  using IndexBuilder::IndexBuilder;

  using IndexBuilder::ceilDiv;
  using IndexBuilder::div;
  using IndexBuilder::less;
  using IndexBuilder::mul;
  using IndexBuilder::rem;

  /// Arithmetic with sizes: what is known is computed now.
  Value mul(Value lhs, const Extent &rhs) const;
  Value div(Value lhs, const Extent &rhs) const;
  Value rem(Value lhs, const Extent &rhs) const;
  Value less(Value lhs, const Extent &rhs) const;
  Extent sum(const Extent &lhs, const Extent &rhs) const;
  Extent product(const Extent &lhs, const Extent &rhs) const;
  Extent quotient(const Extent &lhs, int64_t rhs) const;
  Extent ceilDiv(const Extent &lhs, int64_t rhs) const;
  Value ceilDiv(Value lhs, Value rhs) const;
  Value sub(Value lhs, int64_t rhs) const;
  Value max(Value lhs, int64_t rhs) const;
  /// Size of dimension `dim` of a memref, and number of its elements.
  Extent extent(Value memref, int64_t dim) const;
  Extent numElements(Value memref) const;
  /// A size as a value.
  Value get(const Extent &extent) const;
  /// `value < bound`, or null if it always is: values come in steps of `step`,
  /// of which the first is below the bound.
  Value guard(Value value, const Extent &bound, int64_t step) const;

  /// Arithmetic that a launch plan can express: 1 where `size` is no multiple
  /// of `number`, else 0; and the other one of both.
  Value isNoMultiple(Value size, int64_t number) const;
  Value negate(Value zeroOrOne) const;

  /// Constants.
  Value i32(int64_t value);
  Value boolean(bool value);

  Value toI32(Value index);
  /// Number of bits that are set, as i32.
  Value popcount(Value i32);

  /// One bit per lane: its predicate. All lanes of the warp have to arrive.
  Value ballot(Value predicate);
  /// Whether some lane's predicate holds. All lanes of the warp have to arrive.
  Value any(Value predicate);
  /// Sum of an i32 over the lanes. All lanes of the warp have to arrive.
  Value warpSum(Value value);
  /// Bits of the lanes below this one, as i32.
  Value lowerLanes();

  /// Runs `body` where `condition` holds; always, if it is null.
  void ifTrue(Value condition, function_ref<void()> body);
  /// The value of `body` where `condition` holds, else zero of that type.
  Value ifTrueElseZero(Value condition, Type type, function_ref<Value()> body);
  /// A loop over [lower, upper) that carries one value.
  Value loop(Value lower, Value upper, int64_t step, Value init,
             function_ref<Value(Value iv, Value carried)> body);

  /// Address of a buffer in global memory.
  Value globalPointer(Value memref);
  /// Loads `bytes` (1, 2, 4, 8 or 16; the alignment too) at `pointer` +
  /// `offset` * `bytes`: an integer, or a vector of i32 from 8 bytes on.
  Value loadBytes(Value pointer, Value offset, int64_t bytes);
  /// The type that loadBytes returns.
  Type loadType(int64_t bytes);
};

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_WARPEMITTER_H
