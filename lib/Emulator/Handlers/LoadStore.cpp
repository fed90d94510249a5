//===- LoadStore.cpp - ld, st, ldu, prefetch ------------------------------===//
//
// PTX ISA 9.7.9 (data movement and conversion instructions).
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Decoder.h"
#include "FunctionDecoder.h"
#include "Lanes.h"
#include "MemoryModifiers.h"

#include <bit>

using namespace pit;
using namespace pit::emu;
using ptx::Space;
using ptx::Type;

namespace {

/// 16 bytes in memory. A register of 128 bits is two arrays of 64 (Inst.h).
struct Wide {
  uint64_t low, high;
};

/// A register made of Rs, lane by lane as values of type M.
template <typename M, typename R> struct RegisterLanes {
  static void set(R *reg, unsigned lane, M value) { reg[lane] = R(value); }
  static M get(const R *reg, unsigned lane) { return M(reg[lane]); }
};
template <> struct RegisterLanes<Wide, uint64_t> {
  static void set(uint64_t *reg, unsigned lane, Wide value) {
    reg[lane] = value.low;
    reg[kWarpSize + lane] = value.high;
  }
  static Wide get(const uint64_t *reg, unsigned lane) {
    return {reg[lane], reg[kWarpSize + lane]};
  }
};

/// How an instruction accesses memory, unpacked from Inst::aux.
Access accessOf(const Inst &inst, AccessKind kind, uint32_t bytes) {
  Access access;
  access.space = Space(inst.aux & 0xf);
  access.kind = kind;
  access.strength = inst.aux >> 4 & 1 ? Strength::Strong : Strength::Weak;
  access.acquire = inst.aux >> 5 & 1;
  access.release = inst.aux >> 6 & 1;
  access.ctaScope = inst.aux >> 7 & 1;
  access.bytes = bytes;
  return access;
}

uint32_t packAccess(Space space, const MemoryOrder &order) {
  return uint32_t(space) | uint32_t(order.strong) << 4 |
         uint32_t(order.acquire) << 5 | uint32_t(order.release) << 6 |
         uint32_t(order.ctaScope) << 7;
}

// Blocks on several host threads may talk through memory, and kernels with
// races must not be races of the host: all accesses are atomic, which costs
// nothing. A strong one acquires or releases even where the instruction is
// relaxed, since the fence that orders it may be another instruction.
// (Misaligned addresses get here only if they are not checked for.)
template <typename M> M loadHost(const uint8_t *from, bool strong) {
  if constexpr (sizeof(M) <= 8) {
    if (reinterpret_cast<uintptr_t>(from) % sizeof(M) == 0) {
      auto *at = reinterpret_cast<const M *>(from);
      return strong ? __atomic_load_n(at, __ATOMIC_ACQUIRE)
                    : __atomic_load_n(at, __ATOMIC_RELAXED);
    }
  } else if (reinterpret_cast<uintptr_t>(from) % sizeof(M) == 0) {
    return {loadHost<uint64_t>(from, strong),
            loadHost<uint64_t>(from + 8, strong)};
  }
  M value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename M> void storeHost(uint8_t *to, M value, bool strong) {
  if constexpr (sizeof(M) <= 8) {
    if (reinterpret_cast<uintptr_t>(to) % sizeof(M) == 0) {
      auto *at = reinterpret_cast<M *>(to);
      if (strong)
        __atomic_store_n(at, value, __ATOMIC_RELEASE);
      else
        __atomic_store_n(at, value, __ATOMIC_RELAXED);
      return;
    }
  } else if (reinterpret_cast<uintptr_t>(to) % sizeof(M) == 0) {
    storeHost<uint64_t>(to, value.low, strong);
    storeHost<uint64_t>(to + 8, value.high, strong);
    return;
  }
  std::memcpy(to, &value, sizeof value);
}

/// ld: values of type M (signed: sign extended) into registers of type R.
template <typename M, typename R>
void load(Warp &w, const Inst &inst, LaneMask mask) {
  LaneAddresses lanes;
  laneAddresses(w, inst, 0, lanes);
  const unsigned n = inst.listCount;
  const Access access =
      accessOf(inst, AccessKind::Read, uint32_t(sizeof(M)) * n);
  mask = resolve(w, inst, mask, access, lanes);
  const bool strong = access.strength == Strength::Strong;
  const Ref *refs = w.list(inst);
  for (unsigned e = 0; e < n; ++e) {
    R *d = w.out<R>(refs[e]);
    eachLane(mask, [&](unsigned l) {
      RegisterLanes<M, R>::set(
          d, l, loadHost<M>(lanes.host[l] + e * sizeof(M), strong));
    });
  }
}

/// Lanes that store different values to one address in one instruction.
template <typename M>
void checkStoredValues(Warp &w, const Inst &inst, LaneMask mask,
                       const LaneAddresses &lanes, unsigned e,
                       const M *values) {
  LaneMask lost = 0;
  eachLane(mask, [&](unsigned l) {
    const M now = loadHost<M>(lanes.host[l] + e * sizeof(M), false);
    if (std::memcmp(&now, &values[l], sizeof(M)) != 0)
      lost |= 1u << l;
  });
  if (!lost)
    return;
  const unsigned lane = unsigned(std::countr_zero(lost));
  unsigned other = lane;
  eachLane(mask, [&](unsigned l) {
    const int64_t distance = lanes.host[l] - lanes.host[lane];
    if (l != lane && distance < int64_t(sizeof(M) * inst.listCount) &&
        -distance < int64_t(sizeof(M) * inst.listCount))
      other = l;
  });
  if (other != lane)
    w.report(ReportKind::Race, inst, int(lane),
             "lanes " + std::to_string(lane) + " and " + std::to_string(other) +
                 " store different values to one address");
}

template <typename M, typename R>
bool isUnchanged(const Warp &w, const Inst &inst, unsigned lane,
                 const uint8_t *host) {
  const Ref *refs = w.list(inst);
  for (unsigned e = 0; e < inst.listCount; ++e) {
    const M value = RegisterLanes<M, R>::get(w.in<R>(refs[e]), lane);
    if (std::memcmp(host + e * sizeof(M), &value, sizeof(M)) != 0)
      return false;
  }
  return true;
}

/// st: the low bytes of registers of type R, as values of type M.
template <typename M, typename R>
void store(Warp &w, const Inst &inst, LaneMask mask) {
  LaneAddresses lanes;
  laneAddresses(w, inst, 0, lanes);
  const unsigned n = inst.listCount;
  Access access = accessOf(inst, AccessKind::Write, uint32_t(sizeof(M)) * n);
  access.unchanged = isUnchanged<M, R>;
  mask = resolve(w, inst, mask, access, lanes);
  const bool strong = access.strength == Strength::Strong;
  const bool check = w.block->launch.options.checks.race &&
                     access.space != Space::Local && !strong;
  const Ref *refs = w.list(inst);
  for (unsigned e = 0; e < n; ++e) {
    const R *s = w.in<R>(refs[e]);
    M values[kWarpSize];
    for (unsigned l = 0; l < kWarpSize; ++l)
      values[l] = RegisterLanes<M, R>::get(s, l);
    eachLane(mask, [&](unsigned l) {
      storeHost<M>(lanes.host[l] + e * sizeof(M), values[l], strong);
    });
    if (check)
      checkStoredValues<M>(w, inst, mask, lanes, e, values);
  }
}

/// ld.param of a kernel parameter at a constant offset: one value for all
/// lanes.
template <typename M, typename R>
void loadParam(Warp &w, const Inst &inst, LaneMask mask) {
  const Ref *refs = w.list(inst);
  for (unsigned e = 0; e < inst.listCount; ++e) {
    M value;
    std::memcpy(&value,
                w.block->launch.params.data() + inst.imm + e * sizeof(M),
                sizeof(M));
    R *d = w.out<R>(refs[e]);
    eachLane(mask, [&](unsigned l) { RegisterLanes<M, R>::set(d, l, value); });
  }
  w.counters(inst).paramBytes +=
      uint64_t(std::popcount(mask)) * sizeof(M) * inst.listCount;
}

/// ld.param and st.param of a function's own .param variables.
template <typename M, typename R>
void loadSlot(Warp &w, const Inst &inst, LaneMask mask) {
  const uint8_t *slot = w.in<uint8_t>(inst.op[1]);
  const Ref *refs = w.list(inst);
  for (unsigned e = 0; e < inst.listCount; ++e) {
    R *d = w.out<R>(refs[e]);
    eachLane(mask, [&](unsigned l) {
      M value;
      std::memcpy(&value, slot + l * inst.aux + inst.imm + e * sizeof(M),
                  sizeof(M));
      RegisterLanes<M, R>::set(d, l, value);
    });
  }
}

template <typename M, typename R>
void storeSlot(Warp &w, const Inst &inst, LaneMask mask) {
  uint8_t *slot = w.out<uint8_t>(inst.op[1]);
  const Ref *refs = w.list(inst);
  for (unsigned e = 0; e < inst.listCount; ++e) {
    const R *s = w.in<R>(refs[e]);
    eachLane(mask, [&](unsigned l) {
      const M value = RegisterLanes<M, R>::get(s, l);
      std::memcpy(slot + l * inst.aux + inst.imm + e * sizeof(M), &value,
                  sizeof(M));
    });
  }
}

enum class Form : uint8_t { Memory, Param, Slot };

template <typename M, typename R> Handler pick(bool isLoad, Form form) {
  if (form == Form::Param)
    return loadParam<M, R>;
  if (form == Form::Slot)
    return isLoad ? loadSlot<M, R> : storeSlot<M, R>;
  return isLoad ? load<M, R> : store<M, R>;
}

/// The handler for memory type `type` and registers of `regBits` bits.
Handler handlerFor(Type type, unsigned regBits, bool isLoad, Form form) {
  const bool isSigned =
      type == Type::S8 || type == Type::S16 || type == Type::S32;
  switch (ptx::bitWidth(type)) {
  case 8:
    if (regBits == 16)
      return isSigned && isLoad ? pick<int8_t, uint16_t>(isLoad, form)
                                : pick<uint8_t, uint16_t>(isLoad, form);
    if (regBits == 32)
      return isSigned && isLoad ? pick<int8_t, uint32_t>(isLoad, form)
                                : pick<uint8_t, uint32_t>(isLoad, form);
    return isSigned && isLoad ? pick<int8_t, uint64_t>(isLoad, form)
                              : pick<uint8_t, uint64_t>(isLoad, form);
  case 16:
    if (regBits == 16)
      return pick<uint16_t, uint16_t>(isLoad, form);
    if (regBits == 32)
      return isSigned && isLoad ? pick<int16_t, uint32_t>(isLoad, form)
                                : pick<uint16_t, uint32_t>(isLoad, form);
    return isSigned && isLoad ? pick<int16_t, uint64_t>(isLoad, form)
                              : pick<uint16_t, uint64_t>(isLoad, form);
  case 32:
    if (regBits == 32)
      return pick<uint32_t, uint32_t>(isLoad, form);
    return isSigned && isLoad ? pick<int32_t, uint64_t>(isLoad, form)
                              : pick<uint32_t, uint64_t>(isLoad, form);
  case 64:
    return pick<uint64_t, uint64_t>(isLoad, form);
  default:
    return pick<Wide, uint64_t>(isLoad, form);
  }
}

/// The width of the registers that hold values of `type`: ld, st and cvt take
/// wider ones than the type (PTX ISA, "Operand Size Exceeding Instruction-Type
/// Size"). Immediates have the type's own width.
unsigned operandBits(DecodeInst &d, const ptx::Operand &operand, Type type) {
  const unsigned own = registerBits(type);
  unsigned bits = 0;
  auto look = [&](const ptx::Operand &o) {
    const Type reg = d.registerType(o);
    if (reg == Type::None)
      return;
    if (bits && bits != registerBits(reg))
      d.fail("the registers of a vector have different widths");
    bits = registerBits(reg);
  };
  if (operand.kind == ptx::Operand::Kind::Vector)
    for (const ptx::Operand &o : operand.elements)
      look(o);
  else
    look(operand);
  if (bits == 1)
    d.fail("a predicate cannot be loaded or stored");
  if (bits && bits < own)
    d.fail("a register of " + std::to_string(bits) +
           " bits is too narrow for type '." +
           std::string(ptx::toString(type)) + "'");
  return bits > own ? bits : own;
}

Type bitsType(unsigned bits) {
  return bits == 16   ? Type::B16
         : bits == 32 ? Type::B32
         : bits == 64 ? Type::B64
                      : Type::B128;
}

InstClass classOf(Space space, bool isLoad) {
  switch (space) {
  case Space::Shared:
    return isLoad ? InstClass::LoadShared : InstClass::StoreShared;
  case Space::Local:
    return isLoad ? InstClass::LoadLocal : InstClass::StoreLocal;
  case Space::Const:
    return InstClass::LoadConst;
  case Space::Param:
    return InstClass::LoadParam;
  default:
    return isLoad ? InstClass::LoadGlobal : InstClass::StoreGlobal;
  }
}

/// The form of a ld.param / st.param: what the address names decides.
Form paramForm(DecodeInst &d, unsigned i, bool isLoad, uint64_t bytes) {
  const ptx::Operand &o = d.operand(i);
  if (o.kind != ptx::Operand::Kind::Address || o.elements.empty() ||
      o.elements[0].kind != ptx::Operand::Kind::Variable)
    return Form::Memory;
  const ptx::Variable *v = o.elements[0].variable;
  const int64_t offset =
      int64_t(uint64_t(o.value) + uint64_t(o.elements[0].value));
  if (v->space == Space::Param && (offset < 0 || bytes > v->bytes() ||
                                   uint64_t(offset) > v->bytes() - bytes))
    d.fail("an access of " + std::to_string(bytes) + " bytes at offset " +
           std::to_string(offset) + " is outside parameter '" +
           std::string(v->name) + "', which has " + std::to_string(v->bytes()) +
           " bytes");
  for (const Placed &p : d.decoder.builder.program.paramLayout)
    if (p.variable == v && isLoad) {
      d.inst.imm = p.offset + offset;
      return Form::Param;
    }
  if (const ParamSlot *slot = d.decoder.paramSlot(v)) {
    d.inst.op[1] = slot->offset;
    d.inst.aux = slot->bytes;
    d.inst.imm = offset;
    return Form::Slot;
  }
  d.fail("'" + std::string(v->name) + "' is no parameter that can be " +
         (isLoad ? "read" : "written") + " here");
  return Form::Memory;
}

void decodeAccess(DecodeInst &d, bool isLoad) {
  const MemoryOrder order = acceptOrder(d);
  const Space space = acceptSpace(d);
  acceptCacheOperators(d, isLoad);
  const bool nonCoherent = isLoad && d.accept("nc");
  const bool cacheHint = acceptCacheHints(d);
  static constexpr unsigned kLengths[] = {2, 4, 8};
  const int vec = d.acceptOneOf({"v2", "v4", "v8"});
  const unsigned length = vec < 0 ? 1 : kLengths[vec];
  const Type type =
      d.type({Type::B8, Type::B16, Type::B32, Type::B64, Type::B128, Type::U8,
              Type::U16, Type::U32, Type::U64, Type::S8, Type::S16, Type::S32,
              Type::S64, Type::F32, Type::F64});
  d.expectOperands(2, cacheHint ? 3 : 2);
  if (d.failed())
    return;
  if (nonCoherent && space != Space::Global)
    d.fail("'.nc' needs '.global'");
  if (!isLoad && space == Space::Const)
    d.fail("constant memory cannot be written");
  const uint64_t bytes = uint64_t(ptx::bitWidth(type)) / 8 * length;
  if (length == 8 || bytes > 16)
    d.requireSm(100);
  const ptx::Operand &value = d.operand(isLoad ? 0 : 1);
  const unsigned address = isLoad ? 1 : 0;
  const size_t given =
      value.kind == ptx::Operand::Kind::Vector ? value.elements.size() : 1;
  if (given != length)
    d.fail("expects " + std::to_string(length) + " registers, but got " +
           std::to_string(given));
  const unsigned regBits = operandBits(d, value, type);
  Form form = Form::Memory;
  if (space == Space::Param)
    form = paramForm(d, address, isLoad, bytes);
  if (form == Form::Memory) {
    d.address(address, space, 0);
    d.inst.aux = packAccess(space, order);
  }
  if (isLoad)
    d.vectorDst(value, bitsType(regBits));
  else
    d.vectorSrc(value,
                ptx::bitWidth(type) == regBits ? type : bitsType(regBits));
  d.inst.instClass = classOf(space, isLoad);
  d.handler(handlerFor(type, regBits, isLoad, form));
}

void decodeLd(DecodeInst &d) { decodeAccess(d, true); }
void decodeSt(DecodeInst &d) { decodeAccess(d, false); }

/// ldu: a load that is the same for the warp; nothing about it is different
/// here.
void decodeLdu(DecodeInst &d) {
  if (d.peek() != "global")
    d.fail("expects '.global' after 'ldu'");
  decodeAccess(d, true);
}

void nothing(Warp &, const Inst &, LaneMask) {}

/// Hints to caches: legal addresses are not required, and nothing happens.
void decodePrefetch(DecodeInst &d) {
  if (d.accept("tensormap") || d.accept("param") || d.accept("const")) {
    d.accept("tensormap");
  } else {
    d.acceptOneOf({"global", "local"});
    d.expectOneOf({"L1", "L2", "L2::evict_last", "L2::evict_normal"});
  }
  d.expectOperands(1);
  d.address(0, Space::Generic, 0);
  d.handler(nothing);
}

void decodePrefetchU(DecodeInst &d) {
  d.expectOneOf({"L1"});
  d.expectOperands(1);
  d.address(0, Space::Generic, 0);
  d.handler(nothing);
}

void decodeApplyPriority(DecodeInst &d) {
  d.accept("global");
  d.expectOneOf({"L2::evict_normal"});
  d.expectOperands(2);
  d.address(0, Space::Generic, 0);
  d.constant(1, 128, 128);
  d.handler(nothing);
}

/// createpolicy: a policy means nothing here, so every policy is the same.
void noPolicy(Warp &w, const Inst &inst, LaneMask mask) {
  forLanes(w.out<uint64_t>(inst.op[0]), mask,
           [](unsigned) { return uint64_t(0); });
}

void decodeCreatePolicy(DecodeInst &d) {
  const auto levels = {std::string_view("L2::evict_last"),
                       std::string_view("L2::evict_normal"),
                       std::string_view("L2::evict_first"),
                       std::string_view("L2::evict_unchanged")};
  const int form = d.expectOneOf({"fractional", "range", "cvt"});
  if (form == 2) {
    d.expectOneOf({"L2"});
  } else {
    if (form == 1)
      d.accept("global");
    d.expectOneOf(levels);
    d.acceptOneOf({"L2::evict_first", "L2::evict_unchanged"});
  }
  d.type({Type::B64});
  d.expectOperands(1, 4);
  d.dst(0, Type::B64);
  d.inst.instClass = InstClass::Other;
  d.handler(noPolicy);
}

} // namespace

void emu::registerLoadStore(MnemonicTable &table) {
  table["ld"] = decodeLd;
  table["ldu"] = decodeLdu;
  table["st"] = decodeSt;
  table["prefetch"] = decodePrefetch;
  table["prefetchu"] = decodePrefetchU;
  table["applypriority"] = decodeApplyPriority;
  table["createpolicy"] = decodeCreatePolicy;
}
