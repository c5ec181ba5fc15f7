"""Validates every spec, overlay and product.json by the JSON Schema that it names."""

import json
import os
import pathlib

import jsonschema

specs = pathlib.Path(os.environ["SPECS"])
checked = 0
for path in sorted(specs.glob("*/*/*.json")):
    document = json.loads(path.read_text(encoding="utf-8"))
    named = document.get("$schema")
    if named is None:
        continue
    schema = json.loads((path.parent / named).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
        print(f"{path.relative_to(specs)} {error.json_path}: {error.message}")
    checked += 1
print(f"{checked} checked")

# Each schema must refuse what the generator refuses, or it is no help.
for name, wrong in [
    ("overlay", {"qouta": {"calls": 1, "seconds": 1}}),
    ("overlay", {"quota": {"calls": 0, "seconds": 1}}),
    ("product", {"info": {"style": "SOAP", "product": "p", "version": "v"}}),
    ("operation", {"methods": ["get"], "parameters": [{"name": "P", "in": "querry"}], "responses": {}}),
]:
    schema = json.loads((specs / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    refused = any(jsonschema.Draft202012Validator(schema).iter_errors(wrong))
    print(f"{name}: {'refused' if refused else 'accepted ' + json.dumps(wrong)}")
