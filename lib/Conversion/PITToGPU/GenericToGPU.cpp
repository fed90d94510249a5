//===- GenericToGPU.cpp - pit.generic to a kernel at the tile level -------===//
//
// One structured operator becomes a loop over dense tiles: for each of them an
// unpipelined loop over the reduction that reads one tile of each input,
// multiplies, and a write through the epilogue. Which dimension runs over an
// index only decides which offsets are coordinates.
//
//===----------------------------------------------------------------------===//

#include "KernelPayload.h"

#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Conversion/PITToGPU/PITToGPU.h"
#include "pit/Conversion/Utils/IndexBuilder.h"
#include "pit/Dialect/PIT/IR/Legality.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// The three loop dimensions of a contraction of two matrices.
struct ContractionDims {
  int64_t lhs;       ///< parallel, in the first input only
  int64_t rhs;       ///< parallel, in the second input only
  int64_t reduction; ///< in both inputs
};

} // namespace

/// True if the combine region is acc + lhs * rhs, up to order and widening.
static bool isProductSum(GenericOp op) {
  Block &block = op.getCombine().front();
  auto add =
      cast<YieldOp>(block.back()).getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add || block.getNumArguments() != 3)
    return false;
  Value acc = block.getArgument(2);
  Value contribution = add.getLhs() == acc ? add.getRhs() : add.getLhs();
  return llvm::is_contained(add->getOperands(), acc) &&
         isProduct(contribution, block.getArgument(0), block.getArgument(1));
}

/// The dimensions of a contraction of two matrices, or an error at the op.
static FailureOr<ContractionDims> getContractionDims(GenericOp op) {
  if (op.getInputs().size() != 2 || !isProductSum(op))
    return op.emitOpError("has no lowering to a kernel: 'combine' is not the "
                          "accumulator plus the product of two inputs");
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<MemRefType>(operand.getType());
        type && !type.hasStaticShape())
      return op.emitOpError() << "has no lowering to a kernel for dynamic "
                                 "sizes, but has an operand of type "
                              << type;
  if (!op.getEpilogueInputs().empty())
    return op.emitOpError("has no lowering to a kernel for epilogue inputs");
  auto getElement = [](Value value) {
    return cast<MemRefType>(value.getType()).getElementType();
  };
  for (Value input : op.getInputs())
    if (!isTensorCoreFloat(getElement(input)) ||
        getElement(input) != getElement(op.getInputs()[0]))
      return op.emitOpError()
             << "has no lowering to a kernel for inputs of element types "
             << getElement(op.getInputs()[0]) << " and "
             << getElement(op.getInputs()[1])
             << ": expected f16 or bf16 for both";
  if (!op.getAccType().isF32())
    return op.emitOpError()
           << "has no lowering to a kernel for an accumulator of type "
           << op.getAccType() << ": expected f32";
  Type out = getElement(op.getInit());
  if (!out.isF32() && !isTensorCoreFloat(out))
    return op.emitOpError()
           << "has no lowering to a kernel for outputs of element type " << out
           << ": expected f32, f16 or bf16";
  AffineMap lhs = op.getIndexingMap(0), rhs = op.getIndexingMap(1),
            output = op.getOutputMap();
  ContractionDims dims{-1, -1, -1};
  for (int64_t dim = 0; dim < op.getNumLoops(); ++dim) {
    bool inLhs = lhs.isFunctionOfDim(dim), inRhs = rhs.isFunctionOfDim(dim);
    int64_t *place = op.isParallel(dim)
                         ? (inLhs && !inRhs   ? &dims.lhs
                            : inRhs && !inLhs ? &dims.rhs
                                              : nullptr)
                         : (inLhs && inRhs ? &dims.reduction : nullptr);
    if (!place || *place != -1)
      return op.emitOpError() << "has no lowering to a kernel: d" << dim
                              << " is one dimension too many for a contraction "
                                 "of two matrices (one parallel "
                                 "dimension for each input, and one reduction)";
    *place = dim;
  }
  for (AffineMap map : {lhs, rhs, output})
    if (map.getNumResults() != 2 || !map.isProjectedPermutation())
      return op.emitOpError()
             << "has no lowering to a kernel: expected operands of rank 2 "
                "indexed by bare dimensions, "
                "but got map "
             << AffineMapAttr::get(map);
  return dims;
}

