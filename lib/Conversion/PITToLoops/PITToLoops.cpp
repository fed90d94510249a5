//===- PITToLoops.cpp - the index semantics as plain loops ----------------===//

#include "pit/Conversion/PITToLoops/PITToLoops.h"

#include "LoopNest.h"
#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::pit {
#define GEN_PASS_DEF_CONVERTPITTOLOOPSPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

static LogicalResult expectMemRef(Operation *op, Value operand) {
  if (isa<MemRefType>(operand.getType()))
    return success();
  return op->emitOpError() << "expects memrefs to become loops, but got "
                           << operand.getType() << "; bufferize first";
}

//===----------------------------------------------------------------------===//
// pit.detect, pit.compact
//===----------------------------------------------------------------------===//

/// Whether an element is unequal to zero (an unordered comparison: NaN is).
static Value isNonZero(OpBuilder &builder, Location loc, Value element) {
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(element.getType()));
  if (isa<FloatType>(element.getType()))
    return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNE,
                                 element, zero);
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, element,
                               zero);
}

LogicalResult pit::convertDetectToLoops(RewriterBase &rewriter, DetectOp op) {
  Value source = op.getSource(), bitmap = op.getInit();
  if (failed(expectMemRef(op, source)))
    return failure();
  Location loc = op.getLoc();
  LoopBuilder index(rewriter, loc);
  ArrayRef<int64_t> microTile = op.getMicroTile();
  int64_t axis = static_cast<int64_t>(op.getAxis());

  // The loops over the grid of micro-tiles: the groups' dimensions in order,
  // then the axis.
  SmallVector<int64_t> order;
  for (int64_t dim = 0, rank = microTile.size(); dim < rank; ++dim)
    if (dim != axis)
      order.push_back(dim);
  order.push_back(axis);
  SmallVector<LoopRange> grid;
  for (int64_t dim : order)
    grid.push_back(
        index.upTo(index.microTiles(index.size(source, dim), microTile[dim])));

  index.loops(grid, [&](OpBuilder &b, ValueRange numbers) {
    LoopBuilder index(b, loc);
    Value group = index.constant(0);
    SmallVector<LoopRange> elements(order.size());
    for (auto [position, dim] : llvm::enumerate(order)) {
      if (dim != axis)
        group =
            index.add(index.mul(group, grid[position].end), numbers[position]);
      elements[dim] = index.microTileRange(index.size(source, dim),
                                           microTile[dim], numbers[position]);
    }
    SmallVector<Value> place{group, numbers.back()};
    Value no = arith::ConstantOp::create(b, loc, b.getBoolAttr(false));
    memref::StoreOp::create(b, loc, no, bitmap, place);
    index.loops(elements, [&](OpBuilder &b, ValueRange indices) {
      Value element = memref::LoadOp::create(b, loc, source, indices);
      Value before = memref::LoadOp::create(b, loc, bitmap, place);
      Value live =
          arith::OrIOp::create(b, loc, before, isNonZero(b, loc, element));
      memref::StoreOp::create(b, loc, live, bitmap, place);
    });
  });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult pit::convertCompactToLoops(RewriterBase &rewriter, CompactOp op) {
  Value bitmap = op.getBitmap(), counts = op.getCounts(),
        coords = op.getCoords();
  if (failed(expectMemRef(op, bitmap)))
    return failure();
  Location loc = op.getLoc();
  LoopBuilder index(rewriter, loc);
  LoopRange groups = index.upTo(index.size(bitmap, 0));
  LoopRange tiles = index.upTo(index.size(bitmap, 1));
  auto toI32 = [&](OpBuilder &b, Value value) -> Value {
    return arith::IndexCastOp::create(b, loc, b.getI32Type(), value);
  };
  index.loops(groups, [&](OpBuilder &b, ValueRange group) {
    LoopBuilder index(b, loc);
    auto loop = scf::ForOp::create(
        b, loc, tiles.begin, tiles.end, index.constant(1),
        ValueRange{index.constant(0)},
        [&](OpBuilder &b, Location, Value tile, ValueRange count) {
          Value live = memref::LoadOp::create(b, loc, bitmap,
                                              ValueRange{group[0], tile});
          auto next = scf::IfOp::create(
              b, loc, live,
              [&](OpBuilder &b, Location) {
                memref::StoreOp::create(b, loc, toI32(b, tile), coords,
                                        ValueRange{group[0], count[0]});
                LoopBuilder index(b, loc);
                scf::YieldOp::create(b, loc, index.add(count[0], 1));
              },
              [&](OpBuilder &b, Location) {
                scf::YieldOp::create(b, loc, count[0]);
              });
          scf::YieldOp::create(b, loc, next.getResults());
        });
    memref::StoreOp::create(b, loc, toI32(b, loop.getResult(0)), counts, group);
  });
  rewriter.eraseOp(op);
  return success();
}

//===----------------------------------------------------------------------===//
// pit.generic
//===----------------------------------------------------------------------===//

namespace {

/// Lowers one pit.generic.
class GenericLowering {
public:
  GenericLowering(RewriterBase &rewriter, GenericOp op)
      : rewriter(rewriter), op(op), loc(op.getLoc()), ranges(op.getNumLoops()) {
  }

  LogicalResult run();

private:
  void findIdentity();
  void findRanges();
  void forEachListedMicroTile(AssembleIndexOp parts);
  void forEachPoint(OpBuilder &b, ArrayRef<LoopRange> pointRanges);
  void combineAt(OpBuilder &b, ValueRange point);
  void applyEpilogue(OpBuilder &b, ValueRange place);
  /// Where operand `number` is read at `point`.
  SmallVector<Value> indicesOf(OpBuilder &b, int64_t number, ValueRange point);
  /// The region's body before the insertion point; returns what it yields. An
  /// argument that the region does not use may be null.
  Value inlineRegion(OpBuilder &b, Region &region, ValueRange arguments);

  RewriterBase &rewriter;
  GenericOp op;
  Location loc;
  Value accumulators; ///< one per element of the output, of its shape
  TypedAttr identity; ///< of the combiner
  SmallVector<LoopRange> ranges; ///< of each loop dimension
  Value position; ///< where a packed operand is read along its first dimension
};

} // namespace

/// The combiner is what makes the yielded value of the accumulator; the
/// verifier knows that it has an identity.
void GenericLowering::findIdentity() {
  Block &body = op.getCombine().front();
  identity =
      *arith::getNeutralElement(body.back().getOperand(0).getDefiningOp());
}

/// Each dimension is bare in some map, according to the verifier.
void GenericLowering::findRanges() {
  LoopBuilder index(rewriter, loc);
  SmallVector<Value> operands(op.getInputs());
  operands.push_back(op.getInit());
  for (auto [number, operand] : llvm::enumerate(operands))
    for (auto [position, expr] :
         llvm::enumerate(op.getIndexingMap(number).getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr);
          dim && !ranges[dim.getPosition()].end &&
          !op.isPackedAlong(number, dim.getPosition()))
        ranges[dim.getPosition()] = index.upTo(index.size(operand, position));
}

SmallVector<Value> GenericLowering::indicesOf(OpBuilder &b, int64_t number,
                                              ValueRange point) {
  SmallVector<Value> indices;
  for (AffineExpr expr : op.getIndexingMap(number).getResults())
    indices.push_back(affine::expandAffineExpr(b, loc, expr, point, {}));
  if (position && op.getPermutationAttr().getOperand() == number)
    indices.front() = position;
  return indices;
}

Value GenericLowering::inlineRegion(OpBuilder &b, Region &region,
                                    ValueRange arguments) {
  IRMapping mapping;
  for (auto [argument, value] : llvm::zip(region.getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : region.front().without_terminator())
    b.clone(inner, mapping);
  return mapping.lookupOrDefault(region.front().back().getOperand(0));
}

void GenericLowering::combineAt(OpBuilder &b, ValueRange point) {
  SmallVector<Value> arguments;
  for (auto [number, input] : llvm::enumerate(op.getInputs()))
    arguments.push_back(
        memref::LoadOp::create(b, loc, input, indicesOf(b, number, point)));
  SmallVector<Value> place = indicesOf(b, op.getInputs().size(), point);
  arguments.push_back(memref::LoadOp::create(b, loc, accumulators, place));
  Value next = inlineRegion(b, op.getCombine(), arguments);
  memref::StoreOp::create(b, loc, next, accumulators, place);
}

/// All points of `pointRanges`, with the loop that runs along the output's
/// rows innermost: there memory is contiguous, as a rule for the inputs too.
void GenericLowering::forEachPoint(OpBuilder &b,
                                   ArrayRef<LoopRange> pointRanges) {
  SmallVector<int64_t> order =
      llvm::to_vector(llvm::seq<int64_t>(0, op.getNumLoops()));
  AffineMap output = op.getOutputMap();
  if (output.getNumResults() > 0) {
    int64_t last = output.getDimPosition(output.getNumResults() - 1);
    order.erase(order.begin() + last);
    order.push_back(last);
  }
  SmallVector<LoopRange> ordered;
  for (int64_t dim : order)
    ordered.push_back(pointRanges[dim]);
  LoopBuilder(b, loc).loops(ordered, [&](OpBuilder &b, ValueRange indices) {
    SmallVector<Value> point(indices.size());
    for (auto [dim, value] : llvm::zip(order, indices))
      point[dim] = value;
    combineAt(b, point);
  });
}

/// Loops over the groups in the order of the bitmap, over each group's list,
/// and over the points of each listed micro-tile.
void GenericLowering::forEachListedMicroTile(AssembleIndexOp parts) {
  PermutationAttr permutation = op.getPermutationAttr();
  auto maps =
      llvm::to_vector(op.getIndexingMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<GroupDim> groupDims =
      getGroupDims(maps, permutation, op.getSchedule().getTile());
  Value counts = parts.getCounts(), coords = parts.getCoords();
  bool padded = parts.getType().getFormat() == IndexFormat::padded;

  int64_t axis = permutation.getDim();
  int64_t micro =
      permutation
          .getMicroTile()[*findDim(maps[permutation.getOperand()], axis)];
  LoopBuilder index(rewriter, loc);
  SmallVector<LoopRange> grid;
  for (GroupDim group : groupDims)
    grid.push_back(
        index.upTo(index.microTiles(ranges[group.dim].end, group.extent)));

  index.loops(grid, [&](OpBuilder &b, ValueRange numbers) {
    LoopBuilder index(b, loc);
    SmallVector<LoopRange> points(ranges);
    Value group = index.constant(0);
    for (auto [groupDim, count, number] :
         llvm::zip_equal(groupDims, grid, numbers)) {
      group = index.add(index.mul(group, count.end), number);
      points[groupDim.dim] = index.microTileRange(ranges[groupDim.dim].end,
                                                  groupDim.extent, number);
    }
    LoopRange list;
    if (padded) {
      list = index.upTo(index.loadIndex(counts, group));
    } else {
      Value next = index.add(group, 1);
      list = {index.loadIndex(counts, group), index.loadIndex(counts, next)};
    }
    index.loops(list, [&](OpBuilder &b, ValueRange entry) {
      LoopBuilder index(b, loc);
      Value coord = padded
                        ? index.loadIndex(coords, ValueRange{group, entry[0]})
                        : index.loadIndex(coords, entry[0]);
      points[axis] = index.microTileRange(ranges[axis].end, micro, coord);
      if (permutation.getPacked())
        position = entry[0];
      forEachPoint(b, points);
    });
  });
}

void GenericLowering::applyEpilogue(OpBuilder &b, ValueRange place) {
  SmallVector<Value> arguments{
      memref::LoadOp::create(b, loc, accumulators, place)};
  arguments.push_back(op.readsInit()
                          ? memref::LoadOp::create(b, loc, op.getInit(), place)
                          : Value());
  for (auto [number, input] : llvm::enumerate(op.getEpilogueInputs())) {
    SmallVector<Value> indices;
    for (AffineExpr expr : op.getEpilogueMap(number).getResults())
      indices.push_back(place[cast<AffineDimExpr>(expr).getPosition()]);
    arguments.push_back(memref::LoadOp::create(b, loc, input, indices));
  }
  Value result = inlineRegion(b, op.getEpilogue(), arguments);
  Value dest = op.getDest() ? op.getDest() : op.getInit();
  memref::StoreOp::create(b, loc, result, dest, place);
}

LogicalResult GenericLowering::run() {
  if (failed(expectMemRef(op, op.getInit())))
    return failure();
  AssembleIndexOp parts;
  if (PermutationAttr permutation = op.getPermutationAttr()) {
    parts = op.getIndex().getDefiningOp<AssembleIndexOp>();
    if (!parts)
      return op.emitOpError("expects its index to be made by a "
                            "'pit.assemble_index' in the same function");
    if (failed(expectMemRef(parts, parts.getCounts())))
      return failure();
    AffineMap map = op.getIndexingMap(permutation.getOperand());
    if (!map.isProjectedPermutation())
      return op.emitOpError()
             << "expects the sparse operand's map to be a projected "
                "permutation, but got "
             << AffineMapAttr::get(map);
  }
  rewriter.setInsertionPoint(op);
  findIdentity();
  findRanges();

  // The accumulators, all at the identity.
  LoopBuilder index(rewriter, loc);
  auto initType = cast<MemRefType>(op.getInit().getType());
  auto accType = MemRefType::get(initType.getShape(), op.getAccType());
  SmallVector<Value> dynamicSizes;
  SmallVector<LoopRange> outputRanges;
  for (int64_t dim = 0; dim < initType.getRank(); ++dim) {
    outputRanges.push_back(index.upTo(index.size(op.getInit(), dim)));
    if (initType.isDynamicDim(dim))
      dynamicSizes.push_back(outputRanges.back().end);
  }
  accumulators = memref::AllocOp::create(rewriter, loc, accType, dynamicSizes);
  Value start = arith::ConstantOp::create(rewriter, loc, identity);
  index.loops(outputRanges, [&](OpBuilder &b, ValueRange place) {
    memref::StoreOp::create(b, loc, start, accumulators, place);
  });
  if (parts)
    forEachListedMicroTile(parts);
  else
    forEachPoint(rewriter, ranges);
  index.loops(outputRanges,
              [&](OpBuilder &b, ValueRange place) { applyEpilogue(b, place); });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult pit::convertGenericToLoops(RewriterBase &rewriter, GenericOp op) {
  return GenericLowering(rewriter, op).run();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct ConvertPITToLoops
    : public pit::impl::ConvertPITToLoopsPassBase<ConvertPITToLoops> {
  void runOnOperation() override {
    // In program order: an index is consumed after it is made.
    SmallVector<Operation *> work;
    getOperation()->walk([&](Operation *op) {
      if (isa<DetectOp, CompactOp, GenericOp, AssembleIndexOp>(op))
        work.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    SmallVector<AssembleIndexOp> indices;
    for (Operation *op : work) {
      rewriter.setInsertionPoint(op);
      LogicalResult result = success();
      if (auto detect = dyn_cast<DetectOp>(op))
        result = convertDetectToLoops(rewriter, detect);
      else if (auto compact = dyn_cast<CompactOp>(op))
        result = convertCompactToLoops(rewriter, compact);
      else if (auto generic = dyn_cast<GenericOp>(op))
        result = convertGenericToLoops(rewriter, generic);
      else
        indices.push_back(cast<AssembleIndexOp>(op));
      if (failed(result))
        return signalPassFailure();
    }
    for (AssembleIndexOp index : indices) {
      if (!index.use_empty()) {
        index.emitOpError("is used by an operation that does not become loops");
        return signalPassFailure();
      }
      rewriter.eraseOp(index);
    }
  }
};
} // namespace
