//===- emu-bench.cpp - how fast the emulator is ---------------------------===//
//
// Prints times with the compiler, the flags and the processor they belong to.
// Results are checked too, so that no figure belongs to a wrong result; but no
// time is ever a failure.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Device.h"
#include "pit/Support/File.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

using namespace pit;

namespace {

struct Figure {
  std::string name;
  double seconds = 0;
  uint64_t instructions = 0, mma = 0; ///< warp instructions; 0: not a kernel
  std::string goal;                   ///< of the project, where there is one
};

[[noreturn]] void die(const std::string &message) {
  std::fprintf(stderr, "emu-bench: error: %s\n", message.c_str());
  std::exit(1);
}

template <typename T> T check(Expected<T> value) {
  if (!value)
    die(value.error().message);
  return std::move(*value);
}

void check(Error error) {
  if (error)
    die(error.message);
}

/// Seconds of the fastest of `runs` calls.
double fastest(unsigned runs, const std::function<double()> &once) {
  double best = once();
  for (unsigned i = 1; i < runs; ++i)
    best = std::min(best, once());
  return best;
}

double timed(const std::function<void()> &work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

/// f16 bits of an integer between -4 and 4.
uint16_t smallHalf(int value) {
  static constexpr uint16_t magnitudes[] = {0, 0x3C00, 0x4000, 0x4200, 0x4400};
  return uint16_t(magnitudes[std::abs(value)] | (value < 0 ? 0x8000 : 0));
}

/// C[out[m], :] += A[in[m], :] * B on square f16 matrices of small integers,
/// which every rounding leaves exact.
class Gather {
public:
  Gather(const std::string &file, uint32_t size, bool takesSizes)
      : size(size), takesSizes(takesSizes), a(size * size), b(size * size),
        in(size), out(size), c(size * size) {
    module = check(device.load(check(readFile(file)), file));
    for (uint32_t i = 0; i < size * size; ++i) {
      a[i] = int(i * 2654435761u >> 16) % 9 - 4;
      b[i] = int(i * 2246822519u >> 16) % 9 - 4;
    }
    std::vector<uint16_t> half(size * size);
    for (uint32_t i = 0; i < size * size; ++i)
      half[i] = smallHalf(a[i]);
    addresses[0] = upload(half.data(), half.size() * 2, "A");
    for (uint32_t i = 0; i < size * size; ++i)
      half[i] = smallHalf(b[i]);
    addresses[1] = upload(half.data(), half.size() * 2, "B");
    addresses[2] = upload(c.data(), c.size() * 4, "C");
    for (uint32_t m = 0; m < size; ++m) {
      in[m] = int32_t(m * 5 % size);
      out[m] = int32_t(m * 3 % size);
    }
    addresses[3] = upload(in.data(), in.size() * 4, "in");
    addresses[4] = upload(out.data(), out.size() * 4, "out");
    const uint32_t stats[4] = {};
    addresses[5] = upload(stats, sizeof stats, "stats");
  }

  Figure measure(const std::string &name, unsigned runs,
                 const emu::LaunchOptions &options, std::string goal = "") {
    Figure figure;
    figure.name = name;
    figure.goal = std::move(goal);
    figure.seconds = fastest(runs, [&] { return once(options, figure); });
    verify();
    return figure;
  }

private:
  emu::DeviceAddress upload(const void *data, size_t bytes, const char *name) {
    auto address = check(device.allocate(bytes, name));
    check(device.copyToDevice(address, data, bytes));
    return address;
  }

  double once(const emu::LaunchOptions &options, Figure &figure) {
    check(device.fill(addresses[2], 0, c.size() * 4));
    check(device.fill(addresses[5], 0, 16));
    std::vector<const void *> args;
    for (int i = 0; i < 5; ++i)
      args.push_back(&addresses[i]);
    if (takesSizes)
      args.insert(args.end(), 3, &size);
    args.push_back(&addresses[5]);
    emu::LaunchConfig config;
    config.grid = {size / 64, size / 64, 1};
    config.block = {128, 1, 1};
    auto kernel = check(module->kernel("gather_mma"));
    std::optional<emu::LaunchResult> result;
    double seconds = timed(
        [&] { result = check(device.launch(kernel, config, args, options)); });
    if (!result->ok())
      die("the kernel is not clean: " + result->reports[0].str());
    figure.instructions = result->stats.total.executed;
    figure.mma = result->stats.byClass[unsigned(emu::InstClass::Mma)];
    return seconds;
  }

  /// Compares every 16th row.
  void verify() {
    check(device.copyToHost(c.data(), addresses[2], c.size() * 4));
    std::vector<int32_t> row(size);
    for (uint32_t m = 0; m < size; m += 16) {
      std::fill(row.begin(), row.end(), 0);
      for (uint32_t k = 0; k < size; ++k)
        for (uint32_t n = 0; n < size; ++n)
          row[n] += a[uint32_t(in[m]) * size + k] * b[k * size + n];
      for (uint32_t n = 0; n < size; ++n)
        if (c[uint32_t(out[m]) * size + n] != float(row[n]))
          die("wrong result in row " + std::to_string(out[m]) + ", column " +
              std::to_string(n));
    }
  }

  uint32_t size;
  bool takesSizes; ///< nvcc's kernel gets M, N and K
  std::vector<int> a, b;
  std::vector<int32_t> in, out;
  std::vector<float> c;
  emu::Device device;
  std::shared_ptr<emu::Module> module;
  emu::DeviceAddress addresses[6];
};

std::string cpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c >= 0x20 ? c : ' ';
  }
  return result + '"';
}

