//===- DetectToGPU.cpp - kernels that mark the live micro-tiles -----------===//
//
// Every byte of the operand is read once, by loads as wide as its rows allow. A
// warp (or block) owns whole micro-tiles, so no two of them meet in a flag and
// nothing is atomic: lanes or the words that they read, and one vote makes them
// flags.
//
//===----------------------------------------------------------------------===//

#include "DetectPlan.h"
#include "WarpEmitter.h"

#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Conversion/PITToGPU/PITToGPU.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// Loads that are emitted one after the other before their values are used.
static constexpr int64_t kLoadBatch = 8;

namespace {

/// Emits the body of one detection.
class DetectEmitter {
public:
  DetectEmitter(OpBuilder &builder, Location loc, const DetectPlan &plan,
                Value source, Value bitmap)
      : emit(builder, loc), plan(plan), sizes(emit, plan, source),
        source(source), bitmap(bitmap) {}

  void run();

private:
  void emitEmpty();
  void emitRows(Value worker);
  void emitBands(Value worker);
  void emitTiles(Value worker);
  Value gatherBand(Value firstRow, Value laneRow, Value column,
                   Value rowInside);
  SmallVector<Value> gatherTiles(Value first, int64_t count, Value worker);

  /// A lane's load at a unit offset, of zeros where `condition` fails.
  Value load(Value offset, Value condition);
  /// The bits of a load that are set in live elements only, as i32.
  Value liveBits(Value loaded);
  /// Whether the vote of the lanes in `lanes`, shifted left by `shift`, is yes.
  Value testLanes(Value votes, Value shift, uint32_t lanes);
  void store(Value flag, Value row, Value column);

  WarpEmitter emit;
  const DetectPlan &plan;
  DetectSizes sizes;
  Value source, bitmap;
  Value pointer, lane;
};

} // namespace

Value DetectEmitter::load(Value offset, Value condition) {
  return emit.ifTrueElseZero(condition, emit.loadType(plan.unitBytes), [&] {
    return emit.loadBytes(pointer, offset, plan.unitBytes);
  });
}

Value DetectEmitter::liveBits(Value loaded) {
  OpBuilder &b = emit.builder;
  SmallVector<Value> words;
  if (isa<VectorType>(loaded.getType()))
    for (int64_t i = 0; i < plan.unitBytes / 4; ++i)
      words.push_back(vector::ExtractOp::create(b, emit.loc, loaded, i));
  else if (loaded.getType().isInteger(32))
    words.push_back(loaded);
  else
    words.push_back(
        arith::ExtUIOp::create(b, emit.loc, b.getI32Type(), loaded));
  // Words of equal meaning are joined before the other bits are taken away.
  SmallVector<Value> joined(plan.liveBits.size());
  for (auto [i, word] : llvm::enumerate(words)) {
    Value &slot = joined[i % joined.size()];
    slot = slot ? emit.bitOr(slot, word) : word;
  }
  Value result;
  for (auto [value, bits] : llvm::zip_equal(joined, plan.liveBits)) {
    Value live =
        bits == 0xffffffffu ? value : emit.bitAnd(value, emit.i32(bits));
    result = result ? emit.bitOr(result, live) : live;
  }
  return result;
}

Value DetectEmitter::testLanes(Value votes, Value shift, uint32_t lanes) {
  return emit.isNonZero(
      emit.bitAnd(emit.shiftRight(votes, shift), emit.i32(lanes)));
}

/// `row` and `column` count micro-tiles.
void DetectEmitter::store(Value flag, Value row, Value column) {
  SmallVector<Value> indices = {column, row};
  if (plan.axis == 1)
    std::swap(indices[0], indices[1]);
  memref::StoreOp::create(emit.builder, emit.loc, flag, bitmap, indices);
}

static uint32_t lowBits(int64_t count) {
  return count >= kWarpSize ? 0xffffffffu : (1u << count) - 1;
}

/// There is nothing to read, but there are flags: a thread a flag.
void DetectEmitter::emitEmpty() {
  Value id =
      emit.add(emit.mul(emit.blockId(), plan.blockSize), emit.threadId());
  emit.ifTrue(emit.less(id, emit.numElements(bitmap)), [&] {
    Extent capacity = emit.extent(bitmap, 1);
    memref::StoreOp::create(
        emit.builder, emit.loc, emit.boolean(false), bitmap,
        ValueRange{emit.div(id, capacity), emit.rem(id, capacity)});
  });
}

