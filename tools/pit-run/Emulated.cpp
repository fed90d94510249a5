//===- Emulated.cpp - functions as PTX on the emulator --------------------===//

#include "Emulated.h"

#include "Arrays.h"
#include "pit/Runtime/Executor.h"
#include "pit/Target/Compile.h"

#include <algorithm>
#include <chrono>

using namespace pit;
using namespace pit::tool;

namespace {

/// Names the step in the progress line.
class StepObserver final : public runtime::RunObserver {
public:
  explicit StepObserver(Progress &progress) : progress(progress) {}
  void step(size_t index, size_t count, std::string_view what) override {
    progress.set("step " + std::to_string(index + 1) + " of " +
                 std::to_string(count) + ": " + std::string(what));
  }

private:
  Progress &progress;
};

/// The function's PTX and plan.
Expected<mlir::pit::CompiledFunction> compile(mlir::ModuleOp module,
                                              const Signature &signature,
                                              const Options &options) {
  mlir::pit::CompileOptions compileOptions;
  compileOptions.arch = options.arch;
  auto functions = mlir::pit::compileModule(module, compileOptions);
  if (mlir::failed(functions))
    return Error{"cannot compile '" + signature.name + "' for " + options.arch};
  for (mlir::pit::CompiledFunction &function : *functions)
    if (function.name == signature.name)
      return std::move(function);
  return Error{"'" + signature.name + "' did not become a launch plan"};
}

/// An error if no kernel has written a part of the result.
Error checkWritten(runtime::EmulatorBackend &backend, const TensorSpec &spec,
                   size_t number, runtime::DeviceAddress address) {
  auto first = backend.device().firstUninitialized(address, spec.bytes());
  if (!first)
    return first.error();
  if (!*first)
    return Error::success();
  return Error{
      "result " + std::to_string(number) + " (" + spec.type + "): element [" +
      placeOf(spec, (**first - address) / runtime::byteSize(spec.element)) +
      "] was never written"};
}

/// A buffer on the device for each array, inputs with their content.
Error allocateBuffers(runtime::Backend &backend,
                      const std::vector<TensorSpec> &specs, const char *what,
                      const std::vector<NpyArray> *content,
                      std::vector<runtime::DeviceAddress> &addresses) {
  for (size_t i = 0; i < specs.size(); ++i) {
    auto address = backend.allocate(specs[i].bytes(), what + std::to_string(i));
    if (!address)
      return address.error();
    addresses.push_back(*address);
    if (content)
      if (Error e = backend.copyToDevice(*address, (*content)[i].data.data(),
                                         specs[i].bytes()))
        return e;
  }
  return Error::success();
}

/// Asks the plan for the sizes of the results.
Error setResultShapes(runtime::PlanExecutor &executor, Signature &signature) {
  std::vector<std::vector<int64_t>> shapes;
  for (const TensorSpec &spec : signature.arguments)
    shapes.emplace_back(spec.shape.begin(), spec.shape.end());
  std::vector<runtime::TensorArgument> inputs;
  for (const std::vector<int64_t> &shape : shapes)
    inputs.push_back({0, shape});
  auto results = executor.outputShapes(inputs);
  if (!results)
    return results.error();
  for (size_t i = 0; i < results->size(); ++i)
    if (Error e = signature.results[i].setShape(
            {(*results)[i].begin(), (*results)[i].end()}))
      return Error{"result " + std::to_string(i) + ": " + e.message};
  return Error::success();
}

} // namespace

