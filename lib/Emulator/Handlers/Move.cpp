//===- Move.cpp - mov, address conversion, clocks -------------------------===//
//
// PTX ISA 9.7.9: mov (registers, immediates, addresses, special registers, and
// packing and unpacking of vectors), cvta and isspacep. Global and constant
// variables lie in the generic address space at their own addresses; shared,
// local and parameter memory are windows of it.
//
//===----------------------------------------------------------------------===//

#include "FunctionDecoder.h"
#include "Groups.h"
#include "Select.h"

#include "Block.h"

#include <algorithm>
#include <array>

using namespace pit;
using namespace pit::emu;
using ptx::Operand;
using ptx::Space;
using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// mov of one value
//===----------------------------------------------------------------------===//

template <typename T> void copy(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<T, T>(w, inst, mask, [](T a) { return a; });
}
void copy128(Warp &w, const Inst &inst, LaneMask mask) {
  const uint64_t *a = w.in<uint64_t>(inst.op[1]);
  uint64_t *d = w.out<uint64_t>(inst.op[0]);
  for (unsigned part = 0; part < 2; ++part, a += kWarpSize, d += kWarpSize)
    forLanes(d, mask, [=](unsigned l) { return a[l]; });
}
/// aux: all ones if the source is negated.
void copyPredicate(Warp &w, const Inst &inst, LaneMask mask) {
  w.setPredicate(inst.op[0], mask, w.predicate(inst.op[1]) ^ inst.aux);
}
/// A special register, 32 bits wide, into one of another width.
template <typename T>
void copySpecial(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<T, uint32_t>(w, inst, mask, [](uint32_t a) { return T(a); });
}
/// Source plus imm.
void addOffset(Warp &w, const Inst &inst, LaneMask mask) {
  const uint64_t offset = uint64_t(inst.imm);
  lanes1<uint64_t, uint64_t>(w, inst, mask,
                             [=](uint64_t a) { return a + offset; });
}

/// Time, as clocks and timers tell it: warp instructions that this host thread
/// has begun in the launch. It rises with every read and, unlike time, is the
/// same in every run. `shift` 32 gives the upper half.
template <typename T, unsigned shift>
void readClock(Warp &w, const Inst &inst, LaneMask mask) {
  uint64_t now = 0;
  for (const Counters &counters : w.block->worker.counters)
    now += counters.executed;
  const T value = T(now >> shift);
  forLanes(w.out<T>(inst.op[0]), mask, [=](unsigned) { return value; });
}

/// The handler that reads a clock into a register of `type`; null if `name` is
/// none or has another width.
Handler clockHandler(std::string_view name, Type type) {
  const bool wide = ptx::bitWidth(type) == 64;
  if (name == "%clock64" || name == "%globaltimer")
    return wide ? readClock<uint64_t, 0> : nullptr;
  if (ptx::bitWidth(type) != 32)
    return nullptr;
  if (name == "%clock" || name == "%globaltimer_lo")
    return readClock<uint32_t, 0>;
  if (name == "%clock_hi" || name == "%globaltimer_hi")
    return readClock<uint32_t, 32>;
  return nullptr;
}

Handler copyHandler(Type type) {
  if (ptx::bitWidth(type) == 128)
    return copy128;
  return forWidth(type,
                  [](auto zero) -> Handler { return copy<decltype(zero)>; });
}

void moveSpecial(DecodeInst &d, Type type) {
  const std::string_view name = d.operand(1).name;
  if (Handler clock = clockHandler(name, type)) {
    d.handler(clock);
    return;
  }
  if (name == "%current_graph_exec" && ptx::bitWidth(type) == 64) {
    d.inst.op[1] = d.immediate(type, 0); // no graph launches anything here
    d.handler(copy<uint64_t>);
    return;
  }
  if (ptx::bitWidth(type) == 16 ||
      (name == "%gridid" && ptx::bitWidth(type) == 64)) {
    d.src(1, Type::B32);
    d.handler(ptx::bitWidth(type) == 16 ? copySpecial<uint16_t>
                                        : copySpecial<uint64_t>);
    return;
  }
  d.src(1, type);
  d.handler(copyHandler(type));
}

