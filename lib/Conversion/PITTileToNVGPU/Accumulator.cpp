//===- Accumulator.cpp - what a thread holds of an accumulator ------------===//

#include "Lowering.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pit;

std::pair<Value, Value> pit::getWarpPlace(const IndexBuilder &ib,
                                          const WarpLayout &layout) {
  Value warp = ib.div(ib.threadId(), kWarpSize);
  return {ib.rem(warp, layout.warpsM), ib.div(warp, layout.warpsM)};
}

RunPlace pit::getRunPlace(const IndexBuilder &ib, const ThreadLayout &layout,
                          int dim, int64_t number) {
  Value warp = ib.div(ib.threadId(), kWarpSize),
        lane = ib.rem(ib.threadId(), kWarpSize);
  int64_t lanes = layout.lanes[1], warps = layout.warps[1];
  Value thread =
      dim == 1 ? ib.add(ib.mul(ib.rem(warp, warps), lanes), ib.rem(lane, lanes))
               : ib.add(ib.mul(ib.div(warp, warps), layout.lanes[0]),
                        ib.div(lane, lanes));
  RunPlace place;
  place.first =
      ib.add(ib.mul(thread, layout.run[dim]), number * layout.stride(dim));
  if ((number + 1) * layout.stride(dim) > layout.extent[dim])
    place.valid = ib.less(place.first, layout.extent[dim]);
  return place;
}

/// Stores a vector at (row, column).
static void storeVector(const IndexBuilder &ib, Value vector, Value buffer,
                        Value row, Value column) {
  auto type = cast<VectorType>(vector.getType());
  int64_t bytes =
      type.getNumElements() * type.getElementType().getIntOrFloatBitWidth() / 8;
  vector::StoreOp::create(
      ib.builder, ib.loc, vector, buffer, ValueRange{row, column},
      /*nontemporal=*/false,
      llvm::MaybeAlign(std::min<int64_t>(bytes, kMaxAccessBytes)));
}

static void storeFragments(const IndexBuilder &ib, const WarpLayout &warps,
                           ValueRange held, Value buffer) {
  auto [warpM, warpN] = getWarpPlace(ib, warps);
  Value lane = ib.rem(ib.threadId(), kWarpSize);
  Value row = ib.add(ib.mul(warpM, warps.rows), ib.div(lane, 4));
  Value column =
      ib.add(ib.mul(warpN, warps.columns), ib.mul(ib.rem(lane, 4), 2));
  for (int64_t i = 0; i < warps.fragmentsM(); ++i)
    for (int64_t j = 0; j < warps.fragmentsN(); ++j)
      for (int64_t half = 0; half < 2; ++half) {
        Value pair = vector::ExtractOp::create(
            ib.builder, ib.loc, held[i * warps.fragmentsN() + j], half);
        storeVector(ib, pair, buffer, ib.add(row, i * 16 + half * 8),
                    ib.add(column, j * 8));
      }
}

static void storeRuns(const IndexBuilder &ib, const ThreadLayout &layout,
                      ValueRange held, Value buffer) {
  for (int64_t i = 0; i < layout.held(0); ++i) {
    RunPlace rows = getRunPlace(ib, layout, 0, i / layout.run[0]);
    for (int64_t j = 0; j < layout.runs(1); ++j) {
      RunPlace columns = getRunPlace(ib, layout, 1, j);
      OpBuilder::InsertionGuard guard(ib.builder);
      if (Value valid = ib.all({rows.valid, columns.valid})) {
        auto branch = scf::IfOp::create(ib.builder, ib.loc, valid);
        ib.builder.setInsertionPointToStart(branch.thenBlock());
      }
      storeVector(ib, held[i * layout.runs(1) + j], buffer,
                  ib.add(rows.first, i % layout.run[0]), columns.first);
    }
  }
}

void pit::storeAccumulator(const IndexBuilder &ib, const AccLayout &layout,
                           ValueRange held, Value buffer) {
  if (const ThreadLayout *threads = layout.getThreads())
    storeRuns(ib, *threads, held, buffer);
  else
    storeFragments(ib, *layout.getWarps(), held, buffer);
}
