//===- PITAttributes.cpp - attributes of the pit dialect ------------------===//

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

#include "llvm/Support/InterleavedRange.h"

using namespace mlir;
using namespace mlir::pit;

/// Warps of the largest block, by the CUDA C++ programming guide's table of
/// compute capabilities.
static constexpr int64_t kMaxWarps = 32;

#define GET_ATTRDEF_CLASSES
#include "pit/Dialect/PIT/IR/PITAttributes.cpp.inc"

void PITDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "pit/Dialect/PIT/IR/PITAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Lists of extents
//===----------------------------------------------------------------------===//

/// Parses `[4, ?, 16]`; `?` is ShapedType::kDynamic.
static ParseResult parseExtents(AsmParser &parser,
                                SmallVectorImpl<int64_t> &extents) {
  return parser.parseCommaSeparatedList(
      AsmParser::Delimiter::Square, [&]() -> ParseResult {
        if (succeeded(parser.parseOptionalQuestion())) {
          extents.push_back(ShapedType::kDynamic);
          return success();
        }
        return parser.parseInteger(extents.emplace_back());
      });
}

static void printExtents(AsmPrinter &printer, ArrayRef<int64_t> extents) {
  printer << '[';
  llvm::interleaveComma(extents, printer.getStream(), [&](int64_t extent) {
    if (ShapedType::isDynamic(extent))
      printer << '?';
    else
      printer << extent;
  });
  printer << ']';
}

/// Micro-tile extents are at least 1, or `?`.
static LogicalResult
verifyMicroTile(function_ref<InFlightDiagnostic()> emitError,
                ArrayRef<int64_t> microTile) {
  for (int64_t extent : microTile)
    if (extent < 1 && !ShapedType::isDynamic(extent))
      return emitError() << "micro-tile extents must be at least 1, or '?' for "
                            "the whole dimension, but got "
                         << extent;
  return success();
}

/// Parses the fields of `<a = .., b, c = ..>` in any order, each at most once.
/// `parseField` gets the field's name and parses what follows it.
static ParseResult
parseFields(AsmParser &parser,
            function_ref<ParseResult(StringRef, SMLoc)> parseField) {
  SmallVector<StringRef> seen;
  // Not by Delimiter::LessGreater, which succeeds where '<' is missing.
  if (parser.parseLess())
    return failure();
  if (succeeded(parser.parseOptionalGreater()))
    return success();
  if (parser.parseCommaSeparatedList([&]() -> ParseResult {
        StringRef name;
        SMLoc loc = parser.getCurrentLocation();
        if (parser.parseKeyword(&name))
          return failure();
        if (llvm::is_contained(seen, name))
          return parser.emitError(loc) << "'" << name << "' is given twice";
        seen.push_back(name);
        return parseField(name, loc);
      }))
    return failure();
  return parser.parseGreater();
}

//===----------------------------------------------------------------------===//
// SparsityAttr
//===----------------------------------------------------------------------===//

Attribute SparsityAttr::parse(AsmParser &parser, Type) {
  SMLoc start = parser.getCurrentLocation();
  SmallVector<int64_t> granularity;
  FloatAttr ratio;
  if (parseFields(parser, [&](StringRef name, SMLoc loc) -> ParseResult {
        if (parser.parseEqual())
          return failure();
        if (name == "granularity") {
          if (parseExtents(parser, granularity))
            return failure();
          if (granularity.empty())
            return parser.emitError(loc) << "'granularity' expects one extent "
                                            "per dimension of the tensor";
          return success();
        }
        if (name == "ratio") {
          double value;
          if (parser.parseFloat(value))
            return failure();
          ratio = parser.getBuilder().getF64FloatAttr(value);
          return success();
        }
        return parser.emitError(loc) << "unknown field '" << name
                                     << "': expected 'granularity' or 'ratio'";
      }))
    return {};
  return parser.getChecked<SparsityAttr>(start, parser.getContext(),
                                         granularity, ratio);
}

/// Prints the shortest decimal fraction that reads back as the same value:
/// 0.95, where the builtin printer writes 0.94999999999999996.
static void printRatio(AsmPrinter &printer, FloatAttr ratio) {
  double value = ratio.getValueAsDouble(), read;
  for (unsigned digits = 1; digits <= 17; ++digits) {
    std::string text;
    llvm::raw_string_ostream(text)
        << llvm::format("%.*f", static_cast<int>(digits), value);
    if (llvm::to_float(text, read) && read == value) {
      printer << text;
      return;
    }
  }
  printer.printAttributeWithoutType(ratio);
}

