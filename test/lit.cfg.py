# Configuration of the lit tests. Parameters (lit --param name=value):
#   long=1    also run the tests that REQUIRE: long
#   roundtrip=1  what every pit-opt reads and writes must survive being printed,
#             as text and as bytecode, and read back
#   seeds=N   what %seeds expands to: how many seeds a test tries (default 1)
import os
import shutil
import subprocess

import lit.formats

config.name = "PIT"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".ptx", ".mlir", ".test"]
config.excludes = ["Inputs", "Unit", "Fuzz", "CMakeLists.txt", "lit.cfg.py"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.pit_obj_root, "test")

# The tools of this build come first, then FileCheck and its like.
config.environment["PATH"] = os.pathsep.join(
    [config.pit_bin_dir, config.llvm_tools_dir, os.environ.get("PATH", "")])

# Emulator and runtime can be built without the compiler; folders of tests that
# need it say so in their lit.local.cfg.
if config.has_compiler:
    config.available_features.add("compiler")

# A CUDA toolkit is never needed, only used where there is one.
for tool in ("ptxas", "nvcc"):
    path = shutil.which(tool) or shutil.which(tool, path="/usr/local/cuda/bin")
    if path:
        config.available_features.add(tool)
        config.environment["PATH"] += os.pathsep + os.path.dirname(path)


def has_module(python, module):
    try:
        return subprocess.run([python, "-c", f"import {module}"], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# %python: an interpreter with numpy where there is one. Without numpy it is
# the one of the configure step, and tests that need more say REQUIRES: numpy.
python = next((p for p in (config.python, "/usr/bin/python3") if has_module(p, "numpy")), None)
if python:
    config.available_features.add("numpy")
config.substitutions.append(("%python", python or config.python))
if has_module(python or config.python, "jsonschema"):
    config.available_features.add("jsonschema")
config.substitutions.append(("%pit_docs", os.path.join(config.pit_src_root, "docs")))

# What runs host code that calls the mgpu functions.
runner_utils = os.path.join(os.path.dirname(config.llvm_tools_dir), "lib", "libmlir_runner_utils.so")
if os.path.exists(os.path.join(config.llvm_tools_dir, "mlir-runner")) and os.path.exists(runner_utils):
    config.available_features.add("mlir-runner")
for tool in ("lli", "mlir-tblgen"):
    if os.path.exists(os.path.join(config.llvm_tools_dir, tool)):
        config.available_features.add(tool)
config.substitutions.append(("%mlir_runner_utils", runner_utils))
config.substitutions.append(("%mgpu", os.path.join(config.pit_obj_root, "lib", "libpit_mgpu.so")))

# What a project outside this tree needs: the CMake and the compiler of this
# build, and where its MLIR is.
if os.path.exists(config.cmake) and os.path.exists(config.cxx):
    config.available_features.add("cmake")
    # CMake's own choice is make, which need not be installed where ninja is.
    config.environment["CMAKE_GENERATOR"] = config.cmake_generator
if config.has_coverage:
    config.available_features.add("coverage")
for name, value in (("%cmake", config.cmake), ("%cxx", config.cxx), ("%mlir_dir", config.mlir_dir),
                    ("%mlir_include", config.mlir_include_dir), ("%pit_src", config.pit_src_root),
                    ("%pit_obj", config.pit_obj_root)):
    config.substitutions.append((name + r"\b", value))

config.substitutions.append(("%pit_bin", config.pit_bin_dir))
# The dialect and its passes for the stock mlir-opt.
config.substitutions.append(("%plugin", os.path.join(config.pit_obj_root, "lib", "PITPlugin.so")))
config.substitutions.append(("%seeds", lit_config.params.get("seeds", "1")))
config.substitutions.append(("%test_root", config.test_source_root))
if lit_config.params.get("roundtrip", "0") not in ("", "0"):
    # The program's name alone, not a path or another name that holds it.
    config.substitutions.append((r"(?<![\w%/.-])pit-opt(?![\w.-])",
                                 os.path.join(config.test_source_root, "Inputs", "roundtrip-opt.sh")))
if lit_config.params.get("long", "0") not in ("", "0"):
    config.available_features.add("long")

# Under a sanitizer a program runs many times slower; a test may ask.
for sanitizer in filter(None, config.sanitize.split(",")):
    config.available_features.add(
        {"address": "asan", "undefined": "ubsan", "thread": "tsan"}.get(sanitizer, sanitizer))
config.environment["PIT_SANITIZE"] = config.sanitize

# A finding aborts: its exit code 1 could pass for a diagnosis of the tool's.
# Too much memory is refused as without a sanitizer.
for name, value in (("ASAN_OPTIONS", "abort_on_error=1:detect_stack_use_after_return=1:allocator_may_return_null=1"),
                    ("UBSAN_OPTIONS", "abort_on_error=1:print_stacktrace=1"),
                    ("TSAN_OPTIONS", "abort_on_error=1:halt_on_error=1")):
    config.environment[name] = os.environ.get(name, value)

# A program that is not of this build, such as the stock mlir-opt, loads a
# library of this build as it is, but AddressSanitizer has to be there first:
# %preload goes before such a program, and such tests say REQUIRES: loadable.
# It may unload the library before it looks for leaks, which then all seem lost.
preload = ""
loadable = "tsan" not in config.available_features
if "asan" in config.available_features:
    libasan = subprocess.run([config.cxx, "-print-file-name=libasan.so"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True).stdout.strip()
    loadable = os.path.isabs(libasan)
    options = config.environment["ASAN_OPTIONS"] + ":detect_leaks=0"
    preload = f"env LD_PRELOAD={libasan} ASAN_OPTIONS={options} "
if loadable:
    config.available_features.add("loadable")
config.substitutions.append((r"%preload ", preload))
