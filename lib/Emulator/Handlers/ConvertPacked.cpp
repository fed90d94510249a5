//===- ConvertPacked.cpp - cvt of pairs, cvt.pack -------------------------===//
//
//   cvt.{rn,rz}{.relu}{.satfinite}.{f16x2,bf16x2}.f32  d, a, b
//   cvt.rn.satfinite{.relu}.{e4m3x2,e5m2x2}.f32        d, a, b
//   cvt.rn.satfinite{.relu}.{e4m3x2,e5m2x2}.f16x2      d, a
//   cvt.rn{.relu}.f16x2.{e4m3x2,e5m2x2}                d, a
//   cvt.pack.sat.{u16,s16}.s32                         d, a, b
//   cvt.pack.sat.{u8,s8,u4,s4,u2,s2}.s32.b32           d, a, b, c
//
// Of two sources the first gives the upper half (PTX ISA 9.7.9.21, 9.7.9.22).
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "Lanes.h"

#include <string>

namespace pit::emu {

using ptx::Type;

namespace {

FloatKind elementKind(Type pair) {
  switch (pair) {
  case Type::F16x2:
    return FloatKind::F16;
  case Type::BF16x2:
    return FloatKind::BF16;
  case Type::E4M3x2:
    return FloatKind::E4M3;
  default:
    return FloatKind::E5M2;
  }
}

/// aux: formats and modifiers of a conversion of pairs.
uint32_t packAux(FloatKind from, FloatKind to, const CvtModifiers &m) {
  return uint32_t(from) | uint32_t(to) << 4 | uint32_t(m.rounding) << 8 |
         uint32_t(m.relu) << 12 | uint32_t(m.satfinite) << 13;
}

struct PairConversion {
  explicit PairConversion(uint32_t aux)
      : from(FloatKind(aux & 15)), to(FloatKind(aux >> 4 & 15)) {
    how.rounding = Rounding(aux >> 8 & 15);
    how.relu = aux >> 12 & 1;
    how.satfinite = aux >> 13 & 1;
  }
  uint32_t operator()(uint32_t bits) const {
    return uint32_t(convertFloat(from, to, bits, how));
  }
  FloatKind from, to;
  FloatConversion how;
};

/// Two f32 to a pair of type D's halves.
template <typename D> void packF32(Warp &w, const Inst &inst, LaneMask mask) {
  PairConversion convert(inst.aux);
  const uint32_t *high = w.in<uint32_t>(inst.op[1]);
  const uint32_t *low = w.in<uint32_t>(inst.op[2]);
  D *d = w.out<D>(inst.op[0]);
  eachLane(mask, [&](unsigned l) {
    d[l] = D(convert(high[l]) << (sizeof(D) * 4) | convert(low[l]));
  });
}

/// A pair of A's halves to a pair of D's halves.
template <typename D, typename A>
void convertPair(Warp &w, const Inst &inst, LaneMask mask) {
  PairConversion convert(inst.aux);
  constexpr unsigned kHalf = sizeof(A) * 4;
  constexpr uint32_t kLow = (1u << kHalf) - 1;
  const A *a = w.in<A>(inst.op[1]);
  D *d = w.out<D>(inst.op[0]);
  eachLane(mask, [&](unsigned l) {
    uint32_t high = convert(uint32_t(a[l]) >> kHalf),
             low = convert(a[l] & kLow);
    d[l] = D(high << (sizeof(D) * 4) | low);
  });
}

/// aux: bits of an element, and 0x100 if it is signed.
void packIntegers(Warp &w, const Inst &inst, LaneMask mask) {
  unsigned bits = inst.aux & 0xFF;
  bool isSigned = inst.aux & 0x100;
  int32_t low = isSigned ? -(1 << (bits - 1)) : 0;
  int32_t high = (1 << (isSigned ? bits - 1 : bits)) - 1;
  uint32_t element = (1u << bits) - 1;
  auto put = [=](int32_t a, int32_t b) {
    a = a < low ? low : a > high ? high : a;
    b = b < low ? low : b > high ? high : b;
    return (uint32_t(a) & element) << bits | (uint32_t(b) & element);
  };
  if (bits == 16)
    lanes2<uint32_t, int32_t, int32_t>(w, inst, mask, put);
  else
    lanes3<uint32_t, int32_t, int32_t, uint32_t>(
        w, inst, mask, [=](int32_t a, int32_t b, uint32_t c) {
          return put(a, b) | c << (2 * bits);
        });
}

} // namespace

void decodeCvtPacked(DecodeInst &d, const CvtModifiers &m, Type to, Type from) {
  auto isByte = [](Type t) { return t == Type::E4M3x2 || t == Type::E5M2x2; };
  bool fromF32 = from == Type::F32;
  bool toHalf = to == Type::F16x2 || to == Type::BF16x2;
  std::string pair = "'." + std::string(toString(to)) + "." +
                     std::string(toString(from)) + "'";
  bool exists = (toHalf && fromF32) ||
                (isByte(to) && (fromF32 || from == Type::F16x2)) ||
                (to == Type::F16x2 && isByte(from));
  if (!exists)
    return d.fail("a conversion " + pair + " does not exist");
  bool nearest =
      m.hasRounding && !m.integral && m.rounding == Rounding::Nearest;
  bool toZero =
      m.hasRounding && !m.integral && m.rounding == Rounding::TowardZero;
  bool mayTruncate = toHalf && fromF32;
  if (!nearest && !(toZero && mayTruncate))
    d.fail(mayTruncate ? "expects '.rn' or '.rz' with " + pair
                       : "expects '.rn' with " + pair);
  if (m.sat || m.ftz)
    d.fail(std::string(m.sat ? "'.sat'" : "'.ftz'") + " is not allowed with " +
           pair);
  if (isByte(to) && !m.satfinite)
    d.fail("expects '.satfinite' with " + pair);
  if (isByte(from) && m.satfinite)
    d.fail("'.satfinite' is not allowed with " + pair);
  if (isByte(to) || isByte(from))
    d.requireSm(89);
  if (d.failed() || !d.expectOperands(fromF32 ? 3 : 2))
    return;

  d.dst(0, toHalf ? Type::B32 : Type::B16);
  if (fromF32) {
    d.src(1, Type::F32);
    d.src(2, Type::F32);
    d.inst.aux = packAux(FloatKind::F32, elementKind(to), m);
    bool plain = nearest && toHalf && !m.relu && !m.satfinite;
    if (plain)
      d.handler(fastPack(to));
    else
      d.handler(toHalf ? packF32<uint32_t> : packF32<uint16_t>);
    return;
  }
  d.src(1, isByte(from) ? Type::B16 : Type::B32);
  d.inst.aux = packAux(elementKind(from), elementKind(to), m);
  d.handler(toHalf ? convertPair<uint32_t, uint16_t>
                   : convertPair<uint16_t, uint32_t>);
}

void decodeCvtPack(DecodeInst &d) {
  if (!d.accept("sat"))
    d.fail("expects '.sat' after '.pack'");
  Type to = d.type({Type::U16, Type::S16, Type::U8, Type::S8, Type::U4,
                    Type::S4, Type::U2, Type::S2});
  d.type({Type::S32});
  bool isWord = to == Type::U16 || to == Type::S16;
  if (!isWord)
    d.type({Type::B32});
  if (!d.expectOperands(isWord ? 3 : 4))
    return;
  bool isSigned =
      to == Type::S16 || to == Type::S8 || to == Type::S4 || to == Type::S2;
  d.inst.aux = bitWidth(to) | (isSigned ? 0x100 : 0);
  d.dst(0, Type::B32);
  d.src(1, Type::S32);
  d.src(2, Type::S32);
  if (!isWord)
    d.src(3, Type::B32);
  d.handler(packIntegers);
}

} // namespace pit::emu
