//===- MgpuTest.cpp - the functions that host code calls ------------------===//

#include "pit/Mgpu/Mgpu.h"

#include "pit/Runtime/EmulatorBackend.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

using namespace pit;
using namespace pit::runtime;

extern "C" {
void *mgpuModuleLoad(void *data, size_t bytes);
void *mgpuModuleLoadJIT(void *data, int32_t level);
void mgpuModuleUnload(void *module);
void *mgpuModuleGetFunction(void *module, const char *name);
void mgpuLaunchKernel(void *function, intptr_t gridX, intptr_t gridY,
                      intptr_t gridZ, intptr_t blockX, intptr_t blockY,
                      intptr_t blockZ, int32_t sharedBytes, void *stream,
                      void **params, void **extra, size_t paramsCount);
void *mgpuStreamCreate();
void mgpuStreamDestroy(void *stream);
void mgpuStreamSynchronize(void *stream);
void mgpuStreamWaitEvent(void *stream, void *event);
void *mgpuEventCreate();
void mgpuEventDestroy(void *event);
void mgpuEventSynchronize(void *event);
void mgpuEventRecord(void *event, void *stream);
void *mgpuMemAlloc(uint64_t bytes, void *stream, bool isHostShared);
void mgpuMemFree(void *address, void *stream);
void mgpuMemcpy(void *target, void *source, size_t bytes, void *stream);
void mgpuMemset32(void *target, uint32_t value, size_t count, void *stream);
void mgpuMemset16(void *target, uint16_t value, size_t count, void *stream);
void mgpuMemHostRegister(void *p, uint64_t bytes);
void mgpuMemHostRegisterMemRef(int64_t rank, void *descriptor, int64_t bytes);
void mgpuMemHostUnregister(void *p);
void mgpuMemHostUnregisterMemRef(int64_t rank, void *descriptor, int64_t bytes);
void mgpuSetDefaultDevice(int32_t device);
}

namespace {

/// Adds a 16-bit number to every 32-bit word of a block's row.
constexpr const char *kPtx = R"(
.version 7.8
.target sm_80
.address_size 64
.visible .entry bump(.param .u64 p, .param .u16 by)
{
  .reg .b32 %r<8>;
  .reg .b64 %d<8>;
  .reg .b16 %h<2>;
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mad.lo.u32 %r4, %r1, %r2, %r3;
  mul.wide.u32 %d1, %r4, 4;
  ld.param.u64 %d2, [p];
  ld.param.u16 %h1, [by];
  cvt.u32.u16 %r5, %h1;
  add.s64 %d2, %d2, %d1;
  ld.global.u32 %r6, [%d2];
  add.u32 %r6, %r6, %r5;
  st.global.u32 [%d2], %r6;
  ret;
}
)";

using Errors = std::vector<std::string>;

/// Every test has a device of its own.
class Mgpu : public ::testing::Test {
protected:
  void SetUp() override {
    backend = std::move(*EmulatorBackend::create());
    setMgpuBackend(backend.get());
    setMgpuErrorPrinting(false);
    takeMgpuErrors();
  }
  void TearDown() override {
    EXPECT_EQ(takeMgpuErrors(), Errors{});
    setMgpuBackend(nullptr);
    setMgpuErrorPrinting(true);
  }
  void *load() {
    return mgpuModuleLoad(const_cast<char *>(kPtx), std::strlen(kPtx));
  }
  std::unique_ptr<EmulatorBackend> backend;
};

