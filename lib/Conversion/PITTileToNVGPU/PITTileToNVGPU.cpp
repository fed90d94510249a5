//===- PITTileToNVGPU.cpp - from scheduled tiles to threads ---------------===//

#include "pit/Conversion/PITTileToNVGPU/PITTileToNVGPU.h"

#include "Lowering.h"
#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"
#include "pit/Dialect/PIT/Transforms/Schedule.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/InterleavedRange.h"

namespace mlir::pit {
#define GEN_PASS_DEF_CONVERTPITTILETONVGPUPASS
#define GEN_PASS_DEF_PITEXTERNALIZESHAREDPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

//===----------------------------------------------------------------------===//
// Shared by the patterns
//===----------------------------------------------------------------------===//

Value pit::getTileView(const IndexBuilder &ib, const KernelContext &context,
                       TileType type, const TileLayout &layout) {
  auto space = cast<MemRefType>(context.arena.getType()).getMemorySpace();
  auto view = MemRefType::get({context.stages, layout.rows, layout.columns},
                              type.getElementType(),
                              MemRefLayoutAttrInterface(), space);
  return memref::ViewOp::create(ib.builder, ib.loc, view, context.arena,
                                ib.constant(*type.getAt()), ValueRange());
}

namespace {

//===----------------------------------------------------------------------===//
// Small patterns
//===----------------------------------------------------------------------===//

struct LoadCoordsLowering : public OpConversionPattern<LoadCoordsOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(LoadCoordsOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<CoordsType>(op.getResult().getType());
    IndexBuilder ib{rewriter, op.getLoc()};
    int64_t div = type.getBy()[0], mod = type.getBy()[1], mul = type.getBy()[2],
            step = type.getBy()[3];
    int64_t pieces = type.getPieces();
    Value position = ib.mul(ib.rem(ib.div(ib.threadId(), div), mod), mul);
    position = ib.add(op.getFirst(), position);
    SmallVector<Value> places;
    for (int64_t i = 0; i < type.getNumHeld(); ++i) {
      int64_t along = i % pieces * (pieces > 1 ? type.getBy()[5] : 0);
      Value p = ib.add(position, i / pieces * step + along);
      Value live = ib.less(p, op.getLive());
      // Past the live positions the list is not read: it may end there.
      Value entry = ib.select(live, ib.div(p, type.getMicro()), ib.constant(0));
      Value coord =
          memref::LoadOp::create(rewriter, op.getLoc(), op.getCoords(),
                                 ValueRange{op.getGroup(), entry});
      Value place = ib.mul(ib.toIndex(coord), type.getMicro());
      place = ib.add(place, ib.rem(p, type.getMicro()));
      places.push_back(ib.select(live, place, ib.constant(kNowhere)));
    }
    rewriter.replaceOpWithMultiple(op, {places});
    return success();
  }
};

struct AccZeroLowering : public OpConversionPattern<AccZeroOp> {
  AccZeroLowering(const TypeConverter &converter, MLIRContext *context)
      : OpConversionPattern(converter, context) {}

  LogicalResult
  matchAndRewrite(AccZeroOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Type> types;
    if (failed(
            getTypeConverter()->convertType(op.getResult().getType(), types)))
      return failure();
    Value zero = arith::ConstantOp::create(rewriter, op.getLoc(),
                                           rewriter.getZeroAttr(types.front()));
    rewriter.replaceOpWithMultiple(op,
                                   {SmallVector<Value>(types.size(), zero)});
    return success();
  }
};

struct WaitLowering : public OpConversionPattern<WaitOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(WaitOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    NVVM::CpAsyncWaitGroupOp::create(rewriter, op.getLoc(),
                                     op.getInFlight().value_or(0));
    gpu::BarrierOp::create(rewriter, op.getLoc());
    rewriter.eraseOp(op);
    return success();
  }
};

