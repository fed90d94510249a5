//===- ExecutorTest.cpp - running launch plans ----------------------------===//

#include "pit/Runtime/Executor.h"

#include "AllocationCount.h"
#include "PlanSample.h"

#include "pit/Runtime/EmulatorBackend.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>

using namespace pit;
using namespace pit::runtime;
using Json = nlohmann::ordered_json;

namespace {

// Two kernels on vectors of n i32: sum = x + y, and scaled = sum * 3.
constexpr const char *kPtx = R"(
.version 7.8
.target sm_80
.address_size 64
.visible .entry chain_0(.param .u64 .ptr .global .align 16 x, .param .u64 .ptr .global .align 16 y,
                        .param .u64 .ptr .global .align 16 sum, .param .u64 n)
.maxntid 32
{
  .reg .pred %p;
  .reg .b32 %r<8>;
  .reg .b64 %d<8>;
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %tid.x;
  mad.lo.u32 %r3, %r1, 32, %r2;
  cvt.u64.u32 %d1, %r3;
  ld.param.u64 %d2, [n];
  setp.ge.s64 %p, %d1, %d2;
  @%p ret;
  shl.b64 %d1, %d1, 2;
  ld.param.u64 %d3, [x];
  ld.param.u64 %d4, [y];
  ld.param.u64 %d5, [sum];
  add.s64 %d3, %d3, %d1;
  add.s64 %d4, %d4, %d1;
  add.s64 %d5, %d5, %d1;
  ld.global.u32 %r4, [%d3];
  ld.global.u32 %r5, [%d4];
  add.u32 %r6, %r4, %r5;
  st.global.u32 [%d5], %r6;
  ret;
}
.visible .entry chain_1(.param .u64 .ptr .global .align 16 sum, .param .u64 .ptr .global .align 16 scaled,
                        .param .u64 n)
.reqntid 32
{
  .reg .pred %p;
  .reg .b32 %r<8>;
  .reg .b64 %d<8>;
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %tid.x;
  mov.u32 %r7, %nctaid.x;
  mad.lo.u32 %r3, %r1, 32, %r2;
  cvt.u64.u32 %d1, %r3;
  mul.wide.u32 %d7, %r7, 32;
  ld.param.u64 %d2, [n];
LOOP:
  setp.ge.s64 %p, %d1, %d2;
  @%p ret;
  shl.b64 %d6, %d1, 2;
  ld.param.u64 %d3, [sum];
  ld.param.u64 %d4, [scaled];
  add.s64 %d3, %d3, %d6;
  add.s64 %d4, %d4, %d6;
  ld.global.u32 %r4, [%d3];
  mul.lo.u32 %r5, %r4, 3;
  st.global.u32 [%d4], %r5;
  add.s64 %d1, %d1, %d7;
  bra LOOP;
}
)";

// clang-format off: it takes the JSON for code.
// y is a memset, the sum lies in the workspace and is copied out as well.
constexpr const char *kPlan = R"json({
  "format": "pit-launch-plan", "version": 1,
  "function": "chain", "arch": "sm_80", "ptx_version": "7.8", "ptx": "chain.ptx",
  "symbols": ["n"],
  "arguments": [
    {"name": "x", "kind": "input", "type": "i32", "shape": ["n"], "alignment": 16},
    {"name": "scaled", "kind": "output", "type": "i32", "shape": ["n"], "alignment": 16},
    {"name": "sum", "kind": "output", "type": "i32", "shape": [1, "n + 0"], "alignment": 16}],
  "workspace": {"bytes": "2 * ceildiv(4 * n, 256) * 256", "alignment": 256},
  "steps": [
    {"kind": "memset", "target": {"buffer": "workspace", "offset": 0}, "value": 1, "bytes": "4 * n"},
    {"kind": "launch", "entry": "chain_0", "grid": "ceildiv(n, 32)", "block": 32, "shared_bytes": 0, "arguments": [
      {"name": "x", "kind": "input", "type": "i32", "shape": ["n"], "alignment": 16, "buffer": "x", "offset": 0},
      {"name": "y", "kind": "workspace", "type": "i32", "shape": ["n"], "alignment": 16, "buffer": "workspace", "offset": 0},
      {"name": "t", "kind": "workspace", "type": "i32", "shape": ["n"], "alignment": 16, "buffer": "workspace", "offset": "ceildiv(4 * n, 256) * 256"},
      {"name": "n", "kind": "size", "type": "i64", "value": "n"}]},
    {"kind": "launch", "entry": "chain_1", "grid": "min(ceildiv(n, 32), multiprocessors * blocks_per_multiprocessor)", "block": 32, "shared_bytes": 0, "arguments": [
      {"name": "t", "kind": "input", "type": "i32", "shape": ["n"], "alignment": 16, "buffer": "workspace", "offset": "ceildiv(4 * n, 256) * 256"},
      {"name": "scaled", "kind": "output", "type": "i32", "shape": ["n"], "alignment": 16, "buffer": "scaled", "offset": 0},
      {"name": "n", "kind": "size", "type": "i64", "value": "n"}]},
    {"kind": "copy", "source": {"buffer": "workspace", "offset": "ceildiv(4 * n, 256) * 256"}, "target": {"buffer": "sum", "offset": 0}, "bytes": "4 * n"}]
})json";
// clang-format on

