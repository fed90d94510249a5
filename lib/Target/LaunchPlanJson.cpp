//===- LaunchPlanJson.cpp - launch plans as JSON --------------------------===//

#include "pit/Target/LaunchPlanJson.h"

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::pit;

/// Version of the format; docs/launch-plan.md.
static constexpr int64_t formatVersion = 1;
/// Alignment of every pointer that a kernel gets, in bytes: kernel ABI.
static constexpr int64_t pointerAlignmentBytes = 16;
/// What readers accept; docs/launch-plan.md, "Limits".
static constexpr int64_t maxRank = 16;
static constexpr size_t maxArguments = 1024, maxSymbols = 1024;

namespace {

class PlanWriter {
public:
  PlanWriter(func::FuncOp function, const PTXTarget &target, StringRef ptxFile,
             llvm::json::OStream &json)
      : function(function), target(target), ptxFile(ptxFile), json(json) {}

  LogicalResult write();

private:
  void nameSymbols();
  LogicalResult writeArguments();
  LogicalResult writeRequirements();
  LogicalResult writeSteps();
  LogicalResult writeCopy(memref::CopyOp op);
  LogicalResult writeLaunch(LaunchOp op);
  LogicalResult writeKernelArgument(LaunchOp op, Value value);
  /// The members "buffer" and "offset" of the place of a memref.
  LogicalResult writePlace(Value memref);
  LogicalResult writeType(Value memref);
  void writeSizes(StringRef key, ArrayRef<int64_t> sizes);
  LogicalResult writeExpression(StringRef key, Value value);
  LogicalResult writeText(StringRef key, FailureOr<std::string> text);
  /// What expressions may use.
  PlanSymbols getSymbols() { return {/*values=*/nullptr, findSymbol}; }
  void writeSchedule(ScheduleAttr schedule);
  StringRef getArgumentName(BlockArgument argument) {
    return function
        .getArgAttrOfType<StringAttr>(argument.getArgNumber(), kNameAttrName)
        .getValue();
  }

  func::FuncOp function;
  const PTXTarget &target;
  StringRef ptxFile;
  llvm::json::OStream &json;
  /// Names of the sizes that nothing defines, by argument and dimension.
  llvm::MapVector<std::pair<unsigned, int64_t>, std::string> symbols;
  std::function<std::optional<std::string>(BlockArgument, int64_t)> findSymbol =
      [this](BlockArgument argument,
             int64_t dim) -> std::optional<std::string> {
    auto found = symbols.find({argument.getArgNumber(), dim});
    return found == symbols.end() ? std::nullopt : std::optional(found->second);
  };
};

} // namespace

/// How the format spells the type of a buffer's elements.
static std::string spellType(Type type) {
  if (isa<Float8E4M3FNType>(type))
    return "f8e4m3";
  if (isa<Float8E5M2Type>(type))
    return "f8e5m2";
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// Whether a text is a number and no expression.
static bool isNumber(StringRef text) {
  int64_t number;
  return !text.getAsInteger(10, number);
}

LogicalResult PlanWriter::writeText(StringRef key,
                                    FailureOr<std::string> text) {
  if (failed(text))
    return failure();
  int64_t number;
  if (!StringRef(*text).getAsInteger(10, number))
    json.attribute(key, number);
  else
    json.attribute(key, *text);
  return success();
}

LogicalResult PlanWriter::writeExpression(StringRef key, Value value) {
  return writeText(key, writePlanExpression(value, getSymbols()));
}

void PlanWriter::nameSymbols() {
  for (BlockArgument argument : function.getArguments()) {
    auto type = cast<MemRefType>(argument.getType());
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim) && !getSizeDefinition(argument, dim))
        symbols.insert({{argument.getArgNumber(), dim},
                        "s" + std::to_string(symbols.size())});
  }
}

void PlanWriter::writeSizes(StringRef key, ArrayRef<int64_t> sizes) {
  json.attributeBegin(key);
  // On one line, where an array of the writer's would take one for each.
  json.rawValue([&](raw_ostream &os) {
    os << "[";
    llvm::interleaveComma(sizes, os, [&](int64_t size) {
      if (ShapedType::isDynamic(size))
        os << "\"?\"";
      else
        os << size;
    });
    os << "]";
  });
  json.attributeEnd();
}

