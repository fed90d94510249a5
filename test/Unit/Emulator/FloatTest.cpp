//===- FloatTest.cpp - conversions between number formats -----------------===//
//
// Against a search among all values of a format (small formats), among the
// neighbours that nextafter gives (f32, tf32), and against 128-bit integers
// (f16 and bf16 arithmetic).
//
//===----------------------------------------------------------------------===//

#include "Emulator/Numerics/Float.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace pit::emu;

namespace {

using Long = long double; // 64 bits of significand on x86, at least f64's else

const Rounding kRoundings[] = {Rounding::Nearest, Rounding::TowardZero,
                               Rounding::Down, Rounding::Up,
                               Rounding::NearestAway};

double valueOf(FloatKind kind, uint64_t bits) {
  switch (kind) {
  case FloatKind::F64:
    return std::bit_cast<double>(bits);
  case FloatKind::F32:
  case FloatKind::TF32:
    return double(std::bit_cast<float>(uint32_t(bits)));
  case FloatKind::BF16:
    return double(std::bit_cast<float>(uint32_t(bits) << 16));
  default:
    break;
  }
  int exponentBits = kind == FloatKind::E4M3 ? 4 : 5;
  int fractionBits = kind == FloatKind::F16    ? 10
                     : kind == FloatKind::E4M3 ? 3
                                               : 2;
  int bias = (1 << (exponentBits - 1)) - 1;
  int field = int(bits >> fractionBits) & ((1 << exponentBits) - 1);
  int fraction = int(bits) & ((1 << fractionBits) - 1);
  bool negative = (bits >> (exponentBits + fractionBits)) & 1;
  double magnitude;
  if (kind == FloatKind::E4M3 && field == 15 && fraction == 7)
    return std::numeric_limits<double>::quiet_NaN();
  if (kind != FloatKind::E4M3 && field == 31)
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN() : INFINITY;
  else
    magnitude = field ? std::ldexp((1 << fractionBits) + fraction,
                                   field - bias - fractionBits)
                      : std::ldexp(fraction, 1 - bias - fractionBits);
  return negative ? -magnitude : magnitude;
}

/// All finite magnitudes of a small format, ascending, at their patterns.
std::vector<double> magnitudes(FloatKind kind) {
  std::vector<double> all;
  for (uint64_t bits = 0;; ++bits) {
    double value = valueOf(kind, bits);
    if (!std::isfinite(value))
      return all;
    all.push_back(value);
  }
}

/// Which of two neighbours `x` in [low, high) goes to; all magnitudes. `odd`:
/// whether low's pattern is odd.
template <typename T>
bool goesUp(T x, T low, T high, bool odd, bool negative, Rounding rounding) {
  if (x == low)
    return false;
  switch (rounding) {
  case Rounding::TowardZero:
    return false;
  case Rounding::Down:
    return negative;
  case Rounding::Up:
    return !negative;
  default:
    break;
  }
  T below = x - low, above = high - x;
  if (below != above)
    return below > above;
  return rounding == Rounding::NearestAway || odd;
}

/// x in a small format, by search.
uint64_t expected(FloatKind kind, const std::vector<double> &all, double x,
                  Rounding rounding, bool satfinite) {
  uint64_t sign =
      kind == FloatKind::F16 || kind == FloatKind::BF16 ? 0x8000 : 0x80;
  uint64_t bits = std::signbit(x) ? sign : 0;
  double magnitude = std::fabs(x);
  size_t last = all.size() - 1;
  uint64_t beyond = kind == FloatKind::E4M3 ? sign - 1 : last + 1;
  if (std::isinf(x))
    return satfinite ? bits | last
                     : (kind == FloatKind::E4M3 ? beyond : bits | beyond);
  size_t low = size_t(std::upper_bound(all.begin(), all.end(), magnitude) -
                      all.begin()) -
               1;
  // The value after the last, were there no end of exponents.
  double high = low < last ? all[low + 1] : 2 * all[last] - all[last - 1];
  bool up = false;
  if (magnitude >= high)
    up = rounding != Rounding::TowardZero &&
         !(rounding == Rounding::Down && !std::signbit(x)) &&
         !(rounding == Rounding::Up && std::signbit(x));
  else
    up = goesUp(magnitude, all[low], high, low & 1, std::signbit(x), rounding);
  if (!up)
    return bits | low;
  if (low < last)
    return bits | (low + 1);
  return satfinite ? bits | last
                   : (kind == FloatKind::E4M3 ? beyond : bits | beyond);
}

double randomDouble(std::mt19937_64 &random, int exponentFrom, int exponentTo) {
  uint64_t fraction = random();
  // Every other time few bits, so that ties and exact values turn up.
  if (random() % 2)
    fraction &= ~uint64_t(0) << (52 - random() % 14);
  double significand =
      1.0 + double(fraction & ((uint64_t(1) << 52) - 1)) * 0x1p-52;
  int exponent =
      exponentFrom + int(random() % uint64_t(exponentTo - exponentFrom + 1));
  return std::ldexp(random() % 2 ? significand : -significand, exponent);
}

TEST(Float, smallFormatsAreTheNearestValues) {
  struct Range {
    FloatKind kind;
    int from, to;
  };
  const Range ranges[] = {{FloatKind::F16, -28, 18},
                          {FloatKind::BF16, -138, 129},
                          {FloatKind::E4M3, -13, 10},
                          {FloatKind::E5M2, -20, 18}};
  for (auto [kind, from, to] : ranges) {
    std::vector<double> all = magnitudes(kind);
    std::mt19937_64 random(1);
    for (int i = 0; i < 40000; ++i) {
      double x = randomDouble(random, from, to);
      if (i % 4 == 0) { // around a value and a midpoint
        size_t at = random() % (all.size() - 1);
        x = random() % 2 ? all[at] : (all[at] + all[at + 1]) / 2;
        uint64_t nudge = random() % 3;
        x = nudge == 0 ? x
                       : std::nextafter(x, nudge == 1 ? INFINITY : -INFINITY);
        if (random() % 2)
          x = -x;
      }
      for (Rounding rounding : kRoundings)
        for (bool satfinite : {false, true}) {
          FloatConversion how{.rounding = rounding, .satfinite = satfinite};
          ASSERT_EQ(convertFloat(FloatKind::F64, kind,
                                 std::bit_cast<uint64_t>(x), how),
                    expected(kind, all, x, rounding, satfinite))
              << std::hexfloat << x << " rounding " << int(rounding) << " kind "
              << int(kind);
          double y = double(float(x));
          ASSERT_EQ(convertFloat(FloatKind::F32, kind,
                                 std::bit_cast<uint32_t>(float(x)), how),
                    expected(kind, all, y, rounding, satfinite))
              << std::hexfloat << y;
        }
    }
    double infinity = INFINITY;
    for (bool satfinite : {false, true})
      ASSERT_EQ(convertFloat(FloatKind::F64, kind,
                             std::bit_cast<uint64_t>(infinity),
                             {.satfinite = satfinite}),
                expected(kind, all, infinity, Rounding::Nearest, satfinite));
  }
}

TEST(Float, wideningIsExact) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    double half = valueOf(FloatKind::F16, bits);
    uint32_t wide =
        uint32_t(convertFloat(FloatKind::F16, FloatKind::F32, bits));
    ASSERT_EQ(wide, std::bit_cast<uint32_t>(f16ToF32(uint16_t(bits))));
    ASSERT_EQ(wide, std::isnan(half) ? 0x7FFFFFFFu
                                     : std::bit_cast<uint32_t>(float(half)));
    ASSERT_EQ(convertFloat(FloatKind::BF16, FloatKind::F32, bits), bits << 16);
    uint16_t back = f32ToF16(f16ToF32(uint16_t(bits)));
    ASSERT_EQ(back, std::isnan(half) ? 0x7FFF : bits);
    uint64_t wider = convertFloat(FloatKind::F16, FloatKind::F64, bits);
    if (!std::isnan(half)) {
      ASSERT_EQ(wider, std::bit_cast<uint64_t>(half));
    }
  }
  for (FloatKind kind : {FloatKind::E4M3, FloatKind::E5M2})
    for (uint32_t bits = 0; bits < 0x100; ++bits) {
      double value = valueOf(kind, bits);
      uint64_t half = convertFloat(kind, FloatKind::F16, bits);
      if (std::isnan(value))
        ASSERT_EQ(half, 0x7FFFu);
      else
        ASSERT_EQ(std::bit_cast<uint64_t>(valueOf(FloatKind::F16, half)),
                  std::bit_cast<uint64_t>(value));
    }
}

