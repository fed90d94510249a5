//===- LaunchPlanTest.cpp - reading launch plans --------------------------===//

#include "pit/Runtime/LaunchPlan.h"

#include "PlanSample.h"

#include <nlohmann/json.hpp>

#include <random>

using namespace pit;
using namespace pit::runtime;
using Json = nlohmann::ordered_json;

namespace {

std::string errorOf(std::string_view text) {
  Expected<LaunchPlan> plan = parseLaunchPlan(text, "p.json");
  return plan ? "" : plan.error().message;
}

/// The error of the sample after one change: the value at `pointer` (RFC 6901)
/// replaced or added, or removed where `value` is empty.
std::string errorAfter(const std::string &pointer, const std::string &value) {
  Json json = Json::parse(planSample());
  const Json::json_pointer at(pointer);
  if (value.empty())
    json.at(at.parent_pointer()).erase(at.back());
  else
    json[at] = Json::parse(value);
  return errorOf(json.dump());
}

TEST(LaunchPlan, ReadsTheSampleOfTheDocumentation) {
  Expected<LaunchPlan> plan = parseLaunchPlan(planSample(), "p.json");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->function, "ffn");
  EXPECT_EQ(plan->arch, "sm_80");
  EXPECT_EQ(plan->ptxVersion, "7.8");
  EXPECT_EQ(plan->ptxFile, "ffn.ptx");
  EXPECT_EQ(plan->symbols, std::vector<std::string>{"s0"});
  ASSERT_EQ(plan->arguments.size(), 4u);
  EXPECT_EQ(plan->arguments[0].name, "arg0");
  EXPECT_FALSE(plan->arguments[2].isOutput);
  EXPECT_TRUE(plan->arguments[3].isOutput);
  EXPECT_EQ(plan->arguments[0].type.element, ElementType::F16);
  EXPECT_EQ(plan->arguments[0].type.alignment, 16u);
  ASSERT_EQ(plan->arguments[0].type.shape.size(), 2u);
  EXPECT_EQ(plan->arguments[0].type.shape[0].constant(), 512);
  EXPECT_EQ(plan->arguments[0].type.shape[1].bareSymbol(), 0u);
  EXPECT_EQ(plan->workspaceAlignment, 256u);
  const std::vector<int64_t> symbols = {100};
  const ExpressionValues values{symbols, 108, 2};
  EXPECT_EQ(*plan->workspaceBytes.evaluate(values), 256 + 4096);
  EXPECT_EQ(*byteSize(plan->arguments[0].type, values), 512 * 100 * 2);
  EXPECT_EQ(plan->bufferName(3), "out0");
  EXPECT_EQ(plan->bufferName(BufferRef::kWorkspace), "workspace");

  ASSERT_EQ(plan->steps.size(), 4u);
  const auto &memset = std::get<MemsetStep>(plan->steps[0]);
  EXPECT_EQ(memset.target.buffer, BufferRef::kWorkspace);
  EXPECT_EQ(memset.value, 0);
  EXPECT_EQ(*memset.bytes.evaluate(values), 8);
  const auto &copy = std::get<CopyStep>(plan->steps[2]);
  EXPECT_EQ(copy.source.buffer, 2u);
  EXPECT_EQ(copy.target.buffer, 3u);
  const auto &launch = std::get<LaunchStep>(plan->steps[3]);
  EXPECT_EQ(launch.entry, "ffn_1");
  EXPECT_EQ(*launch.grid.evaluate(values), 4);
  EXPECT_EQ(launch.block, 128u);
  EXPECT_EQ(launch.dynamicSharedBytes, 36864u);
  ASSERT_EQ(launch.arguments.size(), 6u);
  EXPECT_EQ(launch.arguments[3].kind, KernelArgumentKind::Index);
  EXPECT_EQ(launch.arguments[3].name, "coords");
  EXPECT_EQ(*launch.arguments[3].place.offset.evaluate(values), 256);
  EXPECT_EQ(launch.arguments[5].kind, KernelArgumentKind::Size);
  EXPECT_EQ(*launch.arguments[5].value.evaluate(values), 100);
  EXPECT_EQ(launch.schedule,
            R"({"axis":2,"micro_tile":[1,64],"tile":[64,128,32]})");
  EXPECT_EQ(std::get<LaunchStep>(plan->steps[1]).schedule, "");
}