/// The sample `name`, wherever it lies below `folder`.
std::string findSample(const std::string &folder, const std::string &name) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator files(folder, error), end;
  if (error)
    die(folder + ": cannot read: " + error.message());
  for (; files != end; files.increment(error))
    if (files->path().filename() == name)
      return files->path();
  die(folder + ": holds no '" + name + "'");
}

void print(const std::vector<Figure> &figures, unsigned runs, bool json) {
  std::string cpu = cpuName();
  unsigned cores = std::thread::hardware_concurrency();
  if (json) {
    std::printf("{\"compiler\": %s, \"flags\": %s, \"cpu\": %s, \"cores\": %u, "
                "\"runs\": %u,\n"
                "\"figures\": [",
                quote(PIT_BUILD_COMPILER).c_str(),
                quote(PIT_BUILD_FLAGS).c_str(), quote(cpu).c_str(), cores,
                runs);
    for (const Figure &f : figures)
      std::printf("%s\n{\"name\": %s, \"seconds\": %.9g, \"instructions\": "
                  "%llu, \"mma\": %llu}",
                  &f == figures.data() ? "" : ",", quote(f.name).c_str(),
                  f.seconds, (unsigned long long)f.instructions,
                  (unsigned long long)f.mma);
    std::printf("]}\n");
    return;
  }
  std::printf("compiler  %s\nflags     %s\ncpu       %s, %u cores\nfastest of "
              "%u runs each\n\n",
              PIT_BUILD_COMPILER, PIT_BUILD_FLAGS, cpu.c_str(), cores, runs);
  std::printf("%-44s %10s  %9s  %s\n", "", "time", "Minst/s", "goal");
  for (const Figure &f : figures) {
    std::printf("%-44s %7.2f ms ", f.name.c_str(), f.seconds * 1e3);
    if (f.instructions)
      std::printf(" %9.2f", double(f.instructions) / f.seconds * 1e-6);
    else
      std::printf(" %9s", "");
    std::printf("  %s\n", f.goal.c_str());
  }
}

} // namespace

int main(int argc, char **argv) {
  unsigned runs = 5;
  bool json = false;
  std::string samples = PIT_TEST_DIR "/Emulator/Samples";
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--json") {
      json = true;
    } else if (word.starts_with("--samples=")) {
      samples = word.substr(10);
    } else if (word.starts_with("--runs=")) {
      auto [end, status] =
          std::from_chars(word.data() + 7, word.data() + word.size(), runs);
      if (status != std::errc() || end != word.data() + word.size() ||
          runs == 0)
        die("--runs: expected a number from 1 on, but got '" +
            std::string(word.substr(7)) + "'");
    } else if (word == "--help") {
      std::puts("usage: emu-bench [--runs=N] [--samples=DIR] [--json]\n"
                "prints how long the emulator takes for the samples' gather "
                "matmul and for\n"
                "parsing and decoding; each figure is the fastest of N runs "
                "(default 5)");
      return 0;
    } else {
      die("unknown option '" + std::string(word) + "': --help lists them");
    }
  }

  std::string mlir = findSample(samples, "gather_mma_sm80.ptx");
  std::string nvcc = findSample(samples, "gather_mma_sm80.nvcc.ptx");
  std::string kaxis = findSample(samples, "kaxis_sm80.ptx");

  emu::LaunchOptions exact, fp32, bare;
  fp32.mma = bare.mma = emu::MmaMode::Fp32;
  bare.checks = emu::Checks::none();
  auto two = [](emu::LaunchOptions options) {
    options.threads = 2;
    return options;
  };

  std::vector<Figure> figures;
  {
    Gather g(mlir, 512, false);
    figures.push_back(
        g.measure("gather 512^3, fp32 mma", runs, fp32, "<= 80 ms"));
    figures.push_back(
        g.measure("gather 512^3, exact mma", runs, exact, "<= 200 ms"));
    figures.push_back(
        g.measure("gather 512^3, fp32 mma, no checks", runs, bare));
    figures.push_back(g.measure("gather 512^3, fp32 mma, 2 threads", runs,
                                two(fp32), "1.7 times faster"));
    figures.push_back(g.measure("gather 512^3, exact mma, 2 threads", runs,
                                two(exact), "1.7 times faster"));
  }
  {
    Gather g(nvcc, 512, true);
    figures.push_back(g.measure("gather 512^3 (nvcc), fp32 mma", runs, fp32));
    figures.push_back(g.measure("gather 512^3 (nvcc), exact mma", runs, exact));
  }
  {
    Gather g(nvcc, 1024, true);
    figures.push_back(
        g.measure("gather 1024^3 (nvcc), fp32 mma", runs, fp32, "<= 700 ms"));
    figures.push_back(
        g.measure("gather 1024^3 (nvcc), exact mma", runs, exact));
    figures.push_back(g.measure("gather 1024^3 (nvcc), fp32 mma, 2 threads",
                                runs, two(fp32), "1.7 times faster"));
  }
  {
    std::string text = check(readFile(kaxis));
    Figure load;
    load.name =
        "parse and decode " + std::to_string(text.size()) + " bytes of PTX";
    load.goal = "<= 2 ms for 20 KB";
    load.seconds = fastest(runs * 10, [&] {
      emu::Device device;
      return timed([&] { check(device.load(text, "kaxis_sm80.ptx")); });
    });
    figures.push_back(load);
  }
  print(figures, runs, json);
  return 0;
}
