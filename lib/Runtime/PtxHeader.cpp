//===- PtxHeader.cpp - what a PTX module says of itself -------------------===//

#include "PtxHeader.h"

#include <algorithm>

using namespace pit;
using namespace pit::runtime;

/// Takes blanks and comments off the beginning of `text`.
static void skipBlanks(std::string_view &text) {
  for (;;) {
    text.remove_prefix(
        std::min(text.find_first_not_of(" \t\r\n\v\f"), text.size()));
    const char *end;
    if (text.starts_with("//"))
      end = "\n";
    else if (text.starts_with("/*"))
      end = "*/";
    else
      return;
    const size_t at = text.find(end, 2);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at);
    if (text.starts_with("*/"))
      text.remove_prefix(2);
  }
}

/// Takes the next word off `text`: up to a blank, a comma or a comment.
static std::string_view takeWord(std::string_view &text) {
  skipBlanks(text);
  const std::string_view word =
      text.substr(0, text.find_first_of(" \t\r\n\v\f,/"));
  text.remove_prefix(word.size());
  return word;
}

PtxHeader pit::runtime::readPtxHeader(std::string_view text) {
  PtxHeader header;
  if (takeWord(text) != ".version")
    return header;
  header.version = takeWord(text);
  if (takeWord(text) == ".target")
    header.target = takeWord(text);
  return header;
}