TEST(LaunchPlan, ElementTypesHaveNamesAndSizes) {
  for (auto [name, bytes] :
       std::vector<std::pair<std::string, unsigned>>{{"f16", 2},
                                                     {"bf16", 2},
                                                     {"f32", 4},
                                                     {"f64", 8},
                                                     {"i1", 1},
                                                     {"i8", 1},
                                                     {"i16", 2},
                                                     {"i32", 4},
                                                     {"i64", 8},
                                                     {"f8e4m3", 1},
                                                     {"f8e5m2", 1}}) {
    const std::optional<ElementType> type = parseElementType(name);
    ASSERT_TRUE(type) << name;
    EXPECT_EQ(toString(*type), name);
    EXPECT_EQ(byteSize(*type), bytes) << name;
  }
  EXPECT_FALSE(parseElementType("i4"));
}

TEST(LaunchPlan, SizesOfTensors) {
  const std::vector<std::string> names = {"n"};
  auto size = [&](std::vector<std::string> shape, int64_t n) {
    TensorType type;
    for (const std::string &extent : shape)
      type.shape.push_back(*Expression::parse(extent, names));
    const std::vector<int64_t> symbols = {n};
    const Expected<int64_t> bytes = byteSize(type, {symbols, 1, 1});
    return bytes ? std::to_string(*bytes) : bytes.error().message;
  };
  EXPECT_EQ(size({}, 0), "4");
  EXPECT_EQ(size({"n", "3"}, 5), "60");
  EXPECT_EQ(size({"n", "4611686018427387904", "4"}, 0), "0");
  EXPECT_EQ(size({"4611686018427387904", "4", "n"}, 0), "0");
  EXPECT_EQ(size({"n", "4611686018427387904"}, 1),
            "the size in bytes exceeds 9223372036854775807");
  EXPECT_EQ(size({"n - 2"}, 1),
            "the extent 'n - 2' is -1; expected at least 0");
}

struct BadPlan {
  const char *pointer, *value, *message;
};

