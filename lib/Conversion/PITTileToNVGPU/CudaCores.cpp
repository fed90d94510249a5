//===- CudaCores.cpp - pit.tile_mma where tensor cores do not take it -----===//
//
// A thread multiplies outer products: for each step along the reduction it
// reads its rows' and its columns' elements from shared memory, in vectors
// along whichever dimension of a tile is contiguous, and adds all their
// products to the accumulator in its registers.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// Reads what a thread needs of one factor.
class FactorLoader {
public:
  FactorLoader(const IndexBuilder &ib, const KernelContext &context,
               const Product &product, const ThreadLayout &layout, int dim,
               Value slot)
      : ib(ib), factor(product.factors[dim]), sumType(product.acc),
        layout(layout), dim(dim), slot(slot),
        // The checks before the conversion found a layout.
        tile(*TileLayout::get(factor.tile, nullptr)),
        view(getTileView(ib, context, factor.tile, tile)) {
    for (int64_t number = 0; number < layout.runs(dim); ++number) {
      RunPlace place = getRunPlace(ib, layout, dim, number);
      // What is not in the accumulator is computed from what is, and never
      // stored.
      firsts.push_back(place.valid
                           ? ib.select(place.valid, place.first, ib.constant(0))
                           : place.first);
      whole.push_back(!place.valid);
    }
  }

  /// Loads `steps` steps from `reduction` on.
  void load(int64_t reduction, int64_t steps);

  /// The thread's element `held` at the step `reduction`, which was loaded.
  Value getElement(int64_t held, int64_t reduction) const;
  /// The same for its run `number`, as a vector.
  Value getRun(int64_t number, int64_t reduction) const;

private:
  Value read(Value row, Value column, int64_t width);
  Value getColumn(Value chunk, Value swizzle) const;
  Value getSwizzle(Value row) const {
    return ib.bitAnd(ib.shiftRight(row, tile.swizzleShift()),
                     tile.swizzleMask());
  }

  const IndexBuilder &ib;
  const Product::Factor &factor;
  AccType sumType;
  const ThreadLayout &layout;
  int dim;
  Value slot;
  TileLayout tile;
  Value view;
  SmallVector<Value> firsts; ///< where the thread's runs begin
  SmallVector<bool> whole;   ///< whether they do for all threads
  /// Vectors along the parallel dimension, for each step each run; or along the
  /// reduction, for each few steps each element.
  SmallVector<Value> loaded;
  int64_t loadedFrom = 0;
};

} // namespace

/// A vector from the tile, widened to the accumulator's type.
Value FactorLoader::read(Value row, Value column, int64_t width) {
  OpBuilder &b = ib.builder;
  Type type = factor.tile.getElementType(), wide = sumType.getElementType();
  int64_t bytes = width * type.getIntOrFloatBitWidth() / 8;
  Value vector =
      vector::LoadOp::create(b, ib.loc, VectorType::get({width}, type), view,
                             ValueRange{slot, row, column},
                             /*nontemporal=*/false, llvm::MaybeAlign(bytes));
  if (type == wide)
    return vector;
  auto wideType = VectorType::get({width}, wide);
  if (isa<FloatType>(wide))
    return arith::ExtFOp::create(b, ib.loc, wideType, vector);
  if (factor.isUnsigned)
    return arith::ExtUIOp::create(b, ib.loc, wideType, vector);
  return arith::ExtSIOp::create(b, ib.loc, wideType, vector);
}

