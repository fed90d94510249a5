//===- ptx-mix.cpp - the instruction mix of the loops of a PTX file -------===//

#include "pit/Emulator/Mix.h"
#include "pit/Support/File.h"

#include <cstdio>

using namespace pit;

namespace {

constexpr std::string_view kHelp =
    R"(usage: ptx-mix [--entry=NAME] [--json] FILE.ptx

Tells from the text of a PTX file what each loop of its kernels and functions
consists of: how many instructions of each class, between which lines, how deep
it is nested, and how large the share of mma instructions is. Of each kernel the
main loop is marked: the innermost loop with the most mma instructions, else with
the most instructions. Nothing is executed.

  --entry=NAME  only the kernel NAME
  --json        one JSON object instead of text
  --help        this text

Exit code: 0, or 1 if something is wrong with the file or the command line.
)";

struct Options {
  std::string file, entry;
  bool json = false, help = false;
};

Expected<Options> parseOptions(int argc, const char *const *argv) {
  constexpr std::string_view entry = "--entry=";
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      options.help = true;
    } else if (argument == "--json") {
      options.json = true;
    } else if (argument.substr(0, entry.size()) == entry) {
      if (!options.entry.empty())
        return Error{"--entry= is given twice"};
      options.entry = argument.substr(entry.size());
      if (options.entry.empty())
        return Error{"--entry=: expected the name of a kernel"};
    } else if (argument.size() > 1 && argument[0] == '-') {
      return Error{"unknown option '" + std::string(argument) +
                   "': --help lists them"};
    } else if (!options.file.empty()) {
      return Error{"two PTX files, '" + options.file + "' and '" +
                   std::string(argument) + "': expected one"};
    } else {
      options.file = argument;
    }
  }
  if (options.file.empty() && !options.help)
    return Error{"no PTX file given: --help says how to use this"};
  return options;
}

Expected<std::string> run(const Options &options) {
  auto text = readFile(options.file);
  if (!text)
    return text.error();
  auto module = ptx::parse(std::move(*text), options.file);
  if (!module)
    return module.error();

  std::vector<ptx::FunctionMix> mixes;
  std::string kernels;
  for (const ptx::Function &function : (*module)->functions) {
    if (!function.hasBody)
      continue;
    if (function.isEntry)
      kernels +=
          (kernels.empty() ? "'" : ", '") + std::string(function.name) + "'";
    if (options.entry.empty() ||
        (function.isEntry && function.name == options.entry))
      mixes.push_back(ptx::mixOf(**module, function));
  }
  if (!options.entry.empty() && mixes.empty())
    return Error{"--entry: unknown kernel '" + options.entry +
                 "': " + options.file + " holds " +
                 (kernels.empty() ? "no kernel" : kernels)};
  if (mixes.empty())
    return Error{options.file + ": holds no function with a body"};
  return options.json ? ptx::mixJson(mixes) + "\n" : ptx::mixTable(mixes);
}

} // namespace

int main(int argc, char **argv) {
  auto options = parseOptions(argc, argv);
  if (options && options->help) {
    std::fwrite(kHelp.data(), 1, kHelp.size(), stdout);
    return 0;
  }
  auto output =
      options ? run(*options) : Expected<std::string>(options.error());
  if (!output) {
    std::fprintf(stderr, "ptx-mix: error: %s\n",
                 output.error().message.c_str());
    return 1;
  }
  if (std::fwrite(output->data(), 1, output->size(), stdout) !=
          output->size() ||
      std::fflush(stdout) != 0) {
    std::fprintf(stderr, "ptx-mix: error: cannot write the output\n");
    return 1;
  }
  return 0;
}
