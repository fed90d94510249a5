//===- Control.cpp - branches, calls, the end of a thread -----------------===//
//
// PTX ISA 9.7.12 (control flow), 9.7.19 (trap and friends).
//
//===----------------------------------------------------------------------===//

#include "Block.h"
#include "Decoder.h"
#include "DeviceFunctions.h"
#include "FunctionDecoder.h"
#include "Lanes.h"

#include <bit>
#include <string>

using namespace pit;
using namespace pit::emu;
using ptx::Operand;
using ptx::Type;

namespace {

// --- branches ---

void branch(Warp &w, const Inst &inst, LaneMask mask) {
  if (mask && mask != w.mask)
    ++w.counters(inst).divergentBranches;
  w.branch(mask, inst.target, w.pc + 1, inst.reconverge);
}

void decodeBra(DecodeInst &d) {
  d.accept("uni");
  d.expectOperands(1);
  d.inst.instClass = InstClass::Branch;
  d.inst.flags |= kControl;
  const Operand &o = d.operand(0);
  if (o.kind != Operand::Kind::Label) {
    d.fail("expects a label");
    return;
  }
  d.inst.target = d.decoder.info().entryPc + d.decoder.function.labels[o.index];
  d.handler(branch);
}

void branchIndexed(Warp &w, const Inst &inst, LaneMask mask) {
  const std::vector<uint32_t> &table = w.program->branchTables[inst.aux];
  const uint32_t *index = w.in<uint32_t>(inst.op[0]);
  std::vector<std::pair<uint32_t, LaneMask>> targets;
  auto add = [&](uint32_t pc, LaneMask lanes) {
    for (auto &[target, all] : targets)
      if (target == pc) {
        all |= lanes;
        return;
      }
    targets.emplace_back(pc, lanes);
  };
  bool outside = false;
  eachLane(mask, [&](unsigned l) {
    if (index[l] < table.size()) {
      add(table[index[l]], 1u << l);
      return;
    }
    if (!outside)
      w.report(ReportKind::Misuse, inst, int(l),
               "branch index " + std::to_string(index[l]) +
                   " is outside the list of " + std::to_string(table.size()) +
                   " targets");
    outside = true;
  });
  if (outside) {
    w.block->launch.stop.store(true);
    return;
  }
  if (const LaneMask rest = w.mask & ~mask)
    add(w.pc + 1, rest);
  if (targets.size() > 1)
    ++w.counters(inst).divergentBranches;
  w.branchMany(targets, inst.reconverge);
}

void decodeBrx(DecodeInst &d) {
  d.expectOneOf({"idx"});
  d.accept("uni");
  d.expectOperands(2);
  d.inst.instClass = InstClass::Branch;
  d.inst.flags |= kControl;
  d.src(0, Type::U32);
  if (d.operand(1).kind != Operand::Kind::BranchTargets) {
    d.fail("expects the name of a '.branchtargets' list");
    return;
  }
  const auto &tables = d.decoder.builder.program.branchTables;
  d.inst.aux =
      uint32_t(tables.size() - d.decoder.function.branchTargets.size() +
               d.operand(1).index);
  d.handler(branchIndexed);
}

// --- the end of threads ---

void ret(Warp &w, const Inst &, LaneMask mask) {
  if (mask)
    w.ret(mask, w.pc + 1);
  else
    ++w.pc;
}

void exitThreads(Warp &w, const Inst &, LaneMask mask) {
  if (mask)
    w.exit(mask, w.pc + 1);
  else
    ++w.pc;
}

void trap(Warp &w, const Inst &inst, LaneMask mask) {
  if (!mask) {
    ++w.pc;
    return;
  }
  w.report(ReportKind::Trap, inst, std::countr_zero(mask),
           "the kernel has executed a trap");
  w.block->launch.stop.store(true);
}

void nothing(Warp &, const Inst &, LaneMask) {}

template <Handler H> void decodeEnd(DecodeInst &d) {
  d.accept("uni");
  d.expectOperands(0);
  d.inst.instClass = InstClass::Branch;
  d.inst.flags |= kControl;
  d.handler(H);
}

void decodeTrap(DecodeInst &d) {
  d.expectOperands(0);
  d.inst.flags |= kControl;
  d.handler(trap);
}

/// brkpt stops in a debugger only; pmevent counts events outside the program.
void decodeBrkpt(DecodeInst &d) {
  d.expectOperands(0);
  d.handler(nothing);
}

void decodePmevent(DecodeInst &d) {
  d.accept("mask");
  d.expectOperands(1);
  d.constant(0, 0, 65535);
  d.handler(nothing);
}

// --- calls ---

void call(Warp &w, const Inst &inst, LaneMask mask) {
  if (mask)
    w.call(inst, inst.target, mask, w.pc + 1);
  else
    ++w.pc;
}

/// What is wrong about a call through a pointer of function `index`: nothing
/// before has compared what it passes with what the function takes.
std::string signatureMismatch(const Program &program, const Inst &inst,
                              uint32_t index) {
  const CallInfo &call = program.calls[inst.aux];
  const FunctionInfo &callee = program.functions[index];
  auto differ = [](const std::vector<CallOperand> &actual,
                   const std::vector<ParamSlot> &formal) {
    if (actual.size() != formal.size())
      return true;
    for (size_t i = 0; i < actual.size(); ++i)
      if (actual[i].isPredicate != formal[i].isPredicate)
        return true;
    return false;
  };
  if (!differ(call.arguments, callee.params) &&
      !differ(call.results, callee.returns))
    return "";
  return "call of '" + std::string(callee.function->name) + "', which has " +
         std::to_string(callee.params.size()) + " parameters and " +
         std::to_string(callee.returns.size()) + " results, with " +
         std::to_string(call.arguments.size()) + " and " +
         std::to_string(call.results.size()) + ", or of other types";
}

/// A call through a pointer: the lanes of one callee at a time.
void callIndirect(Warp &w, const Inst &inst, LaneMask mask) {
  if (!mask) {
    ++w.pc;
    return;
  }
  const uint64_t *address = w.in<uint64_t>(inst.op[0]);
  const uint64_t first = address[std::countr_zero(mask)];
  LaneMask same = 0;
  eachLane(mask, [&](unsigned l) {
    if (address[l] == first)
      same |= 1u << l;
  });
  const int index = w.program->functionByAddress(first);
  if (index < 0) {
    w.report(ReportKind::Misuse, inst, std::countr_zero(mask),
             "call of an address that is no function");
    w.block->launch.stop.store(true);
    return;
  }
  const std::string wrong =
      signatureMismatch(*w.program, inst, uint32_t(index));
  if (!wrong.empty()) {
    w.report(ReportKind::Misuse, inst, std::countr_zero(mask), wrong);
    w.block->launch.stop.store(true);
    return;
  }
  // The others call from here by themselves; all meet behind the call.
  w.meetAt(w.pc + 1);
  if (const LaneMask rest = mask & ~same)
    w.split(rest, w.pc);
  w.call(inst, uint32_t(index), same, w.pc + 1);
}

void callDevice(Warp &w, const Inst &inst, LaneMask mask) {
  if (mask)
    deviceFunctions()[inst.target].run(w, inst, mask);
  ++w.pc;
}

/// The bytes a lane of an argument or result takes, and where they are.
CallOperand callOperand(DecodeInst &d, const Operand &o,
                        const ptx::Variable *formal, bool isResult) {
  const bool formalIsPredicate = formal && formal->type == Type::Pred;
  if (o.kind == Operand::Kind::Variable) {
    if (formalIsPredicate)
      d.fail("parameter '" + std::string(formal->name) + "' is a predicate");
    if (const ParamSlot *slot = d.decoder.paramSlot(o.variable)) {
      if (formal && formal->bytes() != o.variable->bytes())
        d.fail("'" + std::string(o.variable->name) + "' has " +
               std::to_string(o.variable->bytes()) + " bytes, but parameter '" +
               std::string(formal->name) + "' has " +
               std::to_string(formal->bytes()));
      return {slot->offset, slot->bytes, false};
    }
    d.fail("'" + std::string(o.variable->name) +
           "' is no '.param' variable of this function");
    return {d.decoder.scratch(), 16, false};
  }
  Type type = d.registerType(o);
  if (type == Type::None)
    type = formal ? formal->type : Type::B32;
  else if (formal && (formal->isArray ||
                      registerBits(type) != registerBits(formal->type)))
    d.fail("register '" + d.decoder.function.registers[o.index].name +
           "' cannot be passed as '" + std::string(formal->name) +
           "', which has another size");
  if (registerBits(type) > 64)
    d.fail("a value of 128 bits has to be passed in a '.param' variable");
  const Ref ref = isResult ? d.dstRef(o, type, true) : d.srcRef(o, type);
  return {ref, registerBits(type) / 8, type == Type::Pred};
}

void decodeCall(DecodeInst &d) {
  d.accept("uni");
  d.inst.instClass = InstClass::Call;
  d.inst.flags |= kControl;
  // (results), callee, (arguments) [, prototype]
  if (!d.expectOperands(3, 4))
    return;
  ProgramBuilder &builder = d.decoder.builder;
  const Operand &callee = d.operand(1);
  if (d.numOperands() == 4 && d.operand(3).kind != Operand::Kind::Prototype)
    d.fail("expects the name of a '.callprototype' or '.calltargets' list as "
           "last operand");
  const ptx::Function *function = nullptr;
  if (callee.kind == Operand::Kind::Function) {
    function = builder.module.findFunction(callee.name);
    if (!function) {
      d.fail("function '" + std::string(callee.name) + "' is not declared");
      return;
    }
    const std::vector<Operand> &args = d.operand(2).elements;
    if (args.size() != function->params.size() ||
        d.operand(0).elements.size() != function->returns.size())
      d.fail("'" + std::string(function->name) + "' has " +
             std::to_string(function->params.size()) + " parameters and " +
             std::to_string(function->returns.size()) + " results, but got " +
             std::to_string(args.size()) + " and " +
             std::to_string(d.operand(0).elements.size()));
  }
  CallInfo info;
  auto formal = [&](const std::deque<ptx::Variable> *list, size_t i) {
    return function && i < list->size() ? &(*list)[i] : nullptr;
  };
  for (size_t i = 0; i < d.operand(0).elements.size(); ++i)
    info.results.push_back(
        callOperand(d, d.operand(0).elements[i],
                    formal(function ? &function->returns : nullptr, i), true));
  for (size_t i = 0; i < d.operand(2).elements.size(); ++i)
    info.arguments.push_back(
        callOperand(d, d.operand(2).elements[i],
                    formal(function ? &function->params : nullptr, i), false));
  d.inst.aux = uint32_t(builder.program.calls.size());
  builder.program.calls.push_back(std::move(info));

  if (!function) {
    d.inst.op[0] = d.srcRef(callee, Type::B64);
    d.handler(callIndirect);
    return;
  }
  if (const int index = builder.functionIndex(function); index >= 0) {
    d.inst.target = uint32_t(index);
    d.handler(call);
    return;
  }
  const auto known = deviceFunctions();
  for (size_t i = 0; i < known.size(); ++i)
    if (known[i].name == function->name) {
      d.inst.target = uint32_t(i);
      d.handler(callDevice);
      return;
    }
  d.fail("external function '" + std::string(function->name) +
         "' is not defined in this module");
}

} // namespace

void emu::registerControl(MnemonicTable &table) {
  table["bra"] = decodeBra;
  table["brx"] = decodeBrx;
  table["ret"] = decodeEnd<ret>;
  table["exit"] = decodeEnd<exitThreads>;
  table["call"] = decodeCall;
  table["trap"] = decodeTrap;
  table["brkpt"] = decodeBrkpt;
  table["pmevent"] = decodePmevent;
}
