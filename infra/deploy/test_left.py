"""What is done with what an earlier stack has left: its table, and its packages."""

import io
import unittest
from types import SimpleNamespace
from unittest import mock

from packages import SAM, offer_to_remove
from simulated import Account, refused
from table import prepare_table

OBJECTS = [{"Key": f"{prefix}/{name}", "VersionId": "1"} for prefix in ("moffman", "moffman-staging") for name in "ab"]


class Table:
    """A DynamoDB client that knows one table."""

    def __init__(self, ttl="DISABLED", recovery="DISABLED", status="ACTIVE", key="pk", attribute="expires_at"):
        self._recovery, self._status, self._key = recovery, status, key
        named = {} if ttl == "DISABLED" else {"AttributeName": attribute}
        self._ttl = {"TimeToLiveStatus": ttl, **named}
        self.changed = []
        self.exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)

    def describe_table(self, TableName):
        {"moffman-Table": 1}[TableName]
        keys = [{"AttributeName": self._key, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
        return {"Table": {"KeySchema": keys, "TableStatus": self._status}}

    def describe_time_to_live(self, **_):
        return {"TimeToLiveDescription": self._ttl}

    def describe_continuous_backups(self, **_):
        recovery = {"PointInTimeRecoveryStatus": self._recovery}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}}

    def update_time_to_live(self, **change):
        self.changed.append(change["TimeToLiveSpecification"])

    def update_continuous_backups(self, **change):
        self.changed.append(change["PointInTimeRecoverySpecification"])


class Left(unittest.TestCase):
    def prepare(self, table, name="moffman-Table"):
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            prepare_table(table, name)
        self.told = out.getvalue()
        return table.changed

    def test_a_restored_table_forgets_and_can_be_restored(self):
        expected = [{"AttributeName": "expires_at", "Enabled": True}, {"PointInTimeRecoveryEnabled": True}]
        self.assertEqual(self.prepare(Table()), expected)

    def test_what_is_on_stays_on(self):
        for ttl, told in (("ENABLED", ""), ("ENABLING", "time to live of moffman-Table: is being turned on\n")):
            self.assertEqual(self.prepare(Table(ttl, "ENABLED")), [])
            self.assertEqual(self.told, told)

    def test_what_is_no_table_of_ours(self):
        for table, name, told in (
            (Table(), "other", "there is no table other"),
            (Table(key="id"), "moffman-Table", "is not one of Moffman"),
            (Table(status="CREATING"), "moffman-Table", "is CREATING"),
            (Table("ENABLED", attribute="ttl"), "moffman-Table", "goes by ttl, not by expires_at"),
            (Table("ENABLING", attribute="ttl"), "moffman-Table", "goes by ttl, not by expires_at"),
            (Table("DISABLING"), "moffman-Table", "is being turned off: deploy again"),
        ):
            with self.assertRaises(SystemExit) as ended:
                self.prepare(table, name)
            self.assertIn(told, str(ended.exception))
            self.assertEqual(table.changed, [])

    def remove(self, said, **more):
        account = Account(**more)
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            offer_to_remove(account, "moffman", said and (lambda _: said))
        return out.getvalue(), account.asked

    def test_packages_are_removed_if_somebody_says_so(self):
        bucket = {"stacks": {SAM: {"SourceBucket": "sam"}}, "objects": OBJECTS}
        for said in (None, "n", " "):
            told, removed = self.remove(said, **bucket)
            self.assertIn("2 objects under moffman/ are left in the bucket sam", told)
            self.assertEqual(removed, [])
        self.assertEqual(self.remove("y", **bucket)[1], [OBJECTS[:2]])

    def test_nothing_is_said_where_nothing_is_left(self):
        self.assertEqual(self.remove("y"), ("", []))
        self.assertEqual(self.remove("y", stacks={SAM: {"SourceBucket": "sam"}}, objects=[]), ("", []))

    def test_other_errors_are_not_taken_for_nothing(self):
        account = Account()
        account.describe_stacks = mock.Mock(side_effect=refused("AccessDenied"))
        with self.assertRaises(type(refused(""))):
            offer_to_remove(account, "moffman")


if __name__ == "__main__":
    unittest.main()
