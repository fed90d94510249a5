//===- TensorCoreTest.cpp - tensor-core arithmetic ------------------------===//
//
// The vector code against a scalar model written from the rule alone, in
// 128-bit integers, over random and adversarial operands; then values worked
// out by hand.
//
//===----------------------------------------------------------------------===//

#include "Emulator/Numerics/TensorCore.h"
#include "Emulator/Numerics/Float.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace pit::emu;

namespace {

using Wide = __int128;

/// significand * 2^exponent; `place` is the exponent that takes part in the
/// alignment: that of the number's leading position, or the format's least.
struct Number {
  bool isNaN = false, isInf = false, negative = false;
  Wide significand = 0;
  int exponent = 0;
  int place = 0;
};

Number decode(uint32_t bits, int exponentBits, int fractionBits, bool hasInf) {
  Number x;
  int bias = (1 << (exponentBits - 1)) - 1;
  uint32_t fraction = bits & ((1u << fractionBits) - 1);
  int field = int(bits >> fractionBits) & ((1 << exponentBits) - 1);
  x.negative = (bits >> (exponentBits + fractionBits)) & 1;
  int top = (1 << exponentBits) - 1;
  if (hasInf && field == top) {
    x.isNaN = fraction != 0;
    x.isInf = fraction == 0;
    return x;
  }
  if (!hasInf && field == top && fraction == (1u << fractionBits) - 1) {
    x.isNaN = true;
    return x;
  }
  x.significand = field ? fraction + (1u << fractionBits) : fraction;
  x.place = (field ? field : 1) - bias;
  x.exponent = x.place - fractionBits;
  return x;
}

Number decode(MmaType type, uint32_t bits) {
  switch (type) {
  case MmaType::F16:
    return decode(bits, 5, 10, true);
  case MmaType::BF16:
    return decode(bits, 8, 7, true);
  case MmaType::TF32:
    return decode(bits >> 13, 8, 10, true);
  case MmaType::E4M3:
    return decode(bits, 4, 3, false);
  default:
    return decode(bits, 5, 2, true);
  }
}

/// sum * 2^exponent as f32, truncated to `fractionBits`.
uint32_t truncateToF32(Wide sum, int exponent, int fractionBits) {
  if (sum == 0)
    return 0;
  uint32_t sign = sum < 0 ? 0x80000000u : 0;
  Wide magnitude = sum < 0 ? -sum : sum;
  int top = exponent;
  for (Wide rest = magnitude; rest > 1; rest >>= 1)
    ++top;
  if (top > 127)
    return sign | 0x7F800000u;
  int last = std::max(top, -126) - fractionBits;
  if (last > exponent)
    magnitude = last - exponent > 120 ? 0 : magnitude >> (last - exponent);
  else
    magnitude <<= exponent - last;
  // At most 24 bits by now, and a multiple of the least subnormal.
  return sign | std::bit_cast<uint32_t>(static_cast<float>(
                    std::ldexp(double(int64_t(magnitude)), last)));
}

/// sum * 2^exponent as the nearest f16, ties to even.
uint16_t roundToF16(Wide sum, int exponent) {
  if (sum == 0)
    return 0;
  uint16_t sign = sum < 0 ? 0x8000 : 0;
  Wide magnitude = sum < 0 ? -sum : sum;
  int top = exponent;
  for (Wide rest = magnitude; rest > 1; rest >>= 1)
    ++top;
  if (top > 16)
    return sign | 0x7C00;
  int last = std::max(top, -14) - 10;
  Wide units = magnitude;
  if (last > exponent) {
    int drop = std::min(last - exponent, 120);
    units = magnitude >> drop;
    Wide rest = magnitude - (units << drop), half = Wide(1) << (drop - 1);
    if (rest > half || (rest == half && (units & 1)))
      ++units;
  } else {
    units <<= exponent - last;
  }
  double value = std::ldexp(double(int64_t(units)), last);
  if (value >= 65536)
    return sign | 0x7C00;
  // Exact: count the halves up to it.
  int e = value < 0x1p-14 ? -14 : std::ilogb(value);
  int fraction = int(std::ldexp(value, 10 - e));
  return sign |
         uint16_t(value < 0x1p-14 ? fraction : ((e + 14) << 10) + fraction);
}

enum class Accumulator { F32, F16 };

/// One element of D by the rule.
uint32_t model(const MmaRule &rule, Accumulator kind,
               const std::vector<Number> &a, const std::vector<Number> &b,
               uint32_t c) {
  bool half = kind == Accumulator::F16;
  for (size_t first = 0; first < a.size(); first += size_t(rule.stepLength)) {
    Number acc = half ? decode(c, 5, 10, true) : decode(c, 8, 23, true);
    bool nan = acc.isNaN, plus = acc.isInf && !acc.negative,
         minus = acc.isInf && acc.negative;
    std::vector<Number> terms;
    if (!acc.isNaN && !acc.isInf)
      terms.push_back(acc);
    size_t end = std::min(a.size(), first + size_t(rule.stepLength));
    for (size_t j = first; j < end; ++j) {
      const Number &x = a[j], &y = b[j];
      bool negative = x.negative != y.negative;
      bool zeroX = !x.isInf && x.significand == 0;
      bool zeroY = !y.isInf && y.significand == 0;
      if (x.isNaN || y.isNaN || (x.isInf && zeroY) || (y.isInf && zeroX)) {
        nan = true;
      } else if (x.isInf || y.isInf) {
        (negative ? minus : plus) = true;
      } else {
        Number product;
        product.negative = negative;
        product.significand = x.significand * y.significand;
        product.exponent = x.exponent + y.exponent;
        product.place = x.place + y.place;
        terms.push_back(product);
      }
    }
    if (nan || (plus && minus)) {
      c = half ? 0x7FFF : 0x7FFFFFFF;
      continue;
    }
    if (plus || minus) {
      c = (half ? 0x7C00u : 0x7F800000u) |
          (minus ? (half ? 0x8000u : 0x80000000u) : 0);
      continue;
    }
    int largest = -126;
    for (const Number &t : terms)
      if (t.significand != 0)
        largest = std::max(largest, t.place);
    int last = largest - rule.fractionBits;
    Wide sum = 0;
    for (const Number &t : terms) {
      if (t.significand == 0)
        continue;
      int left = t.exponent - last;
      Wide units = left >= 0     ? t.significand << left
                   : left > -120 ? t.significand >> -left
                                 : Wide(0);
      sum += t.negative ? -units : units;
    }
    c = half ? roundToF16(sum, last)
             : truncateToF32(sum, last, rule.resultFractionBits);
  }
  return c;
}

/// How random operands look.
enum class Mood {
  Uniform,     // any bit pattern
  Near,        // exponents close together: sums carry and cancel
  Tiny,        // subnormals and the least normals
  Cancel,      // pairs of products that cancel, in front of a small rest
  WithZeros,   // many zeros of both signs
  WithSpecial, // now and then Inf or NaN
  Largest,     // the largest significands and one exponent: most carries
};

class Operands {
public:
  Operands(MmaType a, MmaType b, int m, int n, int k, bool sparse)
      : m(m), n(n), k(k), storedK(sparse ? k / 2 : k), sparse(sparse), typeA(a),
        typeB(b), elementsA(size_t(m * storedK)), elementsB(size_t(n * k)),
        index(size_t(m * storedK)) {}

