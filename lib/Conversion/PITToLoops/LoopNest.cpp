//===- LoopNest.cpp - helpers to write loops ------------------------------===//

#include "LoopNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pit;

Value IndexBuilder::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value IndexBuilder::size(Value memref, int64_t dim) {
  int64_t size = cast<MemRefType>(memref.getType()).getDimSize(dim);
  if (!ShapedType::isDynamic(size))
    return constant(size);
  return memref::DimOp::create(builder, loc, memref, dim);
}

Value IndexBuilder::add(Value a, Value b) {
  return builder.createOrFold<arith::AddIOp>(loc, a, b);
}

Value IndexBuilder::mul(Value a, Value b) {
  return builder.createOrFold<arith::MulIOp>(loc, a, b);
}

Value IndexBuilder::ceilDiv(Value a, int64_t b) {
  return builder.createOrFold<arith::CeilDivSIOp>(loc, a, constant(b));
}

Value IndexBuilder::loadIndex(Value memref, ValueRange indices) {
  Value value = memref::LoadOp::create(builder, loc, memref, indices);
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    value);
}

Value IndexBuilder::microTiles(Value memref, int64_t dim, int64_t micro) {
  if (ShapedType::isDynamic(micro))
    return constant(1);
  return ceilDiv(size(memref, dim), micro);
}

LoopRange IndexBuilder::microTileRange(Value memref, int64_t dim, int64_t micro,
                                       Value number) {
  Value extent = size(memref, dim);
  if (ShapedType::isDynamic(micro))
    return upTo(extent);
  Value begin = mul(number, constant(micro));
  Value end = add(begin, constant(micro));
  return {begin, builder.createOrFold<arith::MinSIOp>(loc, end, extent)};
}

void IndexBuilder::loops(ArrayRef<LoopRange> ranges,
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
