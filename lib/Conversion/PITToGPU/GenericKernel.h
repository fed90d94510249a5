//===- GenericKernel.h - the kernels of a pit.generic -----------*- C++ -*-===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_GENERICKERNEL_H
#define PIT_LIB_CONVERSION_PITTOGPU_GENERICKERNEL_H

#include "OperandView.h"

#include "pit/Analysis/Contraction.h"
#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pit {

/// What a dimension of a dense tile stands for.
enum class TileRole { lhs, rhs, reduction };

/// A tile's dimensions, rows first.
using TileRoles = std::array<TileRole, 2>;

/// How a pit.generic on memrefs is spread over kernels.
struct GenericPlan {
  mutable GenericOp op;        ///< accessors of operations are not const
  SmallVector<AffineMap> maps; ///< of lhs, rhs and output
  ContractionDims dims;
  TiledDims tiled;
  ProductGranules granules;
  ProductSigns signs;
  TileRoles lhsRoles, rhsRoles, outputRoles;

  /// The permuted loop dimension, or -1, and the extent of a micro-tile along
  /// it.
  int64_t axis = -1, micro = 1;
  SmallVector<GroupDim> groups;
  /// Counts (of a packed operand: offsets) and coordinates.
  Value counts, coords;
  /// The packed input, or -1.
  int64_t packed = -1;

  /// The parallel dimensions without a permuted one, those of the sparse
  /// operand first: blocks that run together share it.
  SmallVector<int64_t> parallel;
  /// Reductions that no tile spans, outermost first; the permuted one last.
  SmallVector<int64_t> outerReductions;
  /// What the epilogue uses of the function.
  llvm::SetVector<Value> captured;

  /// Emits an error at the operation and fails where it has no lowering.
  static FailureOr<GenericPlan> get(GenericOp op);

  ArrayRef<int64_t> tile() const { return op.getSchedule().getTile(); }
  bool isParallelAxis() const { return axis != -1 && op.isParallel(axis); }
  /// Whether a group holds a part of a reduction only, so that sums of one
  /// output element meet.
  bool hasPartialSums() const;
  /// What `op` is written to.
  Value getDest() const { return op.getDest() ? op.getDest() : op.getInit(); }

  /// The loop dimension that a role stands for, if any, and the tile's extent.
  ViewDim getDim(TileRole role) const;
  int64_t getExtent(TileRole role) const;

  /// The sizes of the loop dimensions, from lhs, rhs and output or memrefs of
  /// the same types.
  SmallVector<Value> getSizes(const IndexBuilder &ib,
                              ValueRange operands) const;
  /// How many groups there are along one of their dimensions.
  Value countGroups(const IndexBuilder &ib, GroupDim group,
                    ArrayRef<Value> sizes) const;
  /// The number of parts into which groups divide reductions.
  Value countParts(const IndexBuilder &ib, ArrayRef<Value> sizes) const;
  /// The bounds of the tile space, for loop dimensions of these sizes. With a
  /// permuted parallel dimension: groups, tiles of positions, then the tiles
  /// along the other parallel dimensions, within the group if it is bounded
  /// there.
  SmallVector<Value> getBounds(const IndexBuilder &ib,
                               ArrayRef<Value> sizes) const;
  /// The tiles along `dim` within one group; 0: the group does not bound them.
  int64_t getTilesInGroup(int64_t dim) const;

  /// Repeats what the epilogue uses of the function.
  IRMapping repeatCaptured(OpBuilder &builder) const;
};

/// Sizes that a kernel takes for multiples: a loop dimension, and of what.
using SizeMultiples = SmallVector<std::pair<int64_t, int64_t>>;

/// What becomes of the sums of a dense tile.
enum class SumTarget {
  output,  ///< the epilogue, then the output
  add,     ///< added to the destination: parts of sums meet there
  perPart, ///< stored for each part of the reduction: the destination has the
           ///< number of the part as its first dimension
};

/// Writes the body of a kernel at the tile level. `args` are lhs, rhs, then
/// counts and coords if there is an index, then, for the output, the init if
/// the epilogue reads it and the epilogue inputs, and the destination.
void writeGenericKernel(OpBuilder &builder, Location loc,
                        const GenericPlan &plan, ValueRange args,
                        const SizeMultiples &multiples, SumTarget target);

/// Emits the kernel for the outputs along a permuted parallel dimension that no
/// live micro-tile reaches: epilogue(0), from the bitmap.
LogicalResult emitUnreached(OpBuilder &builder, const GenericPlan &plan);

/// Emits the kernel that finishes partial sums: the epilogue of each element of
/// `sums`, a memref of the output's shape.
LogicalResult emitFinish(OpBuilder &builder, const GenericPlan &plan,
                         Value sums);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_GENERICKERNEL_H