/// Extents of an operand's tile, in the operand's order.
static SmallVector<int64_t> getTileShape(AffineMap map,
                                         ArrayRef<int64_t> tile) {
  return llvm::map_to_vector(map.getResults(), [&](AffineExpr expr) {
    return tile[cast<AffineDimExpr>(expr).getPosition()];
  });
}

/// Where an operand's tile lies: the loop dimensions' offsets in its order.
static SmallVector<Value> getPlace(AffineMap map, ArrayRef<Value> offsets) {
  return llvm::map_to_vector(map.getResults(), [&](AffineExpr expr) {
    return offsets[cast<AffineDimExpr>(expr).getPosition()];
  });
}

namespace {

/// Emits the tile-level kernel of one pit.generic.
class KernelEmitter {
public:
  KernelEmitter(GenericOp op, ContractionDims dims, Value counts, Value coords)
      : op(op), dims(dims), counts(counts), coords(coords),
        sizes(op.getStaticLoopRanges()), tile(op.getSchedule().getTile()) {
    if (!op.getPermutation())
      return;
    axis = op.getPermutation()->getDim();
    AffineMap map = op.getIndexingMap(op.getPermutation()->getOperand());
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      int64_t dim = cast<AffineDimExpr>(expr).getPosition();
      int64_t extent = op.getPermutation()->getMicroTile()[position];
      if (ShapedType::isDynamic(extent))
        extent = std::max<int64_t>(sizes[dim], 1);
      (dim == axis ? micro : groupExtent) = extent;
      if (dim != axis)
        groupDim = dim;
    }
  }

  LogicalResult emit(OpBuilder &builder);

private:
  int64_t countTiles(int64_t dim) const {
    return llvm::divideCeil(sizes[dim], tile[dim]);
  }
  DenseBoolArrayAttr getInBounds(OpBuilder &b, AffineMap map) const;
  bool isGathered(int64_t dim) const { return dim == axis; }
  SmallVector<int64_t> getBounds() const;
  void emitBody(OpBuilder &b, Location loc, ValueRange args);
  Value emitReduction(OpBuilder &b, Location loc,
                      SmallVectorImpl<Value> &offsets, Value group, Value live);
  void emitWrite(OpBuilder &b, Location loc, Value acc,
                 ArrayRef<Value> offsets);
  LogicalResult emitUnreached(OpBuilder &builder);
  LogicalResult checkEpilogue();
  /// What the epilogue uses of the function, computed again.
  IRMapping repeatCaptured(OpBuilder &b) {
    IRMapping mapping;
    for (Value value : captured)
      rematerialize(b, value, mapping);
    return mapping;
  }

  GenericOp op;
  ContractionDims dims;
  Value counts, coords;
  SmallVector<int64_t> sizes;
  ArrayRef<int64_t> tile;
  llvm::SetVector<Value> captured; ///< by the epilogue
  int64_t axis = -1;               ///< the permuted loop dimension, or -1
  int64_t micro = 1;               ///< extent of a micro-tile along it
  int64_t groupDim = -1;           ///< the sparse operand's other dimension
  int64_t groupExtent = 1;         ///< extent of a micro-tile along that

  // Inside the kernel.
  Value lhs, rhs, init, output, kernelCounts, kernelCoords;
};

} // namespace

/// Along which dimensions all of an operand's tiles lie within it: where the
/// size is a multiple of the tile, and of the group. Coordinates never are.
DenseBoolArrayAttr KernelEmitter::getInBounds(OpBuilder &b,
                                              AffineMap map) const {
  return b.getDenseBoolArrayAttr(
      llvm::map_to_vector(map.getResults(), [&](AffineExpr expr) {
        int64_t dim = cast<AffineDimExpr>(expr).getPosition();
        return dim != axis && sizes[dim] % tile[dim] == 0 &&
               (dim != groupDim || sizes[dim] % groupExtent == 0);
      }));
}

