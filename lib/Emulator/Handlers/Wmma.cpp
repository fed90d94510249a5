//===- Wmma.cpp - wmma.load, wmma.store, wmma.mma
//--------------------------===//
//
// PTX ISA 9.7.14.4. How the elements of a matrix are spread over the lanes is
// not defined there; a program may only rely on equal positions holding equal
// elements of matrices of one kind. Here a matrix is cut along its inner
// dimension (k of A and B, n of C and D) into units of a register's width, and
// unit u is in lane u % 32 of register u / 32. A and B of f16 have registers to
// spare: they hold everything twice.
//
//===----------------------------------------------------------------------===//

#include "MmaFragments.h"
#include "MmaPlan.h"

#include "Access.h"
#include "Numerics/Float.h"

#include <algorithm>

using namespace pit;
using namespace pit::emu;
using ptx::Space;
using ptx::Type;

namespace {

/// A matrix in memory and in registers; lives in Inst::imm2.
struct Piece {
  uint8_t outer = 0, inner = 0; ///< elements; see above
  uint8_t elementBits = 0;
  uint8_t unitBits = 32;
  uint8_t registers = 0;
  uint8_t contiguous = 0; ///< the inner dimension is contiguous in memory
  uint8_t space = 0;
  uint8_t hasStride = 0;

