//===- PITTypes.cpp - types of the pit dialect ----------------------------===//

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pit;

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
    if (extent < 1)
      return emitError() << "extents must be at least 1, but got " << extent;
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
  if (at && *at < 0)
    return emitError() << "expects an offset of at least 0, but got " << *at;
  return verifyTileShape(emitError, shape, elementType);
}

Type AccType::parse(AsmParser &parser) {
  SMLoc start = parser.getCurrentLocation();
  SmallVector<int64_t> shape;
  Type elementType;
  if (parseTileShape(parser, shape, elementType) || parser.parseGreater())
    return {};
  return parser.getChecked<AccType>(start, parser.getContext(), shape,
                                    elementType);
}

void AccType::print(AsmPrinter &printer) const {
  printTileShape(printer, getShape(), getElementType());
  printer << '>';
}

LogicalResult AccType::verify(function_ref<InFlightDiagnostic()> emitError,
                              ArrayRef<int64_t> shape, Type elementType) {
  return verifyTileShape(emitError, shape, elementType);
}

Type CoordsType::parse(AsmParser &parser) {
  SMLoc start = parser.getCurrentLocation();
  int64_t positions, micro;
  SmallVector<int64_t> by;
  if (parser.parseLess() || parser.parseInteger(positions) ||
      parser.parseComma() || parser.parseKeyword("micro") ||
      parser.parseEqual() || parser.parseInteger(micro))
    return {};
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("by") || parser.parseEqual() ||
       parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
         return parser.parseInteger(by.emplace_back());
       })))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<CoordsType>(start, parser.getContext(), positions,
                                       micro, by);
}

void CoordsType::print(AsmPrinter &printer) const {
  printer << '<' << getPositions() << ", micro = " << getMicro();
  if (!getBy().empty()) {
    printer << ", by = [";
    llvm::interleaveComma(getBy(), printer.getStream());
    printer << ']';
  }
  printer << '>';
}

LogicalResult CoordsType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t positions, int64_t micro,
                                 ArrayRef<int64_t> by) {
  if (positions < 1 || micro < 1)
    return emitError() << "expects at least 1 position and a micro-tile of at "
                          "least 1, but got "
                       << positions << " and " << micro;
  bool pieces = by.size() == 7;
  if (!by.empty() &&
      ((by.size() != 5 && !pieces) || by[0] < 1 || by[1] < 1 || by[2] < 0 ||
       by[3] < (by[2] == 0) || by[4] < 1 || by[4] > positions ||
       (pieces && (by[5] < 1 || by[6] < 1 || by[6] > positions))))
    return emitError()
           << "expects 'by' to be [div, mod, mul, step, count] with div, mod "
              "and count of at least 1, mul of at least 0, step of at least "
              "0, or 1 where mul is 0, and count of at most "
           << positions
           << " (the positions), or the same and [.., width, pieces] with both "
              "of at least 1";
  return success();
}
