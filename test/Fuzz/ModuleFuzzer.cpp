//===- ModuleFuzzer.cpp - any bytes through decoder and executor ----------===//
//
// Whatever the text is, loading it either gives one line of error or kernels
// that can be run: on small buffers, for a few instructions, with every check.
// What such a run reports does not matter; it must end, and touch nothing but
// its own memory.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Device.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace pit::emu;

/// Runs `kernel` once. A parameter of 8 bytes gets a buffer, another a small
/// number.
static void run(Device &device, const Kernel &kernel, LaunchOptions options) {
  constexpr uint64_t kBufferBytes = 4096;
  std::vector<std::vector<uint8_t>> values;
  std::vector<const void *> args;
  std::vector<DeviceAddress> buffers;
  for (const KernelParam &param : kernel.params()) {
    values.emplace_back(param.bytes + 1, 0);
    if (param.bytes == 8) {
      auto buffer = device.allocate(kBufferBytes, param.name);
      if (!buffer ||
          device.fill(*buffer, uint8_t(buffers.size()), kBufferBytes))
        std::abort();
      buffers.push_back(*buffer);
      std::copy_n(reinterpret_cast<const uint8_t *>(&*buffer), 8,
                  values.back().data());
    } else if (param.bytes) {
      values.back()[0] = 33;
    }
  }
  for (const auto &value : values)
    args.push_back(value.data());
  LaunchConfig config;
  config.grid.x = 2;
  config.block.x = 48;
  config.sharedBytes = 512;
  (void)device.launch(kernel, config, args, options);
  for (DeviceAddress buffer : buffers)
    if (device.free(buffer))
      std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Device device;
  auto module = device.load(
      std::string(reinterpret_cast<const char *>(data), size), "k.ptx");
  if (!module) {
    const std::string &message = module.error().message;
    if (message.rfind("k.ptx", 0) != 0 || message.find('\n') != message.npos) {
      std::fprintf(stderr, "bad message: %s\n", message.c_str());
      std::abort();
    }
    return 0;
  }
  LaunchOptions options;
  options.maxInstructions = 2000;
  options.maxReports = 3;
  options.seed = size;
  options.landing = size % 2 ? Landing::Latest : Landing::Earliest;
  options.countTransactions = true;
  options.coresident = size % 7 == 0;
  options.mma = size % 5 ? MmaMode::Exact : MmaMode::Fp32;
  options.checks = size % 3 ? Checks::all() : Checks::none();
  for (std::string_view name : (*module)->kernelNames()) {
    auto kernel = (*module)->kernel(name);
    if (!kernel)
      std::abort();
    run(device, *kernel, options);
  }
  return 0;
}