// One row per diagnostic; the file name in front of each is left out.
const BadPlan kBadPlans[] = {
    {"/format", "\"plan\"",
     "format: expected 'pit-launch-plan', but got the string 'plan'"},
    {"/format", "7", "format: expected a string, but got the integer 7"},
    {"/format", "", "the plan: the key 'format' is missing"},
    {"/version", "2", "version: expected 1, but got the integer 2"},
    {"/version", "1.0", "version: expected 1, but got the number 1.0"},
    {"/version", "", "the plan: the key 'version' is missing"},
    {"/function", "\"a/b\"",
     "function: expected the name of a function, but got the string 'a/b'"},
    {"/arch", "\"gfx90a\"",
     "arch: expected a chip such as 'sm_80', but got "
     "the string 'gfx90a'"},
    {"/arch", "\"sm_80b\"",
     "arch: expected a chip such as 'sm_80', but got "
     "the string 'sm_80b'"},
    {"/ptx_version", "\"7\"",
     "ptx_version: expected a version such as '7.8', "
     "but got the string '7'"},
    {"/ptx", "\"../ffn.ptx\"",
     "ptx: expected the name of a file beside the plan, without a path, but "
     "got the string '../ffn.ptx'"},
    {"/ptx", "\"/ffn.ptx\"",
     "ptx: expected the name of a file beside the plan, without a path, but "
     "got the string '/ffn.ptx'"},
    {"/extra", "null",
     "the plan: unknown key 'extra'; expected only "
     "'format', 'version', 'function', 'arch', "
     "'ptx_version', 'ptx', 'symbols', 'arguments', "
     "'requirements', 'workspace', 'steps'"},
    {"/symbols", "{}", "symbols: expected a list, but got an object"},
    {"/symbols/0", "3", "symbols[0]: expected a string, but got the integer 3"},
    {"/symbols/0", "\"2s\"",
     "symbols[0]: expected a name of letters, digits "
     "and '_', but got the string '2s'"},
    {"/symbols/0", "\"min\"",
     "symbols[0]: 'min' has a meaning in "
     "expressions; expected another name"},
    {"/symbols/1", "\"s0\"", "symbols[1]: 's0' stands twice"},
    {"/symbols/1", "\"s1\"",
     "symbols[1]: no dimension of an argument is "
     "'s1' by itself, so that it never gets a value"},
    {"/arguments/0", "true", "arguments[0]: expected an object, but got true"},
    {"/arguments/0/name", "\"a b\"",
     "arguments[0].name: expected a name of letters, digits and '_', but got "
     "the string 'a b'"},
    {"/arguments/0/name", "\"workspace\"",
     "arguments[0].name: 'workspace' is the workspace; expected another "
     "name"},
    {"/arguments/1/name", "\"arg0\"", "arguments[1].name: 'arg0' stands twice"},
    {"/arguments/0/kind", "\"inout\"",
     "arguments[0].kind: expected 'input' "
     "or 'output', but got the string "
     "'inout'"},
    {"/arguments/0/kind", "\"output\"",
     "arguments[1].kind: an input after an "
     "output; expected inputs, then "
     "outputs"},
    {"/arguments/0/type", "\"f12\"",
     "arguments[0].type: expected one of 'f16', 'bf16', 'f32', 'f64', 'i1', "
     "'i8', 'i16', 'i32', 'i64', 'f8e4m3', 'f8e5m2', but got the string "
     "'f12'"},
    {"/arguments/0/shape", "5",
     "arguments[0].shape: expected a list, but got the integer 5"},
    {"/arguments/0/shape/0", "1.5",
     "arguments[0].shape[0]: expected an "
     "integer or an expression, but got the "
     "number 1.5"},
    {"/arguments/0/shape/0", "-1",
     "arguments[0].shape[0]: expected at least 0, but got -1"},
    {"/arguments/0/shape/0", "9223372036854775808",
     "arguments[0].shape[0]: expected an integer of 64 bits, signed, but got "
     "the integer 9223372036854775808"},
    {"/arguments/0/shape/0", "\"s0 +\"",
     "arguments[0].shape[0]: expression 's0 +': expected an integer, a name "
     "or '(', but got the end at column 5"},
    {"/arguments/0/shape/0", "\"multiprocessors\"",
     "arguments[0].shape[0]: 'multiprocessors' depends on the device; "
     "expected sizes only"},
    {"/arguments/1/shape", "[4611686018427387904, 4]",
     "arguments[1].shape: the size in bytes exceeds 9223372036854775807"},
    {"/arguments/0/alignment", "24",
     "arguments[0].alignment: expected a "
     "power of two, but got the integer 24"},
    {"/arguments/0/alignment", "0",
     "arguments[0].alignment: expected an integer from 1 to 1048576, but got "
     "the integer 0"},
    {"/arguments/0/alignment", "18446744073709551615",
     "arguments[0].alignment: expected an integer from 1 to 1048576, but got "
     "the integer 18446744073709551615"},
    {"/arguments/0/strides", "[]",
     "arguments[0]: unknown key 'strides'; expected only 'name', 'kind', "
     "'type', 'shape', 'alignment'"},
    {"/requirements", "1",
     "requirements: expected a list, but got the integer 1"},
    {"/requirements", R"([{"equals": 1, "what": "w"}])",
     "requirements[0]: the key 'size' is missing"},
    {"/requirements", R"([{"size": "s0", "equals": 1}])",
     "requirements[0]: the key 'what' is missing"},
    {"/requirements", R"([{"size": "s0", "what": "w"}])",
     "requirements[0]: has neither 'equals' nor 'at_least'; expected one of "
     "them"},
    {"/requirements",
     R"([{"size": "s0", "equals": 1, "at_least": 1, "what": "w"}])",
     "requirements[0]: has both 'equals' and 'at_least'; expected one of "
     "them"},
    {"/requirements", R"([{"size": "s9", "equals": 1, "what": "w"}])",
     "requirements[0].size: expression 's9': unknown name 's9' (known are "
     "'s0', 'multiprocessors', 'blocks_per_multiprocessor', 'ceildiv', "
     "'floordiv', 'min', 'max') at column 1"},
    {"/requirements",
     R"([{"size": "s0", "at_least": "multiprocessors", "what": "w"}])",
     "requirements[0]: 'multiprocessors' depends on the device; expected "
     "sizes only"},
    {"/requirements", R"([{"size": 3, "at_least": 4, "what": "a window"}])",
     "requirements[0]: a window: the size is 3; expected at least 4"},
    {"/requirements", R"([{"size": "s0", "at_least": 4, "what": "w"}])", ""},
    {"/workspace", "[]", "workspace: expected an object, but got a list of 0"},
    {"/workspace/bytes", "", "workspace: the key 'bytes' is missing"},
    {"/workspace/bytes", "-8",
     "workspace.bytes: expected at least 0, but got -8"},
    {"/workspace/bytes", "\"9223372036854775807 + 1\"",
     "workspace.bytes: expression '9223372036854775807 + 1' does not fit into "
     "64 bits"},
    {"/workspace/bytes", "\"blocks_per_multiprocessor\"",
     "workspace.bytes: 'blocks_per_multiprocessor' uses "
     "'blocks_per_multiprocessor', which has a meaning in launch steps only"},
    {"/workspace/name", "0",
     "workspace: unknown key 'name'; expected only "
     "'bytes', 'alignment'"},
    {"/steps", "null", "steps: expected a list, but got null"},
    {"/steps/0/kind", "\"call\"",
     "steps[0].kind: expected 'memset', 'copy' "
     "or 'launch', but got the string 'call'"},
    {"/steps/0/value", "256",
     "steps[0].value: expected an integer from 0 to "
     "255, but got the integer 256"},
    {"/steps/0/bytes", "-1",
     "steps[0].bytes: expected at least 0, but got "
     "-1"},
    {"/steps/0/target/buffer", "\"tmp\"",
     "steps[0].target.buffer: expected 'workspace' or the name of an argument "
     "of the function, but got the string 'tmp'"},
    {"/steps/0/target/buffer", "\"arg1\"",
     "steps[0].target: 'arg1' is an input, and inputs are never written"},
    {"/steps/0/target/offset", "-4",
     "steps[0].target.offset: expected at least 0, but got -4"},
    {"/steps/0/target/offset", "\"blocks_per_multiprocessor * 4\"",
     "steps[0].target.offset: 'blocks_per_multiprocessor * 4' uses "
     "'blocks_per_multiprocessor', which has a meaning in launch steps only"},
    {"/steps/0/source", "{}",
     "steps[0]: unknown key 'source'; expected only "
     "'kind', 'target', 'value', 'bytes'"},
    {"/steps/2/source/size", "1",
     "steps[2].source: unknown key 'size'; expected only 'buffer', 'offset'"},
    {"/steps/2/target/buffer", "\"arg2\"",
     "steps[2].target: 'arg2' is an input, and inputs are never written"},
    {"/steps/2/source", "{\"buffer\": \"arg1\", \"offset\": 0}", ""},
    {"/steps/1/entry", "\"_\"",
     "steps[1].entry: expected the name of a PTX "
     "entry, but got the string '_'"},
    {"/steps/1/entry", "\"ffn-0\"",
     "steps[1].entry: expected the name of a "
     "PTX entry, but got the string 'ffn-0'"},
    {"/steps/1/grid", "2147483648",
     "steps[1].grid: the grid is 2147483648; expected 0 to 2147483647"},
    {"/steps/1/grid", "-1",
     "steps[1].grid: the grid is -1; expected 0 to 2147483647"},
    {"/steps/1/block", "0",
     "steps[1].block: expected an integer from 1 to "
     "1024, but got the integer 0"},
    {"/steps/1/block", "1025",
     "steps[1].block: expected an integer from 1 to "
     "1024, but got the integer 1025"},
    {"/steps/1/shared_bytes", "\"s0\"",
     "steps[1].shared_bytes: expected an integer from 0 to 2147483647, but "
     "got the string 's0'"},
    {"/steps/1/schedule", "5",
     "steps[1].schedule: expected an object, but got the integer 5"},
    {"/steps/1/cluster", "1",
     "steps[1]: unknown key 'cluster'; expected only "
     "'kind', 'entry', 'grid', 'block', "
     "'shared_bytes', 'arguments', 'schedule'"},
    {"/steps/1/arguments/0/kind", "\"tensormap\"",
     "steps[1].arguments[0].kind: expected one of 'input', 'index', "
     "'workspace', 'output', 'size', but got the string 'tensormap'"},
    {"/steps/1/arguments/0/kind", "\"output\"",
     "steps[1].arguments[0].buffer: 'arg0' is an input, and inputs are never "
     "written"},
    {"/steps/1/arguments/0/kind", "\"workspace\"",
     "steps[1].arguments[0].buffer: an argument of kind 'workspace' lies in "
     "'workspace', but got 'arg0'"},
    {"/steps/1/arguments/0/alignment", "32",
     "steps[1].arguments[0].alignment: 32 is more than the 16 of 'arg0'"},
    {"/steps/1/arguments/1/alignment", "512",
     "steps[1].arguments[1].alignment: 512 is more than the 256 of "
     "'workspace'"},
    {"/steps/1/arguments/1/offset", "8",
     "steps[1].arguments[1].offset: 8 is no multiple of the alignment 16"},
    {"/steps/1/arguments/1/offset", "-16",
     "steps[1].arguments[1].offset: expected at least 0, but got -16"},
    {"/steps/1/arguments/1/buffer", "3",
     "steps[1].arguments[1].buffer: expected a string, but got the integer 3"},
    {"/steps/1/arguments/1/value", "0",
     "steps[1].arguments[1]: unknown key 'value'; expected only 'name', "
     "'kind', 'type', 'shape', 'alignment', 'buffer', 'offset'"},
    {"/steps/1/arguments/1/shape/0", "-2",
     "steps[1].arguments[1].shape[0]: expected at least 0, but got -2"},
    {"/steps/1/arguments/3/type", "\"i32\"",
     "steps[1].arguments[3].type: expected 'i64', as every size is, but got "
     "the string 'i32'"},
    {"/steps/1/arguments/3/value", "\"s1\"",
     "steps[1].arguments[3].value: expression 's1': unknown name 's1' (known "
     "are 's0', 'multiprocessors', 'blocks_per_multiprocessor', 'ceildiv', "
     "'floordiv', 'min', 'max') at column 1"},
    {"/steps/3/arguments/1/offset", "16",
     "steps[3].arguments[1]: 262144 bytes at offset 16 do not fit into "
     "'arg1', which has 262144 bytes"},
};

