"""Which stack is meant, where it is, and with which parameters: a section of samconfig.toml for each environment."""

import re
import shlex
import sys
from functools import cached_property
from pathlib import Path

import boto3
import tomlkit
from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
# What the settings of one environment say about it alone.
OWN = ("parameter_overrides", "region", "profile")


class Environment:
    """An environment; the one without a name has the section `default`."""

    def __init__(self, name="", samconfig=ROOT / "samconfig.toml"):
        if not re.fullmatch(r"[A-Za-z0-9-]*", name):
            sys.exit(f"ENV={name}: the name of an environment has letters, digits and hyphens only")
        if name == "default":
            sys.exit("ENV=default: that is the section of the environment without a name; leave ENV out, or choose another name")
        self._file, self._document = samconfig, tomlkit.parse(samconfig.read_text())
        self.name, self._section = name, name or "default"
        if name and name not in self._document:
            self._document[name] = self._new()
        self.saved = self._settings(self._section)
        self.stack = self.saved["stack_name"]
        self.parameters = pairs(self.saved.get("parameter_overrides", ""))

    def _settings(self, section):
        """What a section says of all commands of sam and of deploying."""
        commands = self._document.unwrap().get(section, {})
        if not isinstance(commands, dict):
            sys.exit(f"ENV={section}: samconfig.toml has this word for something else; choose another name")
        of_all, of_deploy = (commands.get(command, {}).get("parameters", {}) for command in ("global", "deploy"))
        settings = {**of_all, **of_deploy}
        if "stack_name" not in settings:
            sys.exit(f"samconfig.toml: there is no stack_name under [{section}.global.parameters]")
        return settings

    def _new(self):
        """The settings of a new environment: those of the first, with names of its own for all that could meet."""
        first = self._settings("default")
        stack = f"{first.pop('stack_name')}-{self.name}"
        deploy = {key: value for key, value in first.items() if key not in OWN}
        tags = f"{deploy.get('tags', '')} environment={self.name}".strip()
        deploy |= {"s3_prefix": stack, "tags": tags}
        return {"global": {"parameters": {"stack_name": stack}}, "deploy": {"parameters": deploy}}

    @property
    def is_configured(self):
        """Whether somebody has chosen the parameters."""
        return "parameter_overrides" in self.saved

    @cached_property
    def session(self):
        """The account and region that were chosen, or those of the shell."""
        session = boto3.Session(profile_name=self.saved.get("profile"), region_name=self.saved.get("region"))
        return session if session.region_name else sys.exit("no AWS region: set AWS_DEFAULT_REGION, or it in your profile")

    @cached_property
    def definitions(self):
        """The parameters of the template."""
        return yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]

    def parameter(self, name):
        """The value that the template's parameter has, or would have."""
        return self.parameters.get(name, str(self.definitions[name]["Default"]))

    def proposals(self):
        """What differs from the template's defaults, so that no environment takes the key of another."""
        return {"ServiceAccountKeyParameter": f"/{self.stack}/service-account-key"}

    def save(self, parameters):
        """Keeps the parameters, and the region for which they were chosen."""
        self.parameters = parameters
        overrides = " ".join(f'{name}="{value}"' for name, value in parameters.items())
        chosen = {"region": self.session.region_name, "parameter_overrides": overrides}
        self.saved |= chosen
        self._document[self._section].setdefault("deploy", {}).setdefault("parameters", {}).update(chosen)
        self._file.write_text(tomlkit.dumps(self._document))


def pairs(overrides):
    """The parameters that sam is told, in either of the ways in which samconfig.toml may have them."""
    overrides = shlex.split(overrides) if isinstance(overrides, str) else overrides
    return dict(item.split("=", 1) for item in overrides)
