//===- Logic.cpp - logic, shifts, permutations of bytes -------------------===//
//
// PTX ISA 9.7.8 (logic and shift instructions) and prmt (9.7.9.7).
//
//===----------------------------------------------------------------------===//

#include "Groups.h"
#include "Select.h"

#include <algorithm>

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// and, or, xor, not, cnot
//===----------------------------------------------------------------------===//

struct And {
  template <typename T> T operator()(T a, T b) const { return a & b; }
};
struct Or {
  template <typename T> T operator()(T a, T b) const { return a | b; }
};
struct Xor {
  template <typename T> T operator()(T a, T b) const { return a ^ b; }
};
struct Not {
  template <typename T> T operator()(T a) const { return T(~a); }
};
struct CNot {
  template <typename T> T operator()(T a) const { return a == 0; }
};

/// On predicates. Either source may be negated: bit 0 of aux for a, bit 1 for
/// b.
template <typename Op>
void predicateLogic(Warp &w, const Inst &inst, LaneMask mask) {
  LaneMask a = w.predicate(inst.op[1]) ^ (inst.aux & 1 ? kAllLanes : 0);
  LaneMask b = w.predicate(inst.op[2]) ^ (inst.aux & 2 ? kAllLanes : 0);
  w.setPredicate(inst.op[0], mask, Op()(a, b));
}
void predicateNot(Warp &w, const Inst &inst, LaneMask mask) {
  LaneMask a = w.predicate(inst.op[1]) ^ (inst.aux & 1 ? kAllLanes : 0);
  w.setPredicate(inst.op[0], mask, ~a);
}

Type logicType(DecodeInst &d) {
  return d.type({Type::Pred, Type::B16, Type::B32, Type::B64});
}

/// Operands 1 to `sources` as predicates, their negations in aux.
void predicateOperands(DecodeInst &d, unsigned sources) {
  d.predicateDst(0);
  for (unsigned i = 1; i <= sources; ++i) {
    LaneMask flip = 0;
    d.predicate(i, &flip);
    d.inst.aux |= (flip & 1) << (i - 1);
  }
  d.inst.instClass = InstClass::Predicate;
}

template <typename Op> void decodeBinary(DecodeInst &d) {
  Type type = logicType(d);
  d.expectOperands(3);
  if (type == Type::Pred) {
    predicateOperands(d, 2);
    d.handler(predicateLogic<Op>);
    return;
  }
  d.dst(0, type);
  d.src(1, type);
  d.src(2, type);
  d.inst.instClass = InstClass::Integer;
  d.handler(binaryBits<Op>(type));
}

void decodeNot(DecodeInst &d) {
  Type type = logicType(d);
  d.expectOperands(2);
  if (type == Type::Pred) {
    predicateOperands(d, 1);
    d.handler(predicateNot);
    return;
  }
  d.dst(0, type);
  d.src(1, type);
  d.inst.instClass = InstClass::Integer;
  d.handler(unaryBits<Not>(type));
}

void decodeCNot(DecodeInst &d) {
  Type type = d.type({Type::B16, Type::B32, Type::B64});
  d.expectOperands(2);
  d.dst(0, type);
  d.src(1, type);
  d.inst.instClass = InstClass::Integer;
  d.handler(unaryBits<CNot>(type));
}

//===----------------------------------------------------------------------===//
// lop3
//===----------------------------------------------------------------------===//

// A function of three bits is an exclusive or of products of them. Bit k of
// aux's low byte says whether the product of those inputs takes part that k
// names (4: a, 2: b, 1: c; k = 0: the constant one).

/// Those coefficients, from the table of values `lut` (bit 4a + 2b + c).
uint32_t productsOf(uint32_t lut) {
  uint32_t products = 0;
  for (unsigned k = 0; k < 8; ++k) {
    unsigned parity = 0;
    for (unsigned row = 0; row < 8; ++row)
      if ((row & k) == row)
        parity ^= (lut >> row) & 1;
    products |= parity << k;
  }
  return products;
}

template <typename F> void lop3Lanes(const Warp &w, const Inst &inst, F store) {
  uint32_t use[8];
  for (unsigned k = 0; k < 8; ++k)
    use[k] = 0u - ((inst.aux >> k) & 1);
  const uint32_t *a = w.in<uint32_t>(inst.op[1]),
                 *b = w.in<uint32_t>(inst.op[2]);
  const uint32_t *c = w.in<uint32_t>(inst.op[3]);
  store([=](unsigned l) {
    uint32_t x = a[l], y = b[l], z = c[l];
    uint32_t without = use[0] ^ (use[1] & z) ^ (use[2] & y) ^ (use[3] & y & z);
    uint32_t with = use[4] ^ (use[5] & z) ^ (use[6] & y) ^ (use[7] & y & z);
    return without ^ (with & x);
  });
}

