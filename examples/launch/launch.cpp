//===- launch.cpp - a compiled function on a CUDA device ------------------===//
//
//   launch out/layer.json a.bin b.bin c.bin y.bin
//
// Runs a launch plan with the driver's interface: the arguments are files of
// raw elements, inputs first, then outputs, which are written. PIT's runtime
// reads the plan and evaluates its expressions; all that touches the device is
// here. For functions of static shapes: a dynamic one takes its sizes from the
// shapes of real arguments, see `symbols` below.
//
//===----------------------------------------------------------------------===//

#include "pit/Runtime/LaunchPlan.h"

#include <cuda.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

using namespace pit::runtime;

static void check(CUresult result, const char *what) {
  if (result == CUDA_SUCCESS)
    return;
  const char *name = "?";
  cuGetErrorName(result, &name);
  std::fprintf(stderr, "error: %s: %s\n", what, name);
  std::exit(1);
}
#define CHECK(call) check(call, #call)

template <typename T> static T unwrap(pit::Expected<T> value) {
  if (value)
    return std::move(*value);
  std::fprintf(stderr, "error: %s\n", value.error().message.c_str());
  std::exit(1);
}

static std::vector<char> readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "error: cannot read '%s'\n", path.c_str());
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

namespace {
/// A plan whose kernels are loaded: what a program keeps between calls.
struct Function {
  LaunchPlan plan;
  std::map<std::string, CUfunction> kernels;
};

/// One call's memory: an address per argument, and the workspace.
struct Buffers {
  std::vector<CUdeviceptr> arguments;
  CUdeviceptr workspace = 0;

  CUdeviceptr at(const BufferRef &place, const ExpressionValues &values) const {
    CUdeviceptr start = place.buffer == BufferRef::kWorkspace
                            ? workspace
                            : arguments[place.buffer];
    return start + unwrap(place.offset.evaluate(values));
  }
};
} // namespace

static Function load(const std::string &path) {
  Function function{unwrap(readLaunchPlan(path)), {}};
  std::string folder = path.substr(0, path.find_last_of('/') + 1);
  std::vector<char> ptx = readFile(folder + function.plan.ptxFile);
  ptx.push_back('\0');
  CUmodule module;
  CHECK(cuModuleLoadData(&module, ptx.data()));
  for (const PlanStep &step : function.plan.steps)
    if (auto *launch = std::get_if<LaunchStep>(&step)) {
      CUfunction &kernel = function.kernels[launch->entry];
      CHECK(cuModuleGetFunction(&kernel, module, launch->entry.c_str()));
      if (launch->dynamicSharedBytes > 48 * 1024)
        CHECK(cuFuncSetAttribute(
            kernel, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
            int(launch->dynamicSharedBytes)));
    }
  return function;
}

static void launch(const LaunchStep &step, CUfunction kernel,
                   const Buffers &buffers, ExpressionValues values,
                   CUstream stream) {
  int blocks = 0;
  CHECK(cuOccupancyMaxActiveBlocksPerMultiprocessor(
      &blocks, kernel, int(step.block), step.dynamicSharedBytes));
  values.blocksPerMultiprocessor = blocks;
  int64_t grid = unwrap(step.grid.evaluate(values));
  if (grid == 0)
    return;
  // Each argument is one 64-bit value: an address, or a size.
  std::vector<uint64_t> arguments;
  for (const PlanKernelArgument &argument : step.arguments)
    arguments.push_back(argument.kind == KernelArgumentKind::Size
                            ? uint64_t(unwrap(argument.value.evaluate(values)))
                            : uint64_t(buffers.at(argument.place, values)));
  std::vector<void *> parameters;
  for (uint64_t &argument : arguments)
    parameters.push_back(&argument);
  CHECK(cuLaunchKernel(kernel, unsigned(grid), 1, 1, step.block, 1, 1,
                       step.dynamicSharedBytes, stream, parameters.data(),
                       nullptr));
}

/// Puts all steps on a stream. Waits for nothing.
static void run(const Function &function, const Buffers &buffers,
                const ExpressionValues &values, CUstream stream) {
  for (const PlanStep &step : function.plan.steps) {
    if (auto *memset = std::get_if<MemsetStep>(&step))
      CHECK(cuMemsetD8Async(buffers.at(memset->target, values), memset->value,
                            size_t(unwrap(memset->bytes.evaluate(values))),
                            stream));
    else if (auto *copy = std::get_if<CopyStep>(&step))
      CHECK(cuMemcpyDtoDAsync(
          buffers.at(copy->target, values), buffers.at(copy->source, values),
          size_t(unwrap(copy->bytes.evaluate(values))), stream));
    else if (auto *kernel = std::get_if<LaunchStep>(&step))
      launch(*kernel, function.kernels.at(kernel->entry), buffers, values,
             stream);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: launch PLAN.json FILE...\n");
    return 1;
  }
  CHECK(cuInit(0));
  CUdevice device;
  CHECK(cuDeviceGet(&device, 0));
  CUcontext context;
  CHECK(cuDevicePrimaryCtxRetain(&context, device));
  CHECK(cuCtxSetCurrent(context));
  int multiprocessors = 0;
  CHECK(cuDeviceGetAttribute(&multiprocessors,
                             CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device));

  Function function = load(argv[1]);
  const auto &tensors = function.plan.arguments;
  if (!function.plan.symbols.empty() || size_t(argc) != 2 + tensors.size()) {
    std::fprintf(stderr,
                 "error: expected a plan of static shapes and %zu files\n",
                 tensors.size());
    return 1;
  }
  std::vector<int64_t> symbols; // one value for each of plan.symbols
  ExpressionValues values{symbols, multiprocessors};

  Buffers buffers;
  CHECK(cuMemAlloc(
      &buffers.workspace,
      size_t(unwrap(function.plan.workspaceBytes.evaluate(values))) + 1));
  for (size_t number = 0; number < tensors.size(); ++number) {
    auto bytes = size_t(unwrap(byteSize(tensors[number].type, values)));
    CHECK(cuMemAlloc(&buffers.arguments.emplace_back(), bytes + 1));
    if (tensors[number].isOutput)
      continue;
    std::vector<char> content = readFile(argv[2 + number]);
    if (content.size() != bytes) {
      std::fprintf(stderr, "error: '%s' has %zu bytes, expected %zu\n",
                   argv[2 + number], content.size(), bytes);
      return 1;
    }
    CHECK(cuMemcpyHtoD(buffers.arguments.back(), content.data(), bytes));
  }

  run(function, buffers, values, /*stream=*/nullptr);
  CHECK(cuCtxSynchronize());

  for (size_t number = 0; number < tensors.size(); ++number)
    if (tensors[number].isOutput) {
      std::vector<char> content(
          size_t(unwrap(byteSize(tensors[number].type, values))));
      CHECK(cuMemcpyDtoH(content.data(), buffers.arguments[number],
                         content.size()));
      std::ofstream(argv[2 + number], std::ios::binary)
          .write(content.data(), std::streamsize(content.size()));
    }
}
