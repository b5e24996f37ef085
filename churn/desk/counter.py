"""The Desk: one question, one method. It composes the wings and records what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from churn.files import home_folder
from churn.profiles import Profile, profile_names, read_profile


@dataclass(frozen=True)
class Desk:
    """Everything Holdfast can do, over one home folder (models, the score book, own profiles)."""

    home: Path = field(default_factory=home_folder)

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", home_folder(self.home))

    def profiles(self) -> tuple[Profile, ...]:
        """The businesses known here, shipped and own."""
        return tuple(read_profile(name, self.home) for name in profile_names(self.home))

    def health(self) -> dict[str, Any]:
        """Whether a model is ready to score, and which."""
        return {"model_loaded": False, "features_count": 0, "model": None, "version": None}
