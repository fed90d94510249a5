//===- Npy.cpp - arrays in .npy files -------------------------------------===//

#include "pit/Support/Npy.h"

#include <charconv>
#include <limits>
#include <optional>

using namespace pit;

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
/// Longer headers describe structured types, which are refused anyway.
constexpr uint64_t kMaxHeader = 1 << 16;
constexpr unsigned kMaxRank = 64; ///< NumPy's own limit

/// Text of a file, for a message: printable and short.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (char c : text.substr(0, 40))
    result += c >= 0x20 && c < 0x7F && c != '\'' ? c : '?';
  return result + (text.size() > 40 ? "...'" : "'");
}

/// Reads the Python dictionary of a header.
class HeaderParser {
public:
  HeaderParser(std::string_view text, std::string_view name)
      : rest(text), name(name) {}

  Error parse(NpyArray &array) {
    bool haveDescr = false, haveOrder = false, haveShape = false;
    bool fortran = false;
    if (!accept('{'))
      return fail("expected '{'");
    while (!accept('}')) {
      std::optional<std::string_view> key = string();
      if (!key)
        return fail("expected a key in quotes");
      if (!accept(':'))
        return fail("expected ':' after the key " + quoted(*key));
      if (*key == "descr" && !haveDescr) {
        haveDescr = true;
        skipBlanks();
        if (rest.starts_with('['))
          return Error{name +
                       ": structured types are not supported: expected a "
                       "single element type such as '<f4'"};
        std::optional<std::string_view> value = string();
        if (!value)
          return fail("expected a type in quotes after 'descr'");
        auto type = NpyType::parse(*value);
        if (!type)
          return Error{name + ": " + type.error().message};
        array.type = *type;
      } else if (*key == "fortran_order" && !haveOrder) {
        haveOrder = true;
        if (acceptWord("True"))
          fortran = true;
        else if (!acceptWord("False"))
          return fail("expected True or False after 'fortran_order'");
      } else if (*key == "shape" && !haveShape) {
        haveShape = true;
        if (Error e = shape(array.shape))
          return e;
      } else {
        return fail("unexpected key " + quoted(*key));
      }
      if (!accept(',')) {
        if (!accept('}'))
          return fail("expected ',' or '}'");
        break;
      }
    }
    skipBlanks();
    if (!rest.empty())
      return fail("expected only blanks after '}'");
    if (!haveDescr || !haveOrder || !haveShape)
      return fail(std::string("the key '") +
                  (!haveDescr   ? "descr"
                   : !haveOrder ? "fortran_order"
                                : "shape") +
                  "' is missing");
    // The order of an array with at most one dimension does not matter.
    if (fortran && array.shape.size() > 1)
      return Error{name + ": the array is in Fortran order: expected C order "
                          "(numpy.ascontiguousarray makes it)"};
    return Error::success();
  }

private:
  Error fail(std::string what) {
    return Error{name + ": malformed .npy header: " + what +
                 (rest.empty() ? " at its end" : " before " + quoted(rest))};
  }
  void skipBlanks() {
    size_t n = rest.find_first_not_of(" \t\n");
    rest.remove_prefix(n == std::string_view::npos ? rest.size() : n);
  }
  bool accept(char c) {
    skipBlanks();
    if (!rest.starts_with(c))
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool acceptWord(std::string_view word) {
    skipBlanks();
    if (!rest.starts_with(word))
      return false;
    rest.remove_prefix(word.size());
    return true;
  }
  /// A string literal without escapes.
  std::optional<std::string_view> string() {
    skipBlanks();
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
      return std::nullopt;
    size_t end = rest.find(rest[0], 1);
    if (end == std::string_view::npos)
      return std::nullopt;
    std::string_view value = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return value;
  }
  Error shape(std::vector<uint64_t> &shape) {
    if (!accept('('))
      return fail("expected a tuple after 'shape'");
    while (!accept(')')) {
      skipBlanks();
      uint64_t extent = 0;
      auto [end, status] =
          std::from_chars(rest.data(), rest.data() + rest.size(), extent);
      if (status != std::errc() ||
          extent > uint64_t(std::numeric_limits<int64_t>::max()))
        return fail("expected an extent between 0 and 2^63 - 1");
      rest.remove_prefix(size_t(end - rest.data()));
      acceptWord("L"); // Python 2 wrote its long integers so
      if (shape.size() == kMaxRank)
        return fail("more than " + std::to_string(kMaxRank) + " dimensions");
      shape.push_back(extent);
      if (!accept(',')) {
        if (shape.size() == 1)
          return fail("expected ',' after the only extent of a shape");
        if (!accept(')'))
          return fail("expected ',' or ')' in the shape");
        break;
      }
    }
    return Error::success();
  }

  std::string_view rest;
  std::string name;
};

} // namespace

