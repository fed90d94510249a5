# Options of the build, and the compiler flags that follow from them. The flags
# hold for every target of this tree and for none of its users.

# The default instruction set is x86-64-v3 (AVX2, FMA, BMI2) where the machine
# that builds can also run it, so that freshly built tests do not die of SIGILL.
if(NOT DEFINED CACHE{PIT_MARCH})
  set(default_march "")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    set(default_march "x86-64-v3")
    if(NOT CMAKE_CROSSCOMPILING)
      include(CheckCXXSourceRuns)
      check_cxx_source_runs("
        int main() {
          return __builtin_cpu_supports(\"avx2\") && __builtin_cpu_supports(\"fma\") &&
                 __builtin_cpu_supports(\"bmi2\") ? 0 : 1;
        }" PIT_HOST_RUNS_X86_64_V3)
      if(NOT PIT_HOST_RUNS_X86_64_V3)
        set(default_march "")
      endif()
    endif()
  endif()
  set(PIT_MARCH "${default_march}" CACHE STRING "Value of -march=; empty for the compiler's own default")
endif()

option(PIT_BUILD_COMPILER "Build the dialect, the passes and their tools (needs LLVM/MLIR 22.1)" ON)
option(PIT_WERROR "Warnings are errors" OFF)
set(PIT_SANITIZE "" CACHE STRING "Value of -fsanitize=, such as address,undefined or thread")
option(PIT_COVERAGE "Count executed lines (gcc: --coverage)" OFF)
option(PIT_BUILD_FUZZERS "Build the fuzz targets (needs clang with libFuzzer)" OFF)

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  message(FATAL_ERROR "PIT: g++ or clang++ is needed, but the compiler is '${CMAKE_CXX_COMPILER_ID}'")
endif()

# Exact arithmetic is the product: a * b + c must never become an fma by
# itself, and nothing here may ever turn on -ffast-math or a part of it that
# changes a result. errno after sqrt() is of no use to anybody.
add_compile_options(-ffp-contract=off -fno-math-errno -Wall -Wextra)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns of overlapping copies inside std::string's own operator+:
  # https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-restrict)
  endif()
  # With a sanitizer its data flow loses track, as its manual says.
  if(PIT_SANITIZE)
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
else()
  # A loop that may be vectorized need not be: not at -O1, nor with sanitizers.
  add_compile_options(-Wno-pass-failed)
endif()
if(PIT_WERROR)
  add_compile_options(-Werror)
endif()
if(PIT_MARCH)
  add_compile_options(-march=${PIT_MARCH})
endif()

if(PIT_SANITIZE)
  add_compile_options(-fsanitize=${PIT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${PIT_SANITIZE})
endif()
if(PIT_COVERAGE)
  add_compile_options(--coverage -g)
  add_link_options(--coverage)
endif()

if(PIT_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "PIT_BUILD_FUZZERS: clang++ is needed, but the compiler is '${CMAKE_CXX_COMPILER}'")
  endif()
  # The libraries count edges for the fuzz engine; only fuzz targets link it.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
