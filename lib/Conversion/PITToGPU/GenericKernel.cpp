//===- GenericKernel.cpp - the tile-level kernel of a pit.generic ---------===//

#include "GenericKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// Emits the body of one kernel.
class KernelWriter {
public:
  KernelWriter(OpBuilder &b, Location loc, const GenericPlan &plan,
               ValueRange args, const SizeMultiples &multiples,
               SumTarget target);

  void write();

private:
  void placeTile(ValueRange ids);
  void placeGroup(Value group, ArrayRef<Value> subTiles);
  void placeAxis(Value group, Value first, Value live);
  Value getGroup() const;
  /// The positions of a group: what load_coords takes, and their number.
  struct List {
    Value coords, group, positions;
  };
  Value loadScalarCoord(const List &list, Value position) const;
  List openList(Value group);
  Value reduce(size_t outer, Value acc);
  const GroupDim *getTiledGroup() const;
  Value reduceGroups(GroupDim group, size_t outer, Value acc);
  Value reduceTile(Value acc);
  SReadOp read(unsigned input, const TileRoles &roles);
  Value getPartSums();
  void store(Value acc);

  SmallVector<int64_t> getShape(const TileRoles &roles) const {
    return {plan.getExtent(roles[0]), plan.getExtent(roles[1])};
  }
  SmallVector<ViewDim> getDims(const TileRoles &roles) const {
    return {plan.getDim(roles[0]), plan.getDim(roles[1])};
  }
  SmallVector<Value> getPlace(const TileRoles &roles,
                              Value position = Value()) const;
  DenseBoolArrayAttr getInBounds(const TileRoles &roles) const;

  OpBuilder &b;
  Location loc;
  IndexBuilder ib;
  const GenericPlan &plan;
  SumTarget target;
  ArrayRef<int64_t> tile;

  Value inputs[2], counts, coords, init, dest;
  Value part; ///< number of the part of the reduction
  SmallVector<Value> epilogueInputs;
  SmallVector<Value> sizes;
  /// Of a packed input: its part for the group, how long that is, and the
  /// position in it.
  Value packedPart, packedSize, packedPosition;
  /// Per loop dimension: the tile's number (where it is one), its offset or
  /// coordinates, and the bounds of a reduction within the group (or null).
  SmallVector<Value> numbers, offsets, begins, ends;
  /// What must hold for the tile to be there at all.
  SmallVector<Value> conditions;
};

} // namespace

KernelWriter::KernelWriter(OpBuilder &b, Location loc, const GenericPlan &plan,
                           ValueRange args, const SizeMultiples &multiples,
                           SumTarget target)
    : b(b), loc(loc), ib(b, loc), plan(plan), target(target),
      tile(plan.tile()) {
  unsigned next = 0;
  inputs[0] = args[next++];
  inputs[1] = args[next++];
  if (plan.axis != -1) {
    counts = args[next++];
    coords = args[next++];
  }
  if (target == SumTarget::output) {
    GenericOp op = plan.op;
    if (op.readsInit())
      init = op.getDest() ? args[next++] : args.back();
    for (unsigned i = 0; i < op.getEpilogueInputs().size(); ++i)
      epilogueInputs.push_back(args[next++]);
  }
  dest = args.back();
  sizes = plan.getSizes(ib, {inputs[0], inputs[1]});
  for (auto [position, expr] : llvm::enumerate(plan.maps[2].getResults()))
    if (Value &size = sizes[cast<AffineDimExpr>(expr).getPosition()]; !size)
      size = ib.size(dest, position + (target == SumTarget::perPart));
  for (auto [dim, number] : multiples)
    sizes[dim] = ib.mul(ib.div(sizes[dim], number), number);
  size_t loops = sizes.size();
  numbers.resize(loops);
  offsets.resize(loops);
  begins.resize(loops);
  ends.resize(loops);
}

void KernelWriter::write() {
  GenericOp op = plan.op;
  SmallVector<Value> bounds = plan.getBounds(ib, sizes);
  bool parallelAxis = plan.isParallelAxis();
  auto tiles = ForEachTileOp::create(
      b, loc, bounds, parallelAxis ? counts : Value(),
      parallelAxis ? b.getI64IntegerAttr(plan.micro) : IntegerAttr(),
      parallelAxis ? b.getI64IntegerAttr(tile[plan.axis]) : IntegerAttr());
  Block *body = b.createBlock(&tiles.getBody());
  for (unsigned i = 0; i < bounds.size() + parallelAxis; ++i)
    body->addArgument(b.getIndexType(), loc);
  placeTile(body->getArguments());
  auto end = YieldOp::create(b, loc);
  b.setInsertionPoint(end);
  if (Value condition = ib.all(conditions)) {
    auto there = scf::IfOp::create(b, loc, condition);
    b.setInsertionPointToStart(there.thenBlock());
  }
  auto accType =
      AccType::get(b.getContext(), getShape(plan.outputRoles), op.getAccType());
  Value zero = AccZeroOp::create(b, loc, accType);
  store(reduce(0, zero));
}