/// x as f32 or tf32 (`lowBits` zero bits at the end), by its neighbours.
uint32_t expectedF32(Long x, Rounding rounding, unsigned lowBits) {
  bool negative = std::signbit(x);
  Long magnitude = negative ? -x : x;
  uint32_t sign = negative ? 0x80000000u : 0;
  uint32_t low = 0, end = 0x7F800000u >> lowBits;
  uint32_t high = end; // low <= magnitude < high, counted in steps
  auto at = [&](uint32_t step) -> Long {
    if (step == end)
      return std::ldexp(Long(1), 128);
    return Long(std::bit_cast<float>(step << lowBits));
  };
  if (magnitude >= at(end)) {
    bool toLargest = rounding == Rounding::TowardZero ||
                     (rounding == Rounding::Down && !negative) ||
                     (rounding == Rounding::Up && negative);
    return sign | (toLargest && !std::isinf(x) ? end - 1 : end) << lowBits;
  }
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    (at(middle) <= magnitude ? low : high) = middle;
  }
  bool up =
      goesUp<Long>(magnitude, at(low), at(high), low & 1, negative, rounding);
  return sign | (up ? high : low) << lowBits;
}

TEST(Float, f64ToF32AndTF32) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100000; ++i) {
    double x =
        i % 3 ? randomDouble(random, -155, 129) : randomDouble(random, -4, 4);
    for (Rounding rounding : kRoundings) {
      FloatConversion how{.rounding = rounding};
      ASSERT_EQ(convertFloat(FloatKind::F64, FloatKind::F32,
                             std::bit_cast<uint64_t>(x), how),
                expectedF32(x, rounding, 0))
          << std::hexfloat << x << " " << int(rounding);
      ASSERT_EQ(convertFloat(FloatKind::F32, FloatKind::TF32,
                             std::bit_cast<uint32_t>(float(x)), how),
                expectedF32(float(x), rounding, 13))
          << std::hexfloat << float(x) << " " << int(rounding);
    }
  }
}

