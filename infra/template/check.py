"""Checks the expanded template: cfn-lint, our own rules, and that each rule notices a breach of it."""

import json
import re
import subprocess
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse

from expand import ROOT, expanded, source, with_every_condition

HERE = Path(__file__).resolve().parent
RULES = HERE / "rules.guard"
MADE = ROOT / "target" / "template"
TOOLS = Path(sys.executable).parent


def main():
    MADE.mkdir(parents=True, exist_ok=True)
    template = expanded(source())
    lint(write("expanded", template))
    lint(ROOT / "infra" / "deploy" / "role.yaml")
    stack = with_every_condition(template)
    failed = broken_rules(write("stack", stack))
    if failed:
        sys.exit(f"template.yaml breaks these rules of {RULES.relative_to(ROOT)}: {', '.join(sorted(failed))}")
    breaches = yaml_parse((HERE / "breaches.yaml").read_text())
    rules = set(re.findall(r"^rule (\w+)", RULES.read_text(), re.MULTILINE))
    if rules != set(breaches):
        sys.exit(f"rules without a breach, or breaches without a rule: {rules ^ set(breaches)}")
    for rule, changes in breaches.items():
        for change in changes:
            if not set(change) <= set(stack["Resources"]):
                sys.exit(f"the breach of {rule} changes what is not there: {', '.join(change)}")
            if rule not in broken_rules(write(rule, {**stack, "Resources": merged(stack["Resources"], change)})):
                sys.exit(f"the rule {rule} does not notice its breach in {', '.join(change)}")
    print(f"{len(stack['Resources'])} resources keep {len(rules)} rules, and each rule notices its breach")


def write(name, template):
    file = MADE / f"{name}.json"
    file.write_text(json.dumps(template, indent=1))
    return file


def lint(file):
    # As the template says; and the transform puts the values of parameters in the place of their names.
    command = [TOOLS / "cfn-lint", "--ignore-checks", "W1033", "W2001", "--template", file]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"cfn-lint finds mistakes in {file.relative_to(ROOT)}")


def broken_rules(file):
    """The names of the rules that the template in this file does not keep."""
    command = [TOOLS / "cfn-guard", "validate", "--rules", RULES, "--data", file]
    command += ["--structured", "--output-format", "json", "--show-summary", "none"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        [report] = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"cfn-guard: {done.stdout}{done.stderr}")
    # Rules that find nothing to look at have not been kept either.
    broken = [rule["Rule"]["name"] for rule in report["not_compliant"]]
    return set(broken) | set(report["not_applicable"])


def merged(node, change):
    """JSON merge patch, RFC 7396."""
    if not isinstance(change, dict):
        return change
    result = dict(node) if isinstance(node, dict) else {}
    for name, member in change.items():
        if member is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), member)
    return result


main()
