//===- StoredSparse.cpp - operands that are stored sparse -----------------===//
//
// A matrix that comes as block sparse rows has its index already: where the
// blocks of each row of blocks begin, and in which column of blocks each lies.
// With rows r = (g, i) and columns c = (p, x) split by the block's extents,
//
//   out[r, n] += A[r, c] * B[c, n]  is  out[g, i, n] += data[p, i, x] * B[p, x,
//   n]
//
// where p runs over the blocks of g: by position in the data, by coordinate in
// B.
//
//===----------------------------------------------------------------------===//

#include "pit/Analysis/Contraction.h"
#include "pit/Conversion/LinalgToPIT/LinalgToPIT.h"
#include "pit/Conversion/Utils/IndexBuilder.h"
#include "pit/Dialect/PIT/IR/Legality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// A linalg operation with an operand that is stored sparse.
struct StoredOperand {
  linalg::LinalgOp op;
  mutable sparse_tensor::AssembleOp assemble; ///< accessors are not const
  int64_t number;                             ///< of the operand
  int64_t row, column; ///< its loop dimensions; columns are compressed
  int64_t blockRows, blockColumns;
};

/// Builds the pit.generic of one.
class StoredLowering {
public:
  StoredLowering(RewriterBase &rewriter, const StoredOperand &stored)
      : rewriter(rewriter), ib(rewriter, stored.assemble->getLoc()),
        stored(stored),
        maps(linalg::LinalgOp(stored.op).getIndexingMapsArray()),
        loops(maps[0].getNumDims()) {
    if (stored.blockRows > 1)
      inRow = loops++;
    if (stored.blockColumns > 1)
      inColumn = loops++;
  }

  void run();

private:
  Value cast(Value integers, Type type);
  Value split(Value tensor, AffineMap &map, int64_t dim, ViewDim inner,
              int64_t block);
  Value getData(AffineMap &map);
  Value getIndex();
  ScheduleAttr getSchedule(ArrayRef<AffineMap> all,
                           ArrayRef<int64_t> microTile);

  RewriterBase &rewriter;
  IndexBuilder ib;
  const StoredOperand &stored;
  SmallVector<AffineMap> maps;
  unsigned loops;
  ViewDim inRow, inColumn; ///< loop dimensions within a block
};

} // namespace

static sparse_tensor::SparseTensorEncodingAttr getEncoding(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type ? dyn_cast_or_null<sparse_tensor::SparseTensorEncodingAttr>(
                    type.getEncoding())
              : sparse_tensor::SparseTensorEncodingAttr();
}

/// The extent r of blocks along `dim`, if `level` is dim floordiv r, or 1.
static int64_t getBlockExtent(AffineExpr level, AffineExpr dim) {
  auto quotient = dyn_cast<AffineBinaryOpExpr>(level);
  if (!quotient || quotient.getKind() != AffineExprKind::FloorDiv ||
      quotient.getLHS() != dim)
    return 1;
  auto extent = dyn_cast<AffineConstantExpr>(quotient.getRHS());
  return extent ? extent.getValue() : 1;
}

/// The extents of the blocks of a matrix in BSR or CSR; none for others.
static std::optional<std::pair<int64_t, int64_t>>
getBlock(sparse_tensor::SparseTensorEncodingAttr encoding) {
  if (encoding.isSlice() || encoding.getLvlRank() < 2)
    return std::nullopt;
  for (sparse_tensor::Level level = 0; level < encoding.getLvlRank(); ++level)
    if (level == 1
            ? !encoding.isCompressedLvl(level) || !encoding.isUniqueLvl(level)
            : !encoding.isDenseLvl(level))
      return std::nullopt;
  MLIRContext *context = encoding.getContext();
  AffineExpr i = getAffineDimExpr(0, context), j = getAffineDimExpr(1, context);
  AffineMap map = encoding.getDimToLvl();
  if (!map)
    map = AffineMap::get(2, 0, {i, j}, context);
  int64_t rows = getBlockExtent(map.getResult(0), i),
          columns = getBlockExtent(map.getResult(1), j);
  SmallVector<AffineExpr> levels{i.floorDiv(rows), j.floorDiv(columns)};
  if (rows > 1)
    levels.push_back(i % rows);
  if (columns > 1)
    levels.push_back(j % columns);
  if (map != AffineMap::get(2, 0, levels, context))
    return std::nullopt;
  return std::pair{rows, columns};
}

