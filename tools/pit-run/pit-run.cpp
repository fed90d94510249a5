//===- pit-run.cpp - compiles a function and runs it on real data ---------===//

#include "Arrays.h"
#include "Bound.h"
#include "Check.h"
#include "Emulated.h"
#include "Host.h"
#include "Options.h"
#include "Progress.h"
#include "pit/Passes/Passes.h"
#include "pit/Support/Text.h"
#include "pit/Target/PTXTarget.h"

#include "mlir/IR/AsmState.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/Support/SourceMgr.h"

#include <cstdio>
#include <cstdlib>
#include <new>

using namespace pit;
using namespace pit::tool;

namespace {

int fail(const Error &error) {
  std::fprintf(stderr, "pit-run: error: %s\n",
               printable(error.message, LineEnds::Keep).c_str());
  return 1;
}

/// An error if two files to write are one, or one is the source.
Error checkOutputs(const Options &options) {
  std::vector<std::string> files = options.outs;
  if (!options.stats.file.empty())
    files.push_back(options.stats.file);
  std::vector<std::string> seen;
  for (const std::string &file : files) {
    if (isSameFile(file, options.file))
      return Error{"'" + file + "' would be overwritten"};
    for (const std::string &other : seen)
      if (isSameFile(file, other))
        return Error{"'" + file + "' would be written twice"};
    seen.push_back(file);
  }
  return Error::success();
}

/// Results, and the text of --stats.
struct DeviceRun {
  std::vector<NpyArray> results;
  std::string stats;
};

/// The results of the function on the device that was asked for.
Expected<DeviceRun> runOnDevice(mlir::ModuleOp module, Signature &signature,
                                std::vector<NpyArray> &arguments,
                                const Options &options, Progress &progress) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  if (options.device == DeviceKind::Cpu) {
    // It has no meaning there, but a wrong one is still wrong.
    if (mlir::failed(
            mlir::pit::parsePTXTarget(options.arch, /*version=*/"", [&] {
              return mlir::emitError(module.getLoc());
            })))
      return Error{"cannot compile '" + signature.name + "' for " +
                   options.arch};
    progress.set("running '" + signature.name + "'");
    auto results = runOnHost(*copy, signature, arguments, /*reference=*/false);
    if (!results)
      return results.error();
    return DeviceRun{std::move(*results), ""};
  }
  auto run = runEmulated(*copy, signature, arguments, options, progress);
  if (!run)
    return run.error();
  std::string stats;
  if (options.stats.format != emu::StatsFormat::None)
    stats = options.stats.format == emu::StatsFormat::Json
                ? statsJson(*run, signature, options)
                : statsTable(*run);
  return DeviceRun{std::move(run->results), std::move(stats)};
}

/// How the results compare with the reference.
struct Verdict {
  bool good = true; ///< all within their bounds
  std::string text; ///< a line for each result
};

/// Compares with the reference.
Expected<Verdict> check(mlir::ModuleOp module, const Signature &signature,
                        const std::vector<double> &bounds, bool sparse,
                        const std::vector<NpyArray> &arguments,
                        const std::vector<NpyArray> &results,
                        Progress &progress) {
  progress.set("computing the reference");
  Signature promoted = promoteToF64(signature);
  std::vector<NpyArray> inputs;
  for (size_t i = 0; i < arguments.size(); ++i) {
    auto array = makeArray(promoted.arguments[i], "a reference argument");
    if (!array)
      return array.error();
    const TensorSpec &spec = signature.arguments[i];
    if (spec.npyType() == promoted.arguments[i].npyType())
      array->data = arguments[i].data;
    else
      fromDoubles(promoted.arguments[i], toDoubles(spec, arguments[i]), *array);
    inputs.push_back(std::move(*array));
  }
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  auto reference = runOnHost(*copy, promoted, inputs, /*reference=*/true);
  if (!reference)
    return reference.error();

  Verdict verdict;
  for (size_t i = 0; i < results.size(); ++i) {
    if (promoted.results[i].shape != signature.results[i].shape)
      return Error{"result " + std::to_string(i) + " has shape " +
                   npyShape(signature.results[i].shape) +
                   ", but the reference has " +
                   npyShape(promoted.results[i].shape)};
    bool exact = signature.results[i].npyType().kind != 'f' &&
                 signature.results[i].npyType().kind != 'V';
    double limit = exact ? 0 : bounds[i];
    Comparison comparison =
        exact
            ? compareExactly(signature.results[i], results[i], (*reference)[i])
            : compare(toDoubles(signature.results[i], results[i]),
                      toDoubles(promoted.results[i], (*reference)[i]), sparse);
    verdict.text += describe(comparison, signature.results[i], i, limit) + "\n";
    verdict.good &= isGood(comparison, limit);
  }
  return verdict;
}

