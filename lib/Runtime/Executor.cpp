//===- Executor.cpp - running launch plans --------------------------------===//

#include "pit/Runtime/Executor.h"

#include "PlanChecker.h"
#include "PtxHeader.h"

#include "pit/Support/File.h"
#include "pit/Support/Text.h"

#include <algorithm>
#include <filesystem>

using namespace pit;
using namespace pit::runtime;

/// Every argument of a kernel is a pointer or an i64 (docs/launch-plan.md).
static constexpr uint64_t kKernelArgumentBytes = 8;

RunObserver::~RunObserver() = default;

namespace {

/// What a run computes for one step before the first one starts.
struct PreparedStep {
  // For the life of the handle:
  const Kernel *kernel = nullptr;      ///< of a launch
  int64_t blocksPerMultiprocessor = 0; ///< of the kernel
  size_t firstValue = 0;               ///< of the kernel's arguments
  // For one run:
  DeviceAddress target = 0, source = 0;
  uint64_t bytes = 0;
  uint32_t grid = 0;
};

std::string_view nameOf(const PlanStep &step) {
  if (const auto *launch = std::get_if<LaunchStep>(&step))
    return launch->entry;
  return std::holds_alternative<MemsetStep>(step) ? "memset" : "copy";
}

/// The bytes [begin, end) of a buffer.
struct Range {
  DeviceAddress begin = 0, end = 0;
  unsigned buffer = 0;    ///< as in BufferRef
  bool isWritten = false; ///< by the steps
};

} // namespace

/// All that a run needs is made here once, at its final size.
struct PlanExecutor::Impl {
  Impl(Backend &backend, LaunchPlan thePlan)
      : backend(backend), plan(std::move(thePlan)) {}

  Error load(std::string ptxText, std::string fileName);
  Error compare(const PtxHeader &ptx, const std::string &fileName) const;
  Error loadKernel(const LaunchStep &step, PreparedStep &prepared);

  Error bind(std::span<const TensorArgument> arguments);
  Error bindInputs(std::span<const TensorArgument> inputs);
  Error checkRequirements() const;
  size_t countInputs() const;
  Error bindShape(size_t index, std::span<const int64_t> shape);
  Error checkShape(size_t index, std::span<const int64_t> shape);
  Error prepare(std::span<const TensorArgument> arguments,
                DeviceAddress workspace, uint64_t workspaceSize);
  Error prepareStep(const MemsetStep &step, PreparedStep &prepared);
  Error prepareStep(const CopyStep &step, PreparedStep &prepared);
  Error prepareStep(const LaunchStep &step, PreparedStep &prepared);
  Error resolve(const BufferRef &place, int64_t bytes, DeviceAddress &address);
  Error checkOverlaps();
  Expected<int64_t> requiredWorkspace() const;
  Error execute(const PlanStep &step, const PreparedStep &prepared,
                Stream stream);

  Error stepError(size_t index, std::string_view message) const;
  std::string argumentName(size_t index) const;
  std::string prefix() const { return "function '" + plan.function + "': "; }

  Backend &backend;
  LaunchPlan plan;
  std::shared_ptr<Module> module;
  std::vector<PreparedStep> steps;
  std::vector<int64_t> values;           ///< of all kernels' arguments
  std::vector<KernelArgument> arguments; ///< point to `values`
  // For one run:
  std::vector<int64_t> symbols;
  std::vector<size_t> boundBy; ///< symbol -> argument, kUnbound at first
  std::vector<int64_t> argumentBytes;
  std::vector<DeviceAddress> addresses;
  std::vector<Range> ranges; ///< of the arguments and the workspace
  DeviceAddress workspace = 0;
  int64_t workspaceBytes = 0;
  ExpressionValues context;

  static constexpr size_t kUnbound = ~size_t(0);
};

// --- loading ---

