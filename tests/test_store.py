"""The stores: an entry is there, whole, or it is not; the oldest go first, and only they go."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.errors import MeditationError
from meditations.store import (
    CACHE_SETTING,
    LIMIT_SETTING,
    Store,
    cache_folder,
    content_key,
    file_digest,
    prune,
    written_whole,
)

KEY = content_key("it")
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "takes")


def files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


# Keys.


@given(plain)
def test_equal_contents_have_equal_keys(content: object) -> None:
    """A key is 64 hexadecimal digits, the same whenever it is asked for."""
    key = content_key(content)
    assert key == content_key(content)
    assert set(key) <= set("0123456789abcdef")
    assert len(key) == 64


def test_a_key_names_the_content_and_not_its_order() -> None:
    """The order of keys in a mapping does not count; values, types and order in lists do."""
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
    contents = [
        {"a": 1},
        {"a": 2},
        {"a": "1"},
        {"a": 1.5},
        {"b": 1},
        [1, 2],
        [2, 1],
        "é",
        "e",
        None,
    ]
    assert len(set(map(content_key, contents))) == len(contents)


def test_keys_stay_as_they_are() -> None:
    """A key of today is the key of yesterday: else all that is kept would be lost."""
    assert content_key(["take", 1, "é"]) == (
        "3a018dc62bcd0ef3fff6ab812463c1a39c2f3d0078bde70c6a7c03dd1a66b780"
    )


def test_digests_are_sha256(tmp_path: Path) -> None:
    """A file's digest is what other programs call its SHA-256."""
    (tmp_path / "x").write_bytes(b"abc")
    assert file_digest(tmp_path / "x") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


# Keeping.


def test_what_is_kept_is_found(store: Store) -> None:
    """An entry is found under its key and suffix, and under no other."""
    entry = store.keep(KEY, ".txt", lambda beside: beside.write_text("it"))
    assert store.find(KEY, ".txt") == entry
    assert entry.read_text() == "it"
    assert store.find(KEY, ".wav") is None
    assert store.find(content_key("else"), ".txt") is None
    assert files(store.folder) == [entry]


def test_what_is_kept_again_takes_the_place(store: Store) -> None:
    """A second writing of the same key replaces the first, without a trace."""
    for text in ("one", "two"):
        store.keep(KEY, ".txt", lambda beside, text=text: beside.write_text(text))  # type: ignore[misc]
    (entry,) = files(store.folder)
    assert entry.read_text() == "two"


def test_a_fresh_store_uses_nothing_that_is_kept(store: Store) -> None:
    """A fresh store finds nothing, but what it keeps others find."""
    fresh = Store(store.folder, fresh=True)
    fresh.keep(KEY, ".txt", lambda beside: beside.write_text("it"))
    assert fresh.find(KEY, ".txt") is None
    assert store.find(KEY, ".txt") is not None


@pytest.mark.parametrize("fault", [ValueError("x"), MeditationError("x"), KeyboardInterrupt()])
def test_what_fails_while_written_is_not_there(fault: BaseException, store: Store) -> None:
    """A writing that breaks off leaves neither an entry nor half of one."""

    def write(beside: Path) -> None:
        beside.write_text("half")
        raise fault

    with pytest.raises(type(fault)):
        store.keep(KEY, ".txt", write)
    assert files(store.folder) == []
    assert store.find(KEY, ".txt") is None


def test_a_full_disk_is_told_and_keeps_the_old(store: Store) -> None:
    """A full disk becomes a message; what was kept before stays."""
    store.keep(KEY, ".txt", lambda beside: beside.write_text("old"))

    def write(beside: Path) -> None:
        beside.write_text("ne")
        raise OSError(errno.ENOSPC, "No space left on device", str(beside))

    with pytest.raises(MeditationError, match="No space left on device") as caught:
        store.keep(KEY, ".txt", write)
    assert "make room on the disk" in caught.value.mend
    (entry,) = files(store.folder)
    assert entry.read_text() == "old"


def test_a_file_in_the_way_of_the_store_is_told(tmp_path: Path) -> None:
    """Where the store cannot be made, the message says what to do."""
    (tmp_path / "takes").touch()
    with pytest.raises(MeditationError, match="keeping what was made failed") as caught:
        Store(tmp_path / "takes").keep(KEY, ".txt", lambda beside: beside.write_text("it"))
    assert "a file stands where a folder is needed" in caught.value.mend


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """While a file is written its place is empty; its suffix is there from the start."""
    target = tmp_path / "track.mp3"
    with written_whole(target) as beside:
        beside.write_bytes(b"it")
        assert (beside.suffix, beside.parent, target.exists()) == (".mp3", tmp_path, False)
        assert beside.name.startswith(".")
    assert files(tmp_path) == [target]


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    """A target that cannot be replaced is told by its name, and nothing is left beside it."""
    (tmp_path / "track.mp3").mkdir()
    with (
        pytest.raises(MeditationError, match=r"writing track\.mp3 failed"),
        written_whole(tmp_path / "track.mp3") as beside,
    ):
        beside.touch()
    assert files(tmp_path) == []


