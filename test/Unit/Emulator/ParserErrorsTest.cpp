//===- ParserErrorsTest.cpp - what is wrong with PTX text
//------------------===//
//
// Every message of the parser, each with the line and column it points to.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Ptx.h"

#include <gtest/gtest.h>

using namespace pit::ptx;

namespace {

struct Case {
  const char *text;
  const char *message; ///< LINE:COLUMN: message
};

void expectErrors(const std::string &before, const Case *begin, const Case *end,
                  const std::string &after) {
  for (const Case *c = begin; c != end; ++c) {
    auto module = parse(before + c->text + after, "k.ptx");
    if (module)
      ADD_FAILURE() << "no error for: " << c->text;
    else
      EXPECT_EQ(module.error().message, std::string("k.ptx:") + c->message)
          << c->text;
  }
}

const char *const kHead = ".version 8.0\n.target sm_80\n.address_size 64\n";

/// Whole modules.
const Case kWhole[] = {
    {"", "1:1: expected '.version' at the start of the module, but got the end "
         "of the file"},
    {".target sm_80",
     "1:1: expected '.version' at the start of the module, but got '.target'"},
    {".version",
     "1:9: expected a version like '8.0', but got the end of the file"},
    {".version 8", "1:10: expected a version like '8.0', but got '8'"},
    {".version 8.x", "1:10: malformed floating-point literal"},
    {".version 8.1e1", "1:10: expected a version like '8.0', but got '8.1e1'"},
    {".version 1234.0",
     "1:10: expected a version like '8.0', but got '1234.0'"},
    {".version 8.0", "1:13: module without a '.target' directive"},
    {".version 8.0 .target",
     "1:21: expected a target like 'sm_80', but got the end of the file"},
    {".version 8.0 .target sm_",
     "1:22: expected a target like 'sm_80', but got 'sm_'"},
    {".version 8.0 .target debug",
     "1:27: '.target' without a target like 'sm_80'"},
    {".version 8.0 .target sm_80, fast",
     "1:29: expected a target like 'sm_80', but got 'fast'"},
    {".version 8.0 .version 8.0", "1:14: second '.version' directive"},
    {".version 8.0 .entry k() {}",
     "1:14: expected '.target' after '.version', but got '.entry'"},
    {"#line 3", "1:1: preprocessor directives are not supported"},
    {".version 8.0 /* open", "1:14: comment without an end '*/'"},
    {".version 8.0 .target sm_80 .entry k() { ret; /",
     "1:46: expected an instruction, but got '/'"},
    {".version 8.0 .target sm_80 \x01", "1:28: unexpected character '\\x01'"},
};

TEST(ParserErrors, HeadOfTheModule) {
  expectErrors("", std::begin(kWhole), std::end(kWhole), "");
}

/// Behind three lines of head.
const Case kModule[] = {
    {"ret;", "4:1: expected a directive, but got 'ret'"},
    {".wat .u32 a;", "4:1: unknown directive '.wat'"},
    {".address_size 48",
     "4:15: expected an address size of 32 or 64, but got '48'"},
    {".visible", "4:9: expected a declaration after the linkage, but got the "
                 "end of the file"},
    {".visible 3",
     "4:10: expected a declaration after the linkage, but got '3'"},
    {".visible .reg .u32 %r;", "4:10: '.reg' is not allowed at module scope"},
    {".reg .u32 %r;", "4:1: '.reg' is not allowed at module scope"},
    {".local .u32 a;", "4:1: '.local' is not allowed at module scope"},
    {".param .u32 a;", "4:1: '.param' is not allowed at module scope"},
    {".tex .u32 a;", "4:1: texture variables are not supported"},
    {".visible .file", "4:10: expected a function or a variable after the "
                       "linkage, but got '.file'"},
    {"@.x", "4:2: expected a directive, but got '.x'"},
    {"@", "4:2: expected a directive, but got the end of the file"},
    {".entry;", "4:7: expected the name of a kernel, but got ';'"},
    {".entry k(", "4:10: expected '.param', but got the end of the file"},
    {".entry k(.param",
     "4:16: expected the type of a variable, but got the end of the file"},
    {".entry k(.reg .u32 %r) { ret; }",
     "4:10: expected '.param', but got '.reg'"},
    {".entry k(.param .u32) { ret; }",
     "4:21: expected the name of a parameter, but got ')'"},
    {".entry k(.param .u32 a, .param .u32 a) { ret; }",
     "4:37: redeclaration of 'a'"},
    {".entry k(.param .u32 a[]) { ret; }",
     "4:22: kernel parameter 'a' without a size"},
    {".entry k(.param .pred a) { ret; }",
     "4:17: '.pred' is a type of scalar registers only"},
    {".entry k(.param .u32 a { ret; }",
     "4:24: expected ')' after the parameters, but got '{'"},
    {".entry k() ret;", "4:12: expected a function body or ';', but got 'ret'"},
    {".entry k() { ret;",
     "4:18: expected '}' at the end of 'k', but got the end of the file"},
    {".entry k() .maxntid 0 { ret; }",
     "4:21: expected an extent of at least 1, but got '0'"},
    {".entry k() .maxntid 1,2,3,4 { ret; }", "4:27: more than 3 dimensions"},
    {".entry k() .maxntid x { ret; }", "4:21: expected an extent, but got 'x'"},
    {".entry k() .maxnreg 5000000000 { ret; }",
     "4:21: '5000000000' does not fit into 32 bits"},
    {".entry k() .fast { ret; }", "4:12: unknown directive '.fast'"},
    {".entry k() { ret; } .entry k() { ret; }",
     "4:28: redefinition of 'k', defined at line 4"},
    {".func f(.param .u32 a); .func f(.param .u64 a) { ret; }",
     "4:31: parameters of 'f' differ from its declaration at line 4"},
    {".func f(); .entry f() { ret; }",
     "4:19: parameters of 'f' differ from its declaration at line 4"},
    {".func (.reg .u32 %r[2]) f() { ret; }",
     "4:18: register parameter '%r' cannot be an array"},
    {".func () { ret; }", "4:10: expected the name of a function, but got '{'"},
    {".func f(.shared .u32 a) { ret; }",
     "4:9: expected '.param' or '.reg', but got '.shared'"},
    {".global .u32 f; .func f() { ret; }", "4:23: redeclaration of 'f'"},
    {".alias",
     "4:7: expected the name of the alias, but got the end of the file"},
    {".alias a",
     "4:9: expected ',' after the alias, but got the end of the file"},
    {".alias a, b;",
     "4:11: '.alias' to 'b', which is no function defined before"},
    {".func f() { ret; } .alias a f;",
     "4:29: expected ',' after the alias, but got 'f'"},
    {".func f() { ret; } .alias f, f;",
     "4:27: '.alias' of 'f', which is defined"},
    {".global .u32 g; .func f() { ret; } .alias g, f;",
     "4:43: redeclaration of 'g'"},
    {".func f() { ret; } .alias a, f",
     "4:31: expected ';' after '.alias', but got the end of the file"},
    {".func f() { ret; } .alias a, 3;",
     "4:30: expected the name of a function, but got '3'"},
    {".global a;", "4:9: expected the type of a variable, but got 'a'"},
    {".global .u32;", "4:13: expected the name of a variable, but got ';'"},
    {".global .u32 _;", "4:14: expected the name of a variable, but got '_'"},
    {".global .u31 a;", "4:9: expected the type of a variable, but got '.u31'"},
    {".global .u32 .u32 a;",
     "4:14: expected the type of a variable, but got '.u32'"},
    {".global .bf16 a;", "4:9: variables cannot have type '.bf16'"},
    {".global .pred a;", "4:9: '.pred' is a type of scalar registers only"},
    {".global .v4 .f64 a;", "4:9: vector of more than 128 bits"},
    {".global .v3 .f32 a;",
     "4:9: expected the type of a variable, but got '.v3'"},
    {".global .align 3 .u32 a;",
     "4:16: alignment 3, expected a power of two up to 1048576"},
    {".global .align 2097152 .u32 a;",
     "4:16: alignment 2097152, expected a power of two up to 1048576"},
    {".global .align x .u32 a;",
     "4:16: expected an alignment in bytes, but got 'x'"},
    {".global .u32 a", "4:15: expected ';' after the declaration of a "
                       "variable, but got the end of the file"},
    {".global .u32 a[;", "4:16: expected a constant, but got ';'"},
    {".global .u32 a[0];", "4:16: extent of a dimension is not positive"},
    {".global .u32 a[-1];", "4:16: extent of a dimension is not positive"},
    {".global .u32 a[1.5];", "4:16: expected the extent of a dimension, but "
                             "got a floating-point constant"},
    {".global .u32 a[2][];", "4:19: only the first dimension can be left out"},
    {".global .u32 a[];",
     "4:14: array 'a' without a size is neither .extern nor initialized"},
    {".global .b8 a[1152921504606846976];", "4:15: 'a' has more than 1024 MiB"},
    {".global .b64 a[65536][65536];", "4:23: 'a' has more than 1024 MiB"},
    {".global .u32 a[1][1][1][1][1][1][1][1][1][1][1][1][1][1][1][1][1];",
     "4:63: more than 16 dimensions"},
    {".global .u32 a<4>;", "4:15: only registers can be declared as a range"},
    {".global .u32 a; .global .u32 a;", "4:30: redeclaration of 'a'"},
    {".global .u32 a; .const .u32 a;", "4:29: redeclaration of 'a'"},
    {".extern .global .u32 a; .global .u64 a;",
     "4:38: type of 'a' differs from its declaration at line 4"},
    {".extern .global .u32 a[3]; .global .u32 a[2];",
     "4:41: type of 'a' differs from its declaration at line 4"},
    {".extern .global .u32 a = 1;",
     "4:24: 'a' cannot have an initializer, only .global and .const variables "
     "that are not .extern can"},
    {".shared .u32 a = 1;",
     "4:16: 'a' cannot have an initializer, only .global and .const variables "
     "that are not .extern can"},
    {".global .attribute .u32 a;",
     "4:20: expected '(' after '.attribute', but got '.u32'"},
    {".global .attribute(.managed .u32 a;",
     "4:35: expected ')' after '.attribute', but got ';'"},
    {".file \"x\"", "4:7: expected a file number, but got 'x'"},
    {".file 1 x", "4:9: expected a file name, but got 'x'"},
    {".file 1 \"x\", y", "4:14: expected a time or a size, but got 'y'"},
    {".file 1 \"x", "4:9: string without an end '\"'"},
    {".section",
     "4:9: expected the name of a section, but got the end of the file"},
    {".section .debug", "4:16: expected '{' after the name of a section, but "
                        "got the end of the file"},
    {".section .debug { .b8 1",
     "4:24: expected '}' at the end of a section, but got the end of the file"},
    {".section .debug { {",
     "4:19: expected '}' at the end of a section, but got '{'"},
    {".pragma",
     "4:8: expected a string after '.pragma', but got the end of the file"},
    {".pragma 1;", "4:9: expected a string after '.pragma', but got '1'"},
    {".pragma \"x\"",
     "4:12: expected ';' after '.pragma', but got the end of the file"},
    {".const .f32 a = 1e300;",
     "4:17: initial value out of the range of '.f32'"},
};

TEST(ParserErrors, ModuleScope) {
  expectErrors(kHead, std::begin(kModule), std::end(kModule), "");
}

/// Behind ".global" in line 5.
const Case kVariable[] = {
    {".u32 a[2] = ;",
     "5:21: expected '{' at the start of an initializer, but got ';'"},
    {".u32 a[2] = {1, 2, 3};", "5:28: too many initial values for 'a'"},
    {".u32 a[2] = {1 2};",
     "5:24: expected '}' after initial values, but got '2'"},
    {".u32 a[2] = {1",
     "5:23: expected '}' after initial values, but got the end of the file"},
    {".u32 a[2] = 1;",
     "5:21: expected '{' at the start of an initializer, but got '1'"},
    {".u32 a[2] = {{1}};", "5:22: expected a constant, but got '{'"},
    {".u32 a[2] = {1.5};",
     "5:22: floating-point constant as initial value of type '.u32'"},
    {".u32 a[2] = {missing};", "5:22: 'missing' is neither a function nor a "
                               ".global or .const variable declared before"},
    {".u32 a[2] = {.x};", "5:22: expected a constant, but got '.x'"},
    {".u32 a[2] = {sh};", "5:22: 'sh' is neither a function nor a .global or "
                          ".const variable declared before"},
    {".u32 a[2] = {generic sh};",
     "5:30: expected '(' after 'generic', but got 'sh'"},
    {".u32 a[2] = {generic(f};",
     "5:31: expected ')' after 'generic(', but got '}'"},
    {".u32 a[2] = {f + 1.5};",
     "5:24: offset that is a floating-point constant"},
    {".u32 a[2] = {1/0};", "5:23: division by zero in a constant expression"},
    {".u32 a[2] = {5(f)};",
     "5:22: masked address in an array whose elements are not bytes"},
    {".u32 a[2] = {0xFF(f};",
     "5:28: expected ')' after a masked address, but got '}'"},
    {".f32 a = 1;", "5:18: integer as initial value of type '.f32'"},
    {".f16 a = 0;",
     "5:18: variables of type '.f16' cannot have initial values"},
    {".b128 a = 0;",
     "5:19: variables of type '.b128' cannot have initial values"},
    {".u16 a = f;", "5:18: address as initial value of type '.u16'"},
    {".f64 a = f;", "5:18: address as initial value of type '.f64'"},
    {".u8 a = 1.5;",
     "5:17: floating-point constant as initial value of type '.u8'"},
    {".f32 a[2] = {1.0, 2};", "5:27: integer as initial value of type '.f32'"},
    {".u8 a[2] = {0xFF(f), 0xFF00(f)};",
     "5:20: only 2 bytes of the address of 'f' are stored, expected 4 or 8"},
    {".u8 a[2] = {0xFF00(f), 0xFF(f)};",
     "5:21: byte 1 of the address of 'f' does not follow the byte before it"},
    {".u8 a[8] = {0xFF(f), 0, 0xFF00(f)};",
     "5:33: byte 1 of the address of 'f' does not follow the byte before it"},
    {".u8 a[2] = {0xFF(f), 0x0F00(f)};",
     "5:30: mask of an address does not select one byte"},
    {".u32 a[2] = {0xFF(f), 1};",
     "5:22: masked address in an array whose elements are not bytes"},
    {".u8 a[] = {};",
     "5:19: empty initializer of 'a', whose size it should give"},
    {".u8 a[2][100000000] = {{1},{1}};",
     "5:37: more than 64 MiB of initial values in the module"},
    {".u8 a[] = 1;",
     "5:19: expected '{' at the start of an initializer, but got '1'"},
    {".u64 a = generic(f;", "5:27: expected ')' after 'generic(', but got ';'"},
    {".u8 a[4] = {0xFF(generic f), 1};",
     "5:34: expected '(' after 'generic', but got 'f'"},
};

TEST(ParserErrors, Initializers) {
  expectErrors(std::string(kHead) + ".func f(); .shared .u32 sh;\n.global ",
               std::begin(kVariable), std::end(kVariable), "");
}

/// Statements of a kernel, from line 6.
const Case kBody[] = {
    {".wat", "6:1: unknown directive '.wat'"},
    {".reg;", "6:5: expected the type of a variable, but got ';'"},
    {".reg .u32;", "6:10: expected the name of a register, but got ';'"},
    {".reg .b32 %a",
     "7:1: expected ';' after the declaration of registers, but got '}'"},
    {".reg .b32 %r1;", "6:11: redeclaration of '%r1'"},
    {".reg .b32 %r<5>;", "6:11: redeclaration of '%r'"},
    {".reg .b32 %s5; .reg .b32 %s<6>;", "6:26: redeclaration of '%s'"},
    {".reg .b32 %s<20>; .reg .b32 %s1<5>;", "6:29: redeclaration of '%s1'"},
    {".reg .b32 %s1<5>; .reg .b32 %s<20>;", "6:29: redeclaration of '%s'"},
    {".reg .b32 _;", "6:11: expected the name of a register, but got '_'"},
    {".reg .b32 %s<0>;",
     "6:14: '%s' declares 0 registers, expected 1 to 1048576"},
    {".reg .b32 %s<4000000000>;",
     "6:14: '%s' declares 4000000000 registers, expected 1 to 1048576"},
    {".reg .b32 %s<x>;", "6:14: expected a number of registers, but got 'x'"},
    {".reg .b32 %s<2;",
     "6:15: expected '>' after the number of registers, but got ';'"},
    {".reg .v2 .pred %s;", "6:6: '.pred' is a type of scalar registers only"},
    {".reg .align 4 .b32 %s;",
     "6:6: expected the type of a variable, but got '.align'"},
    {".reg .b1 %s;", "6:6: variables cannot have type '.b1'"},
    {".reg .b32 p;", "6:11: redeclaration of 'p'"},
    {".shared .u32 p;", "6:14: redeclaration of 'p'"},
    {".extern .shared .u32 s[];", "6:1: unknown directive '.extern'"},
    {".shared .u32 s[];",
     "6:14: array 's' without a size is neither .extern nor initialized"},
    {".branchtargets L;", "6:1: '.branchtargets' without a label"},
    {".callprototype _;", "6:1: '.callprototype' without a label"},
    {".calltargets f;", "6:1: '.calltargets' without a label"},
    {"L: .branchtargets 1;", "6:19: expected a label, but got '1'"},
    {"L: .branchtargets M",
     "7:1: expected ';' after '.branchtargets', but got '}'"},
    {"L: .branchtargets M;", "6:19: undeclared label 'M'"},
    {"L: .calltargets missing;", "6:17: undeclared function 'missing'"},
    {"L: .calltargets 3;", "6:17: expected a function, but got '3'"},
    {"L: .calltargets f",
     "7:1: expected ';' after '.calltargets', but got '}'"},
    {"L: .callprototype (.param .b32 _) 3;",
     "6:35: expected '_' in '.callprototype', but got '3'"},
    {"L: .callprototype _ () .wat;", "6:24: unknown directive '.wat'"},
    {"L: .callprototype _ ()",
     "7:1: expected ';' after '.callprototype', but got '}'"},
    {"L: L:", "6:4: redeclaration of 'L'"},
    {".loc 1 2", "7:1: expected a file, line or column number, but got '}'"},
    {".loc 1 2 3, wat",
     "6:13: expected 'function_name' or 'inlined_at', but got 'wat'"},
    {".loc 1 2 3, function_name 5", "6:27: expected a label, but got '5'"},
    {".loc 1 2 3, inlined_at 4 5",
     "7:1: expected a file, line or column number, but got '}'"},
    {".loc 1 2 3, function_name x + y",
     "6:31: expected an offset, but got 'y'"},
    {"@ ret;", "6:3: undeclared predicate 'ret'"},
    {"@%nope ret;", "6:2: undeclared predicate '%nope'"},
    {"@%r1 ret;", "6:2: guard '%r1' is not a register of type .pred"},
    {"@!%r1 ret;", "6:3: guard '%r1' is not a register of type .pred"},
    {"@%p1 L: ret;", "6:7: expected an operand, but got ':'"},
    {"@%p1 {", "6:6: expected an instruction, but got '{'"},
    {"5;", "6:1: expected an instruction, but got '5'"},
    {";", "6:1: expected an instruction, but got ';'"},
    {"ret", "7:1: expected ';' after the instruction, but got '}'"},
    {"ret x y;", "6:7: expected ';' after the instruction, but got 'y'"},
    {"mov.b32 %r1, ;", "6:14: expected an operand, but got ';'"},
    {"mov.b32 %r1 %r2;",
     "6:13: expected ';' after the instruction, but got '%r2'"},
    {"mov.b32 %r1, %r2",
     "7:1: expected ';' after the instruction, but got '}'"},
    {"mov.b32 %r99, 1;", "6:9: undeclared register '%r99'"},
    {"mov.b32 %nope, 1;", "6:9: undeclared register '%nope'"},
    {"mov.b32 nope, 1;", "6:9: undeclared name 'nope'"},
    {"mov.b32 %r1, %tid.q;",
     "6:18: special register '%tid' has no component '.q'"},
    {"mov.b32 %r1, %laneid.x;",
     "6:21: special register '%laneid' has no component '.x'"},
    {"mov.b32 %r1, %tid .x;",
     "6:19: special register '%tid' has no component '.x'"},
    {"mov.b32 %r1, %envreg32;", "6:14: undeclared register '%envreg32'"},
    {"mov.b32 %r1, %pm8;", "6:14: undeclared register '%pm8'"},
    {"mov.b32 %r1.x, 1;", "6:12: register '%r1' has no component '.x'"},
    {"mov.b32 %v.w, 1;", "6:11: register '%v' has no component '.w'"},
    {"mov.b32 %v.xy, 1;", "6:11: register '%v' has no component '.xy'"},
    {"mov.b32 %r1, !%r2;",
     "6:15: '!' of '%r2', which is not a register of type .pred"},
    {"mov.b32 %r1, !nope;",
     "6:15: '!' of 'nope', which is not a register of type .pred"},
    {"mov.b32 %r1, -%r2;", "6:15: expected a constant, but got '%r2'"},
    {"mov.b32 %r1, 1|%r2;", "6:16: expected a constant, but got '%r2'"},
    {"x %r1|5;", "6:7: expected a register or '_' after '|'"},
    {"x {%r1}|%p1;", "6:3: expected a register or '_' before '|'"},
    {"x 5|%p1;", "6:5: expected a constant, but got '%p1'"},
    {"x %p1|[%r1];", "6:7: expected a register or '_' after '|'"},
    {"x {};", "6:4: expected an operand, but got '}'"},
    {"x {%r1;",
     "6:7: expected '}' after the elements of a vector, but got ';'"},
    {"x [];", "6:4: expected a constant, but got ']'"},
    {"x [%r1;", "6:7: expected ']' after an address, but got ';'"},
    {"x [%r1+];", "6:8: expected a constant, but got ']'"},
    {"x [%r1+%r2];", "6:8: expected a constant, but got '%r2'"},
    {"x [%r1+1.5];", "6:7: offset that is a floating-point constant"},
    {"x [nope];", "6:4: undeclared variable 'nope'"},
    {"x [%tid.x];", "6:4: '%tid' cannot be the base of an address"},
    {"x [f];", "6:4: 'f' cannot be the base of an address"},
    {"x [1.5];", "6:4: expected an address, but got a floating-point constant"},
    {"x [L]; L:", "6:4: undeclared variable 'L'"},
    {"x s[%r1];", "6:5: expected a constant, but got '%r1'"},
    {"x s[1;", "6:6: expected ']' after the index of an array, but got ';'"},
    {"x s[1.5];", "6:5: expected an index, but got a floating-point constant"},
    {"x s+0f00000000;", "6:4: offset that is a floating-point constant"},
    {"bra nope;", "6:5: undeclared label 'nope'"},
    {"bra L; { L: }", "6:5: undeclared label 'L'"},
    {"bra s;", "6:5: undeclared label 's'"},
    {"brx.idx %r1, nope;", "6:14: undeclared name 'nope'"},
    {"call;", "6:5: expected a function, but got ';'"},
    {"call nope;", "6:6: undeclared function 'nope'"},
    {"call (%r1) f;",
     "6:12: expected ',' after the return values, but got 'f'"},
    {"call (%r1, f;", "6:13: expected ')' after a list, but got ';'"},
    {"call f, (%r1;", "6:13: expected ')' after a list, but got ';'"},
    {"call f, (%r1), nope;", "6:16: undeclared name 'nope'"},
    {"call s;", "6:6: undeclared function 's'"},
    {"call 5;", "6:6: expected a function, but got '5'"},
    {"call f, ;", "6:9: expected an operand, but got ';'"},
    {"{", "7:2: expected '}' at the end of 'k', but got the end of the file"},
    {"mov.b32 %r1, 18446744073709551616;",
     "6:14: integer literal does not fit into 64 bits"},
    {"mov.b32 %r1, 0x10000000000000000;",
     "6:14: integer literal does not fit into 64 bits"},
    {"mov.b32 %r1, 089;", "6:14: malformed octal literal"},
    {"mov.b32 %r1, 0x;", "6:14: malformed hexadecimal literal"},
    {"mov.b32 %r1, 0b2;", "6:14: malformed binary literal"},
    {"mov.b32 %r1, 12ab;", "6:14: malformed integer literal"},
    {"mov.b32 %r1, 1UL;", "6:14: malformed integer literal"},
    {"mov.b32 %r1, 0f3F80000;",
     "6:14: expected 8 hexadecimal digits after '0f'"},
    {"mov.b32 %r1, 0f3F8000000;",
     "6:14: expected 8 hexadecimal digits after '0f'"},
    {"mov.b32 %r1, 0d3FF;", "6:14: expected 16 hexadecimal digits after '0d'"},
    {"mov.b32 %r1, 1e999;",
     "6:14: floating-point literal out of the range of .f64"},
    {"mov.b32 %r1, 1.5x;", "6:14: malformed floating-point literal"},
    {"mov.b32 %r1, 1e;", "6:14: malformed floating-point literal"},
    {"mov.b32 %r1, 1/0;", "6:15: division by zero in a constant expression"},
    {"mov.b32 %r1, 1%(2-2);",
     "6:15: division by zero in a constant expression"},
    {"mov.b32 %r1, 1.0/0.0;",
     "6:17: division by zero in a constant expression"},
    {"mov.b32 %r1, 1.0%2;",
     "6:17: floating-point constant as an operand of an integer operator"},
    {"mov.b32 %r1, ~1.0;", "6:14: '~' of a floating-point constant"},
    {"mov.b32 %r1, !1.0;", "6:14: '!' of a floating-point constant"},
    {"mov.b32 %r1, (.s64)1.0;", "6:23: cast of a floating-point constant"},
    {"mov.b32 %r1, (.s64 1;",
     "6:20: expected ')' after the type of a cast, but got '1'"},
    {"mov.b32 %r1, (1;", "6:16: expected ')' after an expression, but got ';'"},
    {"mov.b32 %r1, 1.0 ? 1 : 2;",
     "6:18: floating-point constant as a condition"},
    {"mov.b32 %r1, 1 ? 1 : 2.0;",
     "6:16: '?' between an integer and a floating-point constant"},
    {"mov.b32 %r1, 1 ? 2;", "6:19: expected ':' after '?', but got ';'"},
    {"mov.b32 %r1, 1 +;", "6:17: expected a constant, but got ';'"},
    {"mov.b32 %r1, .foo;", "6:14: expected a constant, but got '.foo'"},
    {"mov. b32;", "6:4: expected a directive or modifier after '.'"},
    {"\"abc\";", "6:1: expected an instruction, but got 'abc'"},
    {"\\", "6:1: unexpected character '\\'"},
    {"mov.b32 %r1, \"abc;", "6:14: string without an end '\"'"},
    {"`", "6:1: unexpected character '`'"},
};

TEST(ParserErrors, Statements) {
  expectErrors(std::string(kHead) +
                   ".shared .u32 s[4]; .func f(); "
                   ".entry k(.param .u64 p) {\n"
                   ".reg .pred %p<4>; .reg .b32 %r<9>; .reg .v2 .f32 %v;\n",
               std::begin(kBody), std::end(kBody), "\n}");
}

std::string repeat(const std::string &piece, unsigned times) {
  std::string result;
  for (unsigned i = 0; i < times; ++i)
    result += piece;
  return result;
}

/// The error of a kernel with this body, without the place.
std::string bodyError(const std::string &body) {
  auto module = parse(std::string(kHead) + ".entry k() { .reg .b32 %r<2>;\n" +
                      body + "\n}");
  if (module)
    return "";
  std::string message = module.error().message;
  return message.substr(message.find(": ") + 2);
}

TEST(ParserErrors, NestingIsLimited) {
  const std::string deep = "nested more than 64 levels deep";
  EXPECT_EQ(bodyError("mov.b32 %r1, " + repeat("(", 60) + "1" +
                      repeat(")", 60) + ";"),
            "");
  for (const char *piece : {"(", "-", "!", "~", "1?", "(.u64)", "1?1:"})
    EXPECT_EQ(bodyError("mov.b32 %r1, " + repeat(piece, 100000) + "1;"), deep)
        << piece;
  EXPECT_EQ(bodyError("x " + repeat("{", 100000) + "%r1;"), deep);
  EXPECT_EQ(bodyError("x " + repeat("[%r1, ", 100000) + "%r1;"), deep);
  EXPECT_EQ(bodyError(repeat("{", 100000)), "scopes " + deep);
  EXPECT_EQ(bodyError(repeat("{", 60) + repeat("}", 60)), "");
}

TEST(ParserErrors, LongTokensAreCut) {
  EXPECT_EQ(bodyError("x \"" + repeat("a", 1000) + "\";"),
            "expected an operand, but got '" + repeat("a", 60) + "...'");
}

TEST(ParserErrors, NulBytes) {
  std::string text = std::string(kHead) + ".entry k() { re";
  text += '\0';
  text += "t; }";
  auto module = parse(text, "k.ptx");
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().message, "k.ptx:4:16: unexpected character '\\x00'");
}

