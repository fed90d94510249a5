//===- Float.cpp - conversions between PTX's number formats ---------------===//
//
// A finite value is taken apart into sign, integer significand and power of
// two, and put together again with one rounding. 64 bits hold every source
// significand (f64: 53, u64: 64), so nothing is lost on the way.
//
//===----------------------------------------------------------------------===//

#include "Float.h"

#include <algorithm>

namespace pit::emu {
namespace {

/// The layout of a format: [sign][exponent][fraction][unused low bits].
struct Format {
  int exponentBits;
  int fractionBits;
  int lowBits;
  bool hasInfinity;

  constexpr int bias() const { return (1 << (exponentBits - 1)) - 1; }
  constexpr int signBit() const {
    return exponentBits + fractionBits + lowBits;
  }
  /// Exponent and fraction of an infinity, had the format one.
  constexpr uint64_t infinity() const {
    return ((uint64_t(1) << exponentBits) - 1) << fractionBits;
  }
  /// Exponent and fraction of the largest finite value. e4m3 uses the top
  /// exponent for numbers and only its last pattern for NaN.
  constexpr uint64_t largest() const {
    return hasInfinity ? infinity() - 1
                       : (uint64_t(1) << (exponentBits + fractionBits)) - 2;
  }
};

constexpr Format formatOf(FloatKind kind) {
  switch (kind) {
  case FloatKind::F16:
    return {5, 10, 0, true};
  case FloatKind::BF16:
    return {8, 7, 0, true};
  case FloatKind::TF32:
    return {8, 10, 13, true};
  case FloatKind::E4M3:
    return {4, 3, 0, false};
  case FloatKind::E5M2:
    return {5, 2, 0, true};
  case FloatKind::F32:
    return {8, 23, 0, true};
  case FloatKind::F64:
    break;
  }
  return {11, 52, 0, true};
}

enum class Class : uint8_t { Zero, Finite, Infinite, NaN };

/// |value| = significand * 2^exponent for Class::Finite.
struct Parts {
  Class kind;
  bool negative;
  int exponent;
  uint64_t significand;
};

Parts takeApart(FloatKind kind, uint64_t bits) {
  Format f = formatOf(kind);
  Parts parts{Class::Finite, ((bits >> f.signBit()) & 1) != 0, 0, 0};
  uint64_t magnitude = (bits >> f.lowBits) &
                       ((uint64_t(1) << (f.exponentBits + f.fractionBits)) - 1);
  if (magnitude > f.largest()) {
    bool infinite = f.hasInfinity && magnitude == f.infinity();
    parts.kind = infinite ? Class::Infinite : Class::NaN;
    return parts;
  }
  if (magnitude == 0) {
    parts.kind = Class::Zero;
    return parts;
  }
  int field = static_cast<int>(magnitude >> f.fractionBits);
  uint64_t hidden = uint64_t(1) << f.fractionBits;
  parts.significand = magnitude & (hidden - 1);
  if (field != 0)
    parts.significand |= hidden;
  parts.exponent = std::max(field, 1) - f.bias() - f.fractionBits;
  return parts;
}

/// significand * 2^-shift (shift > 0) as an integer, rounded.
uint64_t shiftRounded(uint64_t significand, int shift, bool negative,
                      Rounding rounding) {
  uint64_t quotient = shift < 64 ? significand >> shift : 0;
  uint64_t rest =
      shift < 64 ? significand & ((uint64_t(1) << shift) - 1) : significand;
  if (rest == 0)
    return quotient;
  bool up = false;
  switch (rounding) {
  case Rounding::TowardZero:
    break;
  case Rounding::Down:
    up = negative;
    break;
  case Rounding::Up:
    up = !negative;
    break;
  case Rounding::Nearest:
  case Rounding::NearestAway: {
    // Beyond 64 bits of shift the rest is less than half.
    uint64_t half = shift <= 64 ? uint64_t(1) << (shift - 1) : 0;
    bool tie = half != 0 && rest == half;
    up = half != 0 && rest > half;
    if (tie)
      up = rounding == Rounding::NearestAway || (quotient & 1);
    break;
  }
  }
  return quotient + (up ? 1 : 0);
}

uint64_t place(const Format &f, bool negative, uint64_t magnitude) {
  return (uint64_t(negative) << f.signBit()) | (magnitude << f.lowBits);
}

/// What stands for an infinite result.
uint64_t putInfinity(FloatKind kind, bool negative, bool satfinite) {
  Format f = formatOf(kind);
  if (satfinite)
    return place(f, negative, f.largest());
  if (!f.hasInfinity)
    return canonicalNaN(kind);
  return place(f, negative, f.infinity());
}

/// Rounds significand * 2^exponent (significand not 0) into the format.
uint64_t putTogether(FloatKind kind, bool negative, int exponent,
                     uint64_t significand, Rounding rounding, bool satfinite) {
  Format f = formatOf(kind);
  int top = exponent + static_cast<int>(std::bit_width(significand)) - 1;
  int least = std::max(top, 1 - f.bias()) - f.fractionBits;
  int shift = least - exponent;
  uint64_t rounded = shift <= 0
                         ? significand << -shift
                         : shiftRounded(significand, shift, negative, rounding);
  // The hidden bit, and a carry out of the fraction, add one to the exponent.
  int field = least + f.fractionBits + f.bias() - 1;
  if (field < (1 << f.exponentBits)) {
    uint64_t magnitude = (uint64_t(field) << f.fractionBits) + rounded;
    if (magnitude <= f.largest())
      return place(f, negative, magnitude);
  }
  bool toLargest = rounding == Rounding::TowardZero ||
                   (rounding == Rounding::Down && !negative) ||
                   (rounding == Rounding::Up && negative);
  if (toLargest)
    return place(f, negative, f.largest());
  return putInfinity(kind, negative, satfinite);
}

bool isSubnormalF32(uint64_t bits) {
  return (bits & 0x7F800000u) == 0 && (bits & 0x7FFFFFu) != 0;
}

uint64_t one(FloatKind kind) {
  Format f = formatOf(kind);
  return place(f, false, uint64_t(f.bias()) << f.fractionBits);
}

} // namespace

uint64_t canonicalNaN(FloatKind kind) {
  Format f = formatOf(kind);
  return (uint64_t(1) << f.signBit()) - 1;
}

uint64_t convertFloat(FloatKind from, FloatKind to, uint64_t bits,
                      const FloatConversion &how) {
  if (how.flushSubnormals && from == FloatKind::F32 && isSubnormalF32(bits))
    bits &= 0x80000000u;
  Parts parts = takeApart(from, bits);
  Format f = formatOf(to);

  if (parts.kind == Class::NaN) {
    if (how.saturate)
      return 0;
    bool plain = !how.relu && !how.satfinite;
    if (plain && from == FloatKind::BF16 && to == FloatKind::F32)
      return (bits & 0xFFFFu) << 16;
    if (plain && from == FloatKind::F32 && to == FloatKind::F64)
      return (uint64_t(parts.negative) << 63) | 0x7FF8000000000000u |
             ((bits & 0x7FFFFFu) << 29);
    return canonicalNaN(to);
  }
  if ((how.relu || how.saturate) && parts.negative)
    return 0;

  uint64_t result = 0;
  if (parts.kind == Class::Zero)
    result = place(f, parts.negative, 0);
  else if (parts.kind == Class::Infinite)
    result = putInfinity(to, parts.negative, how.satfinite);
  else
    result = putTogether(to, parts.negative, parts.exponent, parts.significand,
                         how.rounding, how.satfinite);

  // Not negative here, so patterns are ordered as their values.
  if (how.saturate)
    result = std::min(result, one(to));
  if (how.flushSubnormals && to == FloatKind::F32 && isSubnormalF32(result))
    result &= 0x80000000u;
  return result;
}

uint64_t convertIntToFloat(FloatKind to, bool isSigned, uint64_t value,
                           Rounding rounding) {
  if (value == 0)
    return 0;
  bool negative = isSigned && (value >> 63);
  uint64_t magnitude = negative ? 0 - value : value;
  return putTogether(to, negative, 0, magnitude, rounding, false);
}

uint64_t convertFloatToInt(FloatKind from, uint64_t bits, unsigned width,
                           bool isSigned, Rounding rounding,
                           bool flushSubnormals) {
  if (flushSubnormals && from == FloatKind::F32 && isSubnormalF32(bits))
    return 0;
  Parts parts = takeApart(from, bits);
  uint64_t topBit = uint64_t(1) << (width - 1);
  if (parts.kind == Class::Zero)
    return 0;
  if (parts.kind == Class::NaN) {
    if (from != FloatKind::F64 && width < 64)
      return 0;
    // Sign extension of the pattern 1 << (width - 1).
    return isSigned ? 0 - topBit : topBit;
  }

  uint64_t limit = !isSigned        ? (parts.negative ? 0 : topBit * 2 - 1)
                   : parts.negative ? topBit
                                    : topBit - 1;
  uint64_t magnitude = limit;
  if (parts.kind == Class::Finite) {
    if (parts.exponent < 0)
      magnitude = shiftRounded(parts.significand, -parts.exponent,
                               parts.negative, rounding);
    else if (parts.exponent +
                 static_cast<int>(std::bit_width(parts.significand)) <=
             64)
      magnitude = parts.significand << parts.exponent;
  }
  magnitude = std::min(magnitude, limit);
  return parts.negative ? 0 - magnitude : magnitude;
}

uint64_t roundToIntegral(FloatKind kind, uint64_t bits, Rounding rounding) {
  Parts parts = takeApart(kind, bits);
  if (parts.kind == Class::NaN)
    return canonicalNaN(kind);
  if (parts.kind != Class::Finite || parts.exponent >= 0)
    return bits;
  uint64_t magnitude = shiftRounded(parts.significand, -parts.exponent,
                                    parts.negative, rounding);
  if (magnitude == 0)
    return place(formatOf(kind), parts.negative, 0);
  return putTogether(kind, parts.negative, 0, magnitude, rounding, false);
}

} // namespace pit::emu
