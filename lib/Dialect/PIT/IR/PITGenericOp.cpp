//===- PITGenericOp.cpp - the structured operator over an index -----------===//

#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Dialect/PIT/IR/PIT.h"

#include "Verifiers.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::pit;

bool GenericOp::isParallel(int64_t dim) {
  return cast<StringAttr>(getIteratorTypes()[dim]).getValue() == "parallel";
}

AffineMap GenericOp::getIndexingMap(int64_t operand) {
  return cast<AffineMapAttr>(getIndexingMaps()[operand]).getValue();
}

AffineMap GenericOp::getOutputMap() {
  return getIndexingMap(getInputs().size());
}

AffineMap GenericOp::getEpilogueMap(int64_t input) {
  return cast<AffineMapAttr>(getEpilogueMaps()[input]).getValue();
}

bool GenericOp::readsInit() {
  return !getEpilogue().front().getArgument(1).use_empty();
}

Type GenericOp::getAccType() {
  return getCombine().front().getArguments().back().getType();
}

bool GenericOp::isPackedAlong(int64_t operand, int64_t dim) {
  PermutationAttr permutation = getPermutationAttr();
  return permutation && permutation.getPacked() &&
         permutation.getOperand() == operand && permutation.getDim() == dim;
}

SmallVector<int64_t> GenericOp::getStaticLoopRanges() {
  SmallVector<int64_t> ranges(getNumLoops(), ShapedType::kDynamic);
  SmallVector<Value> operands(getInputs());
  operands.push_back(getInit());
  for (auto [number, operand] : llvm::enumerate(operands))
    for (auto [position, expr] :
         llvm::enumerate(getIndexingMap(number).getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr);
          dim && !isPackedAlong(number, dim.getPosition()))
        if (ShapedType::isDynamic(ranges[dim.getPosition()]))
          ranges[dim.getPosition()] =
              cast<ShapedType>(operand.getType()).getDimSize(position);
  return ranges;
}

static LogicalResult verifyMaps(GenericOp op) {
  size_t operands = op.getInputs().size() + 1;
  if (op.getIndexingMaps().size() != operands)
    return op.emitOpError()
           << "expects " << operands
           << " indexing maps (one per input and one for the init), but got "
           << op.getIndexingMaps().size();
  for (Attribute type : op.getIteratorTypes())
    if (auto name = cast<StringAttr>(type).getValue();
        name != "parallel" && name != "reduction")
      return op.emitOpError()
             << "expects iterator types 'parallel' or 'reduction', but got '"
             << name << "'";
  SmallVector<int64_t> ranges(op.getNumLoops(), ShapedType::kDynamic);
  SmallVector<Value> all(op.getInputs());
  all.push_back(op.getInit());
  for (auto [number, operand] : llvm::enumerate(all)) {
    AffineMap map = op.getIndexingMap(number);
    auto type = cast<ShapedType>(operand.getType());
    if (static_cast<int64_t>(map.getNumDims()) != op.getNumLoops() ||
        map.getNumSymbols())
      return op.emitOpError()
             << "expects indexing map " << number << " over "
             << op.getNumLoops()
             << " dimensions (the iterator types) and no symbols, but got "
             << AffineMapAttr::get(map);
    if (!type.hasRank() ||
        static_cast<int64_t>(map.getNumResults()) != type.getRank())
      return op.emitOpError()
             << "expects indexing map " << number << " to have "
             << (type.hasRank() ? type.getRank() : -1)
             << " results (rank of the operand), but got "
             << AffineMapAttr::get(map);
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim || op.isPackedAlong(number, dim.getPosition()))
        continue;
      int64_t &range = ranges[dim.getPosition()],
              size = type.getDimSize(position);
      if (!areCompatibleSizes(range, size))
        return op.emitOpError()
               << "loop dimension d" << dim.getPosition() << " has size "
               << range << ", but dimension " << position << " of operand "
               << number << " has " << size;
      if (ShapedType::isDynamic(range))
        range = size;
    }
  }
  // Its size would be unknown.
  for (int64_t dim = 0; dim < op.getNumLoops(); ++dim)
    if (llvm::none_of(llvm::seq<int64_t>(0, op.getIndexingMaps().size()),
                      [&](int64_t operand) {
                        return findDim(op.getIndexingMap(operand), dim) &&
                               !op.isPackedAlong(operand, dim);
                      }))
      return op.emitOpError() << "expects d" << dim
                              << " as a bare dimension in an indexing map, "
                                 "which says its size";
  AffineMap output = op.getOutputMap();
  if (!output.isProjectedPermutation())
    return op.emitOpError()
           << "expects the init's map to be a projected permutation, but got "
           << AffineMapAttr::get(output);
  for (int64_t dim = 0; dim < op.getNumLoops(); ++dim)
    if (findDim(output, dim).has_value() != op.isParallel(dim))
      return op.emitOpError()
             << "d" << dim << " is "
             << (op.isParallel(dim) ? "parallel, but not" : "a reduction, but")
             << " in the init's map " << AffineMapAttr::get(output);
  return success();
}

