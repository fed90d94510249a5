//===- PlanParser.cpp - reading launch plans ------------------------------===//

#include "PlanChecker.h"

#include "pit/Support/Text.h"

#include <bit>
#include <unordered_map>
#include <unordered_set>

using namespace pit;
using namespace pit::runtime;

namespace {

constexpr int64_t kVersion = 1;
constexpr int64_t kMaxAlignment = int64_t(1) << 20;
/// Threads of a block, on every chip.
constexpr int64_t kMaxBlock = 1024;
/// Far beyond any chip's shared memory; the device knows its own limit.
constexpr int64_t kMaxSharedBytes = 0x7fffffff;
constexpr std::string_view kWorkspaceName = "workspace";

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A letter or '_', then letters, digits and '_'.
bool isIdentifier(std::string_view text) {
  if (text.empty() || isDigit(text[0]))
    return false;
  for (char c : text)
    if (!isLetter(c) && !isDigit(c) && c != '_')
      return false;
  return true;
}

/// PTX ISA 4.4, "Identifiers".
bool isPtxIdentifier(std::string_view text) {
  if (text.empty() || (text.size() == 1 && !isLetter(text[0])))
    return false;
  const char first = text[0];
  if (!isLetter(first) && first != '_' && first != '$' && first != '%')
    return false;
  for (char c : text.substr(1))
    if (!isLetter(c) && !isDigit(c) && c != '_' && c != '$')
      return false;
  return true;
}

/// "sm_80", "sm_90a", "sm_100f"
bool isArch(std::string_view text) {
  if (!text.starts_with("sm_"))
    return false;
  text.remove_prefix(3);
  if (!text.empty() && (text.back() == 'a' || text.back() == 'f'))
    text.remove_suffix(1);
  if (text.size() < 2 || text.size() > 4)
    return false;
  for (char c : text)
    if (!isDigit(c))
      return false;
  return true;
}

/// "7.8"
bool isVersion(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size())
    return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (i != dot && !isDigit(text[i]))
      return false;
  return true;
}

/// Printable, no separator of paths, no leading dot.
bool isFileName(std::string_view text) {
  if (text.empty() || text[0] == '.')
    return false;
  for (const char c : text)
    if (c == '/' || c == '\\' || (unsigned char)(c) < 0x20 || c == 0x7f)
      return false;
  return true;
}

bool isReserved(std::string_view name) {
  for (std::string_view reserved :
       {"multiprocessors", "blocks_per_multiprocessor", "ceildiv", "floordiv",
        "min", "max"})
    if (name == reserved)
      return true;
  return false;
}

class Parser {
public:
  Parser(JsonErrors &errors) : errors(errors) {}
  bool run(const Json &json);
  LaunchPlan plan;

private:
  bool parseHeader(JsonObject &root);
  bool parseSymbols(JsonObject &root);
  bool parseArguments(JsonObject &root);
  bool parseRequirements(JsonObject &root);
  bool parseWorkspace(JsonObject &root);
  bool parseSteps(JsonObject &root);
  bool parseStep(const Json &json, const std::string &path);
  bool parseMemset(JsonObject &object);
  bool parseCopy(JsonObject &object);
  bool parseLaunch(JsonObject &object);
  bool parseKernelArgument(const Json &json, const std::string &path,
                           PlanKernelArgument &argument);

  bool parseExpression(const Json &json, const std::string &path,
                       Expression &result);
  bool parseExpression(JsonObject &object, std::string_view key,
                       Expression &result);
  bool parseAlignment(JsonObject &object, uint64_t &result);
  bool parseTensor(JsonObject &object, TensorType &type);
  bool parseBufferName(JsonObject &object, unsigned &buffer);
  bool parsePlace(JsonObject &object, std::string_view key, BufferRef &place);
  const Json *list(JsonObject &object, std::string_view key,
                   size_t most = SIZE_MAX);
  bool checked(JsonObject &object, std::string_view key, std::string &result,
               bool (*accepts)(std::string_view), std::string_view what);

  JsonErrors &errors;
  std::unordered_map<std::string, unsigned> buffers;
};

} // namespace

