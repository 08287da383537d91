"""What CloudFormation knows of an environment's stack."""

import sys

from botocore.exceptions import ClientError


class Deployment:
    """The stack as it is deployed, or is not."""

    def __init__(self, environment):
        self._environment = environment

    def stack(self):
        """The stack; None while there is none."""
        client = self._environment.session.client("cloudformation")
        try:
            [stack] = client.describe_stacks(StackName=self._environment.stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return stack

    def status(self):
        """How the last change of it ended; empty while there is no stack."""
        stack = self.stack()
        return stack["StackStatus"] if stack else ""

    def output(self, name):
        """An output of the stack."""
        stack = self.stack()
        if stack is None:
            place = self._environment.session.region_name
            sys.exit(f"there is no stack {self._environment.stack} in {place}: `make deploy` makes it")
        outputs = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
        told = f"has no {name} ({stack['StackStatus']}): `make deploy` says what to do"
        return outputs.get(name) or sys.exit(f"the stack {self._environment.stack} {told}")

    def resources(self):
        """The names of what was made, by their names in the template."""
        if not self.stack():
            return {}
        paginator = self._environment.session.client("cloudformation").get_paginator("list_stack_resources")
        pages = paginator.paginate(StackName=self._environment.stack)
        resources = (resource for page in pages for resource in page["StackResourceSummaries"])
        return {resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in resources}
