//===- Write.cpp - pit.swrite: through shared memory to whole rows --------===//
//
// A warp's fragments hold pairs of elements of 8 rows, and threads' runs a few
// elements; written as they are, a
// 32-byte sector would be touched twice by 16-bit outputs. So the accumulator
// is staged in the arena, and a thread then reads, finishes and writes up to
// 16 contiguous bytes.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "pit/Dialect/PIT/Transforms/Schedule.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::pit;

/// Passes whose inputs are loaded before the first of them is written, so that
/// the loads' latencies overlap.
static constexpr int64_t kPassesInFlight = 4;

namespace {

struct SWriteLowering : public OpConversionPattern<SWriteOp> {
  SWriteLowering(const TypeConverter &converter, MLIRContext *ctx,
                 const KernelContext &context)
      : OpConversionPattern(converter, ctx), context(context) {}

  LogicalResult
  matchAndRewrite(SWriteOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;

private:
  const KernelContext &context;
};

/// One thread's vector of the accumulator: its place in the destination,
/// whether it is in bounds (null: it is), and the inputs' elements.
struct Piece {
  Value row, column;        ///< in the accumulator
  SmallVector<Value> place; ///< in the destination
  Value valid;
  SmallVector<Value> inputs; ///< one vector each
};

/// Emits the parts of one write.
class WriteEmitter {
public:
  WriteEmitter(SWriteOp op,
               SWriteOp::GenericAdaptor<ArrayRef<ValueRange>> adaptor,
               const IndexBuilder &ib, const KernelContext &context,
               const AccLayout &layout)
      : op(op), adaptor(adaptor), ib(ib), context(context), layout(layout),
        acc(op.getAcc().getType()),
        dest(cast<MemRefType>(op.getDest().getType())),
        mapping(WriteMapping::get(acc, dest.getElementType(),
                                  context.rowDivisors.lookup(op.getDest()),
                                  context.threads)),
        width(mapping.width) {
    // A thread's elements may be more than what is aligned at once.
    while (context.getOffsetDivisor(op) % width)
      width /= 2;
  }

  void emit();

private:
  void stage();
  Piece getPiece(int64_t pass, int64_t vector, int64_t part);
  void loadInputs(Piece &piece);
  Value loadInput(const Piece &piece, unsigned number);
  void finish(const Piece &piece);
  void store(const Piece &piece, ArrayRef<Value> elements);
  /// Runs `body` where the piece is valid.
  void ifValid(const Piece &piece, function_ref<void()> body);

