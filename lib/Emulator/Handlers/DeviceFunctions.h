//===- DeviceFunctions.h - functions the driver provides --------*- C++ -*-===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_DEVICEFUNCTIONS_H
#define PIT_LIB_EMULATOR_HANDLERS_DEVICEFUNCTIONS_H

#include "Inst.h"

#include <span>
#include <string_view>

namespace pit::emu {

/// An external function that needs no definition in the module: on a GPU the
/// driver has it (CUDA C++ programming guide, "Formatted Output", "Assertion").
struct DeviceFunction {
  std::string_view name;
  Handler run; ///< Inst::aux is the index of the CallInfo
};

/// vprintf and __assertfail.
std::span<const DeviceFunction> deviceFunctions();

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_DEVICEFUNCTIONS_H