TEST(Float, integersToF32F16AndF64) {
  std::mt19937_64 random(3);
  std::vector<double> halves = magnitudes(FloatKind::F16);
  for (int i = 0; i < 100000; ++i) {
    uint64_t value = random() >> random() % 64;
    if (i % 5 == 0)
      value = ~uint64_t(0) << random() % 64;
    for (bool isSigned : {false, true})
      for (Rounding rounding : kRoundings) {
        Long exact = isSigned ? Long(int64_t(value)) : Long(value);
        ASSERT_EQ(convertIntToFloat(FloatKind::F32, isSigned, value, rounding),
                  expectedF32(exact, rounding, 0))
            << value;
        if (std::fabs(exact) < 0x1p53L) {
          ASSERT_EQ(
              convertIntToFloat(FloatKind::F64, isSigned, value, rounding),
              std::bit_cast<uint64_t>(double(exact)));
        }
        if (std::fabs(exact) < 0x1p40L) {
          ASSERT_EQ(
              convertIntToFloat(FloatKind::F16, isSigned, value, rounding),
              expected(FloatKind::F16, halves, double(exact), rounding, false))
              << value;
        }
      }
  }
  EXPECT_EQ(convertIntToFloat(FloatKind::F64, true, uint64_t(INT64_MAX),
                              Rounding::Nearest),
            std::bit_cast<uint64_t>(0x1p63));
  EXPECT_EQ(convertIntToFloat(FloatKind::F64, false, UINT64_MAX,
                              Rounding::TowardZero),
            std::bit_cast<uint64_t>(0x1.fffffffffffffp63));
}

Long roundLong(Long x, Rounding rounding) {
  switch (rounding) {
  case Rounding::TowardZero:
    return std::trunc(x);
  case Rounding::Down:
    return std::floor(x);
  case Rounding::Up:
    return std::ceil(x);
  case Rounding::NearestAway:
    return std::round(x);
  default:
    return std::nearbyint(x);
  }
}

