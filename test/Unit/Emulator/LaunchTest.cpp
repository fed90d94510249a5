//===- LaunchTest.cpp - launches and what they return ---------------------===//

#include "pit/Emulator/Device.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

using namespace pit;
using namespace pit::emu;

namespace {

std::string message(const Expected<LaunchResult> &result) {
  if (!result)
    return result.error().message;
  return result->ok() ? "" : result->reports[0].str();
}
#define EXPECT_SAYS(result, part)                                              \
  EXPECT_NE(message(result).find(part), std::string::npos) << message(result)

/// A device with one module.
struct Launch : testing::Test {
  Device device;
  std::shared_ptr<Module> module;

  void load(std::string body, std::string target = "sm_80") {
    auto loaded = device.load(".version 7.8\n.target " + target +
                                  "\n.address_size 64\n" + body,
                              "test.ptx");
    ASSERT_TRUE(loaded) << loaded.error().message;
    module = *loaded;
  }

  template <typename... T>
  Expected<LaunchResult> launch(const char *name, LaunchConfig config,
                                const LaunchOptions &options, T... values) {
    auto kernel = module->kernel(name);
    if (!kernel)
      return kernel.error();
    std::vector<const void *> args{&values...};
    return device.launch(*kernel, config, args, options);
  }

  DeviceAddress buffer(std::vector<uint32_t> data, std::string name = "data") {
    auto address = device.allocate(data.size() * 4, std::move(name));
    EXPECT_TRUE(address);
    EXPECT_FALSE(device.copyToDevice(*address, data.data(), data.size() * 4));
    return *address;
  }
  std::vector<uint32_t> read(DeviceAddress address, size_t words) {
    std::vector<uint32_t> data(words);
    EXPECT_FALSE(device.copyToHost(data.data(), address, words * 4));
    return data;
  }
};

/// out[i] = in[i] * factor, for all threads.
constexpr const char *kScale = R"(
.visible .entry scale(.param .u64 in, .param .u64 out, .param .u32 factor)
{
  .reg .u32 %t, %c, %n, %x; .reg .b64 %a, %b, %o;
  mov.u32 %t, %tid.x; mov.u32 %c, %ctaid.x; mov.u32 %n, %ntid.x;
  mad.lo.u32 %t, %c, %n, %t;
  mul.wide.u32 %o, %t, 4;
  ld.param.u64 %a, [in]; ld.param.u64 %b, [out];
  add.u64 %a, %a, %o; add.u64 %b, %b, %o;
  ld.param.u32 %x, [factor];
  ld.global.u32 %t, [%a];
  mul.lo.u32 %x, %x, %t;
  st.global.u32 [%b], %x;
  ret;
}
)";