TEST(LaunchPlan, EveryDiagnosticNamesPathExpectedAndGot) {
  for (const BadPlan &bad : kBadPlans) {
    const std::string expected =
        *bad.message ? std::string("p.json: ") + bad.message : "";
    EXPECT_EQ(errorAfter(bad.pointer, bad.value), expected)
        << bad.pointer << " = " << bad.value;
  }
}

TEST(LaunchPlan, ListsHaveLimits) {
  const auto list = [](size_t count, auto make) {
    Json result = Json::array();
    for (size_t i = 0; i < count; ++i)
      result.push_back(make(i));
    return result;
  };
  const auto one = [](size_t) { return 1; };
  const auto symbol = [](size_t i) { return "x" + std::to_string(i); };
  Json json = Json::parse(planSample());
  const Json first = json["arguments"][0],
             size = json["steps"][1]["arguments"][3];
  const auto argument = [&](size_t i) {
    Json result = first;
    result["name"] = symbol(i);
    return result;
  };
  const auto same = [&](size_t) { return size; };
  const auto errorWith = [&](const char *pointer, const Json &value) {
    Json changed = json;
    changed[Json::json_pointer(pointer)] = value;
    return errorOf(changed.dump());
  };
  EXPECT_EQ(errorWith("/arguments/1/shape", list(17, one)),
            "p.json: arguments[1].shape: expected a list of at most 16, but "
            "got a list of 17");
  EXPECT_EQ(errorWith("/steps/1/arguments/1/shape", list(17, one)),
            "p.json: steps[1].arguments[1].shape: expected a list of at most "
            "16, but got a list of 17");
  EXPECT_EQ(errorWith("/symbols", list(1025, symbol)),
            "p.json: symbols: expected a list of at most 1024, but got a list "
            "of 1025");
  EXPECT_EQ(errorWith("/arguments", list(1025, argument)),
            "p.json: arguments: expected a list of at most 1024, but got a "
            "list of 1025");
  EXPECT_EQ(errorWith("/steps/1/arguments", list(1025, same)),
            "p.json: steps[1].arguments: expected a list of at most 1024, but "
            "got a list of 1025");
  // The longest lists are fine.
  EXPECT_EQ(errorWith("/steps/1/arguments/1/shape", list(16, one)), "");
  EXPECT_EQ(errorWith("/steps/1/arguments", list(1024, same)), "");
}

