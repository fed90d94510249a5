//===- FuseEpilogue.cpp - elementwise consumers of contractions -----------===//
//
// A bias, an activation, a residual, a cast: what is computed from each element
// of a contraction's output alone goes into its epilogue, where the element is
// in a register.
//
//===----------------------------------------------------------------------===//

#include "pit/Dialect/PIT/Transforms/FuseEpilogue.h"

#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITFUSEEPILOGUEPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

namespace {

/// Where the element of an operand comes from, for one element of the output.
struct ElementSource {
  /// The element itself, the same everywhere.
  TypedAttr constant;
  /// A scalar, or a tensor that is read at `map` of the output's coordinates.
  Value value;
  AffineMap map;
};

/// An elementwise operation on the output of a pit.generic.
struct Consumer {
  linalg::LinalgOp op;
  /// One per operand; none where the operand is the pit.generic's result, or an
  /// init that is not read.
  SmallVector<std::optional<ElementSource>> operands;
  /// What is written to: null if that is the pit.generic's result.
  Value init;
};

} // namespace

/// Whether kernels load such elements.
static bool isLoweredElement(Type type) {
  if (isa<FloatType>(type))
    return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
  return type.isSignlessInteger(1) || type.isSignlessInteger(8) ||
         type.isSignlessInteger(16) || type.isSignlessInteger(32) ||
         type.isSignlessInteger(64);
}

static std::string toString(AffineMap map) {
  std::string text;
  llvm::raw_string_ostream(text) << map;
  return text;
}

/// Erases `value`'s definition if nothing uses it any more, and then what that
/// was computed from.
static void eraseIfDead(RewriterBase &rewriter, Value value) {
  Operation *def = value.getDefiningOp();
  if (!def || !isOpTriviallyDead(def))
    return;
  SmallVector<Value> operands(def->getOperands());
  rewriter.eraseOp(def);
  // The same value may be there twice.
  llvm::SetVector<Value> unique(operands.begin(), operands.end());
  for (Value operand : unique)
    eraseIfDead(rewriter, operand);
}

/// The element of a tensor that holds the same constant everywhere, or null.
static TypedAttr getUniformElement(Value tensor) {
  DenseElementsAttr elements;
  if (matchPattern(tensor, m_Constant(&elements)) && elements.isSplat())
    return elements.getSplatValue<TypedAttr>();
  auto fill = tensor.getDefiningOp<linalg::FillOp>();
  TypedAttr value;
  if (fill && matchPattern(fill.value(), m_Constant(&value)) &&
      value.getType() == getElementTypeOrSelf(tensor))
    return value;
  return {};
}

/// The input of a linalg operation that only repeats it along further
/// dimensions, and the map to its coordinates from the result's; else null.
static Value lookThroughBroadcast(Value tensor, AffineMap &map) {
  auto op = tensor.getDefiningOp<linalg::LinalgOp>();
  if (!op || !op.hasPureTensorSemantics() || op.getNumDpsInputs() != 1 ||
      op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0)
    return {};
  Block &body = op->getRegion(0).front();
  OpOperand *input = op.getDpsInputOperand(0);
  AffineMap from = op.getMatchingIndexingMap(input),
            to = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (body.getTerminator()->getOperand(0) != body.getArgument(0) ||
      !isa<RankedTensorType>(input->get().getType()) || !to.isPermutation() ||
      !from.isProjectedPermutation() ||
      from.getNumResults() >= to.getNumResults())
    return {};
  map = from.compose(inversePermutation(to)).compose(map);
  return input->get();
}

/// Where the element of `value` at `map` of the output's coordinates comes
/// from; none, and why, if an epilogue cannot read it.
static std::optional<ElementSource>
getSource(Value value, AffineMap map, int64_t number, std::string &obstacle) {
  if (!isa<ShapedType>(value.getType()))
    return ElementSource{{}, value, {}};
  while (true) {
    if (TypedAttr constant = getUniformElement(value))
      return ElementSource{constant, {}, {}};
    Value source = lookThroughBroadcast(value, map);
    if (!source)
      break;
    value = source;
  }
  Type element = getElementTypeOrSelf(value);
  if (!map.isProjectedPermutation())
    obstacle = llvm::formatv("operand {0} is read at '{1}' of the output's "
                             "coordinates: expected distinct dimensions",
                             number, toString(map));
  else if (!isLoweredElement(element))
    obstacle = llvm::formatv("operand {0} has elements of type '{1}', which an "
                             "epilogue does not load",
                             number, element);
  else
    return ElementSource{{}, value, map};
  return std::nullopt;
}

