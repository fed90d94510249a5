//===- DeviceTest.cpp - memory, modules, kernels --------------------------===//

#include "pit/Emulator/Device.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

using namespace pit;
using namespace pit::emu;

namespace {

constexpr const char *kHeader =
    ".version 7.8\n.target sm_80\n.address_size 64\n";

std::string message(const Error &error) { return error.message; }
template <typename T> std::string message(const Expected<T> &result) {
  return result ? "" : result.error().message;
}

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}
#define EXPECT_SAYS(text, part)                                                \
  EXPECT_TRUE(contains(message(text), part)) << message(text)

DeviceAddress allocate(Device &device, uint64_t bytes, std::string name = "") {
  auto address = device.allocate(bytes, std::move(name));
  EXPECT_TRUE(address) << address.error().message;
  return address ? *address : 0;
}

// --- memory ---

TEST(Device, CopiesGoThereAndBack) {
  Device device;
  std::vector<uint32_t> data(1000), back(1000);
  std::iota(data.begin(), data.end(), 7u);
  const DeviceAddress a = allocate(device, 4000);
  EXPECT_EQ(a % 256, 0u);
  EXPECT_FALSE(device.copyToDevice(a, data.data(), 4000));
  EXPECT_FALSE(device.copyToHost(back.data(), a, 4000));
  EXPECT_EQ(data, back);
  EXPECT_FALSE(device.copyToDevice(a + 8, data.data(), 4));
  EXPECT_FALSE(device.copyToHost(back.data(), a + 4, 8));
  EXPECT_EQ(back[0], 8u);
  EXPECT_EQ(back[1], 7u);
  EXPECT_FALSE(device.fill(a + 3, 0xAB, 2));
  EXPECT_FALSE(device.copyToHost(back.data(), a, 8));
  EXPECT_EQ(back[0], 0xAB000007u);
  EXPECT_EQ(back[1], 0x000000ABu | (8u & 0xFFFFFF00u));
  EXPECT_FALSE(device.free(a));
}

TEST(Device, AccessesOutsideAnAllocationAreErrors) {
  Device device;
  const DeviceAddress a = allocate(device, 100, "table");
  char bytes[256] = {};
  EXPECT_SAYS(device.copyToDevice(a, bytes, 101),
              "copy to the device: 101 bytes at");
  EXPECT_SAYS(device.copyToDevice(a, bytes, 101), "'table', 100 bytes");
  EXPECT_SAYS(device.copyToHost(bytes, a + 1, 100), "copy to the host: 100");
  EXPECT_SAYS(device.copyToHost(bytes, a - 1, 1), "are in no allocation");
  EXPECT_SAYS(device.fill(a + 100, 0, 1), "fill: 1 bytes");
  EXPECT_SAYS(device.markInitialized(a, 101), "mark as initialised");
  EXPECT_SAYS(device.copyToDevice(0, bytes, 1), "are in no allocation");
  // A length that wraps around the address space.
  EXPECT_SAYS(device.copyToHost(bytes, a + 8, ~uint64_t(0) - 4),
              "are in no allocation");
  // Nothing is moved where there is nothing to move.
  EXPECT_FALSE(device.copyToDevice(0, nullptr, 0));
  EXPECT_FALSE(device.copyToHost(nullptr, 12345, 0));
  EXPECT_FALSE(device.fill(a + 5000, 1, 0));
  EXPECT_FALSE(device.markInitialized(1, 0));
}

TEST(Device, FreeWantsTheStartOfAnAllocation) {
  Device device;
  const DeviceAddress a = allocate(device, 64, "first");
  const DeviceAddress b = allocate(device, 64, "second");
  EXPECT_SAYS(device.free(a + 4), "it lies inside 'first'");
  EXPECT_SAYS(device.free(0), "no allocation starts there");
  EXPECT_FALSE(device.free(a));
  EXPECT_SAYS(device.free(a), "no allocation starts there");
  char byte;
  EXPECT_SAYS(device.copyToHost(&byte, a, 1), "'second'");
  EXPECT_FALSE(device.copyToHost(&byte, b, 1));
}

TEST(Device, AddressesAreNotUsedAgain) {
  Device device;
  const DeviceAddress a = allocate(device, 64);
  EXPECT_FALSE(device.free(a));
  EXPECT_NE(allocate(device, 64), a);
}

