//===- PlanSample.h - the launch plan of the documentation ------*- C++ -*-===//

#ifndef PIT_TEST_RUNTIME_PLANSAMPLE_H
#define PIT_TEST_RUNTIME_PLANSAMPLE_H

#include "pit/Support/File.h"

#include <gtest/gtest.h>

#include <string>

namespace pit::runtime {

/// The first JSON block of docs/launch-plan.md.
inline std::string planSample() {
  Expected<std::string> text =
      readFile(std::string(PIT_TEST_DIR) + "/../docs/launch-plan.md");
  EXPECT_TRUE(text) << text.error().message;
  if (!text)
    return "";
  const std::string fence = "```json\n";
  const size_t begin = text->find(fence) + fence.size();
  return text->substr(begin, text->find("```", begin) - begin);
}

} // namespace pit::runtime

#endif // PIT_TEST_RUNTIME_PLANSAMPLE_H
