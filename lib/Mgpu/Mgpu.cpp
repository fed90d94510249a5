//===- Mgpu.cpp - the mgpu functions over a backend -----------------------===//
//
// Signatures as the calls that MLIR 22's gpu-to-llvm and its translation of
// gpu.launch_func emit (mlir/lib/Conversion/GPUCommon/GPUToLLVMConversion.cpp,
// mlir/lib/Target/LLVMIR/Dialect/GPU/SelectObjectAttr.cpp).
//
//===----------------------------------------------------------------------===//

#include "pit/Mgpu/Mgpu.h"

#include "pit/Runtime/EmulatorBackend.h"
#include "pit/Support/Text.h"

#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <tuple>
#include <unistd.h>

using namespace pit;
using namespace pit::runtime;

namespace {

constexpr size_t kMaxErrors = 100;

/// The process's device, what host code holds of it, and what went wrong.
class State {
public:
  /// Never destroyed: host code unloads its modules when the process ends,
  /// after the destructors of this library.
  static State &get() {
    static State *state = new State;
    return *state;
  }

  void setBackend(Backend *backend);
  /// Null after an error of `function`.
  Backend *backend(const char *function);
  void fail(const char *function, std::string_view message);
  /// Reports an error, if it is one.
  void check(const char *function, const Error &error) {
    if (error)
      fail(function, error.message);
  }
  std::vector<std::string> takeErrors();

  void *loadModule(const char *function, std::string ptx);
  void unloadModule(const char *function, void *handle);
  void *getFunction(const char *function, void *module, const char *name);
  void copy(const char *function, void *target, const void *source,
            uint64_t bytes, Stream stream);

  std::recursive_mutex mutex; ///< a kernel's output may be host code's business
  bool printing = true;
  std::map<const void *, std::shared_ptr<Module>> modules;
  std::map<const void *, const void *> kernels; ///< kernel -> module

private:
  Backend *current = nullptr;
  std::unique_ptr<EmulatorBackend> emulator;
  std::vector<std::string> errors;
  uint64_t dropped = 0;
  uint64_t loaded = 0; ///< modules, of the current backend
};

Stream streamOf(void *handle) { return {reinterpret_cast<uintptr_t>(handle)}; }
Event eventOf(void *handle) { return {reinterpret_cast<uintptr_t>(handle)}; }
void *pointer(uint64_t value) {
  return reinterpret_cast<void *>(uintptr_t(value));
}
DeviceAddress addressOf(const void *p) {
  return reinterpret_cast<uintptr_t>(p);
}

/// Whether this process has memory at every one of the `bytes` bytes from `p`
/// on. What is no memory of the device may still be an address of its: freed,
/// beyond an end, or made from a null pointer.
bool isHostMemory(const void *p, uint64_t bytes) {
  const uint64_t page = uint64_t(sysconf(_SC_PAGESIZE));
  const uint64_t begin = addressOf(p) & ~(page - 1);
  uint64_t end;
  if (__builtin_add_overflow(addressOf(p), bytes, &end))
    return false;
  // It writes nothing back (Linux, since 2.6.19) but sees what is not mapped.
  return msync(pointer(begin), end - begin, MS_ASYNC) == 0;
}

} // namespace

void State::setBackend(Backend *backend) {
  // Their device is another's from now on.
  modules.clear();
  kernels.clear();
  emulator.reset();
  current = backend;
  loaded = 0;
}

Backend *State::backend(const char *function) {
  if (current)
    return current;
  Expected<std::unique_ptr<EmulatorBackend>> made = EmulatorBackend::create();
  if (!made) {
    fail(function, made.error().message);
    return nullptr;
  }
  emulator = std::move(*made);
  return current = emulator.get();
}

void State::fail(const char *function, std::string_view message) {
  std::string text = std::string("'") + function + "': ";
  text += message;
  if (printing)
    std::fprintf(stderr, "error: %s\n", text.c_str());
  if (errors.size() < kMaxErrors)
    errors.push_back(std::move(text));
  else
    ++dropped;
}

std::vector<std::string> State::takeErrors() {
  std::vector<std::string> result = std::move(errors);
  errors.clear();
  if (dropped)
    result.push_back("and " + std::to_string(dropped) + " more errors");
  dropped = 0;
  return result;
}

