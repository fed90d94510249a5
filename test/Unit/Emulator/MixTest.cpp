//===- MixTest.cpp - classes of instructions ------------------------------===//
//
// The loops and the output of the mix are tested in test/Emulator/mix.test.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Mix.h"

#include <gtest/gtest.h>

using namespace pit;
using namespace pit::ptx;

namespace {

std::string_view classOf(const std::string &mnemonic) {
  // Names cannot be declared for every mnemonic; the class needs none.
  auto module = parse(".version 8.0\n.target sm_80\n.entry k() {\n" + mnemonic +
                      ";\n}\n");
  if (!module) {
    ADD_FAILURE() << module.error().message;
    return "";
  }
  return toString(classify((*module)->functions[0].instructions[0]));
}

TEST(Mix, Classes) {
  const std::pair<const char *, const char *> cases[] = {
      {"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", "mma"},
      {"wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16", "mma"},
      {"wgmma.wait_group.sync.aligned", "fence"},
      {"wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32", "mma"},
      {"wmma.load.a.sync.aligned.row.m16n16k16.shared.f16", "ld.shared"},
      {"wmma.store.d.sync.aligned.row.m16n16k16.global.f32", "st.global"},
      {"tcgen05.mma.cta_group::1.kind::f16", "mma"},
      {"tcgen05.ld.sync.aligned.32x32b.x1.b32", "other"},
      {"tcgen05.wait::ld.sync.aligned", "fence"},
      {"ldmatrix.sync.aligned.m8n8.x4.shared.b16", "ldmatrix"},
      {"stmatrix.sync.aligned.m8n8.x4.shared.b16", "ldmatrix"},
      {"movmatrix.sync.aligned.m8n8.trans.b16", "collective"},
      {"cp.async.cg.shared.global", "cp.async"},
      {"cp.async.bulk.tensor.2d.shared::cluster.global.tile", "cp.async"},
      {"cp.async.commit_group", "fence"},
      {"cp.async.bulk.wait_group.read", "fence"},
      {"cp.async.wait_all", "fence"},
      {"ld.global.nc.v4.f32", "ld.global"},
      {"ld.u32", "ld.global"},
      {"ld.volatile.shared::cta.u32", "ld.shared"},
      {"ld.local.u32", "ld.local"},
      {"ld.const.u32", "ld.const"},
      {"ld.param::func.u32", "ld.param"},
      {"st.f32", "st.global"},
      {"st.release.gpu.global.u32", "st.global"},
      {"st.shared.v2.f32", "st.shared"},
      {"st.local.u32", "st.local"},
      {"st.param.b32", "ld.param"},
      {"atom.global.add.f32", "atomic"},
      {"red.shared.add.u32", "atomic"},
      {"mov.u32", "move"},
      {"mov.pred", "predicate"},
      {"cvta.to.global.u64", "move"},
      {"and.b32", "integer"},
      {"and.pred", "predicate"},
      {"not.pred", "predicate"},
      {"add.s32", "integer"},
      {"add.cc.u32", "integer"},
      {"add.rn.f32", "float"},
      {"max.bf16x2", "float"},
      {"mad.lo.s32", "integer"},
      {"mad.f32", "float"},
      {"fma.rn.f64", "float"},
      {"div.full.f32", "float"},
      {"div.u64", "integer"},
      {"ex2.approx.ftz.f32", "float"},
      {"shl.b32", "integer"},
      {"cvt.rn.f16.f32", "convert"},
      {"setp.lt.f32", "predicate"},
      {"selp.b32", "predicate"},
      {"exit", "branch"},
      {"bar.sync", "barrier"},
      {"mbarrier.try_wait.shared.b64", "barrier"},
      {"shfl.sync.bfly.b32", "collective"},
      {"fence.proxy.async", "fence"},
      {"membar.gl", "fence"},
      {"nanosleep.u32", "other"},
      {"add", "integer"},
  };
  for (auto [mnemonic, expected] : cases)
    EXPECT_EQ(classOf(mnemonic), expected) << mnemonic;
}

TEST(Mix, EmptyFunction) {
  auto module = parse(".version 8.0\n.target sm_80\n.entry k() {}\n");
  ASSERT_TRUE(module);
  FunctionMix mix = mixOf(**module, (*module)->functions[0]);
  EXPECT_EQ(mix.mix.total(), 0u);
  EXPECT_EQ(mix.mix.mmaShare(), 0.0);
  EXPECT_TRUE(mix.loops.empty());
}

} // namespace
