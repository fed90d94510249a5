//===- Chip.cpp - what each chip allows -----------------------------------===//

#include "pit/Emulator/Device.h"

#include <charconv>

using namespace pit;
using namespace pit::emu;

namespace {

constexpr unsigned kKiB = 1024;
constexpr unsigned kStaticSharedBytes = 48 * kKiB;

// Shared memory: CUDA C++ programming guide, "Technical Specifications per
// Compute Capability" (maximum per block; 1 KiB of a multiprocessor's memory is
// the system's). Multiprocessors: NVIDIA's architecture white papers, the
// largest product of each chip.
constexpr Chip kChips[] = {
    {70, 80, 1024, kStaticSharedBytes, 96 * kKiB},    // V100
    {72, 8, 1024, kStaticSharedBytes, 96 * kKiB},     // Xavier
    {75, 72, 1024, kStaticSharedBytes, 64 * kKiB},    // TU102
    {80, 108, 1024, kStaticSharedBytes, 163 * kKiB},  // A100
    {86, 84, 1024, kStaticSharedBytes, 99 * kKiB},    // GA102
    {87, 16, 1024, kStaticSharedBytes, 163 * kKiB},   // Orin
    {89, 142, 1024, kStaticSharedBytes, 99 * kKiB},   // AD102
    {90, 132, 1024, kStaticSharedBytes, 227 * kKiB},  // H100, H200
    {100, 148, 1024, kStaticSharedBytes, 227 * kKiB}, // B200
    {120, 188, 1024, kStaticSharedBytes, 99 * kKiB},  // GB202
};

} // namespace

Expected<Chip> emu::chipFor(std::string_view target) {
  unsigned version = 0;
  if (target.starts_with("sm_")) {
    const char *end = target.data() + target.size();
    const auto [at, error] = std::from_chars(target.data() + 3, end, version);
    // sm_90a: features of that chip only; sm_100f: of its family.
    const bool suffix =
        at == end || (at + 1 == end && (*at == 'a' || *at == 'f'));
    if (error == std::errc() && suffix)
      for (const Chip &chip : kChips)
        if (chip.smVersion == version)
          return chip;
  }
  std::string known;
  for (const Chip &chip : kChips)
    known += (known.empty() ? "sm_" : ", sm_") + std::to_string(chip.smVersion);
  return Error{"unknown target '" + std::string(target) + "'; expects one of " +
               known};
}