/// Checks an operation with an operand that is stored sparse.
static FailureOr<StoredOperand> verifyStored(linalg::LinalgOp op,
                                             int64_t number) {
  Value operand = op->getOperand(number);
  auto fail = [&]() -> InFlightDiagnostic {
    return op.emitOpError() << "operand " << number << " of type "
                            << operand.getType() << " has no lowering: ";
  };
  auto type = cast<RankedTensorType>(operand.getType());
  auto assemble = operand.getDefiningOp<sparse_tensor::AssembleOp>();
  if (!assemble)
    return fail() << "expects the result of a 'sparse_tensor.assemble' in the "
                     "same function";
  auto block = getBlock(getEncoding(operand));
  if (type.getRank() != 2 || !block)
    return fail()
           << "expects a matrix in block sparse rows (BSR: i floordiv r : "
              "dense, j floordiv c : compressed, i mod r : dense, j mod c "
              ": dense) or compressed sparse rows (CSR: i : dense, j : "
              "compressed)";
  auto [blockRows, blockColumns] = *block;
  for (auto [dim, extent] : {std::pair{0, blockRows}, {1, blockColumns}})
    if (!type.isDynamicDim(dim) && type.getDimSize(dim) % extent)
      return fail() << "expects whole blocks, but dimension " << dim
                    << " is no multiple of " << extent;
  if (op->hasAttr(kScheduleAttrName))
    return op.emitOpError() << "has '" << kScheduleAttrName
                            << "', but the schedule of operand " << number
                            << ", which is stored sparse, follows from its "
                               "blocks: take it off";
  if (!op.hasPureTensorSemantics() || number > 1 || !isProductSum(op) ||
      op.hasIndexSemantics() || !hasLoweredTypes(op))
    return fail() << "expects two inputs of one type, and a body that adds up "
                     "their products";
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap other = maps[1 - number];
  if (getEncoding(op->getOperand(1 - number)))
    return fail() << "expects one operand that is stored sparse";
  if (!maps[number].isProjectedPermutation() ||
      maps[number].getNumResults() != 2)
    return fail() << "expects bare dimensions, but its map is "
                  << AffineMapAttr::get(maps[number]);
  int64_t row = maps[number].getDimPosition(0),
          column = maps[number].getDimPosition(1);
  if (!findDim(maps[2], row) || other.isFunctionOfDim(row) ||
      maps[2].isFunctionOfDim(column) || !findDim(other, column))
    return fail()
           << "expects its rows, d" << row
           << ", to be rows or columns of the output, and its columns, d"
           << column
           << ", to be the reduction, but the maps of the other input and "
              "the output are "
           << AffineMapAttr::get(other) << " and "
           << AffineMapAttr::get(maps[2]);
  for (AffineMap map : {other, maps[2]})
    if (!map.isProjectedPermutation())
      return fail() << "expects bare dimensions, but another operand's map is "
                    << AffineMapAttr::get(map);
  return StoredOperand{op,     assemble,  number,      row,
                       column, blockRows, blockColumns};
}

/// Positions and coordinates have many types; an index has one.
Value StoredLowering::cast(Value integers, Type type) {
  auto from = mlir::cast<RankedTensorType>(integers.getType());
  if (from.getElementType() == type)
    return integers;
  auto to = RankedTensorType::get(from.getShape(), type);
  Value empty = tensor::EmptyOp::create(
      rewriter, ib.loc, tensor::getMixedSizes(rewriter, ib.loc, integers),
      type);
  AffineMap identity = rewriter.getMultiDimIdentityMap(1);
  return linalg::GenericOp::create(
             rewriter, ib.loc, to, integers, empty,
             ArrayRef<AffineMap>{identity, identity},
             ArrayRef<utils::IteratorType>{utils::IteratorType::parallel},
             [&](OpBuilder &b, Location loc, ValueRange args) {
               Value value = args[0];
               unsigned width = type.getIntOrFloatBitWidth();
               if (value.getType().isIndex())
                 value = arith::IndexCastOp::create(b, loc, type, value);
               else if (value.getType().getIntOrFloatBitWidth() < width)
                 value = arith::ExtSIOp::create(b, loc, type, value);
               else
                 value = arith::TruncIOp::create(b, loc, type, value);
               linalg::YieldOp::create(b, loc, value);
             })
      .getResult(0);
}

