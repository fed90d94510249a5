//===- Device.cpp - memory, modules, launches -----------------------------===//

#include "pit/Emulator/Device.h"
#include "Exec/GlobalShadow.h"
#include "Exec/Launch.h"

#include <algorithm>
#include <cstring>
#include <thread>
#include <unordered_set>

using namespace pit;
using namespace pit::emu;

// --- memory ---

Device::Device() : mem(std::make_shared<Memory>()) {}
Device::~Device() = default;

Memory &Device::memory() { return *mem; }

Expected<DeviceAddress> Device::allocate(uint64_t bytes, std::string name) {
  auto allocation = mem->allocate(bytes, 256, std::move(name), false);
  if (!allocation)
    return allocation.error();
  return (*allocation)->base;
}

Error Device::free(DeviceAddress address) { return mem->free(address); }

Error Device::copyToDevice(DeviceAddress dst, const void *src, uint64_t bytes) {
  if (bytes == 0)
    return Error::success();
  auto allocation = mem->require(dst, bytes, "copy to the device");
  if (!allocation)
    return allocation.error();
  std::memcpy((*allocation)->at(dst), src, bytes);
  return markInitialized(dst, bytes);
}

Error Device::copyToHost(void *dst, DeviceAddress src, uint64_t bytes) const {
  if (bytes == 0)
    return Error::success();
  auto allocation = mem->require(src, bytes, "copy to the host");
  if (!allocation)
    return allocation.error();
  std::memcpy(dst, (*allocation)->at(src), bytes);
  return Error::success();
}

Error Device::fill(DeviceAddress dst, uint8_t value, uint64_t bytes) {
  if (bytes == 0)
    return Error::success();
  auto allocation = mem->require(dst, bytes, "fill");
  if (!allocation)
    return allocation.error();
  std::memset((*allocation)->at(dst), value, bytes);
  return markInitialized(dst, bytes);
}

Error Device::copyOnDevice(DeviceAddress dst, DeviceAddress src,
                           uint64_t bytes) {
  if (bytes == 0)
    return Error::success();
  auto from = mem->require(src, bytes, "copy on the device: source");
  if (!from)
    return from.error();
  auto to = mem->require(dst, bytes, "copy on the device: target");
  if (!to)
    return to.error();
  std::memmove((*to)->at(dst), (*from)->at(src), bytes);
  return mem->copyInitialized(**to, dst - (*to)->base, **from,
                              src - (*from)->base, bytes);
}

Expected<std::optional<DeviceAddress>>
Device::firstUninitialized(DeviceAddress address, uint64_t bytes) const {
  std::optional<DeviceAddress> first;
  if (bytes == 0)
    return first;
  auto allocation = mem->require(address, bytes, "look for what was written");
  if (!allocation)
    return allocation.error();
  if (const uint8_t *init = (*allocation)->init) {
    const uint8_t *begin = init + (address - (*allocation)->base);
    if (const void *found = std::memchr(begin, 0, bytes))
      first = address + uint64_t(static_cast<const uint8_t *>(found) - begin);
  }
  return first;
}

Error Device::markInitialized(DeviceAddress address, uint64_t bytes) {
  if (bytes == 0)
    return Error::success();
  auto allocation = mem->require(address, bytes, "mark as initialised");
  if (!allocation)
    return allocation.error();
  mem->markInitialized(**allocation, address - (*allocation)->base, bytes);
  return Error::success();
}

// --- modules ---

struct Module::Impl {
  std::unique_ptr<ptx::Module> ptx;
  SymbolTable symbols;
  std::vector<std::unique_ptr<Program>> programs;
  std::vector<DeviceAddress> allocations;
  std::shared_ptr<Memory> memory;

  ~Impl() {
    for (DeviceAddress address : allocations)
      (void)memory->free(address);
  }
  Error allocateVariables();
  Error initialize(const ptx::Variable &variable);
};

Module::Module(std::unique_ptr<Impl> theImpl) : impl(std::move(theImpl)) {}
Module::~Module() = default;

