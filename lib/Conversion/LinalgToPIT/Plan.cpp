//===- Plan.cpp - what a linalg operation becomes -------------------------===//

#include "pit/Conversion/LinalgToPIT/LinalgToPIT.h"
#include "pit/Dialect/PIT/IR/Legality.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// Multiples that the dense tile must be of along m, n and k: one
/// mma.sync.m16n8k16, the instruction for f16 and bf16 in the PTX ISA.
static constexpr int64_t kTileStepM = 16, kTileStepN = 8, kTileStepK = 16;

/// The sparse inputs of an operation.
static SmallVector<int64_t> getSparseInputs(linalg::LinalgOp op) {
  SmallVector<int64_t> sparse;
  for (auto [number, operand] : llvm::enumerate(op.getDpsInputs()))
    if (auto type = dyn_cast<RankedTensorType>(operand.getType()))
      if (isa_and_nonnull<SparsityAttr>(type.getEncoding()))
        sparse.push_back(static_cast<int64_t>(number));
  return sparse;
}

/// The tile extents of m, n and k in the order of the loop dimensions.
static SmallVector<int64_t> orderTile(const MatmulDims &dims, int64_t m,
                                      int64_t n, int64_t k) {
  SmallVector<int64_t> tile(3);
  tile[dims.m] = m;
  tile[dims.n] = n;
  tile[dims.k] = k;
  return tile;
}

ScheduleAttr pit::getDefaultSchedule(linalg::LinalgOp op,
                                     const MatmulDims &dims) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto isInnermost = [&](int64_t operand, int64_t dim) {
    return findDim(maps[operand], dim) == 1u;
  };
  bool lhsAlongK = isInnermost(dims.lhs, dims.k);
  int64_t tileM = lhsAlongK ? 32 : 64;
  int64_t microK = lhsAlongK || isInnermost(dims.rhs, dims.k) ? 16 : 1;
  SmallVector<int64_t> microTile(2);
  microTile[*findDim(maps[dims.lhs], dims.m)] = tileM;
  microTile[*findDim(maps[dims.lhs], dims.k)] = microK;
  return ScheduleAttr::get(op.getContext(), /*dense=*/false, dims.k, microTile,
                           orderTile(dims, tileM, 128, 32), /*warps=*/0,
                           /*stages=*/0, /*deterministic=*/false,
                           /*math=*/nullptr, /*arch=*/nullptr);
}

ScheduleAttr pit::getDefaultDenseSchedule(linalg::LinalgOp op,
                                          const MatmulDims &dims) {
  return ScheduleAttr::get(op.getContext(), /*dense=*/true, /*axis=*/-1,
                           /*microTile=*/{}, orderTile(dims, 64, 128, 32),
                           /*warps=*/0, /*stages=*/0, /*deterministic=*/false,
                           /*math=*/nullptr, /*arch=*/nullptr);
}

/// f16 or bf16 inputs, and an output of one of them or of f32.
static bool hasLoweredTypes(linalg::LinalgOp op) {
  Type type = getElementTypeOrSelf(op->getOperand(0));
  Type output = getElementTypeOrSelf(op.getDpsInits().front());
  return isTensorCoreFloat(type) &&
         llvm::all_of(op.getDpsInputs(),
                      [&](Value input) {
                        return getElementTypeOrSelf(input) == type;
                      }) &&
         (isTensorCoreFloat(output) || output.isF32());
}

static bool hasStaticShapes(linalg::LinalgOp op) {
  return llvm::all_of(op->getOperandTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  });
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

/// Checks the dense tile against the instruction.
static LogicalResult verifyTile(linalg::LinalgOp op, const MatmulDims &dims,
                                ScheduleAttr schedule) {
  for (auto [dim, step, name] : {std::tuple{dims.m, kTileStepM, 'm'},
                                 {dims.n, kTileStepN, 'n'},
                                 {dims.k, kTileStepK, 'k'}})
    if (schedule.getTile()[dim] % step)
      return op.emitOpError()
             << "expects a dense tile extent along d" << dim << " (" << name
             << ") that is a multiple of " << step
             << " (mma.sync m16n8k16), but got " << schedule.getTile()[dim];
  // A tile's rows in shared memory, as the layouts take them.
  for (OpOperand *input : op.getDpsInputOperands()) {
    unsigned dim = op.getMatchingIndexingMap(input).getDimPosition(1);
    int64_t extent = schedule.getTile()[dim];
    if (extent % 64 && extent != 8 && extent != 16 && extent != 32)
      return op.emitOpError() << "expects a dense tile extent along d" << dim
                              << ", the contiguous dimension of operand "
                              << input->getOperandNumber()
                              << ", of 8, 16, 32 or a multiple of 64 (rows of "
                                 "16-bit floats in shared "
                                 "memory), but got "
                              << extent;
  }
  if (schedule.getMath())
    return op.emitOpError() << "'math = " << schedule.getMath().getValue()
                            << "' is for f32 inputs, but they are "
                            << getElementTypeOrSelf(op->getOperand(0));
  return success();
}

/// Whole rows only on the m axis: with shorter micro-tiles, partial sums of
/// one output element would meet.
static LogicalResult verifyWholeSums(linalg::LinalgOp op,
                                     const MatmulDims &dims, int64_t sparse,
                                     ScheduleAttr schedule) {
  if (schedule.getAxis() != dims.m)
    return success();
  unsigned position = *findDim(op.getIndexingMapsArray()[sparse], dims.k);
  int64_t extent = schedule.getMicroTile()[position];
  int64_t size = cast<RankedTensorType>(op->getOperand(sparse).getType())
                     .getDimSize(position);
  if (ShapedType::isDynamic(extent) || extent >= size)
    return success();
  return op.emitOpError()
         << "micro-tile extent " << extent << " along dimension " << position
         << " of the sparse operand leaves partial sums over d" << dims.k
         << " (size " << size << ") that would have to meet, which PIT axis d"
         << dims.m << " has no lowering for: expects '?' there, or PIT axis d"
         << dims.k;
}

