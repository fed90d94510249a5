//===- Integer.cpp - integer arithmetic -----------------------------------===//
//
// PTX ISA 9.7.1. A quotient or remainder by zero is unspecified there; here it
// is what current chips give: all bits set.
//
//===----------------------------------------------------------------------===//

#include "Groups.h"
#include "Select.h"

#include <algorithm>
#include <limits>

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// What is computed for one lane
//===----------------------------------------------------------------------===//

struct Add {
  template <typename T> T operator()(T a, T b) const {
    return T(Wrapping<T>(a) + Wrapping<T>(b));
  }
};
struct Sub {
  template <typename T> T operator()(T a, T b) const {
    return T(Wrapping<T>(a) - Wrapping<T>(b));
  }
};
struct MulLo {
  template <typename T> T operator()(T a, T b) const { return mulLow(a, b); }
};
struct MulHi {
  template <typename T> T operator()(T a, T b) const { return mulHigh(a, b); }
};
struct MadLo {
  template <typename T> T operator()(T a, T b, T c) const {
    return Add()(mulLow(a, b), c);
  }
};
struct MadHi {
  template <typename T> T operator()(T a, T b, T c) const {
    return Add()(mulHigh(a, b), c);
  }
};

/// |a - b| + c
struct Sad {
  template <typename T> T operator()(T a, T b, T c) const {
    return Add()(c, a < b ? Sub()(b, a) : Sub()(a, b));
  }
};

struct Div {
  template <typename T> T operator()(T a, T b) const {
    if (b == 0)
      return T(-1);
    if constexpr (std::is_signed_v<T>)
      if (b == -1) // the most negative value has no counterpart
        return Sub()(T(0), a);
    return T(a / b);
  }
};
struct Rem {
  template <typename T> T operator()(T a, T b) const {
    if (b == 0)
      return T(-1);
    if constexpr (std::is_signed_v<T>)
      if (b == -1)
        return 0;
    return T(a % b);
  }
};

struct Abs {
  template <typename T> T operator()(T a) const {
    return a < 0 ? Sub()(T(0), a) : a;
  }
};
struct Neg {
  template <typename T> T operator()(T a) const { return Sub()(T(0), a); }
};
struct Min {
  template <typename T> T operator()(T a, T b) const { return std::min(a, b); }
};
struct Max {
  template <typename T> T operator()(T a, T b) const { return std::max(a, b); }
};
template <typename Op> struct Relu {
  int32_t operator()(int32_t a, int32_t b) const {
    return std::max(Op()(a, b), 0);
  }
};

int32_t saturate(int64_t value) {
  return int32_t(std::clamp<int64_t>(value, std::numeric_limits<int32_t>::min(),
                                     std::numeric_limits<int32_t>::max()));
}

/// The product of the low 24 bits, signed for int32_t.
template <typename T> int64_t mul24(T a, T b) {
  if constexpr (std::is_signed_v<T>)
    return int64_t(int32_t(uint32_t(a) << 8) >> 8) *
           (int32_t(uint32_t(b) << 8) >> 8);
  else
    return int64_t(uint64_t(a & 0xFFFFFFu) * (b & 0xFFFFFFu));
}
struct Mul24Lo {
  template <typename T> T operator()(T a, T b) const { return T(mul24(a, b)); }
};
struct Mul24Hi {
  template <typename T> T operator()(T a, T b) const {
    return T(mul24(a, b) >> 16);
  }
};
struct Mad24Lo {
  template <typename T> T operator()(T a, T b, T c) const {
    return Add()(Mul24Lo()(a, b), c);
  }
};
struct Mad24Hi {
  template <typename T> T operator()(T a, T b, T c) const {
    return Add()(Mul24Hi()(a, b), c);
  }
};

//===----------------------------------------------------------------------===//
// Handlers that are not a table of types
//===----------------------------------------------------------------------===//

template <typename T, typename Op>
void binary(Warp &w, const Inst &i, LaneMask m) {
  lanes2<T, T, T>(w, i, m, Op());
}
template <typename T, typename Op>
void ternary(Warp &w, const Inst &i, LaneMask m) {
  lanes3<T, T, T, T>(w, i, m, Op());
}