Error PlanExecutor::Impl::loadKernel(const LaunchStep &step,
                                     PreparedStep &prepared) {
  Expected<const Kernel *> kernel = module->kernel(step.entry);
  if (!kernel)
    return kernel.error();
  prepared.kernel = *kernel;
  const auto params = prepared.kernel->parameters();
  if (params.size() != step.arguments.size())
    return {"the kernel has " + std::to_string(params.size()) +
            " parameters, but the plan gives it " +
            std::to_string(step.arguments.size()) + " arguments"};
  for (size_t i = 0; i < params.size(); ++i)
    if (params[i].bytes != kKernelArgumentBytes)
      return {"parameter " + std::to_string(i) + " of the kernel has " +
              std::to_string(params[i].bytes) + " bytes, but argument '" +
              step.arguments[i].name + "' has " +
              std::to_string(kKernelArgumentBytes)};
  Expected<unsigned> blocks = backend.blocksPerMultiprocessor(
      *prepared.kernel, step.block, step.dynamicSharedBytes);
  if (!blocks)
    return blocks.error();
  prepared.blocksPerMultiprocessor = *blocks;
  prepared.firstValue = values.size();
  values.resize(values.size() + params.size());
  return Error::success();
}

/// The plan and the PTX are of one compilation.
Error PlanExecutor::Impl::compare(const PtxHeader &ptx,
                                  const std::string &fileName) const {
  const auto differ = [&](const char *key, const std::string &planned,
                          const char *directive, std::string_view found) {
    return Error{prefix() + "'" + key + "' of the plan is '" + planned +
                 "', but '" + directive + "' of " + fileName + " is '" +
                 std::string(found) + "'"};
  };
  if (plan.ptxVersion != ptx.version)
    return differ("ptx_version", plan.ptxVersion, ".version", ptx.version);
  if (plan.arch != ptx.target)
    return differ("arch", plan.arch, ".target", ptx.target);
  return Error::success();
}

Error PlanExecutor::Impl::load(std::string ptxText, std::string fileName) {
  const PtxHeader header = readPtxHeader(ptxText);
  Expected<std::shared_ptr<Module>> loaded =
      backend.load(std::move(ptxText), fileName);
  if (!loaded)
    return {prefix() + loaded.error().message};
  // What is no PTX at all the backend has said.
  if (Error error = compare(header, fileName))
    return error;
  module = std::move(*loaded);
  steps.resize(plan.steps.size());
  for (size_t i = 0; i < steps.size(); ++i)
    if (const auto *launch = std::get_if<LaunchStep>(&plan.steps[i]))
      if (Error error = loadKernel(*launch, steps[i]))
        return stepError(i, error.message);
  for (const int64_t &value : values)
    arguments.push_back({&value, kKernelArgumentBytes});
  symbols.resize(plan.symbols.size());
  boundBy.resize(plan.symbols.size());
  argumentBytes.resize(plan.arguments.size());
  addresses.resize(plan.arguments.size());
  ranges.resize(plan.arguments.size() + 1);
  context.symbols = symbols;
  context.multiprocessors = backend.properties().multiprocessors;
  return Error::success();
}

// --- messages ---

Error PlanExecutor::Impl::stepError(size_t index,
                                    std::string_view message) const {
  return {prefix() + "step " + std::to_string(index) + " ('" +
          std::string(nameOf(plan.steps[index])) +
          "'): " + std::string(message)};
}

std::string PlanExecutor::Impl::argumentName(size_t index) const {
  return prefix() + "argument " + std::to_string(index) + ", '" +
         plan.arguments[index].name + "', ";
}

// --- shapes ---

/// Gives symbols their values.
Error PlanExecutor::Impl::bindShape(size_t index,
                                    std::span<const int64_t> shape) {
  const std::vector<Expression> &expected = plan.arguments[index].type.shape;
  if (shape.size() != expected.size())
    return {argumentName(index) + "has " + std::to_string(shape.size()) +
            " dimensions; expected " + std::to_string(expected.size())};
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] < 0)
      return {argumentName(index) + "has extent " + std::to_string(shape[d]) +
              " in dimension " + std::to_string(d) + "; expected at least 0"};
    const std::optional<unsigned> symbol = expected[d].bareSymbol();
    if (!symbol || boundBy[*symbol] != kUnbound)
      continue;
    symbols[*symbol] = shape[d];
    boundBy[*symbol] = index;
  }
  return Error::success();
}