void lop3(Warp &w, const Inst &inst, LaneMask mask) {
  lop3Lanes(w, inst,
            [&](auto f) { forLanes(w.out<uint32_t>(inst.op[0]), mask, f); });
}

/// Bits of aux above the coefficients.
enum : uint32_t { kLop3Or = 1 << 8, kLop3NegateQ = 1 << 9 };

/// d|p = f(a, b, c), (f(a, b, c) != 0) BoolOp q. p is operand 4, q operand 5.
void lop3Predicate(Warp &w, const Inst &inst, LaneMask mask) {
  alignas(64) uint32_t value[kWarpSize];
  lop3Lanes(w, inst, [&](auto f) { forLanes(value, kAllLanes, f); });
  if (inst.op[0] != kNoRef)
    forLanes(w.out<uint32_t>(inst.op[0]), mask,
             [&](unsigned l) { return value[l]; });
  LaneMask p = maskOf([&](unsigned l) { return value[l] != 0; });
  LaneMask q =
      w.predicate(inst.op[5]) ^ (inst.aux & kLop3NegateQ ? kAllLanes : 0);
  w.setPredicate(inst.op[4], mask, inst.aux & kLop3Or ? p | q : p & q);
}

void decodeLop3(DecodeInst &d) {
  int boolOp = d.acceptOneOf({"or", "and"});
  d.type({Type::B32});
  d.expectOperands(boolOp < 0 ? 5 : 6);
  if (boolOp < 0) {
    d.dst(0, Type::B32);
  } else if (d.numOperands() > 0) {
    const ptx::Operand &result = d.operand(0);
    if (result.kind != ptx::Operand::Kind::Pair ||
        result.elements.size() != 2) {
      d.fail("operand 1 of 'lop3' with '.or' or '.and' has to be a pair 'd|p'");
    } else {
      d.inst.op[0] = d.dstRef(result.elements[0], Type::B32, true);
      d.inst.op[4] = d.dstRef(result.elements[1], Type::Pred);
    }
  }
  for (unsigned i = 1; i <= 3; ++i)
    d.src(i, Type::B32);
  // ptxas takes any integer here and looks at the low byte of it.
  d.inst.aux =
      productsOf(uint32_t(d.constant(4, INT32_MIN, UINT32_MAX)) & 0xFF);
  d.inst.instClass = InstClass::Integer;
  d.handler(lop3);
  if (boolOp < 0)
    return;
  LaneMask flip = 0;
  d.predicate(5, &flip, 5);
  d.inst.aux |= (boolOp == 0 ? uint32_t(kLop3Or) : 0u) |
                (flip ? uint32_t(kLop3NegateQ) : 0u);
  d.requireSm(70);
  d.handler(lop3Predicate);
}

//===----------------------------------------------------------------------===//
// shl, shr, shf
//===----------------------------------------------------------------------===//

// Amounts beyond the width shift everything out.

template <typename T> void shl(Warp &w, const Inst &inst, LaneMask mask) {
  constexpr uint32_t kBits = 8 * sizeof(T);
  lanes2<T, T, uint32_t>(w, inst, mask, [](T a, uint32_t b) {
    T shifted = T(Wrapping<T>(a) << (b & (kBits - 1)));
    return b < kBits ? shifted : T(0);
  });
}

template <typename T> void shr(Warp &w, const Inst &inst, LaneMask mask) {
  constexpr uint32_t kBits = 8 * sizeof(T);
  lanes2<T, T, uint32_t>(w, inst, mask, [](T a, uint32_t b) {
    if constexpr (std::is_signed_v<T>)
      return T(a >> std::min(b, kBits - 1));
    T shifted = T(a >> (b & (kBits - 1)));
    return b < kBits ? shifted : T(0);
  });
}

void decodeShl(DecodeInst &d) {
  Type type = d.type({Type::B16, Type::B32, Type::B64});
  d.expectOperands(3);
  d.dst(0, type);
  d.src(1, type);
  d.src(2, Type::U32);
  d.inst.instClass = InstClass::Integer;
  d.handler(
      forWidth(type, [](auto zero) -> Handler { return shl<decltype(zero)>; }));
}

