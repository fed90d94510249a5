//===- MmaDecode.h - operands of tensor-core instructions -------*- C++ -*-===//
//
// Vectors of the host, and the decoding of packed matrix elements into f32
// values and exponents. Private to TensorCore.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_NUMERICS_MMADECODE_H
#define PIT_LIB_EMULATOR_NUMERICS_MMADECODE_H

#include "Float.h"
#include "TensorCore.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace pit::emu::mma {

// Columns in a vector: one register of the host.
#if defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
constexpr int kRowChunk = 16;
constexpr int kMaxK = MmaOperands::kMaxK;

// Exponents of what has none. They win or lose every maximum, also after one of
// each kind has been added.
constexpr int kZeroExponent = -(1 << 20);
constexpr int kInfiniteExponent = 1 << 24;

// The exponents that the vector path handles.
constexpr int kLeastExponent = -100;
constexpr int kLargestExponent = 120;
// Zero's place among the exponents (see TensorCore.h).
constexpr int kExponentFloor = -126;

using FloatVector __attribute__((vector_size(4 * kLanes))) = float;
using IntVector __attribute__((vector_size(4 * kLanes))) = int32_t;
using WordVector __attribute__((vector_size(4 * kLanes))) = uint32_t;
using ShortVector __attribute__((vector_size(2 * kLanes))) = uint16_t;
using ByteVector __attribute__((vector_size(kLanes))) = uint8_t;

template <typename V> [[gnu::always_inline]] inline V load(const void *from) {
  V value;
  std::memcpy(&value, from, sizeof(V));
  return value;
}

[[gnu::always_inline]] inline IntVector splat(int value) {
  return IntVector{} + value;
}

[[gnu::always_inline]] inline IntVector maxOf(IntVector a, IntVector b) {
#if defined(__AVX2__)
  return (IntVector)_mm256_max_epi32((__m256i)a, (__m256i)b);
#else
  IntVector aWins = a > b;
  return (a & aWins) | (b & ~aWins);
#endif
}

/// Truncation to integers. Lanes out of range get any value.
[[gnu::always_inline]] inline IntVector truncate(FloatVector value) {
#if defined(__AVX__)
  return (IntVector)_mm256_cvttps_epi32((__m256)value);
#elif defined(__SSE2__)
  return (IntVector)_mm_cvttps_epi32((__m128)value);
#else
  IntVector result;
  for (int i = 0; i < kLanes; ++i)
    result[i] = std::fabs(value[i]) < 0x1p31f ? int32_t(value[i]) : 0;
  return result;
#endif
}

[[gnu::always_inline]] inline FloatVector toFloat(IntVector value) {
  return __builtin_convertvector(value, FloatVector);
}

[[gnu::always_inline]] inline bool anySet(IntVector mask) {
#if defined(__AVX__)
  return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#else
  int32_t any = 0;
  for (int i = 0; i < kLanes; ++i)
    any |= mask[i];
  return any != 0;
#endif
}

