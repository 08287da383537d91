"""What the expanded template is with other parameters than `make check-template` tries."""

import json
import re
import sys
import unittest
from pathlib import Path

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "infra" / "template"))
from expand import expanded, source  # noqa: E402


def without(condition, node):
    """What the template is where this condition is not met."""
    if isinstance(node, list):
        return [without(condition, item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("Fn::If", [None])[0] == condition:
        return without(condition, node["Fn::If"][2])
    return {name: without(condition, member) for name, member in node.items()}


class Parameters(unittest.TestCase):
    def test_the_defaults_suit_every_account(self):
        parameters = source()["Parameters"]
        needed = {name: parameters[name]["Default"] for name in ("AccessLogs", "ApiConcurrency", "SweeperConcurrency")}
        self.assertEqual(needed, {"AccessLogs": "none", "ApiConcurrency": 0, "SweeperConcurrency": 0})

    def test_everything_follows_another_table(self):
        template = without("MakesTable", expanded(source()))
        resources = template["Resources"]
        self.assertEqual(resources.pop("Table")["Condition"], "MakesTable")
        text = json.dumps(template)
        self.assertNotIn('{"Ref": "Table"}', text)
        self.assertNotIn('{"Fn::GetAtt": ["Table"', text)
        other = json.dumps({"Ref": "ExistingTable"})
        following = [resources[name] for name in ("ApiFunction", "SweeperFunction", "ApiRole", "SweeperRole")]
        following += [resource for resource in resources.values() if "Metrics" in resource.get("Properties", {})]
        for resource in [*following, template["Outputs"]["Table"]]:
            self.assertIn(other, json.dumps(resource))
        self.assertGreater(len(following), 10)

    def test_the_dashboard_shows_what_there_is(self):
        template = expanded(source())
        dashboard = template["Resources"]["Dashboard"]
        self.assertEqual(dashboard["Condition"], "HasDashboard")
        text, names = dashboard["Properties"]["DashboardBody"]["Fn::Sub"]
        self.assertEqual(names["Stage"], {"Ref": "ApiprodStage"})
        self.assertEqual(names["Name"]["Fn::If"][0], "MakesTable")
        widgets = [widget["properties"] for widget in json.loads(text)["widgets"]]
        shown = {(metric[0], metric[1]) for widget in widgets for metric in widget.get("metrics", [])}
        queries = [widget["query"] for widget in widgets if "query" in widget]
        # What this stack prints and nobody watches would be a mistake of the name.
        watched = {metric["MetricStat"]["Metric"]["MetricName"] for alarm in template["Resources"].values()
                   for metric in alarm.get("Properties", {}).get("Metrics", []) if "MetricStat" in metric}
        self.assertLessEqual({name for space, name in shown if space == "Moffman"}, watched)
        telling = (ROOT / "shared/src/sweep/telling.rs").read_text()
        fields = {field for query in queries for field in re.findall(r"(?:sum|max)\(([a-z._]+)\)", query)}
        self.assertGreater(len(fields), 5)
        for field in fields:
            self.assertIn(f"        {field} = ", telling)


class DeployRole(unittest.TestCase):
    def setUp(self):
        role = yaml_parse((ROOT / "infra/deploy/role.yaml").read_text())["Resources"]["Deployer"]["Properties"]
        self.statements = role["Policies"][0]["PolicyDocument"]["Statement"]

    def actions(self, statement):
        return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]

    def test_it_may_make_what_the_stack_has(self):
        services = {resource["Type"].split("::")[1].lower() for resource in expanded(source())["Resources"].values()}
        allowed = {action.split(":")[0] for statement in self.statements for action in self.actions(statement)}
        self.assertLessEqual(services, allowed)

    def test_it_reads_no_secret_and_makes_no_role_without_the_boundary(self):
        for statement in self.statements:
            for action in self.actions(statement):
                self.assertNotRegex(action, r"^(ssm:(Get|\*)|kms:|dynamodb:(\*|BatchGet|Get(Item|Records)|PartiQL|Query|Scan)|\*)")
                if action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
                    self.assertEqual(statement["Condition"], {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}})

    def test_it_may_change_everything_only_where_the_stack_is_named(self):
        for statement in self.statements:
            if any(action.endswith(":*") for action in self.actions(statement)):
                for resource in statement["Resource"]:
                    self.assertRegex(json.dumps(resource), r"\$\{Stack\}|transform/Serverless")


if __name__ == "__main__":
    unittest.main()