void decodeShr(DecodeInst &d) {
  Type type = d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32,
                      Type::U64, Type::S16, Type::S32, Type::S64});
  d.expectOperands(3);
  d.dst(0, type);
  d.src(1, type);
  d.src(2, Type::U32);
  d.inst.instClass = InstClass::Integer;
  auto make = [](auto zero) -> Handler { return shr<decltype(zero)>; };
  Handler typed = forInteger(type, make);
  d.handler(typed ? typed : forWidth(type, make));
}

/// Shifts the 64 bits b:a; .l keeps the upper half of them, .r the lower one.
template <bool left, bool clamp>
void shf(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<uint32_t, uint32_t, uint32_t, uint32_t>(
      w, inst, mask, [](uint32_t a, uint32_t b, uint32_t c) {
        uint32_t n = clamp ? std::min(c, 32u) : c & 31;
        uint64_t both = uint64_t(b) << 32 | a;
        return uint32_t(left ? (both << n) >> 32 : both >> n);
      });
}

void decodeShf(DecodeInst &d) {
  bool left = d.expectOneOf({"l", "r"}) == 0;
  bool clamp = d.expectOneOf({"clamp", "wrap"}) == 0;
  d.type({Type::B32});
  d.expectOperands(4);
  d.dst(0, Type::B32);
  for (unsigned i = 1; i <= 3; ++i)
    d.src(i, Type::B32);
  d.inst.instClass = InstClass::Integer;
  d.handler(left ? (clamp ? shf<true, true> : shf<true, false>)
                 : (clamp ? shf<false, true> : shf<false, false>));
}

//===----------------------------------------------------------------------===//
// prmt
//===----------------------------------------------------------------------===//

/// Four bytes out of the eight of b:a. Each nibble of `selector`, the lowest
/// for the lowest byte, names one; its top bit asks for the byte's sign
/// instead.
uint32_t permute(uint32_t a, uint32_t b, uint32_t selector) {
  const uint64_t bytes = uint64_t(b) << 32 | a;
  uint32_t result = 0;
  for (unsigned i = 0; i < 4; ++i) {
    uint32_t nibble = selector >> (4 * i);
    uint32_t byte = uint32_t(bytes >> (8 * (nibble & 7))) & 0xFF;
    uint32_t sign = 0u - (byte >> 7);
    result |= ((nibble & 8 ? sign : byte) & 0xFF) << (8 * i);
  }
  return result;
}

void prmt(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<uint32_t, uint32_t, uint32_t, uint32_t>(w, inst, mask, permute);
}

/// Selectors that the modes stand for, by the low two bits of c.
constexpr uint16_t kModeSelectors[6][4] = {
    {0x3210, 0x4321, 0x5432, 0x6543}, // f4e: four bytes forward from c
    {0x5670, 0x6701, 0x7012, 0x0123}, // b4e: four bytes backward from c
    {0x0000, 0x1111, 0x2222, 0x3333}, // rc8: one byte, replicated
    {0x3210, 0x3211, 0x3222, 0x3333}, // ecl: no byte below c
    {0x0000, 0x1110, 0x2210, 0x3210}, // ecr: no byte above c
    {0x1010, 0x3232, 0x1010, 0x3232}, // rc16: one half, replicated
};

void prmtMode(Warp &w, const Inst &inst, LaneMask mask) {
  const uint16_t *selectors = kModeSelectors[inst.aux];
  lanes3<uint32_t, uint32_t, uint32_t, uint32_t>(
      w, inst, mask, [=](uint32_t a, uint32_t b, uint32_t c) {
        return permute(a, b, selectors[c & 3]);
      });
}

void decodePrmt(DecodeInst &d) {
  d.type({Type::B32});
  int mode = d.acceptOneOf({"f4e", "b4e", "rc8", "ecl", "ecr", "rc16"});
  d.expectOperands(4);
  d.dst(0, Type::B32);
  for (unsigned i = 1; i <= 3; ++i)
    d.src(i, Type::B32);
  d.inst.instClass = InstClass::Integer;
  d.inst.aux = mode < 0 ? 0 : uint32_t(mode);
  d.handler(mode < 0 ? prmt : prmtMode);
}

} // namespace

void pit::emu::registerLogic(MnemonicTable &table) {
  table["and"] = decodeBinary<And>;
  table["or"] = decodeBinary<Or>;
  table["xor"] = decodeBinary<Xor>;
  table["not"] = decodeNot;
  table["cnot"] = decodeCNot;
  table["lop3"] = decodeLop3;
  table["shl"] = decodeShl;
  table["shr"] = decodeShr;
  table["shf"] = decodeShf;
  table["prmt"] = decodePrmt;
}
