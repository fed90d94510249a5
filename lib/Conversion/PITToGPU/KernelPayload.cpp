//===- KernelPayload.cpp - what a kernel takes over from its plan ---------===//

#include "KernelPayload.h"

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::pit;

LogicalResult pit::checkPayload(Operation *op, Region &region) {
  WalkResult result = region.walk([&](Operation *inner) {
    if (isa<arith::ArithDialect, math::MathDialect, linalg::LinalgDialect,
            scf::SCFDialect>(inner->getDialect()) ||
        isa<memref::LoadOp, pit::YieldOp>(inner))
      return WalkResult::advance();
    inner->emitOpError() << "has no lowering inside of a '" << op->getName()
                         << "': expects arith and math operations";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult pit::collectSources(Operation *user, Value value,
                                  llvm::SetVector<Value> &buffers) {
  if (isa<MemRefType>(value.getType())) {
    buffers.insert(value);
    return success();
  }
  Operation *def = value.getDefiningOp();
  // A load cannot be repeated: the buffer may change before the kernel runs.
  if (!def || def->getNumRegions() != 0 || !isPure(def))
    return user->emitOpError()
           << "reads a value of type " << value.getType()
           << " that a kernel cannot compute: expects arithmetic on constants";
  for (Value operand : def->getOperands())
    if (failed(collectSources(user, operand, buffers)))
      return failure();
  return success();
}

Value pit::rematerialize(OpBuilder &builder, Value value, IRMapping &map) {
  if (Value known = map.lookupOrNull(value))
    return known;
  Operation *def = value.getDefiningOp();
  for (Value operand : def->getOperands())
    rematerialize(builder, operand, map);
  builder.clone(*def, map);
  return map.lookup(value);
}
