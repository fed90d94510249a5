//===- AccLayout.cpp - who holds what of an accumulator -------------------===//

#include "pit/Analysis/Chip.h"
#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Dialect/PIT/Transforms/TileLayout.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// Rows and columns of the accumulator of mma.sync (PTX ISA, matrix fragments).
static constexpr int64_t kFragmentRows = 16, kFragmentColumns = 8;
/// Chunks that mma.sync takes of each row of a tile, whatever the type: 16 of
/// f16, 8 of tf32, 32 of i8.
static constexpr int64_t kFragmentChunks = 2;

//===----------------------------------------------------------------------===//
// Product
//===----------------------------------------------------------------------===//

int64_t Product::Factor::getParallelWidth() const {
  int64_t bits = tile.getElementType().getIntOrFloatBitWidth();
  return reductionContiguous ? 1 : std::min(kMaxRun, kChunkBytes * 8 / bits);
}

int64_t Product::Factor::getReductionWidth() const {
  int64_t bits = tile.getElementType().getIntOrFloatBitWidth();
  return reductionContiguous ? std::min(kMaxRun, kChunkBytes * 8 / bits) : 1;
}

Product Product::get(TileMmaOp mma) {
  auto maps = llvm::map_to_vector(mma.getIndexingMaps(), [](Attribute map) {
    return cast<AffineMapAttr>(map).getValue();
  });
  Product product;
  product.acc = mma.getAcc().getType();
  product.isTF32 = mma.getMath().has_value();
  for (int dim = 0; dim < 2; ++dim) {
    AffineExpr parallel = maps[2].getResult(dim);
    bool isLhs = maps[0].getResultPosition(parallel).has_value();
    TileType tile = (isLhs ? mma.getLhs() : mma.getRhs()).getType();
    unsigned position = *maps[isLhs ? 0 : 1].getResultPosition(parallel);
    product.depth = tile.getShape()[1 - position];
    product.factors[dim] = {tile, isLhs, /*reductionContiguous=*/position == 0,
                            isLhs ? mma.getLhsUnsigned()
                                  : mma.getRhsUnsigned()};
  }
  return product;
}

int64_t Product::getMmaDepth() const {
  Type type = factors[0].tile.getElementType();
  if (type != factors[1].tile.getElementType())
    return 0;
  bool alongReduction =
      factors[0].reductionContiguous && factors[1].reductionContiguous;
  bool taken = acc.getElementType().isF32()
                   ? isTensorCoreFloat(type) || (isTF32 && type.isF32())
                   : acc.getElementType().isInteger(32) && type.isInteger(8) &&
                         alongReduction;
  int64_t step =
      kFragmentChunks * kChunkBytes * 8 / type.getIntOrFloatBitWidth();
  return taken && hasFragments(acc) && depth % step == 0 ? step : 0;
}

bool pit::hasFragments(AccType acc) {
  Type type = acc.getElementType();
  ArrayRef<int64_t> shape = acc.getShape();
  return shape.size() == 2 && (type.isF32() || type.isSignlessInteger(32)) &&
         shape[0] % kFragmentRows == 0 && shape[1] % kFragmentColumns == 0;
}

LogicalResult
pit::verifyAccumulator(AccType acc,
                       function_ref<InFlightDiagnostic()> emitError) {
  Type type = acc.getElementType();
  if (acc.getShape().size() == 2 &&
      (type.isF32() || type.isF64() || type.isSignlessInteger(32) ||
       type.isSignlessInteger(64)))
    return success();
  return emitError() << "has an accumulator of type " << acc
                     << ", which has no lowering: expected rank 2, and f32, "
                        "f64, i32 or i64";
}

LogicalResult pit::verifyProduct(TileMmaOp mma) {
  AccType acc = mma.getAcc().getType();
  if (failed(verifyAccumulator(acc, [&] { return mma.emitOpError(); })))
    return failure();
  TileType lhs = mma.getLhs().getType(), rhs = mma.getRhs().getType();
  if (!hasProduct(lhs.getElementType(), rhs.getElementType(),
                  acc.getElementType()))
    return mma.emitOpError()
           << "has no lowering for elements of " << lhs.getElementType()
           << " and " << rhs.getElementType() << " that are added up in "
           << acc.getElementType()
           << ": expected f16, bf16, f32 or f64 in f32 or f64, or integers of "
              "8, 16, 32 or 64 bits in i32 or i64, added up in no narrower "
              "type";
  if (mma.getMath() && !Product::get(mma).getMmaDepth())
    return mma.emitOpError()
           << "has no tf32 instruction: expected an accumulator of f32 whose "
              "extents are multiples of 16 and 8, and a reduction that is a "
              "multiple of 8, but got "
           << acc << " and " << Product::get(mma).depth;
  return success();
}

//===----------------------------------------------------------------------===//
// WarpLayout
//===----------------------------------------------------------------------===//

