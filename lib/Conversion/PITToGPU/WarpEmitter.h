//===- WarpEmitter.h - small steps of warp-level kernels --------*- C++ -*-===//
//
// What the kernels that build an index have in common: index arithmetic that
// folds as it is made, votes of a whole warp, and loads of raw bytes.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_WARPEMITTER_H
#define PIT_LIB_CONVERSION_PITTOGPU_WARPEMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

namespace mlir::pit {

/// Threads of a warp.
inline constexpr int64_t kWarpSize = 32;

/// Emits operations at a builder's insertion point. Index values are not
/// negative, so divisions are unsigned ones.
class WarpEmitter {
public:
  WarpEmitter(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  /// Constants.
  Value index(int64_t value);
  Value i32(int64_t value);
  Value boolean(bool value);

  /// Arithmetic on index or i32 values; a number stands for a constant of the
  /// other operand's type.
  Value add(Value lhs, Value rhs);
  Value add(Value lhs, int64_t rhs);
  Value mul(Value lhs, int64_t rhs);
  Value div(Value lhs, int64_t rhs);
  Value rem(Value lhs, int64_t rhs);
  Value bitAnd(Value lhs, Value rhs);
  Value bitOr(Value lhs, Value rhs);
  Value shiftRight(Value value, Value amount);
  /// `lhs < rhs`, as i1.
  Value less(Value lhs, int64_t rhs);
  Value less(Value lhs, Value rhs);
  /// `value == number` and `value != 0`, as i1.
  Value equals(Value value, int64_t number);
  Value isNonZero(Value value);
  Value select(Value condition, Value yes, Value no);
  Value toI32(Value index);
  Value toIndex(Value i32);
  /// Number of bits that are set, as i32.
  Value popcount(Value i32);
  /// Both, where a null condition is one that always holds.
  Value both(Value lhs, Value rhs);

  /// Number of the thread in its block, and of the block in the grid.
  Value threadId();
  Value blockId();

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

  OpBuilder &builder;
  Location loc;
};

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_WARPEMITTER_H
