"""Gives what was built a name of its own, so that the alias `live` moves to whatever has changed in it.

SAM by itself publishes a version of a function only for other code: not for another layer, and not for another value of a
parameter. With `AutoPublishCodeSha256` it publishes one whenever this text changes, of which it takes ten characters, and
writes it into the function's description, so that Lambda finds something to publish.
"""

import hashlib
import json
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_dump, yaml_parse

FUNCTION = "AWS::Serverless::Function"


def stamp(build: Path, parameters: dict[str, str]) -> str:
    """Writes the digest of code, layer, template and parameters into the built template, and answers it."""
    file = build / "template.yaml"
    template = yaml_parse(file.read_text())
    functions = [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == FUNCTION]
    for function in functions:
        function.pop("AutoPublishCodeSha256", None)
    digest = digest_of(build, template, parameters)
    for function in functions:
        function["AutoPublishCodeSha256"] = digest
    file.write_text(yaml_dump(template))
    return digest


def digest_of(build: Path, template: dict, parameters: dict[str, str]) -> str:
    """SHA-256 of all that a deployment may change in a function."""
    digest = hashlib.sha256(json.dumps([template, parameters], sort_keys=True, default=str).encode())
    files = (file for folder in sorted(build.iterdir()) if folder.is_dir() for file in sorted(folder.rglob("*")))
    for file in files:
        if file.is_file():
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(build)} {content}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    print(stamp(Path(sys.argv[1]), dict(item.split("=", 1) for item in sys.argv[2:])))
