//===- main.cpp - a user of the installed runtime and emulator ------------===//
//
// Runs a launch plan on the emulator and prints the result and what the kernel
// counted.
//
//===----------------------------------------------------------------------===//

#include "pit/Runtime/EmulatorBackend.h"
#include "pit/Runtime/Executor.h"

#include <array>
#include <cstdio>
#include <vector>

// twice[i] = x[i] + x[i], one block of 64 threads a 64 elements.
static constexpr const char *kPtx = R"(
.version 7.8
.target sm_80
.address_size 64
.visible .entry twice_0(.param .u64 .ptr .global .align 16 x,
                        .param .u64 .ptr .global .align 16 twice,
                        .param .u64 n)
.maxntid 64
{
  .reg .pred %p;
  .reg .f32 %f;
  .reg .b32 %r<4>;
  .reg .b64 %d<6>;
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %tid.x;
  mad.lo.u32 %r3, %r1, 64, %r2;
  cvt.u64.u32 %d1, %r3;
  ld.param.u64 %d2, [n];
  setp.ge.s64 %p, %d1, %d2;
  @%p ret;
  shl.b64 %d1, %d1, 2;
  ld.param.u64 %d3, [x];
  ld.param.u64 %d4, [twice];
  add.s64 %d3, %d3, %d1;
  add.s64 %d4, %d4, %d1;
  ld.global.f32 %f, [%d3];
  add.f32 %f, %f, %f;
  st.global.f32 [%d4], %f;
  ret;
})";

static constexpr const char *kPlan = R"json({
  "format": "pit-launch-plan", "version": 1,
  "function": "twice", "arch": "sm_80", "ptx_version": "7.8", "ptx": "twice.ptx",
  "symbols": ["n"],
  "arguments": [
    {"name": "x", "kind": "input", "type": "f32", "shape": ["n"], "alignment": 16},
    {"name": "out", "kind": "output", "type": "f32", "shape": ["n"], "alignment": 16}],
  "workspace": {"bytes": 0, "alignment": 256},
  "steps": [
    {"kind": "launch", "entry": "twice_0", "grid": "ceildiv(n, 64)", "block": 64, "shared_bytes": 0,
     "arguments": [
       {"name": "x", "kind": "input", "type": "f32", "shape": ["n"], "alignment": 16, "buffer": "x", "offset": 0},
       {"name": "out", "kind": "output", "type": "f32", "shape": ["n"], "alignment": 16, "buffer": "out", "offset": 0},
       {"name": "n", "kind": "size", "type": "i64", "value": "n"}]}]
})json";

static int report(const pit::Error &error) {
  std::fprintf(stderr, "error: %s\n", error.message.c_str());
  return 1;
}

int main() {
  using namespace pit::runtime;
  auto backend = EmulatorBackend::create({.arch = "sm_80"});
  if (!backend)
    return report(backend.error());
  auto plan = parseLaunchPlan(kPlan, "twice.json");
  if (!plan)
    return report(plan.error());
  auto executor =
      PlanExecutor::create(**backend, std::move(*plan), kPtx, "twice.ptx");
  if (!executor)
    return report(executor.error());

  std::vector<float> values(100);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = 0.5f * float(i);
  uint64_t bytes = values.size() * sizeof(float);
  auto x = (*backend)->allocate(bytes, "x");
  auto out = (*backend)->allocate(bytes, "out");
  if (!x || !out)
    return report(!x ? x.error() : out.error());
  if (auto error = (*backend)->copyToDevice(*x, values.data(), bytes))
    return report(error);
  std::array<int64_t, 1> shape{int64_t(values.size())};
  std::array<TensorArgument, 2> arguments{{{*x, shape}, {*out, shape}}};
  if (auto error = executor->run(arguments, 0, 0))
    return report(error);
  if (auto error = (*backend)->copyToHost(values.data(), *out, bytes))
    return report(error);

  std::printf("out[99] = %g\n", double(values[99]));
  for (const KernelStats &kernel : (*backend)->stats())
    std::printf("%s: %llu launch, %llu warps, %llu warp instructions\n",
                kernel.kernel.c_str(), (unsigned long long)kernel.launches,
                (unsigned long long)kernel.stats.warps,
                (unsigned long long)kernel.stats.total.executed);
}
