//===- Warp.h - a warp and its control flow ---------------------*- C++ -*-===//
//
// A warp is a list of fragments: a pc and the lanes that are there. One
// fragment runs at a time, kept in the warp's own fields. A branch that splits
// makes a join at its reconvergence point (the immediate post-dominator): lanes
// that get there wait in the join until all that are expected have come, then
// go on as one. Waiting there is a courtesy, not a right: if the others make no
// progress (they spin for something the waiting lanes would do) the join lets
// them go, as independent thread scheduling does since Volta.
//
// An `.aligned` instruction wants every live lane, a `*.sync` one the lanes of
// its member mask: a fragment without them blocks and is merged with the others
// that come to the same pc. If nothing in the warp can run any more, the lanes
// that are missing are reported.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_WARP_H
#define PIT_LIB_EMULATOR_EXEC_WARP_H

#include "Program.h"

#include <memory>
#include <string>
#include <vector>

namespace pit::emu {

class Block;

/// A function call in progress. Lanes that called together share a frame.
struct Frame {
  uint8_t *registers = nullptr; ///< frame area of the function
  uint32_t function = 0;        ///< index into Program::functions
  uint32_t returnPc = 0;
  int parent = -1;
  const Inst *call = nullptr; ///< the call instruction; null in the kernel
  uint32_t localBase = 0;     ///< first byte of its .local variables, per lane
  LaneMask lanes = 0;         ///< lanes still inside
  std::unique_ptr<uint8_t[]> storage;
  uint64_t capacity = 0;
};

/// Where the sides of a branch meet.
struct Join {
  uint32_t pc = kNoPc;
  int frame = 0;
  int parent = -1;
  LaneMask expected = 0; ///< lanes that have this join, arrived or not
  LaneMask arrived = 0;
  uint64_t waited = 0; ///< instructions of the warp since a lane arrived
};

enum class FragmentState : uint8_t {
  Ready,
  Collective, ///< wants lanes that are not here; at its pc
  Barrier     ///< waits for a block barrier; goes on at its pc
};

struct Fragment {
  uint32_t pc = 0;
  LaneMask mask = 0;
  int join = -1;
  int frame = 0;
  FragmentState state = FragmentState::Ready;
  int barrier = -1;
};

/// Why Warp::run came back.
enum class RunState : uint8_t {
  Yield,   ///< its turn is over
  Blocked, ///< every fragment waits for other warps
  Done,    ///< every lane has exited
  Stop     ///< the launch ends (a trap, too many reports)
};

class Warp {
public:
  // --- what handlers use ---
  template <typename T> const T *in(Ref ref) const {
    return reinterpret_cast<const T *>(base[ref >> kRefShift] +
                                       (ref & kRefOffsetMask));
  }
  template <typename T> T *out(Ref ref) {
    return reinterpret_cast<T *>(base[0] + (ref & kRefOffsetMask));
  }
  LaneMask predicate(Ref ref) const { return *in<LaneMask>(ref); }
  void setPredicate(Ref ref, LaneMask mask, LaneMask value) {
    LaneMask *p = out<LaneMask>(ref);
    *p = (*p & ~mask) | (value & mask);
  }
  /// The Refs of inst.list.
  const Ref *list(const Inst &inst) const { return refs + inst.list; }
  /// Counters of the instruction that runs.
  Counters &counters(const Inst &inst) const;
  /// Records a finding at the running instruction; lane -1 for none. Returns
  /// without ending the launch; the block stops by itself at the limit.
  void report(ReportKind kind, const Inst &inst, int lane, std::string message,
              std::string buffer = "", int64_t offset = 0);
  /// Lanes of the warp that have not exited.
  LaneMask live = 0;
  /// The carry flag CC.CF of each lane (add.cc and its like).
  LaneMask carry = 0;
  unsigned id = 0; ///< in the block
  Block *block = nullptr;
  const Program *program = nullptr;

  // --- the running fragment ---
  uint32_t pc = 0;
  LaneMask mask = 0;
  int join = -1;
  int frame = 0;