std::unique_ptr<EmulatorBackend> makeBackend(unsigned multiprocessors = 0) {
  EmulatorOptions options;
  options.multiprocessors = multiprocessors;
  auto backend = EmulatorBackend::create(options);
  EXPECT_TRUE(backend) << backend.error().message;
  return std::move(*backend);
}

Expected<PlanExecutor> make(Backend &backend, const Json &json,
                            std::string ptx = kPtx) {
  Expected<LaunchPlan> plan = parseLaunchPlan(json.dump(), "chain.json");
  if (!plan)
    return plan.error();
  return PlanExecutor::create(backend, std::move(*plan), std::move(ptx),
                              "chain.ptx");
}

std::string message(const Error &error) { return error.message; }
template <typename T> std::string message(const Expected<T> &result) {
  return result ? "" : result.error().message;
}

/// Device buffers for one call of chain with n elements.
struct Call {
  Call(Backend &backend, int64_t n) : backend(backend), shape{n}, flat{1, n} {
    x.resize(n);
    std::iota(x.begin(), x.end(), 5u);
    for (DeviceAddress *buffer : {&dx, &dscaled, &dsum})
      *buffer = *backend.allocate(4 * n, "buffer");
    EXPECT_FALSE(backend.copyToDevice(dx, x.data(), 4 * n));
    arguments = {{dx, shape}, {dscaled, shape}, {dsum, flat}};
  }

  std::vector<uint32_t> read(DeviceAddress from) {
    std::vector<uint32_t> result(x.size());
    EXPECT_EQ(message(backend.copyToHost(result.data(), from, 4 * x.size())),
              "");
    return result;
  }

  void expectResults() {
    std::vector<uint32_t> sum = x, scaled;
    for (uint32_t &value : sum)
      value += 0x01010101u;
    for (uint32_t value : sum)
      scaled.push_back(value * 3);
    EXPECT_EQ(read(dsum), sum);
    EXPECT_EQ(read(dscaled), scaled);
  }

  Backend &backend;
  std::vector<int64_t> shape, flat;
  std::vector<uint32_t> x;
  DeviceAddress dx = 0, dscaled = 0, dsum = 0;
  std::vector<TensorArgument> arguments;
};

TEST(Executor, RunsMemsetKernelsAndCopiesInOrder) {
  for (int64_t n : {0, 1, 31, 32, 1000}) {
    SCOPED_TRACE(n);
    // A multiprocessor holds 32 blocks of 32: the second kernel loops.
    auto backend = makeBackend(/*multiprocessors=*/n == 1000 ? 1 : 0);
    Expected<PlanExecutor> executor = make(*backend, Json::parse(kPlan));
    ASSERT_TRUE(executor) << executor.error().message;
    Call call(*backend, n);
    Expected<uint64_t> bytes = executor->workspaceBytes(call.arguments);
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(*bytes, uint64_t(2 * ((4 * n + 255) / 256) * 256));
    const DeviceAddress workspace = *backend->allocate(*bytes, "workspace");
    Error error = executor->run(call.arguments, workspace, *bytes);
    ASSERT_EQ(message(error), "");
    call.expectResults();
    // A grid of 0 launches nothing; else each kernel ran once.
    ASSERT_EQ(backend->stats().size(), n ? 2u : 0u);
    if (n) {
      EXPECT_EQ(backend->stats()[0].kernel, "chain_0");
      EXPECT_EQ(backend->stats()[0].stats.blocks, uint64_t(n + 31) / 32);
      EXPECT_EQ(backend->stats()[1].stats.blocks,
                std::min<uint64_t>((n + 31) / 32, n == 1000 ? 32 : ~0ull));
    }
  }
}

