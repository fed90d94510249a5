//===- Reduction.cpp - simpler forms of operations, for pit-reduce --------===//
//
// A pattern tries its change on a copy of the module first: the pass
// reduction-tree applies all patterns everywhere before it asks whether the
// module is still interesting, and cannot go back.
//
//===----------------------------------------------------------------------===//

#include "pit/Dialect/PIT/Transforms/Reduction.h"
#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Reducer/ReductionPatternInterface.h"

using namespace mlir;
using namespace mlir::pit;

/// The operand that may stand for the operation's result: what was there
/// before. Null if there is none.
static Value getFormer(Operation *op) {
  if (op->getNumResults() != 1)
    return {};
  if (auto detect = dyn_cast<DetectOp>(op))
    return detect.getInit();
  if (auto generic = dyn_cast<GenericOp>(op))
    return generic.getInit();
  if (auto mma = dyn_cast<TileMmaOp>(op))
    return mma.getAcc();
  return {};
}

/// Replaces an operation by its former value, and erases what only it needed.
static void replaceByFormer(Operation *op, RewriterBase &rewriter) {
  SmallVector<Operation *> needed;
  for (Value operand : op->getOperands())
    if (Operation *def = operand.getDefiningOp();
        def && def->getBlock() == op->getBlock() &&
        !llvm::is_contained(needed, def))
      needed.push_back(def);
  rewriter.replaceOp(op, getFormer(op));
  for (Operation *def : needed)
    if (isOpTriviallyDead(def))
      rewriter.eraseOp(def);
}

namespace {

struct ReplaceByFormer : RewritePattern {
  ReplaceByFormer(StringRef name, MLIRContext *context, const Tester &tester)
      : RewritePattern(name, /*benefit=*/1, context), tester(tester) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const final {
    auto module = op->getParentOfType<ModuleOp>();
    if (!module || !getFormer(op))
      return rewriter.notifyMatchFailure(op, "has no former value");
    while (auto outer = module->getParentOfType<ModuleOp>())
      module = outer;
    IRMapping mapping;
    OwningOpRef<ModuleOp> copy(cast<ModuleOp>(module->clone(mapping)));
    IRRewriter copyRewriter(op->getContext());
    replaceByFormer(mapping.lookup(op), copyRewriter);
    if (tester.isInteresting(*copy).first != Tester::Interestingness::True)
      return rewriter.notifyMatchFailure(op, "is what is interesting");
    replaceByFormer(op, rewriter);
    return success();
  }

  const Tester &tester;
};

struct PITReductionPatterns : DialectReductionPatternInterface {
  explicit PITReductionPatterns(Dialect *dialect)
      : DialectReductionPatternInterface(dialect) {}

  void populateReductionPatterns(RewritePatternSet &) const final {}

  void populateReductionPatternsWithTester(RewritePatternSet &patterns,
                                           Tester &tester) const final {
    for (StringRef name :
         {DetectOp::getOperationName(), GenericOp::getOperationName(),
          TileMmaOp::getOperationName()})
      patterns.add<ReplaceByFormer>(name, patterns.getContext(), tester);
  }
};

} // namespace

void pit::registerReductionPatterns(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *, PITDialect *dialect) {
    dialect->addInterfaces<PITReductionPatterns>();
  });
}
