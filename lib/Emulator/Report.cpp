//===- Report.cpp - what the checks find ----------------------------------===//

#include "pit/Emulator/Report.h"

using namespace pit::emu;

std::string_view pit::emu::toString(ReportKind kind) {
  switch (kind) {
  case ReportKind::OutOfBounds:
    return "out-of-bounds";
  case ReportKind::Misaligned:
    return "misaligned";
  case ReportKind::Uninitialized:
    return "uninitialized";
  case ReportKind::Race:
    return "race";
  case ReportKind::InFlight:
    return "in-flight";
  case ReportKind::BarrierDivergence:
    return "barrier-divergence";
  case ReportKind::InactiveLane:
    return "inactive-lane";
  case ReportKind::Deadlock:
    return "deadlock";
  case ReportKind::Limit:
    return "limit";
  case ReportKind::Trap:
    return "trap";
  case ReportKind::Misuse:
    return "misuse";
  }
  return "unknown";
}

std::string Report::str() const {
  std::string result = file;
  if (line)
    result += ":" + std::to_string(line);
  result += ": error: ";
  result += toString(kind);
  result += ": " + message;
  if (line)
    result += "\n    " + text;
  result += "\n  block (" + std::to_string(block[0]) + "," +
            std::to_string(block[1]) + "," + std::to_string(block[2]) + ")";
  if (warp >= 0)
    result += ", warp " + std::to_string(warp);
  if (lane >= 0)
    result += ", lane " + std::to_string(lane);
  if (!function.empty())
    result += ", in '" + function + "'";
  if (!buffer.empty()) {
    result += ", at '" + buffer + "' ";
    // The magnitude, also of the smallest offset, whose negation overflows.
    uint64_t distance = offset < 0 ? 0 - uint64_t(offset) : uint64_t(offset);
    result += (offset < 0 ? "- " : "+ ") + std::to_string(distance);
  }
  return result;
}

Expected<Checks> Checks::parse(std::string_view text) {
  if (text == "all")
    return all();
  if (text == "standard")
    return standard();
  if (text == "none")
    return none();
  static constexpr struct {
    std::string_view name;
    bool Checks::*field;
  } names[] = {
      {"bounds", &Checks::bounds},         {"align", &Checks::align},
      {"uninit", &Checks::uninit},         {"race", &Checks::race},
      {"inflight", &Checks::inflight},     {"divergence", &Checks::divergence},
      {"global-race", &Checks::globalRace}};
  Checks checks;
  for (std::string_view rest = text;;) {
    size_t comma = rest.find(',');
    std::string_view name = rest.substr(0, comma);
    bool known = false;
    for (auto &entry : names) {
      if (entry.name == name) {
        checks.*entry.field = true;
        known = true;
      }
    }
    if (!known)
      return Error{
          "unknown check '" + std::string(name) +
          "': expected all, standard, none or a comma-separated list of "
          "bounds, align, uninit, race, inflight, divergence, global-race"};
    if (comma == std::string_view::npos)
      return checks;
    rest.remove_prefix(comma + 1);
  }
}
