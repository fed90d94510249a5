//===- AnalyzeAxes.cpp - remarks on PIT axes ------------------------------===//

#include "pit/Analysis/Axes.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITANALYZEAXESPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

namespace {
struct PITAnalyzeAxesPass
    : pit::impl::PITAnalyzeAxesPassBase<PITAnalyzeAxesPass> {
  void runOnOperation() override {
    getOperation().walk([](linalg::LinalgOp op) {
      auto emit = [&](StringRef name, const std::string &text) {
        remark::analysis(op.getLoc(),
                         remark::RemarkOpts::name(name).category("axes"))
            << text;
      };
      for (auto [dim, axis] : llvm::enumerate(analyzeAxes(op)))
        emit("pit-axes", "d" + std::to_string(dim) + ": " +
                             (axis.isPermutable()
                                  ? stringifyPermutationKind(axis.kind).str()
                                  : "not permutable: " + axis.obstacle));
      SmallVector<std::string> sparse;
      for (int64_t input = 0; input < op.getNumDpsInputs(); ++input)
        if (mayBeSparse(op, input))
          sparse.push_back(std::to_string(input));
      emit("sparse-operands",
           sparse.empty() ? "none" : llvm::join(sparse, ", "));
    });
    markAllAnalysesPreserved();
  }
};
} // namespace