TEST(Float, floatsToIntegers) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 100000; ++i) {
    double x = randomDouble(random, -6, 70);
    if (i % 3 == 0)
      x = double(int64_t(random() % 2000) - 1000) / 4;
    for (unsigned width : {8u, 16u, 32u, 64u})
      for (bool isSigned : {false, true})
        for (Rounding rounding : kRoundings) {
          auto expect = [&](double value) {
            Long rounded = roundLong(value, rounding);
            Long least =
                isSigned ? -std::ldexp(Long(1), int(width) - 1) : Long(0);
            Long most =
                std::ldexp(Long(1), int(width) - (isSigned ? 1 : 0)) - 1;
            rounded = std::min(std::max(rounded, least), most);
            return isSigned ? uint64_t(int64_t(rounded)) : uint64_t(rounded);
          };
          ASSERT_EQ(convertFloatToInt(FloatKind::F64,
                                      std::bit_cast<uint64_t>(x), width,
                                      isSigned, rounding),
                    expect(x))
              << std::hexfloat << x << " " << width << isSigned
              << int(rounding);
          ASSERT_EQ(convertFloatToInt(FloatKind::F32,
                                      std::bit_cast<uint32_t>(float(x)), width,
                                      isSigned, rounding),
                    expect(float(x)));
        }
    float f = float(x);
    for (Rounding rounding : kRoundings)
      ASSERT_EQ(
          roundToIntegral(FloatKind::F32, std::bit_cast<uint32_t>(f), rounding),
          std::bit_cast<uint32_t>(float(roundLong(f, rounding))))
          << f;
  }
}

TEST(Float, specialValuesToIntegers) {
  uint64_t nan32 = 0x7FC00000, nan64 = 0x7FF8000000000000, inf32 = 0x7F800000;
  auto from32 = [](uint64_t bits, unsigned width, bool isSigned) {
    return convertFloatToInt(FloatKind::F32, bits, width, isSigned,
                             Rounding::TowardZero);
  };
  EXPECT_EQ(from32(nan32, 32, true), 0u);
  EXPECT_EQ(from32(nan32, 16, false), 0u);
  EXPECT_EQ(from32(nan32, 64, true), 0x8000000000000000u);
  EXPECT_EQ(from32(nan32, 64, false), 0x8000000000000000u);
  auto from64 = [](uint64_t bits, unsigned width, bool isSigned) {
    return convertFloatToInt(FloatKind::F64, bits, width, isSigned,
                             Rounding::TowardZero);
  };
  EXPECT_EQ(uint32_t(from64(nan64, 32, true)), 0x80000000u);
  EXPECT_EQ(uint32_t(from64(nan64, 32, false)), 0x80000000u);
  EXPECT_EQ(from32(inf32, 32, true), 0x7FFFFFFFu);
  EXPECT_EQ(from32(inf32 | 0x80000000u, 32, false), 0u);
  EXPECT_EQ(int64_t(from32(inf32 | 0x80000000u, 8, true)), -128);
  // A subnormal rounds up, unless flushed.
  EXPECT_EQ(convertFloatToInt(FloatKind::F32, 1, 32, true, Rounding::Up), 1u);
  EXPECT_EQ(convertFloatToInt(FloatKind::F32, 1, 32, true, Rounding::Up, true),
            0u);
}

TEST(Float, modifiers) {
  auto f32 = [](float x) { return uint64_t(std::bit_cast<uint32_t>(x)); };
  uint64_t nan = 0xFFC01234;
  FloatConversion sat{.saturate = true}, relu{.relu = true},
      fin{.satfinite = true};
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F32, f32(1.5f), sat),
            f32(1));
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F32, f32(-1.5f), sat), 0u);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F16, f32(INFINITY), sat),
            0x3C00u);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F32, nan, sat), 0u);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F32, f32(0.25f), sat),
            f32(0.25f));
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::BF16, f32(-2), relu), 0u);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::BF16, f32(-0.0f), relu),
            0u);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::BF16, nan, relu), 0x7FFFu);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F16, f32(-1e9f), fin),
            0xFBFFu);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::E4M3, f32(1e9f), fin),
            0x7Eu);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::E5M2, f32(-INFINITY), fin),
            0xFBu);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::E5M2, nan, fin), 0x7Fu);
  // NaNs.
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F16, nan), 0x7FFFu);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::TF32, nan), 0x7FFFFFFFu);
  EXPECT_EQ(convertFloat(FloatKind::F64, FloatKind::F32, 0xFFF8000000000000),
            0x7FFFFFFFu);
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F64, 0xFF800001),
            0xFFF8000020000000u);
  EXPECT_EQ(f32ToBF16(std::bit_cast<float>(uint32_t(nan))), 0x7FFF);
  // .ftz: source and result.
  FloatConversion ftz{.flushSubnormals = true};
  EXPECT_EQ(convertFloat(FloatKind::F32, FloatKind::F64, 0x80000001, ftz),
            0x8000000000000000u);
  EXPECT_EQ(convertFloat(FloatKind::F64, FloatKind::F32,
                         std::bit_cast<uint64_t>(-0x1p-140), ftz),
            0x80000000u);
  EXPECT_EQ(convertFloat(FloatKind::F16, FloatKind::F32, 1, ftz),
            f32(0x1p-24f));
  // Zeros keep their sign.
  EXPECT_EQ(convertFloat(FloatKind::F64, FloatKind::F16, 0x8000000000000000u),
            0x8000u);
  EXPECT_EQ(roundToIntegral(FloatKind::F16, 0xB400, Rounding::Nearest),
            0x8000u); // -0.25
  EXPECT_EQ(saturateF16(0x7FFF), 0);
  EXPECT_EQ(saturateF16(0x4000), 0x3C00);
  EXPECT_EQ(saturateF16(0x3801), 0x3801);
  EXPECT_EQ(saturateF16(0xBC00), 0);
  EXPECT_EQ(flushF16(0x83FF), 0x8000);
  EXPECT_EQ(flushF16(0x8400), 0x8400);
  EXPECT_EQ(reluHalf(0xBC00), 0);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