  // --- control flow, for the handlers of Control.cpp and Barrier.cpp ---
  /// Splits the running fragment: `taken` goes to `target`, the rest to `next`.
  void branch(LaneMask taken, uint32_t target, uint32_t next,
              uint32_t reconverge);
  /// As branch, for any number of targets: (pc, lanes) pairs that partition
  /// mask.
  void branchMany(const std::vector<std::pair<uint32_t, LaneMask>> &targets,
                  uint32_t reconverge);
  /// The lanes of the running fragment will wait for each other at `at`.
  void meetAt(uint32_t at);
  /// Enters a function for `lanes` (all of mask, or a guarded part).
  void call(const Inst &inst, uint32_t function, LaneMask lanes, uint32_t next);
  /// Leaves the running function for `lanes`; the rest goes on at `next`.
  void ret(LaneMask lanes, uint32_t next);
  /// Ends `lanes`; the rest goes on at `next`.
  void exit(LaneMask lanes, uint32_t next);
  /// The running fragment waits for barrier `id` and will go on at `next`.
  void waitBarrier(int id, uint32_t next);
  /// Takes `lanes` out of the running fragment; they go on at `at` by
  /// themselves.
  void split(LaneMask lanes, uint32_t at);
  /// Fragments that wait for barrier `id` are ready again.
  void releaseBarrier(int id);

  // --- for Block ---
  void start(Block &block, const Program &program, unsigned id, LaneMask lanes);
  /// Runs until `quantum` instructions are done or nothing can run.
  RunState run(uint64_t quantum);
  bool hasReady() const;
  bool done() const { return live == 0; }
  /// "waits at barrier 0 (line 12)", one per fragment, for deadlock reports.
  std::string describe() const;
  /// A fragment to blame in a deadlock; pc of the instruction it waits at.
  uint32_t waitingPc() const;
  uint8_t *specials() { return base[kSpecialArea]; }
  Frame &currentFrame() { return frames[frame]; }
  const std::vector<Fragment> &waiting() const { return others; }

  /// Local memory: lane l's bytes are at local() + l * localStride().
  uint8_t *local() { return localData.data(); }
  uint32_t localStride() const { return localBytes; }
  /// One byte per byte of local(): nonzero once written.
  uint8_t *localInit() { return localInitData.data(); }

  uint64_t executed = 0; ///< instructions, by this warp

private:
  /// Instructions of the warp that lanes wait in a join for the others to come.
  /// Each time that was in vain it is halved: a warp that spins does so again.
  static constexpr uint64_t kPatience = 32768, kLeastPatience = 256;
  static constexpr unsigned kMaxCallDepth = 1024;

  bool arriveAtJoin();
  bool syncReady(const Inst &inst, LaneMask active);
  bool mergeCollective();
  /// Picks another fragment to run; false if none is ready.
  bool pick();
  /// As pick, but looks for what could be made ready; reports lanes that are
  /// missing if fragments of the warp wait for each other.
  bool pickNext();
  void takeTurns(uint64_t executed);
  bool wantsJoinedLanes() const;
  void suspend(FragmentState state, int barrier = -1);
  void resume(size_t index);
  void removeFromJoins(LaneMask lanes, int from, int until = -1);
  void arrive(Join &join, LaneMask lanes);
  bool releaseJoins(uint64_t waited = 0);
  void reportMissingLanes();
  int newJoin(uint32_t pc, LaneMask expected);
  void freeJoin(int index);
  void addFragment(uint32_t pc, LaneMask lanes, int join, int frame);
  bool isAncestorJoin(int ancestor, int of) const;
  void setFrame(int index);
  int newFrame(uint32_t function);
  void leaveFrame(int index, LaneMask lanes);
  void growLocal(uint32_t bytes);
  unsigned depth(int frame) const;
  uint64_t nextLocalBase(uint32_t function) const;
  bool canCall(const Inst &inst, uint32_t function, LaneMask lanes);
  void copyValue(const CallOperand &actual, Frame &outer, bool toOuter,
                 uint8_t *inner, unsigned innerStride, unsigned innerBytes,
                 LaneMask lanes);
  void copyArguments(const Inst &inst, Frame &caller, Frame &callee,
                     LaneMask lanes);
  void copyResults(const Inst &inst, Frame &caller, Frame &callee,
                   LaneMask lanes);
  LaneMask requiredLanes(const Inst &inst, LaneMask active) const;

  uint8_t *base[4] = {};
  const Inst *code = nullptr;
  const Ref *refs = nullptr;
  std::vector<Fragment> others; ///< fragments that do not run now
  std::vector<Join> joins;
  std::vector<int> freeJoins;
  std::vector<Frame> frames;
  std::vector<int> freeFrames;
  uint64_t stackBytes = 0; ///< of the frames in use
  std::unique_ptr<uint8_t[]> special;
  std::vector<uint8_t> localData, localInitData;
  uint32_t localBytes = 0; ///< per lane
  uint64_t patience = kPatience;
  bool parked = false; ///< no fragment is running
  friend class Block;
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_WARP_H