/// Epilogue inputs are indexed from the output's elements.
static LogicalResult verifyEpilogueMaps(GenericOp op) {
  auto output = cast<ShapedType>(op.getInit().getType());
  OperandRange inputs = op.getEpilogueInputs();
  if (op.getEpilogueMaps().size() != inputs.size())
    return op.emitOpError()
           << "expects " << inputs.size()
           << " epilogue maps (one per epilogue input), but got "
           << op.getEpilogueMaps().size();
  for (auto [number, input] : llvm::enumerate(inputs)) {
    AffineMap map = op.getEpilogueMap(number);
    auto type = cast<ShapedType>(input.getType());
    if (static_cast<int64_t>(map.getNumDims()) != output.getRank() ||
        map.getNumSymbols() ||
        static_cast<int64_t>(map.getNumResults()) != type.getRank() ||
        !map.isProjectedPermutation())
      return op.emitOpError()
             << "expects epilogue map " << number
             << " to be a projected permutation from " << output.getRank()
             << " dimensions (rank of the output) to " << type.getRank()
             << ", but got " << AffineMapAttr::get(map);
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      unsigned along = map.getDimPosition(dim);
      if (!areCompatibleSizes(type.getDimSize(dim), output.getDimSize(along)))
        return op.emitOpError()
               << "expects dimension " << dim << " of epilogue input " << number
               << " to have size " << output.getDimSize(along)
               << " (of dimension " << along << " of the output), but got "
               << type;
    }
  }
  return success();
}

/// The schedule has a tile extent per loop dimension, and is for the PIT axis
/// that the permutation has.
static LogicalResult verifySchedule(GenericOp op) {
  ScheduleAttr schedule = op.getSchedule();
  PermutationAttr permutation = op.getPermutationAttr();
  if (static_cast<int64_t>(schedule.getTile().size()) != op.getNumLoops())
    return op.emitOpError()
           << "'schedule' expects " << op.getNumLoops()
           << " tile extents (one per loop dimension), but got "
           << schedule.getTile().size();
  if (schedule.getDense() && permutation)
    return op.emitOpError("has 'permutation', but 'schedule' is dense");
  if (!schedule.getDense() && !permutation)
    return op.emitOpError() << "'schedule' has PIT axis d" << schedule.getAxis()
                            << ", and expects 'permutation' and an index";
  if (permutation && permutation.getDim() != schedule.getAxis())
    return op.emitOpError()
           << "'schedule' has PIT axis d" << schedule.getAxis()
           << ", but 'permutation' has d" << permutation.getDim();
  return success();
}

