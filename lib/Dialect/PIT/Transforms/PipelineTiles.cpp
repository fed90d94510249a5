//===- PipelineTiles.cpp - stages for a loop that reads tiles -------------===//
//
// The unpipelined loop of a tile-level kernel reads tiles, waits and computes.
// With S slots for each tile, the pipelined loop computes step i while the
// copies of steps i + 1 .. i + S - 1 are on their way and the coordinates of
// step i + S are being fetched:
//
//   wait(i); sread(i + S - 1); load_coords(i + S); tile_mma(i)
//
// One barrier a step is enough: it follows the wait, and the slot that is then
// overwritten was last read in step i - 1.
//
// Steps past the end need no predicates: coordinates past the live positions
// and offsets past the size are out of bounds, and pit.sread fills with zero.
// Their copies are still on their way when the loop ends, and other warps may
// still be reading the last slots: what next writes to shared memory (a write's
// staging, or the first copies of another loop, or of this one in another
// loop's next step) first waits for both.
//
//===----------------------------------------------------------------------===//

#include "PipelineTiles.h"
#include "pit/Dialect/PIT/Transforms/Divisors.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// The operations of a loop, by what becomes of them.
struct LoopParts {
  explicit LoopParts(scf::ForOp loop);

  SmallVector<Operation *> waits, copies, coords, compute;
  /// Arithmetic: what coordinates are computed from, what copies are computed
  /// from, the rest.
  SmallVector<Operation *> forCoords, forCopies, others;
};

} // namespace

/// Arithmetic of the loop that `users` need in the same step, or (`carried`) in
/// a step before.
static llvm::SetVector<Operation *>
getArithmeticFor(scf::ForOp loop, ArrayRef<Operation *> users, bool carried) {
  llvm::SetVector<Operation *> found;
  llvm::SetVector<Value> values;
  for (Operation *user : users)
    values.insert_range(user->getOperands());
  for (size_t i = 0; i < values.size(); ++i) {
    Value value = values[i];
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (carried && argument.getOwner() == loop.getBody() &&
          argument != loop.getInductionVar())
        values.insert(loop.getTiedLoopYieldedValue(argument)->get());
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (op->getBlock() != loop.getBody() ||
        !isa<arith::ArithDialect>(op->getDialect()))
      continue;
    found.insert(op);
    values.insert_range(op->getOperands());
  }
  return found;
}

LoopParts::LoopParts(scf::ForOp loop) {
  SmallVector<Operation *> arithmetic;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isa<WaitOp>(op))
      waits.push_back(&op);
    else if (isa<SReadOp>(op))
      copies.push_back(&op);
    else if (isa<LoadCoordsOp>(op))
      coords.push_back(&op);
    else if (isa<TileMmaOp>(op))
      compute.push_back(&op);
    else
      arithmetic.push_back(&op);
  }
  auto early = getArithmeticFor(loop, coords, /*carried=*/true);
  auto addresses = getArithmeticFor(loop, copies, /*carried=*/false);
  for (Operation *op : arithmetic)
    (early.contains(op)       ? forCoords
     : addresses.contains(op) ? forCopies
                              : others)
        .push_back(op);
}

LogicalResult pit::verifyTileLoop(scf::ForOp loop) {
  int64_t waits = 0;
  for (Operation &op : loop.getBody()->without_terminator()) {
    bool arithmetic =
        isa<arith::ArithDialect>(op.getDialect()) && op.getNumRegions() == 0;
    if (!arithmetic && !isa<WaitOp, SReadOp, LoadCoordsOp, TileMmaOp>(op))
      return op.emitOpError("has no place in a loop that is to be pipelined");
    waits += isa<WaitOp>(op);
  }
  if (waits != 1)
    return loop.emitOpError()
           << "expects one 'pit.wait' in a loop with reads, but got " << waits;
  for (auto [argument, result] :
       llvm::zip(loop.getRegionIterArgs(), loop.getResults())) {
    Type type = result.getType();
    if (isa<TileType, TokenType, CoordsType>(type))
      return loop.emitOpError()
             << "carries a value of type " << type
             << " from step to step, but its steps are to overlap: read it in "
                "the step that uses it";
    // What copies are computed from runs ahead of the loop.
    if (!isa<AccType>(type) && !result.use_empty())
      return loop.emitOpError()
             << "has a result of type " << type
             << " that is used, but its steps are to overlap, and what runs "
                "ahead ends further on: compute it after the loop";
  }
  return success();
}