/// The tile space. With an index: groups, tiles along a permuted parallel
/// dimension (else 1), then the remaining parallel dimensions; the tiles of a
/// group along its own dimension come first of these.
SmallVector<int64_t> KernelEmitter::getBounds() const {
  if (axis == -1)
    return {countTiles(dims.lhs), countTiles(dims.rhs)};
  int64_t groups = llvm::divideCeil(sizes[groupDim], groupExtent);
  if (axis == dims.reduction) {
    int64_t other = groupDim == dims.lhs ? dims.rhs : dims.lhs;
    return {groups, 1,
            static_cast<int64_t>(llvm::divideCeil(groupExtent, tile[groupDim])),
            countTiles(other)};
  }
  int64_t capacity = llvm::divideCeil(sizes[axis], micro);
  int64_t other = axis == dims.lhs ? dims.rhs : dims.lhs;
  return {groups,
          static_cast<int64_t>(llvm::divideCeil(capacity * micro, tile[axis])),
          countTiles(other)};
}

/// What the epilogue computes must be possible in a kernel.
LogicalResult KernelEmitter::checkEpilogue() {
  if (failed(checkPayload(op, op.getEpilogue())))
    return failure();
  getUsedValuesDefinedAbove(op.getEpilogue(), captured);
  llvm::SetVector<Value> buffers;
  for (Value value : captured)
    if (failed(collectSources(op, value, buffers)))
      return failure();
  if (!buffers.empty())
    return op.emitOpError()
           << "has no lowering to a kernel: 'epilogue' reads a buffer of type "
           << buffers.front().getType()
           << ", but may use its arguments and constants only";
  return success();
}

LogicalResult KernelEmitter::emit(OpBuilder &builder) {
  if (failed(checkEpilogue()))
    return failure();
  if (axis != -1 && axis != dims.reduction &&
      groupExtent < sizes[dims.reduction])
    return op.emitOpError()
           << "has no lowering to a kernel: micro-tiles of " << groupExtent
           << " of the " << sizes[dims.reduction]
           << " elements along the reduction d" << dims.reduction
           << " leave partial sums on the permuted parallel d" << axis
           << "; use '?' for the whole dimension, or the reduction as PIT axis";

  SmallVector<Value> operands(op.getInputs());
  if (axis != -1)
    llvm::append_values(operands, counts, coords);
  // The init is an input of its own unless it is overwritten.
  if (op.getDest())
    operands.push_back(op.getInit());
  operands.push_back(op.getDest() ? op.getDest() : op.getInit());

  // No more tiles than the operands have bytes, which 63 bits can count.
  int64_t grid = 1;
  for (int64_t bound : getBounds())
    grid *= bound;
  FailureOr<LaunchOp> launch = buildKernel(
      builder, op, axis == -1 ? "dense" : "sparse", operands, grid,
      /*blockSize=*/0, [&](OpBuilder &b, Location loc, ValueRange args) {
        emitBody(b, loc, args);
      });
  if (failed(launch))
    return failure();
  launch->setScheduleAttr(op.getSchedule());
  auto kernel = cast<gpu::GPUFuncOp>(
      SymbolTable::lookupNearestSymbolFrom(*launch, launch->getKernel()));
  kernel->setAttr(kKernelScheduleAttrName, op.getSchedule());
  if (axis != -1 && axis != dims.reduction)
    return emitUnreached(builder);
  return success();
}