/// The combine region folds contributions by one operation that allows any
/// order, and a zero of the sparse input contributes nothing.
static LogicalResult verifyCombiner(GenericOp op) {
  Block &combine = op.getCombine().front();
  BlockArgument acc = combine.getArguments().back();
  Operation *combiner = combine.getTerminator()->getOperand(0).getDefiningOp();
  if (!combiner || combiner->getBlock() != &combine ||
      combiner->getNumOperands() != 2 ||
      !llvm::is_contained(combiner->getOperands(), acc) || !acc.hasOneUse())
    return op.emitOpError("'combine' expects to yield the result of the one "
                          "operation that combines the accumulator with a "
                          "contribution");
  if (!isReorderable(combiner))
    return op.emitOpError() << "combiner '" << combiner->getName()
                            << "' is not associative and commutative";
  PermutationAttr permutation = op.getPermutationAttr();
  if (!permutation)
    return success();
  SmallVector<int64_t> sparse{permutation.getOperand()};
  if (permutation.getPaired())
    sparse.push_back(*permutation.getPaired());
  Value contribution = combiner->getOperand(combiner->getOperand(0) == acc);
  for (int64_t operand : sparse)
    if (!hasZeroIdentity(combiner) ||
        !isZeroWith(contribution, combine.getArgument(operand)))
      return op.emitOpError()
             << "operand " << operand
             << " may not be sparse: with it zero, the contribution is not "
                "proved to be the identity of the combiner '"
             << combiner->getName() << "'";
  return success();
}

/// A paired operand has the PIT axis, a reduction, and bare dimensions.
static LogicalResult verifyPaired(GenericOp op) {
  PermutationAttr permutation = op.getPermutationAttr();
  if (!permutation.getPaired())
    return success();
  int64_t paired = *permutation.getPaired();
  if (paired >= static_cast<int64_t>(op.getInputs().size()))
    return op.emitOpError()
           << "paired operand " << paired << " is not one of the "
           << op.getInputs().size() << " inputs";
  if (permutation.getKind() != PermutationKind::reduction)
    return op.emitOpError() << "has a paired operand, and expects a reduction "
                               "as PIT axis, but d"
                            << permutation.getDim() << " is parallel";
  for (int64_t operand : {permutation.getOperand(), paired})
    if (AffineMap map = op.getIndexingMap(operand);
        !map.isProjectedPermutation() || !findDim(map, permutation.getDim()))
      return op.emitOpError()
             << "expects paired operands to have bare dimensions, and d"
             << permutation.getDim() << " among them, but operand " << operand
             << " has map " << AffineMapAttr::get(map);
  return success();
}

/// A packed operand is in the order of an index of format compact.
static LogicalResult verifyPacked(GenericOp op) {
  PermutationAttr permutation = op.getPermutationAttr();
  IndexFormat format = op.getIndex().getType().getFormat();
  if (!permutation.getPacked())
    return success();
  AffineMap map = op.getIndexingMap(permutation.getOperand());
  if (format != IndexFormat::compact)
    return op.emitOpError() << "has a packed operand, and expects an index of "
                               "format compact, but got "
                            << op.getIndex().getType();
  if (permutation.getKind() != PermutationKind::reduction ||
      findDim(map, permutation.getDim()) != 0u || !map.isProjectedPermutation())
    return op.emitOpError()
           << "expects the first dimension of the packed operand to be the PIT "
              "axis d"
           << permutation.getDim()
           << ", a reduction, and bare dimensions, but its map is "
           << AffineMapAttr::get(map);
  return success();
}