//===----------------------------------------------------------------------===//
// Where the tile lies
//===----------------------------------------------------------------------===//

void KernelWriter::placeTile(ValueRange ids) {
  if (!plan.isParallelAxis()) {
    for (auto [dim, id] : llvm::zip(plan.parallel, ids)) {
      numbers[dim] = id;
      offsets[dim] = ib.mul(id, tile[dim]);
    }
    return;
  }
  SmallVector<Value> subTiles(ids.drop_front(3));
  placeGroup(ids[0], subTiles);
  placeAxis(ids[0], ids[1], ids[2]);
}

/// What follows from the number of the group and the tiles within it.
void KernelWriter::placeGroup(Value group, ArrayRef<Value> subTiles) {
  SmallVector<Value> coordinates(sizes.size());
  part = ib.constant(0);
  Value rest = group;
  for (auto [i, groupDim] : llvm::reverse(llvm::enumerate(plan.groups))) {
    Value count = plan.countGroups(ib, groupDim, sizes);
    coordinates[groupDim.dim] = i == 0 ? rest : ib.rem(rest, count);
    rest = i == 0 ? rest : ib.div(rest, count);
    if (!plan.op.isParallel(groupDim.dim) &&
        !ShapedType::isDynamic(groupDim.extent)) {
      Value begin = ib.mul(coordinates[groupDim.dim], groupDim.extent);
      begins[groupDim.dim] = begin;
      ends[groupDim.dim] =
          ib.min(ib.add(begin, groupDim.extent), sizes[groupDim.dim]);
    }
  }
  for (GroupDim groupDim : plan.groups)
    if (begins[groupDim.dim])
      part = ib.add(ib.mul(part, plan.countGroups(ib, groupDim, sizes)),
                    coordinates[groupDim.dim]);
  for (int64_t dim : plan.parallel) {
    int64_t inGroup = plan.getTilesInGroup(dim);
    Value number = inGroup == 1 ? Value() : subTiles.front();
    if (inGroup != 1)
      subTiles = subTiles.drop_front();
    if (inGroup) {
      Value first = ib.mul(coordinates[dim], inGroup);
      number = number ? ib.add(first, number) : first;
    }
    numbers[dim] = number;
    offsets[dim] = ib.mul(number, tile[dim]);
    // The last group may have fewer tiles than the others.
    std::optional<int64_t> size = getConstantIntValue(sizes[dim]);
    if (inGroup > 1 && !(size && *size % (inGroup * tile[dim]) == 0))
      conditions.push_back(ib.less(offsets[dim], sizes[dim]));
  }
}

/// The permuted parallel dimension: a tile of it, or one position.
void KernelWriter::placeAxis(Value group, Value first, Value live) {
  int64_t axis = plan.axis;
  if (plan.tiled.contains(axis)) {
    offsets[axis] = LoadCoordsOp::create(
        b, loc, CoordsType::get(b.getContext(), tile[axis], plan.micro), coords,
        group, first, live);
    return;
  }
  offsets[axis] = loadScalarCoord({coords, group, live}, first);
  std::optional<int64_t> size = getConstantIntValue(sizes[axis]);
  if (!(size && *size % plan.micro == 0))
    conditions.push_back(ib.less(offsets[axis], sizes[axis]));
}

/// Where one position lies along the PIT axis.
Value KernelWriter::loadScalarCoord(const List &list, Value position) const {
  Value coord = memref::LoadOp::create(
      b, loc, list.coords,
      ValueRange{list.group, ib.div(position, plan.micro)});
  return ib.add(ib.mul(ib.toIndex(coord), plan.micro),
                ib.rem(position, plan.micro));
}

