//===- Arguments.h - kernel arguments of the command line -------*- C++ -*-===//

#ifndef PIT_TOOLS_PTX_EMU_ARGUMENTS_H
#define PIT_TOOLS_PTX_EMU_ARGUMENTS_H

#include "Options.h"
#include "pit/Support/Npy.h"

#include <optional>

namespace pit::tool {

/// One kernel argument, read and checked against its parameter.
struct Argument {
  enum class Role {
    Value, ///< bytes passed as they are
    In,    ///< a buffer with given content
    InOut, ///< the same, and its file is written
    Out    ///< an uninitialised buffer, and its file is written
  };
  Role role = Role::Value;
  std::string name;    ///< of the parameter
  std::string value;   ///< of a Value: the parameter's bytes
  std::string file;    ///< InOut, Out: what is written
  NpyArray array;      ///< of a buffer: its content; an Out buffer has no data
  uint64_t bytes = 0;  ///< size of a buffer
  uint64_t offset = 0; ///< of the pointer from the start of the buffer

  bool isBuffer() const { return role != Role::Value; }
  bool isOutput() const { return role == Role::InOut || role == Role::Out; }
};

/// Reads `specs` for `kernel`. The error is one line that names the parameter,
/// its type and what was given.
Expected<std::vector<Argument>>
readArguments(const emu::Kernel &kernel, const std::vector<std::string> &specs);

/// An error if two outputs, or an output and a file that it must not replace,
/// are one file.
Error checkOutputs(const Options &options,
                   const std::vector<Argument> &arguments);

/// "'n' (.u32)", "'p' (16 bytes by value)": a parameter, for messages and
/// --list.
std::string describe(const emu::KernelParam &param);

} // namespace pit::tool

#endif // PIT_TOOLS_PTX_EMU_ARGUMENTS_H
