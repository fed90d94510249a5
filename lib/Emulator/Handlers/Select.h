//===- Select.h - a handler for each type -----------------------*- C++ -*-===//
//
// From a PTX type, known when an instruction is decoded, to a template
// instance. `make` is called with a zero of the C++ type and returns a Handler.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_SELECT_H
#define PIT_LIB_EMULATOR_HANDLERS_SELECT_H

#include "Lanes.h"

#include "pit/Emulator/Ptx.h"

#include <type_traits>

namespace pit::emu {

/// 16-, 32- and 64-bit integers; null for any other type.
template <typename F> Handler forInteger(ptx::Type type, F make) {
  switch (type) {
  case ptx::Type::U16:
    return make(uint16_t());
  case ptx::Type::S16:
    return make(int16_t());
  case ptx::Type::U32:
    return make(uint32_t());
  case ptx::Type::S32:
    return make(int32_t());
  case ptx::Type::U64:
    return make(uint64_t());
  case ptx::Type::S64:
    return make(int64_t());
  default:
    return nullptr;
  }
}

/// 32- and 64-bit integers.
template <typename F> Handler forWideInteger(ptx::Type type, F make) {
  switch (type) {
  case ptx::Type::U32:
    return make(uint32_t());
  case ptx::Type::S32:
    return make(int32_t());
  case ptx::Type::U64:
    return make(uint64_t());
  case ptx::Type::S64:
    return make(int64_t());
  default:
    return nullptr;
  }
}

/// Any 16-, 32- or 64-bit type, as an unsigned integer of its width.
template <typename F> Handler forWidth(ptx::Type type, F make) {
  switch (ptx::bitWidth(type)) {
  case 16:
    return make(uint16_t());
  case 32:
    return make(uint32_t());
  case 64:
    return make(uint64_t());
  default:
    return nullptr;
  }
}

/// The unsigned type in which arithmetic on T wraps around: at least 32 bits,
/// so that a product of 16-bit values is not one of (signed) ints.
template <typename T>
using Wrapping =
    std::conditional_t<(sizeof(T) < 4), uint32_t, std::make_unsigned_t<T>>;

// Products of 64-bit values; not standard C++, but in every compiler for 64
// bits.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

namespace detail {
template <typename T> struct DoubleWidth;
template <> struct DoubleWidth<uint16_t> { using Type = uint32_t; };
template <> struct DoubleWidth<int16_t> { using Type = int32_t; };
template <> struct DoubleWidth<uint32_t> { using Type = uint64_t; };
template <> struct DoubleWidth<int32_t> { using Type = int64_t; };
template <> struct DoubleWidth<uint64_t> { using Type = UInt128; };
template <> struct DoubleWidth<int64_t> { using Type = Int128; };
} // namespace detail

/// The integer twice as wide as T, of the same signedness.
template <typename T> using DoubleWidth = typename detail::DoubleWidth<T>::Type;

/// The upper half of the exact product.
template <typename T> inline T mulHigh(T a, T b) {
  using Wide = DoubleWidth<T>;
  return T((Wide(a) * Wide(b)) >> (8 * sizeof(T)));
}

/// The lower half of the exact product.
template <typename T> inline T mulLow(T a, T b) {
  return T(Wrapping<T>(a) * Wrapping<T>(b));
}

/// d = Op(a) for an integer type.
template <typename Op> Handler unaryInteger(ptx::Type type) {
  return forInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return
        [](Warp &w, const Inst &i, LaneMask m) { lanes1<T, T>(w, i, m, Op()); };
  });
}

/// d = Op(a, b) for an integer type.
template <typename Op> Handler binaryInteger(ptx::Type type) {
  return forInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return [](Warp &w, const Inst &i, LaneMask m) {
      lanes2<T, T, T>(w, i, m, Op());
    };
  });
}

/// d = Op(a, b, c) for an integer type.
template <typename Op> Handler ternaryInteger(ptx::Type type) {
  return forInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return [](Warp &w, const Inst &i, LaneMask m) {
      lanes3<T, T, T, T>(w, i, m, Op());
    };
  });
}

/// d = Op(a) on the bits of a 16-, 32- or 64-bit type.
template <typename Op> Handler unaryBits(ptx::Type type) {
  return forWidth(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return
        [](Warp &w, const Inst &i, LaneMask m) { lanes1<T, T>(w, i, m, Op()); };
  });
}

/// d = Op(a, b) on the bits of a 16-, 32- or 64-bit type.
template <typename Op> Handler binaryBits(ptx::Type type) {
  return forWidth(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return [](Warp &w, const Inst &i, LaneMask m) {
      lanes2<T, T, T>(w, i, m, Op());
    };
  });
}

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_SELECT_H
