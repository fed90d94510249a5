//===- Passes.td - all passes of the project ---------------*- tablegen -*-===//

#ifndef PIT_PASSES_PASSES_TD
#define PIT_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // PIT_PASSES_PASSES_TD
