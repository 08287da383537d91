"""What is left in sam's bucket when a stack is gone: code, and configurations with names, addresses and perhaps passwords."""

from botocore.exceptions import ClientError

# The stack with which sam keeps its bucket.
SAM = "aws-sam-cli-managed-default"
# How many S3 deletes at once.
AT_ONCE = 1000


def bucket(session):
    """The bucket into which sam puts packages in this region; None if it has none."""
    try:
        [stack] = session.client("cloudformation").describe_stacks(StackName=SAM)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return next((item["OutputValue"] for item in stack["Outputs"] if item["OutputKey"] == "SourceBucket"), None)


def offer_to_remove(session, prefix, ask=None):
    """Removes all versions of the stack's packages, which sam's bucket keeps, if somebody says so."""
    name = bucket(session)
    if name is None:
        return
    client = session.client("s3")
    pages = client.get_paginator("list_object_versions").paginate(Bucket=name, Prefix=f"{prefix}/")
    kinds = ("Versions", "DeleteMarkers")
    left = [{"Key": item["Key"], "VersionId": item["VersionId"]} for page in pages for kind in kinds for item in page.get(kind, [])]
    if not left:
        return
    print(f"{len(left)} objects under {prefix}/ are left in the bucket {name}, also the configurations that were deployed")
    if not ask or ask("remove them? [y/N]: ").strip().lower() not in ("y", "yes"):
        return
    for first in range(0, len(left), AT_ONCE):
        answer = client.delete_objects(Bucket=name, Delete={"Objects": left[first : first + AT_ONCE], "Quiet": True})
        for failure in answer.get("Errors", []):
            print(f"{failure['Key']} was not removed: {failure['Code']}")