using Wide = __int128;

/// sum * 2^exponent in a small format, nearest even.
uint16_t roundWide(FloatKind kind, const std::vector<double> &all, Wide sum,
                   int exponent, bool negativeZero) {
  if (sum == 0)
    return negativeZero ? 0x8000 : 0;
  // To odd at 53 bits, which keeps every midpoint apart; then by search.
  bool negative = sum < 0;
  Wide magnitude = negative ? -sum : sum;
  bool sticky = false;
  while (magnitude >> 53) {
    sticky |= magnitude & 1;
    magnitude >>= 1;
    ++exponent;
  }
  double value =
      std::ldexp(double(int64_t(magnitude) | int64_t(sticky)), exponent);
  return uint16_t(
      expected(kind, all, negative ? -value : value, Rounding::Nearest, false));
}

struct Half {
  bool negative;
  Wide significand;
  int exponent;
};

Half take(FloatKind kind, uint16_t bits) {
  int fraction = kind == FloatKind::F16 ? 10 : 7,
      bias = kind == FloatKind::F16 ? 15 : 127;
  int field = (bits & 0x7FFF) >> fraction;
  int significand = bits & ((1 << fraction) - 1);
  if (field)
    significand |= 1 << fraction;
  return {(bits >> 15) != 0, significand, std::max(field, 1) - bias - fraction};
}

/// a * b + c; exponents have to lie within 120 bits of each other.
uint16_t fmaByIntegers(FloatKind kind, const std::vector<double> &all,
                       uint16_t a, uint16_t b, uint16_t c) {
  Half x = take(kind, a), y = take(kind, b), z = take(kind, c);
  int e = x.exponent + y.exponent, least = std::min(e, z.exponent);
  Wide product = (x.significand * y.significand) << (e - least);
  Wide addend = z.significand << (z.exponent - least);
  bool negative = x.negative != y.negative;
  Wide sum = (negative ? -product : product) + (z.negative ? -addend : addend);
  return roundWide(kind, all, sum, least, negative && z.negative);
}

TEST(Float, halfArithmeticRoundsOnce) {
  std::vector<double> all = magnitudes(FloatKind::F16);
  std::mt19937_64 random(6);
  std::array<uint16_t, 40> a{}, b{}, c{}, fma{}, add{}, mul{};
  auto draw = [&] {
    uint16_t bits = uint16_t(random());
    if (random() % 4 == 0)
      bits &= uint16_t(~0x3F0); // short significands make ties
    return (bits & 0x7C00) == 0x7C00 ? uint16_t(bits & ~0x2000) : bits;
  };
  for (int i = 0; i < 20000; ++i) {
    for (size_t lane = 0; lane < a.size(); ++lane)
      a[lane] = draw(), b[lane] = draw(), c[lane] = draw();
    fmaF16(a.data(), b.data(), c.data(), fma.data(), int(a.size()));
    addF16(a.data(), c.data(), add.data(), int(a.size()));
    mulF16(a.data(), b.data(), mul.data(), int(a.size()));
    for (size_t lane = 0; lane < a.size(); ++lane) {
      uint16_t expectedFma =
          fmaByIntegers(FloatKind::F16, all, a[lane], b[lane], c[lane]);
      ASSERT_EQ(fma[lane], expectedFma)
          << std::hex << a[lane] << " " << b[lane] << " " << c[lane];
      ASSERT_EQ(fmaF16(a[lane], b[lane], c[lane]), expectedFma);
      ASSERT_EQ(add[lane],
                fmaByIntegers(FloatKind::F16, all, a[lane], 0x3C00, c[lane]));
      uint16_t minusZero = uint16_t((a[lane] ^ b[lane]) & 0x8000);
      ASSERT_EQ(mul[lane], fmaByIntegers(FloatKind::F16, all, a[lane], b[lane],
                                         minusZero));
    }
  }
}