/// Why an epilogue cannot hold the body; empty if it can.
static std::string getBodyObstacle(linalg::LinalgOp op) {
  for (Operation &inner : op->getRegion(0).front().without_terminator()) {
    if (isa<linalg::IndexOp>(inner))
      return "its body reads its position by 'linalg.index'";
    if (inner.getNumRegions() != 0 || !isMemoryEffectFree(&inner) ||
        !isa<arith::ArithDialect, math::MathDialect>(inner.getDialect()))
      return llvm::formatv("its body has '{0}': expected arith and math "
                           "operations",
                           inner.getName().getStringRef());
  }
  return {};
}

/// Whether the pit.generic may scatter an output of this element type.
static bool mayWrite(GenericOp op, Type element) {
  PermutationAttr permutation = op.getPermutationAttr();
  if (!permutation)
    return true;
  SmallVector<Value> operands(op.getInputs());
  operands.push_back(op.getInit());
  auto access = SparseAccess::get(
      llvm::to_vector(op.getIndexingMaps().getAsValueRange<AffineMapAttr>()),
      operands, permutation.getOperand(), permutation.getDim(),
      permutation.getMicroTile(), op.getSchedule().getTile());
  access.elementTypes.back() = element;
  ScopedDiagnosticHandler silence(op.getContext(),
                                  [](Diagnostic &) { return success(); });
  return succeeded(
      verifyTransactions([&] { return op.emitOpError(); }, access));
}

/// The first operation of parallel loops that uses the result of `op`, or null.
static linalg::LinalgOp getElementwiseUser(GenericOp op) {
  for (Operation *user : op.getResult().getUsers())
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(user);
        linalgOp && linalgOp.getNumReductionLoops() == 0)
      return linalgOp;
  return {};
}

/// The elementwise operation that may move into the epilogue of `op`.
static FailureOr<Consumer> findConsumer(GenericOp op, std::string &obstacle) {
  Value result = op.getResult();
  linalg::LinalgOp user = getElementwiseUser(op);
  if (!user)
    return failure();
  auto fail = [&](std::string why) {
    obstacle = std::move(why);
    return failure();
  };
  if (llvm::any_of(result.getUsers(),
                   [&](Operation *other) { return other != user; }))
    return fail(
        llvm::formatv("what it reads is used {0} times, and would have "
                      "to be written as well",
                      std::distance(result.use_begin(), result.use_end())));
  if (user->getBlock() != op->getBlock())
    return fail("it is in another block");
  if (!user.hasPureTensorSemantics() || user->getNumResults() != 1)
    return fail("it has more than one result");
  OpOperand *init = user.getDpsInitOperand(0);
  AffineMap to = user.getMatchingIndexingMap(init);
  if (!to.isPermutation())
    return fail(llvm::formatv("it writes at '{0}', and not one element per "
                              "iteration",
                              toString(to)));
  bool isRead = false;
  for (OpOperand &use : result.getUses()) {
    isRead |= user.payloadUsesValueFromOperand(&use);
    if (AffineMap from = user.getMatchingIndexingMap(&use); from != to)
      return fail(llvm::formatv("it reads at '{0}' what it writes at '{1}': "
                                "expected the same element",
                                toString(from), toString(to)));
  }
  if (!isRead)
    return failure();
  if (std::string why = getBodyObstacle(user); !why.empty())
    return fail(std::move(why));
  auto type = cast<RankedTensorType>(user->getResult(0).getType());
  // What kernels of contractions store: what this one does, and narrow sums.
  Type element = type.getElementType();
  if (type.getEncoding() || (!element.isF32() && !isTensorCoreFloat(element) &&
                             element != getElementTypeOrSelf(result)))
    return fail(llvm::formatv("its result has type '{0}', which an epilogue "
                              "does not store",
                              type));
  if (type.getShape() != cast<RankedTensorType>(result.getType()).getShape())
    return fail(llvm::formatv("its result has type '{0}', but what it reads "
                              "has type '{1}': expected the same sizes",
                              type, result.getType()));
  if (!mayWrite(op, element))
    return fail(llvm::formatv("elements of type '{0}' would be scattered in "
                              "too small pieces",
                              element));

  Consumer consumer{user, {}, init->get() == result ? Value() : init->get()};
  AffineMap back = inversePermutation(to);
  for (OpOperand &operand : user->getOpOperands()) {
    std::optional<ElementSource> source;
    if (operand.get() != result && &operand != init) {
      source = getSource(operand.get(),
                         user.getMatchingIndexingMap(&operand).compose(back),
                         operand.getOperandNumber(), obstacle);
      if (!source)
        return failure();
    }
    consumer.operands.push_back(source);
  }
  return consumer;
}

