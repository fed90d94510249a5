//===- PITTileOps.cpp - verifiers of the plan and of the tile level -------===//

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

using namespace mlir;
using namespace mlir::pit;

/// Threads in a block at most (CUDA programming guide, table of compute
/// capabilities).
static constexpr int64_t kMaxThreadsPerBlock = 1024;

//===----------------------------------------------------------------------===//
// LaunchOp
//===----------------------------------------------------------------------===//

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  int64_t block = getBlock().value_or(1), bytes = getSharedBytes().value_or(0);
  if (block < 1 || block > kMaxThreadsPerBlock)
    return emitOpError() << "expects 'block' in [1, " << kMaxThreadsPerBlock
                         << "] threads, but got " << block;
  if (bytes < 0)
    return emitOpError() << "expects 'shared_bytes' of at least 0, but got "
                         << bytes;
  // The kernel may already be a binary, or another module's.
  auto kernel = dyn_cast_or_null<gpu::GPUFuncOp>(
      symbols.lookupNearestSymbolFrom(*this, getKernel()));
  if (!kernel)
    return success();
  if (kernel.getNumArguments() != getKernelArgs().size())
    return emitOpError() << "expects " << kernel.getNumArguments()
                         << " arguments for kernel '" << getKernel()
                         << "', but got " << getKernelArgs().size();
  for (auto [number, types] : llvm::enumerate(
           llvm::zip(kernel.getArgumentTypes(), getKernelArgs().getTypes()))) {
    auto [wanted, got] = types;
    auto pointer = dyn_cast<MemRefType>(wanted);
    auto memref = dyn_cast<MemRefType>(got);
    bool bare = pointer && memref && pointer.getRank() == 0 &&
                pointer.getElementType() == memref.getElementType();
    if (wanted != got && !bare)
      return emitOpError() << "argument " << number << " of kernel '"
                           << getKernel() << "' expects " << wanted
                           << ", but got " << got;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// ForEachTileOp
//===----------------------------------------------------------------------===//

LogicalResult ForEachTileOp::verify() {
  size_t bounds = getBounds().size(), arguments = getBody().getNumArguments();
  size_t wanted = bounds;
  if (getCounts()) {
    if (bounds < 2)
      return emitOpError() << "with counts expects at least 2 bounds (groups, "
                              "and tiles along the PIT axis), but got "
                           << bounds;
    if (static_cast<int64_t>(getMicro().value_or(0)) < 1)
      return emitOpError("with counts expects 'micro', the positions in a "
                         "micro-tile, of at least 1");
    wanted = bounds + 1;
  } else if (getMicro() || getPositions()) {
    return emitOpError("has 'micro' or 'positions', which need counts");
  }
  if (int64_t positions = getPositions().value_or(1); positions < 1)
    return emitOpError() << "expects 'positions' of at least 1, but got "
                         << positions;
  if (arguments != wanted)
    return emitOpError() << "expects a body with " << wanted
                         << " arguments, but got " << arguments;
  if (auto yield = dyn_cast<YieldOp>(getBody().front().back());
      yield && yield.getNumOperands())
    return emitOpError() << "expects a body that yields nothing, but got "
                         << yield.getNumOperands() << " values";
  for (BlockArgument argument : getBody().getArguments())
    if (!argument.getType().isIndex())
      return emitOpError() << "expects body arguments of type index, but got "
                           << argument.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// SReadOp, SWriteOp
//===----------------------------------------------------------------------===//

/// One index per dimension of `memref`, at most one of them coordinates; a
/// tile's extents must match the coordinates' positions.
static LogicalResult verifyPlace(Operation *op, MemRefType memref,
                                 ValueRange indices, ArrayRef<int64_t> tile) {
  int64_t rank = memref.getRank();
  if (static_cast<int64_t>(indices.size()) != rank)
    return op->emitOpError() << "expects " << rank << " indices (rank of "
                             << memref << "), but got " << indices.size();
  if (static_cast<int64_t>(tile.size()) != rank)
    return op->emitOpError()
           << "expects a tile of rank " << rank << " (that of " << memref
           << "), but got " << tile.size();
  int gathered = 0;
  for (auto [dim, index] : llvm::enumerate(indices)) {
    auto coords = dyn_cast<CoordsType>(index.getType());
    if (!coords)
      continue;
    if (++gathered > 1)
      return op->emitOpError("expects at most one dimension with coordinates");
    if (coords.getPositions() != tile[dim])
      return op->emitOpError() << "expects " << tile[dim]
                               << " positions (extent of the tile's dimension "
                               << dim << "), but got " << coords;
  }
  return success();
}

static LogicalResult verifyFlags(Operation *op, StringRef name,
                                 std::optional<ArrayRef<bool>> flags,
                                 int64_t rank) {
  if (flags && static_cast<int64_t>(flags->size()) != rank)
    return op->emitOpError() << "expects '" << name << "' with " << rank
                             << " flags, but got " << flags->size();
  return success();
}

std::optional<int64_t> SReadOp::getGatheredDim() {
  for (auto [dim, index] : llvm::enumerate(getIndices()))
    if (isa<CoordsType>(index.getType()))
      return dim;
  return std::nullopt;
}

LogicalResult SReadOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto tile = getTile().getType();
  if (source.getElementType() != tile.getElementType())
    return emitOpError() << "expects a tile of elements "
                         << source.getElementType() << ", but got " << tile;
  if (failed(
          verifyFlags(*this, "in_bounds", getInBounds(), source.getRank())) ||
      failed(
          verifyFlags(*this, "all_or_none", getAllOrNone(), source.getRank())))
    return failure();
  return verifyPlace(*this, source, getIndices(), tile.getShape());
}

LogicalResult SWriteOp::verify() {
  auto dest = cast<MemRefType>(getDest().getType());
  if (failed(verifyPlace(*this, dest, getIndices(),
                         getAcc().getType().getShape())))
    return failure();
  if (failed(verifyFlags(*this, "in_bounds", getInBounds(), dest.getRank())))
    return failure();
  SmallVector<Value> memrefs(getInputs());
  memrefs.push_back(getDest());
  for (Value memref : memrefs)
    if (Type element = cast<MemRefType>(memref.getType()).getElementType();
        !element.isIntOrFloat())
      return emitOpError() << "expects elements of integer or float type, but "
                              "got "
                           << memref.getType();
  if (getIndexingMaps().size() != getInputs().size())
    return emitOpError() << "expects " << getInputs().size()
                         << " indexing maps (one per input), but got "
                         << getIndexingMaps().size();
  for (auto [number, attr, input] :
       llvm::enumerate(getIndexingMaps(), getInputs())) {
    AffineMap map = cast<AffineMapAttr>(attr).getValue();
    int64_t rank = cast<MemRefType>(input.getType()).getRank();
    if (map.getNumDims() != dest.getRank() || map.getNumSymbols() ||
        map.getNumResults() != rank || !map.isProjectedPermutation())
      return emitOpError() << "expects indexing map " << number
                           << " to be a projected permutation from "
                           << dest.getRank() << " dimensions to " << rank
                           << ", but got " << AffineMapAttr::get(map);
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      unsigned along = cast<AffineDimExpr>(expr).getPosition();
      int64_t size = cast<MemRefType>(input.getType()).getDimSize(dim);
      int64_t wanted = dest.getDimSize(along);
      if (size != wanted && !ShapedType::isDynamic(size) &&
          !ShapedType::isDynamic(wanted))
        return emitOpError()
               << "expects dimension " << dim << " of input " << number
               << " to have size " << wanted << " (of dimension " << along
               << " of the destination), but got " << input.getType();
    }
  }
  Block &body = getEpilogue().front();
  if (body.getNumArguments() != getInputs().size() + 1 ||
      body.getArgument(0).getType() != getAcc().getType().getElementType())
    return emitOpError() << "expects an epilogue with "
                         << getInputs().size() + 1
                         << " arguments, the first of type "
                         << getAcc().getType().getElementType();
  for (auto [argument, input] :
       llvm::zip(body.getArguments().drop_front(), getInputs()))
    if (argument.getType() !=
        cast<MemRefType>(input.getType()).getElementType())
      return emitOpError() << "epilogue expects an argument of type "
                           << cast<MemRefType>(input.getType()).getElementType()
                           << ", but got " << argument.getType();
  for (Operation &op : body.without_terminator())
    if (!isMemoryEffectFree(&op))
      return emitOpError() << "epilogue expects operations without side "
                              "effects, but has '"
                           << op.getName() << "'";
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield || yield.getNumOperands() != 1 ||
      yield.getOperand(0).getType() != dest.getElementType())
    return emitOpError() << "epilogue expects to yield one "
                         << dest.getElementType();
  return success();
}