TEST_F(Launch, ComputesAndCounts) {
  load(kScale);
  std::vector<uint32_t> data(200);
  std::iota(data.begin(), data.end(), 1u);
  const DeviceAddress in = buffer(data), out = *device.allocate(800, "out");
  LaunchOptions options;
  options.countTransactions = true;
  auto result = launch("scale", {{4}, {50}}, options, in, out, uint32_t(3));
  ASSERT_TRUE(result && result->ok()) << message(result);
  for (uint32_t &x : data)
    x *= 3;
  EXPECT_EQ(read(out, 200), data);

  const Stats &stats = result->stats;
  EXPECT_EQ(stats.kernel, "scale");
  EXPECT_EQ(stats.blocks, 4u);
  EXPECT_EQ(stats.warps, 8u);
  EXPECT_EQ(stats.total.executed, 8u * 14);
  EXPECT_EQ(stats.total.threads, 200u * 14);
  EXPECT_EQ(stats.total.divergentBranches, 0u);
  EXPECT_EQ(stats.total.globalBytesRead, 800u);
  EXPECT_EQ(stats.total.globalBytesWritten, 800u);
  EXPECT_EQ(stats.total.globalRequests, 16u);
  // Threads 0-31 of a block take 128 bytes, 32-49 take 72: at multiples of 200.
  uint64_t sectors = 0;
  for (uint64_t block = 0; block < 4; ++block)
    for (auto [first, bytes] : {std::pair(0, 128), {128, 72}}) {
      const uint64_t begin = block * 200 + uint64_t(first);
      sectors += (begin + uint64_t(bytes) - 1) / 32 - begin / 32 + 1;
    }
  EXPECT_EQ(stats.total.globalSectors, 2 * sectors);
  EXPECT_EQ(stats.total.paramBytes, 200u * (8 + 8 + 4));
  EXPECT_EQ(stats.byClass[size_t(InstClass::LoadGlobal)], 8u);
  EXPECT_EQ(stats.byClass[size_t(InstClass::StoreGlobal)], 8u);
  EXPECT_EQ(stats.byClass[size_t(InstClass::LoadParam)], 24u);
  uint64_t total = 0;
  for (uint64_t n : stats.byClass)
    total += n;
  EXPECT_EQ(total, stats.total.executed);
  unsigned line = 0;
  for (const LineStats &l : stats.lines) {
    EXPECT_GT(l.line, line); // in order, each once
    line = l.line;
    if (l.instClass == InstClass::StoreGlobal) {
      EXPECT_NE(l.text.find("st.global.u32"), std::string::npos);
      EXPECT_EQ(l.counters.executed, 8u);
    }
  }
}

TEST_F(Launch, ResultsDoNotDependOnTheSchedule) {
  load(kScale);
  std::vector<uint32_t> data(4096);
  std::iota(data.begin(), data.end(), 1u);
  const DeviceAddress in = buffer(data);
  for (uint32_t &x : data)
    x *= 5;
  for (unsigned threads : {1u, 2u, 3u, 0u, 5000u})
    for (uint64_t seed : {0, 1, 99})
      for (bool coresident : {false, true}) {
        const DeviceAddress out = *device.allocate(4096 * 4);
        LaunchOptions options;
        options.threads = threads;
        options.seed = seed;
        options.coresident = coresident;
        auto result =
            launch("scale", {{32}, {128}}, options, in, out, uint32_t(5));
        ASSERT_TRUE(result && result->ok()) << message(result);
        ASSERT_EQ(read(out, 4096), data);
        EXPECT_EQ(result->stats.total.executed, 128u * 14);
      }
}

TEST_F(Launch, WhatNobodyWroteIsNoValue) {
  load(kScale);
  const DeviceAddress in = *device.allocate(128, "fresh");
  const DeviceAddress out = *device.allocate(128, "out");
  uint32_t one = 1;
  EXPECT_FALSE(device.copyToDevice(in, &one, 4));
  auto result = launch("scale", {{1}, {32}}, {}, in, out, uint32_t(1));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->reports.size(), 1u);
  const Report &r = result->reports[0];
  EXPECT_EQ(r.kind, ReportKind::Uninitialized);
  EXPECT_EQ(r.buffer, "fresh");
  EXPECT_EQ(r.offset, 4);
  EXPECT_EQ(r.line, 14u);
  EXPECT_EQ(r.file, "test.ptx");
  EXPECT_EQ(r.function, "scale");
  EXPECT_NE(r.text.find("ld.global.u32 %t, [%a];"), std::string::npos);
  EXPECT_EQ(r.warp, 0);
  EXPECT_EQ(r.lane, 1);
  EXPECT_EQ(result->suppressed, 30u);
  // The kernel has written this; so is it known as written afterwards.
  auto again = launch("scale", {{1}, {32}}, {}, out, in, uint32_t(1));
  EXPECT_TRUE(again && again->ok()) << message(again);
  // Written by the host, or declared to be: fine as well.
  for (int how = 0; how < 2; ++how) {
    const DeviceAddress fresh = *device.allocate(128);
    if (how == 0) {
      EXPECT_FALSE(device.fill(fresh, 0, 128));
    } else {
      EXPECT_FALSE(device.markInitialized(fresh, 128));
    }
    auto fine = launch("scale", {{1}, {32}}, {}, fresh, out, uint32_t(1));
    EXPECT_TRUE(fine && fine->ok()) << message(fine);
  }
  LaunchOptions off;
  off.checks = Checks::none();
  const DeviceAddress other = *device.allocate(128);
  auto unchecked = launch("scale", {{1}, {32}}, off, other, out, uint32_t(1));
  EXPECT_TRUE(unchecked && unchecked->ok()) << message(unchecked);
}

