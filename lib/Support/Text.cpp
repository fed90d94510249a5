//===- Text.cpp - small pieces of text ------------------------------------===//

#include "pit/Support/Text.h"

#include <algorithm>
#include <cstdio>

std::string pit::hex(uint64_t value, unsigned minDigits) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%0*llx", int(std::min(minDigits, 16u)),
                static_cast<unsigned long long>(value));
  return text;
}

std::string pit::printable(std::string text, LineEnds lineEnds) {
  for (char &c : text)
    if ((uint8_t(c) < 0x20 && c != '\t' &&
         (lineEnds == LineEnds::Replace || c != '\n')) ||
        c == 0x7F)
      c = '?';
  return text;
}
