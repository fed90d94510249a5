//===- PTXTarget.cpp - a chip and a PTX version ---------------------------===//

#include "pit/Target/PTXTarget.h"

#include "pit/Analysis/Chip.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace mlir::pit;

// From PTX 7.0, the first with cp.async and the mma shapes of sm_80, to the
// last that LLVM 22 writes (llc -march=nvptx64 -mattr=help).
static constexpr PTXVersion knownVersions[] = {
    70, 71, 72, 73, 74, 75, 76, 77, 78, 80, 81, 82, 83, 84, 85, 86, 87, 88, 90};

/// What is emitted unless told otherwise, if it knows the chip: drivers since
/// CUDA 11.8 take it.
static constexpr PTXVersion defaultVersion = 78;

ArrayRef<PTXVersion> pit::getKnownPTXVersions() { return knownVersions; }

std::string pit::toString(PTXVersion version) {
  return std::to_string(version / 10) + "." + std::to_string(version % 10);
}

std::string PTXTarget::getFeatures() const {
  return "+ptx" + std::to_string(version);
}

FailureOr<PTXTarget>
pit::parsePTXTarget(StringRef arch, StringRef version,
                    function_ref<InFlightDiagnostic()> emitError) {
  const Chip *chip = findChip(arch);
  if (!chip) {
    InFlightDiagnostic diagnostic = emitError();
    diagnostic << "unknown arch '" << arch << "', known are ";
    llvm::interleaveComma(getChips(), diagnostic, [&](const Chip &known) {
      diagnostic << "'" << known.name << "'";
    });
    return diagnostic;
  }
  if (version.empty())
    return PTXTarget{chip->name.str(),
                     std::max(chip->minPtxVersion, defaultVersion)};
  const PTXVersion *found = llvm::find_if(knownVersions, [&](PTXVersion known) {
    return toString(known) == version;
  });
  if (found == std::end(knownVersions))
    return emitError() << "unknown PTX version '" << version << "', known are '"
                       << toString(knownVersions[0]) << "' to '"
                       << toString(*std::prev(std::end(knownVersions))) << "'";
  if (*found < chip->minPtxVersion)
    return emitError() << "PTX " << version << " does not know '" << arch
                       << "', which came with PTX "
                       << toString(chip->minPtxVersion);
  return PTXTarget{chip->name.str(), *found};
}
