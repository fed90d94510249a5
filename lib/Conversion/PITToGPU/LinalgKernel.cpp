//===- LinalgKernel.cpp - body of an elementwise kernel -------------------===//

#include "LinalgKernel.h"
#include "KernelPayload.h"
#include "pit/Analysis/Chip.h"
#include "pit/Conversion/Utils/IndexBuilder.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pit;

//===----------------------------------------------------------------------===//
// Sums of narrow floats
//===----------------------------------------------------------------------===//

namespace {
/// How an output is accumulated over a thread's loops. A sum of f16 or bf16 is
/// accumulated in f32, and so are the products that it adds up.
struct Accumulation {
  /// The addition of the body that is done in f32; null for any other body.
  arith::AddFOp sum;
  /// The product that is its addend and nothing else, if there is one.
  arith::MulFOp product;
  /// The addend.
  Value addend;
};
} // namespace

static Accumulation matchSum(linalg::LinalgOp op, OpOperand &init) {
  BlockArgument old = op.getMatchingBlockArgument(&init);
  auto sum =
      op.getMatchingYieldValue(&init)->get().getDefiningOp<arith::AddFOp>();
  Type type = old.getType();
  if (!sum || sum->getBlock() != op.getBlock() ||
      !(type.isF16() || type.isBF16()) || !old.hasOneUse() ||
      !sum->hasOneUse() || (sum.getLhs() != old && sum.getRhs() != old))
    return {};
  Value addend = sum.getLhs() == old ? sum.getRhs() : sum.getLhs();
  auto product = addend.getDefiningOp<arith::MulFOp>();
  if (product &&
      (product->getBlock() != op.getBlock() || !product->hasOneUse()))
    product = {};
  return {sum, product, addend};
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

namespace {
/// Writes the body of the kernel of one operation.
class KernelWriter {
public:
  /// `arguments` maps the launch's memrefs to the kernel's.
  KernelWriter(OpBuilder &builder, Location loc, linalg::LinalgOp op,
               const LinalgIteration &space, IRMapping &arguments)
      : builder(builder), loc(loc), index(builder, loc), op(op), space(space),
        values(arguments), sizes(index, space, [&](unsigned operand) {
          return arguments.lookup(op->getOperand(operand));
        }) {}

  void write();

private:
  /// Buffers in one dimension, and the scalars that operand and body read.
  void prepareOperands();
  /// Loop dimensions of this thread; the last thread dimension at its first
  /// lane.
  SmallVector<Value> computeDims(Value id);
  /// The elements of `lanes` lanes from `dims`.
  void writeLanes(SmallVector<Value> dims, int64_t lanes);
  /// One point of the iteration space for each lane. `accumulators` holds, lane
  /// by lane, a value for each output that is kept in registers; the result is
  /// their new values.
  SmallVector<Value> writePoint(ArrayRef<Value> dims, int64_t lanes,
                                ValueRange accumulators);
  /// Inlines the body for one lane; returns what it yields.
  SmallVector<Value> inlineBody(ArrayRef<Value> dims, ValueRange arguments);

  SmallVector<Value> load(OpOperand &operand, ArrayRef<Value> dims,
                          int64_t lanes);
  void store(OpOperand &operand, ArrayRef<Value> dims, ValueRange lanes);
  Value offset(unsigned operand, ArrayRef<Value> dims);
  /// Whether an output keeps its element over all loops of a thread.
  bool isInRegisters(OpOperand &init) {
    const LinalgAccess &access = space.accesses[init.getOperandNumber()];
    return llvm::none_of(space.loopDims,
                         [&](unsigned dim) { return access.dependsOn(dim); });
  }
  bool isWide(OpOperand &operand, int64_t lanes) {
    Type type = getElementTypeOrSelf(operand.get().getType());
    return lanes == space.lanes && space.isWide(operand.getOperandNumber()) &&
           !type.isInteger(1) && !type.isIndex();
  }

  OpBuilder &builder;
  Location loc;
  WarpEmitter index;
  linalg::LinalgOp op;
  const LinalgIteration &space;
  IRMapping &values;
  LinalgSizes sizes;
  SmallVector<Value> operands;
  SmallVector<Accumulation> accumulations;
};
} // namespace

void KernelWriter::prepareOperands() {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type) {
      operands.push_back(rematerialize(builder, operand.get(), values));
      continue;
    }
    Value buffer = values.lookup(operand.get());
    if (type.getRank() != 1) {
      Extent size = index.numElements(buffer);
      int64_t known = size.isKnown() ? size.known : ShapedType::kDynamic;
      SmallVector<OpFoldResult> mixed = {size.isKnown()
                                             ? builder.getIndexAttr(known)
                                             : OpFoldResult(size.value)};
      buffer = memref::ReinterpretCastOp::create(
          builder, loc, MemRefType::get({known}, type.getElementType()), buffer,
          /*offset=*/OpFoldResult(builder.getIndexAttr(0)), mixed,
          ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
    }
    operands.push_back(buffer);
  }
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    rematerialize(builder, value, values);
  for (OpOperand &init : op.getDpsInitsMutable())
    accumulations.push_back(space.loopDims.empty() || !isInRegisters(init)
                                ? Accumulation()
                                : matchSum(op, init));
}