TEST(Float, bfloatArithmeticRoundsOnce) {
  std::vector<double> all = magnitudes(FloatKind::BF16);
  std::mt19937_64 random(7);
  for (int i = 0; i < 400000; ++i) {
    // Exponents of the product and of the addend within 40 of each other, at
    // the bottom of the range every other time.
    int sum = i % 2 ? 127 + int(random() % 20) : 254 + int(random() % 60) - 30;
    int ea = sum / 2 + int(random() % 40) - 20, eb = sum - ea;
    int ec = std::clamp(sum - 127 + int(random() % 40) - 20, 0, 254);
    if (ea < 0 || ea > 254 || eb < 0 || eb > 254)
      continue;
    auto make = [&](int e) {
      uint16_t fraction = uint16_t(random()) & (random() % 3 ? 0x807F : 0x8041);
      return uint16_t(fraction | e << 7);
    };
    uint16_t a = make(ea), b = make(eb), c = make(ec);
    ASSERT_EQ(fmaBF16(a, b, c), fmaByIntegers(FloatKind::BF16, all, a, b, c))
        << std::hex << a << " " << b << " " << c;
    uint16_t minusZero = uint16_t((a ^ b) & 0x8000);
    Half x = take(FloatKind::BF16, a), y = take(FloatKind::BF16, b);
    Wide product = x.significand * y.significand;
    ASSERT_EQ(mulBF16(a, b),
              roundWide(FloatKind::BF16, all, minusZero ? -product : product,
                        x.exponent + y.exponent, minusZero))
        << std::hex << a << " " << b;
    if (std::abs(eb - ec) <= 80) {
      ASSERT_EQ(addBF16(b, c),
                fmaByIntegers(FloatKind::BF16, all, b, 0x3F80, c));
    }
  }
  // The product is a midpoint, and the addend far below decides.
  uint16_t m = 0x3F81, n = 0x3F80 + 64; // 1.0078125 * 1.5 = 1.51171875, a tie
  EXPECT_EQ(fmaBF16(m, n, 0x0000), 0x3FC2); // to even
  EXPECT_EQ(fmaBF16(m, n, 0x0080), 0x3FC2);
  EXPECT_EQ(fmaBF16(m, n, 0x8080), 0x3FC1); // just below the tie
}

TEST(Float, arithmeticOnSpecialValues) {
  EXPECT_EQ(fmaF16(0x7C00, 0x0000, 0x3C00), 0x7FFF);
  EXPECT_EQ(fmaF16(0x7C00, 0x3C00, 0xFC00), 0x7FFF);
  EXPECT_EQ(fmaF16(0x7C00, 0x3C00, 0x3C00), 0x7C00);
  EXPECT_EQ(addF16(0xFE01, 0x3C00), 0x7FFF);
  EXPECT_EQ(addF16(0x7BFF, 0x7BFF), 0x7C00);
  EXPECT_EQ(addF16(0x8000, 0x0000), 0x0000);
  EXPECT_EQ(mulF16(0x8000, 0x3C00), 0x8000);
  EXPECT_EQ(fmaBF16(0x7F80, 0x0000, 0x3F80), 0x7FFF);
  EXPECT_EQ(fmaBF16(0x7F7F, 0x7F7F, 0x3F80), 0x7F80);
  EXPECT_EQ(fmaBF16(0x7F80, 0xBF80, 0x3F80), 0xFF80);
  EXPECT_EQ(addBF16(0xFFC1, 0x3F80), 0x7FFF);
  EXPECT_EQ(mulBF16(0x0080, 0x8000), 0x8000);
  // Arrays, and in place, with a count that is no multiple of a vector.
  std::array<uint16_t, 11> x;
  x.fill(0x7E00);
  addF16(x.data(), x.data(), x.data(), 10);
  EXPECT_EQ(x[9], 0x7FFF);
  EXPECT_EQ(x[10], 0x7E00);
}

} // namespace