/// Operand 1 into slot 1, what is added to a local variable's address into imm.
void addressSource(DecodeInst &d, Type type) {
  Operand base = d.operand(1);
  if (base.kind == Operand::Kind::Variable && base.variable &&
      base.variable->space == Space::Local) {
    d.inst.imm = base.value;
    base.value = 0;
  }
  d.inst.op[1] = d.srcRef(base, type);
}

//===----------------------------------------------------------------------===//
// mov of vectors
//===----------------------------------------------------------------------===//

/// Elements of a vector operand: `{a, b}`, a vector register, or a special
/// register with components. Empty for a scalar.
std::vector<Operand> elementsOf(DecodeInst &d, const Operand &operand) {
  if (operand.kind == Operand::Kind::Vector)
    return operand.elements;
  std::vector<Operand> elements;
  if (operand.kind == Operand::Kind::Register && !operand.component) {
    unsigned count = d.decoder.function.registers[operand.index].vector;
    for (unsigned i = 0; count > 1 && i < count; ++i) {
      elements.push_back(operand);
      elements.back().component = "xyzw"[i];
    }
  }
  return elements;
}

/// A register of `wideBits` as elements of `bits`. The narrow registers are in
/// the list; 8-bit ones have 16 bits in the register file.
template <unsigned wideBits, unsigned bits> struct Split {
  using Wide = std::conditional_t<
      wideBits == 16, uint16_t,
      std::conditional_t<wideBits == 32, uint32_t, uint64_t>>;
  using Narrow =
      std::conditional_t<bits <= 16, uint16_t,
                         std::conditional_t<bits == 32, uint32_t, uint64_t>>;
  /// A 128-bit register is two arrays of 64 bits.
  static constexpr unsigned kParts = wideBits == 128 ? 2 : 1;
  static constexpr unsigned kPerPart = wideBits / bits / kParts;
  static constexpr Narrow kMask = Narrow(bits == 8 ? 0xFF : ~uint64_t(0));

  static void unpack(Warp &w, const Inst &inst, LaneMask mask) {
    const Wide *a = w.in<Wide>(inst.op[1]);
    const Ref *to = w.list(inst);
    for (unsigned part = 0; part < kParts; ++part, a += kWarpSize)
      for (unsigned i = 0; i < kPerPart; ++i)
        forLanes(w.out<Narrow>(*to++), mask, [=](unsigned l) {
          return Narrow(Narrow(a[l] >> (bits * i)) & kMask);
        });
  }

  static void pack(Warp &w, const Inst &inst, LaneMask mask) {
    Wide *d = w.out<Wide>(inst.op[0]);
    const Ref *from = w.list(inst);
    for (unsigned part = 0; part < kParts; ++part, d += kWarpSize) {
      std::array<const Narrow *, kPerPart> a;
      for (const Narrow *&element : a)
        element = w.in<Narrow>(*from++);
      forLanes(d, mask, [=](unsigned l) {
        Wide value = 0;
        for (unsigned i = 0; i < kPerPart; ++i)
          value |= Wide(Wide(Narrow(a[i][l] & kMask)) << (bits * i));
        return value;
      });
    }
  }
};

template <unsigned wideBits, unsigned bits> Handler splitHandler(bool pack) {
  return pack ? Split<wideBits, bits>::pack : Split<wideBits, bits>::unpack;
}

/// The handler for a register of `wide` bits and `count` elements, and the type
/// of these; null where PTX has no such form.
Handler splitHandler(unsigned wide, size_t count, bool pack, Type &element) {
  const unsigned bits = count ? wide / unsigned(count) : 0;
  element = bits == 8    ? Type::B8
            : bits == 16 ? Type::B16
            : bits == 32 ? Type::B32
                         : Type::B64;
  switch (count == 2 || count == 4 ? wide * 1000 + bits : 0) {
  case 16'008:
    return splitHandler<16, 8>(pack);
  case 32'008:
    return splitHandler<32, 8>(pack);
  case 32'016:
    return splitHandler<32, 16>(pack);
  case 64'016:
    return splitHandler<64, 16>(pack);
  case 64'032:
    return splitHandler<64, 32>(pack);
  case 128'032:
    return splitHandler<128, 32>(pack);
  case 128'064:
    return splitHandler<128, 64>(pack);
  default:
    return nullptr;
  }
}

