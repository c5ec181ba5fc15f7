"""Drives the relay family with the official Python core, which signs with V1; prints a line for each step."""

import json
import os

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from family import drive


class Sdk:
    def __init__(self, secret=os.environ["ACCESS_KEY_SECRET"]):
        self.client = AcsClient(os.environ["ACCESS_KEY_ID"], secret, "cn-shanghai", auto_retry=False)

    def call(self, operation, **parameters):
        request = CommonRequest()
        request.set_domain(os.environ["HOST"])
        request.set_protocol_type("http")
        request.set_method("GET")
        request.set_version("2015-04-01" if operation == "GetCallerIdentity" else "2016-11-01")
        request.set_action_name(operation)
        request.set_accept_format("json")
        for name, value in parameters.items():
            request.add_query_param(name, json.dumps(value) if isinstance(value, list) else value)
        return json.loads(self.client.do_action_with_exception(request))

    def code(self, error):
        return f"{error.get_error_code()} {error.get_http_status()}"


drive(Sdk, ServerException)