TEST(Executor, AHandleServesManyShapes) {
  auto backend = makeBackend();
  Expected<PlanExecutor> executor = make(*backend, Json::parse(kPlan));
  ASSERT_TRUE(executor) << executor.error().message;
  const DeviceAddress workspace = *backend->allocate(8192, "workspace");
  for (int64_t n : {100, 3, 700}) {
    Call call(*backend, n);
    ASSERT_EQ(message(executor->run(call.arguments, workspace, 8192)), "");
    call.expectResults();
  }
  EXPECT_EQ(backend->stats()[0].launches, 3u);
}

TEST(Executor, TellsAnObserverOfEveryStep) {
  struct Observer : RunObserver {
    void step(size_t index, size_t count, std::string_view what) override {
      EXPECT_EQ(index, seen.size());
      EXPECT_EQ(count, 4u);
      seen.emplace_back(what);
    }
    std::vector<std::string> seen;
  } observer;
  auto backend = makeBackend();
  Expected<PlanExecutor> executor = make(*backend, Json::parse(kPlan));
  ASSERT_TRUE(executor);
  Call call(*backend, 10);
  const DeviceAddress workspace = *backend->allocate(512, "workspace");
  ASSERT_EQ(
      message(executor->run(call.arguments, workspace, 512, {}, &observer)),
      "");
  EXPECT_EQ(observer.seen,
            (std::vector<std::string>{"memset", "chain_0", "chain_1", "copy"}));
}

TEST(Executor, ChecksEverythingBeforeTheFirstStep) {
  auto backend = makeBackend();
  Expected<PlanExecutor> executor = make(*backend, Json::parse(kPlan));
  ASSERT_TRUE(executor) << executor.error().message;
  const DeviceAddress workspace = *backend->allocate(4096, "workspace");
  Call call(*backend, 100);
  auto run = [&](auto change, DeviceAddress at, uint64_t bytes) {
    std::vector<TensorArgument> arguments = call.arguments;
    change(arguments);
    return message(executor->run(arguments, at, bytes));
  };
  auto good = [](auto &) {};
  const std::vector<int64_t> other = {1, 99}, short1 = {99}, negative = {-1};

  EXPECT_EQ(run([](auto &a) { a.pop_back(); }, workspace, 4096),
            "function 'chain': got 2 arguments; expected 1 inputs and 2 "
            "outputs");
  EXPECT_EQ(run([&](auto &a) { a[0].shape = other; }, workspace, 4096),
            "function 'chain': argument 0, 'x', has 2 dimensions; expected 1");
  EXPECT_EQ(run([&](auto &a) { a[0].shape = negative; }, workspace, 4096),
            "function 'chain': argument 0, 'x', has extent -1 in dimension 0; "
            "expected at least 0");
  EXPECT_EQ(run([&](auto &a) { a[1].shape = short1; }, workspace, 4096),
            "function 'chain': argument 1, 'scaled', has extent 99 in "
            "dimension 0; expected 100, as 'n' has in 'x'");
  EXPECT_EQ(run([&](auto &a) { a[2].shape = other; }, workspace, 4096),
            "function 'chain': argument 2, 'sum', has extent 99 in dimension "
            "1; expected 100 ('n + 0')");
  EXPECT_EQ(run([](auto &a) { a[1].address = 0; }, workspace, 4096),
            "function 'chain': argument 1, 'scaled', is a null pointer; "
            "expected 400 bytes");
  EXPECT_EQ(run([](auto &a) { a[1].address = 0x1008; }, workspace, 4096),
            "function 'chain': argument 1, 'scaled', is at 0x1008, which is "
            "no multiple of 16");
  EXPECT_EQ(run(good, workspace, 1023),
            "function 'chain': the workspace has 1023 bytes; expected at "
            "least 1024");
  EXPECT_EQ(run(good, 0, 4096), "function 'chain': the workspace is a null "
                                "pointer; expected 1024 bytes");
  EXPECT_EQ(run(good, 0x1010, 4096),
            "function 'chain': the workspace is at 0x1010, which is no "
            "multiple of 256");
  EXPECT_TRUE(backend->stats().empty());
  EXPECT_EQ(run(good, workspace, 4096), "");
}

