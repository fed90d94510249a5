//===- PITDialect.td - the pit dialect ---------------------*- tablegen -*-===//

#ifndef PIT_DIALECT_PIT_IR_PITDIALECT_TD
#define PIT_DIALECT_PIT_IR_PITDIALECT_TD

include "mlir/IR/DialectBase.td"

def PIT_Dialect : Dialect {
  let name = "pit";
  let cppNamespace = "::mlir::pit";
  let summary = "Dynamically sparse tensor operators by permutation invariant transformation";
  let description = [{
    The `pit` dialect holds tensor operators whose zeros are known only at run
    time. Tensors stay in dense storage; an unordered index says which
    *micro-tiles* are live along a permutation-invariant dimension, the *PIT
    axis* (PIT, SOSP'23). It has three levels:

    - on tensors and memrefs: `pit.detect`, `pit.compact`, `pit.generic`;
    - the launch plan, in a `func.func`: `pit.workspace`, `pit.launch`;
    - the tile level, in a `gpu.func`: `pit.for_each_tile`, `pit.load_coords`,
      `pit.sread`, `pit.tile_mma`, `pit.swrite`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
    void registerTypes();
  }];
}

#endif // PIT_DIALECT_PIT_IR_PITDIALECT_TD
