//===- Carry.cpp - extended-precision arithmetic --------------------------===//
//
// PTX ISA 9.7.2: add, sub and mad that read or write the carry flag CC.CF, one
// for each lane. After a subtraction the flag is the borrow.
//
//===----------------------------------------------------------------------===//

#include "Groups.h"
#include "Select.h"

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

/// Bits of Inst::aux.
enum : uint32_t { kCarryIn = 1, kCarryOut = 2 };

/// Runs f(l, carry), which returns the result of lane l and makes of the carry
/// in the carry out.
template <typename T, typename F>
void withCarry(Warp &w, const Inst &inst, LaneMask mask, F f) {
  T *d = w.out<T>(inst.op[0]);
  const LaneMask in = inst.aux & kCarryIn ? w.carry : 0;
  LaneMask out = 0;
  eachLane(mask, [&](unsigned l) {
    T carry = (in >> l) & 1;
    d[l] = f(l, carry);
    out |= LaneMask(carry) << l;
  });
  if (inst.aux & kCarryOut)
    w.carry = (w.carry & ~mask) | out;
}

template <typename T> T addCarry(T a, T b, T &carry) {
  T partial = T(a + b);
  T sum = T(partial + carry);
  carry = T(partial < a) | T(sum < partial);
  return sum;
}

template <typename T> T subBorrow(T a, T b, T &carry) {
  T partial = T(a - b);
  T difference = T(partial - carry);
  carry = T(partial > a) | T(difference > partial);
  return difference;
}

template <typename T> void add(Warp &w, const Inst &inst, LaneMask mask) {
  const T *a = w.in<T>(inst.op[1]), *b = w.in<T>(inst.op[2]);
  withCarry<T>(w, inst, mask, [=](unsigned l, T &carry) {
    return addCarry(a[l], b[l], carry);
  });
}

template <typename T> void sub(Warp &w, const Inst &inst, LaneMask mask) {
  const T *a = w.in<T>(inst.op[1]), *b = w.in<T>(inst.op[2]);
  withCarry<T>(w, inst, mask, [=](unsigned l, T &carry) {
    return subBorrow(a[l], b[l], carry);
  });
}

/// T is signed where that changes the upper half of the product.
template <typename T, bool high>
void mad(Warp &w, const Inst &inst, LaneMask mask) {
  using U = std::make_unsigned_t<T>;
  const T *a = w.in<T>(inst.op[1]), *b = w.in<T>(inst.op[2]);
  const U *c = w.in<U>(inst.op[3]);
  withCarry<U>(w, inst, mask, [=](unsigned l, U &carry) {
    U product = U(high ? mulHigh(a[l], b[l]) : mulLow(a[l], b[l]));
    return addCarry(product, c[l], carry);
  });
}

/// `[.cc].type` and the operands; the flag is read if `carryIn`.
Type decodeCommon(DecodeInst &d, bool carryIn, unsigned sources) {
  // Without the carry in, the .cc form is what distinguishes the instruction.
  bool carryOut = carryIn ? d.accept("cc") : d.expectOneOf({"cc"}) == 0;
  Type type = d.type({Type::U32, Type::S32, Type::U64, Type::S64});
  d.expectOperands(sources + 1);
  d.dst(0, type);
  for (unsigned i = 1; i <= sources; ++i)
    d.src(i, type);
  d.inst.aux = (carryIn ? uint32_t(kCarryIn) : 0u) |
               (carryOut ? uint32_t(kCarryOut) : 0u);
  d.inst.instClass = InstClass::Integer;
  return type;
}

template <bool carryIn> void decodeAdd(DecodeInst &d) {
  Type type = decodeCommon(d, carryIn, 2);
  d.handler(ptx::bitWidth(type) == 64 ? add<uint64_t> : add<uint32_t>);
}

template <bool carryIn> void decodeSub(DecodeInst &d) {
  Type type = decodeCommon(d, carryIn, 2);
  d.handler(ptx::bitWidth(type) == 64 ? sub<uint64_t> : sub<uint32_t>);
}

template <bool carryIn> void decodeMad(DecodeInst &d) {
  bool high = d.expectOneOf({"lo", "hi"}) == 1;
  Type type = decodeCommon(d, carryIn, 3);
  d.handler(forWideInteger(type, [high](auto zero) -> Handler {
    using T = decltype(zero);
    return high ? mad<T, true> : mad<T, false>;
  }));
}

} // namespace

void pit::emu::decodeAddCc(DecodeInst &d) { decodeAdd<false>(d); }
void pit::emu::decodeSubCc(DecodeInst &d) { decodeSub<false>(d); }
void pit::emu::decodeMadCc(DecodeInst &d) { decodeMad<false>(d); }

void pit::emu::registerCarry(MnemonicTable &table) {
  table["addc"] = decodeAdd<true>;
  table["subc"] = decodeSub<true>;
  table["madc"] = decodeMad<true>;
}