/// Compares a shape with the plan's, every symbol having its value.
Error PlanExecutor::Impl::checkShape(size_t index,
                                     std::span<const int64_t> shape) {
  const std::vector<Expression> &expected = plan.arguments[index].type.shape;
  for (size_t d = 0; d < shape.size(); ++d) {
    const Expected<int64_t> extent = expected[d].evaluate(context);
    if (!extent)
      return {argumentName(index) + "dimension " + std::to_string(d) + ": " +
              extent.error().message};
    if (*extent == shape[d])
      continue;
    std::string message = argumentName(index) + "has extent " +
                          std::to_string(shape[d]) + " in dimension " +
                          std::to_string(d) + "; expected " +
                          std::to_string(*extent);
    if (const std::optional<unsigned> symbol = expected[d].bareSymbol())
      message += ", as '" + plan.symbols[*symbol] + "' has in '" +
                 plan.arguments[boundBy[*symbol]].name + "'";
    else if (!expected[d].constant())
      message += " ('" + expected[d].text() + "')";
    return {std::move(message)};
  }
  const Expected<int64_t> bytes = byteSize(plan.arguments[index].type, context);
  if (!bytes)
    return {argumentName(index) + bytes.error().message};
  argumentBytes[index] = *bytes;
  return Error::success();
}

size_t PlanExecutor::Impl::countInputs() const {
  return std::count_if(plan.arguments.begin(), plan.arguments.end(),
                       [](const FunctionArgument &a) { return !a.isOutput; });
}

Error PlanExecutor::Impl::checkRequirements() const {
  for (const SizeRequirement &requirement : plan.requirements) {
    const Expected<int64_t> size = requirement.size.evaluate(context);
    const Expected<int64_t> expected = requirement.expected.evaluate(context);
    if (!size || !expected)
      return {prefix() + requirement.what + ": " +
              (size ? expected : size).error().message};
    if (Error error = checkRequirement(requirement, *size, *expected))
      return {prefix() + error.message};
  }
  return Error::success();
}

/// Gives the symbols of the inputs their values, all others none.
Error PlanExecutor::Impl::bindInputs(std::span<const TensorArgument> inputs) {
  std::fill(boundBy.begin(), boundBy.end(), kUnbound);
  context.blocksPerMultiprocessor = 0;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (Error error = bindShape(i, inputs[i].shape))
      return error;
  return Error::success();
}

Error PlanExecutor::Impl::bind(std::span<const TensorArgument> arguments) {
  const size_t inputs = countInputs();
  if (arguments.size() != plan.arguments.size())
    return {prefix() + "got " + std::to_string(arguments.size()) +
            " arguments; expected " + std::to_string(inputs) + " inputs and " +
            std::to_string(plan.arguments.size() - inputs) + " outputs"};
  if (Error error = bindInputs(arguments))
    return error;
  // First what is wrong with the inputs: it would be with the outputs as well.
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i == inputs)
      if (Error error = checkRequirements())
        return error;
    if (Error error = checkShape(i, arguments[i].shape))
      return error;
  }
  return inputs == arguments.size() ? checkRequirements() : Error::success();
}

Expected<int64_t> PlanExecutor::Impl::requiredWorkspace() const {
  const Expected<int64_t> bytes = plan.workspaceBytes.evaluate(context);
  if (!bytes)
    return Error{prefix() + "workspace: " + bytes.error().message};
  if (*bytes < 0)
    return Error{prefix() + "workspace: '" + plan.workspaceBytes.text() +
                 "' is " + std::to_string(*bytes) + "; expected at least 0"};
  return bytes;
}

// --- preparing a run ---

/// The address of `bytes` bytes at `place`, which must lie within its buffer.
Error PlanExecutor::Impl::resolve(const BufferRef &place, int64_t bytes,
                                  DeviceAddress &address) {
  const Expected<int64_t> offset = place.offset.evaluate(context);
  if (!offset)
    return offset.error();
  const bool inWorkspace = place.buffer == BufferRef::kWorkspace;
  const int64_t size =
      inWorkspace ? workspaceBytes : argumentBytes[place.buffer];
  if (Error error =
          checkRange(*offset, bytes, size, plan.bufferName(place.buffer)))
    return error;
  address =
      (inWorkspace ? workspace : addresses[place.buffer]) + uint64_t(*offset);
  return Error::success();
}

