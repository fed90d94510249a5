//===- PTX.h - kernels as PTX text ------------------------------*- C++ -*-===//

#ifndef PIT_TARGET_PTX_H
#define PIT_TARGET_PTX_H

#include "pit/Target/PTXTarget.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/DialectRegistry.h"

namespace mlir::pit {

/// Registers the translations to LLVM IR that emitKernels needs.
void registerPTXTranslations(DialectRegistry &registry);

/// Sets the #nvvm.target of every gpu.module in `root`.
void attachPTXTarget(Operation *root, const PTXTarget &target);

/// The target of a gpu.module. Emits an error and fails where it has none that
/// is known.
FailureOr<PTXTarget> getPTXTarget(gpu::GPUModuleOp module);

/// What kernels are written as.
enum class KernelFormat {
  LLVM, ///< optimized LLVM IR, what the code generator is given
  PTX
};

/// Translates a gpu.module of the llvm and nvvm dialects to text. It depends on
/// nothing but its input: unlike upstream's gpu-module-to-binary it does not
/// look for a CUDA toolkit. Emits an error and fails where that is not
/// possible, and where the code would call a function that it does not define.
FailureOr<std::string> emitKernels(gpu::GPUModuleOp module,
                                   const PTXTarget &target,
                                   KernelFormat format);

/// The PTX in a gpu.binary that pit-serialize-kernels made.
FailureOr<StringRef> getPTX(gpu::BinaryOp binary);

} // namespace mlir::pit

#endif // PIT_TARGET_PTX_H