namespace {

/// Builds the pit.generic that is another one and its consumer.
class EpilogueBuilder {
public:
  EpilogueBuilder(RewriterBase &rewriter, GenericOp op)
      : rewriter(rewriter), op(op), inputs(op.getEpilogueInputs()) {
    llvm::append_range(maps,
                       op.getEpilogueMaps().getAsValueRange<AffineMapAttr>());
  }

  GenericOp build(const Consumer &consumer);

private:
  /// The number of the epilogue input that is `value` at `map`.
  size_t addInput(Value value, AffineMap map);
  /// Clones a body before the insertion point; returns what it yields.
  Value inlineBody(Block &body, IRMapping &values);

  RewriterBase &rewriter;
  GenericOp op;
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
};

} // namespace

size_t EpilogueBuilder::addInput(Value value, AffineMap map) {
  for (size_t number = 0; number < inputs.size(); ++number)
    if (inputs[number] == value && maps[number] == map)
      return number;
  inputs.push_back(value);
  maps.push_back(map);
  return inputs.size() - 1;
}

Value EpilogueBuilder::inlineBody(Block &body, IRMapping &values) {
  for (Operation &inner : body.without_terminator())
    rewriter.clone(inner, values);
  return values.lookupOrDefault(body.getTerminator()->getOperand(0));
}

GenericOp EpilogueBuilder::build(const Consumer &consumer) {
  linalg::LinalgOp user = consumer.op;
  Location loc = op.getLoc();
  OpBuilder::InsertionGuard guard(rewriter);
  // All operands of both are defined there.
  rewriter.setInsertionPoint(user);

  Value init = consumer.init ? consumer.init : op.getInit();
  int64_t rank = cast<ShapedType>(init.getType()).getRank();
  size_t oldInputs = inputs.size(), oldInit = 0;
  bool movesInit = consumer.init && op.readsInit();
  if (movesInit)
    oldInit = addInput(op.getInit(), rewriter.getMultiDimIdentityMap(rank));
  SmallVector<size_t> numbers(consumer.operands.size());
  for (auto [number, source] : llvm::zip(numbers, consumer.operands))
    if (source && source->map)
      number = addInput(source->value, source->map);

  auto created = GenericOp::create(
      rewriter, loc, init.getType(), op.getInputs(), init, op.getIndex(),
      op.getBitmap(), /*dest=*/Value(), inputs, op.getIndexingMaps(),
      op.getIteratorTypes(), op.getPermutationAttr(), op.getSchedule(),
      rewriter.getAffineMapArrayAttr(maps));
  created->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  rewriter.inlineRegionBefore(op.getCombine(), created.getCombine(),
                              created.getCombine().end());

  SmallVector<Type> types{created.getAccType(), getElementTypeOrSelf(init)};
  for (Value input : inputs)
    types.push_back(getElementTypeOrSelf(input));
  Block *block = rewriter.createBlock(&created.getEpilogue(), {}, types,
                                      SmallVector<Location>(types.size(), loc));
  auto getInput = [&](size_t number) { return block->getArgument(2 + number); };

  Block &before = op.getEpilogue().front();
  IRMapping values;
  values.map(before.getArgument(0), block->getArgument(0));
  if (op.readsInit())
    values.map(before.getArgument(1),
               movesInit ? getInput(oldInit) : block->getArgument(1));
  for (size_t number = 0; number < oldInputs; ++number)
    values.map(before.getArgument(2 + number), getInput(number));
  Value element = inlineBody(before, values);

  Block &after = user->getRegion(0).front();
  values.clear();
  for (auto [number, source] : llvm::enumerate(consumer.operands)) {
    Value value = element;
    if (source && source->constant)
      value = arith::ConstantOp::create(rewriter, loc, source->constant);
    else if (source)
      value = source->map ? Value(getInput(numbers[number])) : source->value;
    else if (user->getOperand(number) != op.getResult())
      value = block->getArgument(1); // the init
    values.map(after.getArgument(number), value);
  }
  Value result = inlineBody(after, values);
  YieldOp::create(rewriter, user.getLoc(), result);
  return created;
}

