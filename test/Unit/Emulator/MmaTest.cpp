//===- MmaTest.cpp - fragments of mma and mma.sp
//---------------------------===//
//
// Where every element of A, B, C and D lies. The expectations come from tables
// that list, register by register, the first row and column of each fragment as
// the figures of PTX ISA 9.7.14.5 and 9.7.14.6 show them. One-hot operands
// check each element of A and B by itself, random matrices all of them
// together; sums are small integers and exact on every target.
//
//===----------------------------------------------------------------------===//

#include "MmaHarness.h"

#include <algorithm>
#include <random>

using namespace pit::emu;
using namespace pit::emu::test;

namespace {

/// The first element of a register, for lane 0, beside what the lane adds.
struct Start {
  int row, column;
};

/// A shape of a type. Lane l of group g = l / 4, with t = l % 4, holds in
/// register r of A the elements (a[r].row + g, a[r].column + t * e + j) for j
/// below e, the elements of a register; of B (b[r] + t * e + j, g).
struct Layout {
  std::string shape;
  int m, k;
  unsigned bits;
  std::vector<Start> a;
  std::vector<int> b;
};

const Layout kLayouts[] = {
    {"m16n8k8", 16, 8, 16, {{0, 0}, {8, 0}}, {0}},
    {"m16n8k16", 16, 16, 16, {{0, 0}, {8, 0}, {0, 8}, {8, 8}}, {0, 8}},
    {"m16n8k4", 16, 4, 32, {{0, 0}, {8, 0}}, {0}},
    {"m16n8k8", 16, 8, 32, {{0, 0}, {8, 0}, {0, 4}, {8, 4}}, {0, 4}},
    {"m8n8k16", 8, 16, 8, {{0, 0}}, {0}},
    {"m16n8k16", 16, 16, 8, {{0, 0}, {8, 0}}, {0}},
    {"m16n8k32", 16, 32, 8, {{0, 0}, {8, 0}, {0, 16}, {8, 16}}, {0, 16}},
    {"m8n8k32", 8, 32, 4, {{0, 0}}, {0}},
    {"m16n8k32", 16, 32, 4, {{0, 0}, {8, 0}}, {0}},
    {"m16n8k64", 16, 64, 4, {{0, 0}, {8, 0}, {0, 32}, {8, 32}}, {0, 32}},
    {"m8n8k128", 8, 128, 1, {{0, 0}}, {0}},
    {"m16n8k128", 16, 128, 1, {{0, 0}, {8, 0}}, {0}},
    {"m16n8k256", 16, 256, 1, {{0, 0}, {8, 0}, {0, 128}, {8, 128}}, {0, 128}},
    {"m8n8k4", 8, 4, 64, {{0, 0}}, {0}},
    {"m16n8k4", 16, 4, 64, {{0, 0}, {8, 0}}, {0}},
    {"m16n8k8", 16, 8, 64, {{0, 0}, {8, 0}, {0, 4}, {8, 4}}, {0, 4}},
    {"m16n8k16",
     16,
     16,
     64,
     {{0, 0}, {8, 0}, {0, 4}, {8, 4}, {0, 8}, {8, 8}, {0, 12}, {8, 12}},
     {0, 4, 8, 12}},
};

const Layout &layoutOf(const std::string &shape, unsigned bits) {
  for (const Layout &layout : kLayouts)
    if (layout.shape == shape && layout.bits == bits)
      return layout;
  ADD_FAILURE() << "no layout of " << shape;
  return kLayouts[0];
}

/// Where C's element (row, column) is: register and lane.
struct Slot {
  int reg, lane;
};
Slot slotOfC(int row, int column) {
  return {row / 8 * 2 + column % 2, row % 8 * 4 + column / 2};
}

/// Range of small values that every type holds and whose sums are exact.
std::pair<int, int> rangeOf(const std::string &type) {
  if (type == "b1")
    return {0, 1};
  if (type == "u4")
    return {0, 15};
  if (type == "s4")
    return {-8, 7};
  if (type == "u8")
    return {0, 255};
  if (type == "s8")
    return {-128, 127};
  return {-3, 3};
}

/// The bits of a small integer in a type.
uint64_t encode(const std::string &type, int value) {
  uint64_t f32 = std::bit_cast<uint32_t>(float(value));
  if (type == "f16")
    return convertFloat(FloatKind::F32, FloatKind::F16, f32);
  if (type == "bf16")
    return f32 >> 16;
  if (type == "tf32" || type == "f32")
    return f32;
  if (type == "e4m3")
    return convertFloat(FloatKind::F32, FloatKind::E4M3, f32);
  if (type == "e5m2")
    return convertFloat(FloatKind::F32, FloatKind::E5M2, f32);
  if (type == "f64")
    return std::bit_cast<uint64_t>(double(value));
  return uint64_t(int64_t(value));
}

int64_t decodeResult(const std::string &type, uint64_t bits) {
  if (type == "f32")
    return int64_t(std::bit_cast<float>(uint32_t(bits)));
  if (type == "f64")
    return int64_t(std::bit_cast<double>(bits));
  if (type == "f16")
    return int64_t(f16ToF32(uint16_t(bits)));
  return int32_t(bits);
}

unsigned bitsOf(const std::string &type) {
  if (type == "tf32")
    return 32;
  if (type == "e4m3" || type == "e5m2")
    return 8;
  return unsigned(std::stoi(type.substr(type.find_first_of("0123456789"))));
}

using Matrix = std::vector<std::vector<int>>;

Matrix filled(int rows, int columns, int value = 0) {
  return Matrix(size_t(rows), std::vector<int>(size_t(columns), value));
}

Matrix randomMatrix(std::mt19937 &random, int rows, int columns,
                    std::pair<int, int> range) {
  Matrix matrix = filled(rows, columns);
  for (auto &row : matrix)
    for (int &x : row)
      x = range.first +
          int(random() % unsigned(range.second - range.first + 1));
  return matrix;
}

/// One instruction over many blocks.
class MmaRun {
public:
  MmaRun(Layout layout, std::string typeA, std::string typeB, std::string typeC,
         bool sparse = false)
      : layout(std::move(layout)), typeA(std::move(typeA)),
        typeB(std::move(typeB)), typeC(std::move(typeC)), sparse(sparse) {
    bits = this->layout.bits;
    wordBits = bits == 64 ? 64 : 32;
    perWord = int(wordBits / bits);
    regsA = unsigned(this->layout.a.size());
    regsB = unsigned(this->layout.b.size());
    regsC = unsigned(this->layout.m) / (this->typeC == "f16" ? 8 : 4);
  }