/// Between a register and the elements of a vector.
void decodeSplit(DecodeInst &d, Type type, const std::vector<Operand> &elements,
                 bool pack) {
  if (type != Type::B16 && type != Type::B32 && type != Type::B64 &&
      type != Type::B128) {
    d.fail("a vector needs type b16, b32, b64 or b128, not '." +
           std::string(ptx::toString(type)) + "'");
    return;
  }
  Type element = Type::None;
  Handler handler =
      splitHandler(ptx::bitWidth(type), elements.size(), pack, element);
  if (!handler) {
    d.fail("a value of type '." + std::string(ptx::toString(type)) +
           "' cannot have " + std::to_string(elements.size()) + " elements");
    return;
  }
  for (const Operand &operand : elements)
    d.push(pack ? d.srcRef(operand, element)
                : d.dstRef(operand, element, true));
  if (pack)
    d.dst(0, type);
  else
    d.src(1, type);
  d.handler(handler);
}

/// Element by element; the first half of the list are the destinations.
template <typename T>
void moveVector(Warp &w, const Inst &inst, LaneMask mask) {
  const Ref *refs = w.list(inst);
  const unsigned count = inst.listCount / 2u;
  alignas(64) T values[4][kWarpSize]; // destinations may be sources too
  for (unsigned i = 0; i < count; ++i)
    std::copy_n(w.in<T>(refs[count + i]), kWarpSize, values[i]);
  for (unsigned i = 0; i < count; ++i)
    forLanes(w.out<T>(refs[i]), mask, [&](unsigned l) { return values[i][l]; });
}

/// mov.v2 and mov.v4; the source may be a special register, all of it.
void decodeMoveVector(DecodeInst &d, size_t count) {
  Type type =
      d.type({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32, Type::U64,
              Type::S16, Type::S32, Type::S64, Type::F32, Type::F64});
  d.expectOperands(2);
  if (count * ptx::bitWidth(type) > 128)
    d.fail("a vector cannot have more than 128 bits");
  std::vector<Operand> to = elementsOf(d, d.operand(0));
  if (to.size() != count) {
    d.fail("the destination has to be a vector of " + std::to_string(count));
    return;
  }
  for (const Operand &element : to)
    d.push(d.dstRef(element, type, true));
  d.handler(forWidth(
      type, [](auto zero) -> Handler { return moveVector<decltype(zero)>; }));

  const Operand &source = d.operand(1);
  if (source.kind == Operand::Kind::Special && count == 4) {
    for (const char *component : {".x", ".y", ".z"}) {
      std::string name = std::string(source.name) + component;
      Operand element = source;
      element.name = name;
      d.push(d.srcRef(element, type));
    }
    d.push(d.immediate(type, 0)); // the fourth component is always zero
    return;
  }
  std::vector<Operand> from = elementsOf(d, source);
  if (from.size() != count) {
    d.fail("the source has to be a vector of " + std::to_string(count));
    return;
  }
  for (const Operand &element : from)
    d.push(d.srcRef(element, type));
}

