//===- Float.h - conversions between PTX's number formats -------*- C++ -*-===//
//
// Every conversion of PTX's cvt, exact: values are taken apart into integers
// and rounded once, so no result depends on the host's rounding mode or on an
// intermediate format. Beside them stand the sums and products of f16 and bf16
// over whole warps, as loops that a compiler turns into vector instructions.
//
// Formats are handled as bit patterns. PTX ISA 5.2.3 (alternate formats) and
// 9.7.9.21 (cvt); e4m3 and e5m2 as in OCP "8-bit Floating Point Specification".
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_NUMERICS_FLOAT_H
#define PIT_LIB_EMULATOR_NUMERICS_FLOAT_H

#include <bit>
#include <cstdint>

#if defined(__F16C__) && defined(__AVX__)
#include <immintrin.h>
#define PIT_NUMERICS_F16C 1
#endif

namespace pit::emu {

/// How a value between two neighbours is rounded: .rn/.rni, .rz/.rzi, .rm/.rmi,
/// .rp/.rpi and .rna (nearest, ties away from zero).
enum class Rounding : uint8_t { Nearest, TowardZero, Down, Up, NearestAway };

/// The floating-point formats of PTX. TF32 lives in 32 bits of which the low 13
/// are zero; E4M3 is the format without infinities, whose NaN is 0x7F.
enum class FloatKind : uint8_t { F16, BF16, TF32, E4M3, E5M2, F32, F64 };

/// The NaN that arithmetic and conversions produce: all bits set but the sign
/// (f16 and bf16 0x7FFF, f32 and tf32 0x7FFFFFFF, 8-bit formats 0x7F).
uint64_t canonicalNaN(FloatKind kind);

/// What cvt's modifiers ask of a conversion between floating-point formats.
struct FloatConversion {
  Rounding rounding = Rounding::Nearest;
  /// .sat: clamp to [+0, 1], NaN becomes +0.
  bool saturate = false;
  /// .satfinite: beyond the largest finite magnitude (infinities too), take it.
  bool satfinite = false;
  /// .relu: what is negative (-0 too) becomes +0; NaN stays the canonical NaN.
  bool relu = false;
  /// .ftz: f32 subnormals, source and result, become zeros of their sign.
  bool flushSubnormals = false;
};

/// `bits` of format `from` as the nearest value of `to` that `how` allows.
///
/// NaN gives the canonical NaN, with two exceptions: widening bf16 to f32 is a
/// shift and keeps the payload (as __internal_bfloat162float of CUDA's
/// cuda_bf16.hpp), and f32 to f64 keeps sign and payload and sets the quiet
/// bit (IEEE 754-2019, 6.2.3).
uint64_t convertFloat(FloatKind from, FloatKind to, uint64_t bits,
                      const FloatConversion &how = {});

/// The integer `value` (two's complement if `isSigned`) as a float of format
/// `to`. Overflow (of f16) goes to infinity or the largest value by rounding.
uint64_t convertIntToFloat(FloatKind to, bool isSigned, uint64_t value,
                           Rounding rounding);

/// A float as an integer of `width` bits (8, 16, 32, 64), sign- or
/// zero-extended to 64. What is out of range takes the nearest bound.
///
/// NaN gives 0 if the source is not f64 and the destination is narrower than 64
/// bits, else 1 << (width - 1) (PTX ISA 9.0, cvt, "Integer Notes").
uint64_t convertFloatToInt(FloatKind from, uint64_t bits, unsigned width,
                           bool isSigned, Rounding rounding,
                           bool flushSubnormals = false);

/// The integral value in the same format (cvt.rni.f32.f32 and its like). Zeros
/// keep the sign of the source; NaN gives the canonical NaN.
uint64_t roundToIntegral(FloatKind kind, uint64_t bits, Rounding rounding);

//===----------------------------------------------------------------------===//
// One value, round to nearest even, without branches
//===----------------------------------------------------------------------===//

/// f16 to f32, exact; NaN becomes 0x7FFFFFFF.
inline float f16ToF32(uint16_t half) {
  uint32_t magnitude = half & 0x7FFFu;
  uint32_t normal = (magnitude << 13) + (112u << 23);
  uint32_t tiny = std::bit_cast<uint32_t>(
      static_cast<float>(static_cast<int>(magnitude)) * 0x1p-24f);
  uint32_t bits = magnitude < 0x400u ? tiny : normal;
  bits = magnitude == 0x7C00u ? 0x7F800000u : bits;
  bits |= (half & 0x8000u) << 16;
  bits = magnitude > 0x7C00u ? 0x7FFFFFFFu : bits;
  return std::bit_cast<float>(bits);
}

/// f32 to f16, nearest even; NaN becomes 0x7FFF.
inline uint16_t f32ToF16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t magnitude = bits & 0x7FFFFFFFu;
  uint32_t normal =
      ((magnitude + 0xFFFu + ((magnitude >> 13) & 1u)) >> 13) - (112u << 10);
  // The spacing of floats around 0.5 is that of subnormal halves.
  uint32_t tiny =
      std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
      0x3F000000u;
  uint32_t half = magnitude < 0x38800000u ? tiny : normal;
  half = magnitude >= 0x477FF000u ? 0x7C00u : half;
  half |= (bits >> 16) & 0x8000u;
  half = magnitude > 0x7F800000u ? 0x7FFFu : half;
  return static_cast<uint16_t>(half);
}