/// Tells the loop's reads which slot they go to: step i's is i % stages.
static scf::ForOp addSlots(scf::ForOp loop, int64_t stages) {
  IRRewriter rewriter(loop.getContext());
  Location loc = loop.getLoc();
  rewriter.setInsertionPoint(loop);
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  Value last = arith::ConstantIndexOp::create(rewriter, loc, stages - 1);
  auto replaced = cast<scf::ForOp>(*loop.replaceWithAdditionalYields(
      rewriter, zero, /*replaceInitOperandUsesInLoop=*/false,
      [&](OpBuilder &b, Location loc,
          ArrayRef<BlockArgument> slots) -> SmallVector<Value> {
        Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                             slots.front(), last);
        Value next = arith::AddIOp::create(b, loc, slots.front(), one);
        return {arith::SelectOp::create(b, loc, isLast, zero, next)};
      }));
  for (SReadOp read : replaced.getBody()->getOps<SReadOp>())
    read.getSlotMutable().assign(replaced.getRegionIterArgs().back());
  return replaced;
}

/// Steps run past the end: what was in bounds in every step is now in bounds or
/// entirely outside, if tiles fill the source without a rest.
static void relaxBounds(scf::ForOp loop, SReadOp read) {
  if (!read.getInBounds())
    return;
  auto source = cast<MemRefType>(read.getSource().getType());
  SmallVector<bool> inBounds(*read.getInBounds()),
      allOrNone(inBounds.size(), false);
  for (auto [dim, index] : llvm::enumerate(read.getIndices())) {
    if (!index.getType().isIndex() || index.getParentBlock() != loop.getBody())
      continue;
    int64_t extent = read.getTile().getType().getShape()[dim];
    allOrNone[dim] = inBounds[dim] && !source.isDynamicDim(dim) &&
                     source.getDimSize(dim) % extent == 0 &&
                     isKnownMultiple(index, extent);
    inBounds[dim] = false;
  }
  read.setInBounds(inBounds);
  read.setAllOrNone(allOrNone);
}

/// True if the loop is known to run at least once.
static bool isKnownNotEmpty(scf::ForOp loop) {
  APInt lower, upper;
  return matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) &&
         matchPattern(loop.getUpperBound(), m_ConstantInt(&upper)) &&
         lower.slt(upper);
}

/// An empty loop must not read: its index may be empty, what is past its end
/// was never written, and what its reads state to be in bounds need not be.
static scf::ForOp guardAgainstEmpty(scf::ForOp loop) {
  OpBuilder b(loop);
  Location loc = loop.getLoc();
  Value some =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                            loop.getLowerBound(), loop.getUpperBound());
  auto guard = scf::IfOp::create(b, loc, loop.getResultTypes(), some,
                                 /*addThenBlock=*/true, /*addElseBlock=*/true);
  loop.replaceAllUsesWith(guard.getResults());
  loop->moveBefore(guard.thenBlock(), guard.thenBlock()->end());
  b.setInsertionPointToEnd(guard.thenBlock());
  scf::YieldOp::create(b, loc, loop.getResults());
  b.setInsertionPointToEnd(guard.elseBlock());
  scf::YieldOp::create(b, loc, loop.getInitArgs());
  return loop;
}

LogicalResult pit::pipelineTileLoop(scf::ForOp loop, int64_t stages,
                                    bool first) {
  if (!isKnownNotEmpty(loop) || !loop.getBody()->getOps<LoadCoordsOp>().empty())
    loop = guardAgainstEmpty(loop);
  OpBuilder b(loop);
  if (!first)
    WaitOp::create(b, loop.getLoc(), ValueRange(), /*in_flight=*/IntegerAttr());
  loop = addSlots(loop, stages);
  for (SReadOp read : loop.getBody()->getOps<SReadOp>())
    relaxBounds(loop, read);

  LoopParts parts(loop);
  auto wait = cast<WaitOp>(parts.waits.front());
  wait.getTokensMutable().clear();
  wait.setInFlight(stages - 2);
  b.setInsertionPointAfter(parts.copies.back());
  parts.copies.push_back(CommitOp::create(
      b, loop.getLoc(), TokenType::get(b.getContext()), ValueRange()));

  unsigned copyStage = parts.coords.empty() ? 0 : 1,
           computeStage = copyStage + stages - 1;
  scf::PipeliningOption options;
  options.supportDynamicLoops = true;
  options.peelEpilogue = false;
  options.predicateFn = [](RewriterBase &, Operation *op, Value) { return op; };
  options.getScheduleFn =
      [&](scf::ForOp, std::vector<std::pair<Operation *, unsigned>> &schedule) {
        auto add = [&](ArrayRef<Operation *> ops, unsigned stage) {
          for (Operation *op : ops)
            schedule.emplace_back(op, stage);
        };
        add(parts.waits, computeStage);
        add(parts.forCopies, copyStage);
        add(parts.copies, copyStage);
        add(parts.others, copyStage);
        add(parts.forCoords, 0);
        add(parts.coords, 0);
        add(parts.compute, computeStage);
      };
  IRRewriter rewriter(loop.getContext());
  rewriter.setInsertionPoint(loop);
  if (failed(scf::pipelineForLoop(rewriter, loop, options)))
    return loop.emitOpError("cannot be pipelined");
  return success();
}
