//===- Pipelines.cpp - named pipelines ------------------------------------===//

#include "pit/Target/Pipelines.h"

#include "pit/Passes/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/NVGPUToNVVM/NVGPUToNVVM.h"
#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::pit;

static std::unique_ptr<Pass> attachTarget(const GPUPipelineOptions &options) {
  return createPITAttachTargetPass({options.arch, options.ptxVersion});
}

void pit::buildPITToGPU(OpPassManager &manager,
                        const GPUPipelineOptions &options) {
  // There are no kernels yet: this says early what is wrong with the options.
  manager.addPass(attachTarget(options));
  // A plan has no calls. Nothing is simplified on the way: that would take
  // casts to sparse types for superfluous.
  manager.addPass(createInlinerPass({}, [](OpPassManager &) {}));
  manager.addNestedPass<func::FuncOp>(createConvertLinalgToPITPass());
  manager.addNestedPass<func::FuncOp>(createPITFuseEpiloguePass());
  manager.addPass(createPITBufferizePass());
  manager.addPass(createPITPlanLaunchesPass());
  manager.addPass(createConvertPITToGPUPass());
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  kernels.addNestedPass<gpu::GPUFuncOp>(
      createPITScheduleSM80Pass({options.arch}));
  kernels.addNestedPass<gpu::GPUFuncOp>(createConvertPITTileToNVGPUPass());
  manager.addPass(createPITFinalizePlanPass());
  manager.addPass(attachTarget(options));
}

void pit::buildKernelsToLLVM(OpPassManager &manager,
                             const GPUPipelineOptions &) {
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  // Loops and addresses are simplified while they can still be seen.
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createConvertNVGPUToNVVMPass());
  kernels.addPass(createConvertVectorToSCFPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createPITLowerMathPass());
  ConvertGpuOpsToNVVMOpsOptions toNVVM;
  toNVVM.useBarePtrCallConv = true; // kernel ABI
  toNVVM.hasRedux = true;           // since sm_80
  // Converts what it can of the vector dialect as well, and before the pass of
  // that name, which knows no address spaces.
  kernels.addPass(createConvertGpuOpsToNVVMOps(toNVVM));
  kernels.addPass(createConvertVectorToLLVMPass());
  kernels.addPass(createConvertNVVMToLLVMPass());
  kernels.addPass(createReconcileUnrealizedCastsPass());
  kernels.addPass(createPITExternalizeSharedPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
}

void pit::buildPITToPTX(OpPassManager &manager,
                        const GPUPipelineOptions &options) {
  buildPITToGPU(manager, options);
  buildKernelsToLLVM(manager, options);
  manager.addPass(createPITSerializeKernelsPass());
}

void pit::buildPITToLLVM(OpPassManager &manager,
                         const GPUPipelineOptions &options) {
  buildPITToPTX(manager, options);
  manager.addPass(createConvertPITPlanToLLVMPass());
}

void pit::registerGPUPipelines() {
  PassPipelineRegistration<GPUPipelineOptions>(
      "pit-to-gpu",
      "Compile linalg and pit on tensors to a launch plan and kernels of the "
      "gpu, nvgpu and nvvm dialects",
      buildPITToGPU);
  PassPipelineRegistration<GPUPipelineOptions>(
      "pit-to-ptx",
      "Compile linalg and pit on tensors to a launch plan and kernels as PTX",
      buildPITToPTX);
  PassPipelineRegistration<GPUPipelineOptions>(
      "pit-to-llvm",
      "Compile linalg and pit on tensors to host code in the llvm dialect that "
      "launches kernels as PTX",
      buildPITToLLVM);
}