TEST(Executor, ChecksWhatThePlanRequiresOfSizes) {
  auto backend = makeBackend();
  Json plan = Json::parse(kPlan);
  plan["requirements"] = Json::parse(R"([
    {"size": "n", "at_least": 40, "what": "a window of 40"},
    {"size": "floordiv(n, 4) * 4", "equals": "n", "what": "groups of four"},
    {"size": "n * n * n", "at_least": 1, "what": "a cube"}])");
  Expected<PlanExecutor> executor = make(*backend, plan);
  ASSERT_TRUE(executor) << executor.error().message;
  auto shapes = [&](int64_t n) {
    const std::vector<int64_t> shape = {n};
    const TensorArgument input = {0, shape};
    return executor->outputShapes({&input, 1});
  };
  EXPECT_EQ(message(shapes(36)), "function 'chain': a window of 40: the size "
                                 "is 'n', which is 36; expected at least 40");
  EXPECT_EQ(message(shapes(42)),
            "function 'chain': groups of four: the size is 'floordiv(n, 4) * "
            "4', which is 40; expected 'n', which is 42");
  EXPECT_EQ(message(shapes(4000000)),
            "function 'chain': a cube: expression 'n * n * n' does not fit "
            "into 64 bits");
  // Before what the outputs would have to be.
  Call call(*backend, 36);
  call.arguments[1].shape = {};
  EXPECT_EQ(message(executor->workspaceBytes(call.arguments)),
            "function 'chain': argument 1, 'scaled', has 0 dimensions; "
            "expected 1");
  const std::vector<int64_t> other = {37};
  call.arguments[1].shape = other;
  EXPECT_EQ(message(executor->workspaceBytes(call.arguments)),
            "function 'chain': a window of 40: the size is 'n', which is 36; "
            "expected at least 40");
  Call good(*backend, 44);
  EXPECT_EQ(message(executor->workspaceBytes(good.arguments)), "");
}

TEST(Executor, TellsTheShapesOfOutputs) {
  auto backend = makeBackend();
  Json plan = Json::parse(kPlan);
  Expected<PlanExecutor> executor = make(*backend, plan);
  ASSERT_TRUE(executor) << executor.error().message;
  const std::vector<int64_t> shape = {1000}, negative = {-3};
  const TensorArgument input = {0, shape}, wrong = {0, negative};
  const auto shapes = executor->outputShapes({&input, 1});
  ASSERT_TRUE(shapes) << shapes.error().message;
  EXPECT_EQ(*shapes, (std::vector<std::vector<int64_t>>{{1000}, {1, 1000}}));
  EXPECT_EQ(message(executor->outputShapes({})),
            "function 'chain': got 0 inputs; expected 1");
  EXPECT_EQ(message(executor->outputShapes({&wrong, 1})),
            "function 'chain': argument 0, 'x', has extent -3 in dimension 0; "
            "expected at least 0");

  plan["symbols"] = {"n", "m"};
  plan["arguments"][1]["shape"] = {"m"};
  executor = make(*backend, plan);
  ASSERT_TRUE(executor) << executor.error().message;
  EXPECT_EQ(message(executor->outputShapes({&input, 1})),
            "function 'chain': argument 1, 'scaled', dimension 0: the inputs "
            "do not tell its size");
  plan = Json::parse(kPlan);
  plan["arguments"][2]["shape"] = {"n - 1001", 1};
  executor = make(*backend, plan);
  ASSERT_TRUE(executor) << executor.error().message;
  EXPECT_EQ(message(executor->outputShapes({&input, 1})),
            "function 'chain': argument 2, 'sum', the extent 'n - 1001' is "
            "-1; expected at least 0");
}

