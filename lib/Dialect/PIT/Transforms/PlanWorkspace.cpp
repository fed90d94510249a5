//===- PlanWorkspace.cpp - temporaries of a plan --------------------------===//

#include "PlanSizes.h"

#include "pit/Dialect/PIT/Transforms/Divisors.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// A name like `name` that nothing in the plan has yet.
static std::string findFreeName(func::FuncOp function, StringRef name) {
  llvm::StringSet<> names;
  for (Operation &other : function.getBody().front())
    if (auto taken = other.getAttrOfType<StringAttr>(kNameAttrName))
      names.insert(taken.getValue());
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto taken = function.getArgAttrOfType<StringAttr>(i, kNameAttrName))
      names.insert(taken.getValue());
  std::string unique = name.str();
  for (int64_t number = 1; names.contains(unique); ++number)
    unique = (name + "_" + Twine(number)).str();
  return unique;
}

/// Moves what computes `value` before `place`, as far as it is not there yet.
/// Fails where that is not arithmetic on sizes of arguments.
static LogicalResult hoistSize(Value &value, Operation *place) {
  llvm::SetVector<Operation *> found;
  auto add = [&](Value &operand) -> LogicalResult {
    Operation *op = operand.getDefiningOp();
    if (auto size = dyn_cast_or_null<memref::DimOp>(op))
      if (!isa<BlockArgument>(size.getSource())) {
        std::optional<int64_t> dim = size.getConstantIndex();
        auto type = dyn_cast<MemRefType>(size.getSource().getType());
        if (!type || !dim || *dim < 0 || *dim >= type.getRank())
          return failure();
        OpBuilder builder(size);
        operand = getPlanSize(builder, size.getLoc(), size.getSource(), *dim);
        op = operand.getDefiningOp();
      }
    if (!op || op->getBlock() != place->getBlock())
      return failure(op != nullptr);
    if (op->isBeforeInBlock(place))
      return success();
    found.insert(op);
    return success(isSizeArithmetic(op));
  };
  if (failed(add(value)))
    return failure();
  for (size_t next = 0; next < found.size(); ++next) {
    Operation *op = found[next];
    for (OpOperand &operand : op->getOpOperands()) {
      Value replaced = operand.get();
      if (failed(add(replaced)))
        return failure();
      operand.set(replaced);
    }
  }
  SmallVector<Operation *> ops(found.begin(), found.end());
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *op : ops)
    op->moveBefore(place);
  return success();
}

/// `bytes` rounded up to where a temporary may start.
static Value alignBytes(OpBuilder &builder, Location loc, Value bytes) {
  APInt known;
  if (matchPattern(bytes, m_ConstantInt(&known)))
    return arith::ConstantIndexOp::create(
        builder, loc,
        llvm::alignTo(known.getSExtValue(), kWorkspaceAlignmentBytes));
  if (isKnownMultiple(bytes, kWorkspaceAlignmentBytes))
    return bytes;
  // A temporary's place and its size: the sum of all of them stays a sum.
  if (auto sum = bytes.getDefiningOp<arith::AddIOp>();
      sum &&
      llvm::any_of(sum.getLhs().getUsers(), llvm::IsaPred<memref::ViewOp>))
    return builder.createOrFold<arith::AddIOp>(
        loc, sum.getLhs(), alignBytes(builder, loc, sum.getRhs()));
  Value step =
      arith::ConstantIndexOp::create(builder, loc, kWorkspaceAlignmentBytes);
  return arith::MulIOp::create(
      builder, loc, arith::CeilDivSIOp::create(builder, loc, bytes, step),
      step);
}

/// Removes constants that nothing uses any more.
static void eraseIfDead(Value value) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  if (op && isOpTriviallyDead(op))
    op->erase();
}

FailureOr<Value> pit::createTemporary(OpBuilder &builder, Operation *op,
                                      MemRefType type, StringRef name,
                                      ValueRange sizes) {
  auto function = op->getParentOfType<func::FuncOp>();
  std::optional<int64_t> known = getStaticByteSize(type);
  if (!function || !type.getLayout().isIdentity() ||
      !isPlanElementType(type.getElementType()) ||
      (type.hasStaticShape() && !known) ||
      sizes.size() != static_cast<size_t>(type.getNumDynamicDims()))
    return op->emitOpError()
           << "needs a temporary of type " << type
           << ", which has no size that is known, outside or inside of a plan";
  Block &block = function.getBody().front();
  OpBuilder::InsertionGuard guard(builder);
  Location loc = op->getLoc();

  WorkspaceOp workspace;
  for (auto found : block.getOps<WorkspaceOp>())
    workspace = found;
  Operation *last = nullptr;
  if (workspace)
    for (Operation *user : workspace->getUsers())
      if (!last || last->isBeforeInBlock(user))
        last = user;
  // The workspace stands behind the sizes that it needs.
  Operation *place = workspace ? workspace.getOperation() : &block.front();
  while (!workspace && !sizes.empty() && isSizeArithmetic(place))
    place = place->getNextNode();
  SmallVector<Value> moved(sizes);
  for (Value &size : moved) {
    if (failed(hoistSize(size, place)))
      return op->emitOpError()
             << "needs a temporary of type " << type
             << ", whose size is no arithmetic on sizes of arguments, which a "
                "launch plan computes before its steps";
  }
  builder.setInsertionPoint(place);

  Value old = workspace ? workspace.getBytes() : Value();
  APInt bytes(64, 0);
  Value start, end;
  if ((!old || matchPattern(old, m_ConstantInt(&bytes))) && known) {
    uint64_t offset =
        llvm::alignTo(bytes.getSExtValue(), kWorkspaceAlignmentBytes);
    if (offset >
        static_cast<uint64_t>(std::numeric_limits<int64_t>::max() - *known))
      return op->emitOpError("needs a temporary, but the workspace's size does "
                             "not fit into 63 bits");
    end = arith::ConstantIndexOp::create(builder, loc, offset + *known);
  } else {
    start = old ? alignBytes(builder, loc, old)
                : arith::ConstantIndexOp::create(builder, loc, 0).getResult();
    Value size = getPlanByteSize(builder, loc, type, moved);
    end = builder.createOrFold<arith::AddIOp>(loc, start, size);
  }
  if (workspace)
    workspace.getBytesMutable().assign(end);
  else
    workspace = WorkspaceOp::create(
        builder, loc,
        MemRefType::get({ShapedType::kDynamic}, builder.getI8Type()), end);
  eraseIfDead(old);

  std::string unique = findFreeName(function, name);
  // Behind the other views, but before whatever uses this one.
  builder.setInsertionPointAfter(last && last->isBeforeInBlock(op) ? last
                                                                   : workspace);
  if (!start)
    start = arith::ConstantIndexOp::create(
        builder, loc,
        llvm::alignTo(bytes.getSExtValue(), kWorkspaceAlignmentBytes));
  auto view = memref::ViewOp::create(builder, loc, type, workspace.getBuffer(),
                                     start, moved);
  view->setAttr(kNameAttrName, builder.getStringAttr(unique));
  return view.getResult();
}
