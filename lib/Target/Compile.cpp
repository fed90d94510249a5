//===- Compile.cpp - from a module to files -------------------------------===//

#include "pit/Target/Compile.h"

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Dialect/PIT/Transforms/Bufferization.h"
#include "pit/Target/LaunchPlanJson.h"
#include "pit/Target/PTX.h"
#include "pit/Target/Pipelines.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/ControlFlow/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace mlir::pit;

void pit::registerCompilerDialects(DialectRegistry &registry) {
  registry
      .insert<affine::AffineDialect, arith::ArithDialect,
              bufferization::BufferizationDialect, cf::ControlFlowDialect,
              func::FuncDialect, gpu::GPUDialect, linalg::LinalgDialect,
              LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect,
              nvgpu::NVGPUDialect, NVVM::NVVMDialect, PITDialect,
              scf::SCFDialect, tensor::TensorDialect, vector::VectorDialect>();
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  cf::registerBufferizableOpInterfaceExternalModels(registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  registerBufferizableOpInterfaceExternalModels(registry);
  // convert-gpu-to-nvvm takes along what says how it becomes llvm.
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
  registerConvertNVVMToLLVMInterface(registry);
  ub::registerConvertUBToLLVMInterface(registry);
  vector::registerConvertVectorToLLVMInterface(registry);
  registerPTXTranslations(registry);
}

static void setOptions(GPUPipelineOptions &to, const CompileOptions &from) {
  to.arch = from.arch;
  to.ptxVersion = from.ptxVersion;
}

LogicalResult pit::compileToGPU(ModuleOp module,
                                const CompileOptions &options) {
  GPUPipelineOptions pipelineOptions;
  setOptions(pipelineOptions, options);
  PassManager manager(module.getContext(), module.getOperationName());
  buildPITToGPU(manager, pipelineOptions);
  return manager.run(module);
}

FailureOr<std::vector<CompiledFunction>>
pit::compileModule(ModuleOp module, const CompileOptions &options,
                   bool withLLVM) {
  FailureOr<PTXTarget> target = parsePTXTarget(
      options.arch, options.ptxVersion, [&] { return module.emitError(); });
  if (failed(target))
    return failure();
  GPUPipelineOptions pipelineOptions;
  setOptions(pipelineOptions, options);
  PassManager manager(module.getContext(), module.getOperationName());
  buildPITToGPU(manager, pipelineOptions);
  buildKernelsToLLVM(manager, pipelineOptions);
  if (failed(manager.run(module)))
    return failure();

  std::vector<CompiledFunction> compiled;
  for (auto function :
       llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    if (function.isDeclaration())
      continue;
    std::string name = function.getName().str();
    FailureOr<std::string> plan =
        writeLaunchPlan(function, *target, name + ".ptx");
    if (failed(plan))
      return failure();
    auto kernels = module.lookupSymbol<gpu::GPUModuleOp>(name + "_kernels");
    if (!kernels) {
      // A function of copies only: its PTX has no kernels.
      OpBuilder builder(function);
      kernels = gpu::GPUModuleOp::create(builder, function.getLoc(),
                                         name + "_kernels");
    }
    FailureOr<std::string> ptx =
        emitKernels(kernels, *target, KernelFormat::PTX);
    FailureOr<std::string> llvm = std::string();
    if (succeeded(ptx) && withLLVM)
      llvm = emitKernels(kernels, *target, KernelFormat::LLVM);
    if (failed(ptx) || failed(llvm))
      return failure();
    compiled.push_back(
        {name, *std::move(ptx), *std::move(llvm), *std::move(plan)});
  }
  if (compiled.empty())
    return module.emitError("has no function with a body to compile");
  return compiled;
}