TEST(Executor, WhatIsWrittenOverlapsNothing) {
  auto backend = makeBackend();
  Expected<PlanExecutor> executor = make(*backend, Json::parse(kPlan));
  ASSERT_TRUE(executor) << executor.error().message;
  const DeviceAddress memory = *backend->allocate(4096, "memory");
  Call call(*backend, 100);
  // 400 bytes each, and 1024 of workspace.
  const auto run = [&](uint64_t x, uint64_t scaled, uint64_t sum,
                       uint64_t workspace) {
    std::vector<TensorArgument> arguments = call.arguments;
    arguments[0].address = memory + x;
    arguments[1].address = memory + scaled;
    arguments[2].address = memory + sum;
    return message(executor->run(arguments, memory + workspace, 1024));
  };
  const auto overlap = [&](const char *a, uint64_t bytesOfA, uint64_t atA,
                           const char *b, uint64_t bytesOfB, uint64_t atB) {
    char text[256];
    std::snprintf(
        text, sizeof text,
        "function 'chain': '%s', %llu bytes at 0x%llx, overlaps "
        "'%s', %llu bytes at 0x%llx, but outputs and the workspace "
        "are memory of their own",
        a, (unsigned long long)bytesOfA, (unsigned long long)(memory + atA), b,
        (unsigned long long)bytesOfB, (unsigned long long)(memory + atB));
    return std::string(text);
  };
  EXPECT_EQ(run(0, 0, 1024, 2048), overlap("scaled", 400, 0, "x", 400, 0));
  EXPECT_EQ(run(0, 384, 1024, 2048), overlap("scaled", 400, 384, "x", 400, 0));
  EXPECT_EQ(run(384, 0, 1024, 2048), overlap("scaled", 400, 0, "x", 400, 384));
  EXPECT_EQ(run(0, 1024, 1040, 2048),
            overlap("sum", 400, 1040, "scaled", 400, 1024));
  EXPECT_EQ(run(2064, 0, 1024, 2048),
            overlap("workspace", 1024, 2048, "x", 400, 2064));
  EXPECT_EQ(run(0, 1024, 2048 + 1008, 2048),
            overlap("sum", 400, 2048 + 1008, "workspace", 1024, 2048));
  EXPECT_TRUE(backend->stats().empty());
  // They may touch. Nobody wrote x, so that the checks stop the first kernel.
  EXPECT_NE(run(0, 400, 800, 1280).find("uninitialized"), std::string::npos);
}

TEST(Executor, EmptyTensorsNeedNoMemory) {
  auto backend = makeBackend();
  Expected<PlanExecutor> executor = make(*backend, Json::parse(kPlan));
  ASSERT_TRUE(executor);
  const std::vector<int64_t> shape = {0}, flat = {1, 0};
  const std::vector<TensorArgument> arguments = {
      {0, shape}, {0, shape}, {0, flat}};
  EXPECT_EQ(message(executor->run(arguments, 0, 0)), "");
}

/// The error of a run with 100 elements after one change of the plan.
std::string runAfter(const std::string &pointer, const std::string &value) {
  auto backend = makeBackend();
  Json json = Json::parse(kPlan);
  json[Json::json_pointer(pointer)] = Json::parse(value);
  Expected<PlanExecutor> executor = make(*backend, json);
  if (!executor)
    return executor.error().message;
  const DeviceAddress workspace = *backend->allocate(1 << 20, "workspace");
  Call call(*backend, 100);
  return message(executor->run(call.arguments, workspace, 1 << 20));
}

