"""What the role for CI may do, and who gets it."""

import json
import re
import sys
import unittest
from fnmatch import fnmatchcase
from pathlib import Path

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "infra" / "template"))
from expand import expanded, source, with_every_condition  # noqa: E402

PLACE = "eu-central-1:123456789012"
NAMES = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012"}
NAMES |= {"Stack": "moffman", "ExistingTable": "restored"}
API, KEYS, PLANS = (f"apigateway:eu-central-1::/{kind}" for kind in ("restapis/1", "apikeys/1", "usageplans/1"))
FUNCTION, LAYER = f"lambda:{PLACE}:function:moffman-sweeper", f"lambda:{PLACE}:layer:moffman-configuration"
LOGS = [f"logs:{PLACE}:log-group:/aws/{name}" for name in ("lambda/moffman-api", "lambda/moffman-sweeper", "apigateway/moffman")]
GROUP, SCHEDULE = f"scheduler:{PLACE}:schedule-group/moffman", f"scheduler:{PLACE}:schedule/moffman/maintain"
ROLES = [f"iam::123456789012:role/moffman-{role}-1ABC" for role in ("ApiRole", "SchedulerRole", "SweeperRole")]
# What CloudFormation does to make and to delete each kind of resource, and on what; the kinds' own schemas say it.
DONE = {
    "ApiGateway::ApiKey": {KEYS: "apigateway:POST apigateway:DELETE"},
    "ApiGateway::Deployment": {f"{API}/deployments/2": "apigateway:POST apigateway:DELETE"},
    "ApiGateway::RestApi": {API: "apigateway:POST apigateway:PUT apigateway:UpdateRestApiPolicy apigateway:DELETE"},
    "ApiGateway::Stage": {f"{API}/stages/prod": "apigateway:POST apigateway:PATCH apigateway:DELETE"},
    "ApiGateway::UsagePlan": {PLANS: "apigateway:POST apigateway:PATCH apigateway:DELETE"},
    "ApiGateway::UsagePlanKey": {f"{PLANS}/keys/2": "apigateway:POST apigateway:DELETE"},
    "CloudWatch::Alarm": {
        f"cloudwatch:{PLACE}:alarm:moffman-no-sweep": "cloudwatch:PutMetricAlarm cloudwatch:DescribeAlarms cloudwatch:DeleteAlarms",
    },
    "CloudWatch::Dashboard": {
        "cloudwatch::123456789012:dashboard/moffman": "cloudwatch:PutDashboard cloudwatch:GetDashboard cloudwatch:DeleteDashboards",
    },
    "DynamoDB::Table": {
        f"dynamodb:{PLACE}:table/moffman-Table-1ABC": "dynamodb:CreateTable dynamodb:DescribeTable dynamodb:UpdateTimeToLive "
        "dynamodb:UpdateContinuousBackups dynamodb:TagResource dynamodb:DeleteTable",
    },
    "IAM::Policy": dict.fromkeys(ROLES, "iam:PutRolePolicy iam:GetRolePolicy iam:DeleteRolePolicy"),
    "IAM::Role": dict.fromkeys(
        ROLES,
        "iam:CreateRole iam:PutRolePolicy iam:GetRole iam:TagRole iam:DeleteRole iam:DeleteRolePolicy iam:ListAttachedRolePolicies "
        "iam:ListRolePolicies",
    ),
    "Lambda::Alias": {FUNCTION: "lambda:CreateAlias lambda:UpdateAlias lambda:GetAlias lambda:DeleteAlias"},
    "Lambda::EventInvokeConfig": {FUNCTION: "lambda:PutFunctionEventInvokeConfig lambda:DeleteFunctionEventInvokeConfig"},
    "Lambda::Function": {
        FUNCTION: "lambda:CreateFunction lambda:GetFunction lambda:PutFunctionConcurrency lambda:DeleteFunction",
        f"{LAYER}:1": "lambda:GetLayerVersion",
        f"ec2:{PLACE}:*": "ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs",
        **dict.fromkeys(ROLES, "iam:PassRole"),
    },
    "Lambda::LayerVersion": {
        LAYER: "lambda:PublishLayerVersion",
        f"{LAYER}:1": "lambda:GetLayerVersion lambda:DeleteLayerVersion",
    },
    "Lambda::Permission": {FUNCTION: "lambda:AddPermission lambda:RemovePermission"},
    "Lambda::Version": {FUNCTION: "lambda:PublishVersion", f"{FUNCTION}:1": "lambda:DeleteFunction"},
    "Logs::LogGroup": dict.fromkeys(LOGS, "logs:CreateLogGroup logs:DescribeLogGroups logs:PutRetentionPolicy logs:DeleteLogGroup"),
    "SNS::Subscription": {f"sns:{PLACE}:moffman-alarms": "sns:Subscribe sns:Unsubscribe"},
    "SNS::Topic": {f"sns:{PLACE}:moffman-alarms": "sns:CreateTopic sns:DeleteTopic"},
    "SQS::Queue": {f"sqs:{PLACE}:moffman-dead-letters": "sqs:CreateQueue sqs:DeleteQueue"},
    "Scheduler::Schedule": {SCHEDULE: "scheduler:CreateSchedule scheduler:GetSchedule scheduler:UpdateSchedule scheduler:DeleteSchedule"},
    "Scheduler::ScheduleGroup": {
        GROUP: "scheduler:CreateScheduleGroup scheduler:GetScheduleGroup scheduler:DeleteScheduleGroup",
        SCHEDULE: "scheduler:DeleteSchedule",
    },
}


