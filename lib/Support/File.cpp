//===- File.cpp - reading and writing whole files -------------------------===//

#include "pit/Support/File.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

using namespace pit;

namespace {

Error systemError(const std::string &path, std::string_view what) {
  return Error{path + ": " + std::string(what) + ": " + std::strerror(errno)};
}

/// Closes a descriptor at the end of its scope.
struct Descriptor {
  int fd;
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(const Descriptor &) = delete;
  ~Descriptor() { close(); }
  bool close() {
    int old = std::exchange(fd, -1);
    return old < 0 || ::close(old) == 0;
  }
};

bool writeAll(int fd, std::string_view data) {
  while (!data.empty()) {
    ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    data.remove_prefix(size_t(n));
  }
  return true;
}

/// Links that are followed one after another, as many as Linux follows.
constexpr unsigned kMaxLinks = 40;

/// The file that writing to `path` makes or replaces: `path`, or where its
/// symbolic links end. Nothing if they never end.
std::optional<std::filesystem::path> followLinks(std::filesystem::path path) {
  for (unsigned i = 0; i <= kMaxLinks; ++i) {
    std::error_code code;
    std::filesystem::path target = std::filesystem::read_symlink(path, code);
    if (code)
      return path; // no link, or nothing at all
    // An absolute target replaces the whole path.
    path = path.parent_path() / target;
  }
  return std::nullopt;
}

/// The same as the system sees it: a link of /proc may have a text that is no
/// path.
std::optional<std::filesystem::path> realTarget(const std::string &path) {
  std::error_code code;
  std::filesystem::path real = std::filesystem::canonical(path, code);
  return code ? followLinks(path) : std::move(real);
}

} // namespace

bool pit::isSameFile(const std::string &a, const std::string &b) {
  namespace fs = std::filesystem;
  std::error_code code;
  if (fs::equivalent(a, b, code))
    return true;
  const auto endOfA = realTarget(a), endOfB = realTarget(b);
  if (!endOfA || !endOfB)
    return false;
  // weakly_canonical leaves a relative path alone if none of it exists.
  const auto place = [&](const fs::path &path) {
    return fs::weakly_canonical(fs::absolute(path, code), code);
  };
  const fs::path placeOfA = place(*endOfA);
  if (code)
    return false;
  const fs::path placeOfB = place(*endOfB);
  return !code && placeOfA == placeOfB;
}

Expected<std::string> pit::readFile(const std::string &path,
                                    uint64_t maxBytes) {
  // NONBLOCK: a pipe without a writer is refused below instead of waited for.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd < 0)
    return systemError(path, "cannot open");
  struct stat info;
  if (fstat(file.fd, &info) != 0)
    return systemError(path, "cannot read");
  if (!S_ISREG(info.st_mode))
    return Error{
        path + ": cannot read: expected a regular file, but it is " +
        (S_ISDIR(info.st_mode) ? "a directory" : "a device or a pipe")};
  const uint64_t bytes = uint64_t(info.st_size);
  if (bytes > maxBytes)
    return Error{path + ": has " + std::to_string(bytes) +
                 " bytes: expected at most " + std::to_string(maxBytes)};
  std::string content;
  // A sparse file can be larger than any memory.
  try {
    content.resize(bytes);
  } catch (const std::exception &) {
    return Error{path + ": cannot read: this machine has no memory for its " +
                 std::to_string(bytes) + " bytes"};
  }
  size_t filled = 0;
  while (filled < content.size()) {
    ssize_t n =
        ::read(file.fd, content.data() + filled, content.size() - filled);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return systemError(path, "cannot read");
    if (n == 0)
      break; // it has become shorter meanwhile
    filled += size_t(n);
  }
  content.resize(filled);
  return content;
}

Expected<StagedFile>
StagedFile::stage(const std::string &path,
                  std::initializer_list<std::string_view> parts) {
  StagedFile file;
  file.target = path;
  mode_t mode = 0;
  struct stat info;
  bool exists = stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    return Error{path + ": cannot write: it is a directory"};
  bool direct = exists && !S_ISREG(info.st_mode);
  int fd = -1;
  if (direct) {
    fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    if (exists) {
      mode = info.st_mode & 07777;
      if (access(path.c_str(), W_OK) != 0)
        return systemError(path, "cannot write");
    }
    const auto end = realTarget(path);
    if (!end) {
      errno = ELOOP;
      return systemError(path, "cannot write");
    }
    file.target = end->string();
    // A name that no file can have fails here, not in commit().
    if (!exists && lstat(file.target.c_str(), &info) != 0 && errno != ENOENT)
      return systemError(path, "cannot write");
    // Short: the target's name may be as long as the system allows.
    // Created exclusively, so that two processes never share one.
    static std::atomic<unsigned> serial = 0;
    for (unsigned attempt = 0; attempt < 100 && fd < 0; ++attempt) {
      file.temporary =
          (end->parent_path() /
           (".tmp" + std::to_string(getpid()) + "-" + std::to_string(serial++)))
              .string();
      fd = ::open(file.temporary.c_str(),
                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd < 0 && errno != EEXIST)
        break;
    }
  }
  if (fd < 0) {
    file.temporary.clear();
    return systemError(path, "cannot write");
  }
  Descriptor out(fd);
  if (exists && !direct && fchmod(fd, mode) != 0)
    return systemError(path, "cannot write");
  for (std::string_view part : parts)
    if (!writeAll(fd, part))
      return systemError(path, "cannot write");
  if (!out.close())
    return systemError(path, "cannot write");
  return file;
}

StagedFile::StagedFile(StagedFile &&other) noexcept
    : target(std::move(other.target)),
      temporary(std::exchange(other.temporary, std::string())) {}

StagedFile &StagedFile::operator=(StagedFile &&other) noexcept {
  std::swap(target, other.target);
  std::swap(temporary, other.temporary);
  return *this;
}

StagedFile::~StagedFile() {
  if (!temporary.empty())
    unlink(temporary.c_str());
}

Error StagedFile::commit() {
  if (temporary.empty())
    return Error::success();
  if (std::rename(temporary.c_str(), target.c_str()) != 0)
    return systemError(target, "cannot write");
  temporary.clear();
  return Error::success();
}