/// A list of at most `most` values.
const Json *Parser::list(JsonObject &object, std::string_view key,
                         size_t most) {
  const Json *member = object.required(key);
  if (member && !member->is_array()) {
    errors.expected(object.pathOf(key), "a list", *member);
    return nullptr;
  }
  if (member && member->size() > most) {
    errors.expected(object.pathOf(key),
                    "a list of at most " + std::to_string(most), *member);
    return nullptr;
  }
  return member;
}

/// A string that `accepts`; `what` says which those are.
bool Parser::checked(JsonObject &object, std::string_view key,
                     std::string &result, bool (*accepts)(std::string_view),
                     std::string_view what) {
  if (!object.string(key, result))
    return false;
  return accepts(result) ||
         errors.expected(object.pathOf(key), what, Json(result));
}

bool Parser::parseExpression(const Json &json, const std::string &path,
                             Expression &result) {
  if (json.is_number_unsigned() && json.get<uint64_t>() > uint64_t(INT64_MAX))
    return errors.expected(path, "an integer of 64 bits, signed", json);
  if (json.is_number_integer()) {
    result = Expression(json.get<int64_t>());
    return true;
  }
  if (!json.is_string())
    return errors.expected(path, "an integer or an expression", json);
  Expected<Expression> parsed =
      Expression::parse(json.get_ref<const std::string &>(), plan.symbols);
  if (!parsed)
    return errors.fail(path, parsed.error().message);
  result = std::move(*parsed);
  return true;
}

bool Parser::parseExpression(JsonObject &object, std::string_view key,
                             Expression &result) {
  const Json *member = object.required(key);
  return member && parseExpression(*member, object.pathOf(key), result);
}

bool Parser::parseAlignment(JsonObject &object, uint64_t &result) {
  int64_t value = 0;
  if (!object.integer("alignment", 1, kMaxAlignment, value))
    return false;
  result = uint64_t(value);
  return std::has_single_bit(result) ||
         errors.expected(object.pathOf("alignment"), "a power of two",
                         Json(value));
}

bool Parser::parseTensor(JsonObject &object, TensorType &type) {
  std::string name;
  if (!object.string("type", name))
    return false;
  const std::optional<ElementType> element = parseElementType(name);
  if (!element)
    return errors.expected(object.pathOf("type"),
                           "one of 'f16', 'bf16', 'f32', 'f64', 'i1', 'i8', "
                           "'i16', 'i32', 'i64', 'f8e4m3', 'f8e5m2'",
                           Json(name));
  type.element = *element;
  const Json *shape = list(object, "shape", kMaxRank);
  if (!shape)
    return false;
  type.shape.resize(shape->size());
  for (size_t i = 0; i < shape->size(); ++i)
    if (!parseExpression((*shape)[i], elementPath(object.pathOf("shape"), i),
                         type.shape[i]))
      return false;
  return parseAlignment(object, type.alignment);
}

bool Parser::parseBufferName(JsonObject &object, unsigned &buffer) {
  std::string name;
  if (!object.string("buffer", name))
    return false;
  if (name == kWorkspaceName) {
    buffer = BufferRef::kWorkspace;
    return true;
  }
  const auto it = buffers.find(name);
  if (it == buffers.end())
    return errors.expected(object.pathOf("buffer"),
                           "'workspace' or the name of an argument of the "
                           "function",
                           Json(name));
  buffer = it->second;
  return true;
}

bool Parser::parsePlace(JsonObject &object, std::string_view key,
                        BufferRef &place) {
  const Json *member = object.required(key);
  if (!member)
    return false;
  JsonObject inner(errors, *member, object.pathOf(key));
  return inner.begin() && parseBufferName(inner, place.buffer) &&
         parseExpression(inner, "offset", place.offset) && inner.finish();
}

bool Parser::parseHeader(JsonObject &root) {
  std::string format;
  if (!root.string("format", format))
    return false;
  if (format != "pit-launch-plan")
    return errors.expected("format", "'pit-launch-plan'", Json(format));
  const Json *version = root.required("version");
  if (!version)
    return false;
  if (!version->is_number_integer() || *version != kVersion)
    return errors.expected("version", std::to_string(kVersion), *version);
  return checked(root, "function", plan.function, isFileName,
                 "the name of a function") &&
         checked(root, "arch", plan.arch, isArch, "a chip such as 'sm_80'") &&
         checked(root, "ptx_version", plan.ptxVersion, isVersion,
                 "a version such as '7.8'") &&
         checked(root, "ptx", plan.ptxFile, isFileName,
                 "the name of a file beside the plan, without a path");
}

