//===- Plan.cpp - what a linalg operation becomes -------------------------===//

#include "pit/Analysis/Contraction.h"
#include "pit/Conversion/LinalgToPIT/LinalgToPIT.h"
#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Dialect/PIT/Transforms/TileLayout.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// The sparse inputs of an operation.
static SmallVector<int64_t> getSparseInputs(linalg::LinalgOp op) {
  SmallVector<int64_t> sparse;
  for (auto [number, operand] : llvm::enumerate(op.getDpsInputs()))
    if (auto type = dyn_cast<RankedTensorType>(operand.getType()))
      if (isa_and_nonnull<SparsityAttr>(type.getEncoding()))
        sparse.push_back(static_cast<int64_t>(number));
  return sparse;
}

bool pit::hasLoweredTypes(linalg::LinalgOp op) {
  Type type = getElementTypeOrSelf(op->getOperand(0));
  return llvm::all_of(op.getDpsInputs(),
                      [&](Value input) {
                        return getElementTypeOrSelf(input) == type;
                      }) &&
         getSumType(type, getElementTypeOrSelf(op.getDpsInits().front()));
}

/// Checks that `axis` may be permuted and is one of the sparse operand's.
static LogicalResult verifyAxis(linalg::LinalgOp op, int64_t sparse,
                                int64_t axis) {
  SmallVector<AxisInfo> axes = analyzeAxes(op);
  AffineMap map = op.getIndexingMapsArray()[sparse];
  SmallVector<std::string> legal;
  for (auto [dim, info] : llvm::enumerate(axes))
    if (info.isPermutable() && findDim(map, dim))
      legal.push_back("d" + std::to_string(dim));
  auto finish = [&](InFlightDiagnostic diag) -> LogicalResult {
    diag.attachNote() << "legal PIT axes of operand " << sparse << ": "
                      << (legal.empty() ? "none" : llvm::join(legal, ", "));
    return diag;
  };
  if (!axes[axis].isPermutable())
    return finish(op.emitOpError()
                  << "PIT axis d" << axis
                  << " is not permutable: " << axes[axis].obstacle);
  if (!findDim(map, axis))
    return finish(op.emitOpError()
                  << "PIT axis d" << axis
                  << " is not a dimension of the sparse operand " << sparse
                  << ", whose map is " << AffineMapAttr::get(map));
  return success();
}

/// The type of a memref that holds what a tensor does.
static MemRefType getMemRefType(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return MemRefType::get(type.getShape(), type.getElementType());
}

/// Checks the dense tile against the instruction, and the rows of its tiles in
/// shared memory against their layouts.
static LogicalResult verifyTile(linalg::LinalgOp op, ScheduleAttr schedule) {
  if (static_cast<int64_t>(schedule.getTile().size()) != op.getNumLoops())
    return op.emitOpError() << "expects a dense tile with " << op.getNumLoops()
                            << " extents, one per loop dimension, but got "
                            << schedule.getTile().size();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  FailureOr<TiledDims> tiled =
      TiledDims::get(ContractionDims::get(maps), schedule.getTile(),
                     [&] { return op.emitOpError(); });
  if (failed(tiled))
    return failure();
  Type input = getElementTypeOrSelf(op->getOperand(0));
  if (schedule.getMath() && !input.isF32())
    return op.emitOpError() << "'math = " << schedule.getMath().getValue()
                            << "' is for f32 inputs, but they are " << input;
  ProductGranules granules =
      *getProductGranules(input, input, getAccumulatorType(input),
                          /*isTF32=*/schedule.getMath() != nullptr);
  bool reversed = isReversedView(getMemRefType(op->getOperand(2)), maps[2],
                                 tiled->lhs, tiled->rhs);
  int64_t lhsStep = reversed ? granules.columns : granules.rows,
          rhsStep = reversed ? granules.rows : granules.columns;
  for (auto [dim, step, name] :
       {std::tuple{tiled->lhs, lhsStep, "the first input"},
        {tiled->rhs, rhsStep, "the second input"},
        {tiled->reduction, granules.depth, "the reduction"}})
    if (dim && schedule.getTile()[*dim] % step)
      return op.emitOpError() << "expects a dense tile extent along d" << *dim
                              << " (" << name << ") that is a multiple of "
                              << step << ", as the instruction has it, but got "
                              << schedule.getTile()[*dim];
  for (auto [operand, dim] : {std::pair{0, tiled->lhs}, {1, tiled->rhs}}) {
    bool reductionLast = !isReversedView(getMemRefType(op->getOperand(operand)),
                                         maps[operand], dim, tiled->reduction);
    ViewDim last = reductionLast ? tiled->reduction : dim;
    int64_t extent = last ? schedule.getTile()[*last] : granules.depth;
    int64_t bytes = extent * input.getIntOrFloatBitWidth() / 8;
    if (bytes % kBankBytes && bytes != 16 && bytes != 32 && bytes != 64)
      return op.emitOpError()
             << "expects a dense tile extent along d" << *last
             << ", the contiguous dimension of operand " << operand
             << ", of 16, 32, 64 or a multiple of " << kBankBytes
             << " bytes (rows in shared memory), but got " << bytes;
  }
  return success();
}

