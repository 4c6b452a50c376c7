"""The S3 that tests get answers boto3, and its absence looks like an absence."""

import botocore.exceptions
import pytest

from tests.tools.s3 import S3


def test_what_is_put_can_be_read_in_parts(s3: S3) -> None:
    s3.client().put_object(Bucket=s3.bucket, Key="photos/one", Body=b"0123456789")
    part = s3.client().get_object(Bucket=s3.bucket, Key="photos/one", Range="bytes=2-4")
    assert part["Body"].read() == b"234"


def test_each_test_has_an_empty_bucket(s3: S3) -> None:
    first = s3.bucket
    s3.client().put_object(Bucket=first, Key="a", Body=b"a")
    s3.new_bucket()
    assert s3.bucket != first
    assert s3.client().list_objects_v2(Bucket=s3.bucket)["KeyCount"] == 0


def test_while_it_is_away_nothing_answers_and_afterwards_all_is_there(s3: S3) -> None:
    client = s3.client()
    client.put_object(Bucket=s3.bucket, Key="kept", Body=b"kept")
    with s3.away(), pytest.raises(botocore.exceptions.BotoCoreError):
        client.get_object(Bucket=s3.bucket, Key="kept")
    assert client.get_object(Bucket=s3.bucket, Key="kept")["Body"].read() == b"kept"
