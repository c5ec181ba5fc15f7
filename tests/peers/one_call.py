"""Makes one call with the official Python SDK, as a script for a terminal would, and prints its answer."""

import json
import os

from alibabacloud_live20161101 import models
from alibabacloud_live20161101.client import Client
from alibabacloud_tea_openapi.utils_models import Config

client = Client(
    Config(
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        endpoint=os.environ["ALIBABA_CLOUD_ENDPOINT"].removeprefix("http://"),
        protocol="http",
        region_id="cn-shanghai",
    )
)
request = models.DescribeLivePullToPushListRequest(region="cn-shanghai")
print(json.dumps(client.describe_live_pull_to_push_list(request).to_map()["body"]))
