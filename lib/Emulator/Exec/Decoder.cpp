//===- Decoder.cpp - the decoding of one instruction ----------------------===//

#include "Decoder.h"
#include "FunctionDecoder.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace pit;
using namespace pit::emu;
using ptx::Operand;
using ptx::Space;
using ptx::Type;

const MnemonicTable &emu::mnemonicTable() {
  static const MnemonicTable table = [] {
    MnemonicTable t;
    registerInteger(t);
    registerLogic(t);
    registerFloat(t);
    registerCompare(t);
    registerConvert(t);
    registerMove(t);
    registerControl(t);
    registerLoadStore(t);
    registerAtomic(t);
    registerAsyncCopy(t);
    registerCollective(t);
    registerBarrier(t);
    registerMma(t);
    return t;
  }();
  return table;
}

std::vector<std::string_view> emu::supportedMnemonics() {
  std::vector<std::string_view> names;
  for (const auto &[name, decode] : mnemonicTable())
    names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

DecodeInst::DecodeInst(FunctionDecoder &theDecoder,
                       const ptx::Instruction &theSource)
    : source(theSource), decoder(theDecoder) {}

void DecodeInst::fail(std::string message) {
  if (error.empty())
    error = std::move(message);
}

void DecodeInst::requireSm(unsigned smVersion) {
  const unsigned chip = decoder.builder.program.chip.smVersion;
  if (chip < smVersion)
    fail("expects target sm_" + std::to_string(smVersion) +
         " or higher, but the target is sm_" + std::to_string(chip));
}

// --- modifiers ---

std::string_view DecodeInst::peek() const {
  return nextModifier < source.modifiers.size() ? source.modifiers[nextModifier]
                                                : std::string_view();
}

bool DecodeInst::accept(std::string_view name) {
  if (peek() != name)
    return false;
  ++nextModifier;
  return true;
}

int DecodeInst::acceptOneOf(std::initializer_list<std::string_view> names) {
  int i = 0;
  for (std::string_view name : names) {
    if (accept(name))
      return i;
    ++i;
  }
  return -1;
}

int DecodeInst::expectOneOf(std::initializer_list<std::string_view> names) {
  const int i = acceptOneOf(names);
  if (i < 0) {
    std::string list;
    for (std::string_view name : names)
      list += (list.empty() ? "'." : ", '.") + std::string(name) + "'";
    fail((names.size() > 1 ? "expects one of " : "expects ") + list +
         (peek().empty() ? " at the end"
                         : ", but got '." + std::string(peek()) + "'"));
  }
  return i;
}

Type DecodeInst::acceptType() {
  const Type type = ptx::parseType(peek());
  if (type != Type::None)
    ++nextModifier;
  return type;
}

Type DecodeInst::type(std::initializer_list<Type> allowed) {
  const std::string_view found = peek();
  const Type type = acceptType();
  if (type == Type::None) {
    fail(found.empty() ? std::string("expects a type")
                       : "unknown modifier '." + std::string(found) +
                             "' where a type is expected");
    return Type::B32;
  }
  if (allowed.size() &&
      std::find(allowed.begin(), allowed.end(), type) == allowed.end()) {
    std::string list;
    for (Type t : allowed)
      list +=
          (list.empty() ? "'." : ", '.") + std::string(ptx::toString(t)) + "'";
    fail("type '." + std::string(found) + "' is not allowed here: expects " +
         (allowed.size() > 1 ? "one of " : "") + list);
    return *allowed.begin();
  }
  return type;
}

Type DecodeInst::lastType() const {
  return source.modifiers.empty() ? Type::None
                                  : ptx::parseType(source.modifiers.back());
}

bool DecodeInst::has(std::string_view name) const {
  return std::find(source.modifiers.begin(), source.modifiers.end(), name) !=
         source.modifiers.end();
}

// --- operands ---

const Operand &DecodeInst::operand(unsigned i) const {
  static const Operand none;
  return i < source.operands.size() ? source.operands[i] : none;
}

bool DecodeInst::expectOperands(unsigned min, unsigned max) {
  max = std::max(min, max);
  if (numOperands() >= min && numOperands() <= max)
    return true;
  fail("expects " + std::to_string(min) +
       (max > min ? " to " + std::to_string(max) : "") + " operands, but got " +
       std::to_string(numOperands()));
  return false;
}

Type DecodeInst::registerType(const Operand &operand) const {
  return operand.kind == Operand::Kind::Register
             ? decoder.function.registers[operand.index].type
             : Type::None;
}

/// What an operand is, for messages.
static std::string describe(const Operand &operand) {
  const std::string name = operand.name.empty()
                               ? std::string()
                               : " '" + std::string(operand.name) + "'";
  switch (operand.kind) {
  case Operand::Kind::Sink:
    return "'_'";
  case Operand::Kind::Register:
    return "a register";
  case Operand::Kind::Special:
    return "special register" + name;
  case Operand::Kind::Variable:
    return "variable" + name;
  case Operand::Kind::Label:
    return "a label";
  case Operand::Kind::Function:
    return "function" + name;
  case Operand::Kind::BranchTargets:
    return "a list of branch targets";
  case Operand::Kind::Prototype:
    return "a prototype";
  case Operand::Kind::Integer:
    return std::to_string(operand.value);
  case Operand::Kind::Float32:
  case Operand::Kind::Float64:
    return "a floating-point constant";
  case Operand::Kind::Vector:
    return "a vector";
  case Operand::Kind::Address:
    return "an address";
  case Operand::Kind::Pair:
    return "a pair of operands";
  case Operand::Kind::List:
    return "a list in parentheses";
  }
  return "another operand";
}

static std::string widthMismatch(const ptx::Register &reg, Type type) {
  auto width = [](Type t) {
    return t == Type::Pred ? std::string("a predicate")
                           : std::to_string(registerBits(t)) + " bits wide";
  };
  return "register '" + reg.name + "' is " + width(reg.type) + ", but '." +
         std::string(ptx::toString(type)) + "' is " + width(type);
}

Ref DecodeInst::dstRef(const Operand &operand, Type type, bool sink) {
  if (operand.kind == Operand::Kind::Sink && sink)
    return decoder.scratch();
  if (operand.kind != Operand::Kind::Register) {
    fail("expects a register as destination, but got " + describe(operand));
    return decoder.scratch();
  }
  const ptx::Register &reg = decoder.function.registers[operand.index];
  if (registerBits(reg.type) != registerBits(type) || operand.negated)
    fail(operand.negated ? "a destination cannot be negated"
                         : widthMismatch(reg, type));
  return decoder.registerRef(operand.index, operand.component);
}

Ref DecodeInst::immediate(Type type, uint64_t bits) {
  return decoder.builder.constant(registerBits(type), bits);
}

namespace {
struct SpecialName {
  std::string_view name;
  Special special;
};
constexpr SpecialName kSpecialNames[] = {
    {"%tid.x", Special::TidX},
    {"%tid.y", Special::TidY},
    {"%tid.z", Special::TidZ},
    {"%ntid.x", Special::NtidX},
    {"%ntid.y", Special::NtidY},
    {"%ntid.z", Special::NtidZ},
    {"%ctaid.x", Special::CtaidX},
    {"%ctaid.y", Special::CtaidY},
    {"%ctaid.z", Special::CtaidZ},
    {"%nctaid.x", Special::NctaidX},
    {"%nctaid.y", Special::NctaidY},
    {"%nctaid.z", Special::NctaidZ},
    {"%laneid", Special::LaneId},
    {"%warpid", Special::WarpId},
    {"%nwarpid", Special::NwarpId},
    {"%smid", Special::SmId},
    {"%nsmid", Special::NsmId},
    {"%gridid", Special::GridId},
    {"%lanemask_eq", Special::LanemaskEq},
    {"%lanemask_le", Special::LanemaskLe},
    {"%lanemask_lt", Special::LanemaskLt},
    {"%lanemask_ge", Special::LanemaskGe},
    {"%lanemask_gt", Special::LanemaskGt},
    {"%dynamic_smem_size", Special::DynamicSmemSize},
    {"%total_smem_size", Special::TotalSmemSize},
    {"%clusterid.x", Special::ClusterIdX},
    {"%clusterid.y", Special::ClusterIdY},
    {"%clusterid.z", Special::ClusterIdZ},
    {"%nclusterid.x", Special::NclusterIdX},
    {"%nclusterid.y", Special::NclusterIdY},
    {"%nclusterid.z", Special::NclusterIdZ},
    {"%cluster_ctaid.x", Special::ClusterCtaidX},
    {"%cluster_ctaid.y", Special::ClusterCtaidY},
    {"%cluster_ctaid.z", Special::ClusterCtaidZ},
    {"%cluster_nctaid.x", Special::ClusterNctaidX},
    {"%cluster_nctaid.y", Special::ClusterNctaidY},
    {"%cluster_nctaid.z", Special::ClusterNctaidZ},
    {"%cluster_ctarank", Special::ClusterCtarank},
    {"%cluster_nctarank", Special::ClusterNctarank},
    {"%is_explicit_cluster", Special::IsExplicitCluster},
};
} // namespace

/// The value of a special register in each lane.
static Ref specialRef(DecodeInst &d, const Operand &operand, Type type) {
  if (operand.name == "WARP_SZ")
    return d.immediate(type, kWarpSize);
  for (const SpecialName &s : kSpecialNames) {
    if (s.name != operand.name)
      continue;
    const bool isPredicate = s.special == Special::IsExplicitCluster;
    if (isPredicate ? type != Type::Pred : registerBits(type) != 32)
      d.fail("special register '" + std::string(operand.name) + "' is " +
             (isPredicate ? "a predicate" : "32 bits wide") + ", but '." +
             std::string(ptx::toString(type)) + "' is not");
    return (kSpecialArea << kRefShift) | (uint32_t(s.special) * 128);
  }
  // PTX ISA 10.34. Where in the part its two halves are is ours to choose;
  // cooperative groups rely on 288 bytes from _1 on.
  if (const Placed *p = d.decoder.builder.findShared(
          &d.decoder.builder.program.reservedShared);
      p && operand.name.starts_with("%reserved_smem_offset_")) {
    const std::string_view which = operand.name.substr(22);
    return d.immediate(type, which == "cap"   ? p->bytes
                             : which == "end" ? p->offset + p->bytes
                             : which == "1"   ? p->offset + p->bytes / 2
                                              : p->offset);
  }
  d.fail("special register '" + std::string(operand.name) +
         "' is not supported here");
  return d.immediate(type, 0);
}

/// Literals: integers are bits for every type but f32 and f64; floating-point
/// literals are rounded to f32, or are the bits of untyped registers.
static uint64_t literalBits(DecodeInst &d, const Operand &operand, Type type) {
  if (operand.kind == Operand::Kind::Integer) {
    if ((type == Type::F32 || type == Type::F64) && operand.value != 0)
      d.fail("expects a floating-point literal, but got an integer");
    return uint64_t(operand.value);
  }
  // Of types b32 and b64 they are bits; integers they are not.
  const bool isInteger = type == Type::U32 || type == Type::S32 ||
                         type == Type::U64 || type == Type::S64;
  const bool isDouble = operand.kind == Operand::Kind::Float64;
  const uint64_t bits = uint64_t(operand.value);
  if (ptx::bitWidth(type) == 64 && !isInteger)
    return isDouble ? bits
                    : std::bit_cast<uint64_t>(
                          double(std::bit_cast<float>(uint32_t(bits))));
  if (ptx::bitWidth(type) == 32 && !isInteger)
    return isDouble
               ? std::bit_cast<uint32_t>(float(std::bit_cast<double>(bits)))
               : bits;
  d.fail("a floating-point literal cannot be a value of type '." +
         std::string(ptx::toString(type)) + "'");
  return 0;
}

/// The address of a variable in its state space.
static Ref variableRef(DecodeInst &d, const Operand &operand, Type type) {
  const ptx::Variable &v = *operand.variable;
  ProgramBuilder &builder = d.decoder.builder;
  uint64_t address = 0;
  switch (v.space) {
  case Space::Global:
  case Space::Const: {
    const auto it = builder.symbols.find(v.name);
    if (it == builder.symbols.end()) {
      d.fail("external symbol '" + std::string(v.name) + "' is not defined");
      break;
    }
    address = it->second;
    break;
  }
  case Space::Shared:
    if (const Placed *p = builder.findShared(&v))
      address = p->offset;
    break;
  case Space::Local:
    if (operand.value != 0)
      d.fail("an offset from the local variable '" + std::string(v.name) +
             "' is not supported here");
    if (registerBits(type) != 64)
      d.fail("the address of the local variable '" + std::string(v.name) +
             "' is 64 bits wide");
    return d.decoder.localAddress(&v);
  case Space::Param:
    for (const Placed &p : builder.program.paramLayout)
      if (p.variable == &v)
        return d.immediate(type, p.offset + uint64_t(operand.value));
    [[fallthrough]];
  default:
    d.fail("the address of '" + std::string(v.name) + "' cannot be taken");
  }
  address += uint64_t(operand.value);
  if (registerBits(type) < 64 && address >> registerBits(type) != 0)
    d.fail("the address of '" + std::string(v.name) + "' does not fit into '." +
           std::string(ptx::toString(type)) + "'");
  return d.immediate(type, address);
}

Ref DecodeInst::srcRef(const Operand &operand, Type type) {
  switch (operand.kind) {
  case Operand::Kind::Register: {
    const ptx::Register &reg = decoder.function.registers[operand.index];
    if (registerBits(reg.type) != registerBits(type))
      fail(widthMismatch(reg, type));
    if (operand.negated)
      fail("'!" + reg.name + "': only predicate operands can be negated here");
    return decoder.registerRef(operand.index, operand.component);
  }
  case Operand::Kind::Special:
    return specialRef(*this, operand, type);
  case Operand::Kind::Integer:
  case Operand::Kind::Float32:
  case Operand::Kind::Float64:
    if (type == Type::Pred)
      return immediate(type, operand.value != 0);
    return immediate(type, literalBits(*this, operand, type));
  case Operand::Kind::Variable:
    return variableRef(*this, operand, type);
  case Operand::Kind::Function: {
    const ptx::Module &module = decoder.builder.module;
    const ptx::Function *function = module.findFunction(operand.name);
    if (!function || !function->hasBody) {
      fail("function '" + std::string(operand.name) + "' is not defined");
      return immediate(type, 0);
    }
    return immediate(type, functionAddress(module, *function));
  }
  default:
    fail("expects a register or a constant as source, but got " +
         describe(operand));
    return immediate(type, 0);
  }
}

Ref DecodeInst::dst(unsigned i, Type type, int slot, bool sink) {
  return inst.op[slot < 0 ? i : unsigned(slot)] =
             dstRef(operand(i), type, sink);
}

Ref DecodeInst::src(unsigned i, Type type, int slot) {
  return inst.op[slot < 0 ? i : unsigned(slot)] = srcRef(operand(i), type);
}

Ref DecodeInst::predicate(unsigned i, LaneMask *flip, int slot) {
  Operand positive = operand(i);
  if (positive.negated && !flip)
    fail("a negated predicate is not allowed here");
  if (flip)
    *flip = positive.negated ? kAllLanes : 0;
  positive.negated = false;
  return inst.op[slot < 0 ? i : unsigned(slot)] = srcRef(positive, Type::Pred);
}

Ref DecodeInst::predicateDst(unsigned i, int slot, bool sink) {
  return dst(i, Type::Pred, slot, sink);
}

int64_t DecodeInst::constant(unsigned i, int64_t min, int64_t max) {
  const Operand &o = operand(i);
  if (o.kind != Operand::Kind::Integer) {
    fail("operand " + std::to_string(i + 1) +
         " has to be an integer constant, but is " + describe(o));
    return min;
  }
  if (o.value < min || o.value > max) {
    fail("operand " + std::to_string(i + 1) + " is " + std::to_string(o.value) +
         ", but has to be " +
         (min == max ? std::to_string(min)
                     : "between " + std::to_string(min) + " and " +
                           std::to_string(max)));
    return min;
  }
  return o.value;
}

void DecodeInst::address(unsigned i, Space space, int slot) {
  const Operand &o = operand(i);
  inst.op[slot] = immediate(Type::B64, 0);
  if (o.kind != Operand::Kind::Address || o.elements.empty()) {
    fail("operand " + std::to_string(i + 1) +
         " has to be an address in brackets, but is " + describe(o));
    return;
  }
  if (o.elements.size() > 1) {
    fail("an address with coordinates is not allowed here");
    return;
  }
  Operand base = o.elements[0];
  int64_t offset = o.value;
  Type type = Type::B64;
  if (base.kind == Operand::Kind::Register) {
    type = registerType(base);
    if ((registerBits(type) != 32 && registerBits(type) != 64) ||
        type == Type::F32 || type == Type::F64) {
      fail("address register '" + decoder.function.registers[base.index].name +
           "' has to be an integer of 32 or 64 bits, but is of type '." +
           std::string(ptx::toString(type)) + "'");
      type = Type::B64;
    }
  } else if (base.kind == Operand::Kind::Variable) {
    const Space own = base.variable->space;
    if (space != Space::Generic && own != space)
      fail("variable '" + std::string(base.variable->name) + "' is in " +
           std::string(ptx::toString(own)) + " memory, not in " +
           std::string(ptx::toString(space)) + " memory");
    // Offsets wrap in 64 bits, as addresses do.
    uint64_t sum = uint64_t(offset) + uint64_t(base.value);
    base.value = 0;
    if (space == Space::Generic) {
      if (own == Space::Shared)
        sum += kSharedWindow;
      else if (own == Space::Local)
        sum += kLocalWindow;
      else if (own == Space::Param)
        sum += kParamWindow;
    }
    offset = int64_t(sum);
  } else if (base.kind != Operand::Kind::Integer) {
    fail("an address has to be a register, a variable or a constant");
    return;
  }
  if (registerBits(type) == 32 && space == Space::Generic)
    fail("a generic address has to be 64 bits wide");
  inst.op[slot] = srcRef(base, type);
  if (registerBits(type) == 64)
    inst.wide |= uint8_t(1u << slot);
  if (firstAddressSlot < 0) {
    firstAddressSlot = slot;
    inst.imm = offset;
  } else {
    inst.secondAddress = uint8_t(slot);
    inst.imm2 = offset;
  }
}

void DecodeInst::push(Ref ref) {
  std::vector<Ref> &refs = decoder.builder.program.refs;
  if (inst.listCount == 0)
    inst.list = uint32_t(refs.size());
  refs.push_back(ref);
  ++inst.listCount;
}

void DecodeInst::vectorDst(const Operand &operand, Type type, bool sink) {
  if (operand.kind != Operand::Kind::Vector) {
    push(dstRef(operand, type, sink));
    return;
  }
  for (const Operand &element : operand.elements)
    push(dstRef(element, type, sink));
}

void DecodeInst::vectorSrc(const Operand &operand, Type type) {
  if (operand.kind != Operand::Kind::Vector) {
    push(srcRef(operand, type));
    return;
  }
  for (const Operand &element : operand.elements)
    push(srcRef(element, type));
}
