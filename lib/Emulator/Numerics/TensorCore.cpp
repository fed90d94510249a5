//===- TensorCore.cpp - the arithmetic of tensor cores --------------------===//
//
// A vector of columns of D is computed at a time. Elements are decoded once,
// into their value as f32 (exact for every type) and their exponent. A step
// then is:
//
//   1. largest exponent e of the terms, by integer additions and maxima;
//   2. every product a * b in f32 (exact, see below), times 2^(F - e),
//   converted
//      to an integer by truncation: just the alignment and truncation of the
//      rule; the integers are added;
//   3. the integer sum truncated to the result's bits, times 2^(e - F).
//
// Products have at most 22 significant bits, so a * b is exact in f32 unless it
// is subnormal or overflows. Lanes whose e lies outside [-100, 120] (which
// includes every Inf and NaN, see kInfiniteExponent) are computed again by
// exactStep. Within that range a product that is not exact in f32 is below
// 2^-125, and with the scale of at most 2^125 it truncates to zero as it
// should.
//
//===----------------------------------------------------------------------===//

#include "TensorCore.h"

#include "Float.h"
#include "MmaDecode.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace pit::emu {
namespace {

using namespace mma;

/// The terms of one element of D in one step.
struct StepTerms {
  const float *aValue;
  const int32_t *aExponent;
  const uint8_t *index; ///< Rows of B, or null for firstRow + j.
  int firstRow;
  int count;
  int lane;
};

/// One step for one element, whatever the values. Products of f32 are exact in
/// f64, and a truncated term has at most 28 bits.
float exactStep(const MmaRule &rule, bool halfResult, const StepTerms &terms,
                const DecodedB &b, float accumulator) {
  float nan = std::bit_cast<float>(0x7FFFFFFFu);
  // Infinities and NaNs act as in IEEE sums, and nothing else matters then.
  double special = std::isfinite(accumulator) ? 0.0 : double(accumulator);
  double product[32];
  int exponent[32];
  int largest = kExponentFloor;
  for (int j = 0; j < terms.count; ++j) {
    int row = terms.index ? terms.index[j] : terms.firstRow + j;
    product[j] = double(terms.aValue[j]) * double(b.value[row][terms.lane]);
    exponent[j] = terms.aExponent[j] + b.exponent[row][terms.lane];
    if (!std::isfinite(product[j]))
      special += product[j];
    else if (product[j] != 0)
      largest = std::max(largest, exponent[j]);
  }
  if (std::isnan(special))
    return nan;
  if (std::isinf(special))
    return static_cast<float>(special);

  if (accumulator != 0)
    largest = std::max(
        largest, std::max(std::ilogb(accumulator), halfResult ? -14 : -126));
  int scale = rule.fractionBits - largest;
  int64_t sum = static_cast<int64_t>(std::ldexp(double(accumulator), scale));
  for (int j = 0; j < terms.count; ++j)
    sum += static_cast<int64_t>(std::ldexp(product[j], scale));

  // The sum has less than 53 bits and is far above f64's least exponent.
  double exact = std::ldexp(static_cast<double>(sum), -scale);
  uint64_t bits = std::bit_cast<uint64_t>(exact);
  if (halfResult)
    return f16ToF32(static_cast<uint16_t>(
        convertFloat(FloatKind::F64, FloatKind::F16, bits)));
  if (std::fabs(exact) >= 0x1p128)
    return static_cast<float>(std::copysign(INFINITY, exact));
  uint32_t result =
      static_cast<uint32_t>(convertFloat(FloatKind::F64, FloatKind::F32, bits,
                                         {.rounding = Rounding::TowardZero}));
  // A result with fewer fraction bits; in a subnormal they still are the top
  // bits of the fraction field.
  result &= ~0u << (23 - rule.resultFractionBits);
  return std::bit_cast<float>(result);
}

/// One step of `Count` products (0: terms.count) for kLanes columns and `Rows`
/// rows. `Wide`: the aligned terms may exceed 31 bits in sum, so two halves are
/// added apart. Sets in `outside` the lanes that exactStep has to do.
template <int Rows, int Count, bool Wide, bool Half, bool Sparse>
[[gnu::always_inline]] inline void
vectorStep(const MmaRule &rule, const StepTerms *terms, const DecodedB &b,
           FloatVector *accumulator, IntVector *outside) {
  const int count = Count ? Count : terms[0].count;
  const int firstRow = terms[0].firstRow;
  auto rowOfB = [&](int r, int j) {
    return Sparse ? int(terms[r].index[j]) : firstRow + j;
  };

  IntVector largest[Rows];
  for (int r = 0; r < Rows; ++r)
    largest[r] = exponentOf(accumulator[r], Half ? -14 : -126);
  for (int j = 0; j < count; ++j)
    for (int r = 0; r < Rows; ++r)
      largest[r] =
          maxOf(largest[r], b.exponent[rowOfB(r, j)] + terms[r].aExponent[j]);

  FloatVector scale[Rows], unscale[Rows];
  WordVector sum[Rows], sum2[Rows];
  for (int r = 0; r < Rows; ++r) {
    IntVector e = largest[r];
    IntVector onlyZeros = e < kZeroExponent / 2;
    outside[r] = (e > kLargestExponent) | ((e < kLeastExponent) & ~onlyZeros);
    // Lanes outside compute something that nobody reads.
    e = maxOf(e, splat(kLeastExponent));
    e = -maxOf(-e, splat(-kLargestExponent));
    scale[r] = (FloatVector)((rule.fractionBits + 127 - e) << 23);
    unscale[r] = (FloatVector)((e - rule.fractionBits + 127) << 23);
    sum[r] = (WordVector)truncate(accumulator[r] * scale[r]);
    sum2[r] = WordVector{};
  }

  const int split = Wide ? count / 2 : count;
  auto addProducts = [&](int from, int to, WordVector *to32) {
    for (int j = from; j < to; ++j)
      for (int r = 0; r < Rows; ++r)
        to32[r] += (WordVector)truncate(b.value[rowOfB(r, j)] *
                                        terms[r].aValue[j] * scale[r]);
  };
  addProducts(0, split, sum);
  if (Wide)
    addProducts(split, count, sum2);

  for (int r = 0; r < Rows; ++r) {
    // All bits set where the sum is negative. The floor of half the wide sum
    // has its sign and does not overflow.
    IntVector sign = (IntVector)sum[r] >> 31;
    if (Wide)
      sign = (((IntVector)sum[r] >> 1) + ((IntVector)sum2[r] >> 1) +
              (IntVector)(sum[r] & sum2[r] & 1u)) >>
             31;
    WordVector magnitude =
        ((sum[r] + sum2[r]) ^ (WordVector)sign) - (WordVector)sign;
    // The bits below the ones that the result keeps: at most eight of them.
    int kept = Half ? 24 : rule.resultFractionBits + 1;
    WordVector low = magnitude >> kept;
    low |= low >> 1;
    low |= low >> 2;
    low |= low >> 4;
    if (Half) {
      // Rounding to odd here, so that rounding to f16 is correct.
      WordVector lost = (WordVector)((magnitude & low) != 0u);
      magnitude |= lost & (low + 1u);
    }
    magnitude &= ~low;
    FloatVector result = Wide ? toFloat((IntVector)(magnitude >> 8)) * 256.0f +
                                    toFloat((IntVector)(magnitude & 255u))
                              : toFloat((IntVector)magnitude);
    result *= unscale[r];
    result =
        (FloatVector)((WordVector)result | ((WordVector)sign & 0x80000000u));
    accumulator[r] = Half ? roundToHalf(result) : result;
  }
}

/// All steps of `Rows` rows and kLanes columns.
template <int Rows, int Count, bool Wide, bool Half, bool Sparse>
void multiplyRows(const MmaRule &rule, const float *aValue,
                  const int32_t *aExponent, const uint8_t *index, int storedK,
                  const DecodedB &b, FloatVector *accumulator) {
  for (int first = 0; first < storedK; first += rule.stepLength) {
    StepTerms terms[Rows];
    for (int r = 0; r < Rows; ++r)
      terms[r] = {aValue + r * storedK + first,
                  aExponent + r * storedK + first,
                  Sparse ? index + r * storedK + first : nullptr,
                  first,
                  std::min(rule.stepLength, storedK - first),
                  0};
    FloatVector before[Rows];
    IntVector outside[Rows], anyOutside = {};
    for (int r = 0; r < Rows; ++r)
      before[r] = accumulator[r];
    vectorStep<Rows, Count, Wide, Half, Sparse>(rule, terms, b, accumulator,
                                                outside);
    for (int r = 0; r < Rows; ++r)
      anyOutside |= outside[r];
    if (!anySet(anyOutside)) [[likely]]
      continue;
    for (int r = 0; r < Rows; ++r)
      for (int lane = 0; lane < kLanes; ++lane)
        if (outside[r][lane]) {
          terms[r].lane = lane;
          accumulator[r][lane] =
              exactStep(rule, Half, terms[r], b, before[r][lane]);
        }
  }
}

/// --mma=fp32: no tensor-core rule at all.
template <int Rows>
void multiplyPlain(const MmaRule &, const float *aValue, const int32_t *,
                   const uint8_t *index, int storedK, const DecodedB &b,
                   FloatVector *accumulator) {
  FloatVector sum[Rows];
  for (int r = 0; r < Rows; ++r)
    sum[r] = accumulator[r];
  for (int j = 0; j < storedK; ++j)
    for (int r = 0; r < Rows; ++r)
      // Less zero, not plus: that would lose a negative zero's sign.
      sum[r] =
          fusedMultiplyAdd(aValue[r * storedK + j] - FloatVector{},
                           b.value[index ? index[r * storedK + j] : j], sum[r]);
  for (int r = 0; r < Rows; ++r) {
    IntVector isNaN = sum[r] != sum[r];
    accumulator[r] =
        (FloatVector)(((IntVector)sum[r] & ~isNaN) | (isNaN & 0x7FFFFFFF));
  }
}

using RowsFunction = void (*)(const MmaRule &, const float *, const int32_t *,
                              const uint8_t *, int, const DecodedB &,
                              FloatVector *);

template <int Rows, bool Half>
RowsFunction selectRows(const MmaRule &rule, int storedK, bool sparse) {
  if (rule.plainF32)
    return multiplyPlain<Rows>;
  int count = std::min(rule.stepLength, storedK);
  bool even = storedK % rule.stepLength == 0;
  // 4 * 2^F bounds a product and 2 * 2^F the accumulator.
  bool wide = (int64_t(4 * count + 2) << rule.fractionBits) >= int64_t(1) << 31;
  if (sparse)
    return wide ? multiplyRows<Rows, 0, true, Half, true>
                : multiplyRows<Rows, 0, false, Half, true>;
  if (even && count == 8 && !wide)
    return multiplyRows<Rows, 8, false, Half, false>;
  if (even && count == 16 && wide)
    return multiplyRows<Rows, 16, true, Half, false>;
  return wide ? multiplyRows<Rows, 0, true, Half, false>
              : multiplyRows<Rows, 0, false, Half, false>;
}

/// The loops around the steps. `fetch(i, j)` gives and `store(i, j, v)` takes
/// kLanes accumulators.
template <bool Half, typename Fetch, typename Store>
void multiply(const MmaRule &rule, const MmaOperands &op, Fetch fetch,
              Store store) {
  assert(op.k <= kMaxK && op.n % 8 == 0 && "shape beyond any mma");
  assert(rule.stepLength <= 32 && rule.fractionBits <= 25);
  int storedK = op.index ? op.k / 2 : op.k;
  int strideA = storedK * int(mmaElementBits(op.typeA)) / 32;
  int strideB = op.k * int(mmaElementBits(op.typeB)) / 32;
  constexpr int kRows = 4;
  RowsFunction block = selectRows<kRows, Half>(rule, storedK, op.index);
  RowsFunction single = selectRows<1, Half>(rule, storedK, op.index);

  Decoders decodeA =
      rule.plainF32 ? decodersOf<true>(op.typeA) : decodersOf<false>(op.typeA);
  Decoders decodeB =
      rule.plainF32 ? decodersOf<true>(op.typeB) : decodersOf<false>(op.typeB);
  DecodedA a;
  DecodedB b;
  for (int base = 0; base < op.m; base += kRowChunk) {
    int rows = std::min(kRowChunk, op.m - base);
    // Rows of A are contiguous, packed and decoded.
    decodeA.rows(op.a + base * strideA, rows * storedK, a.value, a.exponent);
    for (int column = 0; column < op.n; column += kLanes) {
      decodeB.columns(op.b + column * strideB, strideB, b);
      for (int i = 0, count = 0; i < rows; i += count) {
        count = i + kRows <= rows ? kRows : 1;
        FloatVector sum[kRows];
        for (int r = 0; r < count; ++r)
          sum[r] = fetch(base + i + r, column);
        (count == kRows ? block : single)(
            rule, a.value + i * storedK, a.exponent + i * storedK,
            op.index ? op.index + (base + i) * storedK : nullptr, storedK, b,
            sum);
        for (int r = 0; r < count; ++r)
          store(base + i + r, column, sum[r]);
      }
    }
  }
}

constexpr bool isSignedType(MmaType type) {
  return type == MmaType::S8 || type == MmaType::S4;
}

/// kLanes columns of an integer B, `stride` words apart, a vector for every k.
void decodeIntColumns(MmaType type, const uint32_t *words, int stride,
                      IntVector *out) {
  const int bits = int(mmaElementBits(type)), perWord = 32 / bits;
  const bool isSigned = isSignedType(type);
  for (int word = 0; word < stride; ++word) {
    WordVector column = gatherWords(words + word, stride);
    for (int e = 0; e < perWord; ++e) {
      WordVector top = column << (32 - bits * (e + 1));
      *out++ = isSigned ? (IntVector)top >> (32 - bits)
                        : (IntVector)(top >> (32 - bits));
    }
  }
}

/// `count` packed integers.
void decodeIntRows(MmaType type, const uint32_t *words, int count,
                   int32_t *out) {
  const int bits = int(mmaElementBits(type)), perWord = 32 / bits;
  const bool isSigned = isSignedType(type);
  for (int at = 0; at < count; at += perWord) {
    const uint32_t word = words[at / perWord];
    for (int e = 0; e < perWord; ++e) {
      uint32_t top = word << (32 - bits * (e + 1));
      out[at + e] =
          isSigned ? int32_t(top) >> (32 - bits) : int32_t(top >> (32 - bits));
    }
  }
}

} // namespace

