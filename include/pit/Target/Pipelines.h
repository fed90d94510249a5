//===- Pipelines.h - named pipelines ----------------------------*- C++ -*-===//

#ifndef PIT_TARGET_PIPELINES_H
#define PIT_TARGET_PIPELINES_H

#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlir::pit {

/// Options of the pipelines that make code for a GPU.
struct GPUPipelineOptions : PassPipelineOptions<GPUPipelineOptions> {
  Option<std::string> arch{*this, "arch",
                           llvm::cl::desc("The chip, sm_80 to sm_90a"),
                           llvm::cl::init("sm_80")};
  Option<std::string> ptxVersion{
      *this, "ptx-version",
      llvm::cl::desc("The PTX version, such as 7.8; by default one that suits "
                     "the chip"),
      llvm::cl::init("")};
};

/// From linalg and pit on tensors to a launch plan and kernels of the gpu,
/// nvgpu and nvvm dialects, without pit operations in them.
void buildPITToGPU(OpPassManager &manager, const GPUPipelineOptions &options);

/// From what buildPITToGPU leaves to kernels in the llvm and nvvm dialects.
void buildKernelsToLLVM(OpPassManager &manager,
                        const GPUPipelineOptions &options);

/// From linalg and pit on tensors to a launch plan and kernels as PTX.
void buildPITToPTX(OpPassManager &manager, const GPUPipelineOptions &options);

/// From linalg and pit on tensors to host code in the llvm dialect, whose
/// binaries hold the kernels as PTX.
void buildPITToLLVM(OpPassManager &manager, const GPUPipelineOptions &options);

/// Registers the pipelines by name.
void registerGPUPipelines();

} // namespace mlir::pit

#endif // PIT_TARGET_PIPELINES_H
