//===- Passes.h - all passes and pipelines of the project -------*- C++ -*-===//

#ifndef PIT_PASSES_PASSES_H
#define PIT_PASSES_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::pit {

#define GEN_PASS_DECL
#include "pit/Passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "pit/Passes/Passes.h.inc"

/// Registers the pit dialect and the interfaces that its passes need.
void registerAllDialects(DialectRegistry &registry);

/// Registers all passes and pipelines.
void registerAllPasses();

/// Registers the dialects, extensions and passes of this project and of
/// upstream: what a tool that takes any file needs, such as pit-opt.
void registerEverything(DialectRegistry &registry);

} // namespace mlir::pit

#endif // PIT_PASSES_PASSES_H
