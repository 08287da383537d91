"""What makes SAM publish another version of a function, tried on the expanded template."""

import sys
import tempfile
import unittest
from pathlib import Path

from samcli.yamlhelper import yaml_dump, yaml_parse

from release import stamp

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "infra" / "template"))
from expand import expanded, source  # noqa: E402


def versions(template):
    """The versions that would be published, and the functions' descriptions."""
    resources = expanded(template)["Resources"]
    names = sorted(name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Version")
    return names, [resources[name]["Properties"]["Description"] for name in ("ApiFunction", "SweeperFunction")]


class Published(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)
        self.template = source()
        (self.build / "template.yaml").write_text(yaml_dump(self.template))
        for folder, file in (("ApiFunction", "bootstrap"), ("SweeperFunction", "bootstrap"), ("Configuration", "moffman.yaml")):
            (self.build / folder).mkdir()
            (self.build / folder / file).write_text("one")

    def stamped(self, **parameters):
        digest = stamp(self.build, parameters)
        return digest, yaml_parse((self.build / "template.yaml").read_text())

    def test_the_alias_moves_to_what_was_handed_over(self):
        digest, template = self.stamped()
        names, descriptions = versions(template)
        self.assertEqual([name[-10:] for name in names], [digest[:10]] * 2)
        for description in descriptions:
            self.assertTrue(description.endswith(f" {digest}"), description)
            self.assertLessEqual(len(description), 256)

    def test_a_deployment_that_failed_can_be_repeated(self):
        resources = expanded(self.stamped()[1])["Resources"].values()
        # Lambda publishes nothing that is like the last version, so that of the failed deployment must not stay.
        policies = [resource["DeletionPolicy"] for resource in resources if resource["Type"] == "AWS::Lambda::Version"]
        self.assertEqual(policies, ["Delete", "Delete"])

    def test_the_same_is_the_same_however_often_it_is_stamped(self):
        first, template = self.stamped(ApiMemory="256")
        self.assertEqual(self.stamped(ApiMemory="256"), (first, template))

    def test_code_layer_parameters_and_template_are_published(self):
        known = {self.stamped()[0], self.stamped(ApiMemory="512")[0]}
        for changed in ("ApiFunction/bootstrap", "SweeperFunction/bootstrap", "Configuration/moffman.yaml"):
            (self.build / changed).write_text("two")
            known.add(self.stamped()[0])
        self.template["Globals"]["Function"]["Environment"]["Variables"]["MOFFMAN_OTHER"] = "1"
        (self.build / "template.yaml").write_text(yaml_dump(self.template))
        known.add(self.stamped()[0])
        self.assertEqual(len(known), 6)

    def test_a_change_of_a_reservation_or_of_tags_deploys(self):
        before = versions(self.stamped(ApiConcurrency="0")[1])
        after = versions(self.stamped(ApiConcurrency="5")[1])
        for published, described in zip(*after, strict=True):
            # Lambda publishes only what differs from the last version.
            self.assertNotIn(published, before[0])
            self.assertNotIn(described, before[1])
        # Tags are no parameter, and no part of a version: nothing is published.
        _, template = self.stamped(ApiConcurrency="5")
        template["Globals"]["Function"]["Tags"] = {"team": "attendance"}
        self.assertEqual(versions(template), after)

    def test_sam_alone_publishes_nothing_for_what_lambda_does_not_version(self):
        before = versions(self.template)
        self.template["Globals"]["Function"]["Tags"] = {"team": "attendance"}
        self.template["Resources"]["ApiFunction"]["Properties"]["ReservedConcurrentExecutions"] = 7
        self.template["Resources"]["ApiFunction"]["Properties"]["Timeout"] = 20
        self.assertEqual(versions(self.template), before)
        for resource in self.template["Resources"].values():
            self.assertNotIn("AutoPublishAliasAllProperties", resource.get("Properties", {}))
        self.assertNotIn("AutoPublishAliasAllProperties", self.template["Globals"]["Function"])


if __name__ == "__main__":
    unittest.main()