TEST_F(Launch, BadAccessesAreNotExecuted) {
  load(kScale);
  const DeviceAddress in = buffer(std::vector<uint32_t>(32, 9));
  const DeviceAddress out = buffer(std::vector<uint32_t>(20, 1), "short");
  auto result = launch("scale", {{1}, {32}}, {}, in, out, uint32_t(2));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->reports.size(), 1u);
  EXPECT_EQ(result->reports[0].kind, ReportKind::OutOfBounds);
  EXPECT_EQ(result->reports[0].buffer, "short");
  EXPECT_EQ(result->reports[0].offset, 80);
  EXPECT_EQ(result->reports[0].lane, 20);
  EXPECT_EQ(result->suppressed, 11u);
  EXPECT_EQ(read(out, 20), std::vector<uint32_t>(20, 18)); // the rest was
  // Freed memory, a null pointer, a pointer by two bytes off.
  EXPECT_FALSE(device.free(out));
  auto freed = launch("scale", {{1}, {32}}, {}, in, out, uint32_t(2));
  EXPECT_SAYS(freed, "out-of-bounds");
  EXPECT_SAYS(
      launch("scale", {{1}, {32}}, {}, DeviceAddress(0), in, uint32_t(2)),
      "out-of-bounds");
  EXPECT_SAYS(launch("scale", {{1}, {4}}, {}, in + 2, in, uint32_t(2)),
              "misaligned");
}

TEST_F(Launch, StopsAtTheLimitOfReports) {
  load(R"(
.visible .entry many(.param .u64 p)
{
  .reg .b64 %p; .reg .u32 %x;
  ld.param.u64 %p, [p];
  ld.global.u32 %x, [%p+4];
  ld.global.u32 %x, [%p+8];
  ld.global.u32 %x, [%p+12];
  st.global.u32 [%p], 77;
  ret;
}
)");
  const DeviceAddress p = buffer({1});
  LaunchOptions options;
  auto all = launch("many", {{2}, {40}}, options, p);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->reports.size(), 3u);
  EXPECT_EQ(all->suppressed, 3u * 80 - 3);
  EXPECT_EQ(read(p, 1)[0], 77u);
  const DeviceAddress q = buffer({1});
  options.maxReports = 2;
  auto two = launch("many", {{2}, {40}}, options, q);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->reports.size(), 2u);
  EXPECT_EQ(two->reports[1].line, 10u);
}

TEST_F(Launch, ArgumentsAreChecked) {
  load(kScale);
  auto kernel = module->kernel("scale");
  ASSERT_TRUE(kernel);
  const DeviceAddress p = buffer(std::vector<uint32_t>(32, 1));
  const uint32_t factor = 1;
  const void *four[] = {&p, &p, &factor, &factor};
  EXPECT_SAYS(device.launch(*kernel, {}, std::span(four, 2)),
              "has 3 parameters, but got 2 arguments");
  EXPECT_SAYS(device.launch(*kernel, {}, four),
              "has 3 parameters, but got 4 arguments");
  EXPECT_SAYS(device.launch(*kernel, {}, {}), "but got 0 arguments");
  four[1] = nullptr;
  EXPECT_SAYS(device.launch(*kernel, {}, std::span(four, 3)),
              "argument 1 is a null pointer");
}

