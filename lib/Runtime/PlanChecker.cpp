//===- PlanChecker.cpp - what must hold of a launch plan ------------------===//

#include "PlanChecker.h"

#include <cstdlib>

using namespace pit;
using namespace pit::runtime;

/// CUDA C++ programming guide, "Technical Specifications per Compute
/// Capability": maximum x-dimension of a grid.
static constexpr int64_t kMaxGrid = 0x7fffffff;

std::string pit::runtime::elementPath(std::string_view list, size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

Error pit::runtime::checkRange(int64_t offset, int64_t bytes, int64_t size,
                               std::string_view buffer) {
  if (offset < 0)
    return {"the offset is " + std::to_string(offset) +
            "; expected at least 0"};
  if (bytes < 0)
    return {"the number of bytes is " + std::to_string(bytes) +
            "; expected at least 0"};
  if (bytes <= size && offset <= size - bytes)
    return Error::success();
  return {std::to_string(bytes) + " bytes at offset " + std::to_string(offset) +
          " do not fit into '" + std::string(buffer) + "', which has " +
          std::to_string(size) + " bytes"};
}

Error pit::runtime::checkCopy(int64_t sourceOffset, int64_t targetOffset,
                              int64_t bytes, std::string_view buffer) {
  // Neither is negative.
  if (std::abs(targetOffset - sourceOffset) >= bytes)
    return Error::success();
  return {std::to_string(bytes) + " bytes at offset " +
          std::to_string(targetOffset) + " of '" + std::string(buffer) +
          "' overlap the source at offset " + std::to_string(sourceOffset)};
}

Error pit::runtime::checkRequirement(const SizeRequirement &requirement,
                                     int64_t size, int64_t expected) {
  if (requirement.atLeast ? size >= expected : size == expected)
    return Error::success();
  const auto describe = [](const Expression &expression, int64_t value) {
    return expression.constant() ? std::to_string(value)
                                 : "'" + expression.text() + "', which is " +
                                       std::to_string(value);
  };
  return {requirement.what + ": the size is " +
          describe(requirement.size, size) + "; expected " +
          (requirement.atLeast ? "at least " : "") +
          describe(requirement.expected, expected)};
}

Error pit::runtime::checkGrid(int64_t grid) {
  if (grid >= 0 && grid <= kMaxGrid)
    return Error::success();
  return {"the grid is " + std::to_string(grid) + "; expected 0 to " +
          std::to_string(kMaxGrid)};
}

namespace {

class Checker {
public:
  Checker(const LaunchPlan &plan, JsonErrors &errors)
      : plan(plan), errors(errors) {}

  bool run() {
    return checkArguments() && checkSymbols() && checkRequirements() &&
           checkWorkspace() && checkSteps();
  }

private:
  bool checkArguments();
  bool checkSymbols();
  bool checkRequirements();
  bool checkWorkspace();
  bool checkSteps();
  bool check(const MemsetStep &step, const std::string &path);
  bool check(const CopyStep &step, const std::string &path);
  bool checkOverlap(const CopyStep &step, const std::string &path);
  bool check(const LaunchStep &step, const std::string &path);
  bool checkPointer(const PlanKernelArgument &argument,
                    const std::string &path);

  bool checkTarget(const BufferRef &place, const std::string &path);
  bool checkPlace(const BufferRef &place, std::optional<int64_t> bytes,
                  const std::string &path);
  bool noOccupancy(const Expression &expression, const std::string &path);
  bool nonNegative(const Expression &expression, const std::string &path);
  /// The size of a type whose extents are all constant. An error where it has
  /// none.
  bool constantSize(const TensorType &type, const std::string &path,
                    std::optional<int64_t> &size);

  const LaunchPlan &plan;
  JsonErrors &errors;
  std::vector<std::optional<int64_t>> argumentBytes;
};

} // namespace

bool Checker::constantSize(const TensorType &type, const std::string &path,
                           std::optional<int64_t> &size) {
  for (size_t i = 0; i < type.shape.size(); ++i)
    if (!nonNegative(type.shape[i], elementPath(path + ".shape", i)))
      return false;
  for (const Expression &extent : type.shape)
    if (!extent.constant())
      return true;
  const Expected<int64_t> bytes = byteSize(type, {});
  if (!bytes)
    return errors.fail(path + ".shape", bytes.error().message);
  size = *bytes;
  return true;
}

bool Checker::checkArguments() {
  bool outputs = false;
  for (size_t i = 0; i < plan.arguments.size(); ++i) {
    const FunctionArgument &argument = plan.arguments[i];
    const std::string path = elementPath("arguments", i);
    if (outputs && !argument.isOutput)
      return errors.fail(path + ".kind", "an input after an output; expected "
                                         "inputs, then outputs");
    outputs |= argument.isOutput;
    for (size_t d = 0; d < argument.type.shape.size(); ++d)
      if (argument.type.shape[d].usesDevice())
        return errors.fail(elementPath(path + ".shape", d),
                           "'" + argument.type.shape[d].text() +
                               "' depends on the device; expected sizes only");
    std::optional<int64_t> bytes;
    if (!constantSize(argument.type, path, bytes))
      return false;
    argumentBytes.push_back(bytes);
  }
  return true;
}

/// A run gets its sizes from the arguments' shapes: there must be a place for
/// each to come from.
bool Checker::checkSymbols() {
  std::vector<bool> found(plan.symbols.size());
  for (const FunctionArgument &argument : plan.arguments)
    for (const Expression &extent : argument.type.shape)
      if (const std::optional<unsigned> symbol = extent.bareSymbol())
        found[*symbol] = true;
  for (size_t i = 0; i < found.size(); ++i)
    if (!found[i])
      return errors.fail(elementPath("symbols", i),
                         "no dimension of an argument is '" + plan.symbols[i] +
                             "' by itself, so that it never gets a value");
  return true;
}

bool Checker::checkRequirements() {
  for (size_t i = 0; i < plan.requirements.size(); ++i) {
    const SizeRequirement &requirement = plan.requirements[i];
    const std::string path = elementPath("requirements", i);
    for (const Expression *e : {&requirement.size, &requirement.expected})
      if (e->usesDevice())
        return errors.fail(path, "'" + e->text() +
                                     "' depends on the device; expected sizes "
                                     "only");
    const std::optional<int64_t> size = requirement.size.constant(),
                                 expected = requirement.expected.constant();
    if (size && expected)
      if (Error error = checkRequirement(requirement, *size, *expected))
        return errors.fail(path, error.message);
  }
  return true;
}

bool Checker::noOccupancy(const Expression &expression,
                          const std::string &path) {
  return !expression.usesOccupancy() ||
         errors.fail(path, "'" + expression.text() +
                               "' uses 'blocks_per_multiprocessor', which has "
                               "a meaning in launch steps only");
}

bool Checker::nonNegative(const Expression &expression,
                          const std::string &path) {
  const std::optional<int64_t> value = expression.constant();
  if (value && *value < 0)
    return errors.fail(path, "expected at least 0, but got " +
                                 std::to_string(*value));
  return true;
}

bool Checker::checkWorkspace() {
  return noOccupancy(plan.workspaceBytes, "workspace.bytes") &&
         nonNegative(plan.workspaceBytes, "workspace.bytes");
}

bool Checker::checkTarget(const BufferRef &place, const std::string &path) {
  if (place.buffer == BufferRef::kWorkspace ||
      plan.arguments[place.buffer].isOutput)
    return true;
  return errors.fail(path, "'" + plan.arguments[place.buffer].name +
                               "' is an input, and inputs are never written");
}

bool Checker::checkPlace(const BufferRef &place, std::optional<int64_t> bytes,
                         const std::string &path) {
  if (!nonNegative(place.offset, path + ".offset"))
    return false;
  const std::optional<int64_t> offset = place.offset.constant();
  const std::optional<int64_t> size = place.buffer == BufferRef::kWorkspace
                                          ? plan.workspaceBytes.constant()
                                          : argumentBytes[place.buffer];
  if (!offset || !bytes || !size)
    return true;
  if (Error error =
          checkRange(*offset, *bytes, *size, plan.bufferName(place.buffer)))
    return errors.fail(path, error.message);
  return true;
}

bool Checker::check(const MemsetStep &step, const std::string &path) {
  return noOccupancy(step.bytes, path + ".bytes") &&
         nonNegative(step.bytes, path + ".bytes") &&
         noOccupancy(step.target.offset, path + ".target.offset") &&
         checkTarget(step.target, path + ".target") &&
         checkPlace(step.target, step.bytes.constant(), path + ".target");
}

bool Checker::check(const CopyStep &step, const std::string &path) {
  return noOccupancy(step.bytes, path + ".bytes") &&
         nonNegative(step.bytes, path + ".bytes") &&
         noOccupancy(step.source.offset, path + ".source.offset") &&
         checkPlace(step.source, step.bytes.constant(), path + ".source") &&
         noOccupancy(step.target.offset, path + ".target.offset") &&
         checkTarget(step.target, path + ".target") &&
         checkPlace(step.target, step.bytes.constant(), path + ".target") &&
         checkOverlap(step, path + ".target");
}

bool Checker::checkOverlap(const CopyStep &step, const std::string &path) {
  const std::optional<int64_t> bytes = step.bytes.constant(),
                               source = step.source.offset.constant(),
                               target = step.target.offset.constant();
  if (step.source.buffer != step.target.buffer || !bytes || !source || !target)
    return true;
  if (Error error = checkCopy(*source, *target, *bytes,
                              plan.bufferName(step.target.buffer)))
    return errors.fail(path, error.message);
  return true;
}

bool Checker::checkPointer(const PlanKernelArgument &argument,
                           const std::string &path) {
  const unsigned buffer = argument.place.buffer;
  if (argument.kind == KernelArgumentKind::Output &&
      !checkTarget(argument.place, path + ".buffer"))
    return false;
  if (argument.kind == KernelArgumentKind::Workspace &&
      buffer != BufferRef::kWorkspace)
    return errors.fail(path + ".buffer",
                       "an argument of kind 'workspace' lies in 'workspace', "
                       "but got '" +
                           plan.arguments[buffer].name + "'");
  const uint64_t alignment = buffer == BufferRef::kWorkspace
                                 ? plan.workspaceAlignment
                                 : plan.arguments[buffer].type.alignment;
  if (argument.type.alignment > alignment)
    return errors.fail(path + ".alignment",
                       std::to_string(argument.type.alignment) +
                           " is more than the " + std::to_string(alignment) +
                           " of '" + std::string(plan.bufferName(buffer)) +
                           "'");
  const std::optional<int64_t> offset = argument.place.offset.constant();
  if (offset && *offset >= 0 && uint64_t(*offset) % argument.type.alignment)
    return errors.fail(path + ".offset",
                       std::to_string(*offset) +
                           " is no multiple of the alignment " +
                           std::to_string(argument.type.alignment));
  std::optional<int64_t> bytes;
  return constantSize(argument.type, path, bytes) &&
         checkPlace(argument.place, bytes, path);
}

bool Checker::check(const LaunchStep &step, const std::string &path) {
  if (const std::optional<int64_t> grid = step.grid.constant())
    if (Error error = checkGrid(*grid))
      return errors.fail(path + ".grid", error.message);
  for (size_t i = 0; i < step.arguments.size(); ++i)
    if (step.arguments[i].kind != KernelArgumentKind::Size &&
        !checkPointer(step.arguments[i], elementPath(path + ".arguments", i)))
      return false;
  return true;
}

bool Checker::checkSteps() {
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const std::string path = elementPath("steps", i);
    if (!std::visit([&](const auto &step) { return check(step, path); },
                    plan.steps[i]))
      return false;
  }
  return true;
}

bool pit::runtime::checkPlan(const LaunchPlan &plan, JsonErrors &errors) {
  return Checker(plan, errors).run();
}
