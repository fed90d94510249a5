//===- LinalgToPIT.cpp - from linalg to pit on tensors --------------------===//

#include "pit/Conversion/LinalgToPIT/LinalgToPIT.h"

#include "pit/Analysis/Axes.h"
#include "pit/Conversion/Utils/IndexBuilder.h"
#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::pit {
#define GEN_PASS_DEF_CONVERTLINALGTOPITPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// The micro-tile as the index sees it. The PIT axis needs a number, so that
/// positions can be counted; on a permuted parallel axis, an extent that
/// reaches the end of a reduction is the whole of it, so that there is one
/// group also where its size is 0. Positions past a dimension's end hold
/// nothing, but cost steps, and a grid its blocks: an extent is at most the
/// size, rounded up such that it stays legal, also for short dimensions.
static SmallVector<int64_t> normalizeMicroTile(const ContractionPlan &plan,
                                               AffineMap map,
                                               RankedTensorType type) {
  linalg::LinalgOp op = plan.op;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  int64_t axis = plan.schedule.getAxis();
  bool parallelAxis = iterators[axis] == utils::IteratorType::parallel;
  SmallVector<int64_t> microTile(plan.schedule.getMicroTile());
  int64_t elementBits = type.getElementTypeBitWidth();
  for (auto [position, extent] : llvm::enumerate(microTile)) {
    int64_t dim = map.getDimPosition(position),
            size = type.getDimSize(position);
    if (dim == axis && ShapedType::isDynamic(extent))
      extent = std::numeric_limits<int64_t>::max();
    if (ShapedType::isDynamic(extent) || ShapedType::isDynamic(size))
      continue;
    if (parallelAxis && iterators[dim] == utils::IteratorType::reduction &&
        extent >= size) {
      extent = ShapedType::kDynamic;
      continue;
    }
    uint64_t sector =
                 std::max<int64_t>(1, kMinContiguousBytes * 8 / elementBits),
             tile = plan.schedule.getTile()[dim];
    bool innermost = position + 1 == microTile.size();
    uint64_t unit = dim == axis ? sector
                    : innermost ? llvm::alignTo(sector, tile)
                                : tile;
    extent = std::min<uint64_t>(
        extent, llvm::alignTo(std::max<int64_t>(size, 1), unit));
  }
  return microTile;
}

/// A value of the accumulator's type, widened as the body does.
static Value widen(OpBuilder &builder, Location loc, Value value, Type type,
                   bool isUnsigned) {
  if (value.getType() == type)
    return value;
  if (isa<FloatType>(type))
    return arith::ExtFOp::create(builder, loc, type, value);
  if (isUnsigned)
    return arith::ExtUIOp::create(builder, loc, type, value);
  return arith::ExtSIOp::create(builder, loc, type, value);
}

/// acc + x * y in the accumulator's type.
static void buildCombine(OpBuilder &builder, Location loc, ValueRange args,
                         ProductSigns signs) {
  Type type = args[2].getType();
  Value x = widen(builder, loc, args[0], type, signs.isUnsigned[0]);
  Value y = widen(builder, loc, args[1], type, signs.isUnsigned[1]);
  Value sum;
  if (isa<FloatType>(type))
    sum = arith::AddFOp::create(builder, loc, args[2],
                                arith::MulFOp::create(builder, loc, x, y));
  else
    sum = arith::AddIOp::create(builder, loc, args[2],
                                arith::MulIOp::create(builder, loc, x, y));
  YieldOp::create(builder, loc, sum);
}

