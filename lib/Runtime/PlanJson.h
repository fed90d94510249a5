//===- PlanJson.h - strict reading of JSON ----------------------*- C++ -*-===//

#ifndef PIT_LIB_RUNTIME_PLANJSON_H
#define PIT_LIB_RUNTIME_PLANJSON_H

#include "pit/Support/Expected.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace pit::runtime {

/// Keeps the order of keys, so that text that is passed on stays as it was.
using Json = nlohmann::ordered_json;

/// Parses RFC 8259 JSON whose objects have no key twice, at most 64 values deep
/// and 256 keys wide. The error reads `FILE:LINE:COLUMN: malformed JSON: ...`.
Expected<Json> parseStrictJson(std::string_view text,
                               std::string_view fileName);

/// What a value is, for messages: "the integer 5", "the string 'x'", "a list".
std::string describe(const Json &value);

/// Collects the first error of a reader.
class JsonErrors {
public:
  explicit JsonErrors(std::string_view fileName) : file(fileName) {}
  /// Keeps `FILE: PATH: MESSAGE` unless there is an error already. Returns
  /// false, so that a check can return it.
  bool fail(std::string_view path, std::string_view message);
  /// fail() with "expected WHAT, but got ...".
  bool expected(std::string_view path, std::string_view what,
                const Json &value);
  const Error &error() const { return first; }

private:
  std::string file;
  Error first;
};

/// The members of one object, each asked for once; what nobody asked for is an
/// error of finish().
class JsonObject {
public:
  /// `value` may be anything; begin() says whether it is an object.
  JsonObject(JsonErrors &errors, const Json &value, std::string path)
      : errors(errors), value(value), where(std::move(path)) {}
  bool begin();
  /// The member `key`, or null and an error.
  const Json *required(std::string_view key);
  /// The member `key`, or null.
  const Json *optional(std::string_view key);
  /// Complains of keys that were not asked for.
  bool finish();

  bool string(std::string_view key, std::string &result);
  bool integer(std::string_view key, int64_t low, int64_t high,
               int64_t &result);
  /// "steps[2].grid"
  std::string pathOf(std::string_view key) const;
  const std::string &path() const { return where; }

private:
  JsonErrors &errors;
  const Json &value;
  std::string where; ///< empty: the root
  std::vector<std::string_view> known;
};

} // namespace pit::runtime

#endif // PIT_LIB_RUNTIME_PLANJSON_H
