//===- Compare.cpp - set and setp -----------------------------------------===//
//
// PTX ISA 9.7.6 (set, setp) and 9.7.7 (the same for half precision). A
// comparison is a function from two registers to a LaneMask, found in a table
// by what is compared and how; setp and set differ in what they do with the
// mask.
//
//===----------------------------------------------------------------------===//

#include "Groups.h"
#include "Select.h"

#include "Numerics/Float.h"

#include <array>
#include <bit>
#include <utility>

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// What is compared
//===----------------------------------------------------------------------===//

/// How a register is read as numbers: `Element` is an element of the register,
/// `load` makes a number of it.
template <typename T> struct IntegerSource {
  using Element = T;
  static T load(T value) { return value; }
};
template <bool ftz> struct F32Source {
  using Element = uint32_t;
  static float load(uint32_t bits) {
    if (ftz && !(bits & 0x7F800000u))
      bits &= 0x80000000u;
    return std::bit_cast<float>(bits);
  }
};
struct F64Source {
  using Element = uint64_t;
  static double load(uint64_t bits) { return std::bit_cast<double>(bits); }
};
template <bool ftz> struct F16Source {
  using Element = uint16_t;
  static float load(uint16_t bits) {
    return f16ToF32(ftz ? flushF16(bits) : bits);
  }
};
struct BF16Source {
  using Element = uint16_t;
  static float load(uint16_t bits) { return bf16ToF32(bits); }
};
/// Half `half` of a packed register.
template <typename Half, unsigned half> struct PackedSource {
  using Element = uint32_t;
  static float load(uint32_t bits) {
    return Half::load(uint16_t(bits >> (16 * half)));
  }
};

/// All of them; an index into this list names one. The upper half of a packed
/// type follows the lower one.
template <typename... Sources> struct SourceList {};
using AllSources = SourceList<
    IntegerSource<uint16_t>, IntegerSource<int16_t>, IntegerSource<uint32_t>,
    IntegerSource<int32_t>, IntegerSource<uint64_t>, IntegerSource<int64_t>,
    F32Source<false>, F32Source<true>, F64Source, F16Source<false>,
    F16Source<true>, BF16Source, PackedSource<F16Source<false>, 0>,
    PackedSource<F16Source<false>, 1>, PackedSource<F16Source<true>, 0>,
    PackedSource<F16Source<true>, 1>, PackedSource<BF16Source, 0>,
    PackedSource<BF16Source, 1>>;

/// Position in AllSources; bit-size types compare as unsigned integers.
unsigned sourceIndex(Type type, bool ftz) {
  switch (type) {
  case Type::B16:
  case Type::U16:
    return 0;
  case Type::S16:
    return 1;
  case Type::B32:
  case Type::U32:
    return 2;
  case Type::S32:
    return 3;
  case Type::B64:
  case Type::U64:
    return 4;
  case Type::S64:
    return 5;
  case Type::F32:
    return ftz ? 7 : 6;
  case Type::F64:
    return 8;
  case Type::F16:
    return ftz ? 10 : 9;
  case Type::BF16:
    return 11;
  case Type::F16x2:
    return ftz ? 14 : 12;
  case Type::BF16x2:
    return 16;
  default:
    return 0;
  }
}

bool isPacked(Type type) { return type == Type::F16x2 || type == Type::BF16x2; }

//===----------------------------------------------------------------------===//
// How it is compared
//===----------------------------------------------------------------------===//

enum Comparison : unsigned {
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe, // false if an operand is NaN
  kEqu,
  kNeu,
  kLtu,
  kLeu,
  kGtu,
  kGeu, // true if an operand is NaN
  kNum,
  kNan,
  kNumComparisons
};

template <unsigned how, typename T> bool holds(T a, T b) {
  switch (how) {
  case kEq:
    return a == b;
  case kNe:
    return a < b || a > b;
  case kLt:
    return a < b;
  case kLe:
    return a <= b;
  case kGt:
    return a > b;
  case kGe:
    return a >= b;
  case kEqu:
    return !(a < b || a > b);
  case kNeu:
    return !(a == b);
  case kLtu:
    return !(a >= b);
  case kLeu:
    return !(a > b);
  case kGtu:
    return !(a <= b);
  case kGeu:
    return !(a < b);
  case kNum:
    return a == a && b == b;
  default:
    return !(a == a && b == b);
  }
}

using CompareFn = LaneMask (*)(const Warp &, const Inst &);

/// Operands 2 and 3 of the instruction, all lanes.
template <typename Source, unsigned how>
LaneMask compare(const Warp &w, const Inst &inst) {
  using Element = typename Source::Element;
  const Element *a = w.in<Element>(inst.op[2]), *b = w.in<Element>(inst.op[3]);
  return maskOf([=](unsigned l) {
    return holds<how>(Source::load(a[l]), Source::load(b[l]));
  });
}