TEST_F(Launch, GeometryIsChecked) {
  load(R"(
.extern .shared .align 16 .b8 dynamic[];
.shared .align 4 .b8 fixed[64];
.visible .entry plain() { st.shared.u32 [fixed], 1; st.shared.u32 [dynamic], 1; ret; }
.visible .entry small() .maxntid 64 { ret; }
.visible .entry exact() .reqntid 8, 4 { ret; }
)");
  auto fails = [&](const char *name, LaunchConfig config, const char *part) {
    auto result = launch(name, config, {});
    EXPECT_FALSE(result) << name;
    EXPECT_SAYS(result, part);
  };
  auto runs = [&](const char *name, LaunchConfig config) {
    LaunchOptions options;
    options.checks.race = false; // all threads store
    auto result = launch(name, config, options);
    EXPECT_TRUE(result && result->ok()) << name << ": " << message(result);
  };
  fails("plain", {{0}, {1}}, "grid 0x1x1 is outside");
  fails("plain", {{1, 65536}, {1}}, "grid 1x65536x1 is outside");
  fails("plain", {{1, 1, 65536}, {1}}, "grid 1x1x65536 is outside");
  fails("plain", {{0x80000000u}, {1}}, "grid 2147483648x1x1 is outside");
  fails("plain", {{1}, {0}}, "block 0x1x1 is outside");
  fails("plain", {{1}, {1, 1, 65}}, "block 1x1x65 is outside");
  fails("plain", {{1}, {32, 33}}, "has 1056 threads, but at most 1024");
  fails("small", {{1}, {65}}, "'.maxntid' allows (64x1x1)");
  fails("exact", {{1}, {32}}, "differs from its '.reqntid' 8x4x1");
  runs("plain", {{1}, {1024}, 4});
  runs("plain", {{1}, {1, 1, 64}, 4});
  runs("small", {{3, 2, 1}, {64}});
  runs("exact", {{1}, {8, 4}});

  struct {
    const char *chip;
    uint32_t bytes;
  } const chips[] = {{"sm_80", 163 << 10},
                     {"sm_86", 99 << 10},
                     {"sm_87", 163 << 10},
                     {"sm_89", 99 << 10},
                     {"sm_90", 227 << 10}};
  for (auto [chip, bytes] : chips) {
    load(R"(
.extern .shared .align 16 .b8 dynamic[];
.shared .align 4 .b8 fixed[64];
.visible .entry plain() { st.shared.u32 [fixed], 1; st.shared.u32 [dynamic], 1; ret; }
)",
         chip);
    runs("plain", {{1}, {1}, bytes - 64});
    const std::string text =
        "64 static and " + std::to_string(bytes - 60) +
        " dynamic bytes of shared memory are more than the " +
        std::to_string(bytes) + " that " + chip;
    fails("plain", {{1}, {1}, bytes - 60}, text.c_str());
    fails("plain", {{1}, {1}, ~0u}, "dynamic bytes of shared memory");
  }
}

TEST_F(Launch, KernelsWithoutEndAreEnded) {
  load(R"(
.visible .entry spin() { LOOP: bra LOOP; }
.visible .entry wait() {
  .reg .pred %p; .reg .u32 %t;
  mov.u32 %t, %tid.x; setp.lt.u32 %p, %t, 32;
  @%p bra OTHER;
  bar.sync 0;
  ret;
OTHER: bar.sync 1;
  ret;
}
)");
  LaunchOptions options;
  options.maxInstructions = 1000;
  for (unsigned threads : {1u, 2u}) {
    options.threads = threads;
    auto result = launch("spin", {{4}, {64}}, options);
    ASSERT_TRUE(result);
    ASSERT_FALSE(result->ok());
    EXPECT_EQ(result->reports[0].kind, ReportKind::Limit);
  }
  auto result = launch("wait", {{1}, {64}}, {});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->reports.size(), 1u);
  EXPECT_EQ(result->reports[0].kind, ReportKind::Deadlock);
  EXPECT_SAYS(result, "barrier 1 has 32 of 64 threads");
}

