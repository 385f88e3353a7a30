"""Targets on real servers, and what is needed to reach them."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from meditations.commands.upload_progress import PlainProgress
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.target import open_target, read_address
from meditations.publishing.upload import read_upload
from support.other_servers import USER, OtherServer
from support.publishing import (
    RETIRED,
    SITE,
    FolderShelf,
    Shelf,
    SshServer,
    WebShelf,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meditations.publishing.planning import Plan

BUCKET: Final = "quiet-evenings"
SECRET: Final = "not-to-be-seen-0123456789"


@dataclass(frozen=True)
class Place:
    """A target, what a reader sees of it, and the environment in which it can be reached."""

    target: str
    shelf: Shelf
    environment: Mapping[str, str]


def make_place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A target of a kind, empty: `folder`, `sftp`, `s3`, `ftp` or `webdav`."""
    served = tmp_path / "served"
    if kind == "folder":
        return Place(str(served), FolderShelf(served), {})
    if kind == "sftp":
        server: SshServer = request.getfixturevalue("sshd")
        served.mkdir()
        home = {"HOME": str(server.home), "SSH_AUTH_SOCK": ""}
        return Place(server.target(served / "podcast"), FolderShelf(served / "podcast"), home)
    if kind in ("ftp", "webdav"):
        other: OtherServer = request.getfixturevalue(kind)
        home = {"HOME": str(other.home)}
        target = f"{kind}://{USER}@127.0.0.1:{other.port}/podcast"
        shutil.rmtree(other.served / "podcast", ignore_errors=True)
        return Place(target, FolderShelf(other.served / "podcast"), home)
    base: str = request.getfixturevalue("moto")
    return Place(f"s3://{BUCKET}/podcast", empty_bucket(base), s3_keys(base))


def empty_bucket(base: str) -> WebShelf:
    """An empty bucket that everyone may read."""
    with urllib.request.urlopen(f"{base}/moto-api/reset", data=b"", timeout=20):
        pass
    client = s3_client(base)
    client.create_bucket(Bucket=BUCKET)
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    allow["Resource"] = f"arn:aws:s3:::{BUCKET}/*"
    client.put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    )
    client.close()
    return WebShelf(f"{base}/{BUCKET}/podcast/")


def s3_client(base: str) -> Any:
    """One who may do everything."""
    import boto3

    return boto3.client(
        "s3", endpoint_url=base, region_name="us-east-1",
        aws_access_key_id="x", aws_secret_access_key="x",
    )  # fmt: skip


def s3_keys(base: str) -> dict[str, str]:
    """The environment in which that server is found; its secrets are never to be told."""
    return {
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": base,
    }


def send(folder: Path, target: str, **more: Any) -> Plan:
    """Publishes a made-up folder from within this process."""
    upload = read_upload(folder, SITE)
    wishes = Wishes(datetime.now(UTC), RETIRED, **more)
    return publish(upload, open_target(read_address(target)), wishes, PlainProgress())