unsigned mmaElementBits(MmaType type) { return elementBits(type); }

MmaRule mmaRuleFor(int sm, MmaType type, bool isWgmma) {
  MmaRule rule;
  int stepBytes = sm < 75 ? 8 : sm < 90 ? 16 : 32;
  rule.fractionBits = sm < 75 ? 23 : sm < 90 ? 24 : 25;
  rule.stepLength = stepBytes * 8 / static_cast<int>(mmaElementBits(type));
  bool is8Bit = type == MmaType::E4M3 || type == MmaType::E5M2;
  if (is8Bit && (sm < 90 || isWgmma)) {
    rule.fractionBits = 13;
    rule.resultFractionBits = 13;
  }
  return rule;
}

void mmaFloat(const MmaRule &rule, const MmaOperands &operands, const float *c,
              float *d) {
  multiply<false>(
      rule, operands,
      [&](int i, int j) { return load<FloatVector>(c + i * operands.n + j); },
      [&](int i, int j, const FloatVector &value) {
        std::memcpy(d + i * operands.n + j, &value, sizeof(value));
      });
}

void mmaHalf(const MmaRule &rule, const MmaOperands &operands,
             const uint16_t *c, uint16_t *d) {
  multiply<true>(
      rule, operands,
      [&](int i, int j) {
        alignas(32) float value[kLanes];
        f16ToF32(c + i * operands.n + j, value, kLanes);
        return load<FloatVector>(value);
      },
      [&](int i, int j, const FloatVector &value) {
        alignas(32) float floats[kLanes];
        std::memcpy(floats, &value, sizeof(floats));
        f32ToF16(floats, d + i * operands.n + j, kLanes);
      });
}

