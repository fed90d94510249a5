//===- File.h - reading and writing whole files -----------------*- C++ -*-===//

#ifndef PIT_SUPPORT_FILE_H
#define PIT_SUPPORT_FILE_H

#include "pit/Support/Expected.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pit {

/// The content of a regular file of at most `maxBytes` bytes. The error names
/// the file and the reason.
Expected<std::string> readFile(const std::string &path,
                               uint64_t maxBytes = UINT64_MAX);

/// Whether two names are of one file: other spellings, ways through symbolic
/// links, hard links. Files that do not exist yet are compared as well, as the
/// files that StagedFile would make.
bool isSameFile(const std::string &a, const std::string &b);

/// A file written in two steps, so that a failure leaves no half-written file
/// and no overwritten one: `stage` writes a temporary file beside the target
/// (into it where the target is a device or a pipe: nothing else is possible),
/// `commit` renames it. The temporary's name is short and hidden, so that
/// `path` may have as long a name as the system allows. What is never committed
/// disappears with the object.
class StagedFile {
public:
  /// Writes the concatenation of `parts`. Symbolic links are followed, also
  /// to a file that does not exist yet; the mode of an existing target is kept.
  static Expected<StagedFile>
  stage(const std::string &path, std::initializer_list<std::string_view> parts);
  StagedFile(StagedFile &&other) noexcept;
  StagedFile &operator=(StagedFile &&other) noexcept;
  ~StagedFile();
  /// Puts the file in its place; at most once.
  Error commit();

private:
  StagedFile() = default;
  std::string target, temporary; ///< temporary is empty once there is none
};

} // namespace pit

#endif // PIT_SUPPORT_FILE_H
