//===- Mma.cpp - pit.tile_mma: ldmatrix and mma.sync ----------------------===//
//
// A warp computes its block of the accumulator in steps of 16 along the
// reduction. Whether ldmatrix transposes follows from which dimension of a tile
// is contiguous; which tile is the left one from the accumulator's map.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// One operand of the product, as ldmatrix sees it.
struct Operand {
  Value view;
  Value slot;
  TileLayout layout;
  bool reductionContiguous; ///< else the parallel dimension is
};

struct TileMmaLowering : public OpConversionPattern<TileMmaOp> {
  TileMmaLowering(const TypeConverter &converter, MLIRContext *ctx,
                  const KernelContext &context)
      : OpConversionPattern(converter, ctx), context(context) {}

  LogicalResult
  matchAndRewrite(TileMmaOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;

private:
  const KernelContext &context;
};

/// Reads 8x8 matrices, four at once, of a swizzled tile.
class FragmentLoader {
public:
  FragmentLoader(const IndexBuilder &ib) : ib(ib) {
    lane = ib.rem(ib.threadId(), pit::kWarpSize);
    rowInMatrix = ib.bitAnd(lane, 7);
    lowBit = ib.bitAnd(ib.shiftRight(lane, 3), 1);
    highBit = ib.shiftRight(lane, 4);
  }

  /// Matrices of 8x8 elements at (`parallel` + 8 * p, `reduction` + 8 * r).
  /// Lane l gives the address of row l % 8 of matrix l / 8, of which
  /// `parallelBit` is p and `reductionBit` is r.
  Value load(const Operand &operand, Value parallel, Value parallelBit,
             int64_t reduction, Value reductionBit, int64_t matrices) const {
    bool direct = operand.reductionContiguous;
    Value row =
        direct
            ? ib.add(ib.add(parallel, ib.mul(parallelBit, 8)), rowInMatrix)
            : ib.add(ib.add(ib.mul(reductionBit, 8), rowInMatrix), reduction);
    Value chunk = direct ? ib.add(reductionBit, reduction / 8)
                         : ib.add(ib.div(parallel, 8), parallelBit);
    Value swizzle =
        ib.bitAnd(ib.shiftRight(rowInMatrix, operand.layout.swizzleShift()),
                  operand.layout.swizzleMask());
    Value column =
        ib.mul(ib.bitXor(chunk, swizzle), operand.layout.chunkElements);
    auto elementType =
        cast<MemRefType>(operand.view.getType()).getElementType();
    return nvgpu::LdMatrixOp::create(
        ib.builder, ib.loc, VectorType::get({matrices, 2}, elementType),
        operand.view, ValueRange{operand.slot, row, column},
        /*transpose=*/!direct, matrices);
  }

  const IndexBuilder &ib;
  Value lane, rowInMatrix, lowBit, highBit;
};

} // namespace

/// The pairs of a fragment of bf16, as nvvm.mma.sync takes them: 32 bits each.
static SmallVector<Value> getPairs(const IndexBuilder &ib, Value fragment) {
  Type i32 = ib.builder.getI32Type();
  SmallVector<Value> pairs;
  for (int64_t i = 0; i < cast<VectorType>(fragment.getType()).getDimSize(0);
       ++i) {
    Value pair = vector::ExtractOp::create(ib.builder, ib.loc, fragment, i);
    Value bits = vector::BitCastOp::create(ib.builder, ib.loc,
                                           VectorType::get({1}, i32), pair);
    pairs.push_back(
        vector::ExtractOp::create(ib.builder, ib.loc, bits, int64_t(0)));
  }
  return pairs;
}

