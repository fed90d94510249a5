//===- GenericToGPU.cpp - pit.generic to a kernel at the tile level -------===//
//
// One structured operator becomes a loop over dense tiles: for each of them an
// unpipelined loop over the reduction that reads one tile of each input,
// multiplies, and a write through the epilogue. A dense tile spans at most one
// loop dimension of a kind (lhs, rhs, reduction); the others are dimensions of
// the grid, or loops around that of the reduction. Which dimension runs over an
// index only decides which offsets are coordinates.
//
//===----------------------------------------------------------------------===//

#include "GenericKernel.h"
#include "KernelPayload.h"

#include "pit/Analysis/Chip.h"
#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Conversion/PITToGPU/PITToGPU.h"
#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

//===----------------------------------------------------------------------===//
// What is lowered
//===----------------------------------------------------------------------===//

/// The product of a combine region that is acc + lhs * rhs, up to order and
/// widening.
static std::optional<ProductSigns> matchProductSum(GenericOp op) {
  Block &block = op.getCombine().front();
  Operation *add = cast<YieldOp>(block.back()).getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(add) ||
      block.getNumArguments() != 3)
    return std::nullopt;
  Value acc = block.getArgument(2);
  if (!llvm::is_contained(add->getOperands(), acc))
    return std::nullopt;
  return matchProduct(add->getOperand(add->getOperand(0) == acc),
                      block.getArgument(0), block.getArgument(1));
}

static Type getElement(Value value) {
  return cast<MemRefType>(value.getType()).getElementType();
}

/// Checks types and maps, whatever the schedule.
static FailureOr<ProductGranules> verifyLowered(GenericOp op) {
  if (op.getInputs().size() != 2 || !matchProductSum(op))
    return op.emitOpError("has no lowering to a kernel: 'combine' is not the "
                          "accumulator plus the product of two inputs");
  Type lhs = getElement(op.getInputs()[0]), rhs = getElement(op.getInputs()[1]);
  std::optional<ProductGranules> granules =
      getProductGranules(lhs, rhs, op.getAccType(),
                         /*isTF32=*/op.getSchedule().getMath() != nullptr);
  if (!granules)
    return op.emitOpError()
           << "has no lowering to a kernel for inputs of element types " << lhs
           << " and " << rhs << " and an accumulator of type "
           << op.getAccType()
           << ": expected f16, bf16, f32 or f64, added up in f32 or f64, or "
              "i8, "
              "i16, i32 or i64, added up in i32 or i64, and never in a "
              "narrower "
              "type";
  Type out = getElement(op.getInit());
  if (!out.isF32() && !isTensorCoreFloat(out) && out != op.getAccType())
    return op.emitOpError()
           << "has no lowering to a kernel for outputs of element type " << out
           << ": expected f32, f16, bf16 or the accumulator's "
           << op.getAccType();
  for (Attribute attr : op.getIndexingMaps()) {
    AffineMap map = cast<AffineMapAttr>(attr).getValue();
    if (llvm::any_of(map.getResults(), [&](AffineExpr expr) {
          return !getLinearTerms(expr, map.getNumDims());
        }))
      return op.emitOpError()
             << "has no lowering to a kernel: expected operands indexed by "
                "sums and multiples of dimensions, but got map "
             << attr;
  }
  return *granules;
}

