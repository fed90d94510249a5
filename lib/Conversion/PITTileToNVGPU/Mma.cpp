//===- Mma.cpp - pit.tile_mma: ldmatrix and mma.sync ----------------------===//
//
// A warp computes its block of the accumulator in steps of two chunks along the
// reduction (16 of f16, 8 of tf32, 32 of i8). Whether ldmatrix transposes
// follows from which dimension of a tile is contiguous; which tile is the left
// one from the accumulator's map.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
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

  /// Matrices of 8 rows of 16 bytes at (`parallel` + 8 * p, chunk r of the
  /// reduction from `reduction` on). Lane l gives the address of row l % 8 of
  /// matrix l / 8, of which `parallelBit` is p and `reductionBit` is r.
  Value load(const Operand &operand, Value parallel, Value parallelBit,
             int64_t reduction, Value reductionBit, int64_t matrices) const {
    bool direct = operand.reductionContiguous;
    int64_t chunkElements = operand.layout.chunkElements;
    Value row =
        direct
            ? ib.add(ib.add(parallel, ib.mul(parallelBit, 8)), rowInMatrix)
            : ib.add(ib.add(ib.mul(reductionBit, 8), rowInMatrix), reduction);
    Value chunk = direct ? ib.add(reductionBit, reduction / chunkElements)
                         : ib.add(ib.div(parallel, 8), parallelBit);
    Value swizzle =
        ib.bitAnd(ib.shiftRight(rowInMatrix, operand.layout.swizzleShift()),
                  operand.layout.swizzleMask());
    Value column = ib.mul(ib.bitXor(chunk, swizzle), chunkElements);
    auto elementType =
        cast<MemRefType>(operand.view.getType()).getElementType();
    return nvgpu::LdMatrixOp::create(
        ib.builder, ib.loc,
        VectorType::get({matrices, 32 / elementType.getIntOrFloatBitWidth()},
                        elementType),
        operand.view, ValueRange{operand.slot, row, column},
        /*transpose=*/!direct, matrices);
  }

  /// The same for 32-bit elements that are contiguous along the parallel
  /// dimension, which ldmatrix cannot transpose: lane l gets the element at
  /// (`parallel` + 8 * p + l / 4, `reduction` + 4 * r + l % 4) of each matrix.
  /// Its number holds p and r, p in the low bit if `parallelIsLow`.
  Value loadElements(const Operand &operand, Value parallel, int64_t reduction,
                     bool parallelIsLow, int64_t matrices) const {
    auto elementType =
        cast<MemRefType>(operand.view.getType()).getElementType();
    SmallVector<Value> elements;
    for (int64_t i = 0; i < matrices; ++i) {
      int64_t p = parallelIsLow ? i % 2 : i / 2,
              r = parallelIsLow ? i / 2 : i % 2;
      Value row = ib.add(ib.rem(lane, 4), reduction + 4 * r);
      Value place = ib.add(ib.add(parallel, ib.div(lane, 4)), 8 * p);
      int64_t chunkElements = operand.layout.chunkElements;
      Value swizzle =
          ib.bitAnd(ib.shiftRight(row, operand.layout.swizzleShift()),
                    operand.layout.swizzleMask());
      Value column =
          ib.add(ib.mul(ib.bitXor(ib.div(place, chunkElements), swizzle),
                        chunkElements),
                 ib.rem(place, chunkElements));
      elements.push_back(
          memref::LoadOp::create(ib.builder, ib.loc, operand.view,
                                 ValueRange{operand.slot, row, column}));
    }
    return vector::FromElementsOp::create(
        ib.builder, ib.loc, VectorType::get({matrices, 1}, elementType),
        elements);
  }

  const IndexBuilder &ib;
  Value lane, rowInMatrix, lowBit, highBit;
};

} // namespace

/// The parts of a fragment, as nvvm.mma.sync takes them: 32 bits each, of f32
/// rounded to tf32.
static SmallVector<Value> getWords(const IndexBuilder &ib, Value fragment) {
  OpBuilder &b = ib.builder;
  SmallVector<Value> words;
  for (int64_t i = 0; i < cast<VectorType>(fragment.getType()).getDimSize(0);
       ++i) {
    if (getElementTypeOrSelf(fragment).isF32()) {
      Value element = vector::ExtractOp::create(b, ib.loc, fragment,
                                                ArrayRef<int64_t>{i, 0});
      words.push_back(NVVM::ConvertFloatToTF32Op::create(
          b, ib.loc, b.getI32Type(), element, NVVM::FPRoundingMode::RNA));
      continue;
    }
    Value part = vector::ExtractOp::create(b, ib.loc, fragment, i);
    Value bits = vector::BitCastOp::create(
        b, ib.loc, VectorType::get({1}, b.getI32Type()), part);
    words.push_back(vector::ExtractOp::create(b, ib.loc, bits, int64_t(0)));
  }
  return words;
}

