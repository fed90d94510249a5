//===- Choice.cpp - selection and properties of numbers -------------------===//
//
// PTX ISA 9.7.6 (selp, slct) and testp (9.7.3.1).
//
//===----------------------------------------------------------------------===//

#include "Groups.h"
#include "Select.h"

#include <bit>

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

/// aux: all ones if the predicate is negated.
template <typename T> void selp(Warp &w, const Inst &inst, LaneMask mask) {
  const T *a = w.in<T>(inst.op[1]), *b = w.in<T>(inst.op[2]);
  const LaneMask c = w.predicate(inst.op[3]) ^ inst.aux;
  forLanes(w.out<T>(inst.op[0]), mask, [=](unsigned l) {
    T yes = a[l], no = b[l];
    return (c >> l) & 1 ? yes : no;
  });
}

Type selectableType(DecodeInst &d) {
  return d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32,
                 Type::U64, Type::S16, Type::S32, Type::S64, Type::F32,
                 Type::F64});
}

void decodeSelp(DecodeInst &d) {
  Type type = selectableType(d);
  d.expectOperands(4);
  d.dst(0, type);
  d.src(1, type);
  d.src(2, type);
  LaneMask flip = 0;
  d.predicate(3, &flip);
  d.inst.aux = flip;
  d.inst.instClass = InstClass::Predicate;
  d.handler(forWidth(
      type, [](auto zero) -> Handler { return selp<decltype(zero)>; }));
}

struct IntegerSign {
  bool operator()(uint32_t c) const { return int32_t(c) >= 0; }
};
/// -0 is as good as 0 and NaN is not; a flushed number is a zero.
template <bool ftz> struct FloatSign {
  bool operator()(uint32_t c) const {
    bool flushed = ftz && !(c & 0x7F800000u);
    return flushed || std::bit_cast<float>(c) >= 0;
  }
};

/// d = c >= 0 ? a : b
template <typename T, typename NotNegative>
void slct(Warp &w, const Inst &inst, LaneMask mask) {
  lanes3<T, T, T, uint32_t>(w, inst, mask, [](T a, T b, uint32_t c) {
    return NotNegative()(c) ? a : b;
  });
}

void decodeSlct(DecodeInst &d) {
  bool ftz = d.accept("ftz");
  Type type = selectableType(d);
  Type by = ftz ? d.type({Type::F32}) : d.type({Type::S32, Type::F32});
  d.expectOperands(4);
  d.dst(0, type);
  d.src(1, type);
  d.src(2, type);
  d.src(3, by);
  d.inst.instClass = InstClass::Predicate;
  d.handler(forWidth(type, [=](auto zero) -> Handler {
    using T = decltype(zero);
    return by == Type::S32 ? slct<T, IntegerSign>
           : ftz           ? slct<T, FloatSign<true>>
                           : slct<T, FloatSign<false>>;
  }));
}

enum Property : uint32_t {
  kFinite,
  kInfinite,
  kNumber,
  kNotANumber,
  kNormal,
  kSubnormal
};

/// On the bits of an IEEE number whose exponent field is `infinity` (shifted to
/// its place) for infinities and NaNs.
template <typename T, T infinity> bool hasProperty(T bits, uint32_t property) {
  constexpr T fraction = (infinity & (~infinity + 1)) - 1; // below the exponent
  const T magnitude = bits & (infinity | fraction);
  switch (property) {
  case kFinite:
    return magnitude < infinity;
  case kInfinite:
    return magnitude == infinity;
  case kNumber:
    return magnitude <= infinity;
  case kNotANumber:
    return magnitude > infinity;
  // Zeros are normal.
  case kNormal:
    return magnitude == 0 || (magnitude > fraction && magnitude < infinity);
  default:
    return magnitude != 0 && magnitude <= fraction;
  }
}

template <typename T, T infinity>
void testp(Warp &w, const Inst &inst, LaneMask mask) {
  const T *a = w.in<T>(inst.op[1]);
  w.setPredicate(inst.op[0], mask, maskOf([&](unsigned l) {
                   return hasProperty<T, infinity>(a[l], inst.aux);
                 }));
}

void decodeTestp(DecodeInst &d) {
  int property = d.expectOneOf(
      {"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
  Type type = d.type({Type::F32, Type::F64});
  d.expectOperands(2);
  d.predicateDst(0);
  d.src(1, type);
  d.inst.aux = uint32_t(property);
  d.inst.instClass = InstClass::Predicate;
  d.handler(type == Type::F64 ? testp<uint64_t, 0x7FF0000000000000>
                              : testp<uint32_t, 0x7F800000>);
}

} // namespace

void pit::emu::registerChoice(MnemonicTable &table) {
  table["selp"] = decodeSelp;
  table["slct"] = decodeSlct;
  table["testp"] = decodeTestp;
}
