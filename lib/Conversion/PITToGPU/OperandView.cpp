//===- OperandView.cpp - an operand as a matrix ---------------------------===//

#include "OperandView.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::pit;

/// Stride of a dimension that stands for no loop dimension. Only its first
/// element is used; a multiple of what any copy moves keeps rows aligned.
static constexpr int64_t kUnitStride = 16;

/// The strides and the offset of a memref, as index values; where the type does
/// not tell them, from the sizes (identity layout), from the reinterpretation
/// that made it, or from itself. `sizes` are its sizes.
static std::pair<SmallVector<Value>, Value>
getLayout(const IndexBuilder &ib, Value memref, ArrayRef<Value> sizes) {
  auto type = cast<MemRefType>(memref.getType());
  auto [known, start] = type.getStridesAndOffset();
  SmallVector<Value> strides(known.size());
  if (type.getLayout().isIdentity()) {
    Value next = ib.constant(1);
    for (size_t i = strides.size(); i-- > 0;) {
      strides[i] = next;
      next = ib.mul(next, sizes[i]);
    }
    return {strides, ib.constant(0)};
  }
  auto view = memref.getDefiningOp<memref::ReinterpretCastOp>();
  memref::ExtractStridedMetadataOp metadata;
  auto get = [&](int64_t known, function_ref<OpFoldResult()> ofView,
                 function_ref<Value()> ofMetadata) -> Value {
    if (!ShapedType::isDynamic(known))
      return ib.constant(known);
    if (view)
      return getValueOrCreateConstantIndexOp(ib.builder, ib.loc, ofView());
    if (!metadata)
      metadata =
          memref::ExtractStridedMetadataOp::create(ib.builder, ib.loc, memref);
    return ofMetadata();
  };
  for (auto [i, stride] : llvm::enumerate(known))
    strides[i] = get(
        stride, [&] { return view.getMixedStrides()[i]; },
        [&] { return metadata.getStrides()[i]; });
  Value offset = get(
      start, [&] { return view.getMixedOffsets().front(); },
      [&] { return metadata.getOffset(); });
  return {strides, offset};
}

/// True if the operand is its own view.
static bool isOwnView(AffineMap map, ArrayRef<ViewDim> dims) {
  return map.getNumResults() == dims.size() &&
         llvm::all_of(llvm::zip(map.getResults(), dims), [](auto pair) {
           auto [expr, dim] = pair;
           return dim && expr == getAffineDimExpr(*dim, expr.getContext());
         });
}

Value pit::createView(const IndexBuilder &ib, Value memref, AffineMap map,
                      ArrayRef<ViewDim> dims, ArrayRef<Value> offsets,
                      ArrayRef<Value> sizes) {
  auto type = cast<MemRefType>(memref.getType());
  // A dynamic size may be known to be a multiple, which a view of its own
  // tells.
  if (isOwnView(map, dims) &&
      (type.hasStaticShape() || !type.getLayout().isIdentity()))
    return memref;
  SmallVector<Value> operandSizes;
  for (auto [position, expr] : llvm::enumerate(map.getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    operandSizes.push_back(dim ? sizes[dim.getPosition()]
                               : ib.size(memref, position));
  }
  auto [operandStrides, offset] = getLayout(ib, memref, operandSizes);
  SmallVector<Value> strides(map.getNumDims());
  for (auto [expr, stride] : llvm::zip(map.getResults(), operandStrides)) {
    SmallVector<int64_t> terms = *getLinearTerms(expr, map.getNumDims());
    offset = ib.add(offset, ib.mul(stride, terms.back()));
    for (int64_t dim = 0; dim < map.getNumDims(); ++dim)
      if (terms[dim]) {
        Value step = ib.mul(stride, terms[dim]);
        strides[dim] = strides[dim] ? ib.add(strides[dim], step) : step;
      }
  }
  for (auto [dim, stride] : llvm::enumerate(strides))
    if (stride && !llvm::is_contained(dims, ViewDim(dim)))
      offset = ib.add(offset, ib.mul(stride, offsets[dim]));

  SmallVector<OpFoldResult> viewSizes, viewStrides;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    bool used = dim && strides[*dim];
    viewSizes.push_back(getAsOpFoldResult(dim ? sizes[*dim] : ib.constant(1)));
    viewStrides.push_back(getAsOpFoldResult(
        used ? strides[*dim]
             : ib.constant(i + 1 == dims.size() ? 1 : kUnitStride)));
  }
  OpFoldResult viewOffset = getAsOpFoldResult(offset);
  SmallVector<int64_t> staticSizes, staticStrides, staticOffset;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(viewSizes, dynamic, staticSizes);
  dispatchIndexOpFoldResults(viewStrides, dynamic, staticStrides);
  dispatchIndexOpFoldResults(viewOffset, dynamic, staticOffset);
  auto viewType = MemRefType::get(
      staticSizes, type.getElementType(),
      StridedLayoutAttr::get(ib.builder.getContext(), staticOffset.front(),
                             staticStrides),
      type.getMemorySpace());
  return memref::ReinterpretCastOp::create(ib.builder, ib.loc, viewType, memref,
                                           viewOffset, viewSizes, viewStrides);
}