TEST(LaunchPlan, CopiesDoNotOverlap) {
  Json json = Json::parse(planSample());
  json["workspace"]["bytes"] = 1000;
  json["steps"] = Json::array({json["steps"][2]});
  Json &copy = json["steps"][0];
  const auto errorOfCopy = [&](int64_t from, int64_t to, int64_t bytes) {
    copy["source"] = {{"buffer", "workspace"}, {"offset", from}};
    copy["target"] = {{"buffer", "workspace"}, {"offset", to}};
    copy["bytes"] = bytes;
    return errorOf(json.dump());
  };
  EXPECT_EQ(errorOfCopy(0, 4, 64),
            "p.json: steps[0].target: 64 bytes at offset 4 of 'workspace' "
            "overlap the source at offset 0");
  EXPECT_EQ(errorOfCopy(63, 0, 64),
            "p.json: steps[0].target: 64 bytes at offset 0 of 'workspace' "
            "overlap the source at offset 63");
  EXPECT_EQ(errorOfCopy(8, 8, 64),
            "p.json: steps[0].target: 64 bytes at offset 8 of 'workspace' "
            "overlap the source at offset 8");
  EXPECT_EQ(errorOfCopy(0, 64, 64), "");
  EXPECT_EQ(errorOfCopy(64, 0, 64), "");
  EXPECT_EQ(errorOfCopy(8, 8, 0), "");
  // The same offset of another buffer is another place.
  copy["source"] = {{"buffer", "arg1"}, {"offset", 8}};
  copy["bytes"] = 64;
  EXPECT_EQ(errorOf(json.dump()), "");
}