/// What the epilogue computes must be possible in a kernel.
static LogicalResult verifyEpilogue(GenericOp op,
                                    llvm::SetVector<Value> &captured) {
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

/// Fills in what the index says.
static LogicalResult planIndex(GenericPlan &plan) {
  GenericOp op = plan.op;
  PermutationAttr permutation = op.getPermutationAttr();
  auto assemble = op.getIndex().getDefiningOp<AssembleIndexOp>();
  bool padded = op.getIndex().getType().getFormat() == IndexFormat::padded;
  if (!assemble || padded == permutation.getPacked())
    return op.emitOpError()
           << "has no lowering to a kernel for an index of type "
           << op.getIndex().getType() << " that is not made by a "
           << (permutation.getPacked() ? "compact" : "padded")
           << " 'pit.assemble_index'";
  if (permutation.getPacked())
    plan.packed = permutation.getOperand();
  plan.counts = assemble.getCounts();
  plan.coords = assemble.getCoords();
  AffineMap map = plan.maps[permutation.getOperand()];
  if (!map.isProjectedPermutation())
    return op.emitOpError()
           << "has no lowering to a kernel: expects the sparse operand's map "
              "to have bare dimensions only, but got "
           << AffineMapAttr::get(map);
  plan.axis = permutation.getDim();
  plan.groups = getGroupDims(plan.maps, permutation, plan.tile());
  unsigned position = *findDim(map, plan.axis);
  plan.micro = permutation.getMicroTile()[position];
  if (ShapedType::isDynamic(plan.micro)) {
    int64_t size =
        cast<MemRefType>(op.getInputs()[permutation.getOperand()].getType())
            .getDimSize(position);
    if (ShapedType::isDynamic(size))
      return op.emitOpError()
             << "has no lowering to a kernel: expects an extent of the "
                "micro-tile along the PIT axis d"
             << plan.axis << ", whose size is not known, but got '?'";
    plan.micro = std::max<int64_t>(size, 1);
  }
  // An extent that reaches the end is the whole dimension.
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (GroupDim &group : plan.groups)
    if (!ShapedType::isDynamic(ranges[group.dim]) && ranges[group.dim] != 0 &&
        ranges[group.dim] <= group.extent)
      group.extent = ShapedType::kDynamic;
  return success();
}

FailureOr<GenericPlan> GenericPlan::get(GenericOp op) {
  FailureOr<ProductGranules> granules = verifyLowered(op);
  if (failed(granules))
    return failure();
  GenericPlan plan;
  plan.op = op;
  plan.granules = *granules;
  plan.signs = *matchProductSum(op);
  plan.maps =
      llvm::to_vector(op.getIndexingMaps().getAsValueRange<AffineMapAttr>());
  plan.dims = ContractionDims::get(plan.maps);
  FailureOr<TiledDims> tiled = TiledDims::get(plan.dims, plan.tile(), [&] {
    return op.emitOpError("has no lowering to a kernel: ");
  });
  if (failed(tiled) || failed(verifyEpilogue(op, plan.captured)) ||
      (op.getIndex() && failed(planIndex(plan))))
    return failure();
  plan.tiled = *tiled;

  auto order = [&](Value operand, AffineMap map, TileRole first,
                   TileRole second) -> TileRoles {
    bool reversed = isReversedView(cast<MemRefType>(operand.getType()), map,
                                   plan.getDim(first), plan.getDim(second));
    return reversed ? TileRoles{second, first} : TileRoles{first, second};
  };
  plan.lhsRoles = order(op.getInputs()[0], plan.maps[0], TileRole::lhs,
                        TileRole::reduction);
  plan.rhsRoles = order(op.getInputs()[1], plan.maps[1], TileRole::reduction,
                        TileRole::rhs);
  plan.outputRoles =
      order(plan.getDest(), plan.maps[2], TileRole::lhs, TileRole::rhs);

  AffineMap first =
      plan.maps[plan.axis == -1 ? 0 : op.getPermutationAttr().getOperand()];
  for (bool inFirst : {true, false})
    for (int64_t dim = 0; dim < op.getNumLoops(); ++dim)
      if (op.isParallel(dim) && dim != plan.axis &&
          first.isFunctionOfDim(dim) == inFirst)
        plan.parallel.push_back(dim);
  for (int64_t dim = 0; dim < op.getNumLoops(); ++dim)
    if (!op.isParallel(dim) && dim != plan.axis && dim != plan.tiled.reduction)
      plan.outerReductions.push_back(dim);
  if (plan.axis != -1 && !op.isParallel(plan.axis) &&
      plan.axis != plan.tiled.reduction)
    plan.outerReductions.push_back(plan.axis);
  return plan;
}

bool GenericPlan::hasPartialSums() const {
  return isParallelAxis() && llvm::any_of(groups, [&](GroupDim group) {
           return !op.isParallel(group.dim) &&
                  !ShapedType::isDynamic(group.extent);
         });
}

ViewDim GenericPlan::getDim(TileRole role) const {
  switch (role) {
  case TileRole::lhs:
    return tiled.lhs;
  case TileRole::rhs:
    return tiled.rhs;
  case TileRole::reduction:
    return tiled.reduction;
  }
  return std::nullopt;
}

int64_t GenericPlan::getExtent(TileRole role) const {
  if (ViewDim dim = getDim(role))
    return tile()[*dim];
  if (role == TileRole::reduction)
    return granules.depth;
  return role == outputRoles[0] ? granules.rows : granules.columns;
}

SmallVector<Value> GenericPlan::getSizes(const IndexBuilder &ib,
                                         ValueRange operands) const {
  SmallVector<Value> sizes(maps[0].getNumDims());
  for (auto [number, operand] : llvm::enumerate(operands))
    for (auto [position, expr] : llvm::enumerate(maps[number].getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr);
          dim && !op.isPackedAlong(number, dim.getPosition())) {
        Value &size = sizes[dim.getPosition()];
        bool isStatic =
            !cast<MemRefType>(operand.getType()).isDynamicDim(position);
        if (!size || (isStatic && !getConstantIntValue(size)))
          size = ib.size(operand, position);
      }
  return sizes;
}

Value GenericPlan::countParts(const IndexBuilder &ib,
                              ArrayRef<Value> sizes) const {
  Value parts = ib.constant(1);
  for (GroupDim group : groups)
    if (!op.isParallel(group.dim))
      parts = ib.mul(parts, countGroups(ib, group, sizes));
  return parts;
}

Value GenericPlan::countGroups(const IndexBuilder &ib, GroupDim group,
                               ArrayRef<Value> sizes) const {
  if (ShapedType::isDynamic(group.extent))
    return ib.constant(1);
  return ib.ceilDiv(sizes[group.dim], group.extent);
}

int64_t GenericPlan::getTilesInGroup(int64_t dim) const {
  const GroupDim *found =
      llvm::find_if(groups, [&](GroupDim group) { return group.dim == dim; });
  if (found == groups.end() || ShapedType::isDynamic(found->extent))
    return 0;
  return found->extent / tile()[dim];
}

SmallVector<Value> GenericPlan::getBounds(const IndexBuilder &ib,
                                          ArrayRef<Value> sizes) const {
  SmallVector<Value> bounds;
  if (isParallelAxis()) {
    Value count = ib.constant(1);
    for (GroupDim group : groups)
      count = ib.mul(count, countGroups(ib, group, sizes));
    Value positions = ib.mul(ib.ceilDiv(sizes[axis], micro), micro);
    bounds = {count, ib.ceilDiv(positions, tile()[axis])};
  }
  for (int64_t dim : parallel) {
    int64_t inGroup = isParallelAxis() ? getTilesInGroup(dim) : 0;
    if (inGroup == 0)
      bounds.push_back(ib.ceilDiv(sizes[dim], tile()[dim]));
    else if (inGroup != 1)
      bounds.push_back(ib.constant(inGroup));
  }
  if (bounds.empty())
    bounds.push_back(ib.constant(1));
  return bounds;
}

IRMapping GenericPlan::repeatCaptured(OpBuilder &builder) const {
  IRMapping mapping;
  for (Value value : captured)
    rematerialize(builder, value, mapping);
  return mapping;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// The dynamic sizes that decide how wide copies can be: those of the
/// dimensions along which operands are contiguous. In 16 bytes' worth.
static SizeMultiples getSizeMultiples(const GenericPlan &plan) {
  SizeMultiples multiples;
  GenericOp op = plan.op;
  auto add = [&](Value operand, AffineMap map) {
    auto type = cast<MemRefType>(operand.getType());
    unsigned rank = type.getRank();
    if (rank == 0 || !type.isDynamicDim(rank - 1) ||
        !type.getLayout().isIdentity())
      return;
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(rank - 1));
    if (!dim)
      return;
    int64_t position = dim.getPosition();
    int64_t number = std::max<int64_t>(1, kMaxAccessBytes * 8 /
                                              type.getElementTypeBitWidth());
    for (auto &[known, most] : multiples)
      if (known == position) {
        most = std::max(most, number);
        return;
      }
    multiples.emplace_back(position, number);
  };
  add(op.getInputs()[0], plan.maps[0]);
  add(op.getInputs()[1], plan.maps[1]);
  add(plan.getDest(), plan.maps[2]);
  return multiples;
}

/// Emits the kernels of the sum and their launches. Where sizes decide how wide
/// copies are, there are two, and the sizes decide which one's grid is not 0.
static LogicalResult emitSum(OpBuilder &builder, const GenericPlan &plan,
                             Value dest, SumTarget target) {
  GenericOp op = plan.op;
  SmallVector<Value> operands(op.getInputs());
  if (plan.axis != -1)
    llvm::append_values(operands, plan.counts, plan.coords);
  if (target == SumTarget::output) {
    // The init is an input of its own unless it is overwritten.
    if (op.getDest() && op.readsInit())
      operands.push_back(op.getInit());
    llvm::append_range(operands, op.getEpilogueInputs());
  }
  operands.push_back(dest);

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  IndexBuilder ib(builder, op.getLoc());
  SmallVector<Value> sizes =
      plan.getSizes(ib, {op.getInputs()[0], op.getInputs()[1], plan.getDest()});
  // No more tiles than the operands have bytes, which 63 bits can count.
  Value grid = ib.constant(1);
  for (Value bound : plan.getBounds(ib, sizes))
    grid = ib.mul(grid, bound);

  auto emit = [&](Value blocks, const SizeMultiples &multiples) {
    StringRef role = plan.axis == -1 ? "dense" : "sparse";
    FailureOr<LaunchOp> launch =
        buildKernel(builder, op, role, operands, blocks, /*blockSize=*/0,
                    [&](OpBuilder &b, Location loc, ValueRange args) {
                      writeGenericKernel(b, loc, plan, args, multiples, target);
                    });
    if (failed(launch))
      return failure();
    launch->setScheduleAttr(op.getSchedule());
    auto kernel = cast<gpu::GPUFuncOp>(
        SymbolTable::lookupNearestSymbolFrom(*launch, launch->getKernel()));
    kernel->setAttr(kKernelScheduleAttrName, op.getSchedule());
    return success();
  };
  SizeMultiples multiples = getSizeMultiples(plan);
  if (multiples.empty())
    return emit(grid, {});
  // 1 where all sizes are multiples, else 0.
  Value wide = ib.constant(1);
  for (auto [dim, number] : multiples) {
    Value rest = builder.createOrFold<arith::SubIOp>(
        op.getLoc(), sizes[dim], ib.mul(ib.div(sizes[dim], number), number));
    wide = ib.mul(
        wide, builder.createOrFold<arith::SubIOp>(
                  op.getLoc(), ib.constant(1), ib.min(rest, ib.constant(1))));
  }
  Value narrow =
      builder.createOrFold<arith::SubIOp>(op.getLoc(), ib.constant(1), wide);
  return failure(failed(emit(ib.mul(grid, wide), multiples)) ||
                 failed(emit(ib.mul(grid, narrow), {})));
}

/// Sums of one output element meet in the workspace: by atomic additions, or,
/// where runs are to be the same bit for bit, each part in a place of its own.
static LogicalResult emitPartialSums(OpBuilder &builder,
                                     const GenericPlan &plan) {
  GenericOp op = plan.op;
  Location loc = op.getLoc();
  bool deterministic = op.getSchedule().getDeterministic();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  IndexBuilder ib(builder, loc);
  auto allocate = [&](ArrayRef<Value> sizes, StringRef name) {
    auto shape = llvm::map_to_vector(sizes, [](Value size) {
      return getConstantIntValue(size).value_or(ShapedType::kDynamic);
    });
    SmallVector<Value> dynamicSizes = llvm::filter_to_vector(
        sizes, [](Value size) { return !getConstantIntValue(size); });
    return createTemporary(builder, op, MemRefType::get(shape, op.getAccType()),
                           name, dynamicSizes);
  };
  auto lower = [&](Operation *linalgOp) {
    builder.setInsertionPoint(linalgOp);
    return convertLinalgToGPU(builder, linalgOp);
  };
  SmallVector<Value> sizes;
  auto output = cast<MemRefType>(op.getInit().getType());
  for (int64_t dim = 0; dim < output.getRank(); ++dim)
    sizes.push_back(ib.size(op.getInit(), dim));
  FailureOr<Value> sums = allocate(sizes, "sums");
  FailureOr<Value> parts = sums;
  if (deterministic) {
    SmallVector<Value> partSizes = sizes;
    partSizes.insert(
        partSizes.begin(),
        plan.countParts(
            ib, plan.getSizes(ib, {op.getInputs()[0], op.getInputs()[1]})));
    parts = allocate(partSizes, "part_sums");
  }
  if (failed(sums) || failed(parts))
    return failure();
  builder.setInsertionPoint(op);
  Value zero = arith::ConstantOp::create(builder, loc,
                                         builder.getZeroAttr(op.getAccType()));
  auto fill = linalg::FillOp::create(builder, loc, zero, *sums);
  if (failed(lower(fill)))
    return failure();
  if (!deterministic)
    return failure(failed(emitSum(builder, plan, *sums, SumTarget::add)) ||
                   failed(emitFinish(builder, plan, *sums)));
  builder.setInsertionPoint(op);
  fill = linalg::FillOp::create(builder, loc, zero, *parts);
  if (failed(lower(fill)) ||
      failed(emitSum(builder, plan, *parts, SumTarget::perPart)))
    return failure();
  // In the order of the parts: a thread adds up those of an element.
  builder.setInsertionPoint(op);
  auto reduce = linalg::ReduceOp::create(
      builder, loc, *parts, *sums, /*dimensions=*/ArrayRef<int64_t>{0},
      [](OpBuilder &b, Location loc, ValueRange args) {
        Value sum =
            isa<FloatType>(args[0].getType())
                ? arith::AddFOp::create(b, loc, args[0], args[1]).getResult()
                : arith::AddIOp::create(b, loc, args[0], args[1]);
        linalg::YieldOp::create(b, loc, sum);
      });
  return failure(failed(lower(reduce)) ||
                 failed(emitFinish(builder, plan, *sums)));
}

LogicalResult pit::convertGenericToGPU(OpBuilder &builder, GenericOp op) {
  FailureOr<GenericPlan> plan = GenericPlan::get(op);
  if (failed(plan))
    return failure();
  if (plan->hasPartialSums()) {
    if (failed(emitPartialSums(builder, *plan)))
      return failure();
  } else if (failed(
                 emitSum(builder, *plan, plan->getDest(), SumTarget::output)) ||
             (plan->isParallelAxis() &&
              failed(emitUnreached(builder, *plan)))) {
    return failure();
  }
  op.erase();
  return success();
}
