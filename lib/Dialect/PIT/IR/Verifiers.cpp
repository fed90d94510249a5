//===- Verifiers.cpp - checks that operations share -----------------------===//

#include "Verifiers.h"

using namespace mlir;
using namespace mlir::pit;

bool pit::areCompatibleSizes(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

std::string pit::sizeToString(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

LogicalResult pit::verifyDestination(Operation *op, Value init, Value result) {
  bool isTensor = isa<RankedTensorType>(init.getType());
  if (isTensor && !result)
    return op->emitOpError("expects a result, because its init is a tensor");
  if (!isTensor && result)
    return op->emitOpError("expects no result, because its init is a memref");
  if (result && result.getType() != init.getType())
    return op->emitOpError()
           << "expects a result of the init's type " << init.getType()
           << ", but got " << result.getType();
  return success();
}

LogicalResult pit::verifySameStorage(Operation *op, ValueRange operands) {
  bool tensors = isa<RankedTensorType>(operands.front().getType());
  for (Value operand : operands)
    if (tensors ? !isa<RankedTensorType>(operand.getType())
                : !isa<MemRefType>(operand.getType()))
      return op->emitOpError()
             << "expects its operands to be all ranked tensors or all ranked "
                "memrefs, but got "
             << operands.front().getType() << " and " << operand.getType();
  return success();
}

LogicalResult pit::verifyBitmapType(Operation *op, Type type, StringRef what) {
  auto shaped = cast<ShapedType>(type);
  if (!shaped.hasRank() || shaped.getRank() != 2 ||
      !shaped.getElementType().isInteger(1))
    return op->emitOpError()
           << "expects " << what
           << " of rank 2 (groups, micro-tiles) and element type i1, but got "
           << type;
  return success();
}

void pit::addDestinationEffects(
    Operation *op, ArrayRef<OpOperand *> reads, ArrayRef<OpOperand *> writes,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand *operand : reads)
    if (isa<MemRefType>(operand->get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), operand,
                           SideEffects::DefaultResource::get());
  for (OpOperand *operand : writes)
    if (isa<MemRefType>(operand->get().getType()))
      effects.emplace_back(MemoryEffects::Write::get(), operand,
                           SideEffects::DefaultResource::get());
}