TEST_F(Mgpu, RunsAKernel) {
  void *module = mgpuModuleLoadJIT(const_cast<char *>(kPtx), 2);
  ASSERT_TRUE(module);
  void *bump = mgpuModuleGetFunction(module, "bump");
  ASSERT_TRUE(bump);
  void *stream = mgpuStreamCreate();
  void *event = mgpuEventCreate();
  void *device = mgpuMemAlloc(64 * 4, stream, false);
  void *second = mgpuMemAlloc(64 * 4, stream, false);
  ASSERT_TRUE(stream && event && device && second);
  mgpuMemset32(device, 70000, 60, stream);
  mgpuMemset16(static_cast<char *>(device) + 240, 1, 8, stream);
  uint16_t by = 65535;
  void *params[] = {&device, &by};
  mgpuLaunchKernel(bump, 2, 1, 1, 32, 1, 1, 0, stream, params, nullptr, 2);
  mgpuLaunchKernel(bump, 0, 1, 1, 32, 1, 1, 0, stream, params, nullptr, 2);
  mgpuEventRecord(event, stream);
  mgpuStreamWaitEvent(nullptr, event);
  mgpuMemcpy(second, device, 64 * 4, stream);
  std::vector<uint32_t> result(64), copy(64);
  mgpuMemcpy(result.data(), second, 64 * 4, stream);
  mgpuMemcpy(copy.data(), result.data(), 64 * 4, stream);
  mgpuEventSynchronize(event);
  mgpuStreamSynchronize(stream);
  std::vector<uint32_t> expected(60, 135535);
  expected.resize(64, 0x10001 + 65535);
  EXPECT_EQ(result, expected);
  EXPECT_EQ(copy, expected);
  ASSERT_EQ(backend->stats().size(), 1u);
  EXPECT_EQ(backend->stats()[0].launches, 1u);
  result.assign(64, 3);
  mgpuMemcpy(device, result.data(), 64 * 4, stream);
  mgpuMemcpy(copy.data(), device, 64 * 4, stream);
  EXPECT_EQ(copy, result);
  mgpuMemFree(device, stream);
  mgpuMemFree(second, stream);
  mgpuEventDestroy(event);
  mgpuStreamDestroy(stream);
  mgpuSetDefaultDevice(0);
  mgpuModuleUnload(module);
}

TEST_F(Mgpu, ModulesThatCannotBeLoadedAreErrors) {
  char cubin[] = "\x7f"
                 "ELF";
  EXPECT_FALSE(mgpuModuleLoad(cubin, sizeof cubin));
  EXPECT_EQ(takeMgpuErrors(),
            Errors{"'mgpuModuleLoad': the module is no PTX text; expected one "
                   "from 'gpu-module-to-binary' with 'format=isa'"});
  char broken[] = ".version 7.8\n.target sm_80\n.address_size 64\nnonsense";
  EXPECT_FALSE(mgpuModuleLoadJIT(broken, 2));
  const Errors errors = takeMgpuErrors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_TRUE(errors[0].starts_with("'mgpuModuleLoadJIT': <gpu.binary 1>:4:"))
      << errors[0];
  // What follows from it says so, and nothing crashes.
  EXPECT_FALSE(mgpuModuleGetFunction(nullptr, "bump"));
  mgpuLaunchKernel(nullptr, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr, 0);
  mgpuModuleUnload(nullptr);
  EXPECT_EQ(takeMgpuErrors(),
            (Errors{"'mgpuModuleGetFunction': the module is not loaded",
                    "'mgpuLaunchKernel': the function is not one of a loaded "
                    "module"}));
}

TEST_F(Mgpu, TheTextOfAModuleEndsAtItsNul) {
  std::string text = kPtx;
  text += std::string(3, '\0') + "rest";
  void *module = mgpuModuleLoad(text.data(), text.size());
  EXPECT_TRUE(module);
  mgpuModuleUnload(module);
}

TEST_F(Mgpu, KernelsGoWithTheirModule) {
  void *module = load();
  void *bump = mgpuModuleGetFunction(module, "bump");
  EXPECT_FALSE(mgpuModuleGetFunction(module, "dump"));
  EXPECT_EQ(takeMgpuErrors(),
            Errors{"'mgpuModuleGetFunction': <gpu.binary 1>: no kernel 'dump'; "
                   "the module has 'bump'"});
  mgpuModuleUnload(module);
  mgpuLaunchKernel(bump, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr, 0);
  mgpuModuleUnload(module);
  EXPECT_EQ(takeMgpuErrors(),
            (Errors{"'mgpuLaunchKernel': the function is not one of a loaded "
                    "module",
                    "'mgpuModuleUnload': the module is not loaded"}));
}

