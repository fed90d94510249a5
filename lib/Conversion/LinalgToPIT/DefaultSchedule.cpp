//===- DefaultSchedule.cpp - the rule where no schedule is pinned ---------===//

#include "pit/Analysis/Axes.h"
#include "pit/Analysis/Contraction.h"
#include "pit/Conversion/LinalgToPIT/LinalgToPIT.h"
#include "pit/Dialect/PIT/IR/Legality.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// Finds the dimensions that a dense tile spans, and the micro-tile.
class DefaultSchedule {
public:
  explicit DefaultSchedule(linalg::LinalgOp op)
      : op(op), maps(op.getIndexingMapsArray()),
        dims(ContractionDims::get(maps)), ranges(op.getStaticLoopRanges()) {}

  ScheduleAttr getDense();
  ScheduleAttr getSparse(int64_t sparse);

private:
  /// Whether the operand's elements lie side by side along `dim`.
  bool isContiguous(int64_t operand, std::optional<int64_t> dim) const {
    AffineMap map = maps[operand];
    return dim && map.getNumResults() &&
           map.getResults().back() == getAffineDimExpr(*dim, map.getContext());
  }
  std::optional<int64_t> choose(ArrayRef<int64_t> candidates,
                                ArrayRef<int64_t> operands) const;
  /// Elements of an operand that take 32 bytes, what lies together at least.
  int64_t getSectorElements(int64_t operand) const {
    return std::max<int64_t>(1,
                             kMinContiguousBytes * 8 /
                                 getElementTypeOrSelf(op->getOperand(operand))
                                     .getIntOrFloatBitWidth());
  }
  /// Steps along the reduction that a dense tile spans: 64 bytes of the inputs,
  /// at most 32.
  int64_t getDepth() const {
    return std::min<int64_t>(
        32,
        64 * 8 /
            getElementTypeOrSelf(op->getOperand(0)).getIntOrFloatBitWidth());
  }
  void setTile(std::optional<int64_t> dim, int64_t extent) {
    if (dim)
      tile[*dim] = extent;
  }
  ScheduleAttr make(bool dense, int64_t axis, ArrayRef<int64_t> microTile);

  linalg::LinalgOp op;
  SmallVector<AffineMap> maps;
  ContractionDims dims;
  SmallVector<int64_t, 4> ranges;
  SmallVector<int64_t> tile;
};

} // namespace

/// The dimension along which most of `operands` are contiguous; of those, the
/// longest, as far as that matters to a tile; of those, the last.
std::optional<int64_t>
DefaultSchedule::choose(ArrayRef<int64_t> candidates,
                        ArrayRef<int64_t> operands) const {
  constexpr int64_t kLongEnough = 64;
  std::optional<int64_t> best;
  std::pair<int64_t, int64_t> bestRank;
  for (int64_t dim : candidates) {
    int64_t size = ShapedType::isDynamic(ranges[dim])
                       ? kLongEnough
                       : std::min(ranges[dim], kLongEnough);
    int64_t contiguous = llvm::count_if(
        operands, [&](int64_t operand) { return isContiguous(operand, dim); });
    std::pair<int64_t, int64_t> rank{contiguous, size};
    if (!best || rank >= bestRank) {
      best = dim;
      bestRank = rank;
    }
  }
  return best;
}

ScheduleAttr DefaultSchedule::make(bool dense, int64_t axis,
                                   ArrayRef<int64_t> microTile) {
  return ScheduleAttr::get(op.getContext(), dense, axis, microTile, tile,
                           /*warps=*/0, /*stages=*/0, /*deterministic=*/false,
                           /*math=*/nullptr, /*arch=*/nullptr);
}

ScheduleAttr DefaultSchedule::getDense() {
  tile.assign(op.getNumLoops(), 1);
  setTile(choose(dims.lhs, {0, 2}), 64);
  setTile(choose(dims.rhs, {1, 2}), 128);
  setTile(choose(dims.reduction, {0, 1}), getDepth());
  return make(/*dense=*/true, /*axis=*/-1, {});
}

ScheduleAttr DefaultSchedule::getSparse(int64_t sparse) {
  int64_t other = 1 - sparse;
  ArrayRef<int64_t> own = sparse == 0 ? dims.lhs : dims.rhs,
                    others = sparse == 0 ? dims.rhs : dims.lhs;
  std::optional<int64_t> m = choose(own, {sparse, 2}),
                         n = choose(others, {other, 2}),
                         k = choose(dims.reduction, {sparse, other});
  // What is gathered along k must be contiguous along the tile.
  bool otherInRows = isContiguous(other, n) || isContiguous(other, k) ||
                     maps[other].getNumResults() == 0;
  bool useReduction = k && findDim(maps[sparse], *k) && (otherInRows || !m);
  int64_t axis = useReduction ? *k : m ? *m : k.value_or(0);

  tile.assign(op.getNumLoops(), 1);
  setTile(m, isContiguous(sparse, m) ? 64 : 32);
  setTile(n, 128);
  setTile(k, getDepth());
  SmallVector<int64_t> microTile;
  for (auto [position, expr] : llvm::enumerate(maps[sparse].getResults())) {
    auto bare = dyn_cast<AffineDimExpr>(expr);
    int64_t dim = bare ? bare.getPosition() : -1;
    bool last = position + 1 == maps[sparse].getNumResults();
    int64_t extent = bare ? tile[dim] : 1;
    if (dim == axis) {
      bool inRows = last || isContiguous(useReduction ? other : 2, dim);
      extent = inRows ? std::max(getSectorElements(sparse),
                                 getSectorElements(useReduction ? other : 2))
                      : 1;
    } else if (!useReduction && bare &&
               op.getIteratorTypesArray()[dim] ==
                   utils::IteratorType::reduction) {
      extent = ShapedType::kDynamic;
    } else if (last) {
      extent = llvm::alignTo(getSectorElements(sparse), extent);
      extent = std::max(extent, bare ? tile[dim] : 1);
    }
    microTile.push_back(extent);
  }
  return make(/*dense=*/false, axis, microTile);
}

ScheduleAttr pit::getDefaultSchedule(linalg::LinalgOp op, int64_t sparse) {
  return DefaultSchedule(op).getSparse(sparse);
}

ScheduleAttr pit::getDefaultDenseSchedule(linalg::LinalgOp op) {
  return DefaultSchedule(op).getDense();
}
