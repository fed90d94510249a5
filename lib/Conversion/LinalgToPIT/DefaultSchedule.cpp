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
        dims(ContractionDims::get(maps)), ranges(op.getStaticLoopRanges()),
        axes(analyzeAxes(op)) {}

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
  ScheduleAttr build(int64_t sparse, int64_t axis, const TiledDims &tiled,
                     int64_t columns);
  bool isLegal(int64_t sparse, ScheduleAttr schedule) const;
  ScheduleAttr findLegal(int64_t sparse, const TiledDims &preferred);

  linalg::LinalgOp op;
  SmallVector<AffineMap> maps;
  ContractionDims dims;
  SmallVector<int64_t, 4> ranges;
  SmallVector<AxisInfo> axes;
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

/// The schedule for a PIT axis, with dense tiles along these dimensions; the
/// one of the other input is `columns` long.
ScheduleAttr DefaultSchedule::build(int64_t sparse, int64_t axis,
                                    const TiledDims &tiled, int64_t columns) {
  int64_t other = 1 - sparse;
  std::optional<int64_t> m = sparse == 0 ? tiled.lhs : tiled.rhs,
                         n = sparse == 0 ? tiled.rhs : tiled.lhs;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  bool parallelAxis = iterators[axis] == utils::IteratorType::parallel;
  tile.assign(op.getNumLoops(), 1);
  setTile(m, isContiguous(sparse, m) ? 64 : 32);
  setTile(n, columns);
  setTile(tiled.reduction, getDepth());
  SmallVector<int64_t> microTile;
  for (auto [position, expr] : llvm::enumerate(maps[sparse].getResults())) {
    auto bare = dyn_cast<AffineDimExpr>(expr);
    int64_t dim = bare ? bare.getPosition() : -1;
    bool last = position + 1 == maps[sparse].getNumResults();
    int64_t extent = bare ? tile[dim] : 1;
    if (dim == axis) {
      bool inRows = last || isContiguous(other, axis) || isContiguous(2, axis);
      extent = inRows
                   ? std::max({getSectorElements(sparse),
                               getSectorElements(other), getSectorElements(2)})
                   : 1;
    } else if (parallelAxis && bare &&
               iterators[dim] == utils::IteratorType::reduction) {
      extent = ShapedType::kDynamic;
    } else if (last) {
      extent = llvm::alignTo(getSectorElements(sparse), extent);
    }
    microTile.push_back(extent);
  }
  return make(/*dense=*/false, axis, microTile);
}

/// Whether the axis and storage allow the schedule, whose tiles fit the
/// instruction.
bool DefaultSchedule::isLegal(int64_t sparse, ScheduleAttr schedule) const {
  bool isLegal = axes[schedule.getAxis()].isPermutable();
  // A diagnostic that is abandoned says nothing.
  auto note = [&] {
    isLegal = false;
    InFlightDiagnostic diagnostic = emitError(op->getLoc());
    diagnostic.abandon();
    return diagnostic;
  };
  auto access =
      SparseAccess::get(maps, op->getOperands(), sparse, schedule.getAxis(),
                        schedule.getMicroTile(), schedule.getTile());
  (void)verifyMicroTile(note, access);
  if (isLegal)
    (void)verifyTransactions(note, access);
  return isLegal;
}

/// The first legal schedule: along the reductions, then the sparse operand's
/// own dimensions, then the others; with the preferred dense tile, or other
/// dimensions in it; with long rows, or such short ones of the other input that
/// how it is read matters little. None: null.
ScheduleAttr DefaultSchedule::findLegal(int64_t sparse,
                                        const TiledDims &preferred) {
  SmallVector<int64_t> candidates(dims.reduction);
  llvm::append_range(candidates, sparse == 0 ? dims.lhs : dims.rhs);
  llvm::append_range(candidates, dims.outer);
  llvm::append_range(candidates, dims.outerReductions);
  auto order = [](ArrayRef<int64_t> all, std::optional<int64_t> first) {
    SmallVector<std::optional<int64_t>> ordered = {first};
    for (int64_t dim : all)
      if (dim != first)
        ordered.push_back(dim);
    return ordered;
  };
  for (int64_t axis : candidates) {
    if (!findDim(maps[sparse], axis))
      continue;
    for (int64_t columns : {128, 16})
      for (auto k : order(dims.reduction, preferred.reduction))
        for (auto lhs : order(dims.lhs, preferred.lhs))
          for (auto rhs : order(dims.rhs, preferred.rhs)) {
            ScheduleAttr schedule =
                build(sparse, axis, TiledDims{lhs, rhs, k}, columns);
            if (isLegal(sparse, schedule))
              return schedule;
          }
  }
  return nullptr;
}

ScheduleAttr DefaultSchedule::getSparse(int64_t sparse) {
  int64_t other = 1 - sparse;
  TiledDims tiled{choose(dims.lhs, {0, 2}), choose(dims.rhs, {1, 2}),
                  choose(dims.reduction, {0, 1})};
  std::optional<int64_t> m = sparse == 0 ? tiled.lhs : tiled.rhs,
                         n = sparse == 0 ? tiled.rhs : tiled.lhs,
                         k = tiled.reduction;
  // What is gathered along k must be contiguous along the tile.
  bool otherInRows = isContiguous(other, n) || isContiguous(other, k) ||
                     maps[other].getNumResults() == 0;
  bool useReduction = k && findDim(maps[sparse], *k) && (otherInRows || !m);
  int64_t axis = useReduction ? *k : m ? *m : k.value_or(0);
  ScheduleAttr schedule = build(sparse, axis, tiled, /*columns=*/128);
  if (isLegal(sparse, schedule))
    return schedule;
  ScheduleAttr legal = findLegal(sparse, tiled);
  return legal ? legal : schedule; // Its errors say what is wrong.
}

ScheduleAttr pit::getDefaultSchedule(linalg::LinalgOp op, int64_t sparse) {
  return DefaultSchedule(op).getSparse(sparse);
}

ScheduleAttr pit::getDefaultDenseSchedule(linalg::LinalgOp op) {
  return DefaultSchedule(op).getDense();
}
