//===- PlanLaunches.cpp - from bufferized functions to plan form ----------===//

#include "PlanSizes.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITPLANLAUNCHESPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// Fills a fresh buffer with the constant that `op` reads; a plan has no
/// globals.
static LogicalResult materializeConstant(memref::GetGlobalOp op) {
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
      op, op.getNameAttr());
  auto values =
      global ? dyn_cast_or_null<DenseElementsAttr>(global.getInitialValueAttr())
             : DenseElementsAttr();
  if (!global || !global.getConstant() || !values)
    return op.emitOpError()
           << "has no place in a launch plan: '" << op.getName()
           << "' is not a constant with a value";
  bool isEmpty = values.getNumElements() == 0;
  if (!isEmpty && !values.isSplat())
    return op.emitOpError()
           << "constant '" << op.getName() << "' has "
           << values.getNumElements()
           << " elements that are not all equal, and a launch plan carries no "
              "data: pass it as an argument";
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Value buffer = memref::AllocOp::create(builder, loc, op.getType());
  if (!isEmpty) {
    Value value = arith::ConstantOp::create(builder, loc,
                                            values.getSplatValue<TypedAttr>());
    linalg::FillOp::create(builder, loc, value, buffer);
  }
  op.replaceAllUsesWith(buffer);
  op.erase();
  return success();
}

/// Longest name of a function: with what is added to it, it still fits a file
/// name (255 bytes on common file systems).
static constexpr size_t kMaxNameLength = 200;

/// Whether `name` can be a name in expressions and in generated code.
static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

/// Gives argument `number` its name, if the user has not.
static LogicalResult nameArgument(func::FuncOp function, unsigned number,
                                  const Twine &name, llvm::StringSet<> &names) {
  auto given = function.getArgAttrOfType<StringAttr>(number, kNameAttrName);
  if (function.getArgAttr(number, kNameAttrName) &&
      (!given || !isIdentifier(given)))
    return function.emitOpError()
           << "expects '" << kNameAttrName << "' of argument " << number
           << " to be an identifier, but got "
           << function.getArgAttr(number, kNameAttrName);
  if (!given)
    given = StringAttr::get(function.getContext(), name);
  if (given == "workspace" || !names.insert(given.getValue()).second)
    return function.emitOpError()
           << "has a second '" << given.getValue() << "' (argument " << number
           << "): names in a launch plan are unique";
  function.setArgAttr(number, kNameAttrName, given);
  return success();
}

/// Marks arguments that the function writes itself as outputs: a function that
/// was written on memrefs may have them.
static void markWrittenArguments(func::FuncOp function) {
  for (Operation &op : function.getBody().front()) {
    auto effects = dyn_cast<MemoryEffectOpInterface>(op);
    if (!effects)
      continue;
    SmallVector<MemoryEffects::EffectInstance> instances;
    effects.getEffects(instances);
    for (const MemoryEffects::EffectInstance &effect : instances) {
      if (!isa<MemoryEffects::Write>(effect.getEffect()) || !effect.getValue())
        continue;
      auto argument = dyn_cast<BlockArgument>(getPlanBuffer(effect.getValue()));
      if (argument && argument.getOwner() == &function.getBody().front())
        function.setArgAttr(argument.getArgNumber(), kOutputAttrName,
                            UnitAttr::get(function.getContext()));
    }
  }
}

/// Replaces sizes of what the function allocates and casts by what they were
/// made with.
static void resolveSizes(func::FuncOp function) {
  for (auto size : llvm::make_early_inc_range(
           function.getBody().front().getOps<memref::DimOp>())) {
    std::optional<int64_t> dim = size.getConstantIndex();
    auto type = dyn_cast<MemRefType>(size.getSource().getType());
    if (!type || !dim || *dim < 0 || *dim >= type.getRank() ||
        isa<BlockArgument>(size.getSource()))
      continue;
    OpBuilder builder(size);
    size.replaceAllUsesWith(
        getPlanSize(builder, size.getLoc(), size.getSource(), *dim));
    size.erase();
  }
}

/// Whether a memref is all of the buffer that it lies in: what casts it keeps
/// every element.
static bool isWholeBuffer(Value memref) {
  while (Operation *op = memref.getDefiningOp()) {
    if (!isa<memref::CastOp, memref::ExpandShapeOp, memref::CollapseShapeOp>(
            op))
      return !isa<memref::ReinterpretCastOp>(op);
    memref = op->getOperand(0);
  }
  return true;
}

/// States the dynamic sizes of an output: those of the value returned in it.
static void defineSizes(OpBuilder &builder, BlockArgument output, Value value,
                        StringRef what) {
  auto type = cast<MemRefType>(output.getType());
  Location loc = value.getLoc();
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim)) {
      Value size = getPlanSize(builder, loc, value, dim);
      RequireOp::create(builder, loc, getPlanSize(builder, loc, output, dim),
                        size, what, /*at_least=*/false);
    }
}

