//===- Convert.h - what the parts of cvt share ------------------*- C++ -*-===//
//
// cvt is decoded in Convert.cpp. Common conversions have a handler of their own
// (ConvertFast.cpp); all others run through convertGeneric, which loads 32
// lanes as 64-bit values, converts each and stores them. An operand's register
// may be wider than its type (PTX ISA 9.4.1): a source is truncated, a result
// sign- or zero-extended.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_CONVERT_H
#define PIT_LIB_EMULATOR_HANDLERS_CONVERT_H

#include "Decoder.h"

#include "Numerics/Float.h"

namespace pit::emu {

/// Modifiers of cvt.
struct CvtModifiers {
  bool hasRounding = false;
  bool integral =
      false; ///< .rni .rzi .rmi .rpi rather than .rn .rz .rm .rp .rna
  Rounding rounding = Rounding::Nearest;
  bool ftz = false, sat = false, relu = false, satfinite = false;
};

/// A scalar type of cvt.
struct CvtType {
  ptx::Type type = ptx::Type::None;
  bool isFloat = false, isSigned = false;
  unsigned bits = 0;
  FloatKind kind = FloatKind::F32; ///< of floats
};
CvtType cvtType(ptx::Type type);

/// A handler for a conversion without relu, satfinite, ftz and sat whose
/// registers are as wide as its types; null if there is none.
Handler fastConversion(const CvtType &to, const CvtType &from,
                       const CvtModifiers &modifiers);

/// Two f32 to f16x2 or bf16x2, nearest even.
Handler fastPack(ptx::Type to);

/// Decodes cvt with a packed type (f16x2, bf16x2, e4m3x2, e5m2x2).
void decodeCvtPacked(DecodeInst &d, const CvtModifiers &modifiers, ptx::Type to,
                     ptx::Type from);
/// Decodes what follows `cvt.pack`.
void decodeCvtPack(DecodeInst &d);

/// Operand `i` in a register that may be wider than `type`; its register's
/// width in bits.
unsigned relaxedOperand(DecodeInst &d, unsigned i, const CvtType &type);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_CONVERT_H
