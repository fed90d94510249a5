//===- Expected.h - errors as values ----------------------------*- C++ -*-===//

#ifndef PIT_EMULATOR_EXPECTED_H
#define PIT_EMULATOR_EXPECTED_H

#include "pit/Support/Expected.h"

namespace pit::emu {

using pit::Error;
using pit::Expected;

} // namespace pit::emu

#endif // PIT_EMULATOR_EXPECTED_H
