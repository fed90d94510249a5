//===- emulate.cpp - a compiled function on the emulator ------------------===//
//
//   emulate out/layer.json a.bin b.bin c.bin y.bin
//
// Like launch.cpp, but through PIT's runtime, which checks sizes, addresses and
// overlaps before anything runs, on the emulator, which checks the kernels.
//
//===----------------------------------------------------------------------===//

#include "pit/Runtime/EmulatorBackend.h"
#include "pit/Runtime/Executor.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace pit::runtime;

static void check(const pit::Error &error) {
  if (!error)
    return;
  std::fprintf(stderr, "error: %s\n", error.message.c_str());
  std::exit(1);
}

template <typename T> static T unwrap(pit::Expected<T> value) {
  if (!value)
    check(value.error());
  return std::move(*value);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: emulate PLAN.json FILE...\n");
    return 1;
  }
  auto device = unwrap(EmulatorBackend::create()); // an sm_80
  PlanExecutor function = unwrap(PlanExecutor::load(*device, argv[1]));
  const auto &tensors = function.plan().arguments;
  if (size_t(argc) != 2 + tensors.size() || !function.plan().symbols.empty()) {
    std::fprintf(stderr,
                 "error: expected a plan of static shapes and %zu files\n",
                 tensors.size());
    return 1;
  }

  std::vector<std::vector<int64_t>> shapes(tensors.size());
  std::vector<TensorArgument> arguments(tensors.size());
  std::vector<std::vector<char>> contents(tensors.size());
  for (size_t number = 0; number < tensors.size(); ++number) {
    for (const Expression &size : tensors[number].type.shape)
      shapes[number].push_back(*size.constant());
    size_t bytes = size_t(unwrap(byteSize(tensors[number].type, {})));
    contents[number].resize(bytes);
    arguments[number] = {unwrap(device->allocate(bytes, tensors[number].name)),
                         shapes[number]};
    if (tensors[number].isOutput)
      continue;
    std::ifstream file(argv[2 + number], std::ios::binary);
    if (!file.read(contents[number].data(), std::streamsize(bytes))) {
      std::fprintf(stderr, "error: expected %zu bytes in '%s'\n", bytes,
                   argv[2 + number]);
      return 1;
    }
    check(device->copyToDevice(arguments[number].address,
                               contents[number].data(), bytes));
  }

  uint64_t bytes = unwrap(function.workspaceBytes(arguments));
  DeviceAddress workspace = unwrap(device->allocate(bytes, "workspace"));
  check(function.run(arguments, workspace, bytes));

  for (size_t number = 0; number < tensors.size(); ++number)
    if (tensors[number].isOutput) {
      check(device->copyToHost(contents[number].data(),
                               arguments[number].address,
                               contents[number].size()));
      std::ofstream(argv[2 + number], std::ios::binary)
          .write(contents[number].data(),
                 std::streamsize(contents[number].size()));
    }
  for (const KernelStats &kernel : device->stats())
    std::printf("%s: %llu warp instructions\n", kernel.kernel.c_str(),
                (unsigned long long)kernel.stats.total.executed);
}
