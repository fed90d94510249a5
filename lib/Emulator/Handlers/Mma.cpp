//===- Mma.cpp - mma.sync -------------------------------------------------===//
//
// PTX ISA 9.7.14.5.14 (mma). Registers become matrices (MmaFragments.h), are
// multiplied (Numerics/TensorCore.h) and go back.
//
//===----------------------------------------------------------------------===//

#include "MmaFragments.h"
#include "MmaPlan.h"

#include "Block.h"
#include "Numerics/Float.h"

#include <charconv>

using namespace pit;
using namespace pit::emu;
using ptx::Operand;
using ptx::Type;

//===----------------------------------------------------------------------===//
// Shared with the other matrix instructions
//===----------------------------------------------------------------------===//

MmaRule emu::mmaRule(const Warp &w, MmaType type) {
  MmaRule rule = mmaRuleFor(int(w.program->chip.smVersion), type);
  rule.plainF32 = w.block->launch.options.mma == MmaMode::Fp32;
  return rule;
}

MmaType emu::mmaType(Type type) {
  switch (type) {
  case Type::BF16:
    return MmaType::BF16;
  case Type::TF32:
    return MmaType::TF32;
  case Type::E4M3:
    return MmaType::E4M3;
  case Type::E5M2:
    return MmaType::E5M2;
  case Type::S8:
    return MmaType::S8;
  case Type::U8:
    return MmaType::U8;
  case Type::S4:
    return MmaType::S4;
  case Type::U4:
    return MmaType::U4;
  case Type::B1:
    return MmaType::B1;
  default:
    return MmaType::F16;
  }
}

MmaShape emu::expectShape(DecodeInst &d) {
  std::string_view text = d.peek();
  MmaShape shape;
  const char *at = text.data(), *end = at + text.size();
  bool good = true;
  auto number = [&](char letter, unsigned &value) {
    if (!good || at == end || *at != letter) {
      good = false;
      return;
    }
    auto [rest, error] = std::from_chars(at + 1, end, value);
    good = error == std::errc();
    at = rest;
  };
  number('m', shape.m);
  number('n', shape.n);
  number('k', shape.k);
  if (!good || at != end) {
    d.fail("expects a shape such as '.m16n8k16'" +
           (text.empty() ? std::string()
                         : ", but got '." + std::string(text) + "'"));
    return {};
  }
  d.accept(text);
  return shape;
}

bool emu::expectLayout(DecodeInst &d) {
  return d.expectOneOf({"row", "col"}) == 1;
}

/// Adds a vector operand's registers to the list through `add`.
template <typename F>
static void addVector(DecodeInst &d, unsigned i, unsigned count, F add) {
  const Operand &operand = d.operand(i);
  if (operand.kind != Operand::Kind::Vector)
    return d.fail("operand " + std::to_string(i + 1) +
                  " has to be a vector of registers");
  add(operand);
  if (operand.elements.size() != count)
    d.fail("operand " + std::to_string(i + 1) + " expects " +
           std::to_string(count) + " registers, but got " +
           std::to_string(operand.elements.size()));
}

void emu::mmaDst(DecodeInst &d, unsigned i, unsigned count, Type type) {
  addVector(d, i, count, [&](const Operand &operand) {
    d.vectorDst(operand, type, /*sink=*/true);
  });
}

void emu::mmaSrc(DecodeInst &d, unsigned i, unsigned count, Type type) {
  addVector(d, i, count,
            [&](const Operand &operand) { d.vectorSrc(operand, type); });
}

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

namespace {

// The largest operands: m16n8k16 of f16, m16n8k256 of b1.
constexpr unsigned kMaxWordsA = 128, kMaxWordsB = 64;

/// A and B of the plan, in words.
struct Packed {
  alignas(32) uint32_t a[kMaxWordsA];
  alignas(32) uint32_t b[kMaxWordsB];
  MmaOperands view;

