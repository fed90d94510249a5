//===- Symbols.h - names in scope while PTX is parsed -----------*- C++ -*-===//
//
// Interned names with a stack of bindings each, so that entering and leaving a
// scope costs only what the scope declared, and a lookup is one hash. Registers
// declared as a range (`.reg .b32 %r<100>`) become real ones at their first
// use; a range of any size therefore costs nothing.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_PTX_SYMBOLS_H
#define PIT_LIB_EMULATOR_PTX_SYMBOLS_H

#include "pit/Emulator/Ptx.h"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace pit::ptx {

/// What a name means.
struct Symbol {
  enum Kind : uint8_t {
    None,
    Register,
    Variable,
    Function,
    Label,
    BranchTargets,
    Prototype
  };
  Kind kind = None;
  uint32_t index = 0; ///< Register, Label, BranchTargets
  const ptx::Variable *variable = nullptr;
};

class SymbolTable {
public:
  using Name = uint32_t; ///< an interned name

  SymbolTable();

  /// The number of `name`; `name` must outlive the table.
  Name intern(std::string_view name);
  std::string_view text(Name name) const { return names[name].text; }

  void openScope();
  void closeScope();
  unsigned depth() const { return static_cast<unsigned>(scopes.size()); }

  /// Binds `name` in the innermost scope; false if it is taken there, by a name
  /// or by a register range.
  bool declare(Name name, const Symbol &symbol);
  /// Binds `prefix`0 .. `prefix`(count-1); false if one of them is taken.
  bool declareRange(Name prefix, uint32_t count, Type type, unsigned vector);

  /// The innermost meaning of `name`, Symbol::None if it has none. An element
  /// of a range is added to `registers` when it is met first.
  Symbol lookup(Name name, std::vector<Register> &registers);
  /// The meaning of `name` in the innermost scope alone.
  Symbol lookupHere(Name name) const;
  /// Forgets the registers made from ranges; to be called between functions.
  void endFunction();

private:
  /// What is bound to a name: a meaning, a range with this prefix, or the
  /// smallest number that names of the form prefix + number have taken.
  enum Chain : uint8_t { Exact, Range, Taken, ChainCount };
  struct Entry {
    std::string_view text;
    uint64_t hash = 0;
    int32_t head[ChainCount] = {-1, -1, -1};
    uint32_t cacheEpoch = 0; ///< `cached` holds in this epoch
    Symbol cached;
  };
  struct Binding {
    Name name;
    int32_t previous;
    uint32_t depth;
    Chain chain;
    uint8_t vector = 1;
    Type type = Type::None;
    uint32_t number = 0; ///< Range: its size and Taken: the smallest number
    uint32_t serial = 0; ///< of a range
    Symbol symbol;
  };
  struct Scope {
    uint32_t bindings;
    bool hasRange;
  };

  void bind(Binding binding);
  void grow();
  /// Records that `name` occupies number n below each prefix it can be cut to.
  /// `from` is the least number taken: n for a name, n*10 for a range.
  void take(std::string_view name, bool range);
  bool rangeCovers(std::string_view name, uint64_t factor) const;
  const Binding *here(Name name, Chain chain) const;
  int32_t find(std::string_view name) const;

  std::vector<Entry> names;
  std::vector<uint32_t> slots; ///< hash table of name + 1, 0 is free
  std::vector<Binding> bindings;
  std::vector<Scope> scopes;
  std::unordered_map<uint64_t, uint32_t>
      made; ///< serial and number -> register
  uint32_t epoch = 1;
  uint32_t nextSerial = 0;
};

} // namespace pit::ptx

#endif // PIT_LIB_EMULATOR_PTX_SYMBOLS_H