/// Makes the returned buffers arguments. One that the function allocated
/// becomes the argument; anything else is copied at the end.
static LogicalResult moveResultsToArguments(func::FuncOp function) {
  auto terminator =
      dyn_cast<func::ReturnOp>(function.getBody().front().getTerminator());
  if (!terminator)
    return function.getBody().front().getTerminator()->emitOpError(
        "has no place in a launch plan: expects 'func.return'");
  OpBuilder builder(terminator);
  Location loc = terminator.getLoc();
  SmallVector<Value> returned(terminator.getOperands());
  for (auto [number, value] : llvm::enumerate(returned)) {
    auto type = dyn_cast<MemRefType>(value.getType());
    if (!type || !type.getLayout().isIdentity() || type.getMemorySpace())
      return terminator.emitOpError()
             << "returns a value of type " << value.getType()
             << ", but the results of a launch plan are tensors or memrefs of "
                "identity layout";
    unsigned index = function.getNumArguments();
    DictionaryAttr attributes = builder.getDictionaryAttr(
        builder.getNamedAttr(kOutputAttrName, builder.getUnitAttr()));
    if (auto resultAttributes = function.getResultAttrDict(number);
        resultAttributes && resultAttributes.get(kNameAttrName))
      attributes = builder.getDictionaryAttr(
          {builder.getNamedAttr(kOutputAttrName, builder.getUnitAttr()),
           builder.getNamedAttr(kNameAttrName,
                                resultAttributes.get(kNameAttrName))});
    if (failed(function.insertArgument(index, type, attributes, loc)))
      return function.emitOpError("cannot take its results as arguments");
    BlockArgument output = function.getArgument(index);

    // A returned value of dynamic sizes is all of its allocation, however it
    // was cast.
    auto allocation = getPlanBuffer(value).getDefiningOp<memref::AllocOp>();
    auto source = allocation ? allocation.getType() : MemRefType();
    bool isDynamic =
        allocation && (!source.hasStaticShape() || !type.hasStaticShape());
    bool isCopied =
        !allocation || !source.getLayout().isIdentity() ||
        (isDynamic ? !isWholeBuffer(value)
                   : getStaticByteSize(source) != getStaticByteSize(type));
    defineSizes(builder, output, value,
                "result " + std::to_string(number) + " of '" +
                    function.getName().str() + "'");
    if (isCopied) {
      memref::CopyOp::create(builder, loc, value, output);
      continue;
    }
    Value replacement = output;
    if (source != type) {
      // The returned value is another shape of the allocation.
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(allocation);
      replacement = createDenseMemRef(builder, allocation.getLoc(), source,
                                      output, allocation.getDynamicSizes());
    }
    // The same buffer may be returned again: then it is a copy of the output.
    for (Value &other : returned)
      if (other == allocation.getResult())
        other = replacement;
    allocation.replaceAllUsesWith(replacement);
    allocation.erase();
  }
  terminator.getOperandsMutable().clear();
  while (function.getNumResults() != 0)
    if (failed(function.eraseResult(function.getNumResults() - 1)))
      return function.emitOpError("cannot drop its results");
  return success();
}

/// Whether `op` may read or write the buffer, as far as its effects tell.
static bool touches(Operation *op, Value buffer, bool onlyWrites) {
  auto isBuffer = [&](Value value) {
    return isa<MemRefType>(value.getType()) && getPlanBuffer(value) == buffer;
  };
  // Effects tell nothing of what regions use.
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  if (llvm::any_of(captured, isBuffer))
    return true;
  if (!llvm::any_of(op->getOperands(), isBuffer))
    return false;
  auto effects = dyn_cast<MemoryEffectOpInterface>(op);
  if (!effects)
    return true;
  SmallVector<MemoryEffects::EffectInstance> instances;
  effects.getEffects(instances);
  return llvm::any_of(instances, [&](MemoryEffects::EffectInstance &effect) {
    return (!onlyWrites || !isa<MemoryEffects::Read>(effect.getEffect())) &&
           (!effect.getValue() || getPlanBuffer(effect.getValue()) == buffer);
  });
}

/// Lets a pit.generic read its init where it was copied from, and store to the
/// copy: bufferization copies a caller's init, which is never overwritten.
static void forwardInits(func::FuncOp function) {
  for (auto op : function.getBody().front().getOps<GenericOp>()) {
    if (op.getDest() || !isa<MemRefType>(op.getInit().getType()))
      continue;
    Value init = op.getInit(), buffer = getPlanBuffer(init);
    Operation *before = op->getPrevNode();
    while (before && !touches(before, buffer, /*onlyWrites=*/false))
      before = before->getPrevNode();
    auto copy = dyn_cast_or_null<memref::CopyOp>(before);
    if (!copy || copy.getTarget() != init ||
        copy.getSource().getType() != init.getType())
      continue;
    Value source = getPlanBuffer(copy.getSource());
    bool overwritten = source == buffer;
    for (Operation *between = copy->getNextNode(); between != op;
         between = between->getNextNode())
      overwritten |= touches(between, source, /*onlyWrites=*/true);
    // Nor may the op read through another operand what it now stores to.
    for (Value operand : op->getOperands())
      overwritten |= operand != init && isa<MemRefType>(operand.getType()) &&
                     getPlanBuffer(operand) == buffer;
    if (overwritten)
      continue;
    op.getDestMutable().assign(init);
    op.getInitMutable().assign(copy.getSource());
    copy.erase();
  }
}