/// Lane (down, across) of load u holds unit `across` of row u * lanesDown +
/// down. All loads' votes together are the flags of one store; lane l keeps the
/// vote that has its flag.
void DetectEmitter::emitRows(Value worker) {
  int64_t width = plan.micro[1], across = plan.lanesAcross,
          down = plan.lanesDown(), loads = plan.loads(),
          rows = plan.rowsPerPass(), tilesAcross = across / width;
  Extent patches = emit.ceilDiv(sizes.shape[1], across);
  Value patch = emit.rem(worker, patches);
  Value firstRow = emit.mul(emit.div(worker, patches), rows * plan.perWarp);
  Value laneRow = emit.div(lane, across);
  Value column = emit.add(emit.mul(patch, across), emit.rem(lane, across));
  Value columnInside = emit.guard(column, sizes.shape[1], across);

  // Flags of one store, in order: down the rows of one column of micro-tiles,
  // or row by row.
  bool alongRows = plan.axis == 0;
  int64_t flagsPerVote = alongRows ? down : kWarpSize / width;
  Value keptVote = emit.div(lane, flagsPerVote);
  Value inVote = emit.rem(lane, flagsPerVote);

  for (int64_t pass = 0; pass < plan.perWarp; ++pass) {
    Value passRow = emit.add(firstRow, pass * rows);
    Value kept = emit.i32(0);
    for (int64_t start = 0; start < loads; start += kLoadBatch) {
      int64_t end = std::min(loads, start + kLoadBatch);
      SmallVector<Value> loaded;
      for (int64_t u = start; u < end; ++u) {
        Value row = emit.add(emit.add(passRow, u * down), laneRow);
        Value inside =
            emit.all({columnInside,
                      emit.guard(row, sizes.shape[0], rows * plan.perWarp)});
        loaded.push_back(
            load(emit.add(emit.mul(row, sizes.shape[1]), column), inside));
      }
      for (int64_t u = start; u < end; ++u) {
        Value votes = emit.ballot(emit.isNonZero(liveBits(loaded[u - start])));
        kept = emit.select(emit.equals(keptVote, u), votes, kept);
      }
    }
    Value firstTile = emit.mul(patch, tilesAcross);
    if (alongRows) {
      Value shift = emit.toI32(emit.mul(inVote, across));
      Value row = emit.add(passRow, lane);
      for (int64_t j = 0; j < tilesAcross; ++j) {
        Value flag =
            testLanes(kept, emit.add(shift, j * width), lowBits(width));
        Value tile = emit.add(firstTile, j);
        Value inside =
            emit.all({emit.guard(row, sizes.shape[0], rows * plan.perWarp),
                      emit.guard(tile, sizes.tiles[1], tilesAcross)});
        emit.ifTrue(inside, [&] { store(flag, row, tile); });
      }
    } else {
      Value flag =
          testLanes(kept, emit.toI32(emit.mul(inVote, width)), lowBits(width));
      Value row = emit.add(emit.add(passRow, emit.mul(keptVote, down)),
                           emit.div(inVote, tilesAcross));
      Value tile = emit.add(firstTile, emit.rem(inVote, tilesAcross));
      Value inside =
          emit.all({emit.guard(row, sizes.shape[0], rows * plan.perWarp),
                    emit.guard(tile, sizes.tiles[1], tilesAcross)});
      emit.ifTrue(inside, [&] { store(flag, row, tile); });
    }
  }
}

/// The live bits of a lane's column in one band of rows.
Value DetectEmitter::gatherBand(Value firstRow, Value laneRow, Value column,
                                Value inside) {
  int64_t down = plan.lanesDown(), loads = plan.loads();
  // Loads [first, first + count) of the band, or'ed to `bits`.
  auto gather = [&](Value first, int64_t count, Value bits) {
    SmallVector<Value> loaded;
    for (int64_t u = 0; u < count; ++u) {
      Value inBand = emit.add(emit.mul(emit.add(first, u), down), laneRow);
      Value row = emit.add(firstRow, inBand);
      Value here = emit.all(
          {inside, emit.all({emit.guard(inBand, plan.micro[0], down),
                             emit.guard(row, sizes.shape[0],
                                        plan.micro[0] * plan.perWarp)})});
      loaded.push_back(
          load(emit.add(emit.mul(row, sizes.shape[1]), column), here));
    }
    for (Value value : loaded)
      bits = emit.bitOr(bits, liveBits(value));
    return bits;
  };
  int64_t batches = loads / kLoadBatch, rest = loads % kLoadBatch;
  Value bits = emit.i32(0);
  if (batches)
    bits = emit.loop(emit.constant(0), emit.constant(batches * kLoadBatch),
                     kLoadBatch, bits, [&](Value first, Value carried) {
                       return gather(first, kLoadBatch, carried);
                     });
  if (rest)
    bits = gather(emit.constant(batches * kLoadBatch), rest, bits);
  return bits;
}

