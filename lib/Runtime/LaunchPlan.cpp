//===- LaunchPlan.cpp - how to run a compiled function --------------------===//

#include "pit/Runtime/LaunchPlan.h"

#include "pit/Support/File.h"

using namespace pit;
using namespace pit::runtime;

namespace {

struct TypeInfo {
  std::string_view name;
  unsigned bytes;
};

// In the order of ElementType.
constexpr TypeInfo kTypes[] = {
    {"f16", 2}, {"bf16", 2}, {"f32", 4}, {"f64", 8},    {"i1", 1},    {"i8", 1},
    {"i16", 2}, {"i32", 4},  {"i64", 8}, {"f8e4m3", 1}, {"f8e5m2", 1}};

/// More than any compiler writes; keeps a wrong file from filling the memory.
constexpr uint64_t kMaxPlanBytes = uint64_t(64) << 20;

} // namespace

std::string_view pit::runtime::toString(ElementType type) {
  return kTypes[unsigned(type)].name;
}

std::optional<ElementType>
pit::runtime::parseElementType(std::string_view text) {
  for (unsigned i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i].name == text)
      return ElementType(i);
  return std::nullopt;
}

unsigned pit::runtime::byteSize(ElementType type) {
  return kTypes[unsigned(type)].bytes;
}

std::string_view pit::runtime::toString(KernelArgumentKind kind) {
  switch (kind) {
  case KernelArgumentKind::Input:
    return "input";
  case KernelArgumentKind::Index:
    return "index";
  case KernelArgumentKind::Workspace:
    return "workspace";
  case KernelArgumentKind::Output:
    return "output";
  case KernelArgumentKind::Size:
    return "size";
  }
  return "unknown";
}

Expected<int64_t> pit::runtime::byteSize(const TensorType &type,
                                         const ExpressionValues &values) {
  int64_t bytes = byteSize(type.element);
  bool fits = true, empty = false;
  for (const Expression &extent : type.shape) {
    const Expected<int64_t> value = extent.evaluate(values);
    if (!value)
      return value.error();
    if (*value < 0)
      return Error{"the extent '" + extent.text() + "' is " +
                   std::to_string(*value) + "; expected at least 0"};
    empty |= *value == 0;
    fits = fits && !__builtin_mul_overflow(bytes, *value, &bytes);
  }
  // No matter how long the other dimensions are.
  if (empty)
    return int64_t(0);
  if (!fits)
    return Error{"the size in bytes exceeds 9223372036854775807"};
  return bytes;
}

std::string_view LaunchPlan::bufferName(unsigned buffer) const {
  return buffer == BufferRef::kWorkspace
             ? "workspace"
             : std::string_view(arguments[buffer].name);
}

Expected<LaunchPlan> pit::runtime::readLaunchPlan(const std::string &path) {
  Expected<std::string> text = readFile(path, kMaxPlanBytes);
  if (!text)
    return text.error();
  return parseLaunchPlan(*text, path);
}