LogicalResult PlanWriter::writeType(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  json.attribute("type", spellType(type.getElementType()));
  SmallVector<std::string> sizes;
  bool ok = true;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    FailureOr<std::string> size = writePlanSize(memref, dim, getSymbols());
    ok &= succeeded(size);
    sizes.push_back(ok ? *size : "0");
  }
  json.attributeBegin("shape");
  json.rawValue([&](raw_ostream &os) {
    os << "[";
    llvm::interleaveComma(sizes, os, [&](StringRef size) {
      // Expressions have no characters that JSON would escape.
      os << (isNumber(size) ? size.str() : ("\"" + size + "\"").str());
    });
    os << "]";
  });
  json.attributeEnd();
  json.attribute("alignment", pointerAlignmentBytes);
  return success(ok);
}

LogicalResult PlanWriter::writePlace(Value memref) {
  PlanPlace place = getPlanPlace(memref);
  if (place.argument) {
    json.attribute("buffer", getArgumentName(place.argument));
    json.attribute("offset", 0);
    return success();
  }
  json.attribute("buffer", "workspace");
  return writeExpression("offset", place.offset);
}

LogicalResult PlanWriter::writeArguments() {
  bool ok = true;
  json.attributeArray("arguments", [&] {
    for (BlockArgument argument : function.getArguments())
      json.object([&] {
        json.attribute("name", getArgumentName(argument));
        json.attribute("kind", function.getArgAttr(argument.getArgNumber(),
                                                   kOutputAttrName)
                                   ? "output"
                                   : "input");
        ok &= succeeded(writeType(argument));
      });
  });
  return success(ok);
}

/// Whether a requirement is what says an argument's size.
static bool isDefinition(RequireOp op) {
  auto size = op.getSize().getDefiningOp<memref::DimOp>();
  auto argument =
      size ? dyn_cast<BlockArgument>(size.getSource()) : BlockArgument();
  std::optional<int64_t> dim = size ? size.getConstantIndex() : std::nullopt;
  return !op.getAtLeast() && argument && dim && *dim >= 0 &&
         *dim < cast<MemRefType>(argument.getType()).getRank() &&
         getSizeDefinition(argument, *dim) == op.getExpected();
}

LogicalResult PlanWriter::writeRequirements() {
  SmallVector<RequireOp> requirements;
  for (auto op : function.getBody().front().getOps<RequireOp>())
    if (!isDefinition(op))
      requirements.push_back(op);
  if (requirements.empty())
    return success();
  bool ok = true;
  json.attributeArray("requirements", [&] {
    for (RequireOp op : requirements)
      json.object([&] {
        ok &= succeeded(writeExpression("size", op.getSize()));
        ok &= succeeded(writeExpression(op.getAtLeast() ? "at_least" : "equals",
                                        op.getExpected()));
        json.attribute("what", op.getWhat());
      });
  });
  return success(ok);
}

LogicalResult PlanWriter::writeCopy(memref::CopyOp op) {
  bool ok = true;
  json.object([&] {
    json.attribute("kind", "copy");
    json.attributeObject("source",
                         [&] { ok &= succeeded(writePlace(op.getSource())); });
    json.attributeObject("target",
                         [&] { ok &= succeeded(writePlace(op.getTarget())); });
    ok &= succeeded(
        writeText("bytes", writePlanByteSize(op.getSource(), getSymbols())));
  });
  return success(ok);
}

LogicalResult PlanWriter::writeKernelArgument(LaunchOp op, Value value) {
  auto type = dyn_cast<MemRefType>(value.getType());
  bool ok = true;
  json.object([&] {
    if (!type) {
      FailureOr<std::string> text = writePlanExpression(value, getSymbols());
      bool isSymbol =
          succeeded(text) && llvm::any_of(symbols, [&](auto &entry) {
            return entry.second == *text;
          });
      json.attribute("name", isSymbol ? *text : "size");
      json.attribute("kind", "size");
      json.attribute("type", "i64");
      ok &= succeeded(writeText("value", text));
      return;
    }
    Value buffer = getPlanBuffer(value);
    if (auto argument = dyn_cast<BlockArgument>(buffer)) {
      json.attribute("name", getArgumentName(argument));
      json.attribute(
          "kind", function.getArgAttr(argument.getArgNumber(), kOutputAttrName)
                      ? "output"
                      : "input");
    } else {
      Operation *view = buffer.getDefiningOp();
      auto name = view->getAttrOfType<StringAttr>(kNameAttrName);
      json.attribute("name", name ? name.getValue() : "tmp");
      json.attribute("kind",
                     view->hasAttr(kIndexAttrName) ? "index" : "workspace");
    }
    ok &= succeeded(writeType(value));
    ok &= succeeded(writePlace(value));
  });
  return success(ok);
}

