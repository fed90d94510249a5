//===- DeviceFunctions.cpp - vprintf and __assertfail ---------------------===//

#include "DeviceFunctions.h"
#include "Access.h"
#include "Lanes.h"

#include <string>

using namespace pit;
using namespace pit::emu;

namespace {

/// Bytes of a format and of what one printf makes of it, and of one conversion.
constexpr size_t kMaxText = 1 << 16;
constexpr size_t kMaxConversion = 512;

/// What one lane of a call has been given, and reads of its memory. A read that
/// is out of bounds is reported, and gives zeros.
class LaneCall {
public:
  LaneCall(Warp &warp, const Inst &inst, unsigned lane)
      : warp(warp), inst(inst), lane(lane),
        info(warp.program->calls[inst.aux]) {}

  uint64_t argument(unsigned i) const {
    uint64_t value = 0;
    if (i < info.arguments.size()) {
      const CallOperand &a = info.arguments[i];
      std::memcpy(&value, warp.in<uint8_t>(a.ref) + size_t(lane) * a.bytes,
                  std::min<size_t>(a.bytes, 8));
    }
    return value;
  }

  void result(unsigned i, uint32_t value) {
    if (i < info.results.size())
      std::memcpy(warp.out<uint8_t>(info.results[i].ref) +
                      size_t(lane) * info.results[i].bytes,
                  &value,
                  std::min<size_t>(info.results[i].bytes, sizeof value));
  }

  bool read(uint64_t address, void *to, uint32_t bytes, uint32_t alignment) {
    LaneAddresses lanes;
    lanes.address[lane] = address;
    Access access;
    access.bytes = bytes;
    access.alignment = alignment;
    if (!resolve(warp, inst, 1u << lane, access, lanes)) {
      std::memset(to, 0, bytes);
      return false;
    }
    std::memcpy(to, lanes.host[lane], bytes);
    return true;
  }

  std::string readString(uint64_t address, size_t maxLength = kMaxText) {
    std::string text;
    for (char c;
         text.size() < maxLength && read(address + text.size(), &c, 1, 1) && c;)
      text += c;
    return text;
  }

private:
  Warp &warp;
  const Inst &inst;
  const unsigned lane;
  const CallInfo &info;
};

/// Reads the arguments of printf from its buffer: int and unsigned take 4 bytes
/// aligned to 4, long long, double and pointers 8 aligned to 8.
class PrintfArguments {
public:
  PrintfArguments(LaneCall &call, uint64_t buffer) : call(call), next(buffer) {}
  template <typename T> T take() {
    next = (next + sizeof(T) - 1) / sizeof(T) * sizeof(T);
    T value;
    call.read(next, &value, sizeof value, sizeof value);
    next += sizeof(T);
    return value;
  }

private:
  LaneCall &call;
  uint64_t next;
};

template <typename T> std::string formatOne(const std::string &spec, T value) {
  char text[kMaxConversion];
  const int n = std::snprintf(text, sizeof text, spec.c_str(), value);
  return n < 0 ? std::string()
               : std::string(text, std::min(size_t(n), sizeof text - 1));
}

/// One conversion specification, checked character by character: nothing from
/// the kernel reaches the host's printf that is not known to be harmless.
struct Conversion {
  std::string flags; ///< '%', flags, width and precision
  bool isLong = false;
  char kind = 0;
};

/// Parses format[at..] after a '%'; stars take their value from `arguments`.
Conversion parseConversion(const std::string &format, size_t &at,
                           PrintfArguments &arguments) {
  Conversion c;
  c.flags = "%";
  auto digits = [&](int limit) {
    if (at < format.size() && format[at] == '*') {
      ++at;
      c.flags +=
          std::to_string(std::clamp(arguments.take<int32_t>(), -limit, limit));
      return;
    }
    int value = -1;
    while (at < format.size() && std::isdigit(uint8_t(format[at])))
      value = std::min(limit, std::max(value, 0) * 10 + (format[at++] - '0'));
    if (value >= 0)
      c.flags += std::to_string(value);
  };
  while (at < format.size() &&
         std::string_view("-+ #0").find(format[at]) != std::string_view::npos &&
         c.flags.size() < 8)
    c.flags += format[at++];
  digits(200);
  if (at < format.size() && format[at] == '.') {
    c.flags += '.';
    ++at;
    digits(200);
  }
  while (at < format.size() &&
         std::string_view("hlLqjzt").find(format[at]) != std::string_view::npos)
    c.isLong |= format[at++] != 'h';
  if (at < format.size())
    c.kind = format[at++];
  return c;
}

std::string format(LaneCall &call, const std::string &text, uint64_t buffer) {
  PrintfArguments arguments(call, buffer);
  std::string out;
  for (size_t at = 0; at < text.size() && out.size() < kMaxText;) {
    if (text[at] != '%') {
      out += text[at++];
      continue;
    }
    ++at;
    if (at < text.size() && text[at] == '%') {
      out += text[at++];
      continue;
    }
    Conversion c = parseConversion(text, at, arguments);
    switch (c.kind) {
    case 'd':
    case 'i':
      out += formatOne(c.flags + "lld",
                       c.isLong
                           ? static_cast<long long>(arguments.take<int64_t>())
                           : static_cast<long long>(arguments.take<int32_t>()));
      break;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      out += formatOne(
          c.flags + "ll" + c.kind,
          c.isLong
              ? static_cast<unsigned long long>(arguments.take<uint64_t>())
              : static_cast<unsigned long long>(arguments.take<uint32_t>()));
      break;
    case 'c':
      out += formatOne(c.flags + "c", int(arguments.take<int32_t>()));
      break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
      out += formatOne(c.flags + c.kind, arguments.take<double>());
      break;
    case 's':
      out += formatOne(
          c.flags + "s",
          call.readString(arguments.take<uint64_t>(), kMaxConversion).c_str());
      break;
    case 'p':
      out += formatOne("0x%llx", static_cast<unsigned long long>(
                                     arguments.take<uint64_t>()));
      break;
    default: // as a GPU does: an unknown conversion prints itself
      out += c.flags;
      if (c.kind)
        out += c.kind;
    }
  }
  return out;
}

/// int vprintf(const char *format, void *arguments)
void vprintf(Warp &w, const Inst &inst, LaneMask mask) {
  eachLane(mask, [&](unsigned l) {
    LaneCall call(w, inst, l);
    w.block->launch.print(
        format(call, call.readString(call.argument(0)), call.argument(1)));
    call.result(0, 0);
  });
}

/// void __assertfail(message, file, line, function, char size)
void assertFail(Warp &w, const Inst &inst, LaneMask mask) {
  LaneCall call(w, inst, unsigned(std::countr_zero(mask)));
  w.report(ReportKind::Trap, inst, std::countr_zero(mask),
           "assertion '" + call.readString(call.argument(0)) + "' failed at " +
               call.readString(call.argument(1)) + ":" +
               std::to_string(uint32_t(call.argument(2))));
  w.block->launch.stop.store(true);
}

constexpr DeviceFunction kFunctions[] = {{"vprintf", vprintf},
                                         {"__assertfail", assertFail}};

} // namespace

std::span<const DeviceFunction> emu::deviceFunctions() { return kFunctions; }
