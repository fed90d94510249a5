//===- PlanRequirements.cpp - which sizes of a plan must agree ------------===//

#include "PlanSizes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// States what one operation of a plan needs, in front of it.
class RequirementWriter {
public:
  explicit RequirementWriter(Operation *op)
      : op(op), loc(op->getLoc()), builder(op) {}
  LogicalResult write();

private:
  /// States that two sizes are equal unless that is seen now.
  LogicalResult equal(Value size, Value expected, Twine what);
  LogicalResult atLeast(Value size, Value least, Twine what);
  LogicalResult equalShapes(Value a, Value b, Twine what);
  LogicalResult loops(ArrayRef<Value> operands, ArrayRef<AffineMap> maps);
  LogicalResult index(Value counts, Value coords, bool padded);

  Value size(Value memref, int64_t dim) {
    return getPlanSize(builder, loc, memref, dim);
  }
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  template <typename Op> Value make(Value a, Value b) {
    return builder.createOrFold<Op>(loc, a, b);
  }
  Value multiply(Value a, int64_t number) {
    return number == 1 ? a : make<arith::MulIOp>(a, constant(number));
  }
  std::string name() { return "'" + op->getName().getStringRef().str() + "'"; }
  FailureOr<std::string> getText(Value size);
  /// The smallest and the largest value of an affine expression over loops;
  /// null where it is not known.
  std::pair<Value, Value> getRange(AffineExpr expr, ArrayRef<Value> loops);

  Operation *op;
  Location loc;
  OpBuilder builder;
};

} // namespace

FailureOr<std::string> RequirementWriter::getText(Value size) {
  auto name = [](BlockArgument argument, int64_t dim) {
    return std::optional("a" + std::to_string(argument.getArgNumber()) + "d" +
                         std::to_string(dim));
  };
  PlanSymbols symbols;
  symbols.sizes = name;
  return writePlanExpression(size, symbols);
}

/// The argument whose size a value is, and which; null if it is none.
static std::pair<BlockArgument, int64_t> getArgumentDim(Value size) {
  auto op = size.getDefiningOp<memref::DimOp>();
  if (!op || !op.getConstantIndex())
    return {BlockArgument(), 0};
  return {dyn_cast<BlockArgument>(op.getSource()), *op.getConstantIndex()};
}

LogicalResult RequirementWriter::equal(Value size, Value expected, Twine what) {
  if (size == expected)
    return success();
  FailureOr<std::string> text = getText(size), other = getText(expected);
  if (failed(text) || failed(other))
    return failure();
  if (*text == *other)
    return success();
  int64_t number, otherNumber;
  if (!StringRef(*text).getAsInteger(10, number) &&
      !StringRef(*other).getAsInteger(10, otherNumber))
    return op->emitOpError() << what << ": sizes " << number << " and "
                             << otherNumber << " differ";
  // Later arguments are defined by earlier ones.
  auto [argument, dim] = getArgumentDim(size);
  auto [otherArgument, otherDim] = getArgumentDim(expected);
  bool isDefined = argument && !getSizeDefinition(argument, dim);
  bool isOtherDefined =
      otherArgument && !getSizeDefinition(otherArgument, otherDim);
  if (isOtherDefined &&
      (!isDefined || std::pair(argument.getArgNumber(), dim) <
                         std::pair(otherArgument.getArgNumber(), otherDim)))
    std::swap(size, expected);
  RequireOp::create(builder, loc, size, expected, what.str(),
                    /*at_least=*/false);
  return success();
}

LogicalResult RequirementWriter::atLeast(Value size, Value least, Twine what) {
  FailureOr<std::string> text = getText(size), other = getText(least);
  if (failed(text) || failed(other))
    return failure();
  int64_t number, otherNumber;
  if (*text == *other)
    return success();
  if (!StringRef(*text).getAsInteger(10, number) &&
      !StringRef(*other).getAsInteger(10, otherNumber)) {
    if (number >= otherNumber)
      return success();
    return op->emitOpError()
           << what << ": size " << number << " is less than the " << otherNumber
           << " that it reads or writes";
  }
  RequireOp::create(builder, loc, size, least, what.str(), /*at_least=*/true);
  return success();
}

