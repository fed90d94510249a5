//===- Arrays.cpp - the data of a run -------------------------------------===//

#include "Arrays.h"

#include "pit/Support/CommandLine.h"

#include "llvm/ADT/APFloat.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>

using namespace pit;
using namespace pit::tool;
using runtime::ElementType;

/// The format of a float, or null.
static const llvm::fltSemantics *semanticsOf(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return &llvm::APFloat::IEEEhalf();
  case ElementType::BF16:
    return &llvm::APFloat::BFloat();
  case ElementType::F32:
    return &llvm::APFloat::IEEEsingle();
  case ElementType::F64:
    return &llvm::APFloat::IEEEdouble();
  case ElementType::F8E4M3:
    return &llvm::APFloat::Float8E4M3FN();
  case ElementType::F8E5M2:
    return &llvm::APFloat::Float8E5M2();
  default:
    return nullptr;
  }
}

template <typename T>
static void convert(const std::string &data, std::vector<double> &values) {
  for (size_t i = 0; i < values.size(); ++i) {
    T element;
    std::memcpy(&element, data.data() + i * sizeof(T), sizeof(T));
    values[i] = double(element);
  }
}

/// Through a table of all numbers of the format, at most 2^16.
template <typename Bits>
static void convertNarrow(const llvm::fltSemantics &semantics,
                          const std::string &data,
                          std::vector<double> &values) {
  constexpr unsigned width = 8 * sizeof(Bits);
  std::vector<double> table(size_t(1) << width);
  for (size_t bits = 0; bits < table.size(); ++bits)
    table[bits] =
        llvm::APFloat(semantics, llvm::APInt(width, bits)).convertToDouble();
  for (size_t i = 0; i < values.size(); ++i) {
    Bits bits;
    std::memcpy(&bits, data.data() + i * sizeof(Bits), sizeof(Bits));
    values[i] = table[bits];
  }
}

std::vector<double> tool::toDoubles(const TensorSpec &spec,
                                    const NpyArray &array) {
  std::vector<double> values(array.elements());
  switch (spec.element) {
  case ElementType::F16:
  case ElementType::BF16:
    convertNarrow<uint16_t>(*semanticsOf(spec.element), array.data, values);
    break;
  case ElementType::F8E4M3:
  case ElementType::F8E5M2:
    convertNarrow<uint8_t>(*semanticsOf(spec.element), array.data, values);
    break;
  case ElementType::F32:
    convert<float>(array.data, values);
    break;
  case ElementType::F64:
    convert<double>(array.data, values);
    break;
  case ElementType::I1:
    convert<uint8_t>(array.data, values);
    break;
  case ElementType::I8:
    convert<int8_t>(array.data, values);
    break;
  case ElementType::I16:
    convert<int16_t>(array.data, values);
    break;
  case ElementType::I32:
    convert<int32_t>(array.data, values);
    break;
  case ElementType::I64:
    convert<int64_t>(array.data, values);
    break;
  }
  return values;
}

void tool::fromDoubles(const TensorSpec &spec,
                       const std::vector<double> &values, NpyArray &array) {
  unsigned bytes = runtime::byteSize(spec.element);
  const llvm::fltSemantics *semantics = semanticsOf(spec.element);
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t bits;
    if (semantics) {
      llvm::APFloat number(values[i]);
      bool inexact;
      number.convert(*semantics, llvm::APFloat::rmNearestTiesToEven, &inexact);
      bits = number.bitcastToAPInt().getZExtValue();
    } else {
      bits = uint64_t(int64_t(values[i]));
      if (spec.element == ElementType::I1)
        bits &= 1;
    }
    // Little endian, as the file is.
    std::memcpy(array.data.data() + i * bytes, &bits, bytes);
  }
}

Expected<NpyArray> tool::makeArray(const TensorSpec &spec,
                                   const std::string &what) {
  // Without exceptions a failed allocation would end the program. Volatile, or
  // clang++ takes an allocation that nobody uses for one that succeeds.
  void *volatile probe = std::malloc(spec.bytes());
  if (!probe && spec.bytes())
    return Error{what + " of type " + spec.type + " takes " +
                 std::to_string(spec.bytes()) +
                 " bytes, more than this machine gives"};
  std::free(probe);
  NpyArray array{spec.npyType(), spec.shape, {}};
  array.data.assign(spec.bytes(), '\0');
  return array;
}

