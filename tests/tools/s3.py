"""An S3 that answers over HTTP on this machine (moto's server), and that can go away and come back."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from unittest.mock import patch

import boto3
from moto.server import ThreadedMotoServer
from mypy_boto3_s3 import S3Client

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "fieldfare-test",
    "AWS_SECRET_ACCESS_KEY": "invented",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


@dataclass(slots=True)
class S3:
    """The running server. `bucket` is a new and empty one for each test that asks for the `s3` fixture."""

    port: int
    server: ThreadedMotoServer
    bucket: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def endpoint(self) -> str:
        """What FIELDFARE_S3_ENDPOINT wants."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What FIELDFARE_MEDIA_URL wants: the test's bucket and a prefix in it."""
        return f"s3://{self.bucket}/photos"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs in its environment to use this store."""
        return {**CREDENTIALS, "FIELDFARE_MEDIA_URL": self.url, "FIELDFARE_S3_ENDPOINT": self.endpoint}

    def client(self) -> S3Client:
        """boto3's client on this server, with the credentials given rather than looked for on the machine."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        )

    def new_bucket(self) -> None:
        """Point `bucket` at one that nobody has used."""
        self.bucket = f"fieldfare-{next(self._numbers)}"
        region = CREDENTIALS["AWS_DEFAULT_REGION"]
        self.client().create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": region}
        )

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nothing listens while inside; afterwards it is back on the same port with all that it held."""
        self.server.stop()
        try:
            yield
        finally:
            self.server = start(self.port)


def start(port: int) -> ThreadedMotoServer:
    """A server on this port; 0 takes a free one."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    return server


@contextmanager
def running_s3() -> Iterator[S3]:
    """One server for a session; while it runs, boto3 finds invented credentials and no others."""
    with patch.dict(os.environ, CREDENTIALS):
        server = start(0)
        s3 = S3(server.get_host_and_port()[1], server)
        try:
            yield s3
        finally:
            s3.server.stop()
