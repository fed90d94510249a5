//===- Legality.cpp - what may be sparse, and in what micro-tiles ---------===//

#include "pit/Dialect/PIT/IR/Legality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

SparseAccess SparseAccess::get(ArrayRef<AffineMap> maps, ValueRange operands,
                               int64_t sparse, int64_t axis,
                               ArrayRef<int64_t> microTile,
                               ArrayRef<int64_t> tile) {
  return {
      llvm::to_vector(maps),
      llvm::map_to_vector(
          operands, [](Value value) { return getElementTypeOrSelf(value); }),
      sparse,
      axis,
      llvm::to_vector(microTile),
      llvm::to_vector(tile)};
}

bool pit::isTensorCoreFloat(Type type) { return type.isF16() || type.isBF16(); }

bool pit::hasProduct(Type lhs, Type rhs, Type acc) {
  Type inputs[] = {lhs, rhs};
  unsigned least = 0;
  for (Type input : inputs) {
    bool taken =
        isa<FloatType>(acc)
            ? isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(input)
            : input.isSignlessInteger(8) || input.isSignlessInteger(16) ||
                  input.isSignlessInteger(32) || input.isSignlessInteger(64);
    if (!taken)
      return false;
    least = std::max(least, input.getIntOrFloatBitWidth());
  }
  return (acc.isF32() || acc.isF64() || acc.isSignlessInteger(32) ||
          acc.isSignlessInteger(64)) &&
         acc.getIntOrFloatBitWidth() >= least;
}

std::optional<ProductGranules> pit::getProductGranules(Type lhs, Type rhs,
                                                       Type acc, bool isTF32) {
  if (!hasProduct(lhs, rhs, acc))
    return std::nullopt;
  if (isTF32)
    return ProductGranules{16, 8, 8}; // mma.sync m16n8k8
  if (isTensorCoreFloat(lhs) && lhs == rhs && acc.isF32())
    return ProductGranules{16, 8, 16}; // mma.sync m16n8k16
  // A chunk of 16 bytes in shared memory, whichever dimension is contiguous.
  int64_t chunk =
      128 / std::min(lhs.getIntOrFloatBitWidth(), rhs.getIntOrFloatBitWidth());
  return ProductGranules{chunk, chunk, chunk};
}

Type pit::getAccumulatorType(Type input) {
  Builder b(input.getContext());
  for (Type sum : {Type(b.getF32Type()), Type(b.getF64Type()),
                   Type(b.getI32Type()), Type(b.getI64Type())})
    if (hasProduct(input, input, sum))
      return sum;
  return input;
}

Type pit::getSumType(Type input, Type output) {
  Type sum = getAccumulatorType(input);
  if (isa<FloatType>(output) != isa<FloatType>(sum))
    return Type();
  if (output.getIntOrFloatBitWidth() > sum.getIntOrFloatBitWidth())
    sum = output;
  bool isNarrow = sum.isF32() && isTensorCoreFloat(output);
  return hasProduct(input, input, sum) && (output == sum || isNarrow) ? sum
                                                                      : Type();
}

bool pit::isReorderable(Operation *combiner) {
  return isa<arith::AddFOp, arith::MulFOp, arith::MinimumFOp, arith::MaximumFOp,
             arith::MinNumFOp, arith::MaxNumFOp, arith::AddIOp, arith::MulIOp,
             arith::MinSIOp, arith::MinUIOp, arith::MaxSIOp, arith::MaxUIOp,
             arith::AndIOp, arith::OrIOp, arith::XOrIOp>(combiner);
}

bool pit::hasZeroIdentity(Operation *combiner) {
  return isa<arith::AddFOp, arith::AddIOp, arith::OrIOp, arith::XOrIOp,
             arith::MaxUIOp>(combiner);
}

Value pit::skipWidening(Value value) {
  while (auto op = value.getDefiningOp<arith::ExtFOp>())
    value = op.getIn();
  return value;
}

/// Whether `value` is `source`, widened exactly or not; `isUnsigned` tells how.
static bool isWidened(Value value, Value source, bool &isUnsigned) {
  isUnsigned = false;
  if (isa<FloatType>(value.getType()))
    return skipWidening(value) == source;
  bool anyUnsigned = false;
  while (value != source) {
    Operation *op = value.getDefiningOp();
    if (!isa_and_nonnull<arith::ExtUIOp, arith::ExtSIOp>(op))
      return false;
    isUnsigned = isa<arith::ExtUIOp>(op);
    anyUnsigned |= isUnsigned;
    value = op->getOperand(0);
  }
  // The first conversion decides: what has no sign keeps its value in a signed
  // conversion that follows, but not the reverse.
  return isUnsigned == anyUnsigned;
}

