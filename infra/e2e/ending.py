"""How the story ends: what the stack leaves behind, and that another one can go on with it."""

from api import Api
from processes import Failed
from stage import EVA, GENEROUS, KEY_PARAMETER, PRAGUE, SPREADSHEET, Stage, expect


def nothing_is_left_behind(stage: Stage) -> None:
    """Logs name nobody, no task has failed, and Google had nothing to complain about"""
    outputs = stage.aws.outputs()
    secrets = ["example.com", "Example", "Sample", "ya29.", "PRIVATE KEY", SPREADSHEET]
    secrets += [stage.aws.api_key(role) for role in stage.aws.key_ids()]
    for output in ("ApiLog", "SweeperLog"):
        lines = stage.aws.log(outputs[output])
        if not lines:
            raise Failed(f"{outputs[output]} is empty")
        (stage.logs / f"{output}.log").write_text("\n".join(lines))
        for line in lines:
            for secret in secrets:
                if secret in line:
                    raise Failed(f"{outputs[output]} has {secret!r}: {line}")
    attributes = stage.aws.client("sqs").get_queue_attributes(
        QueueUrl=stage.aws.resources()["DeadLetters"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    expect("dead letters", attributes["Attributes"]["ApproximateNumberOfMessages"], "0")
    stage.google.must_be_content()


def delete(stage: Stage) -> None:
    """Deleting the stack leaves the table, and only that"""
    resources = stage.aws.resources()
    stage.aws.delete()
    aws = stage.aws.client
    tables = aws("dynamodb").list_tables()["TableNames"]
    stage.table = resources["Table"]
    expect("the tables", tables, [stage.table])
    if not aws("dynamodb").scan(TableName=stage.table, Limit=1)["Items"]:
        raise Failed("the table is empty")
    expect("what is left", stage.aws.left(), {})


def table_is_used_again(stage: Stage) -> None:
    """A new stack goes on with the table that the deleted one has left, and nothing is sent twice"""
    aws, mails = stage.aws, len(stage.mail_server.mails)
    dynamodb = aws.client("dynamodb")
    aws.prepare_table(stage.table)
    aws.deploy(ServiceAccountKeyParameter=KEY_PARAMETER, ExistingTable=stage.table, **GENEROUS)
    expect("the tables", dynamodb.list_tables()["TableNames"], [stage.table])
    expect("the output", aws.outputs()["Table"], stage.table)
    expiry = dynamodb.describe_time_to_live(TableName=stage.table)["TimeToLiveDescription"]
    expect("what expires", (expiry["TimeToLiveStatus"], expiry["AttributeName"]), ("ENABLED", "expires_at"))
    aws.invoke(aws.outputs()["Sweeper"], {"task": "maintain"})
    stage.api = Api(aws.api_url(), aws.api_key())
    # The form for these days went out before the first stack was deleted.
    event = stage.google.add_event(PRAGUE, EVA, str(stage.day(5)), str(stage.day(7)), "Eva once more")
    report = aws.invoke(aws.outputs()["Sweeper"], {"task": "sweep"})
    expect("the forms that were sent", report["forms"]["issued"], 0)
    stage.expect_approved(PRAGUE, event, "Eva Example")
    states = {form["state"] for form in stage.api.get("/api/v1/forms").ok()["forms"]}
    expect("states of forms", states, {"issued"})
    expect("mails so far", len(stage.mail_server.mails), mails)


def delete_again(stage: Stage) -> None:
    """The second stack leaves the table as well"""
    stage.aws.delete()
    expect("the tables", stage.aws.client("dynamodb").list_tables()["TableNames"], [stage.table])
    expect("what is left", stage.aws.left(), {})
