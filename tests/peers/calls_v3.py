"""Calls with the official Python SDK, its own clients and models, which signs with V3."""

from alibabacloud_cs20151215 import models as cs
from alibabacloud_cs20151215.client import Client as Cs
from alibabacloud_live20161101 import models as live
from alibabacloud_live20161101.client import Client as Live
from alibabacloud_sts20150401 import models as sts
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config

from calls import serve

PRODUCTS = [(live, Live), (sts, Sts), (cs, Cs)]


def call(wanted, key):
    config = Config(
        access_key_id=key["id"],
        access_key_secret=key["secret"],
        security_token=key.get("token"),
        endpoint=wanted["host"],
        protocol="http",
        region_id="cn-shanghai",
        connect_timeout=30000,
        read_timeout=30000,
    )
    operation = wanted["operation"]
    models, client = next(it for it in PRODUCTS if hasattr(it[0], operation + "Response"))
    method = getattr(client(config), "".join("_" + c.lower() if c.isupper() else c for c in operation)[1:])
    request = getattr(models, operation + "Request", None)
    answer = method(request().from_map(wanted["parameters"])) if request else method()
    return answer.to_map()["body"]


def told(error):
    return {"code": error.code, "status": error.status_code, "retry_after": getattr(error, "retry_after", None)}


serve(call, AlibabaCloudException, told)