TEST_F(Mgpu, LaunchesAreChecked) {
  void *module = load();
  void *bump = mgpuModuleGetFunction(module, "bump");
  void *device = mgpuMemAlloc(128, nullptr, false);
  uint16_t by = 1;
  void *params[] = {&device, &by};
  auto launch = [&](intptr_t grid, intptr_t block, int32_t shared, void **extra,
                    size_t count) {
    mgpuLaunchKernel(bump, grid, 1, 1, block, 1, 1, shared, nullptr, params,
                     extra, count);
    const Errors errors = takeMgpuErrors();
    return errors.size() == 1 ? errors[0] : "";
  };
  EXPECT_EQ(launch(-1, 32, 0, nullptr, 2),
            "'mgpuLaunchKernel': grid x is -1; expected 0 to 2147483647");
  EXPECT_EQ(launch(1, intptr_t(1) << 40, 0, nullptr, 2),
            "'mgpuLaunchKernel': block x is 1099511627776; expected 0 to "
            "2147483647");
  EXPECT_EQ(launch(1, 32, -4, nullptr, 2),
            "'mgpuLaunchKernel': kernel 'bump': -4 dynamic bytes of shared "
            "memory; expected at least 0");
  EXPECT_EQ(launch(1, 32, 0, params, 2),
            "'mgpuLaunchKernel': kernel 'bump': 'extra' is not supported; "
            "expected null");
  EXPECT_EQ(launch(1, 32, 0, nullptr, 3),
            "'mgpuLaunchKernel': kernel 'bump': got 3 arguments; expected 2");
  EXPECT_NE(launch(1, 2048, 0, nullptr, 2).find("1x1x1 to 1024x1024x64"),
            std::string::npos);
  // Nobody wrote the memory: what the checks find is an error too.
  EXPECT_NE(launch(1, 32, 0, nullptr, 2).find("uninitialized"),
            std::string::npos);
  mgpuMemFree(device, nullptr);
  mgpuModuleUnload(module);
}

TEST_F(Mgpu, MemoryIsChecked) {
  uint32_t host[4] = {};
  EXPECT_FALSE(mgpuMemAlloc(16, nullptr, true));
  EXPECT_FALSE(mgpuMemAlloc(~uint64_t(0), nullptr, false));
  EXPECT_EQ(takeMgpuErrors().size(), 2u);
  void *device = mgpuMemAlloc(16, nullptr, false);
  mgpuMemcpy(device, host, 17, nullptr);
  mgpuMemcpy(nullptr, host, 4, nullptr);
  mgpuMemcpy(device, nullptr, 4, nullptr);
  mgpuMemset32(host, 1, 4, nullptr);
  mgpuMemset16(host, 1, 8, nullptr);
  EXPECT_EQ(host[0], 0u);
  mgpuMemset32(device, 1, 5, nullptr);
  mgpuMemFree(host, nullptr);
  mgpuMemHostRegister(host, 16);
  mgpuMemHostUnregister(host);
  mgpuMemHostRegisterMemRef(1, host, 4);
  mgpuMemHostUnregisterMemRef(1, host, 4);
  mgpuSetDefaultDevice(1);
  const Errors errors = takeMgpuErrors();
  ASSERT_EQ(errors.size(), 12u);
  EXPECT_TRUE(errors[0].starts_with("'mgpuMemcpy': copy to the device: 17"));
  EXPECT_EQ(errors[1], "'mgpuMemcpy': the target is a null pointer");
  EXPECT_EQ(errors[2], "'mgpuMemcpy': the source is a null pointer");
  for (size_t i : {3, 4}) {
    EXPECT_TRUE(errors[i].starts_with("'mgpuMemset")) << errors[i];
    EXPECT_TRUE(errors[i].ends_with(", is no memory of the device"))
        << errors[i];
  }
  EXPECT_TRUE(errors[5].starts_with("'mgpuMemset32': "));
  EXPECT_TRUE(errors[6].starts_with("'mgpuMemFree': cannot free "));
  EXPECT_EQ(errors[7],
            "'mgpuMemHostRegister': memory of the host cannot be made visible "
            "to the device ('gpu.host_register'); copy it with 'gpu.memcpy'");
  EXPECT_EQ(errors[11], "'mgpuSetDefaultDevice': there is no device 1; "
                        "expected 0, the device of the backend");
  // Nothing is moved where there is nothing to move.
  mgpuMemcpy(nullptr, nullptr, 0, nullptr);
  mgpuMemset32(nullptr, 1, 0, nullptr);
  mgpuMemFree(nullptr, nullptr);
  mgpuMemFree(device, nullptr);
}

