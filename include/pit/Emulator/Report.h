//===- Report.h - what the checks find --------------------------*- C++ -*-===//

#ifndef PIT_EMULATOR_REPORT_H
#define PIT_EMULATOR_REPORT_H

#include "pit/Emulator/Expected.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace pit::emu {

/// What a report is about.
enum class ReportKind : uint8_t {
  OutOfBounds,       ///< an access outside every buffer
  Misaligned,        ///< an address that is no multiple of the access size
  Uninitialized,     ///< a load of bytes that nobody wrote
  Race,              ///< two unordered accesses, one of them a write
  InFlight,          ///< bytes that an asynchronous copy still owns
  BarrierDivergence, ///< a warp-collective instruction without all its lanes
  InactiveLane,      ///< a value taken from a lane that does not take part
  Deadlock,          ///< no warp can go on
  Limit,             ///< more instructions than allowed
  Trap,              ///< trap, or a failed device assertion
  Misuse             ///< an operand value for which the PTX ISA defines nothing
};

/// "out-of-bounds", "race", ...: the spelling in messages and in JSON.
std::string_view toString(ReportKind kind);

/// One finding.
struct Report {
  ReportKind kind;
  std::string message;  ///< what happened, without the place
  std::string buffer;   ///< name of the allocation or variable; may be empty
  int64_t offset = 0;   ///< bytes from the start of the buffer
  std::string file;     ///< of the PTX
  unsigned line = 0;    ///< in the PTX; 0 if no instruction is to blame
  std::string text;     ///< that line
  std::string function; ///< kernel or device function
  uint32_t block[3] = {0, 0, 0};
  int warp = -1, lane = -1; ///< -1: not one in particular

  /// The report in one paragraph, as the tools print it.
  std::string str() const;
};

/// Which checks run. Bad accesses are never executed, whatever is chosen: with
/// `bounds` off they end the launch all the same.
struct Checks {
  bool bounds = false, align = false, uninit = false, race = false,
       inflight = false, divergence = false;
  /// Races in global memory between warps of any blocks: on request, since they
  /// cost memory (36 bytes per 4) and one host thread.
  bool globalRace = false;

  static Checks standard() {
    return {true, true, true, true, true, true, false};
  }
  static Checks all() { return {true, true, true, true, true, true, true}; }
  static Checks none() { return {}; }
  /// Reads "all", "standard", "none" or a comma-separated list of bounds,
  /// align, uninit, race, inflight, divergence, global-race.
  static Expected<Checks> parse(std::string_view text);
};

} // namespace pit::emu

#endif // PIT_EMULATOR_REPORT_H
