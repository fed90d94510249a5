//===- AxesFixture.h - operations for tests of the analysis -----*- C++ -*-===//

#ifndef PIT_TEST_UNIT_COMPILER_AXESFIXTURE_H
#define PIT_TEST_UNIT_COMPILER_AXESFIXTURE_H

#include "pit/Analysis/Axes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"

#include <gtest/gtest.h>

/// An operand of a linalg.generic: the results of its map, and the type of its
/// elements. Its sizes are dynamic.
struct Operand {
  std::string map;
  std::string element;

  std::string getType() const {
    std::string sizes;
    if (!map.empty())
      for (int64_t i = 0, e = 1 + llvm::StringRef(map).count(','); i < e; ++i)
        sizes += "?x";
    return "tensor<" + sizes + element + ">";
  }
};

/// Gives operations to the analysis and prints what it finds.
class AxesFixture : public testing::Test {
protected:
  AxesFixture() {
    context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                        mlir::linalg::LinalgDialect, mlir::math::MathDialect,
                        mlir::tensor::TensorDialect>();
  }

  /// Parses an operation on arguments %0, %1, .. of the given types, and prints
  /// what the analysis finds: the PIT axes, p for a parallel one, r for a
  /// reduction; the combiners, ! after those that allow no other order; the
  /// inputs that may be sparse.
  std::string analyze(llvm::ArrayRef<std::string> types,
                      const std::string &op) {
    std::string source = "func.func @f(";
    for (auto [number, type] : llvm::enumerate(types))
      source += (number ? ", %" : "%") + std::to_string(number) + ": " + type;
    source += ") {\n" + op + "\nreturn\n}";
    module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    if (!module)
      return "malformed: " + source;
    mlir::linalg::LinalgOp found;
    module->walk([&](mlir::linalg::LinalgOp linalgOp) { found = linalgOp; });
    return describe(found);
  }

  /// The same of a linalg.generic with iterators such as "ppr". The body's
  /// arguments are %i0, %i1, .. for inputs, %o0, %o1, .. for outputs.
  std::string analyze(llvm::StringRef iterators, llvm::ArrayRef<Operand> inputs,
                      llvm::ArrayRef<Operand> outputs,
                      const std::string &body) {
    std::vector<std::string> dims, kinds, maps, types, arguments, results;
    for (char iterator : iterators) {
      dims.push_back("d" + std::to_string(dims.size()));
      kinds.push_back(iterator == 'p' ? "\"parallel\"" : "\"reduction\"");
    }
    auto add = [&](llvm::ArrayRef<Operand> operands, const std::string &name,
                   std::vector<std::string> &values) {
      std::vector<std::string> ofThese;
      for (auto [number, operand] : llvm::enumerate(operands)) {
        maps.push_back("affine_map<(" + llvm::join(dims, ", ") + ") -> (" +
                       operand.map + ")>");
        values.push_back("%" + std::to_string(types.size()));
        types.push_back(operand.getType());
        ofThese.push_back(types.back());
        arguments.push_back(name + std::to_string(number) + ": " +
                            operand.element);
      }
      return ofThese;
    };
    std::vector<std::string> ins, outs;
    std::vector<std::string> inTypes = add(inputs, "%i", ins);
    std::vector<std::string> outTypes = add(outputs, "%o", outs);
    auto list = [](const std::vector<std::string> &values,
                   const std::vector<std::string> &of) {
      return "(" + llvm::join(values, ", ") + " : " + llvm::join(of, ", ") +
             ")";
    };
    return analyze(types,
                   "%result" +
                       (outs.size() > 1 ? ":" + std::to_string(outs.size())
                                        : std::string()) +
                       " = linalg.generic {indexing_maps = [" +
                       llvm::join(maps, ", ") + "], iterator_types = [" +
                       llvm::join(kinds, ", ") + "]} ins" + list(ins, inTypes) +
                       " outs" + list(outs, outTypes) + " {\n^bb0(" +
                       llvm::join(arguments, ", ") + "):\n" + body +
                       "\n} -> (" + llvm::join(outTypes, ", ") + ")");
  }

  /// C[m] += contribution of A[m, k] (f32), B[k] (f32) and M[m, k] (i1), which
  /// are %i0, %i1 and %i2; the result is %x. Gives the inputs that may be
  /// sparse.
  std::string analyzeSum(const std::string &contribution) {
    std::string found =
        analyze("pr", {{"d0, d1", "f32"}, {"d1", "f32"}, {"d0, d1", "i1"}},
                {{"d0", "f32"}},
                contribution + "\n%sum = arith.addf %o0, %x : f32\n"
                               "linalg.yield %sum : f32");
    llvm::StringRef axes = "p0 r1; arith.addf; ";
    return llvm::StringRef(found).starts_with(axes) ? found.substr(axes.size())
                                                    : found;
  }

private:
  static std::string describe(mlir::linalg::LinalgOp op) {
    std::vector<std::string> axes, combiners, sparse;
    for (auto [dim, axis] : llvm::enumerate(mlir::pit::analyzeAxes(op)))
      if (axis.isPermutable())
        axes.push_back(
            mlir::pit::stringifyPermutationKind(axis.kind).substr(0, 1).str() +
            std::to_string(dim));
    for (int64_t output = 0; output < op.getNumDpsInits(); ++output) {
      mlir::pit::BodyInfo body = mlir::pit::analyzeBody(op, output);
      combiners.push_back(body.combiner
                              ? body.combiner->getName().getStringRef().str() +
                                    (body.isReorderable() ? "" : "!")
                              : "none");
    }
    for (int64_t input = 0; input < op.getNumDpsInputs(); ++input)
      if (mlir::pit::mayBeSparse(op, input))
        sparse.push_back(std::to_string(input));
    return llvm::join(axes, " ") + "; " + llvm::join(combiners, " ") + "; " +
           llvm::join(sparse, " ");
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

#endif // PIT_TEST_UNIT_COMPILER_AXESFIXTURE_H