/// One mma.sync m16n8k16: `sum` plus the product of two fragments.
static Value multiply(const IndexBuilder &ib, Value lhs, Value rhs, Value sum) {
  OpBuilder &b = ib.builder;
  if (!getElementTypeOrSelf(lhs).isBF16())
    return nvgpu::MmaSyncOp::create(b, ib.loc, lhs, rhs, sum,
                                    b.getI64ArrayAttr({16, 8, 16}));
  // MLIR 22 cannot lower nvgpu.mma.sync for bf16.
  SmallVector<Value> sums;
  for (int64_t i : {0, 1})
    for (int64_t j : {0, 1})
      sums.push_back(
          vector::ExtractOp::create(b, ib.loc, sum, ArrayRef<int64_t>{i, j}));
  Type f32 = b.getF32Type();
  auto result =
      LLVM::LLVMStructType::getLiteral(b.getContext(), {f32, f32, f32, f32});
  Value product = NVVM::MmaOp::create(
      b, ib.loc, result, getPairs(ib, lhs), getPairs(ib, rhs), sums,
      /*shape=*/{16, 8, 16}, /*b1Op=*/std::nullopt,
      /*intOverflow=*/std::nullopt,
      std::array{NVVM::MMATypes::bf16, NVVM::MMATypes::bf16},
      std::array{NVVM::MMALayout::row, NVVM::MMALayout::col});
  for (int64_t i = 0; i < 4; ++i)
    sums[i] = LLVM::ExtractValueOp::create(b, ib.loc, product, i);
  return vector::FromElementsOp::create(b, ib.loc, sum.getType(), sums);
}

LogicalResult
TileMmaLowering::matchAndRewrite(TileMmaOp op, OneToNOpAdaptor adaptor,
                                 ConversionPatternRewriter &rewriter) const {
  Location loc = op.getLoc();
  IndexBuilder ib{rewriter, loc};
  // The checks before the conversion found all layouts.
  auto layout =
      AccLayout::get(op.getAcc().getType(), context.threads, nullptr);
  Product product = Product::get(op);
  std::array<Value, 2> slots;
  for (int dim = 0; dim < 2; ++dim)
    slots[dim] = product.factors[dim].isLhs ? adaptor.getLhs().front()
                                            : adaptor.getRhs().front();
  if (const ThreadLayout *threads = layout->getThreads()) {
    rewriter.replaceOpWithMultiple(
        op, {multiplyOnCudaCores(ib, context, product, *threads, slots,
                                 adaptor.getAcc())});
    return success();
  }
  const WarpLayout *warps = layout->getWarps();
  auto getOperand = [&](int dim) {
    const Product::Factor &factor = product.factors[dim];
    auto tile = TileLayout::get(factor.tile, nullptr);
    return Operand{getTileView(ib, context, factor.tile, *tile), slots[dim],
                   *tile, factor.reductionContiguous};
  };
  Operand left = getOperand(0), right = getOperand(1);
  int64_t depth = product.depth;

  auto [warpM, warpN] = getWarpPlace(ib, *warps);
  Value m0 = ib.mul(warpM, warps->rows), n0 = ib.mul(warpN, warps->columns);
  FragmentLoader loader(ib);
  SmallVector<Value> fragments(adaptor.getAcc());
  int64_t fragmentsN = warps->fragmentsN();
  for (int64_t k = 0; k < depth; k += 16) {
    // Left: matrices (m, k), (m + 8, k), (m, k + 8), (m + 8, k + 8).
    SmallVector<Value> lefts, rights;
    for (int64_t i = 0; i < warps->fragmentsM(); ++i)
      lefts.push_back(loader.load(left, ib.add(m0, i * 16), loader.lowBit, k,
                                  loader.highBit, 4));
    // Right: (n, k), (n, k + 8), and the same of the next n, two fragments.
    for (int64_t j = 0; j < fragmentsN; j += 2) {
      int64_t count = std::min<int64_t>(2, fragmentsN - j);
      Value both = loader.load(right, ib.add(n0, j * 8), loader.highBit, k,
                               loader.lowBit, count * 2);
      for (int64_t part = 0; part < count; ++part)
        rights.push_back(
            count == 1 ? both
                       : vector::ExtractStridedSliceOp::create(
                             rewriter, loc, both, ArrayRef<int64_t>{part * 2},
                             ArrayRef<int64_t>{2}, ArrayRef<int64_t>{1})
                             .getResult());
    }
    for (auto [j, rightFragment] : llvm::enumerate(rights))
      for (auto [i, leftFragment] : llvm::enumerate(lefts)) {
        Value &fragment = fragments[i * fragmentsN + j];
        fragment = multiply(ib, leftFragment, rightFragment, fragment);
      }
  }
  rewriter.replaceOpWithMultiple(op, {fragments});
  return success();
}

void pit::populateMmaPatterns(const TypeConverter &converter,
                              RewritePatternSet &patterns,
                              const KernelContext &context) {
  patterns.add<TileMmaLowering>(converter, patterns.getContext(), context);
}