[[gnu::always_inline]] inline FloatVector
fusedMultiplyAdd(FloatVector a, FloatVector b, FloatVector c) {
#if defined(__FMA__)
  return (FloatVector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  for (int i = 0; i < kLanes; ++i)
    c[i] = std::fma(a[i], b[i], c[i]);
  return c;
#endif
}

[[gnu::always_inline]] inline FloatVector roundToHalf(FloatVector value) {
#ifdef PIT_NUMERICS_F16C
  return (FloatVector)_mm256_cvtph_ps(
      _mm256_cvtps_ph((__m256)value, _MM_FROUND_TO_NEAREST_INT));
#else
  for (int i = 0; i < kLanes; ++i)
    value[i] = f16ToF32(f32ToF16(value[i]));
  return value;
#endif
}

constexpr unsigned elementBits(MmaType type) {
  switch (type) {
  case MmaType::F16:
  case MmaType::BF16:
    return 16;
  case MmaType::TF32:
    return 32;
  case MmaType::E4M3:
  case MmaType::E5M2:
  case MmaType::S8:
  case MmaType::U8:
    return 8;
  case MmaType::S4:
  case MmaType::U4:
    return 4;
  case MmaType::B1:
    break;
  }
  return 1;
}

/// The exponent of the least normal number.
constexpr int leastExponent(MmaType type) {
  switch (type) {
  case MmaType::F16:
  case MmaType::E5M2:
    return -14;
  case MmaType::E4M3:
    return -6;
  default:
    return -126;
  }
}

/// The exponents with which terms enter the maximum: subnormals have that of
/// the least normal number.
[[gnu::always_inline]] inline IntVector exponentOf(FloatVector value,
                                                   int least) {
  IntVector magnitude = (IntVector)value & 0x7FFFFFFF;
  IntVector field = magnitude >> 23;
  IntVector exponent = maxOf(field - 127, splat(least));
  IntVector isZero = magnitude == 0;
  IntVector isInfinite = field == 255;
  exponent = (exponent & ~isZero) | (isZero & kZeroExponent);
  return (exponent & ~isInfinite) | (isInfinite & kInfiniteExponent);
}

/// A format with `Fraction` fraction bits and the exponent bias `Bias`, in the
/// low bits of words, to f32. `nonFinite`: magnitudes from here on are Inf or
/// NaN, of which `infinity` is Inf.
template <int Fraction, int Bias>
[[gnu::always_inline]] inline FloatVector
widen(WordVector magnitude, WordVector sign, uint32_t nonFinite,
      uint32_t infinity) {
  WordVector normal =
      (magnitude << (23 - Fraction)) + (uint32_t(127 - Bias) << 23);
  // 2^(1 - Bias - Fraction), the least subnormal.
  float unit = std::bit_cast<float>(uint32_t(128 - Bias - Fraction) << 23);
  WordVector tiny = (WordVector)(toFloat((IntVector)magnitude) * unit);
  WordVector isTiny = (WordVector)(magnitude < (1u << Fraction));
  WordVector isSpecial = (WordVector)(magnitude >= nonFinite);
  WordVector isNaN = (WordVector)(magnitude > infinity);
  WordVector bits = (tiny & isTiny) | (normal & ~isTiny);
  bits |= isSpecial & 0x7F800000u;
  bits |= isNaN & 0x7FFFFFFFu;
  return (FloatVector)(bits | sign);
}

/// Decodes elements, each in the low bits of its word.
template <MmaType Type>
[[gnu::always_inline]] inline FloatVector decode(WordVector raw) {
  if constexpr (Type == MmaType::F16) {
#ifdef PIT_NUMERICS_F16C
    __m256i words = (__m256i)raw;
    return (FloatVector)_mm256_cvtph_ps(_mm_packus_epi32(
        _mm256_castsi256_si128(words), _mm256_extractf128_si256(words, 1)));
#else
    return widen<10, 15>(raw & 0x7FFFu, (raw & 0x8000u) << 16, 0x7C00u,
                         0x7C00u);
#endif
  } else if constexpr (Type == MmaType::BF16) {
    return (FloatVector)(raw << 16);
  } else if constexpr (Type == MmaType::TF32) {
    // The unit reads 19 bits; the rest is dropped, not rounded.
    return (FloatVector)(raw & ~0x1FFFu);
  } else if constexpr (Type == MmaType::E4M3) {
    return widen<3, 7>(raw & 0x7Fu, (raw & 0x80u) << 24, 0x7Fu, 0x7Eu);
  } else {
    return widen<2, 15>(raw & 0x7Fu, (raw & 0x80u) << 24, 0x7Cu, 0x7Cu);
  }
}

/// Element `i` of packed words, zero-extended.
inline uint32_t elementAt(const uint32_t *words, int i, unsigned bits) {
  unsigned perWord = 32 / bits;
  uint32_t word = words[unsigned(i) / perWord];
  uint32_t shifted = word >> (unsigned(i) % perWord * bits);
  return bits == 32 ? shifted : shifted & ((1u << bits) - 1);
}

/// Rows of A, decoded, one after the other.
struct DecodedA {
  alignas(32) float value[kRowChunk * kMaxK];
  alignas(32) int32_t exponent[kRowChunk * kMaxK];
};

/// kLanes columns of B, decoded, a vector for every k.
struct DecodedB {
  FloatVector value[kMaxK];
  IntVector exponent[kMaxK];
};

/// Decodes `count` consecutive packed elements, rows of A. Exponents are not
/// needed if `Plain`.
template <MmaType Type, bool Plain>
void decodeRows(const uint32_t *words, int count, float *value,
                int32_t *exponent) {
  constexpr unsigned kBits = elementBits(Type);
  static_assert(std::endian::native == std::endian::little);
  auto decodeOne = [&](int at, int valid, WordVector raw) {
    FloatVector decoded = decode<Type>(raw);
    std::memcpy(value + at, &decoded, sizeof(float) * size_t(valid));
    if (Plain)
      return;
    IntVector exponents = exponentOf(decoded, leastExponent(Type));
    std::memcpy(exponent + at, &exponents, sizeof(int32_t) * size_t(valid));
  };
  int at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    const char *from =
        reinterpret_cast<const char *>(words) + unsigned(at) * kBits / 8;
    if constexpr (kBits == 8)
      decodeOne(at, kLanes,
                __builtin_convertvector(load<ByteVector>(from), WordVector));
    else if constexpr (kBits == 16)
      decodeOne(at, kLanes,
                __builtin_convertvector(load<ShortVector>(from), WordVector));
    else
      decodeOne(at, kLanes, load<WordVector>(from));
  }
  if (at < count) {
    WordVector raw = {};
    for (int i = 0; at + i < count; ++i)
      raw[i] = elementAt(words, at + i, kBits);
    decodeOne(at, count - at, raw);
  }
}