Error PlanExecutor::Impl::prepareStep(const MemsetStep &step,
                                      PreparedStep &prepared) {
  const Expected<int64_t> bytes = step.bytes.evaluate(context);
  if (!bytes)
    return bytes.error();
  if (Error error = resolve(step.target, *bytes, prepared.target))
    return error;
  prepared.bytes = uint64_t(*bytes);
  return Error::success();
}

Error PlanExecutor::Impl::prepareStep(const CopyStep &step,
                                      PreparedStep &prepared) {
  const Expected<int64_t> bytes = step.bytes.evaluate(context);
  if (!bytes)
    return bytes.error();
  if (Error error = resolve(step.source, *bytes, prepared.source))
    return error;
  if (Error error = resolve(step.target, *bytes, prepared.target))
    return error;
  prepared.bytes = uint64_t(*bytes);
  // Different buffers do not overlap: checkOverlaps saw to it.
  if (step.source.buffer == step.target.buffer)
    return checkCopy(*step.source.offset.evaluate(context),
                     *step.target.offset.evaluate(context), *bytes,
                     plan.bufferName(step.target.buffer));
  return Error::success();
}

Error PlanExecutor::Impl::prepareStep(const LaunchStep &step,
                                      PreparedStep &prepared) {
  const Expected<int64_t> grid = step.grid.evaluate(context);
  if (!grid)
    return {"grid: " + grid.error().message};
  if (Error error = checkGrid(*grid))
    return error;
  prepared.grid = uint32_t(*grid);
  for (size_t i = 0; i < step.arguments.size(); ++i) {
    const PlanKernelArgument &argument = step.arguments[i];
    int64_t &value = values[prepared.firstValue + i];
    auto fail = [&](const std::string &message) {
      return Error{"argument '" + argument.name + "': " + message};
    };
    if (argument.kind == KernelArgumentKind::Size) {
      const Expected<int64_t> size = argument.value.evaluate(context);
      if (!size)
        return fail(size.error().message);
      value = *size;
      continue;
    }
    const Expected<int64_t> bytes = byteSize(argument.type, context);
    if (!bytes)
      return fail(bytes.error().message);
    DeviceAddress address = 0;
    if (Error error = resolve(argument.place, *bytes, address))
      return fail(error.message);
    // The buffer itself is aligned at least as much: checkPlan saw to it.
    if (address % argument.type.alignment)
      return fail("the offset " +
                  std::to_string(*argument.place.offset.evaluate(context)) +
                  " is no multiple of the alignment " +
                  std::to_string(argument.type.alignment));
    value = int64_t(address);
  }
  return Error::success();
}

/// What a step writes is nobody else's: kernels are told so.
Error PlanExecutor::Impl::checkOverlaps() {
  size_t count = 0;
  const auto add = [&](unsigned buffer, DeviceAddress begin, int64_t bytes,
                       bool isWritten) {
    DeviceAddress end;
    if (__builtin_add_overflow(begin, uint64_t(bytes), &end))
      end = UINT64_MAX;
    if (bytes) // nothing overlaps nothing
      ranges[count++] = {begin, end, buffer, isWritten};
  };
  for (size_t i = 0; i < addresses.size(); ++i)
    add(unsigned(i), addresses[i], argumentBytes[i],
        plan.arguments[i].isOutput);
  add(BufferRef::kWorkspace, workspace, workspaceBytes, /*isWritten=*/true);
  const std::span<Range> used(ranges.data(), count);
  std::sort(used.begin(), used.end(),
            [](const Range &a, const Range &b) { return a.begin < b.begin; });
  // Of the buffers before, the one that ends last; and of those written.
  const Range *last = nullptr, *lastWritten = nullptr;
  for (const Range &range : used) {
    const Range *other = range.isWritten ? last : lastWritten;
    if (other && range.begin < other->end) {
      // An output stands first.
      const Range *first = &range;
      if (!first->isWritten || first->buffer == BufferRef::kWorkspace)
        std::swap(first, other);
      const auto describe = [&](const Range &r) {
        return "'" + std::string(plan.bufferName(r.buffer)) + "', " +
               std::to_string(r.end - r.begin) + " bytes at " + hex(r.begin) +
               ",";
      };
      return {prefix() + describe(*first) + " overlaps " + describe(*other) +
              " but outputs and the workspace are memory of their own"};
    }
    if (!last || range.end > last->end)
      last = &range;
    if (range.isWritten && (!lastWritten || range.end > lastWritten->end))
      lastWritten = &range;
  }
  return Error::success();
}