def listed(one_or_more):
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def pattern(resource):
    """A resource of the role as it is in one account, with its wildcards."""
    return re.sub(r"\$\{([A-Za-z:]+)\}", lambda name: NAMES[name[1]], resource["Fn::Sub"] if isinstance(resource, dict) else resource)


class DeployRole(unittest.TestCase):
    def setUp(self):
        self.template = yaml_parse((ROOT / "infra/deploy/role.yaml").read_text())
        self.role = with_every_condition(self.template["Resources"]["Deployer"]["Properties"])
        self.statements = self.role["Policies"][0]["PolicyDocument"]["Statement"]

    def allows(self, action, resource):
        return any(
            any(fnmatchcase(action, allowed) for allowed in listed(statement["Action"]))
            and any(fnmatchcase(f"arn:aws:{resource}", pattern(allowed)) for allowed in listed(statement["Resource"]))
            for statement in self.statements
        )

    def test_it_may_make_and_delete_what_the_stack_has(self):
        # The account's role for logs is made once, by somebody with more rights.
        resources = [resource for resource in expanded(source())["Resources"].values()
                     if resource.get("Condition") != "MakesAccountRole"]
        kinds = {resource["Type"].removeprefix("AWS::") for resource in resources}
        self.assertEqual(kinds, set(DONE))
        for kind, done in DONE.items():
            for resource, actions in done.items():
                for action in actions.split():
                    self.assertTrue(self.allows(action, resource), f"{kind}: {action} on {resource}")

    def test_it_makes_another_table_ready_and_does_not_delete_it(self):
        other = f"dynamodb:{PLACE}:table/restored"
        for action in ("DescribeTable", "DescribeTimeToLive", "UpdateTimeToLive", "DescribeContinuousBackups", "UpdateContinuousBackups"):
            self.assertTrue(self.allows(f"dynamodb:{action}", other), action)
        self.assertFalse(self.allows("dynamodb:DeleteTable", other))
        self.assertFalse(self.allows("dynamodb:DescribeTable", f"dynamodb:{PLACE}:table/payroll"))

    def test_it_does_nothing_to_other_stacks(self):
        self.assertTrue(self.allows("cloudformation:ExecuteChangeSet", f"cloudformation:{PLACE}:stack/moffman/1"))
        for stack in ("moffman-staging", "payroll", "aws-sam-cli-managed-default"):
            self.assertFalse(self.allows("cloudformation:CreateChangeSet", f"cloudformation:{PLACE}:stack/{stack}/1"), stack)
        self.assertTrue(self.allows("cloudformation:DescribeStacks", f"cloudformation:{PLACE}:stack/aws-sam-cli-managed-default/1"))

    def test_it_reads_no_secret_and_makes_no_role_without_the_boundary(self):
        for statement in self.statements:
            for action in listed(statement["Action"]):
                self.assertNotRegex(action, r"^(ssm:(Get|\*)|kms:|dynamodb:(\*|BatchGet|Get(Item|Records)|PartiQL|Query|Scan)|\*)")
                if action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
                    self.assertEqual(statement["Condition"], {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}})

    def test_it_may_change_everything_only_where_the_stack_is_named(self):
        for statement in self.statements:
            if any(action.endswith(":*") for action in listed(statement["Action"])):
                for resource in statement["Resource"]:
                    self.assertRegex(json.dumps(resource), r"\$\{Stack\}|transform/Serverless")

    def test_only_workflows_of_one_repository_get_it(self):
        (trust,) = self.role["AssumeRolePolicyDocument"]["Statement"]
        subject = trust["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        self.assertEqual((list(trust["Condition"]), subject), (["StringEquals"], {"Ref": "Repository"}))
        allowed = self.template["Parameters"]["Repository"]["AllowedPattern"]
        for good in ("repo:owner/name:environment:production", "repo:owner@1/name@2:environment:production",
                     "repo:owner/my.name:ref:refs/heads/main", "repo:owner/name:ref:refs/tags/v0.1"):
            self.assertRegex(good, allowed)
        for bad in ("", "*", "repo:*", "repo:owner/*", "repo:owner/name", "repo:owner/name:", "repo:owner/name:*", "owner/name:x",
                    "repo:owner/name:ref:refs/heads/*", "repo:owner:environment:production", "repo:owner/name:environment:a b",
                    "xrepo:owner/name:environment:production", "repo:owner/name:environment:production?"):
            self.assertNotRegex(bad, allowed)


if __name__ == "__main__":
    unittest.main()
