//===- CommandLine.h - options of tools without LLVM ------------*- C++ -*-===//
//
// For tools that link no LLVM, and for those that share options with them:
// options are --NAME=VALUE, each at most once unless it says otherwise, and
// every message names the option, what it got and what was expected.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_SUPPORT_COMMANDLINE_H
#define PIT_SUPPORT_COMMANDLINE_H

#include "pit/Support/Expected.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pit {

/// A whole number in decimal digits from `min` to `max`, or nothing.
std::optional<uint64_t> parseNumber(std::string_view text, uint64_t min = 0,
                                    uint64_t max = ~uint64_t(0));

/// Reads an option's value; the error names option and value.
using ValueParser =
    std::function<Error(std::string_view option, std::string_view value)>;

/// "OPTION: malformed value 'VALUE': expected EXPECTED".
Error badValue(std::string_view option, std::string_view value,
               std::string_view expected);

/// A number from `min` to `max`, stored to `target`.
template <typename T>
ValueParser number(T &target, uint64_t min = 0, uint64_t max = ~uint64_t(0)) {
  return [&target, min, max](std::string_view option, std::string_view value) {
    auto result = parseNumber(value, min, max);
    if (!result)
      return badValue(option, value,
                      max == ~uint64_t(0) && min == 0
                          ? "a number"
                          : "a number between " + std::to_string(min) +
                                " and " + std::to_string(max));
    target = T(*result);
    return Error::success();
  };
}

/// One of a few words, each standing for a value.
template <typename T>
ValueParser choice(T &target,
                   std::vector<std::pair<std::string_view, T>> words) {
  return [&target, words](std::string_view option, std::string_view value) {
    std::string expected;
    for (auto &[word, meaning] : words) {
      if (word == value) {
        target = meaning;
        return Error::success();
      }
      expected += (expected.empty() ? "" : " or ") + std::string(word);
    }
    return badValue(option, value, expected);
  };
}

/// A text that is not empty.
ValueParser text(std::string &target);

/// A text that is not empty, each time the option is given.
ValueParser list(std::vector<std::string> &target);

/// What a tool understands: one file, options and flags.
struct CommandLine {
  struct Option {
    std::string_view name; ///< with its dashes
    ValueParser parse;
    bool repeatable = false;
    /// The value that is meant if none is given; without it there must be one.
    std::optional<std::string_view> implied = std::nullopt;
  };
  struct Flag {
    std::string_view name;
    bool *target;
  };

  std::string_view fileKind; ///< such as "PTX", for messages
  std::vector<Option> options;
  std::vector<Flag> flags;
  bool valueMayFollow = false; ///< --NAME VALUE is --NAME=VALUE

  /// Reads the words after the program's name. Gives the names of the options
  /// and flags that were there; `file` stays empty if none was given.
  Expected<std::set<std::string_view>> parse(int argc, const char *const *argv,
                                             std::string &file) const;
};

} // namespace pit

#endif // PIT_SUPPORT_COMMANDLINE_H