/// One word of each of kLanes columns, `stride` words apart.
[[gnu::always_inline]] inline WordVector gatherWords(const uint32_t *w,
                                                     int stride) {
#if defined(__AVX__)
  return WordVector{w[0],          w[stride],     w[2 * stride], w[3 * stride],
                    w[4 * stride], w[5 * stride], w[6 * stride], w[7 * stride]};
#else
  return WordVector{w[0], w[stride], w[2 * stride], w[3 * stride]};
#endif
}

/// Decodes kLanes columns of B, `stride` words apart.
template <MmaType Type, bool Plain>
void decodeColumns(const uint32_t *words, int stride, DecodedB &out) {
  constexpr unsigned kBits = elementBits(Type);
  constexpr int kPerWord = 32 / kBits;
  for (int word = 0; word < stride; ++word) {
    WordVector column = gatherWords(words + word, stride);
    for (int e = 0; e < kPerWord; ++e) {
      WordVector raw = column >> (unsigned(e) * kBits);
      if (kBits < 32)
        raw &= uint32_t((uint64_t(1) << kBits) - 1);
      FloatVector value = decode<Type>(raw);
      out.value[word * kPerWord + e] = value;
      if (!Plain)
        out.exponent[word * kPerWord + e] =
            exponentOf(value, leastExponent(Type));
    }
  }
}

/// The decoders of a type.
struct Decoders {
  void (*rows)(const uint32_t *, int, float *, int32_t *);
  void (*columns)(const uint32_t *, int, DecodedB &);
};

template <bool Plain> Decoders decodersOf(MmaType type) {
  switch (type) {
  case MmaType::BF16:
    return {decodeRows<MmaType::BF16, Plain>,
            decodeColumns<MmaType::BF16, Plain>};
  case MmaType::TF32:
    return {decodeRows<MmaType::TF32, Plain>,
            decodeColumns<MmaType::TF32, Plain>};
  case MmaType::E4M3:
    return {decodeRows<MmaType::E4M3, Plain>,
            decodeColumns<MmaType::E4M3, Plain>};
  case MmaType::E5M2:
    return {decodeRows<MmaType::E5M2, Plain>,
            decodeColumns<MmaType::E5M2, Plain>};
  default:
    assert(type == MmaType::F16 && "not a floating-point type");
    return {decodeRows<MmaType::F16, Plain>,
            decodeColumns<MmaType::F16, Plain>};
  }
}

} // namespace pit::emu::mma

#endif // PIT_LIB_EMULATOR_NUMERICS_MMADECODE_H
