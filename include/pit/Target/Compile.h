//===- Compile.h - from a module to files -----------------------*- C++ -*-===//

#ifndef PIT_TARGET_COMPILE_H
#define PIT_TARGET_COMPILE_H

#include "pit/Target/PTXTarget.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"

#include <string>
#include <vector>

namespace mlir::pit {

/// How to compile.
struct CompileOptions {
  std::string arch = "sm_80"; ///< the chip
  std::string ptxVersion;     ///< such as "7.8"; empty: one that suits the chip
};

/// A function that is ready to be written and run.
struct CompiledFunction {
  std::string name; ///< of the function; letters, digits and '_'
  std::string ptx;  ///< its kernels
  std::string llvm; ///< the same as optimized LLVM IR; on request
  std::string plan; ///< its launch plan, JSON; it calls the PTX `name`.ptx
};

/// Registers the dialects and interfaces that compiling needs, and no others,
/// so that a tool starts fast.
void registerCompilerDialects(DialectRegistry &registry);

/// Runs pit-to-gpu on a module. Emits errors and fails.
LogicalResult compileToGPU(ModuleOp module, const CompileOptions &options);

/// Compiles every function of a module that has a body; the module is changed
/// on the way. `withLLVM` asks for the LLVM IR too. Emits errors and fails.
FailureOr<std::vector<CompiledFunction>>
compileModule(ModuleOp module, const CompileOptions &options,
              bool withLLVM = false);

} // namespace mlir::pit

#endif // PIT_TARGET_COMPILE_H