TEST_F(Mgpu, CopiesTouchNoMemoryThatIsNot) {
  uint32_t host[16] = {1};
  char *freed = static_cast<char *>(mgpuMemAlloc(64, nullptr, false));
  char *device = static_cast<char *>(mgpuMemAlloc(64, nullptr, false));
  mgpuMemFree(freed, nullptr);
  ASSERT_EQ(takeMgpuErrors(), Errors());
  const auto nothingAt = [](const char *what, void *address) {
    char text[128];
    std::snprintf(text, sizeof text,
                  "'mgpuMemcpy': the %s, 64 bytes at %p, is no memory of the "
                  "device, nor of the host",
                  what, address);
    return Errors{text};
  };
  void *const small = reinterpret_cast<void *>(16);
  void *const last = reinterpret_cast<void *>(~uintptr_t(0) - 15);
  for (void *bad : {static_cast<void *>(freed), static_cast<void *>(freed + 60),
                    static_cast<void *>(device + 64), small, last}) {
    mgpuMemcpy(bad, host, 64, nullptr);
    EXPECT_EQ(takeMgpuErrors(), nothingAt("target", bad));
    mgpuMemcpy(host, bad, 64, nullptr);
    EXPECT_EQ(takeMgpuErrors(), nothingAt("source", bad));
    mgpuMemcpy(bad, device, 64, nullptr);
    EXPECT_EQ(takeMgpuErrors(), nothingAt("target", bad));
    mgpuMemcpy(device, bad, 64, nullptr);
    EXPECT_EQ(takeMgpuErrors(), nothingAt("source", bad));
  }
  // From the host to the host is a copy too, overlapping or not.
  mgpuMemcpy(host + 1, host, 60, nullptr);
  EXPECT_EQ(takeMgpuErrors(), Errors());
  EXPECT_EQ(host[1], 1u);
  mgpuMemFree(device, nullptr);
}

TEST_F(Mgpu, NullIsNoModule) {
  EXPECT_FALSE(mgpuModuleLoad(nullptr, 10));
  EXPECT_FALSE(mgpuModuleLoadJIT(nullptr, 0));
  EXPECT_EQ(takeMgpuErrors(),
            (Errors{"'mgpuModuleLoad': the module is a null pointer; expected "
                    "PTX text",
                    "'mgpuModuleLoadJIT': the module is a null pointer; "
                    "expected PTX text"}));
}

TEST_F(Mgpu, CountsOfTwoModulesStayApart) {
  void *device = mgpuMemAlloc(4 * 32, nullptr, false);
  mgpuMemset32(device, 1, 32, nullptr);
  uint16_t by = 1;
  void *params[] = {&device, &by};
  for (int launches : {1, 2}) {
    void *module = mgpuModuleLoadJIT(const_cast<char *>(kPtx), 0);
    void *bump = mgpuModuleGetFunction(module, "bump");
    for (int i = 0; i < launches; ++i)
      mgpuLaunchKernel(bump, 1, 1, 1, 32, 1, 1, 0, nullptr, params, nullptr, 2);
    mgpuModuleUnload(module);
  }
  EXPECT_EQ(takeMgpuErrors(), Errors());
  ASSERT_EQ(backend->stats().size(), 2u);
  EXPECT_EQ(backend->stats()[0].file, "<gpu.binary 1>");
  EXPECT_EQ(backend->stats()[0].launches, 1u);
  EXPECT_EQ(backend->stats()[1].file, "<gpu.binary 2>");
  EXPECT_EQ(backend->stats()[1].launches, 2u);
  mgpuMemFree(device, nullptr);
}

TEST_F(Mgpu, KeepsTheFirstHundredErrors) {
  for (int i = 0; i < 130; ++i)
    mgpuSetDefaultDevice(i + 1);
  const Errors errors = takeMgpuErrors();
  ASSERT_EQ(errors.size(), 101u);
  EXPECT_NE(errors[0].find("no device 1;"), std::string::npos);
  EXPECT_EQ(errors[100], "and 30 more errors");
}

TEST_F(Mgpu, PrintsErrorsUnlessToldNotTo) {
  testing::internal::CaptureStderr();
  mgpuSetDefaultDevice(2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  setMgpuErrorPrinting(true);
  testing::internal::CaptureStderr();
  mgpuSetDefaultDevice(2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error: 'mgpuSetDefaultDevice': there is no device 2; expected 0, "
            "the device of the backend\n");
  EXPECT_EQ(takeMgpuErrors().size(), 2u);
}

TEST_F(Mgpu, AnEmulatorIsTheDefault) {
  setMgpuBackend(nullptr);
  Backend *made = mgpuBackend();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->properties().arch, "sm_80");
  void *device = mgpuMemAlloc(16, nullptr, false);
  EXPECT_TRUE(made->isDeviceMemory(reinterpret_cast<uintptr_t>(device)));
  mgpuMemFree(device, nullptr);
}

} // namespace