/// Lane (down, across) ors unit `across` of rows down, down + lanesDown, ...
void DetectEmitter::emitBands(Value worker) {
  int64_t width = plan.micro[1], across = plan.lanesAcross,
          tilesAcross = across / width;
  Extent patches = emit.ceilDiv(sizes.shape[1], across);
  Value patch = emit.rem(worker, patches);
  Value firstBand = emit.mul(emit.div(worker, patches), plan.perWarp);
  Value laneRow = emit.div(lane, across);
  Value column = emit.add(emit.mul(patch, across), emit.rem(lane, across));
  Value columnInside = emit.guard(column, sizes.shape[1], across);
  // The lanes of the first micro-tile.
  uint32_t lanes = 0;
  for (int64_t down = 0; down < plan.lanesDown(); ++down)
    lanes |= lowBits(width) << (down * across);

  SmallVector<Value> bits;
  for (int64_t i = 0; i < plan.perWarp; ++i)
    bits.push_back(gatherBand(emit.mul(emit.add(firstBand, i), plan.micro[0]),
                              laneRow, column, columnInside));
  Value tile = emit.add(emit.mul(patch, tilesAcross), lane);
  Value shift = emit.toI32(emit.mul(lane, width));
  for (int64_t i = 0; i < plan.perWarp; ++i) {
    Value votes = emit.ballot(emit.isNonZero(bits[i]));
    Value band = emit.add(firstBand, i);
    Value inside = emit.guard(tile, sizes.tiles[1], tilesAcross);
    if (tilesAcross < kWarpSize)
      inside = emit.all({emit.less(lane, tilesAcross), inside});
    inside = emit.all({inside, emit.guard(band, sizes.tiles[0], plan.perWarp)});
    emit.ifTrue(inside,
                [&] { store(testLanes(votes, shift, lanes), band, tile); });
  }
}

