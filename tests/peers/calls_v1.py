"""Calls with the official Python core, which signs with V1."""

import json

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from calls import serve


def call(wanted, key):
    keys = key["id"], key["secret"]
    credential = StsTokenCredential(*keys, key["token"]) if "token" in key else AccessKeyCredential(*keys)
    client = AcsClient(region_id="cn-shanghai", credential=credential, auto_retry=False, timeout=30)
    request = CommonRequest()
    request.set_domain(wanted["host"])
    request.set_protocol_type("http")
    request.set_method("GET")
    request.set_version(wanted["version"])
    if wanted["path"] == "/":
        request.set_action_name(wanted["operation"])
    else:
        request.set_uri_pattern(wanted["path"])
    request.set_accept_format("json")
    for name, value in wanted["parameters"].items():
        request.add_query_param(name, json.dumps(value) if isinstance(value, list) else value)
    return json.loads(client.do_action_with_exception(request))


def told(error):
    return {"code": error.get_error_code(), "status": error.get_http_status()}


serve(call, ServerException, told)