  /// Appends a block; `metadata` has a word a lane.
  void add(const Matrix &a, const Matrix &b, const Matrix &c,
           const std::vector<uint32_t> &metadata = {}) {
    size_t at = words.size();
    words.resize(at + (regsA + regsB + regsC + (sparse ? 1 : 0)) * 32);
    auto word = [&](unsigned r, int lane) -> uint64_t & {
      return words[at + r * 32 + unsigned(lane)];
    };
    uint64_t mask = bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
    for (int lane = 0; lane < 32; ++lane) {
      int g = lane / 4, t = lane % 4;
      for (unsigned r = 0; r < regsA; ++r)
        for (int j = 0; j < perWord; ++j) {
          int row = layout.a[r].row + g,
              column = layout.a[r].column + t * perWord + j;
          word(r, lane) |=
              (encode(typeA, a[size_t(row)][size_t(column)]) & mask)
              << (j * int(bits) % 64);
        }
      for (unsigned r = 0; r < regsB; ++r)
        for (int j = 0; j < perWord; ++j) {
          int row = layout.b[r] + t * perWord + j;
          word(regsA + r, lane) |=
              (encode(typeB, b[size_t(row)][size_t(g)]) & mask)
              << (j * int(bits) % 64);
        }
      if (sparse)
        word(regsA + regsB + regsC, lane) = metadata[size_t(lane)];
    }
    for (int row = 0; row < layout.m; ++row)
      for (int column = 0; column < 8; ++column) {
        Slot slot = slotOfC(row, column);
        uint64_t value = encode(typeC, c[size_t(row)][size_t(column)]);
        if (typeC == "f16")
          word(regsA + regsB + unsigned(slot.reg) / 2, slot.lane) |=
              value << 16 * (slot.reg % 2);
        else
          word(regsA + regsB + unsigned(slot.reg), slot.lane) =
              typeC == "s32" ? value & 0xFFFFFFFF : value;
      }
    ++blocks;
  }

  std::string text(const std::string &instruction, const std::string &target,
                   const std::string &version = "8.4") const {
    std::string body = "  " + instruction + " " + vectorOf("d", regsC) + ", " +
                       vectorOf("a", regsA) + ", " + vectorOf("b", regsB) +
                       ", " + vectorOf("c", regsC);
    std::vector<Group> inputs = {
        {regsA, wordBits}, {regsB, wordBits}, {regsC, wordBits}};
    if (sparse) {
      body += ", %e0, " + std::to_string(selector);
      inputs.push_back({1, wordBits});
    }
    return kernelText(target, body + ";\n", inputs, {regsC, wordBits}, version);
  }

