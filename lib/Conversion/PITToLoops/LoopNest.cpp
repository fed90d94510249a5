//===- LoopNest.cpp - helpers to write loops ------------------------------===//

#include "LoopNest.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pit;

Value LoopBuilder::loadIndex(Value memref, ValueRange indices) {
  return toIndex(memref::LoadOp::create(builder, loc, memref, indices));
}

Value LoopBuilder::microTiles(Value size, int64_t micro) {
  return ShapedType::isDynamic(micro) ? constant(1) : ceilDiv(size, micro);
}

LoopRange LoopBuilder::microTileRange(Value size, int64_t micro, Value number) {
  if (ShapedType::isDynamic(micro))
    return upTo(size);
  Value begin = mul(number, micro);
  return {begin, min(add(begin, micro), size)};
}

void LoopBuilder::loops(ArrayRef<LoopRange> ranges,
                        function_ref<void(OpBuilder &, ValueRange)> body) {
  SmallVector<Value> begins, ends, steps(ranges.size(), constant(1));
  for (LoopRange range : ranges) {
    begins.push_back(range.begin);
    ends.push_back(range.end);
  }
  scf::buildLoopNest(builder, loc, begins, ends, steps,
                     [&](OpBuilder &inner, Location, ValueRange indices) {
                       body(inner, indices);
                     });
}
