"""Makes a table of an earlier stack, or a restored one, what the table of a new stack would be."""

import sys

import boto3

EXPIRY = "expires_at"


def prepare_table(client, name):
    """Turns its time to live and its point-in-time recovery on, which a restored table lacks."""
    try:
        table = client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        sys.exit(f"ExistingTable: there is no table {name} in this region")
    keys = [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]]
    if keys != [("pk", "HASH"), ("sk", "RANGE")]:
        sys.exit(f"ExistingTable: the table {name} is not one of Moffman")
    if table["TableStatus"] != "ACTIVE":
        sys.exit(f"ExistingTable: the table {name} is {table['TableStatus']}: wait until it is ACTIVE")
    let_expire(client, name)
    keep_points(client, name)


def let_expire(client, name):
    """A table that does not forget keeps names and forms for ever."""
    present = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    status, attribute = present["TimeToLiveStatus"], present.get("AttributeName", EXPIRY)
    if status == "DISABLING":
        sys.exit(f"ExistingTable: time to live of {name} is being turned off: deploy again when that is done, within an hour")
    if status != "DISABLED" and attribute != EXPIRY:
        sys.exit(f"ExistingTable: time to live of {name} goes by {attribute}, not by {EXPIRY}: turn it off, then deploy again")
    if status == "ENABLING":
        print(f"time to live of {name}: is being turned on")
    if status != "DISABLED":
        return
    specification = {"AttributeName": EXPIRY, "Enabled": True}
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
    print(f"time to live of {name}: turned on")


def keep_points(client, name):
    """It can be restored again."""
    present = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if present.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
        return
    specification = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=specification)
    print(f"point-in-time recovery of {name}: turned on")


if __name__ == "__main__":
    prepare_table(boto3.client("dynamodb"), sys.argv[1])
