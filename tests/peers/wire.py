"""Calls operations by the official SDKs, with the values that it is given by their names on the wire.

The command is a word: `survey` prints, for each operation, the values that the SDK's own model knows; `send` sends them to PORT.
Standard input has a JSON object per line: package, operation, parameters (name, in, value, binary).
"""

import base64
import importlib
import inspect
import io
import json
import os
import socket
import sys
from functools import lru_cache

from alibabacloud_tea_openapi import models as open_api
from alibabacloud_tea_util.models import RuntimeOptions

HOST = "wire.test"
# What an SDK wants for the name of the host, and the portal does not list.
UNLISTED = {("alibabacloud_hcs_mgw20240626", "userid"): "unlisted"}
resolve = socket.getaddrinfo
# Every host is this machine, whatever label an SDK puts in front of it.
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more)


def flat(name):
    return "".join(letter for letter in name if letter.isalnum()).lower()


@lru_cache(maxsize=None)
def client(package):
    config = open_api.Config(
        access_key_id="LTAI-example-id",
        access_key_secret="example-secret",
        region_id="cn-hangzhou",
        endpoint=f"{HOST}:{os.environ.get('PORT', '1')}",
        protocol="http",
    )
    return importlib.import_module(f"{package}.client").Client(config)


@lru_cache(maxsize=None)
def methods(package):
    named = inspect.getmembers(type(client(package)), inspect.isfunction)
    end = "_with_options"
    return {flat(name[: -len(end)]): method for name, method in named if name.endswith(end)}


def resolved(package, annotation):
    """Returns the model that an annotation names; newer SDKs write annotations as texts."""
    if isinstance(annotation, str) and "_models." in annotation:
        return getattr(importlib.import_module(f"{package}.models"), annotation.rsplit(".", 1)[1])
    return annotation


def model_of(annotation, values):
    """Makes the SDK's own model of values, and returns it with the values that it knows."""
    model = annotation().from_map(values)
    return model, model.to_map()


def arguments(call):
    """Returns the arguments of the SDK's method and the values that arrived in them; nothing where there is no such method."""
    method = methods(call["package"]).get(flat(call["operation"]))
    if method is None:
        return None
    known, made = {}, {}
    given = {(it["in"], it["name"]): it["value"] for it in call["parameters"]}
    binary = {it["name"] for it in call["parameters"] if it.get("binary")}
    signature = inspect.signature(method).parameters
    places = {flat(name): name for (where, name) in given if where in ("path", "host")}
    for name, parameter in signature.items():
        annotation = resolved(call["package"], parameter.annotation)
        if name in ("self", "headers", "runtime"):
            continue
        if name in ("request", "tmp_req"):
            fill(annotation, given, binary, known, made, name)
        elif flat(name) in places:
            wire = places[flat(name)]
            where = "path" if ("path", wire) in given else "host"
            made[name] = str(given[where, wire])
            known[wire] = given[where, wire]
        elif (call["package"], name) in UNLISTED:
            made[name] = UNLISTED[call["package"], name]
        else:
            return None
    if "headers" in signature:
        annotation = resolved(call["package"], signature["headers"].annotation)
        if hasattr(annotation, "from_map"):
            values = {name: value for (where, name), value in given.items() if where == "header"}
            made["headers"], back = model_of(annotation, values)
            known.update({name: value for name, value in back.items() if name in values})
        else:
            made["headers"] = {}
    made["runtime"] = RuntimeOptions(autoretry=False, connect_timeout=5000, read_timeout=5000)
    return method, made, known


def fill(annotation, given, binary, known, made, argument):
    """Fills the SDK's request: a body is its own field, or its entries are fields."""
    values, bodies = {}, {}
    for (where, name), value in given.items():
        if where in ("query", "formData", "header", "host"):
            values[name] = value
        elif where == "body":
            bodies[name] = value
    own = {flat(field) for field in vars(annotation())}
    fields = {name for name in bodies if flat(name) in own}
    for name, value in bodies.items():
        if name in binary:
            values[name] = base64.b64decode(value)
        elif name in fields or not isinstance(value, dict):
            values[name] = value
        else:
            values.update(value)
    _, back = model_of(annotation, values)
    for name, value in given.items():
        where, name = name
        if where == "body" and name not in fields and isinstance(value, dict):
            inside = {key: back[key] for key in value if key in back}
            if inside:
                known[name] = inside
        elif name in back and where != "path":
            known[name] = value if name in binary else back[name]
    for name in binary:
        if name in values:
            values[name] = io.BytesIO(values[name])
    made[argument] = annotation().from_map(values)


def survey(call):
    try:
        found = arguments(call)
    except Exception as error:  # An SDK that cannot take the values says so in its own words.
        return {"error": repr(error)}
    return {} if found is None else {"known": found[2]}


def send(call):
    method, made, _ = arguments(call)
    try:
        method(client(call["package"]), **made)
    except Exception as error:
        # The answer is empty, which some operations do not expect; what was sent is what counts.
        return {"error": repr(getattr(error, "inner_exception", None) or error)}
    return {}


if __name__ == "__main__":
    command = {"survey": survey, "send": send}[sys.argv[1]]
    for line in iter(sys.stdin.readline, ""):
        print(json.dumps(command(json.loads(line))), flush=True)