/// Writes everything or nothing.
Error writeResults(const Options &options, const std::vector<NpyArray> &results,
                   const std::string &stats) {
  std::vector<StagedFile> files;
  if (!options.stats.file.empty()) {
    auto file = StagedFile::stage(options.stats.file, {stats});
    if (!file)
      return file.error();
    files.push_back(std::move(*file));
  } else {
    std::fputs(stats.c_str(), stdout);
  }
  for (size_t i = 0; i < options.outs.size(); ++i) {
    auto file = stageNpy(options.outs[i], results[i]);
    if (!file)
      return file.error();
    files.push_back(std::move(*file));
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    return Error{"cannot write to standard output"};
  for (StagedFile &file : files)
    if (Error e = file.commit())
      return e;
  return Error::success();
}

int run(const Options &options) {
  std::string message;
  auto buffer = mlir::openInputFile(options.file, &message);
  if (!buffer)
    return fail(Error{message});
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  mlir::pit::registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  mlir::SourceMgrDiagnosticHandler diagnostics(sources, &context);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  if (!module)
    return fail(Error{"cannot read " + options.file});

  auto function = selectFunction(*module, options.entry);
  if (!function)
    return fail(Error{options.file + ": " + function.error().message});
  auto signature = readSignature(*function);
  if (!signature)
    return fail(Error{options.file + ": " + signature.error().message});
  if (options.outs.size() > signature->results.size())
    return fail(Error{"'" + signature->name + "' has " +
                      std::to_string(signature->results.size()) +
                      " results: expected at most as many --out, but got " +
                      std::to_string(options.outs.size())});
  if (Error e = checkOutputs(options))
    return fail(e);
  bool isDynamic = false;
  for (const TensorSpec &spec : signature->arguments)
    isDynamic |= spec.isDynamic();
  auto arguments = readArguments(*signature, options.args);
  if (!arguments)
    return fail(arguments.error());
  keepOnly(*function);
  std::vector<double> bounds;
  if (options.check) {
    // Bounds depend on how many terms a sum has.
    mlir::OwningOpRef<mlir::ModuleOp> copy(module->clone());
    auto measured = copy->lookupSymbol<mlir::func::FuncOp>(signature->name);
    if (isDynamic && mlir::failed(specialize(measured, signature->arguments)))
      return fail(Error{"cannot tell the sizes of '" + signature->name + "'"});
    bounds = errorBounds(measured, options.device);
  }
  bool sparse = isSparse(*function);

  DeviceRun made;
  Verdict verdict;
  {
    Progress progress("pit-run");
    auto run = runOnDevice(*module, *signature, *arguments, options, progress);
    if (!run)
      return fail(run.error());
    made = std::move(*run);
    if (options.check) {
      auto checked = check(*module, *signature, bounds, sparse, *arguments,
                           made.results, progress);
      if (!checked)
        return fail(checked.error());
      verdict = std::move(*checked);
    }
  }
  std::fputs(verdict.text.c_str(), stdout);
  if (!verdict.good) {
    std::fflush(stdout);
    return fail(Error{"the results of '" + signature->name +
                      "' are not those of the reference"});
  }
  if (Error e = writeResults(options, made.results, made.stats))
    return fail(e);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  // Without exceptions a failed allocation would abort.
  std::set_new_handler([] {
    std::fputs("pit-run: error: this machine gives no more memory\n", stderr);
    std::_Exit(1);
  });
  auto options = parseOptions(argc, argv);
  if (!options)
    return fail(options.error());
  if (options->help) {
    std::fputs(std::string(helpText()).c_str(), stdout);
    return 0;
  }
  return run(*options);
}
