"""Checks a launch plan against the schema and against its PTX.

usage: check-plan.py SCHEMA PLAN
"""
import json
import pathlib
import re
import sys

schema_path, plan_path = map(pathlib.Path, sys.argv[1:])
plan = json.loads(plan_path.read_text())
try:
    import jsonschema
except ImportError:
    pass
else:
    jsonschema.Draft202012Validator(json.loads(schema_path.read_text())).validate(plan)

ptx = (plan_path.parent / plan["ptx"]).read_text()
assert f".version {plan['ptx_version']}\n" in ptx
assert f".target {plan['arch']}\n" in ptx
assert ".extern .func" not in ptx

ITEM_BYTES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8, "i1": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8}


def size_of(tensor):
    size = ITEM_BYTES[tensor["type"]]
    for extent in tensor["shape"]:
        size *= extent
    return size


buffers = {argument["name"]: size_of(argument) for argument in plan["arguments"]}
outputs = {argument["name"] for argument in plan["arguments"] if argument["kind"] == "output"}
buffers["workspace"] = plan["workspace"]["bytes"]
pieces, entries = {}, []
for step in plan["steps"]:
    if step["kind"] == "copy":
        for place in (step["source"], step["target"]):
            assert place["offset"] + step["bytes"] <= buffers[place["buffer"]], step
        continue
    assert step["kind"] == "launch", step
    entries.append(step["entry"])
    entry = re.search(rf"\.visible \.entry {step['entry']}\((.*?)\)(.*?)\{{", ptx, re.S)
    assert entry, f"no entry {step['entry']}"
    assert entry[1].count(".param .u64 .ptr .align 16") == len(step["arguments"]), entry[1]
    assert f".reqntid {step['block']}, 1, 1" in entry[2], entry[2]
    for argument in step["arguments"]:
        end = argument["offset"] + size_of(argument)
        assert end <= buffers[argument["buffer"]], argument
        if argument["buffer"] == "workspace":
            assert argument["offset"] % 256 == 0, argument
            pieces[argument["name"]] = (argument["offset"], end)
        else:
            assert (argument["kind"] == "output") == (argument["buffer"] in outputs), argument

# Every entry of the PTX is launched, and temporaries do not overlap.
assert sorted(entries) == sorted(re.findall(r"\.visible \.entry (\w+)\(", ptx))
ends = sorted(pieces.values())
assert all(first[1] <= second[0] for first, second in zip(ends, ends[1:])), pieces
print(f"{plan['function']}: {len(plan['steps'])} steps, {len(entries)} kernels, {len(pieces)} temporaries")
