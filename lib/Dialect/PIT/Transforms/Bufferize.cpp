//===- Bufferize.cpp - One-Shot Bufferize with the plan's settings --------===//

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Dialect/PIT/Transforms/Bufferization.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITBUFFERIZEPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// Whether the type is a tensor that is still stated to be sparse.
static bool hasSparsity(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa_and_nonnull<SparsityAttr>(tensor.getEncoding());
}

/// Buffers have no encodings: what states sparsity must have been consumed.
static LogicalResult verifyNoSparsity(ModuleOp module) {
  WalkResult result = module.walk([](Operation *op) -> WalkResult {
    SmallVector<Type> types(op->getResultTypes());
    if (auto function = dyn_cast<func::FuncOp>(op)) {
      llvm::append_range(types, function.getArgumentTypes());
      llvm::append_range(types, function.getResultTypes());
    }
    auto found = llvm::find_if(types, hasSparsity);
    if (found == types.end())
      return WalkResult::advance();
    return op->emitOpError()
           << "has type " << *found
           << ", whose encoding bufferization would drop: run "
              "'convert-linalg-to-pit' first";
  });
  return failure(result.wasInterrupted());
}

LogicalResult pit::bufferizeFunctions(ModuleOp module) {
  if (failed(verifyNoSparsity(module)))
    return failure();
  // A caller's tensors are never overwritten: a result that would reuse the
  // buffer of an argument gets a copy of it.
  module.walk([](func::FuncOp function) {
    for (BlockArgument argument : function.getArguments())
      if (isa<TensorType>(argument.getType()))
        function.setArgAttr(
            argument.getArgNumber(),
            bufferization::BufferizationDialect::kWritableAttrName,
            BoolAttr::get(function.getContext(), false));
  });
  bufferization::OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(
      bufferization::LayoutMapOption::IdentityLayoutMap);
  bufferization::BufferizationState state;
  return bufferization::runOneShotModuleBufferize(module, options, state);
}

namespace {
struct BufferizePass : pit::impl::PITBufferizePassBase<BufferizePass> {
  void runOnOperation() override {
    if (failed(bufferizeFunctions(getOperation())))
      signalPassFailure();
  }
};
} // namespace
