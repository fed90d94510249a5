//===- Groups.h - what the groups of handlers share -------------*- C++ -*-===//
//
// Some mnemonics belong to several groups: `add` is an integer instruction for
// .s32 and a floating-point one for .f32. The table has one decode function for
// each of them, in the integer group, which looks at the last type and hands
// the whole decoding over if it is a floating-point type.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_GROUPS_H
#define PIT_LIB_EMULATOR_HANDLERS_GROUPS_H

#include "Decoder.h"

namespace pit::emu {

/// Whether `type` is one of f16, bf16, tf32, f32, f64 or packed from them.
inline bool isFloatType(ptx::Type type) {
  switch (type) {
  case ptx::Type::F16:
  case ptx::Type::F16x2:
  case ptx::Type::BF16:
  case ptx::Type::BF16x2:
  case ptx::Type::TF32:
  case ptx::Type::F32:
  case ptx::Type::F64:
  case ptx::Type::F32x2:
    return true;
  default:
    return false;
  }
}

// Float.cpp: the decoding from the first modifier on, for floating-point types.
void decodeFloatAdd(DecodeInst &d);
void decodeFloatSub(DecodeInst &d);
void decodeFloatMul(DecodeInst &d);
void decodeFloatMad(DecodeInst &d);
void decodeFloatFma(DecodeInst &d);
void decodeFloatDiv(DecodeInst &d);
void decodeFloatAbs(DecodeInst &d);
void decodeFloatNeg(DecodeInst &d);
void decodeFloatMin(DecodeInst &d);
void decodeFloatMax(DecodeInst &d);

// Simd.cpp: packed 16-bit integers; the type is the last modifier.
void decodeSimdAdd(DecodeInst &d);
void decodeSimdMin(DecodeInst &d);
void decodeSimdMax(DecodeInst &d);

// Parts of registerInteger and registerCompare that have files of their own.
void registerCarry(MnemonicTable &table);  // Carry.cpp: addc subc madc
void registerSimd(MnemonicTable &table);   // Simd.cpp: dp4a dp2a
void registerChoice(MnemonicTable &table); // Choice.cpp: selp slct testp
void registerBits(MnemonicTable &table);   // Bits.cpp: popc clz bfe bfi ...

// Carry.cpp: add.cc, sub.cc and mad.{lo,hi}.cc.
void decodeAddCc(DecodeInst &d);
void decodeSubCc(DecodeInst &d);
void decodeMadCc(DecodeInst &d);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_GROUPS_H