void KernelEmitter::emitBody(OpBuilder &b, Location loc, ValueRange args) {
  unsigned next = 0;
  lhs = args[next++];
  rhs = args[next++];
  if (axis != -1) {
    kernelCounts = args[next++];
    kernelCoords = args[next++];
  }
  init = args[next++];
  output = op.getDest() ? args[next] : init;

  IndexBuilder ib(b, loc);
  SmallVector<Value> bounds;
  for (int64_t bound : getBounds())
    bounds.push_back(ib.constant(bound));
  bool parallelAxis = axis != -1 && axis != dims.reduction;
  auto tiles = ForEachTileOp::create(
      b, loc, bounds, kernelCounts,
      axis == -1 ? IntegerAttr() : b.getI64IntegerAttr(micro),
      parallelAxis ? b.getI64IntegerAttr(tile[axis]) : IntegerAttr());
  Block *body = b.createBlock(&tiles.getBody());
  for (unsigned i = 0; i < bounds.size() + (axis != -1); ++i)
    body->addArgument(b.getIndexType(), loc);
  ValueRange ids = body->getArguments();

  SmallVector<Value> offsets(sizes.size());
  Value group, live;
  if (axis == -1) {
    offsets[dims.lhs] = ib.mul(ids[0], tile[dims.lhs]);
    offsets[dims.rhs] = ib.mul(ids[1], tile[dims.rhs]);
  } else if (!parallelAxis) {
    group = ids[0];
    live = ids[2];
    int64_t other = groupDim == dims.lhs ? dims.rhs : dims.lhs;
    offsets[groupDim] =
        ib.add(ib.mul(group, groupExtent), ib.mul(ids[3], tile[groupDim]));
    offsets[other] = ib.mul(ids[4], tile[other]);
    // The last group may have fewer tiles than the others: one past the edge
    // has nothing to add, and nothing to write.
    if (groupExtent > tile[groupDim] && sizes[groupDim] % groupExtent) {
      live = ib.select(ib.less(offsets[groupDim], sizes[groupDim]), live,
                       ib.constant(0));
    }
  } else {
    group = ids[0];
    live = ids[2];
    int64_t other = axis == dims.lhs ? dims.rhs : dims.lhs;
    offsets[axis] = LoadCoordsOp::create(
        b, loc, CoordsType::get(b.getContext(), tile[axis], micro),
        kernelCoords, group,
        /*first=*/ids[1], live);
    offsets[other] = ib.mul(ids[3], tile[other]);
  }
  Value acc = emitReduction(b, loc, offsets, group, live);
  emitWrite(b, loc, acc, offsets);
  YieldOp::create(b, loc);
}

/// The loop over the reduction: over the live positions of the group, or over
/// the whole dimension.
Value KernelEmitter::emitReduction(OpBuilder &b, Location loc,
                                   SmallVectorImpl<Value> &offsets, Value group,
                                   Value live) {
  auto accType = AccType::get(
      b.getContext(), getTileShape(op.getOutputMap(), tile), op.getAccType());
  Value zero = AccZeroOp::create(b, loc, accType);
  bool gathered = isGathered(dims.reduction);
  int64_t step = tile[dims.reduction];
  IndexBuilder ib(b, loc);
  Value end = gathered ? live : ib.constant(sizes[dims.reduction]);
  auto loop =
      scf::ForOp::create(b, loc, ib.constant(0), end, ib.constant(step), zero);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  offsets[dims.reduction] = loop.getInductionVar();
  if (gathered)
    offsets[dims.reduction] = LoadCoordsOp::create(
        b, loc, CoordsType::get(b.getContext(), step, micro), kernelCoords,
        group, loop.getInductionVar(), live);
  SmallVector<Value> tiles, tokens;
  const Value sources[] = {lhs, rhs};
  for (auto [number, source] : llvm::enumerate(sources)) {
    AffineMap map = op.getIndexingMap(number);
    auto type =
        TileType::get(b.getContext(), getTileShape(map, tile),
                      cast<MemRefType>(source.getType()).getElementType());
    auto read = SReadOp::create(b, loc, type, TokenType::get(b.getContext()),
                                source, getPlace(map, offsets), Value(),
                                getInBounds(b, map), /*all_or_none=*/nullptr);
    tiles.push_back(read.getTile());
    tokens.push_back(read.getToken());
  }
  WaitOp::create(b, loc, tokens, IntegerAttr());
  Value acc = TileMmaOp::create(b, loc, accType, tiles[0], tiles[1],
                                loop.getRegionIterArg(0), op.getIndexingMaps());
  scf::YieldOp::create(b, loc, acc);
  return loop.getResult(0);
}

void KernelEmitter::emitWrite(OpBuilder &b, Location loc, Value acc,
                              ArrayRef<Value> offsets) {
  IRMapping mapping = repeatCaptured(b);
  AffineMap identity = b.getMultiDimIdentityMap(2);
  auto write = SWriteOp::create(
      b, loc, WriteModeAttr::get(b.getContext(), WriteMode::store), acc, output,
      getPlace(op.getOutputMap(), offsets), init,
      b.getAffineMapArrayAttr({identity}), getInBounds(b, op.getOutputMap()));
  op.getEpilogue().cloneInto(&write.getEpilogue(), mapping);
}

