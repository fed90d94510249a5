//===- GenericOutputs.cpp - outputs that no dense tile writes -------------===//
//
// Outputs along a permuted parallel dimension that no live micro-tile reaches,
// and sums that are complete only when all tiles are done.
//
//===----------------------------------------------------------------------===//

#include "GenericKernel.h"

#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Conversion/PITToGPU/PITToGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pit;

/// Threads of a block that looks for outputs that are not reached.
static constexpr int64_t kThreads = 256;

namespace {

/// Emits the body of the kernel for outputs that are not reached.
class UnreachedWriter {
public:
  UnreachedWriter(OpBuilder &b, Location loc, const GenericPlan &plan,
                  ValueRange args, int64_t width);

  void write();

private:
  Value isLive(ArrayRef<Value> point);
  Value finish(ArrayRef<Value> place, int64_t element,
               const IRMapping &captured, Value old);

  OpBuilder &b;
  Location loc;
  IndexBuilder ib;
  const GenericPlan &plan;
  Value bitmap, init, dest;
  ValueRange epilogueInputs;
  int64_t width; ///< elements that a thread writes
};

} // namespace

UnreachedWriter::UnreachedWriter(OpBuilder &b, Location loc,
                                 const GenericPlan &plan, ValueRange args,
                                 int64_t width)
    : b(b), loc(loc), ib(b, loc), plan(plan), bitmap(args[0]),
      dest(args.back()), width(width) {
  GenericOp op = plan.op;
  args = args.drop_front();
  if (op.readsInit())
    init = args.front();
  if (op.readsInit() && op.getDest())
    args = args.drop_front();
  epilogueInputs = args.take_front(op.getEpilogueInputs().size());
}

/// Whether a micro-tile reaches the point of the output's loop dimensions.
Value UnreachedWriter::isLive(ArrayRef<Value> point) {
  Value group = ib.constant(0);
  SmallVector<Value> sizes(point.size());
  for (auto [position, expr] : llvm::enumerate(plan.maps[2].getResults()))
    sizes[cast<AffineDimExpr>(expr).getPosition()] = ib.size(dest, position);
  for (GroupDim groupDim : plan.groups) {
    if (ShapedType::isDynamic(groupDim.extent))
      continue;
    group = ib.add(ib.mul(group, plan.countGroups(ib, groupDim, sizes)),
                   ib.div(point[groupDim.dim], groupDim.extent));
  }
  return memref::LoadOp::create(
      b, loc, bitmap, ValueRange{group, ib.div(point[plan.axis], plan.micro)});
}

/// The epilogue of nothing, for the output at `place`, `element` further on in
/// its row.
Value UnreachedWriter::finish(ArrayRef<Value> place, int64_t element,
                              const IRMapping &captured, Value old) {
  GenericOp op = plan.op;
  SmallVector<Value> at(place);
  if (!at.empty())
    at.back() = ib.add(at.back(), element);
  IRMapping mapping = captured;
  Block &epilogue = op.getEpilogue().front();
  mapping.map(
      epilogue.getArgument(0),
      Value(arith::ConstantOp::create(b, loc, b.getZeroAttr(op.getAccType()))));
  if (init)
    mapping.map(epilogue.getArgument(1),
                Value(vector::ExtractOp::create(b, loc, old, element)));
  for (auto [number, input] : llvm::enumerate(epilogueInputs)) {
    auto indices = llvm::map_to_vector(
        op.getEpilogueMap(number).getResults(), [&](AffineExpr expr) {
          return at[cast<AffineDimExpr>(expr).getPosition()];
        });
    mapping.map(epilogue.getArgument(2 + number),
                Value(memref::LoadOp::create(b, loc, input, indices)));
  }
  for (Operation &inner : epilogue.without_terminator())
    b.clone(inner, mapping);
  return mapping.lookupOrDefault(epilogue.back().getOperand(0));
}