# Where it lies.


def test_the_cache_is_where_the_setting_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`MEDITATIONS_CACHE` names the folder, from home too; without it, it is the user's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(CACHE_SETTING, "~/here/../there")
    assert cache_folder() == tmp_path.resolve() / "there"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for nothing in ("", None):
        if nothing is None:
            monkeypatch.delenv(CACHE_SETTING)
        else:
            monkeypatch.setenv(CACHE_SETTING, nothing)
        assert cache_folder().name == "meditations"


# Making room.


def aged(store: Store, name: str, days: float, size: int = 1_000) -> Path:
    """An entry that was used so many days ago."""
    entry = store.keep(content_key(name), ".wav", lambda beside: beside.write_bytes(bytes(size)))
    then = time.time() - days * 86_400
    os.utime(entry, (then, then))
    return entry


def test_the_oldest_go_first_until_the_rest_fits(store: Store) -> None:
    """Entries go in the order of their last use, and no more of them than must."""
    entries = [aged(store, str(days), days) for days in (4, 3, 2, 1)]
    assert prune(store.folder.parent, 2_500) == 2_000
    assert [entry.exists() for entry in entries] == [False, False, True, True]
    assert prune(store.folder.parent, 2_500) == 0


def test_what_is_used_stays(store: Store) -> None:
    """Finding an entry makes it young again."""
    old, older = aged(store, "old", 5), aged(store, "older", 9)
    assert store.find(content_key("older"), ".wav") == older
    prune(store.folder.parent, 1_000)
    assert (old.exists(), older.exists()) == (False, True)


def test_half_files_go_when_they_are_a_day_old(store: Store) -> None:
    """What a killed build left behind goes after a day; what is being written stays."""
    entry = aged(store, "it", 0)
    old, new = (entry.with_name(f".{n * 32}.wav") for n in "ab")
    old.write_bytes(bytes(500))
    new.write_bytes(bytes(500))
    os.utime(old, (0, 0))
    assert prune(store.folder.parent, 0) == 1_500
    assert files(store.folder) == [new]


def test_nothing_but_entries_is_deleted(store: Store) -> None:
    """Somebody may have named a folder of their own as the cache: their files stay."""
    aged(store, "it", 1)
    others = [
        store.folder.parent / "thesis.doc", store.folder / "notes.txt", store.folder / ".config",
        store.folder / "ab" / "photo.jpg", store.folder / "ab" / "abcd.txt",
        store.folder.parent / "other" / "ab" / f"{'ab' * 32}.wav",
    ]  # fmt: skip
    for other in others:
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(bytes(10_000))
        os.utime(other, (0, 0))
    assert prune(store.folder.parent, 0) == 1_000
    assert files(store.folder.parent) == sorted(others)


def test_stamps_make_room_too(store: Store) -> None:
    """What tells which tracks are up to date is kept by use like all else."""
    stamp = store.folder.parent / "stamps" / f"{'ab' * 32}.json"
    stamp.parent.mkdir()
    stamp.write_bytes(bytes(10))
    assert prune(store.folder.parent, 0) == 10
    assert not stamp.exists()


def test_a_missing_cache_needs_no_room(tmp_path: Path) -> None:
    """Where nothing was kept yet, nothing is deleted and nothing fails."""
    assert prune(tmp_path / "nothing", 0) == 0


@pytest.mark.parametrize(("limit", "left"), [("0", 0), ("1", 2), ("", 2), (None, 2)])
def test_the_limit_is_set_in_megabytes(
    limit: str | None, left: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`MEDITATIONS_CACHE_LIMIT_MB` says how much is kept; without it much is."""
    if limit is None:
        monkeypatch.delenv(LIMIT_SETTING, raising=False)
    else:
        monkeypatch.setenv(LIMIT_SETTING, limit)
    aged(store, "one", 1, 400_000)
    aged(store, "two", 1, 400_000)
    prune(store.folder.parent)
    assert len(files(store.folder)) == left


@pytest.mark.parametrize("limit", ["much", "-1", "1.5", "9" * 5_000])
def test_a_limit_that_is_no_number_is_told(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nonsense in the setting is a message that names it, and deletes nothing."""
    monkeypatch.setenv(LIMIT_SETTING, limit)
    with pytest.raises(MeditationError, match="is no number of megabytes") as caught:
        prune(Path("/nonexistent"))
    assert LIMIT_SETTING in caught.value.what
