//===- Stats.cpp - what a launch counted ----------------------------------===//

#include "pit/Emulator/Stats.h"
#include "Json.h"

#include <cstdarg>
#include <cstdio>

using namespace pit::emu;

std::string_view pit::emu::toString(InstClass instClass) {
  static constexpr std::string_view names[] = {
      "mma",        "ldmatrix",  "cp.async", "ld.global", "st.global",
      "ld.shared",  "st.shared", "ld.local", "st.local",  "ld.const",
      "ld.param",   "atomic",    "move",     "integer",   "float",
      "convert",    "predicate", "branch",   "call",      "barrier",
      "collective", "fence",     "other"};
  static_assert(std::size(names) == kNumInstClasses);
  return names[unsigned(instClass)];
}

namespace {

/// The counters under their JSON names; `transaction` marks those that are only
/// counted on request.
constexpr struct {
  std::string_view name;
  uint64_t Counters::*field;
  bool transaction;
} kCounters[] = {
    {"executed", &Counters::executed, false},
    {"threads", &Counters::threads, false},
    {"divergent_branches", &Counters::divergentBranches, false},
    {"global_requests", &Counters::globalRequests, true},
    {"global_sectors", &Counters::globalSectors, true},
    {"global_bytes_read", &Counters::globalBytesRead, true},
    {"global_bytes_written", &Counters::globalBytesWritten, true},
    {"shared_requests", &Counters::sharedRequests, true},
    {"shared_wavefronts", &Counters::sharedWavefronts, true},
    {"shared_wavefronts_ideal", &Counters::sharedWavefrontsIdeal, true},
    {"shared_bytes_read", &Counters::sharedBytesRead, true},
    {"shared_bytes_written", &Counters::sharedBytesWritten, true},
    {"local_bytes", &Counters::localBytes, true},
    {"const_bytes", &Counters::constBytes, true},
    {"param_bytes", &Counters::paramBytes, true},
    {"atomics", &Counters::atomics, true},
};
// A counter that is added to the struct must be added here too.
static_assert(sizeof(Counters) == std::size(kCounters) * sizeof(uint64_t));

/// The members of `counters`. Zeros of a line are left out if `sparse`.
void writeCounters(JsonWriter &json, const Counters &counters,
                   bool transactions, bool sparse) {
  for (auto &entry : kCounters) {
    uint64_t value = counters.*entry.field;
    if ((entry.transaction && !transactions) || (sparse && !value))
      continue;
    json.member(entry.name, value);
  }
  if (transactions && !(sparse && !counters.sharedRequests))
    json.member("bank_conflicts", counters.bankConflicts());
}

__attribute__((format(printf, 2, 3))) void append(std::string &out,
                                                  const char *format, ...) {
  char line[256];
  va_list args;
  va_start(args, format);
  std::vsnprintf(line, sizeof line, format, args);
  va_end(args);
  out += line;
}

using ull = unsigned long long;

double ratio(uint64_t a, uint64_t b) { return b ? double(a) / double(b) : 0; }

} // namespace

Counters &Counters::operator+=(const Counters &other) {
  for (auto &entry : kCounters)
    this->*entry.field += other.*entry.field;
  return *this;
}

std::string Stats::json() const {
  JsonWriter json;
  json.beginObject();
  json.member("kernel", std::string_view(kernel));
  json.member("blocks", blocks);
  json.member("warps", warps);
  json.member("transactions", transactions);
  json.lineBreak();
  json.key("total");
  json.beginObject();
  writeCounters(json, total, transactions, false);
  json.endObject();
  json.lineBreak();
  json.key("by_class");
  json.beginObject();
  for (unsigned i = 0; i < kNumInstClasses; ++i)
    json.member(toString(InstClass(i)), byClass[i]);
  json.endObject();
  json.lineBreak();
  json.key("lines");
  json.beginArray();
  for (const LineStats &line : lines) {
    json.lineBreak();
    json.beginObject();
    json.member("line", uint64_t(line.line));
    json.member("class", toString(line.instClass));
    json.member("text", std::string_view(line.text));
    writeCounters(json, line.counters, transactions, true);
    json.endObject();
  }
  json.endArray();
  json.endObject();
  return json.take() + '\n';
}

std::string Stats::table() const {
  std::string out = "kernel '" + kernel + "': ";
  append(out, "%llu blocks, %llu warps, %llu warp instructions\n", ull(blocks),
         ull(warps), ull(total.executed));
  append(out, "  %.2f lanes per instruction, %llu divergent branches\n",
         ratio(total.threads, total.executed), ull(total.divergentBranches));

  out += "\nclass           executed   share\n";
  for (unsigned i = 0; i < kNumInstClasses; ++i) {
    if (byClass[i])
      append(out, "%-12s %11llu  %5.1f%%\n",
             std::string(toString(InstClass(i))).c_str(), ull(byClass[i]),
             100 * ratio(byClass[i], total.executed));
  }

  if (transactions) {
    out += "\nmemory\n";
    append(out, "  global: %llu requests, %llu sectors (%.2f per request), ",
           ull(total.globalRequests), ull(total.globalSectors),
           ratio(total.globalSectors, total.globalRequests));
    append(out, "%llu bytes read, %llu written\n", ull(total.globalBytesRead),
           ull(total.globalBytesWritten));
    append(out,
           "  shared: %llu requests, %llu wavefronts, %llu bank conflicts, ",
           ull(total.sharedRequests), ull(total.sharedWavefronts),
           ull(total.bankConflicts()));
    append(out, "%llu bytes read, %llu written\n", ull(total.sharedBytesRead),
           ull(total.sharedBytesWritten));
    append(out, "  local: %llu bytes; const: %llu bytes; param: %llu bytes\n",
           ull(total.localBytes), ull(total.constBytes), ull(total.paramBytes));
    append(out, "  atomics: %llu\n", ull(total.atomics));
  }

  out += "\n line   executed  lanes";
  out +=
      transactions ? "    sectors  wavefronts  conflicts  text\n" : "  text\n";
  for (const LineStats &line : lines) {
    const Counters &c = line.counters;
    append(out, "%5u %10llu  %5.2f", line.line, ull(c.executed),
           ratio(c.threads, c.executed));
    // A dash, not a zero, where the instruction has nothing of the kind.
    if (transactions) {
      if (c.globalRequests)
        append(out, " %10llu", ull(c.globalSectors));
      else
        out += "          -";
      if (c.sharedRequests)
        append(out, "  %10llu %10llu", ull(c.sharedWavefronts),
               ull(c.bankConflicts()));
      else
        out += "           -          -";
    }
    out += "  " + line.text + "\n";
  }
  return out;
}