void *State::loadModule(const char *function, std::string ptx) {
  Backend *device = backend(function);
  if (!device)
    return nullptr;
  // The text ends with a NUL, or is padded with some.
  ptx.resize(std::min(ptx.size(), ptx.find('\0')));
  if (ptx.find(".version") == std::string::npos) {
    fail(function, "the module is no PTX text; expected one from "
                   "'gpu-module-to-binary' with 'format=isa'");
    return nullptr;
  }
  // A number tells kernels of one name in several modules apart.
  Expected<std::shared_ptr<Module>> module = device->load(
      std::move(ptx), "<gpu.binary " + std::to_string(loaded + 1) + ">");
  if (!module) {
    fail(function, module.error().message);
    return nullptr;
  }
  ++loaded;
  void *handle = module->get();
  modules.emplace(handle, std::move(*module));
  return handle;
}

void State::unloadModule(const char *function, void *handle) {
  if (!handle)
    return; // loading it failed, and said so
  if (!modules.erase(handle)) {
    fail(function, "the module is not loaded");
    return;
  }
  std::erase_if(kernels, [&](const auto &k) { return k.second == handle; });
}

void *State::getFunction(const char *function, void *module, const char *name) {
  const auto it = modules.find(module);
  if (it == modules.end()) {
    fail(function, "the module is not loaded");
    return nullptr;
  }
  Expected<const Kernel *> kernel = it->second->kernel(name);
  if (!kernel) {
    fail(function, kernel.error().message);
    return nullptr;
  }
  kernels.emplace(*kernel, module);
  return const_cast<Kernel *>(*kernel);
}

/// Which way a copy goes only the addresses tell.
void State::copy(const char *function, void *target, const void *source,
                 uint64_t bytes, Stream stream) {
  Backend *device = backend(function);
  if (!device || !bytes)
    return;
  if (!target || !source) {
    fail(function, std::string("the ") + (target ? "source" : "target") +
                       " is a null pointer");
    return;
  }
  const bool toDevice = device->isDeviceMemory(addressOf(target));
  const bool fromDevice = device->isDeviceMemory(addressOf(source));
  for (const auto &[name, address, onDevice] :
       {std::tuple("target", static_cast<const void *>(target), toDevice),
        std::tuple("source", source, fromDevice)})
    if (!onDevice && !isHostMemory(address, bytes))
      return fail(function,
                  std::string("the ") + name + ", " + std::to_string(bytes) +
                      " bytes at " + hex(addressOf(address)) +
                      ", is no memory of the device, nor of the host");
  if (toDevice && fromDevice)
    check(function, device->copyOnDevice(addressOf(target), addressOf(source),
                                         bytes, stream));
  else if (toDevice)
    check(function,
          device->copyToDevice(addressOf(target), source, bytes, stream));
  else if (fromDevice)
    check(function,
          device->copyToHost(target, addressOf(source), bytes, stream));
  else
    std::memmove(target, source, bytes);
}

// --- the C++ interface ---

void pit::runtime::setMgpuBackend(Backend *backend) {
  State &state = State::get();
  std::scoped_lock lock(state.mutex);
  state.setBackend(backend);
}

Backend *pit::runtime::mgpuBackend() {
  State &state = State::get();
  std::scoped_lock lock(state.mutex);
  return state.backend("mgpuBackend");
}

std::vector<std::string> pit::runtime::takeMgpuErrors() {
  State &state = State::get();
  std::scoped_lock lock(state.mutex);
  return state.takeErrors();
}

void pit::runtime::setMgpuErrorPrinting(bool enabled) {
  State &state = State::get();
  std::scoped_lock lock(state.mutex);
  state.printing = enabled;
}

// --- the C interface ---

namespace {

/// What every function begins with: the state, locked, and the device.
struct Call {
  explicit Call(const char *function)
      : function(function), lock(State::get().mutex),
        device(State::get().backend(function)) {}
  explicit operator bool() const { return device; }
  void check(const Error &error) { State::get().check(function, error); }
  void fail(std::string_view message) { State::get().fail(function, message); }

