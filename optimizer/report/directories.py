"""A directory of files that appears whole or not at all: written aside, then renamed into place."""

from __future__ import annotations

import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def replaced_whole(target: Path, may_replace: Callable[[Path], Problem | None]) -> Iterator[Path]:
    """Yield an empty directory that takes the place of `target` when the block ends without an exception.

    What stood there is kept until then, and kept if anything fails. `may_replace` says what is wrong with replacing a
    directory that is not empty. Raises InputError for that, and where the file system refuses.
    """
    target = target.resolve()
    aside = target.parent / f".{target.name}.{secrets.token_hex(4)}"
    try:
        check_replaceable(target, may_replace)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir()
        yield aside
        check_replaceable(target, may_replace)
        _swap(aside, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            [Problem(f"the directory cannot be written: {reason}", file="--out", value=str(target))]
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def check_replaceable(target: Path, may_replace: Callable[[Path], Problem | None]) -> None:
    """Raise InputError where `replaced_whole` would refuse the target as it stands."""
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError([Problem("a file of that name is in the way", file="--out", value=str(target))])
    problem = may_replace(target) if any(target.iterdir()) else None
    if problem is not None:
        raise InputError([problem])


def _swap(aside: Path, target: Path) -> None:
    """Rename `aside` to `target`; what was there is put back if that fails, and removed once it has not."""
    if not target.exists():
        aside.rename(target)
        return
    old = aside.with_name(f"{aside.name}.old")
    target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
