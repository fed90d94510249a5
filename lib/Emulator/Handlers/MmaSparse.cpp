//===- MmaSparse.cpp - mma.sp ---------------------------------------------===//
//
// PTX ISA 9.7.14.6 (sparse mma). A stores half of its elements; metadata says
// which. Of f16, bf16, 8-bit types: two of four neighbours, two bits for each
// stored element. Of 4-bit types: two pairs of four neighbouring pairs, two
// bits for each stored pair. Of tf32: one of two neighbours, four bits, 0b0100
// for the first and 0b1110 for the second. Lowest bits belong to the lowest
// columns.
//
// A row of A has 16, 32 or 64 bits of metadata. Where they are, for row g or
// g + 8 of group g (lanes 4g to 4g + 3), by selector f:
//
//   f16, bf16 k16; tf32 k8   lane 4g + f, low half: row g, high half: row g + 8
//   f16, bf16 k32; tf32 k16  lanes 4g + 2f (first 16 bits of the row) and
//                            4g + 2f + 1 (second), halves as above
//   8-bit k32; 4-bit k64     lane 4g + 2f: row g, 4g + 2f + 1: row g + 8
//   8-bit k64; 4-bit k128    lanes 4g, 4g + 1: first 32 bits of rows g, g + 8;
//                            4g + 2, 4g + 3: second; f is 0
//
//===----------------------------------------------------------------------===//

#include "MmaFragments.h"
#include "MmaPlan.h"

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

/// The metadata of a row, lowest bits first.
uint64_t rowMetadata(const uint32_t *lanes, unsigned row, unsigned rowBits,
                     unsigned elementBits, unsigned selector) {
  unsigned quad = row % 8 * 4, high = row / 8;
  if (elementBits >= 16) {
    auto half = [&](unsigned lane) {
      return uint64_t((lanes[quad + lane] >> 16 * high) & 0xFFFF);
    };
    if (rowBits == 16)
      return half(selector);
    return half(2 * selector) | half(2 * selector + 1) << 16;
  }
  if (rowBits == 32)
    return lanes[quad + 2 * selector + high];
  return lanes[quad + high] | uint64_t(lanes[quad + 2 + high]) << 32;
}

/// Fills [m][k / 2]: the row of B for each stored element of A. Returns the
/// first row whose metadata means nothing, or -1.
int decodeMetadata(const uint32_t *lanes, const MmaPlan &plan, uint8_t *index) {
  unsigned bits = mmaElementBits(plan.a);
  unsigned stored = plan.k / 2;
  unsigned perField = bits == 4 ? 2 : 1; // stored elements that move together
  int bad = -1;
  for (unsigned row = 0; row < plan.m; ++row) {
    uint8_t *out = index + row * stored;
    if (bits == 32) {
      uint64_t metadata =
          rowMetadata(lanes, row, stored * 4, bits, plan.selector);
      for (unsigned i = 0; i < stored; ++i) {
        unsigned field = (metadata >> 4 * i) & 15;
        if (field != 0b0100 && field != 0b1110 && bad < 0)
          bad = int(row);
        out[i] = uint8_t(2 * i + (field >> 3));
      }
      continue;
    }
    unsigned fields = stored / perField;
    uint64_t metadata =
        rowMetadata(lanes, row, fields * 2, bits, plan.selector);
    for (unsigned i = 0; i < fields; ++i) {
      unsigned field = (metadata >> 2 * i) & 3;
      if (i % 2) {
        unsigned before = (metadata >> 2 * (i - 1)) & 3;
        bool wrong =
            plan.has(MmaPlan::kOrdered) ? field <= before : field == before;
        if (wrong && bad < 0)
          bad = int(row);
      }
      for (unsigned j = 0; j < perField; ++j)
        out[i * perField + j] = uint8_t((i / 2 * 4 + field) * perField + j);
    }
  }
  return bad;
}

enum class Result { Float, Half, Int };

