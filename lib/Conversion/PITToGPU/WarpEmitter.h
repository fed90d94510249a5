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

/// Emits operations at a builder's insertion point.
class WarpEmitter : public IndexBuilder {
public:
  using IndexBuilder::IndexBuilder;

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
