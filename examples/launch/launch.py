#!/usr/bin/env python3
"""Runs a compiled function on a CUDA device, with nothing but the driver and numpy.

    launch.py out/layer.json a.npy b.npy c.npy --out y.npy

The plan says everything: which kernels, their grids, what they are passed, how much workspace they need. This file
reads it and calls the driver's C interface; it is meant to be read, and copied from.
"""
import argparse
import ctypes
import json
import os
import re
import sys

import numpy as np

# What numpy calls the element types of a plan; those that it lacks are raw items of their size.
DTYPES = {"f16": "<f2", "bf16": "V2", "f32": "<f4", "f64": "<f8", "i1": "?", "i8": "i1", "i16": "<i2", "i32": "<i4",
          "i64": "<i8", "f8e4m3": "V1", "f8e5m2": "V1"}
MULTIPROCESSOR_COUNT = 16  # CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT
MAX_DYNAMIC_SHARED_SIZE_BYTES = 8  # CU_FUNC_ATTRIBUTE_...
FUNCTIONS = {"ceildiv": lambda a, b: -(-a // b), "floordiv": lambda a, b: a // b, "min": min, "max": max}


class Driver:
    """libcuda; every call is checked."""

    def __init__(self):
        self.library = ctypes.CDLL("libcuda.so.1")
        self.cuInit(0)
        self.device = ctypes.c_int()
        self.cuDeviceGet(ctypes.byref(self.device), 0)
        context = ctypes.c_void_p()
        self.cuDevicePrimaryCtxRetain(ctypes.byref(context), self.device)
        self.cuCtxSetCurrent(context)
        count = ctypes.c_int()
        self.cuDeviceGetAttribute(ctypes.byref(count), MULTIPROCESSOR_COUNT, self.device)
        self.multiprocessors = count.value

    def __getattr__(self, name):
        def call(*arguments):
            code = getattr(self.library, name)(*arguments)
            if code != 0:
                text = ctypes.c_char_p()
                self.library.cuGetErrorName(code, ctypes.byref(text))
                sys.exit(f"error: {name}: {(text.value or b'?').decode()} ({code})")

        return call

    def allocate(self, count):
        address = ctypes.c_uint64()
        self.cuMemAlloc_v2(ctypes.byref(address), ctypes.c_size_t(max(count, 1)))
        return address.value


def evaluate(expression, names):
    """The value of an integer or an expression of the plan."""
    if isinstance(expression, int):
        return expression
    if not re.fullmatch(r"[\w\s+*(),-]*", expression):
        sys.exit(f"error: unexpected expression '{expression}'")
    try:
        return eval(expression, {"__builtins__": {}}, {**FUNCTIONS, **names})  # pylint: disable=eval-used
    except NameError as error:
        sys.exit(f"error: in '{expression}': {error}")


class Function:
    """A plan whose kernels are loaded: what a program keeps between calls."""

    def __init__(self, driver, path):
        self.driver = driver
        with open(path, encoding="utf-8") as file:
            self.plan = json.load(file)
        if (self.plan["format"], self.plan["version"]) != ("pit-launch-plan", 1):
            sys.exit(f"error: {path} is no launch plan of version 1")
        with open(os.path.join(os.path.dirname(path), self.plan["ptx"]), "rb") as file:
            ptx = file.read() + b"\0"
        module = ctypes.c_void_p()
        driver.cuModuleLoadData(ctypes.byref(module), ptx)
        self.kernels = {}
        for step in self.plan["steps"]:
            if step["kind"] != "launch":
                continue
            kernel = ctypes.c_void_p()
            driver.cuModuleGetFunction(ctypes.byref(kernel), module, step["entry"].encode())
            if step["shared_bytes"] > 48 * 1024:
                driver.cuFuncSetAttribute(kernel, MAX_DYNAMIC_SHARED_SIZE_BYTES, step["shared_bytes"])
            self.kernels[step["entry"]] = kernel

    def sizes(self, shapes):
        """The names that expressions may use, from the shapes of the inputs, which are checked."""
        names = {"multiprocessors": self.driver.multiprocessors}
        for argument, shape in zip(self.plan["arguments"], shapes):
            for wanted, size in zip(argument["shape"], shape):
                if wanted in self.plan["symbols"]:
                    names.setdefault(wanted, size)
        for argument, shape in zip(self.plan["arguments"], shapes):
            wanted = [evaluate(size, names) for size in argument["shape"]]
            if wanted != list(shape):
                sys.exit(f"error: {argument['name']} has shape {list(shape)}, expected {wanted}")
        for required in self.plan.get("requirements", []):
            size = evaluate(required["size"], names)
            if "equals" in required and size != evaluate(required["equals"], names) or \
                    "at_least" in required and size < evaluate(required["at_least"], names):
                sys.exit(f"error: {required['what']}: the size {size} does not fit the others")
        return names

    def workspace_bytes(self, names):
        return evaluate(self.plan["workspace"]["bytes"], names)

    def run(self, buffers, names, stream=None):
        """Puts all steps on a stream. `buffers`: addresses by name, the workspace's among them."""
        def address(place):
            return buffers[place["buffer"]] + evaluate(place["offset"], names)

        for step in self.plan["steps"]:
            if step["kind"] == "memset":
                self.driver.cuMemsetD8Async(ctypes.c_uint64(address(step["target"])), ctypes.c_ubyte(step["value"]),
                                            ctypes.c_size_t(evaluate(step["bytes"], names)), stream)
            elif step["kind"] == "copy":
                self.driver.cuMemcpyDtoDAsync_v2(ctypes.c_uint64(address(step["target"])),
                                                 ctypes.c_uint64(address(step["source"])),
                                                 ctypes.c_size_t(evaluate(step["bytes"], names)), stream)
            else:
                self.launch(step, address, names, stream)

    def launch(self, step, address, names, stream):
        kernel = self.kernels[step["entry"]]
        blocks = ctypes.c_int()
        self.driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(
            ctypes.byref(blocks), kernel, step["block"], ctypes.c_size_t(step["shared_bytes"]))
        grid = evaluate(step["grid"], {**names, "blocks_per_multiprocessor": blocks.value})
        if grid == 0:
            return
        # Each argument is one 64-bit value: an address, or a size.
        values = [ctypes.c_uint64(evaluate(argument["value"], names) if argument["kind"] == "size" else address(argument))
                  for argument in step["arguments"]]
        parameters = (ctypes.c_void_p * len(values))(*[ctypes.addressof(value) for value in values])
        self.driver.cuLaunchKernel(kernel, grid, 1, 1, step["block"], 1, 1, step["shared_bytes"], stream, parameters, None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan")
    parser.add_argument("inputs", nargs="*", help=".npy files, in the plan's order")
    parser.add_argument("--out", action="append", default=[], help="a .npy file for each output")
    arguments = parser.parse_args()

    driver = Driver()
    function = Function(driver, arguments.plan)
    tensors = function.plan["arguments"]
    inputs = [np.ascontiguousarray(np.load(path)) for path in arguments.inputs]
    outputs = tensors[len(inputs):]
    if any(tensor["kind"] != "input" for tensor in tensors[:len(inputs)]) or \
            any(tensor["kind"] != "output" for tensor in outputs) or len(outputs) != len(arguments.out):
        sys.exit("error: the plan takes " + ", ".join(f"{tensor['kind']} {tensor['name']}" for tensor in tensors))
    for tensor, array in zip(tensors, inputs):
        if array.dtype != np.dtype(DTYPES[tensor["type"]]):
            sys.exit(f"error: {tensor['name']} has type {array.dtype}, expected {tensor['type']}")

    # Sizes of outputs follow from those of the inputs.
    names = function.sizes([array.shape for array in inputs])
    results = [np.empty([evaluate(size, names) for size in tensor["shape"]], DTYPES[tensor["type"]])
               for tensor in outputs]
    buffers = {"workspace": driver.allocate(function.workspace_bytes(names))}
    for tensor, array in zip(tensors, inputs + results):
        buffers[tensor["name"]] = driver.allocate(array.nbytes)
    for tensor, array in zip(tensors, inputs):
        driver.cuMemcpyHtoD_v2(ctypes.c_uint64(buffers[tensor["name"]]), ctypes.c_void_p(array.ctypes.data),
                               ctypes.c_size_t(array.nbytes))
    function.run(buffers, names)
    for tensor, array, path in zip(outputs, results, arguments.out):
        driver.cuMemcpyDtoH_v2(ctypes.c_void_p(array.ctypes.data), ctypes.c_uint64(buffers[tensor["name"]]),
                               ctypes.c_size_t(array.nbytes))
        np.save(path, array)


if __name__ == "__main__":
    main()
