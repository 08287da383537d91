"""Asks for the template's parameters where there is somebody to answer."""

import re
import sys


def answers(definitions, proposals, ask=None):
    """A value for each parameter: what is proposed, or the template's default, unless somebody says otherwise."""
    chosen = {}
    for name, definition in definitions.items():
        proposal = str(proposals.get(name, definition["Default"]))
        chosen[name] = answer(name, definition, proposal, ask) if ask else proposal
        problem = mistake(definition, chosen[name])
        if problem:
            sys.exit(f"{name}={chosen[name]}: {problem}")
    return chosen


def answer(name, definition, proposal, ask):
    """What somebody says; Enter takes the proposal."""
    print(f"\n{definition['Description'].strip()}")
    allowed = f" ({', '.join(map(str, definition['AllowedValues']))})" if "AllowedValues" in definition else ""
    while True:
        said = ask(f"{name}{allowed} [{proposal}]: ").strip() or proposal
        problem = mistake(definition, said)
        if not problem:
            return said
        print(f"  {problem}")


def mistake(definition, said):
    """Why this is no value of the parameter; None if it is one."""
    if '"' in said:
        return "must not contain quotation marks"
    if "AllowedValues" in definition and said not in map(str, definition["AllowedValues"]):
        return f"must be one of {', '.join(map(str, definition['AllowedValues']))}"
    if definition["Type"] == "Number":
        least, most = definition.get("MinValue", 0), definition.get("MaxValue", sys.maxsize)
        if not said.isdecimal() or not least <= int(said) <= most:
            return f"must be a whole number from {least}" + (f" to {most}" if "MaxValue" in definition else "")
    if "AllowedPattern" in definition and not re.search(definition["AllowedPattern"], said):
        return definition["ConstraintDescription"]
    return None
