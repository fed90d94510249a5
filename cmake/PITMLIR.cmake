# LLVM and MLIR: found in MLIR_DIR (the folder of MLIRConfig.cmake), else where
# Debian's packages and other installations put them.
set(pit_saved_flags "${CMAKE_CXX_FLAGS}")
find_package(MLIR 22.1 CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
if(NOT MLIR_FOUND)
  message(FATAL_ERROR
    "PIT: the compiler needs LLVM/MLIR 22.1 (Debian: llvm-22-dev libmlir-22-dev mlir-22-tools). Give the folder of "
    "MLIRConfig.cmake as -DMLIR_DIR=..., or build only the emulator and the runtime with -DPIT_BUILD_COMPILER=OFF")
endif()
if(NOT TARGET MLIR OR NOT TARGET LLVM)
  message(FATAL_ERROR "PIT: '${MLIR_DIR}' has no shared libraries libMLIR and libLLVM, which a plugin and its host must share: configure "
    "LLVM and MLIR with -DLLVM_BUILD_LLVM_DYLIB=ON, as Debian's packages are")
endif()
message(STATUS "PIT: MLIR ${LLVM_PACKAGE_VERSION} in ${MLIR_DIR}")
set(CMAKE_CXX_FLAGS "${pit_saved_flags}")
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# Everything of ours links the shared libraries: a static MLIR beside the one
# that a plugin's host has loaded would be a second, different MLIR. Where the
# headers lie, users of the installed libraries learn from their own MLIR.
add_library(pit_mlir INTERFACE)
target_include_directories(pit_mlir SYSTEM INTERFACE "$<BUILD_INTERFACE:${MLIR_INCLUDE_DIRS};${LLVM_INCLUDE_DIRS}>")
target_link_libraries(pit_mlir INTERFACE MLIR LLVM)
# The packages are built without assertions; NDEBUG is part of their binary
# interface (the layout of Pass::Statistic follows from it).
target_compile_definitions(pit_mlir INTERFACE NDEBUG)
# Without exceptions as the packages are, which binds no user.
set(mlir_options -fno-exceptions -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 takes SmallVector's inline storage for uninitialized or dangling.
  list(APPEND mlir_options -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow)
endif()
# Nor are the packages instrumented: where LLVM's headers see AddressSanitizer,
# our half of an allocator poisons what the other half, in libLLVM, hands out.
# g++ lets them not see it; clang++ needs ASAN_OPTIONS=allow_user_poisoning=0.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND PIT_SANITIZE MATCHES "address")
  list(APPEND mlir_options -U__SANITIZE_ADDRESS__)
endif()
target_compile_options(pit_mlir INTERFACE "$<BUILD_INTERFACE:${mlir_options}>")
install(TARGETS pit_mlir EXPORT PITCompilerTargets)

# pit_tablegen(FILE.td OUTPUT GENERATOR...): generates OUTPUT into the build's
# include folder. The target PITTableGen makes them all.
add_custom_target(PITTableGen)
function(pit_tablegen td output)
  set(LLVM_TARGET_DEFINITIONS ${td})
  mlir_tablegen(${output} ${ARGN} -I${PROJECT_SOURCE_DIR}/include "-I${MLIR_INCLUDE_DIRS}")
  add_custom_target(PITTableGen-${output} DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${output})
  add_dependencies(PITTableGen PITTableGen-${output})
endfunction()

# pit_add_mlir_library(NAME [LINK target...]): as pit_add_library, for a folder
# of the compiler.
function(pit_add_mlir_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  pit_add_library(${name} EXPORT PITCompilerTargets LINK pit_mlir ${ARG_LINK})
  if(TARGET ${name})
    add_dependencies(${name} PITTableGen)
    target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>)
    set_property(GLOBAL APPEND PROPERTY PIT_MLIR_LIBRARIES ${name})
  endif()
endfunction()
