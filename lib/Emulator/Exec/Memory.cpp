//===- Memory.cpp - device memory -----------------------------------------===//

#include "Memory.h"

#include "pit/Support/Text.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

using namespace pit;
using namespace pit::emu;

namespace {

/// What one device holds at most, far beyond any GPU's memory: a size that is
/// larger comes from an overflow, not from a user.
constexpr uint64_t kMaxBytes = uint64_t(1) << 40;
/// Addresses that nobody gets between two allocations. They cost nothing, so
/// there are as many as a wrong 32-bit index of 4-byte elements reaches: a
/// gather that leaves its buffer must not arrive in another.
constexpr uint64_t kRedZone = uint64_t(1) << 34;
/// What has to do after millions of allocations, as addresses are never reused.
constexpr uint64_t kSmallRedZone = uint64_t(1) << 16;
constexpr uint64_t kMinAlign = 256;
/// Addresses from here on are windows of other state spaces.
constexpr DeviceAddress kEndOfGlobal = uint64_t(1) << 56;
/// Up to this size an allocation comes from the heap: the number of mappings of
/// a process is limited, and a heap checker sees writes beyond its end.
constexpr uint64_t kHeapBytes = uint64_t(1) << 16;

uint64_t alignUp(uint64_t value, uint64_t align) {
  return (value + align - 1) & ~(align - 1);
}

/// Zeroed memory; `mapped` says how many bytes munmap is to get, 0 for the
/// heap.
uint8_t *reserve(uint64_t bytes, uint64_t &mapped) {
  if (bytes <= kHeapBytes) {
    mapped = 0;
    uint64_t size = alignUp(std::max<uint64_t>(bytes, 1), 64);
    void *p = std::aligned_alloc(64, size);
    if (p)
      std::memset(p, 0, size);
    return static_cast<uint8_t *>(p);
  }
  mapped = alignUp(bytes, 4096);
  // NORESERVE: pages are zero and cost nothing until somebody touches them.
  void *p = mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : static_cast<uint8_t *>(p);
}

void release(uint8_t *p, uint64_t mapped) {
  if (!p)
    return;
  if (mapped)
    munmap(p, mapped);
  else
    std::free(p);
}

void release(Allocation &a) {
  release(a.host, a.mapped);
  release(a.init, a.mapped);
}

/// The first allocation whose base is above `address`.
auto above(const std::vector<std::unique_ptr<Allocation>> &table,
           DeviceAddress address) {
  return std::upper_bound(
      table.begin(), table.end(), address,
      [](DeviceAddress value, const auto &a) { return value < a->base; });
}

} // namespace

Memory::~Memory() {
  for (auto &a : table)
    release(*a);
}

Expected<Allocation *> Memory::allocate(uint64_t bytes, uint64_t align,
                                        std::string name, bool initialized) {
  auto fail = [&](std::string why) {
    return Error{"cannot allocate " + std::to_string(bytes) + " bytes" +
                 (name.empty() ? "" : " for '" + name + "'") + ": " + why};
  };
  if (align && !std::has_single_bit(align))
    return fail("the alignment " + std::to_string(align) + " is no power of 2");
  align = std::max(align, kMinAlign);
  uint64_t inUse = 0;
  for (auto &a : table)
    inUse += a->bytes;
  if (bytes > kMaxBytes || align > kMaxBytes)
    return fail("one allocation holds at most 2^40 bytes");
  if (inUse + bytes > kMaxBytes)
    return fail("the device holds at most 2^40 bytes and " +
                std::to_string(inUse) + " are in use");
  DeviceAddress base = alignUp(next, align);
  const uint64_t redZone = base < kEndOfGlobal / 2 ? kRedZone : kSmallRedZone;
  if (base + bytes + redZone > kEndOfGlobal)
    return fail("the addresses of the device are used up");

  auto a = std::make_unique<Allocation>();
  a->base = base;
  a->bytes = bytes;
  a->host = reserve(bytes, a->mapped);
  if (a->host && !initialized)
    a->init = reserve(bytes, a->mapped);
  if (!a->host || (!initialized && !a->init)) {
    release(*a);
    return fail("this machine gives no more memory");
  }
  a->name = std::move(name);
  next = base + bytes + redZone;
  table.push_back(std::move(a));
  return table.back().get();
}

void Memory::markInitialized(Allocation &a, uint64_t offset, uint64_t bytes) {
  if (!a.init)
    return;
  if (bytes < a.bytes) {
    std::memset(a.init + offset, 1, bytes);
    return;
  }
  // All of it: accesses need not look any more.
  release(a.init, a.mapped);
  a.init = nullptr;
}

Error Memory::copyInitialized(Allocation &dst, uint64_t dstOffset,
                              const Allocation &src, uint64_t srcOffset,
                              uint64_t bytes) {
  const uint8_t *from = src.init ? src.init + srcOffset : nullptr;
  if (!from || !std::memchr(from, 0, bytes)) {
    markInitialized(dst, dstOffset, bytes);
    return Error::success();
  }
  if (!dst.init) {
    // Everything was initialised; now a part is not any more.
    dst.init = reserve(dst.bytes, dst.mapped);
    if (!dst.init)
      return {"copy on the device: this machine gives no more memory"};
    std::memset(dst.init, 1, dst.bytes);
  }
  std::memmove(dst.init + dstOffset, from, bytes);
  return Error::success();
}

Error Memory::free(DeviceAddress address) {
  auto it = above(table, address);
  if (it != table.begin() && (*std::prev(it))->base == address) {
    it = std::prev(it);
    release(**it);
    table.erase(it);
    return Error::success();
  }
  const Allocation *near = find(address, 1);
  return Error{"cannot free " + hex(address) + ": no allocation starts there" +
               (near ? ", it lies inside '" + near->name +
                           "' which starts at " + hex(near->base)
                     : "")};
}

const Allocation *Memory::find(DeviceAddress address, uint64_t bytes) const {
  auto it = above(table, address);
  if (it == table.begin())
    return nullptr;
  const Allocation *a = std::prev(it)->get();
  return a->contains(address, bytes) ? a : nullptr;
}

const Allocation *Memory::nearest(DeviceAddress address) const {
  auto it = above(table, address);
  const Allocation *after = it == table.end() ? nullptr : it->get();
  if (it == table.begin())
    return after;
  const Allocation *before = std::prev(it)->get();
  DeviceAddress end = before->base + before->bytes;
  uint64_t distance = address < end ? 0 : address - end;
  return after && after->base - address < distance ? after : before;
}

Expected<Allocation *> Memory::require(DeviceAddress address, uint64_t bytes,
                                       std::string_view what) {
  if (Allocation *a = find(address, bytes))
    return a;
  std::string message = std::string(what) + ": " + std::to_string(bytes) +
                        " bytes at " + hex(address) + " are in no allocation";
  if (const Allocation *a = nearest(address))
    message += "; the nearest is '" + a->name + "', " +
               std::to_string(a->bytes) + " bytes at " + hex(a->base);
  return Error{std::move(message)};
}