  const char *const function;
  std::scoped_lock<std::recursive_mutex> lock;
  Backend *const device;
};

/// One extent of a grid or a block, 0 included.
bool extent(Call &call, const char *what, intptr_t value, uint32_t &result) {
  result = uint32_t(value);
  if (value >= 0 && value <= 0x7fffffff)
    return true;
  call.fail(std::string(what) + " is " + std::to_string(value) +
            "; expected 0 to 2147483647");
  return false;
}

/// The module of `bytes` bytes of text.
void *load(const char *function, const char *text, size_t bytes) {
  Call call(function);
  if (text)
    return State::get().loadModule(function, std::string(text, bytes));
  call.fail("the module is a null pointer; expected PTX text");
  return nullptr;
}

/// Only `address` to `address + bytes` within the device.
template <typename Fill> void fill(Call &call, void *target, Fill apply) {
  if (!call)
    return;
  if (!call.device->isDeviceMemory(addressOf(target)))
    call.fail("the target, at " + hex(addressOf(target)) +
              ", is no memory of the device");
  else
    call.check(apply());
}

} // namespace

extern "C" {

PIT_MGPU_EXPORT void *mgpuModuleLoad(void *data, size_t bytes) {
  return load(__func__, static_cast<const char *>(data), bytes);
}

PIT_MGPU_EXPORT void *mgpuModuleLoadJIT(void *data, int32_t) {
  const char *text = static_cast<const char *>(data);
  return load(__func__, text, text ? std::strlen(text) : 0);
}

PIT_MGPU_EXPORT void mgpuModuleUnload(void *module) {
  Call call(__func__);
  State::get().unloadModule(call.function, module);
}

PIT_MGPU_EXPORT void *mgpuModuleGetFunction(void *module, const char *name) {
  Call call(__func__);
  return State::get().getFunction(call.function, module, name);
}

PIT_MGPU_EXPORT void mgpuLaunchKernel(void *function, intptr_t gridX,
                                      intptr_t gridY, intptr_t gridZ,
                                      intptr_t blockX, intptr_t blockY,
                                      intptr_t blockZ, int32_t sharedBytes,
                                      void *stream, void **params, void **extra,
                                      size_t paramsCount) {
  Call call(__func__);
  if (!call)
    return;
  if (!State::get().kernels.contains(function))
    return call.fail("the function is not one of a loaded module");
  const auto &kernel = *static_cast<const Kernel *>(function);
  const std::string name = "kernel '" + std::string(kernel.name()) + "': ";
  LaunchGeometry geometry;
  if (!extent(call, "grid x", gridX, geometry.grid.x) ||
      !extent(call, "grid y", gridY, geometry.grid.y) ||
      !extent(call, "grid z", gridZ, geometry.grid.z) ||
      !extent(call, "block x", blockX, geometry.block.x) ||
      !extent(call, "block y", blockY, geometry.block.y) ||
      !extent(call, "block z", blockZ, geometry.block.z))
    return;
  if (sharedBytes < 0)
    return call.fail(name + std::to_string(sharedBytes) +
                     " dynamic bytes of shared memory; expected at least 0");
  geometry.dynamicSharedBytes = uint32_t(sharedBytes);
  if (extra)
    return call.fail(name + "'extra' is not supported; expected null");
  // The sizes of the values are nowhere but in the module.
  const auto parameters = kernel.parameters();
  if (parameters.size() != paramsCount || (paramsCount && !params))
    return call.fail(name + "got " + std::to_string(params ? paramsCount : 0) +
                     " arguments; expected " +
                     std::to_string(parameters.size()));
  // As everywhere in this project; a tensor may have no elements.
  if (!geometry.grid.x || !geometry.grid.y || !geometry.grid.z)
    return;
  std::vector<KernelArgument> arguments;
  for (size_t i = 0; i < paramsCount; ++i)
    arguments.push_back({params[i], parameters[i].bytes});
  call.check(
      call.device->launch(kernel, geometry, arguments, streamOf(stream)));
}

PIT_MGPU_EXPORT void *mgpuStreamCreate() {
  Call call(__func__);
  if (!call)
    return nullptr;
  Expected<Stream> stream = call.device->createStream();
  if (stream)
    return pointer(stream->handle);
  call.check(stream.error());
  return nullptr;
}

PIT_MGPU_EXPORT void mgpuStreamDestroy(void *stream) {
  if (Call call(__func__); call)
    call.check(call.device->destroyStream(streamOf(stream)));
}

PIT_MGPU_EXPORT void mgpuStreamSynchronize(void *stream) {
  if (Call call(__func__); call)
    call.check(call.device->synchronize(streamOf(stream)));
}

PIT_MGPU_EXPORT void mgpuStreamWaitEvent(void *stream, void *event) {
  if (Call call(__func__); call)
    call.check(call.device->waitEvent(streamOf(stream), eventOf(event)));
}

PIT_MGPU_EXPORT void *mgpuEventCreate() {
  Call call(__func__);
  if (!call)
    return nullptr;
  Expected<Event> event = call.device->createEvent();
  if (event)
    return pointer(event->handle);
  call.check(event.error());
  return nullptr;
}

PIT_MGPU_EXPORT void mgpuEventDestroy(void *event) {
  if (Call call(__func__); call)
    call.check(call.device->destroyEvent(eventOf(event)));
}

PIT_MGPU_EXPORT void mgpuEventSynchronize(void *event) {
  if (Call call(__func__); call)
    call.check(call.device->synchronizeEvent(eventOf(event)));
}

PIT_MGPU_EXPORT void mgpuEventRecord(void *event, void *stream) {
  if (Call call(__func__); call)
    call.check(call.device->recordEvent(eventOf(event), streamOf(stream)));
}

PIT_MGPU_EXPORT void *mgpuMemAlloc(uint64_t bytes, void *, bool isHostShared) {
  Call call(__func__);
  if (!call)
    return nullptr;
  if (isHostShared) {
    call.fail("memory that host and device share ('gpu.alloc host_shared') is "
              "not supported; copy with 'gpu.memcpy'");
    return nullptr;
  }
  Expected<DeviceAddress> address = call.device->allocate(bytes, "gpu.alloc");
  if (address)
    return pointer(*address);
  call.check(address.error());
  return nullptr;
}

PIT_MGPU_EXPORT void mgpuMemFree(void *address, void *) {
  if (Call call(__func__); call)
    call.check(call.device->free(addressOf(address)));
}

PIT_MGPU_EXPORT void mgpuMemcpy(void *target, void *source, size_t bytes,
                                void *stream) {
  Call call(__func__);
  State::get().copy(call.function, target, source, bytes, streamOf(stream));
}

PIT_MGPU_EXPORT void mgpuMemset32(void *target, uint32_t value, size_t count,
                                  void *stream) {
  if (Call call(__func__); count)
    fill(call, target, [&] {
      return call.device->fill32(addressOf(target), value, count,
                                 streamOf(stream));
    });
}

PIT_MGPU_EXPORT void mgpuMemset16(void *target, uint16_t value, size_t count,
                                  void *stream) {
  if (Call call(__func__); count)
    fill(call, target, [&] {
      return call.device->fill16(addressOf(target), value, count,
                                 streamOf(stream));
    });
}

// Registration would let kernels read the memory of the host in place.
static void noRegistration(const char *function) {
  Call call(function);
  call.fail("memory of the host cannot be made visible to the device "
            "('gpu.host_register'); copy it with 'gpu.memcpy'");
}

PIT_MGPU_EXPORT void mgpuMemHostRegister(void *, uint64_t) {
  noRegistration(__func__);
}

PIT_MGPU_EXPORT void mgpuMemHostRegisterMemRef(int64_t, void *, int64_t) {
  noRegistration(__func__);
}

PIT_MGPU_EXPORT void mgpuMemHostUnregister(void *) { noRegistration(__func__); }

PIT_MGPU_EXPORT void mgpuMemHostUnregisterMemRef(int64_t, void *, int64_t) {
  noRegistration(__func__);
}

PIT_MGPU_EXPORT void mgpuSetDefaultDevice(int32_t device) {
  Call call(__func__);
  if (device != 0)
    call.fail("there is no device " + std::to_string(device) +
              "; expected 0, the device of the backend");
}

} // extern "C"
