//===- LinalgToPIT.cpp - from linalg to pit on tensors --------------------===//

#include "pit/Conversion/LinalgToPIT/LinalgToPIT.h"

#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::pit {
#define GEN_PASS_DEF_CONVERTLINALGTOPITPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// The micro-tile as the index sees it. The PIT axis needs a number, so that
/// positions can be counted; on a permuted parallel axis, an extent that
/// reaches the end of the reduction is the whole of it, so that there is one
/// group also where its size is 0. Positions past a dimension's end hold
/// nothing, but cost steps, and a grid its blocks: an extent is at most the
/// size, rounded up such that it stays legal, also for short dimensions.
static SmallVector<int64_t> normalizeMicroTile(const ContractionPlan &plan,
                                               AffineMap map,
                                               RankedTensorType type) {
  SmallVector<int64_t> microTile(plan.schedule.getMicroTile());
  int64_t &along = microTile[*findDim(map, plan.schedule.getAxis())];
  if (ShapedType::isDynamic(along))
    along = std::numeric_limits<int64_t>::max();
  if (plan.schedule.getAxis() == plan.dims.m)
    microTile[*findDim(map, plan.dims.k)] = ShapedType::kDynamic;
  int64_t elementBits = type.getElementTypeBitWidth();
  for (auto [position, extent] : llvm::enumerate(microTile)) {
    if (ShapedType::isDynamic(extent))
      continue;
    int64_t dim = map.getDimPosition(position);
    uint64_t unit = dim == plan.schedule.getAxis()
                        ? kMinContiguousBytes * 8 / elementBits
                        : plan.schedule.getTile()[dim];
    uint64_t size = std::max<int64_t>(type.getDimSize(position), 1);
    extent = std::min<uint64_t>(extent, llvm::alignTo(size, unit));
  }
  return microTile;
}

/// acc + x * y in f32, from f16.
static void buildCombine(OpBuilder &builder, Location loc, ValueRange args) {
  Type f32 = builder.getF32Type();
  Value x = arith::ExtFOp::create(builder, loc, f32, args[0]);
  Value y = arith::ExtFOp::create(builder, loc, f32, args[1]);
  Value product = arith::MulFOp::create(builder, loc, x, y);
  Value sum = arith::AddFOp::create(builder, loc, args[2], product);
  YieldOp::create(builder, loc, sum);
}

/// init + acc in f32, narrowed to the init's type.
static void buildEpilogue(OpBuilder &builder, Location loc, ValueRange args) {
  Value init = args[1];
  bool isNarrow = !init.getType().isF32();
  if (isNarrow)
    init = arith::ExtFOp::create(builder, loc, builder.getF32Type(), init);
  Value result = arith::AddFOp::create(builder, loc, init, args[0]);
  if (isNarrow)
    result = arith::TruncFOp::create(builder, loc, args[1].getType(), result);
  YieldOp::create(builder, loc, result);
}

static void
buildRegion(OpBuilder &builder, Location loc, Region &region, TypeRange types,
            function_ref<void(OpBuilder &, Location, ValueRange)> buildBody) {
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Location> locs(types.size(), loc);
  Block *block = builder.createBlock(&region, {}, types, locs);
  buildBody(builder, loc, block->getArguments());
}

/// The left operand's bitmap and index.
static std::pair<Value, Value> buildIndex(OpBuilder &builder, Location loc,
                                          const ContractionPlan &plan,
                                          Value source, AffineMap map,
                                          ArrayRef<int64_t> microTile) {
  auto type = cast<RankedTensorType>(source.getType());
  int64_t axis = *findDim(map, plan.schedule.getAxis());
  auto [groups, capacity] = getBitmapShape(type.getShape(), microTile, axis);
  Value empty = tensor::EmptyOp::create(
      builder, loc, ArrayRef<int64_t>{groups, capacity}, builder.getI1Type());
  Value bitmap = DetectOp::create(builder, loc, empty.getType(), source, empty,
                                  static_cast<uint64_t>(axis), microTile)
                     .getResult();
  Value index = CompactOp::create(
                    builder, loc,
                    pit::IndexType::get(builder.getContext(),
                                        IndexFormat::padded, groups, capacity),
                    bitmap, /*counts=*/Value(), /*coords=*/Value(),
                    plan.schedule.getDeterministic())
                    .getResult();
  return {bitmap, index};
}

GenericOp pit::convertContraction(RewriterBase &rewriter,
                                  const ContractionPlan &plan) {
  OpBuilder::InsertionGuard guard(rewriter);
  linalg::LinalgOp op = plan.op;
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  const MatmulDims &dims = plan.dims;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<AffineMap> ordered = {maps[dims.lhs], maps[dims.rhs], maps[2]};
  Value lhs = op->getOperand(dims.lhs), rhs = op->getOperand(dims.rhs);
  Value init = op->getOperand(2);

  Value bitmap, index;
  PermutationAttr permutation;
  if (plan.sparse) {
    SmallVector<int64_t> microTile = normalizeMicroTile(
        plan, ordered[0], cast<RankedTensorType>(lhs.getType()));
    std::tie(bitmap, index) =
        buildIndex(rewriter, loc, plan, lhs, ordered[0], microTile);
    int64_t axis = plan.schedule.getAxis();
    auto kind =
        axis == dims.k ? PermutationKind::reduction : PermutationKind::parallel;
    // Only a permuted parallel axis has outputs that the index does not reach.
    if (kind == PermutationKind::reduction)
      bitmap = Value();
    permutation = PermutationAttr::get(rewriter.getContext(), axis, kind,
                                       /*operand=*/0, microTile);
  }
  SmallVector<Attribute> iterators;
  for (utils::IteratorType iterator : op.getIteratorTypesArray())
    iterators.push_back(
        rewriter.getStringAttr(utils::stringifyIteratorType(iterator)));
  auto generic = GenericOp::create(
      rewriter, loc, init.getType(), ValueRange{lhs, rhs}, init, index, bitmap,
      /*dest=*/Value(), rewriter.getAffineMapArrayAttr(ordered),
      rewriter.getArrayAttr(iterators), permutation, plan.schedule);
  Type f32 = rewriter.getF32Type(), output = getElementTypeOrSelf(init);
  Type f16 = getElementTypeOrSelf(lhs);
  buildRegion(rewriter, loc, generic.getCombine(), {f16, f16, f32},
              buildCombine);
  buildRegion(rewriter, loc, generic.getEpilogue(), {f32, output},
              buildEpilogue);
  rewriter.replaceOp(op, generic.getResult());
  return generic;
}

LogicalResult pit::convertLinalgToPIT(func::FuncOp func) {
  SmallVector<ContractionPlan> plans;
  bool failedAny = false;
  // All diagnostics of a function come in one run.
  func.walk([&](linalg::LinalgOp op) {
    FailureOr<std::optional<ContractionPlan>> plan = planContraction(op);
    if (failed(plan))
      failedAny = true;
    else if (*plan)
      plans.push_back(**plan);
  });
  if (failedAny || failed(dropSparsityEncodings(func)))
    return failure();
  IRRewriter rewriter(func.getContext());
  for (const ContractionPlan &plan : plans)
    convertContraction(rewriter, plan);
  return success();
}

namespace {
struct ConvertLinalgToPITPass
    : pit::impl::ConvertLinalgToPITPassBase<ConvertLinalgToPITPass> {
  void runOnOperation() override {
    if (failed(convertLinalgToPIT(getOperation())))
      signalPassFailure();
  }
};
} // namespace