SmallVector<Value> KernelWriter::computeDims(Value id) {
  Value zero = index.constant(0);
  SmallVector<Value> dims(space.extents.size(), zero);
  for (size_t i = space.threadDims.size(); i-- > 0;) {
    unsigned dim = space.threadDims[i];
    int64_t lanes = i + 1 == space.threadDims.size() ? space.lanes : 1;
    Value value = id;
    if (i != 0) {
      Extent steps = sizes.getSteps(dim);
      value = index.rem(id, steps);
      id = index.div(id, steps);
    }
    dims[dim] = index.mul(value, lanes);
  }
  return dims;
}

void KernelWriter::write() {
  prepareOperands();
  Extent threads = sizes.getNumThreads();
  Value block = gpu::BlockIdOp::create(
      builder, loc, gpu::Dimension::x,
      threads.isKnown() ? builder.getIndexAttr(
                              llvm::divideCeil(threads.known, kLinalgBlockSize))
                        : IntegerAttr());
  Value thread = gpu::ThreadIdOp::create(
      builder, loc, gpu::Dimension::x, builder.getIndexAttr(kLinalgBlockSize));
  Value id = index.add(index.mul(block, kLinalgBlockSize), thread);
  if (!threads.isMultipleOf(kLinalgBlockSize)) {
    auto guard = scf::IfOp::create(builder, loc, index.less(id, threads));
    builder.setInsertionPointToStart(guard.thenBlock());
  }
  SmallVector<Value> dims = computeDims(id);
  if (space.lanes == 1)
    return writeLanes(dims, 1);

  // The last thread of a row may have fewer elements than lanes.
  unsigned inner = space.threadDims.back();
  Extent extent = sizes.getExtent(inner);
  if (extent.isMultipleOf(space.lanes) ||
      space.rows == LinalgIteration::Rows::multiples)
    return writeLanes(dims, space.lanes);
  Value begin = dims[inner];
  Value end = index.get(extent);
  Value isFull = index.less(index.add(begin, space.lanes - 1), end);
  auto branch = scf::IfOp::create(builder, loc, isFull, /*withElse=*/true);
  builder.setInsertionPointToStart(branch.thenBlock());
  writeLanes(dims, space.lanes);
  builder.setInsertionPointToStart(branch.elseBlock());
  auto tail = scf::ForOp::create(builder, loc, begin, end, index.constant(1));
  builder.setInsertionPointToStart(tail.getBody());
  dims[inner] = tail.getInductionVar();
  writeLanes(dims, 1);
}

