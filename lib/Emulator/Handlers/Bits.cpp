//===- Bits.cpp - counting, finding and moving bits -----------------------===//
//
// PTX ISA 9.7.1, from popc to szext.
//
//===----------------------------------------------------------------------===//

#include "Groups.h"
#include "Select.h"

#include <algorithm>
#include <bit>

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

template <typename T> constexpr unsigned kBits = 8 * sizeof(T);

/// The lowest `count` bits set; all of them from the width of T on.
template <typename T> T lowBits(unsigned count) {
  return count >= kBits<T> ? T(~T(0)) : T((T(1) << count) - 1);
}

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

template <typename T> void popc(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint32_t, T>(w, inst, mask, [](T a) { return std::popcount(a); });
}

template <typename T> void clz(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint32_t, T>(w, inst, mask, [](T a) { return std::countl_zero(a); });
}

/// The most significant bit that is not a sign bit: its position, or how far it
/// is from the top; all ones if there is none.
template <typename T, bool shiftAmount>
void bfind(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint32_t, T>(w, inst, mask, [](T a) {
    using U = std::make_unsigned_t<T>;
    U bits = a < 0 ? U(~a) : U(a);
    unsigned zeros = unsigned(std::countl_zero(bits));
    if (bits == 0)
      return ~0u;
    return shiftAmount ? zeros : kBits<T> - 1 - zeros;
  });
}

template <typename T> T reverse(T a) {
  constexpr T kOdd = T(0x5555555555555555), kPairs = T(0x3333333333333333),
              kNibbles = T(0x0F0F0F0F0F0F0F0F);
  a = ((a >> 1) & kOdd) | ((a & kOdd) << 1);
  a = ((a >> 2) & kPairs) | ((a & kPairs) << 2);
  a = ((a >> 4) & kNibbles) | ((a & kNibbles) << 4);
  return sizeof(T) == 8 ? T(__builtin_bswap64(a))
                        : T(__builtin_bswap32(uint32_t(a)));
}
template <typename T> void brev(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<T, T>(w, inst, mask, reverse<T>);
}

/// Bits [pos, pos + len) of a, extended by the top one of them (T signed) or by
/// zeros; bits beyond the register repeat its sign.
template <typename T> T extract(T a, uint32_t b, uint32_t c) {
  using U = std::make_unsigned_t<T>;
  const unsigned pos = b & 0xFF, len = c & 0xFF;
  const unsigned top = std::min(pos + len - 1, kBits<T> - 1);
  const bool sign =
      std::is_signed_v<T> && len != 0 && ((U(a) >> (top & (kBits<T> - 1))) & 1);
  U field = pos < kBits<T> ? U(U(a) >> pos) : U(0);
  // How many bits of the field exist.
  unsigned present = std::min(len, pos < kBits<T> ? kBits<T> - pos : 0);
  U keep = lowBits<U>(present);
  return T((field & keep) | (sign ? U(~keep) : U(0)));
}
template <typename T> void bfe(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<T, T, uint32_t, uint32_t>(w, inst, mask, extract<T>);
}

template <typename T> void bfi(Warp &w, const Inst &inst, LaneMask mask) {
  const T *a = w.in<T>(inst.op[1]), *b = w.in<T>(inst.op[2]);
  const uint32_t *c = w.in<uint32_t>(inst.op[3]),
                 *e = w.in<uint32_t>(inst.op[4]);
  forLanes(w.out<T>(inst.op[0]), mask, [=](unsigned l) {
    const unsigned pos = c[l] & 0xFF, len = e[l] & 0xFF;
    if (pos >= kBits<T>)
      return b[l];
    T field = T(lowBits<T>(len) << pos);
    return T((b[l] & ~field) | ((a[l] << pos) & field));
  });
}

/// `count` bits from bit `first` on.
uint32_t bitMask(bool clamp, uint32_t first, uint32_t count) {
  if (clamp && first >= 32)
    return 0;
  first &= 31;
  if (clamp && count >= 32)
    return ~0u << first;
  return lowBits<uint32_t>(count & 31) << first;
}
template <bool clamp> void bmsk(Warp &w, const Inst &inst, LaneMask mask) {
  lanes2<uint32_t, uint32_t, uint32_t>(
      w, inst, mask,
      [](uint32_t a, uint32_t b) { return bitMask(clamp, a, b); });
}

/// The low `width` bits of a, extended to 32.
template <typename T, bool clamp> T extend(T a, uint32_t width) {
  if (clamp && width >= 32)
    return a;
  width &= 31;
  if (width == 0)
    return 0;
  return T(uint32_t(a) << (32 - width)) >> (32 - width);
}
template <typename T, bool clamp>
void szext(Warp &w, const Inst &inst, LaneMask mask) {
  lanes2<T, T, uint32_t>(w, inst, mask, extend<T, clamp>);
}