TEST(Executor, ErrorsOfStepsNameThem) {
  EXPECT_EQ(runAfter("/steps/0/bytes", "\"12 * n\""),
            "function 'chain': step 0 ('memset'): 1200 bytes at offset 0 do "
            "not fit into 'workspace', which has 1024 bytes");
  EXPECT_EQ(runAfter("/steps/0/bytes", "\"n - 101\""),
            "function 'chain': step 0 ('memset'): the number of bytes is -1; "
            "expected at least 0");
  EXPECT_EQ(runAfter("/steps/0/target/offset", "\"-n\""),
            "function 'chain': step 0 ('memset'): the offset is -100; "
            "expected at least 0");
  EXPECT_EQ(runAfter("/steps/3/bytes", "\"4 * n + 1\""),
            "function 'chain': step 3 ('copy'): 401 bytes at offset 0 do not "
            "fit into 'sum', which has 400 bytes");
  EXPECT_EQ(runAfter("/steps/3/source/offset", "\"1024 - n\""),
            "function 'chain': step 3 ('copy'): 400 bytes at offset 924 do "
            "not fit into 'workspace', which has 1024 bytes");
  EXPECT_EQ(runAfter("/steps/3/source",
                     "{\"buffer\": \"sum\", \"offset\": \"n - 100\"}"),
            "function 'chain': step 3 ('copy'): 400 bytes at offset 0 of 'sum' "
            "overlap the source at offset 0");
  EXPECT_EQ(runAfter("/steps/1/grid", "\"n - 101\""),
            "function 'chain': step 1 ('chain_0'): the grid is -1; expected 0 "
            "to 2147483647");
  EXPECT_EQ(runAfter("/steps/1/grid", "\"ceildiv(n, n - 100)\""),
            "function 'chain': step 1 ('chain_0'): grid: expression "
            "'ceildiv(n, n - 100)' divides by 0; a divisor is at least 1");
  EXPECT_EQ(runAfter("/steps/1/arguments/1/offset", "\"n\""),
            "function 'chain': step 1 ('chain_0'): argument 'y': the offset "
            "100 is no multiple of the alignment 16");
  EXPECT_EQ(runAfter("/steps/1/arguments/2/shape/0", "\"n * 2\""),
            "function 'chain': step 1 ('chain_0'): argument 't': 800 bytes at "
            "offset 512 do not fit into 'workspace', which has 1024 bytes");
  EXPECT_EQ(
      runAfter("/steps/1/arguments/3/value", "\"n * 9223372036854775807\""),
      "function 'chain': step 1 ('chain_0'): argument 'n': expression "
      "'n * 9223372036854775807' does not fit into 64 bits");
  EXPECT_EQ(runAfter("/workspace/bytes", "\"0 - n\""),
            "function 'chain': workspace: '0 - n' is -100; expected at least "
            "0");
}

TEST(Executor, LoadingComparesThePlanWithThePtx) {
  EXPECT_EQ(runAfter("/ptx_version", "\"6.0\""),
            "function 'chain': 'ptx_version' of the plan is '6.0', but "
            "'.version' of chain.ptx is '7.8'");
  EXPECT_EQ(runAfter("/arch", "\"sm_90\""),
            "function 'chain': 'arch' of the plan is 'sm_90', but '.target' of "
            "chain.ptx is 'sm_80'");
  EXPECT_EQ(runAfter("/steps/1/entry", "\"chain_7\""),
            "function 'chain': step 1 ('chain_7'): chain.ptx: no kernel "
            "'chain_7'; the module has 'chain_0', 'chain_1'");
  EXPECT_EQ(runAfter("/steps/1/entry", "\"chain_1\""),
            "function 'chain': step 1 ('chain_1'): the kernel has 3 "
            "parameters, but the plan gives it 4 arguments");
  EXPECT_EQ(runAfter("/steps/2/shared_bytes", "200000"),
            "function 'chain': step 2 ('chain_1'): kernel 'chain_1': 0 static "
            "and 200000 dynamic bytes of shared memory; 'sm_80' has 166912 "
            "for a block");
  EXPECT_EQ(runAfter("/steps/1/block", "64"),
            "function 'chain': step 1 ('chain_0'): kernel 'chain_0': a block "
            "of 64 threads; expected at most 32, as its '.maxntid' says");
  EXPECT_EQ(runAfter("/steps/2/block", "16"),
            "function 'chain': step 2 ('chain_1'): kernel 'chain_1': a block "
            "of 16 threads; expected 32, as its '.reqntid' says");
  auto backend = makeBackend();
  std::string ptx = kPtx;
  ptx.replace(ptx.find(".param .u64 n"), 13, ".param .u32 n");
  EXPECT_NE(message(make(*backend, Json::parse(kPlan), ptx)), "");
  const std::string small = R"(
.version 7.8
.target sm_80
.address_size 64
.visible .entry chain_0(.param .u64 x, .param .u32 y, .param .u64 sum, .param .u64 n) { ret; }
)";
  EXPECT_EQ(message(make(*backend, Json::parse(kPlan), small)),
            "function 'chain': step 1 ('chain_0'): parameter 1 of the kernel "
            "has 4 bytes, but argument 'y' has 8");
  EXPECT_EQ(
      message(make(*backend, Json::parse(kPlan), "nonsense")).substr(0, 27),
      "function 'chain': chain.ptx");
}