  void fill(std::mt19937_64 &random, Mood mood) {
    int delta = int(random() % 7) - 3;
    int base = int(random() % 64) - 32;
    for (uint32_t &x : elementsA)
      x = element(random, typeA, mood, base);
    for (uint32_t &x : elementsB)
      x = element(random, typeB, mood, delta - base);
    if (mood == Mood::Cancel)
      for (int i = 0; i < m; ++i)
        for (int j = 0; j + 1 < storedK; j += 2)
          if (random() % 4)
            elementsA[size_t(i * storedK + j + 1)] =
                elementsA[size_t(i * storedK + j)] ^ signBit(typeA);
    if (mood == Mood::Cancel && !sparse)
      for (int i = 0; i < n; ++i)
        for (int j = 0; j + 1 < k; j += 2)
          elementsB[size_t(i * k + j + 1)] = elementsB[size_t(i * k + j)];
    for (int i = 0; i < m * storedK; i += 2) {
      int at = i % storedK * 2;
      int first = int(random() % 3),
          second = first + 1 + int(random() % size_t(3 - first));
      index[size_t(i)] = uint8_t(at + first);
      index[size_t(i + 1)] = uint8_t(at + second);
    }
    pack(elementsA, typeA, wordsA);
    pack(elementsB, typeB, wordsB);
  }