void addSat(Warp &w, const Inst &inst, LaneMask mask) {
  lanes2<int32_t, int32_t, int32_t>(
      w, inst, mask, [](int64_t a, int64_t b) { return saturate(a + b); });
}
void subSat(Warp &w, const Inst &inst, LaneMask mask) {
  lanes2<int32_t, int32_t, int32_t>(
      w, inst, mask, [](int64_t a, int64_t b) { return saturate(a - b); });
}
void madHiSat(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<int32_t, int32_t, int32_t, int32_t>(
      w, inst, mask, [](int32_t a, int32_t b, int32_t c) {
        return saturate(int64_t(mulHigh(a, b)) + c);
      });
}
void mad24HiSat(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<int32_t, int32_t, int32_t, int32_t>(
      w, inst, mask, [](int32_t a, int32_t b, int32_t c) {
        return saturate((mul24(a, b) >> 16) + c);
      });
}

/// For the types of mul.wide and mad.wide, whose results are twice as wide.
template <typename F> Handler forNarrowInteger(Type type, F make) {
  switch (type) {
  case Type::U16:
    return make(uint16_t());
  case Type::S16:
    return make(int16_t());
  case Type::U32:
    return make(uint32_t());
  case Type::S32:
    return make(int32_t());
  default:
    return nullptr;
  }
}
Handler mulWide(Type type) {
  return forNarrowInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    using D = DoubleWidth<T>;
    return [](Warp &w, const Inst &i, LaneMask m) {
      lanes2<D, T, T>(w, i, m, [](T a, T b) { return D(a) * D(b); });
    };
  });
}
Handler madWide(Type type) {
  return forNarrowInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    using D = DoubleWidth<T>;
    return [](Warp &w, const Inst &i, LaneMask m) {
      lanes3<D, T, T, D>(
          w, i, m, [](T a, T b, D c) { return Add()(D(D(a) * D(b)), c); });
    };
  });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

Type integerType(DecodeInst &d) {
  return d.type(
      {Type::U16, Type::S16, Type::U32, Type::S32, Type::U64, Type::S64});
}
Type signedType(DecodeInst &d) {
  return d.type({Type::S16, Type::S32, Type::S64});
}
Type doubleWidth(Type type) {
  switch (type) {
  case Type::U16:
    return Type::U32;
  case Type::S16:
    return Type::S32;
  case Type::U32:
    return Type::U64;
  case Type::S32:
    return Type::S64;
  default:
    return Type::None;
  }
}

/// A destination and `sources` sources, all of `type`.
void operands(DecodeInst &d, Type type, unsigned sources) {
  d.expectOperands(sources + 1);
  d.dst(0, type);
  for (unsigned i = 1; i <= sources; ++i)
    d.src(i, type);
  d.inst.instClass = InstClass::Integer;
}

template <typename Op> void decodeUnary(DecodeInst &d) {
  Type type = signedType(d);
  operands(d, type, 1);
  d.handler(unaryInteger<Op>(type));
}
template <typename Op> void decodeBinary(DecodeInst &d) {
  Type type = integerType(d);
  operands(d, type, 2);
  d.handler(binaryInteger<Op>(type));
}

/// add and sub, which saturate as .s32 only.
template <typename Op>
void decodeSaturating(DecodeInst &d, Handler saturating) {
  if (!d.accept("sat")) {
    decodeBinary<Op>(d);
    return;
  }
  Type type = d.type({Type::S32});
  operands(d, type, 2);
  d.handler(saturating);
}

void decodeAdd(DecodeInst &d) {
  if (isFloatType(d.lastType()))
    decodeFloatAdd(d);
  else if (d.has("cc"))
    decodeAddCc(d);
  else if (d.lastType() == Type::U16x2 || d.lastType() == Type::S16x2)
    decodeSimdAdd(d);
  else
    decodeSaturating<Add>(d, addSat);
}

void decodeSub(DecodeInst &d) {
  if (isFloatType(d.lastType()))
    decodeFloatSub(d);
  else if (d.has("cc"))
    decodeSubCc(d);
  else
    decodeSaturating<Sub>(d, subSat);
}

enum Part { kLo, kHi, kWide };

/// The types of a product whose part `part` is kept.
Type productType(DecodeInst &d, int part) {
  if (part == kWide)
    return d.type({Type::U16, Type::S16, Type::U32, Type::S32});
  return integerType(d);
}

void decodeMul(DecodeInst &d) {
  if (isFloatType(d.lastType())) {
    decodeFloatMul(d);
    return;
  }
  int part = d.expectOneOf({"lo", "hi", "wide"});
  Type type = productType(d, part);
  d.expectOperands(3);
  d.dst(0, part == kWide ? doubleWidth(type) : type);
  d.src(1, type);
  d.src(2, type);
  d.inst.instClass = InstClass::Integer;
  d.handler(part == kWide ? mulWide(type)
            : part == kHi ? binaryInteger<MulHi>(type)
                          : binaryInteger<MulLo>(type));
}

