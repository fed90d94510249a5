//===- Npy.h - arrays in .npy files -----------------------------*- C++ -*-===//
//
// NumPy's file format, versions 1.0 to 3.0
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), for
// dense little-endian arrays in C order. Every error is one line that begins
// with the name of the file.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_SUPPORT_NPY_H
#define PIT_SUPPORT_NPY_H

#include "pit/Support/File.h"

#include <span>
#include <vector>

namespace pit {

/// An element type: NumPy's kind letter and the size of an element.
struct NpyType {
  char kind = 'u';    ///< b bool, i signed, u unsigned, f float, V raw bytes
  unsigned bytes = 1; ///< of an element

  /// Reads "f4", "<f4", "|u1", "V2" ... Raw items are what ml_dtypes saves bf16
  /// and 8-bit floats as. The error says what is supported.
  static Expected<NpyType> parse(std::string_view text);
  /// As it stands in a file: "<f4", "|u1", "|b1", "|V2".
  std::string descr() const;
  bool operator==(const NpyType &) const = default;
};

/// An array in C order, little endian.
struct NpyArray {
  NpyType type;
  std::vector<uint64_t> shape; ///< empty: a scalar
  std::string data;            ///< elements() * type.bytes bytes

  /// Product of the shape.
  uint64_t elements() const;
};

/// Size in bytes of an array, or an error where it does not fit into 63 bits.
Expected<uint64_t> npyBytes(NpyType type, std::span<const uint64_t> shape);

/// "(3, 4)", "(3,)", "()": as Python prints a tuple.
std::string npyShape(std::span<const uint64_t> shape);

/// Reads the content of a .npy file; `name` is for messages. Allocates no more
/// than the content is long.
Expected<NpyArray> parseNpy(std::string_view content, std::string_view name);

/// Reads a .npy file.
Expected<NpyArray> readNpy(const std::string &path);

/// The header of a file of version 1.0, magic string included.
std::string npyHeader(NpyType type, std::span<const uint64_t> shape);

/// Writes `array` beside `path`, to be committed.
Expected<StagedFile> stageNpy(const std::string &path, const NpyArray &array);

/// Writes a .npy file; on an error the file is as it was.
Error writeNpy(const std::string &path, const NpyArray &array);

} // namespace pit

#endif // PIT_SUPPORT_NPY_H
