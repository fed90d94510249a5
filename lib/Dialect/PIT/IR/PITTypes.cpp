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

template <typename TypeT> static Type parseTileLike(AsmParser &parser) {
  SMLoc start = parser.getCurrentLocation();
  SmallVector<int64_t> shape;
  Type elementType;
  if (parser.parseLess() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/false) ||
      parser.parseType(elementType) || parser.parseGreater())
    return {};
  return parser.getChecked<TypeT>(start, parser.getContext(), shape,
                                  elementType);
}

template <typename TypeT>
static void printTileLike(AsmPrinter &printer, TypeT type) {
  printer << '<';
  printer.printDimensionList(type.getShape());
  printer << 'x' << type.getElementType() << '>';
}

static LogicalResult
verifyTileLike(function_ref<InFlightDiagnostic()> emitError,
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
  return parseTileLike<TileType>(parser);
}
void TileType::print(AsmPrinter &printer) const {
  printTileLike(printer, *this);
}
LogicalResult TileType::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<int64_t> shape, Type elementType) {
  return verifyTileLike(emitError, shape, elementType);
}

Type AccType::parse(AsmParser &parser) {
  return parseTileLike<AccType>(parser);
}
void AccType::print(AsmPrinter &printer) const {
  printTileLike(printer, *this);
}
LogicalResult AccType::verify(function_ref<InFlightDiagnostic()> emitError,
                              ArrayRef<int64_t> shape, Type elementType) {
  return verifyTileLike(emitError, shape, elementType);
}

LogicalResult CoordsType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t positions, int64_t micro) {
  if (positions < 1 || micro < 1)
    return emitError() << "expects at least 1 position and a micro-tile of at "
                          "least 1, but got "
                       << positions << " and " << micro;
  return success();
}
