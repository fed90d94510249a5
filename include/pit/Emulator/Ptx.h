//===- Ptx.h - a PTX module, parsed -----------------------------*- C++ -*-===//
//
// The syntax tree of a PTX module, names resolved: every operand of an
// instruction already says whether it is a register, a variable, a label, a
// function or a special register. What an opcode and its modifiers mean is the
// decoder's business, not this file's.
//
// All string_views point into Module::text, which owns the source.
//
// PTX ISA, chapters 4 (syntax), 5 (state spaces, types and variables) and
// 11 (directives): https://docs.nvidia.com/cuda/parallel-thread-execution
//
//===----------------------------------------------------------------------===//

#ifndef PIT_EMULATOR_PTX_H
#define PIT_EMULATOR_PTX_H

#include "pit/Emulator/Expected.h"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pit::ptx {

/// State spaces of variables and of memory instructions (PTX ISA 5.1).
enum class Space : uint8_t {
  Generic,
  Reg,
  Const,
  Global,
  Local,
  Param,
  Shared
};

/// Scalar and packed types, of variables, registers and instruction suffixes
/// (PTX ISA 5.2).
enum class Type : uint8_t {
  None,
  Pred,
  B1,
  B4,
  B8,
  B16,
  B32,
  B64,
  B128,
  U2,
  U4,
  U8,
  U16,
  U32,
  U64,
  S2,
  S4,
  S8,
  S16,
  S32,
  S64,
  F16,
  F16x2,
  BF16,
  BF16x2,
  TF32,
  F32,
  F64,
  F32x2,
  E4M3,
  E5M2,
  E4M3x2,
  E5M2x2,
  U16x2,
  S16x2
};

/// Size of one value of `type` in bits; 1 for Pred, 0 for None.
unsigned bitWidth(Type type);
/// The spelling without the leading dot ("f16x2"); empty for None.
std::string_view toString(Type type);
/// The type spelled `name` (no dot), or Type::None if there is none.
Type parseType(std::string_view name);
/// "shared", "global", ...; "generic" for Generic.
std::string_view toString(Space space);

/// Linkage of a variable or a function (PTX ISA 11.6).
enum class Linkage : uint8_t { Internal, Visible, Extern, Weak, Common };

/// A virtual register of a function.
struct Register {
  std::string name; ///< "%r12", as written
  Type type;
  unsigned vector = 1; ///< 1, 2 or 4 for `.reg .v4 .f32 %v`
};

/// A reference to another symbol inside an initializer: the address of `symbol`
/// plus `addend` is stored, 8 (or 4) bytes little endian, at byte `offset`.
struct Relocation {
  uint64_t offset;
  std::string_view symbol;
  int64_t addend;
  bool generic;   ///< generic(symbol) rather than its address in its own space
  unsigned bytes; ///< 4 or 8
};

/// A variable in memory: module scope, or local to a function, or a parameter.
struct Variable {
  std::string_view name;
  Space space = Space::Global;
  Linkage linkage = Linkage::Internal;
  Type type = Type::B8; ///< element type
  unsigned vector = 1;  ///< elements of a `.v2` / `.v4` element
  uint64_t count = 1;   ///< number of elements (product of the dimensions)
  bool isArray = false; ///< declared with [..]
  bool unsized = false; ///< `[]`: its size is given at launch (dynamic shared)
  unsigned align = 0;   ///< bytes; the declared one, else the natural one
  unsigned line = 0;
  bool isPointer = false;         ///< a parameter declared `.ptr`
  Space pointee = Space::Generic; ///< of such a parameter
  unsigned pointeeAlign = 0;      ///< of such a parameter; 0 when not given
  std::vector<uint8_t>
      init; ///< initial bytes; shorter than the size means zero fill
  std::vector<Relocation> relocations;

  uint64_t elementBytes() const {
    unsigned bits = bitWidth(type) * vector;
    return bits < 8 ? 1 : bits / 8;
  }
  /// Size in bytes; 0 if unsized.
  uint64_t bytes() const { return unsized ? 0 : elementBytes() * count; }
};

struct Function;

