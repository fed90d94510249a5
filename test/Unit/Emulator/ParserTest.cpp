//===- ParserTest.cpp - what PTX text means -------------------------------===//
//
// Valid text, construct by construct. What is wrong with invalid text is told
// in ParserErrorsTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Ptx.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace pit::ptx;

namespace {

using Kind = Operand::Kind;

const char *const kHead = ".version 8.0\n.target sm_80\n.address_size 64\n";

std::unique_ptr<Module> parseModule(const std::string &text) {
  auto module = parse(kHead + text);
  if (!module) {
    ADD_FAILURE() << module.error().message << "\n" << text;
    return nullptr;
  }
  return std::move(*module);
}

/// The module around the body of a kernel `k`.
std::unique_ptr<Module> parseBody(const std::string &body,
                                  const std::string &before = "") {
  return parseModule(before + ".entry k(.param .u64 p) {\n" + body + "\n}\n");
}

const Function &only(const std::unique_ptr<Module> &module) {
  return *module->findFunction("k");
}

/// The value of a constant expression, as an operand.
Operand constant(const std::string &expression) {
  auto module = parseBody(".reg .b64 %r; mov.b64 %r, " + expression + ";");
  return module ? only(module).instructions[0].operands[1] : Operand();
}

int64_t integer(const std::string &expression) {
  Operand operand = constant(expression);
  EXPECT_EQ(operand.kind, Kind::Integer) << expression;
  return operand.value;
}

double floating(const std::string &expression) {
  Operand operand = constant(expression);
  EXPECT_EQ(operand.kind, Kind::Float64) << expression;
  double value;
  std::memcpy(&value, &operand.value, sizeof value);
  return value;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

TEST(Parser, IntegerLiterals) {
  EXPECT_EQ(integer("0"), 0);
  EXPECT_EQ(integer("42"), 42);
  EXPECT_EQ(integer("0x7fFF"), 0x7fff);
  EXPECT_EQ(integer("0XFF"), 0xff);
  EXPECT_EQ(integer("017"), 15);
  EXPECT_EQ(integer("0b1011"), 11);
  EXPECT_EQ(integer("7U"), 7);
  EXPECT_EQ(integer("-1"), -1);
  EXPECT_EQ(integer("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(integer("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(integer("18446744073709551615"), -1);
  EXPECT_EQ(integer("0xffffffffffffffff"), -1);
  EXPECT_EQ(integer("01777777777777777777777"), -1);
  EXPECT_EQ(integer("WARP_SZ"), 32);
}

TEST(Parser, IntegerExpressions) {
  EXPECT_EQ(integer("1+2*3"), 7);
  EXPECT_EQ(integer("(1+2)*3"), 9);
  EXPECT_EQ(integer("10-4-3"), 3);
  EXPECT_EQ(integer("7/2"), 3);
  EXPECT_EQ(integer("-7/2"), -3);
  EXPECT_EQ(integer("-7 % 3"), -1);
  EXPECT_EQ(integer("10%3"), 1); // the scanner sees a name here
  EXPECT_EQ(integer("1<<4|1"), 17);
  EXPECT_EQ(integer("1<<64"), 0);
  EXPECT_EQ(integer("-8>>1"), -4);
  EXPECT_EQ(integer("-8>>100"), -1);
  EXPECT_EQ(integer("0x8000000000000000>>63"), 1);
  EXPECT_EQ(integer("6&3^1"), 3);
  EXPECT_EQ(integer("~0"), -1);
  EXPECT_EQ(integer("!5"), 0);
  EXPECT_EQ(integer("!0"), 1);
  EXPECT_EQ(integer("1<2 && 2<=2"), 1);
  EXPECT_EQ(integer("3>4 || 4>=5"), 0);
  EXPECT_EQ(integer("3==3"), 1);
  EXPECT_EQ(integer("3!=3"), 0);
  EXPECT_EQ(integer("1 ? 5 : 6"), 5);
  EXPECT_EQ(integer("0 ? 5 : 0 ? 6 : 7"), 7);
  EXPECT_EQ(integer("WARP_SZ-1"), 31);
  // A comparison of .u64 is unsigned, also if only one side is.
  EXPECT_EQ(integer("-1 < 1"), 1);
  EXPECT_EQ(integer("-1 < 1U"), 0);
  EXPECT_EQ(integer("(.s64)0xffffffffffffffff < 1"), 1);
  EXPECT_EQ(integer("(.u64)-1 < 1"), 0);
  EXPECT_EQ(integer("-1/2U"), INT64_MAX);
  EXPECT_EQ(integer("(-9223372036854775807-1)/-1"), INT64_MIN);
  EXPECT_EQ(integer("(-9223372036854775807-1)%-1"), 0);
  EXPECT_EQ(integer("9223372036854775807+1"), INT64_MIN);
  EXPECT_EQ(integer("1.5 < 2.0"), 1);
  EXPECT_EQ(integer("0f3F800000 == 1.0"), 1);
}

TEST(Parser, FloatLiterals) {
  EXPECT_EQ(floating("1.5"), 1.5);
  EXPECT_EQ(floating("1."), 1.0);
  EXPECT_EQ(floating(".5"), 0.5);
  EXPECT_EQ(floating("1e3"), 1000.0);
  EXPECT_EQ(floating("2.5E-1"), 0.25);
  EXPECT_EQ(floating("0d3FF8000000000000"), 1.5);
  EXPECT_EQ(floating("-1.5"), -1.5);
  EXPECT_EQ(floating("1.0+2.5*3.0"), 8.5);
  EXPECT_EQ(floating("(1 + .5) / 3"), 0.5);
  EXPECT_EQ(floating("1 ? 2.0 : 3.0"), 2.0);
  EXPECT_EQ(floating("0f3F800000 + 1"), 2.0);

  Operand single = constant("0f3F800000");
  EXPECT_EQ(single.kind, Kind::Float32);
  EXPECT_EQ(single.value, 0x3F800000);
  single = constant("-0F3F800000");
  EXPECT_EQ(single.kind, Kind::Float32);
  EXPECT_EQ(single.value, 0xBF800000);
  // NaN keeps its payload.
  EXPECT_EQ(constant("0f7FC00001").value, 0x7FC00001);
  EXPECT_EQ(constant("0dFFF8000000000001").value,
            static_cast<int64_t>(0xFFF8000000000001));
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

TEST(Parser, InstructionParts) {
  auto module = parseBody(".reg .pred %p1; .reg .b32 %r1; .reg .b64 %rd1;\n"
                          "@!%p1 ld.global.nc.L2::128B.b32 %r1, [%rd1+-4];\n"
                          "@%p1 ret;");
  const Function &function = only(module);
  ASSERT_EQ(function.instructions.size(), 2u);
  const Instruction &load = function.instructions[0];
  EXPECT_EQ(load.opcode, "ld");
  EXPECT_EQ(load.modifiers,
            (std::vector<std::string_view>{"global", "nc", "L2::128B", "b32"}));
  EXPECT_EQ(load.mnemonic(), "ld.global.nc.L2::128B.b32");
  EXPECT_TRUE(load.guardNegated);
  EXPECT_EQ(function.registers[load.guard].name, "%p1");
  EXPECT_EQ(load.line, 6u);
  ASSERT_EQ(load.operands.size(), 2u);
  EXPECT_EQ(load.operands[0].kind, Kind::Register);
  EXPECT_EQ(function.registers[load.operands[0].index].name, "%r1");
  const Operand &address = load.operands[1];
  EXPECT_EQ(address.kind, Kind::Address);
  EXPECT_EQ(address.value, -4);
  ASSERT_EQ(address.elements.size(), 1u);
  EXPECT_EQ(address.elements[0].kind, Kind::Register);
  EXPECT_EQ(function.registers[address.elements[0].index].type, Type::B64);

  const Instruction &ret = function.instructions[1];
  EXPECT_GE(ret.guard, 0);
  EXPECT_FALSE(ret.guardNegated);
  EXPECT_TRUE(ret.operands.empty());
  EXPECT_EQ(ret.mnemonic(), "ret");
}

TEST(Parser, Addresses) {
  auto module = parseBody(".reg .b32 %r<3>; .reg .b64 %rd1; .reg .b64 base;\n"
                          ".shared .b32 s[8];\n"
                          "ld.shared.b32 %r1, [s];\n"
                          "ld.shared.b32 %r1, [s+4*2];\n"
                          "ld.shared.b32 %r1, [%rd1-8+2];\n"
                          "ld.shared.b32 %r1, [16+4];\n"
                          "ld.param.b64 %rd1, [p];\n"
                          "ld.shared.b32 %r1, s[3];\n"
                          "mov.b64 %rd1, s[2];\n"
                          "mov.b64 %rd1, s+12;\n"
                          "mov.b64 %rd1, s;\n"
                          "ld.shared.b32 %r1, [base];\n"
                          "cp.async.bulk.x [s], [%rd1, {%r1, %r2}], [base+8];");
  const auto &code = only(module).instructions;
  const Variable *s = &only(module).variables[0];
  auto expectAddress = [&](size_t i, const Variable *variable, int64_t value) {
    const Operand &address = code[i].operands[1];
    ASSERT_EQ(address.kind, Kind::Address) << i;
    EXPECT_EQ(address.value, value) << i;
    EXPECT_EQ(address.elements[0].kind, Kind::Variable) << i;
    EXPECT_EQ(address.elements[0].variable, variable) << i;
    EXPECT_EQ(address.elements[0].value, 0) << i;
  };
  expectAddress(0, s, 0);
  expectAddress(1, s, 8);
  EXPECT_EQ(code[2].operands[1].value, -6);
  EXPECT_EQ(code[2].operands[1].elements[0].kind, Kind::Register);
  EXPECT_EQ(code[3].operands[1].elements[0].kind, Kind::Integer);
  EXPECT_EQ(code[3].operands[1].elements[0].value, 20);
  expectAddress(4, &only(module).params[0], 0);
  expectAddress(5, s, 12);
  for (size_t i : {6, 7, 8}) {
    EXPECT_EQ(code[i].operands[1].kind, Kind::Variable);
    EXPECT_EQ(code[i].operands[1].variable, s);
  }
  EXPECT_EQ(code[6].operands[1].value, 8);
  EXPECT_EQ(code[7].operands[1].value, 12);
  EXPECT_EQ(code[8].operands[1].value, 0);
  EXPECT_EQ(code[9].operands[1].elements[0].kind, Kind::Register);
  const Instruction &copy = code[10];
  ASSERT_EQ(copy.operands.size(), 3u);
  ASSERT_EQ(copy.operands[1].elements.size(), 2u);
  EXPECT_EQ(copy.operands[1].elements[1].kind, Kind::Vector);
  EXPECT_EQ(copy.operands[1].elements[1].elements.size(), 2u);
  EXPECT_EQ(copy.operands[2].value, 8);
}

TEST(Parser, VectorsPairsSinksNegations) {
  auto module = parseBody(".reg .b32 %r<3>; .reg .pred %p, %q;\n"
                          ".reg .v4 .f32 %v; .reg .v2 .u32 %w;\n"
                          "x {%r1, _, 7, 0f00000000};\n"
                          "x %r1|%p, %p|%q, _|%q, %p|_;\n"
                          "x _, !%p, %v.x, %v.w, %w.g, %v.r;\n"
                          "x {{%r1, %r2}, {%r2}};");
  const Function &function = only(module);
  const auto &code = function.instructions;
  const Operand &vector = code[0].operands[0];
  ASSERT_EQ(vector.kind, Kind::Vector);
  ASSERT_EQ(vector.elements.size(), 4u);
  EXPECT_EQ(vector.elements[0].kind, Kind::Register);
  EXPECT_EQ(vector.elements[1].kind, Kind::Sink);
  EXPECT_EQ(vector.elements[2].value, 7);
  EXPECT_EQ(vector.elements[3].kind, Kind::Float32);
  for (const Operand &pair : code[1].operands) {
    EXPECT_EQ(pair.kind, Kind::Pair);
    EXPECT_EQ(pair.elements.size(), 2u);
  }
  EXPECT_EQ(code[1].operands[2].elements[0].kind, Kind::Sink);
  EXPECT_EQ(code[1].operands[3].elements[1].kind, Kind::Sink);
  const auto &mixed = code[2].operands;
  EXPECT_EQ(mixed[0].kind, Kind::Sink);
  EXPECT_TRUE(mixed[1].negated);
  EXPECT_EQ(mixed[2].component, 'x');
  EXPECT_EQ(mixed[3].component, 'w');
  EXPECT_EQ(mixed[4].component, 'y');
  EXPECT_EQ(mixed[5].component, 'x');
  EXPECT_EQ(function.registers[mixed[2].index].vector, 4u);
  EXPECT_EQ(function.registers[mixed[4].index].vector, 2u);
  EXPECT_EQ(code[3].operands[0].elements[0].elements.size(), 2u);
}

TEST(Parser, SpecialRegisters) {
  auto module = parseBody("x %tid.x, %ctaid.z, %laneid, %clock64, %envreg31,\n"
                          "  %dynamic_smem_size, %lanemask_lt, %pm7, %pm0_64,\n"
                          "  %cluster_ctarank, %ntid, %globaltimer_lo;");
  const auto &operands = only(module).instructions[0].operands;
  ASSERT_EQ(operands.size(), 12u);
  for (const Operand &operand : operands)
    EXPECT_EQ(operand.kind, Kind::Special) << operand.name;
  EXPECT_EQ(operands[0].name, "%tid.x");
  EXPECT_EQ(operands[0].component, 'x');
  EXPECT_EQ(operands[1].name, "%ctaid.z");
  EXPECT_EQ(operands[3].name, "%clock64");
  EXPECT_EQ(operands[10].name, "%ntid");
  // A register of the program goes before a special one.
  auto shadow = parseBody(".reg .b32 %laneid; x %laneid;");
  EXPECT_EQ(only(shadow).instructions[0].operands[0].kind, Kind::Register);
}

TEST(Parser, Calls) {
  auto module = parseBody(
      ".reg .b32 %r<4>; .reg .b64 %rd1; .param .b32 a0; .param .b32 r0;\n"
      "call nothing;\n"
      "call.uni (r0), two, (a0, 7);\n"
      "call nothing, ();\n"
      "P: .callprototype (.param .b32 _) _ (.param .b32 _, .param .b32 _);\n"
      "call (r0), %rd1, (a0, %r1), P;\n"
      "T: .calltargets two, nothing;\n"
      "call (r0), %rd1, (a0, %r1), T;\n"
      "call %rd1, Q;\n"
      "Q: .callprototype _ () .noreturn;\n",
      ".func nothing;\n"
      ".func (.param .b32 r) two (.param .b32 x, .param .b32 y);\n");
  const auto &code = only(module).instructions;
  ASSERT_EQ(code.size(), 6u);
  for (const Instruction &call : code) {
    ASSERT_GE(call.operands.size(), 3u);
    EXPECT_EQ(call.operands[0].kind, Kind::List);
    EXPECT_EQ(call.operands[2].kind, Kind::List);
  }
  EXPECT_TRUE(code[0].operands[0].elements.empty());
  EXPECT_EQ(code[0].operands[1].kind, Kind::Function);
  EXPECT_EQ(code[0].operands[1].name, "nothing");
  EXPECT_EQ(code[1].operands[0].elements.size(), 1u);
  EXPECT_EQ(code[1].operands[2].elements.size(), 2u);
  EXPECT_EQ(code[1].operands[2].elements[0].kind, Kind::Variable);
  EXPECT_EQ(code[1].operands[2].elements[1].value, 7);
  EXPECT_EQ(code[3].operands[1].kind, Kind::Register);
  ASSERT_EQ(code[3].operands.size(), 4u);
  EXPECT_EQ(code[3].operands[3].kind, Kind::Prototype);
  EXPECT_EQ(code[3].operands[3].name, "P");
  EXPECT_EQ(code[4].operands[3].kind, Kind::Prototype);
  EXPECT_EQ(code[5].operands[3].kind, Kind::Prototype);
  EXPECT_TRUE(code[5].operands[2].elements.empty());
}

TEST(Parser, RegistersAsParameters) {
  auto module =
      parseModule(".func (.reg .b32 %o) f (.reg .b32 %a, .param .b64 b) {\n"
                  "add.s32 %o, %a, 1;\nret;\n}\n");
  const Function &f = *module->findFunction("f");
  EXPECT_FALSE(f.isEntry);
  ASSERT_EQ(f.returnRegisters.size(), 1u);
  ASSERT_EQ(f.paramRegisters.size(), 2u);
  EXPECT_EQ(f.registers[f.returnRegisters[0]].name, "%o");
  EXPECT_EQ(f.registers[f.paramRegisters[0]].name, "%a");
  EXPECT_EQ(f.paramRegisters[1], -1);
  const Instruction &add = f.instructions[0];
  EXPECT_EQ(static_cast<int>(add.operands[0].index), f.returnRegisters[0]);
  EXPECT_EQ(static_cast<int>(add.operands[1].index), f.paramRegisters[0]);
}

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

TEST(Parser, InnerRegistersShadowOuterOnes) {
  auto module =
      parseBody(".reg .b32 %r<10>; .reg .pred %p1;\n"
                "mov.b32 %r1, 0;\n"
                "{ .reg .b64 %r1; mov.b64 %r1, 0;\n"
                "  { .reg .f32 %r<4>; mov.f32 %r1, %r3; }\n"
                "  mov.b64 %r1, 0; mov.b32 %r2, 0; }\n"
                "mov.b32 %r1, %r2;\n"
                "{ .reg .f64 %r<2>; mov.f64 %r1, %r0; mov.b32 %r9, 0;}"
                "mov.b32 %r1, %r0;\n");
  const Function &function = only(module);
  auto type = [&](size_t instruction, size_t operand) {
    const Operand &o = function.instructions[instruction].operands[operand];
    return function.registers[o.index].type;
  };
  EXPECT_EQ(type(0, 0), Type::B32);
  EXPECT_EQ(type(1, 0), Type::B64);
  EXPECT_EQ(type(2, 0), Type::F32);
  EXPECT_EQ(type(2, 1), Type::F32);
  EXPECT_EQ(type(3, 0), Type::B64);
  EXPECT_EQ(type(4, 0), Type::B32);
  EXPECT_EQ(type(5, 0), Type::B32);
  EXPECT_EQ(type(6, 0), Type::F64);
  EXPECT_EQ(type(6, 1), Type::F64);
  EXPECT_EQ(type(7, 0), Type::B32);
  EXPECT_EQ(type(8, 1), Type::B32);
  // The same register each time, in the scope of its declaration.
  auto index = [&](size_t instruction, size_t operand) {
    return function.instructions[instruction].operands[operand].index;
  };
  EXPECT_EQ(index(0, 0), index(5, 0));
  EXPECT_EQ(index(0, 0), index(8, 0));
  EXPECT_EQ(index(4, 0), index(5, 1));
  EXPECT_EQ(index(1, 0), index(3, 0));
  EXPECT_NE(index(0, 0), index(1, 0));
}

TEST(Parser, RangesOfRegisters) {
  auto module = parseBody(".reg .b32 %r<200>, %x, a<2>; .reg .f32 %f1<3>;\n"
                          "mov.b32 %r0, %r199; mov.b32 a0, a1;\n"
                          "mov.f32 %f10, %f12;");
  const Function &function = only(module);
  // Only what is used becomes a register, and what is declared by itself.
  EXPECT_EQ(function.registers.size(), 7u);
  EXPECT_EQ(function.registers[function.instructions[2].operands[0].index].type,
            Type::F32);
}

TEST(Parser, LabelsResolveToTheInnermostScope) {
  auto module = parseBody("L: bra L;\n"       // 0 -> 0
                          "{ bra L; bra M;\n" // 1 -> 3, 2 -> 4
                          "  L: bra L; }\n"   // 3 -> 3
                          "M: bra L;\n"       // 4 -> 0
                          "{ bra END; }\n"    // 5 -> 6
                          "{ M: }\n"
                          "END:\n");
  const Function &function = only(module);
  auto target = [&](size_t i) {
    const Operand &operand = function.instructions[i].operands[0];
    EXPECT_EQ(operand.kind, Kind::Label);
    return function.labels[operand.index];
  };
  EXPECT_EQ(target(0), 0u);
  EXPECT_EQ(target(1), 3u);
  EXPECT_EQ(target(2), 4u);
  EXPECT_EQ(target(3), 3u);
  EXPECT_EQ(target(4), 0u);
  EXPECT_EQ(target(5), 6u); // behind the last instruction
  EXPECT_EQ(function.labels.size(), function.labelNames.size());
}

TEST(Parser, BranchTargets) {
  auto module = parseBody(".reg .b32 %r1;\n"
                          "T: .branchtargets A, B, A;\n"
                          "brx.idx %r1, T;\nA: ret;\nB: ret;\n"
                          "brx.idx %r1, LATER;\nLATER: .branchtargets B;");
  const Function &function = only(module);
  const Operand &table = function.instructions[0].operands[1];
  EXPECT_EQ(table.kind, Kind::BranchTargets);
  ASSERT_EQ(function.branchTargets.size(), 2u);
  std::vector<uint32_t> places;
  for (uint32_t label : function.branchTargets[table.index])
    places.push_back(function.labels[label]);
  EXPECT_EQ(places, (std::vector<uint32_t>{1, 2, 1}));
  EXPECT_EQ(function.instructions[3].operands[1].index, 1u);
}

TEST(Parser, VariablesOfScopes) {
  auto module = parseBody(".shared .b32 s; .reg .b64 %rd1;\n"
                          "mov.b64 %rd1, s;\n"
                          "{ .local .align 16 .b8 s[32]; mov.b64 %rd1, s; }\n"
                          "mov.b64 %rd1, s; mov.b64 %rd1, g;",
                          ".global .u32 g;\n");
  const auto &code = only(module).instructions;
  EXPECT_EQ(code[0].operands[1].variable->space, Space::Shared);
  EXPECT_EQ(code[1].operands[1].variable->space, Space::Local);
  EXPECT_EQ(code[1].operands[1].variable->align, 16u);
  EXPECT_EQ(code[2].operands[1].variable, code[0].operands[1].variable);
  EXPECT_EQ(code[3].operands[1].variable, &module->variables[0]);
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

const Variable &variable(const std::unique_ptr<Module> &module,
                         std::string_view name) {
  static const Variable none;
  for (const Variable &variable : module->variables)
    if (variable.name == name)
      return variable;
  ADD_FAILURE() << "no variable " << name;
  return none;
}

using Bytes = std::vector<uint8_t>;

TEST(Parser, VariableShapes) {
  auto module = parseModule(".global .align 8 .b8 a[3][5];\n"
                            ".visible .const .v4 .f32 v[2];\n"
                            ".extern .shared .align 128 .b8 dyn[];\n"
                            ".weak .global .u64 w;\n"
                            ".common .global .u16 c, d[2*3];\n"
                            ".global .attribute(.managed) .align 4 .s32 m;\n"
                            ".shared::cta .b64 sh;\n");
  EXPECT_EQ(variable(module, "a").bytes(), 15u);
  EXPECT_EQ(variable(module, "a").align, 8u);
  EXPECT_TRUE(variable(module, "a").isArray);
  EXPECT_EQ(variable(module, "v").bytes(), 32u);
  EXPECT_EQ(variable(module, "v").align, 16u);
  EXPECT_EQ(variable(module, "v").linkage, Linkage::Visible);
  EXPECT_TRUE(variable(module, "dyn").unsized);
  EXPECT_EQ(variable(module, "dyn").bytes(), 0u);
  EXPECT_EQ(variable(module, "dyn").align, 128u);
  EXPECT_EQ(variable(module, "w").linkage, Linkage::Weak);
  EXPECT_FALSE(variable(module, "w").isArray);
  EXPECT_EQ(variable(module, "d").count, 6u);
  EXPECT_EQ(variable(module, "d").linkage, Linkage::Common);
  EXPECT_EQ(variable(module, "m").align, 4u);
  EXPECT_EQ(variable(module, "m").line, 9u);
  EXPECT_EQ(variable(module, "sh").space, Space::Shared);
}

TEST(Parser, Initializers) {
  auto module = parseModule(".global .u8 bytes[4] = {1, 0xff, -1};\n"
                            ".global .u16 rows[2][2] = {{1}, {2, 3}};\n"
                            ".global .u32 scalar = 0x01020304;\n"
                            ".global .u8 counted[] = {1, 2, 3};\n"
                            ".global .u16 grid[][2] = {{1, 2}, {3}};\n"
                            ".global .v2 .u8 vec = {5, 6};\n"
                            ".global .f32 f[3] = {0f3F800000, 1.5, "
                            "0d3FF8000000000000};\n"
                            ".global .f64 d = 0f3F800000;\n"
                            ".global .b32 bits = 0f3F800000;\n"
                            ".global .u64 zero[4] = {};\n"
                            ".const .s64 expr = (1 << 40) + WARP_SZ;\n");
  EXPECT_EQ(variable(module, "bytes").init, (Bytes{1, 255, 255}));
  EXPECT_EQ(variable(module, "rows").init, (Bytes{1, 0, 0, 0, 2, 0, 3, 0}));
  EXPECT_EQ(variable(module, "scalar").init, (Bytes{4, 3, 2, 1}));
  EXPECT_EQ(variable(module, "counted").count, 3u);
  EXPECT_FALSE(variable(module, "counted").unsized);
  EXPECT_EQ(variable(module, "grid").count, 4u);
  EXPECT_EQ(variable(module, "grid").init, (Bytes{1, 0, 2, 0, 3, 0}));
  EXPECT_EQ(variable(module, "vec").init, (Bytes{5, 6}));
  EXPECT_EQ(variable(module, "f").init,
            (Bytes{0, 0, 0x80, 0x3f, 0, 0, 0xc0, 0x3f, 0, 0, 0xc0, 0x3f}));
  EXPECT_EQ(variable(module, "d").init, (Bytes{0, 0, 0, 0, 0, 0, 0xf0, 0x3f}));
  EXPECT_EQ(variable(module, "bits").init, (Bytes{0, 0, 0x80, 0x3f}));
  EXPECT_TRUE(variable(module, "zero").init.empty());
  EXPECT_EQ(variable(module, "expr").init, (Bytes{32, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(Parser, AddressesInInitializers) {
  auto module = parseModule(
      ".func f;\n.global .u32 a[4];\n.const .u32 c;\n"
      ".global .u64 p[4] = {a, generic(a)+4, 7, f};\n"
      ".global .u32 low = c - 4;\n"
      ".global .u8 packed[10] = {9, 0xFF(generic(a)+8), "
      "0XFF00(generic(a)+8), 0xFF0000(generic(a)+8), 0xFF000000(generic(a)+8), "
      "0xFF00000000(generic(a)+8), 0xFF0000000000(generic(a)+8), "
      "0xFF000000000000(generic(a)+8), 0xFF00000000000000(generic(a)+8)};\n"
      ".global .u8 half[4] = {0xFF(c), 0xFF00(c), 0xFF0000(c), "
      "0xFF000000(c)};\n");
  const auto &p = variable(module, "p").relocations;
  ASSERT_EQ(p.size(), 3u);
  EXPECT_EQ(p[0].symbol, "a");
  EXPECT_EQ(p[0].offset, 0u);
  EXPECT_EQ(p[0].bytes, 8u);
  EXPECT_FALSE(p[0].generic);
  EXPECT_TRUE(p[1].generic);
  EXPECT_EQ(p[1].addend, 4);
  EXPECT_EQ(p[1].offset, 8u);
  EXPECT_EQ(p[2].symbol, "f");
  EXPECT_EQ(p[2].offset, 24u);
  EXPECT_EQ(variable(module, "p").init[16], 7);
  const auto &low = variable(module, "low").relocations;
  ASSERT_EQ(low.size(), 1u);
  EXPECT_EQ(low[0].addend, -4);
  EXPECT_EQ(low[0].bytes, 4u);
  const auto &packed = variable(module, "packed").relocations;
  ASSERT_EQ(packed.size(), 1u);
  EXPECT_EQ(packed[0].offset, 1u);
  EXPECT_EQ(packed[0].bytes, 8u);
  EXPECT_EQ(packed[0].addend, 8);
  EXPECT_TRUE(packed[0].generic);
  EXPECT_EQ(variable(module, "half").relocations[0].bytes, 4u);
}

TEST(Parser, ExternVariableIsTakenOverByItsDefinition) {
  auto module = parseModule(".extern .global .u32 a[];\n"
                            ".func f() { .reg .b64 %r; mov.b64 %r, a; ret; }\n"
                            ".extern .global .u32 a[];\n"
                            ".visible .global .u32 a[2] = {1, 2};\n"
                            ".extern .global .u32 a[];\n");
  ASSERT_EQ(module->variables.size(), 1u);
  const Variable &a = module->variables[0];
  EXPECT_EQ(a.linkage, Linkage::Visible);
  EXPECT_EQ(a.bytes(), 8u);
  EXPECT_EQ(a.init.size(), 8u);
  EXPECT_EQ(module->functions[0].instructions[0].operands[1].variable, &a);
}

//===----------------------------------------------------------------------===//
// Modules and functions
//===----------------------------------------------------------------------===//

TEST(Parser, ModuleHead) {
  auto module =
      parse(".version 7.8\n.target sm_90a, debug\n.address_size 32\n");
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ((*module)->versionMajor, 7u);
  EXPECT_EQ((*module)->versionMinor, 8u);
  EXPECT_EQ((*module)->target, "sm_90a");
  EXPECT_EQ((*module)->addressSize, 32u);
  auto other = parse(".version 8.0 .target texmode_independent, sm_80");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ((*other)->target, "sm_80");
  EXPECT_EQ((*other)->addressSize, 64u);
}

TEST(Parser, FunctionDirectives) {
  auto module = parseModule(
      ".visible .entry k(.param .u64 .ptr .global .align 16 a,\n"
      "  .param .align 8 .b8 s[24], .param .u64 .ptr b, .param .f32 c)\n"
      ".maxntid 128, 2\n.reqntid 4,5,6\n.minnctapersm 2\n.maxnreg 64\n"
      ".reqnctapercluster 2, 1, 1\n.explicitcluster\n.maxclusterrank 8\n"
      ".blocksareclusters\n.pragma \"nounroll\";\n.maxnctapersm 3\n{ ret; }\n"
      ".weak .func (.param .b32 r) f (.param .b32 x, .param .b8 va[])\n"
      ".noreturn .abi_preserve 4 .abi_preserve_control 1;\n");
  const Function &k = *module->findFunction("k");
  EXPECT_TRUE(k.isEntry);
  EXPECT_TRUE(k.hasBody);
  EXPECT_EQ(k.line, 4u);
  EXPECT_EQ(k.linkage, Linkage::Visible);
  EXPECT_EQ(k.maxntid, (std::array<uint32_t, 3>{128, 2, 1}));
  EXPECT_EQ(k.reqntid, (std::array<uint32_t, 3>{4, 5, 6}));
  EXPECT_EQ(k.reqnctapercluster, (std::array<uint32_t, 3>{2, 1, 1}));
  EXPECT_EQ(k.minnctapersm, 2u);
  EXPECT_EQ(k.maxnreg, 64u);
  ASSERT_EQ(k.params.size(), 4u);
  EXPECT_TRUE(k.params[0].isPointer);
  EXPECT_EQ(k.params[0].pointee, Space::Global);
  EXPECT_EQ(k.params[0].pointeeAlign, 16u);
  EXPECT_EQ(k.params[0].align, 8u);
  EXPECT_EQ(k.params[1].bytes(), 24u);
  EXPECT_EQ(k.params[1].align, 8u);
  EXPECT_EQ(k.params[2].pointee, Space::Generic);
  EXPECT_EQ(k.params[2].pointeeAlign, 0u);
  EXPECT_FALSE(k.params[3].isPointer);
  const Function &f = *module->findFunction("f");
  EXPECT_FALSE(f.hasBody);
  EXPECT_TRUE(f.noReturn);
  EXPECT_EQ(f.linkage, Linkage::Weak);
  EXPECT_TRUE(f.params[1].unsized);
  EXPECT_EQ(module->findFunction("g"), nullptr);
}

TEST(Parser, DeclarationAndDefinitionAreOneFunction) {
  auto module =
      parseModule(".func (.param .b32 r) f (.param .b32 x) .noreturn;\n"
                  ".func (.param .b32 r) f (.param .b32 y) { ret; }\n"
                  ".extern .func (.param .b32 r) f (.param .b32 z);\n");
  ASSERT_EQ(module->functions.size(), 1u);
  const Function &f = module->functions[0];
  EXPECT_TRUE(f.hasBody);
  EXPECT_TRUE(f.noReturn);
  EXPECT_EQ(f.params[0].name, "y");
}

TEST(Parser, Aliases) {
  auto module =
      parseModule(".visible .func g(.param .b32 x);\n"
                  ".func f(.param .b32 x) { ret; }\n"
                  ".alias g, f;\n.alias h, f;\n"
                  ".func user() { call h, (1); call g, (2); ret; }\n");
  EXPECT_EQ(module->findFunction("g")->name, "f");
  EXPECT_EQ(module->findFunction("h")->name, "f");
}

TEST(Parser, DebugInformationIsSkipped) {
  auto module = parseModule(
      ".file 1 \"a \\\" b.cu\", 1234, 99\n"
      ".entry k() {\n.reg .b32 %r1;\n.loc 1 2 3\nmov.b32 %r1, 0;\n"
      ".loc 1 15 3, function_name $L__info_string0, inlined_at 1 20 10\n"
      ".loc 1 15 3, function_name .debug_str+16, inlined_at 1 20 10\n"
      "$L__tmp0: ret;\n.pragma \"used_bytes_mask 15\", \"x\";\n}\n"
      ".section .debug_info {\n.b32 4\n$L__a:\n.b8 1,2\n"
      ".b64 .debug_abbrev\n.b32 $L__a-$L__b\n}\n"
      "@@DWARF .byte 0x00, 0x01\n@@DWARF .4byte .debug_info");
  const Function &k = only(module);
  ASSERT_EQ(k.instructions.size(), 2u);
  EXPECT_EQ(k.instructions[0].line, 8u);
  EXPECT_EQ(k.labelNames[0], "$L__tmp0");
}

TEST(Parser, LinesAndComments) {
  auto parsed = parse(".version 8.0\r\n"
                      ".target sm_80 // a comment\r\n"
                      "/* several\r\n lines { */ .address_size 64\r\n"
                      ".entry k() {\r\n"
                      "\t ret /* in between */ ; /**/\r\n"
                      "\texit\r\n\t;}\r\n"
                      "// no newline at the end");
  ASSERT_TRUE(parsed) << parsed.error().message;
  const Module &module = **parsed;
  const Function &k = *module.findFunction("k");
  EXPECT_EQ(k.line, 5u);
  EXPECT_EQ(k.instructions[0].line, 6u);
  EXPECT_EQ(k.instructions[1].line, 7u);
  EXPECT_EQ(module.lineText(6), "ret /* in between */ ; /**/");
  EXPECT_EQ(module.lineText(1), ".version 8.0");
  EXPECT_EQ(module.lineText(9), "// no newline at the end");
  EXPECT_EQ(module.lineText(0), "");
  EXPECT_EQ(module.lineText(10), "");
}

TEST(Parser, TypesAndSpaces) {
  for (int i = 1; i <= int(Type::S16x2); ++i) {
    Type type = static_cast<Type>(i);
    EXPECT_EQ(parseType(toString(type)), type) << toString(type);
    EXPECT_GT(bitWidth(type), 0u) << toString(type);
  }
  EXPECT_EQ(bitWidth(Type::None), 0u);
  EXPECT_EQ(parseType(""), Type::None);
  EXPECT_EQ(parseType("f31"), Type::None);
  EXPECT_EQ(bitWidth(Type::Pred), 1u);
  EXPECT_EQ(bitWidth(Type::BF16x2), 32u);
  EXPECT_EQ(bitWidth(Type::E4M3), 8u);
  EXPECT_EQ(bitWidth(Type::B128), 128u);
  EXPECT_EQ(toString(Space::Shared), "shared");
  EXPECT_EQ(toString(Space::Generic), "generic");
}

} // namespace
