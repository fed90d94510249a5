//===- Launch.cpp - blocks on host threads --------------------------------===//

#include "Launch.h"
#include "Block.h"

#include <algorithm>
#include <thread>

using namespace pit;
using namespace pit::emu;

void LaunchContext::report(Report report, uint32_t pc) {
  std::lock_guard lock(mutex);
  if (!seen.insert({pc, report.kind}).second) {
    ++suppressed;
    return;
  }
  if (reports.size() < options.maxReports)
    reports.push_back(std::move(report));
  if (reports.size() >= options.maxReports)
    stop.store(true);
}

/// What is kept of what a kernel prints; a GPU keeps 1 MB, unless told
/// otherwise.
static constexpr size_t kMaxOutputBytes = 64 << 20;

void LaunchContext::print(std::string_view text) {
  std::lock_guard lock(mutex);
  const size_t room =
      kMaxOutputBytes - std::min(kMaxOutputBytes, output.size());
  output += text.substr(0, room);
  if (text.size() > room && !outputCut) {
    outputCut = true;
    output += "\n[what the kernel printed after this is left out]\n";
  }
}

/// All blocks of the grid take turns in one thread.
static void runCoresident(LaunchContext &launch, Worker &worker,
                          uint64_t blocks) {
  std::deque<Block> running;
  for (uint64_t i = 0; i < blocks; ++i)
    running.emplace_back(launch, worker).start(i);
  std::vector<Block *> left;
  for (Block &block : running)
    left.push_back(&block);
  while (!left.empty() && !launch.stop.load()) {
    bool progress = false;
    for (size_t i = 0; i < left.size() && !launch.stop.load();) {
      const bool could = !left[i]->stuck();
      progress |= could;
      if (left[i]->run(4))
        left.erase(left.begin() + long(i));
      else
        ++i;
    }
    // A block cannot be woken by another one: what is stuck stays so.
    if (!progress && !left.empty() && !launch.stop.load())
      left[0]->reportDeadlock();
  }
}

void emu::runGrid(LaunchContext &launch, std::vector<Worker> &workers) {
  const uint64_t blocks = launch.config.grid.count();
  if (launch.options.coresident)
    return runCoresident(launch, workers[0], blocks);

  std::atomic<uint64_t> next{0};
  auto work = [&](Worker &worker) {
    Block block(launch, worker);
    for (uint64_t i; (i = next.fetch_add(1)) < blocks && !launch.stop.load();) {
      block.start(i);
      block.run();
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < workers.size(); ++i)
    threads.emplace_back(work, std::ref(workers[i]));
  work(workers[0]);
  for (std::thread &thread : threads)
    thread.join();
}
