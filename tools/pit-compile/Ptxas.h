//===- Ptxas.h - NVIDIA's assembler, where it is installed ------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_COMPILE_PTXAS_H
#define PIT_TOOLS_PIT_COMPILE_PTXAS_H

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace mlir::pit {

/// Assembles PTX for a chip ("sm_80") to the content of a cubin, with the ptxas
/// on the PATH. Without a result, `error` says why: no ptxas, or what it
/// printed.
std::optional<std::string> runPtxas(llvm::StringRef ptx, llvm::StringRef arch,
                                    std::string &error);

} // namespace mlir::pit

#endif // PIT_TOOLS_PIT_COMPILE_PTXAS_H
