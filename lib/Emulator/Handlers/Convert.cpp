//===- Convert.cpp - cvt --------------------------------------------------===//
//
// PTX ISA 9.7.9.21. Which rounding modifier is wanted or forbidden, and from
// which target on, follows the ISA where ptxas (13.0) does not accept more.
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "Lanes.h"

#include <cstring>
#include <string>

namespace pit::emu {

using ptx::Type;

CvtType cvtType(Type type) {
  switch (type) {
  case Type::S8:
  case Type::S16:
  case Type::S32:
  case Type::S64:
    return {type, false, true, bitWidth(type), FloatKind::F32};
  case Type::U8:
  case Type::U16:
  case Type::U32:
  case Type::U64:
    return {type, false, false, bitWidth(type), FloatKind::F32};
  case Type::F16:
    return {type, true, true, 16, FloatKind::F16};
  case Type::BF16:
    return {type, true, true, 16, FloatKind::BF16};
  case Type::TF32:
    return {type, true, true, 32, FloatKind::TF32};
  case Type::F32:
    return {type, true, true, 32, FloatKind::F32};
  case Type::F64:
    return {type, true, true, 64, FloatKind::F64};
  default:
    return {};
  }
}

unsigned relaxedOperand(DecodeInst &d, unsigned i, const CvtType &type) {
  Type access = type.type;
  Type reg = d.registerType(d.operand(i));
  if (reg != Type::None && reg != Type::Pred) {
    unsigned bits = registerBits(reg);
    bool isFloatRegister = reg == Type::F16 || reg == Type::F16x2 ||
                           reg == Type::BF16 || reg == Type::BF16x2 ||
                           reg == Type::F32 || reg == Type::F64;
    bool wider = bits > registerBits(access) && bits <= 64;
    // Floating-point registers hold their own width only.
    if (wider && !isFloatRegister)
      access = bits == 32 ? Type::B32 : Type::B64;
  }
  if (i == 0)
    d.dst(0, access);
  else
    d.src(i, access);
  return registerBits(access);
}

namespace {

//===----------------------------------------------------------------------===//
// The general handler
//===----------------------------------------------------------------------===//

enum class Operation : uint8_t {
  IntToInt,
  IntToFloat,
  FloatToInt,
  FloatToFloat,
  Integral ///< to an integral value of the same format
};

/// What convertGeneric has to do; kept in Inst::imm.
struct Recipe {
  Operation operation;
  uint8_t load, store; ///< indices into the tables below
  uint8_t from, to;    ///< FloatKind, or for integers 0x80 (signed) | bits
  Rounding rounding;
  uint8_t flags;
  uint8_t unused;
};
static_assert(sizeof(Recipe) == sizeof(Inst::imm));
enum RecipeFlags : uint8_t { kFtz = 1, kSat = 2, kRelu = 4, kSatfinite = 8 };

constexpr uint8_t kSigned = 0x80;

using LoadFn = void (*)(Warp &, Ref, uint64_t *);
using StoreFn = void (*)(Warp &, Ref, LaneMask, const uint64_t *);

/// Lanes of type T, held in registers R, extended to 64 bits.
template <typename R, typename T> void load(Warp &w, Ref ref, uint64_t *out) {
  const R *in = w.in<R>(ref);
  for (unsigned l = 0; l < kWarpSize; ++l)
    out[l] = uint64_t(int64_t(T(in[l])));
}
template <typename R, typename T>
void store(Warp &w, Ref ref, LaneMask mask, const uint64_t *in) {
  forLanes(w.out<R>(ref), mask, [=](unsigned l) { return R(T(in[l])); });
}

#define PIT_BY_REGISTER(F, T) F<uint16_t, T>, F<uint32_t, T>, F<uint64_t, T>
#define PIT_BY_TYPE(F)                                                         \
  PIT_BY_REGISTER(F, uint8_t), PIT_BY_REGISTER(F, uint16_t),                   \
      PIT_BY_REGISTER(F, uint32_t), PIT_BY_REGISTER(F, uint64_t),              \
      PIT_BY_REGISTER(F, int8_t), PIT_BY_REGISTER(F, int16_t),                 \
      PIT_BY_REGISTER(F, int32_t), PIT_BY_REGISTER(F, int64_t)
constexpr LoadFn kLoads[] = {PIT_BY_TYPE(load)};
constexpr StoreFn kStores[] = {PIT_BY_TYPE(store)};
#undef PIT_BY_TYPE
#undef PIT_BY_REGISTER

/// Index into kLoads and kStores; floats are bits, unsigned.
uint8_t accessIndex(const CvtType &type, unsigned registerWidth) {
  auto log = [](unsigned bits) {
    return bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3;
  };
  bool isSigned = type.isSigned && !type.isFloat;
  return uint8_t(((isSigned ? 4 : 0) + log(type.bits)) * 3 +
                 log(registerWidth) - 1);
}

/// `value`, extended from its own type, clamped to the range of a type.
uint64_t clampInteger(uint64_t value, bool fromSigned, unsigned bits,
                      bool toSigned) {
  bool negative = fromSigned && int64_t(value) < 0;
  uint64_t top = ~uint64_t(0) >> (64 - bits + (toSigned ? 1 : 0));
  if (!negative)
    return value > top ? top : value;
  if (!toSigned)
    return 0;
  int64_t bottom = -int64_t(top) - 1;
  return int64_t(value) < bottom ? uint64_t(bottom) : value;
}

uint64_t convertOne(const Recipe &recipe, uint64_t value) {
  FloatConversion how;
  how.rounding = recipe.rounding;
  how.saturate = recipe.flags & kSat;
  how.satfinite = recipe.flags & kSatfinite;
  how.relu = recipe.flags & kRelu;
  how.flushSubnormals = recipe.flags & kFtz;
  FloatKind from = FloatKind(recipe.from), to = FloatKind(recipe.to);
  switch (recipe.operation) {
  case Operation::IntToInt:
    if (recipe.flags & kSat)
      return clampInteger(value, recipe.from & kSigned, recipe.to & ~kSigned,
                          recipe.to & kSigned);
    return value;
  case Operation::IntToFloat:
    value = convertIntToFloat(to, recipe.from & kSigned, value, how.rounding);
    return how.saturate ? convertFloat(to, to, value, how) : value;
  case Operation::FloatToInt:
    return convertFloatToInt(from, value, recipe.to & ~kSigned,
                             recipe.to & kSigned, how.rounding,
                             how.flushSubnormals);
  case Operation::FloatToFloat:
    return convertFloat(from, to, value, how);
  case Operation::Integral:
    if (how.flushSubnormals)
      value = convertFloat(from, from, value, how);
    value = roundToIntegral(from, value, how.rounding);
    return how.saturate ? convertFloat(from, from, value, how) : value;
  }
  return value;
}

void convertGeneric(Warp &w, const Inst &inst, LaneMask mask) {
  Recipe recipe;
  std::memcpy(&recipe, &inst.imm, sizeof(recipe));
  alignas(64) uint64_t values[kWarpSize];
  kLoads[recipe.load](w, inst.op[1], values);
  if (recipe.operation != Operation::IntToInt || recipe.flags)
    eachLane(mask,
             [&](unsigned l) { values[l] = convertOne(recipe, values[l]); });
  kStores[recipe.store](w, inst.op[0], mask, values);
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

CvtModifiers readModifiers(DecodeInst &d) {
  static constexpr struct {
    std::string_view name;
    Rounding rounding;
    bool integral;
  } kRoundings[] = {
      {"rn", Rounding::Nearest, false},
      {"rz", Rounding::TowardZero, false},
      {"rm", Rounding::Down, false},
      {"rp", Rounding::Up, false},
      {"rna", Rounding::NearestAway, false},
      {"rni", Rounding::Nearest, true},
      {"rzi", Rounding::TowardZero, true},
      {"rmi", Rounding::Down, true},
      {"rpi", Rounding::Up, true},
  };
  CvtModifiers result;
  for (bool found = true; found;) {
    found = false;
    for (auto [name, rounding, integral] : kRoundings)
      if (!result.hasRounding && d.accept(name)) {
        result.hasRounding = found = true;
        result.rounding = rounding;
        result.integral = integral;
      }
    // A repeated modifier stays unread and is an error as such.
    auto flag = [&](bool &set, std::string_view name) {
      if (!set && d.accept(name))
        set = found = true;
    };
    flag(result.ftz, "ftz");
    flag(result.sat, "sat");
    flag(result.relu, "relu");
    flag(result.satfinite, "satfinite");
  }
  if (d.peek() == "rs") {
    d.requireSm(100);
    d.fail("stochastic rounding ('.rs') is not supported");
  }
  return result;
}

std::string pairName(Type to, Type from) {
  return "'." + std::string(toString(to)) + "." + std::string(toString(from)) +
         "'";
}

/// Checks the modifiers of a conversion between scalar types.
void checkScalar(DecodeInst &d, const CvtModifiers &m, const CvtType &to,
                 const CvtType &from) {
  std::string pair = pairName(to.type, from.type);
  bool toHalf = to.type == Type::F16 || to.type == Type::BF16;
  bool hasBF16 = to.type == Type::BF16 || from.type == Type::BF16;
  bool hasF32 = to.type == Type::F32 || from.type == Type::F32;
  bool sameFloat = to.isFloat && to.type == from.type;
  bool wantsIntegral = !to.isFloat && from.isFloat;
  bool wantsRounding = to.isFloat && (!from.isFloat || (to.bits < from.bits));

  if (m.hasRounding && m.rounding == Rounding::NearestAway)
    return d.fail("'.rna' needs type 'tf32'");
  if (wantsIntegral && !(m.hasRounding && m.integral))
    return d.fail("expects '.rni', '.rzi', '.rmi' or '.rpi' with " + pair);
  if (wantsRounding && !(m.hasRounding && !m.integral))
    return d.fail("expects '.rn', '.rz', '.rm' or '.rp' with " + pair);
  if (m.hasRounding && !wantsIntegral && !wantsRounding) {
    // Rounding to an integral value, or of bf16, which ptxas lets be rounded
    // wherever the other type is another float.
    bool legal = m.integral
                     ? sameFloat
                     : hasBF16 && to.isFloat && from.isFloat && !sameFloat;
    if (!legal)
      return d.fail("a rounding modifier is not allowed with " + pair);
  }
  if (m.ftz && !hasF32)
    return d.fail("'.ftz' needs type 'f32'");
  if ((m.relu || m.satfinite) && !(toHalf && from.type == Type::F32 &&
                                   (m.rounding == Rounding::Nearest ||
                                    m.rounding == Rounding::TowardZero)))
    return d.fail(std::string(m.relu ? "'.relu'" : "'.satfinite'") +
                  " is not allowed with this rounding and " + pair);
  if (m.sat && (m.relu || m.satfinite))
    return d.fail("'.sat' excludes '.relu' and '.satfinite'");
  if (m.sat && !to.isFloat && !from.isFloat) {
    // .sat exists where a value may not fit.
    bool fits = from.isSigned ? to.isSigned && from.bits <= to.bits
                              : from.bits + (to.isSigned ? 1 : 0) <= to.bits;
    if (fits)
      return d.fail("'.sat' is not allowed with " + pair +
                    ", which holds every value");
  }
  if (m.sat && hasBF16)
    return d.fail("'.sat' is not allowed with " + pair);
  if (hasBF16 && (to.bits == 8 || from.bits == 8))
    return d.fail("a conversion " + pair + " does not exist");
  // f32 to bf16 is as old as bf16, and so is the exact way back.
  bool oldBF16 = from.type == Type::F32 || (to.type == Type::F32 && !m.ftz);
  if (hasBF16 && !oldBF16)
    d.requireSm(90);
}

void decodeScalar(DecodeInst &d, const CvtModifiers &m, const CvtType &to,
                  const CvtType &from) {
  checkScalar(d, m, to, from);
  if (!d.expectOperands(2))
    return;
  unsigned toBits = relaxedOperand(d, 0, to);
  unsigned fromBits = relaxedOperand(d, 1, from);

  bool natural =
      toBits == registerBits(to.type) && fromBits == registerBits(from.type);
  bool plain = !m.ftz && !m.sat && !m.relu && !m.satfinite;
  if (natural && plain)
    if (Handler fast = fastConversion(to, from, m))
      return d.handler(fast);

  auto kindOf = [](const CvtType &t) {
    return t.isFloat ? uint8_t(t.kind)
                     : uint8_t((t.isSigned ? kSigned : 0) | t.bits);
  };
  Recipe recipe{};
  recipe.operation = !to.isFloat && !from.isFloat ? Operation::IntToInt
                     : !from.isFloat              ? Operation::IntToFloat
                     : !to.isFloat                ? Operation::FloatToInt
                     : m.integral                 ? Operation::Integral
                                                  : Operation::FloatToFloat;
  recipe.load = accessIndex(from, fromBits);
  recipe.store = accessIndex(to, toBits);
  recipe.from = kindOf(from);
  recipe.to = kindOf(to);
  recipe.rounding = m.rounding;
  recipe.flags = uint8_t((m.ftz ? kFtz : 0) | (m.sat ? kSat : 0) |
                         (m.relu ? kRelu : 0) | (m.satfinite ? kSatfinite : 0));
  std::memcpy(&d.inst.imm, &recipe, sizeof(recipe));
  d.handler(convertGeneric);
}

/// cvt.{rna,rn,rz}.tf32.f32
void checkTF32(DecodeInst &d, const CvtModifiers &m, Type from) {
  if (from != Type::F32)
    d.fail("a conversion " + pairName(Type::TF32, from) + " does not exist");
  bool away = m.hasRounding && m.rounding == Rounding::NearestAway;
  bool near =
      m.hasRounding && !m.integral &&
      (m.rounding == Rounding::Nearest || m.rounding == Rounding::TowardZero);
  if (!away && !near)
    d.fail("expects '.rna', '.rn' or '.rz' with type 'tf32'");
  if (near)
    d.requireSm(90);
  if (m.ftz || m.sat)
    d.fail("'.ftz' and '.sat' are not allowed with type 'tf32'");
  if (m.relu && away)
    d.fail("'.relu' is not allowed with '.rna'");
  if (m.satfinite && near)
    d.requireSm(100);
}

void decodeCvt(DecodeInst &d) {
  d.inst.instClass = InstClass::Convert;
  if (d.accept("pack"))
    return decodeCvtPack(d);
  CvtModifiers m = readModifiers(d);
  Type to = d.type(), from = d.type();
  if (d.failed())
    return;
  auto isPacked = [](Type t) {
    return t == Type::F16x2 || t == Type::BF16x2 || t == Type::E4M3x2 ||
           t == Type::E5M2x2;
  };
  if (isPacked(to) || isPacked(from))
    return decodeCvtPacked(d, m, to, from);
  CvtType toType = cvtType(to), fromType = cvtType(from);
  if (!toType.bits || !fromType.bits || from == Type::TF32)
    return d.fail("a conversion " + pairName(to, from) + " does not exist");
  if (to == Type::TF32) {
    checkTF32(d, m, from);
    if (d.failed() || !d.expectOperands(2))
      return;
    d.dst(0, Type::B32);
    d.src(1, Type::F32);
    Recipe recipe{};
    recipe.operation = Operation::FloatToFloat;
    recipe.load = recipe.store = accessIndex(fromType, 32);
    recipe.from = uint8_t(FloatKind::F32);
    recipe.to = uint8_t(FloatKind::TF32);
    recipe.rounding = m.rounding;
    recipe.flags =
        uint8_t((m.relu ? kRelu : 0) | (m.satfinite ? kSatfinite : 0));
    std::memcpy(&d.inst.imm, &recipe, sizeof(recipe));
    return d.handler(convertGeneric);
  }
  decodeScalar(d, m, toType, fromType);
}

} // namespace

void registerConvert(MnemonicTable &table) { table["cvt"] = decodeCvt; }

} // namespace pit::emu