void FactorLoader::load(int64_t reduction, int64_t steps) {
  loaded.clear();
  loadedFrom = reduction;
  int64_t run = layout.run[dim], chunk = tile.chunkElements;
  // Whole swizzle periods between a thread's runs: they lie alike, and differ
  // by a constant.
  auto repeats = [&](int64_t period) {
    return [&, period](int64_t number) {
      return number && whole[number] && layout.stride(dim) % period == 0;
    };
  };
  if (factor.reductionContiguous) {
    auto alike = repeats((tile.swizzleMask() + 1) << tile.swizzleShift());
    int64_t width = factor.getReductionWidth();
    for (int64_t step = reduction; step < reduction + steps; step += width)
      for (int64_t number = 0; number < layout.runs(dim); ++number)
        for (int64_t i = 0; i < run; ++i) {
          Value row = ib.add(firsts[number], i);
          Value swizzle =
              getSwizzle(alike(number) ? ib.add(firsts[0], i) : row);
          Value column =
              ib.mul(ib.bitXor(swizzle, ib.constant(step / chunk)), chunk);
          loaded.push_back(read(row, ib.add(column, step % chunk), width));
        }
    return;
  }
  auto alike = repeats((tile.swizzleMask() + 1) * chunk);
  for (int64_t step = reduction; step < reduction + steps; ++step) {
    Value swizzle = getSwizzle(ib.constant(step));
    for (int64_t number = 0; number < layout.runs(dim); ++number) {
      Value first = alike(number) ? firsts[0] : firsts[number];
      Value column = ib.mul(ib.bitXor(ib.div(first, chunk), swizzle), chunk);
      column = ib.add(column, ib.rem(first, chunk));
      if (alike(number))
        column = ib.add(column, number * layout.stride(dim));
      loaded.push_back(read(ib.constant(step), column, run));
    }
  }
}

Value FactorLoader::getElement(int64_t held, int64_t reduction) const {
  int64_t run = layout.run[dim], step = reduction - loadedFrom;
  if (!factor.reductionContiguous)
    return vector::ExtractOp::create(
        ib.builder, ib.loc, loaded[step * layout.runs(dim) + held / run],
        held % run);
  int64_t width = factor.getReductionWidth();
  return vector::ExtractOp::create(
      ib.builder, ib.loc, loaded[step / width * layout.held(dim) + held],
      step % width);
}

Value FactorLoader::getRun(int64_t number, int64_t reduction) const {
  if (!factor.reductionContiguous)
    return loaded[(reduction - loadedFrom) * layout.runs(dim) + number];
  SmallVector<Value> elements;
  for (int64_t i = 0; i < layout.run[dim]; ++i)
    elements.push_back(getElement(number * layout.run[dim] + i, reduction));
  return vector::FromElementsOp::create(
      ib.builder, ib.loc,
      VectorType::get({layout.run[dim]}, sumType.getElementType()), elements);
}

/// `sum + lhs * rhs` of vectors, rounded once where floats are.
static Value multiplyAdd(const IndexBuilder &ib, Value lhs, Value rhs,
                         Value sum) {
  OpBuilder &b = ib.builder;
  if (isa<FloatType>(getElementTypeOrSelf(sum)))
    return LLVM::FMAOp::create(b, ib.loc, lhs, rhs, sum);
  return arith::AddIOp::create(b, ib.loc, sum,
                               arith::MulIOp::create(b, ib.loc, lhs, rhs));
}

SmallVector<Value>
pit::multiplyOnCudaCores(const IndexBuilder &ib, const KernelContext &context,
                         const Product &product, const ThreadLayout &layout,
                         std::array<Value, 2> slots, ValueRange held) {
  SmallVector<Value> sums(held);
  FactorLoader left(ib, context, product, layout, 0, slots[0]),
      right(ib, context, product, layout, 1, slots[1]);
  int64_t steps = std::max(product.factors[0].getReductionWidth(),
                           product.factors[1].getReductionWidth());
  int64_t runs = layout.runs(1);
  for (int64_t k = 0; k < product.depth; k += steps) {
    left.load(k, steps);
    right.load(k, steps);
    for (int64_t step = k; step < k + steps; ++step)
      for (int64_t j = 0; j < runs; ++j) {
        Value rights = right.getRun(j, step);
        for (int64_t i = 0; i < layout.held(0); ++i) {
          Value lefts = vector::BroadcastOp::create(
              ib.builder, ib.loc, rights.getType(), left.getElement(i, step));
          Value &sum = sums[i * runs + j];
          sum = multiplyAdd(ib, lefts, rights, sum);
        }
      }
  }
  return sums;
}
