"""How environments are told apart, and what is asked for a new one."""

import io
import unittest
from unittest import mock

import tomlkit

from answers import answers
from simulated import SAMCONFIG, Account, environment_of, samconfig


class Environments(unittest.TestCase):
    def setUp(self):
        self.samconfig = samconfig(self)

    def environment(self, name=""):
        return environment_of(Account(), self.samconfig, name)

    def refusal(self, name, text=SAMCONFIG):
        with self.assertRaises(SystemExit) as ended:
            environment_of(Account(), samconfig(self, text), name)
        return str(ended.exception)

    def test_the_first_one(self):
        first = self.environment()
        self.assertEqual((first.stack, first.is_configured), ("moffman", False))
        self.assertEqual(first.proposals(), {"ServiceAccountKeyParameter": "/moffman/service-account-key"})

    def test_another_one_shares_no_name(self):
        staging = self.environment("staging")
        staging.save({"Arch": "arm64", "AllowedSources": "0.0.0.0/0,::/0", "AlarmEmail": ""})
        self.assertEqual(staging.stack, "moffman-staging")
        self.assertEqual(staging.proposals(), {"ServiceAccountKeyParameter": "/moffman-staging/service-account-key"})
        saved = tomlkit.parse(self.samconfig.read_text()).unwrap()
        deploy = saved["staging"]["deploy"]["parameters"]
        self.assertEqual(saved["staging"]["global"]["parameters"], {"stack_name": "moffman-staging"})
        self.assertEqual((deploy["s3_prefix"], deploy["region"]), ("moffman-staging", "eu-central-1"))
        self.assertEqual(deploy["tags"], "application=moffman environment=staging")
        self.assertEqual(deploy["capabilities"], "CAPABILITY_IAM")
        self.assertNotIn("parameter_overrides", saved["default"]["deploy"]["parameters"])
        again = self.environment("staging")
        self.assertEqual(again.parameters, {"Arch": "arm64", "AllowedSources": "0.0.0.0/0,::/0", "AlarmEmail": ""})
        self.assertTrue(again.is_configured)
        self.assertIn("# What `sam` is told", self.samconfig.read_text())

    def test_looking_at_an_environment_makes_none(self):
        before = self.samconfig.read_text()
        self.environment("staging").parameter("Arch")
        self.assertEqual(self.samconfig.read_text(), before)

    def test_a_name_that_would_be_none(self):
        self.assertIn("letters, digits and hyphens only", self.refusal("../staging"))
        self.assertIn("has this word for something else", self.refusal("version"))
        self.assertIn("leave ENV out", self.refusal("default"))

    def test_a_section_that_somebody_wrote(self):
        own = SAMCONFIG + '[staging.deploy.parameters]\nstack_name = "attendance"\n'
        self.samconfig.write_text(own)
        self.assertEqual(self.environment("staging").stack, "attendance")
        self.samconfig.write_text(SAMCONFIG + '[staging.global.parameters]\nstack_name = "attendance"\n')
        self.environment("staging").save({"Arch": "arm64"})
        self.assertEqual(self.environment("staging").parameters, {"Arch": "arm64"})
        nameless = SAMCONFIG + "[staging.deploy.parameters]\nresolve_s3 = true\n"
        self.assertIn("no stack_name under [staging.global.parameters]", self.refusal("staging", nameless))
        for name in ("", "staging"):
            self.assertIn("no stack_name under [default.global.parameters]", self.refusal(name, "version = 0.1\n"))


class Answers(unittest.TestCase):
    def setUp(self):
        self.definitions = environment_of(Account(), samconfig(self)).definitions

    def asked(self, *said):
        """The answers to all questions, of which the first are these and all others Enter."""
        said = list(said)
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            chosen = answers(self.definitions, {"Arch": "x86_64"}, lambda _: said.pop(0) if said else "")
        return chosen, out.getvalue()

    def test_enter_takes_what_is_proposed(self):
        chosen, _ = self.asked()
        self.assertEqual((chosen["Arch"], chosen["AccessLogs"], chosen["ApiMemory"]), ("x86_64", "none", "256"))

    def test_nobody_is_asked_where_nobody_answers(self):
        self.assertEqual(answers(self.definitions, {"Arch": "x86_64"}), self.asked()[0])

    def test_a_mistake_is_asked_again(self):
        chosen, told = self.asked("no slash", '/a"b', "/other/key")
        self.assertEqual(chosen["ServiceAccountKeyParameter"], "/other/key")
        self.assertIn("must be the name of an SSM parameter that begins with a slash", told)
        self.assertIn("must not contain quotation marks", told)

    def test_numbers_and_lists_have_their_limits(self):
        for name, said in (("ApiMemory", "127"), ("ApiMemory", "much"), ("ApiTimeout", "29"), ("Arch", "mips")):
            with self.assertRaises(SystemExit) as ended:
                answers({name: self.definitions[name]}, {name: said})
            self.assertIn(f"{name}={said}: must be ", str(ended.exception))


if __name__ == "__main__":
    unittest.main()