struct CommitLowering : public OpConversionPattern<CommitOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(CommitOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    NVVM::CpAsyncCommitGroupOp::create(rewriter, op.getLoc());
    rewriter.replaceOpWithMultiple(op, {ValueRange()});
    return success();
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// The static tile scheduler
//===----------------------------------------------------------------------===//

/// One block, one tile: the tile's numbers follow from the block's.
static void lowerForEachTile(ForEachTileOp op) {
  IRRewriter rewriter(op);
  Location loc = op.getLoc();
  IndexBuilder ib{rewriter, loc};
  Value rest = ib.blockId();
  SmallVector<Value> numbers(op.getBounds().size());
  for (auto i : llvm::reverse(llvm::seq<size_t>(0, numbers.size()))) {
    Value bound = op.getBounds()[i];
    numbers[i] = i == 0 ? rest : ib.rem(rest, bound);
    if (i != 0)
      rest = ib.div(rest, bound);
  }
  Block *body = &op.getBody().front();
  auto end = cast<YieldOp>(body->getTerminator());
  if (!op.getCounts()) {
    rewriter.eraseOp(end);
    rewriter.inlineBlockBefore(body, op, numbers);
    rewriter.eraseOp(op);
    return;
  }
  Value count =
      memref::LoadOp::create(rewriter, loc, op.getCounts(), numbers[0]);
  Value live = ib.mul(ib.toIndex(count), *op.getMicro());
  Value first = op.getPositions() ? ib.mul(numbers[1], *op.getPositions())
                                  : ib.constant(0);
  SmallVector<Value> arguments{numbers[0], first, live};
  llvm::append_range(arguments, ArrayRef(numbers).drop_front(2));
  rewriter.eraseOp(end);
  if (op.getPositions()) {
    auto visited = scf::IfOp::create(rewriter, loc, ib.less(first, live));
    rewriter.inlineBlockBefore(body, visited.thenBlock()->getTerminator(),
                               arguments);
  } else {
    rewriter.inlineBlockBefore(body, op, arguments);
  }
  rewriter.eraseOp(op);
}

//===----------------------------------------------------------------------===//
// The conversion
//===----------------------------------------------------------------------===//

/// Threads of a block at most, and shared memory of one (the known chips').
static constexpr int64_t kMaxThreads = 1024;
static int64_t getMaxSharedBytes() {
  int64_t most = 0;
  for (const Chip &chip : getChips())
    most = std::max(most, chip.maxSharedBytesPerBlock);
  return most;
}

/// What the schedule decided, from the kernel's attributes.
static LogicalResult readSchedule(gpu::GPUFuncOp kernel,
                                  KernelContext &context) {
  auto block = kernel.getKnownBlockSize();
  auto bytes = kernel->getAttrOfType<IntegerAttr>(kSharedBytesAttrName);
  auto stages = kernel->getAttrOfType<IntegerAttr>(kStagesAttrName);
  if (!block || !bytes || !stages)
    return kernel.emitOpError()
           << "has tiles and no schedule: expects 'known_block_size', '"
           << kSharedBytesAttrName << "' and '" << kStagesAttrName
           << "', which a schedule sets";
  if (kernel.getNumWorkgroupAttributions() != 0)
    return kernel.emitOpError()
           << "has workgroup buffers beside its tiles, which take all of the "
              "kernel's dynamic shared memory: expected none";
  context.threads = getNumThreads(kernel);
  context.stages = stages.getInt();
  context.sharedBytes = bytes.getInt();
  if (context.threads < 1 || context.threads % pit::kWarpSize ||
      context.threads > kMaxThreads ||
      llvm::any_of(block->drop_front(), [](int32_t size) { return size != 1; }))
    return kernel.emitOpError()
           << "has 'known_block_size' [" << llvm::interleaved(*block)
           << "]: expected whole warps of 32 along x, at most " << kMaxThreads
           << " threads, and 1 along y and z";
  if (int64_t most = getMaxSharedBytes(); context.sharedBytes > most)
    return kernel.emitOpError()
           << "has " << context.sharedBytes << " bytes of shared memory in '"
           << kSharedBytesAttrName << "', but no chip has more than " << most;
  return success();
}

LogicalResult pit::convertTileToNVGPU(gpu::GPUFuncOp kernel) {
  MLIRContext *ctx = kernel.getContext();
  KernelContext context;
  bool scheduled = needsSchedule(kernel);
  if (scheduled && failed(readSchedule(kernel, context)))
    return failure();
  if (failed(verifyTileKernel(kernel, context)))
    return failure();
  SmallVector<ForEachTileOp> tiles;
  kernel.walk([&](ForEachTileOp op) { tiles.push_back(op); });
  for (ForEachTileOp op : tiles)
    lowerForEachTile(op);
  if (!scheduled)
    return success();

  // Nothing that was found to need shared memory has less.
  if (context.sharedBytes != 0) {
    auto space = gpu::AddressSpaceAttr::get(ctx, gpu::AddressSpace::Workgroup);
    context.arena = kernel.addWorkgroupAttribution(
        MemRefType::get({context.sharedBytes}, IntegerType::get(ctx, 8),
                        MemRefLayoutAttrInterface(), space),
        kernel.getLoc());
    kernel.setWorkgroupAttributionAttr(
        kernel.getNumWorkgroupAttributions() - 1,
        StringAttr::get(ctx, LLVM::LLVMDialect::getAlignAttrName()),
        IntegerAttr::get(IntegerType::get(ctx, 64), kBankBytes));
  }

  TypeConverter converter;
  converter.addConversion([](Type type) { return type; });
  converter.addConversion([](CoordsType type, SmallVectorImpl<Type> &types)
                              -> std::optional<LogicalResult> {
    types.append(type.getNumHeld(), mlir::IndexType::get(type.getContext()));
    return success();
  });
  int64_t threads = context.threads;
  converter.addConversion(
      [threads](AccType type,
                SmallVectorImpl<Type> &types) -> std::optional<LogicalResult> {
        // The checks before the conversion found a layout.
        auto layout = AccLayout::get(type, threads, nullptr);
        llvm::append_range(types, layout->getHeldTypes(type));
        return success();
      });
  converter.addConversion([](TileType type) -> Type {
    return mlir::IndexType::get(type.getContext());
  });
  converter.addConversion(
      [](TokenType, SmallVectorImpl<Type> &) -> std::optional<LogicalResult> {
        return success();
      });

  RewritePatternSet patterns(ctx);
  ConversionTarget target(*ctx);
  patterns
      .add<LoadCoordsLowering, AccZeroLowering, WaitLowering, CommitLowering>(
          converter, ctx);
  populateReadPatterns(converter, patterns, context);
  populateMmaPatterns(converter, patterns, context);
  populateWritePatterns(converter, patterns, context);
  scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                       target);
  target.addIllegalDialect<PITDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  return applyPartialConversion(kernel, target, std::move(patterns));
}