/// The live bits that a lane finds in each of `count` micro-tiles from `first`
/// (in the bitmap's order) on.
SmallVector<Value> DetectEmitter::gatherTiles(Value first, int64_t count,
                                              Value worker) {
  int64_t rank = static_cast<int64_t>(plan.shape.size());
  int64_t lanes = kWarpSize * plan.warpsPerTile;
  SmallVector<Extent> strides(rank, 1), microStrides(rank, 1);
  Extent units = 1, stride = 1;
  for (int64_t dim = rank; dim-- > 0;) {
    strides[dim] = stride;
    microStrides[dim] = units;
    stride = emit.product(stride, sizes.shape[dim]);
    units = emit.product(units, sizes.micro[dim]);
  }
  const Extent &capacity = sizes.tiles[plan.axis];

  struct Tile {
    Value base, inside;
    SmallVector<Value> start;
  };
  SmallVector<Tile> tiles;
  for (int64_t i = 0; i < count; ++i) {
    Tile tile;
    tile.start.resize(rank);
    Value number = emit.add(first, i);
    tile.inside = emit.guard(number, sizes.allTiles, plan.perWarp);
    Value group = emit.div(number, capacity);
    Value along = emit.rem(number, capacity);
    tile.base = emit.constant(0);
    for (int64_t dim = rank; dim-- > 0;) {
      Value position = along;
      if (dim != plan.axis) {
        position = emit.rem(group, sizes.tiles[dim]);
        group = emit.div(group, sizes.tiles[dim]);
      }
      tile.start[dim] = emit.mul(position, sizes.micro[dim]);
      tile.base = emit.add(tile.base, emit.mul(tile.start[dim], strides[dim]));
    }
    tiles.push_back(tile);
  }

  // A load of unit `unit` of a micro-tile; `last` may lie past its end.
  auto loadUnit = [&](const Tile &tile, Value unit, bool last) {
    Value inside = tile.inside, offset = tile.base;
    if (last)
      inside = emit.all({inside, emit.guard(unit, units, lanes)});
    bool isOutermost = true;
    for (int64_t dim = 0; dim < rank; ++dim) {
      if (plan.micro[dim] == 1)
        continue;
      Value position = emit.div(unit, microStrides[dim]);
      // What is left of the unit after the leading dimensions.
      if (!isOutermost)
        position = emit.rem(position, sizes.micro[dim]);
      isOutermost = false;
      // A whole dimension has an end only.
      if (!ShapedType::isDynamic(plan.micro[dim]))
        inside =
            emit.all({inside, emit.guard(emit.add(tile.start[dim], position),
                                         sizes.shape[dim], plan.micro[dim])});
      offset = emit.add(offset, emit.mul(position, strides[dim]));
    }
    return load(offset, inside);
  };
  // kLoadBatch loads of the first micro-tile, or'ed to `bits`.
  auto gatherBatch = [&](Value firstLoad, Value bits, bool last) {
    SmallVector<Value> loaded;
    for (int64_t u = 0; u < kLoadBatch; ++u)
      loaded.push_back(loadUnit(
          tiles[0], emit.add(emit.mul(emit.add(firstLoad, u), lanes), worker),
          last));
    for (Value value : loaded)
      bits = emit.bitOr(bits, liveBits(value));
    return bits;
  };

  SmallVector<Value> bits(count, emit.i32(0));
  if (!units.isKnown()) {
    // Whole batches, and what is left.
    Value whole =
        emit.mul(emit.div(units.value, lanes * kLoadBatch), kLoadBatch);
    for (bool last : {false, true})
      bits[0] =
          emit.loop(last ? whole : emit.constant(0),
                    last ? emit.ceilDiv(units.value, lanes) : whole, kLoadBatch,
                    bits[0], [&](Value firstLoad, Value carried) {
                      return gatherBatch(firstLoad, carried, last);
                    });
    return bits;
  }
  int64_t loads = plan.loads();
  int64_t batches = loads > kLoadBatch ? units.known / (lanes * kLoadBatch) : 0;
  if (batches)
    bits[0] =
        emit.loop(emit.constant(0), emit.constant(batches * kLoadBatch),
                  kLoadBatch, bits[0], [&](Value firstLoad, Value carried) {
                    return gatherBatch(firstLoad, carried, false);
                  });
  SmallVector<SmallVector<Value>> loaded(count);
  for (auto [tile, values] : llvm::zip_equal(tiles, loaded))
    for (int64_t u = batches * kLoadBatch; u < loads; ++u)
      values.push_back(
          loadUnit(tile, emit.add(worker, u * lanes), u + 1 == loads));
  for (auto [tileBits, values] : llvm::zip_equal(bits, loaded))
    for (Value value : values)
      tileBits = emit.bitOr(tileBits, liveBits(value));
  return bits;
}

void DetectEmitter::emitTiles(Value worker) {
  auto storeAt = [&](Value flag, Value number) {
    const Extent &capacity = sizes.tiles[plan.axis];
    memref::StoreOp::create(
        emit.builder, emit.loc, flag, bitmap,
        ValueRange{emit.div(number, capacity), emit.rem(number, capacity)});
  };
  if (plan.warpsPerTile > 1) {
    Value bits = gatherTiles(worker, 1, emit.threadId()).front();
    OpBuilder &b = emit.builder;
    Value predicate = arith::ExtUIOp::create(b, emit.loc, b.getI32Type(),
                                             emit.isNonZero(bits));
    auto reduction = NVVM::BarrierReductionAttr::get(
        b.getContext(), NVVM::BarrierReduction::OR);
    Value some = NVVM::BarrierOp::create(b, emit.loc, TypeRange{b.getI32Type()},
                                         Value(), Value(), reduction, predicate)
                     .getResult(0);
    emit.ifTrue(emit.equals(emit.threadId(), 0),
                [&] { storeAt(emit.isNonZero(some), worker); });
    return;
  }
  // Small micro-tiles are read several at once, to have loads in flight.
  int64_t loads =
      ShapedType::isDynamic(plan.loads()) ? kLoadBatch : plan.loads();
  int64_t together = std::clamp<int64_t>(
      static_cast<int64_t>(llvm::bit_floor(
          static_cast<uint64_t>(kLoadBatch / std::min(loads, kLoadBatch)))),
      1, plan.perWarp);
  Value first = emit.mul(worker, plan.perWarp);
  auto detect = [&](Value start, Value kept) {
    for (auto [i, bits] :
         llvm::enumerate(gatherTiles(emit.add(first, start), together, lane))) {
      Value mine = emit.equals(lane, emit.add(start, static_cast<int64_t>(i)));
      kept = emit.select(mine, emit.any(emit.isNonZero(bits)), kept);
    }
    return kept;
  };
  Value kept = emit.boolean(false);
  if (together == plan.perWarp)
    kept = detect(emit.constant(0), kept);
  else
    kept = emit.loop(emit.constant(0), emit.constant(plan.perWarp), together,
                     kept, detect);
  Value number = emit.add(first, lane);
  Value inside = emit.guard(number, sizes.allTiles, plan.perWarp);
  if (plan.perWarp < kWarpSize)
    inside = emit.all({emit.less(lane, plan.perWarp), inside});
  emit.ifTrue(inside, [&] { storeAt(kept, number); });
}

