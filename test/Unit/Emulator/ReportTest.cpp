//===- ReportTest.cpp - reports, checks, counters as text -----------------===//

#include "pit/Emulator/Report.h"
#include "Emulator/Json.h"
#include "pit/Emulator/Stats.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

using namespace pit::emu;

namespace {

TEST(Report, NamesEverythingItKnows) {
  Report r;
  r.kind = ReportKind::Race;
  r.message = "store of 4 bytes to 'As' + 128, read by warp 1 without order";
  r.buffer = "As";
  r.offset = 128;
  r.file = "k.ptx";
  r.line = 45;
  r.text = "st.shared.b32 [%r1], %r2;";
  r.function = "f";
  r.block[1] = 2;
  r.warp = 0;
  r.lane = 3;
  EXPECT_EQ(r.str(),
            "k.ptx:45: error: race: store of 4 bytes to 'As' + 128, read by "
            "warp 1 without order\n"
            "    st.shared.b32 [%r1], %r2;\n"
            "  block (0,2,0), warp 0, lane 3, in 'f', at 'As' + 128");
}

TEST(Report, LeavesOutWhatIsUnknown) {
  Report r;
  r.kind = ReportKind::Deadlock;
  r.message = "no warp can go on";
  r.file = "k.ptx";
  EXPECT_EQ(r.str(),
            "k.ptx: error: deadlock: no warp can go on\n  block (0,0,0)");
  r.buffer = "A";
  r.offset = -4;
  EXPECT_NE(r.str().find("at 'A' - 4"), std::string::npos);
  r.offset = std::numeric_limits<int64_t>::min();
  EXPECT_NE(r.str().find("at 'A' - 9223372036854775808"), std::string::npos);
}

TEST(Report, KindsHaveDistinctNames) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i <= unsigned(ReportKind::Misuse); ++i)
    names.insert(toString(ReportKind(i)));
  EXPECT_EQ(names.size(), unsigned(ReportKind::Misuse) + 1);
  EXPECT_FALSE(names.count("unknown"));
}

TEST(Checks, Parse) {
  auto all = Checks::parse("all"), none = Checks::parse("none"),
       standard = Checks::parse("standard");
  ASSERT_TRUE(all && none && standard);
  EXPECT_TRUE(all->globalRace && all->race && all->bounds);
  EXPECT_FALSE(none->globalRace || none->race || none->bounds || none->align ||
               none->uninit || none->inflight || none->divergence);
  EXPECT_TRUE(standard->race && !standard->globalRace);
  auto some = Checks::parse("race,global-race,align");
  ASSERT_TRUE(some);
  EXPECT_TRUE(some->race && some->globalRace && some->align);
  EXPECT_FALSE(some->bounds || some->uninit || some->inflight ||
               some->divergence);
}

TEST(Checks, ParseErrors) {
  for (const char *bad :
       {"", ",", "race,", ",race", "Race", "all,race", "race, align"})
    EXPECT_FALSE(Checks::parse(bad)) << bad;
  EXPECT_EQ(
      Checks::parse("racy").error().message,
      "unknown check 'racy': expected all, standard, none or a comma-separated "
      "list of bounds, align, uninit, race, inflight, divergence, global-race");
}

