//===- Bytecode.cpp - files of the dialect, in binary ---------------------===//
//
// What one version wrote, all later ones read. Three things see to that:
//
// - Attributes and types are written as text, so a parser that takes the text
//   of yesterday takes the files of yesterday: new fields are optional.
// - The properties of an operation are written by name, as a dictionary, where
//   ODS would write them by position: an optional attribute more needs nothing.
// - Any other change (a required attribute, an operand segment, a new meaning)
//   increments `kBytecodeVersion` and adds a step to `upgradeProperties`.
//
// test/Dialect/PIT/bytecode holds files of all versions.
//
//===----------------------------------------------------------------------===//

#include "Bytecode.h"

#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// Version of the dialect in the files that this program writes.
constexpr uint64_t kBytecodeVersion = 2;

struct PITVersion : DialectVersion {
  explicit PITVersion(uint64_t number) : number(number) {}
  uint64_t number;
};

struct PITBytecodeInterface : BytecodeDialectInterface {
  explicit PITBytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const final {
    writer.writeVarInt(kBytecodeVersion);
  }

  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const final {
    uint64_t number;
    if (failed(reader.readVarInt(number)))
      return nullptr;
    if (number == 0 || number > kBytecodeVersion) {
      reader.emitError() << "the file holds version " << number
                         << " of dialect 'pit', but this program reads "
                            "versions 1 to "
                         << kBytecodeVersion
                         << "; a program as new as the one that wrote the file "
                            "can print it as text";
      return nullptr;
    }
    return std::make_unique<PITVersion>(number);
  }
};

} // namespace

void pit::addBytecodeInterface(PITDialect &dialect) {
  dialect.addInterfaces<PITBytecodeInterface>();
}

/// Says that an operation has `count` more operand segments, the last ones,
/// which are empty.
static void appendSegments(NamedAttrList &properties, int64_t count) {
  constexpr llvm::StringLiteral kName = "operandSegmentSizes";
  if (auto old = dyn_cast_or_null<DenseI32ArrayAttr>(properties.get(kName))) {
    SmallVector<int32_t> sizes(old.asArrayRef());
    sizes.append(count, 0);
    properties.set(kName, DenseI32ArrayAttr::get(old.getContext(), sizes));
  }
}

/// Turns the properties of an operation that version `from` wrote into those
/// of this version.
static void upgradeProperties(OperationName name, uint64_t from,
                              NamedAttrList &properties) {
  // Version 2 gave the epilogue of pit.generic inputs.
  if (from < 2 && name.getStringRef() == GenericOp::getOperationName())
    appendSegments(properties, 1);
}

template <typename Op>
static LogicalResult readNamedProperties(DialectBytecodeReader &reader,
                                         OperationState &state) {
  // Without a version the file is not of the dialect's own making.
  auto version = reader.getDialectVersion<PITDialect>();
  if (failed(version)) {
    reader.emitError() << "the file has '" << state.name
                       << "', but no version of dialect 'pit'";
    return failure();
  }
  DictionaryAttr written;
  if (failed(reader.readAttribute(written)))
    return failure();
  NamedAttrList properties(written);
  upgradeProperties(state.name,
                    static_cast<const PITVersion *>(*version)->number,
                    properties);
  DictionaryAttr dictionary = properties.getDictionary(written.getContext());
  return Op::setPropertiesFromAttr(
      state.getOrAddProperties<typename Op::Properties>(), dictionary,
      [&] { return reader.emitError() << "'" << state.name << "': "; });
}

template <typename Op>
static void writeNamedProperties(Op op, DialectBytecodeWriter &writer) {
  // An operation whose attributes are all absent has none at all.
  Attribute dictionary =
      Op::getPropertiesAsAttr(op.getContext(), op.getProperties());
  if (!dictionary)
    dictionary = DictionaryAttr::get(op.getContext());
  writer.writeAttribute(dictionary);
}

// One line for each operation with attributes or operand segments.
#define PIT_NAMED_PROPERTIES(OP)                                               \
  LogicalResult OP::readProperties(DialectBytecodeReader &reader,              \
                                   OperationState &state) {                    \
    return readNamedProperties<OP>(reader, state);                             \
  }                                                                            \
  void OP::writeProperties(DialectBytecodeWriter &writer) {                    \
    writeNamedProperties(*this, writer);                                       \
  }

PIT_NAMED_PROPERTIES(CompactOp)
PIT_NAMED_PROPERTIES(DetectOp)
PIT_NAMED_PROPERTIES(ForEachTileOp)
PIT_NAMED_PROPERTIES(GenericOp)
PIT_NAMED_PROPERTIES(LaunchOp)
PIT_NAMED_PROPERTIES(RequireOp)
PIT_NAMED_PROPERTIES(SReadOp)
PIT_NAMED_PROPERTIES(SWriteOp)
PIT_NAMED_PROPERTIES(TileMmaOp)
PIT_NAMED_PROPERTIES(WaitOp)
