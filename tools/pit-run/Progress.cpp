//===- Progress.cpp - a line that says what takes so long -----------------===//

#include "Progress.h"

#include <chrono>
#include <cstdio>
#include <unistd.h>

using namespace pit::tool;

Progress::Progress(std::string program) : program(std::move(program)) {
  if (isatty(2))
    thread = std::thread([this] { run(); });
}

Progress::~Progress() {
  if (!thread.joinable())
    return;
  {
    std::lock_guard lock(mutex);
    done = true;
  }
  wake.notify_all();
  thread.join();
}

void Progress::set(std::string text) {
  std::lock_guard lock(mutex);
  what = std::move(text);
}

void Progress::run() {
  std::unique_lock lock(mutex);
  for (unsigned seconds = 1;; ++seconds) {
    if (wake.wait_for(lock, std::chrono::seconds(1), [&] { return done; })) {
      if (seconds > 2)
        std::fputs("\r\033[K", stderr);
      return;
    }
    if (seconds > 1)
      std::fprintf(stderr, "\r\033[K%s: %s (%u s)", program.c_str(),
                   what.c_str(), seconds);
  }
}