void SparsityAttr::print(AsmPrinter &printer) const {
  printer << '<';
  if (!getGranularity().empty()) {
    printer << "granularity = ";
    printExtents(printer, getGranularity());
  }
  if (getRatio()) {
    printer << (getGranularity().empty() ? "ratio = " : ", ratio = ");
    printRatio(printer, getRatio());
  }
  printer << '>';
}

LogicalResult SparsityAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   ArrayRef<int64_t> granularity,
                                   FloatAttr ratio) {
  for (int64_t extent : granularity)
    if (extent < 1)
      return emitError() << "granularity extents must be at least 1, but got "
                         << (ShapedType::isDynamic(extent)
                                 ? std::string("?")
                                 : std::to_string(extent));
  if (ratio) {
    double value = ratio.getValueAsDouble();
    if (!(value >= 0 && value <= 1))
      return emitError() << "ratio must be in [0, 1], but got " << value;
  }
  return success();
}

LogicalResult SparsityAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type,
    function_ref<InFlightDiagnostic()> emitError) const {
  if (!getGranularity().empty() && getGranularity().size() != shape.size())
    return emitError() << "#pit.sparsity expects " << shape.size()
                       << " granularity extents (rank of the tensor), but got "
                       << getGranularity().size();
  return success();
}

//===----------------------------------------------------------------------===//
// ScheduleAttr
//===----------------------------------------------------------------------===//

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  SMLoc start = parser.getCurrentLocation();
  bool dense = false, deterministic = false;
  int64_t axis = -1, warps = 0, stages = 0;
  SmallVector<int64_t> microTile, tile;
  StringAttr math, arch;
  auto parseWord = [&](StringAttr &word) -> ParseResult {
    StringRef keyword;
    if (parser.parseKeyword(&keyword))
      return failure();
    word = parser.getBuilder().getStringAttr(keyword);
    return success();
  };
  auto parsePositive = [&](StringRef name, int64_t &value) -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseInteger(value))
      return failure();
    if (value < 1)
      return parser.emitError(loc)
             << "'" << name << "' must be at least 1, but got " << value;
    return success();
  };
  if (parseFields(parser, [&](StringRef name, SMLoc loc) -> ParseResult {
        if (name == "dense" || name == "deterministic") {
          (name == "dense" ? dense : deterministic) = true;
          return success();
        }
        if (parser.parseEqual())
          return failure();
        if (name == "axis") {
          if (parser.parseInteger(axis))
            return failure();
          if (axis < 0)
            return parser.emitError(loc)
                   << "'axis' must not be negative, but got " << axis;
          return success();
        }
        if (name == "micro_tile")
          return parseExtents(parser, microTile);
        if (name == "tile")
          return parseExtents(parser, tile);
        if (name == "warps")
          return parsePositive(name, warps);
        if (name == "stages")
          return parsePositive(name, stages);
        if (name == "math")
          return parseWord(math);
        if (name == "arch")
          return parseWord(arch);
        return parser.emitError(loc)
               << "unknown field '" << name
               << "': expected 'dense', 'axis', 'micro_tile', 'tile', 'warps', "
                  "'stages', "
                  "'deterministic', 'math' or 'arch'";
      }))
    return {};
  return parser.getChecked<ScheduleAttr>(start, parser.getContext(), dense,
                                         axis, microTile, tile, warps, stages,
                                         deterministic, math, arch);
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << '<';
  if (getDense()) {
    printer << "dense";
  } else {
    printer << "axis = " << getAxis() << ", micro_tile = ";
    printExtents(printer, getMicroTile());
  }
  printer << ", tile = ";
  printExtents(printer, getTile());
  if (getWarps())
    printer << ", warps = " << getWarps();
  if (getStages())
    printer << ", stages = " << getStages();
  if (getDeterministic())
    printer << ", deterministic";
  if (getMath())
    printer << ", math = " << getMath().getValue();
  if (getArch())
    printer << ", arch = " << getArch().getValue();
  printer << '>';
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   bool dense, int64_t axis,
                                   ArrayRef<int64_t> microTile,
                                   ArrayRef<int64_t> tile, int64_t warps,
                                   int64_t stages, bool, StringAttr math,
                                   StringAttr) {
  if (tile.empty())
    return emitError() << "expects 'tile' with one extent per loop dimension";
  if (warps < 0 || warps > kMaxWarps)
    return emitError() << "'warps' must be at most " << kMaxWarps
                       << " (1024 threads a block), but got " << warps;
  if (stages < 0 || stages > kMaxStages)
    return emitError() << "'stages' must be at most " << kMaxStages
                       << ", but got " << stages;
  for (int64_t extent : tile)
    if (extent > kMaxTileExtent)
      return emitError() << "tile extents must be at most " << kMaxTileExtent
                         << ", but got " << extent;
  for (int64_t extent : tile)
    if (extent < 1)
      return emitError() << "tile extents must be at least 1, but got "
                         << (ShapedType::isDynamic(extent)
                                 ? std::string("?")
                                 : std::to_string(extent));
  if (dense && (axis >= 0 || !microTile.empty()))
    return emitError() << "'dense' excludes 'axis' and 'micro_tile'";
  if (!dense && (axis < 0 || microTile.empty()))
    return emitError() << "expects 'axis' and 'micro_tile', or 'dense'";
  if (math && math.getValue() != "tf32")
    return emitError() << "'math' expects tf32, but got " << math.getValue();
  return verifyMicroTile(emitError, microTile);
}

