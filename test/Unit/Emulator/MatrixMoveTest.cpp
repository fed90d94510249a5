//===- MatrixMoveTest.cpp - ldmatrix, movmatrix, wmma
//----------------------===//

#include "MmaHarness.h"

#include <algorithm>
#include <random>

using namespace pit::emu;
using namespace pit::emu::test;

namespace {

//===----------------------------------------------------------------------===//
// ldmatrix
//===----------------------------------------------------------------------===//

/// Each lane's first input register is the shared address of a row, from the
/// start of the variable; the others are stored to shared memory, 4 words a
/// lane at byte 16 * lane.
std::string ldmatrixText(const std::string &instruction, unsigned count,
                         const std::string &address = "[%a0]",
                         const std::string &before = "") {
  return kernelText(
      "sm_80",
      "  .shared .align 16 .b8 tile[1024];\n  .reg .u32 %s;\n  .reg .u64 %g;\n"
      "  mov.u32 %s, tile;\n  add.u32 %a0, %a0, %s;\n"
      "  mad.lo.u32 %s, %l, 16, %s;\n"
      "  st.shared.v4.b32 [%s], {%a1, %a2, %a3, %a4};\n  bar.sync 0;\n" +
          before + "  " + instruction + " " + vectorOf("d", count) + ", " +
          address + ";\n",
      {{5}}, {count});
}

/// Element (row, column) of matrix `matrix` is this number.
uint32_t element(unsigned matrix, unsigned row, unsigned column) {
  return matrix << 8 | row << 4 | column | 0x1000;
}

/// Row i of matrix j lies at 16 * slot(8 * j + i).
unsigned slot(unsigned row) { return (row * 13 + 5) % 32; }

std::vector<uint32_t> tileInput() {
  std::vector<uint32_t> words(5 * 32);
  for (unsigned row = 0; row < 32; ++row) {
    words[row] = 16 * slot(row);
    for (unsigned pair = 0; pair < 4; ++pair)
      words[(1 + pair) * 32 + slot(row)] =
          element(row / 8, row % 8, 2 * pair) |
          element(row / 8, row % 8, 2 * pair + 1) << 16;
  }
  return words;
}

TEST(Ldmatrix, everyElementOfEveryMatrix) {
  for (unsigned count : {1u, 2u, 4u})
    for (bool trans : {false, true})
      for (std::string space : {"", ".shared", ".shared::cta"}) {
        std::string instruction = "ldmatrix.sync.aligned.m8n8.x" +
                                  std::to_string(count) +
                                  (trans ? ".trans" : "") + space + ".b16";
        // Without a space the address is a generic one.
        bool generic = space.empty();
        std::string text = ldmatrixText(
            instruction, count, generic ? "[%g]" : "[%a0]",
            generic ? "  cvt.u64.u32 %g, %a0;\n  cvta.shared.u64 %g, %g;\n"
                    : "");
        ASSERT_TRUE(acceptedByPtxas(text, "sm_80")) << text;
        std::vector<uint32_t> out = runKernel(text, tileInput(), 1, count * 32);
        ASSERT_FALSE(out.empty());
        for (unsigned r = 0; r < count; ++r)
          for (unsigned lane = 0; lane < 32; ++lane) {
            unsigned row = lane / 4, column = lane % 4 * 2;
            uint32_t expected = trans ? element(r, column, row) |
                                            element(r, column + 1, row) << 16
                                      : element(r, row, column) |
                                            element(r, row, column + 1) << 16;
            ASSERT_EQ(out[r * 32 + lane], expected)
                << instruction << ", register " << r << ", lane " << lane;
          }
      }
}

TEST(Ldmatrix, takesTheModifiersOfCutlass) {
  std::string text =
      ldmatrixText("ldmatrix.sync.aligned.x2.trans.m8n8.shared.b16", 2);
  ASSERT_TRUE(acceptedByPtxas(text, "sm_80"));
  std::vector<uint32_t> out = runKernel(text, tileInput(), 1, 64);
  ASSERT_FALSE(out.empty());
  EXPECT_EQ(out[32 + 5], element(1, 2, 1) | element(1, 3, 1) << 16);
}

TEST(Ldmatrix, looksAtTheAddressesOfItsRowsOnly) {
  // x1 takes the addresses of lanes 0 to 7; the others are wild.
  std::vector<uint32_t> words = tileInput();
  for (unsigned lane = 8; lane < 32; ++lane)
    words[lane] = 0x7FFFFF01;
  std::vector<uint32_t> out =
      runKernel(ldmatrixText("ldmatrix.sync.aligned.m8n8.x1.shared.b16", 1),
                words, 1, 32);
  ASSERT_FALSE(out.empty());
  EXPECT_EQ(out[31], element(0, 7, 6) | element(0, 7, 7) << 16);
}

TEST(Ldmatrix, reportsBadRows) {
  auto report = [](unsigned lane, uint32_t address) {
    std::vector<uint32_t> words = tileInput();
    words[lane] = address;
    std::vector<Report> reports;
    runKernel(ldmatrixText("ldmatrix.sync.aligned.m8n8.x4.shared.b16", 4),
              words, 1, 128, {}, &reports);
    return reports;
  };
  std::vector<Report> misaligned = report(9, 8);
  ASSERT_EQ(misaligned.size(), 1u);
  EXPECT_EQ(misaligned[0].kind, ReportKind::Misaligned);
  EXPECT_EQ(misaligned[0].lane, 9);
  std::vector<Report> outside = report(30, 1024);
  ASSERT_EQ(outside.size(), 1u);
  EXPECT_EQ(outside[0].kind, ReportKind::OutOfBounds);
  EXPECT_EQ(outside[0].lane, 30);
  std::vector<Report> unwritten = report(3, 512);
  ASSERT_EQ(unwritten.size(), 1u);
  EXPECT_EQ(unwritten[0].kind, ReportKind::Uninitialized);
}

TEST(Ldmatrix, refusesWhatDoesNotExist) {
  auto error = [](const std::string &instruction, unsigned count) {
    return loadError(ldmatrixText(instruction, count));
  };
  auto has = [](const std::string &message, const char *part) {
    return message.find(part) != std::string::npos
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << "got: " << message;
  };
  EXPECT_TRUE(has(error("ldmatrix.sync.aligned.m8n8.x2.shared.b16", 4),
                  "operand 1 expects 2 registers, but got 4"));
  EXPECT_TRUE(has(error("ldmatrix.sync.aligned.m8n8.shared.b16", 1),
                  "'.x1', '.x2', '.x4'"));
  EXPECT_TRUE(has(error("ldmatrix.sync.aligned.m16n16.x1.trans.shared.b8", 2),
                  "sm_100a"));
  EXPECT_TRUE(has(error("ldmatrix.sync.aligned.m8n8.x1.shared.b32", 1), "b32"));
}

TEST(Movmatrix, transposes) {
  std::string text =
      kernelText("sm_80", "  movmatrix.sync.aligned.m8n8.trans.b16 %d0, %a0;\n",
                 {{1}}, {1});
  ASSERT_TRUE(acceptedByPtxas(text, "sm_80"));
  std::vector<uint32_t> words(32);
  for (unsigned lane = 0; lane < 32; ++lane)
    words[lane] = element(0, lane / 4, lane % 4 * 2) |
                  element(0, lane / 4, lane % 4 * 2 + 1) << 16;
  std::vector<uint32_t> out = runKernel(text, words, 1, 32);
  ASSERT_FALSE(out.empty());
  for (unsigned lane = 0; lane < 32; ++lane)
    EXPECT_EQ(out[lane], element(0, lane % 4 * 2, lane / 4) |
                             element(0, lane % 4 * 2 + 1, lane / 4) << 16);
}

//===----------------------------------------------------------------------===//
// wmma
//===----------------------------------------------------------------------===//

struct WmmaVariant {
  int m, n, k;
  const char *type, *c, *d;
  unsigned regsA, regsB, regsC, regsD;
  const char *target;
  const char *front = "", *back = "";
};

const WmmaVariant kWmma[] = {
    {16, 16, 16, "f16", "f32", "f32", 8, 8, 8, 8, "sm_80"},
    {16, 16, 16, "f16", "f16", "f16", 8, 8, 4, 4, "sm_80"},
    {16, 16, 16, "f16", "f16", "f32", 8, 8, 4, 8, "sm_80"},
    {16, 16, 16, "f16", "f32", "f16", 8, 8, 8, 4, "sm_80"},
    {8, 32, 16, "f16", "f32", "f32", 8, 8, 8, 8, "sm_80"},
    {32, 8, 16, "f16", "f16", "f16", 8, 8, 4, 4, "sm_90"},
    {16, 16, 16, "bf16", "f32", "f32", 4, 4, 8, 8, "sm_80"},
    {8, 32, 16, "bf16", "f32", "f32", 2, 8, 8, 8, "sm_80"},
    {32, 8, 16, "bf16", "f32", "f32", 8, 2, 8, 8, "sm_80"},
    {16, 16, 8, "tf32", "f32", "f32", 4, 4, 8, 8, "sm_80"},
    {16, 16, 16, "s8", "s32", "s32", 2, 2, 8, 8, "sm_80"},
    {8, 32, 16, "u8", "s32", "s32", 1, 4, 8, 8, "sm_80"},
    {32, 8, 16, "s8", "s32", "s32", 4, 1, 8, 8, "sm_80", "", ".satfinite"},
    {8, 8, 32, "s4", "s32", "s32", 1, 1, 2, 2, "sm_80"},
    {8, 8, 32, "u4", "s32", "s32", 1, 1, 2, 2, "sm_80"},
    {8, 8, 128, "b1", "s32", "s32", 1, 1, 2, 2, "sm_80", ".xor.popc"},
    {8, 8, 128, "b1", "s32", "s32", 1, 1, 2, 2, "sm_80", ".and.popc"},
    {8, 8, 4, "f64", "f64", "f64", 1, 1, 2, 2, "sm_80", "", ".rn"},
};

unsigned widthOf(const std::string &type) {
  return type == "tf32" ? 32
                        : unsigned(std::stoi(
                              type.substr(type.find_first_of("0123456789"))));
}

/// Writes `value` as element `at` of an array of `type`.
void put(std::vector<uint8_t> &bytes, const std::string &type, size_t at,
         int value) {
  unsigned width = widthOf(type);
  uint64_t bits = uint64_t(int64_t(value));
  uint64_t f32 = std::bit_cast<uint32_t>(float(value));
  if (type == "f16")
    bits = f32ToF16(float(value));
  else if (type == "bf16")
    bits = f32 >> 16;
  else if (type == "f32" || type == "tf32")
    bits = f32;
  else if (type == "f64")
    bits = std::bit_cast<uint64_t>(double(value));
  for (unsigned bit = 0; bit < width; ++bit) {
    size_t place = at * width + bit;
    if (bits >> bit & 1)
      bytes[place / 8] |= uint8_t(1 << place % 8);
  }
}

int get(const std::vector<uint8_t> &bytes, const std::string &type, size_t at) {
  uint64_t bits = 0;
  unsigned width = widthOf(type);
  for (unsigned i = 0; i < width / 8; ++i)
    bits |= uint64_t(bytes[at * width / 8 + i]) << 8 * i;
  if (type == "f16")
    return int(f16ToF32(uint16_t(bits)));
  if (type == "f32")
    return int(std::bit_cast<float>(uint32_t(bits)));
  if (type == "f64")
    return int(std::bit_cast<double>(bits));
  return int(int32_t(bits));
}

class Wmma : public testing::TestWithParam<WmmaVariant> {};

TEST_P(Wmma, multipliesInEveryLayout) {
  const WmmaVariant &v = GetParam();
  std::string type = v.type, front = v.front;
  bool small = widthOf(type) < 8;
  std::string shape = "m" + std::to_string(v.m) + "n" + std::to_string(v.n) +
                      "k" + std::to_string(v.k);
  auto reg = [&](const std::string &t) {
    return t == "f32" || t == "f64" ? "." + t : std::string(".b32");
  };
  std::mt19937 random(31);
  for (int layouts = 0; layouts < 16; ++layouts) {
    bool columnA = layouts & 1, columnB = layouts & 2, columnC = layouts & 4,
         columnD = layouts & 8;
    if (small && (columnA || !columnB))
      continue;
    // A leading dimension a little longer than the matrix, in whole 16 bytes.
    auto leading = [&](int extent, const std::string &t) {
      int unit = int(128 / widthOf(t));
      return (extent + unit - 1) / unit * unit + (small ? 0 : unit);
    };
    int ldA = leading(columnA ? v.m : v.k, type),
        ldB = leading(columnB ? v.k : v.n, type);
    int ldC = leading(columnC ? v.m : v.n, v.c),
        ldD = leading(columnD ? v.m : v.n, v.d);
    auto name = [](bool column) {
      return column ? std::string("col") : std::string("row");
    };
    std::string text = ".version 8.4\n.target " + std::string(v.target) +
                       "\n.address_size 64\n"
                       ".visible .entry k(.param .u64 a, .param .u64 b, .param "
                       ".u64 c, .param .u64 d) {\n"
                       "  .reg .u64 %p<4>;\n  .reg " +
                       reg(type) + " %a<8>, %b<8>;\n  .reg " + reg(v.c) +
                       " %c<8>;\n  .reg " + reg(v.d) + " %d<8>;\n";
    const char *params = "abcd";
    for (int i = 0; i < 4; ++i)
      text +=
          "  ld.param.u64 %p" + std::to_string(i) + ", [" + params[i] + "];\n";
    auto load = [&](char which, bool column, const std::string &t,
                    unsigned regs, int i, int ld, const char *space) {
      text += "  wmma.load." + std::string(1, which) + ".sync.aligned." +
              name(column) + "." + shape + space + "." + t + " " +
              vectorOf(std::string(1, which), regs) + ", [%p" +
              std::to_string(i) + "], " + std::to_string(ld) + ";\n";
    };
    load('a', columnA, type, v.regsA, 0, ldA, ".global");
    load('b', columnB, type, v.regsB, 1, ldB, "");
    load('c', columnC, v.c, v.regsC, 2, ldC, ".global");
    std::string types = type == "f16" ? "." + std::string(v.d) + "." + v.c
                                      : "." + std::string(v.d) + "." + type +
                                            "." + type + "." + v.c;
    text += "  wmma.mma" + front + ".sync.aligned." + name(columnA) + "." +
            name(columnB) + "." + shape + types + v.back + " " +
            vectorOf("d", v.regsD) + ", " + vectorOf("a", v.regsA) + ", " +
            vectorOf("b", v.regsB) + ", " + vectorOf("c", v.regsC) + ";\n";
    text += "  wmma.store.d.sync.aligned." + name(columnD) + "." + shape +
            ".global." + v.d + " [%p3], " + vectorOf("d", v.regsD) + ", " +
            std::to_string(ldD) + ";\n  ret;\n}\n";
    if (layouts % 5 == 0 || small) {
      ASSERT_TRUE(acceptedByPtxas(text, v.target)) << text;
    }

    auto range = [&](int low, int high) {
      return low + int(random() % unsigned(high - low + 1));
    };
    bool isUnsigned = type[0] == 'u' || type == "b1";
    int high = type == "b1" ? 1 : 7, low = isUnsigned ? 0 : -7;
    std::vector<std::vector<int>> a, b, c;
    auto make = [&](auto &matrix, int rows, int columns, int from, int to) {
      matrix.assign(size_t(rows), std::vector<int>(size_t(columns)));
      for (auto &row : matrix)
        for (int &x : row)
          x = range(from, to);
    };
    make(a, v.m, v.k, low, high);
    make(b, v.k, v.n, low, high);
    make(c, v.m, v.n, -100, 100);
    auto store = [&](const auto &matrix, bool column, int ld,
                     const std::string &t) {
      size_t outer = column ? matrix[0].size() : matrix.size();
      std::vector<uint8_t> bytes(outer * size_t(ld) * widthOf(t) / 8);
      for (size_t i = 0; i < matrix.size(); ++i)
        for (size_t j = 0; j < matrix[0].size(); ++j)
          put(bytes, t, column ? j * size_t(ld) + i : i * size_t(ld) + j,
              matrix[i][j]);
      return bytes;
    };
    std::vector<uint8_t> bytes[4] = {store(a, columnA, ldA, type),
                                     store(b, columnB, ldB, type),
                                     store(c, columnC, ldC, v.c),
                                     {}};
    bytes[3].resize(size_t(columnD ? v.n : v.m) * size_t(ldD) * widthOf(v.d) /
                    8);

    Device device;
    auto module = device.load(text);
    ASSERT_TRUE(bool(module)) << module.error().message << "\n" << text;
    auto kernel = (*module)->kernel("k");
    ASSERT_TRUE(bool(kernel));
    DeviceAddress address[4];
    const void *args[4];
    for (int i = 0; i < 4; ++i) {
      auto memory = device.allocate(bytes[i].size());
      ASSERT_TRUE(bool(memory));
      address[i] = *memory;
      args[i] = &address[i];
      ASSERT_FALSE(
          device.copyToDevice(address[i], bytes[i].data(), bytes[i].size()));
    }
    LaunchConfig config;
    config.block.x = 32;
    auto result = device.launch(*kernel, config, args);
    ASSERT_TRUE(bool(result)) << result.error().message;
    for (const Report &report : result->reports)
      ADD_FAILURE() << report.str();
    ASSERT_FALSE(
        device.copyToHost(bytes[3].data(), address[3], bytes[3].size()));
    for (int i = 0; i < v.m; ++i)
      for (int j = 0; j < v.n; ++j) {
        int sum = c[size_t(i)][size_t(j)];
        for (int l = 0; l < v.k; ++l) {
          int x = a[size_t(i)][size_t(l)], y = b[size_t(l)][size_t(j)];
          sum += front == ".xor.popc" ? (x ^ y) : x * y;
        }
        size_t at = columnD ? size_t(j * ldD + i) : size_t(i * ldD + j);
        ASSERT_EQ(get(bytes[3], v.d, at), sum) << i << "," << j << "\n" << text;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(AllShapes, Wmma, testing::ValuesIn(kWmma),
                         [](const testing::TestParamInfo<WmmaVariant> &info) {
                           const WmmaVariant &v = info.param;
                           std::string name =
                               "m" + std::to_string(v.m) + "n" +
                               std::to_string(v.n) + "k" + std::to_string(v.k) +
                               "_" + v.type + "_" + v.c + "_" + v.d + v.front;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

} // namespace