template <Result kResult>
void mmaSparse(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const MmaPlan plan = MmaPlan::of(inst);
  unsigned perWord = 32 / mmaElementBits(plan.a);
  unsigned words = plan.k / perWord / 4; // registers of B
  unsigned countA = words / 2 * (plan.m / 8);
  const Ref *d = w.list(inst),
            *a = d + plan.m / (kResult == Result::Half ? 8 : 4);
  const Ref *b = a + countA, *c = b + words;

  alignas(32) uint32_t wordsA[16 * 8], wordsB[8 * 16];
  uint8_t index[16 * 64];
  gatherRows(w, a, countA, plan.m, wordsA);
  gatherRows(w, b, words, 8, wordsB);
  int bad = decodeMetadata(w.in<uint32_t>(inst.op[0]), plan, index);
  if (bad >= 0)
    w.report(ReportKind::Misuse, inst, bad % 8 * 4,
             "the metadata of row " + std::to_string(bad) +
                 (plan.a == MmaType::TF32
                      ? " holds a field that is neither 0b0100 nor 0b1110"
                  : plan.has(MmaPlan::kOrdered) ? " is not in increasing order"
                                                : " names one position twice"));

  MmaOperands view = {plan.m, 8, plan.k, plan.a, plan.b, wordsA, wordsB, index};
  if constexpr (kResult == Result::Half) {
    alignas(32) uint16_t sum[128];
    gatherHalves(w, c, plan.m, sum);
    mmaHalf(mmaRule(w, plan.a), view, sum, sum);
    scatterHalves(w, d, plan.m, sum, mask);
  } else {
    using T = std::conditional_t<kResult == Result::Int, int32_t, float>;
    alignas(32) T sum[128];
    gatherAccumulators(w, c, plan.m, sum);
    if constexpr (kResult == Result::Int)
      mmaInt(view, plan.has(MmaPlan::kSatfinite), sum, sum);
    else
      mmaFloat(mmaRule(w, plan.a), view, sum, sum);
    scatterAccumulators(w, d, plan.m, sum, mask);
  }
}

} // namespace

void emu::decodeMmaSparse(DecodeInst &d, bool ordered) {
  d.expectOneOf({"sync"});
  d.expectOneOf({"aligned"});
  MmaShape shape = expectShape(d);
  d.expectOneOf({"row"});
  d.expectOneOf({"col"});
  bool satfinite = d.accept("satfinite");
  Type typeD = d.type({Type::F16, Type::F32, Type::S32});
  Type typeA = d.type({Type::F16, Type::BF16, Type::TF32, Type::E4M3,
                       Type::E5M2, Type::S8, Type::U8, Type::S4, Type::U4});
  Type typeB = d.type();
  d.type({typeD}); // C
  satfinite |= d.accept("satfinite");
  if (d.failed())
    return;

  auto isFp8 = [](Type t) { return t == Type::E4M3 || t == Type::E5M2; };
  auto isInt = [](Type t) {
    return t == Type::S8 || t == Type::U8 || t == Type::S4 || t == Type::U4;
  };
  bool good = isInt(typeA) ? isInt(typeB) &&
                                 ptx::bitWidth(typeA) == ptx::bitWidth(typeB) &&
                                 typeD == Type::S32
              : isFp8(typeA) ? isFp8(typeB) && typeD == Type::F32
                             : typeB == typeA &&
                                   (typeD == Type::F32 ||
                                    (typeD == Type::F16 && typeA == Type::F16));
  if (!good)
    return d.fail("'mma.sp' cannot multiply '." +
                  std::string(ptx::toString(typeA)) + "' by '." +
                  std::string(ptx::toString(typeB)) + "' into '." +
                  std::string(ptx::toString(typeD)) + "'");
  unsigned bits = mmaElementBits(mmaType(typeA));
  // The shorter and the longer k of a type; 8-bit floats have only the longer.
  unsigned shortK = 256 / bits, longK = 2 * shortK;
  bool isShort = shape.is(16, 8, shortK) && !isFp8(typeA);
  if (!isShort && !shape.is(16, 8, longK))
    return d.fail("'mma.sp' has no shape m" + std::to_string(shape.m) + "n" +
                  std::to_string(shape.n) + "k" + std::to_string(shape.k) +
                  " for type '." + std::string(ptx::toString(typeA)) + "'");
  if (satfinite && !isInt(typeA))
    d.fail("'.satfinite' needs integer operands");
  d.requireSm(isFp8(typeA) ? 89 : 80);
  if (!d.expectOperands(6))
    return;

  MmaPlan plan;
  plan.m = 16;
  plan.n = 8;
  plan.k = uint16_t(shape.k);
  plan.a = mmaType(typeA);
  plan.b = mmaType(typeB);
  if (satfinite)
    plan.flags |= MmaPlan::kSatfinite;
  if (ordered)
    plan.flags |= MmaPlan::kOrdered;
  int64_t selectors = bits >= 16 ? (isShort ? 4 : 2) : (isShort ? 2 : 1);
  plan.selector = uint8_t(d.constant(5, 0, selectors - 1));
  plan.store(d.inst);

  unsigned words = shape.k * bits / 32 / 4;
  bool half = typeD == Type::F16;
  Type accumulator = typeD == Type::F32 ? Type::F32 : Type::B32;
  mmaDst(d, 0, half ? 2 : 4, accumulator);
  mmaSrc(d, 1, words, Type::B32); // half of k, but two blocks of rows
  mmaSrc(d, 2, words, Type::B32);
  mmaSrc(d, 3, half ? 2 : 4, accumulator);
  d.src(4, Type::B32, 0);
  d.handler(isInt(typeA) ? mmaSparse<Result::Int>
            : half       ? mmaSparse<Result::Half>
                         : mmaSparse<Result::Float>);
}
