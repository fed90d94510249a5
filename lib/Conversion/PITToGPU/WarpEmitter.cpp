//===- WarpEmitter.cpp - small steps of warp-level kernels ----------------===//

#include "WarpEmitter.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// The address space of global memory in NVPTX.
static constexpr unsigned kGlobalAddressSpace = 1;
static constexpr int64_t kAllLanes = 0xffffffff;

Value WarpEmitter::mul(Value lhs, const Extent &rhs) const {
  return rhs.isKnown() ? mul(lhs, rhs.known) : mul(lhs, rhs.value);
}

Value WarpEmitter::div(Value lhs, const Extent &rhs) const {
  return rhs.isKnown() ? div(lhs, rhs.known) : div(lhs, rhs.value);
}

Value WarpEmitter::rem(Value lhs, const Extent &rhs) const {
  return rhs.isKnown() ? rem(lhs, rhs.known) : rem(lhs, rhs.value);
}

Value WarpEmitter::less(Value lhs, const Extent &rhs) const {
  return rhs.isKnown() ? less(lhs, rhs.known) : less(lhs, rhs.value);
}

Extent WarpEmitter::sum(const Extent &lhs, const Extent &rhs) const {
  if (lhs.isKnown() && rhs.isKnown())
    return lhs.known + rhs.known;
  return add(get(lhs), get(rhs));
}

Extent WarpEmitter::product(const Extent &lhs, const Extent &rhs) const {
  if (lhs.isKnown() && rhs.isKnown())
    return lhs.known * rhs.known;
  return lhs.isKnown() ? mul(rhs.value, lhs) : mul(lhs.value, rhs);
}

Extent WarpEmitter::quotient(const Extent &lhs, int64_t rhs) const {
  return lhs.isKnown() ? Extent(lhs.known / rhs) : div(lhs.value, rhs);
}

Extent WarpEmitter::ceilDiv(const Extent &lhs, int64_t rhs) const {
  return lhs.isKnown() ? Extent(llvm::divideCeil(lhs.known, rhs))
                       : ceilDiv(lhs.value, rhs);
}

Value WarpEmitter::ceilDiv(Value lhs, Value rhs) const {
  return builder.createOrFold<arith::CeilDivUIOp>(loc, lhs, rhs);
}

Value WarpEmitter::sub(Value lhs, int64_t rhs) const {
  return builder.createOrFold<arith::SubIOp>(loc, lhs, constant(rhs));
}

Value WarpEmitter::max(Value lhs, int64_t rhs) const {
  return builder.createOrFold<arith::MaxUIOp>(loc, lhs, constant(rhs));
}

Extent WarpEmitter::extent(Value memref, int64_t dim) const {
  int64_t size = cast<MemRefType>(memref.getType()).getDimSize(dim);
  return ShapedType::isDynamic(size) ? Extent(IndexBuilder::size(memref, dim))
                                     : Extent(size);
}

Extent WarpEmitter::numElements(Value memref) const {
  Extent count = 1;
  for (int64_t dim = 0; dim < cast<MemRefType>(memref.getType()).getRank();
       ++dim)
    count = product(count, extent(memref, dim));
  return count;
}

Value WarpEmitter::get(const Extent &extent) const {
  return extent.isKnown() ? constant(extent.known) : extent.value;
}

Value WarpEmitter::guard(Value value, const Extent &bound, int64_t step) const {
  return bound.isMultipleOf(step) ? Value() : less(value, bound);
}

Value WarpEmitter::isNoMultiple(Value size, int64_t number) const {
  Value whole = mul(div(size, number), number);
  Value rest = builder.createOrFold<arith::SubIOp>(loc, size, whole);
  return min(rest, constant(1));
}

Value WarpEmitter::negate(Value zeroOrOne) const {
  return builder.createOrFold<arith::SubIOp>(loc, constant(1), zeroOrOne);
}

Value WarpEmitter::i32(int64_t value) {
  return arith::ConstantOp::create(
      builder, loc,
      builder.getI32IntegerAttr(
          static_cast<int32_t>(static_cast<uint32_t>(value))));
}

Value WarpEmitter::boolean(bool value) {
  return arith::ConstantOp::create(builder, loc, builder.getBoolAttr(value));
}

Value WarpEmitter::toI32(Value index) {
  return builder.createOrFold<arith::IndexCastOp>(loc, builder.getI32Type(),
                                                  index);
}

Value WarpEmitter::popcount(Value i32) {
  return LLVM::CtPopOp::create(builder, loc, i32.getType(), i32);
}

Value WarpEmitter::ballot(Value predicate) {
  return NVVM::VoteSyncOp::create(builder, loc, builder.getI32Type(),
                                  i32(kAllLanes), predicate,
                                  NVVM::VoteSyncKind::ballot);
}

Value WarpEmitter::any(Value predicate) {
  return NVVM::VoteSyncOp::create(builder, loc, builder.getI1Type(),
                                  i32(kAllLanes), predicate,
                                  NVVM::VoteSyncKind::any);
}

Value WarpEmitter::warpSum(Value value) {
  return NVVM::ReduxOp::create(builder, loc, builder.getI32Type(), value,
                               NVVM::ReduxKind::ADD, i32(kAllLanes));
}

Value WarpEmitter::lowerLanes() {
  return NVVM::LaneMaskLtOp::create(builder, loc, builder.getI32Type());
}

void WarpEmitter::ifTrue(Value condition, function_ref<void()> body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(builder, loc, condition);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(branch.thenBlock()->getTerminator());
  body();
}

Value WarpEmitter::ifTrueElseZero(Value condition, Type type,
                                  function_ref<Value()> body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(builder, loc, TypeRange{type}, condition,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(branch.thenBlock());
  scf::YieldOp::create(builder, loc, body());
  builder.setInsertionPointToEnd(branch.elseBlock());
  scf::YieldOp::create(
      builder, loc,
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type))
          .getResult());
  return branch.getResult(0);
}

Value WarpEmitter::loop(Value lower, Value upper, int64_t step, Value init,
                        function_ref<Value(Value, Value)> body) {
  auto loop =
      scf::ForOp::create(builder, loc, lower, upper, constant(step), init);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  Value next = body(loop.getInductionVar(), loop.getRegionIterArg(0));
  scf::YieldOp::create(builder, loc, next);
  return loop.getResult(0);
}

Value WarpEmitter::globalPointer(Value memref) {
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, memref);
  Value bits =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), address);
  MLIRContext *context = builder.getContext();
  Value generic = LLVM::IntToPtrOp::create(
      builder, loc, LLVM::LLVMPointerType::get(context), bits);
  return LLVM::AddrSpaceCastOp::create(
      builder, loc, LLVM::LLVMPointerType::get(context, kGlobalAddressSpace),
      generic);
}

Type WarpEmitter::loadType(int64_t bytes) {
  if (bytes <= 4)
    return builder.getIntegerType(static_cast<unsigned>(8 * bytes));
  return VectorType::get({bytes / 4}, builder.getI32Type());
}

Value WarpEmitter::loadBytes(Value pointer, Value offset, int64_t bytes) {
  Value byteOffset = arith::IndexCastOp::create(
      builder, loc, builder.getI64Type(), mul(offset, bytes));
  Value address =
      LLVM::GEPOp::create(builder, loc, pointer.getType(), builder.getI8Type(),
                          pointer, ArrayRef<LLVM::GEPArg>{byteOffset});
  return LLVM::LoadOp::create(builder, loc, loadType(bytes), address,
                              static_cast<unsigned>(bytes));
}
