//===- Decoder.h - from syntax to handlers ----------------------*- C++ -*-===//
//
// How an instruction is added to the emulator:
//
//   1. Write a decode function `static void decodeFoo(DecodeInst &d)` in the
//   file
//      of its group in lib/Emulator/Handlers. It reads the modifiers left to
//      right (`d.accept("sat")`, `d.type()`), then the operands
//      (`d.dst(0, type)`, `d.src(1, type)`), picks a handler with `d.handler`
//      and sets `d.inst.instClass`. Whatever it does not read is an error that
//      the framework reports: an unknown modifier, or a surplus operand.
//   2. Add it to the group's table in the same file:
//      void registerFoo(MnemonicTable &table) { table["foo"] = decodeFoo; }
//
// Errors: `d.fail("...")` records the first one; decode functions may go on
// afterwards (every accessor stays safe to call).
//
// Worked example, `add{.sat}.s32` and `add.{u,s}{16,32,64}`:
//
//   template <typename T> void add(Warp &w, const Inst &i, LaneMask m) {
//     lanes2<T, T, T>(w, i, m, [](T a, T b) { return T(a + b); });
//   }
//   static void decodeAdd(DecodeInst &d) {
//     bool sat = d.accept("sat");
//     ptx::Type type = d.type({Type::U16, Type::S16, ...});
//     d.dst(0, type); d.src(1, type); d.src(2, type);
//     d.inst.instClass = InstClass::Integer;
//     if (sat && type != Type::S32) d.fail("'.sat' needs type s32");
//     d.handler(...);
//   }
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_DECODER_H
#define PIT_LIB_EMULATOR_EXEC_DECODER_H

#include "Program.h"

#include <initializer_list>
#include <string>
#include <unordered_map>

namespace pit::emu {

class DecodeInst;
class FunctionDecoder;
using DecodeFn = void (*)(DecodeInst &);
using MnemonicTable = std::unordered_map<std::string_view, DecodeFn>;

/// The table of all mnemonics, made once.
const MnemonicTable &mnemonicTable();

// One function a group; each lives in lib/Emulator/Handlers.
void registerInteger(
    MnemonicTable &); // Integer.cpp: add sub mul mad ... on integers
void registerLogic(MnemonicTable &); // Logic.cpp: and or shl bfe lop3 prmt ...
void registerFloat(MnemonicTable &); // Float.cpp: f32, f64, approximations
void registerCompare(MnemonicTable &); // Compare.cpp: setp set selp slct testp
void registerConvert(MnemonicTable &); // Convert.cpp: cvt cvt.pack
void registerMove(
    MnemonicTable &); // Move.cpp: mov, cvta, isspacep, special registers
void registerControl(
    MnemonicTable &); // Control.cpp: bra brx call ret exit trap ...
void registerLoadStore(
    MnemonicTable &);                 // LoadStore.cpp: ld st ldu prefetch ...
void registerAtomic(MnemonicTable &); // Atomic.cpp: atom red
void registerAsyncCopy(MnemonicTable &); // AsyncCopy.cpp: cp.async
void registerCollective(
    MnemonicTable &); // Collective.cpp: shfl vote match redux ...
void registerBarrier(MnemonicTable &); // Barrier.cpp: bar barrier membar fence
void registerMma(MnemonicTable &);     // Mma.cpp: mma ldmatrix movmatrix wmma

/// bar.warp.sync, from `.sync` on (Collective.cpp).
void decodeWarpBarrier(DecodeInst &);

/// The decoding of one instruction.
///
/// Mnemonics of several families (add: integer and float) live in one decode
/// function that looks at `lastType()` and hands over; see Integer.cpp.
class DecodeInst {
public:
  DecodeInst(FunctionDecoder &decoder, const ptx::Instruction &source);

  const ptx::Instruction &source;
  Inst inst; ///< what is being built
  FunctionDecoder &decoder;

  // --- modifiers, left to right ---
  /// Consumes the next modifier if it is `name` (without the dot).
  bool accept(std::string_view name);
  /// Consumes the next modifier if it is one of `names`; its position, or -1.
  int acceptOneOf(std::initializer_list<std::string_view> names);
  /// As acceptOneOf; fails with "expects one of ..." if it is none of them.
  int expectOneOf(std::initializer_list<std::string_view> names);
  /// Consumes a type that must be one of `allowed` (any if empty).
  ptx::Type type(std::initializer_list<ptx::Type> allowed = {});
  /// Consumes a type if the next modifier is one.
  ptx::Type acceptType();
  /// The next modifier without consuming it; empty at the end.
  std::string_view peek() const;
  /// The last modifier read as a type (None if it is none): for dispatch.
  ptx::Type lastType() const;
  /// True if any modifier is `name`; consumes nothing.
  bool has(std::string_view name) const;

  // --- operands ---
  unsigned numOperands() const { return unsigned(source.operands.size()); }
  const ptx::Operand &operand(unsigned i) const;
  /// Fails unless the operand count is in [min, max] (max 0: exactly min).
  bool expectOperands(unsigned min, unsigned max = 0);
  /// Operand i as a destination register of `type`'s width into inst.op[slot]
  /// (slot -1: slot i). `_` gives kNoRef where `sink` allows it.
  Ref dst(unsigned i, ptx::Type type, int slot = -1, bool sink = false);
  /// Operand i as a source (register, immediate, special register, address of a
  /// variable) of `type` into inst.op[slot].
  Ref src(unsigned i, ptx::Type type, int slot = -1);
  /// Operand i as a predicate source; a negated one gets its own complement
  /// through `flip` (all ones if negated).
  Ref predicate(unsigned i, LaneMask *flip = nullptr, int slot = -1);
  /// A predicate destination.
  Ref predicateDst(unsigned i, int slot = -1, bool sink = false);
  /// A source that must be an integer constant.
  int64_t constant(unsigned i, int64_t min, int64_t max);
  /// Operand i as `[base + offset]` in `space` into inst.op[slot]; the handler
  /// gets the addresses from laneAddresses(warp, inst, slot, out) of Access.h.
  /// Two addresses an instruction at most.
  void address(unsigned i, ptx::Space space, int slot);
  /// Refs of the elements of a vector operand (or of a single one) into
  /// inst.list; each element as dst or src of `type`.
  void vectorDst(const ptx::Operand &operand, ptx::Type type, bool sink = true);
  void vectorSrc(const ptx::Operand &operand, ptx::Type type);
  /// Single operands, for what the above do not cover.
  Ref dstRef(const ptx::Operand &operand, ptx::Type type, bool sink = false);
  Ref srcRef(const ptx::Operand &operand, ptx::Type type);
  /// Appends a Ref to inst.list.
  void push(Ref ref);
  /// The type of a register operand; None for anything else.
  ptx::Type registerType(const ptx::Operand &operand) const;

  // --- results ---
  void handler(Handler h) { inst.handler = h; }
  void fail(std::string message);
  bool failed() const { return !error.empty(); }
  const std::string &errorMessage() const { return error; }
  /// "expects sm_NN or higher" unless the chip is.
  void requireSm(unsigned smVersion);

  /// A Ref to an immediate: `bits` in each of the 32 lanes of a register of
  /// `type`'s width; of a predicate: all ones or zero.
  Ref immediate(ptx::Type type, uint64_t bits);

private:
  friend class FunctionDecoder;
  unsigned nextModifier = 0;
  int firstAddressSlot = -1;
  std::string error;
};

/// Width of a register in the register file: 16, 32, 64 or 128 bits.
unsigned registerBits(ptx::Type type);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_DECODER_H
