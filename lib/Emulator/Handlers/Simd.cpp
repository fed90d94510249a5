//===- Simd.cpp - packed integers -----------------------------------------===//
//
// Two 16-bit integers in 32 bits (add, min, max; PTX ISA 9.7.1), and the dot
// products of packed bytes, dp4a and dp2a.
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
// Two 16-bit integers
//===----------------------------------------------------------------------===//

struct Add {
  int operator()(int a, int b) const { return a + b; }
};
struct Min {
  int operator()(int a, int b) const { return std::min(a, b); }
};
struct Max {
  int operator()(int a, int b) const { return std::max(a, b); }
};
template <typename Op> struct Relu {
  int operator()(int a, int b) const { return std::max(Op()(a, b), 0); }
};

/// T says how a half is extended to the int that Op works on.
template <typename T, typename Op>
void perHalf(Warp &w, const Inst &inst, LaneMask mask) {
  lanes2<uint32_t, uint32_t, uint32_t>(
      w, inst, mask, [](uint32_t a, uint32_t b) {
        uint32_t low = uint32_t(Op()(T(a), T(b))) & 0xFFFFu;
        uint32_t high = uint32_t(Op()(T(a >> 16), T(b >> 16))) << 16;
        return high | low;
      });
}

/// `{.relu}` (before the type or behind it) for s16x2, the type, the operands.
template <typename Op> void decodeHalves(DecodeInst &d, bool reluAllowed) {
  bool relu = reluAllowed && d.accept("relu");
  Type type = relu ? d.type({Type::S16x2}) : d.type({Type::U16x2, Type::S16x2});
  if (reluAllowed && !relu && type == Type::S16x2)
    relu = d.accept("relu");
  d.expectOperands(3);
  d.dst(0, type);
  d.src(1, type);
  d.src(2, type);
  d.requireSm(90);
  d.inst.instClass = InstClass::Integer;
  d.handler(relu                  ? perHalf<int16_t, Relu<Op>>
            : type == Type::S16x2 ? perHalf<int16_t, Op>
                                  : perHalf<uint16_t, Op>);
}

//===----------------------------------------------------------------------===//
// Dot products
//===----------------------------------------------------------------------===//

/// Element `index` of the Ts packed in `word`, in 32 bits.
template <typename T> uint32_t element(uint32_t word, unsigned index) {
  return uint32_t(T(word >> (8 * sizeof(T) * index)));
}

/// c plus four products of bytes, modulo 2^32: signedness matters only for how
/// the bytes are extended.
template <typename A, typename B>
void dp4a(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<uint32_t, uint32_t, uint32_t, uint32_t>(
      w, inst, mask, [](uint32_t a, uint32_t b, uint32_t c) {
        for (unsigned i = 0; i < 4; ++i)
          c += element<A>(a, i) * element<B>(b, i);
        return c;
      });
}

/// c plus two products of a's halves with two of b's bytes, from `first` on.
template <typename A, typename B, unsigned first>
void dp2a(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<uint32_t, uint32_t, uint32_t, uint32_t>(
      w, inst, mask, [](uint32_t a, uint32_t b, uint32_t c) {
        for (unsigned i = 0; i < 2; ++i)
          c += element<A>(a, i) * element<B>(b, first + i);
        return c;
      });
}

/// `.atype.btype` and the operands; 2 * (a signed) + (b signed).
unsigned dotOperands(DecodeInst &d) {
  Type a = d.type({Type::U32, Type::S32});
  Type b = d.type({Type::U32, Type::S32});
  Type result = a == Type::U32 && b == Type::U32 ? Type::U32 : Type::S32;
  d.expectOperands(4);
  d.dst(0, result);
  d.src(1, a);
  d.src(2, b);
  d.src(3, result);
  d.inst.instClass = InstClass::Integer;
  return 2 * (a == Type::S32) + (b == Type::S32);
}

void decodeDp4a(DecodeInst &d) {
  static constexpr Handler handlers[] = {
      dp4a<uint8_t, uint8_t>, dp4a<uint8_t, int8_t>, dp4a<int8_t, uint8_t>,
      dp4a<int8_t, int8_t>};
  d.handler(handlers[dotOperands(d)]);
}

void decodeDp2a(DecodeInst &d) {
  static constexpr Handler handlers[2][4] = {
      {dp2a<uint16_t, uint8_t, 0>, dp2a<uint16_t, int8_t, 0>,
       dp2a<int16_t, uint8_t, 0>, dp2a<int16_t, int8_t, 0>},
      {dp2a<uint16_t, uint8_t, 2>, dp2a<uint16_t, int8_t, 2>,
       dp2a<int16_t, uint8_t, 2>, dp2a<int16_t, int8_t, 2>}};
  bool high = d.expectOneOf({"lo", "hi"}) == 1;
  d.handler(handlers[high][dotOperands(d)]);
}

} // namespace

void pit::emu::decodeSimdAdd(DecodeInst &d) { decodeHalves<Add>(d, false); }
void pit::emu::decodeSimdMin(DecodeInst &d) { decodeHalves<Min>(d, true); }
void pit::emu::decodeSimdMax(DecodeInst &d) { decodeHalves<Max>(d, true); }

void pit::emu::registerSimd(MnemonicTable &table) {
  table["dp4a"] = decodeDp4a;
  table["dp2a"] = decodeDp2a;
}