TEST(Device, AllocationsOfNothingAndTooMuch) {
  Device device;
  const DeviceAddress none = allocate(device, 0, "empty");
  char byte = 0;
  EXPECT_SAYS(device.copyToDevice(none, &byte, 1), "'empty', 0 bytes");
  EXPECT_FALSE(device.free(none));
  EXPECT_SAYS(device.allocate((uint64_t(1) << 40) + 1, "huge"),
              "cannot allocate 1099511627777 bytes for 'huge'");
  EXPECT_SAYS(device.allocate(~uint64_t(0)), "cannot allocate");
  // Half a terabyte of which nobody touches a page.
  const DeviceAddress sparse = allocate(device, uint64_t(1) << 39);
  EXPECT_FALSE(device.copyToDevice(sparse + (uint64_t(1) << 38), &byte, 1));
}

// --- modules ---

TEST(Module, FindsKernelsAndVariables) {
  Device device;
  auto module = device.load(std::string(kHeader) + R"(
.visible .global .align 4 .u32 numbers[3] = {5, 6, 7};
.visible .const .align 8 .f64 third = 0d3FD5555555555555;
.visible .global .align 8 .u64 address = numbers;
.shared .align 4 .u32 buffer;
.func helper() { ret; }
.visible .entry first(.param .u64 .ptr .global .align 16 a, .param .f32 b, .param .align 4 .b8 c[12])
{ call helper; ret; }
.entry second() { st.shared.u32 [buffer], 1; ret; }
)",
                            "two.ptx");
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ((*module)->ptx().fileName, "two.ptx");
  EXPECT_EQ((*module)->kernelNames(),
            (std::vector<std::string_view>{"first", "second"}));
  auto first = (*module)->kernel("first");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->name(), "first");
  EXPECT_EQ(first->staticSharedBytes(), 0u);
  ASSERT_EQ(first->params().size(), 3u);
  EXPECT_EQ(first->params()[0].name, "a");
  EXPECT_EQ(first->params()[0].bytes, 8u);
  EXPECT_TRUE(first->params()[0].isPointer);
  EXPECT_EQ(first->params()[1].type, ptx::Type::F32);
  EXPECT_FALSE(first->params()[1].isPointer);
  EXPECT_EQ(first->params()[2].bytes, 12u);
  EXPECT_EQ(first->params()[2].align, 4u);
  auto second = (*module)->kernel("second");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->staticSharedBytes(), 4u);
  EXPECT_TRUE(second->params().empty());
  EXPECT_SAYS((*module)->kernel("third"),
              "two.ptx: no kernel 'third'; the module has 'first', 'second'");
  EXPECT_SAYS((*module)->kernel("helper"), "no kernel 'helper'");

  auto numbers = (*module)->variable("numbers");
  ASSERT_TRUE(numbers);
  EXPECT_EQ(numbers->second, 12u);
  uint32_t values[3];
  EXPECT_FALSE(device.copyToHost(values, numbers->first, 12));
  EXPECT_EQ(values[2], 7u);
  char more[13];
  EXPECT_SAYS(device.copyToHost(more, numbers->first, 13), "'numbers'");
  auto address = (*module)->variable("address");
  ASSERT_TRUE(address);
  uint64_t where = 0;
  EXPECT_FALSE(device.copyToHost(&where, address->first, 8));
  EXPECT_EQ(where, numbers->first);
  auto third = (*module)->variable("third");
  ASSERT_TRUE(third);
  double value = 0;
  EXPECT_FALSE(device.copyToHost(&value, third->first, 8));
  EXPECT_EQ(value, 1.0 / 3);
  value = 2.5; // cudaMemcpyToSymbol writes constants too
  EXPECT_FALSE(device.copyToDevice(third->first, &value, 8));
  EXPECT_SAYS((*module)->variable("buffer"), "'buffer'");
  EXPECT_SAYS((*module)->variable("nobody"),
              "no global or constant variable 'nobody'");
}