void KernelWriter::writeLanes(SmallVector<Value> dims, int64_t lanes) {
  if (space.loopDims.empty()) {
    writePoint(dims, lanes, {});
    return;
  }
  // Chosen together: lanes only without loops.
  SmallVector<OpOperand *> kept;
  SmallVector<Value> accumulators;
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    if (!isInRegisters(init))
      continue;
    kept.push_back(&init);
    Value start;
    if (op.payloadUsesValueFromOperand(&init)) {
      start = load(init, dims, 1).front();
      if (accumulations[i].sum)
        start =
            arith::ExtFOp::create(builder, loc, builder.getF32Type(), start);
    } else {
      // Never read: the first point of the loops sets it.
      Type type = getElementTypeOrSelf(init.get().getType());
      start =
          arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
    }
    accumulators.push_back(start);
  }

  Value zero = index.constant(0), one = index.constant(1);
  scf::ForOp outermost;
  for (unsigned dim : space.loopDims) {
    auto loop = scf::ForOp::create(
        builder, loc, zero, index.get(sizes.getExtent(dim)), one, accumulators);
    if (outermost) {
      if (!accumulators.empty())
        scf::YieldOp::create(builder, loc, loop.getResults());
    } else {
      outermost = loop;
    }
    builder.setInsertionPointToStart(loop.getBody());
    dims[dim] = loop.getInductionVar();
    accumulators.assign(loop.getRegionIterArgs().begin(),
                        loop.getRegionIterArgs().end());
  }
  SmallVector<Value> next = writePoint(dims, 1, accumulators);
  if (!next.empty())
    scf::YieldOp::create(builder, loc, next);

  builder.setInsertionPointAfter(outermost);
  for (auto [init, result] : llvm::zip(kept, outermost.getResults())) {
    Type type = getElementTypeOrSelf(init->get().getType());
    Value value = result;
    if (value.getType() != type)
      value = arith::TruncFOp::create(builder, loc, type, value);
    store(*init, dims, value);
  }
}

SmallVector<Value> KernelWriter::writePoint(ArrayRef<Value> dims, int64_t lanes,
                                            ValueRange accumulators) {
  // One list of lanes per operand; null where the body does not look.
  SmallVector<SmallVector<Value>> elements;
  bool hasLoops = !space.loopDims.empty();
  unsigned numKept = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    SmallVector<Value> &lane = elements.emplace_back(lanes);
    if (hasLoops && op.isDpsInit(&operand) && isInRegisters(operand))
      lane[0] = accumulators[numKept++];
    else if (op.payloadUsesValueFromOperand(&operand))
      lane = load(operand, dims, lanes);
  }

  SmallVector<SmallVector<Value>> results(op.getNumDpsInits());
  for (int64_t lane = 0; lane < lanes; ++lane) {
    SmallVector<Value> laneDims(dims);
    if (lanes > 1 && op.hasIndexSemantics())
      laneDims[space.threadDims.back()] =
          index.add(dims[space.threadDims.back()], lane);
    SmallVector<Value> arguments;
    for (ArrayRef<Value> list : elements)
      arguments.push_back(list[lane]);
    for (auto [i, value] : llvm::enumerate(inlineBody(laneDims, arguments)))
      results[i].push_back(value);
  }

  SmallVector<Value> next;
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    if (hasLoops && isInRegisters(init))
      next.push_back(results[i].front());
    else
      store(init, dims, results[i]);
  }
  return next;
}

SmallVector<Value> KernelWriter::inlineBody(ArrayRef<Value> dims,
                                            ValueRange arguments) {
  IRMapping map(values);
  Block *body = op.getBlock();
  for (auto [from, to] : llvm::zip(body->getArguments(), arguments))
    if (to)
      map.map(from, to);
  for (Operation &inner : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      map.map(index.getResult(), dims[index.getDim()]);
      continue;
    }
    if (llvm::any_of(accumulations, [&](const Accumulation &accumulation) {
          return accumulation.sum == &inner || accumulation.product == &inner;
        }))
      continue;
    // Upstream gives the bodies of named operations no location.
    Operation *clone = builder.clone(inner, map);
    if (isa<UnknownLoc>(clone->getLoc()))
      clone->setLoc(loc);
  }

  auto extend = [&](Value value) -> Value {
    return arith::ExtFOp::create(builder, loc, builder.getF32Type(),
                                 map.lookup(value));
  };
  SmallVector<Value> results;
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    Accumulation &accumulation = accumulations[i];
    if (!accumulation.sum) {
      results.push_back(
          map.lookupOrDefault(op.getMatchingYieldValue(&init)->get()));
      continue;
    }
    Value addend;
    if (accumulation.product) {
      Value lhs = extend(accumulation.product.getLhs());
      Value rhs = extend(accumulation.product.getRhs());
      addend = arith::MulFOp::create(builder, loc, lhs, rhs);
    } else {
      addend = extend(accumulation.addend);
    }
    Value old = map.lookup(op.getMatchingBlockArgument(&init));
    results.push_back(arith::AddFOp::create(builder, loc, old, addend));
  }
  return results;
}