static LogicalResult verifySparseSchedule(linalg::LinalgOp op, int64_t sparse,
                                          ScheduleAttr schedule) {
  auto emitError = [&] { return op.emitOpError(); };
  auto access = SparseAccess::get(op.getIndexingMapsArray(), op->getOperands(),
                                  sparse, schedule.getAxis(),
                                  schedule.getMicroTile(), schedule.getTile());
  if (failed(verifyMicroTile(emitError, access)) ||
      failed(verifyTransactions(emitError, access)))
    return failure();
  unsigned position =
      *findDim(op.getIndexingMapsArray()[sparse], schedule.getAxis());
  if (ShapedType::isDynamic(schedule.getMicroTile()[position]) &&
      cast<RankedTensorType>(op->getOperand(sparse).getType())
          .isDynamicDim(position))
    return op.emitOpError()
           << "expects a number as micro-tile extent along the PIT axis d"
           << schedule.getAxis() << ", whose size is not known, but got '?'";
  return success();
}

/// Checks what may be sparse, before anything about how it is computed.
static LogicalResult verifySparseInput(linalg::LinalgOp op, int64_t sparse) {
  std::string obstacle = getSparseObstacle(op, sparse);
  if (obstacle.empty())
    return success();
  InFlightDiagnostic diag = op.emitOpError()
                            << "operand " << sparse
                            << " may not be sparse: " << obstacle;
  diag.attachNote() << "a factor of a product under a sum may be sparse; take "
                       "#pit.sparsity off this operand's type (tensor.cast) "
                       "where the operation is to stay dense";
  return diag;
}

/// Whether the maps are what a kernel's addresses can be computed from.
static bool hasLinearMaps(linalg::LinalgOp op) {
  return llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return llvm::all_of(map.getResults(), [&](AffineExpr expr) {
      return getLinearTerms(expr, map.getNumDims()).has_value();
    });
  });
}

/// Checks everything that both sparse and dense lowerings need of an operation
/// that is marked.
static LogicalResult verifyContraction(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics())
    return op.emitOpError("expects tensors: sparsity is lowered before "
                          "bufferization");
  if (!hasLoweredTypes(op)) {
    InFlightDiagnostic diag =
        op.emitOpError("has element types without a lowering: expects inputs "
                       "of one type, and an output of f32, f16 or bf16 for "
                       "those of f16, bf16 or f32, of f64 for f64, and of i32 "
                       "for i8, i16 or i32, or a wider one, but got ");
    llvm::interleaveComma(op->getOperands(), diag, [&](Value operand) {
      diag << getElementTypeOrSelf(operand);
    });
    return diag;
  }
  if (!isProductSum(op) || op.hasIndexSemantics())
    return op.emitOpError("has no lowering with a schedule or a sparse "
                          "operand: expects two inputs and a body that adds "
                          "up their products");
  if (!hasLinearMaps(op))
    return op.emitOpError()
           << "has no lowering with a schedule or a sparse operand: expects "
              "indexing maps of sums and multiples of dimensions, but got "
           << op.getIndexingMaps();
  return success();
}

/// An operation that no one marked: dense pit.generic if there is a lowering.
static std::optional<ContractionPlan> planUnmarked(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || !isProductSum(op) ||
      op.hasIndexSemantics())
    return std::nullopt;
  if (!hasLoweredTypes(op) || !hasLinearMaps(op)) {
    remark::missed(
        op.getLoc(),
        remark::RemarkOpts::name("dense-contraction").category("linalg-to-pit"))
        << "stays linalg, without a tiled kernel: only products of two inputs "
           "of one type have one, whose sums (f32 for f16, bf16 and f32, f64 "
           "for "
           "f64, i32 for integers) the output holds";
    return std::nullopt;
  }
  // Nothing to add up: a product of elements.
  if (ContractionDims::get(op.getIndexingMapsArray()).reduction.empty())
    return std::nullopt;
  return ContractionPlan{op, getDefaultDenseSchedule(op), std::nullopt,
                         std::nullopt};
}

