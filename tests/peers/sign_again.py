"""Signs requests again with the official functions and prints `same` for each whose signature is equal.

The requests come as JSON on standard input: method, path, query, headers, body, as they would have been sent. The official
function signs every header that it is given, so it is given exactly those that the request says it signed.
"""

import hashlib
import json
import os
import re
import sys
from types import SimpleNamespace
from urllib.parse import parse_qsl

from alibabacloud_tea_openapi.utils import Utils

SECRET = os.environ["SECRET"]


def again_v3(request, query):
    given = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
        request["headers"]["authorization"],
    )
    signed = given[2].split(";")
    must = [name for name in request["headers"] if name == "host" or name.startswith("x-acs-")]
    assert set(must) <= set(signed), (must, signed)
    payload = hashlib.sha256(request["body"].encode()).hexdigest()
    assert request["headers"]["x-acs-content-sha256"] == payload
    official = Utils.get_authorization(
        SimpleNamespace(
            method=request["method"],
            pathname=request["path"],
            query=query,
            headers={name: request["headers"][name] for name in signed},
        ),
        "ACS3-HMAC-SHA256",
        payload,
        given[1],
        SECRET,
    )
    return official, given[0]


def again_v1(request, query):
    signature = query.pop("Signature")
    query.update(parse_qsl(request["body"], keep_blank_values=True))
    return Utils.get_rpcsignature(query, request["method"], SECRET), signature


for request in json.load(sys.stdin):
    pairs = parse_qsl(request["query"], keep_blank_values=True, strict_parsing=bool(request["query"]))
    query = dict(pairs)
    assert len(query) == len(pairs), pairs
    official, ours = (again_v1 if "Signature" in query else again_v3)(request, query)
    print("same" if official == ours else f"official {official}, ours {ours}")
