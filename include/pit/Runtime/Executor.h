//===- Executor.h - running launch plans ------------------------*- C++ -*-===//

#ifndef PIT_RUNTIME_EXECUTOR_H
#define PIT_RUNTIME_EXECUTOR_H

#include "pit/Runtime/Backend.h"
#include "pit/Runtime/LaunchPlan.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pit::runtime {

/// An argument of a function at run time: dense and row-major, on the device.
struct TensorArgument {
  DeviceAddress address = 0;      ///< may be null where there are no elements
  std::span<const int64_t> shape; ///< in elements
};

/// Hears of the steps of a run before each begins: for progress.
class RunObserver {
public:
  virtual ~RunObserver();
  /// Step `index` of `count`; `what` is the entry of a kernel, "memset" or
  /// "copy".
  virtual void step(size_t index, size_t count, std::string_view what) = 0;
};

/// A launch plan loaded on a device: the handle that a caller keeps. A run
/// allocates nothing, neither on the device nor, unless there is an error, on
/// the host, and never waits for the device. One caller at a time; it must not
/// outlive its backend.
class PlanExecutor {
public:
  /// Loads the PTX of `plan` on `backend` and looks up every kernel. The
  /// errors: the device cannot run the PTX, its `.version` or `.target` is not
  /// the plan's, an entry is missing or has other
  /// parameters than the plan says, a launch needs more than the device has.
  /// `fileName` is the PTX's, for messages.
  static Expected<PlanExecutor> create(Backend &backend, LaunchPlan plan,
                                       std::string ptxText,
                                       std::string fileName);
  /// Loads a plan and the PTX beside it. `path` is the plan, or a directory;
  /// from a directory FUNCTION.json is read, or, with `function` empty, the one
  /// plan that is there.
  static Expected<PlanExecutor> load(Backend &backend, const std::string &path,
                                     std::string_view function = "");
  PlanExecutor(PlanExecutor &&) noexcept;
  PlanExecutor &operator=(PlanExecutor &&) noexcept;
  ~PlanExecutor();

  const LaunchPlan &plan() const;

  /// Shapes of the outputs for inputs of these shapes (addresses do not
  /// matter). The errors: those of run() about the inputs, and an output with a
  /// size that the inputs do not tell.
  Expected<std::vector<std::vector<int64_t>>>
  outputShapes(std::span<const TensorArgument> inputs);

  /// Bytes of workspace for arguments of these shapes (addresses do not
  /// matter). The errors are those of run() about shapes.
  Expected<uint64_t> workspaceBytes(std::span<const TensorArgument> arguments);

  /// Runs the plan on `stream`: inputs, then outputs, in the order of the plan,
  /// and a workspace of `workspaceSize` bytes, which may be null where none is
  /// needed. Outputs and the workspace are memory of their own: no output
  /// overlaps another argument, and the workspace none; inputs may overlap each
  /// other, and empty ranges overlap nothing. Everything is checked before the
  /// first step: number and shapes of the arguments, what the plan requires of
  /// sizes, null and misaligned pointers, overlaps, the workspace's size, every
  /// offset against the size of its buffer, and that no copy overlaps itself.
  /// An error of a step names the step.
  Error run(std::span<const TensorArgument> arguments, DeviceAddress workspace,
            uint64_t workspaceSize, Stream stream = {},
            RunObserver *observer = nullptr);

private:
  struct Impl;
  explicit PlanExecutor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace pit::runtime

#endif // PIT_RUNTIME_EXECUTOR_H