/// Outputs along a permuted parallel dimension that no live micro-tile reaches
/// get epilogue(0, init), from the bitmap: a thread writes 16 bytes.
LogicalResult KernelEmitter::emitUnreached(OpBuilder &builder) {
  if (!op.getBitmap())
    return op.emitOpError() << "permutes the parallel d" << axis
                            << " and expects the bitmap of its index, which "
                               "tells what the index does not reach";
  auto type = cast<MemRefType>(op.getInit().getType());
  int64_t columns = type.getDimSize(1), rows = type.getDimSize(0);
  int64_t width = std::max<int64_t>(1, 128 / type.getElementTypeBitWidth());
  if (columns % width)
    width = 1;
  int64_t position = *op.getOutputMap().getResultPosition(
      getAffineDimExpr(axis, op.getContext()));
  // A vector must lie in one micro-tile.
  if (position == 1 && micro % width)
    width = 1;
  constexpr int64_t kThreads = 256;
  int64_t vectors = rows * columns / width;

  SmallVector<Value> operands{op.getBitmap()};
  if (op.getDest())
    operands.push_back(op.getInit());
  operands.push_back(op.getDest() ? op.getDest() : op.getInit());
  auto body = [&](OpBuilder &b, Location loc, ValueRange args) {
    Value bitmap = args[0], from = args[1], to = args.back();
    IndexBuilder ib(b, loc);
    Value number = ib.add(ib.mul(ib.blockId(), kThreads), ib.threadId());
    auto ifInside = scf::IfOp::create(b, loc, ib.less(number, vectors));
    b.setInsertionPointToStart(ifInside.thenBlock());
    Value row = ib.div(number, columns / width);
    Value column = ib.mul(ib.rem(number, columns / width), width);
    Value place = position == 0 ? row : column;
    // Without groups nothing is live.
    if (cast<MemRefType>(bitmap.getType()).getDimSize(0) != 0) {
      Value live = memref::LoadOp::create(
          b, loc, bitmap, ValueRange{ib.constant(0), ib.div(place, micro)});
      auto ifDead = scf::IfOp::create(b, loc, ib.equals(live, 0));
      b.setInsertionPointToStart(ifDead.thenBlock());
    }
    auto vectorType = VectorType::get({width}, type.getElementType());
    unsigned alignment = width * type.getElementTypeBitWidth() / 8;
    Value old = vector::LoadOp::create(
        b, loc, vectorType, from, ValueRange{row, column},
        /*nontemporal=*/false, llvm::MaybeAlign(alignment));
    Value zero =
        arith::ConstantOp::create(b, loc, b.getZeroAttr(op.getAccType()));
    SmallVector<Value> elements;
    IRMapping captures = repeatCaptured(b);
    for (int64_t i = 0; i < width; ++i) {
      IRMapping mapping = captures;
      Block &epilogue = op.getEpilogue().front();
      mapping.map(epilogue.getArgument(0), zero);
      mapping.map(epilogue.getArgument(1),
                  vector::ExtractOp::create(b, loc, old, i));
      for (Operation &inner : epilogue.without_terminator())
        b.clone(inner, mapping);
      elements.push_back(
          mapping.lookupOrDefault(epilogue.back().getOperand(0)));
    }
    Value result = vector::FromElementsOp::create(b, loc, vectorType, elements);
    vector::StoreOp::create(b, loc, result, to, ValueRange{row, column},
                            /*nontemporal=*/false, llvm::MaybeAlign(alignment));
  };
  return LogicalResult(buildKernel(builder, op, "unreached", operands,
                                   llvm::divideCeil(vectors, kThreads),
                                   kThreads, body));
}

LogicalResult pit::convertGenericToGPU(OpBuilder &builder, GenericOp op) {
  FailureOr<ContractionDims> dims = getContractionDims(op);
  if (failed(dims))
    return failure();
  Value counts, coords;
  if (op.getIndex()) {
    auto assemble = op.getIndex().getDefiningOp<AssembleIndexOp>();
    if (!assemble || op.getIndex().getType().getFormat() != IndexFormat::padded)
      return op.emitOpError()
             << "has no lowering to a kernel for an index of type "
             << op.getIndex().getType()
             << " that is not made by a padded 'pit.assemble_index'";
    counts = assemble.getCounts();
    coords = assemble.getCoords();
  }
  if (failed(KernelEmitter(op, *dims, counts, coords).emit(builder)))
    return failure();
  op.erase();
  return success();
}
