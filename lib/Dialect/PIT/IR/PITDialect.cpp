//===- PITDialect.cpp - the pit dialect -----------------------------------===//

#include "Bytecode.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pit;

#include "pit/Dialect/PIT/IR/PITDialect.cpp.inc"
#include "pit/Dialect/PIT/IR/PITEnums.cpp.inc"

namespace {
/// Operations on tensors, buffers and plans may be inlined: they mean the same
/// in any function.
struct PITInlinerInterface : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void PITDialect::initialize() {
  registerAttributes();
  registerTypes();
  addInterfaces<PITInlinerInterface>();
  addBytecodeInterface(*this);
  addOperations<
#define GET_OP_LIST
#include "pit/Dialect/PIT/IR/PITOps.cpp.inc"
      >();
}

/// Rejects what is none of the dialect's attributes: a misspelled one would
/// have no effect, silently.
static LogicalResult verifyKnown(Operation *op, StringAttr name,
                                 ArrayRef<StringRef> known) {
  if (llvm::is_contained(known, name.getValue()))
    return success();
  InFlightDiagnostic diag = op->emitOpError()
                            << "has an unknown attribute " << name << ": "
                            << "expected ";
  llvm::interleave(
      known, diag, [&](StringRef one) { diag << "'" << one << "'"; }, ", ");
  return diag;
}

/// Rejects a value of another kind than the attribute's readers look for: they
/// would take it for absent.
template <typename Attr>
static LogicalResult verifyKind(Operation *op, NamedAttribute attribute,
                                StringRef wanted) {
  if (isa<Attr>(attribute.getValue()))
    return success();
  return op->emitOpError() << "attribute " << attribute.getName() << " expects "
                           << wanted << ", but got " << attribute.getValue();
}

/// The same for an i64 of a function in [least, most].
static LogicalResult verifyNumber(Operation *op, NamedAttribute attribute,
                                  int64_t least, int64_t most) {
  auto number = dyn_cast<IntegerAttr>(attribute.getValue());
  if (number && number.getType().isInteger(64) && number.getInt() >= least &&
      number.getInt() <= most)
    return success();
  return op->emitOpError() << "attribute " << attribute.getName()
                           << " expects an i64 in [" << least << ", " << most
                           << "], but got " << attribute.getValue();
}

LogicalResult PITDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                   unsigned,
                                                   NamedAttribute attribute) {
  if (failed(verifyKnown(op, attribute.getName(),
                         {kNameAttrName, kOutputAttrName})))
    return failure();
  if (attribute.getName() == kOutputAttrName)
    return verifyKind<UnitAttr>(op, attribute, "no value");
  return verifyKind<StringAttr>(op, attribute, "a string");
}

LogicalResult
PITDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned,
                                        NamedAttribute attribute) {
  if (failed(verifyKnown(op, attribute.getName(), {kNameAttrName})))
    return failure();
  return verifyKind<StringAttr>(op, attribute, "a string");
}

LogicalResult PITDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  StringAttr name = attribute.getName();
  if (name != kScheduleAttrName) {
    if (failed(verifyKnown(op, name,
                           {kScheduleAttrName, kNameAttrName, kIndexAttrName,
                            kRoleAttrName, kKernelScheduleAttrName,
                            kStagesAttrName, kSharedBytesAttrName})))
      return failure();
    if (!isa<FunctionOpInterface>(op) && name != kNameAttrName &&
        name != kIndexAttrName)
      return op->emitOpError()
             << "attribute " << name << " is for functions only";
    if (name == kIndexAttrName)
      return verifyKind<UnitAttr>(op, attribute, "no value");
    if (name == kKernelScheduleAttrName)
      return verifyKind<ScheduleAttr>(op, attribute, "a #pit.schedule");
    if (name == kStagesAttrName)
      return verifyNumber(op, attribute, 1, kMaxStages);
    if (name == kSharedBytesAttrName)
      return verifyNumber(op, attribute, 0,
                          std::numeric_limits<int32_t>::max());
    return verifyKind<StringAttr>(op, attribute, "a string");
  }
  auto schedule = dyn_cast<ScheduleAttr>(attribute.getValue());
  if (!schedule)
    return op->emitOpError()
           << "attribute '" << kScheduleAttrName
           << "' expects a #pit.schedule, but got " << attribute.getValue();
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp)
    return op->emitOpError() << "attribute '" << kScheduleAttrName
                             << "' is for linalg operations only";
  int64_t loops = linalgOp.getNumLoops();
  if (static_cast<int64_t>(schedule.getTile().size()) != loops)
    return op->emitOpError()
           << "'" << kScheduleAttrName << "' expects " << loops
           << " tile extents (one per loop dimension), but got "
           << schedule.getTile().size();
  if (!schedule.getDense() && schedule.getAxis() >= loops)
    return op->emitOpError()
           << "'" << kScheduleAttrName << "' expects an axis below " << loops
           << " (the number of loop dimensions), but got "
           << schedule.getAxis();
  return success();
}
