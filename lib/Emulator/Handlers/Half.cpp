//===- Half.cpp - arithmetic of f16, bf16 and their pairs -----------------===//
//
// add sub mul fma neg abs min max on f16, f16x2, bf16 and bf16x2 (PTX ISA
// 9.7.4), each rounded once. A register of pairs is an array of 64 halves, so
// one loop serves both.
//
//===----------------------------------------------------------------------===//

#include "FloatOps.h"

#include "Numerics/Float.h"

namespace pit::emu {

using ptx::Type;

namespace {

constexpr uint16_t kSignHalf = 0x8000, kNaNHalf = 0x7FFF;
constexpr uint16_t kInfF16 = 0x7C00, kInfBF16 = 0x7F80;

/// How many halves a register of 32 lanes has.
template <bool kPair> constexpr unsigned kHalves = kPair ? 64 : 32;

/// Stores halves for the lanes of `mask`.
template <bool kPair>
inline void storeHalves(Warp &w, const Inst &inst, LaneMask mask,
                        const uint16_t *halves) {
  if constexpr (kPair) {
    alignas(64) uint32_t pairs[kWarpSize];
    std::memcpy(pairs, halves, sizeof(pairs));
    const uint32_t *p = pairs;
    forLanes(w.out<uint32_t>(inst.op[0]), mask,
             [=](unsigned l) { return p[l]; });
  } else {
    forLanes(w.out<uint16_t>(inst.op[0]), mask,
             [=](unsigned l) { return halves[l]; });
  }
}

/// Copies `count` halves, flushing subnormals if `flush`, flipping `sign`.
inline void prepare(const uint16_t *in, uint16_t *out, unsigned count,
                    bool flush, uint16_t sign) {
  for (unsigned i = 0; i < count; ++i) {
    uint16_t half = flush ? flushF16(in[i]) : in[i];
    out[i] = half ^ sign;
  }
}

/// The format's arithmetic on `count` halves: fma, or add and mul, which do not
/// look at `c`.
template <bool kBF16, Arith kOp>
inline void compute(const uint16_t *a, const uint16_t *b, const uint16_t *c,
                    uint16_t *d, unsigned count) {
  if constexpr (kOp == Arith::Mul)
    kBF16 ? mulBF16(a, b, d, count) : mulF16(a, b, d, count);
  else if constexpr (kOp == Arith::Fma)
    kBF16 ? fmaBF16(a, b, c, d, count) : fmaF16(a, b, c, d, count);
  else
    kBF16 ? addBF16(a, b, d, count) : addF16(a, b, d, count);
}

template <bool kBF16, bool kPair, Arith kOp>
void halfArith(Warp &w, const Inst &inst, LaneMask mask) {
  constexpr unsigned kCount = kHalves<kPair>;
  const uint16_t *a = w.in<uint16_t>(inst.op[1]);
  const uint16_t *b = w.in<uint16_t>(inst.op[2]);
  const uint16_t *c = kOp == Arith::Fma ? w.in<uint16_t>(inst.op[3]) : a;
  alignas(64) uint16_t x[kCount], y[kCount], z[kCount], result[kCount];
  bool flush = !kBF16 && (inst.aux & kFtz);
  // a - b is a + -b; a NaN comes out canonical either way.
  constexpr uint16_t kFlip = kOp == Arith::Sub ? kSignHalf : 0;
  if (flush || kFlip) {
    prepare(b, y, kCount, flush, kFlip);
    b = y;
  }
  if (flush) {
    prepare(a, x, kCount, true, 0);
    prepare(c, z, kCount, true, 0);
    a = x;
    c = z;
  }
  compute<kBF16, kOp>(a, b, c, result, kCount);
  if (flush)
    prepare(result, result, kCount, true, 0);
  if (inst.aux & kSat)
    for (uint16_t &half : result)
      half = saturateF16(half);
  if (inst.aux & kRelu)
    for (uint16_t &half : result)
      half = reluHalf(half);
  storeHalves<kPair>(w, inst, mask, result);
}

template <bool kBF16, bool kPair> Handler arithHandler(Arith op) {
  switch (op) {
  case Arith::Add:
    return halfArith<kBF16, kPair, Arith::Add>;
  case Arith::Sub:
    return halfArith<kBF16, kPair, Arith::Sub>;
  case Arith::Mul:
    return halfArith<kBF16, kPair, Arith::Mul>;
  case Arith::Fma:
    break;
  }
  return halfArith<kBF16, kPair, Arith::Fma>;
}

template <bool kPair, bool kNeg>
void halfAbsNeg(Warp &w, const Inst &inst, LaneMask mask) {
  constexpr unsigned kCount = kHalves<kPair>;
  const uint16_t *a = w.in<uint16_t>(inst.op[1]);
  bool flush = inst.aux & kFtz;
  alignas(64) uint16_t result[kCount];
  for (unsigned i = 0; i < kCount; ++i) {
    uint16_t half = flush ? flushF16(a[i]) : a[i];
    result[i] = kNeg ? half ^ kSignHalf : half & ~kSignHalf;
  }
  storeHalves<kPair>(w, inst, mask, result);
}

template <bool kBF16, bool kPair, bool kMax>
void halfMinMax(Warp &w, const Inst &inst, LaneMask mask) {
  constexpr unsigned kCount = kHalves<kPair>;
  const uint16_t *a = w.in<uint16_t>(inst.op[1]);
  const uint16_t *b = w.in<uint16_t>(inst.op[2]);
  uint16_t ftz = inst.aux & kFtz ? 0xFFFF : 0;
  uint16_t nan = inst.aux & kNaN ? 0xFFFF : 0;
  uint16_t xorsign = inst.aux & kXorsignAbs ? 0xFFFF : 0;
  alignas(64) uint16_t result[kCount];
  for (unsigned i = 0; i < kCount; ++i)
    result[i] = minMax < uint16_t, kSignHalf, kBF16 ? kInfBF16 : kInfF16,
    kNaNHalf, kMax > (a[i], b[i], ftz, nan, xorsign);
  storeHalves<kPair>(w, inst, mask, result);
}

bool isBF16(Type type) { return type == Type::BF16 || type == Type::BF16x2; }
bool isPair(Type type) { return type == Type::F16x2 || type == Type::BF16x2; }

} // namespace

void decodeHalfArith(DecodeInst &d, Arith op, uint32_t modifiers, Type type) {
  uint32_t allowed = kRn;
  if (!isBF16(type))
    allowed |= kFtz | kSat;
  if (op == Arith::Fma)
    allowed |= kRelu;
  if (modifiers & kOob) {
    d.requireSm(90);
    d.fail("'.oob' is not supported");
  }
  allowModifiers(d, modifiers, allowed, type);
  if ((modifiers & kSat) && (modifiers & kRelu))
    d.fail("'.sat' and '.relu' exclude each other");
  if (isBF16(type) && op != Arith::Fma)
    d.requireSm(90);
  floatOperands(d, type, op == Arith::Fma ? 3 : 2);
  d.inst.aux = modifiers;
  if (isBF16(type))
    d.handler(isPair(type) ? arithHandler<true, true>(op)
                           : arithHandler<true, false>(op));
  else
    d.handler(isPair(type) ? arithHandler<false, true>(op)
                           : arithHandler<false, false>(op));
}

void decodeHalfAbsNeg(DecodeInst &d, bool isNeg, uint32_t modifiers,
                      Type type) {
  allowModifiers(d, modifiers, isBF16(type) ? 0u : kFtz, type);
  floatOperands(d, type, 1);
  d.inst.aux = modifiers;
  if (isPair(type))
    d.handler(isNeg ? halfAbsNeg<true, true> : halfAbsNeg<true, false>);
  else
    d.handler(isNeg ? halfAbsNeg<false, true> : halfAbsNeg<false, false>);
}

void decodeHalfMinMax(DecodeInst &d, bool isMax, uint32_t modifiers,
                      Type type) {
  allowModifiers(d, modifiers, kNaN | kXorsignAbs | (isBF16(type) ? 0u : kFtz),
                 type);
  if (d.numOperands() == 4) {
    d.requireSm(100);
    return d.fail("min and max of three operands are not supported");
  }
  floatOperands(d, type, 2);
  d.inst.aux = modifiers;
  if (isBF16(type) && isPair(type))
    d.handler(isMax ? halfMinMax<true, true, true>
                    : halfMinMax<true, true, false>);
  else if (isBF16(type))
    d.handler(isMax ? halfMinMax<true, false, true>
                    : halfMinMax<true, false, false>);
  else if (isPair(type))
    d.handler(isMax ? halfMinMax<false, true, true>
                    : halfMinMax<false, true, false>);
  else
    d.handler(isMax ? halfMinMax<false, false, true>
                    : halfMinMax<false, false, false>);
}

} // namespace pit::emu
