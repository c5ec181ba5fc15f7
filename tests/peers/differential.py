"""Serializes and signs calls by the official Python core, as the official generated clients have it do, and prints what it would send.

Standard input has a JSON object per line: `n`, the operation (`action`, `version`, `style`, `method`, `path`), `signature` (`V3` or
`V1`), `key`, `secret`, `token`, `host`, `nonce`, `time` (seconds since 1970), `parameters` (name, in, style, value, binary), and
`ours`, what our client sends (method, path, query, headers, body in Base64). Printed is a JSON object per line:

- `request`: what the official core sends, as `requests` has prepared it: method, target, headers, body in Base64;
- `again`: the signature that the official functions give our request;
- `outright`: the one that they give their own request, for the headers that ours signs;
- `canonical`: their query as the documents want it: sorted, each name and value percent-encoded;
- `hash`: the hash of our body.
"""

import base64
import hashlib
import json
import sys
from datetime import datetime, timezone
from functools import lru_cache
from types import SimpleNamespace
from urllib.parse import parse_qsl, quote

from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.core import DaraCore
from darabonba.runtime import RuntimeOptions

sent = []
stamp = {}


class Session:
    """Takes the place of a connection: it keeps what `requests` has prepared, and answers with nothing."""

    def send(self, prepared, **_):
        sent.append(prepared)
        return SimpleNamespace(reason="No Content", status_code=204, headers={}, content=b"")


DaraCore._get_session = staticmethod(lambda **_: Session())
Utils.get_nonce = staticmethod(lambda: stamp["nonce"])
Utils.get_timestamp = staticmethod(lambda: moment().strftime("%Y-%m-%dT%H:%M:%SZ"))
Utils.get_date_utcstring = staticmethod(lambda: moment().strftime("%a, %d %b %Y %H:%M:%S GMT"))


def moment():
    return datetime.fromtimestamp(stamp["time"], timezone.utc)


@lru_cache(maxsize=None)
def client(key, secret, token, host, signature):
    config = Config(access_key_id=key, access_key_secret=secret, security_token=token, endpoint=host, protocol="http")
    if signature == "V1":
        config.signature_algorithm = "v2"
    return Client(config)


def text_of(value):
    """Writes a header's value as the generated clients do."""
    return value if isinstance(value, str) else DaraCore.to_json_string(value)


def arguments(call):
    """Puts each parameter where the generated clients put it."""
    query, form, headers, path = {}, {}, {}, call["path"]
    body, stream, kind = None, None, "json"
    for given in call["parameters"]:
        name, value, style = given["name"], given["value"], given["style"]
        if style in ("json", "simple") and isinstance(value, (list, dict)) and given["in"] in ("query", "formData"):
            value = Utils.array_to_string_with_specified_style(value, name, style)
        if given["in"] == "query":
            query[name] = value
        elif given["in"] == "formData":
            form[name] = value
        elif given["in"] == "header":
            headers[name] = text_of(value)
        elif given["in"] == "path":
            path = path.replace("{%s}" % name, Utils.get_encode_param(text_of(value)))
        elif given.get("binary"):
            stream = base64.b64decode(value)
        else:
            body = Utils.parse_to_map(value) if isinstance(value, (dict, list)) else value
    if form:
        body, kind = Utils.parse_to_map(form), "formData"
    request = OpenApiRequest(headers=headers, query=Utils.query(query), body=body, stream=stream)
    params = Params(
        action=call["action"],
        version=call["version"],
        protocol="HTTP",
        pathname=path,
        method=call["method"],
        auth_type="AK",
        style=call["style"],
        req_body_type=kind,
        body_type="none",
    )
    return params, request


def header(headers, wanted):
    """Finds a header by its name, in any case."""
    return next((value for name, value in headers.items() if name.lower() == wanted), None)


def sign(call, method, path, query, headers, body):
    """Signs a request by the official functions, for the headers that are named."""
    if call["signature"] == "V3":
        request = SimpleNamespace(method=method, pathname=path, query=query, headers=headers)
        payload = Utils.hash(body, "ACS3-HMAC-SHA256").hex()
        return Utils.get_authorization(request, "ACS3-HMAC-SHA256", payload, call["key"], call["secret"])
    if call["style"] == "RPC":
        signed = {name: value for name, value in query.items() if name != "Signature"}
        if (header(headers, "content-type") or "").startswith("application/x-www-form-urlencoded"):
            signed.update(parse_qsl(body.decode(), keep_blank_values=True))
        return Utils.get_rpcsignature(signed, method, call["secret"])
    request = SimpleNamespace(method=method, pathname=path, query=query, headers=headers)
    return f"acs {call['key']}:{Utils.get_roasignature(Utils.get_string_to_sign(request), call['secret'])}"


def answer(call):
    stamp.update(nonce=call["nonce"], time=call["time"])
    sent.clear()
    params, request = arguments(call)
    core = client(call["key"], call["secret"], call["token"], call["host"], call["signature"])
    core.call_api(params, request, RuntimeOptions())
    (prepared,) = sent
    body = prepared.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    target = prepared.path_url
    path, _, query = target.partition("?")
    text = lambda value: value if isinstance(value, str) else value.decode("latin-1")
    theirs = {name.lower(): text(value) for name, value in prepared.headers.items()}
    ours = call["ours"]
    pairs = parse_qsl(ours["query"], keep_blank_values=True, strict_parsing=bool(ours["query"]))
    if len(dict(pairs)) != len(pairs):
        raise ValueError(f"a name is sent twice: {pairs}")
    # The official V3 function signs every header that it is given, the V1 functions choose.
    signed = ours["signed"] if call["signature"] == "V3" else list(ours["headers"])
    mine = {name: ours["headers"][name] for name in signed}
    again = sign(call, ours["method"], ours["path"], dict(pairs), mine, base64.b64decode(ours["body"]))
    named = {name: theirs[name] for name in signed if name in theirs}
    decoded = dict(parse_qsl(query, keep_blank_values=True))
    outright = sign(call, prepared.method, path, decoded, named, body)
    encoded = {quote(name, safe="~"): quote(value, safe="~") for name, value in sorted(decoded.items())}
    canonical = "&".join(f"{name}={value}" for name, value in encoded.items() if name != "Signature")
    return {
        "request": {
            "method": prepared.method,
            "target": target,
            "headers": theirs,
            "body": base64.b64encode(body).decode(),
        },
        "again": again,
        "outright": outright,
        "canonical": canonical,
        "hash": hashlib.sha256(base64.b64decode(ours["body"])).hexdigest(),
    }


for line in iter(sys.stdin.readline, ""):
    call = json.loads(line)
    try:
        printed = answer(call)
    except Exception as error:  # What the official core cannot send, it says in its own words.
        printed = {"error": repr(error)}
    print(json.dumps({"n": call["n"], **printed}), flush=True)
