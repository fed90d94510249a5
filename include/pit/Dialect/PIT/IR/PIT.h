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
/// Attribute of a function's argument, or of a memref.view of the workspace:
/// its name in the launch plan.
inline constexpr llvm::StringLiteral kNameAttrName = "pit.name";
/// Unit attribute of a function's argument: the plan writes it.
inline constexpr llvm::StringLiteral kOutputAttrName = "pit.output";
/// Unit attribute of a memref.view of the workspace: a part of an index.
inline constexpr llvm::StringLiteral kIndexAttrName = "pit.index";
/// Attribute (string) of a gpu.func: what it does, a word for people.
inline constexpr llvm::StringLiteral kRoleAttrName = "pit.role";
/// Attribute (#pit.schedule) of a gpu.func at the tile level: its schedule.
inline constexpr llvm::StringLiteral kKernelScheduleAttrName =
    "pit.kernel_schedule";
/// Attribute (i64) of a scheduled gpu.func: slots of each tile.
inline constexpr llvm::StringLiteral kStagesAttrName = "pit.stages";
/// Attribute (i64) of a gpu.func: bytes of dynamic shared memory; absent: 0.
inline constexpr llvm::StringLiteral kSharedBytesAttrName = "pit.shared_bytes";

/// Bounds of extents and stages in attributes and types: far past what any chip
/// holds, so that bytes computed from them fit 64 bits.
inline constexpr int64_t kMaxTileExtent = 65536, kMaxStages = 1024;

/// Micro-tiles of extent `micro` (kDynamic: the whole) in a dimension of `size`
/// elements; kDynamic where that is not known.
int64_t countMicroTiles(int64_t size, int64_t micro);

/// Shape of the bitmap (groups, capacity) of an operand of the given shape:
/// micro-tiles along `axis` are the second number, all others, flattened, the
/// first. Dynamic where a size that matters is.
std::pair<int64_t, int64_t> getBitmapShape(ArrayRef<int64_t> shape,
                                           ArrayRef<int64_t> microTile,
                                           int64_t axis);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_IR_PIT_H