/// The `offset`-th set bit of `bits`, counted from `base` upwards or, if
/// negative, downwards; with offset 0 the bit `base` itself. All ones if none.
uint32_t findNthSet(uint32_t bits, uint32_t base, int32_t offset) {
  if (base > 31) // the ISA leaves it open
    return ~0u;
  if (offset == 0)
    return (bits >> base) & 1 ? base : ~0u;
  uint32_t candidates =
      offset > 0 ? bits & (~0u << base) : bits & lowBits<uint32_t>(base + 1);
  uint32_t skip = (offset > 0 ? uint32_t(offset) : 0u - uint32_t(offset)) - 1;
  for (; candidates; --skip) {
    unsigned at = offset > 0 ? unsigned(std::countr_zero(candidates))
                             : 31 - unsigned(std::countl_zero(candidates));
    if (skip == 0)
      return at;
    candidates &= ~(1u << at);
  }
  return ~0u;
}
void fns(Warp &w, const Inst &inst, LaneMask mask) {
  const uint32_t *a = w.in<uint32_t>(inst.op[1]),
                 *b = w.in<uint32_t>(inst.op[2]);
  const int32_t *c = w.in<int32_t>(inst.op[3]);
  uint32_t *d = w.out<uint32_t>(inst.op[0]);
  eachLane(mask, [=](unsigned l) { d[l] = findNthSet(a[l], b[l], c[l]); });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// A destination and sources of the given types.
void operands(DecodeInst &d, Type result, std::initializer_list<Type> sources) {
  d.expectOperands(unsigned(sources.size()) + 1);
  d.dst(0, result);
  unsigned i = 1;
  for (Type type : sources)
    d.src(i++, type);
  d.inst.instClass = InstClass::Integer;
}

Type bitsType(DecodeInst &d) { return d.type({Type::B32, Type::B64}); }
Type wideType(DecodeInst &d) {
  return d.type({Type::U32, Type::S32, Type::U64, Type::S64});
}

void decodePopc(DecodeInst &d) {
  Type type = bitsType(d);
  operands(d, Type::U32, {type});
  d.handler(type == Type::B64 ? popc<uint64_t> : popc<uint32_t>);
}

void decodeClz(DecodeInst &d) {
  Type type = bitsType(d);
  operands(d, Type::U32, {type});
  d.handler(type == Type::B64 ? clz<uint64_t> : clz<uint32_t>);
}

void decodeBfind(DecodeInst &d) {
  bool shiftAmount = d.accept("shiftamt");
  Type type = wideType(d);
  operands(d, Type::U32, {type});
  d.handler(forWideInteger(type, [=](auto zero) -> Handler {
    using T = decltype(zero);
    return shiftAmount ? bfind<T, true> : bfind<T, false>;
  }));
}

void decodeBrev(DecodeInst &d) {
  Type type = bitsType(d);
  operands(d, type, {type});
  d.handler(type == Type::B64 ? brev<uint64_t> : brev<uint32_t>);
}

void decodeBfe(DecodeInst &d) {
  Type type = wideType(d);
  operands(d, type, {type, Type::U32, Type::U32});
  d.handler(forWideInteger(
      type, [](auto zero) -> Handler { return bfe<decltype(zero)>; }));
}

void decodeBfi(DecodeInst &d) {
  Type type = bitsType(d);
  operands(d, type, {type, type, Type::U32, Type::U32});
  d.handler(type == Type::B64 ? bfi<uint64_t> : bfi<uint32_t>);
}

void decodeBmsk(DecodeInst &d) {
  bool clamp = d.expectOneOf({"clamp", "wrap"}) == 0;
  Type type = d.type({Type::B32});
  operands(d, type, {Type::U32, Type::U32});
  d.requireSm(70);
  d.handler(clamp ? bmsk<true> : bmsk<false>);
}

void decodeSzext(DecodeInst &d) {
  bool clamp = d.expectOneOf({"clamp", "wrap"}) == 0;
  Type type = d.type({Type::U32, Type::S32});
  operands(d, type, {type, Type::U32});
  d.requireSm(70);
  if (type == Type::S32)
    d.handler(clamp ? szext<int32_t, true> : szext<int32_t, false>);
  else
    d.handler(clamp ? szext<uint32_t, true> : szext<uint32_t, false>);
}

void decodeFns(DecodeInst &d) {
  Type type = d.type({Type::B32});
  operands(d, type, {Type::B32, Type::B32, Type::S32});
  d.handler(fns);
}

} // namespace

void pit::emu::registerBits(MnemonicTable &table) {
  table["popc"] = decodePopc;
  table["clz"] = decodeClz;
  table["bfind"] = decodeBfind;
  table["brev"] = decodeBrev;
  table["bfe"] = decodeBfe;
  table["bfi"] = decodeBfi;
  table["bmsk"] = decodeBmsk;
  table["szext"] = decodeSzext;
  table["fns"] = decodeFns;
}