std::optional<ProductSigns> pit::matchProduct(Value value, Value x, Value y) {
  Operation *product = value.getDefiningOp();
  if (!isa_and_nonnull<arith::MulFOp, arith::MulIOp>(product))
    return std::nullopt;
  Value lhs = product->getOperand(0), rhs = product->getOperand(1);
  ProductSigns signs;
  auto matches = [&](Value first, Value second) {
    return isWidened(first, x, signs.isUnsigned[0]) &&
           isWidened(second, y, signs.isUnsigned[1]);
  };
  if (matches(lhs, rhs) || matches(rhs, lhs))
    return signs;
  return std::nullopt;
}

bool pit::isProduct(Value value, Value x, Value y) {
  return matchProduct(value, x, y).has_value();
}

std::optional<unsigned> pit::findDim(AffineMap map, int64_t dim) {
  return map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
}

/// The loop dimension that a map's result is, or none.
static std::optional<int64_t> getLoopDim(AffineExpr expr) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition();
  return std::nullopt;
}

SmallVector<GroupDim> pit::getGroupDims(ArrayRef<AffineMap> maps,
                                        PermutationAttr permutation,
                                        ArrayRef<int64_t> tile) {
  SmallVector<GroupDim> groups;
  if (permutation.getPacked()) {
    for (AffineExpr expr : maps.back().getResults()) {
      int64_t dim = cast<AffineDimExpr>(expr).getPosition();
      if (llvm::none_of(maps.drop_back(), [&](AffineMap map) {
            return map.isFunctionOfDim(dim);
          }))
        groups.push_back({dim, 1});
    }
    return groups;
  }
  auto add = [&](AffineMap map, ArrayRef<int64_t> microTile) {
    for (auto [expr, extent] : llvm::zip(map.getResults(), microTile)) {
      int64_t dim = cast<AffineDimExpr>(expr).getPosition();
      if (dim != permutation.getDim() &&
          llvm::none_of(groups,
                        [&](GroupDim known) { return known.dim == dim; }))
        groups.push_back({dim, extent});
    }
  };
  add(maps[permutation.getOperand()], permutation.getMicroTile());
  if (permutation.getPaired())
    add(maps[*permutation.getPaired()],
        getPairedMicroTile(maps, permutation, tile));
  return groups;
}

SmallVector<int64_t> pit::getPairedMicroTile(ArrayRef<AffineMap> maps,
                                             PermutationAttr permutation,
                                             ArrayRef<int64_t> tile) {
  AffineMap first = maps[permutation.getOperand()];
  return llvm::map_to_vector(
      maps[*permutation.getPaired()].getResults(), [&](AffineExpr expr) {
        std::optional<unsigned> shared = first.getResultPosition(expr);
        return shared ? permutation.getMicroTile()[*shared]
                      : tile[cast<AffineDimExpr>(expr).getPosition()];
      });
}

LogicalResult pit::verifyMicroTile(function_ref<InFlightDiagnostic()> emitError,
                                   const SparseAccess &access) {
  AffineMap map = access.maps[access.sparse];
  if (access.microTile.size() != map.getNumResults())
    return emitError() << "expects " << map.getNumResults()
                       << " micro-tile extents (rank of the sparse operand "
                       << access.sparse << "), but got "
                       << access.microTile.size();
  if (!findDim(map, access.axis))
    return emitError() << "the sparse operand's map " << AffineMapAttr::get(map)
                       << " does not have the permuted d" << access.axis;
  for (auto [position, expr] : llvm::enumerate(map.getResults())) {
    std::optional<int64_t> dim = getLoopDim(expr);
    int64_t extent = access.microTile[position];
    if (!dim || *dim == access.axis || ShapedType::isDynamic(extent))
      continue;
    int64_t tile = access.tile[*dim];
    if (extent < tile || extent % tile)
      return emitError()
             << "expects a micro-tile extent of " << tile
             << " (the dense tile's along d" << *dim
             << "), a multiple of it, or '?' along dimension " << position
             << " of the sparse operand, but got " << extent
             << ": one gathered tile of the other operand serves all of them";
  }
  return success();
}