/// The number of the group that the tile, at the present step of the outer
/// reductions, belongs to.
Value KernelWriter::getGroup() const {
  Value group = ib.constant(0);
  for (GroupDim groupDim : plan.groups) {
    if (ShapedType::isDynamic(groupDim.extent))
      continue;
    int64_t dim = groupDim.dim;
    Value coordinate = numbers[dim]
                           ? ib.div(numbers[dim], groupDim.extent / tile[dim])
                           : ib.div(offsets[dim], groupDim.extent);
    group = ib.add(ib.mul(group, plan.countGroups(ib, groupDim, sizes)),
                   coordinate);
  }
  return group;
}

/// Finds the group's list. That of a packed operand is a part of a longer one,
/// and so are the micro-tiles of the operand itself.
KernelWriter::List KernelWriter::openList(Value group) {
  Value count = memref::LoadOp::create(b, loc, counts, group);
  if (plan.packed == -1)
    return {coords, group, ib.mul(ib.toIndex(count), plan.micro)};
  Value end =
      memref::LoadOp::create(b, loc, counts, ib.add(group, 1)).getResult();
  Value begin = ib.toIndex(count);
  packedSize = b.createOrFold<arith::SubIOp>(loc, ib.toIndex(end), begin);

  auto getPart = [&](Value memref, ArrayRef<OpFoldResult> sizes,
                     ArrayRef<OpFoldResult> strides, Value offset) {
    return memref::ReinterpretCastOp::create(
               b, loc, memref, getAsOpFoldResult(offset), sizes, strides)
        .getResult();
  };
  OpFoldResult one = b.getIndexAttr(1), length = getAsOpFoldResult(packedSize);
  Value list = getPart(coords, {one, length}, {one, one}, begin);

  Value operand = inputs[plan.packed];
  auto type = cast<MemRefType>(operand.getType());
  SmallVector<OpFoldResult> extents(type.getRank()), strides(type.getRank());
  Value next = ib.constant(1);
  for (int64_t dim = type.getRank(); dim-- > 0;) {
    strides[dim] = getAsOpFoldResult(next);
    extents[dim] = length;
    if (dim == 0)
      break;
    Value size = ib.size(operand, dim);
    extents[dim] = getAsOpFoldResult(size);
    next = ib.mul(next, size);
  }
  packedPart = getPart(operand, extents, strides, ib.mul(next, begin));
  return {list, ib.constant(0), packedSize};
}

//===----------------------------------------------------------------------===//
// The sum
//===----------------------------------------------------------------------===//

/// Loops over the outer reductions from `outer` on, around that of the tiles.
Value KernelWriter::reduce(size_t outer, Value acc) {
  if (outer == plan.outerReductions.size())
    return reduceTile(acc);
  int64_t dim = plan.outerReductions[outer];
  bool permuted = dim == plan.axis;
  if (const GroupDim *tiled = permuted ? getTiledGroup() : nullptr)
    return reduceGroups(*tiled, outer, acc);
  List list = permuted ? openList(getGroup()) : List();
  Value begin = begins[dim] ? begins[dim] : ib.constant(0),
        end = permuted    ? list.positions
              : ends[dim] ? ends[dim]
                          : sizes[dim];
  if (!permuted && !begins[dim] && getConstantIntValue(end) == 1) {
    offsets[dim] = begin;
    return reduce(outer + 1, acc);
  }
  auto loop = scf::ForOp::create(b, loc, begin, end, ib.constant(1), acc);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  acc = loop.getRegionIterArg(0);
  offsets[dim] = loop.getInductionVar();
  if (!permuted) {
    scf::YieldOp::create(b, loc, reduce(outer + 1, acc));
    return loop.getResult(0);
  }
  // A micro-tile at the edge has positions that are no elements.
  packedPosition = loop.getInductionVar();
  offsets[dim] = loadScalarCoord(list, packedPosition);
  std::optional<int64_t> size = getConstantIntValue(sizes[dim]);
  // A list from elsewhere is not trusted to be within the bounds.
  if (size && *size % plan.micro == 0 && plan.packed == -1) {
    scf::YieldOp::create(b, loc, reduce(outer + 1, acc));
    return loop.getResult(0);
  }
  auto there = scf::IfOp::create(b, loc, acc.getType(),
                                 ib.less(offsets[dim], sizes[dim]),
                                 /*withElseRegion=*/true);
  scf::YieldOp::create(b, loc, there.getResult(0));
  b.setInsertionPointToStart(there.elseBlock());
  scf::YieldOp::create(b, loc, acc);
  b.setInsertionPointToStart(there.thenBlock());
  scf::YieldOp::create(b, loc, reduce(outer + 1, acc));
  return loop.getResult(0);
}

