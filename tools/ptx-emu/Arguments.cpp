//===- Arguments.cpp - kernel arguments of the command line ---------------===//

#include "Arguments.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

using namespace pit;
using namespace pit::tool;

namespace {

/// A parameter declared as an array: a value passed by value.
bool isAggregate(const emu::KernelParam &param) {
  return param.bytes * 8 != ptx::bitWidth(param.type);
}

bool isFloat(ptx::Type type) {
  return type == ptx::Type::F16 || type == ptx::Type::F32 ||
         type == ptx::Type::F64;
}

bool isBits(ptx::Type type) {
  return type == ptx::Type::B8 || type == ptx::Type::B16 ||
         type == ptx::Type::B32 || type == ptx::Type::B64;
}

/// Kinds of scalars: the prefix of the argument.
struct ScalarKind {
  std::string_view prefix;
  char kind; ///< i, u, f, b
  unsigned bits;
};
constexpr ScalarKind kScalars[] = {
    {"i8", 'i', 8},   {"u8", 'u', 8},   {"b8", 'b', 8},   {"i16", 'i', 16},
    {"u16", 'u', 16}, {"b16", 'b', 16}, {"f16", 'f', 16}, {"bf16", 'f', 16},
    {"i32", 'i', 32}, {"u32", 'u', 32}, {"b32", 'b', 32}, {"f32", 'f', 32},
    {"i64", 'i', 64}, {"u64", 'u', 64}, {"b64", 'b', 64}, {"f64", 'f', 64},
};

/// What a parameter takes, for messages.
std::string expectedFor(const emu::KernelParam &param) {
  if (isAggregate(param))
    return "hex: or bytes: with " + std::to_string(param.bytes) + " bytes";
  std::string list;
  if (param.bytes == 8 && !isFloat(param.type))
    list = "a buffer (in:, inout:, out:, zeros:), null, ";
  bool first = true;
  for (const ScalarKind &scalar : kScalars) {
    bool fits = isBits(param.type) || scalar.kind == 'b' ||
                (scalar.kind == 'f') == isFloat(param.type);
    if (scalar.bits != param.bytes * 8 || !fits)
      continue;
    list += (first ? "" : ", ") + std::string(scalar.prefix) + ":";
    first = false;
  }
  return list;
}

/// The bits of an integer argument, or why not.
Expected<uint64_t> integer(const ScalarKind &scalar, std::string_view text) {
  bool negative = text.starts_with('-');
  std::string_view digits = text.substr(negative ? 1 : 0);
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    digits.remove_prefix(2);
  }
  uint64_t magnitude = 0;
  auto [end, status] = std::from_chars(
      digits.data(), digits.data() + digits.size(), magnitude, base);
  if (end != digits.data() + digits.size() ||
      status == std::errc::invalid_argument)
    return Error{"expected an integer"};
  uint64_t mask = ~uint64_t(0) >> (64 - scalar.bits);
  uint64_t max = scalar.kind == 'i' ? mask >> 1 : mask;
  uint64_t min = scalar.kind == 'i' ? (mask >> 1) + 1 : 0; // as a magnitude
  if (status != std::errc() || magnitude > (negative ? min : max))
    return Error{"expected an integer between " + std::string(min ? "-" : "") +
                 std::to_string(min) + " and " + std::to_string(max)};
  return (negative ? 0 - magnitude : magnitude) & mask;
}

/// The bits of `value` in a 16-bit format with `fraction` bits, rounded to
/// nearest even; infinity where it is too large.
uint64_t round16(double value, unsigned fraction) {
  unsigned exponentBits = 15 - fraction;
  int bias = (1 << (exponentBits - 1)) - 1;
  uint64_t sign = std::signbit(value) ? 0x8000 : 0;
  uint64_t infinity = ((uint64_t(1) << exponentBits) - 1) << fraction;
  if (std::isnan(value))
    return 0x7FFF;
  if (std::isinf(value))
    return sign | infinity;
  int exponent = 0;
  std::frexp(value, &exponent); // |value| in [2^(exponent-1), 2^exponent)
  exponent = std::max(exponent - 1, 1 - bias);
  // Exact scaling, then one rounding.
  auto units = uint64_t(
      std::nearbyint(std::ldexp(std::fabs(value), int(fraction) - exponent)));
  if (value == 0)
    return sign;
  // A carry out of the fraction moves on into the exponent by itself.
  uint64_t bits = units + (uint64_t(exponent + bias - 1) << fraction);
  return sign | std::min(bits, infinity);
}