TEST(Executor, WhatTheChecksFindIsAnErrorOfTheStep) {
  Json json = Json::parse(kPlan);
  json["steps"].erase(0); // nobody writes y
  auto backend = makeBackend();
  Expected<PlanExecutor> executor = make(*backend, json);
  ASSERT_TRUE(executor) << executor.error().message;
  const DeviceAddress workspace = *backend->allocate(4096, "workspace");
  Call call(*backend, 40);
  const std::string text =
      message(executor->run(call.arguments, workspace, 4096));
  EXPECT_TRUE(text.starts_with("function 'chain': step 0 ('chain_0'): kernel "
                               "'chain_0': the emulator's checks found "))
      << text;
  EXPECT_NE(text.find("uninitialized"), std::string::npos) << text;
  ASSERT_FALSE(backend->lastReports().empty());
  EXPECT_EQ(backend->lastReports()[0].buffer, "workspace");
  // The steps after it did not run.
  EXPECT_EQ(backend->stats().size(), 1u);
}

// --- files ---

struct Folder {
  Folder() {
    std::string pattern =
        std::filesystem::temp_directory_path() / "pitplanXXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string &name, const std::string &text) {
    std::ofstream(path / name) << text;
  }
  std::filesystem::path path;
};

TEST(Executor, LoadsFilesAndFolders) {
  Folder folder;
  auto backend = makeBackend();
  auto load = [&](const std::string &path, std::string_view function = "") {
    Expected<PlanExecutor> executor =
        PlanExecutor::load(*backend, path, function);
    return executor ? "ok: " + executor->plan().function
                    : executor.error().message;
  };
  const std::string path = folder.path.string();
  EXPECT_EQ(load(path), path + ": no launch plan; expected a file '*.json'");
  folder.write("chain.json", kPlan);
  EXPECT_NE(load(path).find(path + "/chain.ptx"), std::string::npos);
  folder.write("chain.ptx", kPtx);
  EXPECT_EQ(load(path), "ok: chain");
  EXPECT_EQ(load(path, "chain"), "ok: chain");
  EXPECT_EQ(load(path + "/chain.json"), "ok: chain");
  EXPECT_EQ(load(path + "/chain.json", "ffn"),
            path + "/chain.json: the plan of 'chain'; expected 'ffn'");
  EXPECT_NE(load(path, "ffn").find(path + "/ffn.json"), std::string::npos);
  folder.write("ffn.json", planSample());
  EXPECT_EQ(load(path), path + ": several launch plans; expected the name of "
                               "one: 'chain', 'ffn'");
  folder.write("ffn.json", "{");
  EXPECT_TRUE(load(path, "ffn").starts_with(path + "/ffn.json:1:"));
}

// --- no allocation on the launch path ---

/// A device that only writes down what it is asked for.
class RecordingBackend final : public Backend {
public:
  struct FakeKernel final : Kernel {
    std::string_view name() const override { return "k"; }
    std::span<const KernelParameter> parameters() const override {
      return params;
    }
    std::vector<KernelParameter> params;
  };
  struct FakeModule final : Module {
    Expected<const Kernel *> kernel(std::string_view name) override {
      FakeKernel &k = name == "chain_0" ? four : three;
      k.params.resize(name == "chain_0" ? 4 : 3, {"", 8, 8});
      return static_cast<const Kernel *>(&k);
    }
    FakeKernel three, four;
  };

  struct Launch {
    uint32_t grid, block;
    uint64_t arguments[4];
    Stream stream;
  };