Error PlanExecutor::Impl::prepare(std::span<const TensorArgument> arguments,
                                  DeviceAddress theWorkspace,
                                  uint64_t workspaceSize) {
  if (Error error = bind(arguments))
    return error;
  for (size_t i = 0; i < arguments.size(); ++i) {
    addresses[i] = arguments[i].address;
    if (!addresses[i] && argumentBytes[i])
      return {argumentName(i) + "is a null pointer; expected " +
              std::to_string(argumentBytes[i]) + " bytes"};
    const uint64_t alignment = plan.arguments[i].type.alignment;
    if (addresses[i] % alignment)
      return {argumentName(i) + "is at " + hex(addresses[i]) +
              ", which is no multiple of " + std::to_string(alignment)};
  }
  const Expected<int64_t> bytes = requiredWorkspace();
  if (!bytes)
    return bytes.error();
  workspace = theWorkspace;
  workspaceBytes = *bytes;
  if (workspaceSize < uint64_t(workspaceBytes))
    return {prefix() + "the workspace has " + std::to_string(workspaceSize) +
            " bytes; expected at least " + std::to_string(workspaceBytes)};
  if (!workspace && workspaceBytes)
    return {prefix() + "the workspace is a null pointer; expected " +
            std::to_string(workspaceBytes) + " bytes"};
  if (workspace % plan.workspaceAlignment)
    return {prefix() + "the workspace is at " + hex(workspace) +
            ", which is no multiple of " +
            std::to_string(plan.workspaceAlignment)};
  if (Error error = checkOverlaps())
    return error;
  for (size_t i = 0; i < steps.size(); ++i) {
    context.blocksPerMultiprocessor = steps[i].blocksPerMultiprocessor;
    if (Error error = std::visit(
            [&](const auto &step) { return prepareStep(step, steps[i]); },
            plan.steps[i]))
      return stepError(i, error.message);
  }
  return Error::success();
}

Error PlanExecutor::Impl::execute(const PlanStep &step,
                                  const PreparedStep &prepared, Stream stream) {
  if (const auto *memset = std::get_if<MemsetStep>(&step))
    return prepared.bytes ? backend.fill8(prepared.target, memset->value,
                                          prepared.bytes, stream)
                          : Error::success();
  if (std::holds_alternative<CopyStep>(step))
    return prepared.bytes
               ? backend.copyOnDevice(prepared.target, prepared.source,
                                      prepared.bytes, stream)
               : Error::success();
  if (!prepared.grid)
    return Error::success();
  const LaunchStep &launch = std::get<LaunchStep>(step);
  LaunchGeometry geometry;
  geometry.grid.x = prepared.grid;
  geometry.block.x = launch.block;
  geometry.dynamicSharedBytes = launch.dynamicSharedBytes;
  return backend.launch(*prepared.kernel, geometry,
                        std::span(arguments).subspan(prepared.firstValue,
                                                     launch.arguments.size()),
                        stream);
}

// --- PlanExecutor ---

PlanExecutor::PlanExecutor(std::unique_ptr<Impl> theImpl)
    : impl(std::move(theImpl)) {}
PlanExecutor::PlanExecutor(PlanExecutor &&) noexcept = default;
PlanExecutor &PlanExecutor::operator=(PlanExecutor &&) noexcept = default;
PlanExecutor::~PlanExecutor() = default;

const LaunchPlan &PlanExecutor::plan() const { return impl->plan; }

Expected<PlanExecutor> PlanExecutor::create(Backend &backend, LaunchPlan plan,
                                            std::string ptxText,
                                            std::string fileName) {
  auto impl = std::make_unique<Impl>(backend, std::move(plan));
  if (Error error = impl->load(std::move(ptxText), std::move(fileName)))
    return error;
  return PlanExecutor(std::move(impl));
}

