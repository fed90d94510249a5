//===- Check.h - results against the reference ------------------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_CHECK_H
#define PIT_TOOLS_PIT_RUN_CHECK_H

#include "Arrays.h"
#include "Signature.h"

namespace pit::tool {

/// How a result compares with the reference.
struct Comparison {
  /// The largest |result - reference|, divided by the largest |reference|;
  /// infinite where one of two infinite or not-a-number values stands alone.
  double error = 0;
  double largest = 0;     ///< the largest finite |reference|
  uint64_t worst = 0;     ///< element of the largest error, row-major
  double got = 0;         ///< its result
  double expected = 0;    ///< its reference
  uint64_t elements = 0;  ///< of the result
  uint64_t undefined = 0; ///< elements whose reference is NaN, not compared
};

/// Compares element by element. Infinities must be equal, and so must NaN; but
/// where zeros may be skipped (`sparse`) and the reference is NaN, dense code
/// met an infinity or a NaN that skipping leaves out: such elements are counted
/// and not compared.
Comparison compare(const std::vector<double> &results,
                   const std::vector<double> &reference, bool sparse);

/// Compares integers, bit by bit; different ones have an infinite error.
Comparison compareExactly(const TensorSpec &spec, const NpyArray &result,
                          const NpyArray &reference);

/// Whether the result is right: within the bound, and something was compared.
bool isGood(const Comparison &comparison, double bound);

/// One line for people: "result 0: error ... (bound ...): ok".
std::string describe(const Comparison &comparison, const TensorSpec &spec,
                     size_t number, double bound);

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_CHECK_H
