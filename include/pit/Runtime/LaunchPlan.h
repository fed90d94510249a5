//===- LaunchPlan.h - how to run a compiled function ------------*- C++ -*-===//
//
// The launch plan of one function: ordered memsets, copies and kernel launches,
// every temporary an offset into one workspace that the caller owns. The
// compiler writes it as JSON beside the PTX; docs/launch-plan.md describes the
// format, docs/launch-plan.schema.json is its schema.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_RUNTIME_LAUNCHPLAN_H
#define PIT_RUNTIME_LAUNCHPLAN_H

#include "pit/Runtime/Expression.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pit::runtime {

/// The type of an element in memory.
enum class ElementType : uint8_t {
  F16,
  BF16,
  F32,
  F64,
  I1, ///< one byte, 0 or 1
  I8,
  I16,
  I32,
  I64,
  F8E4M3,
  F8E5M2
};
/// "f16", "i1", ...: the spelling in a plan.
std::string_view toString(ElementType type);
/// The type that is spelled so, if there is one.
std::optional<ElementType> parseElementType(std::string_view text);
/// Bytes of one element.
unsigned byteSize(ElementType type);

/// A dense, row-major tensor, or a piece of one.
struct TensorType {
  ElementType element = ElementType::F32;
  std::vector<Expression> shape; ///< in elements; empty: a scalar
  uint64_t alignment = 1;        ///< of its first byte; a power of two
};

/// Dimensions of a tensor, at most.
inline constexpr size_t kMaxRank = 16;
/// Symbols of a plan, at most.
inline constexpr size_t kMaxSymbols = 1024;
/// Arguments of a function and of a kernel, at most each.
inline constexpr size_t kMaxArguments = 1024;

/// Bytes of a tensor; an error where an extent is negative or the product does
/// not fit into 63 bits. Allocates nothing unless there is an error.
Expected<int64_t> byteSize(const TensorType &type,
                           const ExpressionValues &values);

/// An argument of the function.
struct FunctionArgument {
  std::string name;
  bool isOutput = false; ///< written by the plan; an input never is
  TensorType type;
};

/// What must hold of sizes beyond the shapes of the arguments.
struct SizeRequirement {
  Expression size, expected;
  bool atLeast =
      false;        ///< `size` is no less than `expected`; else it equals it
  std::string what; ///< what it is about, for people
};

/// A place in a buffer.
struct BufferRef {
  /// Index of a function argument, or kWorkspace.
  unsigned buffer = 0;
  Expression offset; ///< bytes from the buffer's start
  static constexpr unsigned kWorkspace = ~0u;
};

/// Sets bytes.
struct MemsetStep {
  BufferRef target;
  uint8_t value = 0; ///< of every byte
  Expression bytes;
};

/// Copies bytes within the device.
struct CopyStep {
  BufferRef source, target;
  Expression bytes;
};

/// What a kernel's argument is to the kernel.
enum class KernelArgumentKind : uint8_t {
  Input,     ///< a pointer, read
  Index,     ///< a pointer to counts, coords or offsets of an index
  Workspace, ///< a pointer to another temporary
  Output,    ///< a pointer, written
  Size       ///< an i64 by value
};
/// "input", "index", ...: the spelling in a plan.
std::string_view toString(KernelArgumentKind kind);

/// An argument of a kernel.
struct PlanKernelArgument {
  std::string name;
  KernelArgumentKind kind = KernelArgumentKind::Input;
  TensorType type;  ///< of what a pointer points at
  BufferRef place;  ///< of a pointer
  Expression value; ///< of a Size
};

/// Launches a kernel on a one-dimensional grid.
struct LaunchStep {
  std::string entry;
  Expression grid;    ///< blocks; 0 launches nothing
  uint32_t block = 1; ///< threads
  uint32_t dynamicSharedBytes = 0;
  std::vector<PlanKernelArgument> arguments;
  std::string schedule; ///< JSON text of what the compiler chose; may be empty
};

/// One step; steps run in order.
using PlanStep = std::variant<MemsetStep, CopyStep, LaunchStep>;

/// A launch plan that passed every check which needs no run-time sizes.
struct LaunchPlan {
  std::string function;
  std::string arch;                          ///< "sm_80"
  std::string ptxVersion;                    ///< "7.8"
  std::string ptxFile;                       ///< beside the plan
  std::vector<std::string> symbols;          ///< names of the dynamic sizes
  std::vector<FunctionArgument> arguments;   ///< inputs, then outputs
  std::vector<SizeRequirement> requirements; ///< checked before the first step
  Expression workspaceBytes;
  uint64_t workspaceAlignment = 1;
  std::vector<PlanStep> steps;

  /// "arg0", "workspace", ...
  std::string_view bufferName(unsigned buffer) const;
};

/// Parses and checks a plan. `fileName` begins every error, which then names
/// the line and column (malformed JSON) or the path of the value
/// ("steps[2].grid"), what was expected and what is there.
Expected<LaunchPlan> parseLaunchPlan(std::string_view json,
                                     std::string_view fileName);

/// Reads and parses a plan.
Expected<LaunchPlan> readLaunchPlan(const std::string &path);

} // namespace pit::runtime

#endif // PIT_RUNTIME_LAUNCHPLAN_H