Expected<EmulatedRun> tool::runEmulated(mlir::ModuleOp module,
                                        Signature &signature,
                                        const std::vector<NpyArray> &arguments,
                                        const Options &options,
                                        Progress &progress) {
  progress.set("compiling '" + signature.name + "'");
  auto function = compile(module, signature, options);
  if (!function)
    return function.error();

  runtime::EmulatorOptions emulator;
  emulator.arch = options.arch;
  emulator.multiprocessors = options.multiprocessors;
  emulator.launch = options.launch;
  auto backend = runtime::EmulatorBackend::create(std::move(emulator));
  if (!backend)
    return backend.error();
  auto plan =
      runtime::parseLaunchPlan(function->plan, signature.name + ".json");
  if (!plan)
    return plan.error();
  auto executor = runtime::PlanExecutor::create(**backend, std::move(*plan),
                                                std::move(function->ptx),
                                                signature.name + ".ptx");
  if (!executor)
    return executor.error();

  if (Error e = setResultShapes(*executor, signature))
    return e;
  std::vector<runtime::DeviceAddress> addresses;
  if (Error e = allocateBuffers(**backend, signature.arguments, "arg",
                                &arguments, addresses))
    return e;
  if (Error e = allocateBuffers(**backend, signature.results, "out", nullptr,
                                addresses))
    return e;
  std::vector<std::vector<int64_t>> shapes;
  std::vector<runtime::TensorArgument> tensors;
  for (const auto *specs : {&signature.arguments, &signature.results})
    for (const TensorSpec &spec : *specs)
      shapes.emplace_back(spec.shape.begin(), spec.shape.end());
  for (size_t i = 0; i < shapes.size(); ++i)
    tensors.push_back({addresses[i], shapes[i]});

  auto workspaceBytes = executor->workspaceBytes(tensors);
  if (!workspaceBytes)
    return workspaceBytes.error();
  auto workspace = (*backend)->allocate(*workspaceBytes, "workspace");
  if (!workspace)
    return workspace.error();
  StepObserver observer(progress);
  auto begin = std::chrono::steady_clock::now();
  if (Error e =
          executor->run(tensors, *workspace, *workspaceBytes, {}, &observer))
    return e;
  std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - begin;

  EmulatedRun run;
  run.milliseconds = elapsed.count();
  run.stats = (*backend)->stats();
  for (size_t i = 0; i < signature.results.size(); ++i) {
    const TensorSpec &spec = signature.results[i];
    if (options.launch.checks.uninit)
      if (Error e = checkWritten(**backend, spec, i,
                                 addresses[signature.arguments.size() + i]))
        return e;
    auto array = makeArray(spec, "result " + std::to_string(i));
    if (!array)
      return array.error();
    if (Error e = (*backend)->copyToHost(
            array->data.data(), addresses[arguments.size() + i], spec.bytes()))
      return e;
    run.results.push_back(std::move(*array));
  }
  return run;
}

//===----------------------------------------------------------------------===//
// --stats
//===----------------------------------------------------------------------===//

/// A name and numbers below each other, the name to the left.
static std::string row(std::string name, const emu::Stats &stats,
                       size_t width) {
  const emu::Counters &total = stats.total;
  char numbers[192];
  std::snprintf(numbers, sizeof(numbers),
                " %9llu %12llu %10llu %10llu %12llu %12llu %12llu %9llu\n",
                (unsigned long long)stats.blocks,
                (unsigned long long)total.executed,
                (unsigned long long)stats.byClass[size_t(emu::InstClass::Mma)],
                (unsigned long long)total.atomics,
                (unsigned long long)total.globalSectors,
                (unsigned long long)total.globalBytesRead,
                (unsigned long long)total.globalBytesWritten,
                (unsigned long long)total.bankConflicts());
  name.resize(std::max(width, name.size()), ' ');
  return name + numbers;
}

std::string tool::statsTable(const EmulatedRun &run) {
  size_t width = 6;
  for (const runtime::KernelStats &kernel : run.stats)
    width = std::max(width, kernel.kernel.size());
  char header[128];
  std::snprintf(header, sizeof(header),
                " %9s %12s %10s %10s %12s %12s %12s %9s\n", "blocks",
                "instructions", "mma", "atomics", "sectors", "bytes read",
                "written", "conflicts");
  std::string text = "kernel" + std::string(width - 6, ' ') + header;
  emu::Stats sum;
  for (const runtime::KernelStats &kernel : run.stats) {
    text += row(kernel.kernel, kernel.stats, width);
    sum.total += kernel.stats.total;
    sum.blocks += kernel.stats.blocks;
    for (size_t i = 0; i < sum.byClass.size(); ++i)
      sum.byClass[i] += kernel.stats.byClass[i];
  }
  return text + row("sum", sum, width);
}

std::string tool::statsJson(const EmulatedRun &run, const Signature &signature,
                            const Options &options) {
  std::string text = "{\"function\": \"" + signature.name + "\", \"arch\": \"" +
                     options.arch + "\", \"launches\": [";
  bool first = true;
  for (const runtime::KernelStats &kernel : run.stats) {
    text += std::string(first ? "" : ",") + "\n" + kernel.stats.json();
    while (text.back() == '\n')
      text.pop_back();
    first = false;
  }
  return text + "]}\n";
}