/// The name of a temporary, after what fills or reads it.
static StringRef nameTemporary(Value buffer, bool &isIndex) {
  StringRef name = "tmp";
  for (OpOperand &use : buffer.getUses()) {
    Operation *user = use.getOwner();
    if (auto assemble = dyn_cast<AssembleIndexOp>(user)) {
      isIndex = true;
      bool offsets = assemble.getType().getFormat() == IndexFormat::compact;
      return use.get() == assemble.getCoords() ? "coords"
             : offsets                         ? "offsets"
                                               : "counts";
    }
    if (auto detect = dyn_cast<DetectOp>(user))
      if (detect.getInit() == buffer)
        name = "bits";
    if (auto compact = dyn_cast<CompactOp>(user)) {
      if (compact.getBitmap() == buffer) {
        name = "bits";
      } else {
        isIndex = true;
        return compact.getCounts() == buffer ? "counts" : "coords";
      }
    }
  }
  return name;
}

/// Replaces the allocations that are left by pieces of the workspace.
static LogicalResult moveAllocationsToWorkspace(func::FuncOp function) {
  SmallVector<Operation *> allocations;
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
    if (isa<memref::DeallocOp>(op))
      op.erase();
    else if (isa<memref::AllocOp, memref::AllocaOp>(op))
      allocations.push_back(&op);
  }
  OpBuilder builder(function.getContext());
  for (Operation *op : allocations) {
    Value buffer = op->getResult(0);
    auto type = cast<MemRefType>(buffer.getType());
    if (op->use_empty()) {
      op->erase();
      continue;
    }
    if (!type.getLayout().isIdentity() || type.getMemorySpace() ||
        !isPlanElementType(type.getElementType()))
      return op->emitOpError()
             << "needs a temporary of type " << type
             << ", but a launch plan expects the identity layout, the default "
                "memory space and elements that a kernel can load";
    bool isIndex = false;
    StringRef name = nameTemporary(buffer, isIndex);
    FailureOr<Value> view =
        createTemporary(builder, op, type, name,
                        op->getOperands().take_front(type.getNumDynamicDims()));
    if (failed(view))
      return failure();
    if (isIndex)
      view->getDefiningOp()->setAttr(kIndexAttrName, builder.getUnitAttr());
    buffer.replaceAllUsesWith(*view);
    op->erase();
  }
  return success();
}

LogicalResult pit::planLaunches(func::FuncOp function) {
  if (!isIdentifier(function.getName()) ||
      function.getName().size() > kMaxNameLength)
    return function.emitOpError()
           << "expects a name of letters, digits and '_' that begins with no "
              "digit, of at most "
           << kMaxNameLength
           << " characters, because files and kernels are named after it, but "
              "got '"
           << function.getName() << "'";
  if (!function.getBody().hasOneBlock())
    return function.emitOpError() << "expects one block, but has "
                                  << function.getBody().getBlocks().size()
                                  << ": a launch plan has no control flow";
  unsigned inputs = function.getNumArguments();
  for (auto op : llvm::make_early_inc_range(
           function.getBody().front().getOps<memref::GetGlobalOp>()))
    if (failed(materializeConstant(op)))
      return failure();
  resolveSizes(function);
  markWrittenArguments(function);
  if (failed(moveResultsToArguments(function)))
    return failure();

  llvm::StringSet<> names;
  unsigned outputs = 0;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (failed(nameArgument(
            function, i,
            i < inputs ? "arg" + Twine(i) : "out" + Twine(outputs++), names)))
      return failure();
  forwardInits(function);
  if (failed(requireSizes(function)) ||
      failed(moveAllocationsToWorkspace(function)))
    return failure();
  return verifyLaunchPlan(function, PlanStage::Operations);
}

namespace {
struct PlanLaunchesPass : pit::impl::PITPlanLaunchesPassBase<PlanLaunchesPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto inner : module.getOps<ModuleOp>()) {
      inner.emitOpError("is a module in the module: only functions of the "
                        "outermost one become launch plans");
      return signalPassFailure();
    }
    for (auto function : module.getOps<func::FuncOp>())
      if (!function.isDeclaration() && failed(planLaunches(function)))
        return signalPassFailure();
    // Constants have become fills.
    for (auto global :
         llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
      if (SymbolTable::symbolKnownUseEmpty(global, module))
        global.erase();
  }
};
} // namespace
