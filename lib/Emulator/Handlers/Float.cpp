//===- Float.cpp - arithmetic of f32 and f64 ------------------------------===//
//
// add sub mul fma mad div rcp sqrt abs neg min max copysign (PTX ISA 9.7.3),
// every rounding mode exact. Round to nearest without .sat is plain vector
// code. The rest computes into a buffer, under the host's rounding mode where
// the instruction names another one, and finishes the buffer.
//
//===----------------------------------------------------------------------===//

#include "FloatOps.h"
#include "Groups.h"

#include <cfenv>
#include <cmath>

namespace pit::emu {

using ptx::Type;

//===----------------------------------------------------------------------===//
// Modifiers
//===----------------------------------------------------------------------===//

static constexpr struct {
  std::string_view name;
  uint32_t bit;
} kModifierNames[] = {
    {"rn", kRn},     {"rz", kRz},   {"rm", kRm},     {"rp", kRp},
    {"ftz", kFtz},   {"sat", kSat}, {"relu", kRelu}, {"approx", kApprox},
    {"full", kFull}, {"NaN", kNaN}, {"oob", kOob},   {"xorsign", kXorsignAbs},
};

uint32_t readFloatModifiers(DecodeInst &d) {
  uint32_t result = 0;
  for (bool found = true; found;) {
    found = false;
    for (auto [name, bit] : kModifierNames) {
      // A repeated modifier stays unread and is an error as such.
      if ((result & bit) || !d.accept(name))
        continue;
      if ((bit & kAnyRounding) && (result & kAnyRounding))
        d.fail("more than one rounding mode");
      if (bit == kXorsignAbs)
        d.expectOneOf({"abs"});
      result |= bit;
      found = true;
    }
  }
  return result;
}

void allowModifiers(DecodeInst &d, uint32_t modifiers, uint32_t allowed,
                    Type type) {
  for (auto [name, bit] : kModifierNames)
    if ((modifiers & bit) && !(allowed & bit))
      d.fail("'." + std::string(name) + "' is not allowed with type '" +
             std::string(toString(type)) + "'");
}

void requireRounding(DecodeInst &d, uint32_t modifiers,
                     std::string_view expected) {
  if (!(modifiers & (kAnyRounding | kApprox | kFull)))
    d.fail("expects a rounding modifier (" + std::string(expected) + ")");
}

void floatOperands(DecodeInst &d, Type type, unsigned count) {
  if (!d.expectOperands(count + 1))
    return;
  d.dst(0, type);
  for (unsigned i = 1; i <= count; ++i)
    d.src(i, type);
}

bool isHalfType(Type type) {
  return type == Type::F16 || type == Type::F16x2 || type == Type::BF16 ||
         type == Type::BF16x2;
}

namespace {

//===----------------------------------------------------------------------===//
// Handlers of arithmetic
//===----------------------------------------------------------------------===//

struct AddOp {
  static constexpr unsigned kArity = 2;
  template <typename F> static F eval(F a, F b, F) { return a + b; }
};
struct SubOp {
  static constexpr unsigned kArity = 2;
  template <typename F> static F eval(F a, F b, F) { return a - b; }
};
struct MulOp {
  static constexpr unsigned kArity = 2;
  template <typename F> static F eval(F a, F b, F) { return a * b; }
};
struct DivOp {
  static constexpr unsigned kArity = 2;
  template <typename F> static F eval(F a, F b, F) { return a / b; }
};
struct FmaOp {
  static constexpr unsigned kArity = 3;
  static float eval(float a, float b, float c) {
    return __builtin_fmaf(a, b, c);
  }
  static double eval(double a, double b, double c) {
    return __builtin_fma(a, b, c);
  }
};
struct RcpOp {
  static constexpr unsigned kArity = 1;
  template <typename F> static F eval(F a, F, F) { return F(1) / a; }
};
struct SqrtOp {
  static constexpr unsigned kArity = 1;
  static float eval(float a, float, float) { return __builtin_sqrtf(a); }
  static double eval(double a, double, double) { return __builtin_sqrt(a); }
};

template <typename Op, typename U, bool kFlush>
inline __attribute__((always_inline)) U evalBits(U a, U b, U c) {
  using F = typename FloatBits<U>::Float;
  if constexpr (kFlush) {
    a = flushSubnormal(a);
    b = flushSubnormal(b);
    c = flushSubnormal(c);
  }
  return std::bit_cast<U>(
      Op::eval(std::bit_cast<F>(a), std::bit_cast<F>(b), std::bit_cast<F>(c)));
}

/// Round to nearest even, no .sat.
template <typename Op, typename U, bool kFlush>
void nearest(Warp &w, const Inst &inst, LaneMask mask) {
  auto f = [](U a, U b, U c) __attribute__((always_inline)) {
    U bits = canonicalOrSame(evalBits<Op, U, kFlush>(a, b, c));
    return kFlush ? flushSubnormal(bits) : bits;
  };
  if constexpr (Op::kArity == 1)
    lanes1<U, U>(w, inst, mask, [=](U a) { return f(a, 0, 0); });
  else if constexpr (Op::kArity == 2)
    lanes2<U, U, U>(w, inst, mask, [=](U a, U b) { return f(a, b, 0); });
  else
    lanes3<U, U, U, U>(w, inst, mask, f);
}

/// Holds the host's rounding mode, which belongs to the thread.
class RoundingScope {
public:
  explicit RoundingScope(uint32_t modifiers) {
    int mode = modifiers & kRz   ? FE_TOWARDZERO
               : modifiers & kRm ? FE_DOWNWARD
               : modifiers & kRp ? FE_UPWARD
                                 : FE_TONEAREST;
    changed = mode != FE_TONEAREST;
    if (changed)
      std::fesetround(mode);
  }
  ~RoundingScope() {
    if (changed)
      std::fesetround(FE_TONEAREST);
  }

private:
  bool changed;
};

/// Computes 32 lanes in the rounding mode of the moment. Not inlined, and fed
/// through memory: a compiler that takes the mode for constant could otherwise
/// move the arithmetic past the calls that change it.
template <typename Op, typename U, bool kFlush>
__attribute__((noinline)) void evalArray(const U *a, const U *b, const U *c,
                                         U *result) {
  asm volatile("" : : "r"(result) : "memory");
  for (unsigned l = 0; l < kWarpSize; ++l)
    result[l] = evalBits<Op, U, kFlush>(a[l], b[l], c[l]);
  asm volatile("" : : "r"(result) : "memory");
}

/// Any rounding mode, any modifier; they are in aux.
template <typename Op, typename U>
void general(Warp &w, const Inst &inst, LaneMask mask) {
  const U *a = w.in<U>(inst.op[1]);
  const U *b = Op::kArity > 1 ? w.in<U>(inst.op[2]) : a;
  const U *c = Op::kArity > 2 ? w.in<U>(inst.op[3]) : a;
  alignas(64) U result[kWarpSize];
  {
    RoundingScope scope(inst.aux);
    if (inst.aux & kFtz)
      evalArray<Op, U, true>(a, b, c, result);
    else
      evalArray<Op, U, false>(a, b, c, result);
  }
  U flush = inst.aux & kFtz ? ~U(0) : U(0);
  U clamp = inst.aux & kSat ? ~U(0) : U(0);
  const U *r = result;
  forLanes(w.out<U>(inst.op[0]), mask, [=](unsigned l) {
    U bits = canonicalOrSame(r[l]);
    bits = clamp ? saturate(bits) : bits;
    return flush ? flushSubnormal(bits) : bits;
  });
}

template <typename Op, typename U> Handler arithHandler(uint32_t modifiers) {
  if (modifiers & (kRz | kRm | kRp | kSat))
    return general<Op, U>;
  if (modifiers & kFtz)
    return nearest<Op, U, true>;
  return nearest<Op, U, false>;
}

template <typename Op>
void pickArith(DecodeInst &d, uint32_t modifiers, Type type) {
  floatOperands(d, type, Op::kArity);
  d.inst.aux = modifiers;
  d.handler(type == Type::F32 ? arithHandler<Op, uint32_t>(modifiers)
                              : arithHandler<Op, uint64_t>(modifiers));
}

//===----------------------------------------------------------------------===//
// Handlers of sign operations, min and max
//===----------------------------------------------------------------------===//

template <typename U, bool kNeg, bool kFlush>
void absNeg(Warp &w, const Inst &inst, LaneMask mask) {
  using B = FloatBits<U>;
  lanes1<U, U>(w, inst, mask, [](U a) {
    U value = kFlush ? flushSubnormal(a) : a;
    return kNeg ? value ^ B::kSign : value & ~B::kSign;
  });
}

template <typename U> void copysign(Warp &w, const Inst &inst, LaneMask mask) {
  using B = FloatBits<U>;
  // The sign comes from the first operand.
  lanes2<U, U, U>(w, inst, mask,
                  [](U a, U b) { return U((a & B::kSign) | (b & ~B::kSign)); });
}

template <typename U, bool kMax>
void floatMinMax(Warp &w, const Inst &inst, LaneMask mask) {
  using B = FloatBits<U>;
  U ftz = inst.aux & kFtz ? ~U(0) : U(0);
  U nan = inst.aux & kNaN ? ~U(0) : U(0);
  U xorsign = inst.aux & kXorsignAbs ? ~U(0) : U(0);
  lanes2<U, U, U>(w, inst, mask, [=](U a, U b) {
    return minMax<U, B::kSign, B::kInf, B::kNaN, kMax>(a, b, ftz, nan, xorsign);
  });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// The type of an instruction that exists for every floating-point type.
Type anyFloatType(DecodeInst &d) {
  d.inst.instClass = InstClass::Float;
  Type type = d.type({Type::F32, Type::F64, Type::F16, Type::F16x2, Type::BF16,
                      Type::BF16x2, Type::F32x2});
  if (type == Type::F32x2) {
    d.requireSm(100);
    d.fail("packed f32x2 arithmetic is not supported");
  }
  if (type == Type::F32 && d.acceptType() != Type::None) {
    d.requireSm(100);
    d.fail("arithmetic on operands of two types is not supported");
  }
  return type;
}

void decodeArith(DecodeInst &d, Arith op) {
  uint32_t modifiers = readFloatModifiers(d);
  Type type = anyFloatType(d);
  if (op == Arith::Fma)
    requireRounding(d, modifiers, "'.rn', '.rz', '.rm' or '.rp'");
  if (d.failed())
    return;
  if (isHalfType(type))
    return decodeHalfArith(d, op, modifiers, type);
  allowModifiers(d, modifiers,
                 kAnyRounding | (type == Type::F32 ? kFtz | kSat : 0u), type);
  switch (op) {
  case Arith::Add:
    return pickArith<AddOp>(d, modifiers, type);
  case Arith::Sub:
    return pickArith<SubOp>(d, modifiers, type);
  case Arith::Mul:
    return pickArith<MulOp>(d, modifiers, type);
  case Arith::Fma:
    return pickArith<FmaOp>(d, modifiers, type);
  }
}

/// rcp and sqrt.
void decodeUnary(DecodeInst &d, bool isSqrt) {
  uint32_t modifiers = readFloatModifiers(d);
  d.inst.instClass = InstClass::Float;
  Type type = d.type({Type::F32, Type::F64});
  requireRounding(d, modifiers, "'.approx', '.rn', '.rz', '.rm' or '.rp'");
  if (d.failed())
    return;
  if (modifiers & kApprox) {
    if (isSqrt && type == Type::F64)
      return d.fail("'.approx' is not allowed with type 'f64'");
    allowModifiers(d, modifiers, kApprox | kFtz, type);
    return isSqrt ? decodeApproxSqrt(d, modifiers)
                  : decodeApproxRcp(d, modifiers, type);
  }
  allowModifiers(d, modifiers, kAnyRounding | (type == Type::F32 ? kFtz : 0u),
                 type);
  if (isSqrt)
    pickArith<SqrtOp>(d, modifiers, type);
  else
    pickArith<RcpOp>(d, modifiers, type);
}

void decodeAbsNeg(DecodeInst &d, bool isNeg) {
  uint32_t modifiers = readFloatModifiers(d);
  Type type = anyFloatType(d);
  if (d.failed())
    return;
  if (isHalfType(type))
    return decodeHalfAbsNeg(d, isNeg, modifiers, type);
  allowModifiers(d, modifiers, type == Type::F32 ? kFtz : 0u, type);
  floatOperands(d, type, 1);
  if (type == Type::F64)
    d.handler(isNeg ? absNeg<uint64_t, true, false>
                    : absNeg<uint64_t, false, false>);
  else if (modifiers & kFtz)
    d.handler(isNeg ? absNeg<uint32_t, true, true>
                    : absNeg<uint32_t, false, true>);
  else
    d.handler(isNeg ? absNeg<uint32_t, true, false>
                    : absNeg<uint32_t, false, false>);
}

void decodeMinMax(DecodeInst &d, bool isMax) {
  uint32_t modifiers = readFloatModifiers(d);
  // Three operands, whose modifier is '.abs' alone, came with sm_100.
  if (d.accept("abs")) {
    d.requireSm(100);
    d.fail("min and max of three operands are not supported");
  }
  Type type = anyFloatType(d);
  if (d.failed())
    return;
  if (modifiers & kXorsignAbs)
    d.requireSm(86);
  if (isHalfType(type))
    return decodeHalfMinMax(d, isMax, modifiers, type);
  allowModifiers(d, modifiers,
                 type == Type::F32 ? kFtz | kNaN | kXorsignAbs : 0u, type);
  if (type == Type::F32 && d.numOperands() == 4) {
    d.requireSm(100);
    return d.fail("min and max of three operands are not supported");
  }
  floatOperands(d, type, 2);
  d.inst.aux = modifiers;
  if (type == Type::F32)
    d.handler(isMax ? floatMinMax<uint32_t, true>
                    : floatMinMax<uint32_t, false>);
  else
    d.handler(isMax ? floatMinMax<uint64_t, true>
                    : floatMinMax<uint64_t, false>);
}

void decodeCopysign(DecodeInst &d) {
  d.inst.instClass = InstClass::Float;
  Type type = d.type({Type::F32, Type::F64});
  floatOperands(d, type, 2);
  d.handler(type == Type::F64 ? copysign<uint64_t> : copysign<uint32_t>);
}

} // namespace

void decodeFloatAdd(DecodeInst &d) { decodeArith(d, Arith::Add); }
void decodeFloatSub(DecodeInst &d) { decodeArith(d, Arith::Sub); }
void decodeFloatMul(DecodeInst &d) { decodeArith(d, Arith::Mul); }
void decodeFloatFma(DecodeInst &d) { decodeArith(d, Arith::Fma); }

// mad on floating point is another name of fma, for f32 and f64 only.
void decodeFloatMad(DecodeInst &d) {
  if (d.lastType() != Type::F32 && d.lastType() != Type::F64)
    return d.fail("expects an integer type, 'f32' or 'f64'");
  decodeArith(d, Arith::Fma);
}

void decodeFloatDiv(DecodeInst &d) {
  uint32_t modifiers = readFloatModifiers(d);
  d.inst.instClass = InstClass::Float;
  Type type = d.type({Type::F32, Type::F64});
  requireRounding(d, modifiers,
                  "'.approx', '.full', '.rn', '.rz', '.rm' or '.rp'");
  if (d.failed())
    return;
  if (modifiers & (kApprox | kFull)) {
    if (type == Type::F64)
      return allowModifiers(d, modifiers, kAnyRounding, type);
    allowModifiers(d, modifiers, kFtz | (modifiers & kApprox ? kApprox : kFull),
                   type);
    return decodeApproxDiv(d, modifiers);
  }
  allowModifiers(d, modifiers, kAnyRounding | (type == Type::F32 ? kFtz : 0u),
                 type);
  pickArith<DivOp>(d, modifiers, type);
}

void decodeFloatAbs(DecodeInst &d) { decodeAbsNeg(d, false); }
void decodeFloatNeg(DecodeInst &d) { decodeAbsNeg(d, true); }
void decodeFloatMin(DecodeInst &d) { decodeMinMax(d, false); }
void decodeFloatMax(DecodeInst &d) { decodeMinMax(d, true); }

void registerFloat(MnemonicTable &table) {
  table["fma"] = decodeFloatFma;
  table["rcp"] = [](DecodeInst &d) { decodeUnary(d, false); };
  table["sqrt"] = [](DecodeInst &d) { decodeUnary(d, true); };
  table["copysign"] = decodeCopysign;
  registerFloatApprox(table);
}

} // namespace pit::emu
