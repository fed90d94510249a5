//===- Atomic.cpp - atom, red ---------------------------------------------===//
//
// PTX ISA 9.7.13.5 (atom) and 9.7.13.6 (red). Lanes of a warp take effect one
// after the other, in lane order or, under a seed, from another lane on. Blocks
// may run on several host threads, so operations on global memory are atomic on
// the host too; every element of a vector is atomic by itself.
//
// add.f32 on global memory flushes subnormal inputs and results to a zero of
// their sign, on shared memory it does not (PTX ISA, atom). f16 and bf16 are
// never flushed (.noftz).
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Decoder.h"
#include "FloatOps.h"
#include "Groups.h"

#include "Numerics/Float.h"

#include <atomic>
#include <mutex>

using namespace pit;
using namespace pit::emu;
using ptx::Space;
using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// What happens to one value: apply(old, b, c, flush)
//===----------------------------------------------------------------------===//

template <typename T> struct Add {
  static T apply(T old, T b, T, bool) { return T(old + b); }
};
template <typename T> struct Min {
  static T apply(T old, T b, T, bool) { return std::min(old, b); }
};
template <typename T> struct Max {
  static T apply(T old, T b, T, bool) { return std::max(old, b); }
};
template <typename T> struct And {
  static T apply(T old, T b, T, bool) { return old & b; }
};
template <typename T> struct Or {
  static T apply(T old, T b, T, bool) { return old | b; }
};
template <typename T> struct Xor {
  static T apply(T old, T b, T, bool) { return old ^ b; }
};
template <typename T> struct Exch {
  static T apply(T, T b, T, bool) { return b; }
};
template <typename T> struct Cas {
  static T apply(T old, T b, T c, bool) { return old == b ? c : old; }
};
template <typename T> struct Inc {
  static T apply(T old, T b, T, bool) { return old >= b ? 0 : old + 1; }
};
template <typename T> struct Dec {
  static T apply(T old, T b, T, bool) {
    return old == 0 || old > b ? b : old - 1;
  }
};

/// f32 and f64, as bits.
template <typename U> struct AddFloat {
  static U apply(U old, U b, U, bool flush) {
    using F = typename FloatBits<U>::Float;
    const bool ftz = flush && sizeof(U) == 4;
    if (ftz) {
      old = flushSubnormal(old);
      b = flushSubnormal(b);
    }
    U sum = canonicalOrSame(
        std::bit_cast<U>(F(std::bit_cast<F>(old) + std::bit_cast<F>(b))));
    return ftz ? flushSubnormal(sum) : sum;
  }
};

struct AddF16 {
  static uint16_t apply(uint16_t a, uint16_t b) { return addF16(a, b); }
};
struct AddBF16 {
  static uint16_t apply(uint16_t a, uint16_t b) { return addBF16(a, b); }
};
template <uint16_t Inf, bool IsMax> struct MinMaxHalf {
  static uint16_t apply(uint16_t a, uint16_t b) {
    return minMax<uint16_t, 0x8000, Inf, 0x7FFF, IsMax>(a, b, 0, 0, 0);
  }
};
using MinF16 = MinMaxHalf<0x7C00, false>;
using MaxF16 = MinMaxHalf<0x7C00, true>;
using MinBF16 = MinMaxHalf<0x7F80, false>;
using MaxBF16 = MinMaxHalf<0x7F80, true>;

/// One half (T is uint16_t) or two packed ones.
template <typename T, typename Op> struct Halves {
  static T apply(T old, T b, T, bool) {
    if constexpr (sizeof(T) == 2)
      return Op::apply(old, b);
    else
      return T(Op::apply(uint16_t(old), uint16_t(b))) |
             T(Op::apply(uint16_t(old >> 16), uint16_t(b >> 16))) << 16;
  }
};

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

// Inst::aux
constexpr uint32_t kAcquire = 1 << 0, kRelease = 1 << 1, kReturns = 1 << 2,
                   kReplaces = 1 << 3; // exch: the old value may be undefined
constexpr unsigned kSpaceShift = 4, kElementsShift = 8;
constexpr uint32_t kCtaScope = 1 << 12;

Access accessOf(const Inst &inst, uint32_t bytes) {
  Access access;
  access.space = Space(inst.aux >> kSpaceShift & 15);
  access.kind = AccessKind::Atomic;
  access.strength = Strength::Strong;
  access.acquire = inst.aux & kAcquire;
  access.release = inst.aux & kRelease;
  access.ctaScope = inst.aux & kCtaScope;
  access.bytes = bytes;
  access.checkInit = !(inst.aux & kReplaces) || (inst.aux & kReturns);
  return access;
}

