//===- Read.cpp - pit.sread: who copies what ------------------------------===//
//
// A thread copies 16-byte chunks of a few rows, where the source's rows are
// aligned to 16 bytes; else the same chunks in narrower pieces. What is out of
// bounds is filled with zero by the copy itself (its source size is 0).
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::pit;

/// cp.async copies 4, 8 or 16 bytes (PTX ISA, cp.async).
static constexpr int64_t kLeastAsyncBytes = 4;

namespace {

struct SReadLowering : public OpConversionPattern<SReadOp> {
  SReadLowering(const TypeConverter &converter, MLIRContext *ctx,
                const KernelContext &context)
      : OpConversionPattern(converter, ctx), context(context) {}

  LogicalResult
  matchAndRewrite(SReadOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;

private:
  const KernelContext &context;
};

/// A place along one dimension, and whether it is in bounds (null: it is).
struct Place {
  Value index;
  Value valid;
};

} // namespace

int64_t pit::getRun(SReadOp op, const TileLayout &layout) {
  auto coords = dyn_cast<CoordsType>(op.getIndices()[1].getType());
  return layout.chunkElements / (coords ? coords.getPieces() : 1);
}

/// Elements that one copy may move: as many as lie side by side and the
/// alignment of the source's rows and of the offset along them allows.
static int64_t getCopyWidth(int64_t run, int64_t rowDivisor,
                            int64_t offsetDivisor) {
  int64_t width = run;
  while (rowDivisor % width || offsetDivisor % width)
    width /= 2;
  return width;
}

/// Where element `offset` of the tile along `dim` lies. `held` is which of this
/// thread's coordinates is its own, `start` the least offset that a thread has
/// in this pass.
static Place getPlace(const IndexBuilder &ib, SReadOp op, int64_t dim,
                      ValueRange operand, Value offset, int64_t held,
                      int64_t start) {
  auto source = cast<MemRefType>(op.getSource().getType());
  Value size = ib.size(op.getSource(), dim);
  if (auto coords = dyn_cast<CoordsType>(op.getIndices()[dim].getType())) {
    if (coords.getBy()[2] != 0)
      return {operand[held], ib.less(operand[held], size)};
    // All threads hold where the micro-tile begins.
    int64_t tile = start / coords.getBy()[3];
    Value begin = operand[tile];
    Value index = ib.add(begin, ib.add(offset, -tile * coords.getBy()[3]));
    bool whole = !source.isDynamicDim(dim) &&
                 source.getDimSize(dim) % coords.getMicro() == 0;
    return {index, ib.less(whole ? begin : index, size)};
  }
  Value index = ib.add(operand.front(), offset);
  if (op.isInBounds(dim))
    return {index, Value()};
  return {index, ib.less(op.isAllOrNone(dim) ? operand.front() : index, size)};
}

LogicalResult
SReadLowering::matchAndRewrite(SReadOp op, OneToNOpAdaptor adaptor,
                               ConversionPatternRewriter &rewriter) const {
  Location loc = op.getLoc();
  TileType type = op.getTile().getType();
  auto source = cast<MemRefType>(op.getSource().getType());
  // The checks before the conversion found a layout.
  auto layout = TileLayout::get(type, [&] { return op.emitOpError(); });
  CopyMapping mapping = CopyMapping::get(*layout, context.threads);
  IndexBuilder ib{rewriter, loc};
  Value view = getTileView(ib, context, type, *layout);
  Value slot = adaptor.getSlot().front();
  Value thread = ib.threadId();
  Value firstRow = ib.div(thread, mapping.lanes),
        lane = ib.rem(thread, mapping.lanes);
  // Elements of a row that are known to lie side by side.
  int64_t run = getRun(op, *layout);
  int64_t width = getCopyWidth(run, context.rowDivisors.lookup(op.getSource()),
                               context.getOffsetDivisor(op));
  int64_t bytes = width * type.getElementType().getIntOrFloatBitWidth() / 8;

  // With whole swizzle periods between a thread's rows, their chunks lie alike.
  int64_t period = (layout->swizzleMask() + 1) << layout->swizzleShift();
  auto swizzle = [&](Value row) {
    return ib.bitXor(lane, ib.bitAnd(ib.shiftRight(row, layout->swizzleShift()),
                                     layout->swizzleMask()));
  };
  Value firstChunk = swizzle(firstRow);
  // What is the same in all steps is decided first, and once.
  bool rowFirst = op.getIndices()[0].getParentBlock() != op->getBlock();

  for (int64_t pass = 0; pass < mapping.passes; ++pass) {
    OpBuilder::InsertionGuard guard(rewriter);
    Value row = ib.add(firstRow, pass * mapping.rowsPerPass);
    if ((pass + 1) * mapping.rowsPerPass > layout->rows) {
      auto exists = scf::IfOp::create(rewriter, loc,
                                      ib.less(row, ib.constant(layout->rows)));
      rewriter.setInsertionPointToStart(exists.thenBlock());
    }
    Value chunk = mapping.rowsPerPass % period == 0 ? firstChunk : swizzle(row);
    Place rowPlace = getPlace(ib, op, 0, adaptor.getIndices()[0], row, pass,
                              pass * mapping.rowsPerPass);
    for (int64_t i = 0; i < mapping.chunksPerLane; ++i) {
      Value column =
          ib.mul(ib.add(lane, i * mapping.lanes), layout->chunkElements);
      Value target =
          ib.mul(ib.add(chunk, i * mapping.lanes), layout->chunkElements);
      Place place;
      for (int64_t piece = 0; piece < layout->chunkElements; piece += width) {
        // A chunk has several places where micro-tiles end within it.
        int64_t within = piece % run;
        if (within == 0)
          place = getPlace(ib, op, 1, adaptor.getIndices()[1], column,
                           (i * layout->chunkElements + piece) / run, 0);
        Value from = ib.add(place.index, within), to = ib.add(target, piece);
        // Pieces of a chunk may lie on both sides of the edge.
        Value columnValid = place.valid;
        if (columnValid && within && !op.isAllOrNone(1))
          columnValid = ib.less(from, ib.size(op.getSource(), 1));
        Value valid = ib.all({rowPlace.valid, columnValid});
        SmallVector<Value> fromIndices{rowPlace.index, from},
            toIndices{slot, row, to};
        if (bytes >= kLeastAsyncBytes && hasContiguousRows(source)) {
          Value elements;
          if (valid)
            elements = ib.constant(width);
          for (Value condition : {rowFirst ? rowPlace.valid : columnValid,
                                  rowFirst ? columnValid : rowPlace.valid})
            if (condition)
              elements = ib.select(condition, elements, ib.constant(0));
          nvgpu::DeviceAsyncCopyOp::create(
              rewriter, loc,
              nvgpu::DeviceAsyncTokenType::get(rewriter.getContext()), view,
              toIndices, op.getSource(), fromIndices,
              rewriter.getIndexAttr(width), elements,
              bytes == kChunkBytes ? rewriter.getUnitAttr() : UnitAttr());
          continue;
        }
        // Too narrow for cp.async, or not in a row: through a register, zero
        // where out of bounds.
        Value element;
        if (!valid) {
          element = memref::LoadOp::create(rewriter, loc, op.getSource(),
                                           fromIndices);
        } else {
          auto load = scf::IfOp::create(
              rewriter, loc, valid,
              [&](OpBuilder &b, Location loc) {
                Value loaded =
                    memref::LoadOp::create(b, loc, op.getSource(), fromIndices);
                scf::YieldOp::create(b, loc, loaded);
              },
              [&](OpBuilder &b, Location loc) {
                Value zero = arith::ConstantOp::create(
                    b, loc, b.getZeroAttr(type.getElementType()));
                scf::YieldOp::create(b, loc, zero);
              });
          element = load.getResult(0);
        }
        memref::StoreOp::create(rewriter, loc, element, view, toIndices);
      }
    }
  }
  rewriter.replaceOpWithMultiple(op, {ValueRange(slot), ValueRange()});
  return success();
}

void pit::populateReadPatterns(const TypeConverter &converter,
                               RewritePatternSet &patterns,
                               const KernelContext &context) {
  patterns.add<SReadLowering>(converter, patterns.getContext(), context);
}
