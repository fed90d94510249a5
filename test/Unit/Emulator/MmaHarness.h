//===- MmaHarness.h - running one matrix instruction ------------*- C++ -*-===//
//
// A kernel whose block b loads the input registers of one warp from memory,
// executes one instruction, and stores its output registers. Input register r
// of lane l of block b is word (b * registers + r) * 32 + l.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_TEST_UNIT_EMULATOR_MMAHARNESS_H
#define PIT_TEST_UNIT_EMULATOR_MMAHARNESS_H

#include "Emulator/Numerics/Float.h"
#include "Emulator/Numerics/TensorCore.h"
#include "pit/Emulator/Device.h"

#include "gtest/gtest.h"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace pit::emu::test {

/// Registers of an operand: how many, and bits of each (32 or 64).
struct Group {
  unsigned count;
  unsigned bits = 32;
};

/// "{%a0, %a1}"
inline std::string vectorOf(const std::string &prefix, unsigned count) {
  std::string text = "{";
  for (unsigned i = 0; i < count; ++i)
    text += (i ? ", %" : "%") + prefix + std::to_string(i);
  return text + "}";
}

/// The PTX. Input groups are called a, b, c, e; the output group is d. All
/// registers of a group have the same width; all groups too.
inline std::string kernelText(const std::string &target,
                              const std::string &body,
                              const std::vector<Group> &inputs, Group output,
                              const std::string &version = "8.4") {
  const char names[] = {'a', 'b', 'c', 'e'};
  unsigned bits = output.bits, bytes = bits / 8, total = 0;
  for (Group g : inputs)
    total += g.count;
  std::string type = ".b" + std::to_string(bits);
  std::string text = ".version " + version + "\n.target " + target +
                     "\n.address_size 64\n\n"
                     ".visible .entry k(.param .u64 in, .param .u64 out)\n{\n"
                     "  .reg .u64 %in, %out, %t;\n  .reg .u32 %l, %block;\n";
  for (size_t g = 0; g < inputs.size(); ++g)
    text += "  .reg " + type + " %" + names[g] + "<" +
            std::to_string(inputs[g].count) + ">;\n";
  text += "  .reg " + type + " %d<" + std::to_string(output.count) + ">;\n";
  text += "  ld.param.u64 %in, [in];\n  ld.param.u64 %out, [out];\n"
          "  mov.u32 %l, %tid.x;\n  mov.u32 %block, %ctaid.x;\n"
          "  mul.wide.u32 %t, %l, " +
          std::to_string(bytes) +
          ";\n"
          "  add.u64 %in, %in, %t;\n  add.u64 %out, %out, %t;\n"
          "  mul.wide.u32 %t, %block, " +
          std::to_string(total * 32 * bytes) +
          ";\n"
          "  add.u64 %in, %in, %t;\n"
          "  mul.wide.u32 %t, %block, " +
          std::to_string(output.count * 32 * bytes) +
          ";\n  add.u64 %out, %out, %t;\n";
  unsigned at = 0;
  for (size_t g = 0; g < inputs.size(); ++g)
    for (unsigned i = 0; i < inputs[g].count; ++i)
      text += "  ld.global" + type + " %" + names[g] + std::to_string(i) +
              ", [%in+" + std::to_string(at++ * 32 * bytes) + "];\n";
  text += body;
  for (unsigned i = 0; i < output.count; ++i)
    text += "  st.global" + type + " [%out+" + std::to_string(i * 32 * bytes) +
            "], %d" + std::to_string(i) + ";\n";
  return text + "  ret;\n}\n";
}

/// Whether ptxas takes the text; true where there is no ptxas.
inline bool acceptedByPtxas(const std::string &text,
                            const std::string &target) {
  static const bool there =
      std::system("command -v ptxas > /dev/null 2>&1") == 0;
  if (!there)
    return true;
  std::string file = testing::TempDir() + "pit-mma-test.ptx";
  std::ofstream(file) << text;
  return std::system(("ptxas -O0 -arch=" + target + " " + file +
                      " -o /dev/null > " + file + ".log 2>&1")
                         .c_str()) == 0;
}

/// Runs `blocks` warps over `input`; the outputs, or nothing and a test
/// failure.
template <typename Word>
std::vector<Word> runKernel(const std::string &text,
                            const std::vector<Word> &input, unsigned blocks,
                            unsigned outputsPerBlock,
                            const LaunchOptions &options = {},
                            std::vector<Report> *reports = nullptr) {
  Device device;
  auto module = device.load(text);
  if (!module) {
    ADD_FAILURE() << module.error().message << "\n" << text;
    return {};
  }
  auto kernel = (*module)->kernel("k");
  std::vector<Word> output(size_t(blocks) * outputsPerBlock);
  auto in = device.allocate(input.size() * sizeof(Word), "in");
  auto out = device.allocate(output.size() * sizeof(Word), "out");
  if (!kernel || !in || !out) {
    ADD_FAILURE() << "no kernel or no memory";
    return {};
  }
  EXPECT_FALSE(
      device.copyToDevice(*in, input.data(), input.size() * sizeof(Word)));
  EXPECT_FALSE(device.fill(*out, 0, output.size() * sizeof(Word)));
  const void *args[] = {&*in, &*out};
  LaunchConfig config;
  config.grid.x = blocks;
  config.block.x = 32;
  auto result = device.launch(*kernel, config, args, options);
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  if (reports)
    *reports = result->reports;
  else
    for (const Report &report : result->reports)
      ADD_FAILURE() << report.str();
  EXPECT_FALSE(
      device.copyToHost(output.data(), *out, output.size() * sizeof(Word)));
  return output;
}

/// The message with which a module is refused; empty if it is not.
inline std::string loadError(const std::string &text) {
  Device device;
  auto module = device.load(text);
  return module ? std::string() : module.error().message;
}

} // namespace pit::emu::test

#endif // PIT_TEST_UNIT_EMULATOR_MMAHARNESS_H