  /// D of each block.
  std::vector<Matrix> run(const std::string &text) {
    std::vector<uint64_t> out;
    if (wordBits == 64) {
      out = runKernel(text, words, blocks, regsC * 32);
    } else {
      std::vector<uint32_t> narrow(words.begin(), words.end());
      std::vector<uint32_t> result =
          runKernel(text, narrow, blocks, regsC * 32);
      out.assign(result.begin(), result.end());
    }
    std::vector<Matrix> all;
    for (unsigned block = 0; block < blocks && !out.empty(); ++block) {
      Matrix d = filled(layout.m, 8);
      for (int row = 0; row < layout.m; ++row)
        for (int column = 0; column < 8; ++column) {
          Slot slot = slotOfC(row, column);
          bool half = typeC == "f16";
          uint64_t word =
              out[(block * regsC + unsigned(slot.reg) / (half ? 2 : 1)) * 32 +
                  unsigned(slot.lane)];
          if (half)
            word = word >> 16 * (slot.reg % 2) & 0xFFFF;
          d[size_t(row)][size_t(column)] = int(decodeResult(typeC, word));
        }
      all.push_back(std::move(d));
    }
    return all;
  }

  Layout layout;
  std::string typeA, typeB, typeC;
  bool sparse;
  int selector = 0;
  unsigned bits, wordBits, regsA, regsB, regsC, blocks = 0;
  int perWord;
  std::vector<uint64_t> words;
};

enum class Operation { Multiply, And, Xor };

Matrix product(const Matrix &a, const Matrix &b, const Matrix &c,
               Operation op) {
  Matrix d = c;
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < 8; ++j)
      for (size_t l = 0; l < b.size(); ++l)
        d[i][j] += op == Operation::Multiply ? a[i][l] * b[l][j]
                   : op == Operation::And    ? (a[i][l] & b[l][j])
                                             : (a[i][l] ^ b[l][j]);
  return d;
}

struct Variant {
  const char *shape, *a, *b, *c;
  const char *target;
  const char *suffix = "";
};

const Variant kVariants[] = {
    {"m16n8k8", "f16", "f16", "f32", "sm_80"},
    {"m16n8k8", "f16", "f16", "f16", "sm_80"},
    {"m16n8k16", "f16", "f16", "f32", "sm_80"},
    {"m16n8k16", "f16", "f16", "f16", "sm_80"},
    {"m16n8k16", "f16", "f16", "f32", "sm_90"},
    {"m16n8k8", "bf16", "bf16", "f32", "sm_80"},
    {"m16n8k16", "bf16", "bf16", "f32", "sm_80"},
    {"m16n8k4", "tf32", "tf32", "f32", "sm_80"},
    {"m16n8k8", "tf32", "tf32", "f32", "sm_80"},
    {"m16n8k32", "e4m3", "e4m3", "f32", "sm_89"},
    {"m16n8k32", "e5m2", "e4m3", "f32", "sm_89"},
    {"m16n8k32", "e4m3", "e5m2", "f32", "sm_90"},
    {"m16n8k32", "e5m2", "e5m2", "f32", "sm_90"},
    {"m8n8k16", "s8", "s8", "s32", "sm_80"},
    {"m8n8k16", "u8", "s8", "s32", "sm_80"},
    {"m16n8k16", "s8", "u8", "s32", "sm_80"},
    {"m16n8k16", "u8", "u8", "s32", "sm_80"},
    {"m16n8k32", "s8", "s8", "s32", "sm_80"},
    {"m16n8k32", "u8", "s8", "s32", "sm_80"},
    {"m16n8k32", "s8", "u8", "s32", "sm_80"},
    {"m16n8k32", "u8", "u8", "s32", "sm_80"},
    {"m8n8k32", "s4", "s4", "s32", "sm_80"},
    {"m8n8k32", "u4", "s4", "s32", "sm_80"},
    {"m16n8k32", "s4", "u4", "s32", "sm_80"},
    {"m16n8k64", "s4", "s4", "s32", "sm_80"},
    {"m16n8k64", "u4", "u4", "s32", "sm_80"},
    {"m8n8k128", "b1", "b1", "s32", "sm_80", ".xor.popc"},
    {"m8n8k128", "b1", "b1", "s32", "sm_80", ".and.popc"},
    {"m16n8k128", "b1", "b1", "s32", "sm_80", ".xor.popc"},
    {"m16n8k128", "b1", "b1", "s32", "sm_80", ".and.popc"},
    {"m16n8k256", "b1", "b1", "s32", "sm_80", ".xor.popc"},
    {"m16n8k256", "b1", "b1", "s32", "sm_80", ".and.popc"},
    {"m8n8k4", "f64", "f64", "f64", "sm_80"},
    {"m16n8k4", "f64", "f64", "f64", "sm_90"},
    {"m16n8k8", "f64", "f64", "f64", "sm_90"},
    {"m16n8k16", "f64", "f64", "f64", "sm_90"},
};

