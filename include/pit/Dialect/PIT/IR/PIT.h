//===- PIT.h - the pit dialect ----------------------------------*- C++ -*-===//
//
// Attributes, types and operations of the dialect; see PITDialect.td for its
// levels and docs/ for the reference that is generated from the same source.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_DIALECT_PIT_IR_PIT_H
#define PIT_DIALECT_PIT_IR_PIT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "pit/Dialect/PIT/IR/PITDialect.h.inc"
#include "pit/Dialect/PIT/IR/PITEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "pit/Dialect/PIT/IR/PITAttributes.h.inc"
#define GET_TYPEDEF_CLASSES
#include "pit/Dialect/PIT/IR/PITTypes.h.inc"
#define GET_OP_CLASSES
#include "pit/Dialect/PIT/IR/PITOps.h.inc"

namespace mlir::pit {

/// Name of the attribute by which a user pins a schedule on a linalg op.
inline constexpr llvm::StringLiteral kScheduleAttrName = "pit.schedule";

/// Bounds of extents and stages in attributes and types: far past what any chip
/// holds, so that bytes computed from them fit 64 bits.
inline constexpr int64_t kMaxTileExtent = 65536, kMaxStages = 1024;

/// Shape of the bitmap (groups, capacity) of an operand of the given shape:
/// micro-tiles along `axis` are the second number, all others, flattened, the
/// first. Dynamic where a size that matters is.
std::pair<int64_t, int64_t> getBitmapShape(ArrayRef<int64_t> shape,
                                           ArrayRef<int64_t> microTile,
                                           int64_t axis);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_IR_PIT_H