/// Elements that a step reads or writes along dimension `position` of an
/// operand: the micro-tile's along the PIT axis, and for the sparse operand
/// along all; else the dense tile's. kDynamic is the whole dimension.
static int64_t getExtent(const SparseAccess &access, int64_t operand,
                         int64_t position) {
  if (operand == access.sparse)
    return access.microTile[position];
  std::optional<int64_t> dim =
      getLoopDim(access.maps[operand].getResult(position));
  if (dim && *dim == access.axis)
    return access.microTile[*findDim(access.maps[access.sparse], access.axis)];
  return dim ? access.tile[*dim] : 1;
}

/// Contiguous bytes per micro-tile, in storage order. A whole dimension counts
/// as enough: that it may be short is the tensor's doing, not the schedule's.
static int64_t getContiguousBytes(const SparseAccess &access, int64_t operand,
                                  int64_t elementBits) {
  AffineMap map = access.maps[operand];
  if (map.getNumResults() == 0)
    return llvm::divideCeil(elementBits, 8);
  int64_t extent = getExtent(access, operand, map.getNumResults() - 1);
  if (ShapedType::isDynamic(extent))
    return kMinContiguousBytes;
  return llvm::SaturatingMultiply<uint64_t>(extent, elementBits) / 8;
}

/// Bytes of an input in one dense tile.
static double getTileBytes(const SparseAccess &access, int64_t operand,
                           int64_t elementBits) {
  double bytes = elementBits / 8.0;
  for (AffineExpr expr : access.maps[operand].getResults())
    if (std::optional<int64_t> dim = getLoopDim(expr))
      bytes *= static_cast<double>(access.tile[*dim]);
  return bytes;
}

/// Says what would give the operand enough contiguous bytes: a longer
/// micro-tile or dense tile, or another innermost dimension.
static void explainTransactions(InFlightDiagnostic &diag,
                                const SparseAccess &access, int64_t operand,
                                int64_t elementBits) {
  AffineMap map = access.maps[operand];
  int64_t needed = llvm::divideCeil(kMinContiguousBytes * 8, elementBits);
  if (map.getNumResults() == 0)
    return;
  std::optional<int64_t> inner = getLoopDim(map.getResults().back());
  if (!inner) {
    diag << "; store it with a loop dimension other than d" << access.axis
         << " innermost";
    return;
  }
  if (*inner != access.axis) {
    diag << "; a " << (operand == access.sparse ? "micro-tile" : "dense tile")
         << " of at least " << needed << " along d" << *inner << " would do";
    return;
  }
  diag << "; a micro-tile of at least " << needed << " along d" << access.axis
       << " would do";
  if (map.getNumResults() < 2)
    return;
  SmallVector<AffineExpr> results(map.getResults());
  std::swap(results.back(), results[results.size() - 2]);
  diag << ", or the layout "
       << AffineMapAttr::get(
              AffineMap::get(map.getNumDims(), 0, results, map.getContext()))
       << " of that operand";
}

LogicalResult
pit::verifyTransactions(function_ref<InFlightDiagnostic()> emitError,
                        const SparseAccess &access) {
  int64_t inputs = static_cast<int64_t>(access.maps.size()) - 1;
  auto isGathered = [&](int64_t operand) {
    return !(access.packed && operand == access.sparse) &&
           findDim(access.maps[operand], access.axis).has_value();
  };
  auto getBits = [&](int64_t operand) -> int64_t {
    return access.elementTypes[operand].getIntOrFloatBitWidth();
  };
  double gathered = 0;
  for (int64_t input = 0; input < inputs; ++input)
    if (isGathered(input))
      gathered += getTileBytes(access, input, getBits(input));
  for (int64_t operand = 0; operand <= inputs; ++operand) {
    if (!isGathered(operand))
      continue;
    int64_t bits = getBits(operand);
    bool isBare = access.maps[operand].isProjectedPermutation();
    if (operand < inputs && isBare &&
        getTileBytes(access, operand, bits) * 8 <= gathered)
      continue;
    int64_t bytes = getContiguousBytes(access, operand, bits);
    if (bytes >= kMinContiguousBytes)
      continue;
    InFlightDiagnostic diag = emitError();
    diag << "operand " << operand << " with map "
         << AffineMapAttr::get(access.maps[operand]) << " is "
         << (operand < inputs ? "gathered" : "scattered") << " along d"
         << access.axis << " in pieces of " << bytes
         << " contiguous bytes, but at least " << kMinContiguousBytes
         << " are needed";
    explainTransactions(diag, access, operand, bits);
    return diag;
  }
  return success();
}
