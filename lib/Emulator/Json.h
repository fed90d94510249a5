//===- Json.h - writing JSON ------------------------------------*- C++ -*-===//

#ifndef PIT_LIB_EMULATOR_JSON_H
#define PIT_LIB_EMULATOR_JSON_H

#include <cstdint>
#include <string>
#include <string_view>

namespace pit::emu {

/// `text` as a JSON string, quotes included (RFC 8259, section 7). Bytes that
/// are no UTF-8 become U+FFFD, so that the result always is.
std::string jsonString(std::string_view text);

/// Writes one JSON value piece by piece; commas come by themselves. The caller
/// opens and closes in order, and names every member of an object.
class JsonWriter {
public:
  void beginObject() { open('{'); }
  void endObject() { close('}'); }
  void beginArray() { open('['); }
  void endArray() { close(']'); }
  /// The name of the member whose value comes next.
  void key(std::string_view name);
  void value(uint64_t number) { scalar(std::to_string(number)); }
  void value(int64_t number) { scalar(std::to_string(number)); }
  /// Finite numbers only; the fewest digits that read back as the same double.
  void value(double number);
  void value(bool truth) { scalar(truth ? "true" : "false"); }
  void value(std::string_view text) { scalar(jsonString(text)); }
  void value(const char *text) { value(std::string_view(text)); }
  template <typename T> void member(std::string_view name, const T &v) {
    key(name);
    value(v);
  }
  /// Breaks the line before the next element: for people who look at the file.
  void lineBreak() { breakNext = true; }
  std::string take() { return std::move(text); }

private:
  void separate();
  void open(char c);
  void close(char c);
  void scalar(std::string_view s);

  std::string text;
  bool needComma = false, breakNext = false;
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_JSON_H