using CompareRow = std::array<CompareFn, kNumComparisons>;
template <typename Source, size_t... how>
constexpr CompareRow compareRow(std::index_sequence<how...>) {
  return {compare<Source, how>...};
}
template <typename... Sources>
constexpr auto compareTable(SourceList<Sources...>) {
  return std::array<CompareRow, sizeof...(Sources)>{
      compareRow<Sources>(std::make_index_sequence<kNumComparisons>())...};
}
constexpr auto kCompare = compareTable(AllSources());

//===----------------------------------------------------------------------===//
// setp and set
//===----------------------------------------------------------------------===//

// Operands of both: 0 the destination (p), 1 q, 2 and 3 what is compared, 4 the
// predicate c. `aux` says the rest:
enum : uint32_t {
  kHowMask = 0x1F,
  kSourceShift = 5,
  kSourceMask = 0x1F,
  kBoolShift = 10,
  kBoolMask = 3, // 0 none, 1 and, 2 or, 3 xor
  kNegateC = 1 << 12,
};

LaneMask compared(const Warp &w, const Inst &inst, unsigned half) {
  unsigned source = ((inst.aux >> kSourceShift) & kSourceMask) + half;
  return kCompare[source][inst.aux & kHowMask](w, inst);
}

/// t BoolOp c, or t where there is none.
LaneMask combine(const Warp &w, const Inst &inst, LaneMask t) {
  unsigned boolOp = (inst.aux >> kBoolShift) & kBoolMask;
  if (boolOp == 0)
    return t;
  LaneMask c = w.predicate(inst.op[4]) ^ (inst.aux & kNegateC ? kAllLanes : 0);
  return boolOp == 1 ? t & c : boolOp == 2 ? t | c : t ^ c;
}

/// q gets the complement of the comparison or, packed, that of the upper
/// halves.
template <bool packed> void setp(Warp &w, const Inst &inst, LaneMask mask) {
  LaneMask t = compared(w, inst, 0);
  LaneMask p = combine(w, inst, t), q = 0;
  if (inst.op[1] != kNoRef)
    q = combine(w, inst, packed ? compared(w, inst, 1) : ~t);
  if (inst.op[0] != kNoRef)
    w.setPredicate(inst.op[0], mask, p);
  if (inst.op[1] != kNoRef)
    w.setPredicate(inst.op[1], mask, q);
}

/// imm is the value for true.
template <typename T> void set(Warp &w, const Inst &inst, LaneMask mask) {
  LaneMask t = combine(w, inst, compared(w, inst, 0));
  const T yes = T(inst.imm);
  forLanes(w.out<T>(inst.op[0]), mask,
           [=](unsigned l) { return (t >> l) & 1 ? yes : T(0); });
}

/// As set, for both halves; imm is the value of one.
void setPacked(Warp &w, const Inst &inst, LaneMask mask) {
  LaneMask low = combine(w, inst, compared(w, inst, 0));
  LaneMask high = combine(w, inst, compared(w, inst, 1));
  const uint32_t yes = uint32_t(inst.imm);
  forLanes(w.out<uint32_t>(inst.op[0]), mask, [=](unsigned l) {
    return ((low >> l) & 1 ? yes : 0u) | ((high >> l) & 1 ? yes << 16 : 0u);
  });
}

/// What the modifiers before the types say.
struct Condition {
  std::string_view name;
  int boolOp = -1;
  bool ftz = false;
};

/// `.CmpOp{.BoolOp}{.ftz}`
Condition decodeCondition(DecodeInst &d) {
  Condition condition;
  condition.name = d.peek();
  d.expectOneOf({"eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs",
                 "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"});
  condition.boolOp = d.acceptOneOf({"and", "or", "xor"});
  condition.ftz = d.accept("ftz");
  return condition;
}

/// The comparison, if operands of `type` can be compared like that.
unsigned decodeComparison(DecodeInst &d, std::string_view name, Type type) {
  struct Entry {
    std::string_view name;
    Comparison how;
  };
  static constexpr Entry both[] = {{"eq", kEq}, {"ne", kNe}};
  static constexpr Entry ordered[] = {
      {"lt", kLt}, {"le", kLe}, {"gt", kGt}, {"ge", kGe}};
  static constexpr Entry isUnsigned[] = {
      {"lo", kLt}, {"ls", kLe}, {"hi", kGt}, {"hs", kGe}};
  static constexpr Entry floating[] = {
      {"equ", kEqu}, {"neu", kNeu}, {"ltu", kLtu}, {"leu", kLeu},
      {"gtu", kGtu}, {"geu", kGeu}, {"num", kNum}, {"nan", kNan}};

  for (const Entry &entry : both)
    if (entry.name == name)
      return entry.how;
  if (type != Type::B16 && type != Type::B32 && type != Type::B64)
    for (const Entry &entry : ordered)
      if (entry.name == name)
        return entry.how;
  if (type == Type::U16 || type == Type::U32 || type == Type::U64)
    for (const Entry &entry : isUnsigned)
      if (entry.name == name)
        return entry.how;
  if (isFloatType(type))
    for (const Entry &entry : floating)
      if (entry.name == name)
        return entry.how;
  d.fail("comparison '." + std::string(name) + "' does not apply to type '." +
         std::string(ptx::toString(type)) + "'");
  return kEq;
}