/// The bits of a floating-point argument, or why not.
Expected<uint64_t> floating(const ScalarKind &scalar, std::string_view text) {
  auto parse = [&](auto value) -> Expected<decltype(value)> {
    auto [end, status] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() ||
        status == std::errc::invalid_argument)
      return Error{"expected a number such as 1.5, 1e-3, inf or nan"};
    if (status != std::errc())
      return Error{"the number is out of range"};
    return value;
  };
  if (scalar.bits == 32) {
    auto value = parse(0.0f);
    if (!value)
      return value.error();
    return uint64_t(std::bit_cast<uint32_t>(*value));
  }
  auto value = parse(0.0);
  if (!value)
    return value.error();
  if (scalar.bits == 64)
    return std::bit_cast<uint64_t>(*value);
  unsigned fraction = scalar.prefix == "f16" ? 10 : 7;
  uint64_t bits = round16(*value, fraction);
  uint64_t infinity = 0x7FFF & ~((uint64_t(1) << fraction) - 1);
  if (std::isfinite(*value) && (bits & 0x7FFF) == infinity)
    return Error{"the number is out of range"};
  return bits;
}

Expected<std::string> hexBytes(std::string_view digits) {
  std::string bytes;
  auto nibble = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    int high = nibble(digits[i]), low = nibble(digits[i + 1]);
    if (high < 0 || low < 0)
      return Error{"expected hexadecimal digits"};
    bytes += char(high << 4 | low);
  }
  if (digits.size() % 2)
    return Error{"expected an even number of hexadecimal digits"};
  return bytes;
}

/// "64x32" or "" (a scalar).
Expected<std::vector<uint64_t>> parseShape(std::string_view text) {
  std::vector<uint64_t> shape;
  while (!text.empty()) {
    size_t x = text.find('x');
    auto extent = parseNumber(text.substr(0, x), 0, ~uint64_t(0) >> 1);
    if (!extent || shape.size() == 32)
      return Error{"expected a shape such as 64x32"};
    shape.push_back(*extent);
    if (x == std::string_view::npos)
      return shape;
    text.remove_prefix(x + 1);
  }
  return Error{"expected a shape such as 64x32"};
}

/// Reads one argument.
class Reader {
public:
  Reader(unsigned index, const emu::KernelParam &param, const std::string &spec)
      : index(index), param(param), spec(spec) {}

  Expected<Argument> read() {
    argument.name = param.name;
    size_t colon = spec.find(':');
    std::string_view prefix = std::string_view(spec).substr(0, colon);
    std::string_view rest;
    if (colon != std::string::npos)
      rest = std::string_view(spec).substr(colon + 1);
    std::string_view role = prefix.substr(0, prefix.find('+'));

    if (spec == "null") {
      if (!pointer())
        return wrongKind("a null pointer");
      return value(uint64_t(0));
    }
    for (const ScalarKind &scalar : kScalars)
      if (scalar.prefix == prefix && colon != std::string::npos)
        return readScalar(scalar, rest);
    if ((prefix == "hex" || prefix == "bytes") && colon != std::string::npos)
      return readBytes(prefix == "hex", rest);
    if ((role == "in" || role == "inout" || role == "out" || role == "zeros") &&
        colon != std::string::npos) {
      if (!pointer())
        return wrongKind("a buffer");
      if (role != prefix) {
        auto offset = parseNumber(prefix.substr(role.size() + 1));
        if (!offset)
          return fail("expected a number of bytes after '" + std::string(role) +
                      "+'");
        argument.offset = *offset;
      }
      return readBuffer(role, rest);
    }
    return fail("unknown form of argument: expected " + expectedFor(param));
  }

private:
  Error fail(const std::string &what) {
    return Error{"argument " + std::to_string(index) + " for parameter " +
                 describe(param) + " is '" + spec + "': " + what};
  }
  Error wrongKind(const std::string &given) {
    return fail(given + " does not fit: expected " + expectedFor(param));
  }
  bool pointer() const {
    return param.bytes == 8 && !isAggregate(param) && !isFloat(param.type);
  }
  Argument value(uint64_t bits) {
    argument.value.resize(param.bytes);
    std::memcpy(argument.value.data(), &bits, param.bytes);
    return std::move(argument);
  }

  Expected<Argument> readScalar(const ScalarKind &scalar,
                                std::string_view text) {
    if (scalar.bits != param.bytes * 8)
      return wrongKind("a value of " + std::to_string(scalar.bits / 8) +
                       " bytes");
    // Bits fit everywhere, and everything fits bits: nvcc declares a __half or
    // a struct of one float as an array of bytes.
    bool typed =
        scalar.kind != 'b' && !isAggregate(param) && !isBits(param.type);
    if (typed && (scalar.kind == 'f') != isFloat(param.type))
      return wrongKind(scalar.kind == 'f' ? "a floating-point number"
                                          : "an integer");
    auto bits =
        scalar.kind == 'f' ? floating(scalar, text) : integer(scalar, text);
    if (!bits)
      return fail(bits.error().message);
    return value(*bits);
  }

