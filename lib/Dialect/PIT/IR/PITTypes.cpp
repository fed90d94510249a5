//===- PITTypes.cpp - types of the pit dialect ----------------------------===//

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/InterleavedRange.h"

using namespace mlir;
using namespace mlir::pit;

/// Bytes of shared memory at most, far past what any chip holds.
static constexpr int64_t kMaxOffset = std::numeric_limits<int32_t>::max();

/// Threads of a warp, on every chip.
static constexpr int64_t kLanesPerWarp = 32;

#define GET_TYPEDEF_CLASSES
#include "pit/Dialect/PIT/IR/PITTypes.cpp.inc"

void PITDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "pit/Dialect/PIT/IR/PITTypes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// IndexType
//===----------------------------------------------------------------------===//

Type pit::IndexType::parse(AsmParser &parser) {
  SMLoc start = parser.getCurrentLocation();
  StringRef keyword;
  SMLoc keywordLoc;
  SmallVector<int64_t> shape;
  SMLoc shapeLoc;
  if (parser.parseLess() || parser.getCurrentLocation(&keywordLoc) ||
      parser.parseKeyword(&keyword) || parser.parseComma() ||
      parser.getCurrentLocation(&shapeLoc) ||
      parser.parseDimensionList(shape, /*allowDynamic=*/true,
                                /*withTrailingX=*/false) ||
      parser.parseGreater())
    return {};
  auto format = symbolizeIndexFormat(keyword);
  if (!format) {
    parser.emitError(keywordLoc)
        << "expected padded or compact, but got '" << keyword << "'";
    return {};
  }
  if (shape.size() != 2) {
    parser.emitError(shapeLoc)
        << "expects 2 sizes (groups and capacity), but got " << shape.size();
    return {};
  }
  return parser.getChecked<pit::IndexType>(start, parser.getContext(), *format,
                                           shape[0], shape[1]);
}

void pit::IndexType::print(AsmPrinter &printer) const {
  printer << '<' << stringifyIndexFormat(getFormat()) << ", ";
  printer.printDimensionList({getGroups(), getCapacity()});
  printer << '>';
}

LogicalResult
pit::IndexType::verify(function_ref<InFlightDiagnostic()> emitError,
                       IndexFormat, int64_t groups, int64_t capacity) {
  for (int64_t size : {groups, capacity})
    if (size < 0 && !ShapedType::isDynamic(size))
      return emitError() << "expects sizes of at least 0, but got " << size;
  return success();
}

//===----------------------------------------------------------------------===//
// TileType, AccType, CoordsType
//===----------------------------------------------------------------------===//

/// Parses `<32x64xf16`, up to what may follow.
static ParseResult parseTileShape(AsmParser &parser,
                                  SmallVectorImpl<int64_t> &shape,
                                  Type &elementType) {
  return failure(parser.parseLess() ||
                 parser.parseDimensionList(shape, /*allowDynamic=*/false) ||
                 parser.parseType(elementType));
}

/// Parses `by = [...]`.
static ParseResult parseBy(AsmParser &parser, SmallVectorImpl<int64_t> &by) {
  return failure(
      parser.parseKeyword("by") || parser.parseEqual() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseInteger(by.emplace_back());
      }));
}

static void printBy(AsmPrinter &printer, ArrayRef<int64_t> by) {
  if (!by.empty())
    printer << ", by = " << llvm::interleaved_array(by);
}

static void printTileShape(AsmPrinter &printer, ArrayRef<int64_t> shape,
                           Type elementType) {
  printer << '<';
  printer.printDimensionList(shape);
  printer << 'x' << elementType;
}

static LogicalResult
verifyTileShape(function_ref<InFlightDiagnostic()> emitError,
                ArrayRef<int64_t> shape, Type elementType) {
  if (shape.empty())
    return emitError() << "expects at least one dimension";
  for (int64_t extent : shape)
    if (extent < 1 || extent > kMaxTileExtent)
      return emitError() << "extents must be in [1, " << kMaxTileExtent
                         << "], but got " << extent;
  if (!elementType.isIntOrFloat())
    return emitError() << "expects elements of integer or float type, but got "
                       << elementType;
  return success();
}

Type TileType::parse(AsmParser &parser) {
  SMLoc start = parser.getCurrentLocation();
  SmallVector<int64_t> shape;
  Type elementType;
  std::optional<int64_t> at;
  if (parseTileShape(parser, shape, elementType))
    return {};
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("at") || parser.parseEqual() ||
       parser.parseInteger(at.emplace())))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TileType>(start, parser.getContext(), shape,
                                     elementType, at);
}