const ptx::Module &Module::ptx() const { return *impl->ptx; }

std::vector<std::string_view> Module::kernelNames() const {
  std::vector<std::string_view> names;
  for (const auto &program : impl->programs)
    names.push_back(program->kernel->name);
  return names;
}

Expected<Kernel> Module::kernel(std::string_view name) const {
  std::string known;
  for (const auto &program : impl->programs) {
    if (program->kernel->name == name)
      return Kernel(program.get());
    known += (known.empty() ? "'" : ", '") +
             std::string(program->kernel->name) + "'";
  }
  return Error{
      impl->ptx->fileName + ": no kernel '" + std::string(name) + "'; " +
      (known.empty() ? "the module has none" : "the module has " + known)};
}

Expected<std::pair<DeviceAddress, uint64_t>>
Module::variable(std::string_view name) const {
  for (const ptx::Variable &v : impl->ptx->variables)
    if (v.name == name)
      if (auto it = impl->symbols.find(name); it != impl->symbols.end())
        return std::pair(it->second, v.bytes());
  return Error{impl->ptx->fileName + ": no global or constant variable '" +
               std::string(name) + "'"};
}

std::string_view Kernel::name() const { return impl->kernel->name; }
std::span<const KernelParam> Kernel::params() const { return impl->params; }
uint64_t Kernel::staticSharedBytes() const { return impl->staticSharedBytes; }
const ptx::Function &Kernel::function() const { return *impl->kernel; }

Error Module::Impl::allocateVariables() {
  auto isStored = [](const ptx::Variable &v) {
    return (v.space == ptx::Space::Global || v.space == ptx::Space::Const) &&
           !(v.linkage == ptx::Linkage::Extern && v.init.empty());
  };
  auto allocate = [&](const ptx::Variable &v) -> Error {
    if (!isStored(v) || symbols.count(v.name))
      return Error::success();
    auto allocation = memory->allocate(v.bytes(), std::max(v.align, 256u),
                                       std::string(v.name), true);
    if (!allocation)
      return {ptx->fileName + ":" + std::to_string(v.line) + ": " +
              allocation.error().message};
    (*allocation)->readOnly = v.space == ptx::Space::Const;
    symbols[v.name] = (*allocation)->base;
    allocations.push_back((*allocation)->base);
    return Error::success();
  };
  auto each = [&](auto what) -> Error {
    for (const ptx::Variable &v : ptx->variables)
      if (Error error = what(v))
        return error;
    for (const ptx::Function &f : ptx->functions)
      for (const ptx::Variable &v : f.variables)
        if (Error error = what(v))
          return error;
    return Error::success();
  };
  if (Error error = each(allocate))
    return error;
  return each([&](const ptx::Variable &v) -> Error {
    return isStored(v) ? initialize(v) : Error::success();
  });
}

Error Module::Impl::initialize(const ptx::Variable &v) {
  Allocation *allocation = memory->find(symbols[v.name], 0);
  if (!allocation)
    return Error::success(); // no bytes
  std::copy_n(v.init.begin(), std::min<size_t>(v.init.size(), v.bytes()),
              allocation->host);
  for (const ptx::Relocation &r : v.relocations) {
    uint64_t address = 0;
    if (auto it = symbols.find(r.symbol); it != symbols.end()) {
      address = it->second;
    } else if (const ptx::Function *f = ptx->findFunction(r.symbol)) {
      address = functionAddress(*ptx, *f);
    } else {
      return {
          ptx->fileName + ":" + std::to_string(v.line) +
          ": the initializer of '" + std::string(v.name) + "' refers to '" +
          std::string(r.symbol) +
          "', which is neither a global or constant variable nor a function"};
    }
    address += uint64_t(r.addend);
    if (r.offset + r.bytes <= v.bytes())
      std::memcpy(allocation->host + r.offset, &address, r.bytes);
  }
  return Error::success();
}

