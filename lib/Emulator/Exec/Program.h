//===- Program.h - a kernel, decoded ----------------------------*- C++ -*-===//
//
// A kernel and every function it can reach, in one code array. Built once when
// the module is loaded; nothing in it changes while it runs.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_PROGRAM_H
#define PIT_LIB_EMULATOR_EXEC_PROGRAM_H

#include "Inst.h"
#include "pit/Emulator/Device.h"

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace pit::emu {

/// A window of the generic address space, and where shared memory starts in its
/// own: on chips since sm_80 the first KiB belongs to the system.
constexpr uint64_t kSharedWindow = uint64_t(1) << 56;
constexpr uint64_t kLocalWindow = uint64_t(2) << 56;
constexpr uint64_t kParamWindow = uint64_t(3) << 56;
/// Where addresses of functions point: not memory, only to be called.
constexpr uint64_t kFunctionWindow = uint64_t(4) << 56;
constexpr uint64_t kWindowMask = uint64_t(0xff) << 56;
constexpr uint32_t kSharedBase = 1024;
/// Size of the reserved part (CUDA C++ programming guide: 1 KB a block).
constexpr uint32_t kReservedSharedBytes = 1024;

/// Registers and parameters of a function, 32 lanes each, and of all functions
/// that a warp is in; more is not a kernel but an attack on memory.
constexpr uint64_t kMaxFrameBytes = 64u << 20;
constexpr uint64_t kMaxStackBytes = 256u << 20;
/// Local memory of a thread (CUDA C++ programming guide, "Technical
/// Specifications per Compute Capability").
constexpr uint64_t kMaxLocalBytes = 512 << 10;

/// A variable inside a window: shared, or a thread's local memory, or a param.
struct Placed {
  const ptx::Variable *variable;
  uint32_t offset, bytes;
};

/// A parameter or a local .param variable of a function: `bytes` for each lane
/// at frame + offset + lane * bytes. A parameter in .reg space is its register.
struct ParamSlot {
  const ptx::Variable *variable;
  uint32_t offset, bytes;
  bool isPredicate = false; ///< one mask for all lanes
};

struct FunctionInfo {
  const ptx::Function *function;
  uint32_t entryPc = 0, endPc = 0;
  uint32_t frameBytes = 0;  ///< registers and .param variables, 32 lanes each
  uint32_t localBytes = 0;  ///< .local variables, a lane
  uint32_t localAlign = 16; ///< the largest of theirs
  std::vector<Placed> locals;
  /// Refs that hold the generic or local address of a .local variable; filled
  /// when a frame is made, since the address depends on the call depth.
  struct LocalAddress {
    uint32_t frameOffset; ///< uint64_t[32]
    uint32_t localOffset;
  };
  std::vector<LocalAddress> localAddresses;
  std::vector<ParamSlot> params, returns; ///< the formal ones
};

/// An argument or a result at a call: lane l's bytes at ref + l * bytes, or a
/// predicate.
struct CallOperand {
  Ref ref;
  uint32_t bytes; ///< of a lane
  bool isPredicate;
};

/// A call instruction (its Inst::aux is the index of this).
struct CallInfo {
  std::vector<CallOperand> results, arguments;
};

/// Special registers a warp keeps ready, as byte offsets of uint32_t[32] in its
/// special area. The rest (clocks) are read by handlers.
enum class Special : uint8_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NwarpId,
  SmId,
  NsmId,
  GridId,
  LanemaskEq,
  LanemaskLe,
  LanemaskLt,
  LanemaskGe,
  LanemaskGt,
  DynamicSmemSize,
  TotalSmemSize,
  ClusterIdX,
  ClusterIdY,
  ClusterIdZ,
  NclusterIdX,
  NclusterIdY,
  NclusterIdZ,
  ClusterCtaidX,
  ClusterCtaidY,
  ClusterCtaidZ,
  ClusterNctaidX,
  ClusterNctaidY,
  ClusterNctaidZ,
  ClusterCtarank,
  ClusterNctarank,
  IsExplicitCluster,
  Zero,
  Count
};
constexpr uint32_t kSpecialBytes = uint32_t(Special::Count) * 128;

/// Code of one kernel.
class Program {
public:
  const ptx::Module *module = nullptr;
  const ptx::Function *kernel = nullptr;
  Chip chip{};
  std::vector<Inst> code;
  std::vector<Ref> refs;
  /// Immediates, 32 lanes each, aligned to 64 bytes.
  std::vector<uint8_t> constants;
  std::vector<FunctionInfo> functions; ///< [0] is the kernel
  std::vector<CallInfo> calls;
  std::vector<std::vector<uint32_t>> branchTables; ///< pcs, for brx.idx
  std::vector<KernelParam> params;
  std::vector<Placed> paramLayout; ///< offsets in the parameter buffer
  uint32_t paramBytes = 0;
  std::vector<Placed>
      shared; ///< static shared variables, with red zones between
  uint32_t sharedEnd = kSharedBase; ///< where they end
  const ptx::Variable *dynamicShared =
      nullptr; ///< the one with the largest align
  std::vector<Placed> dynamicSharedVars;
  uint32_t dynamicSharedOffset = 0; ///< where dynamic shared memory starts
  uint64_t staticSharedBytes = 0;   ///< declared, without red zones
  /// What the system reserves for itself and its libraries, as a variable;
  /// placed if %reserved_smem_offset_* is read.
  ptx::Variable reservedShared;
  /// Function at an address that functionAddress gave, or -1.
  int functionByAddress(DeviceAddress address) const;
  /// Function each pc belongs to (index into `functions`).
  uint32_t functionAt(uint32_t pc) const;
};

/// The address of a function, for calls through pointers.
DeviceAddress functionAddress(const ptx::Module &module,
                              const ptx::Function &function);

/// Resolves module-scope symbols to generic addresses.
using SymbolTable = std::unordered_map<std::string_view, DeviceAddress>;

/// Decodes `kernel`, or any function with a body, and what it calls. The error
/// names file and line.
Expected<std::unique_ptr<Program>> decode(const ptx::Module &module,
                                          const ptx::Function &kernel,
                                          const SymbolTable &symbols,
                                          const Chip &chip);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_PROGRAM_H
