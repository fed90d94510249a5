//===- Inst.h - a decoded instruction ---------------------------*- C++ -*-===//
//
// Registers are structures of arrays: a 32-bit register is uint32_t[32], one
// element a lane; 64-bit ones uint64_t[32], 8- and 16-bit ones uint16_t[32]; a
// 128-bit one is two uint64_t[32]. A predicate is one uint32_t, bit l for lane
// l. Immediates and special registers look like registers to a handler: an
// operand is a Ref, an offset into one of three areas of the running warp.
//
// A handler computes for all lanes in `mask`. Where that is cheap it computes
// all 32 and stores under the mask, in a branch-free loop the compiler turns
// into vector code (see Lanes.h).
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_INST_H
#define PIT_LIB_EMULATOR_EXEC_INST_H

#include "pit/Emulator/Stats.h"

#include <cstdint>

namespace pit::emu {

class Warp;
struct Inst;

/// A set of lanes of a warp, bit l for lane l.
using LaneMask = uint32_t;
constexpr LaneMask kAllLanes = ~0u;
constexpr unsigned kWarpSize = 32;

/// Where an operand's 32 lanes are: area in the top two bits, byte offset
/// below.
using Ref = uint32_t;
enum RefArea : uint32_t {
  kFrameArea = 0,   ///< registers of the running function
  kConstArea = 1,   ///< immediates of the program
  kSpecialArea = 2, ///< special registers of the warp
};
constexpr unsigned kRefShift = 30;
constexpr uint32_t kRefOffsetMask = (1u << kRefShift) - 1;
/// The destination `_`, or an operand that is not there.
constexpr Ref kNoRef = ~0u;

using Handler = void (*)(Warp &, const Inst &, LaneMask mask);

enum InstFlags : uint16_t {
  /// The handler sets the next pc itself (branches, calls, barriers).
  kControl = 1 << 0,
  /// `.aligned`: every live lane of the warp takes part.
  kAligned = 1 << 1,
  /// op[kMemberMaskOp] names the lanes that take part (`*.sync`).
  kMemberMask = 1 << 2,
  /// Some branch reconverges here.
  kJoinPoint = 1 << 3,
  /// A load whose value is stored elsewhere and not looked at (MoveOnly.cpp).
  kMoveOnly = 1 << 4,
  /// A warpgroup executes this together: four warps, every lane (wgmma).
  kWarpgroup = 1 << 5,
  /// Exchanges no data: lanes may meet at different instructions of the kind
  /// (bar.warp.sync).
  kSyncOnly = 1 << 6,
  /// kMoveOnly, and not stored to global or shared memory.
  kLocalMoveOnly = 1 << 7,
};

constexpr unsigned kMaxOps = 6;
/// The operand that holds the member mask of a kMemberMask instruction.
constexpr unsigned kMemberMaskOp = 5;

struct Inst {
  Handler handler = nullptr;
  Ref op[kMaxOps] = {kNoRef, kNoRef, kNoRef, kNoRef, kNoRef, kNoRef};
  Ref guard = 0;          ///< a predicate; the constant "true" where unguarded
  LaneMask guardFlip = 0; ///< all ones for `@!p`
  int64_t imm = 0; ///< offset of the (first) address, or what the handler wants
  int64_t imm2 = 0; ///< offset of a second address
  uint8_t wide = 0; ///< bit s: the address register op[s] is 64 bits wide
  uint8_t secondAddress = 0xff; ///< slot of the address that imm2 belongs to
  uint32_t list = 0;            ///< first of `listCount` Refs in Program::refs
  uint16_t listCount = 0;
  uint16_t flags = 0;
  uint32_t aux = 0;        ///< modifiers, packed as the handler wants them
  uint32_t target = 0;     ///< branch: pc of the label
  uint32_t reconverge = 0; ///< branch: pc where the sides meet, or kNoPc
  uint32_t line = 0;
  InstClass instClass = InstClass::Other;
};

constexpr uint32_t kNoPc = ~0u;

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_INST_H