TEST(LaunchPlan, ConstantRangesLieWithinTheirBuffers) {
  // With a workspace of known size the memset's range is known too.
  Json json = Json::parse(planSample());
  json["workspace"]["bytes"] = 1000;
  json["steps"] = Json::array({json["steps"][0]});
  json["steps"][0]["bytes"] = 1000;
  EXPECT_EQ(errorOf(json.dump()), "");
  json["steps"][0]["target"]["offset"] = 1;
  EXPECT_EQ(errorOf(json.dump()),
            "p.json: steps[0].target: 1000 bytes at offset 1 do not fit into "
            "'workspace', which has 1000 bytes");
  json["steps"][0]["target"]["offset"] = INT64_MAX;
  EXPECT_EQ(errorOf(json.dump()),
            "p.json: steps[0].target: 1000 bytes at offset "
            "9223372036854775807 do not fit into 'workspace', which has 1000 "
            "bytes");
}

TEST(LaunchPlan, MalformedJsonNamesLineAndColumn) {
  EXPECT_TRUE(errorOf("").starts_with("p.json:1:1: malformed JSON: "))
      << errorOf("");
  EXPECT_EQ(errorOf("{\n  \"format\" 1}").substr(0, 27),
            "p.json:2:12: malformed JSON");
  EXPECT_EQ(errorOf("{} x").substr(0, 26), "p.json:1:4: malformed JSON");
  EXPECT_EQ(errorOf("{\"version\": 1e999}"),
            "p.json:1:17: malformed JSON: number overflow parsing '1e999'");
  EXPECT_EQ(errorOf("\"\xff\"").substr(0, 26), "p.json:1:2: malformed JSON");
  EXPECT_EQ(errorOf("{\"a\": {\"b\": 1, \"b\": 2}}"),
            "p.json: malformed JSON: the key 'b' stands twice in one object");
  EXPECT_EQ(errorOf("[]"),
            "p.json: the plan: expected an object, but got a list of 0");
  const std::string deep(100000, '[');
  EXPECT_EQ(errorOf(deep), "p.json: malformed JSON: nested more than 64 deep");
  std::string wide = "{";
  for (int i = 0; i < 257; ++i)
    wide += (i ? ",\"k" : "\"k") + std::to_string(i) + "\": 0";
  EXPECT_EQ(errorOf(wide + "}"),
            "p.json: malformed JSON: an object with more than 256 keys");
}

