//===- PlanJson.cpp - strict reading of JSON ------------------------------===//

#include "PlanJson.h"

#include <algorithm>
#include <set>

using namespace pit;
using namespace pit::runtime;

namespace {

constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxKeys = 256;
/// Strings are cut to this length in messages.
constexpr size_t kMaxShown = 60;

/// Looks at the events of the parser for what it does not mind itself, and
/// keeps its error, which the parser of values would throw away.
class Checker {
public:
  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(Json::number_integer_t) { return true; }
  bool number_unsigned(Json::number_unsigned_t) { return true; }
  bool number_float(Json::number_float_t, const Json::string_t &) {
    return true;
  }
  bool string(Json::string_t &) { return true; }
  bool binary(Json::binary_t &) { return true; }
  bool start_object(size_t) {
    keys.emplace_back();
    return enter();
  }
  bool key(Json::string_t &name) {
    if (!keys.back().insert(name).second)
      return fail("the key '" + name + "' stands twice in one object");
    if (keys.back().size() > kMaxKeys)
      return fail("an object with more than " + std::to_string(kMaxKeys) +
                  " keys");
    return true;
  }
  bool end_object() {
    keys.pop_back();
    --depth;
    return true;
  }
  bool start_array(size_t) { return enter(); }
  bool end_array() {
    --depth;
    return true;
  }
  bool parse_error(size_t at, const std::string &,
                   const nlohmann::detail::exception &exception) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
    std::string text = exception.what();
    if (const size_t end = text.find("] "); end != std::string::npos)
      text.erase(0, end + 2);
    if (text.starts_with("parse error"))
      if (const size_t end = text.find(": "); end != std::string::npos)
        text.erase(0, end + 2);
    position = at;
    return fail(std::move(text));
  }

  std::string message;
  size_t position = 0; ///< bytes read; 0 where only the message is known

private:
  bool fail(std::string text) {
    message = std::move(text);
    return false;
  }
  bool enter() {
    if (++depth > kMaxDepth)
      return fail("nested more than " + std::to_string(kMaxDepth) + " deep");
    return true;
  }

  std::vector<std::set<std::string, std::less<>>> keys;
  size_t depth = 0;
};

/// "LINE:COLUMN:" of the last of `bytes` bytes, both from 1.
std::string place(std::string_view text, size_t bytes) {
  const std::string_view before =
      text.substr(0, std::min(text.size(), bytes ? bytes - 1 : 0));
  const size_t line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t start = before.rfind('\n');
  const size_t column =
      before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return std::to_string(line) + ":" + std::to_string(column) + ":";
}

/// `text` for a message: short, printable.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kMaxShown))
    result += c >= 0x20 && c < 0x7f ? c : '?';
  return result + (text.size() > kMaxShown ? "..." : "");
}

} // namespace

Expected<Json> pit::runtime::parseStrictJson(std::string_view text,
                                             std::string_view fileName) {
  Checker checker;
  if (!Json::sax_parse(text.begin(), text.end(), &checker)) {
    std::string where(fileName);
    where += ":";
    if (checker.position)
      where += place(text, checker.position);
    return Error{where + " malformed JSON: " + shown(checker.message)};
  }
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded())
    return Error{std::string(fileName) + ": malformed JSON"};
  return json;
}

std::string pit::runtime::describe(const Json &value) {
  switch (value.type()) {
  case Json::value_t::null:
    return "null";
  case Json::value_t::object:
    return "an object";
  case Json::value_t::array:
    return "a list of " + std::to_string(value.size());
  case Json::value_t::string:
    return "the string '" + shown(value.get_ref<const std::string &>()) + "'";
  case Json::value_t::boolean:
    return value.get<bool>() ? "true" : "false";
  case Json::value_t::number_integer:
  case Json::value_t::number_unsigned:
    return "the integer " + value.dump();
  case Json::value_t::number_float:
    return "the number " + value.dump();
  default:
    return "something else";
  }
}

bool JsonErrors::fail(std::string_view path, std::string_view message) {
  if (!first) {
    first.message = file + ": ";
    first.message += path.empty() ? "the plan" : path;
    first.message += ": ";
    first.message += message;
  }
  return false;
}

bool JsonErrors::expected(std::string_view path, std::string_view what,
                          const Json &value) {
  return fail(path,
              "expected " + std::string(what) + ", but got " + describe(value));
}

std::string JsonObject::pathOf(std::string_view key) const {
  return where.empty() ? std::string(key) : where + "." + std::string(key);
}

bool JsonObject::begin() {
  return value.is_object() || errors.expected(where, "an object", value);
}

const Json *JsonObject::optional(std::string_view key) {
  known.push_back(key);
  const auto it = value.find(key);
  return it == value.end() ? nullptr : &*it;
}

const Json *JsonObject::required(std::string_view key) {
  const Json *member = optional(key);
  if (!member)
    errors.fail(where, "the key '" + std::string(key) + "' is missing");
  return member;
}

bool JsonObject::finish() {
  for (const auto &[key, member] : value.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end())
      continue;
    std::string list;
    for (std::string_view name : known)
      list += (list.empty() ? "'" : ", '") + std::string(name) + "'";
    return errors.fail(where, "unknown key '" + shown(key) +
                                  "'; expected only " + list);
  }
  return true;
}

bool JsonObject::string(std::string_view key, std::string &result) {
  const Json *member = required(key);
  if (!member)
    return false;
  if (!member->is_string())
    return errors.expected(pathOf(key), "a string", *member);
  result = member->get_ref<const std::string &>();
  return true;
}

bool JsonObject::integer(std::string_view key, int64_t low, int64_t high,
                         int64_t &result) {
  const Json *member = required(key);
  if (!member)
    return false;
  const std::string what =
      "an integer from " + std::to_string(low) + " to " + std::to_string(high);
  if (!member->is_number_integer() ||
      (member->is_number_unsigned() &&
       member->get<uint64_t>() > uint64_t(INT64_MAX)))
    return errors.expected(pathOf(key), what, *member);
  result = member->get<int64_t>();
  if (result < low || result > high)
    return errors.expected(pathOf(key), what, *member);
  return true;
}
