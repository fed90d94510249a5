//===- AnalyzeAxes.cpp - remarks on PIT axes ------------------------------===//

#include "pit/Analysis/Axes.h"
#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Remarks.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITANALYZEAXESPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

static void emitRemark(linalg::LinalgOp op, const remark::RemarkOpts &opts,
                       const std::string &text) {
  remark::analysis(op.getLoc(), opts.category("axes")) << text;
}

static std::string describe(const AxisInfo &axis) {
  return axis.isPermutable()
             ? "is a PIT axis: " + stringifyPermutationKind(axis.kind).str()
             : "is no PIT axis: " + axis.obstacle;
}

static std::string describe(const BodyInfo &body) {
  if (!body.combiner)
    return "has no combiner: " + body.obstacle;
  std::string text =
      ("is combined by '" + body.combiner->getName().getStringRef() + "'")
          .str();
  if (!body.isReorderable())
    return text + " in order only: " + body.obstacle;
  return text + ", associative and commutative" +
         (hasZeroIdentity(body.combiner) ? ", with identity zero" : "");
}

namespace {
struct PITAnalyzeAxesPass
    : pit::impl::PITAnalyzeAxesPassBase<PITAnalyzeAxesPass> {
  void runOnOperation() override {
    getOperation().walk([](linalg::LinalgOp op) {
      for (auto [dim, axis] : llvm::enumerate(analyzeAxes(op)))
        emitRemark(op, remark::RemarkOpts::name("pit-axes"),
                   "d" + std::to_string(dim) + " " + describe(axis));
      for (int64_t output = 0; output < op.getNumDpsInits(); ++output)
        emitRemark(op, remark::RemarkOpts::name("combiners"),
                   "output " + std::to_string(output) + " " +
                       describe(analyzeBody(op, output)));
      for (int64_t input = 0; input < op.getNumDpsInputs(); ++input) {
        std::string obstacle = getSparseObstacle(op, input);
        emitRemark(op, remark::RemarkOpts::name("sparse-operands"),
                   "operand " + std::to_string(input) +
                       (obstacle.empty() ? " may be sparse"
                                         : " may not be sparse: " + obstacle));
      }
    });
    markAllAnalysesPreserved();
  }
};
} // namespace