LogicalResult RequirementWriter::equalShapes(Value a, Value b, Twine what) {
  auto type = cast<MemRefType>(a.getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (failed(equal(size(a, dim), size(b, dim),
                     "dimension " + Twine(dim) + " of " + what)))
      return failure();
  return success();
}

std::pair<Value, Value> RequirementWriter::getRange(AffineExpr expr,
                                                    ArrayRef<Value> loops) {
  std::pair<Value, Value> unknown;
  if (auto number = dyn_cast<AffineConstantExpr>(expr))
    return {constant(number.getValue()), constant(number.getValue())};
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    Value end = loops[dim.getPosition()];
    return end ? std::pair(constant(0), make<arith::SubIOp>(end, constant(1)))
               : unknown;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return unknown;
  auto [low, high] = getRange(binary.getLHS(), loops);
  if (!low)
    return unknown;
  if (expr.getKind() == AffineExprKind::Add) {
    auto [otherLow, otherHigh] = getRange(binary.getRHS(), loops);
    if (!otherLow)
      return unknown;
    return {make<arith::AddIOp>(low, otherLow),
            make<arith::AddIOp>(high, otherHigh)};
  }
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (!factor)
    return unknown;
  int64_t number = factor.getValue();
  if (expr.getKind() == AffineExprKind::Mul) {
    Value first = multiply(low, number), last = multiply(high, number);
    return number < 0 ? std::pair(last, first) : std::pair(first, last);
  }
  if (number < 1)
    return unknown;
  Value divisor = constant(number);
  if (expr.getKind() == AffineExprKind::Mod)
    return {constant(0), constant(number - 1)};
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return {make<arith::FloorDivSIOp>(low, divisor),
            make<arith::FloorDivSIOp>(high, divisor)};
  return {make<arith::CeilDivSIOp>(low, divisor),
          make<arith::CeilDivSIOp>(high, divisor)};
}

LogicalResult RequirementWriter::loops(ArrayRef<Value> operands,
                                       ArrayRef<AffineMap> maps) {
  SmallVector<Value> ends(maps.front().getNumDims());
  for (auto [number, operand, map] : llvm::enumerate(operands, maps))
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        continue;
      Value &end = ends[dim.getPosition()];
      Value here = size(operand, position);
      if (!end)
        end = here;
      else if (failed(equal(here, end,
                            "loop d" + Twine(dim.getPosition()) + " of " +
                                name() + " (operand " + Twine(number) +
                                ", dimension " + Twine(position) + ")")))
        return failure();
    }
  for (auto [number, operand, map] : llvm::enumerate(operands, maps))
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      if (isa<AffineDimExpr>(expr))
        continue;
      std::string what = "dimension " + std::to_string(position) +
                         " of operand " + std::to_string(number) + " of " +
                         name();
      auto [low, high] = getRange(expr, ends);
      if (!low)
        return op->emitOpError()
               << what << ", in a shape of dynamic sizes, is read at an index "
               << "whose range is not known, by the map "
               << AffineMapAttr::get(map);
      if (failed(atLeast(low, constant(0), what)) ||
          failed(atLeast(size(operand, position),
                         make<arith::AddIOp>(high, constant(1)), what)))
        return failure();
    }
  return success();
}

LogicalResult RequirementWriter::index(Value counts, Value coords,
                                       bool padded) {
  return padded ? equal(size(coords, 0), size(counts, 0),
                        "groups of the index of " + name())
                : success();
}