TEST(LaunchPlan, MessagesStayShortAndPrintable) {
  const std::string message =
      errorAfter("/arch", "\"" + std::string(1000, 'x') + "\\u0007\"");
  EXPECT_LT(message.size(), 200u);
  EXPECT_NE(errorAfter("/arch", "\"a\\u0007b\"").find("'a?b'"),
            std::string::npos);
}

TEST(LaunchPlan, FilesThatAreNotThereAreErrors) {
  Expected<LaunchPlan> plan = readLaunchPlan("/nonexistent/plan.json");
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("/nonexistent/plan.json"),
            std::string::npos);
}

// --- random changes of the sample ---

/// Replaces, removes, repeats or moves a few bytes or tokens.
std::string mutate(std::string text, std::mt19937 &engine) {
  static const char *const tokens[] = {"{",
                                       "}",
                                       "[",
                                       "]",
                                       ",",
                                       ":",
                                       "\"",
                                       "-1",
                                       "0",
                                       "1e9",
                                       "1024",
                                       "null",
                                       "s0",
                                       "\"s0\"",
                                       "(",
                                       ")",
                                       "*",
                                       "true",
                                       "\"input\"",
                                       "ceildiv(1,0)",
                                       "9223372036854775807",
                                       "18446744073709551616",
                                       "\\u0000",
                                       "\xc3"};
  for (unsigned changes = engine() % 4 + 1; changes; --changes) {
    const size_t at = engine() % (text.size() + 1);
    const size_t length = std::min<size_t>(engine() % 12, text.size() - at);
    switch (engine() % 5) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, text.substr(at, length));
      break;
    case 2:
      text.insert(at, tokens[engine() % std::size(tokens)]);
      break;
    case 3:
      text.replace(at, length, tokens[engine() % std::size(tokens)]);
      break;
    default:
      if (at < text.size())
        text[at] = char(engine());
      break;
    }
  }
  return text;
}

TEST(LaunchPlan, RandomChangesNeverCrashTheParser) {
  const std::string sample = planSample();
  unsigned accepted = 0, rejected = 0;
  for (uint32_t seed = 1; seed <= 4000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 engine(seed);
    Expected<LaunchPlan> plan =
        parseLaunchPlan(mutate(sample, engine), "p.json");
    if (!plan) {
      ++rejected;
      ASSERT_TRUE(plan.error().message.starts_with("p.json:"))
          << plan.error().message;
      ASSERT_EQ(plan.error().message.find('\n'), std::string::npos);
      continue;
    }
    ++accepted;
    // What was accepted can be evaluated, whatever comes out.
    std::vector<int64_t> values(plan->symbols.size(), 77);
    (void)plan->workspaceBytes.evaluate({values, 108, 2});
    for (const FunctionArgument &argument : plan->arguments)
      (void)byteSize(argument.type, {values, 108, 2});
  }
  // Changes in names and numbers pass, most others do not.
  EXPECT_GT(accepted, 40u);
  EXPECT_GT(rejected, 1000u);
}

} // namespace
