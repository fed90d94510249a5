//===- MmaPlan.h - a decoded matrix product ---------------------*- C++ -*-===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_MMAPLAN_H
#define PIT_LIB_EMULATOR_HANDLERS_MMAPLAN_H

#include "Decoder.h"
#include "Lanes.h"
#include "Numerics/TensorCore.h"

#include <bit>
#include <string_view>

namespace pit::emu {

/// What a handler of mma, mma.sp and wmma.mma needs to know; lives in
/// Inst::imm. The registers of D, A, B and C follow one another in the
/// instruction's list.
struct MmaPlan {
  uint8_t m = 0, n = 0;
  uint16_t k = 0; ///< up to 256
  MmaType a = MmaType::F16, b = MmaType::F16;
  /// mma.sp: the sparsity selector.
  uint8_t selector = 0;
  uint8_t flags = 0;

  enum Flag : uint8_t {
    kSatfinite = 1,
    kAnd = 2,     ///< b1: and, not xor
    kColumnA = 4, ///< A lies by columns (m8n8k4 only)
    kRowB = 8,    ///< B lies by rows (m8n8k4 only)
    kHalfC = 16,  ///< f16 accumulators
    kHalfD = 32,
    kOrdered = 64, ///< mma.sp::ordered_metadata
  };

  bool has(Flag flag) const { return flags & flag; }
  void store(Inst &inst) const { inst.imm = std::bit_cast<int64_t>(*this); }
  static MmaPlan of(const Inst &inst) {
    return std::bit_cast<MmaPlan>(inst.imm);
  }
};
static_assert(sizeof(MmaPlan) == sizeof(int64_t));

/// The rule of the launch's target, or that of `--mma=fp32`.
MmaRule mmaRule(const Warp &w, MmaType type);

/// Consumes a modifier `mXnYkZ`.
struct MmaShape {
  unsigned m = 0, n = 0, k = 0;
  bool is(unsigned x, unsigned y, unsigned z) const {
    return m == x && n == y && k == z;
  }
};
MmaShape expectShape(DecodeInst &d);

/// The element type of a matrix operand.
MmaType mmaType(ptx::Type type);

/// Consumes `.row` or `.col`; true for `.col`.
bool expectLayout(DecodeInst &d);

/// Adds the registers of operand `i` to the list and checks that there are
/// `count`.
void mmaDst(DecodeInst &d, unsigned i, unsigned count, ptx::Type type);
void mmaSrc(DecodeInst &d, unsigned i, unsigned count, ptx::Type type);

// The instructions of the group that have files of their own.
void decodeMmaSparse(DecodeInst &d, bool ordered); // MmaSparse.cpp
void decodeLdmatrix(DecodeInst &d);                // MatrixMove.cpp
void decodeMovmatrix(DecodeInst &d);
void decodeWmma(DecodeInst &d); // Wmma.cpp

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_MMAPLAN_H
