//===- DecoderErrorsTest.cpp - what is wrong with instructions ------------===//
//
// Every message of the decoder, with the line it points to: what it names, what
// was expected, and where that helps what was there instead.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Device.h"

#include <gtest/gtest.h>

using namespace pit::emu;

namespace {

const char *const kHead = ".version 8.0\n.target sm_80\n.address_size 64\n";

/// What the instructions below may use; they are at line 18.
const char *const kBefore =
    ".global .align 8 .b8 g[16];\n"
    ".const .align 8 .b8 c[16];\n"
    ".extern .global .align 4 .b8 e[4];\n"
    ".extern .func (.param .b32 r) undefined (.param .b32 a);\n"
    ".func (.reg .b32 r) twice (.reg .b32 a) { add.u32 r, a, a; ret; }\n"
    ".func flag (.reg .pred a) { ret; }\n"
    ".func big (.param .align 8 .b8 a[16]) { ret; }\n"
    ".visible .entry k(.param .u64 p, .param .b32 q)\n"
    "{\n"
    ".reg .pred %p, %q; .reg .b16 %h; .reg .b32 %r, %s; .reg .b64 %d; .reg "
    ".b128 %w; .reg .f32 %f; .reg .f64 %e;\n"
    ".shared .align 16 .b8 s[64]; .local .align 16 .b8 l[64];\n"
    ".param .b32 a; .param .b64 b; .param .align 8 .b8 t[8], b16[16];\n"
    "L:\n";

struct Case {
  const char *text;
  const char *message; ///< behind "k.ptx:"
};

std::string errorOf(const std::string &text) {
  Device device;
  auto module = device.load(text, "k.ptx");
  return module ? "" : module.error().message;
}

/// One instruction each; the message names line and instruction.
const Case kInstructions[] = {
    {"frob.b32 %r, %s;", "unknown instruction 'frob'"},
    {"add.frob.s32 %r, %r, %s;",
     "unknown modifier '.frob' where a type is expected"},
    {"add.s32.sat %r, %r, %s;", "unknown modifier '.sat' at this place"},
    {"add %r, %r, %s;", "expects a type"},
    {"add.b32 %r, %r, %s;", "type '.b32' is not allowed here: expects one of "
                            "'.u16', '.s16', '.u32', '.s32', '.u64', '.s64'"},
    {"mul.s32 %r, %r, %s;",
     "expects one of '.lo', '.hi', '.wide', but got '.s32'"},
    {"add.s32 %r, %r;", "expects 3 operands, but got 2"},
    {"add.s32 %r, %r, %s, %s;", "expects 3 operands, but got 4"},
    {"shfl.sync.down.b32 %r, %s, 1;", "expects 5 operands, but got 3"},
    {"add.s32 3, %r, %s;", "expects a register as destination, but got 3"},
    {"add.s32 %d, %r, %s;",
     "register '%d' is 64 bits wide, but '.s32' is 32 bits wide"},
    {"add.s32 %r, %d, %s;",
     "register '%d' is 64 bits wide, but '.s32' is 32 bits wide"},
    {"add.s32 %p, %r, %s;",
     "register '%p' is a predicate, but '.s32' is 32 bits wide"},
    {"and.pred !%p, %p, %q;", "a destination cannot be negated"},
    {"add.s32 _, %r, %s;", "expects a register as destination, but got '_'"},
    {"add.s32 %r, {%r, %s}, %s;",
     "expects a register or a constant as source, but got a vector"},
    {"add.s32 %r, L, %s;",
     "expects a register or a constant as source, but got a label"},
    {"add.s32 %r, [%d], %s;",
     "expects a register or a constant as source, but got an address"},
    {"add.s32 [%d], %r, %s;",
     "expects a register as destination, but got an address"},
    {"mov.u64 %d, %tid.x;",
     "special register '%tid.x' is 32 bits wide, but '.u64' is not"},
    {"mov.u32 %r, %is_explicit_cluster;",
     "special register '%is_explicit_cluster' is a predicate, but '.u32' is "
     "not"},
    {"mov.u32 %r, %pm0;", "special register '%pm0' is not supported here"},
    {"add.f32 %f, %f, 3;",
     "expects a floating-point literal, but got an integer"},
    {"add.s32 %r, %r, 1.5;",
     "a floating-point literal cannot be a value of type '.s32'"},
    {"add.s16 %h, %h, 1.5;",
     "a floating-point literal cannot be a value of type '.s16'"},
    {"mov.u64 %d, e;", "external symbol 'e' is not defined"},
    {"mov.u32 %r, l;", "the address of the local variable 'l' is 64 bits wide"},
    {"mov.u64 %d, a;", "the address of 'a' cannot be taken"},
    {"mov.u32 %r, g;", "the address of 'g' does not fit into '.u32'"},
    {"mov.u64 %d, undefined;", "function 'undefined' is not defined"},
    {"cp.async.wait_group %r;",
     "operand 1 has to be an integer constant, but is a register"},
    {"cp.async.wait_group -1;",
     "operand 1 is -1, but has to be between 0 and 2147483647"},
    {"ld.global.b32 %r, %d;",
     "operand 2 has to be an address in brackets, but is a register"},
    {"ld.global.b32 %r, [%d, %d];",
     "an address with coordinates is not allowed here"},
    {"ld.global.b32 %r, [%h];", "address register '%h' has to be an integer of "
                                "32 or 64 bits, but is of type '.b16'"},
    {"ld.global.b32 %r, [s];",
     "variable 's' is in shared memory, not in global memory"},
    {"ld.shared.b32 %r, [g];",
     "variable 'g' is in global memory, not in shared memory"},
    {"ld.b32 %r, [%r];", "a generic address has to be 64 bits wide"},
    {"ld.global.b32 %r, [%f];", "address register '%f' has to be an integer of "
                                "32 or 64 bits, but is of type '.f32'"},
    {"st.global.b32 [%p], %r;", "address register '%p' has to be an integer of "
                                "32 or 64 bits, but is of type '.pred'"},
    {"ld.global.v2.b32 {%r, %d}, [%d];",
     "the registers of a vector have different widths"},
    {"ld.global.b32 %p, [%d];", "a predicate cannot be loaded or stored"},
    {"ld.global.b32 %h, [%d];",
     "a register of 16 bits is too narrow for type '.b32'"},
    {"ld.param.b32 %r, [q+4];", "an access of 4 bytes at offset 4 is outside "
                                "parameter 'q', which has 4 bytes"},
    {"ld.param.b64 %d, [q];", "an access of 8 bytes at offset 0 is outside "
                              "parameter 'q', which has 4 bytes"},
    {"ld.param.b32 %r, [q+-4];", "an access of 4 bytes at offset -4 is outside "
                                 "parameter 'q', which has 4 bytes"},
    {"st.param.b32 [q], %r;", "'q' is no parameter that can be written here"},
    {"ld.param.b32 %r, [s];", "'s' is no parameter that can be read here"},
    {"ld.shared.nc.b32 %r, [s];", "'.nc' needs '.global'"},
    {"st.const.b32 [c], %r;", "constant memory cannot be written"},
    {"ld.global.v4.b32 {%r, %s}, [%d];", "expects 4 registers, but got 2"},
    {"ld.global.v4.b32 %r, [%d];", "expects 4 registers, but got 1"},
    {"ld.global.v4.b64 {%d, %d, %d, %d}, [%d];",
     "expects target sm_100 or higher, but the target is sm_80"},
    {"ldu.shared.b32 %r, [s];", "expects '.global' after 'ldu'"},
    {"ld.relaxed.b32 %r, [%d];",
     "expects one of '.cta', '.cluster', '.gpu', '.sys', but got '.b32'"},
    {"ld.relaxed.warp.b32 %r, [%d];",
     "expects one of '.cta', '.cluster', '.gpu', '.sys', but got '.warp'"},
    {"ld.shared::cluster.b32 %r, [s];",
     "expects target sm_90 or higher, but the target is sm_80"},
    {"ld.global.f16 %h, [%d];",
     "type '.f16' is not allowed here: expects one of '.b8', '.b16', '.b32', "
     "'.b64', '.b128', '.u8', '.u16', '.u32', '.u64', '.s8', '.s16', '.s32', "
     "'.s64', '.f32', '.f64'"},
    {"ld.global %r, [%d];", "expects a type"},
    {"prefetch.global.L3 [%d];",
     "expects one of '.L1', '.L2', '.L2::evict_last', '.L2::evict_normal', but "
     "got '.L3'"},
    {"applypriority.global.L2::evict_normal [%d], 64;",
     "operand 2 is 64, but has to be 128"},
    {"createpolicy.b64 %d;",
     "expects one of '.fractional', '.range', '.cvt', but got '.b64'"},
    {"bra %r;", "expects a label"},
    {"brx.idx %r, L;", "expects the name of a '.branchtargets' list"},
    {"brx %r, L;", "expects '.idx' at the end"},
    {"pmevent 65536;", "operand 1 is 65536, but has to be between 0 and 65535"},
    {"trap 1;", "expects 0 operands, but got 1"},
    {"ret 1;", "expects 0 operands, but got 1"},
    {"call (%r), undefined, (%s);",
     "external function 'undefined' is not defined in this module"},
    {"call (%r), twice, (%s, %s);",
     "'twice' has 1 parameters and 1 results, but got 2 and 1"},
    {"call twice, (%s);",
     "'twice' has 1 parameters and 1 results, but got 1 and 0"},
    {"call (%r), twice, (%d);",
     "register '%d' cannot be passed as 'a', which has another size"},
    {"call flag, (%r);",
     "register '%r' cannot be passed as 'a', which has another size"},
    {"call flag, (a);", "parameter 'a' is a predicate"},
    {"call big, (%d);",
     "register '%d' cannot be passed as 'a', which has another size"},
    {"call big, (t);", "'t' has 8 bytes, but parameter 'a' has 16"},
    {"call big, (q);", "'q' is no '.param' variable of this function"},
    {"call (%r), %s, (%s);",
     "register '%s' is 32 bits wide, but '.b64' is 64 bits wide"},
    {"call flag, (%p), L;", "expects the name of a '.callprototype' or "
                            "'.calltargets' list as last operand"},
    {"atom.global.b32 %r, [%d], %s;", "expects an operation and a type"},
    {"atom.global.add.b32 %r, [%d], %s;",
     "there is no such combination of operation and type"},
    {"atom.global.add %r, [%d], %s;", "expects an operation and a type"},
    {"atom.global.add.f16 %h, [%d], %h;", "f16 and bf16 need '.noftz'"},
    {"atom.global.add.noftz.f32 %f, [%d], %f;",
     "'.noftz' needs a type of f16 or bf16"},
    {"atom.global.add.u32 %r, %d, %s;",
     "operand 2 has to be an address in brackets, but is a register"},
    {"atom.global.cas.b32 %r, [%d], %s;", "expects 4 operands, but got 3"},
    {"atom.global.add.u32 %r, [s], %s;",
     "variable 's' is in shared memory, not in global memory"},
    {"red.global.exch.b32 [%d], %r;", "unknown modifier '.exch' at this place"},
    {"red.add.u32 [%d];", "expects 2 operands, but got 1"},
    {"cp.async.ca.global.shared [%d], [%d], 4;",
     "cp.async expects '.shared' or '.shared::cta' as destination"},
    {"cp.async.ca.shared.shared [s], [s], 4;",
     "cp.async expects '.global' as source"},
    {"cp.async.cg.shared.global [s], [g], 8;", "'.cg' copies 16 bytes, not 8"},
    {"cp.async.ca.shared.global [s], [g], 6;",
     "a copy has 4, 8 or 16 bytes, not 6"},
    {"cp.async.ca.shared.global [s], [g];",
     "expects 3 to 4 operands, but got 2"},
    {"cp.async.bulk.shared.global [s], [g], 16;",
     "this form of 'cp' is not supported"},
    {"cp.frob;", "this form of 'cp' is not supported"},
    {"cp.async.ca.shared.global [g], [g], 4;",
     "variable 'g' is in global memory, not in shared memory"},
    {"bar.sync;", "expects 1 to 2 operands, but got 0"},
    {"bar.sync 16;", "operand 1 is 16, but has to be between 0 and 15"},
    {"bar.red.xor.u32 %r, 0;",
     "expects one of '.popc', '.and', '.or', but got '.xor'"},
    {"barrier.cluster.arrive;", "clusters are not supported"},
    {"fence.frob;",
     "expects one of '.cta', '.cluster', '.gpu', '.sys', but got '.frob'"},
    {"fence.acq_rel;",
     "expects one of '.cta', '.cluster', '.gpu', '.sys' at the end"},
    {"membar.warp;", "expects one of '.cta', '.gl', '.sys', but got '.warp'"},
    {"vote.all.pred %p, %q;", "expects 'vote.sync' with a member mask: the "
                              "form without does not exist since sm_70"},
    {"shfl.down.b32 %r, %s, 1, 31;",
     "expects 'shfl.sync' with a member mask: the form without does not exist "
     "since sm_70"},
    {"match.any.b32 %r, %s;", "expects 'match.sync' with a member mask: the "
                              "form without does not exist since sm_70"},
    {"redux.sync.add.f32 %f, %f, -1;",
     "expects target sm_100 or higher, but the target is sm_80"},
    {"match.any.sync.b32 %r|%p, %s, -1;",
     "expects a register as destination, but got a pair of operands"},
    {"elect.sync %r, -1;",
     "expects target sm_90 or higher, but the target is sm_80"},
    {"vote.sync.frob.pred %p, %q, -1;",
     "expects one of '.all', '.any', '.uni', '.ballot', but got '.frob'"},
    {"wgmma.fence.sync.aligned;", "unknown instruction 'wgmma'"},
    {"mbarrier.init.shared.b64 [s], 1;", "unknown instruction 'mbarrier'"},
    {"cvt.f32.s32 %f, %r;",
     "expects '.rn', '.rz', '.rm' or '.rp' with '.f32.s32'"},
    {"cvt.rn.s32.f32 %r, %f;",
     "expects '.rni', '.rzi', '.rmi' or '.rpi' with '.s32.f32'"},
    {"setp.xx.s32 %p, %r, %s;",
     "expects one of '.eq', '.ne', '.lt', '.le', '.gt', '.ge', '.lo', '.ls', "
     "'.hi', '.hs', '.equ', '.neu', '.ltu', '.leu', '.gtu', '.geu', '.num', "
     "'.nan', but got '.xx'"},
    {"set.lt.u32 %r, %r, %s;", "expects a type"},
    {"div.f32 %f, %f, %f;", "expects a rounding modifier ('.approx', '.full', "
                            "'.rn', '.rz', '.rm' or '.rp')"},
    {"sqrt.f32 %f, %f;",
     "expects a rounding modifier ('.approx', '.rn', '.rz', '.rm' or '.rp')"},
    {"shl.u32 %r, %r, %s;",
     "type '.u32' is not allowed here: expects one of '.b16', '.b32', '.b64'"},
    {"mad.s32 %r, %r, %s, %s;",
     "expects one of '.lo', '.hi', '.wide', but got '.s32'"},
    {"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 %r, %r, %r, %r;",
     "operand 1 has to be a vector of registers"},
    {"ldmatrix.sync.aligned.m8n8.x3.shared.b16 {%r, %s, %r}, [s];",
     "expects '.m8n8' and one of '.x1', '.x2', '.x4'"},
    {"prmt.b32.xyz %r, %r, %s, %r;", "unknown modifier '.xyz' at this place"},
    {"bfe.s16 %h, %h, 1, 2;", "type '.s16' is not allowed here: expects one "
                              "of '.u32', '.s32', '.u64', '.s64'"},
    {"nanosleep.b32 1;", "type '.b32' is not allowed here: expects '.u32'"},
    {"activemask.u32 %r;", "type '.u32' is not allowed here: expects '.b32'"},
};

TEST(DecoderErrors, Instructions) {
  const std::string before = std::string(kHead) + kBefore;
  for (const Case &c : kInstructions) {
    const std::string text = c.text;
    const std::string mnemonic = text.substr(0, text.find_first_of(" ;"));
    EXPECT_EQ(errorOf(before + text + "\nret;\n}\n"),
              std::string("k.ptx:17: ") + c.message + " in '" + mnemonic + "'")
        << text;
  }
}

/// Nearly the same, and right.
TEST(DecoderErrors, NoError) {
  const std::string before = std::string(kHead) + kBefore;
  for (const char *text :
       {"add.s32 %r, %r, %s;", "add.f32 %f, %f, 1.5;",
        "mov.b32 %r, 0f3F800000;", "mov.u64 %d, l;", "call (%r), twice, (%s);",
        "call flag, (%p);", "call big, (b16);", "ld.global.b32 %r, [%d+-4];",
        "ld.param.b32 %r, [q];", "bar.sync 15;",
        "cp.async.ca.shared.global [s], [g], 8;",
        "atom.global.add.u32 %r, [%d], %s;", "ld.shared.b32 %r, [s+60];"})
    EXPECT_EQ(errorOf(before + text + "\nret;\n}\n"), "") << text;
}

/// Whole modules.
const Case kModules[] = {
    {".version 8.0 .target sm_52 .address_size 64",
     " unknown target 'sm_52'; expects one of sm_70, sm_72, sm_75, sm_80, "
     "sm_86, sm_87, sm_89, sm_90, sm_100, sm_120"},
    {".version 8.0 .target sm_80 .address_size 32",
     " expects '.address_size 64', but got 32"},
    {"@.shared .b8 a[49153];\n.entry k() { .reg .b64 d; mov.u64 d, a; }",
     "4: kernel 'k' declares more than 49152 bytes of shared memory; larger "
     "arrays have to be dynamic ('.extern .shared')"},
    {"@.entry k(\n.param .align 8 .b8 a[32760],\n.param .u64 b) { ret; }",
     "6: the parameters of 'k' take more than the 32764 bytes that are "
     "possible"},
    {"@.func f(\n.param .b8 a[65537]) { ret; }\n.entry k() { ret; }",
     "5: the parameters of 'f' take more than the 32764 bytes that are "
     "possible"},
    {"@.entry k() { .param .b8 a[65537]; ret; }",
     "4: 'a' has 65537 bytes, but a parameter has at most 65536"},
    {"@.entry k() {\n.local .b8 a[524289]; ret; }",
     "5: local variables take more than the 524288 bytes that a thread can "
     "have"},
    {"@.func f() { frob; }", "4: unknown instruction 'frob' in 'frob'"},
    {"@.func f(.param .b8 x[30000], .param .b8 y[30000]) { ret; }",
     "4: the parameters of 'f' take more than the 32764 bytes that are "
     "possible"},
    {"@.global .u64 a[2] = {0, s};\n.shared .b32 s;",
     "4:25: 's' is neither a function nor a .global or .const variable "
     "declared before"},
};

TEST(DecoderErrors, Modules) {
  for (const Case &c : kModules) {
    const std::string text =
        c.text[0] == '@' ? std::string(kHead) + (c.text + 1) : c.text;
    EXPECT_EQ(errorOf(text), std::string("k.ptx:") + c.message) << text;
  }
}

TEST(DecoderErrors, FrameOfAFunction) {
  // Each variable takes 64 KiB a lane, 2 MiB a warp.
  std::string text = std::string(kHead) + ".entry k() {\n.reg .b16 h;\n";
  for (int i = 0; i < 32; ++i) {
    const std::string name = "a" + std::to_string(i);
    text += ".param .b8 " + name + "[65536]; st.param.b8 [" + name + "], h;\n";
  }
  EXPECT_EQ(errorOf(text + "}"),
            "k.ptx:4: registers and parameters of 'k' take "
            "more than 64 MiB a warp");
}

TEST(DecoderErrors, NamesOfAModule) {
  Device device;
  auto module = device.load(
      std::string(kHead) + ".global .b32 g;\n.entry k() {}", "k.ptx");
  ASSERT_TRUE(bool(module));
  EXPECT_EQ((*module)->kernel("f").error().message,
            "k.ptx: no kernel 'f'; the module has 'k'");
  EXPECT_EQ((*module)->variable("h").error().message,
            "k.ptx: no global or constant variable 'h'");
  EXPECT_TRUE(bool((*module)->variable("g")));
}

/// The report, or the error, of a launch of kernel k without parameters.
std::string launch(const std::string &text, LaunchOptions options = {},
                   uint64_t blocks = 1) {
  Device device;
  auto module = device.load(kHead + text, "k.ptx");
  if (!module)
    return module.error().message;
  auto kernel = (*module)->kernel("k");
  LaunchConfig config;
  config.grid.x = uint32_t(blocks);
  config.block.x = 32;
  auto result = device.launch(*kernel, config, {}, options);
  if (!result)
    return result.error().message;
  return result->reports.empty() ? ""
                                 : std::to_string(result->reports[0].line) +
                                       ": " + result->reports[0].message;
}

TEST(DecoderErrors, MoreBlocksThanTakeTurns) {
  LaunchOptions options;
  options.coresident = true;
  EXPECT_EQ(launch(".entry k() {}", options, 3456), "");
  EXPECT_EQ(
      launch(".entry k() {}", options, 3457),
      "kernel 'k': 3457 blocks cannot all take turns; sm_80 holds at most "
      "3456 at a time");
}

TEST(DecoderErrors, CallsThroughPointers) {
  const std::string functions =
      ".func one(.reg .b32 a) { ret; }\n"
      ".func flag(.reg .pred a) { ret; }\n"
      ".entry k() { .reg .b64 f; .reg .b32 r; .reg .pred p;\n";
  EXPECT_EQ(launch(functions + "mov.u64 f, one; call f, (r); }"), "");
  EXPECT_EQ(
      launch(functions + "mov.u64 f, one; call f, (r, r); }"),
      "7: call of 'one', which has 1 parameters and 0 results, with 2 and "
      "0, or of other types");
  EXPECT_EQ(
      launch(functions + "mov.u64 f, flag; call f, (r); }"),
      "7: call of 'flag', which has 1 parameters and 0 results, with 1 and "
      "0, or of other types");
  EXPECT_EQ(launch(functions + "mov.u64 f, 4096; call f, (r); }"),
            "7: call of an address that is no function");
}

TEST(DecoderErrors, RecursionWithoutEnd) {
  const std::string kernel = ".entry k() { call f; }\n";
  EXPECT_EQ(launch(".func f() { call f; }\n" + kernel),
            "4: calls are nested more than 1024 deep");
  EXPECT_EQ(
      launch(".func f() { .local .b8 l[4096]; call f; }\n" + kernel),
      "4: calls are nested so deep that local variables take more than the "
      "524288 bytes that a thread can have");
  EXPECT_EQ(
      launch(".func f() { .reg .b16 h; .param .b8 a[65536];\n"
             "st.param.b8 [a], h; call f; }\n" +
             kernel),
      "5: calls are nested so deep that registers and parameters take more "
      "than 256 MiB a warp");
}

/// Addresses that wrap around, and lanes far apart: host memory stays safe.
TEST(DecoderErrors, AddressesThatWrap) {
  const std::string kernel =
      ".entry k() { .reg .b32 r, v; .reg .b64 d; .shared .b32 s[32];\n"
      "mov.u32 r, 0; mov.u64 d, -8;\n";
  EXPECT_EQ(launch(kernel + "ld.shared.b32 v, [r+-4]; }").substr(0, 52),
            "6: load of 4 bytes at shared address 0xfffffffc, but");
  EXPECT_EQ(launch(kernel + "ld.shared.b32 v, [d+4]; }").substr(0, 52),
            "6: load of 4 bytes at shared address 0xfffffffffffff");
  EXPECT_EQ(launch(kernel + "ld.global.b32 v, [d+4]; }").substr(0, 45),
            "6: load of 4 bytes at address 0xfffffffffffff");
  EXPECT_EQ(launch(kernel + "ld.local.b32 v, [d+4]; }").substr(0, 51),
            "6: load of 4 bytes at local address 0xfffffffffffff");
}

} // namespace