static LogicalResult verifySparseSchedule(linalg::LinalgOp op,
                                          const MatmulDims &dims,
                                          int64_t sparse,
                                          ScheduleAttr schedule) {
  auto emitError = [&] { return op.emitOpError(); };
  auto access = SparseAccess::get(op.getIndexingMapsArray(), op->getOperands(),
                                  sparse, schedule.getAxis(),
                                  schedule.getMicroTile(), schedule.getTile());
  return failure(failed(verifyMicroTile(emitError, access)) ||
                 failed(verifyWholeSums(op, dims, sparse, schedule)) ||
                 failed(verifyTransactions(emitError, access)));
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

/// Checks everything that both sparse and dense lowerings need of an operation
/// that is marked.
static FailureOr<MatmulDims> verifyContraction(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics())
    return op.emitOpError("expects tensors: sparsity is lowered before "
                          "bufferization");
  if (!hasLoweredTypes(op)) {
    InFlightDiagnostic diag =
        op.emitOpError("has element types without a lowering: expects inputs "
                       "of f16, or of bf16, and an output of f16, bf16 or f32, "
                       "but got ");
    llvm::interleaveComma(op->getOperands(), diag, [&](Value operand) {
      diag << getElementTypeOrSelf(operand);
    });
    return diag;
  }
  if (!isProductSum(op))
    return op.emitOpError("has no lowering with a schedule or a sparse "
                          "operand: expects two inputs and a body that adds "
                          "up their products");
  FailureOr<MatmulDims> dims = matchMatmul(op);
  if (failed(dims))
    return op.emitOpError()
           << "has no lowering with a schedule or a sparse operand: expects "
              "three loop dimensions, of which each operand has two as bare "
              "dimensions (m, n and k of a matrix product), but got "
           << op.getIndexingMaps();
  for (auto [number, type] : llvm::enumerate(op->getOperandTypes()))
    if (!cast<RankedTensorType>(type).hasStaticShape())
      return op.emitOpError() << "has dynamic sizes, which have no lowering "
                                 "yet: expects static ones, but operand "
                              << number << " is " << type;
  return *dims;
}

/// An operation that no one marked: dense pit.generic if there is a lowering.
static std::optional<ContractionPlan> planUnmarked(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics())
    return std::nullopt;
  FailureOr<MatmulDims> dims = matchMatmul(op);
  if (failed(dims) || !hasLoweredTypes(op) || !hasStaticShapes(op)) {
    if (isProductSum(op))
      remark::missed(op.getLoc(), remark::RemarkOpts::name("dense-contraction")
                                      .category("linalg-to-pit"))
          << "stays linalg, without tensor cores: only static matrix products "
             "of f16 or bf16 with an output of f16, bf16 or f32 have a dense "
             "kernel";
    return std::nullopt;
  }
  return ContractionPlan{op, *dims, getDefaultDenseSchedule(op, *dims),
                         std::nullopt};
}

FailureOr<std::optional<ContractionPlan>>
pit::planContraction(linalg::LinalgOp op) {
  auto schedule = op->getAttrOfType<ScheduleAttr>(kScheduleAttrName);
  SmallVector<int64_t> sparse = getSparseInputs(op);
  bool isReduction = op.getNumReductionLoops() > 0;
  if (!schedule && (sparse.empty() || !isReduction))
    return planUnmarked(op);
  if (schedule && schedule.getDense()) {
    FailureOr<MatmulDims> dims = verifyContraction(op);
    if (failed(dims) || failed(verifyTile(op, *dims, schedule)))
      return failure();
    return std::optional(ContractionPlan{op, *dims, schedule, std::nullopt});
  }
  if (sparse.empty())
    return op.emitOpError()
           << "'" << kScheduleAttrName << "' has a PIT axis, but no input's "
           << "type carries #pit.sparsity: mark the sparse one, or use "
              "#pit.schedule<dense, tile = ...>";
  if (sparse.size() > 1)
    return op.emitOpError()
           << "has " << sparse.size()
           << " sparse operands, but only one is lowered: take #pit.sparsity "
              "off all but one (tensor.cast)";
  int64_t input = sparse.front();
  if (failed(verifySparseInput(op, input)) ||
      (schedule && failed(verifyAxis(op, input, schedule.getAxis()))))
    return failure();
  FailureOr<MatmulDims> dims = verifyContraction(op);
  if (failed(dims))
    return failure();
  if (dims->lhs != input)
    return op.emitOpError()
           << "sparse operand " << input << " has no lowering: it holds d"
           << dims->n
           << ", the output's last dimension; expects the sparse "
              "operand to hold d"
           << dims->m << ", its first (write the transposed product)";
  if (!schedule) {
    schedule = getDefaultSchedule(op, *dims);
    remark::passed(
        op.getLoc(),
        remark::RemarkOpts::name("default-schedule").category("linalg-to-pit"))
        << "no schedule is pinned; by default "
        << remark::detail::Remark::Arg("Schedule", Attribute(schedule));
  }
  if (failed(verifyTile(op, *dims, schedule)) ||
      failed(verifySparseSchedule(op, *dims, input, schedule)))
    return failure();
  return std::optional(ContractionPlan{op, *dims, schedule, input});
}
