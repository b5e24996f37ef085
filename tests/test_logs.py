"""The logs of a session lie in a folder of their own, and go with it."""

import gc

from app.cache import LogsInHand, OwnFolder, sample_logs


def test_a_folder_goes_when_nobody_holds_it_any_more():
    held = LogsInHand("shop", {}, folder=OwnFolder())
    place = held.folder.path
    (place / "log.csv").write_text("x")
    assert place.is_dir()
    del held
    gc.collect()
    assert not place.exists()


def test_logs_are_the_same_if_they_are_of_the_same_files():
    assert LogsInHand("shop", {"events": "a"}, folder=OwnFolder()) == LogsInHand("shop", {"events": "a"})


def test_the_shipped_logs_are_there():
    assert set(sample_logs()) == {"shop", "music"}