/// Text cut anywhere is an error or a shorter module, and nothing worse.
TEST(ParserErrors, TruncatedText) {
  const std::string text = std::string(kHead) +
                           ".global .u8 a[2] = {0x1, 2}; /* x */ // y\n"
                           ".func (.param .b32 r) f(.param .b32 x) { ret; }\n"
                           ".entry k(.param .u64 p) .maxntid 1,2,3 {\n"
                           "{ .reg .pred %p; .reg .f32 %f<3>;\n"
                           "@!%p mad.f32 %f0, 0f3F800000, -1.5e3, %f2; }\n"
                           "L: bra L; T: .branchtargets L;\n"
                           ".pragma \"nounroll\";\n.loc 1 2 3\n ret; }\n";
  ASSERT_TRUE(parse(text)) << parse(text).error().message;
  unsigned good = 0;
  for (size_t length = 0; length < text.size(); ++length)
    if (auto module = parse(text.substr(0, length)))
      ++good;
  EXPECT_GT(good, 3u);
  EXPECT_LT(good, text.size() / 4);
}

/// No construct costs more than in proportion to its length: each of these
/// would not end in reasonable time if it did.
TEST(ParserErrors, LongTextIsLinear) {
  constexpr unsigned many = 30000;
  std::string labels, uses, scopes, ranges;
  for (unsigned i = 0; i < many; ++i) {
    std::string number = std::to_string(i);
    labels += "L" + number + ": bra L" + std::to_string(many - 1 - i) + ";\n";
    scopes += "{ .reg .b32 %r<9>; mov.b32 %r1, %r2; bra END; }\n";
    ranges += ".reg .b32 %q" + number + "x<1000000>;\n";
    uses += "mov.b32 %q" + number + "x999999, 1;\n";
  }
  EXPECT_EQ(bodyError(labels), "");
  EXPECT_EQ(bodyError(scopes + "END:"), "");
  EXPECT_EQ(bodyError(ranges + uses), "");
  EXPECT_EQ(bodyError("mov.b32 %r1, 1" + repeat("+1", many) + ";"), "");
  EXPECT_EQ(bodyError("x {" + repeat("%r1,", many) + "%r1};"), "");
  EXPECT_EQ(bodyError("T: .branchtargets " + repeat("L,", many) +
                      "L;\nL: brx.idx %r1, T;"),
            "");
}

} // namespace
