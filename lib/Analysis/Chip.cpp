//===- Chip.cpp - the GPUs that code is made for --------------------------===//

#include "pit/Analysis/Chip.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir::pit;

static constexpr Chip kChips[] = {
    {"sm_80", 70, 163 * 1024, 65536}, {"sm_86", 71, 99 * 1024, 65536},
    {"sm_87", 74, 163 * 1024, 65536}, {"sm_89", 78, 99 * 1024, 65536},
    {"sm_90", 78, 227 * 1024, 65536}, {"sm_90a", 80, 227 * 1024, 65536},
};

llvm::ArrayRef<Chip> mlir::pit::getChips() { return kChips; }

const Chip *mlir::pit::findChip(llvm::StringRef name) {
  const Chip *found = llvm::find_if(
      kChips, [&](const Chip &chip) { return chip.name == name; });
  return found == std::end(kChips) ? nullptr : found;
}
