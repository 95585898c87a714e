"""The folder in which the letters of a demo are kept."""

from pathlib import Path

import pytest

from app.mail import Maildir, UndeliveredMailError
from tests.test_mail import letter


def test_a_link_in_a_letter_that_is_kept_can_be_copied_from_the_file(tmp_path: Path) -> None:
    link = f"https://gidsfunctie.example/overdracht/{'aB3-' * 30}"
    Maildir(tmp_path / "mail").send(letter(body=f"Wilt u één ding doen? {link}\n"))
    (file,) = (tmp_path / "mail" / "new").iterdir()
    assert f"Wilt u één ding doen? {link}" in file.read_text()


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    mail = Maildir(tmp_path / "mail")
    (tmp_path / "mail" / "tmp").rmdir()
    (tmp_path / "mail" / "tmp").write_text("")
    with pytest.raises(UndeliveredMailError, match=r"^folder$") as caught:
        mail.send(letter())
    assert not caught.value.permanent
