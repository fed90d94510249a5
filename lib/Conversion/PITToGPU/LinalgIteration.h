//===- LinalgIteration.h - iterations of an elementwise kernel --*- C++ -*-===//
//
// How the threads of a kernel share the iteration space of a linalg operation.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_LINALGITERATION_H
#define PIT_LIB_CONVERSION_PITTOGPU_LINALGITERATION_H

#include "WarpEmitter.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pit {

/// Where an operand's element lies, in elements from the start of its buffer,
/// as a function of the loop dimensions. Expressions here are in the symbols of
/// the iteration space.
struct LinalgAccess {
  /// constant + sum of coefficients[d] * d, unless `general` is set.
  SmallVector<AffineExpr> coefficients;
  AffineExpr constant;
  /// The offset of an indexing map with a mod or a division.
  AffineExpr general;

  /// Whether the offset depends on dimension `dim`.
  bool dependsOn(unsigned dim) const;
};

/// The iteration space of a linalg operation on memrefs of identity layout, as
/// a kernel runs it. A dimension is dropped (its value is 0) where its extent
/// is 1 or where it was merged into another one. For example, the addition of
/// two memref<37x53xf32> has one dimension of 1961, that of two memref<?x?xf32>
/// one of s0 * s1.
struct LinalgIteration {
  /// What symbols stand for: the size of a dimension of an operand. Equal
  /// sizes that the indexing maps show are one symbol.
  struct Symbol {
    unsigned operand, dim;
  };
  SmallVector<Symbol> symbols;
  /// Extent of each loop dimension, a constant or a product of symbols; 1 for
  /// those that are dropped.
  SmallVector<AffineExpr> extents;
  /// Dimensions that threads share, slowest first: different points along
  /// them write different elements of every output.
  SmallVector<unsigned> threadDims;
  /// Dimensions that each thread loops over, outermost first.
  SmallVector<unsigned> loopDims;
  /// One per operand; those of scalar operands are all zero.
  SmallVector<LinalgAccess> accesses;
  /// Consecutive points along the last of `threadDims` that one thread
  /// computes; 1 where outputs cannot be written in wide stores.
  int64_t lanes = 1;
  /// Which lengths of the last of `threadDims` this is right for.
  enum class Rows {
    any,
    multiples, ///< multiples of the lanes of the wide form
    others     ///< those that are none
  } rows = Rows::any;
  /// The lanes of the wide form.
  int64_t wideLanes = 1;

  /// Whether dimension `dim` is left after what is dropped.
  bool isKept(unsigned dim) const;
  /// Whether `operand`'s elements of a thread's lanes are consecutive and
  /// aligned to their size together (at most 16 bytes).
  bool isWide(unsigned operand) const;

  /// Analyses `op`. Where the alignment of rows is known at run time only,
  /// there are two forms of which one is right for each length. None where the
  /// space is known to be empty.
  static SmallVector<LinalgIteration, 1> get(linalg::LinalgOp op);

private:
  /// Whether `expr` is a multiple of the lanes, for the rows that this is for.
  bool isMultipleOfLanes(AffineExpr expr) const;
  /// Lanes with which every output is written in 16-byte stores (narrower ones
  /// where outputs differ in width).
  void chooseLanes(linalg::LinalgOp op);
};

/// The sizes of an iteration space at one place: in the launch plan or in the
/// kernel.
class LinalgSizes {
public:
  /// `getOperand` has the operands' memrefs at the place.
  LinalgSizes(const WarpEmitter &emit, const LinalgIteration &space,
              function_ref<Value(unsigned operand)> getOperand);

  /// An expression in the symbols of the space.
  Extent get(AffineExpr expr) const;
  /// Extent of a loop dimension.
  Extent getExtent(unsigned dim) const { return get(space.extents[dim]); }
  /// Steps of `lanes` along a thread dimension.
  Extent getSteps(unsigned dim) const;
  /// Threads of the whole kernel.
  Extent getNumThreads() const;
  /// The symbols' values.
  ValueRange getSymbols() const { return symbols; }

private:
  const WarpEmitter &emit;
  const LinalgIteration &space;
  SmallVector<Value> symbols;
};

/// Size of an element in memory, in bytes; 0 for a type without a lowering.
/// f16, bf16, f32, f64, index and signless integers of 1, 8, 16, 32 and 64 bits
/// have one.
int64_t getElementBytes(Type type);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_LINALGITERATION_H
