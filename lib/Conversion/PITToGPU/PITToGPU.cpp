//===- PITToGPU.cpp - kernels and launches for a launch plan's steps ------===//

#include "pit/Conversion/PITToGPU/PITToGPU.h"
#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::pit {
#define GEN_PASS_DEF_CONVERTPITTOGPUPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// Whether the operation is a step that becomes kernels.
static bool isPayload(Operation *op) {
  return isa<DetectOp, CompactOp, GenericOp, linalg::LinalgOp>(op);
}

LogicalResult pit::convertPlanToGPU(func::FuncOp function) {
  if (failed(verifyLaunchPlan(function, PlanStage::Operations)))
    return failure();
  Block &block = function.getBody().front();
  SmallVector<Operation *> payload;
  for (Operation &op : block)
    if (isPayload(&op))
      payload.push_back(&op);

  OpBuilder builder(function.getContext());
  for (Operation *op : payload) {
    builder.setInsertionPoint(op);
    LogicalResult converted =
        llvm::TypeSwitch<Operation *, LogicalResult>(op)
            .Case([&](DetectOp op) { return convertDetectToGPU(builder, op); })
            .Case(
                [&](CompactOp op) { return convertCompactToGPU(builder, op); })
            .Case(
                [&](GenericOp op) { return convertGenericToGPU(builder, op); })
            .Default(
                [&](Operation *op) { return convertLinalgToGPU(builder, op); });
    if (failed(converted))
      return failure();
  }
  // What put indices together has no use any more.
  for (auto op : llvm::make_early_inc_range(block.getOps<AssembleIndexOp>()))
    if (op->use_empty())
      op.erase();
  return verifyLaunchPlan(function, PlanStage::Launches);
}

namespace {
struct ConvertPITToGPUPass
    : pit::impl::ConvertPITToGPUPassBase<ConvertPITToGPUPass> {
  void runOnOperation() override {
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (!function.isDeclaration() && failed(convertPlanToGPU(function)))
        return signalPassFailure();
    // Kernels are made to be read, too: every constant and size once.
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(getOperation());
    eliminateCommonSubExpressions(rewriter, dominance, getOperation());
  }
};
} // namespace