bool Parser::parseSymbols(JsonObject &root) {
  const Json *symbols = list(root, "symbols", kMaxSymbols);
  if (!symbols)
    return false;
  std::unordered_set<std::string> seen;
  for (size_t i = 0; i < symbols->size(); ++i) {
    const Json &symbol = (*symbols)[i];
    const std::string path = elementPath("symbols", i);
    if (!symbol.is_string())
      return errors.expected(path, "a string", symbol);
    const std::string &name = symbol.get_ref<const std::string &>();
    if (!isIdentifier(name))
      return errors.expected(path, "a name of letters, digits and '_'", symbol);
    if (isReserved(name))
      return errors.fail(path, "'" + name +
                                   "' has a meaning in expressions; "
                                   "expected another name");
    if (!seen.insert(name).second)
      return errors.fail(path, "'" + name + "' stands twice");
    plan.symbols.push_back(name);
  }
  return true;
}

bool Parser::parseArguments(JsonObject &root) {
  const Json *arguments = list(root, "arguments", kMaxArguments);
  if (!arguments)
    return false;
  for (size_t i = 0; i < arguments->size(); ++i) {
    JsonObject object(errors, (*arguments)[i], elementPath("arguments", i));
    FunctionArgument argument;
    std::string kind;
    if (!object.begin() ||
        !checked(object, "name", argument.name, isIdentifier,
                 "a name of letters, digits and '_'") ||
        !object.string("kind", kind))
      return false;
    if (argument.name == kWorkspaceName)
      return errors.fail(object.pathOf("name"),
                         "'workspace' is the workspace; expected another name");
    if (!buffers.emplace(argument.name, unsigned(i)).second)
      return errors.fail(object.pathOf("name"),
                         "'" + argument.name + "' stands twice");
    if (kind != "input" && kind != "output")
      return errors.expected(object.pathOf("kind"), "'input' or 'output'",
                             Json(kind));
    argument.isOutput = kind == "output";
    if (!parseTensor(object, argument.type) || !object.finish())
      return false;
    plan.arguments.push_back(std::move(argument));
  }
  return true;
}

bool Parser::parseRequirements(JsonObject &root) {
  const Json *requirements = root.optional("requirements");
  if (!requirements)
    return true;
  if (!requirements->is_array())
    return errors.expected("requirements", "a list", *requirements);
  for (size_t i = 0; i < requirements->size(); ++i) {
    JsonObject object(errors, (*requirements)[i],
                      elementPath("requirements", i));
    SizeRequirement requirement;
    if (!object.begin() || !parseExpression(object, "size", requirement.size))
      return false;
    const Json *equals = object.optional("equals");
    const Json *least = object.optional("at_least");
    if (!equals == !least)
      return errors.fail(object.path(),
                         equals ? "has both 'equals' and 'at_least'; expected "
                                  "one of them"
                                : "has neither 'equals' nor 'at_least'; "
                                  "expected one of them");
    requirement.atLeast = least;
    if (!parseExpression(least ? *least : *equals,
                         object.pathOf(least ? "at_least" : "equals"),
                         requirement.expected) ||
        !object.string("what", requirement.what) || !object.finish())
      return false;
    plan.requirements.push_back(std::move(requirement));
  }
  return true;
}

bool Parser::parseWorkspace(JsonObject &root) {
  const Json *member = root.required("workspace");
  if (!member)
    return false;
  JsonObject object(errors, *member, "workspace");
  return object.begin() &&
         parseExpression(object, "bytes", plan.workspaceBytes) &&
         parseAlignment(object, plan.workspaceAlignment) && object.finish();
}

bool Parser::parseMemset(JsonObject &object) {
  MemsetStep step;
  int64_t value = 0;
  if (!parsePlace(object, "target", step.target) ||
      !object.integer("value", 0, 255, value) ||
      !parseExpression(object, "bytes", step.bytes))
    return false;
  step.value = uint8_t(value);
  plan.steps.push_back(std::move(step));
  return true;
}