class MmaFragments : public testing::TestWithParam<Variant> {};

TEST_P(MmaFragments, oneHotAndRandom) {
  const Variant &v = GetParam();
  MmaRun run(layoutOf(v.shape, bitsOf(v.a)), v.a, v.b, v.c);
  std::string suffix = v.suffix;
  Operation op = suffix == ".and.popc"   ? Operation::And
                 : suffix == ".xor.popc" ? Operation::Xor
                                         : Operation::Multiply;
  std::string text =
      run.text("mma.sync.aligned." + std::string(v.shape) + ".row.col." + v.c +
                   "." + v.a + "." + v.b + "." + v.c + v.suffix,
               v.target);
  ASSERT_TRUE(acceptedByPtxas(text, v.target)) << text;

  int m = run.layout.m, k = run.layout.k;
  std::mt19937 random(11);
  std::vector<Matrix> expected;
  auto add = [&](const Matrix &a, const Matrix &b, const Matrix &c) {
    run.add(a, b, c);
    expected.push_back(product(a, b, c, op));
  };
  Matrix zeroA = filled(m, k), zeroB = filled(k, 8), zeroC = filled(m, 8);
  std::pair<int, int> rangeC = {-100, 100};
  // Of the large b1 shapes every fifth element is enough: the registers differ.
  int step = m * k > 1024 ? 5 : 1;
  for (int at = 0; at < m * k; at += step) {
    Matrix a = zeroA;
    a[size_t(at / k)][size_t(at % k)] = 1;
    add(a, randomMatrix(random, k, 8, rangeOf(v.b)), zeroC);
  }
  for (int at = 0; at < k * 8; at += step) {
    Matrix b = zeroB;
    b[size_t(at / 8)][size_t(at % 8)] = 1;
    add(randomMatrix(random, m, k, rangeOf(v.a)), b, zeroC);
  }
  for (int at = 0; at < m * 8; ++at) {
    Matrix c = zeroC;
    c[size_t(at / 8)][size_t(at % 8)] = 1;
    add(zeroA, zeroB, c);
  }
  for (int i = 0; i < 20; ++i)
    add(randomMatrix(random, m, k, rangeOf(v.a)),
        randomMatrix(random, k, 8, rangeOf(v.b)),
        randomMatrix(random, m, 8, rangeC));

  std::vector<Matrix> results = run.run(text);
  ASSERT_EQ(results.size(), expected.size());
  for (size_t i = 0; i < results.size(); ++i)
    ASSERT_EQ(results[i], expected[i]) << "block " << i << "\n" << text;
}