void TileType::print(AsmPrinter &printer) const {
  printTileShape(printer, getShape(), getElementType());
  if (getAt())
    printer << ", at = " << *getAt();
  printer << '>';
}

LogicalResult TileType::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<int64_t> shape, Type elementType,
                               std::optional<int64_t> at) {
  if (at && (*at < 0 || *at > kMaxOffset))
    return emitError() << "expects an offset in [0, " << kMaxOffset
                       << "], but got " << *at;
  return verifyTileShape(emitError, shape, elementType);
}

Type AccType::parse(AsmParser &parser) {
  SMLoc start = parser.getCurrentLocation();
  SmallVector<int64_t> shape, by;
  Type elementType;
  if (parseTileShape(parser, shape, elementType))
    return {};
  if (succeeded(parser.parseOptionalComma()) && parseBy(parser, by))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<AccType>(start, parser.getContext(), shape,
                                    elementType, by);
}

void AccType::print(AsmPrinter &printer) const {
  printTileShape(printer, getShape(), getElementType());
  printBy(printer, getBy());
  printer << '>';
}

LogicalResult AccType::verify(function_ref<InFlightDiagnostic()> emitError,
                              ArrayRef<int64_t> shape, Type elementType,
                              ArrayRef<int64_t> by) {
  if (failed(verifyTileShape(emitError, shape, elementType)))
    return failure();
  if (by.empty())
    return success();
  if (shape.size() != 2 || by.size() != 6)
    return emitError() << "expects 'by' of a tile of rank 2 to be [lanes, "
                          "lanes, warps, warps, run, run], but got "
                       << by.size() << " numbers for rank " << shape.size();
  for (auto [number, value] : llvm::enumerate(by))
    if (value < 1 || value > kMaxTileExtent)
      return emitError() << "expects number " << number << " of 'by' in [1, "
                         << kMaxTileExtent << "], but got " << value;
  if (by[0] * by[1] != kLanesPerWarp)
    return emitError() << "expects 'by' to share a tile among " << kLanesPerWarp
                       << " lanes, but got " << by[0] << " x " << by[1];
  for (int dim = 0; dim < 2; ++dim)
    if (shape[dim] % by[4 + dim])
      return emitError() << "expects runs that divide the extent " << shape[dim]
                         << " of dimension " << dim << ", but got "
                         << by[4 + dim];
  return success();
}

Type CoordsType::parse(AsmParser &parser) {
  SMLoc start = parser.getCurrentLocation();
  int64_t positions, micro;
  SmallVector<int64_t> by;
  if (parser.parseLess() || parser.parseInteger(positions) ||
      parser.parseComma() || parser.parseKeyword("micro") ||
      parser.parseEqual() || parser.parseInteger(micro))
    return {};
  if (succeeded(parser.parseOptionalComma()) && parseBy(parser, by))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<CoordsType>(start, parser.getContext(), positions,
                                       micro, by);
}

void CoordsType::print(AsmPrinter &printer) const {
  printer << '<' << getPositions() << ", micro = " << getMicro();
  printBy(printer, getBy());
  printer << '>';
}

LogicalResult CoordsType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t positions, int64_t micro,
                                 ArrayRef<int64_t> by) {
  if (positions < 1 || positions > kMaxTileExtent || micro < 1)
    return emitError() << "expects positions in [1, " << kMaxTileExtent
                       << "] and a micro-tile of at least 1, but got "
                       << positions << " and " << micro;
  if (by.empty())
    return success();
  if (by.size() != 5 && by.size() != 7)
    return emitError() << "expects 'by' to be [div, mod, mul, step, count], or "
                          "the same and [.., width, pieces], but got "
                       << by.size() << " numbers";
  int64_t held = by[4], mul = by[2], step = by[3];
  const int64_t least[] = {1, 1, 0, mul == 0, 1, 1, 1};
  for (auto [number, value] : llvm::enumerate(by))
    if (value < least[number] || value > kMaxTileExtent)
      return emitError() << "expects number " << number << " of 'by' in ["
                         << least[number] << ", " << kMaxTileExtent
                         << "], but got " << value;
  if (by.size() == 7)
    held *= by[6];
  if (held > positions)
    return emitError() << "expects a thread to hold at most " << positions
                       << " positions, but 'by' says " << held;
  // Whoever reads 'by' finds the micro-tile of a position by dividing by step.
  if (mul == 0 && step > micro)
    return emitError() << "expects 'by' with a mul of 0 to have a step of at "
                          "most "
                       << micro << " (the micro-tile), but got " << step;
  return success();
}