TEST(Module, ErrorsOfLoadingNameTheLine) {
  Device device;
  const std::string header = kHeader;
  EXPECT_SAYS(
      device.load(header + ".entry k()\n{\nfrobnicate.u32 1;\nret;\n}\n",
                  "a.ptx"),
      "a.ptx:6: unknown instruction 'frobnicate'");
  EXPECT_SAYS(
      device.load(header + ".entry k()\n{\n.reg .u32 x;\nadd.u33 x, x, x;\n}\n",
                  "a.ptx"),
      "a.ptx:7:");
  EXPECT_SAYS(
      device.load(header + ".entry k()\n{\nmov.u32 y, 1;\n}\n", "a.ptx"),
      "a.ptx:6:");
  EXPECT_SAYS(device.load(header + ".entry k()\n{\nbra nowhere;\n}\n", "a.ptx"),
              "'nowhere'");
  EXPECT_SAYS(
      device.load(header +
                      ".extern .func f();\n.entry k()\n{\ncall f;\nret;\n}\n",
                  "a.ptx"),
      "external function 'f' is not defined in this module");
  EXPECT_SAYS(device.load(".version 7.8\n.target sm_10\n.address_size 64\n"),
              "unknown target 'sm_10'");
  EXPECT_SAYS(
      device.load(
          ".version 7.8\n.target sm_80\n.address_size 32\n.entry k() { ret; }"),
      "'.address_size 64', but got 32");
  EXPECT_SAYS(device.load("int main() {}"), "<ptx>:1");
  EXPECT_SAYS(device.load(""), "<ptx>");
  // Code that no kernel reaches is looked at as well.
  EXPECT_SAYS(
      device.load(header +
                  ".func f()\n{\nfrobnicate;\n}\n.entry k() { ret; }\n"),
      "unknown instruction 'frobnicate'");
  EXPECT_SAYS(device.load(header + ".shared .align 4 .b8 big[50000];\n.entry "
                                   "k() { st.shared.u32 [big], 1; ret; }\n"),
              "declares more than 49152 bytes");
  EXPECT_SAYS(device.load(header + ".entry k() { .reg .b64 x<200000>; .local "
                                   ".align 4 .b8 a[600000]; ret; }"),
              "local");
}

TEST(Module, TheChipCanBeChosen) {
  Device device;
  const std::string text = std::string(kHeader) + ".entry k() { ret; }\n";
  EXPECT_TRUE(device.load(text, "a.ptx", "sm_90a"));
  EXPECT_SAYS(device.load(text, "a.ptx", "sm_12"), "unknown target 'sm_12'");
  EXPECT_SAYS(device.load(text, "a.ptx", "volta"), "unknown target 'volta'");
}

TEST(Module, SeveralModulesDoNotMix) {
  Device device;
  const std::string text = std::string(kHeader) + R"(
.visible .global .align 4 .u32 count = 10;
.visible .entry bump() { .reg .u32 x; ld.global.u32 x, [count]; add.u32 x, x, 1; st.global.u32 [count], x; ret; }
)";
  auto a = device.load(text, "a.ptx"), b = device.load(text, "b.ptx");
  ASSERT_TRUE(a && b);
  auto va = (*a)->variable("count"), vb = (*b)->variable("count");
  ASSERT_TRUE(va && vb);
  EXPECT_NE(va->first, vb->first);
  auto kernel = (*a)->kernel("bump");
  ASSERT_TRUE(kernel);
  for (int i = 0; i < 3; ++i) {
    auto result = device.launch(*kernel, {}, {});
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->ok());
  }
  uint32_t value = 0;
  EXPECT_FALSE(device.copyToHost(&value, va->first, 4));
  EXPECT_EQ(value, 13u); // a module keeps its state from launch to launch
  EXPECT_FALSE(device.copyToHost(&value, vb->first, 4));
  EXPECT_EQ(value, 10u);
  // With a module its variables go.
  a->reset();
  EXPECT_SAYS(device.copyToHost(&value, va->first, 4), "are in no allocation");
  EXPECT_FALSE(device.copyToHost(&value, vb->first, 4));
}

TEST(Module, MayOutliveItsDevice) {
  std::shared_ptr<Module> module;
  {
    Device device;
    auto loaded = device.load(std::string(kHeader) +
                              ".global .u32 x = 3;\n.entry k() { ret; }\n");
    ASSERT_TRUE(loaded);
    module = *loaded;
  }
  EXPECT_EQ(module->kernelNames().size(), 1u);
}

} // namespace
