//===- Json.cpp - writing JSON --------------------------------------------===//

#include "Json.h"

#include <charconv>
#include <cstdio>

using namespace pit::emu;

namespace {

/// Length of the UTF-8 sequence at the start of `s` (RFC 3629); 0 if there is
/// none.
size_t utf8Length(std::string_view s) {
  auto byte = [&](size_t i) {
    return i < s.size() ? uint8_t(s[i]) : uint8_t(0);
  };
  auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  uint8_t first = byte(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    // Neither overlong forms nor the surrogates U+D800 to U+DFFF.
    bool ok = continues(1) && continues(2) &&
              !(first == 0xE0 && byte(1) < 0xA0) &&
              !(first == 0xED && byte(1) > 0x9F);
    return ok ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    bool ok = continues(1) && continues(2) && continues(3) &&
              !(first == 0xF0 && byte(1) < 0x90) &&
              !(first == 0xF4 && byte(1) > 0x8F);
    return ok ? 4 : 0;
  }
  return 0;
}

} // namespace

std::string pit::emu::jsonString(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    size_t length = utf8Length(text);
    uint8_t c = uint8_t(text[0]);
    if (length == 0) {
      result += "\\ufffd";
      length = 1;
    } else if (c == '"' || c == '\\') {
      result += '\\';
      result += char(c);
    } else if (c < 0x20 || c == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      result += escape;
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return result + '"';
}

void JsonWriter::value(double number) {
  char digits[32];
  auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  scalar(std::string_view(digits, size_t(end - digits)));
}

void JsonWriter::separate() {
  if (needComma)
    text += ',';
  if (breakNext)
    text += '\n';
  else if (needComma)
    text += ' ';
  needComma = breakNext = false;
}

void JsonWriter::open(char c) {
  separate();
  text += c;
}

void JsonWriter::close(char c) {
  text += c;
  needComma = true;
  breakNext = false;
}

void JsonWriter::scalar(std::string_view s) {
  separate();
  text += s;
  needComma = true;
}

void JsonWriter::key(std::string_view name) {
  separate();
  text += jsonString(name);
  text += ": ";
}