//===----------------------------------------------------------------------===//
// --arg
//===----------------------------------------------------------------------===//

namespace {

/// A small generator with a fixed sequence on every machine: SplitMix64
/// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  double uniform() { return double(next() >> 11) * 0x1p-53; }
  /// Of mean 0 and variance 1, nearly normal: a sum of twelve uniform numbers.
  /// It needs no function of a library, which would differ between machines.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += uniform();
    return sum;
  }

private:
  uint64_t state;
};

/// What `random:` was told.
struct RandomSpec {
  std::optional<std::vector<uint64_t>> shape; ///< none: the argument's own
  uint64_t seed = 0;
  double density = 1;
  std::vector<uint64_t> block; ///< empty: single elements
  bool integers = false;
};

/// Splits off what stands before `separator`.
std::string takeWord(std::string &text, char separator) {
  size_t end = text.find(separator);
  std::string word = text.substr(0, end);
  text = end == std::string::npos ? "" : text.substr(end + 1);
  return word;
}

/// Numbers of at least `least` such as 32x16.
Expected<std::vector<uint64_t>> parseExtents(const std::string &value,
                                             uint64_t least, size_t rank) {
  const std::string number = std::to_string(least);
  std::vector<uint64_t> extents;
  std::string rest = value + "x";
  while (!rest.empty()) {
    auto extent = parseNumber(takeWord(rest, 'x'));
    if (!extent || *extent < least)
      return Error{"expected extents of at least " + number +
                   " such as 32x16, but got '" + value + "'"};
    extents.push_back(*extent);
  }
  if (extents.size() != rank)
    return Error{"expected " + std::to_string(rank) +
                 " extents (rank of the tensor), but got '" + value + "'"};
  return extents;
}

/// `kind` is random or zeros, which knows a shape only.
Expected<RandomSpec> parseRandom(const std::string &kind, std::string text,
                                 size_t rank) {
  RandomSpec spec;
  std::set<std::string> seen;
  if (text.ends_with(','))
    return Error{"expected KEY=VALUE after the last ','"};
  while (!text.empty()) {
    std::string value = takeWord(text, ','), key = takeWord(value, '=');
    if (!seen.insert(key).second)
      return Error{key + ": given twice"};
    if (key == "shape") {
      auto shape = parseExtents(value, 0, rank);
      if (!shape)
        return Error{"shape: " + shape.error().message};
      for (uint64_t extent : *shape)
        if (extent > uint64_t(INT64_MAX))
          return Error{"shape: " + std::to_string(extent) +
                       " is beyond 9223372036854775807"};
      spec.shape = std::move(*shape);
      continue;
    }
    if (kind == "zeros")
      return Error{"unknown key '" + key + "': expected shape"};
    if (key == "seed") {
      auto seed = parseNumber(value);
      if (!seed)
        return Error{"seed: expected a number, but got '" + value + "'"};
      spec.seed = *seed;
    } else if (key == "density") {
      auto [end, status] = std::from_chars(
          value.data(), value.data() + value.size(), spec.density);
      if (status != std::errc() || end != value.data() + value.size() ||
          !(spec.density >= 0 && spec.density <= 1))
        return Error{"density: expected a number from 0 to 1, but got '" +
                     value + "'"};
    } else if (key == "block") {
      auto block = parseExtents(value, 1, rank);
      if (!block)
        return Error{"block: " + block.error().message};
      spec.block = std::move(*block);
    } else if (key == "values" && (value == "normal" || value == "integers")) {
      spec.integers = value == "integers";
    } else if (key == "values") {
      return Error{"values: expected 'normal' or 'integers', but got '" +
                   value + "'"};
    } else {
      return Error{"unknown key '" + key +
                   "': expected shape, seed, density, block or values"};
    }
  }
  return spec;
}

