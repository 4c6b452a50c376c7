"""Blobs in any S3: parts go up while the body comes, and every wait has an end.

What a store must do is written at media.stores.Store. Knows boto3, and nothing of what the bytes are.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from media.errors import Full, MediaError, Missing, Unavailable
from media.stores import PIECE, Upload, checked

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 8 << 20  # bytes; S3 takes at least 5 MiB and at most 10,000 parts: 80 GB a blob
DEADLINE = 30.0  # seconds that a client waits for us after its last byte
READY = 5.0  # seconds that a health check waits
_THREADS = 64  # as many uploads at once as a process has request threads

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Line:
    """What one process uses to talk: connections and threads do not survive a fork."""

    pid: int
    client: "S3Client"
    pool: ThreadPoolExecutor


class S3Store:
    """Blobs as objects `prefix/abcd…` of one bucket.

    A blob of at most one part (8 MiB) is one PUT when all of it is here; a larger one a multipart upload, its
    parts sent by a thread while the next one fills, so that memory stays at two parts. S3 acknowledges a PUT or
    a completed upload only when it is durable, so there is nothing to sync. An object is there from its end on,
    before it is kept: if it never is, it is removed, and after a crash the sweeper's.

    No caller waits longer than `deadline` seconds after its last byte: calls run in threads and are waited for,
    because a socket's time-outs do not bound a server that trickles. One that comes back late is undone there.

    It needs the rights s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload, ListBucket and
    ListBucketMultipartUploads: without ListBucket, S3 says 'forbidden' of what is only not there.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        endpoint: str | None = None,
        client: "S3Client | None" = None,
        *,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.deadline = deadline
        self._endpoint = endpoint
        self._client = client
        self._clock = clock
        self._making = threading.Lock()
        self._line: _Line | None = None

    def begin(self, name: str) -> "S3Upload":
        """See Store. Nothing is sent before the first part is full."""
        return S3Upload(self, checked(name))

    def keep_all(self, uploads: Sequence[Upload]) -> None:
        """See Store: all end at the same time, within one deadline."""
        ours = [upload for upload in uploads if isinstance(upload, S3Upload)]
        if len(ours) != len(uploads):
            raise TypeError("uploads of another store")
        until = time.monotonic() + self.deadline
        try:
            for upload in ours:
                upload.end()
            for upload in ours:
                self.wait(upload.ending(), until)
        except MediaError:
            for upload in ours:
                upload.abort()
            raise
        for upload in ours:
            upload.kept = True

    def read(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See Store. One request; the connection is closed when the reader stops early."""
        if length == 0:
            return
        end = "" if length is None else str(offset + length - 1)
        try:
            answer = self._ask(
                name,
                self.client.get_object,
                Bucket=self.bucket,
                Key=self.key(name),
                Range=f"bytes={offset}-{end}",
            )
        except Unavailable as error:
            if isinstance(error.__cause__, ClientError) and _code(error.__cause__) == "InvalidRange":
                return  # from the end on
            raise
        body = answer["Body"]
        try:
            yield from body.iter_chunks(PIECE)
        except (BotoCoreError, OSError) as error:
            raise Unavailable("S3 broke off") from error
        finally:
            body.close()

    def size(self, name: str) -> int:
        """See Store."""
        answer = self._ask(name, self.client.head_object, Bucket=self.bucket, Key=self.key(name))
        return answer["ContentLength"]

    def exists(self, name: str) -> bool:
        """See Store."""
        try:
            self.size(name)
        except Missing:
            return False
        return True

    def delete(self, name: str) -> None:
        """See Store."""
        self._ask(name, self.client.delete_object, Bucket=self.bucket, Key=self.key(name))

    def touch(self, name: str) -> None:
        """See Store: S3 renews an object's time when it is copied onto itself with new metadata."""
        key = self.key(name)
        self._ask(
            name,
            self.client.copy_object,
            Bucket=self.bucket,
            Key=key,
            CopySource={"Bucket": self.bucket, "Key": key},
            Metadata={"renewed": str(int(self._clock()))},
            MetadataDirective="REPLACE",
        )

    def older_than(self, seconds: float) -> Iterator[str]:
        """See Store. A page of 1,000 at a time."""
        before = self._clock() - seconds
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        try:
            for page in pages:
                for item in page.get("Contents", []):
                    name = item["Key"].removeprefix(self.prefix)
                    if "/" not in name and item["LastModified"].timestamp() <= before:
                        yield name
        except (BotoCoreError, ClientError) as error:
            raise _worded(error) from error

    def delete_idle(self, name: str, seconds: float) -> bool:
        """See Store. S3 cannot ask and delete in one step: a renewal in the milliseconds between is lost."""
        try:
            answer = self._ask(name, self.client.head_object, Bucket=self.bucket, Key=self.key(name))
        except Missing:
            return True
        if answer["LastModified"].timestamp() > self._clock() - seconds:
            return False
        self.delete(name)
        return True

    def sweep_unfinished(self, seconds: float) -> int:
        """See Store: multipart uploads that were neither completed nor aborted."""
        before = self._clock() - seconds
        count = 0
        pages = self.client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        try:
            for page in pages:
                for upload in page.get("Uploads", []):
                    if upload["Initiated"].timestamp() <= before:
                        self.client.abort_multipart_upload(
                            Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        count += 1
        except (BotoCoreError, ClientError) as error:
            raise _worded(error) from error
        return count

    def ready(self) -> None:
        """See Store: the bucket answers, sooner than an upload must: who asks this asks again."""
        until = time.monotonic() + min(READY, self.deadline)
        try:
            self.wait(self.start(self.client.head_bucket, Bucket=self.bucket), until)
        except Missing as error:
            raise Unavailable("S3 has no such bucket") from error

    @property
    def client(self) -> "S3Client":
        """This process's client; thread-safe."""
        return self._talk().client

    def close(self) -> None:
        """Wait for what still runs in the background, uploads being undone above all."""
        line, self._line = self._line, None
        if line is not None and line.pid == os.getpid():
            line.pool.shutdown()

    def key(self, name: str) -> str:
        """The object's key."""
        return self.prefix + checked(name)

    def start(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Begin a call in a thread of this process."""
        return self._talk().pool.submit(call, *args, **kwargs)

    def wait(self, future: "Future[T]", until: float, name: str = "") -> T:
        """Its result, by `until` on the monotonic clock, else Unavailable; errors in our classes."""
        try:
            return future.result(max(0.0, until - time.monotonic()))
        except FutureTimeout as error:
            raise Unavailable("S3 does not answer in time") from error
        except (BotoCoreError, ClientError) as error:
            raise _worded(error, name) from error

    def _ask(self, name: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One call about a blob, within the deadline."""
        return self.wait(self.start(call, *args, **kwargs), time.monotonic() + self.deadline, name)

    def _talk(self) -> _Line:
        line = self._line
        if line is None or line.pid != os.getpid():
            with self._making:
                line = self._line
                if line is None or line.pid != os.getpid():
                    line = _Line(
                        os.getpid(), self._client or self._connect(), ThreadPoolExecutor(_THREADS, "s3")
                    )
                    self._line = line
        return line

    def _connect(self) -> "S3Client":
        """boto3's usual settings (region, credentials), with bounded waits.

        Another maker's S3 may know neither bucket host names nor the newer checksums, so neither is used there.
        """
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self._endpoint,
            config=Config(
                connect_timeout=min(5.0, self.deadline),
                read_timeout=min(10.0, self.deadline),
                retries={"total_max_attempts": 3, "mode": "standard"},
                max_pool_connections=_THREADS,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path" if self._endpoint else "auto"},
            ),
        )


class S3Upload:
    """One object on its way up. At most one part is under way while the next one fills."""

    __slots__ = ("_buffer", "_last", "_over", "_parts", "_store", "_upload_id", "kept", "name")

    def __init__(self, store: S3Store, name: str) -> None:
        self._store = store
        self.name = name
        self.kept = False
        self._buffer = bytearray()
        self._last: Future[None] | None = None  # the newest call: a part, or the end
        self._parts: list[CompletedPartTypeDef] = []
        self._upload_id: str | None = None
        self._over = False  # no more bytes come: it has ended, or is aborted

    def write(self, data: bytes) -> None:
        """See Upload."""
        if self._over:
            raise ValueError("the upload is over")
        taken = 0
        while taken < len(data):
            if (
                len(self._buffer) == PART
            ):  # only now is it sure that more follows: else it could be a single PUT
                self._hand_over()
            piece = memoryview(data)[taken : taken + PART - len(self._buffer)]
            self._buffer += piece
            taken += len(piece)

    def end(self) -> None:
        """See Upload. What is left is sent in a thread, and what was sent made one object."""
        if self._over:
            return
        rest, self._buffer = self._buffer, bytearray()
        self._last, self._over = self._store.start(self._finish, self._last, rest), True

    def settle(self) -> None:
        """See Upload."""
        self._wait(self.ending())

    def ending(self) -> "Future[None]":
        """What end() began."""
        if self._last is None:
            raise ValueError("the upload is over")
        return self._last

    def keep(self) -> None:
        """See Upload."""
        self._store.keep_all([self])

    def abort(self) -> None:
        """See Upload: in the background, after the call under way, which may come back later than anybody waits."""
        self._over, self._buffer = True, bytearray()
        if not self.kept and self._last is not None:
            self._store.start(self._forget, self._last)
            self._last = None

    def _wait(self, call: "Future[None]") -> None:
        try:
            self._store.wait(call, time.monotonic() + self._store.deadline)
        except MediaError:
            self.abort()
            raise

    def _hand_over(self) -> None:
        """Send the full part while the next one fills, once the one before it is through."""
        if self._last is not None:
            self._wait(self._last)
        part, self._buffer = self._buffer, bytearray()
        self._last = self._store.start(self._send, part)

    def _send(self, part: bytearray) -> None:
        client, bucket, key = self._store.client, self._store.bucket, self._store.key(self.name)
        if self._upload_id is None:
            self._upload_id = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
        number = len(self._parts) + 1
        answer = client.upload_part(
            Bucket=bucket, Key=key, UploadId=self._upload_id, PartNumber=number, Body=_body(part)
        )
        self._parts.append({"ETag": answer["ETag"], "PartNumber": number})

    def _finish(self, before: "Future[None] | None", rest: bytearray) -> None:
        client, bucket, key = self._store.client, self._store.bucket, self._store.key(self.name)
        if before is None:
            client.put_object(
                Bucket=bucket, Key=key, Body=_body(rest), ContentType="application/octet-stream"
            )
            return
        before.result()  # never waits for a free thread: it was queued before this
        self._send(rest)
        assert self._upload_id is not None  # drawn by the first part
        client.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=self._upload_id, MultipartUpload={"Parts": self._parts}
        )

    def _forget(self, last: "Future[None]") -> None:
        """Have S3 forget the parts, and the object too where it was completed."""
        client, bucket, key = self._store.client, self._store.bucket, self._store.key(self.name)
        if not last.cancel():
            last.exception()  # wait for it: what is under way could complete after we have removed it
        # Nobody waits for this: what fails here is an orphan, and the sweeper's.
        if self._upload_id is not None:
            with suppress(BotoCoreError, ClientError):
                client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=self._upload_id)
        with suppress(BotoCoreError, ClientError):
            client.delete_object(Bucket=bucket, Key=key)


def _body(part: bytearray) -> bytes:
    """boto3 takes a bytearray as it is, only its stubs do not say so; a copy would cost as much memory again."""
    return cast(bytes, part)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _worded(error: BotoCoreError | ClientError, name: str = "") -> MediaError:
    if isinstance(error, ClientError):
        code = _code(error)
        if code in ("NoSuchKey", "404"):
            return Missing(name)
        if code in ("QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity"):
            return Full(f"S3 is full: {code}")
        if code in ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
            return Unavailable(f"S3 refuses these credentials ({code})")
        return Unavailable(f"S3 answers {code}")
    if isinstance(error, NoCredentialsError | PartialCredentialsError | CredentialRetrievalError):
        return Unavailable("S3 has no credentials from us (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)")
    if isinstance(error, ParamValidationError):
        return Unavailable("S3 knows no buckets of such a name")
    return Unavailable("S3 does not answer")
