//===- Symbols.cpp - names in scope while PTX is parsed -------------------===//
//
// See Symbols.h.
//
//===----------------------------------------------------------------------===//

#include "Symbols.h"

#include <cstring>

namespace pit::ptx {

namespace {

/// Numbers of ranges have at most this many digits (see Parser.h for the limit
/// on the size of a range).
constexpr size_t kMaxNumberDigits = 7;

uint64_t hashOf(std::string_view text) {
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15ull;
  uint64_t hash = text.size() * kMultiplier;
  while (text.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, text.data(), 8);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 32;
    text.remove_prefix(8);
  }
  uint64_t word = 0;
  for (char c : text)
    word = word << 8 | static_cast<unsigned char>(c);
  hash = (hash ^ word) * kMultiplier;
  return hash ^ hash >> 29;
}

/// Calls `visit(prefix, number)` for each way to read `name` as a prefix and a
/// number without leading zeros; stops when `visit` returns false.
template <typename Visit>
void forEachSplit(std::string_view name, const Visit &visit) {
  uint32_t number = 0, scale = 1;
  for (size_t digits = 1; digits <= kMaxNumberDigits && digits < name.size();
       ++digits) {
    char c = name[name.size() - digits];
    if (c < '0' || c > '9')
      return;
    number += (c - '0') * scale;
    scale *= 10;
    if (c == '0' && digits > 1)
      continue;
    if (!visit(name.substr(0, name.size() - digits), number))
      return;
  }
}

} // namespace

SymbolTable::SymbolTable() : slots(1024) { names.reserve(512); }

int32_t SymbolTable::find(std::string_view name) const {
  uint64_t hash = hashOf(name);
  for (size_t i = hash & (slots.size() - 1);;
       i = (i + 1) & (slots.size() - 1)) {
    if (!slots[i])
      return -1;
    const Entry &entry = names[slots[i] - 1];
    if (entry.hash == hash && entry.text == name)
      return static_cast<int32_t>(slots[i] - 1);
  }
}

SymbolTable::Name SymbolTable::intern(std::string_view name) {
  uint64_t hash = hashOf(name);
  size_t i = hash & (slots.size() - 1);
  for (; slots[i]; i = (i + 1) & (slots.size() - 1)) {
    const Entry &entry = names[slots[i] - 1];
    if (entry.hash == hash && entry.text == name)
      return slots[i] - 1;
  }
  Entry entry;
  entry.text = name;
  entry.hash = hash;
  names.push_back(entry);
  slots[i] = static_cast<uint32_t>(names.size());
  if (names.size() * 2 > slots.size())
    grow();
  return static_cast<Name>(names.size() - 1);
}

void SymbolTable::grow() {
  slots.assign(slots.size() * 2, 0);
  for (size_t name = 0; name < names.size(); ++name) {
    size_t i = names[name].hash & (slots.size() - 1);
    while (slots[i])
      i = (i + 1) & (slots.size() - 1);
    slots[i] = static_cast<uint32_t>(name + 1);
  }
}

void SymbolTable::openScope() {
  scopes.push_back({static_cast<uint32_t>(bindings.size()), false});
}

void SymbolTable::closeScope() {
  Scope scope = scopes.back();
  scopes.pop_back();
  while (bindings.size() > scope.bindings) {
    const Binding &binding = bindings.back();
    Entry &entry = names[binding.name];
    entry.head[binding.chain] = binding.previous;
    entry.cacheEpoch = 0;
    bindings.pop_back();
  }
  if (scope.hasRange)
    ++epoch;
}

void SymbolTable::endFunction() {
  made.clear();
  ++epoch;
}

void SymbolTable::bind(Binding binding) {
  Entry &entry = names[binding.name];
  binding.previous = entry.head[binding.chain];
  binding.depth = depth();
  entry.head[binding.chain] = static_cast<int32_t>(bindings.size());
  entry.cacheEpoch = 0;
  bindings.push_back(binding);
}

const SymbolTable::Binding *SymbolTable::here(Name name, Chain chain) const {
  int32_t head = names[name].head[chain];
  if (head < 0 || bindings[head].depth != depth())
    return nullptr;
  return &bindings[head];
}

