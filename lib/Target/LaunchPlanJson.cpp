//===- LaunchPlanJson.cpp - launch plans as JSON --------------------------===//

#include "pit/Target/LaunchPlanJson.h"

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::pit;

/// Version of the format; docs/launch-plan.md.
static constexpr int64_t formatVersion = 1;
/// Alignment of every pointer that a kernel gets, in bytes: kernel ABI.
static constexpr int64_t pointerAlignmentBytes = 16;
/// What readers accept; docs/launch-plan.md, "Limits".
static constexpr int64_t maxRank = 16;
static constexpr size_t maxArguments = 1024;

namespace {

class PlanWriter {
public:
  PlanWriter(func::FuncOp function, const PTXTarget &target, StringRef ptxFile,
             llvm::json::OStream &json)
      : function(function), target(target), ptxFile(ptxFile), json(json) {}

  LogicalResult write();

private:
  void writeArguments();
  LogicalResult writeSteps();
  LogicalResult writeCopy(memref::CopyOp op);
  LogicalResult writeLaunch(LaunchOp op);
  LogicalResult writeKernelArgument(LaunchOp op, Value value);
  /// The members "buffer" and "offset" of the place of a memref.
  LogicalResult writePlace(Value memref);
  void writeType(MemRefType type);
  void writeSizes(StringRef key, ArrayRef<int64_t> sizes);
  LogicalResult writeExpression(StringRef key, Value value);
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

LogicalResult PlanWriter::writeExpression(StringRef key, Value value) {
  FailureOr<std::string> text = writePlanExpression(value);
  if (failed(text))
    return failure();
  int64_t number;
  if (!StringRef(*text).getAsInteger(10, number))
    json.attribute(key, number);
  else
    json.attribute(key, *text);
  return success();
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

void PlanWriter::writeType(MemRefType type) {
  json.attribute("type", spellType(type.getElementType()));
  writeSizes("shape", type.getShape());
  json.attribute("alignment", pointerAlignmentBytes);
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

void PlanWriter::writeArguments() {
  json.attributeArray("arguments", [&] {
    for (BlockArgument argument : function.getArguments())
      json.object([&] {
        json.attribute("name", getArgumentName(argument));
        json.attribute("kind", function.getArgAttr(argument.getArgNumber(),
                                                   kOutputAttrName)
                                   ? "output"
                                   : "input");
        writeType(cast<MemRefType>(argument.getType()));
      });
  });
}

LogicalResult PlanWriter::writeCopy(memref::CopyOp op) {
  auto type = cast<MemRefType>(op.getSource().getType());
  bool ok = true;
  json.object([&] {
    json.attribute("kind", "copy");
    json.attributeObject("source",
                         [&] { ok &= succeeded(writePlace(op.getSource())); });
    json.attributeObject("target",
                         [&] { ok &= succeeded(writePlace(op.getTarget())); });
    json.attribute("bytes", *getStaticByteSize(type));
  });
  return success(ok);
}

LogicalResult PlanWriter::writeKernelArgument(LaunchOp op, Value value) {
  auto type = dyn_cast<MemRefType>(value.getType());
  bool ok = true;
  json.object([&] {
    if (!type) {
      json.attribute("name", "size");
      json.attribute("kind", "size");
      json.attribute("type", "i64");
      ok &= succeeded(writeExpression("value", value));
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
    writeType(type);
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
  bool ok = true;
  json.object([&] {
    json.attribute("format", "pit-launch-plan");
    json.attribute("version", formatVersion);
    json.attribute("function", function.getName());
    json.attribute("arch", target.chip);
    json.attribute("ptx_version", toString(target.version));
    json.attribute("ptx", ptxFile);
    json.attributeArray("symbols", [] {});
    writeArguments();
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