  Expected<Argument> readBytes(bool hex, std::string_view text) {
    auto bytes = hex ? hexBytes(text) : readFile(std::string(text));
    if (!bytes)
      return fail(bytes.error().message);
    if (bytes->size() != param.bytes)
      return fail("expected " + std::to_string(param.bytes) +
                  " bytes, but got " + std::to_string(bytes->size()));
    argument.value = *bytes;
    return std::move(argument);
  }

  Expected<Argument> readBuffer(std::string_view role, std::string_view text) {
    if (role == "zeros") {
      argument.role = Argument::Role::In;
      auto bytes = parseNumber(text, 0, uint64_t(1) << 32);
      if (!bytes)
        return fail("expected a number of bytes up to 2^32");
      argument.array.shape = {*bytes};
      argument.array.data.assign(*bytes, '\0');
    } else if (role == "out") {
      argument.role = Argument::Role::Out;
      if (Error e = readOut(text))
        return e;
    } else {
      argument.role = role == "in" ? Argument::Role::In : Argument::Role::InOut;
      argument.file = text;
      auto array = readNpy(argument.file);
      if (!array)
        return fail(array.error().message);
      argument.array = std::move(*array);
    }
    auto bytes = npyBytes(argument.array.type, argument.array.shape);
    if (!bytes)
      return fail(bytes.error().message);
    argument.bytes = *bytes;
    if (argument.offset > argument.bytes)
      return fail("the offset is beyond the buffer's " +
                  std::to_string(argument.bytes) + " bytes");
    return std::move(argument);
  }

  /// FILE:SHAPE:TYPE; the name of the file may contain colons.
  Error readOut(std::string_view text) {
    size_t typeColon = text.rfind(':');
    size_t shapeColon = typeColon == std::string_view::npos || typeColon == 0
                            ? std::string_view::npos
                            : text.rfind(':', typeColon - 1);
    if (shapeColon == std::string_view::npos || shapeColon == 0)
      return fail("expected out:FILE:SHAPE:TYPE, such as out:c.npy:64x32:f4");
    argument.file = text.substr(0, shapeColon);
    auto shape =
        parseShape(text.substr(shapeColon + 1, typeColon - shapeColon - 1));
    if (!shape)
      return fail(shape.error().message);
    auto type = NpyType::parse(text.substr(typeColon + 1));
    if (!type)
      return fail(type.error().message);
    argument.array.shape = *shape;
    argument.array.type = *type;
    return Error::success();
  }

  unsigned index;
  const emu::KernelParam &param;
  const std::string &spec;
  Argument argument;
};

} // namespace

std::string tool::describe(const emu::KernelParam &param) {
  std::string type = "." + std::string(ptx::toString(param.type));
  if (isAggregate(param))
    type += "[" +
            std::to_string(param.bytes * 8 /
                           std::max(1u, ptx::bitWidth(param.type))) +
            "]";
  if (param.isPointer)
    type += " .ptr";
  return "'" + param.name + "' (" + type + ", " + std::to_string(param.bytes) +
         " bytes)";
}

Expected<std::vector<Argument>>
tool::readArguments(const emu::Kernel &kernel,
                    const std::vector<std::string> &specs) {
  auto params = kernel.params();
  if (specs.size() != params.size()) {
    std::string message = "kernel '" + std::string(kernel.name()) + "' takes " +
                          std::to_string(params.size()) + " arguments, but " +
                          std::to_string(specs.size()) + " were given: ";
    if (specs.size() < params.size())
      message += "the first one missing is for parameter " +
                 describe(params[specs.size()]);
    else
      message += "the first one too many is '" + specs[params.size()] + "'";
    return Error{message};
  }
  std::vector<Argument> arguments;
  for (unsigned i = 0; i < specs.size(); ++i) {
    auto argument = Reader(i, params[i], specs[i]).read();
    if (!argument)
      return argument.error();
    arguments.push_back(std::move(*argument));
  }
  return arguments;
}

Error tool::checkOutputs(const Options &options,
                         const std::vector<Argument> &arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Argument &argument = arguments[i];
    if (argument.file.empty())
      continue;
    if (!options.stats.file.empty() &&
        isSameFile(argument.file, options.stats.file))
      return Error{"--stats-out: '" + options.stats.file +
                   "' is the file of the argument for '" + argument.name + "'"};
    if (!argument.isOutput())
      continue;
    if (isSameFile(argument.file, options.file))
      return Error{"the argument for '" + argument.name +
                   "' would overwrite the PTX file '" + options.file + "'"};
    for (size_t k = 0; k < i; ++k)
      if (arguments[k].isOutput() &&
          isSameFile(argument.file, arguments[k].file))
        return Error{"two arguments write the file '" + argument.file +
                     "': those for '" + arguments[k].name + "' and '" +
                     argument.name + "'"};
  }
  if (!options.stats.file.empty() &&
      isSameFile(options.file, options.stats.file))
    return Error{"--stats-out: '" + options.stats.file + "' is the PTX file"};
  return Error::success();
}