static NVVM::MMATypes getMmaType(const Product::Factor &factor) {
  Type type = factor.tile.getElementType();
  if (type.isF32())
    return NVVM::MMATypes::tf32;
  if (type.isBF16())
    return NVVM::MMATypes::bf16;
  return factor.isUnsigned ? NVVM::MMATypes::u8 : NVVM::MMATypes::s8;
}

/// One mma.sync m16n8: `sum` plus the product of two fragments.
static Value multiply(const IndexBuilder &ib, const Product &product, Value lhs,
                      Value rhs, Value sum) {
  OpBuilder &b = ib.builder;
  int64_t depth = product.getMmaDepth();
  if (getElementTypeOrSelf(lhs).isF16())
    return nvgpu::MmaSyncOp::create(b, ib.loc, lhs, rhs, sum,
                                    b.getI64ArrayAttr({16, 8, depth}));
  // MLIR 22 cannot lower nvgpu.mma.sync for bf16, nor of integers without sign.
  SmallVector<Value> sums;
  for (int64_t i : {0, 1})
    for (int64_t j : {0, 1})
      sums.push_back(
          vector::ExtractOp::create(b, ib.loc, sum, ArrayRef<int64_t>{i, j}));
  Type type = getElementTypeOrSelf(sum);
  auto result = LLVM::LLVMStructType::getLiteral(b.getContext(),
                                                 {type, type, type, type});
  std::optional<NVVM::MMAIntOverflow> overflow;
  if (type.isInteger())
    overflow = NVVM::MMAIntOverflow::wrapped;
  Value next = NVVM::MmaOp::create(
      b, ib.loc, result, getWords(ib, lhs), getWords(ib, rhs), sums,
      /*shape=*/{16, 8, depth}, /*b1Op=*/std::nullopt, overflow,
      std::array{getMmaType(product.factors[0]),
                 getMmaType(product.factors[1])},
      std::array{NVVM::MMALayout::row, NVVM::MMALayout::col});
  for (int64_t i = 0; i < 4; ++i)
    sums[i] = LLVM::ExtractValueOp::create(b, ib.loc, next, i);
  return vector::FromElementsOp::create(b, ib.loc, sum.getType(), sums);
}

LogicalResult
TileMmaLowering::matchAndRewrite(TileMmaOp op, OneToNOpAdaptor adaptor,
                                 ConversionPatternRewriter &rewriter) const {
  Location loc = op.getLoc();
  IndexBuilder ib{rewriter, loc};
  // The checks before the conversion found all layouts.
  auto layout = AccLayout::get(op.getAcc().getType(), context.threads, nullptr);
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
  // Matrices that ldmatrix would have to transpose, of elements that it does
  // not know.
  auto isPlain = [](const Operand &operand) {
    return !operand.reductionContiguous &&
           cast<MemRefType>(operand.view.getType()).getElementTypeBitWidth() !=
               16;
  };
  int64_t chunkElements = left.layout.chunkElements;
  for (int64_t k = 0; k < depth; k += 2 * chunkElements) {
    // Left: rows m, chunk 0; m + 8, chunk 0; m, chunk 1; m + 8, chunk 1.
    SmallVector<Value> lefts, rights;
    for (int64_t i = 0; i < warps->fragmentsM(); ++i) {
      Value m = ib.add(m0, i * 16);
      lefts.push_back(
          isPlain(left)
              ? loader.loadElements(left, m, k, /*parallelIsLow=*/true, 4)
              : loader.load(left, m, loader.lowBit, k, loader.highBit, 4));
    }
    // Right: rows n, chunk 0; n, chunk 1, and the same of the next n, two
    // fragments.
    for (int64_t j = 0; j < fragmentsN; j += 2) {
      int64_t count = std::min<int64_t>(2, fragmentsN - j);
      Value n = ib.add(n0, j * 8);
      Value both = isPlain(right)
                       ? loader.loadElements(right, n, k,
                                             /*parallelIsLow=*/false, count * 2)
                       : loader.load(right, n, loader.highBit, k, loader.lowBit,
                                     count * 2);
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
        fragment = multiply(ib, product, leftFragment, rightFragment, fragment);
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