  MmaOperands view() const {
    return {m,
            n,
            k,
            typeA,
            typeB,
            wordsA.data(),
            wordsB.data(),
            sparse ? index.data() : nullptr};
  }

  uint32_t expected(const MmaRule &rule, Accumulator kind, int i, int j,
                    uint32_t c) const {
    std::vector<Number> a, b;
    for (int l = 0; l < storedK; ++l) {
      int row = sparse ? index[size_t(i * storedK + l)] : l;
      a.push_back(decode(typeA, elementsA[size_t(i * storedK + l)]));
      b.push_back(decode(typeB, elementsB[size_t(j * k + row)]));
    }
    return model(rule, kind, a, b, c);
  }

  static uint32_t signBit(MmaType type) {
    return 1u << (mmaElementBits(type) - 1);
  }

  const int m, n, k, storedK;
  const bool sparse;

private:
  static uint32_t element(std::mt19937_64 &random, MmaType type, Mood mood,
                          int base) {
    uint32_t any = uint32_t(random()) & (signBit(type) * 2 - 1);
    // Exponent bits, and where they begin.
    int at = type == MmaType::F16    ? 10
             : type == MmaType::BF16 ? 7
             : type == MmaType::TF32 ? 23
             : type == MmaType::E4M3 ? 3
                                     : 2;
    int width = type == MmaType::E4M3                           ? 4
                : type == MmaType::F16 || type == MmaType::E5M2 ? 5
                                                                : 8;
    uint32_t top = (1u << width) - 1;
    uint32_t rest = any & ~(top << at);
    int bias = int(top / 2);
    auto withField = [&](int field) {
      return rest | uint32_t(std::clamp(field, 0, int(top) - 1)) << at;
    };
    switch (mood) {
    case Mood::Uniform: {
      // Inf and NaN belong to another mood.
      uint32_t field = (any >> at) & top;
      return field == top ? withField(int(top) - 1) : any;
    }
    case Mood::Near:
    case Mood::Cancel:
      return withField(bias + base % (bias / 2 + 1) + int(random() % 4));
    case Mood::Tiny:
      return withField(int(random() % 3));
    case Mood::WithZeros:
      return random() % 2 ? any & signBit(type)
                          : withField(bias + int(random() % 8) - 4);
    case Mood::WithSpecial: {
      if (random() % 24)
        return random() % 8 ? withField(bias + int(random() % 8) - 4)
                            : any & signBit(type);
      bool nan = random() % 3 == 0;
      uint32_t special = type == MmaType::E4M3 ? top << at | 7u
                         : nan                 ? top << at | 1u << (at - 1)
                                               : top << at;
      return special | (any & signBit(type));
    }
    case Mood::Largest:
      return (any & signBit(type) & uint32_t(random() % 4 ? 0u : ~0u)) |
             (signBit(type) - 1 - (top << at)) | uint32_t(bias) << at;
    }
    return 0;
  }

  static void pack(const std::vector<uint32_t> &elements, MmaType type,
                   std::vector<uint32_t> &words) {
    unsigned bits = mmaElementBits(type), perWord = 32 / bits;
    words.assign(elements.size() / perWord, 0);
    for (size_t i = 0; i < words.size() * perWord; ++i)
      words[i / perWord] |= elements[i] << (i % perWord * bits % 32);
  }