FailureOr<WarpLayout> WarpLayout::get(AccType acc, int64_t warps) {
  int64_t m = acc.getShape()[0], n = acc.getShape()[1];
  FailureOr<WarpLayout> best = failure();
  for (int64_t warpsM = 1; warpsM <= warps; ++warpsM) {
    int64_t warpsN = warps / warpsM;
    if (warps % warpsM || m % (kFragmentRows * warpsM) ||
        n % (kFragmentColumns * warpsN))
      continue;
    WarpLayout layout{warpsM, warpsN, m / warpsM, n / warpsN};
    // What a warp reads from shared memory per step grows with the sum.
    if (failed(best) ||
        layout.rows + layout.columns <= best->rows + best->columns)
      best = layout;
  }
  return best;
}

//===----------------------------------------------------------------------===//
// ThreadLayout
//===----------------------------------------------------------------------===//

ThreadLayout ThreadLayout::get(AccType acc) {
  ArrayRef<int64_t> by = acc.getBy();
  return {{acc.getShape()[0], acc.getShape()[1]},
          {by[0], by[1]},
          {by[2], by[3]},
          {by[4], by[5]}};
}

AccType ThreadLayout::distribute(AccType acc) const {
  return AccType::get(acc.getContext(), acc.getShape(), acc.getElementType(),
                      {lanes[0], lanes[1], warps[0], warps[1], run[0], run[1]});
}

ThreadLayout ThreadLayout::choose(AccType acc, int64_t warps,
                                  std::array<int64_t, 2> widths) {
  std::array<int64_t, 2> extent{acc.getShape()[0], acc.getShape()[1]};
  // Sums, and what it costs to load the factors: a load takes about as long as
  // two sums, and where a tile is contiguous along the reduction one load
  // serves several steps.
  auto cost = [&](const ThreadLayout &layout) {
    int64_t sums = layout.held(0) * layout.held(1), loads = 0;
    for (int dim = 0; dim < 2; ++dim)
      loads += widths[dim] == 1 ? llvm::divideCeil(layout.held(dim), kMaxRun)
                                : layout.runs(dim);
    return sums + 2 * loads;
  };
  // 8 lanes read 128 bytes of a row at once (see the header).
  constexpr int64_t kPreferredLanes = 8;
  auto distance = [](const ThreadLayout &layout) {
    return std::abs(int64_t(llvm::Log2_64(layout.lanes[1])) -
                    int64_t(llvm::Log2_64(kPreferredLanes)));
  };
  std::optional<ThreadLayout> best;
  for (int64_t lanes = 1; lanes <= kWarpSize; lanes *= 2)
    for (int64_t warpsM = 1; warpsM <= warps; ++warpsM) {
      if (warps % warpsM)
        continue;
      for (int64_t runM = widths[0]; runM >= 1; runM /= 2)
        for (int64_t runN = widths[1]; runN >= 1; runN /= 2) {
          if (extent[0] % runM || extent[1] % runN)
            continue;
          ThreadLayout layout{extent,
                              {kWarpSize / lanes, lanes},
                              {warpsM, warps / warpsM},
                              {runM, runN}};
          if (!best || std::pair(cost(layout), distance(layout)) <
                           std::pair(cost(*best), distance(*best)))
            best = layout;
        }
    }
  return *best;
}

//===----------------------------------------------------------------------===//
// AccLayout
//===----------------------------------------------------------------------===//

FailureOr<AccLayout>
AccLayout::get(AccType acc, int64_t threads,
               function_ref<InFlightDiagnostic()> emitError) {
  int64_t warps = threads / kWarpSize;
  if (failed(verifyAccumulator(acc, emitError)))
    return failure();
  if (!acc.getBy().empty()) {
    ThreadLayout layout = ThreadLayout::get(acc);
    if (layout.warps[0] * layout.warps[1] != warps)
      return emitError() << "has an accumulator of type " << acc
                         << ", which is shared by "
                         << layout.warps[0] * layout.warps[1]
                         << " warps, but the kernel has " << warps;
    return AccLayout{layout};
  }
  if (!hasFragments(acc))
    return emitError() << "has an accumulator of type " << acc
                       << ", which has no fragments of mma.sync m16n8: "
                          "expected multiples of "
                       << kFragmentRows << " and " << kFragmentColumns
                       << " of f32 or i32, or 'by'";
  FailureOr<WarpLayout> layout = WarpLayout::get(acc, warps);
  if (failed(layout))
    return emitError()
           << "has an accumulator of type " << acc << ", which the " << warps
           << " warps of the kernel do not divide into blocks that are "
              "multiples of 16x8";
  return AccLayout{*layout};
}

int64_t AccLayout::held() const {
  if (const ThreadLayout *threads = getThreads())
    return threads->held(0) * threads->held(1);
  return getWarps()->rows * getWarps()->columns / kWarpSize;
}

SmallVector<Type> AccLayout::getHeldTypes(AccType acc) const {
  Type type = acc.getElementType();
  if (const ThreadLayout *threads = getThreads())
    return SmallVector<Type>(threads->held(0) * threads->runs(1),
                             VectorType::get({threads->run[1]}, type));
  return SmallVector<Type>(getWarps()->fragmentsM() * getWarps()->fragmentsN(),
                           VectorType::get({2, 2}, type));
}
