"""What the expanded template is with other parameters than `make check-template` tries."""

import json
import re
import sys
import unittest
from pathlib import Path

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

    def test_what_needs_no_key_has_a_limit_of_its_own(self):
        resources = expanded(source())["Resources"]
        settings = resources["ApiprodStage"]["Properties"]["MethodSettings"]
        limited = {(setting["ResourcePath"], setting["HttpMethod"]) for setting in settings
                   if all(isinstance(setting[limit], int) for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"))}
        # Only the root is written as it is.
        open_to_all = {("/" if path == "/" else "/" + path.replace("/", "~1"), method.upper())
                       for path, methods in resources["Api"]["Properties"]["Body"]["paths"].items()
                       for method, said in methods.items() if not any("api_key" in one for one in said.get("security", []))}
        self.assertLessEqual({("/~1api~1v1~1health", "GET"), ("/~1api~1v1~1openapi.json", "GET")}, open_to_all)
        self.assertEqual(limited, open_to_all)


if __name__ == "__main__":
    unittest.main()