/// bf16 to f32, exact; a NaN keeps its payload.
inline float bf16ToF32(uint16_t value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}

/// f32 to bf16, nearest even; NaN becomes 0x7FFF.
inline uint16_t f32ToBF16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  rounded = (bits & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FFFu : rounded;
  return static_cast<uint16_t>(rounded);
}

/// A subnormal f16 becomes a zero of its sign (.ftz on f16 arithmetic).
inline uint16_t flushF16(uint16_t half) {
  return (half & 0x7C00u) ? half : static_cast<uint16_t>(half & 0x8000u);
}

/// f16 clamped to [+0, 1], NaN to +0 (.sat).
inline uint16_t saturateF16(uint16_t half) {
  if ((half & 0x8000u) || half > 0x7C00u)
    return 0;
  return half > 0x3C00u ? uint16_t(0x3C00u) : half;
}

/// f16 or bf16 with negative values as +0 (.relu); a NaN has to be canonical.
inline uint16_t reluHalf(uint16_t half) { return (half & 0x8000u) ? 0 : half; }

namespace detail {

/// Given `sum`, a nearest-rounded value, and the error that was lost, the value
/// rounded to odd: a later rounding to at least two bits less is then correct
/// (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
inline float toOdd(float sum, float error) {
  uint32_t bits = std::bit_cast<uint32_t>(sum);
  uint32_t sameSign =
      ~(bits ^ std::bit_cast<uint32_t>(error)) >> 31; // 1: grow the magnitude
  uint32_t odd = bits + (sameSign << 1) - 1u;
  bool inexact = error < 0.0f || error > 0.0f; // false for the NaN of an Inf
  bits = (inexact & !(bits & 1u)) ? odd : bits;
  return std::bit_cast<float>(bits);
}
inline double toOdd(double sum, double error) {
  uint64_t bits = std::bit_cast<uint64_t>(sum);
  uint64_t sameSign = ~(bits ^ std::bit_cast<uint64_t>(error)) >> 63;
  uint64_t odd = bits + (sameSign << 1) - 1u;
  bool inexact = error < 0.0 || error > 0.0;
  bits = (inexact & !(bits & 1u)) ? odd : bits;
  return std::bit_cast<double>(bits);
}

/// a + b rounded to odd, by Knuth's exact error of a sum.
template <typename T> inline T addToOdd(T a, T b) {
  T sum = a + b;
  T shadow = sum - a;
  T error = (a - (sum - shadow)) + (b - shadow);
  return toOdd(sum, error);
}

/// f64 to bf16, nearest even, by way of an f32 rounded to odd.
inline uint16_t f64ToBF16(double value) {
  float narrow = static_cast<float>(value);
  // Only the sign of what was lost matters.
  double kept = static_cast<double>(narrow);
  float lost = value > kept ? 1.0f : value < kept ? -1.0f : 0.0f;
  return f32ToBF16(toOdd(narrow, lost));
}

} // namespace detail

/// a * b + c in f16 with one rounding. The product is exact in f32.
inline uint16_t fmaF16(uint16_t a, uint16_t b, uint16_t c) {
  return f32ToF16(detail::addToOdd(f16ToF32(a) * f16ToF32(b), f16ToF32(c)));
}
/// a + b in f16: rounding to 24 and then to 11 bits is harmless for a sum of
/// two values of 11 bits (24 >= 2 * 11 + 2).
inline uint16_t addF16(uint16_t a, uint16_t b) {
  return f32ToF16(f16ToF32(a) + f16ToF32(b));
}
/// a * b in f16.
inline uint16_t mulF16(uint16_t a, uint16_t b) {
  return f32ToF16(f16ToF32(a) * f16ToF32(b));
}

