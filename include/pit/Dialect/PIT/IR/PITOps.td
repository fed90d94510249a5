//===- PITOps.td - operations of the pit dialect -----------*- tablegen -*-===//
//
// The one file that mlir-tblgen reads; the operations stand in one file a level.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_DIALECT_PIT_IR_PITOPS_TD
#define PIT_DIALECT_PIT_IR_PITOPS_TD

include "pit/Dialect/PIT/IR/PITTensorOps.td"
include "pit/Dialect/PIT/IR/PITPlanOps.td"
include "pit/Dialect/PIT/IR/PITTileOps.td"

#endif // PIT_DIALECT_PIT_IR_PITOPS_TD