/// Sources 1 and 2, the predicate 3 if there is a BoolOp, and aux.
void decodeCompared(DecodeInst &d, const Condition &condition, Type type) {
  d.expectOperands(condition.boolOp < 0 ? 3 : 4);
  unsigned how = decodeComparison(d, condition.name, type);
  d.src(1, type, 2);
  d.src(2, type, 3);
  d.inst.aux |= how | sourceIndex(type, condition.ftz) << kSourceShift;
  if (condition.boolOp >= 0) {
    LaneMask flip = 0;
    d.predicate(3, &flip, 4);
    d.inst.aux |= uint32_t(condition.boolOp + 1) << kBoolShift;
    if (flip)
      d.inst.aux |= kNegateC;
  }
  if (type == Type::BF16 || type == Type::BF16x2)
    d.requireSm(90);
  d.inst.instClass = InstClass::Predicate;
}

void decodeSetp(DecodeInst &d) {
  Condition condition = decodeCondition(d);
  Type type =
      d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32, Type::U64,
              Type::S16, Type::S32, Type::S64, Type::F16, Type::F16x2,
              Type::BF16, Type::BF16x2, Type::F32, Type::F64});
  if (condition.ftz && type != Type::F32 && type != Type::F16 &&
      type != Type::F16x2)
    d.fail("'.ftz' of 'setp' needs type f32, f16 or f16x2, not '." +
           std::string(ptx::toString(type)) + "'");
  decodeCompared(d, condition, type);
  if (d.numOperands() > 0) {
    const ptx::Operand &result = d.operand(0);
    if (result.kind != ptx::Operand::Kind::Pair ||
        result.elements.size() != 2) {
      d.inst.op[0] = d.dstRef(result, Type::Pred, true);
    } else {
      if (type == Type::F16 || type == Type::BF16)
        d.fail("'setp' of type '." + std::string(ptx::toString(type)) +
               "' has one destination, not a pair");
      d.inst.op[0] = d.dstRef(result.elements[0], Type::Pred, true);
      d.inst.op[1] = d.dstRef(result.elements[1], Type::Pred, true);
    }
  }
  d.handler(isPacked(type) ? setp<true> : setp<false>);
}

void decodeSet(DecodeInst &d) {
  Condition condition = decodeCondition(d);
  Type result = d.type({Type::U16, Type::S16, Type::U32, Type::S32, Type::F16,
                        Type::F16x2, Type::BF16, Type::BF16x2, Type::F32});
  Type type = Type::None;
  switch (result) {
  case Type::U16:
  case Type::S16:
    type = d.type({Type::F16, Type::BF16});
    break;
  case Type::F16x2:
  case Type::BF16x2:
    type = d.type({result});
    break;
  case Type::F16:
    type = d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32,
                   Type::U64, Type::S16, Type::S32, Type::S64, Type::F16,
                   Type::F32, Type::F64});
    break;
  case Type::BF16:
    type = d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32,
                   Type::U64, Type::S16, Type::S32, Type::S64, Type::F16,
                   Type::BF16, Type::F32, Type::F64});
    d.requireSm(90);
    break;
  case Type::F32:
    type = d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32,
                   Type::U64, Type::S16, Type::S32, Type::S64, Type::F32,
                   Type::F64});
    break;
  default:
    type =
        d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32,
                Type::U64, Type::S16, Type::S32, Type::S64, Type::F16,
                Type::F16x2, Type::BF16, Type::BF16x2, Type::F32, Type::F64});
    break;
  }
  bool flushable =
      type == Type::F16 || type == Type::F16x2 || type == Type::F32;
  if (condition.ftz && (!flushable || result == Type::BF16))
    d.fail("'.ftz' of 'set' does not apply to '." +
           std::string(ptx::toString(result)) + "." +
           std::string(ptx::toString(type)) + "'");
  decodeCompared(d, condition, type);
  d.dst(0, result);

  // True is one in a floating-point type, else all bits set; in u32 and s32
  // that hold the results of packed halves, all bits of a half.
  switch (result) {
  case Type::F16:
  case Type::F16x2:
    d.inst.imm = 0x3C00;
    break;
  case Type::BF16:
  case Type::BF16x2:
    d.inst.imm = 0x3F80;
    break;
  case Type::F32:
    d.inst.imm = 0x3F800000;
    break;
  default:
    d.inst.imm = isPacked(type) ? 0xFFFF : -1;
    break;
  }
  d.handler(isPacked(type)                ? setPacked
            : ptx::bitWidth(result) == 16 ? set<uint16_t>
                                          : set<uint32_t>);
}

} // namespace

void pit::emu::registerCompare(MnemonicTable &table) {
  table["setp"] = decodeSetp;
  table["set"] = decodeSet;
  registerChoice(table);
}
