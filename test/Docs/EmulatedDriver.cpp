//===- EmulatedDriver.cpp - the CUDA driver's functions, on the emulator --===//
//
// A libcuda.so.1 with the few functions that examples/launch calls, so that
// these programs are tested as they are, on a machine without a GPU.
//
//===----------------------------------------------------------------------===//

#include "pit/Runtime/EmulatorBackend.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace pit;
using namespace pit::runtime;

namespace {

/// CUDA_SUCCESS and the codes of CUresult that are returned here.
enum Code { Success = 0, InvalidValue = 1, NotFound = 500, LaunchFailed = 719 };

/// What stands behind a CUfunction.
struct Function {
  const Kernel *kernel;
  uint64_t maxDynamicSharedBytes = 48 * 1024;
};

Backend &backend() {
  static std::unique_ptr<EmulatorBackend> device = [] {
    auto created = EmulatorBackend::create();
    if (!created) {
      std::fprintf(stderr, "emulated driver: %s\n",
                   created.error().message.c_str());
      std::abort();
    }
    return std::move(*created);
  }();
  return *device;
}

std::vector<std::shared_ptr<Module>> modules;
std::map<std::string, std::unique_ptr<Function>> functions;

int report(const Error &error, Code code) {
  if (!error)
    return Success;
  std::fprintf(stderr, "emulated driver: %s\n", error.message.c_str());
  return code;
}

} // namespace

#define PIT_DRIVER extern "C" __attribute__((visibility("default"))) int

PIT_DRIVER cuInit(unsigned flags) { return flags ? InvalidValue : Success; }

PIT_DRIVER cuGetErrorName(int code, const char **name) {
  *name = code == InvalidValue   ? "CUDA_ERROR_INVALID_VALUE"
          : code == NotFound     ? "CUDA_ERROR_NOT_FOUND"
          : code == LaunchFailed ? "CUDA_ERROR_LAUNCH_FAILED"
                                 : "CUDA_SUCCESS";
  return Success;
}

PIT_DRIVER cuDeviceGet(int *device, int ordinal) {
  *device = ordinal;
  return ordinal ? InvalidValue : Success;
}

PIT_DRIVER cuDeviceGetAttribute(int *value, int attribute, int) {
  // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT
  if (attribute != 16)
    return InvalidValue;
  *value = int(backend().properties().multiprocessors);
  return Success;
}

PIT_DRIVER cuDevicePrimaryCtxRetain(void **context, int) {
  *context = &backend();
  return Success;
}

PIT_DRIVER cuCtxSetCurrent(void *context) {
  return context == &backend() ? Success : InvalidValue;
}

PIT_DRIVER cuCtxSynchronize() { return Success; }

PIT_DRIVER cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  // The driver refuses an allocation of nothing, the emulator does not.
  if (bytes == 0)
    return InvalidValue;
  auto allocated = backend().allocate(bytes);
  if (!allocated)
    return report(allocated.error(), InvalidValue);
  *address = *allocated;
  return Success;
}

PIT_DRIVER cuMemFree_v2(uint64_t address) {
  return report(backend().free(address), InvalidValue);
}

PIT_DRIVER cuMemcpyHtoD_v2(uint64_t target, const void *source, size_t bytes) {
  return report(backend().copyToDevice(target, source, bytes), InvalidValue);
}

PIT_DRIVER cuMemcpyDtoH_v2(void *target, uint64_t source, size_t bytes) {
  return report(backend().copyToHost(target, source, bytes), InvalidValue);
}

PIT_DRIVER cuMemcpyDtoDAsync_v2(uint64_t target, uint64_t source, size_t bytes,
                                void *) {
  return report(backend().copyOnDevice(target, source, bytes), InvalidValue);
}

PIT_DRIVER cuMemsetD8Async(uint64_t target, unsigned char value, size_t count,
                           void *) {
  return report(backend().fill8(target, value, count), InvalidValue);
}

PIT_DRIVER cuModuleLoadData(void **module, const void *image) {
  auto loaded = backend().load(static_cast<const char *>(image), "module.ptx");
  if (!loaded)
    return report(loaded.error(), InvalidValue);
  modules.push_back(*loaded);
  *module = loaded->get();
  return Success;
}

PIT_DRIVER cuModuleGetFunction(void **function, void *module,
                               const char *name) {
  auto kernel = static_cast<Module *>(module)->kernel(name);
  if (!kernel)
    return report(kernel.error(), NotFound);
  auto &slot = functions[name];
  if (!slot)
    slot = std::make_unique<Function>(Function{*kernel});
  *function = slot.get();
  return Success;
}

PIT_DRIVER cuFuncSetAttribute(void *function, int attribute, int value) {
  // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
  if (attribute != 8)
    return InvalidValue;
  static_cast<Function *>(function)->maxDynamicSharedBytes = uint64_t(value);
  return Success;
}

PIT_DRIVER cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks,
                                                       void *function,
                                                       int blockThreads,
                                                       size_t sharedBytes) {
  auto count = backend().blocksPerMultiprocessor(
      *static_cast<Function *>(function)->kernel, unsigned(blockThreads),
      sharedBytes);
  if (!count)
    return report(count.error(), InvalidValue);
  *blocks = int(*count);
  return Success;
}

PIT_DRIVER cuLaunchKernel(void *function, unsigned gridX, unsigned gridY,
                          unsigned gridZ, unsigned blockX, unsigned blockY,
                          unsigned blockZ, unsigned sharedBytes, void *,
                          void **parameters, void **extra) {
  auto *launched = static_cast<Function *>(function);
  // As the driver has it: no empty grid, and large shared memory on request.
  if (!gridX || !gridY || !gridZ || extra ||
      sharedBytes > launched->maxDynamicSharedBytes)
    return InvalidValue;
  std::vector<KernelArgument> arguments;
  for (const KernelParameter &parameter : launched->kernel->parameters())
    arguments.push_back({parameters[arguments.size()], parameter.bytes});
  LaunchGeometry geometry{
      {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes};
  return report(backend().launch(*launched->kernel, geometry, arguments),
                LaunchFailed);
}