TEST(Json, StringsAreEscaped) {
  EXPECT_EQ(jsonString("a\"b\\c\n\t\x01\x7f"),
            "\"a\\\"b\\\\c\\u000a\\u0009\\u0001\\u007f\"");
  EXPECT_EQ(jsonString("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"),
            "\"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
  // Overlong, a lone continuation, a surrogate, beyond U+10FFFF, cut off.
  EXPECT_EQ(jsonString("\xC0\xAF"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(jsonString("\x80"), "\"\\ufffd\"");
  EXPECT_EQ(jsonString("\xED\xA0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(jsonString("\xF4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(jsonString("\xE2\x82"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(jsonString(std::string_view("\0x", 2)), "\"\\u0000x\"");
}

Stats sample() {
  Stats stats;
  stats.kernel = "f";
  stats.blocks = 2;
  stats.warps = 8;
  stats.transactions = true;
  LineStats load{12, InstClass::LoadGlobal, "ld.global.b32 %r1, [%rd1];", {}};
  load.counters.executed = 8;
  load.counters.threads = 200;
  load.counters.globalRequests = 8;
  load.counters.globalSectors = 32;
  load.counters.globalBytesRead = 800;
  LineStats store{13, InstClass::StoreShared, "st.shared.b32 [%r2], %r1;", {}};
  store.counters.executed = 8;
  store.counters.threads = 256;
  store.counters.sharedRequests = 8;
  store.counters.sharedWavefronts = 16;
  store.counters.sharedWavefrontsIdeal = 8;
  store.counters.sharedBytesWritten = 1024;
  stats.lines = {load, store};
  for (const LineStats &line : stats.lines) {
    stats.total += line.counters;
    stats.byClass[unsigned(line.instClass)] += line.counters.executed;
  }
  return stats;
}

TEST(Stats, CountersAddUp) {
  Stats stats = sample();
  EXPECT_EQ(stats.total.executed, 16u);
  EXPECT_EQ(stats.total.threads, 456u);
  EXPECT_EQ(stats.total.globalSectors, 32u);
  EXPECT_EQ(stats.total.bankConflicts(), 8u);
}

TEST(Stats, Json) {
  Stats stats = sample();
  EXPECT_EQ(
      stats.json(),
      "{\"kernel\": \"f\", \"blocks\": 2, \"warps\": 8, \"transactions\": "
      "true,\n"
      "\"total\": {\"executed\": 16, \"threads\": 456, \"divergent_branches\": "
      "0, "
      "\"global_requests\": 8, \"global_sectors\": 32, \"global_bytes_read\": "
      "800, "
      "\"global_bytes_written\": 0, \"shared_requests\": 8, "
      "\"shared_wavefronts\": 16, "
      "\"shared_wavefronts_ideal\": 8, \"shared_bytes_read\": 0, "
      "\"shared_bytes_written\": 1024, \"local_bytes\": 0, \"const_bytes\": 0, "
      "\"param_bytes\": 0, \"atomics\": 0, \"bank_conflicts\": 8},\n"
      "\"by_class\": {\"mma\": 0, \"ldmatrix\": 0, \"cp.async\": 0, "
      "\"ld.global\": 8, "
      "\"st.global\": 0, \"ld.shared\": 0, \"st.shared\": 8, \"ld.local\": 0, "
      "\"st.local\": 0, \"ld.const\": 0, \"ld.param\": 0, \"atomic\": 0, "
      "\"move\": 0, "
      "\"integer\": 0, \"float\": 0, \"convert\": 0, \"predicate\": 0, "
      "\"branch\": 0, "
      "\"call\": 0, \"barrier\": 0, \"collective\": 0, \"fence\": 0, "
      "\"other\": 0},\n"
      "\"lines\": [\n"
      "{\"line\": 12, \"class\": \"ld.global\", \"text\": \"ld.global.b32 %r1, "
      "[%rd1];\", "
      "\"executed\": 8, \"threads\": 200, \"global_requests\": 8, "
      "\"global_sectors\": 32, "
      "\"global_bytes_read\": 800},\n"
      "{\"line\": 13, \"class\": \"st.shared\", \"text\": \"st.shared.b32 "
      "[%r2], %r1;\", "
      "\"executed\": 8, \"threads\": 256, \"shared_requests\": 8, "
      "\"shared_wavefronts\": 16, \"shared_wavefronts_ideal\": 8, "
      "\"shared_bytes_written\": 1024, \"bank_conflicts\": 8}]}\n");
}

TEST(Stats, WhatWasNotCountedIsNotPrinted) {
  Stats stats = sample();
  stats.transactions = false;
  EXPECT_EQ(stats.json().find("sectors"), std::string::npos);
  EXPECT_EQ(stats.json().find("bank_conflicts"), std::string::npos);
  EXPECT_EQ(stats.table().find("sectors"), std::string::npos);
}

TEST(Stats, Table) {
  std::string table = sample().table();
  EXPECT_NE(table.find("kernel 'f': 2 blocks, 8 warps, 16 warp instructions\n"
                       "  28.50 lanes per instruction, 0 divergent branches\n"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find("ld.global              8   50.0%\n"), std::string::npos)
      << table;
  EXPECT_NE(table.find("8 requests, 32 sectors (4.00 per request)"),
            std::string::npos);
  EXPECT_NE(table.find("   13          8  32.00          -          16         "
                       " 8  st.shared"),
            std::string::npos)
      << table;
}

TEST(Stats, AnEmptyLaunchDividesByNothing) {
  Stats stats;
  stats.transactions = true;
  EXPECT_EQ(stats.table().find("nan"), std::string::npos);
}

} // namespace
