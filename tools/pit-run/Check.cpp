//===- Check.cpp - results against the reference --------------------------===//

#include "Check.h"

#include <cmath>
#include <limits>

using namespace pit;
using namespace pit::tool;

Comparison tool::compare(const std::vector<double> &results,
                         const std::vector<double> &reference) {
  Comparison comparison;
  comparison.elements = results.size();
  double worst = -1;
  for (size_t i = 0; i < results.size(); ++i) {
    double got = results[i], expected = reference[i];
    if (std::isnan(expected)) {
      ++comparison.undefined;
      continue;
    }
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

std::string tool::describe(const Comparison &comparison, const TensorSpec &spec,
                           size_t number, double bound) {
  char text[256];
  std::snprintf(text, sizeof(text),
                "result %zu (%s): error %.3g of the largest |reference| %.6g, "
                "bound %.3g",
                number, spec.type.c_str(), comparison.error, comparison.largest,
                bound);
  std::string line = text;
  if (comparison.error > 0) {
    std::string place;
    uint64_t rest = comparison.worst;
    for (size_t dim = spec.shape.size(); dim-- > 0;) {
      place = std::to_string(rest % spec.shape[dim]) +
              (place.empty() ? "" : ", ") + place;
      rest /= spec.shape[dim];
    }
    std::snprintf(text, sizeof(text), "; worst at [%s]: %.9g, not %.9g",
                  place.c_str(), comparison.got, comparison.expected);
    line += text;
  }
  if (comparison.undefined)
    line += "; " + std::to_string(comparison.undefined) + " of " +
            std::to_string(comparison.elements) +
            " not compared, the reference is NaN";
  return line + (comparison.error <= bound ? ": ok" : ": too far");
}
