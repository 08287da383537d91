"""Expands template.yaml to the CloudFormation that AWS makes of it, without asking AWS."""

import copy
import json
import logging
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parents[2]
# Where `sam deploy` would put what `sam build` made.
UPLOADED = "s3://bucket/key"

logging.getLogger("samtranslator").setLevel(logging.ERROR)


class NoManagedPolicies:
    """The template names none by a short name, so AWS need not be asked for their list."""

    def load(self):
        return {}


def source():
    """The template as it is written."""
    return yaml_parse((ROOT / "template.yaml").read_text())


def expanded(template):
    """A template after the SAM transform, as JSON has it."""
    template = copy.deepcopy(template)
    template["Globals"]["Function"]["CodeUri"] = UPLOADED
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = UPLOADED
    return json.loads(json.dumps(transform(template, {}, NoManagedPolicies())))


def with_every_condition(node):
    """The same with all conditions true: what the stack is with everything switched on."""
    if isinstance(node, list):
        return [with_every_condition(item) for item in node]
    if not isinstance(node, dict):
        return copy.copy(node)
    if set(node) == {"Fn::If"}:
        return with_every_condition(node["Fn::If"][1])
    return {name: with_every_condition(member) for name, member in node.items()}
