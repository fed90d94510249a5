//===- MatrixMove.cpp - ldmatrix and movmatrix ----------------------------===//
//
// PTX ISA 9.7.14.5.15 (ldmatrix) and 9.7.14.5.17 (movmatrix): 8 x 8 matrices of
// 16-bit elements, in memory as rows of 16 bytes, in registers with row l / 4,
// elements 2 * (l % 4) and the next in lane l.
//
//===----------------------------------------------------------------------===//

#include "MmaFragments.h"
#include "MmaPlan.h"

#include "Access.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

using namespace pit;
using namespace pit::emu;
using ptx::Space;
using ptx::Type;

namespace {

/// Transposes an 8 x 8 matrix of 16-bit elements.
inline void transpose(const void *from, void *to) {
#if defined(__SSE2__)
  const __m128i *in = static_cast<const __m128i *>(from);
  __m128i row[8], pairs[8], quads[8];
  for (int i = 0; i < 8; ++i)
    row[i] = _mm_loadu_si128(in + i);
  // Interleave rows i and i + 4 three times: like a perfect shuffle of a
  // sequence of 64, each of them moves the index's bits by one place, and three
  // of six exchange row and column.
  auto shuffle = [](const __m128i *x, __m128i *y) {
    for (int i = 0; i < 4; ++i) {
      y[2 * i] = _mm_unpacklo_epi16(x[i], x[i + 4]);
      y[2 * i + 1] = _mm_unpackhi_epi16(x[i], x[i + 4]);
    }
  };
  shuffle(row, pairs);
  shuffle(pairs, quads);
  shuffle(quads, row);
  for (int i = 0; i < 8; ++i)
    _mm_storeu_si128(static_cast<__m128i *>(to) + i, row[i]);
#else
  uint16_t in[8][8], out[8][8];
  std::memcpy(in, from, sizeof(in));
  for (unsigned row = 0; row < 8; ++row)
    for (unsigned column = 0; column < 8; ++column)
      out[column][row] = in[row][column];
  std::memcpy(to, out, sizeof(out));
#endif
}

/// imm: the address's offset; aux: 1 for `.trans`.
template <unsigned kCount>
void ldmatrix(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  LaneAddresses lanes;
  laneAddresses(w, inst, 1, lanes);
  Access access;
  access.space = Space(inst.target);
  access.bytes = 16;
  // Row i of matrix j is at the address of lane 8j + i.
  constexpr LaneMask kRows = LaneMask((uint64_t(1) << 8 * kCount) - 1);
  LaneMask good = resolve(w, inst, kRows, access, lanes);

  // Copied out first: a row that was reported reads as zeros.
  alignas(16) uint8_t rows[8 * kCount][16];
  for (unsigned row = 0; row < 8 * kCount; ++row) {
    if ((good >> row) & 1) [[likely]]
      std::memcpy(rows[row], lanes.host[row], 16);
    else
      std::memset(rows[row], 0, 16);
  }
  const Ref *regs = w.list(inst);
  for (unsigned j = 0; j < kCount; ++j) {
    uint32_t *out = w.out<uint32_t>(regs[j]);
    if (inst.aux & 1)
      transpose(rows[8 * j], out);
    else
      std::memcpy(out, rows[8 * j], 128);
  }
}

void movmatrix(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  transpose(w.in<uint32_t>(inst.op[1]), w.out<uint32_t>(inst.op[0]));
}

} // namespace

void emu::decodeLdmatrix(DecodeInst &d) {
  d.expectOneOf({"sync"});
  d.expectOneOf({"aligned"});
  // The ISA's order is shape, number, `.trans`; CUTLASS writes the number
  // first, and ptxas takes any order.
  bool shape = false;
  int count = -1;
  while (true) {
    int n;
    if (!shape && d.accept("m8n8"))
      shape = true;
    else if (count < 0 && (n = d.acceptOneOf({"x1", "x2", "x4"})) >= 0)
      count = n;
    else if (!d.inst.aux && d.accept("trans"))
      d.inst.aux = 1;
    else
      break;
  }
  if (d.peek() == "m8n16" || d.peek() == "m16n16")
    return d.fail("shape '." + std::string(d.peek()) +
                  "' of 'ldmatrix' needs target sm_100a or higher");
  if (!shape || count < 0)
    d.fail("expects '.m8n8' and one of '.x1', '.x2', '.x4'");
  Space space = d.accept("shared") || d.accept("shared::cta") ? Space::Shared
                                                              : Space::Generic;
  d.type({Type::B16});
  d.requireSm(75);
  d.inst.instClass = InstClass::Ldmatrix;
  d.inst.flags |= kAligned;
  d.inst.target = uint32_t(space);
  if (!d.expectOperands(2))
    return;
  mmaDst(d, 0, 1u << std::max(count, 0), Type::B32);
  d.address(1, space, 1);
  d.handler(count <= 0 ? ldmatrix<1> : count == 1 ? ldmatrix<2> : ldmatrix<4>);
}

void emu::decodeMovmatrix(DecodeInst &d) {
  d.expectOneOf({"sync"});
  d.expectOneOf({"aligned"});
  d.expectOneOf({"m8n8"});
  d.expectOneOf({"trans"});
  d.type({Type::B16});
  d.requireSm(75);
  d.inst.instClass = InstClass::Move;
  d.inst.flags |= kAligned;
  if (!d.expectOperands(2))
    return;
  d.dst(0, Type::B32);
  d.src(1, Type::B32);
  d.handler(movmatrix);
}