/// The plan in a directory.
static Expected<std::string> findPlan(const std::string &directory,
                                      std::string_view function) {
  namespace fs = std::filesystem;
  if (!function.empty())
    return (fs::path(directory) / (std::string(function) + ".json")).string();
  std::vector<std::string> plans;
  std::error_code code;
  for (fs::directory_iterator it(directory, code), end; !code && it != end;
       it.increment(code))
    if (it->path().extension() == ".json")
      plans.push_back(it->path().string());
  if (code)
    return Error{directory + ": " + code.message()};
  if (plans.empty())
    return Error{directory + ": no launch plan; expected a file '*.json'"};
  if (plans.size() == 1)
    return plans[0];
  std::sort(plans.begin(), plans.end());
  std::string list;
  for (const std::string &plan : plans)
    list += (list.empty() ? "'" : ", '") + fs::path(plan).stem().string() + "'";
  return Error{directory +
               ": several launch plans; expected the name of one: " + list};
}

Expected<PlanExecutor> PlanExecutor::load(Backend &backend,
                                          const std::string &path,
                                          std::string_view function) {
  namespace fs = std::filesystem;
  std::string planPath = path;
  std::error_code code;
  if (fs::is_directory(path, code)) {
    Expected<std::string> found = findPlan(path, function);
    if (!found)
      return found.error();
    planPath = *found;
  }
  Expected<LaunchPlan> plan = readLaunchPlan(planPath);
  if (!plan)
    return plan.error();
  if (!function.empty() && plan->function != function)
    return Error{planPath + ": the plan of '" + plan->function +
                 "'; expected '" + std::string(function) + "'"};
  const std::string ptxPath =
      (fs::path(planPath).parent_path() / plan->ptxFile).string();
  Expected<std::string> ptx = readFile(ptxPath);
  if (!ptx)
    return ptx.error();
  return create(backend, std::move(*plan), std::move(*ptx), ptxPath);
}

Expected<std::vector<std::vector<int64_t>>>
PlanExecutor::outputShapes(std::span<const TensorArgument> inputs) {
  const LaunchPlan &plan = impl->plan;
  if (inputs.size() != impl->countInputs())
    return Error{impl->prefix() + "got " + std::to_string(inputs.size()) +
                 " inputs; expected " + std::to_string(impl->countInputs())};
  if (Error error = impl->bindInputs(inputs))
    return error;
  for (size_t i = inputs.size(); i < plan.arguments.size(); ++i)
    for (size_t d = 0; d < plan.arguments[i].type.shape.size(); ++d)
      if (const auto symbol = plan.arguments[i].type.shape[d].bareSymbol();
          symbol && impl->boundBy[*symbol] == Impl::kUnbound)
        return Error{impl->argumentName(i) + "dimension " + std::to_string(d) +
                     ": the inputs do not tell its size"};
  for (size_t i = 0; i < inputs.size(); ++i)
    if (Error error = impl->checkShape(i, inputs[i].shape))
      return error;
  if (Error error = impl->checkRequirements())
    return error;
  std::vector<std::vector<int64_t>> shapes;
  for (size_t i = inputs.size(); i < plan.arguments.size(); ++i) {
    std::vector<int64_t> &shape = shapes.emplace_back();
    for (const Expression &extent : plan.arguments[i].type.shape) {
      const Expected<int64_t> value = extent.evaluate(impl->context);
      if (!value)
        return Error{impl->argumentName(i) + value.error().message};
      shape.push_back(*value);
    }
    // Also refuses what no tensor can have.
    if (Error error = impl->checkShape(i, shape))
      return error;
  }
  return shapes;
}

Expected<uint64_t>
PlanExecutor::workspaceBytes(std::span<const TensorArgument> arguments) {
  if (Error error = impl->bind(arguments))
    return error;
  const Expected<int64_t> bytes = impl->requiredWorkspace();
  if (!bytes)
    return bytes.error();
  return uint64_t(*bytes);
}

Error PlanExecutor::run(std::span<const TensorArgument> arguments,
                        DeviceAddress workspace, uint64_t workspaceSize,
                        Stream stream, RunObserver *observer) {
  if (Error error = impl->prepare(arguments, workspace, workspaceSize))
    return error;
  for (size_t i = 0; i < impl->steps.size(); ++i) {
    const PlanStep &step = impl->plan.steps[i];
    if (observer)
      observer->step(i, impl->steps.size(), nameOf(step));
    if (Error error = impl->execute(step, impl->steps[i], stream))
      return impl->stepError(i, error.message);
  }
  return Error::success();
}