/// The groups along the reduction that tiles span, if they bound it and no loop
/// over them is there yet.
const GroupDim *KernelWriter::getTiledGroup() const {
  for (const GroupDim &group : plan.groups)
    if (group.dim == plan.tiled.reduction &&
        !ShapedType::isDynamic(group.extent) && !begins[group.dim])
      return &group;
  return nullptr;
}

/// Loops over the groups along the reduction that tiles span: each has a list
/// of its own along the PIT axis, which is another one.
Value KernelWriter::reduceGroups(GroupDim group, size_t outer, Value acc) {
  auto loop = scf::ForOp::create(b, loc, ib.constant(0), sizes[group.dim],
                                 ib.constant(group.extent), acc);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value begin = loop.getInductionVar();
  offsets[group.dim] = begins[group.dim] = begin;
  ends[group.dim] = ib.min(ib.add(begin, group.extent), sizes[group.dim]);
  scf::YieldOp::create(b, loc, reduce(outer, loop.getRegionIterArg(0)));
  begins[group.dim] = ends[group.dim] = Value();
  return loop.getResult(0);
}

/// The loop over the dimension that tiles span: over the live positions of the
/// group, or all of it. Without such a dimension there is one step.
Value KernelWriter::reduceTile(Value acc) {
  ViewDim dim = plan.tiled.reduction;
  bool gathered = dim && *dim == plan.axis;
  int64_t step = plan.getExtent(TileRole::reduction);
  List list = gathered ? openList(getGroup()) : List();
  Value begin = dim && begins[*dim] ? begins[*dim] : ib.constant(0);
  Value end = gathered     ? list.positions
              : !dim       ? ib.constant(1)
              : ends[*dim] ? ends[*dim]
                           : sizes[*dim];
  // Outside of the loop, which is to be pipelined.
  Value views[2];
  const TileRoles roles[2] = {plan.lhsRoles, plan.rhsRoles};
  for (unsigned i = 0; i < 2; ++i) {
    SmallVector<Value> at = offsets, extents = sizes;
    bool packed = static_cast<int64_t>(i) == plan.packed;
    if (packed) {
      at[plan.axis] = packedPosition;
      extents[plan.axis] = packedSize;
    }
    views[i] = createView(ib, packed ? packedPart : inputs[i], plan.maps[i],
                          getDims(roles[i]), at, extents);
  }
  auto loop = scf::ForOp::create(b, loc, begin, end, ib.constant(step), acc);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  if (dim)
    offsets[*dim] = loop.getInductionVar();
  if (gathered)
    offsets[*dim] = LoadCoordsOp::create(
        b, loc, CoordsType::get(b.getContext(), step, plan.micro), list.coords,
        list.group, loop.getInductionVar(), end);
  SmallVector<Value> tiles, tokens;
  SmallVector<AffineMap> maps;
  auto getMap = [&](const TileRoles &roles) {
    return AffineMap::get(3, 0,
                          {b.getAffineDimExpr(static_cast<unsigned>(roles[0])),
                           b.getAffineDimExpr(static_cast<unsigned>(roles[1]))},
                          b.getContext());
  };
  for (unsigned i = 0; i < 2; ++i) {
    auto type =
        TileType::get(b.getContext(), getShape(roles[i]),
                      cast<MemRefType>(inputs[i].getType()).getElementType());
    auto read = SReadOp::create(
        b, loc, type, TokenType::get(b.getContext()), views[i],
        getPlace(roles[i], static_cast<int64_t>(i) == plan.packed
                               ? loop.getInductionVar()
                               : Value()),
        Value(), getInBounds(roles[i]), /*all_or_none=*/nullptr);
    tiles.push_back(read.getTile());
    tokens.push_back(read.getToken());
    maps.push_back(getMap(roles[i]));
  }
  maps.push_back(getMap(plan.outputRoles));
  WaitOp::create(b, loc, tokens, IntegerAttr());
  auto sum = TileMmaOp::create(b, loc, acc.getType(), tiles[0], tiles[1],
                               loop.getRegionIterArg(0),
                               b.getAffineMapArrayAttr(maps));
  sum.setMathAttr(plan.op.getSchedule().getMath());
  sum.setLhsUnsigned(plan.signs.isUnsigned[0]);
  sum.setRhsUnsigned(plan.signs.isUnsigned[1]);
  scf::YieldOp::create(b, loc, sum.getResult());
  return loop.getResult(0);
}

