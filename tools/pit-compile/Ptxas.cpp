//===- Ptxas.cpp - NVIDIA's assembler, where it is installed --------------===//

#include "Ptxas.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace {
/// A temporary file that is removed with the object.
struct TemporaryFile {
  ~TemporaryFile() {
    if (!path.empty())
      sys::fs::remove(path);
  }
  std::error_code create(StringRef suffix) {
    return sys::fs::createTemporaryFile("pit-compile", suffix, path);
  }
  SmallString<128> path;
};
} // namespace

/// Writes all of a file, or says why it could not.
static std::error_code writeAll(StringRef path, StringRef content) {
  std::error_code failed;
  raw_fd_ostream stream(path, failed);
  if (failed)
    return failed;
  stream << content;
  stream.close();
  failed = stream.error();
  // What is not cleared ends the process.
  stream.clear_error();
  return failed;
}

static std::optional<std::string> readAll(StringRef path, std::string &error) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer) {
    error = buffer.getError().message();
    return std::nullopt;
  }
  return (*buffer)->getBuffer().str();
}

std::optional<std::string> mlir::pit::runPtxas(StringRef ptx, StringRef arch,
                                               std::string &error) {
  ErrorOr<std::string> program = sys::findProgramByName("ptxas");
  if (!program) {
    error = "a cubin needs ptxas, which is not on the PATH; '--emit=ptx' needs "
            "no CUDA toolkit";
    return std::nullopt;
  }
  TemporaryFile input, output, log;
  std::error_code failed = input.create("ptx");
  if (!failed)
    failed = output.create("cubin");
  if (!failed)
    failed = log.create("log");
  if (!failed)
    failed = writeAll(input.path, ptx);
  if (failed) {
    error = "cannot write a temporary file for ptxas: " + failed.message();
    return std::nullopt;
  }
  std::string target = ("-arch=" + arch).str();
  int status = sys::ExecuteAndWait(
      *program, {*program, target, input.path.str(), "-o", output.path.str()},
      /*Env=*/std::nullopt,
      /*Redirects=*/{StringRef(), log.path.str(), log.path.str()},
      /*SecondsToWait=*/0, /*MemoryLimit=*/0, &error);
  if (status != 0) {
    std::string unread;
    error = "ptxas does not take the PTX: " + error +
            readAll(log.path, unread).value_or("");
    return std::nullopt;
  }
  std::optional<std::string> cubin = readAll(output.path, error);
  if (!cubin)
    error = "cannot read what ptxas made: " + error;
  else if (cubin->empty())
    error = "ptxas made an empty file";
  else
    return cubin;
  return std::nullopt;
}