/// Blocks are live one by one, in row-major order; then each element of a live
/// one gets its value, so that a block of another shape changes nothing else.
void fillRandom(const TensorSpec &spec, const RandomSpec &random,
                NpyArray &array) {
  size_t rank = spec.shape.size();
  std::vector<uint64_t> grid(rank);
  uint64_t blocks = 1;
  auto extent = [&](size_t dim) {
    return random.block.empty() ? 1 : random.block[dim];
  };
  for (size_t dim = 0; dim < rank; ++dim) {
    // Without a sum that extents close to 2^64 would overflow.
    grid[dim] =
        spec.shape[dim] / extent(dim) + (spec.shape[dim] % extent(dim) != 0);
    blocks *= grid[dim];
  }
  Random choice(random.seed), value(~random.seed);
  std::vector<bool> live(blocks);
  for (uint64_t i = 0; i < blocks; ++i)
    live[i] = choice.uniform() < random.density;

  bool isFloat = semanticsOf(spec.element) != nullptr;
  std::vector<double> values(spec.elements());
  std::vector<uint64_t> place(rank);
  for (double &element : values) {
    uint64_t block = 0;
    for (size_t dim = 0; dim < rank; ++dim)
      block = block * grid[dim] + place[dim] / extent(dim);
    uint64_t digit = value.next() % 8; // -4 .. -1, 1 .. 4
    double integer = double(digit) - (digit < 4 ? 4 : 3);
    double number = isFloat && !random.integers ? value.normal() : integer;
    if (spec.element == ElementType::I1)
      number = 1;
    element = live[block] ? number : 0;
    for (size_t dim = rank; dim-- > 0;) {
      if (++place[dim] < spec.shape[dim])
        break;
      place[dim] = 0;
    }
  }
  fromDoubles(spec, values, array);
}

/// A shape that the tensor could have.
std::string exampleShape(const TensorSpec &spec) {
  std::string text;
  for (uint64_t size : spec.shape)
    text += (text.empty() ? "" : "x") +
            std::to_string(size == kDynamicSize ? 64 : size);
  return text;
}

Expected<NpyArray> makeArgument(TensorSpec &spec, const std::string &kind,
                                const std::string &text) {
  auto random = parseRandom(kind, text, spec.shape.size());
  if (!random)
    return random.error();
  if (random->shape) {
    if (Error e = spec.setShape(*random->shape))
      return e;
  } else if (spec.isDynamic()) {
    return Error{"expected the sizes of " + spec.type + ", as in '" + kind +
                 ":shape=" + exampleShape(spec) + "'"};
  }
  auto array = makeArray(spec, "an array");
  if (array && kind == "random")
    fillRandom(spec, *random, *array);
  return array;
}

Expected<NpyArray> readArgument(TensorSpec &spec, const std::string &text) {
  for (const std::string kind : {"zeros", "random"})
    if (text == kind || text.starts_with(kind + ":"))
      return makeArgument(spec, kind,
                          text.substr(std::min(kind.size() + 1, text.size())));
  auto array = readNpy(text);
  if (!array)
    return array.error();
  // MLIR's integers have no sign; a file's have.
  NpyType expected = spec.npyType(), got = array->type;
  bool sameType = expected == got || (expected.kind == 'i' && got.kind == 'u' &&
                                      expected.bytes == got.bytes);
  if (!sameType || (!spec.isDynamic() && array->shape != spec.shape))
    return Error{"expected " + spec.type + ", an array of " +
                 (spec.isDynamic() ? "rank " + std::to_string(spec.shape.size())
                                   : "shape " + npyShape(spec.shape)) +
                 " and type " + expected.descr() + ", but " + text +
                 " has shape " + npyShape(array->shape) + " and type " +
                 got.descr()};
  if (Error e = spec.setShape(array->shape))
    return e;
  if (spec.element == ElementType::I1)
    for (char &element : array->data)
      element = element != 0;
  return array;
}

} // namespace

Expected<std::vector<NpyArray>>
tool::readArguments(Signature &signature,
                    const std::vector<std::string> &specs) {
  if (specs.size() != signature.arguments.size()) {
    std::string types;
    for (const TensorSpec &spec : signature.arguments)
      types += (types.empty() ? "" : ", ") + spec.type;
    return Error{"'" + signature.name + "' takes " +
                 std::to_string(signature.arguments.size()) + " arguments (" +
                 types + "): expected one --arg for each, but got " +
                 std::to_string(specs.size())};
  }
  std::vector<NpyArray> arrays;
  for (size_t i = 0; i < specs.size(); ++i) {
    auto array = readArgument(signature.arguments[i], specs[i]);
    if (!array)
      return Error{"argument " + std::to_string(i) + " ('" + specs[i] +
                   "'): " + array.error().message};
    arrays.push_back(std::move(*array));
  }
  return arrays;
}