/// Where a tile lies in the view of its operand; of a packed one, `position` is
/// where it is along the permuted dimension.
SmallVector<Value> KernelWriter::getPlace(const TileRoles &roles,
                                          Value position) const {
  return llvm::map_to_vector(roles, [&](TileRole role) -> Value {
    ViewDim dim = plan.getDim(role);
    if (dim && *dim == plan.axis && position)
      return position;
    return dim ? offsets[*dim] : ib.constant(0);
  });
}

/// Along which dimensions all of an operand's tiles lie within it: where the
/// size is a multiple of the tile. Coordinates never do.
DenseBoolArrayAttr KernelWriter::getInBounds(const TileRoles &roles) const {
  SmallVector<bool> inBounds;
  for (TileRole role : roles) {
    ViewDim dim = plan.getDim(role);
    std::optional<int64_t> size =
        dim ? getConstantIntValue(sizes[*dim]) : std::nullopt;
    inBounds.push_back(size && *dim != plan.axis &&
                       *size % plan.getExtent(role) == 0);
  }
  return b.getDenseBoolArrayAttr(inBounds);
}

//===----------------------------------------------------------------------===//
// The output
//===----------------------------------------------------------------------===//

/// The sums of this tile's part of the reduction, a memref as the output is.
Value KernelWriter::getPartSums() {
  auto type = cast<MemRefType>(dest.getType());
  SmallVector<OpFoldResult> extents, strides;
  Value next = ib.constant(1);
  for (int64_t dim = type.getRank(); dim-- > 1;) {
    extents.insert(extents.begin(), getAsOpFoldResult(ib.size(dest, dim)));
    strides.insert(strides.begin(), getAsOpFoldResult(next));
    next = ib.mul(next, ib.size(dest, dim));
  }
  return memref::ReinterpretCastOp::create(
      b, loc, dest, getAsOpFoldResult(ib.mul(next, part)), extents, strides);
}

void KernelWriter::store(Value acc) {
  GenericOp op = plan.op;
  SmallVector<ViewDim> dims = getDims(plan.outputRoles);
  Value view =
      createView(ib, target == SumTarget::perPart ? getPartSums() : dest,
                 plan.maps[2], dims, offsets, sizes);
  SmallVector<Value> views;
  SmallVector<AffineMap> maps;
  if (init) {
    views.push_back(init == dest ? view
                                 : createView(ib, init, plan.maps[2], dims,
                                              offsets, sizes));
    maps.push_back(b.getMultiDimIdentityMap(2));
  }
  for (auto [number, input] : llvm::enumerate(epilogueInputs)) {
    AffineMap map = op.getEpilogueMap(number).compose(plan.maps[2]);
    SmallVector<ViewDim> used;
    SmallVector<AffineExpr> results;
    for (auto [position, dim] : llvm::enumerate(dims))
      if (dim && map.isFunctionOfDim(*dim)) {
        used.push_back(dim);
        results.push_back(b.getAffineDimExpr(position));
      }
    // In the order in which the input stores them.
    if (used.size() == 2 && isReversedView(cast<MemRefType>(input.getType()),
                                           map, used[0], used[1])) {
      std::swap(used[0], used[1]);
      std::swap(results[0], results[1]);
    }
    views.push_back(createView(ib, input, map, used, offsets, sizes));
    maps.push_back(AffineMap::get(2, 0, results, b.getContext()));
  }
  IRMapping mapping = plan.repeatCaptured(b);
  auto write = SWriteOp::create(
      b, loc,
      WriteModeAttr::get(b.getContext(), target == SumTarget::add
                                             ? WriteMode::add
                                             : WriteMode::store),
      acc, view, getPlace(plan.outputRoles), views,
      b.getAffineMapArrayAttr(maps), getInBounds(plan.outputRoles));
  if (target != SumTarget::output) {
    OpBuilder::InsertionGuard guard(b);
    Block *block =
        b.createBlock(&write.getEpilogue(), {}, {op.getAccType()}, {loc});
    YieldOp::create(b, loc, block->getArgument(0));
    return;
  }
  op.getEpilogue().cloneInto(&write.getEpilogue(), mapping);
  if (!init)
    write.getEpilogue().front().eraseArgument(1);
}

void pit::writeGenericKernel(OpBuilder &builder, Location loc,
                             const GenericPlan &plan, ValueRange args,
                             const SizeMultiples &multiples, SumTarget target) {
  KernelWriter(builder, loc, plan, args, multiples, target).write();
}