Expected<std::shared_ptr<Module>> Device::load(std::string ptxText,
                                               std::string fileName,
                                               std::string_view chipName) {
  auto parsed = ptx::parse(std::move(ptxText), std::move(fileName));
  if (!parsed)
    return parsed.error();
  auto impl = std::make_unique<Module::Impl>();
  impl->ptx = std::move(*parsed);
  impl->memory = mem;
  const ptx::Module &module = *impl->ptx;
  auto chip = chipFor(chipName.empty() ? module.target : chipName);
  if (!chip)
    return Error{module.fileName + ": " + chip.error().message};
  if (module.addressSize != 64)
    return Error{module.fileName + ": expects '.address_size 64', but got " +
                 std::to_string(module.addressSize)};
  if (Error error = impl->allocateVariables())
    return error;
  std::unordered_set<const ptx::Function *> decoded;
  auto add = [&](const ptx::Function &function) -> Error {
    auto program = decode(module, function, impl->symbols, *chip);
    if (!program)
      return program.error();
    for (const FunctionInfo &info : (*program)->functions)
      decoded.insert(info.function);
    if (function.isEntry)
      impl->programs.push_back(std::move(*program));
    return Error::success();
  };
  for (const ptx::Function &function : module.functions)
    if (function.hasBody && function.isEntry)
      if (Error error = add(function))
        return error;
  // What no kernel reaches is decoded for its errors. Backwards, since
  // functions call those before them: each is decoded once.
  for (auto it = module.functions.rbegin(); it != module.functions.rend(); ++it)
    if (it->hasBody && !decoded.count(&*it))
      if (Error error = add(*it))
        return error;
  return std::shared_ptr<Module>(new Module(std::move(impl)));
}

// --- launches ---

/// CUDA C++ programming guide, "Technical Specifications": 16 to 32.
static constexpr uint64_t kMaxBlocksPerMultiprocessor = 32;
/// More host threads than that do not help, and may not be had.
static constexpr uint64_t kMaxThreads = 1024;

static Error checkGeometry(const Kernel &kernel, const LaunchConfig &config,
                           const Chip &chip) {
  const std::string name = "kernel '" + std::string(kernel.name()) + "': ";
  auto dims = [](const Dim3 &d) {
    return std::to_string(d.x) + "x" + std::to_string(d.y) + "x" +
           std::to_string(d.z);
  };
  // PTX ISA 10.3 and CUDA C++ programming guide, "Technical Specifications".
  const Dim3 &grid = config.grid, &block = config.block;
  if (!grid.x || !grid.y || !grid.z || grid.x > 0x7fffffffu || grid.y > 65535 ||
      grid.z > 65535)
    return {name + "grid " + dims(grid) +
            " is outside 1x1x1 to 2147483647x65535x65535"};
  if (!block.x || !block.y || !block.z || block.x > 1024 || block.y > 1024 ||
      block.z > 64)
    return {name + "block " + dims(block) +
            " is outside 1x1x1 to 1024x1024x64"};
  if (block.count() > chip.maxThreadsPerBlock)
    return {name + "block " + dims(block) + " has " +
            std::to_string(block.count()) + " threads, but at most " +
            std::to_string(chip.maxThreadsPerBlock) + " are possible"};
  const ptx::Function &f = kernel.function();
  if (f.maxntid[0] && block.count() > uint64_t(f.maxntid[0]) *
                                          std::max(f.maxntid[1], 1u) *
                                          std::max(f.maxntid[2], 1u))
    return {name + "block " + dims(block) +
            " has more threads than its '.maxntid' allows (" +
            dims({f.maxntid[0], std::max(f.maxntid[1], 1u),
                  std::max(f.maxntid[2], 1u)}) +
            ")"};
  if (f.reqntid[0]) {
    const Dim3 need{f.reqntid[0], std::max(f.reqntid[1], 1u),
                    std::max(f.reqntid[2], 1u)};
    if (block.x != need.x || block.y != need.y || block.z != need.z)
      return {name + "block " + dims(block) + " differs from its '.reqntid' " +
              dims(need)};
  }
  const uint64_t shared = kernel.staticSharedBytes() + config.sharedBytes;
  if (shared > chip.maxSharedBytes)
    return {name + std::to_string(kernel.staticSharedBytes()) + " static and " +
            std::to_string(config.sharedBytes) +
            " dynamic bytes of shared memory are more than the " +
            std::to_string(chip.maxSharedBytes) + " that sm_" +
            std::to_string(chip.smVersion) + " has for a block"};
  return Error::success();
}