INSTANTIATE_TEST_SUITE_P(AllShapes, MmaFragments, testing::ValuesIn(kVariants),
                         [](const testing::TestParamInfo<Variant> &info) {
                           std::string name =
                               std::string(info.param.shape) + "_" +
                               info.param.a + "_" + info.param.b + "_" +
                               info.param.c + "_" + info.param.target +
                               info.param.suffix;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(Mma, satfiniteClamps) {
  for (bool satfinite : {false, true}) {
    MmaRun run(layoutOf("m16n8k32", 8), "s8", "u8", "s32");
    std::string text = run.text("mma.sync.aligned.m16n8k32.row.col" +
                                    std::string(satfinite ? ".satfinite" : "") +
                                    ".s32.s8.u8.s32",
                                "sm_80");
    ASSERT_TRUE(acceptedByPtxas(text, "sm_80"));
    Matrix a = filled(16, 32, 127), b = filled(32, 8, 255);
    Matrix c = filled(16, 8, INT32_MAX - 1000);
    for (int &x : a[3])
      x = -128;
    c[3].assign(8, INT32_MIN + 1000);
    run.add(a, b, c);
    std::vector<Matrix> d = run.run(text);
    ASSERT_EQ(d.size(), 1u);
    int64_t high = int64_t(INT32_MAX) - 1000 + 32 * 127 * 255;
    int64_t low = int64_t(INT32_MIN) + 1000 - 32 * 128 * 255;
    EXPECT_EQ(d[0][0][0],
              satfinite ? INT32_MAX : int32_t(uint32_t(uint64_t(high))));
    EXPECT_EQ(d[0][3][7],
              satfinite ? INT32_MIN : int32_t(uint32_t(uint64_t(low))));
  }
}

//===----------------------------------------------------------------------===//
// m8n8k4 of f16: quad pairs
//===----------------------------------------------------------------------===//

TEST(Mma, quadPairs) {
  std::mt19937 random(12);
  struct Types {
    const char *d, *c;
  };
  for (Types types :
       {Types{"f16", "f16"}, Types{"f32", "f16"}, Types{"f32", "f32"}})
    for (bool columnA : {false, true})
      for (bool rowB : {false, true}) {
        unsigned regsC = std::string(types.c) == "f16" ? 4 : 8;
        unsigned regsD = std::string(types.d) == "f16" ? 4 : 8;
        std::string instruction = std::string("mma.sync.aligned.m8n8k4.") +
                                  (columnA ? "col." : "row.") +
                                  (rowB ? "row." : "col.") + types.d +
                                  ".f16.f16." + types.c;
        std::string text =
            kernelText("sm_80",
                       "  " + instruction + " " + vectorOf("d", regsD) + ", " +
                           vectorOf("a", 2) + ", " + vectorOf("b", 2) + ", " +
                           vectorOf("c", regsC) + ";\n",
                       {{2}, {2}, {regsC}}, {regsD});
        ASSERT_TRUE(acceptedByPtxas(text, "sm_80")) << text;

        // Four products a block; one-hot in A, then random.
        const unsigned blocks = 40;
        std::vector<uint32_t> words;
        std::vector<Matrix> expected; // [block * 4 + pair]
        for (unsigned block = 0; block < blocks; ++block) {
          std::vector<std::vector<uint32_t>> reg(4 + regsC,
                                                 std::vector<uint32_t>(32));
          for (int pair = 0; pair < 4; ++pair) {
            Matrix a = randomMatrix(random, 8, 4, {-5, 5});
            Matrix b = randomMatrix(random, 4, 8, {-5, 5});
            Matrix c = randomMatrix(random, 8, 8, {-50, 50});
            if (block < 32) {
              a.assign(8, std::vector<int>(4, 0));
              a[block / 4][block % 4] = 1;
            }
            expected.push_back(product(a, b, c, Operation::Multiply));
            for (int lane = 0; lane < 32; ++lane) {
              if (lane % 16 / 4 != pair)
                continue;
              int upper = lane < 16 ? 0 : 4;
              auto put = [&](unsigned r, int i, int value) {
                reg[r + unsigned(i) / 2][size_t(lane)] |=
                    uint32_t(encode("f16", value)) << 16 * (i % 2);
              };
              for (int i = 0; i < 4; ++i) {
                put(0, i,
                    columnA ? a[size_t(i + upper)][size_t(lane % 4)]
                            : a[size_t(lane % 4 + upper)][size_t(i)]);
                put(2, i,
                    rowB ? b[size_t(lane % 4)][size_t(i + upper)]
                         : b[size_t(i)][size_t(lane % 4 + upper)]);
              }
              for (int i = 0; i < 8; ++i) {
                if (regsC == 4)
                  put(4, i, c[size_t(lane % 4 + upper)][size_t(i)]);
                else
                  reg[size_t(4 + i)][size_t(lane)] = uint32_t(
                      encode("f32", c[size_t((lane & 1) + (i & 2) + upper)]
                                     [size_t((i & 4) + (lane & 2) + (i & 1))]));
              }
            }
          }
          for (auto &r : reg)
            words.insert(words.end(), r.begin(), r.end());
        }
        std::vector<uint32_t> out = runKernel(text, words, blocks, regsD * 32);
        ASSERT_FALSE(out.empty());
        for (unsigned block = 0; block < blocks; ++block)
          for (int lane = 0; lane < 32; ++lane)
            for (int i = 0; i < 8; ++i) {
              const Matrix &d = expected[block * 4 + unsigned(lane) % 16 / 4];
              int upper = lane < 16 ? 0 : 4;
              unsigned r = regsD == 4 ? unsigned(i) / 2 : unsigned(i);
              uint32_t word = out[(block * regsD + r) * 32 + unsigned(lane)];
              int want = regsD == 4 ? d[size_t(lane % 4 + upper)][size_t(i)]
                                    : d[size_t((lane & 1) + (i & 2) + upper)]
                                       [size_t((i & 4) + (lane & 2) + (i & 1))];
              int64_t got =
                  regsD == 4
                      ? decodeResult("f16", word >> 16 * (i % 2) & 0xFFFF)
                      : decodeResult("f32", word);
              ASSERT_EQ(got, want) << instruction << ", block " << block
                                   << ", lane " << lane << ", element " << i;
            }
      }
}

//===----------------------------------------------------------------------===//
// mma.sp
//===----------------------------------------------------------------------===//

struct SparseVariant {
  const char *shape, *a, *b, *c, *target;
  int selectors;
};
const SparseVariant kSparse[] = {
    {"m16n8k16", "f16", "f16", "f32", "sm_80", 4},
    {"m16n8k16", "f16", "f16", "f16", "sm_80", 4},
    {"m16n8k32", "f16", "f16", "f32", "sm_80", 2},
    {"m16n8k32", "f16", "f16", "f16", "sm_80", 2},
    {"m16n8k16", "bf16", "bf16", "f32", "sm_80", 4},
    {"m16n8k32", "bf16", "bf16", "f32", "sm_90", 2},
    {"m16n8k8", "tf32", "tf32", "f32", "sm_80", 4},
    {"m16n8k16", "tf32", "tf32", "f32", "sm_80", 2},
    {"m16n8k32", "s8", "s8", "s32", "sm_80", 2},
    {"m16n8k32", "u8", "s8", "s32", "sm_80", 2},
    {"m16n8k64", "s8", "u8", "s32", "sm_80", 1},
    {"m16n8k64", "u8", "u8", "s32", "sm_80", 1},
    {"m16n8k64", "s4", "s4", "s32", "sm_80", 2},
    {"m16n8k64", "u4", "s4", "s32", "sm_80", 2},
    {"m16n8k128", "s4", "u4", "s32", "sm_80", 1},
    {"m16n8k64", "e4m3", "e4m3", "f32", "sm_89", 1},
    {"m16n8k64", "e5m2", "e4m3", "f32", "sm_89", 1},
};

class MmaSparse : public testing::TestWithParam<SparseVariant> {};

TEST_P(MmaSparse, allSelectors) {
  const SparseVariant &v = GetParam();
  unsigned bits = bitsOf(v.a);
  std::string shape = v.shape;
  int k = std::stoi(shape.substr(shape.find('k') + 1));
  // A's registers are those of the dense shape of half of k, B's those of k.
  Layout layout{shape, 16, k / 2, bits, {}, {}};
  int width = int(128 / bits); // elements of four lanes' registers
  for (int column = 0; column < k / 2; column += width) {
    layout.a.push_back({0, column});
    layout.a.push_back({8, column});
  }
  for (int row = 0; row < k; row += width)
    layout.b.push_back(row);

  for (int selector = 0; selector < v.selectors; ++selector)
    for (bool ordered : {false, true}) {
      MmaRun run(layout, v.a, v.b, v.c, /*sparse=*/true);
      run.selector = selector;
      std::string text = run.text(std::string("mma.sp") +
                                      (ordered ? "::ordered_metadata" : "") +
                                      ".sync.aligned." + v.shape + ".row.col." +
                                      v.c + "." + v.a + "." + v.b + "." + v.c,
                                  v.target, "8.5");
      if (selector == 0) {
        ASSERT_TRUE(acceptedByPtxas(text, v.target)) << text;
      }
      std::mt19937 random(unsigned(selector) + 20);
      std::vector<Matrix> expected;
      for (int block = 0; block < 60; ++block) {
        Matrix stored = randomMatrix(random, 16, k / 2, rangeOf(v.a));
        if (block < 40) { // one-hot
          int at = int(random() % unsigned(16 * k / 2));
          int value = stored[size_t(at / (k / 2))][size_t(at % (k / 2))];
          stored.assign(16, std::vector<int>(size_t(k / 2), 0));
          stored[size_t(at / (k / 2))][size_t(at % (k / 2))] =
              value ? value : 1;
        }
        Matrix b = randomMatrix(random, k, 8, rangeOf(v.b));
        Matrix c = randomMatrix(random, 16, 8, {-100, 100});
        // Choose positions; put A where it belongs; write the metadata of a row
        // as a string of bits.
        Matrix dense = filled(16, k);
        std::vector<std::vector<bool>> rowBits(16);
        for (int row = 0; row < 16; ++row) {
          auto push = [&](int value, int count) {
            for (int i = 0; i < count; ++i)
              rowBits[size_t(row)].push_back(value >> i & 1);
          };
          int next = 0;
          auto place = [&](int position) {
            dense[size_t(row)][size_t(position)] =
                stored[size_t(row)][size_t(next++)];
          };
          if (bits == 32) {
            for (int chunk = 0; chunk < k; chunk += 2) {
              bool second = random() % 2;
              place(chunk + second);
              push(second ? 0xE : 0x4, 4);
            }
            continue;
          }
          int pair = bits == 4 ? 2 : 1;
          for (int chunk = 0; chunk < k; chunk += 4 * pair) {
            int first = int(random() % 3),
                second = first + 1 + int(random() % unsigned(3 - first));
            for (int position : {first, second}) {
              for (int j = 0; j < pair; ++j)
                place(chunk + position * pair + j);
              push(position, 2);
            }
          }
        }
        // Which lane holds which bits of which row.
        std::vector<uint32_t> metadata(32, 0xDEADBEEF);
        auto bitsAt = [&](int row, int from, int count) {
          uint32_t word = 0;
          for (int i = 0; i < count; ++i)
            word |= uint32_t(rowBits[size_t(row)][size_t(from + i)]) << i;
          return word;
        };
        size_t length = rowBits[0].size();
        for (int g = 0; g < 8; ++g) {
          auto halves = [&](int from) {
            return bitsAt(g, from, 16) | bitsAt(g + 8, from, 16) << 16;
          };
          if (bits >= 16 && length == 16) {
            metadata[size_t(4 * g + selector)] = halves(0);
          } else if (bits >= 16) {
            metadata[size_t(4 * g + 2 * selector)] = halves(0);
            metadata[size_t(4 * g + 2 * selector + 1)] = halves(16);
          } else if (length == 32) {
            metadata[size_t(4 * g + 2 * selector)] = bitsAt(g, 0, 32);
            metadata[size_t(4 * g + 2 * selector + 1)] = bitsAt(g + 8, 0, 32);
          } else {
            for (int part = 0; part < 2; ++part) {
              metadata[size_t(4 * g + 2 * part)] = bitsAt(g, 32 * part, 32);
              metadata[size_t(4 * g + 2 * part + 1)] =
                  bitsAt(g + 8, 32 * part, 32);
            }
          }
        }
        run.add(stored, b, c, metadata);
        expected.push_back(product(dense, b, c, Operation::Multiply));
      }
      std::vector<Matrix> results = run.run(text);
      ASSERT_EQ(results.size(), expected.size());
      for (size_t i = 0; i < results.size(); ++i)
        ASSERT_EQ(results[i], expected[i]) << "block " << i << "\n" << text;
    }
}

INSTANTIATE_TEST_SUITE_P(AllShapes, MmaSparse, testing::ValuesIn(kSparse),
                         [](const testing::TestParamInfo<SparseVariant> &info) {
                           return std::string(info.param.shape) + "_" +
                                  info.param.a + "_" + info.param.b + "_" +
                                  info.param.c + "_" + info.param.target;
                         });

//===----------------------------------------------------------------------===//
// Numerics of the target, and what is reported
//===----------------------------------------------------------------------===//

/// 1 + 4 * 2^-25 in an f16 mma.m16n8k16.
float sumOfSmall(const std::string &target, MmaMode mode) {
  MmaRun run(layoutOf("m16n8k16", 16), "f16", "f16", "f32");
  std::string text =
      run.text("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", target);
  Matrix zero = filled(16, 16), c = filled(16, 8, 1);
  run.add(zero, zero, c);
  for (size_t l = 0; l < 2; ++l) {
    // Row 0, k = 0..3: 2^-13. Column 0: 2^-12.
    run.words[l] = 0x08000800u;
    run.words[4 * 32 + l] = 0x0C000C00u;
  }
  LaunchOptions options;
  options.mma = mode;
  std::vector<uint32_t> words(run.words.begin(), run.words.end());
  std::vector<uint32_t> out = runKernel(text, words, 1, 4 * 32, options);
  return out.empty() ? 0.0f : std::bit_cast<float>(out[0]);
}

TEST(Mma, roundsAsTheTarget) {
  EXPECT_EQ(sumOfSmall("sm_80", MmaMode::Exact), 1.0f);
  EXPECT_EQ(sumOfSmall("sm_90", MmaMode::Exact), 1.0f + 0x1p-23f);
  EXPECT_EQ(sumOfSmall("sm_90", MmaMode::Fp32), 1.0f);
}

TEST(Mma, needsAllLanes) {
  std::string text =
      kernelText("sm_80",
                 "  .reg .pred %p;\n  setp.gt.u32 %p, %l, 29;\n  @%p ret;\n"
                 "  mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%d0, %d1}, "
                 "{%a0}, {%b0}, {%c0, %c1};\n",
                 {{1}, {1}, {2}}, {2});
  std::vector<Report> reports;
  runKernel(text, std::vector<uint32_t>(4 * 32), 1, 64, {}, &reports);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::Misuse);
  EXPECT_NE(reports[0].message.find("only 30 take part"), std::string::npos)
      << reports[0].message;
  EXPECT_NE(reports[0].text.find("mma.sync"), std::string::npos);
}

TEST(Mma, badMetadataIsReported) {
  // All fields zero: each pair names its first element twice.
  std::string text =
      kernelText("sm_80",
                 "  mma.sp.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
                 "{%d0, %d1, %d2, %d3}, {%a0, %a1}, {%b0, %b1}, "
                 "{%c0, %c1, %c2, %c3}, %e0, 0;\n",
                 {{2}, {2}, {4}, {1}}, {4});
  std::vector<Report> reports;
  runKernel(text, std::vector<uint32_t>(9 * 32), 1, 128, {}, &reports);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::Misuse);
  EXPECT_NE(reports[0].message.find("names one position twice"),
            std::string::npos);
}

