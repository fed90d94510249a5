//===- Check.cpp - results against the reference --------------------------===//

#include "Check.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace pit;
using namespace pit::tool;

Comparison tool::compare(const std::vector<double> &results,
                         const std::vector<double> &reference, bool sparse) {
  Comparison comparison;
  comparison.elements = results.size();
  double worst = -1;
  for (size_t i = 0; i < results.size(); ++i) {
    double got = results[i], expected = reference[i];
    if (std::isnan(expected) && sparse) {
      ++comparison.undefined;
      continue;
    }
    if (std::isnan(expected) && std::isnan(got))
      continue;
    double difference = std::fabs(got - expected);
    if (!std::isfinite(got) || !std::isfinite(expected))
      difference =
          got == expected ? 0 : std::numeric_limits<double>::infinity();
    if (std::isfinite(expected))
      comparison.largest = std::max(comparison.largest, std::fabs(expected));
    if (difference > worst) {
      worst = difference;
      comparison.worst = i;
      comparison.got = got;
      comparison.expected = expected;
    }
  }
  if (worst > 0)
    comparison.error = worst / comparison.largest;
  return comparison;
}

Comparison tool::compareExactly(const TensorSpec &spec, const NpyArray &result,
                                const NpyArray &reference) {
  Comparison comparison;
  comparison.elements = spec.elements();
  for (double number : toDoubles(spec, reference))
    comparison.largest = std::max(comparison.largest, std::fabs(number));
  uint64_t bytes = runtime::byteSize(spec.element);
  for (uint64_t i = 0; i < comparison.elements; ++i) {
    if (!std::memcmp(&result.data[i * bytes], &reference.data[i * bytes],
                     bytes))
      continue;
    comparison.error = std::numeric_limits<double>::infinity();
    comparison.worst = i;
    comparison.got = toDoubles(spec, result)[i];
    comparison.expected = toDoubles(spec, reference)[i];
    break;
  }
  return comparison;
}

bool tool::isGood(const Comparison &comparison, double bound) {
  return comparison.error <= bound &&
         (comparison.undefined < comparison.elements ||
          comparison.elements == 0);
}

std::string tool::describe(const Comparison &comparison, const TensorSpec &spec,
                           size_t number, double bound) {
  char text[128];
  std::snprintf(text, sizeof(text),
                ": error %.3g of the largest |reference| %.6g, bound %.3g",
                comparison.error, comparison.largest, bound);
  std::string line =
      "result " + std::to_string(number) + " (" + spec.type + ")" + text;
  if (comparison.error > 0) {
    std::snprintf(text, sizeof(text), "%.9g, not %.9g", comparison.got,
                  comparison.expected);
    line += "; worst at [" + placeOf(spec, comparison.worst) + "]: " + text;
  }
  if (comparison.undefined)
    line += "; " + std::to_string(comparison.undefined) + " of " +
            std::to_string(comparison.elements) +
            " not compared, the reference is NaN";
  if (isGood(comparison, bound))
    return line + ": ok";
  return line +
         (comparison.error <= bound ? ": nothing was compared" : ": too far");
}
