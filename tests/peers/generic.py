"""Calls operations without generated code by the official Python core, which signs with V3: each line names all that it must know.

What is answered does not matter; only what is sent does.
"""

import json
import os
import sys

from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

config = Config(
    access_key_id="LTAI-example",
    access_key_secret="example",
    endpoint="127.0.0.1:" + os.environ["PORT"],
    region_id="cn-shanghai",
)
client = Client(config)
for line in sys.stdin:
    wanted = json.loads(line)
    params = Params(
        action=wanted["operation"],
        version=wanted["version"],
        protocol="HTTP",
        pathname=wanted["path"],
        method=wanted["method"],
        auth_type="AK",
        style=wanted["style"],
        req_body_type="json",
        body_type="json",
    )
    request = OpenApiRequest(query=Utils.query(wanted["query"]), body=wanted.get("body"))
    client.call_api(params, request, RuntimeOptions())
    print("sent", flush=True)