bool Parser::parseCopy(JsonObject &object) {
  CopyStep step;
  if (!parsePlace(object, "source", step.source) ||
      !parsePlace(object, "target", step.target) ||
      !parseExpression(object, "bytes", step.bytes))
    return false;
  plan.steps.push_back(std::move(step));
  return true;
}

bool Parser::parseKernelArgument(const Json &json, const std::string &path,
                                 PlanKernelArgument &argument) {
  JsonObject object(errors, json, path);
  std::string kind;
  if (!object.begin() ||
      !checked(object, "name", argument.name, isIdentifier,
               "a name of letters, digits and '_'") ||
      !object.string("kind", kind))
    return false;
  bool known = false;
  for (KernelArgumentKind k :
       {KernelArgumentKind::Input, KernelArgumentKind::Index,
        KernelArgumentKind::Workspace, KernelArgumentKind::Output,
        KernelArgumentKind::Size}) {
    if (toString(k) == kind) {
      argument.kind = k;
      known = true;
    }
  }
  if (!known)
    return errors.expected(
        object.pathOf("kind"),
        "one of 'input', 'index', 'workspace', 'output', 'size'", Json(kind));
  if (argument.kind == KernelArgumentKind::Size) {
    std::string type;
    if (!object.string("type", type))
      return false;
    if (type != "i64")
      return errors.expected(object.pathOf("type"), "'i64', as every size is",
                             Json(type));
    return parseExpression(object, "value", argument.value) && object.finish();
  }
  return parseTensor(object, argument.type) &&
         parseBufferName(object, argument.place.buffer) &&
         parseExpression(object, "offset", argument.place.offset) &&
         object.finish();
}

bool Parser::parseLaunch(JsonObject &object) {
  LaunchStep step;
  int64_t block = 0, sharedBytes = 0;
  if (!checked(object, "entry", step.entry, isPtxIdentifier,
               "the name of a PTX entry") ||
      !parseExpression(object, "grid", step.grid) ||
      !object.integer("block", 1, kMaxBlock, block) ||
      !object.integer("shared_bytes", 0, kMaxSharedBytes, sharedBytes))
    return false;
  step.block = uint32_t(block);
  step.dynamicSharedBytes = uint32_t(sharedBytes);
  const Json *arguments = list(object, "arguments", kMaxArguments);
  if (!arguments)
    return false;
  step.arguments.resize(arguments->size());
  for (size_t i = 0; i < arguments->size(); ++i)
    if (!parseKernelArgument((*arguments)[i],
                             elementPath(object.pathOf("arguments"), i),
                             step.arguments[i]))
      return false;
  if (const Json *schedule = object.optional("schedule")) {
    if (!schedule->is_object())
      return errors.expected(object.pathOf("schedule"), "an object", *schedule);
    step.schedule = schedule->dump();
  }
  plan.steps.push_back(std::move(step));
  return true;
}

bool Parser::parseStep(const Json &json, const std::string &path) {
  JsonObject object(errors, json, path);
  std::string kind;
  if (!object.begin() || !object.string("kind", kind))
    return false;
  bool ok;
  if (kind == "memset")
    ok = parseMemset(object);
  else if (kind == "copy")
    ok = parseCopy(object);
  else if (kind == "launch")
    ok = parseLaunch(object);
  else
    return errors.expected(object.pathOf("kind"),
                           "'memset', 'copy' or 'launch'", Json(kind));
  return ok && object.finish();
}

bool Parser::parseSteps(JsonObject &root) {
  const Json *steps = list(root, "steps");
  if (!steps)
    return false;
  for (size_t i = 0; i < steps->size(); ++i)
    if (!parseStep((*steps)[i], elementPath("steps", i)))
      return false;
  return true;
}

bool Parser::run(const Json &json) {
  JsonObject root(errors, json, "");
  return root.begin() && parseHeader(root) && parseSymbols(root) &&
         parseArguments(root) && parseRequirements(root) &&
         parseWorkspace(root) && parseSteps(root) && root.finish() &&
         checkPlan(plan, errors);
}

Expected<LaunchPlan> pit::runtime::parseLaunchPlan(std::string_view text,
                                                   std::string_view fileName) {
  Expected<Json> json = parseStrictJson(text, fileName);
  if (!json)
    return json.error();
  JsonErrors errors(fileName);
  Parser parser(errors);
  if (!parser.run(*json))
    return errors.error();
  return std::move(parser.plan);
}
