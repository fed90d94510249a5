//===- PtxHeader.h - what a PTX module says of itself -----------*- C++ -*-===//

#ifndef PIT_LIB_RUNTIME_PTXHEADER_H
#define PIT_LIB_RUNTIME_PTXHEADER_H

#include <string>
#include <string_view>

namespace pit::runtime {

/// The directives that every module begins with (PTX ISA, "PTX Module
/// Directives"); empty where they are missing.
struct PtxHeader {
  std::string version; ///< "7.8"
  std::string target;  ///< "sm_80": the chip, without the other specifiers
};

/// Reads no further than the first directive that is neither.
PtxHeader readPtxHeader(std::string_view text);

} // namespace pit::runtime

#endif // PIT_LIB_RUNTIME_PTXHEADER_H
