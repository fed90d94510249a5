//===- FinalizePlan.cpp - what the schedule decided, in the launches ------===//

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/InterleavedRange.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITFINALIZEPLANPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// Temporaries lie within the workspace, aligned as it says, where the numbers
/// are known.
static LogicalResult verifyTemporaries(func::FuncOp function) {
  for (auto view : function.getBody().front().getOps<memref::ViewOp>()) {
    auto workspace = view.getSource().getDefiningOp<WorkspaceOp>();
    APInt offset, bytes;
    if (!matchPattern(view.getByteShift(), m_ConstantInt(&offset)))
      continue;
    int64_t start = offset.getSExtValue();
    if (start < 0 || start % kWorkspaceAlignmentBytes)
      return view.emitOpError() << "starts at byte " << start
                                << " of the workspace: expected a multiple of "
                                << kWorkspaceAlignmentBytes;
    std::optional<int64_t> size = getStaticByteSize(view.getType());
    if (size && matchPattern(workspace.getBytes(), m_ConstantInt(&bytes)) &&
        (bytes.getSExtValue() < *size || start > bytes.getSExtValue() - *size))
      return view.emitOpError()
             << "takes " << *size << " bytes from byte " << start
             << " on, but the workspace has " << bytes.getSExtValue();
  }
  return success();
}

LogicalResult pit::finalizePlan(ModuleOp module) {
  SymbolTableCollection symbols;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    if (failed(verifyLaunchPlan(function, PlanStage::Launches)) ||
        failed(verifyTemporaries(function)))
      return failure();
    for (auto launch : function.getBody().front().getOps<LaunchOp>()) {
      auto kernel = symbols.lookupNearestSymbolFrom<gpu::GPUFuncOp>(
          launch, launch.getKernelAttr());
      if (!kernel)
        return launch.emitOpError() << "launches " << launch.getKernelAttr()
                                    << ", which is not a 'gpu.func'";
      auto inKernel = kernel.walk([](Operation *op) {
        return isa_and_nonnull<PITDialect>(op->getDialect())
                   ? WalkResult(op->emitOpError(
                         "is left in a kernel whose launch is to be completed: "
                         "run the schedule and its lowering first"))
                   : WalkResult::advance();
      });
      if (inKernel.wasInterrupted())
        return failure();
      std::optional<ArrayRef<int32_t>> block = kernel.getKnownBlockSize();
      if (!block || block->size() != 3)
        return kernel.emitOpError(
            "has no 'known_block_size', which its launch needs");
      if ((*block)[1] != 1 || (*block)[2] != 1)
        return kernel.emitOpError()
               << "has 'known_block_size' [" << llvm::interleaved(*block)
               << "]: expected 1 along y and z, as plans launch blocks along x";
      Builder builder(module.getContext());
      launch.setBlockAttr(builder.getI64IntegerAttr((*block)[0]));
      auto shared = kernel->getAttrOfType<IntegerAttr>(kSharedBytesAttrName);
      launch.setSharedBytesAttr(
          builder.getI64IntegerAttr(shared ? shared.getInt() : 0));
    }
  }
  return success();
}

namespace {
struct FinalizePlanPass : pit::impl::PITFinalizePlanPassBase<FinalizePlanPass> {
  void runOnOperation() override {
    if (failed(finalizePlan(getOperation())))
      signalPassFailure();
  }
};
} // namespace
