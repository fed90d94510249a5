//===- IndexBuilder.cpp - index arithmetic at one place -------------------===//

#include "pit/Conversion/Utils/IndexBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pit;

Value IndexBuilder::constant(int64_t value) const {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value IndexBuilder::constantLike(Value like, int64_t value) const {
  if (like.getType().isIndex())
    return constant(value);
  // The low bits: a mask may be written as an unsigned number.
  unsigned width = like.getType().getIntOrFloatBitWidth();
  return arith::ConstantOp::create(
      builder, loc,
      builder.getIntegerAttr(
          like.getType(),
          APInt(64, static_cast<uint64_t>(value)).zextOrTrunc(width)));
}

Value IndexBuilder::add(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::AddIOp>(loc, lhs, rhs);
}

Value IndexBuilder::add(Value lhs, int64_t rhs) const {
  return rhs == 0 ? lhs : add(lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::mul(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::MulIOp>(loc, lhs, rhs);
}

Value IndexBuilder::mul(Value lhs, int64_t rhs) const {
  return rhs == 1 ? lhs : mul(lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::div(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::DivUIOp>(loc, lhs, rhs);
}

Value IndexBuilder::div(Value lhs, int64_t rhs) const {
  return rhs == 1 ? lhs : div(lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::ceilDiv(Value lhs, int64_t rhs) const {
  return rhs == 1 ? lhs
                  : builder.createOrFold<arith::CeilDivUIOp>(
                        loc, lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::rem(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::RemUIOp>(loc, lhs, rhs);
}

Value IndexBuilder::rem(Value lhs, int64_t rhs) const {
  return rem(lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::min(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::MinUIOp>(loc, lhs, rhs);
}

Value IndexBuilder::bitAnd(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::AndIOp>(loc, lhs, rhs);
}

Value IndexBuilder::bitAnd(Value lhs, int64_t rhs) const {
  return bitAnd(lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::bitOr(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::OrIOp>(loc, lhs, rhs);
}

Value IndexBuilder::bitXor(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::XOrIOp>(loc, lhs, rhs);
}

Value IndexBuilder::shiftRight(Value value, Value amount) const {
  return builder.createOrFold<arith::ShRUIOp>(loc, value, amount);
}

Value IndexBuilder::shiftRight(Value value, int64_t amount) const {
  return shiftRight(value, constantLike(value, amount));
}

Value IndexBuilder::less(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ult,
                                             lhs, rhs);
}

Value IndexBuilder::less(Value lhs, int64_t rhs) const {
  return less(lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::equals(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, lhs,
                                             rhs);
}

Value IndexBuilder::equals(Value lhs, int64_t rhs) const {
  return equals(lhs, constantLike(lhs, rhs));
}

Value IndexBuilder::isNonZero(Value value) const {
  return builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ne,
                                             value, constantLike(value, 0));
}

Value IndexBuilder::select(Value condition, Value yes, Value no) const {
  return builder.createOrFold<arith::SelectOp>(loc, condition, yes, no);
}

Value IndexBuilder::all(ArrayRef<Value> conditions) const {
  Value result;
  for (Value condition : conditions)
    if (condition)
      result = result ? bitAnd(result, condition) : condition;
  return result;
}

Value IndexBuilder::toIndex(Value integer) const {
  return builder.createOrFold<arith::IndexCastUIOp>(loc, builder.getIndexType(),
                                                    integer);
}

Value IndexBuilder::size(Value memref, int64_t dim) const {
  auto type = cast<MemRefType>(memref.getType());
  if (!type.isDynamicDim(dim))
    return constant(type.getDimSize(dim));
  if (auto cast = memref.getDefiningOp<memref::ReinterpretCastOp>())
    return getValueOrCreateConstantIndexOp(builder, loc,
                                           cast.getMixedSizes()[dim]);
  return builder.createOrFold<memref::DimOp>(loc, memref, dim);
}

Value IndexBuilder::threadId() const {
  return gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
}

Value IndexBuilder::blockId() const {
  return gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
}