void pit::externalizeSharedMemory(gpu::GPUModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    auto bytes = function->getAttrOfType<IntegerAttr>(kSharedBytesAttrName);
    if (!bytes)
      continue;
    function.walk([&](LLVM::AddressOfOp address) {
      auto global =
          module.lookupSymbol<LLVM::GlobalOp>(address.getGlobalName());
      if (!global || global.getAddrSpace() !=
                         static_cast<unsigned>(NVVM::NVVMMemorySpace::Shared))
        return;
      // Other buffers stay where they are: the launch provides one only.
      auto array = dyn_cast<LLVM::LLVMArrayType>(global.getGlobalType());
      if (!array || !array.getElementType().isInteger(8) ||
          static_cast<int64_t>(array.getNumElements()) != bytes.getInt())
        return;
      global.setGlobalType(LLVM::LLVMArrayType::get(array.getElementType(), 0));
      global.setLinkage(LLVM::Linkage::External);
    });
  }
}

namespace {
struct ConvertPITTileToNVGPUPass
    : public pit::impl::ConvertPITTileToNVGPUPassBase<
          ConvertPITTileToNVGPUPass> {
  void runOnOperation() override {
    if (failed(convertTileToNVGPU(getOperation())))
      signalPassFailure();
  }
};

struct PITExternalizeSharedPass
    : public pit::impl::PITExternalizeSharedPassBase<PITExternalizeSharedPass> {
  void runOnOperation() override { externalizeSharedMemory(getOperation()); }
};
} // namespace