/// Calls f(lane) for each lane of `mask`, beginning with one that the seed
/// picks.
template <typename F> void inSomeOrder(Warp &w, LaneMask mask, F f) {
  const uint64_t seed = w.block->launch.options.seed;
  const unsigned first =
      seed ? unsigned((seed + w.executed + w.id) * 0x9E3779B97F4A7C15ull >> 59)
           : 0;
  eachLane(std::rotr(mask, int(first)),
           [&](unsigned i) { f((i + first) % kWarpSize); });
}

/// Whether `host` is in the block's shared memory.
bool isShared(const Warp &w, const uint8_t *host) {
  Block &block = *w.block;
  return host >= block.shared() && host < block.shared() + block.sharedEnd;
}

/// Replaces the value at `host` by Op's result; returns what it was.
template <typename T, typename Op>
T update(const Warp &w, uint8_t *host, T b, T c) {
  const bool own = isShared(w, host);
  const bool flush = !own;
  // Nobody else can touch the block's own memory now, nor any if this is the
  // only host thread. (Misaligned addresses get here if they are not checked
  // for.)
  if (own || w.block->launch.options.threads == 1 ||
      reinterpret_cast<uintptr_t>(host) % sizeof(T) != 0) {
    T old;
    std::memcpy(&old, host, sizeof old);
    const T desired = Op::apply(old, b, c, flush);
    std::memcpy(host, &desired, sizeof desired);
    return old;
  }
  std::atomic_ref<T> shared(*reinterpret_cast<T *>(host));
  T old = shared.load(std::memory_order_relaxed);
  while (!shared.compare_exchange_weak(old, Op::apply(old, b, c, flush)))
    ;
  return old;
}

/// op[0]: result, op[1]: address, op[2], op[3]: sources.
template <typename T, typename Op>
void atomic(Warp &w, const Inst &inst, LaneMask mask) {
  LaneAddresses at;
  laneAddresses(w, inst, 1, at);
  mask = resolve(w, inst, mask, accessOf(inst, sizeof(T)), at);
  w.counters(inst).atomics += uint64_t(std::popcount(mask));
  const T *b = w.in<T>(inst.op[2]);
  const T *c = inst.op[3] == kNoRef ? b : w.in<T>(inst.op[3]);
  T *d = inst.aux & kReturns ? w.out<T>(inst.op[0]) : nullptr;
  inSomeOrder(w, mask, [&](unsigned l) {
    T old = update<T, Op>(w, at.host[l], b[l], c[l]);
    if (d)
      d[l] = old;
  });
}

/// The list holds the results, if there are any, then the sources.
template <typename T, typename Op>
void atomicVector(Warp &w, const Inst &inst, LaneMask mask) {
  const unsigned elements = inst.aux >> kElementsShift & 0xff;
  LaneAddresses at;
  laneAddresses(w, inst, 1, at);
  mask = resolve(w, inst, mask, accessOf(inst, elements * sizeof(T)), at);
  w.counters(inst).atomics += uint64_t(std::popcount(mask));
  const bool returns = inst.aux & kReturns;
  const Ref *results = w.list(inst);
  const Ref *sources = results + (returns ? elements : 0);
  inSomeOrder(w, mask, [&](unsigned l) {
    // A result register may be a later source too.
    T old[8];
    for (unsigned e = 0; e < elements; ++e) {
      T b = w.in<T>(sources[e])[l];
      old[e] = update<T, Op>(w, at.host[l] + e * sizeof(T), b, b);
    }
    if (returns)
      for (unsigned e = 0; e < elements; ++e)
        w.out<T>(results[e])[l] = old[e];
  });
}

