//===- PtxHeaderTest.cpp - what a PTX module says of itself ---------------===//

#include "Runtime/PtxHeader.h"

#include <gtest/gtest.h>

using namespace pit::runtime;

namespace {

std::string read(std::string_view text) {
  const PtxHeader header = readPtxHeader(text);
  return header.version + "|" + header.target;
}

TEST(PtxHeader, CommentsAndBlanksMayStandBetween) {
  EXPECT_EQ(read(".version 7.8\n.target sm_80\n.address_size 64\n"),
            "7.8|sm_80");
  EXPECT_EQ(read("// .version 1.0\n/* .target\n */ .version/**/8.1//\n"
                 "\t.target\r\nsm_90a, debug"),
            "8.1|sm_90a");
  EXPECT_EQ(read(".version 7.8 .target sm_80,texmode_independent"),
            "7.8|sm_80");
}

TEST(PtxHeader, WhatIsMissingIsEmpty) {
  for (const char *text : {"", "//", "/*", "/", "nonsense", ".target sm_80"})
    EXPECT_EQ(read(text), "|") << text;
  EXPECT_EQ(read(".version"), "|");
  EXPECT_EQ(read(".version 7.8 .address_size 64"), "7.8|");
}

} // namespace
