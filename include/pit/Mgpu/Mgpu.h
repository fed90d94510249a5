//===- Mgpu.h - the device behind the mgpu functions ------------*- C++ -*-===//
//
// libpit_mgpu defines the C functions that host code lowered by MLIR's
// gpu-to-llvm calls (mgpuModuleLoad, mgpuLaunchKernel, ...), over a backend of
// this runtime. Names and signatures are those of MLIR 22's
// mlir/lib/ExecutionEngine/CudaRuntimeWrappers.cpp. They have no way to return
// an error: it goes to standard error and is kept, for the program that embeds
// the host code to ask.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_MGPU_MGPU_H
#define PIT_MGPU_MGPU_H

#include "pit/Runtime/Backend.h"

#include <string>
#include <vector>

#define PIT_MGPU_EXPORT __attribute__((visibility("default")))

namespace pit::runtime {

/// Makes `backend` the one that the mgpu functions of this process use, null:
/// an emulated sm_80, made when it is first needed. Handles of modules, streams
/// and events belong to the backend of their time and must be gone before it.
/// The caller keeps the backend alive and off other threads meanwhile.
PIT_MGPU_EXPORT void setMgpuBackend(Backend *backend);

/// The backend that the mgpu functions use now; null where the default one
/// could not be made.
PIT_MGPU_EXPORT Backend *mgpuBackend();

/// What went wrong in mgpu functions of any thread since the last call, oldest
/// first, and forgets it. After the first 100 only their number is kept, in
/// a last line.
PIT_MGPU_EXPORT std::vector<std::string> takeMgpuErrors();

/// Whether errors are printed to standard error too; they are at first.
PIT_MGPU_EXPORT void setMgpuErrorPrinting(bool enabled);

} // namespace pit::runtime

#endif // PIT_MGPU_MGPU_H