  /// `regs` are the registers of A, then those of B. Returns those of C.
  const Ref *gather(const Warp &w, const MmaPlan &plan, const Ref *regs) {
    unsigned perWord = 32 / mmaElementBits(plan.a);
    unsigned words = plan.k / perWord / 4; // registers along k
    unsigned countA = words * (plan.m / 8);
    gatherRows(w, regs, countA, plan.m, a);
    gatherRows(w, regs + countA, words, 8, b);
    view = {plan.m, 8, plan.k, plan.a, plan.b, a, b, nullptr};
    return regs + countA + words;
  }
};

void mmaToFloat(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const MmaPlan plan = MmaPlan::of(inst);
  const Ref *d = w.list(inst);
  Packed packed;
  const Ref *c = packed.gather(w, plan, d + plan.m / 4);
  alignas(32) float sum[128];
  gatherAccumulators(w, c, plan.m, sum);
  mmaFloat(mmaRule(w, plan.a), packed.view, sum, sum);
  scatterAccumulators(w, d, plan.m, sum, mask);
}

void mmaToHalf(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const MmaPlan plan = MmaPlan::of(inst);
  const Ref *d = w.list(inst);
  Packed packed;
  const Ref *c = packed.gather(w, plan, d + plan.m / 8);
  alignas(32) uint16_t sum[128];
  gatherHalves(w, c, plan.m, sum);
  mmaHalf(mmaRule(w, plan.a), packed.view, sum, sum);
  scatterHalves(w, d, plan.m, sum, mask);
}

void mmaToInt(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const MmaPlan plan = MmaPlan::of(inst);
  const Ref *d = w.list(inst);
  Packed packed;
  const Ref *c = packed.gather(w, plan, d + plan.m / 4);
  alignas(32) int32_t sum[128];
  gatherAccumulators(w, c, plan.m, sum);
  if (plan.a == MmaType::B1)
    mmaBits(packed.view, plan.has(MmaPlan::kAnd), sum, sum);
  else
    mmaInt(packed.view, plan.has(MmaPlan::kSatfinite), sum, sum);
  scatterAccumulators(w, d, plan.m, sum, mask);
}

void mmaToDouble(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const MmaPlan plan = MmaPlan::of(inst);
  const Ref *d = w.list(inst), *regs = d + plan.m / 4;
  unsigned countA = plan.k / 4 * (plan.m / 8), countB = plan.k / 4;
  double a[16 * 16], b[8 * 16], sum[128] = {};
  gatherRows(w, regs, countA, plan.m, a);
  gatherRows(w, regs + countA, countB, 8, b);
  gatherAccumulators(w, regs + countA + countB, plan.m, sum);
  mmaDouble(plan.m, 8, plan.k, a, b, sum, sum);
  scatterAccumulators(w, d, plan.m, sum, mask);
}

// --- m8n8k4 of f16: four products at once, each by a pair of quads ---

/// The lanes of a quad pair, in the order of their rows of A: lanes 4q to
/// 4q + 3, then the same 16 further on.
unsigned quadPairLane(unsigned pair, unsigned i) {
  return 4 * pair + i % 4 + 16 * (i / 4);
}

/// Element `i` of an f16 operand in two registers of a lane.
uint16_t halfOf(const Warp &w, const Ref *regs, unsigned lane, unsigned i) {
  return uint16_t(w.in<uint32_t>(regs[i / 2])[lane] >> 16 * (i % 2));
}

/// Row and column of f32 accumulator `i` of the lane at place `at` of its quad
/// pair (PTX ISA, "Matrix Fragments for mma.m8n8k4 with .f16").
struct Place {
  unsigned row, column;
};
Place placeOfF32(unsigned at, unsigned i) {
  return {(at & 1) + (i & 2) + 4 * (at / 4), (i & 4) + (at & 2) + (i & 1)};
}

void mmaQuadPairs(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const MmaPlan plan = MmaPlan::of(inst);
  const bool halfC = plan.has(MmaPlan::kHalfC),
             halfD = plan.has(MmaPlan::kHalfD);
  const Ref *d = w.list(inst), *a = d + (halfD ? 4 : 8), *b = a + 2, *c = b + 2;
  const MmaRule rule = mmaRule(w, plan.a);
  uint32_t result[8][kWarpSize] = {};
  for (unsigned pair = 0; pair < 4; ++pair) {
    uint16_t rows[8][4], columns[8][4];
    float sum[64];
    uint16_t half[64];
    for (unsigned at = 0; at < 8; ++at) {
      unsigned lane = quadPairLane(pair, at), block = at / 4 * 4;
      for (unsigned i = 0; i < 4; ++i) {
        uint16_t x = halfOf(w, a, lane, i), y = halfOf(w, b, lane, i);
        (plan.has(MmaPlan::kColumnA) ? rows[block + i][at % 4] : rows[at][i]) =
            x;
        (plan.has(MmaPlan::kRowB) ? columns[block + i][at % 4]
                                  : columns[at][i]) = y;
      }
      for (unsigned i = 0; i < 8; ++i) {
        Place place = placeOfF32(at, i);
        if (halfC)
          half[8 * at + i] = halfOf(w, c, lane, i);
        else
          sum[8 * place.row + place.column] = w.in<float>(c[i])[lane];
      }
    }
    uint32_t wordsA[16], wordsB[16];
    std::memcpy(wordsA, rows, sizeof(rows));
    std::memcpy(wordsB, columns, sizeof(columns));
    MmaOperands view = {8,      8,      4,      MmaType::F16, MmaType::F16,
                        wordsA, wordsB, nullptr};
    if (halfD) {
      mmaHalf(rule, view, half, half);
    } else {
      if (halfC)
        f16ToF32(half, sum, 64);
      mmaFloat(rule, view, sum, sum);
    }
    for (unsigned at = 0; at < 8; ++at) {
      unsigned lane = quadPairLane(pair, at);
      for (unsigned i = 0; i < 8; ++i) {
        Place place = placeOfF32(at, i);
        if (halfD)
          result[i / 2][lane] |= uint32_t(half[8 * at + i]) << 16 * (i % 2);
        else
          result[i][lane] =
              std::bit_cast<uint32_t>(sum[8 * place.row + place.column]);
      }
    }
  }
  for (unsigned i = 0; i < (halfD ? 4u : 8u); ++i)
    forLanes(w.out<uint32_t>(d[i]), mask,
             [&](unsigned l) { return result[i][l]; });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// A legal shape of a type.
struct Variant {
  unsigned bits; ///< of an element; 17 stands for bf16
  unsigned m, k, sm;
};
constexpr unsigned kBF16 = 17;
constexpr Variant kVariants[] = {
    {16, 16, 8, 75}, {16, 16, 16, 80}, {kBF16, 16, 8, 80}, {kBF16, 16, 16, 80},
    {32, 16, 4, 80}, {32, 16, 8, 80},  {8, 8, 16, 75},     {8, 16, 16, 80},
    {8, 16, 32, 80}, {4, 8, 32, 75},   {4, 16, 32, 80},    {4, 16, 64, 80},
    {1, 8, 128, 75}, {1, 16, 128, 80}, {1, 16, 256, 80},   {64, 8, 4, 80},
    {64, 16, 4, 90}, {64, 16, 8, 90},  {64, 16, 16, 90},
};

bool isFp8(Type type) { return type == Type::E4M3 || type == Type::E5M2; }

/// Whether the shape exists for `type`; fails if not.
void checkVariant(DecodeInst &d, const MmaShape &shape, Type type) {
  if (isFp8(type)) {
    d.requireSm(89);
    if (shape.is(16, 8, 16) || shape.is(16, 8, 32))
      return;
  } else {
    unsigned bits = type == Type::BF16   ? kBF16
                    : type == Type::TF32 ? 32
                                         : ptx::bitWidth(type);
    for (const Variant &v : kVariants)
      if (v.bits == bits && shape.is(v.m, 8, v.k))
        return d.requireSm(v.sm);
  }
  d.fail("'mma' has no shape m" + std::to_string(shape.m) + "n" +
         std::to_string(shape.n) + "k" + std::to_string(shape.k) +
         " for type '." + std::string(ptx::toString(type)) + "'");
}

void decodeQuadPairs(DecodeInst &d) {
  MmaPlan plan;
  plan.m = plan.n = 8;
  plan.k = 4;
  if (expectLayout(d))
    plan.flags |= MmaPlan::kColumnA;
  if (!expectLayout(d))
    plan.flags |= MmaPlan::kRowB;
  Type typeD = d.type({Type::F16, Type::F32, Type::F64});
  if (typeD == Type::F64) {
    // The other m8n8k4: one product, the usual layout.
    if (plan.flags)
      d.fail("'mma' of f64 expects '.row.col'");
    for (int i = 0; i < 3; ++i)
      d.type({Type::F64});
    d.requireSm(80);
    if (!d.expectOperands(4))
      return;
    plan.flags = 0;
    plan.store(d.inst);
    mmaDst(d, 0, 2, Type::F64);
    mmaSrc(d, 1, 1, Type::F64);
    mmaSrc(d, 2, 1, Type::F64);
    mmaSrc(d, 3, 2, Type::F64);
    return d.handler(mmaToDouble);
  }
  d.type({Type::F16});
  d.type({Type::F16});
  Type typeC = d.type({Type::F16, Type::F32});
  if (typeC == Type::F32 && typeD == Type::F16)
    d.fail("'mma' with C of f32 expects D of f32 too");
  if (typeC == Type::F16)
    plan.flags |= MmaPlan::kHalfC;
  if (typeD == Type::F16)
    plan.flags |= MmaPlan::kHalfD;
  d.requireSm(70);
  if (!d.expectOperands(4))
    return;
  plan.store(d.inst);
  bool halfD = typeD == Type::F16, halfC = typeC == Type::F16;
  mmaDst(d, 0, halfD ? 4 : 8, halfD ? Type::B32 : Type::F32);
  mmaSrc(d, 1, 2, Type::B32);
  mmaSrc(d, 2, 2, Type::B32);
  mmaSrc(d, 3, halfC ? 4 : 8, halfC ? Type::B32 : Type::F32);
  d.handler(mmaQuadPairs);
}

/// `.xor.popc` or `.and.popc`: 0 or 1; -1 for neither.
int acceptBitOperation(DecodeInst &d) {
  int op = d.acceptOneOf({"xor", "and"});
  if (op >= 0)
    d.expectOneOf({"popc"});
  return op;
}

void decodeMma(DecodeInst &d) {
  d.inst.instClass = InstClass::Mma;
  d.inst.flags |= kAligned;
  // The ISA has the bit operation at the end; ptxas takes it here and after the
  // layouts too, and LLVM writes it here.
  int bitOp = acceptBitOperation(d);
  if (d.accept("sp"))
    return decodeMmaSparse(d, false);
  if (d.accept("sp::ordered_metadata"))
    return decodeMmaSparse(d, true);
  d.expectOneOf({"sync"});
  d.expectOneOf({"aligned"});
  MmaShape shape = expectShape(d);
  if (shape.is(8, 8, 4))
    return decodeQuadPairs(d);
  d.expectOneOf({"row"});
  d.expectOneOf({"col"});
  MmaPlan plan;
  plan.m = uint8_t(shape.m);
  plan.n = 8;
  plan.k = uint16_t(shape.k);
  if (bitOp < 0)
    bitOp = acceptBitOperation(d);
  bool satfinite = d.accept("satfinite");
  Type typeD = d.type({Type::F16, Type::F32, Type::F64, Type::S32});
  Type typeA = d.type(), typeB = d.type();
  d.type({typeD}); // C
  satfinite |= d.accept("satfinite");
  if (bitOp < 0)
    bitOp = acceptBitOperation(d);
  checkVariant(d, shape, typeA);
  if (d.failed())
    return;

  // Which types go together.
  plan.a = mmaType(typeA);
  plan.b = mmaType(typeB);
  const unsigned bits = ptx::bitWidth(typeA);
  bool isInt = false, good = false;
  switch (typeA) {
  case Type::F16:
    good = typeB == typeA && (typeD == Type::F32 || typeD == Type::F16);
    break;
  case Type::BF16:
  case Type::TF32:
    good = typeB == typeA && typeD == Type::F32;
    break;
  case Type::E4M3:
  case Type::E5M2:
    good = isFp8(typeB) && (typeD == Type::F32 || typeD == Type::F16);
    break;
  case Type::F64:
    good = typeB == typeA && typeD == typeA;
    break;
  case Type::B1:
    isInt = true;
    good = typeB == typeA && typeD == Type::S32;
    break;
  default: // S8, U8, S4, U4
    isInt = true;
    good = ptx::bitWidth(typeB) == bits && typeD == Type::S32 &&
           !isFp8(typeB) && mmaType(typeB) != MmaType::F16;
    break;
  }
  if (!good)
    return d.fail("'mma' cannot multiply '." +
                  std::string(ptx::toString(typeA)) + "' by '." +
                  std::string(ptx::toString(typeB)) + "' into '." +
                  std::string(ptx::toString(typeD)) + "'");
  if (satfinite) {
    if (!isInt || typeA == Type::B1)
      d.fail("'.satfinite' needs integer operands of 4 or 8 bits");
    plan.flags |= MmaPlan::kSatfinite;
  }
  if ((typeA == Type::B1) != (bitOp >= 0))
    d.fail(bitOp < 0 ? "expects '.xor.popc' or '.and.popc' for type b1"
                     : "'.xor.popc' and '.and.popc' go with type b1");
  if (bitOp == 1) {
    plan.flags |= MmaPlan::kAnd;
    d.requireSm(80);
  }
  if (!d.expectOperands(4))
    return;
  plan.store(d.inst);

  unsigned wordBits = typeA == Type::F64 ? 64 : 32;
  unsigned words = shape.k * (typeA == Type::TF32 ? 32 : bits) / wordBits / 4;
  Type word = typeA == Type::F64 ? Type::F64 : Type::B32;
  bool half = typeD == Type::F16;
  unsigned countC = shape.m / (half ? 8 : 4);
  Type accumulator = half || isInt ? Type::B32 : typeD;
  mmaDst(d, 0, countC, accumulator);
  mmaSrc(d, 1, words * (shape.m / 8), word);
  mmaSrc(d, 2, words, word);
  mmaSrc(d, 3, countC, accumulator);
  d.handler(typeA == Type::F64 ? mmaToDouble
            : isInt            ? mmaToInt
            : half             ? mmaToHalf
                               : mmaToFloat);
}

} // namespace

void emu::registerMma(MnemonicTable &table) {
  table["mma"] = decodeMma;
  table["ldmatrix"] = decodeLdmatrix;
  table["movmatrix"] = decodeMovmatrix;
  table["wmma"] = decodeWmma;
}
