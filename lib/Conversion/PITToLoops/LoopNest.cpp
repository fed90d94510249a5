//===- LoopNest.cpp - helpers to write loops ------------------------------===//

#include "LoopNest.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pit;

Value LoopBuilder::size(Value memref, int64_t dim) {
  int64_t size = cast<MemRefType>(memref.getType()).getDimSize(dim);
  if (!ShapedType::isDynamic(size))
    return constant(size);
  return memref::DimOp::create(builder, loc, memref, dim);
}

Value LoopBuilder::loadIndex(Value memref, ValueRange indices) {
  return toIndex(memref::LoadOp::create(builder, loc, memref, indices));
}

Value LoopBuilder::microTiles(Value memref, int64_t dim, int64_t micro) {
  if (ShapedType::isDynamic(micro))
    return constant(1);
  return ceilDiv(size(memref, dim), micro);
}

LoopRange LoopBuilder::microTileRange(Value memref, int64_t dim, int64_t micro,
                                      Value number) {
  Value extent = size(memref, dim);
  if (ShapedType::isDynamic(micro))
    return upTo(extent);
  Value begin = mul(number, micro);
  return {begin, min(add(begin, micro), extent)};
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