void DetectEmitter::run() {
  if (plan.form == DetectForm::empty)
    return emitEmpty();
  pointer = emit.globalPointer(source);
  Value thread = emit.threadId();
  lane = emit.rem(thread, kWarpSize);
  if (plan.warpsPerTile > 1)
    return emitTiles(emit.blockId());
  int64_t warps = plan.blockSize / kWarpSize;
  Value worker =
      emit.add(emit.mul(emit.blockId(), warps), emit.div(thread, kWarpSize));
  emit.ifTrue(emit.guard(worker, sizes.workers, warps), [&] {
    switch (plan.form) {
    case DetectForm::empty:
      break;
    case DetectForm::rows:
      return emitRows(worker);
    case DetectForm::bands:
      return emitBands(worker);
    case DetectForm::tiles:
      return emitTiles(worker);
    }
  });
}

/// One of the kernels of a detection.
static LogicalResult convertWith(OpBuilder &builder, DetectOp op,
                                 const DetectPlan &plan) {
  WarpEmitter emit(builder, op.getLoc());
  // An empty source is no argument: nothing reads it.
  SmallVector<Value> operands = {op.getInit()};
  Extent grid = 0;
  if (plan.form == DetectForm::empty) {
    grid = emit.ceilDiv(emit.numElements(op.getInit()), plan.blockSize);
  } else {
    operands.insert(operands.begin(), op.getSource());
    grid = DetectSizes(emit, plan, op.getSource()).workers;
    if (plan.warpsPerTile == 1)
      grid = emit.ceilDiv(grid, plan.blockSize / kWarpSize);
  }
  auto body = [&](OpBuilder &b, Location loc, ValueRange args) {
    DetectEmitter(b, loc, plan, args.front(), args.back()).run();
  };
  if (grid.isKnown())
    return buildKernel(builder, op, "detect", operands, grid.known,
                       plan.blockSize, body);
  if (plan.rowMultiple != 1) {
    // No blocks where another kernel is the one for the rows' length.
    int64_t last = cast<MemRefType>(op.getSource().getType()).getRank() - 1;
    Value isOther =
        emit.isNoMultiple(emit.size(op.getSource(), last), plan.rowMultiple);
    Value factor = plan.others ? isOther : emit.negate(isOther);
    grid = emit.mul(grid.value, factor);
  }
  return buildKernel(builder, op, "detect", operands, grid.value,
                     plan.blockSize, body);
}

LogicalResult pit::convertDetectToGPU(OpBuilder &builder, DetectOp op) {
  auto source = cast<MemRefType>(op.getSource().getType());
  auto bitmap = cast<MemRefType>(op.getInit().getType());
  SmallVector<DetectPlan, 2> plans = planDetection(
      source, op.getMicroTile(), static_cast<int64_t>(op.getAxis()));
  if (plans.empty())
    return op.emitOpError()
           << "has no lowering for elements of type " << source.getElementType()
           << ": expects i1, i8, i16, i32, i64, f16, bf16, f32 or f64";
  if (!llvm::is_contained(bitmap.getShape(), 0))
    for (const DetectPlan &plan : plans)
      if (failed(convertWith(builder, op, plan)))
        return failure();
  op.erase();
  return success();
}