FailureOr<GenericOp> pit::fuseConsumer(RewriterBase &rewriter, GenericOp op,
                                       std::string &obstacle) {
  FailureOr<Consumer> consumer = findConsumer(op, obstacle);
  if (failed(consumer))
    return failure();
  GenericOp created = EpilogueBuilder(rewriter, op).build(*consumer);
  SmallVector<Value> operands(consumer->op->getOperands());
  llvm::append_values(operands, op.getInit());
  rewriter.replaceOp(consumer->op, created.getResult());
  llvm::SetVector<Value> unique(operands.begin(), operands.end());
  unique.remove(op.getResult());
  rewriter.eraseOp(op);
  for (Value operand : unique)
    eraseIfDead(rewriter, operand);
  return created;
}

/// Folds what has become constant. A sum of floats that starts at zero is never
/// the negative zero, so that adding a zero to it changes nothing.
static void simplifyEpilogue(RewriterBase &rewriter, GenericOp op) {
  Block &combine = op.getCombine().front(), &body = op.getEpilogue().front();
  Value acc = body.getArgument(0);
  bool isSum = isa_and_nonnull<arith::AddFOp>(
      combine.back().getOperand(0).getDefiningOp());
  for (Operation &inner :
       llvm::make_early_inc_range(body.without_terminator())) {
    rewriter.setInsertionPoint(&inner);
    if (auto add = dyn_cast<arith::AddFOp>(inner); add && isSum) {
      Value other = add.getLhs() == acc ? add.getRhs() : add.getLhs();
      if (llvm::is_contained(add->getOperands(), acc) &&
          matchPattern(other, m_AnyZeroFloat())) {
        rewriter.replaceOp(add, acc);
        continue;
      }
    }
    SmallVector<Value> results;
    if (succeeded(rewriter.tryFold(&inner, results)) && !results.empty())
      rewriter.replaceOp(&inner, results);
  }
  SmallVector<Operation *> operations;
  for (Operation &inner : body.without_terminator())
    operations.push_back(&inner);
  for (Operation *inner : llvm::reverse(operations))
    if (isOpTriviallyDead(inner))
      rewriter.eraseOp(inner);
}

bool pit::foldConstantInit(RewriterBase &rewriter, GenericOp op) {
  OpBuilder::InsertionGuard guard(rewriter);
  Value old = op.getInit();
  TypedAttr element = getUniformElement(old);
  if (!element)
    return false;
  if (op.readsInit()) {
    Block &body = op.getEpilogue().front();
    rewriter.setInsertionPointToStart(&body);
    Value constant = arith::ConstantOp::create(rewriter, op.getLoc(), element);
    rewriter.replaceAllUsesWith(body.getArgument(1), constant);
    simplifyEpilogue(rewriter, op);
  }
  Value destination;
  if (auto fill = old.getDefiningOp<linalg::FillOp>()) {
    destination = fill.getDpsInits().front();
  } else {
    auto type = cast<RankedTensorType>(old.getType());
    rewriter.setInsertionPoint(op);
    destination = tensor::EmptyOp::create(
        rewriter, op.getLoc(), type.getShape(), type.getElementType());
  }
  rewriter.modifyOpInPlace(op,
                           [&] { op.getInitMutable().assign(destination); });
  eraseIfDead(rewriter, old);
  return true;
}

void pit::fuseEpilogues(func::FuncOp func) {
  SmallVector<GenericOp> work;
  func.walk([&](GenericOp op) {
    if (isa<RankedTensorType>(op.getInit().getType()))
      work.push_back(op);
  });
  IRRewriter rewriter(func.getContext());
  for (GenericOp op : work)
    while (true) {
      while (foldConstantInit(rewriter, op)) {
      }
      linalg::LinalgOp user = getElementwiseUser(op);
      if (!user)
        break;
      Location loc = user.getLoc();
      std::string name = user->getName().getStringRef().str();
      std::string obstacle;
      FailureOr<GenericOp> fused = fuseConsumer(rewriter, op, obstacle);
      if (succeeded(fused)) {
        remark::passed(loc, remark::RemarkOpts::name("fused-epilogue")
                                .category("fuse-epilogue")
                                .function(func.getName()))
            << remark::add("'{0}' is part of the epilogue of the contraction "
                           "that it follows",
                           name);
        op = *fused;
        continue;
      }
      if (!obstacle.empty())
        remark::missed(loc, remark::RemarkOpts::name("unfused-epilogue")
                                .category("fuse-epilogue")
                                .function(func.getName()))
            << remark::add("'{0}' is a kernel of its own, after the "
                           "contraction that it follows: {1}",
                           name, obstacle);
      break;
    }
}

namespace {
struct FuseEpiloguePass : pit::impl::PITFuseEpiloguePassBase<FuseEpiloguePass> {
  void runOnOperation() override { fuseEpilogues(getOperation()); }
};
} // namespace