void mmaDouble(int m, int n, int k, const double *a, const double *b,
               const double *c, double *d) {
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      double sum = c[i * n + j];
      for (int l = 0; l < k; ++l)
        sum = std::fma(a[i * k + l], b[j * k + l], sum);
      d[i * n + j] = sum;
    }
}

void mmaInt(const MmaOperands &op, bool satfinite, const int32_t *c,
            int32_t *d) {
  assert(op.k <= kMaxK && op.n % 8 == 0 && "shape beyond any mma");
  const int storedK = op.index ? op.k / 2 : op.k;
  const int strideA = storedK * int(mmaElementBits(op.typeA)) / 32;
  const int strideB = op.k * int(mmaElementBits(op.typeB)) / 32;
  constexpr int kRows = 4;
  IntVector b[kMaxK];
  int32_t a[kRows * kMaxK];
  for (int column = 0; column < op.n; column += kLanes) {
    decodeIntColumns(op.typeB, op.b + column * strideB, strideB, b);
    for (int base = 0; base < op.m; base += kRows) {
      const int rows = std::min(kRows, op.m - base);
      decodeIntRows(op.typeA, op.a + base * strideA, rows * storedK, a);
      // 256 products of at most 255 * 255 stay far from 2^31.
      IntVector sum[kRows] = {};
      if (rows == kRows && !op.index) {
        for (int l = 0; l < storedK; ++l)
          for (int r = 0; r < kRows; ++r)
            sum[r] += b[l] * a[r * storedK + l];
      } else {
        const uint8_t *index = op.index ? op.index + base * storedK : nullptr;
        for (int r = 0; r < rows; ++r)
          for (int l = 0; l < storedK; ++l)
            sum[r] +=
                b[index ? index[r * storedK + l] : l] * a[r * storedK + l];
      }
      for (int r = 0; r < rows; ++r)
        for (int lane = 0; lane < kLanes; ++lane) {
          const int at = (base + r) * op.n + column + lane;
          int64_t exact = int64_t(c[at]) + sum[r][lane];
          if (satfinite)
            exact = std::clamp<int64_t>(exact, INT32_MIN, INT32_MAX);
          d[at] = static_cast<int32_t>(static_cast<uint32_t>(exact));
        }
    }
  }
}

void mmaBits(const MmaOperands &op, bool useAnd, const int32_t *c, int32_t *d) {
  int words = op.k / 32;
  for (int i = 0; i < op.m; ++i)
    for (int j = 0; j < op.n; ++j) {
      uint32_t ones = 0;
      for (int w = 0; w < words; ++w) {
        uint32_t x = op.a[i * words + w], y = op.b[j * words + w];
        ones += static_cast<uint32_t>(std::popcount(useAnd ? x & y : x ^ y));
      }
      int at = i * op.n + j;
      d[at] = static_cast<int32_t>(static_cast<uint32_t>(c[at]) + ones);
    }
}

} // namespace pit::emu