  SWriteOp op;
  SWriteOp::GenericAdaptor<ArrayRef<ValueRange>> adaptor;
  const IndexBuilder &ib;
  const KernelContext &context;
  const AccLayout &layout;
  AccType acc;
  MemRefType dest;
  WriteMapping mapping;
  int64_t width; ///< elements of one access to memory
  Value staged;
};

} // namespace

/// The alignment of a vector of `width` elements of `type`, at most 16 bytes.
static llvm::MaybeAlign getAlignment(int64_t width, Type type) {
  return llvm::MaybeAlign(
      std::min<int64_t>(width * type.getIntOrFloatBitWidth() / 8, kChunkBytes));
}

/// True if vectors of such elements lie in memory as the elements do: those of
/// others (i1) are packed, while elements of a memref take whole bytes.
static bool liesAsVector(Type element) {
  unsigned bits = element.getIntOrFloatBitWidth();
  return bits >= 8 && bits <= 64 && llvm::isPowerOf2_32(bits);
}

void WriteEmitter::stage() {
  OpBuilder &b = ib.builder;
  Location loc = ib.loc;
  // Copies past the last step may still be landing, and other warps reading.
  NVVM::CpAsyncWaitGroupOp::create(b, loc, 0);
  gpu::BarrierOp::create(b, loc);
  auto type = MemRefType::get(
      {acc.getShape()[0], getStagingStride(acc)}, acc.getElementType(),
      MemRefLayoutAttrInterface(),
      cast<MemRefType>(context.arena.getType()).getMemorySpace());
  staged = memref::ViewOp::create(b, loc, type, context.arena, ib.constant(0),
                                  ValueRange());
  storeAccumulator(ib, layout, adaptor.getAcc(), staged);
  gpu::BarrierOp::create(b, loc);
}

Piece WriteEmitter::getPiece(int64_t pass, int64_t vector, int64_t part) {
  Piece piece;
  Value thread = ib.threadId();
  piece.row = ib.add(ib.div(thread, mapping.lanes), pass * mapping.rowsPerPass);
  piece.column =
      ib.mul(ib.add(ib.rem(thread, mapping.lanes), vector * mapping.lanes),
             mapping.width);
  piece.column = ib.add(piece.column, part * width);
  SmallVector<Value> conditions;
  if ((pass + 1) * mapping.rowsPerPass > acc.getShape()[0])
    conditions.push_back(ib.less(piece.row, ib.constant(acc.getShape()[0])));
  Value tileIndex[] = {piece.row, piece.column};
  for (int64_t dim = 0; dim < 2; ++dim) {
    ValueRange operand = adaptor.getIndices()[dim];
    auto coords = dyn_cast<CoordsType>(op.getIndices()[dim].getType());
    Value index;
    if (!coords) {
      index = ib.add(operand.front(), tileIndex[dim]);
    } else if (dim == 0) {
      index = operand[pass];
    } else {
      // What is written at once has one place, or lies within a run that has.
      int64_t run = mapping.width / coords.getPieces();
      index = ib.add(operand[vector * coords.getPieces() + part * width / run],
                     part * width % run);
    }
    piece.place.push_back(index);
    if (coords || !op.getInBounds() || !(*op.getInBounds())[dim])
      conditions.push_back(ib.less(index, ib.size(op.getDest(), dim)));
  }
  piece.valid = ib.all(conditions);
  return piece;
}

void WriteEmitter::ifValid(const Piece &piece, function_ref<void()> body) {
  OpBuilder::InsertionGuard guard(ib.builder);
  if (piece.valid) {
    auto branch = scf::IfOp::create(ib.builder, ib.loc, piece.valid);
    ib.builder.setInsertionPointToStart(branch.thenBlock());
  }
  body();
}

/// The elements of one input that belong to the piece: a vector where the input
/// is contiguous along the destination's rows and aligned, else one by one.
Value WriteEmitter::loadInput(const Piece &piece, unsigned number) {
  OpBuilder &b = ib.builder;
  Location loc = ib.loc;
  Value input = op.getInputs()[number];
  auto type = cast<MemRefType>(input.getType());
  AffineMap map = cast<AffineMapAttr>(op.getIndexingMaps()[number]).getValue();
  auto vectorType = VectorType::get({width}, type.getElementType());
  auto getIndices = [&](int64_t element) {
    return llvm::map_to_vector(map.getResults(), [&](AffineExpr expr) {
      unsigned dim = cast<AffineDimExpr>(expr).getPosition();
      return dim == 1 ? ib.add(piece.place[1], element) : piece.place[0];
    });
  };
  unsigned rank = map.getNumResults();
  bool alongRows = rank && map.getResult(rank - 1) == b.getAffineDimExpr(1);
  bool inRow = llvm::none_of(map.getResults(), [&](AffineExpr expr) {
    return expr == b.getAffineDimExpr(1);
  });
  if (inRow) {
    Value element = memref::LoadOp::create(b, loc, input, getIndices(0));
    return vector::BroadcastOp::create(b, loc, vectorType, element);
  }
  if (alongRows && liesAsVector(type.getElementType()) &&
      hasContiguousRows(type) && context.rowDivisors.lookup(input) % width == 0)
    return vector::LoadOp::create(b, loc, vectorType, input, getIndices(0),
                                  /*nontemporal=*/false,
                                  getAlignment(width, type.getElementType()));
  SmallVector<Value> elements;
  for (int64_t i = 0; i < width; ++i)
    elements.push_back(memref::LoadOp::create(b, loc, input, getIndices(i)));
  return vector::FromElementsOp::create(b, loc, vectorType, elements);
}

void WriteEmitter::loadInputs(Piece &piece) {
  OpBuilder &b = ib.builder;
  Location loc = ib.loc;
  for (unsigned number = 0; number < op.getInputs().size(); ++number) {
    if (!piece.valid) {
      piece.inputs.push_back(loadInput(piece, number));
      continue;
    }
    auto branch = scf::IfOp::create(
        b, loc, piece.valid,
        [&](OpBuilder &, Location) {
          scf::YieldOp::create(b, loc, loadInput(piece, number));
        },
        [&](OpBuilder &, Location) {
          auto type = VectorType::get(
              {width}, cast<MemRefType>(op.getInputs()[number].getType())
                           .getElementType());
          scf::YieldOp::create(
              b, loc,
              Value(arith::ConstantOp::create(b, loc, b.getZeroAttr(type))));
        });
    piece.inputs.push_back(branch.getResult(0));
  }
}

void WriteEmitter::finish(const Piece &piece) {
  OpBuilder &b = ib.builder;
  Location loc = ib.loc;
  ifValid(piece, [&] {
    Value sums = vector::LoadOp::create(
        b, loc, VectorType::get({width}, acc.getElementType()), staged,
        ValueRange{piece.row, piece.column}, /*nontemporal=*/false,
        getAlignment(width, acc.getElementType()));
    Block &epilogue = op.getEpilogue().front();
    SmallVector<Value> elements;
    for (int64_t i = 0; i < width; ++i) {
      IRMapping values;
      values.map(epilogue.getArgument(0),
                 vector::ExtractOp::create(b, loc, sums, i));
      for (auto [argument, input] :
           llvm::zip(epilogue.getArguments().drop_front(), piece.inputs))
        values.map(argument, vector::ExtractOp::create(b, loc, input, i));
      for (Operation &inner : epilogue.without_terminator())
        b.clone(inner, values);
      elements.push_back(
          values.lookupOrDefault(epilogue.getTerminator()->getOperand(0)));
    }
    store(piece, elements);
  });
}

void WriteEmitter::store(const Piece &piece, ArrayRef<Value> elements) {
  OpBuilder &b = ib.builder;
  Location loc = ib.loc;
  if (op.getMode() == WriteMode::store && hasContiguousRows(dest) &&
      liesAsVector(dest.getElementType())) {
    Value result = vector::FromElementsOp::create(
        b, loc, VectorType::get({width}, dest.getElementType()), elements);
    vector::StoreOp::create(b, loc, result, op.getDest(), piece.place,
                            /*nontemporal=*/false,
                            getAlignment(width, dest.getElementType()));
    return;
  }
  for (auto [i, element] : llvm::enumerate(elements)) {
    Value place[] = {piece.place[0], ib.add(piece.place[1], i)};
    if (op.getMode() == WriteMode::store)
      memref::StoreOp::create(b, loc, element, op.getDest(), place);
    else
      memref::AtomicRMWOp::create(b, loc,
                                  isa<FloatType>(element.getType())
                                      ? arith::AtomicRMWKind::addf
                                      : arith::AtomicRMWKind::addi,
                                  element, op.getDest(), place);
  }
}

void WriteEmitter::emit() {
  stage();
  SmallVector<Piece> pieces;
  for (int64_t pass = 0; pass < mapping.passes; ++pass)
    for (int64_t vector = 0; vector < mapping.vectorsPerLane; ++vector)
      for (int64_t part = 0; part < mapping.width / width; ++part)
        pieces.push_back(getPiece(pass, vector, part));
  for (size_t first = 0; first < pieces.size(); first += kPassesInFlight) {
    auto batch = MutableArrayRef(pieces).slice(
        first, std::min<size_t>(kPassesInFlight, pieces.size() - first));
    for (Piece &piece : batch)
      loadInputs(piece);
    for (Piece &piece : batch)
      finish(piece);
  }
}

LogicalResult
SWriteLowering::matchAndRewrite(SWriteOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const {
  // The checks before the conversion found a layout.
  auto layout = AccLayout::get(op.getAcc().getType(), context.threads, nullptr);
  IndexBuilder ib{rewriter, op.getLoc()};
  WriteEmitter(op, adaptor, ib, context, *layout).emit();
  rewriter.eraseOp(op);
  return success();
}

void pit::populateWritePatterns(const TypeConverter &converter,
                                RewritePatternSet &patterns,
                                const KernelContext &context) {
  patterns.add<SWriteLowering>(converter, patterns.getContext(), context);
}