void decodeMov(DecodeInst &d) {
  d.inst.instClass = InstClass::Move;
  if (int vector = d.acceptOneOf({"v2", "v4"}); vector >= 0) {
    decodeMoveVector(d, vector == 0 ? 2 : 4);
    return;
  }
  Type type = d.type({Type::Pred, Type::B16, Type::B32, Type::B64, Type::B128,
                      Type::U16, Type::U32, Type::U64, Type::S16, Type::S32,
                      Type::S64, Type::F32, Type::F64});
  if (!d.expectOperands(2))
    return;
  if (type == Type::Pred) {
    LaneMask flip = 0;
    d.predicateDst(0);
    d.predicate(1, &flip);
    d.inst.aux = flip;
    d.inst.instClass = InstClass::Predicate;
    d.handler(copyPredicate);
    return;
  }
  if (auto to = elementsOf(d, d.operand(0)); !to.empty()) {
    decodeSplit(d, type, to, false);
    return;
  }
  if (auto from = elementsOf(d, d.operand(1)); !from.empty()) {
    decodeSplit(d, type, from, true);
    return;
  }
  d.dst(0, type);
  if (d.operand(1).kind == Operand::Kind::Special) {
    moveSpecial(d, type);
    return;
  }
  addressSource(d, type);
  d.handler(d.inst.imm ? addOffset : copyHandler(type));
}

//===----------------------------------------------------------------------===//
// cvta, isspacep
//===----------------------------------------------------------------------===//

/// Reads a state space that has generic addresses; `::cta` and `::cluster` are
/// the same where a block has no cluster.
Space decodeSpace(DecodeInst &d) {
  switch (d.expectOneOf({"global", "const", "local", "shared", "shared::cta",
                         "shared::cluster", "param", "param::entry"})) {
  case 1:
    return Space::Const;
  case 2:
    return Space::Local;
  case 3:
  case 4:
  case 5:
    return Space::Shared;
  case 6:
  case 7:
    return Space::Param;
  default:
    return Space::Global;
  }
}

/// Where the window of `space` begins; 0 for a space without one.
uint64_t windowOf(Space space) {
  switch (space) {
  case Space::Shared:
    return kSharedWindow;
  case Space::Local:
    return kLocalWindow;
  case Space::Param:
    return kParamWindow;
  default:
    return 0;
  }
}

void decodeCvta(DecodeInst &d) {
  bool to = d.accept("to");
  Space space = decodeSpace(d);
  Type type = d.type({Type::U64, Type::U32});
  if (type == Type::U32)
    d.fail("generic addresses have 64 bits: expects '.u64'");
  if (!d.expectOperands(2))
    return;
  d.dst(0, Type::U64);
  addressSource(d, Type::U64);
  uint64_t window = windowOf(space);
  // A subtraction, so that an address of another space stays a wrong one.
  d.inst.imm += int64_t(to ? 0 - window : window);
  d.inst.instClass = InstClass::Move;
  d.handler(d.inst.imm ? addOffset : copy<uint64_t>);
}

/// imm is the window.
void isInWindow(Warp &w, const Inst &inst, LaneMask mask) {
  const uint64_t *a = w.in<uint64_t>(inst.op[1]);
  const uint64_t window = uint64_t(inst.imm);
  w.setPredicate(inst.op[0], mask, maskOf([=](unsigned l) {
                   return (a[l] & kWindowMask) == window;
                 }));
}

/// Outside of all windows; aux says whether in a .const variable or not.
void isConst(Warp &w, const Inst &inst, LaneMask mask) {
  const uint64_t *a = w.in<uint64_t>(inst.op[1]);
  const Memory &memory = w.block->launch.memory;
  LaneMask result = 0;
  eachLane(mask, [&](unsigned l) {
    const Allocation *at = memory.find(a[l], 1);
    bool constant = at && at->readOnly;
    if ((a[l] & kWindowMask) == 0 && constant == bool(inst.aux))
      result |= LaneMask(1) << l;
  });
  w.setPredicate(inst.op[0], mask, result);
}

void decodeIsspacep(DecodeInst &d) {
  Space space = decodeSpace(d);
  d.expectOperands(2);
  d.predicateDst(0);
  d.src(1, Type::U64);
  d.inst.imm = int64_t(windowOf(space));
  d.inst.aux = space == Space::Const;
  d.inst.instClass = InstClass::Move;
  d.handler(d.inst.imm ? isInWindow : isConst);
}

} // namespace

void pit::emu::registerMove(MnemonicTable &table) {
  table["mov"] = decodeMov;
  table["cvta"] = decodeCvta;
  table["isspacep"] = decodeIsspacep;
}