/// 128 bits: low and high half are two arrays of a register. Few hosts can swap
/// 16 bytes at once, so these exclude one another by a lock.
template <bool Compares>
void atomic128(Warp &w, const Inst &inst, LaneMask mask) {
  static std::mutex lock;
  LaneAddresses at;
  laneAddresses(w, inst, 1, at);
  mask = resolve(w, inst, mask, accessOf(inst, 16), at);
  w.counters(inst).atomics += uint64_t(std::popcount(mask));
  const uint64_t *b = w.in<uint64_t>(inst.op[2]);
  const uint64_t *c = Compares ? w.in<uint64_t>(inst.op[3]) : b;
  uint64_t *d = inst.aux & kReturns ? w.out<uint64_t>(inst.op[0]) : nullptr;
  std::lock_guard<std::mutex> guard(lock);
  inSomeOrder(w, mask, [&](unsigned l) {
    uint64_t old[2], desired[2] = {c[l], c[l + kWarpSize]};
    std::memcpy(old, at.host[l], 16);
    if (!Compares || (old[0] == b[l] && old[1] == b[l + kWarpSize]))
      std::memcpy(at.host[l], desired, 16);
    if (d) {
      d[l] = old[0];
      d[l + kWarpSize] = old[1];
    }
  });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

enum Operation { kAdd, kMin, kMax, kInc, kDec, kAnd, kOr, kXor, kExch, kCas };

template <template <typename> typename Op> Handler pickInteger(Type type) {
  switch (type) {
  case Type::U32:
    return atomic<uint32_t, Op<uint32_t>>;
  case Type::U64:
    return atomic<uint64_t, Op<uint64_t>>;
  case Type::S32:
    return atomic<int32_t, Op<int32_t>>;
  case Type::S64:
    return atomic<int64_t, Op<int64_t>>;
  default:
    return nullptr;
  }
}
template <template <typename> typename Op> Handler pickBits(Type type) {
  switch (type) {
  case Type::B32:
    return atomic<uint32_t, Op<uint32_t>>;
  case Type::B64:
    return atomic<uint64_t, Op<uint64_t>>;
  default:
    return nullptr;
  }
}

template <typename OpF16, typename OpBF16>
Handler pickHalf(Type type, bool vector) {
  switch (type) {
  case Type::F16:
    return vector ? atomicVector<uint16_t, Halves<uint16_t, OpF16>>
                  : atomic<uint16_t, Halves<uint16_t, OpF16>>;
  case Type::BF16:
    return vector ? atomicVector<uint16_t, Halves<uint16_t, OpBF16>>
                  : atomic<uint16_t, Halves<uint16_t, OpBF16>>;
  case Type::F16x2:
    return vector ? atomicVector<uint32_t, Halves<uint32_t, OpF16>>
                  : atomic<uint32_t, Halves<uint32_t, OpF16>>;
  case Type::BF16x2:
    return vector ? atomicVector<uint32_t, Halves<uint32_t, OpBF16>>
                  : atomic<uint32_t, Halves<uint32_t, OpBF16>>;
  default:
    return nullptr;
  }
}

/// Null if there is no such instruction.
Handler pick(Operation op, Type type, unsigned elements) {
  const bool vector = elements > 1;
  if (vector && (elements > 4 ? ptx::bitWidth(type) != 16 : !isFloatType(type)))
    return nullptr;
  switch (op) {
  case kAdd:
    if (isHalfType(type))
      return pickHalf<AddF16, AddBF16>(type, vector);
    if (type == Type::F32)
      return vector ? atomicVector<uint32_t, AddFloat<uint32_t>>
                    : atomic<uint32_t, AddFloat<uint32_t>>;
    if (vector)
      return nullptr;
    if (type == Type::F64)
      return atomic<uint64_t, AddFloat<uint64_t>>;
    // Two's complement: signed and unsigned sums have the same bits.
    if (type == Type::S32 || type == Type::U32)
      return atomic<uint32_t, Add<uint32_t>>;
    return type == Type::U64 ? atomic<uint64_t, Add<uint64_t>>
                             : Handler(nullptr);
  case kMin:
    return vector ? pickHalf<MinF16, MinBF16>(type, true)
                  : pickInteger<Min>(type);
  case kMax:
    return vector ? pickHalf<MaxF16, MaxBF16>(type, true)
                  : pickInteger<Max>(type);
  default:
    break;
  }
  if (vector)
    return nullptr;
  switch (op) {
  case kInc:
    return type == Type::U32 ? atomic<uint32_t, Inc<uint32_t>>
                             : Handler(nullptr);
  case kDec:
    return type == Type::U32 ? atomic<uint32_t, Dec<uint32_t>>
                             : Handler(nullptr);
  case kAnd:
    return pickBits<And>(type);
  case kOr:
    return pickBits<Or>(type);
  case kXor:
    return pickBits<Xor>(type);
  case kExch:
    return type == Type::B128 ? atomic128<false> : pickBits<Exch>(type);
  default:
    if (type == Type::B16)
      return atomic<uint16_t, Cas<uint16_t>>;
    return type == Type::B128 ? atomic128<true> : pickBits<Cas>(type);
  }
}

/// The modifiers, which ptxas takes in any order.
struct Modifiers {
  int sem = -1, scope = -1, space = -1, op = -1, vector = -1;
  bool noftz = false, hinted = false;
  Type type = Type::None;
};

Modifiers readModifiers(DecodeInst &d, bool returns) {
  Modifiers m;
  auto once = [&](int &field, std::initializer_list<std::string_view> names) {
    if (field >= 0)
      return false;
    field = d.acceptOneOf(names);
    return field >= 0;
  };
  for (;;) {
    if (once(m.scope, {"cta", "cluster", "gpu", "sys"}) ||
        once(m.space, {"global", "shared", "shared::cta", "shared::cluster"}) ||
        once(m.op, {"add", "min", "max", "inc", "dec", "and", "or", "xor"}) ||
        once(m.vector, {"v2", "v4", "v8"}) ||
        once(m.sem, {"relaxed", "release"}))
      continue;
    if (returns && m.op < 0 && (m.op = d.acceptOneOf({"exch", "cas"})) >= 0) {
      m.op += kExch;
      continue;
    }
    if (returns && m.sem < 0 &&
        (m.sem = d.acceptOneOf({"acquire", "acq_rel"})) >= 0) {
      m.sem += 2;
      continue;
    }
    if (!m.noftz && (m.noftz = d.accept("noftz")))
      continue;
    if (!m.hinted && (m.hinted = d.accept("L2::cache_hint")))
      continue;
    if (m.type == Type::None && (m.type = d.acceptType()) != Type::None)
      continue;
    return m;
  }
}

void decodeAtomic(DecodeInst &d, bool returns) {
  const Modifiers m = readModifiers(d, returns);
  if (!d.peek().empty()) // the framework names it
    return;
  if (m.op < 0 || m.type == Type::None) {
    d.fail("expects an operation and a type");
    return;
  }
  const unsigned elements = m.vector < 0 ? 1 : 2u << m.vector;
  const Operation op = Operation(m.op);
  Handler handler = pick(op, m.type, elements);
  if (!handler) {
    d.fail("there is no such combination of operation and type");
    return;
  }
  if (isHalfType(m.type) != m.noftz)
    d.fail(m.noftz ? "'.noftz' needs a type of f16 or bf16"
                   : "f16 and bf16 need '.noftz'");
  if (elements > 1 && m.space > 0)
    d.fail("vectors need global memory");
  if (elements > 1 || m.type == Type::B128 || m.type == Type::BF16 ||
      m.type == Type::BF16x2)
    d.requireSm(90);

  const Space space = m.space < 0    ? Space::Generic
                      : m.space == 0 ? Space::Global
                                     : Space::Shared;
  const bool compares = op == kCas;
  const unsigned sources = compares ? 2 : 1, first = returns ? 1 : 0;
  if (!d.expectOperands(first + 1 + sources + (m.hinted ? 1 : 0)))
    return;
  const bool sink = returns && d.operand(0).kind == ptx::Operand::Kind::Sink;
  const bool wanted = returns && !sink;
  d.address(first, space, 1);
  if (elements > 1) {
    const size_t given = d.operand(first + 1).elements.size();
    if ((wanted && d.operand(0).elements.size() != elements) ||
        given != elements)
      d.fail("expects vectors of " + std::to_string(elements) + " elements");
    if (wanted)
      d.vectorDst(d.operand(0), m.type);
    d.vectorSrc(d.operand(first + 1), m.type);
  } else {
    if (wanted)
      d.dst(0, m.type);
    d.src(first + 1, m.type, 2);
    if (compares)
      d.src(first + 2, m.type, 3);
  }
  if (m.hinted)
    d.srcRef(d.operand(first + 1 + sources), Type::B64);

  // relaxed, release, acquire, acq_rel
  const uint32_t order[] = {0, kRelease, kAcquire, kAcquire | kRelease};
  d.inst.aux = (m.sem < 0 ? 0 : order[m.sem]) | (wanted ? kReturns : 0) |
               (op == kExch ? kReplaces : 0) | uint32_t(space) << kSpaceShift |
               elements << kElementsShift | (m.scope == 0 ? kCtaScope : 0);
  d.inst.instClass = InstClass::Atomic;
  d.handler(handler);
}

} // namespace

namespace pit::emu {
void registerFence(MnemonicTable &table); // Fence.cpp
} // namespace pit::emu

void pit::emu::registerAtomic(MnemonicTable &table) {
  table["atom"] = [](DecodeInst &d) { decodeAtomic(d, true); };
  table["red"] = [](DecodeInst &d) { decodeAtomic(d, false); };
  registerFence(table);
}