/// Splits dimension `dim` of a tensor into blocks, if they have two elements at
/// least; `map` follows.
Value StoredLowering::split(Value tensor, AffineMap &map, int64_t dim,
                            ViewDim inner, int64_t block) {
  std::optional<unsigned> position = findDim(map, dim);
  SmallVector<AffineExpr> results(map.getResults());
  if (inner && position)
    results.insert(results.begin() + *position + 1,
                   rewriter.getAffineDimExpr(*inner));
  map = AffineMap::get(loops, 0, results, rewriter.getContext());
  if (!inner || !position)
    return tensor;
  auto type = mlir::cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(rewriter, ib.loc, tensor);
  Value size =
      getValueOrCreateConstantIndexOp(rewriter, ib.loc, sizes[*position]);
  sizes[*position] = getAsOpFoldResult(ib.div(size, block));
  sizes.insert(sizes.begin() + *position + 1, rewriter.getIndexAttr(block));
  SmallVector<int64_t> shape(type.getShape());
  shape[*position] = ShapedType::isDynamic(shape[*position])
                         ? shape[*position]
                         : shape[*position] / block;
  shape.insert(shape.begin() + *position + 1, block);
  SmallVector<ReassociationIndices> parts(type.getRank());
  for (int64_t i = 0, next = 0; i < type.getRank(); ++i) {
    parts[i].push_back(next++);
    if (i == static_cast<int64_t>(*position))
      parts[i].push_back(next++);
  }
  return tensor::ExpandShapeOp::create(
      rewriter, ib.loc, RankedTensorType::get(shape, type.getElementType()),
      tensor, parts, sizes);
}

/// The stored values, a dimension each for blocks, their rows and columns.
Value StoredLowering::getData(AffineMap &map) {
  Value values = stored.assemble.getValues();
  SmallVector<AffineExpr> results{rewriter.getAffineDimExpr(stored.column)};
  SmallVector<int64_t> block;
  for (auto [inner, extent] :
       {std::pair{inRow, stored.blockRows}, {inColumn, stored.blockColumns}})
    if (inner) {
      results.push_back(rewriter.getAffineDimExpr(*inner));
      block.push_back(extent);
    }
  map = AffineMap::get(loops, 0, results, rewriter.getContext());
  if (block.empty())
    return values;
  auto type = mlir::cast<RankedTensorType>(values.getType());
  int64_t elements = stored.blockRows * stored.blockColumns;
  Value size = rewriter.createOrFold<tensor::DimOp>(ib.loc, values, int64_t(0));
  SmallVector<OpFoldResult> sizes{getAsOpFoldResult(ib.div(size, elements))};
  SmallVector<int64_t> shape{type.isDynamicDim(0)
                                 ? ShapedType::kDynamic
                                 : type.getDimSize(0) / elements};
  for (int64_t extent : block) {
    sizes.push_back(rewriter.getIndexAttr(extent));
    shape.push_back(extent);
  }
  return tensor::ExpandShapeOp::create(
      rewriter, ib.loc, RankedTensorType::get(shape, type.getElementType()),
      values,
      ArrayRef<ReassociationIndices>{
          llvm::to_vector<2>(llvm::seq<int64_t>(0, shape.size()))},
      sizes);
}

Value StoredLowering::getIndex() {
  auto type = mlir::cast<RankedTensorType>(stored.assemble.getType());
  auto count = [&](int64_t dim, int64_t block) {
    return type.isDynamicDim(dim) ? ShapedType::kDynamic
                                  : type.getDimSize(dim) / block;
  };
  return AssembleIndexOp::create(
      rewriter, ib.loc,
      pit::IndexType::get(rewriter.getContext(), IndexFormat::compact,
                          count(0, stored.blockRows),
                          count(1, stored.blockColumns)),
      cast(stored.assemble.getLevels()[0], rewriter.getI64Type()),
      cast(stored.assemble.getLevels()[1], rewriter.getI32Type()));
}