void decodeMad(DecodeInst &d) {
  if (isFloatType(d.lastType())) {
    decodeFloatMad(d);
    return;
  }
  if (d.has("cc")) {
    decodeMadCc(d);
    return;
  }
  int part = d.expectOneOf({"lo", "hi", "wide"});
  bool sat = part == kHi && d.accept("sat");
  Type type = sat ? d.type({Type::S32}) : productType(d, part);
  Type result = part == kWide ? doubleWidth(type) : type;
  d.expectOperands(4);
  d.dst(0, result);
  d.src(1, type);
  d.src(2, type);
  d.src(3, result);
  d.inst.instClass = InstClass::Integer;
  d.handler(sat             ? madHiSat
            : part == kWide ? madWide(type)
            : part == kHi   ? ternaryInteger<MadHi>(type)
                            : ternaryInteger<MadLo>(type));
}

void decodeMul24(DecodeInst &d) {
  int part = d.expectOneOf({"lo", "hi"});
  Type type = d.type({Type::U32, Type::S32});
  operands(d, type, 2);
  if (type == Type::S32)
    d.handler(part == kHi ? binary<int32_t, Mul24Hi>
                          : binary<int32_t, Mul24Lo>);
  else
    d.handler(part == kHi ? binary<uint32_t, Mul24Hi>
                          : binary<uint32_t, Mul24Lo>);
}

void decodeMad24(DecodeInst &d) {
  int part = d.expectOneOf({"lo", "hi"});
  bool sat = part == kHi && d.accept("sat");
  Type type = sat ? d.type({Type::S32}) : d.type({Type::U32, Type::S32});
  operands(d, type, 3);
  if (sat)
    d.handler(mad24HiSat);
  else if (type == Type::S32)
    d.handler(part == kHi ? ternary<int32_t, Mad24Hi>
                          : ternary<int32_t, Mad24Lo>);
  else
    d.handler(part == kHi ? ternary<uint32_t, Mad24Hi>
                          : ternary<uint32_t, Mad24Lo>);
}

void decodeSad(DecodeInst &d) {
  Type type = integerType(d);
  operands(d, type, 3);
  d.handler(ternaryInteger<Sad>(type));
}

void decodeDiv(DecodeInst &d) {
  if (isFloatType(d.lastType()))
    decodeFloatDiv(d);
  else
    decodeBinary<Div>(d);
}
void decodeAbs(DecodeInst &d) {
  if (isFloatType(d.lastType()))
    decodeFloatAbs(d);
  else
    decodeUnary<Abs>(d);
}
void decodeNeg(DecodeInst &d) {
  if (isFloatType(d.lastType()))
    decodeFloatNeg(d);
  else
    decodeUnary<Neg>(d);
}

/// min and max; the ISA puts .relu before the type, ptxas takes it behind too.
template <typename Op>
void decodeMinMax(DecodeInst &d, DecodeFn floating, DecodeFn simd) {
  if (isFloatType(d.lastType())) {
    floating(d);
    return;
  }
  if (d.has("u16x2") || d.has("s16x2")) {
    simd(d);
    return;
  }
  bool relu = d.accept("relu");
  Type type = relu ? d.type({Type::S32, Type::S16x2}) : integerType(d);
  relu |= type == Type::S32 && d.accept("relu");
  operands(d, type, 2);
  if (relu)
    d.requireSm(90);
  d.handler(relu ? binary<int32_t, Relu<Op>> : binaryInteger<Op>(type));
}
void decodeMin(DecodeInst &d) {
  decodeMinMax<Min>(d, decodeFloatMin, decodeSimdMin);
}
void decodeMax(DecodeInst &d) {
  decodeMinMax<Max>(d, decodeFloatMax, decodeSimdMax);
}

} // namespace

void pit::emu::registerInteger(MnemonicTable &table) {
  table["add"] = decodeAdd;
  table["sub"] = decodeSub;
  table["mul"] = decodeMul;
  table["mad"] = decodeMad;
  table["mul24"] = decodeMul24;
  table["mad24"] = decodeMad24;
  table["sad"] = decodeSad;
  table["div"] = decodeDiv;
  table["rem"] = decodeBinary<Rem>;
  table["abs"] = decodeAbs;
  table["neg"] = decodeNeg;
  table["min"] = decodeMin;
  table["max"] = decodeMax;
  registerCarry(table);
  registerSimd(table);
  registerBits(table);
}