  MmaType typeA, typeB;
  std::vector<uint32_t> elementsA, elementsB, wordsA, wordsB;
  std::vector<uint8_t> index;
};

uint32_t randomAccumulator(std::mt19937_64 &random, Mood mood, bool half) {
  uint32_t any = uint32_t(random());
  if (half)
    any &= 0xFFFF;
  uint32_t sign = any & (half ? 0x8000u : 0x80000000u);
  switch (random() % 4) {
  case 0:
    return sign;
  case 1: // close to the products
    return half ? (any & 0x83FFu) | uint32_t(10 + random() % 10) << 10
                : (any & 0x807FFFFFu) | uint32_t(117 + random() % 20) << 23;
  case 2: // subnormal
    return any & (half ? 0x83FFu : 0x807FFFFFu);
  default:
    break;
  }
  uint32_t top = half ? 0x7C00u : 0x7F800000u;
  if ((any & top) == top && mood != Mood::WithSpecial)
    any &= ~(top & (top >> 1));
  return any;
}

struct Case {
  const char *name;
  MmaType a, b;
  int m, n, k;
  int sm;
  bool wgmma = false, sparse = false;
};

const Case kCases[] = {
    {"f16 k4 Volta", MmaType::F16, MmaType::F16, 8, 8, 4, 70},
    {"f16 k8 Turing", MmaType::F16, MmaType::F16, 16, 8, 8, 75},
    {"f16 k8 Ampere", MmaType::F16, MmaType::F16, 16, 8, 8, 80},
    {"f16 k16 Ampere", MmaType::F16, MmaType::F16, 16, 8, 16, 80},
    {"bf16 k8 Ampere", MmaType::BF16, MmaType::BF16, 16, 8, 8, 80},
    {"bf16 k16 Ampere", MmaType::BF16, MmaType::BF16, 16, 8, 16, 80},
    {"tf32 k4 Ampere", MmaType::TF32, MmaType::TF32, 16, 8, 4, 80},
    {"tf32 k8 Ampere", MmaType::TF32, MmaType::TF32, 16, 8, 8, 80},
    {"e4m3 k32 Ada", MmaType::E4M3, MmaType::E4M3, 16, 8, 32, 89},
    {"e5m2 e4m3 k16 Ada", MmaType::E5M2, MmaType::E4M3, 16, 8, 16, 89},
    {"f16 k16 Hopper", MmaType::F16, MmaType::F16, 16, 8, 16, 90},
    {"bf16 k16 Hopper", MmaType::BF16, MmaType::BF16, 16, 8, 16, 90},
    {"tf32 k8 Hopper", MmaType::TF32, MmaType::TF32, 16, 8, 8, 90},
    {"tf32 k4 Hopper", MmaType::TF32, MmaType::TF32, 16, 8, 4, 90},
    {"e4m3 k32 Hopper", MmaType::E4M3, MmaType::E4M3, 16, 8, 32, 90},
    {"e5m2 k32 Hopper", MmaType::E5M2, MmaType::E5M2, 16, 8, 32, 90},
    {"e4m3 e5m2 k32 Hopper", MmaType::E4M3, MmaType::E5M2, 16, 8, 32, 90},
    {"f16 n24 wgmma", MmaType::F16, MmaType::F16, 64, 24, 16, 90, true},
    {"e4m3 n16 wgmma", MmaType::E4M3, MmaType::E4M3, 64, 16, 32, 90, true},
    {"odd m", MmaType::F16, MmaType::F16, 7, 8, 16, 80},
    {"sparse f16 k16 Ampere", MmaType::F16, MmaType::F16, 16, 8, 16, 80, false,
     true},
    {"sparse f16 k32 Ampere", MmaType::F16, MmaType::F16, 16, 8, 32, 80, false,
     true},
    {"sparse bf16 k32 Hopper", MmaType::BF16, MmaType::BF16, 16, 8, 32, 90,
     false, true},
    {"sparse tf32 k16 Ampere", MmaType::TF32, MmaType::TF32, 16, 8, 16, 80,
     false, true},
    {"sparse e4m3 k64 Hopper", MmaType::E4M3, MmaType::E4M3, 16, 8, 64, 90,
     false, true},
};

const Mood kMoods[] = {Mood::Uniform, Mood::Near,      Mood::Tiny,
                       Mood::Cancel,  Mood::WithZeros, Mood::WithSpecial,
                       Mood::Largest};

class TensorCoreRandom : public testing::TestWithParam<Case> {};

TEST_P(TensorCoreRandom, agreesWithTheModel) {
  const Case &test = GetParam();
  MmaRule rule = mmaRuleFor(test.sm, test.a, test.wgmma);
  Operands op(test.a, test.b, test.m, test.n, test.k, test.sparse);
  size_t count = size_t(op.m * op.n);
  int rounds = test.m * test.n > 200 ? 2 : 12;
  for (Mood mood : kMoods)
    for (int round = 0; round < rounds; ++round) {
      uint64_t seed = uint64_t(mood) * 1000 + uint64_t(round);
      std::mt19937_64 random(seed);
      op.fill(random, mood);
      std::vector<uint32_t> c32(count), c16(count);
      for (size_t i = 0; i < count; ++i) {
        c32[i] = randomAccumulator(random, mood, false);
        c16[i] = randomAccumulator(random, mood, true);
      }
      std::vector<float> c(count), d(count);
      std::vector<uint16_t> ch(count), dh(count);
      for (size_t i = 0; i < count; ++i) {
        c[i] = std::bit_cast<float>(c32[i]);
        ch[i] = uint16_t(c16[i]);
      }
      mmaFloat(rule, op.view(), c.data(), d.data());
      mmaHalf(rule, op.view(), ch.data(), dh.data());
      for (int i = 0; i < op.m; ++i)
        for (int j = 0; j < op.n; ++j) {
          size_t at = size_t(i * op.n + j);
          ASSERT_EQ(std::bit_cast<uint32_t>(d[at]),
                    op.expected(rule, Accumulator::F32, i, j, c32[at]))
              << test.name << " f32, seed " << seed << ", element " << i << ","
              << j << ", c " << std::hex << c32[at];
          ASSERT_EQ(dh[at], op.expected(rule, Accumulator::F16, i, j, c16[at]))
              << test.name << " f16, seed " << seed << ", element " << i << ","
              << j << ", c " << std::hex << c16[at];
        }
      // In place.
      mmaFloat(rule, op.view(), c.data(), c.data());
      for (size_t i = 0; i < count; ++i)
        ASSERT_EQ(std::bit_cast<uint32_t>(c[i]), std::bit_cast<uint32_t>(d[i]));
    }
}

TEST_P(TensorCoreRandom, plainF32IsAChainOfFmas) {
  const Case &test = GetParam();
  MmaRule rule;
  rule.plainF32 = true;
  Operands op(test.a, test.b, test.m, test.n, test.k, test.sparse);
  size_t count = size_t(op.m * op.n);
  for (Mood mood : kMoods) {
    std::mt19937_64 random(uint64_t(mood) + 77);
    op.fill(random, mood);
    std::vector<float> c(count), d(count);
    for (float &x : c)
      x = std::bit_cast<float>(randomAccumulator(random, mood, false));
    mmaFloat(rule, op.view(), c.data(), d.data());
    for (int i = 0; i < op.m; ++i)
      for (int j = 0; j < op.n; ++j) {
        float sum = c[size_t(i * op.n + j)];
        MmaOperands view = op.view();
        auto value = [](MmaType type, const uint32_t *row, int at) {
          unsigned bits = mmaElementBits(type), per = 32 / bits;
          uint32_t raw = row[unsigned(at) / per] >> (unsigned(at) % per * bits);
          Number x = decode(type, bits == 32 ? raw : raw & ((1u << bits) - 1));
          if (x.isNaN)
            return std::numeric_limits<float>::quiet_NaN();
          double magnitude =
              x.isInf ? INFINITY
                      : std::ldexp(double(int64_t(x.significand)), x.exponent);
          return float(x.negative ? -magnitude : magnitude);
        };
        int strideA = op.storedK * int(mmaElementBits(test.a)) / 32;
        int strideB = op.k * int(mmaElementBits(test.b)) / 32;
        for (int l = 0; l < op.storedK; ++l) {
          int row = op.sparse ? view.index[i * op.storedK + l] : l;
          sum = std::fma(value(test.a, view.a + i * strideA, l),
                         value(test.b, view.b + j * strideB, row), sum);
        }
        uint32_t expected =
            std::isnan(sum) ? 0x7FFFFFFFu : std::bit_cast<uint32_t>(sum);
        ASSERT_EQ(std::bit_cast<uint32_t>(d[size_t(i * op.n + j)]), expected)
            << test.name << ", element " << i << "," << j;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(AllShapes, TensorCoreRandom, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case> &info) {
                           std::string name = info.param.name;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

//===----------------------------------------------------------------------===//
// By hand
//===----------------------------------------------------------------------===//

/// The first element of D = row * column + c, for f16 and k = 16.
float dot(const MmaRule &rule, const std::array<float, 16> &row,
          const std::array<float, 16> &column, float c) {
  std::array<uint32_t, 8> a{};
  std::array<uint32_t, 64> b{};
  for (unsigned i = 0; i < 16; ++i) {
    a[i / 2] |= uint32_t(f32ToF16(row[i])) << (i % 2 * 16);
    b[i / 2] |= uint32_t(f32ToF16(column[i])) << (i % 2 * 16);
  }
  std::array<float, 8> sum{};
  sum[0] = c;
  MmaOperands op{1, 8, 16, MmaType::F16, MmaType::F16, a.data(), b.data()};
  mmaFloat(rule, op, sum.data(), sum.data());
  return sum[0];
}

TEST(TensorCore, keepsFractionBitsBelowTheLargestTerm) {
  MmaRule ampere = mmaRuleFor(80, MmaType::F16);
  MmaRule hopper = mmaRuleFor(90, MmaType::F16);
  MmaRule volta = mmaRuleFor(70, MmaType::F16);
  // 2^-12 * 2^-12 = 2^-24 is the last bit of Ampere below 1.
  std::array<float, 16> x{}, y{};
  x[0] = x[1] = 0x1p-12f;
  y[0] = y[1] = 0x1p-12f;
  EXPECT_EQ(dot(volta, x, y, 1.0f), 1.0f);
  EXPECT_EQ(dot(ampere, x, y, 1.0f), 1.0f + 0x1p-23f);
  EXPECT_EQ(dot(hopper, x, y, 1.0f), 1.0f + 0x1p-23f);
  // Four of 2^-25 are kept by Hopper only.
  for (unsigned i = 0; i < 4; ++i)
    x[i] = 0x1p-13f, y[i] = 0x1p-12f;
  EXPECT_EQ(dot(ampere, x, y, 1.0f), 1.0f);
  EXPECT_EQ(dot(hopper, x, y, 1.0f), 1.0f + 0x1p-23f);
}

TEST(TensorCore, truncatesTowardsZero) {
  MmaRule ampere = mmaRuleFor(80, MmaType::F16);
  std::array<float, 16> x{}, y{};
  // 1 + 0.75 * 2^-23, and its negative.
  x[0] = 0x1.8p-12f;
  y[0] = 0x1p-12f;
  EXPECT_EQ(dot(ampere, x, y, 1.0f), 1.0f);
  x[0] = -x[0];
  EXPECT_EQ(dot(ampere, x, y, -1.0f), -1.0f);
  // 1 - 2^-24 needs no rounding: it is a float.
  y[0] = 0x1p-12f;
  x[0] = -0x1p-12f;
  EXPECT_EQ(dot(ampere, x, y, 1.0f), 1.0f - 0x1p-24f);
}

TEST(TensorCore, stepsAlongKAreSums) {
  std::array<float, 16> x{}, y{};
  // 2^11 cancels in one step, so what is below 2^(11 - F) is lost, but only in
  // the step that holds the large products.
  x[0] = 0x1p11f, y[0] = 1.0f;
  x[1] = -0x1p11f, y[1] = 1.0f;
  x[8] = 0x1p-9f, y[8] = 0x1p-9f;
  EXPECT_EQ(dot(mmaRuleFor(80, MmaType::F16), x, y, 0.0f), 0x1p-18f);
  EXPECT_EQ(dot(mmaRuleFor(90, MmaType::F16), x, y, 0.0f), 0.0f);
  x[8] = 0x1p-7f, y[8] = 0x1p-7f;
  EXPECT_EQ(dot(mmaRuleFor(90, MmaType::F16), x, y, 0.0f), 0x1p-14f);
}

TEST(TensorCore, productsAreNotNormalised) {
  // 1.5 * 1.5 = 2.25 counts as exponent 0, so 2^-24 still fits with F = 24.
  std::array<float, 16> x{}, y{};
  x[0] = y[0] = 1.5f;
  x[1] = -1.5f, y[1] = 1.5f;
  x[2] = y[2] = 0x1p-12f;
  EXPECT_EQ(dot(mmaRuleFor(80, MmaType::F16), x, y, 0.0f), 0x1p-24f);
}

TEST(TensorCore, overflowsToInfinity) {
  std::array<float, 16> x{}, y{};
  x[0] = 0x1p15f, y[0] = 0x1p15f;
  float largest = std::numeric_limits<float>::max();
  EXPECT_EQ(dot(mmaRuleFor(80, MmaType::F16), x, y, largest), largest);
  // Two accumulators' worth cannot be had from f16, but bf16 reaches it.
  std::array<uint32_t, 8> a{};
  std::array<uint32_t, 64> b{};
  a[0] = 0x7F007F00; // 2^127 twice
  b[0] = 0x3F803F80; // 1 twice
  std::array<float, 8> c{};
  MmaOperands op{1, 8, 16, MmaType::BF16, MmaType::BF16, a.data(), b.data()};
  mmaFloat(mmaRuleFor(80, MmaType::BF16), op, c.data(), c.data());
  EXPECT_EQ(c[0], INFINITY);
  EXPECT_EQ(c[1], 0.0f);
}

TEST(TensorCore, f64IsAChainInOrderOfK) {
  double a[4] = {0x1p60, 1.0, -0x1p60, 3.0};
  std::array<double, 32> b{};
  for (double &x : b)
    x = 1.0;
  std::array<double, 8> c{}, d{};
  c[0] = 0.5;
  mmaDouble(1, 8, 4, a, b.data(), c.data(), d.data());
  EXPECT_EQ(d[0], 3.0); // 0.5 and 1 are lost beside 2^60
  EXPECT_EQ(d[7], 3.0);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

TEST(TensorCore, integersWrapOrSaturate) {
  const MmaType types[] = {MmaType::S8, MmaType::U8, MmaType::S4, MmaType::U4};
  std::mt19937_64 random(5);
  for (MmaType typeA : types)
    for (MmaType typeB : types) {
      if (mmaElementBits(typeA) != mmaElementBits(typeB))
        continue;
      for (bool sparse : {false, true}) {
        int m = 16, n = 8, k = mmaElementBits(typeA) == 8 ? 32 : 64;
        int storedK = sparse ? k / 2 : k;
        int bits = int(mmaElementBits(typeA)), per = 32 / bits;
        std::vector<uint32_t> a(size_t(m * storedK / per)),
            b(size_t(n * k / per));
        for (uint32_t &x : a)
          x = uint32_t(random());
        for (uint32_t &x : b)
          x = uint32_t(random());
        std::vector<uint8_t> index(size_t(m * storedK));
        for (size_t i = 0; i < index.size(); ++i)
          index[i] = uint8_t(i % size_t(storedK) * 2 + random() % 2);
        std::vector<int32_t> c(size_t(m * n)), d(c.size());
        for (int32_t &x : c)
          x = random() % 2   ? int32_t(random())
              : random() % 2 ? INT32_MAX
                             : INT32_MIN;
        auto at = [&](MmaType type, const std::vector<uint32_t> &words, int i) {
          uint32_t raw = words[size_t(i / per)] >> (i % per * bits);
          int shift = 32 - bits;
          bool isSigned = type == MmaType::S8 || type == MmaType::S4;
          return isSigned ? int64_t(int32_t(raw << shift) >> shift)
                          : int64_t((raw << shift) >> shift);
        };
        MmaOperands op{
            m,     n,        k,        typeA,
            typeB, a.data(), b.data(), sparse ? index.data() : nullptr};
        for (bool satfinite : {false, true}) {
          mmaInt(op, satfinite, c.data(), d.data());
          for (int i = 0; i < m; ++i)
            for (int j = 0; j < n; ++j) {
              int64_t sum = c[size_t(i * n + j)];
              for (int l = 0; l < storedK; ++l)
                sum +=
                    at(typeA, a, i * storedK + l) *
                    at(typeB, b,
                       j * k + (sparse ? index[size_t(i * storedK + l)] : l));
              int64_t expected =
                  satfinite ? std::clamp<int64_t>(sum, INT32_MIN, INT32_MAX)
                            : int64_t(int32_t(uint32_t(uint64_t(sum))));
              ASSERT_EQ(d[size_t(i * n + j)], expected);
            }
        }
      }
    }
}

TEST(TensorCore, bitsAreCounted) {
  // 8 x 8 x 128, one row of A of ones, one of every other bit.
  std::vector<uint32_t> a(8 * 4, 0), b(8 * 4, 0);
  std::fill_n(a.begin(), 4, ~0u);
  std::fill_n(a.begin() + 4, 4, 0x55555555u);
  std::fill_n(b.begin() + 4, 4, 0xFFFFu); // column 1
  std::vector<int32_t> c(64, -3), d(64);
  MmaOperands op{8, 8, 128, MmaType::B1, MmaType::B1, a.data(), b.data()};
  mmaBits(op, true, c.data(), d.data());
  EXPECT_EQ(d[0], -3);
  EXPECT_EQ(d[1], 64 - 3);
  EXPECT_EQ(d[8 + 1], 32 - 3);
  mmaBits(op, false, c.data(), d.data());
  EXPECT_EQ(d[0], 128 - 3);
  EXPECT_EQ(d[1], 64 - 3);
  EXPECT_EQ(d[8 + 0], 64 - 3);
  EXPECT_EQ(d[2 * 8 + 1], 64 - 3);
}

TEST(TensorCore, rulesOfTheTargets) {
  auto check = [](int sm, MmaType type, bool wgmma, int f, int length,
                  int result) {
    MmaRule rule = mmaRuleFor(sm, type, wgmma);
    EXPECT_EQ(rule.fractionBits, f);
    EXPECT_EQ(rule.stepLength, length);
    EXPECT_EQ(rule.resultFractionBits, result);
    EXPECT_FALSE(rule.plainF32);
  };
  check(70, MmaType::F16, false, 23, 4, 23);
  check(75, MmaType::F16, false, 24, 8, 23);
  check(80, MmaType::BF16, false, 24, 8, 23);
  check(86, MmaType::TF32, false, 24, 4, 23);
  check(89, MmaType::F16, false, 24, 8, 23);
  check(89, MmaType::E4M3, false, 13, 16, 13);
  check(90, MmaType::F16, false, 25, 16, 23);
  check(90, MmaType::TF32, true, 25, 8, 23);
  check(90, MmaType::E5M2, false, 25, 32, 23);
  check(90, MmaType::E5M2, true, 13, 32, 13);
  check(100, MmaType::E4M3, false, 25, 32, 23);
}

} // namespace