Expected<NpyType> NpyType::parse(std::string_view text) {
  std::string_view rest = text;
  char order = '=';
  if (!rest.empty() &&
      std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
    order = rest[0];
    rest.remove_prefix(1);
  }
  NpyType type;
  type.kind = rest.empty() ? '\0' : rest[0];
  std::string_view digits = rest.substr(rest.empty() ? 0 : 1);
  bool known = false;
  auto sized = [&](std::initializer_list<std::string_view> sizes) {
    for (std::string_view size : sizes)
      known |= digits == size;
  };
  switch (type.kind) {
  case 'b':
    sized({"1"});
    break;
  case 'i':
  case 'u':
    sized({"1", "2", "4", "8"});
    break;
  case 'f':
    sized({"2", "4", "8"});
    break;
  case 'V':
    sized({"1", "2", "4", "8", "16"});
    break;
  default:
    break;
  }
  if (!known)
    return Error{
        "unsupported element type " + quoted(text) +
        ": expected b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4, f8 or raw "
        "items V1, V2, V4, V8, V16"};
  std::from_chars(digits.data(), digits.data() + digits.size(), type.bytes);
  if (order == '>' && type.bytes > 1 && type.kind != 'V')
    return Error{"the elements are big endian (" + quoted(text) +
                 "): expected little endian"};
  return type;
}

std::string NpyType::descr() const {
  bool ordered = bytes > 1 && kind != 'V';
  return std::string(ordered ? "<" : "|") + kind + std::to_string(bytes);
}

uint64_t NpyArray::elements() const {
  uint64_t count = 1;
  for (uint64_t extent : shape)
    count *= extent;
  return count;
}

Expected<uint64_t> pit::npyBytes(NpyType type,
                                 std::span<const uint64_t> shape) {
  // A zero anywhere makes the size 0, however large the others are.
  for (uint64_t extent : shape)
    if (extent == 0)
      return uint64_t(0);
  uint64_t bytes = type.bytes;
  for (uint64_t extent : shape)
    if (__builtin_mul_overflow(bytes, extent, &bytes) || bytes >> 63)
      return Error{"an array of shape " + npyShape(shape) + " and type '" +
                   type.descr() + "' has more than 2^63 bytes"};
  return bytes;
}

std::string pit::npyShape(std::span<const uint64_t> shape) {
  std::string result = "(";
  for (size_t i = 0; i < shape.size(); ++i)
    result += (i ? ", " : "") + std::to_string(shape[i]);
  return result + (shape.size() == 1 ? ",)" : ")");
}

Expected<NpyArray> pit::parseNpy(std::string_view content,
                                 std::string_view fileName) {
  std::string name(fileName);
  if (!content.starts_with(kMagic))
    return Error{name + ": expected a .npy file, but it starts with " +
                 quoted(content.substr(0, 6))};
  if (content.size() < 8)
    return Error{name + ": truncated: the file ends inside its .npy header"};
  unsigned major = uint8_t(content[6]), minor = uint8_t(content[7]);
  if (major < 1 || major > 3 || minor != 0)
    return Error{name + ": unsupported .npy version " + std::to_string(major) +
                 "." + std::to_string(minor) + ": expected 1.0, 2.0 or 3.0"};
  unsigned lengthBytes = major == 1 ? 2 : 4;
  std::string_view rest = content.substr(8);
  uint64_t length = 0;
  if (rest.size() < lengthBytes)
    return Error{name + ": truncated: the file ends inside its .npy header"};
  for (unsigned i = 0; i < lengthBytes; ++i)
    length |= uint64_t(uint8_t(rest[i])) << (8 * i);
  rest.remove_prefix(lengthBytes);
  if (length > kMaxHeader)
    return Error{name + ": the .npy header is " + std::to_string(length) +
                 " bytes long: expected at most " + std::to_string(kMaxHeader)};
  if (rest.size() < length)
    return Error{name + ": truncated: the .npy header is " +
                 std::to_string(length) +
                 " bytes long, but the file has only " +
                 std::to_string(rest.size()) + " more"};

  NpyArray array;
  if (Error e = HeaderParser(rest.substr(0, length), name).parse(array))
    return e;
  rest.remove_prefix(length);
  auto bytes = npyBytes(array.type, array.shape);
  if (!bytes)
    return Error{name + ": " + bytes.error().message};
  if (rest.size() != *bytes)
    return Error{
        name + (rest.size() < *bytes ? ": truncated" : ": trailing bytes") +
        ": shape " + npyShape(array.shape) + " of '" + array.type.descr() +
        "' needs " + std::to_string(*bytes) + " bytes of data, but " +
        std::to_string(rest.size()) + " follow the header"};
  array.data = rest;
  return array;
}

Expected<NpyArray> pit::readNpy(const std::string &path) {
  auto content = readFile(path);
  if (!content)
    return content.error();
  return parseNpy(*content, path);
}

std::string pit::npyHeader(NpyType type, std::span<const uint64_t> shape) {
  std::string dictionary =
      "{'descr': '" + type.descr() +
      "', 'fortran_order': False, 'shape': " + npyShape(shape) + ", }";
  // The data starts at a multiple of 64 bytes; a line break ends the header.
  size_t before = kMagic.size() + 4 + dictionary.size() + 1;
  dictionary.append((64 - before % 64) % 64, ' ');
  dictionary += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\0';
  // 64 extents of 20 digits keep the length far below 2^16.
  header += char(dictionary.size() & 0xFF);
  header += char(dictionary.size() >> 8);
  return header + dictionary;
}

Expected<StagedFile> pit::stageNpy(const std::string &path,
                                   const NpyArray &array) {
  return StagedFile::stage(path,
                           {npyHeader(array.type, array.shape), array.data});
}

Error pit::writeNpy(const std::string &path, const NpyArray &array) {
  auto file = stageNpy(path, array);
  if (!file)
    return file.error();
  return file->commit();
}