/// Whether a range of this scope covers `name` (factor 1), or some name that
/// continues `name` by one digit or more (factor 10).
bool SymbolTable::rangeCovers(std::string_view name, uint64_t factor) const {
  bool covered = false;
  forEachSplit(name, [&](std::string_view prefix, uint32_t number) {
    if (factor > 1 && number == 0)
      return true; // "%r0" + digits is not written as a number below "%r"
    int32_t id = find(prefix);
    const Binding *range = id < 0 ? nullptr : here(id, Range);
    covered = range && range->number > number * factor;
    return !covered;
  });
  return covered;
}

void SymbolTable::take(std::string_view name, bool range) {
  forEachSplit(name, [&](std::string_view prefix, uint32_t number) {
    if (range && number == 0)
      return true;
    uint64_t least = range ? uint64_t(number) * 10 : number;
    if (least > UINT32_MAX)
      return false;
    Name id = intern(prefix);
    const Binding *taken = here(id, Taken);
    if (taken && taken->number <= least)
      return true;
    Binding binding{};
    binding.name = id;
    binding.chain = Taken;
    binding.number = static_cast<uint32_t>(least);
    bind(binding);
    return true;
  });
}

bool SymbolTable::declare(Name name, const Symbol &symbol) {
  std::string_view spelling = names[name].text;
  if (here(name, Exact) || rangeCovers(spelling, 1))
    return false;
  Binding binding{};
  binding.name = name;
  binding.chain = Exact;
  binding.symbol = symbol;
  bind(binding);
  take(spelling, /*range=*/false);
  return true;
}

bool SymbolTable::declareRange(Name prefix, uint32_t count, Type type,
                               unsigned vector) {
  std::string_view spelling = names[prefix].text;
  const Binding *taken = here(prefix, Taken);
  if (here(prefix, Range) || (taken && taken->number < count) ||
      rangeCovers(spelling, 10))
    return false;
  Binding binding{};
  binding.name = prefix;
  binding.chain = Range;
  binding.vector = static_cast<uint8_t>(vector);
  binding.type = type;
  binding.number = count;
  binding.serial = nextSerial++;
  bind(binding);
  take(spelling, /*range=*/true);
  scopes.back().hasRange = true;
  ++epoch;
  return true;
}

Symbol SymbolTable::lookupHere(Name name) const {
  const Binding *binding = here(name, Exact);
  return binding ? binding->symbol : Symbol();
}

Symbol SymbolTable::lookup(Name name, std::vector<Register> &registers) {
  if (names[name].cacheEpoch == epoch)
    return names[name].cached;
  std::string_view spelling = names[name].text;
  int32_t exact = names[name].head[Exact];
  uint32_t bestDepth = exact < 0 ? 0 : bindings[exact].depth;
  const Binding *range = nullptr;
  uint32_t rangeNumber = 0;
  forEachSplit(spelling, [&](std::string_view prefix, uint32_t number) {
    int32_t id = find(prefix);
    // The chain ends at the innermost range large enough.
    for (int32_t at = id < 0 ? -1 : names[id].head[Range]; at >= 0;
         at = bindings[at].previous) {
      const Binding &candidate = bindings[at];
      if (candidate.depth <= bestDepth && (range || exact >= 0))
        break;
      if (number < candidate.number) {
        range = &candidate;
        rangeNumber = number;
        bestDepth = candidate.depth;
        break;
      }
    }
    return true;
  });
  Symbol symbol;
  if (range) {
    auto [place, fresh] =
        made.try_emplace(uint64_t(range->serial) << 32 | rangeNumber,
                         static_cast<uint32_t>(registers.size()));
    if (fresh)
      registers.push_back({std::string(spelling), range->type, range->vector});
    symbol.kind = Symbol::Register;
    symbol.index = place->second;
  } else if (exact >= 0) {
    symbol = bindings[exact].symbol;
  }
  names[name].cached = symbol;
  names[name].cacheEpoch = epoch;
  return symbol;
}

} // namespace pit::ptx