static Stats collectStats(const Program &program,
                          const std::vector<Worker> &workers,
                          const LaunchConfig &config, bool transactions) {
  Stats stats;
  stats.kernel = std::string(program.kernel->name);
  stats.blocks = config.grid.count();
  stats.warps =
      stats.blocks * ((config.block.count() + kWarpSize - 1) / kWarpSize);
  stats.transactions = transactions;
  for (size_t pc = 0; pc < program.code.size(); ++pc) {
    Counters counters;
    for (const Worker &worker : workers)
      counters += worker.counters[pc];
    if (!counters.executed)
      continue;
    const Inst &inst = program.code[pc];
    stats.total += counters;
    stats.byClass[size_t(inst.instClass)] += counters.executed;
    if (!stats.lines.empty() && stats.lines.back().line == inst.line)
      stats.lines.back().counters += counters;
    else
      stats.lines.push_back({inst.line, inst.instClass,
                             std::string(program.module->lineText(inst.line)),
                             counters});
  }
  return stats;
}

Expected<LaunchResult> Device::launch(const Kernel &kernel,
                                      const LaunchConfig &config,
                                      std::span<const void *const> args,
                                      const LaunchOptions &options) {
  const Program &program = kernel.program();
  if (Error error = checkGeometry(kernel, config, program.chip))
    return error;
  // More could not wait for one another on the chip either.
  const uint64_t resident =
      uint64_t(program.chip.multiprocessors) * kMaxBlocksPerMultiprocessor;
  if (options.coresident && config.grid.count() > resident)
    return Error{"kernel '" + std::string(kernel.name()) +
                 "': " + std::to_string(config.grid.count()) +
                 " blocks cannot all take turns; sm_" +
                 std::to_string(program.chip.smVersion) + " holds at most " +
                 std::to_string(resident) + " at a time"};
  if (args.size() != program.params.size())
    return Error{"kernel '" + std::string(kernel.name()) + "' has " +
                 std::to_string(program.params.size()) +
                 " parameters, but got " + std::to_string(args.size()) +
                 " arguments"};
  LaunchContext launch{program, *mem, config, options, {}, 0,  nullptr,
                       {},      {},   {},     {},      {}, {}, {}};
  launch.params.resize(program.paramBytes);
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i])
      return Error{"kernel '" + std::string(kernel.name()) + "': argument " +
                   std::to_string(i) + " is a null pointer"};
    std::memcpy(&launch.params[program.paramLayout[i].offset], args[i],
                program.paramLayout[i].bytes);
  }
  launch.sharedEnd = config.sharedBytes && program.dynamicShared
                         ? program.dynamicSharedOffset + config.sharedBytes
                         : program.sharedEnd;

  std::unique_ptr<GlobalShadow> globalShadow;
  if (options.checks.globalRace) {
    globalShadow = std::make_unique<GlobalShadow>();
    launch.globalShadow = globalShadow.get();
  }
  uint64_t threads = options.threads
                         ? options.threads
                         : std::max(1u, std::thread::hardware_concurrency());
  if (globalShadow || options.coresident)
    threads = 1;
  threads = std::min({threads, config.grid.count(), kMaxThreads});
  std::vector<Worker> workers(threads);
  for (Worker &worker : workers) {
    worker.counters.resize(program.code.size());
    worker.lastAllocation.resize(program.code.size());
  }
  runGrid(launch, workers);

  LaunchResult result;
  result.stats =
      collectStats(program, workers, config, options.countTransactions);
  result.reports = std::move(launch.reports);
  result.suppressed = launch.suppressed;
  result.output = std::move(launch.output);
  return result;
}