/// One operand of an instruction.
struct Operand {
  enum class Kind : uint8_t {
    Sink,          ///< `_`
    Register,      ///< index into Function::registers; `component` for `%v.x`
    Special,       ///< special register, `name` with its suffix ("%tid.x")
    Variable,      ///< the address of a variable, plus `value`
    Label,         ///< index into Function::labels
    Function,      ///< a function, by `name` (it may be declared only)
    BranchTargets, ///< index into Function::branchTargets
    Prototype,     ///< a .callprototype or .calltargets, by `name`
    Integer,       ///< `value`, two's complement in 64 bits
    Float32,       ///< `value` holds the bits (0f3F800000)
    Float64,       ///< `value` holds the bits (0d... or a decimal literal)
    Vector,        ///< `{a, b, ..}`: `elements`
    /// `[base + value]`: elements[0] is the base (Register, Variable or
    /// Integer); further elements are the operands after a comma inside the
    /// brackets (tensor coordinates, `[map, {c0, c1}]`).
    Address,
    Pair, ///< `a|b`: elements[0] and elements[1]
    List  ///< `(a, b)` of a call: `elements`
  };
  Kind kind = Kind::Sink;
  bool negated = false; ///< `!%p`
  char component = 0;   ///< 'x', 'y', 'z', 'w' of a vector register, else 0
  uint32_t index = 0;
  int64_t value = 0;
  std::string_view name;
  const Variable *variable = nullptr;
  std::vector<Operand> elements;
};

/// One instruction. `@!%p ld.global.nc.b32 %r1, [%rd1+4];` has opcode "ld",
/// modifiers "global", "nc", "b32", guard %p (negated) and two operands.
/// A modifier keeps its `::` part ("shared::cta", "L2::128B").
struct Instruction {
  unsigned line = 0;
  std::string_view opcode;
  std::vector<std::string_view> modifiers;
  int guard = -1; ///< register index, or -1
  bool guardNegated = false;
  std::vector<Operand> operands;

  /// "ld.global.nc.b32"
  std::string mnemonic() const;
};

/// A kernel (`.entry`) or a device function (`.func`).
struct Function {
  std::string_view name;
  bool isEntry = false;
  bool hasBody = false;
  bool noReturn = false;
  Linkage linkage = Linkage::Internal;
  unsigned line = 0;
  std::deque<Variable> returns; ///< of a .func; .param or .reg space
  std::deque<Variable> params;
  /// Parameters in .reg space (`.func (.reg .b32 %r) f (.reg .b32 %x)`) are
  /// also registers; these are their register indices, -1 for .param ones.
  std::vector<int> returnRegisters, paramRegisters;
  std::deque<Variable> variables; ///< .shared, .local, .param, ... of the body
  std::vector<Register> registers;
  std::vector<Instruction> instructions;
  /// Label index -> index of the instruction that follows it (may equal
  /// instructions.size()).
  std::vector<uint32_t> labels;
  std::vector<std::string_view> labelNames;
  /// Each `.branchtargets` list, as label indices.
  std::vector<std::vector<uint32_t>> branchTargets;
  std::array<uint32_t, 3> maxntid{0, 0, 0}; ///< 0: not given
  std::array<uint32_t, 3> reqntid{0, 0, 0}; ///< 0: not given
  std::array<uint32_t, 3> reqnctapercluster{0, 0, 0};
  uint32_t minnctapersm = 0, maxnreg = 0;
};

/// A PTX module.
struct Module {
  std::string text;     ///< the source; everything below points into it
  std::string fileName; ///< for messages
  unsigned versionMajor = 0, versionMinor = 0;
  std::string_view target; ///< "sm_80"
  unsigned addressSize = 64;
  std::deque<Variable> variables;
  std::deque<Function> functions;

  /// Every function by its name; an `.alias` leads to what it stands for.
  std::unordered_map<std::string_view, Function *> functionsByName;

  /// The function called `name`, defined or only declared, or null.
  const Function *findFunction(std::string_view name) const;
  /// The text of a line (counted from 1), without leading and trailing blanks.
  std::string_view lineText(unsigned line) const;

  std::vector<uint32_t> lineStarts; ///< byte offset of each line
};

/// Parses PTX text. On malformed input the error reads
/// `FILE:LINE:COLUMN: message` and nothing is returned.
emu::Expected<std::unique_ptr<Module>> parse(std::string text,
                                             std::string fileName = "<ptx>");

} // namespace pit::ptx

#endif // PIT_EMULATOR_PTX_H
