"""Where MiniStack does something else than AWS, and what is done about it.

Not mended in this file, so that other checks have to hold it (infra/template/rules.guard, infra/deploy/test_template.py):
- it unpacks no layer for a compiled function: `Aws` puts the configuration where the functions look for it;
- it answers 502 with the function's own error where a function fails or cannot start, whatever the API's gateway responses say;
- it takes a method's limit of the stage for that of another path, because it does not read `~1` as a slash;
- it ignores the security policy of an API, reserved concurrency, access logs, and what a table's template says of time to live,
  recovery and encryption;
- it takes references for no text in `AutoPublishCodeSha256`: what was built has the digest itself;
- it hands a function the number of its version, not the alias with which it was invoked;
- it restores today's items, whatever the time, so only a table that was left is used again.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

import yaml

EVENTS = Path(__file__).resolve().parents[1] / "events"
# The policy with the sweeper's rights as MiniStack wants them.
WIDENED = "scheduler-anywhere"


def without_metric_math(file: Path) -> None:
    """It refuses alarms with it: here they watch the metrics as they are."""
    template = yaml.safe_load(file.read_text())
    for resource in template["Resources"].values():
        if "Metrics" in resource["Properties"]:
            watched = resource["Properties"].pop("Metrics")[0]["MetricStat"]
            resource["Properties"] |= {**watched["Metric"], "Statistic": watched["Stat"], "Period": watched["Period"]}
    file.write_text(yaml.safe_dump(template, sort_keys=False))


def import_gateway_responses(aws, stack: str) -> None:
    """API Gateway takes them from the document that the template brings; MiniStack leaves them out."""
    processed = aws.client("cloudformation").get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    document = processed["Resources"]["Api"]["Properties"]["Body"]
    api, client = aws.resources()["Api"], aws.client("apigateway")
    for kind, response in document["x-amazon-apigateway-gateway-responses"].items():
        status = {"statusCode": str(response["statusCode"])} if "statusCode" in response else {}
        client.put_gateway_response(
            restApiId=api,
            responseType=kind,
            responseParameters=response["responseParameters"],
            responseTemplates=response["responseTemplates"],
            **status,
        )
    client.create_deployment(restApiId=api, stageName=urlsplit(aws.outputs()["ApiUrl"]).path.split("/")[1])


def event_with_key(name: str, key_id: str) -> dict:
    """It leaves the id of a key out of the event, so its callers have no roles: this is the event as AWS documents it."""
    event = json.loads((EVENTS / name).read_text())
    event["requestContext"]["identity"]["apiKeyId"] = key_id
    return event


def widen_scheduler_rights(aws) -> None:
    """It checks the actions of the scheduler on other resources than AWS: without the group, or on none."""
    iam, role = aws.client("iam"), aws.resources()["SweeperRole"]
    statements = iam.get_role_policy(RoleName=role, PolicyName="sweeper")["PolicyDocument"]["Statement"]
    rights = [{**item, "Resource": "*"} for item in statements if "scheduler:" in json.dumps(item["Action"])]
    policy = {"Version": "2012-10-17", "Statement": rights}
    iam.put_role_policy(RoleName=role, PolicyName=WIDENED, PolicyDocument=json.dumps(policy))


def narrow_scheduler_rights(aws) -> None:
    """What was added by hand would keep the role from being deleted."""
    aws.client("iam").delete_role_policy(RoleName=aws.resources()["SweeperRole"], PolicyName=WIDENED)
