//===- Host.h - functions by the host's JIT ---------------------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_HOST_H
#define PIT_TOOLS_PIT_RUN_HOST_H

#include "Signature.h"

namespace pit::tool {

/// Compiles a function of `module` by pit-to-cpu, or by pit-to-reference, and
/// runs it. Changes the module. The arrays are the arguments, of the types in
/// `signature`; so are the results, which get their sizes there. The error:
/// what the pipeline said was printed as diagnostics.
Expected<std::vector<NpyArray>> runOnHost(mlir::ModuleOp module,
                                          Signature &signature,
                                          std::vector<NpyArray> &arguments,
                                          bool reference);

/// The signature that a function has after pit-to-reference: f64 in place of
/// every float.
Signature promoteToF64(Signature signature);

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_HOST_H