/// The sparse input whose micro-tiles are listed, and one to pair with it.
static FailureOr<std::pair<int64_t, std::optional<int64_t>>>
chooseSparseInputs(linalg::LinalgOp op, ArrayRef<int64_t> sparse,
                   ScheduleAttr schedule) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (int64_t input : sparse)
    if (failed(verifySparseInput(op, input)))
      return failure();
  int64_t first = sparse.front();
  if (sparse.size() == 1)
    return std::pair{first, std::optional<int64_t>()};
  // A pinned PIT axis may be a dimension of the second alone.
  if (schedule && !findDim(maps[first], schedule.getAxis()) &&
      findDim(maps[sparse[1]], schedule.getAxis()))
    return std::pair{sparse[1], std::optional<int64_t>()};
  return std::pair{first, std::optional<int64_t>(sparse[1])};
}

/// Whether zeros of `paired` can be left out of the index as well.
static bool canPair(linalg::LinalgOp op, int64_t sparse, int64_t paired,
                    ScheduleAttr schedule) {
  AffineMap map = op.getIndexingMapsArray()[paired];
  if (op.getIteratorTypesArray()[schedule.getAxis()] ==
          utils::IteratorType::reduction &&
      findDim(map, schedule.getAxis()) && map.isProjectedPermutation())
    return true;
  remark::missed(op.getLoc(), remark::RemarkOpts::name("second-sparse-operand")
                                  .category("linalg-to-pit"))
      << ("the zeros of operand " + Twine(paired) +
          " are computed with: PIT axis d" + Twine(schedule.getAxis()) +
          " is no reduction that both sparse operands have as a bare "
          "dimension, so only the zeros of operand " +
          Twine(sparse) + " are left out")
             .str();
  return false;
}

FailureOr<std::optional<ContractionPlan>>
pit::planContraction(linalg::LinalgOp op) {
  auto schedule = op->getAttrOfType<ScheduleAttr>(kScheduleAttrName);
  SmallVector<int64_t> sparse = getSparseInputs(op);
  bool isReduction = op.getNumReductionLoops() > 0;
  if (!schedule && (sparse.empty() || !isReduction))
    return planUnmarked(op);
  if (schedule && schedule.getDense()) {
    if (failed(verifyContraction(op)) || failed(verifyTile(op, schedule)))
      return failure();
    return std::optional(
        ContractionPlan{op, schedule, std::nullopt, std::nullopt});
  }
  if (sparse.empty())
    return op.emitOpError()
           << "'" << kScheduleAttrName << "' has a PIT axis, but no input's "
           << "type carries #pit.sparsity: mark the sparse one, or use "
              "#pit.schedule<dense, tile = ...>";
  auto inputs = chooseSparseInputs(op, sparse, schedule);
  if (failed(inputs))
    return failure();
  auto [input, paired] = *inputs;
  if ((schedule && failed(verifyAxis(op, input, schedule.getAxis()))) ||
      failed(verifyContraction(op)))
    return failure();
  if (AffineMap map = op.getIndexingMapsArray()[input];
      !map.isProjectedPermutation())
    return op.emitOpError()
           << "has no lowering for a sparse operand " << input << " with map "
           << AffineMapAttr::get(map) << ": expects bare dimensions";
  if (!schedule) {
    schedule = getDefaultSchedule(op, input);
    if (failed(verifyAxis(op, input, schedule.getAxis())))
      return failure();
    remark::passed(
        op.getLoc(),
        remark::RemarkOpts::name("default-schedule").category("linalg-to-pit"))
        << "no schedule is pinned; by default "
        << remark::detail::Remark::Arg("Schedule", Attribute(schedule));
  }
  if (failed(verifyTile(op, schedule)) ||
      failed(verifySparseSchedule(op, input, schedule)))
    return failure();
  if (paired && !canPair(op, input, *paired, schedule))
    paired = std::nullopt;
  return std::optional(ContractionPlan{op, schedule, input, paired});
}
