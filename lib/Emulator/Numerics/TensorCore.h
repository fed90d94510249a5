//===- TensorCore.h - the arithmetic of tensor cores ------------*- C++ -*-===//
//
// D = A * B + C, bit for bit as the tensor cores of a target compute it.
//
// For f16, bf16, tf32 and the 8-bit formats the sum along k is cut into steps.
// In one step every product is exact, its significand in [0, 4) not normalised
// and its exponent the sum of those of the factors; the accumulator is one more
// term. All terms are shifted to the largest exponent and truncated towards
// zero to F fraction bits, added exactly, and the sum is truncated to f32 (or
// rounded to the nearest f16), which is the next step's accumulator. Zeros do
// not take part in the largest exponent, which is at least -126.
//
//   target           F    step, in bytes of a row of A
//   Volta            23    8
//   Turing, Ampere   24   16
//   Ada              24   16   8-bit formats: F = 13, sum truncated to E8M13
//   Hopper           25   32   wgmma, 8-bit formats: F = 13, truncated to E8M13
//   Blackwell        25   32
//
// Example, F = 24: 1 + 2^-24 * 1 + 2^-24 * 1 = 1 + 2^-23 (both products fit 24
// bits below the largest exponent, 0), but 1 + 2^-25 * 1 + 2^-25 * 1 = 1.
//
// Sources: P. Xie et al., "MMA-Sim: Bit-Accurate Reference Model of Tensor
// Cores and Matrix Cores", arXiv:2511.10909; M. Fasi et al., "Numerical
// behavior of NVIDIA tensor cores", PeerJ Computer Science 7:e330, 2021.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_NUMERICS_TENSORCORE_H
#define PIT_LIB_EMULATOR_NUMERICS_TENSORCORE_H

#include <cstdint>

namespace pit::emu {

/// The element types of A and B.
enum class MmaType : uint8_t {
  F16,
  BF16,
  TF32,
  E4M3,
  E5M2, // mmaFloat, mmaHalf
  S8,
  U8,
  S4,
  U4,
  B1 // mmaInt
};

/// Bits of one element as the instruction's registers hold it (TF32: 32).
unsigned mmaElementBits(MmaType type);

/// How products are added, for one type on one target.
struct MmaRule {
  /// F: bits kept below the largest exponent of a step. At most 25.
  int fractionBits = 24;
  /// Products in a step: at most 32 of 8-bit types, 16 of others.
  int stepLength = 8;
  /// Fraction bits of the f32 result that survive: 23, or 13 for E8M13.
  int resultFractionBits = 23;
  /// Ignore the above: a chain of f32 fused multiply-adds in order of k.
  bool plainF32 = false;
};

/// The rule of a target, `sm` being 70 for sm_70 and so on. Of two types of
/// which one is E4M3 and the other E5M2, either may be named.
MmaRule mmaRuleFor(int sm, MmaType type, bool isWgmma = false);

/// A matrix product's operands. A row of A, and a column of B, is a run of
/// 32-bit words that hold the elements from k = 0 on, lowest bits first.
struct MmaOperands {
  int m = 0; ///< Rows of A, C and D; any number.
  int n = 0; ///< Columns of B, C and D; a multiple of 8.
  int k = 0; ///< Rows of B, at most kMaxK; a multiple of a word's elements.
  MmaType typeA = MmaType::F16;
  MmaType typeB = MmaType::F16;
  /// [m][storedK / elements per word]; storedK is k, or k / 2 when sparse.
  const uint32_t *a = nullptr;
  /// [n][k / elements per word].
  const uint32_t *b = nullptr;
  /// Sparse A (mma.sp): [m][k / 2], the row of B that each stored element of A
  /// meets. What A leaves out is no term at all, so it meets no Inf or NaN of
  /// B. A step counts stored elements; that is an assumption, since the sources
  /// above measure dense products only. Null if A is dense.
  const uint8_t *index = nullptr;

  static constexpr int kMaxK = 256;
};

/// D = A * B + C with f32 accumulators, [m][n] row by row. `d` may be `c`.
/// A NaN result is 0x7FFFFFFF.
void mmaFloat(const MmaRule &rule, const MmaOperands &operands, const float *c,
              float *d);

/// D = A * B + C with f16 accumulators: the sum is rounded to the nearest f16
/// after every step (after the whole chain if the rule says plainF32). A NaN
/// result is 0x7FFF. `d` may be `c`.
void mmaHalf(const MmaRule &rule, const MmaOperands &operands,
             const uint16_t *c, uint16_t *d);

/// D = A * B + C in f64, a chain of fused multiply-adds in order of k, rounded
/// to nearest. A is [m][k], B is [n][k], C and D [m][n]. `d` may be `c`.
void mmaDouble(int m, int n, int k, const double *a, const double *b,
               const double *c, double *d);

/// Integer D = A * B + C for S8, U8, S4, U4 in any mixture: the exact sum wraps
/// around, or is clamped to int32 with `satfinite`. `d` may be `c`.
void mmaInt(const MmaOperands &operands, bool satfinite, const int32_t *c,
            int32_t *d);

/// D[i][j] = C[i][j] + the number of ones in (A's row `and`/`xor` B's column),
/// over B1 operands. `d` may be `c`.
void mmaBits(const MmaOperands &operands, bool useAnd, const int32_t *c,
             int32_t *d);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_NUMERICS_TENSORCORE_H