//===----------------------------------------------------------------------===//
// PermutationAttr
//===----------------------------------------------------------------------===//

Attribute PermutationAttr::parse(AsmParser &parser, Type) {
  SMLoc start = parser.getCurrentLocation();
  int64_t dim = -1, operand = -1;
  std::optional<int64_t> paired;
  bool packed = false;
  std::optional<PermutationKind> kind;
  SmallVector<int64_t> microTile;
  if (parseFields(parser, [&](StringRef name, SMLoc loc) -> ParseResult {
        if (name == "packed") {
          packed = true;
          return success();
        }
        if (parser.parseEqual())
          return failure();
        if (name == "dim")
          return parser.parseInteger(dim);
        if (name == "operand")
          return parser.parseInteger(operand);
        if (name == "paired")
          return parser.parseInteger(paired.emplace());
        if (name == "micro_tile")
          return parseExtents(parser, microTile);
        if (name == "kind") {
          StringRef keyword;
          if (parser.parseKeyword(&keyword))
            return failure();
          kind = symbolizePermutationKind(keyword);
          if (!kind)
            return parser.emitError(loc)
                   << "'kind' expects parallel or reduction, but got '"
                   << keyword << "'";
          return success();
        }
        return parser.emitError(loc)
               << "unknown field '" << name
               << "': expected 'dim', 'kind', 'operand', 'micro_tile', "
                  "'paired' or 'packed'";
      }))
    return {};
  if (!kind) {
    parser.emitError(start) << "expects 'kind', which is parallel or reduction";
    return {};
  }
  return parser.getChecked<PermutationAttr>(start, parser.getContext(), dim,
                                            *kind, operand, microTile, paired,
                                            packed);
}

void PermutationAttr::print(AsmPrinter &printer) const {
  printer << "<dim = " << getDim()
          << ", kind = " << stringifyPermutationKind(getKind())
          << ", operand = " << getOperand() << ", micro_tile = ";
  printExtents(printer, getMicroTile());
  if (getPaired())
    printer << ", paired = " << *getPaired();
  if (getPacked())
    printer << ", packed";
  printer << '>';
}

LogicalResult
PermutationAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        int64_t dim, PermutationKind, int64_t operand,
                        ArrayRef<int64_t> microTile,
                        std::optional<int64_t> paired, bool packed) {
  if (dim < 0)
    return emitError()
           << "expects 'dim', the permuted loop dimension, to be at least 0";
  if (operand < 0)
    return emitError() << "expects 'operand', the number of the sparse input, "
                          "to be at least 0";
  if (paired && (*paired < 0 || *paired == operand))
    return emitError() << "expects 'paired' to be the number of another input "
                          "than 'operand', but got "
                       << *paired;
  if (paired && packed)
    return emitError()
           << "has both 'paired' and 'packed', but a packed operand "
              "has an index of its own";
  if (microTile.empty())
    return emitError() << "expects 'micro_tile' with one extent per dimension "
                          "of the sparse input";
  if (packed && (microTile.front() != 1 ||
                 llvm::any_of(microTile.drop_front(), [](int64_t extent) {
                   return !ShapedType::isDynamic(extent);
                 })))
    return emitError() << "expects the micro-tile of a packed operand to be 1, "
                          "then '?', but got "
                       << llvm::interleaved_array(microTile);
  return verifyMicroTile(emitError, microTile);
}