TEST(Mma, sparseMeetsNoInfinityWhereAIsEmpty) {
  // Row 0 of A stores positions 0 and 1 of each four; B holds Inf at 2.
  std::string text =
      kernelText("sm_80",
                 "  mma.sp.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
                 "{%d0, %d1, %d2, %d3}, {%a0, %a1}, {%b0, %b1}, "
                 "{%c0, %c1, %c2, %c3}, %e0, 0;\n",
                 {{2}, {2}, {4}, {1}}, {4});
  std::vector<uint32_t> words(9 * 32, 0);
  for (size_t l = 0; l < 32; ++l)
    words[8 * 32 + l] = 0x44444444; // 0, 1, 0, 1, ...
  words[0] = 0x3C003C00;            // A[0]: stored 0 and 1 are 1
  words[2 * 32 + 0] = 0x40003C00;   // B[0][0] = 1, B[1][0] = 2
  words[2 * 32 + 1] = 0x3C007C00;   // B[2][0] = Inf, B[3][0] = 1
  std::vector<uint32_t> out = runKernel(text, words, 1, 128);
  ASSERT_FALSE(out.empty());
  EXPECT_EQ(std::bit_cast<float>(out[0]), 3.0f);
}

TEST(Mma, refusesWhatDoesNotExist) {
  auto error = [](const std::string &instruction, const char *target = "sm_80",
                  unsigned a = 4, unsigned b = 2) {
    return loadError(kernelText(
        target,
        "  " + instruction + " " + vectorOf("d", 4) + ", " + vectorOf("a", a) +
            ", " + vectorOf("b", b) + ", " + vectorOf("c", 4) + ";\n",
        {{a}, {b}, {4}}, {4}));
  };
  auto has = [](const std::string &message, const char *part) {
    return message.find(part) != std::string::npos
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << "got: " << message;
  };
  EXPECT_TRUE(has(error("mma.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32"),
                  "no shape m16n8k32 for type '.f16'"));
  EXPECT_TRUE(has(error("mma.sync.aligned.m16n8k16.row.col.f32.f16.bf16.f32"),
                  "cannot multiply '.f16' by '.bf16'"));
  EXPECT_TRUE(has(error("mma.sync.aligned.m16n8k16.col.col.f32.f16.f16.f32"),
                  "'.row'"));
  EXPECT_TRUE(has(error("mma.sync.aligned.m16n8x.row.col.f32.f16.f16.f32"),
                  "expects a shape"));
  EXPECT_TRUE(has(
      error("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", "sm_80", 2),
      "operand 2 expects 4 registers, but got 2"));
  EXPECT_TRUE(has(error("mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32"),
                  "sm_89"));
  EXPECT_TRUE(
      has(error("mma.sync.aligned.m16n8k16.row.col.satfinite.f32.f16.f16.f32"),
          "'.satfinite'"));
  EXPECT_TRUE(has(error("mma.sync.aligned.m16n8k32.row.col.s32.s8.s4.s32"),
                  "cannot multiply"));
  EXPECT_EQ(error("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32"), "");
}

} // namespace