void UnreachedWriter::write() {
  auto type = cast<MemRefType>(dest.getType());
  int64_t rank = type.getRank();
  Value number = ib.add(ib.mul(ib.blockId(), kThreads), ib.threadId());
  SmallVector<Value> extents;
  Value total = ib.constant(1);
  for (int64_t dim = 0; dim < rank; ++dim) {
    Value size = ib.size(dest, dim);
    extents.push_back(dim + 1 == rank ? ib.div(size, width) : size);
    total = ib.mul(total, extents.back());
  }
  auto ifInside = scf::IfOp::create(b, loc, ib.less(number, total));
  b.setInsertionPointToStart(ifInside.thenBlock());
  SmallVector<Value> place(rank), point(plan.maps[2].getNumDims());
  Value rest = number;
  for (int64_t dim = rank; dim-- > 0;) {
    place[dim] = dim == 0 ? rest : ib.rem(rest, extents[dim]);
    rest = dim == 0 ? rest : ib.div(rest, extents[dim]);
    if (dim + 1 == rank)
      place[dim] = ib.mul(place[dim], width);
    point[plan.maps[2].getDimPosition(dim)] = place[dim];
  }
  auto ifDead = scf::IfOp::create(b, loc, ib.equals(isLive(point), 0));
  b.setInsertionPointToStart(ifDead.thenBlock());
  auto vectorType = VectorType::get({width}, type.getElementType());
  llvm::MaybeAlign alignment(
      llvm::divideCeil(width * type.getElementTypeBitWidth(), 8));
  Value old;
  if (init)
    old = vector::LoadOp::create(b, loc, vectorType, init, place,
                                 /*nontemporal=*/false, alignment);
  IRMapping captured = plan.repeatCaptured(b);
  SmallVector<Value> elements;
  for (int64_t i = 0; i < width; ++i)
    elements.push_back(finish(place, i, captured, old));
  Value result = vector::FromElementsOp::create(b, loc, vectorType, elements);
  vector::StoreOp::create(b, loc, result, dest, place, /*nontemporal=*/false,
                          alignment);
}

/// Elements of the output that a thread writes: those of 16 bytes, where rows
/// have a multiple of them and a micro-tile reaches all of them or none.
static int64_t getWidth(const GenericPlan &plan) {
  auto type = cast<MemRefType>(plan.getDest().getType());
  int64_t rank = type.getRank();
  int64_t width = std::max<int64_t>(1, 128 / type.getElementTypeBitWidth());
  if (type.isDynamicDim(rank - 1) || type.getDimSize(rank - 1) % width ||
      !type.getLayout().isIdentity())
    return 1;
  int64_t last = plan.maps[2].getDimPosition(rank - 1);
  if (last == plan.axis && plan.micro % width)
    return 1;
  for (GroupDim group : plan.groups)
    if (group.dim == last && !ShapedType::isDynamic(group.extent) &&
        group.extent % width)
      return 1;
  return width;
}

LogicalResult pit::emitUnreached(OpBuilder &builder, const GenericPlan &plan) {
  GenericOp op = plan.op;
  if (!op.getBitmap())
    return op.emitOpError() << "permutes the parallel d" << plan.axis
                            << " and expects the bitmap of its index, which "
                               "tells what the index does not reach";
  int64_t width = getWidth(plan);
  Value dest = plan.getDest();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  IndexBuilder ib(builder, op.getLoc());
  Value elements = ib.constant(1);
  for (int64_t dim = 0; dim < cast<MemRefType>(dest.getType()).getRank(); ++dim)
    elements = ib.mul(elements, ib.size(dest, dim));
  SmallVector<Value> operands{op.getBitmap()};
  if (op.getDest() && op.readsInit())
    operands.push_back(op.getInit());
  llvm::append_range(operands, op.getEpilogueInputs());
  operands.push_back(dest);
  return LogicalResult(
      buildKernel(builder, op, "unreached", operands,
                  ib.ceilDiv(ib.div(elements, width), kThreads), kThreads,
                  [&](OpBuilder &b, Location loc, ValueRange args) {
                    UnreachedWriter(b, loc, plan, args, width).write();
                  }));
}

LogicalResult pit::emitFinish(OpBuilder &builder, const GenericPlan &plan,
                              Value sums) {
  GenericOp op = plan.op;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  int64_t rank = cast<MemRefType>(sums.getType()).getRank();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  bool separateInit = op.readsInit() && op.getDest();
  SmallVector<Value> inputs{sums};
  SmallVector<AffineMap> maps{identity};
  if (separateInit) {
    inputs.push_back(op.getInit());
    maps.push_back(identity);
  }
  for (unsigned i = 0; i < op.getEpilogueInputs().size(); ++i) {
    inputs.push_back(op.getEpilogueInputs()[i]);
    maps.push_back(op.getEpilogueMap(i));
  }
  maps.push_back(identity);
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto finish = linalg::GenericOp::create(
      builder, op.getLoc(), inputs, plan.getDest(), maps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        Block &epilogue = op.getEpilogue().front();
        IRMapping mapping;
        mapping.map(epilogue.getArgument(0), args[0]);
        mapping.map(epilogue.getArgument(1),
                    separateInit ? args[1] : args.back());
        for (unsigned i = 0; i < op.getEpilogueInputs().size(); ++i)
          mapping.map(epilogue.getArgument(2 + i), args[1 + separateInit + i]);
        for (Operation &inner : epilogue.without_terminator())
          b.clone(inner, mapping);
        linalg::YieldOp::create(
            b, loc, mapping.lookupOrDefault(epilogue.back().getOperand(0)));
      });
  builder.setInsertionPoint(finish);
  return convertLinalgToGPU(builder, finish);
}