/// Groups and capacity of the index that the operation expects.
static std::pair<int64_t, int64_t> getIndexShape(GenericOp op) {
  PermutationAttr permutation = op.getPermutationAttr();
  int64_t operand = permutation.getOperand();
  AffineMap map = op.getIndexingMap(operand);
  unsigned axis = *findDim(map, permutation.getDim());
  auto [groups, capacity] = getBitmapShape(
      cast<ShapedType>(op.getInputs()[operand].getType()).getShape(),
      permutation.getMicroTile(), axis);
  if (!permutation.getPaired() && !permutation.getPacked())
    return {groups, capacity};
  auto maps =
      llvm::to_vector(op.getIndexingMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  // Of a packed operand only the groups are known: lists may be of any length.
  if (permutation.getPacked())
    capacity = op.getIndex().getType().getCapacity();
  groups = 1;
  for (GroupDim group :
       getGroupDims(maps, permutation, op.getSchedule().getTile())) {
    int64_t count = countMicroTiles(ranges[group.dim], group.extent);
    groups = ShapedType::isDynamic(groups) || ShapedType::isDynamic(count)
                 ? ShapedType::kDynamic
                 : groups * count;
  }
  return {groups, capacity};
}

/// What DESIGN's legality rules imply for a permuted dimension.
static LogicalResult verifyPermutation(GenericOp op) {
  PermutationAttr permutation = op.getPermutationAttr();
  if (!permutation) {
    if (op.getIndex() || op.getBitmap())
      return op.emitOpError("has an index, and expects 'permutation' to say "
                            "which dimension it permutes");
    return success();
  }
  if (!op.getIndex())
    return op.emitOpError("has 'permutation', and expects an index");
  int64_t dim = permutation.getDim();
  if (dim >= op.getNumLoops())
    return op.emitOpError()
           << "permuted dimension d" << dim << " is not one of the "
           << op.getNumLoops() << " loop dimensions";
  if (op.isParallel(dim) !=
      (permutation.getKind() == PermutationKind::parallel))
    return op.emitOpError() << "d" << dim << " is "
                            << (op.isParallel(dim) ? "parallel" : "a reduction")
                            << ", but 'permutation' says "
                            << stringifyPermutationKind(permutation.getKind());
  for (auto [number, attr] : llvm::enumerate(op.getIndexingMaps())) {
    AffineMap map = cast<AffineMapAttr>(attr).getValue();
    for (AffineExpr expr : map.getResults())
      if (!isa<AffineDimExpr>(expr) && expr.isFunctionOfDim(dim))
        return op.emitOpError()
               << "d" << dim << " is not permutable: indexing map " << number
               << " does not read it as a bare dimension: " << attr;
  }
  int64_t operand = permutation.getOperand();
  if (operand >= static_cast<int64_t>(op.getInputs().size()))
    return op.emitOpError()
           << "sparse operand " << operand << " is not one of the "
           << op.getInputs().size() << " inputs";
  SmallVector<Value> operands(op.getInputs());
  operands.push_back(op.getInit());
  auto access = SparseAccess::get(
      llvm::to_vector(op.getIndexingMaps().getAsValueRange<AffineMapAttr>()),
      operands, operand, dim, permutation.getMicroTile(),
      op.getSchedule().getTile());
  access.packed = permutation.getPacked();
  auto emitError = [&] { return op.emitOpError(); };
  if (failed(verifyMicroTile(emitError, access)) ||
      failed(verifyTransactions(emitError, access)))
    return failure();
  if (failed(verifyPaired(op)) || failed(verifyPacked(op)))
    return failure();
  auto [groups, capacity] = getIndexShape(op);
  auto index = op.getIndex().getType();
  if (!areCompatibleSizes(index.getGroups(), groups) ||
      !areCompatibleSizes(index.getCapacity(), capacity))
    return op.emitOpError()
           << "expects an index of " << sizeToString(groups) << " groups with "
           << sizeToString(capacity)
           << " micro-tiles (the sparse operand's grid), but got " << index;
  if (op.getBitmap()) {
    if (failed(verifyBitmapType(op, op.getBitmap().getType(), "a bitmap")))
      return failure();
    auto bitmap = cast<ShapedType>(op.getBitmap().getType());
    if (!areCompatibleSizes(bitmap.getDimSize(0), groups) ||
        !areCompatibleSizes(bitmap.getDimSize(1), capacity))
      return op.emitOpError()
             << "expects a bitmap of " << sizeToString(groups) << "x"
             << sizeToString(capacity) << ", but got " << bitmap;
  }
  return success();
}

LogicalResult GenericOp::verify() {
  SmallVector<Value> shaped(getInputs());
  shaped.push_back(getInit());
  if (getBitmap())
    shaped.push_back(getBitmap());
  llvm::append_range(shaped, getEpilogueInputs());
  if (failed(verifySameStorage(*this, shaped)) ||
      failed(verifyDestination(*this, getInit(), getResult())))
    return failure();
  for (Value operand : shaped)
    if (Type element = getElementTypeOrSelf(operand);
        !element.isSignlessIntOrFloat())
      return emitOpError() << "expects operands of signless integers or "
                              "floats, but got elements of type "
                           << element;
  if (failed(verifyMaps(*this)) || failed(verifyEpilogueMaps(*this)) ||
      failed(verifySchedule(*this)) || failed(verifyPermutation(*this)))
    return failure();
  if (getDest() && getDest().getType() != getInit().getType())
    return emitOpError() << "expects a destination of the init's type "
                         << getInit().getType() << ", but got "
                         << getDest().getType();
  return success();
}

LogicalResult GenericOp::verifyRegions() {
  auto element = [](Value value) {
    return cast<ShapedType>(value.getType()).getElementType();
  };
  Block &combine = getCombine().front(), &epilogue = getEpilogue().front();
  if (combine.getNumArguments() != getInputs().size() + 1)
    return emitOpError()
           << "'combine' expects " << getInputs().size() + 1
           << " arguments (one per input and the accumulator), but got "
           << combine.getNumArguments();
  for (auto [input, argument] : llvm::zip(getInputs(), combine.getArguments()))
    if (argument.getType() != element(input))
      return emitOpError() << "'combine' expects an argument of type "
                           << element(input) << ", but got "
                           << argument.getType();
  Type acc = getAccType();
  if (!acc.isSignlessIntOrFloat())
    return emitOpError() << "expects an accumulator that is a signless integer "
                            "or a float, but got one of type "
                         << acc;
  auto yields = [&](Block &block, Type type) {
    auto yield = dyn_cast<YieldOp>(block.back());
    return yield && yield.getNumOperands() == 1 &&
           yield.getOperand(0).getType() == type;
  };
  if (!yields(combine, acc))
    return emitOpError()
           << "'combine' expects to yield one value of the accumulator's type "
           << acc;
  SmallVector<Type> wanted{acc, element(getInit())};
  for (Value input : getEpilogueInputs())
    wanted.push_back(element(input));
  if (!llvm::equal(epilogue.getArgumentTypes(), wanted)) {
    InFlightDiagnostic diag = emitOpError();
    diag << "'epilogue' expects " << wanted.size() << " arguments of types "
         << acc << " (the accumulator), " << wanted[1] << " (the init)";
    if (wanted.size() > 2) {
      diag << ", ";
      llvm::interleaveComma(ArrayRef(wanted).drop_front(2), diag);
      diag << " (the epilogue inputs)";
    }
    return diag << ", but got " << epilogue.getArgumentTypes();
  }
  if (!yields(epilogue, element(getInit())))
    return emitOpError()
           << "'epilogue' expects to yield one value of the init's type "
           << element(getInit());
  return verifyCombiner(*this);
}

void GenericOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  MutableOperandRange dest = getDestMutable();
  OpOperand &init = getInitMutable();
  OpOperand *written = dest.empty() ? &init : &*dest.begin();
  SmallVector<OpOperand *> reads;
  for (OpOperand &operand : (*this)->getOpOperands())
    if (&operand == &init ? readsInit() : dest.empty() || &operand != written)
      reads.push_back(&operand);
  addDestinationEffects(*this, reads, {written}, effects);
}