  const DeviceProperties &properties() const override { return props; }
  Expected<DeviceAddress> allocate(uint64_t, std::string_view) override {
    return Error{"not here"};
  }
  Error free(DeviceAddress) override { return Error{"not here"}; }
  bool isDeviceMemory(DeviceAddress) const override { return false; }
  Error copyToDevice(DeviceAddress, const void *, uint64_t, Stream) override {
    return Error{"not here"};
  }
  Error copyToHost(void *, DeviceAddress, uint64_t, Stream) override {
    return Error{"not here"};
  }
  Error copyOnDevice(DeviceAddress target, DeviceAddress source, uint64_t bytes,
                     Stream stream) override {
    copies.push_back({target, source, bytes, stream.handle});
    return Error::success();
  }
  Error fill8(DeviceAddress target, uint8_t value, uint64_t bytes,
              Stream stream) override {
    fills.push_back({target, value, bytes, stream.handle});
    return Error::success();
  }
  Error fill16(DeviceAddress, uint16_t, uint64_t, Stream) override {
    return Error{"not here"};
  }
  Error fill32(DeviceAddress, uint32_t, uint64_t, Stream) override {
    return Error{"not here"};
  }
  Expected<std::shared_ptr<Module>> load(std::string, std::string) override {
    return std::shared_ptr<Module>(std::make_shared<FakeModule>());
  }
  Expected<unsigned> blocksPerMultiprocessor(const Kernel &, unsigned,
                                             uint64_t) override {
    return 2u;
  }
  Error launch(const Kernel &, const LaunchGeometry &geometry,
               std::span<const KernelArgument> arguments,
               Stream stream) override {
    Launch launch{geometry.grid.x, geometry.block.x, {}, stream};
    for (size_t i = 0; i < arguments.size() && i < 4; ++i)
      launch.arguments[i] = *static_cast<const uint64_t *>(arguments[i].data);
    launches.push_back(launch);
    return Error::success();
  }
  Expected<Stream> createStream() override { return Stream{1}; }
  Error destroyStream(Stream) override { return Error::success(); }
  Error synchronize(Stream) override { return Error{"the host must not wait"}; }
  Error waitEvent(Stream, Event) override { return Error::success(); }
  Expected<Event> createEvent() override { return Event{1}; }
  Error destroyEvent(Event) override { return Error::success(); }
  Error recordEvent(Event, Stream) override { return Error::success(); }
  Error synchronizeEvent(Event) override { return Error::success(); }
  Expected<double> elapsedMilliseconds(Event, Event) override { return 0.0; }

  DeviceProperties props{"recorder", "sm_80", 3, 1024, 1 << 17};
  std::vector<std::array<uint64_t, 4>> copies, fills;
  std::vector<Launch> launches;
};

TEST(Executor, InputsMayOverlap) {
  RecordingBackend backend;
  Json json = Json::parse(kPlan);
  Json second = json["arguments"][0];
  second["name"] = "z";
  json["arguments"].insert(json["arguments"].begin() + 1, second);
  Expected<PlanExecutor> executor = make(backend, json);
  ASSERT_TRUE(executor) << executor.error().message;
  const std::vector<int64_t> shape = {1000}, flat = {1, 1000};
  const auto run = [&](DeviceAddress x, DeviceAddress z) {
    const std::vector<TensorArgument> arguments = {
        {x, shape}, {z, shape}, {0x20000, shape}, {0x30000, flat}};
    return message(executor->run(arguments, 0x40000, 8192));
  };
  EXPECT_EQ(run(0x10000, 0x10000), "");
  EXPECT_EQ(run(0x10000, 0x10010), "");
  // An output overlaps both.
  EXPECT_NE(run(0x1f100, 0x1f200), "");
}

TEST(Executor, ARunAllocatesNothingAndKeepsToItsStream) {
  RecordingBackend backend;
  Expected<PlanExecutor> executor = make(backend, Json::parse(kPlan));
  ASSERT_TRUE(executor) << executor.error().message;
  const std::vector<int64_t> shape = {1000}, flat = {1, 1000};
  const std::vector<TensorArgument> arguments = {
      {0x10000, shape}, {0x20000, shape}, {0x30000, flat}};
  backend.copies.reserve(8);
  backend.fills.reserve(8);
  backend.launches.reserve(8);
  const uint64_t before = allocationCount();
  const Error error = executor->run(arguments, 0x40000, 8192, Stream{7});
  const uint64_t after = allocationCount();
  EXPECT_GT(before, 0u);
  EXPECT_EQ(after, before);
  ASSERT_EQ(message(error), "");
  using Row = std::vector<std::array<uint64_t, 4>>;
  EXPECT_EQ(backend.fills, (Row{{0x40000, 1, 4000, 7}}));
  EXPECT_EQ(backend.copies, (Row{{0x30000, 0x41000, 4000, 7}}));
  ASSERT_EQ(backend.launches.size(), 2u);
  EXPECT_EQ(backend.launches[0].grid, 32u);
  EXPECT_EQ(backend.launches[0].arguments[0], 0x10000u);
  EXPECT_EQ(backend.launches[0].arguments[2], 0x41000u);
  EXPECT_EQ(backend.launches[0].arguments[3], 1000u);
  EXPECT_EQ(backend.launches[1].grid, 6u); // 3 multiprocessors, 2 blocks each
  EXPECT_EQ(backend.launches[1].stream, Stream{7});
}

} // namespace
