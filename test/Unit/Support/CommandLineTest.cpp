//===- CommandLineTest.cpp - options of tools without LLVM ----------------===//

#include "pit/Support/CommandLine.h"

#include <gtest/gtest.h>

using namespace pit;

namespace {

/// A tool with one of each kind of option.
struct Tool {
  uint64_t count = 0;
  int mode = 0;
  std::string name, file;
  std::vector<std::string> items;
  bool verbose = false;
  CommandLine line{
      .fileKind = "PTX",
      .options = {{"--count", number(count, 1, 9)},
                  {.name = "--mode",
                   .parse = choice(mode, {{"slow", 1}, {"fast", 2}}),
                   .implied = "fast"},
                  {"--name", text(name)},
                  {.name = "--item", .parse = list(items), .repeatable = true}},
      .flags = {{"--verbose", &verbose}}};

  Expected<std::set<std::string_view>> parse(std::vector<const char *> words) {
    words.insert(words.begin(), "tool");
    return line.parse(int(words.size()), words.data(), file);
  }
  std::string error(std::vector<const char *> words) {
    auto result = parse(std::move(words));
    return result ? "" : result.error().message;
  }
};

TEST(CommandLine, ReadsNumbersWithinBounds) {
  EXPECT_EQ(parseNumber("0"), 0u);
  EXPECT_EQ(parseNumber("18446744073709551615"), ~uint64_t(0));
  for (const char *text :
       {"", "-1", "+1", "1x", " 1", "0x10", "1.0", "18446744073709551616"})
    EXPECT_FALSE(parseNumber(text)) << text;
  EXPECT_EQ(parseNumber("9", 1, 9), 9u);
  EXPECT_FALSE(parseNumber("10", 1, 9));
  EXPECT_FALSE(parseNumber("0", 1, 9));
}

TEST(CommandLine, SetsWhatIsGivenAndSaysWhatWas) {
  Tool tool;
  auto seen = tool.parse({"--count=7", "a.ptx", "--item=x", "--item=y",
                          "--verbose", "--mode", "--name=b=c"});
  ASSERT_TRUE(bool(seen)) << seen.error().message;
  EXPECT_EQ(*seen, (std::set<std::string_view>{"--count", "--item", "--mode",
                                               "--name", "--verbose"}));
  EXPECT_EQ(tool.file, "a.ptx");
  EXPECT_EQ(tool.count, 7u);
  EXPECT_EQ(tool.mode, 2) << "the implied value";
  EXPECT_EQ(tool.name, "b=c");
  EXPECT_EQ(tool.items, (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(tool.verbose);
}

TEST(CommandLine, TakesTheNextWordAsValueOnlyWhereAllowed) {
  Tool strict;
  EXPECT_EQ(strict.error({"--count", "7"}),
            "--count: expected a value, as in --count=...");
  Tool lenient;
  lenient.line.valueMayFollow = true;
  EXPECT_EQ(lenient.error({"--count", "7", "--mode", "a.ptx"}), "");
  EXPECT_EQ(lenient.count, 7u);
  EXPECT_EQ(lenient.file, "a.ptx") << "--mode has a value of its own";
}

TEST(CommandLine, NamesWhatIsWrong) {
  EXPECT_EQ(Tool().error({"--count=10"}),
            "--count: malformed value '10': expected a number between 1 and 9");
  EXPECT_EQ(Tool().error({"--mode=warm"}),
            "--mode: malformed value 'warm': expected slow or fast");
  EXPECT_EQ(Tool().error({"--name="}),
            "--name: malformed value '': expected a name");
  EXPECT_EQ(Tool().error({"--item="}),
            "--item: malformed value '': expected a name");
  EXPECT_EQ(Tool().error({"--name=a", "--name=b"}), "--name: given twice");
  EXPECT_EQ(Tool().error({"--verbose", "--verbose"}), "--verbose: given twice");
  EXPECT_EQ(Tool().error({"--verbose=1"}),
            "--verbose: expected no value, but got '1'");
  EXPECT_EQ(Tool().error({"--what"}),
            "unknown option '--what': --help lists them");
  EXPECT_EQ(Tool().error({"a.ptx", "b.ptx"}),
            "unexpected 'b.ptx': the PTX file is 'a.ptx' already");
  EXPECT_EQ(Tool().error({"-"}),
            "expected the name of the PTX file, but got '-'");
  EXPECT_EQ(Tool().error({""}), "the name of the PTX file is empty");
}

} // namespace