Value KernelWriter::offset(unsigned operand, ArrayRef<Value> dims) {
  const LinalgAccess &access = space.accesses[operand];
  if (access.general)
    return affine::expandAffineExpr(builder, loc, access.general, dims,
                                    sizes.getSymbols());
  Value sum;
  for (auto [dim, coefficient] : llvm::enumerate(access.coefficients)) {
    if (!access.dependsOn(dim) || !space.isKept(dim))
      continue;
    Value term = index.mul(dims[dim], sizes.get(coefficient));
    sum = sum ? index.add(sum, term) : term;
  }
  Extent constant = sizes.get(access.constant);
  if (!sum)
    return index.get(constant);
  return constant.isKnown() ? index.add(sum, constant.known)
                            : index.add(sum, constant.value);
}

SmallVector<Value> KernelWriter::load(OpOperand &operand, ArrayRef<Value> dims,
                                      int64_t lanes) {
  unsigned number = operand.getOperandNumber();
  Value buffer = operands[number];
  auto type = dyn_cast<MemRefType>(buffer.getType());
  if (!type)
    return SmallVector<Value>(lanes, buffer);
  unsigned inner = lanes > 1 ? space.threadDims.back() : 0;
  if (lanes > 1 && !space.accesses[number].dependsOn(inner)) {
    Value element =
        memref::LoadOp::create(builder, loc, buffer, offset(number, dims));
    return SmallVector<Value>(lanes, element);
  }
  SmallVector<Value> result;
  if (lanes == 1 || !isWide(operand, lanes)) {
    SmallVector<Value> laneDims(dims);
    for (int64_t lane = 0; lane < lanes; ++lane) {
      if (lanes > 1)
        laneDims[inner] = index.add(dims[inner], lane);
      result.push_back(memref::LoadOp::create(builder, loc, buffer,
                                              offset(number, laneDims)));
    }
    return result;
  }
  int64_t bytes = getElementBytes(type.getElementType());
  int64_t width = std::min(lanes, kMaxAccessBytes / bytes);
  auto vectorType = VectorType::get({width}, type.getElementType());
  Value start = offset(number, dims);
  for (int64_t lane = 0; lane < lanes; lane += width) {
    Value wide = vector::LoadOp::create(
        builder, loc, vectorType, buffer, index.add(start, lane),
        /*nontemporal=*/false, llvm::MaybeAlign(width * bytes));
    for (int64_t i = 0; i < width; ++i)
      result.push_back(vector::ExtractOp::create(builder, loc, wide, i));
  }
  return result;
}

void KernelWriter::store(OpOperand &operand, ArrayRef<Value> dims,
                         ValueRange lanes) {
  unsigned number = operand.getOperandNumber();
  Value buffer = operands[number];
  auto type = cast<MemRefType>(buffer.getType());
  Value start = offset(number, dims);
  if (lanes.size() == 1) {
    memref::StoreOp::create(builder, loc, lanes.front(), buffer, start);
    return;
  }
  // Lanes are chosen so that every output is wide.
  int64_t bytes = getElementBytes(type.getElementType());
  int64_t width = std::min<int64_t>(lanes.size(), kMaxAccessBytes / bytes);
  auto vectorType = VectorType::get({width}, type.getElementType());
  for (int64_t lane = 0; lane < static_cast<int64_t>(lanes.size());
       lane += width) {
    Value wide = vector::FromElementsOp::create(builder, loc, vectorType,
                                                lanes.slice(lane, width));
    vector::StoreOp::create(builder, loc, wide, buffer, index.add(start, lane),
                            /*nontemporal=*/false,
                            llvm::MaybeAlign(width * bytes));
  }
}

void pit::writeLinalgKernel(OpBuilder &builder, Location loc,
                            linalg::LinalgOp op, const LinalgIteration &space,
                            IRMapping &arguments) {
  KernelWriter(builder, loc, op, space, arguments).write();
}
