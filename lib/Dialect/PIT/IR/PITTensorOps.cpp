//===- PITTensorOps.cpp - verifiers of the operations on tensors ----------===//

#include "pit/Dialect/PIT/IR/PIT.h"

#include "Verifiers.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

#define GET_OP_CLASSES
#include "pit/Dialect/PIT/IR/PITOps.cpp.inc"

/// Number of micro-tiles along a dimension; dynamic if it is not known.
int64_t pit::countMicroTiles(int64_t size, int64_t micro) {
  if (ShapedType::isDynamic(micro))
    return 1;
  return ShapedType::isDynamic(size) ? ShapedType::kDynamic
                                     : llvm::divideCeil(size, micro);
}

std::pair<int64_t, int64_t> pit::getBitmapShape(ArrayRef<int64_t> shape,
                                                ArrayRef<int64_t> microTile,
                                                int64_t axis) {
  int64_t groups = 1;
  for (auto [dim, size] : llvm::enumerate(shape)) {
    if (static_cast<int64_t>(dim) == axis)
      continue;
    int64_t count = countMicroTiles(size, microTile[dim]);
    groups = ShapedType::isDynamic(groups) || ShapedType::isDynamic(count)
                 ? ShapedType::kDynamic
                 : groups * count;
  }
  return {groups, countMicroTiles(shape[axis], microTile[axis])};
}

//===----------------------------------------------------------------------===//
// DetectOp
//===----------------------------------------------------------------------===//

LogicalResult DetectOp::verify() {
  if (failed(verifySameStorage(*this, getOperands())) ||
      failed(verifyDestination(*this, getInit(), getResult())))
    return failure();
  auto source = cast<ShapedType>(getSource().getType());
  Type element = source.getElementType();
  auto floatType = dyn_cast<FloatType>(element);
  if (!element.isSignlessIntOrFloat() ||
      (floatType && !APFloat::semanticsHasZero(floatType.getFloatSemantics())))
    return emitOpError() << "expects a source of signless integers, or of "
                            "floats that have a zero, but got "
                         << source;
  if (source.getRank() < 1)
    return emitOpError("expects a source of rank 1 or more");
  if (static_cast<int64_t>(getMicroTile().size()) != source.getRank())
    return emitOpError() << "expects " << source.getRank()
                         << " micro-tile extents (rank of the source), but got "
                         << getMicroTile().size();
  for (int64_t extent : getMicroTile())
    if (extent < 1 && !ShapedType::isDynamic(extent))
      return emitOpError()
             << "expects micro-tile extents of at least 1, but got " << extent;
  int64_t axis = static_cast<int64_t>(getAxis());
  if (axis < 0 || axis >= source.getRank())
    return emitOpError() << "expects an axis in [0, " << source.getRank()
                         << "), but got " << axis;
  if (failed(verifyBitmapType(*this, getInit().getType(), "an init")))
    return failure();
  auto [groups, tiles] =
      getBitmapShape(source.getShape(), getMicroTile(), axis);
  auto init = cast<ShapedType>(getInit().getType());
  if (!areCompatibleSizes(init.getDimSize(0), groups) ||
      !areCompatibleSizes(init.getDimSize(1), tiles))
    return emitOpError() << "expects an init of " << sizeToString(groups)
                         << " groups with " << sizeToString(tiles)
                         << " micro-tiles, but got " << init;
  return success();
}

void DetectOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  addDestinationEffects(*this, {&getSourceMutable()}, {&getInitMutable()},
                        effects);
}

//===----------------------------------------------------------------------===//
// CompactOp, AssembleIndexOp
//===----------------------------------------------------------------------===//

/// Counts (or offsets) and coordinates of an index of the given format and
/// sizes.
static LogicalResult verifyIndexParts(Operation *op, Type countsType,
                                      Type coordsType, IndexFormat format,
                                      int64_t groups, int64_t capacity) {
  auto counts = cast<ShapedType>(countsType),
       coords = cast<ShapedType>(coordsType);
  bool padded = format == IndexFormat::padded;
  if (!counts.hasRank() || counts.getRank() != 1 ||
      !counts.getElementType().isInteger(padded ? 32 : 64))
    return op->emitOpError() << "expects "
                             << (padded ? "counts of rank 1 and type i32"
                                        : "offsets of rank 1 and type i64")
                             << ", but got " << countsType;
  if (!coords.hasRank() || coords.getRank() != (padded ? 2 : 1) ||
      !coords.getElementType().isInteger(32))
    return op->emitOpError()
           << "expects coordinates of rank " << (padded ? 2 : 1)
           << " and type i32, but got " << coordsType;
  int64_t entries =
      padded || ShapedType::isDynamic(groups) ? groups : groups + 1;
  if (!areCompatibleSizes(counts.getDimSize(0), entries))
    return op->emitOpError()
           << "expects " << sizeToString(entries)
           << (padded ? " counts" : " offsets") << ", but got " << countsType;
  if (padded && (!areCompatibleSizes(coords.getDimSize(0), groups) ||
                 !areCompatibleSizes(coords.getDimSize(1), capacity)))
    return op->emitOpError()
           << "expects coordinates of shape " << sizeToString(groups) << "x"
           << sizeToString(capacity) << ", but got " << coordsType;
  return success();
}

LogicalResult CompactOp::verify() {
  if (failed(verifySameStorage(*this, getBitmap())) ||
      failed(verifyBitmapType(*this, getBitmap().getType(), "a bitmap")))
    return failure();
  auto bitmap = cast<ShapedType>(getBitmap().getType());
  if (isa<MemRefType>(bitmap)) {
    if (getResult() || !getCounts() || !getCoords())
      return emitOpError("on a memref expects counts and coordinates as "
                         "destinations and no result");
    return verifyIndexParts(*this, getCounts().getType(), getCoords().getType(),
                            IndexFormat::padded, bitmap.getDimSize(0),
                            bitmap.getDimSize(1));
  }
  if (!getResult() || getCounts() || getCoords())
    return emitOpError("on a tensor expects a result and no destinations");
  auto index = cast<pit::IndexType>(getResult().getType());
  if (!areCompatibleSizes(index.getGroups(), bitmap.getDimSize(0)) ||
      !areCompatibleSizes(index.getCapacity(), bitmap.getDimSize(1)))
    return emitOpError() << "expects an index of the bitmap's shape "
                         << sizeToString(bitmap.getDimSize(0)) << "x"
                         << sizeToString(bitmap.getDimSize(1)) << ", but got "
                         << index;
  return success();
}

void CompactOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (getResult())
    return;
  addDestinationEffects(
      *this, {&getBitmapMutable()},
      {&*getCountsMutable().begin(), &*getCoordsMutable().begin()}, effects);
}

LogicalResult AssembleIndexOp::verify() {
  auto index = getResult().getType();
  if (failed(verifySameStorage(*this, getOperands())))
    return failure();
  return verifyIndexParts(*this, getCounts().getType(), getCoords().getType(),
                          index.getFormat(), index.getGroups(),
                          index.getCapacity());
}
