//===- Replay.cpp - a fuzz target over kept inputs ------------------------===//
//
// usage: NAME-replay FILE-OR-FOLDER...
//
// Runs the fuzz target once on each file; a finding ends the program as it
// would under libFuzzer. It is an error if there is no file at all.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    std::error_code failure;
    if (!std::filesystem::is_directory(argv[i], failure)) {
      files.push_back(argv[i]);
      continue;
    }
    for (const auto &entry : std::filesystem::directory_iterator(argv[i]))
      if (entry.is_regular_file())
        files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string &file : files) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
      std::fprintf(stderr, "error: cannot read '%s'\n", file.c_str());
      return 1;
    }
    // Exactly as large as the input, so that a byte read beyond it is found.
    std::vector<char> data{std::istreambuf_iterator<char>(stream), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(data.data()),
                           data.size());
  }
  if (files.empty()) {
    std::fprintf(stderr, "error: no input files\n");
    return 1;
  }
  std::printf("%zu inputs replayed\n", files.size());
  return 0;
}
