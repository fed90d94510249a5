//===- Emulated.h - functions as PTX on the emulator ------------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_EMULATED_H
#define PIT_TOOLS_PIT_RUN_EMULATED_H

#include "Options.h"
#include "Progress.h"
#include "Signature.h"

#include "pit/Runtime/EmulatorBackend.h"

namespace pit::tool {

/// The results of a run, and what its kernels counted.
struct EmulatedRun {
  std::vector<NpyArray> results;
  std::vector<runtime::KernelStats> stats; ///< in the order of the launches
  double milliseconds = 0;                 ///< that the host took for the steps
};

/// Compiles a function of `module` to PTX and a launch plan, and runs the plan
/// on the emulator; gives the results in `signature` their sizes. Changes the
/// module. The error: what the compiler said was
/// printed as diagnostics; what the emulator's checks found is in the error.
Expected<EmulatedRun> runEmulated(mlir::ModuleOp module, Signature &signature,
                                  const std::vector<NpyArray> &arguments,
                                  const Options &options, Progress &progress);

/// The counters as a table for people, a row for each kernel and their sum.
std::string statsTable(const EmulatedRun &run);

/// The counters as JSON: {"function", "arch", "launches": [...]}, where each
/// launch is an object as `ptx-emu --stats=json` prints it.
std::string statsJson(const EmulatedRun &run, const Signature &signature,
                      const Options &options);

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_EMULATED_H