/// a * b + c in bf16 with one rounding. The product is exact in f64.
inline uint16_t fmaBF16(uint16_t a, uint16_t b, uint16_t c) {
  double product =
      static_cast<double>(bf16ToF32(a)) * static_cast<double>(bf16ToF32(b));
  return detail::f64ToBF16(
      detail::addToOdd(product, static_cast<double>(bf16ToF32(c))));
}
/// a + b in bf16.
inline uint16_t addBF16(uint16_t a, uint16_t b) {
  return f32ToBF16(bf16ToF32(a) + bf16ToF32(b));
}
/// a * b in bf16; in f64, since a subnormal product is not exact in f32.
inline uint16_t mulBF16(uint16_t a, uint16_t b) {
  return detail::f64ToBF16(static_cast<double>(bf16ToF32(a)) *
                           static_cast<double>(bf16ToF32(b)));
}

//===----------------------------------------------------------------------===//
// Arrays (a register of a warp: 32 lanes)
//===----------------------------------------------------------------------===//

/// f16ToF32 over `count` values; the arrays must not overlap.
inline void f16ToF32(const uint16_t *__restrict in, float *__restrict out,
                     int count) {
  int i = 0;
#ifdef PIT_NUMERICS_F16C
  for (; i + 8 <= count; i += 8) {
    __m256 value = _mm256_cvtph_ps(
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(in + i)));
    __m256 isNaN = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
    __m256 canonical = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
    _mm256_storeu_ps(out + i, _mm256_blendv_ps(value, canonical, isNaN));
  }
#endif
  for (; i < count; ++i)
    out[i] = f16ToF32(in[i]);
}

/// f32ToF16 over `count` values; the arrays must not overlap.
inline void f32ToF16(const float *__restrict in, uint16_t *__restrict out,
                     int count) {
  int i = 0;
#ifdef PIT_NUMERICS_F16C
  for (; i + 8 <= count; i += 8) {
    __m256 value = _mm256_loadu_ps(in + i);
    __m256 isNaN = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
    __m128i mask =
        _mm_packs_epi32(_mm_castps_si128(_mm256_castps256_ps128(isNaN)),
                        _mm_castps_si128(_mm256_extractf128_ps(isNaN, 1)));
    __m128i half = _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT);
    half = _mm_blendv_epi8(half, _mm_set1_epi16(0x7FFF), mask);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(out + i), half);
  }
#endif
  for (; i < count; ++i)
    out[i] = f32ToF16(in[i]);
}

namespace detail {

/// Applies `op` (floats in, one float out) to halves, 32 at a time.
template <typename Op>
inline void mapF16(const uint16_t *a, const uint16_t *b, const uint16_t *c,
                   uint16_t *d, int count, Op op) {
  constexpr int kLanes = 32;
  for (int base = 0; base < count; base += kLanes) {
    int n = count - base < kLanes ? count - base : kLanes;
    alignas(32) float x[kLanes] = {}, y[kLanes] = {}, z[kLanes] = {};
    f16ToF32(a + base, x, n);
    f16ToF32(b + base, y, n);
    f16ToF32(c + base, z, n);
    for (int i = 0; i < kLanes; ++i)
      x[i] = op(x[i], y[i], z[i]);
    f32ToF16(x, d + base, n);
  }
}

} // namespace detail

/// fmaF16 over arrays; `d` may be one of the sources.
inline void fmaF16(const uint16_t *a, const uint16_t *b, const uint16_t *c,
                   uint16_t *d, int count) {
  detail::mapF16(a, b, c, d, count, [](float x, float y, float z) {
    return detail::addToOdd(x * y, z);
  });
}
/// addF16 over arrays; `d` may be one of the sources.
inline void addF16(const uint16_t *a, const uint16_t *b, uint16_t *d,
                   int count) {
  detail::mapF16(a, b, b, d, count,
                 [](float x, float y, float) { return x + y; });
}
/// mulF16 over arrays; `d` may be one of the sources.
inline void mulF16(const uint16_t *a, const uint16_t *b, uint16_t *d,
                   int count) {
  detail::mapF16(a, b, b, d, count,
                 [](float x, float y, float) { return x * y; });
}
/// fmaBF16 over arrays; `d` may be one of the sources.
inline void fmaBF16(const uint16_t *a, const uint16_t *b, const uint16_t *c,
                    uint16_t *d, int count) {
  for (int i = 0; i < count; ++i)
    d[i] = fmaBF16(a[i], b[i], c[i]);
}
/// addBF16 over arrays; `d` may be one of the sources.
inline void addBF16(const uint16_t *a, const uint16_t *b, uint16_t *d,
                    int count) {
  for (int i = 0; i < count; ++i)
    d[i] = addBF16(a[i], b[i]);
}
/// mulBF16 over arrays; `d` may be one of the sources.
inline void mulBF16(const uint16_t *a, const uint16_t *b, uint16_t *d,
                    int count) {
  for (int i = 0; i < count; ++i)
    d[i] = mulBF16(a[i], b[i]);
}

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_NUMERICS_FLOAT_H
