"""What both official SDKs do with the emulator, and what they print of it."""

import os
import re


def drive(sdk_class, refusal):
    sdk = sdk_class()
    region = {"Region": "cn-shanghai"}
    first = {**region, "TaskId": os.environ["TASK_ID"]}

    def refused(what, call):
        try:
            call()
        except refusal as error:
            print(f"{what}: {sdk.code(error)}")
        else:
            print(f"{what}: not refused")

    def checked(answer):
        assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", answer["RequestId"]), answer
        return answer

    print("describe: status", checked(sdk.call("DescribeLivePullToPush", **first))["TaskStatus"])
    restarted = checked(sdk.call("RestartLivePullToPush", **first))["TaskId"]
    print("restart:", "the same id" if restarted == first["TaskId"] else "another id")
    second = {**region, "TaskId": restarted}
    print("describe old: status", sdk.call("DescribeLivePullToPush", **first)["TaskStatus"])
    print("describe new: status", sdk.call("DescribeLivePullToPush", **second)["TaskStatus"])
    checked(sdk.call("StopLivePullToPush", **second))
    print("stop: ok")
    refused("stop again", lambda: sdk.call("StopLivePullToPush", **second))
    updated = sdk.call("UpdateLivePullToPush", **second, CallbackUrl="https://callback.example.com/a?b=c d")
    print("update: RetCode", updated["RetCode"])
    info = sdk.call("DescribeLivePullToPush", **second)["TaskInfo"]
    assert info["CallbackURL"] == "https://callback.example.com/a?b=c d", info
    created = sdk.call(
        "CreateLivePullToPush",
        **region,
        TaskName="a b+c*d~e!'()/?y=z&w%100 中文é",
        StartTime=os.environ["START_TIME"],
        EndTime=os.environ["END_TIME"],
        SourceType="url",
        SourceUrls=["https://example.com/a b.mp4", "https://example.com/中.flv"],
        DstUrl="rtmp://push.example.com/app/other",
    )
    print("create: RetCode", created["RetCode"])
    early = {**region, "TaskId": created["TaskId"]}
    info = sdk.call("DescribeLivePullToPush", **early)["TaskInfo"]
    assert info["TaskName"] == "a b+c*d~e!'()/?y=z&w%100 中文é", info
    assert info["SourceUrls"] == ["https://example.com/a b.mp4", "https://example.com/中.flv"], info
    refused("restart early", lambda: sdk.call("RestartLivePullToPush", **early))
    listed = sdk.call("DescribeLivePullToPushList", **region, PageSize=1)
    assert len(listed["TaskList"]) == 1, listed
    print("list: total", listed["Total"])
    print("delete: RetCode", sdk.call("DeleteLivePullToPush", **second)["RetCode"])
    refused("restart none", lambda: sdk.call("RestartLivePullToPush", **region, TaskId="none"))
    stranger = sdk_class("not-the-secret")
    refused("wrong secret", lambda: stranger.call("DescribeLivePullToPush", **early))
    account = sdk.call("GetCallerIdentity")["AccountId"]
    print("identity:", "the account" if account == os.environ["ACCOUNT_ID"] else account)