//===----------------------------------------------------------------------===//
// WaitOp
//===----------------------------------------------------------------------===//

LogicalResult WaitOp::verify() {
  int64_t inFlight = getInFlight().value_or(0);
  if (inFlight < 0 || inFlight > kMaxStages)
    return emitOpError() << "expects 'in_flight' in [0, " << kMaxStages
                         << "] steps, but got " << inFlight;
  return success();
}

//===----------------------------------------------------------------------===//
// TileMmaOp
//===----------------------------------------------------------------------===//

LogicalResult TileMmaOp::verify() {
  if (getIndexingMaps().size() != 3)
    return emitOpError() << "expects 3 indexing maps, but got "
                         << getIndexingMaps().size();
  SmallVector<int64_t> extents;
  ArrayRef<int64_t> shapes[] = {getLhs().getType().getShape(),
                                getRhs().getType().getShape(),
                                getAcc().getType().getShape()};
  for (auto [number, attr] : llvm::enumerate(getIndexingMaps())) {
    AffineMap map = cast<AffineMapAttr>(attr).getValue();
    if (!map.isProjectedPermutation() ||
        map.getNumResults() != shapes[number].size())
      return emitOpError() << "expects indexing map " << number
                           << " to be a projected permutation with "
                           << shapes[number].size() << " results, but got "
                           << AffineMapAttr::get(map);
    if (extents.empty())
      extents.assign(map.getNumDims(), 0);
    if (map.getNumDims() != extents.size())
      return emitOpError() << "expects indexing map " << number << " over "
                           << extents.size() << " dimensions, but got "
                           << AffineMapAttr::get(map);
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      int64_t &extent = extents[cast<AffineDimExpr>(expr).getPosition()];
      if (extent && extent != shapes[number][position])
        return emitOpError() << "d" << cast<AffineDimExpr>(expr).getPosition()
                             << " has extent " << extent << " and "
                             << shapes[number][position];
      extent = shapes[number][position];
    }
  }
  if (getMath() && *getMath() != "tf32")
    return emitOpError() << "expects 'math' to be tf32, but got " << *getMath();
  if (getMath() && (!getLhs().getType().getElementType().isF32() ||
                    !getRhs().getType().getElementType().isF32()))
    return emitOpError() << "with math = tf32 expects tiles of f32, but got "
                         << getLhs().getType() << " and " << getRhs().getType();
  // A sum over the reduction of products of two elements, and nothing else.
  auto hasDim = [&](unsigned map, unsigned dim) {
    return cast<AffineMapAttr>(getIndexingMaps()[map])
        .getValue()
        .isFunctionOfDim(dim);
  };
  int64_t reductions = 0;
  for (unsigned dim = 0; dim < extents.size(); ++dim) {
    int64_t operands = hasDim(0, dim) + hasDim(1, dim);
    bool kept = hasDim(2, dim);
    reductions += !kept;
    if (operands != (kept ? 1 : 2))
      return emitOpError() << "expects d" << dim << " to be a dimension of "
                           << (kept ? "one operand, as it is one of the "
                                      "accumulator"
                                    : "both operands, as it is none of the "
                                      "accumulator")
                           << ", but it is one of " << operands;
  }
  if (reductions != 1)
    return emitOpError() << "expects one dimension that the accumulator does "
                            "not have, the reduction, but got "
                         << reductions;
  return success();
}
