"""Validates the sample launch plan of the documentation against the schema.

usage: check-schema.py DOCS-FOLDER
"""
import copy
import json
import pathlib
import re
import sys

import jsonschema

docs = pathlib.Path(sys.argv[1])
schema = json.loads((docs / "launch-plan.schema.json").read_text())
text = (docs / "launch-plan.md").read_text()
sample = json.loads(re.search(r"```json\n(.*?)```", text, re.S).group(1))

jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
validator.validate(sample)
print("the sample conforms")
validator.validate(
    dict(sample, requirements=[{"size": "s0", "equals": 1, "what": "w"}, {"size": 4, "at_least": "s0", "what": ""}])
)

# Path of a value, and what to put there; None removes it.
WRONG = [
    (["format"], "plan"),
    (["version"], 2),
    (["arch"], "gfx90a"),
    (["ptx"], "../ffn.ptx"),
    (["extra"], 1),
    (["symbols", 0], "min"),
    (["arguments", 0, "type"], "f12"),
    (["arguments", 0, "alignment"], 24),
    (["arguments", 0, "name"], "workspace"),
    (["workspace", "bytes"], None),
    (["symbols"], [f"s{i}" for i in range(1025)]),
    (["arguments", 0, "shape"], [1] * 17),
    (["arguments"], [dict(sample["arguments"][0], name=f"a{i}") for i in range(1025)]),
    (["steps", 1, "arguments", 0, "shape"], [1] * 17),
    (["steps", 1, "arguments"], sample["steps"][1]["arguments"] * 300),
    (["steps", 0, "value"], 256),
    (["steps", 1, "block"], 1025),
    (["steps", 1, "arguments", 3, "type"], "i32"),
    (["steps", 1, "arguments", 0, "offset"], None),
    (["requirements"], [{"size": "s0", "what": "w"}]),
    (["requirements"], [{"size": "s0", "equals": 1, "at_least": 1, "what": "w"}]),
    (["requirements"], [{"size": "s0", "equals": 1}]),
]
rejected = 0
for path, value in WRONG:
    plan = copy.deepcopy(sample)
    place = plan
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    if validator.is_valid(plan):
        print(f"accepted: {path} = {value!r}")
    else:
        rejected += 1
print(f"{rejected} of {len(WRONG)} wrong plans are rejected")