LogicalResult RequirementWriter::write() {
  auto isDynamic = [](Type type) {
    auto memref = dyn_cast<MemRefType>(type);
    return memref && !memref.hasStaticShape();
  };
  if (llvm::none_of(op->getOperandTypes(), isDynamic) &&
      llvm::none_of(op->getResultTypes(), isDynamic))
    return success();
  // No operation of a plan, as its verifier says.
  if (llvm::any_of(op->getOperandTypes(), llvm::IsaPred<UnrankedMemRefType>))
    return success();
  if (auto cast = dyn_cast<memref::CastOp>(op)) {
    auto type = dyn_cast<MemRefType>(cast.getType());
    if (!type)
      return success(); // unranked
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (!type.isDynamicDim(dim) &&
          failed(equal(size(cast.getSource(), dim),
                       constant(type.getDimSize(dim)),
                       "dimension " + Twine(dim) +
                           " of a cast to a tensor of "
                           "known size")))
        return failure();
    return success();
  }
  if (auto expand = dyn_cast<memref::ExpandShapeOp>(op)) {
    for (auto [dim, group] :
         llvm::enumerate(expand.getReassociationIndices())) {
      Value product = constant(1);
      for (int64_t inner : group)
        product = make<arith::MulIOp>(product, size(expand.getResult(), inner));
      if (failed(equal(size(expand.getSrc(), dim), product,
                       "dimension " + Twine(dim) + " of " + name())))
        return failure();
    }
    return success();
  }
  if (auto copy = dyn_cast<memref::CopyOp>(op))
    return equalShapes(copy.getTarget(), copy.getSource(), "a copy");
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    SmallVector<Value> operands;
    SmallVector<AffineMap> maps;
    for (OpOperand &operand : op->getOpOperands())
      if (isa<MemRefType>(operand.get().getType())) {
        operands.push_back(operand.get());
        maps.push_back(linalgOp.getMatchingIndexingMap(&operand));
      }
    return loops(operands, maps);
  }
  if (auto generic = dyn_cast<GenericOp>(op)) {
    SmallVector<Value> operands(generic.getInputs());
    operands.push_back(generic.getInit());
    SmallVector<AffineMap> maps;
    for (size_t number = 0; number < operands.size(); ++number)
      maps.push_back(generic.getIndexingMap(number));
    // Those of the epilogue are indexed by the output's coordinates.
    for (auto [number, input] : llvm::enumerate(generic.getEpilogueInputs())) {
      operands.push_back(input);
      maps.push_back(
          generic.getEpilogueMap(number).compose(generic.getOutputMap()));
    }
    if (failed(loops(operands, maps)))
      return failure();
    return generic.getDest() ? equalShapes(generic.getDest(), generic.getInit(),
                                           "'into' of " + name())
                             : success();
  }
  if (auto detect = dyn_cast<DetectOp>(op)) {
    Value groups = constant(1), tiles;
    for (auto [dim, extent] : llvm::enumerate(detect.getMicroTile())) {
      Value count = ShapedType::isDynamic(extent)
                        ? constant(1)
                        : size(detect.getSource(), dim);
      if (!ShapedType::isDynamic(extent) && extent != 1)
        count = make<arith::CeilDivSIOp>(count, constant(extent));
      if (static_cast<uint64_t>(detect.getAxis()) == dim)
        tiles = count;
      else
        groups = make<arith::MulIOp>(groups, count);
    }
    return failure(failed(equal(size(detect.getInit(), 0), groups,
                                "groups of the bitmap of " + name())) ||
                   failed(equal(size(detect.getInit(), 1), tiles,
                                "micro-tiles of the bitmap of " + name())));
  }
  if (auto compact = dyn_cast<CompactOp>(op)) {
    if (failed(equal(size(compact.getCounts(), 0), size(compact.getBitmap(), 0),
                     "groups of the counts of " + name())))
      return failure();
    return equalShapes(compact.getCoords(), compact.getBitmap(),
                       "the coordinates of " + name());
  }
  if (auto assemble = dyn_cast<AssembleIndexOp>(op))
    return index(assemble.getCounts(), assemble.getCoords(),
                 assemble.getType().getFormat() == IndexFormat::padded);
  return success();
}

LogicalResult pit::requireSizes(func::FuncOp function) {
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front())
    ops.push_back(&op);
  for (Operation *op : ops)
    if (failed(RequirementWriter(op).write()))
      return failure();
  return success();
}
