//===- CommandLine.cpp - options of tools without LLVM --------------------===//

#include "pit/Support/CommandLine.h"

#include <algorithm>
#include <charconv>

using namespace pit;

std::optional<uint64_t> pit::parseNumber(std::string_view text, uint64_t min,
                                         uint64_t max) {
  uint64_t value = 0;
  auto [end, status] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() ||
      value < min || value > max)
    return std::nullopt;
  return value;
}

Error pit::badValue(std::string_view option, std::string_view value,
                    std::string_view expected) {
  return Error{std::string(option) + ": malformed value '" +
               std::string(value) + "': expected " + std::string(expected)};
}

ValueParser pit::text(std::string &target) {
  return [&target](std::string_view option, std::string_view value) {
    target = value;
    return value.empty() ? badValue(option, value, "a name") : Error::success();
  };
}

ValueParser pit::list(std::vector<std::string> &target) {
  return [&target](std::string_view option, std::string_view value) {
    target.emplace_back(value);
    return value.empty() ? badValue(option, value, "a name") : Error::success();
  };
}

Expected<std::set<std::string_view>>
CommandLine::parse(int argc, const char *const *argv, std::string &file) const {
  std::set<std::string_view> seen;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (!word.starts_with('-') || word == "-") {
      std::string kind(fileKind);
      if (!file.empty())
        return Error{"unexpected '" + std::string(word) + "': the " + kind +
                     " file is '" + file + "' already"};
      if (word.empty())
        return Error{"the name of the " + kind + " file is empty"};
      if (word == "-")
        return Error{"expected the name of the " + kind + " file, but got '-'"};
      file = word;
      continue;
    }
    size_t equals = word.find('=');
    std::string_view name = word.substr(0, equals);
    std::optional<std::string_view> value;
    if (equals != std::string_view::npos)
      value = word.substr(equals + 1);

    auto flag = std::find_if(flags.begin(), flags.end(),
                             [&](const Flag &f) { return f.name == name; });
    auto option = std::find_if(options.begin(), options.end(),
                               [&](const Option &o) { return o.name == name; });
    if (flag == flags.end() && option == options.end())
      return Error{"unknown option '" + std::string(name) +
                   "': --help lists them"};
    if (flag != flags.end() && value)
      return Error{std::string(name) + ": expected no value, but got '" +
                   std::string(*value) + "'"};
    if (option != options.end() && !value) {
      value = option->implied;
      if (!value && valueMayFollow && i + 1 < argc)
        value = argv[++i];
      if (!value)
        return Error{std::string(name) + ": expected a value, as in " +
                     std::string(name) + "=..."};
    }
    bool repeatable = option != options.end() && option->repeatable;
    if (!seen.insert(name).second && !repeatable)
      return Error{std::string(name) + ": given twice"};
    if (flag != flags.end())
      *flag->target = true;
    else if (Error error = option->parse(name, *value))
      return error;
  }
  return seen;
}
