//===- Verifiers.h - checks that operations share ---------------*- C++ -*-===//

#ifndef PIT_LIB_DIALECT_PIT_IR_VERIFIERS_H
#define PIT_LIB_DIALECT_PIT_IR_VERIFIERS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::pit {

/// Whether two sizes may be the same; a dynamic one may be any.
bool areCompatibleSizes(int64_t a, int64_t b);

/// A size for a message: "?" or a number.
std::string sizeToString(int64_t size);

/// Results exist on tensors only, and then have the init's type.
LogicalResult verifyDestination(Operation *op, Value init, Value result);

/// All operands are ranked tensors, or all are ranked memrefs.
LogicalResult verifySameStorage(Operation *op, ValueRange operands);

/// Bitmaps have groups, micro-tiles and element type i1. `what` names the
/// value, such as "a bitmap".
LogicalResult verifyBitmapType(Operation *op, Type type, StringRef what);

/// Reads and writes of those operands that are memrefs.
void addDestinationEffects(
    Operation *op, ArrayRef<OpOperand *> reads, ArrayRef<OpOperand *> writes,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects);

} // namespace mlir::pit

#endif // PIT_LIB_DIALECT_PIT_IR_VERIFIERS_H
