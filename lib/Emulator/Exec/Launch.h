//===- Launch.h - one launch ------------------------------------*- C++ -*-===//

#ifndef PIT_LIB_EMULATOR_EXEC_LAUNCH_H
#define PIT_LIB_EMULATOR_EXEC_LAUNCH_H

#include "Memory.h"
#include "Program.h"

#include <atomic>
#include <mutex>
#include <set>

namespace pit::emu {

class GlobalShadow;

/// What the blocks of a launch share.
struct LaunchContext {
  const Program &program;
  Memory &memory;
  const LaunchConfig &config;
  const LaunchOptions &options;
  std::vector<uint8_t> params;          ///< the parameter buffer
  uint32_t sharedEnd = 0;               ///< static and dynamic
  GlobalShadow *globalShadow = nullptr; ///< null unless asked for

  std::atomic<bool> stop{false};
  std::atomic<uint64_t> executed{0};

  /// Records a report; sets `stop` at the limit. Repeats of the same kind at
  /// the same pc are counted only.
  void report(Report report, uint32_t pc);
  /// Appends to what the kernel printed.
  void print(std::string_view text);

  std::mutex mutex; ///< guards what follows
  std::vector<Report> reports;
  std::set<std::pair<uint32_t, ReportKind>> seen;
  uint64_t suppressed = 0;
  std::string output;
  bool outputCut = false;
};

/// What a host thread keeps from block to block.
struct Worker {
  std::vector<Counters> counters; ///< by pc
  /// The allocation each memory instruction last touched, by pc.
  std::vector<const Allocation *> lastAllocation;
  uint64_t pendingInstructions = 0; ///< executed, not yet added to the launch
};

/// Runs all blocks.
void runGrid(LaunchContext &launch, std::vector<Worker> &workers);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_LAUNCH_H
