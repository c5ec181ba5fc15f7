"""Drives the relay family with the official Python SDK, which signs with V3; prints a line for each step."""

import os

from alibabacloud_live20161101 import models
from alibabacloud_live20161101.client import Client as Live
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.utils_models import Config

from family import drive


def config(secret):
    return Config(
        access_key_id=os.environ["ACCESS_KEY_ID"],
        access_key_secret=secret,
        endpoint=os.environ["HOST"],
        protocol="http",
        region_id="cn-shanghai",
    )


class Sdk:
    def __init__(self, secret=os.environ["ACCESS_KEY_SECRET"]):
        self.live = Live(config(secret))
        self.sts = Sts(config(secret))

    def call(self, operation, **parameters):
        words = "".join("_" + c.lower() if c.isupper() else c for c in operation)[1:]
        if operation == "GetCallerIdentity":
            return self.sts.get_caller_identity().body.to_map()
        request = getattr(models, operation + "Request")().from_map(parameters)
        return getattr(self.live, words)(request).body.to_map()

    def code(self, error):
        return f"{error.code} {error.status_code}"


drive(Sdk, Exception)
