//===- EmulatorBackendTest.cpp - the emulator as a backend ----------------===//

#include "pit/Runtime/EmulatorBackend.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace pit;
using namespace pit::runtime;

namespace {

std::string message(const Error &error) { return error.message; }
template <typename T> std::string message(const Expected<T> &result) {
  return result ? "" : result.error().message;
}

/// A module with the given target and body of one entry, `k`.
std::string ptx(const std::string &body, const std::string &params = "",
                const std::string &directives = "",
                const std::string &target = "sm_80") {
  return ".version 8.6\n.target " + target +
         "\n.address_size 64\n.visible .entry k(" + params + ")\n" +
         directives + "\n{\n" + body + "\nret;\n}\n";
}

std::unique_ptr<EmulatorBackend> make(EmulatorOptions options = {}) {
  auto backend = EmulatorBackend::create(std::move(options));
  EXPECT_TRUE(backend) << backend.error().message;
  return std::move(*backend);
}

const Kernel *kernelOf(Backend &backend, std::shared_ptr<Module> &keep,
                       std::string text) {
  Expected<std::shared_ptr<Module>> module =
      backend.load(std::move(text), "k.ptx");
  EXPECT_TRUE(module) << module.error().message;
  keep = *module;
  Expected<const Kernel *> kernel = keep->kernel("k");
  EXPECT_TRUE(kernel) << kernel.error().message;
  return *kernel;
}

TEST(EmulatorBackend, SaysWhatTheDeviceIs) {
  EmulatorOptions options;
  options.arch = "sm_90a";
  EXPECT_EQ(make(options)->properties().multiprocessors, 132u);
  options.multiprocessors = 5;
  auto backend = make(options);
  const DeviceProperties &properties = backend->properties();
  EXPECT_EQ(properties.arch, "sm_90a");
  EXPECT_EQ(properties.multiprocessors, 5u);
  EXPECT_EQ(properties.maxThreadsPerBlock, 1024u);
  EXPECT_EQ(properties.maxDynamicSharedBytes, 227u * 1024);
  options.arch = "sm_1";
  EXPECT_NE(message(EmulatorBackend::create(options)).find("'sm_1'"),
            std::string::npos);
}

TEST(EmulatorBackend, MemoryIsCopiedAndFilled) {
  auto backend = make();
  std::vector<uint8_t> bytes(100), back(100);
  std::iota(bytes.begin(), bytes.end(), 1);
  const DeviceAddress a = *backend->allocate(100, "a");
  const DeviceAddress b = *backend->allocate(100, "b");
  EXPECT_EQ(a % 256, 0u);
  EXPECT_EQ(message(backend->copyToDevice(a, bytes.data(), 100)), "");
  EXPECT_EQ(message(backend->copyOnDevice(b, a, 100)), "");
  EXPECT_EQ(message(backend->fill8(b + 1, 0xab, 1)), "");
  EXPECT_EQ(message(backend->fill16(b + 2, 0x1234, 2)), "");
  EXPECT_EQ(message(backend->fill32(b + 8, 0x89abcdef, 2)), "");
  EXPECT_EQ(message(backend->copyToHost(back.data(), b, 100)), "");
  bytes[1] = 0xab;
  bytes[2] = bytes[4] = 0x34;
  bytes[3] = bytes[5] = 0x12;
  for (int i : {8, 12}) {
    bytes[i] = 0xef, bytes[i + 1] = 0xcd;
    bytes[i + 2] = 0xab, bytes[i + 3] = 0x89;
  }
  EXPECT_EQ(bytes, back);
  EXPECT_EQ(message(backend->copyOnDevice(a, a, 100)), "");
  EXPECT_EQ(message(backend->copyOnDevice(a, a + 50, 50)), "");
  EXPECT_NE(message(backend->copyOnDevice(a, a + 49, 50)).find("overlap"),
            std::string::npos);
  EXPECT_NE(message(backend->fill32(b + 2, 0, 1)).find("no multiple of 4"),
            std::string::npos);
  EXPECT_NE(message(backend->fill16(b + 1, 0, 1)).find("no multiple of 2"),
            std::string::npos);
  EXPECT_NE(message(backend->fill32(b, 0, 26)), "");
  EXPECT_NE(message(backend->fill32(b, 0, uint64_t(1) << 63)), "");
  EXPECT_NE(message(backend->fill8(b, 0, 101)), "");
  EXPECT_EQ(message(backend->free(b)), "");
  EXPECT_NE(message(backend->free(b)), "");
  EXPECT_EQ(message(backend->free(0)), "");
}

TEST(EmulatorBackend, LongFillsReachTheEnd) {
  auto backend = make();
  const uint64_t count = 3 * 4096 + 5;
  const DeviceAddress a = *backend->allocate(4 * count);
  ASSERT_EQ(message(backend->fill32(a, 0xc0ffee, count)), "");
  std::vector<uint32_t> back(count);
  ASSERT_EQ(message(backend->copyToHost(back.data(), a, 4 * count)), "");
  EXPECT_EQ(back, std::vector<uint32_t>(count, 0xc0ffee));
}

TEST(EmulatorBackend, KnowsItsOwnMemory) {
  auto backend = make();
  const DeviceAddress a = *backend->allocate(10), none = *backend->allocate(0);
  EXPECT_TRUE(backend->isDeviceMemory(a));
  EXPECT_TRUE(backend->isDeviceMemory(a + 9));
  EXPECT_FALSE(backend->isDeviceMemory(a + 10));
  EXPECT_FALSE(backend->isDeviceMemory(a - 1));
  EXPECT_TRUE(backend->isDeviceMemory(none));
  EXPECT_FALSE(backend->isDeviceMemory(none + 1));
  EXPECT_FALSE(backend->isDeviceMemory(0));
  EXPECT_FALSE(
      backend->isDeviceMemory(reinterpret_cast<uintptr_t>(backend.get())));
  EXPECT_EQ(message(backend->free(a)), "");
  EXPECT_FALSE(backend->isDeviceMemory(a));
}

constexpr const char *kReadWord = "ld.param.u64 %d1, [p]; ld.global.u32 %r1, "
                                  "[%d1]; st.global.u32 [%d1+64], %r1;";
std::string readWord() {
  return ptx(std::string(".reg .b64 %d<4>; .reg .b32 %r<4>;\n") + kReadWord,
             ".param .u64 p");
}

TEST(EmulatorBackend, WhatNobodyWroteIsReported) {
  auto backend = make();
  std::shared_ptr<Module> module;
  const Kernel *k = kernelOf(*backend, module, readWord());
  const DeviceAddress a = *backend->allocate(256, "fresh");
  const DeviceAddress b = *backend->allocate(256, "copied");
  auto launch = [&](DeviceAddress address) {
    const KernelArgument argument{&address, 8};
    return message(backend->launch(*k, {}, std::span(&argument, 1)));
  };
  const std::string text = launch(a);
  EXPECT_TRUE(text.starts_with(
      "kernel 'k': the emulator's checks found 1 problem\nk.ptx:"))
      << text;
  ASSERT_EQ(backend->lastReports().size(), 1u);
  EXPECT_EQ(backend->lastReports()[0].kind, emu::ReportKind::Uninitialized);
  EXPECT_EQ(backend->lastReports()[0].buffer, "fresh");
  // A copy of nothing is nothing, in either order.
  ASSERT_EQ(message(backend->copyOnDevice(b, a, 64)), "");
  EXPECT_NE(launch(b), "");
  ASSERT_EQ(message(backend->fill8(b, 0, 256)), "");
  EXPECT_EQ(launch(b), "");
  EXPECT_TRUE(backend->lastReports().empty());
  ASSERT_EQ(message(backend->copyOnDevice(b, a, 64)), "");
  EXPECT_NE(launch(b), "");
  ASSERT_EQ(message(backend->copyOnDevice(b, b + 64, 64)), "");
  EXPECT_EQ(launch(b), "");
  // The options of a launch can change.
  backend->launchOptions().checks.uninit = false;
  EXPECT_EQ(launch(a), "");
}

TEST(EmulatorBackend, CountsPerKernel) {
  auto backend = make();
  std::shared_ptr<Module> module;
  const Kernel *k = kernelOf(*backend, module, readWord());
  const DeviceAddress a = *backend->allocate(256);
  ASSERT_EQ(message(backend->fill8(a, 0, 256)), "");
  const KernelArgument argument{&a, 8};
  backend->launchOptions().countTransactions = true;
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(message(backend->launch(*k, {}, std::span(&argument, 1))), "");
  ASSERT_EQ(backend->stats().size(), 1u);
  const KernelStats &stats = backend->stats()[0];
  EXPECT_EQ(stats.file, "k.ptx");
  EXPECT_EQ(stats.kernel, "k");
  EXPECT_EQ(stats.launches, 3u);
  EXPECT_EQ(stats.stats.blocks, 3u);
  EXPECT_EQ(stats.stats.total.globalBytesRead, 12u);
  EXPECT_EQ(stats.stats.total.globalSectors, 6u);
  EXPECT_EQ(stats.stats.byClass[unsigned(emu::InstClass::LoadGlobal)], 3u);
  uint64_t lines = 0;
  for (const emu::LineStats &line : stats.stats.lines)
    lines += line.counters.executed;
  EXPECT_EQ(lines, stats.stats.total.executed);
  backend->clearStats();
  EXPECT_TRUE(backend->stats().empty());
}

TEST(EmulatorBackend, SumsLinesThatOnlyOneLaunchReached) {
  auto line = [](unsigned number, uint64_t executed) {
    emu::LineStats result{number, emu::InstClass::Integer, "", {}};
    result.counters.executed = executed;
    return result;
  };
  emu::Stats total, more;
  total.lines = {line(2, 1), line(5, 1)};
  more.lines = {line(1, 10), line(5, 10), line(9, 10)};
  accumulate(total, more);
  std::vector<std::pair<unsigned, uint64_t>> sums;
  for (const emu::LineStats &l : total.lines)
    sums.emplace_back(l.line, l.counters.executed);
  EXPECT_EQ(sums, (std::vector<std::pair<unsigned, uint64_t>>{
                      {1, 10}, {2, 1}, {5, 11}, {9, 10}}));
}

TEST(EmulatorBackend, ArgumentsFitTheParameters) {
  auto backend = make();
  std::shared_ptr<Module> module;
  const Kernel *k = kernelOf(*backend, module, readWord());
  ASSERT_EQ(k->parameters().size(), 1u);
  EXPECT_EQ(k->parameters()[0].name, "p");
  EXPECT_EQ(k->parameters()[0].bytes, 8u);
  EXPECT_EQ(k->parameters()[0].alignment, 8u);
  const uint32_t word = 0;
  const KernelArgument narrow{&word, 4};
  EXPECT_EQ(message(backend->launch(*k, {}, std::span(&narrow, 1))),
            "kernel 'k': parameter 0, 'p', has 8 bytes, but the argument has "
            "4");
  EXPECT_EQ(message(backend->launch(*k, {}, {})),
            "kernel 'k' has 1 parameters, but got 0 arguments");
  auto other = make();
  EXPECT_EQ(message(other->launch(*k, {}, {})),
            "kernel 'k' belongs to another backend");
  EXPECT_EQ(message(module->kernel("q")),
            "k.ptx: no kernel 'q'; the module has 'k'");
}

TEST(EmulatorBackend, RunsWhatTheChipRuns) {
  auto load = [](const std::string &arch, const std::string &target) {
    EmulatorOptions options;
    options.arch = arch;
    auto backend = make(options);
    return message(backend->load(ptx("", "", "", target), "k.ptx"));
  };
  EXPECT_EQ(load("sm_80", "sm_80"), "");
  EXPECT_EQ(load("sm_90", "sm_80"), "");
  EXPECT_EQ(load("sm_90", "sm_90a"), "");
  EXPECT_EQ(load("sm_80", "sm_90"),
            "k.ptx: the module is for 'sm_90', which the device, 'sm_80', "
            "cannot run");
  EXPECT_EQ(load("sm_100", "sm_90a"),
            "k.ptx: the module is for 'sm_90a', which the device, 'sm_100', "
            "cannot run");
  EXPECT_EQ(load("sm_100", "sm_100f"), "");
  EXPECT_NE(load("sm_120", "sm_100f"), "");
}

TEST(EmulatorBackend, Occupancy) {
  auto backend = make();
  std::shared_ptr<Module> module;
  auto blocks = [&](const std::string &text, unsigned threads, uint64_t bytes) {
    const Kernel *k = kernelOf(*backend, module, text);
    Expected<unsigned> result =
        backend->blocksPerMultiprocessor(*k, threads, bytes);
    return result ? std::to_string(*result) : result.error().message;
  };
  const std::string plain = ptx("");
  // sm_80: 2048 threads, 32 blocks, 164 KiB less 1 KiB a block.
  EXPECT_EQ(blocks(plain, 128, 0), "16");
  EXPECT_EQ(blocks(plain, 33, 0), "32");
  EXPECT_EQ(blocks(plain, 1024, 0), "2");
  EXPECT_EQ(blocks(plain, 1000, 0), "2");
  EXPECT_EQ(blocks(plain, 128, 36864), "4");
  EXPECT_EQ(blocks(plain, 128, 163 * 1024), "1");
  EXPECT_EQ(blocks(ptx("", "", ".maxnreg 128"), 128, 0), "4");
  EXPECT_EQ(blocks(plain, 0, 0),
            "kernel 'k': a block of 0 threads; expected 1 to 1024");
  EXPECT_EQ(blocks(plain, 1025, 0),
            "kernel 'k': a block of 1025 threads; expected 1 to 1024");
  EXPECT_EQ(blocks(ptx("", "", ".reqntid 64, 2"), 128, 0), "16");
  EXPECT_EQ(blocks(ptx("", "", ".reqntid 64, 2"), 64, 0),
            "kernel 'k': a block of 64 threads; expected 128, as its "
            "'.reqntid' says");
  EXPECT_EQ(blocks(ptx("", "", ".maxntid 64, 2"), 64, 0), "32");
  EXPECT_EQ(blocks(ptx("", "", ".maxntid 64, 2"), 129, 0),
            "kernel 'k': a block of 129 threads; expected at most 128, as its "
            "'.maxntid' says");
  EXPECT_EQ(blocks(plain, 128, 163 * 1024 + 1),
            "kernel 'k': 0 static and 166913 dynamic bytes of shared memory; "
            "'sm_80' has 166912 for a block");
  EXPECT_EQ(blocks(ptx("", "", ".maxnreg 128"), 1024, 0),
            "kernel 'k': no multiprocessor of 'sm_80' holds a block of 1024 "
            "threads with 128 registers each and 1024 bytes of shared memory");
}

TEST(EmulatorBackend, StreamsAndEvents) {
  auto backend = make();
  Expected<Stream> stream = backend->createStream();
  ASSERT_TRUE(stream);
  EXPECT_NE(*stream, Stream());
  Expected<Event> begin = backend->createEvent(), end = backend->createEvent();
  ASSERT_TRUE(begin && end);
  EXPECT_NE(message(backend->elapsedMilliseconds(*begin, *end))
                .find("was never recorded"),
            std::string::npos);
  EXPECT_EQ(message(backend->recordEvent(*begin, *stream)), "");
  EXPECT_EQ(message(backend->recordEvent(*end)), "");
  EXPECT_EQ(message(backend->waitEvent(*stream, *end)), "");
  EXPECT_EQ(message(backend->synchronizeEvent(*end)), "");
  Expected<double> elapsed = backend->elapsedMilliseconds(*begin, *end);
  ASSERT_TRUE(elapsed);
  EXPECT_GE(*elapsed, 0);
  EXPECT_EQ(message(backend->synchronize(*stream)), "");
  EXPECT_EQ(message(backend->destroyEvent(*begin)), "");
  EXPECT_NE(message(backend->destroyEvent(*begin)).find("no event"),
            std::string::npos);
  EXPECT_EQ(message(backend->destroyStream(*stream)), "");
  EXPECT_NE(message(backend->synchronize(*stream)).find("no stream"),
            std::string::npos);
  EXPECT_NE(message(backend->fill8(0, 0, 0, *stream)).find("no stream"),
            std::string::npos);
  EXPECT_EQ(message(backend->destroyStream({})),
            "the default stream cannot be destroyed");
}

TEST(EmulatorBackend, HandsOnWhatKernelsPrint) {
  std::string printed;
  EmulatorOptions options;
  options.output = [&](std::string_view text) { printed += text; };
  auto backend = make(options);
  std::shared_ptr<Module> module;
  const std::string text = R"(.version 8.6
.target sm_80
.address_size 64
.extern .func (.param .b32 r) vprintf (.param .b64 f, .param .b64 a);
.global .align 1 .b8 fmt[4] = {104, 105, 10, 0};
.visible .entry k()
{
.reg .b64 %d<4>;
.reg .b32 %r<4>;
mov.u64 %d1, fmt;
cvta.global.u64 %d2, %d1;
{
.param .b64 p0; st.param.b64 [p0], %d2;
.param .b64 p1; st.param.b64 [p1], 0;
.param .b32 q;
call.uni (q), vprintf, (p0, p1);
ld.param.b32 %r1, [q];
}
ret;
}
)";
  const Kernel *k = kernelOf(*backend, module, text);
  ASSERT_EQ(message(backend->launch(*k, {}, {})), "");
  EXPECT_EQ(printed, "hi\n");
}

} // namespace
