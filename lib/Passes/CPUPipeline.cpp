//===- CPUPipeline.cpp - from tensors to the host's LLVM ------------------===//

#include "pit/Passes/CPUPipeline.h"
#include "pit/Passes/Passes.h"

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/BufferizationToMemRef/BufferizationToMemRef.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace {
/// Functions of static results return nothing: the results are copied to the
/// caller's memory, so that no buffer is allocated for someone else to free. A
/// function with a result of dynamic size returns its results, for its caller
/// to free.
struct ResultsToArgumentsPass
    : PassWrapper<ResultsToArgumentsPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ResultsToArgumentsPass)
  StringRef getArgument() const override { return "pit-results-to-arguments"; }
  StringRef getDescription() const override {
    return "Make results of static size arguments";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<memref::MemRefDialect>();
  }
  void runOnOperation() override {
    bufferization::BufferResultsToOutParamsOpts options;
    options.modifyPublicFunctions = true;
    options.filterFn = [](func::FuncOp *function) {
      return llvm::all_of(function->getResultTypes(), [](Type type) {
        auto memref = dyn_cast<MemRefType>(type);
        return !memref || memref.hasStaticShape();
      });
    };
    if (failed(bufferization::promoteBufferResultsToOutParams(getOperation(),
                                                              options)))
      signalPassFailure();
  }
};
} // namespace

namespace {
/// Views of identity layout are a reinterpretation with the sizes that they
/// state: upstream's expansion of a reshape stops with a fault where a
/// dimension is split into several of unknown size.
struct ReshapesToCastsPass
    : PassWrapper<ReshapesToCastsPass, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ReshapesToCastsPass)
  StringRef getArgument() const override { return "pit-reshapes-to-casts"; }
  StringRef getDescription() const override {
    return "Make reshapes to several dynamic sizes reinterpretations";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, memref::MemRefDialect>();
  }
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> reshapes;
    getOperation().walk([&](memref::ExpandShapeOp op) {
      if (op.getSrcType().getLayout().isIdentity() &&
          op.getResultType().getLayout().isIdentity() &&
          op.getResultType().getNumDynamicDims() > 1)
        reshapes.push_back(op);
    });
    for (memref::ExpandShapeOp op : reshapes) {
      OpBuilder builder(op);
      op.replaceAllUsesWith(
          pit::createDenseMemRef(builder, op.getLoc(), op.getResultType(),
                                 op.getSrc(), op.getOutputShape()));
      op.erase();
    }
  }
};
} // namespace

static void addResultsAsArguments(OpPassManager &manager) {
  manager.addPass(std::make_unique<ResultsToArgumentsPass>());
}

/// From linalg, scf and memref to LLVM.
static void addLoopsToLLVM(OpPassManager &manager) {
  bufferization::buildBufferDeallocationPipeline(manager, {});
  // What a function returns is its caller's: of an argument, a clone.
  manager.addPass(createConvertBufferizationToMemRefPass());
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(std::make_unique<ReshapesToCastsPass>());
  functions.addPass(pit::createPITExpandCopiesPass());
  functions.addPass(pit::createPITOrderLoopsPass());
  functions.addPass(createConvertLinalgToLoopsPass());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(LLVM::createLLVMRequestCWrappersPass());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(arith::createArithExpandOpsPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
}

void pit::buildCPUPipeline(OpPassManager &manager) {
  // As for a plan: calls that pass sparse values are inlined, or refused.
  manager.addPass(createInlinerPass({}, [](OpPassManager &) {}));
  manager.addNestedPass<func::FuncOp>(createConvertLinalgToPITPass());
  manager.addNestedPass<func::FuncOp>(createPITFuseEpiloguePass());
  manager.addPass(createPITBufferizePass());
  addResultsAsArguments(manager);
  manager.addNestedPass<func::FuncOp>(createConvertPITToLoopsPass());
  addLoopsToLLVM(manager);
}

void pit::buildReferencePipeline(OpPassManager &manager) {
  manager.addPass(createPITPromoteToF64Pass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createPITBufferizePass());
  addResultsAsArguments(manager);
  addLoopsToLLVM(manager);
}

void pit::registerCPUPipelines() {
  PassRegistration<ReshapesToCastsPass>();
  PassRegistration<ResultsToArgumentsPass>();
  PassPipelineRegistration<>(
      "pit-to-cpu",
      "Lower to the host's LLVM: indices and plain loops, no GPU dialect",
      buildCPUPipeline);
  PassPipelineRegistration<>(
      "pit-to-reference",
      "Lower to the host's LLVM: dense and in double precision, the oracle",
      buildReferencePipeline);
}