void PlanWriter::writeSchedule(ScheduleAttr schedule) {
  json.attributeObject("schedule", [&] {
    if (schedule.getDense()) {
      json.attribute("dense", true);
    } else {
      json.attribute("axis", schedule.getAxis());
      writeSizes("micro_tile", schedule.getMicroTile());
    }
    writeSizes("tile", schedule.getTile());
    if (schedule.getWarps())
      json.attribute("warps", schedule.getWarps());
    if (schedule.getStages())
      json.attribute("stages", schedule.getStages());
    if (schedule.getDeterministic())
      json.attribute("deterministic", true);
  });
}

LogicalResult PlanWriter::writeLaunch(LaunchOp op) {
  if (!op.getBlock() || !op.getSharedBytes())
    return op.emitOpError("has no block size or shared memory: run "
                          "'pit-finalize-plan' first");
  bool ok = true;
  json.object([&] {
    json.attribute("kind", "launch");
    json.attribute("entry", op.getKernel().getLeafReference().getValue());
    ok &= succeeded(writeExpression("grid", op.getGrid()));
    json.attribute("block", static_cast<int64_t>(*op.getBlock()));
    json.attribute("shared_bytes", static_cast<int64_t>(*op.getSharedBytes()));
    json.attributeArray("arguments", [&] {
      for (Value value : op.getKernelArgs())
        ok &= succeeded(writeKernelArgument(op, value));
    });
    if (ScheduleAttr schedule = op.getScheduleAttr())
      writeSchedule(schedule);
  });
  return success(ok);
}

LogicalResult PlanWriter::writeSteps() {
  bool ok = true;
  json.attributeArray("steps", [&] {
    for (Operation &op : function.getBody().front()) {
      if (auto copy = dyn_cast<memref::CopyOp>(op))
        ok &= succeeded(writeCopy(copy));
      else if (auto launch = dyn_cast<LaunchOp>(op))
        ok &= succeeded(writeLaunch(launch));
    }
  });
  return success(ok);
}

LogicalResult PlanWriter::write() {
  nameSymbols();
  if (symbols.size() > maxSymbols)
    return function.emitOpError()
           << "has " << symbols.size()
           << " dynamic sizes: a launch plan takes at most " << maxSymbols;
  bool ok = true;
  json.object([&] {
    json.attribute("format", "pit-launch-plan");
    json.attribute("version", formatVersion);
    json.attribute("function", function.getName());
    json.attribute("arch", target.chip);
    json.attribute("ptx_version", toString(target.version));
    json.attribute("ptx", ptxFile);
    json.attributeArray("symbols", [&] {
      for (auto &entry : symbols)
        json.value(entry.second);
    });
    ok &= succeeded(writeArguments());
    ok &= succeeded(writeRequirements());
    json.attributeObject("workspace", [&] {
      auto workspaces = function.getBody().front().getOps<WorkspaceOp>();
      if (workspaces.empty())
        json.attribute("bytes", 0);
      else
        ok &= succeeded(
            writeExpression("bytes", (*workspaces.begin()).getBytes()));
      json.attribute("alignment", kWorkspaceAlignmentBytes);
    });
    ok &= succeeded(writeSteps());
  });
  return success(ok);
}

/// An error of `op` unless it may give these arguments a place in a plan.
static LogicalResult verifyLimits(Operation *op, TypeRange arguments) {
  if (arguments.size() > maxArguments)
    return op->emitOpError()
           << "has " << arguments.size()
           << " arguments: a launch plan takes at most " << maxArguments;
  for (auto [i, type] : llvm::enumerate(arguments))
    if (auto memref = dyn_cast<MemRefType>(type);
        memref && memref.getRank() > maxRank)
      return op->emitOpError()
             << "argument " << i << " has rank " << memref.getRank()
             << ": a launch plan takes at most " << maxRank;
  return success();
}

FailureOr<std::string> pit::writeLaunchPlan(func::FuncOp function,
                                            const PTXTarget &target,
                                            StringRef ptxFile) {
  if (failed(verifyLaunchPlan(function, PlanStage::Launches)) ||
      failed(verifyLimits(function, function.getArgumentTypes())))
    return failure();
  for (auto launch : function.getBody().front().getOps<LaunchOp>())
    if (failed(verifyLimits(launch, launch.getKernelArgs().getTypes())))
      return failure();
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream, /*IndentSize=*/1);
  if (failed(PlanWriter(function, target, ptxFile, json).write()))
    return failure();
  stream << "\n";
  return text;
}