  unsigned perUnit() const { return unitBits / elementBits; }
  unsigned unitsInner() const { return inner / perUnit(); }
  unsigned units() const { return outer * unitsInner(); }
  void store(Inst &inst) const { inst.imm2 = std::bit_cast<int64_t>(*this); }
  static Piece of(const Inst &inst) { return std::bit_cast<Piece>(inst.imm2); }
};
static_assert(sizeof(Piece) == sizeof(int64_t));

/// The byte address of element (outer, inner), from the start of the matrix.
uint64_t placeInMemory(const Piece &p, uint64_t outer, uint64_t inner,
                       uint64_t stride) {
  uint64_t element =
      p.contiguous ? outer * stride + inner : inner * stride + outer;
  return element * p.elementBits / 8;
}

/// The addresses of the matrix in each lane, which have to be equal, and the
/// stride, from op[0] and op[1].
bool matrixAddress(Warp &w, const Inst &inst, const Piece &piece,
                   LaneAddresses &base, uint64_t &stride) {
  laneAddresses(w, inst, 0, base);
  stride = piece.contiguous ? piece.inner : piece.outer;
  for (unsigned l = 0; l < kWarpSize; ++l)
    if (base.address[l] != base.address[0]) {
      w.report(ReportKind::Misuse, inst, int(l),
               "the address of the matrix differs from that of lane 0");
      return false;
    }
  if (!piece.hasStride)
    return true;
  const uint32_t *strides = w.in<uint32_t>(inst.op[1]);
  stride = strides[0];
  for (unsigned l = 0; l < kWarpSize; ++l)
    if (strides[l] != strides[0]) {
      w.report(ReportKind::Misuse, inst, int(l),
               "the stride of the matrix differs from that of lane 0");
      return false;
    }
  return true;
}

/// Calls `move(good lanes, host pointers, bytes, byte of the unit)` for the
/// pieces of register r that memory holds together.
template <typename F>
void accessRegister(Warp &w, const Inst &inst, const Piece &piece, unsigned r,
                    const LaneAddresses &base, uint64_t stride, AccessKind kind,
                    F move) {
  unsigned accesses = piece.contiguous ? 1 : piece.perUnit();
  Access access;
  access.space = Space(piece.space);
  access.kind = kind;
  access.bytes = (piece.contiguous ? piece.unitBits : piece.elementBits) / 8;
  for (unsigned j = 0; j < accesses; ++j) {
    LaneAddresses lanes;
    for (unsigned l = 0; l < kWarpSize; ++l) {
      unsigned unit = (r * kWarpSize + l) % piece.units();
      lanes.address[l] =
          base.address[l] +
          placeInMemory(piece, unit / piece.unitsInner(),
                        unit % piece.unitsInner() * piece.perUnit() + j,
                        stride);
    }
    LaneMask good = resolve(w, inst, kAllLanes, access, lanes);
    eachLane(good, [&](unsigned l) {
      move(l, lanes.host[l], access.bytes, j * access.bytes);
    });
  }
}

void wmmaLoad(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const Piece piece = Piece::of(inst);
  LaneAddresses base;
  uint64_t stride;
  if (!matrixAddress(w, inst, piece, base, stride))
    return;
  const Ref *regs = w.list(inst);
  unsigned distinct = piece.units() / kWarpSize, bytes = piece.unitBits / 8;
  for (unsigned r = 0; r < piece.registers; ++r) {
    uint8_t *out = w.out<uint8_t>(regs[r]);
    if (r >= distinct) {
      std::memcpy(out, w.in<uint8_t>(regs[r % distinct]), kWarpSize * bytes);
      continue;
    }
    accessRegister(
        w, inst, piece, r, base, stride, AccessKind::Read,
        [&](unsigned l, const uint8_t *host, unsigned size, unsigned at) {
          std::memcpy(out + l * bytes + at, host, size);
        });
  }
}

void wmmaStore(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const Piece piece = Piece::of(inst);
  LaneAddresses base;
  uint64_t stride;
  if (!matrixAddress(w, inst, piece, base, stride))
    return;
  const Ref *regs = w.list(inst);
  unsigned bytes = piece.unitBits / 8;
  for (unsigned r = 0; r < piece.registers; ++r) {
    const uint8_t *in = w.in<uint8_t>(regs[r]);
    accessRegister(w, inst, piece, r, base, stride, AccessKind::Write,
                   [&](unsigned l, uint8_t *host, unsigned size, unsigned at) {
                     std::memcpy(host, in + l * bytes + at, size);
                   });
  }
}

/// The first `count` registers, one after the other.
template <typename T>
void concatenate(const Warp &w, const Ref *regs, unsigned count, T *out) {
  for (unsigned r = 0; r < count; ++r)
    std::memcpy(out + r * kWarpSize, w.in<T>(regs[r]), kWarpSize * sizeof(T));
}
template <typename T>
void spread(Warp &w, const Ref *regs, unsigned count, const T *from) {
  for (unsigned r = 0; r < count; ++r)
    std::memcpy(w.out<T>(regs[r]), from + r * kWarpSize, kWarpSize * sizeof(T));
}

/// Registers of an operand, and those of them that differ.
struct Registers {
  unsigned all, distinct;
};
Registers operandRegisters(MmaType type, unsigned outer, unsigned k) {
  unsigned distinct = outer * k * mmaElementBits(type) / 32 / kWarpSize;
  return {type == MmaType::F16 ? 8 : distinct, distinct};
}

void wmmaMma(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const MmaPlan plan = MmaPlan::of(inst);
  const bool halfC = plan.has(MmaPlan::kHalfC),
             halfD = plan.has(MmaPlan::kHalfD);
  Registers a = operandRegisters(plan.a, plan.m, plan.k);
  Registers b = operandRegisters(plan.b, plan.n, plan.k);
  unsigned elements = plan.m * plan.n / kWarpSize; // of C, a lane
  const Ref *d = w.list(inst), *regsA = d + (halfD ? elements / 2 : elements);
  const Ref *regsB = regsA + a.all, *c = regsB + b.all;
  uint32_t wordsA[256], wordsB[256];
  concatenate(w, regsA, a.distinct, wordsA);
  concatenate(w, regsB, b.distinct, wordsB);
  MmaOperands view = {plan.m, plan.n, plan.k, plan.a,
                      plan.b, wordsA, wordsB, nullptr};
  if (plan.a >= MmaType::S8) {
    int32_t sum[256];
    concatenate(w, c, elements, sum);
    if (plan.a == MmaType::B1)
      mmaBits(view, plan.has(MmaPlan::kAnd), sum, sum);
    else
      mmaInt(view, plan.has(MmaPlan::kSatfinite), sum, sum);
    return spread(w, d, elements, sum);
  }
  const MmaRule rule = mmaRule(w, plan.a);
  uint16_t half[256];
  uint32_t words[128];
  if (halfC) {
    concatenate(w, c, elements / 2, words);
    std::memcpy(half, words, size_t(plan.m) * plan.n * 2);
  }
  if (halfC && halfD) {
    mmaHalf(rule, view, half, half);
  } else {
    float sum[256];
    if (halfC)
      f16ToF32(half, sum, plan.m * plan.n);
    else
      concatenate(w, c, elements, sum);
    mmaFloat(rule, view, sum, sum);
    if (!halfD)
      return spread(w, d, elements, sum);
    f32ToF16(sum, half, plan.m * plan.n);
  }
  std::memcpy(words, half, size_t(plan.m) * plan.n * 2);
  spread(w, d, elements / 2, words);
}

void wmmaDouble(Warp &w, const Inst &inst, LaneMask mask) {
  if (!needsFullWarp(w, inst, mask))
    return;
  const Ref *regs = w.list(inst); // d d a b c c
  double a[32], b[32], c[64];
  concatenate(w, regs + 2, 1, a);
  concatenate(w, regs + 3, 1, b);
  concatenate(w, regs + 4, 2, c);
  mmaDouble(8, 8, 4, a, b, c, c);
  spread(w, regs, 2, c);
}

// --- decoding ---

bool isMultiplicand(Type t) {
  switch (t) {
  case Type::F16:
  case Type::BF16:
  case Type::TF32:
  case Type::F64:
  case Type::S8:
  case Type::U8:
  case Type::S4:
  case Type::U4:
  case Type::B1:
    return true;
  default:
    return false;
  }
}

/// Whether matrices of `type` come in this shape; fails if not.
bool checkShape(DecodeInst &d, const MmaShape &s, Type type) {
  bool wide = s.is(16, 16, 16) || s.is(8, 32, 16) || s.is(32, 8, 16);
  bool good = false;
  switch (type) {
  case Type::F16:
  case Type::F32: // C of all floating-point types but f64
    good = wide || (type == Type::F32 && s.is(16, 16, 8));
    d.requireSm(70);
    break;
  case Type::S8:
  case Type::U8:
    good = wide;
    d.requireSm(72);
    break;
  case Type::BF16:
    good = wide;
    d.requireSm(80);
    break;
  case Type::TF32:
    good = s.is(16, 16, 8);
    d.requireSm(80);
    break;
  case Type::F64:
    good = s.is(8, 8, 4);
    d.requireSm(80);
    break;
  case Type::S4:
  case Type::U4:
    good = s.is(8, 8, 32);
    d.requireSm(75);
    break;
  case Type::B1:
    good = s.is(8, 8, 128);
    d.requireSm(75);
    break;
  case Type::S32:
    good = wide || s.is(8, 8, 32) || s.is(8, 8, 128);
    d.requireSm(72);
    break;
  default:
    break;
  }
  if (!good)
    d.fail("'wmma' has no shape m" + std::to_string(s.m) + "n" +
           std::to_string(s.n) + "k" + std::to_string(s.k) + " for type '." +
           std::string(ptx::toString(type)) + "'");
  return good;
}

unsigned bitsOf(Type type) {
  return type == Type::TF32 ? 32 : ptx::bitWidth(type);
}

Type registerTypeOf(Type type) {
  return type == Type::F32 || type == Type::F64 ? type : Type::B32;
}

/// wmma.load.{a,b,c} and wmma.store.d from `.sync` on. `matrix`: 'a', 'b', 'c'.
void decodeMemory(DecodeInst &d, char matrix, bool isStore) {
  d.expectOneOf({"sync"});
  d.expectOneOf({"aligned"});
  bool column = expectLayout(d);
  MmaShape shape = expectShape(d);
  Space space = Space::Generic;
  if (d.accept("shared") || d.accept("shared::cta"))
    space = Space::Shared;
  else if (d.accept("global"))
    space = Space::Global;
  Type type = d.type();
  bool isC = matrix == 'c';
  if (isC ? type != Type::F16 && type != Type::F32 && type != Type::F64 &&
                type != Type::S32
          : !isMultiplicand(type))
    return d.fail("matrix " + std::string(1, isStore ? 'd' : matrix) +
                  " cannot be of type '." + std::string(ptx::toString(type)) +
                  "'");
  if (!checkShape(d, shape, type))
    return;

  Piece piece;
  piece.outer = uint8_t(matrix == 'b' ? shape.n : shape.m);
  piece.inner = uint8_t(isC ? shape.n : shape.k);
  piece.elementBits = uint8_t(bitsOf(type));
  piece.unitBits = type == Type::F64 ? 64 : 32;
  piece.contiguous = (matrix == 'b') == column;
  if (!piece.contiguous && piece.elementBits < 8)
    d.fail("matrix " + std::string(1, matrix) + " of '." +
           std::string(ptx::toString(type)) + "' expects '." +
           (matrix == 'b' ? "col" : "row") + "'");
  piece.space = uint8_t(space);
  piece.registers = uint8_t(piece.units() / kWarpSize);
  if (!isC && type == Type::F16)
    piece.registers = 8;
  d.inst.instClass = isStore ? (space == Space::Shared ? InstClass::StoreShared
                                                       : InstClass::StoreGlobal)
                     : space == Space::Shared ? InstClass::LoadShared
                                              : InstClass::LoadGlobal;
  if (!d.expectOperands(2, 3))
    return;
  if (isStore)
    mmaSrc(d, 1, piece.registers, registerTypeOf(type));
  else
    mmaDst(d, 0, piece.registers, registerTypeOf(type));
  d.address(isStore ? 0 : 1, space, 0);
  if (d.numOperands() == 3) {
    piece.hasStride = 1;
    d.src(2, Type::U32, 1);
  }
  piece.store(d.inst);
  d.handler(isStore ? wmmaStore : wmmaLoad);
}

void decodeMultiply(DecodeInst &d) {
  d.inst.instClass = InstClass::Mma;
  MmaPlan plan;
  int bitOp = d.acceptOneOf({"xor", "and"});
  if (bitOp >= 0)
    d.expectOneOf({"popc"});
  if (bitOp == 1) {
    plan.flags |= MmaPlan::kAnd;
    d.requireSm(80);
  }
  d.expectOneOf({"sync"});
  d.expectOneOf({"aligned"});
  bool columnA = expectLayout(d), columnB = expectLayout(d);
  MmaShape shape = expectShape(d);
  int rounding = d.acceptOneOf({"rn", "rz", "rm", "rp"});
  Type typeD = d.type({Type::F16, Type::F32, Type::F64, Type::S32});
  // Of f16 only the types of D and C are named.
  Type typeA = d.type(), typeB = typeA, typeC = typeA;
  Type next = d.acceptType();
  if (next == Type::None) {
    typeA = typeB = Type::F16;
  } else {
    typeB = next;
    typeC = d.type();
  }
  if (d.accept("satfinite"))
    plan.flags |= MmaPlan::kSatfinite;
  // After the shape in the ISA's syntax, at the end in what nvcc writes.
  if (rounding < 0)
    rounding = d.acceptOneOf({"rn", "rz", "rm", "rp"});
  bool isInt = typeA == Type::S8 || typeA == Type::U8 || typeA == Type::S4 ||
               typeA == Type::U4;
  bool isB1 = typeA == Type::B1;
  auto isHalfOrFloat = [](Type t) { return t == Type::F16 || t == Type::F32; };
  bool good =
      isInt || isB1 ? typeB == typeA && typeC == Type::S32 && typeD == Type::S32
      : typeA == Type::F64 ? typeB == typeA && typeC == typeA && typeD == typeA
      : typeA == Type::F16
          ? next == Type::None && isHalfOrFloat(typeC) && isHalfOrFloat(typeD)
          : (typeA == Type::BF16 || typeA == Type::TF32) && typeB == typeA &&
                typeC == Type::F32 && typeD == Type::F32;
  if (!good)
    d.fail("'wmma.mma' cannot multiply '." + std::string(ptx::toString(typeA)) +
           "' by '." + std::string(ptx::toString(typeB)) + "' into '." +
           std::string(ptx::toString(typeD)) + "'");
  if (isB1 != (bitOp >= 0))
    d.fail("'.xor.popc' and '.and.popc' go with type b1");
  if (plan.has(MmaPlan::kSatfinite) && !isInt)
    d.fail("'.satfinite' needs integer operands of 4 or 8 bits");
  if (rounding >= 0 && typeA != Type::F64)
    d.fail("a rounding modifier needs type f64");
  if (rounding > 0)
    d.fail("'wmma.mma' of f64 is supported with '.rn' only");
  if (bitsOf(typeA) < 8 && (columnA || !columnB))
    d.fail("'wmma.mma' of '." + std::string(ptx::toString(typeA)) +
           "' expects '.row.col'");
  if (!checkShape(d, shape, typeA) || d.failed() || !d.expectOperands(4))
    return;

  plan.m = uint8_t(shape.m);
  plan.n = uint8_t(shape.n);
  plan.k = uint16_t(shape.k);
  unsigned elements = shape.m * shape.n / kWarpSize;
  auto accumulators = [&](Type type) {
    return type == Type::F16 ? elements / 2 : elements;
  };
  mmaDst(d, 0, accumulators(typeD), registerTypeOf(typeD));
  if (typeA == Type::F64) {
    mmaSrc(d, 1, 1, Type::F64);
    mmaSrc(d, 2, 1, Type::F64);
  } else {
    plan.a = mmaType(typeA);
    plan.b = mmaType(typeB);
    mmaSrc(d, 1, operandRegisters(plan.a, shape.m, shape.k).all, Type::B32);
    mmaSrc(d, 2, operandRegisters(plan.b, shape.n, shape.k).all, Type::B32);
  }
  mmaSrc(d, 3, accumulators(typeC), registerTypeOf(typeC));
  if (typeC == Type::F16)
    plan.flags |= MmaPlan::kHalfC;
  if (typeD == Type::F16)
    plan.flags |= MmaPlan::kHalfD;
  plan.store(d.inst);
  d.handler(typeA == Type::F64 ? wmmaDouble : wmmaMma);
}

} // namespace

void emu::decodeWmma(DecodeInst &d) {
  d.inst.flags |= kAligned;
  if (d.accept("mma"))
    return decodeMultiply(d);
  bool isStore = d.accept("store");
  if (!isStore && !d.accept("load"))
    return d.fail("expects one of '.load', '.store', '.mma'");
  if (isStore) {
    d.expectOneOf({"d"});
    return decodeMemory(d, 'c', true);
  }
  int matrix = d.expectOneOf({"a", "b", "c"});
  decodeMemory(d, char('a' + std::max(matrix, 0)), false);
}
