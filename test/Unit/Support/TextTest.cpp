//===- TextTest.cpp - small pieces of text --------------------------------===//

#include "pit/Support/Text.h"

#include <gtest/gtest.h>

using namespace pit;

namespace {

TEST(Text, Hex) {
  EXPECT_EQ(hex(0), "0x0");
  EXPECT_EQ(hex(0x1f), "0x1f");
  EXPECT_EQ(hex(0x1f, 8), "0x0000001f");
  EXPECT_EQ(hex(~uint64_t(0), 99), "0xffffffffffffffff");
}

TEST(Text, ControlCharactersAreReplaced) {
  const std::string text = "a\tb\nc\x1b[2J\x7f\xc3\xa4";
  EXPECT_EQ(printable(text, LineEnds::Keep), "a\tb\nc?[2J?\xc3\xa4");
  EXPECT_EQ(printable(text, LineEnds::Replace), "a\tb?c?[2J?\xc3\xa4");
}

} // namespace
