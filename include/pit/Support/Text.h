//===- Text.h - small pieces of text ----------------------------*- C++ -*-===//

#ifndef PIT_SUPPORT_TEXT_H
#define PIT_SUPPORT_TEXT_H

#include <cstdint>
#include <string>

namespace pit {

/// Whether `c` is one of 0 to 9, in every locale.
constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// "0x1f": `value` in hexadecimal with at least `minDigits` digits (at most
/// 16).
std::string hex(uint64_t value, unsigned minDigits = 1);

/// What line ends become in printable().
enum class LineEnds {
  Keep,   ///< they stay
  Replace ///< '?', as every other control character
};

/// `text` with '?' for each control character but a tab: what comes from a file
/// or the command line must not break lines or steer a terminal.
std::string printable(std::string text, LineEnds lineEnds);

} // namespace pit

#endif // PIT_SUPPORT_TEXT_H
