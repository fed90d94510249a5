//===- PTXTarget.h - a chip and a PTX version -------------------*- C++ -*-===//

#ifndef PIT_TARGET_PTXTARGET_H
#define PIT_TARGET_PTXTARGET_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>

namespace mlir {
class InFlightDiagnostic;
} // namespace mlir

namespace mlir::pit {

/// A version of the PTX language, times 10: 78 is PTX 7.8.
using PTXVersion = int;

/// The PTX versions that can be emitted, in ascending order.
ArrayRef<PTXVersion> getKnownPTXVersions();

/// "7.8" for 78.
std::string toString(PTXVersion version);

/// A chip and the PTX version to emit for it.
struct PTXTarget {
  std::string chip;   ///< "sm_80"
  PTXVersion version; ///< 78

  /// "+ptx78": how LLVM spells the version.
  std::string getFeatures() const;
};

/// Checks a chip ("sm_80") and a PTX version ("7.8"; empty: the default, 7.8 or
/// the first that knows the chip). Emits an error that names what is known, and
/// fails, for an unknown chip, an unknown version, and a version that does not
/// know the chip.
FailureOr<PTXTarget>
parsePTXTarget(StringRef arch, StringRef version,
               function_ref<InFlightDiagnostic()> emitError);

} // namespace mlir::pit

#endif // PIT_TARGET_PTXTARGET_H
