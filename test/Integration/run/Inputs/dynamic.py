"""Runs the functions of a file with sizes that are not known when they are compiled.

usage: dynamic.py FILE

FILE is a test of pit-run: each function behind its RUN line, whose --arg say how to
fill arguments. Here every size becomes `?`, the arguments get the shapes that the
types had, and the results are held against the reference on the emulator and as
plain loops. Once more with sizes that are multiples of 8, for the wider copies.
"""

import os
import re
import subprocess
import sys
import tempfile

FUNCTION = re.compile(r"// RUN: pit-run %s --entry=(\w+) (.*?)\n(func\.func @\w+\((.*?)\) -> .*?\n\}\n)", re.S)
TENSOR = re.compile(r"tensor<([0-9x]+)x(f16|f32)")


def main():
    count = 0
    with open(sys.argv[1]) as f:
        functions = FUNCTION.findall(f.read())
    for name, options, text, arguments in functions:
        if "conv_2d" in text:  # its sizes depend on each other
            continue
        with open("f.mlir", "w") as f:
            f.write(TENSOR.sub(lambda m: f"tensor<{re.sub('[0-9]+', '?', m[1])}x{m[2]}", text))
        shapes = [m[1] for m in TENSOR.finditer(arguments)]
        wide = [re.sub("[0-9]+", lambda m: str((int(m[0]) + 7) // 8 * 8), shape) for shape in shapes]
        for sizes in (shapes, wide):
            command = ["pit-run", "f.mlir", "--arch=sm_80", "--check"]
            for fill, shape in zip(re.findall(r"--arg (\S+)", options), sizes):
                command.append(f"--arg={fill}{',' if ':' in fill else ':'}shape={shape},values=integers")
            for device in ("emulator", "cpu"):
                result = subprocess.run(command + [f"--device={device}"], capture_output=True, text=True)
                if result.returncode or "error 0 of" not in result.stdout:
                    sys.exit(f"{name} of {sizes} on {device}:\n{result.stdout}{result.stderr}")
                count += 1
    print(f"{len(functions)} functions, {count} runs")


sys.argv[1] = os.path.abspath(sys.argv[1])
with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    main()
    os.chdir("/")