TEST_F(Launch, CoresidentBlocksAreAsManyAsTheChipHolds) {
  load(".visible .entry nothing() { ret; }");
  LaunchOptions options;
  options.coresident = true;
  auto fine = launch("nothing", {{108 * 32}, {1}}, options);
  EXPECT_TRUE(fine && fine->ok()) << message(fine);
  EXPECT_SAYS(launch("nothing", {{108 * 32 + 1}, {1}}, options),
              "cannot all take turns");
}

TEST_F(Launch, OutputAndTraps) {
  load(R"(
.extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 a);
.global .align 1 .b8 text[4] = {37, 100, 10, 0};
.visible .entry say(.param .u32 trapAt)
{
  .local .align 8 .b8 args[8];
  .reg .u32 %t, %n; .reg .b64 %f, %a; .reg .pred %p;
  mov.u32 %t, %tid.x; st.local.u32 [args], %t;
  mov.u64 %f, text; cvta.global.u64 %f, %f; mov.u64 %a, args; cvta.local.u64 %a, %a;
  { .param .b64 p0; .param .b64 p1; .param .b32 r;
  st.param.b64 [p0], %f; st.param.b64 [p1], %a; call (r), vprintf, (p0, p1); }
  ld.param.u32 %n, [trapAt];
  setp.eq.u32 %p, %t, %n;
  @%p trap;
  ret;
}
)");
  auto fine = launch("say", {{1}, {3}}, {}, uint32_t(99));
  ASSERT_TRUE(fine && fine->ok()) << message(fine);
  EXPECT_EQ(fine->output, "0\n1\n2\n");
  auto trapped = launch("say", {{1}, {3}}, {}, uint32_t(2));
  ASSERT_TRUE(trapped);
  ASSERT_EQ(trapped->reports.size(), 1u);
  EXPECT_EQ(trapped->reports[0].kind, ReportKind::Trap);
  EXPECT_EQ(trapped->reports[0].lane, 2);
  EXPECT_EQ(trapped->output, "0\n1\n2\n");
}

TEST_F(Launch, ADeviceGoesOnAfterAFailedLaunch) {
  load(kScale);
  const DeviceAddress in = buffer(std::vector<uint32_t>(32, 4));
  const DeviceAddress out = *device.allocate(128);
  EXPECT_SAYS(launch("scale", {{1}, {64}}, {}, in, out, uint32_t(2)),
              "out-of-bounds");
  auto result = launch("scale", {{1}, {32}}, {}, in, out, uint32_t(2));
  ASSERT_TRUE(result && result->ok()) << message(result);
  EXPECT_EQ(read(out, 32), std::vector<uint32_t>(32, 8));
}

TEST_F(Launch, ParametersKeepTheirPlaces) {
  load(R"(
.visible .entry mixed(.param .u8 a, .param .u64 out, .param .u16 b, .param .align 16 .b8 c[20], .param .f64 d, .param .u8 e)
{
  .reg .b64 %p, %d; .reg .u32 %x, %y;
  ld.param.u64 %p, [out];
  ld.param.u8 %x, [a]; st.global.u32 [%p], %x;
  ld.param.u16 %x, [b]; st.global.u32 [%p+4], %x;
  ld.param.v2.u32 {%x, %y}, [c+8]; st.global.u32 [%p+8], %x; st.global.u32 [%p+12], %y;
  ld.param.u32 %x, [c+16]; st.global.u32 [%p+16], %x;
  ld.param.b64 %d, [d]; st.global.b64 [%p+24], %d;
  ld.param.u8 %x, [e]; st.global.u32 [%p+32], %x;
  ret;
}
)");
  const DeviceAddress out = buffer(std::vector<uint32_t>(9, 0));
  struct {
    uint32_t words[5] = {1, 2, 3, 4, 5};
  } c;
  auto result = launch("mixed", {}, {}, uint8_t(200), out, uint16_t(60000), c,
                       1.0, uint8_t(7));
  ASSERT_TRUE(result && result->ok()) << message(result);
  EXPECT_EQ(read(out, 9),
            (std::vector<uint32_t>{200, 60000, 3, 4, 5, 0, 0, 0x3FF00000, 7}));
}

} // namespace
