//===- Encodings.cpp - take sparsity off types ----------------------------===//

#include "pit/Conversion/LinalgToPIT/LinalgToPIT.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Interfaces/CallInterfaces.h"

using namespace mlir;
using namespace mlir::pit;

/// Calls `callback` with each encoded tensor type in `type`.
static WalkResult
walkEncodings(Type type, function_ref<WalkResult(RankedTensorType)> callback) {
  return type.walk([&](RankedTensorType tensor) {
    return tensor.getEncoding() ? callback(tensor) : WalkResult::advance();
  });
}

/// Checks that the encodings in the types of an operation can be dropped.
static LogicalResult verifyDroppable(Operation *op) {
  auto check = [&](Type type) {
    return walkEncodings(type, [&](RankedTensorType tensor) {
      if (!isa<SparsityAttr>(tensor.getEncoding())) {
        op->emitOpError() << "has type " << tensor
                          << ", whose encoding is not #pit.sparsity and has no "
                             "lowering";
        return WalkResult::interrupt();
      }
      if (isa<CallOpInterface>(op)) {
        op->emitOpError()
            << "passes " << tensor
            << " to or from another function, which would have to change too: "
               "inline the call, or take #pit.sparsity off (tensor.cast)";
        return WalkResult::interrupt();
      }
      if (!op->isRegistered()) {
        op->emitOpError() << "is unknown, and has type " << tensor
                          << ", whose #pit.sparsity cannot be taken off";
        return WalkResult::interrupt();
      }
      return WalkResult::advance();
    });
  };
  for (Type type : op->getOperandTypes())
    if (check(type).wasInterrupted())
      return failure();
  for (Type type : op->getResultTypes())
    if (check(type).wasInterrupted())
      return failure();
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Type type : block.getArgumentTypes())
        if (check(type).wasInterrupted())
          return failure();
  return success();
}

/// The same type without #pit.sparsity, or none if it has none.
static std::optional<Type> dropEncoding(RankedTensorType type) {
  if (!isa_and_nonnull<SparsityAttr>(type.getEncoding()))
    return std::nullopt;
  return RankedTensorType::get(type.getShape(), type.getElementType());
}

/// Constants keep their values; only their type changes.
static std::optional<Attribute> dropEncoding(ElementsAttr elements) {
  auto type = dyn_cast<RankedTensorType>(elements.getShapedType());
  std::optional<Type> plain = type ? dropEncoding(type) : std::nullopt;
  if (!plain)
    return std::nullopt;
  auto shaped = cast<ShapedType>(*plain);
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return dense.reshape(shaped);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(shaped, resource.getRawHandle());
  return std::nullopt;
}

LogicalResult pit::dropSparsityEncodings(func::FuncOp func) {
  for (Type type :
       llvm::concat<const Type>(func.getArgumentTypes(), func.getResultTypes()))
    if (walkEncodings(type, [&](RankedTensorType tensor) {
          if (isa<SparsityAttr>(tensor.getEncoding()))
            return WalkResult::advance();
          func.emitOpError() << "has type " << tensor
                             << ", whose encoding is not #pit.sparsity and has "
                                "no lowering";
          return WalkResult::interrupt();
        }).wasInterrupted())
      return failure();
  if (func.getBody()
          .walk([](Operation *op) {
            return failed(verifyDroppable(op)) ? WalkResult::interrupt()
                                               : WalkResult::advance();
          })
          .wasInterrupted())
    return failure();

  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [](RankedTensorType type) { return dropEncoding(type); });
  replacer.addReplacement(
      [](ElementsAttr elements) { return dropEncoding(elements); });
  replacer.recursivelyReplaceElementsIn(func, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
  func.walk([](Operation *op) {
    if (!isa<tensor::CastOp, UnrealizedConversionCastOp>(op) ||
        op->getNumOperands() != 1 || op->getNumResults() != 1 ||
        op->getOperand(0).getType() != op->getResult(0).getType())
      return;
    op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    op->erase();
  });
  return success();
}
