//===- Progress.h - a line that says what takes so long ---------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_PROGRESS_H
#define PIT_TOOLS_PIT_RUN_PROGRESS_H

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace pit::tool {

/// Where standard error is a terminal, rewrites one line there once a second
/// from the second second on; else does nothing. Erases it at the end.
class Progress {
public:
  explicit Progress(std::string program);
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;
  /// What is done from now on.
  void set(std::string what);

private:
  void run();

  std::string program, what;
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
  std::thread thread;
};

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_PROGRESS_H