/// As large along a block as it is, or 64 and 32 at most; blocks of one column
/// are taken 32 at a time. Tiles have whole steps of the instruction.
ScheduleAttr StoredLowering::getSchedule(ArrayRef<AffineMap> all,
                                         ArrayRef<int64_t> microTile) {
  auto round = [](int64_t extent, int64_t most) {
    return std::min<int64_t>(llvm::PowerOf2Ceil(std::max<int64_t>(extent, 16)),
                             most);
  };
  SmallVector<int64_t> tile(loops, 1);
  if (inRow)
    tile[*inRow] = round(stored.blockRows, 64);
  if (inColumn)
    tile[*inColumn] = round(stored.blockColumns, 32);
  else
    tile[stored.column] = 32;
  ContractionDims dims = ContractionDims::get(all);
  // Of the other input's own dimensions the one in which it, or else the
  // output, is contiguous.
  ArrayRef<int64_t> others = stored.number == 0 ? dims.rhs : dims.lhs;
  for (AffineMap map : {all[2], all[1 - stored.number]})
    for (int64_t dim : others)
      if (map.getNumResults() &&
          map.getResults().back() == rewriter.getAffineDimExpr(dim)) {
        for (int64_t reset : others)
          tile[reset] = 1;
        tile[dim] = 128;
      }
  if (!others.empty() &&
      llvm::all_of(others, [&](int64_t dim) { return tile[dim] == 1; }))
    tile[others.back()] = 128;
  return ScheduleAttr::get(rewriter.getContext(), /*dense=*/false,
                           stored.column, microTile, tile, /*warps=*/0,
                           /*stages=*/0,
                           /*deterministic=*/false, /*math=*/nullptr,
                           /*arch=*/nullptr);
}

void StoredLowering::run() {
  linalg::LinalgOp op = stored.op;
  rewriter.setInsertionPoint(op);
  int64_t otherNumber = 1 - stored.number;
  SmallVector<AffineMap> all(3);
  all[otherNumber] = maps[otherNumber];
  all[2] = maps[2];
  SmallVector<Value> inputs(2);
  inputs[stored.number] = getData(all[stored.number]);
  inputs[otherNumber] = split(op->getOperand(otherNumber), all[otherNumber],
                              stored.column, inColumn, stored.blockColumns);
  Value init =
      split(op->getOperand(2), all[2], stored.row, inRow, stored.blockRows);
  SmallVector<int64_t> microTile(all[stored.number].getNumResults(),
                                 ShapedType::kDynamic);
  microTile.front() = 1;
  auto permutation = PermutationAttr::get(
      rewriter.getContext(), stored.column, PermutationKind::reduction,
      stored.number, microTile, /*paired=*/std::nullopt, /*packed=*/true);
  SmallVector<Attribute> iterators;
  for (unsigned dim = 0; dim < loops; ++dim)
    iterators.push_back(rewriter.getStringAttr(utils::stringifyIteratorType(
        findDim(all[2], dim) ? utils::IteratorType::parallel
                             : utils::IteratorType::reduction)));
  auto generic = GenericOp::create(
      rewriter, op.getLoc(), init.getType(), inputs, init, getIndex(),
      /*bitmap=*/Value(), /*dest=*/Value(), rewriter.getAffineMapArrayAttr(all),
      rewriter.getArrayAttr(iterators), permutation,
      getSchedule(all, microTile));
  buildProductSum(rewriter, generic, *matchProductSum(stored.op));
  Value result = generic.getResult();
  if (init != op->getOperand(2))
    result = tensor::CollapseShapeOp::create(
        rewriter, op.getLoc(), op->getResult(0).getType(), result,
        init.getDefiningOp<tensor::ExpandShapeOp>().getReassociationIndices());
  rewriter.replaceOp(op, result);
}

LogicalResult pit::convertStoredSparse(func::FuncOp func) {
  SmallVector<StoredOperand> found;
  bool failedAny = false;
  func.walk([&](linalg::LinalgOp op) {
    for (int64_t number = 0; number < op->getNumOperands(); ++number) {
      if (!getEncoding(op->getOperand(number)))
        continue;
      FailureOr<StoredOperand> stored = verifyStored(op, number);
      failedAny |= failed(stored);
      if (succeeded(stored))
        found.push_back(*stored);
      return;
    }
  });
  if (failedAny)
    return failure();
  IRRewriter rewriter(func.getContext());
  llvm::SetVector<Operation *> assembled;
  for (const StoredOperand &stored : found) {
    StoredLowering(rewriter, stored).run();
    assembled.insert(stored.assemble);
  }
  for (Operation *op : assembled)
    if (op->use_empty())
      rewriter.eraseOp(op);
  return success();
}