/// init + acc in the accumulator's type, narrowed to the init's.
static void buildEpilogue(OpBuilder &builder, Location loc, ValueRange args) {
  Type type = args[0].getType();
  if (!isa<FloatType>(type)) {
    YieldOp::create(
        builder, loc,
        Value(arith::AddIOp::create(builder, loc, args[1], args[0])));
    return;
  }
  Value init = args[1];
  bool isNarrow = init.getType() != type;
  if (isNarrow)
    init = arith::ExtFOp::create(builder, loc, type, init);
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

void pit::buildProductSum(OpBuilder &builder, GenericOp generic,
                          ProductSigns signs) {
  Location loc = generic.getLoc();
  Type output = getElementTypeOrSelf(generic.getInit()),
       input = getElementTypeOrSelf(generic.getInputs()[0]),
       sum = getSumType(input, output);
  buildRegion(builder, loc, generic.getCombine(), {input, input, sum},
              [&](OpBuilder &b, Location loc, ValueRange args) {
                buildCombine(b, loc, args, signs);
              });
  buildRegion(builder, loc, generic.getEpilogue(), {sum, output},
              buildEpilogue);
}

namespace {

/// Builds the bitmaps and the index of a contraction.
class IndexMaker {
public:
  IndexMaker(OpBuilder &builder, const ContractionPlan &plan,
             PermutationAttr permutation)
      : builder(builder), ib(builder, plan.op->getLoc()), plan(plan),
        maps(linalg::LinalgOp(plan.op).getIndexingMapsArray()),
        permutation(permutation),
        groups(getGroupDims(maps, permutation, plan.schedule.getTile())) {}

  /// The bitmap of the groups that the index has: of the one sparse operand, or
  /// of where both are live.
  Value makeBitmap();
  Value makeIndex(Value bitmap);

private:
  Value getSize(int64_t dim);
  /// Micro-tiles along a dimension of the groups.
  Value countGroups(GroupDim group);
  Value detect(int64_t operand, ArrayRef<int64_t> microTile);
  Value expand(Value bitmap, ArrayRef<GroupDim> dims);
  Value pair(Value first, Value second);
  SmallVector<GroupDim> getOwnGroups(int64_t operand) const;
  RankedTensorType getBitmapType(ArrayRef<Value> sizes) const;

  OpBuilder &builder;
  IndexBuilder ib;
  const ContractionPlan &plan;
  SmallVector<AffineMap> maps;
  PermutationAttr permutation;
  SmallVector<GroupDim> groups;
};

} // namespace

/// Size of a loop dimension, of an operand that has it as a bare dimension.
Value IndexMaker::getSize(int64_t dim) {
  Value dynamic;
  for (auto [operand, map] : llvm::zip(plan.op->getOperands(), maps)) {
    std::optional<unsigned> position = findDim(map, dim);
    if (!position)
      continue;
    auto type = cast<RankedTensorType>(operand.getType());
    if (!type.isDynamicDim(*position))
      return ib.constant(type.getDimSize(*position));
    if (!dynamic)
      dynamic = builder.createOrFold<tensor::DimOp>(ib.loc, operand, *position);
  }
  return dynamic;
}

Value IndexMaker::countGroups(GroupDim group) {
  return ShapedType::isDynamic(group.extent)
             ? ib.constant(1)
             : ib.ceilDiv(getSize(group.dim), group.extent);
}

/// The type of a tensor of flags, static where sizes are constants.
RankedTensorType IndexMaker::getBitmapType(ArrayRef<Value> sizes) const {
  auto shape = llvm::map_to_vector(sizes, [](Value size) {
    return getConstantIntValue(size).value_or(ShapedType::kDynamic);
  });
  return RankedTensorType::get(shape, builder.getI1Type());
}

static SmallVector<Value> getDynamic(ArrayRef<Value> sizes) {
  SmallVector<Value> dynamic;
  for (Value size : sizes)
    if (!getConstantIntValue(size))
      dynamic.push_back(size);
  return dynamic;
}

SmallVector<GroupDim> IndexMaker::getOwnGroups(int64_t operand) const {
  SmallVector<GroupDim> own;
  for (AffineExpr expr : maps[operand].getResults())
    for (GroupDim group : groups)
      if (expr == getAffineDimExpr(group.dim, expr.getContext()))
        own.push_back(group);
  return own;
}

Value IndexMaker::detect(int64_t operand, ArrayRef<int64_t> microTile) {
  Value count = ib.constant(1);
  for (GroupDim group : getOwnGroups(operand))
    count = ib.mul(count, countGroups(group));
  unsigned axis = *findDim(maps[operand], permutation.getDim());
  Value capacity = ib.ceilDiv(getSize(permutation.getDim()), microTile[axis]);
  Value sizes[] = {count, capacity};
  RankedTensorType type = getBitmapType(sizes);
  Value empty =
      tensor::EmptyOp::create(builder, ib.loc, type.getShape(),
                              type.getElementType(), getDynamic(sizes));
  return DetectOp::create(builder, ib.loc, type, plan.op->getOperand(operand),
                          empty, static_cast<uint64_t>(axis), microTile)
      .getResult();
}

/// A bitmap with a dimension for each of its groups' dimensions.
Value IndexMaker::expand(Value bitmap, ArrayRef<GroupDim> dims) {
  if (dims.size() == 1)
    return bitmap;
  SmallVector<Value> sizes;
  for (GroupDim group : dims)
    sizes.push_back(countGroups(group));
  sizes.push_back(
      builder.createOrFold<tensor::DimOp>(ib.loc, bitmap, int64_t(1)));
  SmallVector<ReassociationIndices> parts(2);
  parts[0] = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  parts[1] = {static_cast<int64_t>(dims.size())};
  if (dims.empty()) // One group is no dimension.
    return tensor::CollapseShapeOp::create(
        builder, ib.loc, bitmap, ArrayRef<ReassociationIndices>{{0, 1}});
  return tensor::ExpandShapeOp::create(builder, ib.loc, getBitmapType(sizes),
                                       bitmap, parts, getAsOpFoldResult(sizes));
}

/// Where micro-tiles of both operands are live, for every pair of their groups.
Value IndexMaker::pair(Value first, Value second) {
  SmallVector<Value> sizes;
  for (GroupDim group : groups)
    sizes.push_back(countGroups(group));
  sizes.push_back(
      builder.createOrFold<tensor::DimOp>(ib.loc, first, int64_t(1)));
  unsigned rank = sizes.size();
  auto getMap = [&](ArrayRef<GroupDim> dims) {
    SmallVector<AffineExpr> results;
    for (GroupDim own : dims)
      for (auto [position, group] : llvm::enumerate(groups))
        if (own.dim == group.dim)
          results.push_back(builder.getAffineDimExpr(position));
    results.push_back(builder.getAffineDimExpr(rank - 1));
    return AffineMap::get(rank, 0, results, builder.getContext());
  };
  SmallVector<GroupDim> firstDims = getOwnGroups(permutation.getOperand()),
                        secondDims = getOwnGroups(*permutation.getPaired());
  RankedTensorType type = getBitmapType(sizes);
  Value empty =
      tensor::EmptyOp::create(builder, ib.loc, type.getShape(),
                              type.getElementType(), getDynamic(sizes));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  Value both =
      linalg::GenericOp::create(
          builder, ib.loc, type,
          ValueRange{expand(first, firstDims), expand(second, secondDims)},
          empty,
          ArrayRef<AffineMap>{getMap(firstDims), getMap(secondDims),
                              builder.getMultiDimIdentityMap(rank)},
          iterators,
          [](OpBuilder &b, Location loc, ValueRange args) {
            Value live = arith::AndIOp::create(b, loc, args[0], args[1]);
            linalg::YieldOp::create(b, loc, live);
          })
          .getResult(0);
  if (rank == 2)
    return both;
  SmallVector<ReassociationIndices> parts;
  if (rank == 1) {
    Value one[] = {ib.constant(1), sizes[0]};
    return tensor::ExpandShapeOp::create(builder, ib.loc, getBitmapType(one),
                                         both,
                                         ArrayRef<ReassociationIndices>{{0, 1}},
                                         getAsOpFoldResult(ValueRange(one)));
  }
  parts = {llvm::to_vector(llvm::seq<int64_t>(0, rank - 1)),
           {static_cast<int64_t>(rank) - 1}};
  return tensor::CollapseShapeOp::create(builder, ib.loc, both, parts);
}

Value IndexMaker::makeBitmap() {
  Value first = detect(permutation.getOperand(), permutation.getMicroTile());
  if (!permutation.getPaired())
    return first;
  return pair(first, detect(*permutation.getPaired(),
                            getPairedMicroTile(maps, permutation,
                                               plan.schedule.getTile())));
}

Value IndexMaker::makeIndex(Value bitmap) {
  auto shape = cast<RankedTensorType>(bitmap.getType()).getShape();
  auto type = pit::IndexType::get(builder.getContext(), IndexFormat::padded,
                                  shape[0], shape[1]);
  return CompactOp::create(builder, ib.loc, type, bitmap, /*counts=*/Value(),
                           /*coords=*/Value(), plan.schedule.getDeterministic())
      .getResult();
}

GenericOp pit::convertContraction(RewriterBase &rewriter,
                                  const ContractionPlan &plan) {
  OpBuilder::InsertionGuard guard(rewriter);
  linalg::LinalgOp op = plan.op;
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  Value init = op->getOperand(2);
  std::optional<ProductSigns> signs = matchProductSum(op);

  Value bitmap, index;
  PermutationAttr permutation;
  if (plan.sparse) {
    int64_t axis = plan.schedule.getAxis();
    auto kind =
        op.getIteratorTypesArray()[axis] == utils::IteratorType::reduction
            ? PermutationKind::reduction
            : PermutationKind::parallel;
    SmallVector<int64_t> microTile = normalizeMicroTile(
        plan, maps[*plan.sparse],
        cast<RankedTensorType>(op->getOperand(*plan.sparse).getType()));
    permutation = PermutationAttr::get(rewriter.getContext(), axis, kind,
                                       *plan.sparse, microTile, plan.paired);
    IndexMaker maker(rewriter, plan, permutation);
    bitmap = maker.makeBitmap();
    index = maker.makeIndex(bitmap);
    // Only a permuted parallel axis has outputs that the index does not reach.
    if (kind == PermutationKind::reduction)
      bitmap = Value();
  }
  SmallVector<Attribute> iterators;
  for (utils::IteratorType iterator : op.getIteratorTypesArray())
    iterators.push_back(
        rewriter.getStringAttr(utils::stringifyIteratorType(iterator)));
  auto generic = GenericOp::create(
      rewriter, loc, init.getType(),
      ValueRange{op->getOperand(0), op->getOperand(1)}, init, index, bitmap,
      /*dest=*/Value(), rewriter.getAffineMapArrayAttr(maps),
      rewriter.getArrayAttr(iterators), permutation, plan.schedule);
  buildProductSum(rewriter, generic, *signs);
  rewriter.replaceOp(op, generic.getResult());
  return generic;
}

LogicalResult pit::convertLinalgToPIT(func::FuncOp func) {
  if (failed(convertStoredSparse(func)))
    return failure();
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
